"""Why something about scorecards and surveys is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class WrongScorecards(DomainError):
    """faults: a line each."""

    code = "environment.wrong_scorecards"
    text = gettext_noop("These scorecards cannot be used; nothing was changed.\n%(faults)s")


class WrongSurvey(DomainError):
    """faults: a line each."""

    code = "environment.wrong_survey"
    text = gettext_noop("This survey cannot be used; nothing was changed.\n%(faults)s")


class NothingToPublish(DomainError):
    code = "environment.nothing_to_publish"
    http_status = 409
    text = gettext_noop("This scorecard has no score: too little is known of at least one pillar. Nothing was published.")


class AlreadyPublished(DomainError):
    code = "environment.already_published"
    http_status = 409
    text = gettext_noop("A scorecard of this park and period is published already. Withdraw it first.")


class NotPublished(DomainError):
    code = "environment.not_published"
    http_status = 409
    text = gettext_noop("This scorecard is not published, or was withdrawn already.")


class ReasonNeeded(DomainError):
    code = "environment.reason_needed"
    text = gettext_noop("Give the reason; it stays on record.")


class RoundExists(DomainError):
    code = "environment.round_exists"
    http_status = 409
    text = gettext_noop("The survey of %(period)s was drawn already.")


class NoSurvey(DomainError):
    code = "environment.no_survey"
    http_status = 409
    text = gettext_noop("The installed pack holds no survey.")


class LinkUsed(DomainError):
    code = "environment.link_used"
    http_status = 409
    text = gettext_noop("This link was answered already. Each link takes one answer; thank you.")


class RoundClosed(DomainError):
    code = "environment.round_closed"
    http_status = 409
    text = gettext_noop("This survey ended on %(on)s. Thank you all the same.")


class WrongAnswer(DomainError):
    code = "environment.wrong_answer"
    text = gettext_noop("Please answer every question with one of the five grades.")
