"""The base of every error of the domain: a stable code, the data as fields, one sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, gettext_noop, override, pgettext


def _in_its_language(names: Mapping[str, str]) -> str:
    return str(names["zh" if (get_language() or "zh").startswith("zh") else "en"])


def _one_by_one(parts: Sequence[Any]) -> str:
    return ("；" if (get_language() or "zh").startswith("zh") else "; ").join(map(str, parts))


# A name of a pack, {zh, en}, and several faults as one value: put into an error, each is read in the language of its reader, not of who raised it.
named = lazy(_in_its_language, str)
together = lazy(_one_by_one, str)


class DomainError(Exception):
    """A rule of the domain refuses the act; nothing was changed.

    A subclass stands beside the service that raises it and sets:
        code: stable and dotted, app first (`filings.locked`); programs rely on it.
        http_status: what the API and the pages answer with (409 for a state that does not allow it, 422 for wrong content).
        text: the English msgid, marked with `gettext_noop`: fact, cause, next step; placeholders as `%(name)s`.
    It is raised with the placeholders as keywords: `raise FilingIsLocked(period="2025-09")`. They are kept in `data` and are readable
    as attributes. A value that is itself an English msgid is translated too when it is listed in `translated`.
    """

    code: ClassVar[str] = "domain.refused"
    http_status: ClassVar[int] = 422
    text: ClassVar[str] = gettext_noop("This is not possible.")
    translated: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.message("en"))

    def __getattr__(self, name: str) -> Any:
        data = self.__dict__.get("data", {})
        if name in data:
            return data[name]
        raise AttributeError(f"{type(self).__name__} has no {name!r}")

    def message(self, language: str) -> str:
        """The sentence in `language`: 'zh-hans' or 'en'."""
        with override(language):
            shown = {key: gettext(str(value)) if key in self.translated else value for key, value in self.data.items()}
            return gettext(self.text) % shown if shown else gettext(self.text)

    def __str__(self) -> str:
        return self.message("en")


class Listing(DomainError):
    """An error whose fields in `listed` are codes, one or several with commas between them, shown in the reader's words (msgids of `context`)."""

    context: ClassVar[str] = ""
    listed: ClassVar[tuple[str, ...]] = ()

    def message(self, language: str) -> str:
        with override(language):
            between = "、" if language.startswith("zh") else ", "
            words = {key: between.join(pgettext(self.context, code) for code in str(self.data[key]).split(", ")) for key in self.listed}
            return gettext(self.text) % (self.data | words)


class NotFound(DomainError):
    """There is no such thing, or it is not the actor's to know of: the two are answered alike, so that a guess learns nothing."""

    code = "rights.not_found"
    http_status = 404
    text = gettext_noop("There is nothing at this address that you may see. Check the address, or ask your administrator.")
