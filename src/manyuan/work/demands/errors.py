"""Why something about a demand is refused; nothing was changed."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class TopicsFaulty(DomainError):
    """faults: a line each."""

    code = "demands.topics_faulty"
    text = gettext_noop("demands.yaml cannot be used; nothing was changed.\n%(faults)s")


class WrongDemand(DomainError):
    """field, found, expected."""

    code = "demands.wrong_demand"
    text = gettext_noop("%(field)s: found “%(found)s”, expected %(expected)s.")
    translated = ("field", "expected")


class NobodyThere(DomainError):
    code = "demands.nobody_there"
    text = gettext_noop("No unit could be found that takes this demand. The administrator has to enter the city office and the park committees first.")


class NotSaidYet(DomainError):
    code = "demands.not_said_yet"
    http_status = 409
    text = gettext_noop("Satisfaction is asked once the demand is answered.")


class OwnAnswer(DomainError):
    code = "demands.own_answer"
    http_status = 409
    text = gettext_noop("Whoever answered a demand does not also note that the firm is content. Give the firm a slip with its code, or let somebody else call.")


class NotAlike(DomainError):
    code = "demands.not_alike"
    text = gettext_noop("A common problem gathers at least two open demands; %(count)s were chosen.")


class WrongMail(DomainError):
    """reason: what is the matter with it."""

    code = "demands.wrong_mail"
    text = gettext_noop("This mail cannot be read as a demand: %(reason)s")
    translated = ("reason",)


class BodyEnded(DomainError):
    """name: of the institute or service body."""

    code = "demands.body_ended"
    http_status = 409
    text = gettext_noop("%(name)s no longer takes this topic. Load the page again.")
