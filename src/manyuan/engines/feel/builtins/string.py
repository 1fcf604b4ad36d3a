"""String functions (DMN 1.5, 10.3.4.3). Positions count characters (code points) from 1."""

from __future__ import annotations

from decimal import Decimal

from manyuan.engines.feel.builtins import patterns
from manyuan.engines.feel.builtins.registry import Unfit, builtin


@builtin("substring(string: string, start position: number, length: number?)")
def _substring(string: str, start_position: Decimal, length: Decimal | None = None) -> str:
    """Characters from the start position (negative: from the end), at most `length` of them."""
    start = int(start_position)
    if start == 0:
        raise Unfit("起始位置从 1 起", "positions start at 1")
    if length is not None and length < 1:
        raise Unfit("长度至少为 1", "the length is at least 1")
    begin = start - 1 if start > 0 else max(len(string) + start, 0)
    return string[begin:] if length is None else string[begin : begin + int(length)]


@builtin("string length(string: string)")
def _string_length(string: str) -> Decimal:
    """How many characters."""
    return Decimal(len(string))


@builtin("upper case(string: string)")
def _upper_case(string: str) -> str:
    """In capitals."""
    return string.upper()


@builtin("lower case(string: string)")
def _lower_case(string: str) -> str:
    """In small letters."""
    return string.lower()


@builtin("substring before(string: string, match: string)")
def _substring_before(string: str, match: str) -> str:
    """What stands before the first match; empty where there is none."""
    found = string.find(match)
    return string[:found] if found >= 0 else ""


@builtin("substring after(string: string, match: string)")
def _substring_after(string: str, match: str) -> str:
    """What stands after the first match; empty where there is none."""
    found = string.find(match)
    return string[found + len(match) :] if found >= 0 else ""


@builtin("contains(string: string, match: string)")
def _contains(string: str, match: str) -> bool:
    """Whether the match occurs."""
    return match in string


@builtin("starts with(string: string, match: string)")
def _starts_with(string: str, match: str) -> bool:
    """Whether the string begins with the match."""
    return string.startswith(match)


@builtin("ends with(string: string, match: string)")
def _ends_with(string: str, match: str) -> bool:
    """Whether the string ends with the match."""
    return string.endswith(match)


@builtin("matches(input: string, pattern: string, flags: string?)", runtime=True)
def _matches(runtime: object, input: str, pattern: str, flags: str | None = None) -> bool:
    """Whether the regular expression (XPath) occurs in the input."""
    return patterns.search(pattern, flags or "", input)


@builtin("replace(input: string, pattern: string, replacement: string, flags: string?)", runtime=True)
def _replace(runtime: object, input: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """The input with every match replaced; $1 is the first group."""
    return patterns.replace(pattern, flags or "", input, replacement)


@builtin("split(string: string, delimiter: string)", runtime=True)
def _split(runtime: object, string: str, delimiter: str) -> list[object]:
    """The pieces between matches of the delimiter, a regular expression."""
    return list(patterns.split(delimiter, string))


@builtin("string join(list: list, delimiter: string?)")
def _string_join(list: list[object], delimiter: str | None = None) -> str:
    """The strings of a list put together; nulls are left out."""
    parts = [item for item in list if item is not None]
    if not all(isinstance(item, str) for item in parts):
        raise Unfit("列表中须都是字符串", "the list must hold strings")
    return (delimiter or "").join(str(item) for item in parts)
