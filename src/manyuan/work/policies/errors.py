"""Why something about a policy or an entitlement is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError, Listing


class _Listing(Listing):
    context = "policies"


class PolicyFaulty(DomainError):
    """faults: a line each, with line and column of the rules."""

    code = "policies.faulty"
    text = gettext_noop("These rules cannot be used:\n%(faults)s")


class WrongDelivery(DomainError):
    code = "policies.wrong_delivery"
    text = gettext_noop("Delivery, %(field)s: found %(found)s, expected %(expected)s.")
    translated = ("expected",)


class TablesFaulty(DomainError):
    """faults: a line each, with the sheet and the cell, or the line of the model."""

    code = "policies.tables_faulty"
    text = gettext_noop("%(name)s cannot be taken as decision tables; nothing was changed:\n%(faults)s")


class AtWork(DomainError):
    code = "policies.at_work"
    http_status = 409
    text = gettext_noop("Version %(number)s of %(policy)s is being worked on. Publish or drop it first.")


class WrongState(_Listing):
    code = "policies.wrong_state"
    http_status = 409
    text = gettext_noop("%(what)s is %(state)s; this needs %(expected)s. Load the page again to see where it stands.")
    listed = ("state", "expected")


class OwnWork(DomainError):
    code = "policies.own_work"
    http_status = 403
    text = gettext_noop("Who drafted a policy does not review, publish or approve it. Ask a colleague.")


class ReviewsMissing(_Listing):
    code = "policies.reviews_missing"
    http_status = 409
    text = gettext_noop("Before it is published it needs the agreement of: %(kinds)s.")
    listed = ("kinds",)


class ReasonMissing(DomainError):
    code = "policies.reason_missing"
    text = gettext_noop("Say why: whoever reads it later must understand the decision.")


class TooLate(DomainError):
    code = "policies.too_late"
    http_status = 409
    text = gettext_noop("The list was open to objections until %(until)s. Turn to the department in charge.")


class StillOpen(DomainError):
    code = "policies.still_open"
    http_status = 409
    text = gettext_noop("The list is open to objections until %(until)s; it can be closed from the day after.")


class ObjectionsOpen(DomainError):
    code = "policies.objections_open"
    http_status = 409
    text = gettext_noop("%(count)s objections are not decided yet. Decide them first.")


class NothingThere(DomainError):
    code = "policies.nothing_there"
    http_status = 409
    text = gettext_noop("There is no entitlement in the state that this needs. Load the page again.")


class FactsAsked(DomainError):
    code = "policies.facts_asked"
    text = gettext_noop("Give these facts first: %(names)s.")


class PackFaulty(DomainError):
    """file: within the folder. faults: a line each."""

    code = "policies.pack_faulty"
    text = gettext_noop("%(file)s: nothing was imported.\n%(faults)s")


class NoSuchChange(DomainError):
    """text: what the engine says of it."""

    code = "policies.no_such_change"
    text = gettext_noop("This cannot be moved: %(text)s")


class BudgetShort(DomainError):
    """left, wanted: yuan."""

    code = "policies.budget_short"
    http_status = 409
    text = gettext_noop(
        "The budget of %(policy)s has %(left)s yuan left; these payments come to %(wanted)s yuan. Approve fewer, or raise the budget by a new version."
    )


class WrongMarks(DomainError):
    code = "policies.wrong_marks"
    text = gettext_noop("%(item)s: found %(found)s, expected a mark in halves from %(least)s to %(most)s.")


class WrongPaper(DomainError):
    code = "policies.wrong_paper"
    text = gettext_noop("%(file)s cannot be taken: found %(found)s, expected %(expected)s.")
    translated = ("expected",)


class PapersMissing(DomainError):
    code = "policies.papers_missing"
    http_status = 409
    text = gettext_noop("Upload these documents first: %(names)s.")


class ApplyInstead(DomainError):
    code = "policies.apply_instead"
    http_status = 409
    text = gettext_noop("This policy is received by application: upload the documents and submit it.")


class OwnInterest(DomainError):
    code = "policies.own_interest"
    http_status = 403
    text = gettext_noop("%(who)s cannot assess this: nobody assesses a firm or park of their own, what they drafted, or what they assessed already.")


class WrongAssessors(DomainError):
    code = "policies.wrong_assessors"
    text = gettext_noop("Two different people assess, a third arbitrates; found %(found)s.")


class CheckerInvolved(DomainError):
    code = "policies.checker_involved"
    http_status = 403
    text = gettext_noop("Who drafted the policy or approved the payment does not check it afterwards. Ask a colleague.")


class AssessedIt(DomainError):
    code = "policies.assessed_it"
    http_status = 403
    text = gettext_noop("Who assessed an application does not approve its payment. Ask a colleague.")
