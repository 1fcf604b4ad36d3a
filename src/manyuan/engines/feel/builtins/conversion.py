"""number(), string() and their inverse writing of values (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal

from manyuan.engines.feel.builtins.registry import Unfit, builtin
from manyuan.engines.feel.comparing import equal
from manyuan.engines.feel.literals import number_text
from manyuan.engines.feel.values import CONTEXT, Date, DateTime, DaysTime, Function, Range, Time, YearsMonths, kind_of

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")


@builtin("number(from: string, grouping separator: string?, decimal separator: string?)")
def _number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal:
    """A number from text, with the separators told."""
    if grouping is not None and grouping not in (" ", ",", "."):
        raise Unfit("分组符应为空格、逗号或句点", "the grouping separator is a space, a comma or a period")
    if point is not None and point not in (",", "."):
        raise Unfit("小数点应为逗号或句点", "the decimal separator is a comma or a period")
    if point is not None and point == grouping:
        raise Unfit("分组符与小数点相同", "the two separators are the same")
    plain = text.replace(grouping, "") if grouping else text
    if point and point != ".":
        plain = plain.replace(point, ".")
    if not _NUMBER.fullmatch(plain):
        raise Unfit(f"“{text}”不是数字", f"{text!r} is not a number")
    try:
        return CONTEXT.create_decimal(plain)
    except decimal.DecimalException:
        raise Unfit("数值超出范围", "the number is out of range") from None


@builtin("number(from: number)")
def _number_same(value: Decimal) -> Decimal:
    return value


@builtin("string(from: any)")
def _string(value: object) -> str | None:
    """The value as text; null stays null."""
    return None if value is None else text_of(value)


def text_of(value: object, nested: bool = False) -> str:
    """A value as FEEL writes it; inside lists and contexts strings are quoted."""
    if value is None:
        return "null"
    if isinstance(value, str):
        if not nested:
            return value
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list):
        return "[" + ", ".join(text_of(item, True) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {text_of(item, True)}" for key, item in value.items()) + "}"
    if isinstance(value, Range):
        if value.operator:
            return f"({value.operator} {text_of(value.end if value.start is None else value.start, True)})"
        left = "[" if value.start_included else "("
        return f"{left}{text_of(value.start, True)}..{text_of(value.end, True)}{']' if value.end_included else ')'}"
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    if isinstance(value, (Date, Time, DateTime, YearsMonths, DaysTime)):
        return str(value)
    return kind_of(value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w? ]+", key) else text_of(key, True)


@builtin("is(value1: any?, value2: any?)")
def _is(value1: object = None, value2: object = None) -> bool:
    """Whether two values are the same element of the same type: no conversion, zones and fractions count."""
    if kind_of(value1) != kind_of(value2):
        return False
    if isinstance(value1, (Time, DateTime)):
        return _normal(value1) == _normal(value2)
    return equal(value1, value2) is True


def _normal(value: object) -> object:
    """A time with Z and one with +00:00 are the same."""
    return value
