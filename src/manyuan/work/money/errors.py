"""Why something about money is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError, Listing


class UnknownFund(DomainError):
    code = "money.unknown_fund"
    text = gettext_noop("There is no fund %(code)s. Funds that there are: %(known)s.")


class WrongFund(DomainError):
    code = "money.wrong_fund"
    text = gettext_noop("Fund %(code)s, %(field)s: found %(found)s, expected %(expected)s.")
    translated = ("expected",)


class Short(DomainError):
    """left and wanted in yuan."""

    code = "money.short"
    http_status = 409
    text = gettext_noop("%(fund)s, %(year)s: %(left)s yuan are free, this needs %(wanted)s yuan. Nothing was changed.")


class BelowBound(DomainError):
    code = "money.below_bound"
    http_status = 409
    text = gettext_noop("%(bound)s yuan of %(what)s are bound or paid already, so its budget cannot be cut to %(wanted)s yuan. Release or recall claims first.")


class WrongState(Listing):
    code = "money.wrong_state"
    http_status = 409
    text = gettext_noop("%(what)s is %(state)s; this needs %(expected)s. Load the page again to see where it stands.")
    context = "money"
    listed = ("state", "expected")


class OwnWork(DomainError):
    code = "money.own_work"
    http_status = 403
    text = gettext_noop("Who drafted a claim or receives it does not approve it. Ask a colleague.")


class SaidAlready(DomainError):
    code = "money.said_already"
    http_status = 409
    text = gettext_noop("You have approved this already. It needs another person.")


class ReasonMissing(DomainError):
    code = "money.reason_missing"
    text = gettext_noop("A reason is needed.")


class WrongNumber(DomainError):
    """The number itself is never in a message."""

    code = "money.wrong_number"
    text = gettext_noop("The account number has %(found)s characters that count; expected 8 to 32 digits, spaces left out.")


class AccountIncomplete(DomainError):
    code = "money.account_incomplete"
    text = gettext_noop("The account needs its holder, its bank and its number.")


class NoAccount(DomainError):
    code = "money.no_account"
    http_status = 404
    text = gettext_noop("No bank account has been given yet.")


class NothingToPay(DomainError):
    code = "money.nothing_to_pay"
    http_status = 409
    text = gettext_noop("Nothing can be paid: no approved claim of this fund has an account that may be used.")


class WrongFile(DomainError):
    """faults: a line each, with the cell."""

    code = "money.wrong_file"
    text = gettext_noop("The file cannot be taken; nothing was changed.\n%(faults)s")


class TooMuch(DomainError):
    code = "money.too_much"
    text = gettext_noop("%(wanted)s yuan is more than the %(left)s yuan that there are.")


class WrongRecipient(DomainError):
    code = "money.wrong_recipient"
    text = gettext_noop("The fund %(fund)s pays %(expected)s only.")
    translated = ("expected",)


class Taken(DomainError):
    code = "money.taken"
    http_status = 409
    text = gettext_noop("%(reference)s exists already with another sum or recipient.")
