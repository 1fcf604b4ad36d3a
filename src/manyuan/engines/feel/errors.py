"""What can go wrong, with a place: the lowest room of the engine.

Only these errors ever leave the engine. A place is a span of character offsets in the source; line and column start at 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from manyuan.engines.feel.messages import word

Span = tuple[int, int]


@dataclass(frozen=True)
class Place:
    """Line and column (from 1) of an offset in a text, and the line itself."""

    line: int
    column: int
    text: str

    @staticmethod
    def of(source: str, offset: int) -> Place:
        offset = max(0, min(offset, len(source)))
        start = source.rfind("\n", 0, offset) + 1
        end = source.find("\n", offset)
        return Place(source.count("\n", 0, offset) + 1, offset - start + 1, source[start : len(source) if end < 0 else end])

    def caret(self) -> str:
        """The line with a caret under the place; wide (Chinese) characters take two columns."""
        before = self.text[: self.column - 1]
        width = sum(2 if ord(c) > 0x2E7F else 1 for c in before)
        return f"{self.text}\n{' ' * width}^"


class FeelError(Exception):
    """Base of the engine's errors. code: stable dotted code; data: the fields of the message; span: where, in `source`."""

    def __init__(self, code: str, source: str = "", span: Span = (0, 0), **data: object) -> None:
        self.code = code
        self.source = source
        self.span = span
        self.data = data
        super().__init__(code)

    @property
    def place(self) -> Place:
        return Place.of(self.source, self.span[0])

    def reason(self, language: str = "en") -> str:
        """The message without its place."""
        return word(self.code, language, **self.data)

    def message(self, language: str = "en") -> str:
        """The whole message in 'zh' or 'en', with line, column and a caret under the place."""
        place = self.place
        where = word("where", language, line=place.line, column=place.column)
        return f"{where}{word(self.code, language, **self.data)}\n{place.caret()}"

    def __str__(self) -> str:
        return self.message("en")


class FeelSyntaxError(FeelError):
    """The text is not FEEL: `found` and `expected` are among the data."""


class FeelLimitError(FeelError):
    """A bound was reached: depth, length, steps, size or time. data: limit and what was reached."""


class FeelInputError(FeelError):
    """A value handed in from Python has no place in FEEL (a float, an unknown class)."""


@dataclass(frozen=True)
class Note:
    """Why something became null. FEEL's null is silent; this is its reason."""

    code: str
    span: Span
    data: dict[str, object]

    def message(self, language: str = "en") -> str:
        return word(self.code, language, **self.data)


@dataclass(frozen=True)
class Fault:
    """What the checker found: code, place and data of the message. severity: error | warning."""

    code: str
    source: str
    span: Span
    data: dict[str, object]
    severity: str = "error"

    @property
    def place(self) -> Place:
        return Place.of(self.source, self.span[0])

    def reason(self, language: str = "en") -> str:
        """The message without its place."""
        return word(self.code, language, **self.data)

    def message(self, language: str = "en") -> str:
        place = self.place
        return f"{word('where', language, line=place.line, column=place.column)}{word(self.code, language, **self.data)}\n{place.caret()}"
