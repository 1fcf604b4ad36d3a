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
