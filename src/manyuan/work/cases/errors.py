"""Why something about a case is refused; nothing was changed."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop, override

from manyuan.facts.audit.errors import DomainError


class KindsFaulty(DomainError):
    """faults: a line each, with file, line and column."""

    code = "cases.kinds_faulty"
    text = gettext_noop("These kinds of case cannot be used; nothing was changed.\n%(faults)s")


class NoSuchKind(DomainError):
    code = "cases.no_such_kind"
    text = gettext_noop("The pack has no kind of case %(kind)s.")


class MoveNotOpen(DomainError):
    """The case stands elsewhere by now: somebody was faster, or the page is old."""

    code = "cases.move_not_open"
    http_status = 409
    text = gettext_noop("%(number)s is “%(state)s” now; “%(move)s” is not possible from there. Load the page again: somebody may have been faster.")

    def message(self, language: str) -> str:
        """state and move are names {zh, en}; the reader's is taken."""
        tongue = "zh" if language.startswith("zh") else "en"
        with override(language):
            return gettext(self.text) % {key: value[tongue] if isinstance(value, Mapping) else value for key, value in self.data.items()}


class NoteMissing(DomainError):
    code = "cases.note_missing"
    text = gettext_noop("Write a sentence: whoever reads it later must understand why.")


class WrongCase(DomainError):
    """field, found, expected."""

    code = "cases.wrong_case"
    text = gettext_noop("%(field)s: found %(found)s, expected %(expected)s.")
    translated = ("field", "expected")


class TransferTooLate(DomainError):
    code = "cases.transfer_too_late"
    http_status = 409
    text = gettext_noop("A wrong assignment is handed on until %(until)s. Ask the city office to reassign it.")


class NoSuchClock(DomainError):
    code = "cases.no_such_clock"
    http_status = 409
    text = gettext_noop("This clock is not in the state that this needs. Load the page again.")


class ExtendedEnough(DomainError):
    code = "cases.extended_enough"
    http_status = 409
    text = gettext_noop("This clock was extended %(times)s times already; no more is allowed. Ask the city office.")


class AskedTooLate(DomainError):
    code = "cases.asked_too_late"
    http_status = 409
    text = gettext_noop("More time is asked for at least %(days)s working days before the deadline; it is %(due)s.")


class WrongFile(DomainError):
    code = "cases.wrong_file"
    text = gettext_noop("File: found %(found)s, expected %(expected)s.")
    translated = ("expected",)
