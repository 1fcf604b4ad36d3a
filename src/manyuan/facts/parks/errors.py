"""Why a change of a park is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class ParkIsClosed(DomainError):
    code = "parks.closed"
    http_status = 409
    text = gettext_noop("%(park)s was closed on %(closed_on)s and cannot be changed any more. Choose a park that is open.")


class TooEarly(DomainError):
    code = "parks.too_early"
    text = gettext_noop("The effective date %(found)s is too early for %(park)s: an entry already starts on %(since)s. Give a later date.")


class InTheFuture(DomainError):
    code = "parks.in_the_future"
    text = gettext_noop("The effective date %(found)s lies ahead; today is %(today)s. Enter the change on the day it takes effect.")


class WouldBeCircular(DomainError):
    code = "parks.circular"
    text = gettext_noop("%(park)s cannot lie under %(parent)s: on %(on)s %(parent)s itself lies under %(park)s. Choose another parent.")


class HasSubparks(DomainError):
    code = "parks.has_subparks"
    http_status = 409
    text = gettext_noop("%(park)s still has parks under it: %(children)s. Say first where they go.")


class CodeIsTaken(DomainError):
    code = "parks.code_taken"
    http_status = 409
    text = gettext_noop("The park code %(found)s is already in use. Choose another code.")


class WrongParks(DomainError):
    code = "parks.wrong_parks"
    text = gettext_noop("%(rule)s Found: %(found)s.")
    translated = ("rule",)


class WrongValue(DomainError):
    code = "parks.wrong_value"
    text = gettext_noop("%(field)s: found %(found)s, expected %(expected)s.")
    translated = ("field", "expected")


class UnknownPark(DomainError):
    code = "parks.unknown"
    text = gettext_noop("%(field)s: there is no open park with the code %(found)s. The codes stand in the directory of parks.")
    translated = ("field",)
