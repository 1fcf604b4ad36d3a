"""Why something about the per-mu evaluation is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError, Listing


class SchemeFaulty(DomainError):
    """faults: a line each."""

    code = "evaluation.scheme_faulty"
    text = gettext_noop("permu.yaml cannot be used:\n%(faults)s")


class NothingToGrade(DomainError):
    code = "evaluation.nothing_to_grade"
    http_status = 409
    text = gettext_noop("No locked annual report of %(year)s belongs to this scheme and area. Lock the reports first.")


class WrongState(Listing):
    code = "evaluation.wrong_state"
    http_status = 409
    context = "evaluation"
    listed = ("state", "expected")
    text = gettext_noop("The run is %(state)s; this needs %(expected)s. Load the page again to see where it stands.")


class TooLate(DomainError):
    code = "evaluation.too_late"
    http_status = 409
    text = gettext_noop("Objections were in time until %(until)s. Turn to the department in charge.")


class Unchanged(DomainError):
    code = "evaluation.unchanged"
    http_status = 409
    text = gettext_noop("Your line is the same as in the version before, whose window is over. Only lines that changed may be objected to.")


class AskedAlready(DomainError):
    code = "evaluation.asked_already"
    http_status = 409
    text = gettext_noop("Your objection is being looked at already.")


class StillOpen(DomainError):
    code = "evaluation.still_open"
    http_status = 409
    text = gettext_noop("The window for objections is open until %(until)s; confirm from the day after.")


class ObjectionsOpen(DomainError):
    code = "evaluation.objections_open"
    http_status = 409
    text = gettext_noop("%(count)s objections are not decided, or upheld and not yet in a new version.")


class NothingToCorrect(DomainError):
    code = "evaluation.nothing_to_correct"
    http_status = 409
    text = gettext_noop("No objection was upheld since this version; there is nothing to compute anew.")


class OwnWork(DomainError):
    code = "evaluation.own_work"
    http_status = 403
    text = gettext_noop("Who computed a run neither publishes it nor decides on objections to it. Ask a colleague.")


class ReasonMissing(DomainError):
    code = "evaluation.reason_missing"
    text = gettext_noop("Say why: whoever reads it later must understand the decision.")


class WrongExcuse(DomainError):
    code = "evaluation.wrong_excuse"
    text = gettext_noop("%(field)s: found %(found)s, expected %(expected)s.")
    translated = ("field", "expected")
