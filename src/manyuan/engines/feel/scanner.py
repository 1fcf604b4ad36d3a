"""Text to tokens, one at a time from any place, because only the parser knows where a name with spaces may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from manyuan.engines.feel.errors import FeelSyntaxError

KEYWORDS = frozenset(
    [
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "and",
        "or",
        "between",
        "instance",
        "of",
        "function",
        "external",
        "null",
        "true",
        "false",
    ]
)

_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_NAME = re.compile(f"[{_START}][{_PART}]*")
_PART_ONE = re.compile(f"[{_PART}]")
_NUMBER = re.compile(r"(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
_SPACE = re.compile(
    "(?:[\\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+|//[^\n]*|/\\*.*?\\*/)+",
    re.DOTALL,
)
_SYMBOLS = (
    "**",
    "!=",
    "<=",
    ">=",
    "->",
    "..",
    "+",
    "-",
    "*",
    "/",
    "=",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "@",
    "?",
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "/": "/"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


@dataclass(frozen=True, slots=True)
class Token:
    """kind: name keyword number string symbol end. text: as written (a string: its value)."""

    kind: str
    text: str
    start: int
    end: int


def skip_space(source: str, offset: int) -> int:
    """The offset after white space and comments."""
    found = _SPACE.match(source, offset)
    if found:
        offset = found.end()
    if source.startswith("/*", offset):
        raise FeelSyntaxError("syntax.comment", source, (offset, offset + 2))
    return offset


def scan(source: str, offset: int) -> Token:
    """The token at or after the offset."""
    start = skip_space(source, offset)
    if start >= len(source):
        return Token("end", "", start, start)
    char = source[start]
    if char == '"':
        return _string(source, start)
    if char.isascii() and (char.isdigit() or (char == "." and source[start + 1 : start + 2].isdigit())):
        found = _NUMBER.match(source, start)
        assert found is not None
        return Token("number", found.group(), start, found.end())
    found = _NAME.match(source, start)
    if found:
        text = found.group()
        return Token("keyword" if text in KEYWORDS else "name", text, start, found.end())
    for symbol in _SYMBOLS:
        if source.startswith(symbol, start):
            return Token("symbol", symbol, start, start + len(symbol))
    raise FeelSyntaxError("syntax.character", source, (start, start + 1), found=repr(char))


def _string(source: str, start: int) -> Token:
    out: list[str] = []
    at = start + 1
    while True:
        if at >= len(source):
            raise FeelSyntaxError("syntax.string", source, (start, at))
        char = source[at]
        if char == '"':
            break
        if char != "\\":
            out.append(char)
            at += 1
            continue
        code = source[at + 1 : at + 2]
        if code in _ESCAPES and code:
            out.append(_ESCAPES[code])
            at += 2
        elif code in ("u", "U"):
            size = 4 if code == "u" else 6
            digits = source[at + 2 : at + 2 + size]
            if not re.fullmatch(f"[0-9A-Fa-f]{{{size}}}", digits) or int(digits, 16) > 0x10FFFF:
                raise FeelSyntaxError("syntax.escape", source, (at, at + 2 + size), found=source[at : at + 2 + size])
            out.append(chr(int(digits, 16)))
            at += 2 + size
        else:  # a backslash before anything else stands for itself (regular expressions are written so)
            out.append("\\")
            at += 1
    text = _SURROGATES.sub(lambda pair: pair.group().encode("utf-16", "surrogatepass").decode("utf-16"), "".join(out))
    return Token("string", text, start, at + 1)


@lru_cache(maxsize=20_000)
def _pattern(name: str) -> re.Pattern[str]:
    """A name with spaces or signs as a pattern: its spaces match any white space."""
    pieces = [piece for piece in re.split(r"(\s+|[.\-+*/'])", name) if piece]
    return re.compile("".join(r"\s+" if piece.isspace() else rf"\s*{re.escape(piece)}\s*" if piece in ".-+*/'" else re.escape(piece) for piece in pieces))


class NameIndex:
    """Known names, found at a place in the text with the longest one winning; spaces inside a name match any white space."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[str]] = {}
        self._known: set[str] = set()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        if name in self._known:
            return
        self._known.add(name)
        name = " ".join(name.split())
        first = _NAME.match(name)
        if first is not None:
            self._by_first.setdefault(first.group(), []).append(name)

    def match(self, source: str, offset: int, word: str) -> tuple[str, int] | None:
        """The longest known name that starts here, with where it ends; `word` is the first name token here."""
        known = self._by_first.get(word)
        if known is None:
            return None
        if len(known) > 1:
            known.sort(key=len, reverse=True)
        for name in known:
            if name == word:
                return name, offset + len(word)
            found = _pattern(name).match(source, offset)
            if found and not _PART_ONE.match(source, found.end()):
                return name, found.end()
        return None

    def __contains__(self, name: str) -> bool:
        return name in self._known


def is_name(text: str) -> bool:
    """Whether a text is one name token."""
    return _NAME.fullmatch(text) is not None
