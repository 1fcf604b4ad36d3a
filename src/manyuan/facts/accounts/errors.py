"""What accounts refuse, and why."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class OrganisationIncomplete(DomainError):
    """A committee or company without a park, an enterprise's organisation without its enterprise, or one that has what it may not."""

    code = "accounts.organisation_incomplete"
    text = gettext_noop("The organisation “%(name)s” (%(kind)s) needs %(expected)s. Choose it and try again.")
    translated = ("expected",)


class UserNameTaken(DomainError):
    code = "accounts.username_taken"
    http_status = 409
    text = gettext_noop("The login name “%(username)s” is taken. Choose another one.")


class UserNameUnfit(DomainError):
    code = "accounts.username_unfit"
    text = gettext_noop("The login name “%(username)s” is not possible: use 2 to 150 letters, digits or @ . + - _")


class WeakPassword(DomainError):
    """reasons: language -> what is wrong with the password, in sentences."""

    code = "accounts.weak_password"
    text = gettext_noop("This password is too easy to guess: %(reasons)s")

    def __init__(self, reasons: dict[str, str]) -> None:
        self.reasons = reasons
        super().__init__()

    def message(self, language: str) -> str:
        self.data = {"reasons": self.reasons[language]}
        return super().message(language)


class AlreadyDisabled(DomainError):
    code = "accounts.already_disabled"
    http_status = 409
    text = gettext_noop("The login of %(username)s is off already.")


class NotDisabled(DomainError):
    code = "accounts.not_disabled"
    http_status = 409
    text = gettext_noop("The login of %(username)s is on already.")


class NotOfTheCity(DomainError):
    code = "accounts.not_of_the_city"
    text = gettext_noop("%(username)s does not belong to the city office; only its officials release figures to the public. Choose somebody else.")


class NoTwoStep(DomainError):
    code = "accounts.no_two_step"
    http_status = 409
    text = gettext_noop("%(username)s signs in without a second step; there is nothing to take off.")


class TokenTermUnfit(DomainError):
    code = "accounts.token_term_unfit"
    text = gettext_noop("A token lasts from 1 to %(longest)s days; found %(found)s. Choose a term in between.")


class TokenNameMissing(DomainError):
    code = "accounts.token_name_missing"
    text = gettext_noop("A token needs a name of 1 to 80 characters that says what it is for.")


class TokenAlreadyRevoked(DomainError):
    code = "accounts.token_already_revoked"
    http_status = 409
    text = gettext_noop("The token “%(name)s” was revoked already.")


class LanguageUnknown(DomainError):
    code = "accounts.language_unknown"
    text = gettext_noop("There is no language “%(found)s” here; expected one of: %(expected)s.")


class OnlyInDemoMode(DomainError):
    code = "accounts.only_in_demo_mode"
    http_status = 403
    text = gettext_noop("Demo accounts have a published password and are made in demo mode only (MANYUAN_DEMO=1).")


class NoCityYet(DomainError):
    code = "accounts.no_city_yet"
    http_status = 409
    text = gettext_noop("Demo accounts need two parks and two enterprises; found %(parks)s and %(enterprises)s. Install the pack and make the demo city first.")


class SealBroken(DomainError):
    code = "accounts.seal_broken"
    http_status = 500
    text = gettext_noop("This cannot be opened: the key that sealed it (MANYUAN_FIELD_KEY) is missing.")
