"""What was typed into a form and could not be read."""

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class UnreadableDate(DomainError):
    code = "web.unreadable_date"
    text = gettext_noop("%(field)s: found %(found)s, expected a date such as 2026-11-23.")


class UnreadableNumber(DomainError):
    code = "web.unreadable_number"
    text = gettext_noop("%(field)s: found %(found)s, expected a number.")


class UnknownChoice(DomainError):
    code = "web.unknown_choice"
    text = gettext_noop("%(field)s: %(found)s is not known here. Choose one of the list, or check the code.")
