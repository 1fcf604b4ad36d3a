"""Regular expressions of XPath 2.0 (as FEEL has them), run by the `regex` library with a time limit, so that no pattern can hang."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

from manyuan.engines.feel.builtins.registry import Unfit

TIMEOUT_SECONDS = 1.0
_FLAGS = {"s": regex.DOTALL, "m": regex.MULTILINE, "i": regex.IGNORECASE, "x": regex.VERBOSE}
_INITIAL = r"\p{L}_:"
_NAME_CHAR = r"\p{L}\p{Nd}\p{M}\-._:·"


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Any:
    """The pattern translated and compiled. Unfit where it is not valid XPath."""
    bits = regex.V1
    for letter in flags:
        if letter not in _FLAGS:
            raise Unfit(f"标志 {letter!r} 无效，应为 s、m、i、x", f"the flag {letter!r} is not one of s, m, i, x")
        bits |= _FLAGS[letter]
    text = _without_space(pattern) if "x" in flags else pattern
    try:
        return regex.compile(_translated(text, "." if "s" in flags else r"[^\n\r]"), bits & ~regex.VERBOSE)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise Unfit(f"正则表达式无效：{error}", f"not a valid regular expression: {error}") from None


def _without_space(pattern: str) -> str:
    """The x flag: white space outside character classes goes, after a backslash too."""
    out, depth = [], 0
    for at, char in enumerate(pattern):
        if char in "[]" and (at == 0 or pattern[at - 1] != "\\"):
            depth = max(0, depth + (1 if char == "[" else -1))
        if char in " \t\r\n" and not depth:
            continue
        out.append(char)
    return "".join(out)


def _escape(pattern: str, at: int, inside: bool) -> tuple[str, int]:
    """An escape of XSD or XPath as `regex` writes it, and how many characters it took."""
    following = pattern[at + 1 : at + 2]
    if following in ("i", "c", "I", "C") and following:
        body = _INITIAL if following in "iI" else _NAME_CHAR
        inverted = following in "IC"
        return (body if inside and not inverted else f"[{'^' if inverted else ''}{body}]"), 2
    if following in ("p", "P"):
        end = pattern.find("}", at)
        name = pattern[at + 3 : end]
        if end < 0 or pattern[at + 2 : at + 3] != "{":
            raise Unfit("\\p 后应为 {…}", "\\p is followed by {…}")
        name = f"In{name[2:]}" if name.startswith("Is") else name
        return f"\\{following}{{{name}}}", end + 1 - at
    if following == "":
        raise Unfit("正则表达式以 \\ 结尾", "the pattern ends with a backslash")
    if following.isdigit() and inside:
        raise Unfit("字符类中不能有反向引用", "a back reference cannot stand in a character class")
    if following.isalnum() and following not in "nrtsSdDwW123456789":
        raise Unfit(f"转义 \\{following} 不属于 XPath", f"the escape \\{following} is not part of XPath")
    return pattern[at : at + 2], 2


def _translated(pattern: str, dot: str) -> str:
    """XPath's syntax in that of `regex`: escapes, class subtraction, what `.` means; look-around and its kin are refused."""
    out: list[str] = []
    at, depth = 0, 0
    while at < len(pattern):
        char = pattern[at]
        following = pattern[at + 1 : at + 2]
        took = 1
        if char == "\\":
            char, took = _escape(pattern, at, depth > 0)
        elif char == "[" and not depth:
            depth = 1
            if following == "^":
                char, took = "[^", 2
        elif depth and char == "-" and following == "[":
            char, took, depth = "--[", 2, depth + 1
        elif depth and char == "[":
            raise Unfit("字符类中的 [ 须写作 \\[", "[ in a character class is written \\[")
        elif depth and char == "]":
            depth -= 1
        elif depth and char in "&|~-" and following == char:
            char, took = f"\\{char}\\{char}", 2
        elif not depth and char == ".":
            char = dot
        elif not depth and char == "(" and following == "?" and pattern[at + 2 : at + 3] != ":":
            raise Unfit("XPath 没有 (?…) 这样的写法", "XPath has no (?…) constructs")
        out.append(char)
        at += took
    return "".join(out)


def _guard(action: Any) -> Any:
    try:
        return action()
    except TimeoutError:
        raise Unfit(f"正则表达式超过 {TIMEOUT_SECONDS} 秒", f"the regular expression took more than {TIMEOUT_SECONDS} s") from None


def search(pattern: str, flags: str, text: str) -> bool:
    """Whether the pattern occurs."""
    return _guard(lambda: compiled(pattern, flags).search(text, timeout=TIMEOUT_SECONDS)) is not None


def replace(pattern: str, flags: str, text: str, replacement: str) -> str:
    """Every match replaced: $N is a group, \\$ and \\\\ stand for themselves. A pattern that matches nothing at all is refused."""
    program = compiled(pattern, flags)
    pieces = _pieces(replacement, program.groups)

    def one(match: Any) -> str:
        return "".join(piece if isinstance(piece, str) else (match.group(piece) or "") for piece in pieces)

    return _guard(lambda: program.sub(one, text, timeout=TIMEOUT_SECONDS))


def _pieces(replacement: str, groups: int) -> list[str | int]:
    out: list[str | int] = []
    at = 0
    while at < len(replacement):
        char = replacement[at]
        if char == "\\":
            if replacement[at + 1 : at + 2] not in ("\\", "$"):
                raise Unfit("替换文本中 \\ 后只能是 \\ 或 $", "in a replacement a backslash stands before \\ or $ only")
            out.append(replacement[at + 1])
            at += 2
        elif char == "$":
            digits = ""
            while replacement[at + 1 + len(digits) : at + 2 + len(digits)].isdigit() and (
                not digits or int(digits + replacement[at + 1 + len(digits)]) <= groups
            ):
                digits += replacement[at + 1 + len(digits)]
            if not digits:
                raise Unfit("替换文本中 $ 后应为数字", "in a replacement a digit follows $")
            out.append(int(digits) if int(digits) <= groups else "")
            at += 1 + len(digits)
        else:
            out.append(char)
            at += 1
    return out


def split(pattern: str, text: str) -> list[str]:
    """The pieces between matches."""
    program = compiled(pattern, "")
    out, begin = [], 0
    for match in _guard(lambda: list(program.finditer(text, timeout=TIMEOUT_SECONDS))):
        if match.end() == match.start():
            continue
        out.append(text[begin : match.start()])
        begin = match.end()
    return [*out, text[begin:]]
