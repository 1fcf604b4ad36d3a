"""Where a parser stands in its text: the current token, what may follow it, and which names are known so far.

A name may hold spaces, so it is the longest known one (in scope, built in, or introduced earlier in the same expression), else one word.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from manyuan.engines.feel.errors import FeelLimitError, FeelSyntaxError
from manyuan.engines.feel.scanner import NameIndex, Token, scan

MAX_LENGTH = 100_000
MAX_DEPTH = 120
_BUILT_IN_TYPES = (
    "date and time", "years and months duration", "days and time duration", "number", "string", "boolean", "date", "time", "Any", "Null",
    "dateTime", "dayTimeDuration", "yearMonthDuration",
)  # fmt: skip

# Nested expressions take some ten Python calls a level; Python 3.11 keeps these off the C stack.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 8000))


class Cursor:
    """A place in a text. names: what is known in scope; builtins: names of the built-in functions and of properties with blanks."""

    def __init__(
        self,
        source: str,
        names: Iterable[str],
        builtins: NameIndex,
        max_depth: int = MAX_DEPTH,
        max_length: int = MAX_LENGTH,
    ) -> None:
        if len(source) > max_length:
            raise FeelLimitError("limit.length", source[:200], (0, 0), found=len(source), limit=max_length)
        self.source = source
        self.names = NameIndex(names)
        self.builtins = builtins
        self.types = NameIndex(_BUILT_IN_TYPES)
        self.depth = 0
        self.max_depth = max_depth
        self.no_filter = False
        self.token = scan(source, 0)

    # names
    def _known_here(self) -> tuple[str, int] | None:
        """The longest known name at the current token; a keyword counts only if the name is longer than it."""
        token = self.token
        own = self.names.match(self.source, token.start, token.text)
        built = self.builtins.match(self.source, token.start, token.text)
        best = max((found for found in (own, built) if found), key=lambda found: found[1], default=None)
        if best and token.kind == "keyword" and best[1] <= token.end:
            return None
        return best

    def _new_name(self, until: tuple[str, ...]) -> str:
        """A name being introduced: all up to one of the tokens in `until`; from here on it is known."""
        start = self.token.start
        end = start
        if self.token.kind not in ("name", "keyword"):
            raise self._unexpected("expected.name")
        while self.token.kind != "end" and not (self.token.text in until and self.token.kind in ("symbol", "keyword") and end > start):
            if (self.token.kind == "symbol" and self.token.text in "()[]{},:@") or self.token.kind == "string":
                raise self._unexpected(until[0])
            end = self.token.end
            self._next()
        name = " ".join(self.source[start:end].split())
        self.names.add(name)
        return name

    # tokens
    def _next(self) -> Token:
        token = self.token
        if token.kind == "end":
            raise self._unexpected("expected.expression")
        self.token = scan(self.source, token.end)
        return token

    def _at(self, symbol: str) -> bool:
        return self.token.kind == "symbol" and self.token.text == symbol

    def _expect(self, symbol: str) -> Token:
        if not self._at(symbol):
            raise self._unexpected(symbol)
        return self._next()

    def _keyword(self, word: str) -> None:
        if self.token.kind != "keyword" or self.token.text != word:
            raise self._unexpected(word)
        self._next()

    def _expect_end(self) -> None:
        if self.token.kind != "end":
            raise self._unexpected("expected.end")

    def _unexpected(self, expected: str) -> FeelSyntaxError:
        token = self.token
        found = "found.end" if token.kind == "end" else f"“{self.source[token.start : token.end][:40]}”"
        return FeelSyntaxError(
            "syntax.unexpected",
            self.source,
            (token.start, max(token.end, token.start + 1)),
            found=found,
            expected=expected,
        )
