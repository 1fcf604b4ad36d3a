"""Why something about a filing is refused; nothing was changed."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class WrongPeriod(DomainError):
    code = "filings.wrong_period"
    text = gettext_noop("The period %(found)s cannot be read. Write a month as 2025-09, a quarter as 2025Q3 or a year as 2025 (years 1900 to 2999).")


class WrongPeriodKind(DomainError):
    code = "filings.wrong_period_kind"
    text = gettext_noop("The period %(found)s is not a %(expected)s. Choose a period of the kind that the form asks for.")
    translated = ("expected",)


KIND_NAMES = {"month": gettext_noop("month"), "quarter": gettext_noop("quarter"), "year": gettext_noop("year")}
