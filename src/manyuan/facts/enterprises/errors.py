"""Why something about an enterprise is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class WrongCreditCode(DomainError):
    code = "enterprises.wrong_credit_code"
    text = gettext_noop("Credit code %(found)s: expected 18 characters with a right check character (GB 32100-2015). Compare it with the business licence.")


class CreditCodeIsTaken(DomainError):
    code = "enterprises.credit_code_taken"
    http_status = 409
    text = gettext_noop("The credit code %(found)s already belongs to %(name)s. Open that enterprise instead.")


class TooEarly(DomainError):
    code = "enterprises.too_early"
    text = gettext_noop("%(name)s: the date %(found)s is too early, an entry already starts on %(since)s. Give a later date.")


class InTheFuture(DomainError):
    code = "enterprises.in_the_future"
    text = gettext_noop("The date %(found)s lies ahead; today is %(today)s. Enter it on the day it takes effect.")


class ParkNotThere(DomainError):
    code = "enterprises.park_not_there"
    text = gettext_noop("%(park)s did not exist on %(found)s. Choose a park that was open on that day.")


class NotATenant(DomainError):
    code = "enterprises.not_a_tenant"
    http_status = 409
    text = gettext_noop("%(name)s sits in no park on %(found)s. Enter first where it sits.")


class TenantsWithoutPlace(DomainError):
    code = "enterprises.tenants_without_place"
    text = gettext_noop("%(count)s enterprises of %(park)s have no place after the split, among them %(names)s. Say for each into which park it goes.")


class NotTenantsOf(DomainError):
    code = "enterprises.not_tenants_of"
    text = gettext_noop("%(count)s of the enterprises named do not sit in %(park)s, among them %(names)s. Leave them out and try again.")


class WrongTitle(DomainError):
    code = "enterprises.wrong_title"
    text = gettext_noop("Title %(kind)s of %(name)s: found %(found)s, expected %(expected)s.")
    translated = ("expected",)


class WrongValue(DomainError):
    code = "enterprises.wrong_value"
    text = gettext_noop("%(field)s: found %(found)s, expected %(expected)s.")
    translated = ("field", "expected")


class FileUnreadable(DomainError):
    code = "enterprises.file_unreadable"
    text = gettext_noop("%(file)s cannot be read: found %(found)s, expected %(expected)s.")


class ColumnMissing(DomainError):
    code = "enterprises.column_missing"
    text = gettext_noop("%(file)s: the column %(expected)s is missing; found the columns %(found)s.")


class ChangedSincePreview(DomainError):
    code = "enterprises.changed_since_preview"
    http_status = 409
    text = gettext_noop("What this would do is no longer what the preview showed; nothing was written. Look at the new preview and carry it out then.")


class SharedOutTwice(DomainError):
    code = "enterprises.shared_out_twice"
    text = gettext_noop("%(found)s is named for %(first)s and for %(second)s. Name it once.")


class SeatOfAChange(DomainError):
    code = "enterprises.seat_of_a_change"
    http_status = 409
    text = gettext_noop("%(name)s came to %(park)s by a change of parks. Such a seat is not taken back here; move the firm instead.")


class TitleIsEnded(DomainError):
    code = "enterprises.title_ended"
    http_status = 409
    text = gettext_noop("The title %(kind)s of %(name)s is not in force on %(found)s; it holds from %(since)s to %(until)s. Give a day in between.")


class TitleIsGone(DomainError):
    code = "enterprises.title_gone"
    http_status = 409
    text = gettext_noop("This entry of %(name)s was replaced or withdrawn already. Load the page again.")


class ReasonMissing(DomainError):
    code = "enterprises.reason_missing"
    text = gettext_noop("Give the reason: it stands in the record beside the change.")


class TitleListFaulty(DomainError):
    code = "enterprises.title_list_faulty"
    text = gettext_noop("The list has %(count)s faults, so nothing was entered. The first: %(first)s")
