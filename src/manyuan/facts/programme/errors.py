"""Why something about the programme is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class OlderPack(DomainError):
    code = "programme.older_pack"
    http_status = 409
    text = gettext_noop("The pack %(code)s %(found)s would drop %(what)s that figures or evidence already stand on. Keep it in the pack.")


class OtherPack(DomainError):
    code = "programme.other_pack"
    http_status = 409
    text = gettext_noop("This deployment runs the pack %(installed)s; found %(found)s. One deployment runs one programme: use another database.")


class NoPack(DomainError):
    code = "programme.no_pack"
    http_status = 409
    text = gettext_noop("No programme pack is installed yet. Run `manyuan init` or `manyuan pack install PATH`.")


class WrongEvidence(DomainError):
    code = "programme.wrong_evidence"
    text = gettext_noop("%(field)s: found %(found)s, expected %(expected)s.")
    translated = ("field", "expected")


class EvidenceIsReviewed(DomainError):
    code = "programme.evidence_reviewed"
    http_status = 409
    text = gettext_noop("The evidence %(title)s was already reviewed. New proof is laid before as new evidence.")


class ReasonMissing(DomainError):
    code = "programme.reason_missing"
    text = gettext_noop("Say why: who laid the evidence before must be able to act on the answer.")


class NothingToRelease(DomainError):
    code = "programme.nothing_to_release"
    http_status = 409
    text = gettext_noop("%(indicator)s has no value for %(period)s. Only a figure that is there can be released.")


class AlreadyReleased(DomainError):
    code = "programme.already_released"
    http_status = 409
    text = gettext_noop("%(indicator)s, %(period)s is already released with this value. Withdraw it first.")


class WrongHolidays(DomainError):
    """faults: a line each, with cell, found and expected."""

    code = "programme.wrong_holidays"
    text = gettext_noop("These holidays cannot be used; nothing was changed.\n%(faults)s")


class NoHolidayTable(DomainError):
    code = "programme.no_holiday_table"
    http_status = 409
    text = gettext_noop("No table was loaded for %(year)s; there is nothing to take back.")
