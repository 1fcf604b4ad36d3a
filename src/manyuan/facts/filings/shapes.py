"""The shape of stored values, checked at the one door that every channel goes through: a known field, its kind, its bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from manyuan.facts.filings.definition import Definition, Field, FieldFault

_PLAIN = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_SPANS = {
    "month": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII),
    "quarter": re.compile(r"[0-9]{4}Q[1-4]", re.ASCII),
    "year": re.compile(r"[0-9]{4}", re.ASCII),
}
_EXPECTED = {
    "money": ("整数（分）", "an integer number of fen"),
    "integer": ("整数", "an integer"),
    "decimal": ("写成文本的十进制数", "a decimal number as text"),
    "percent": ("写成文本的百分数", "percent points as text"),
    "date": ("日期 2025-09-30", "a date as 2025-09-30"),
    "month": ("月份 2025-09", "a month as 2025-09"),
    "quarter": ("季度 2025Q3", "a quarter as 2025Q3"),
    "year": ("年份 2025", "a year as 2025"),
    "boolean": ("是或否（true、false）", "true or false"),
    "choice": ("本表列出的选项代码", "the code of a choice of the form"),
}
_TEXT = ("不含控制字符的文本", "text without control characters")
_MOST = 9_223_372_036_854_775_807


def misshapen(definition: Definition, values: Mapping[str, Any]) -> list[FieldFault]:
    """What cannot be stored: an unknown key (field.unknown), another kind than the field's (field.kind), beyond its bounds (field.bounds).

    None counts as missing and fits everywhere. Bounds are those of the form, in the field's unit; for text the number of characters.
    """
    known, out = {field.key: field for field in definition.fields}, []
    for key, value in values.items():
        field = known.get(key)
        if field is None:
            zh, en = f"{key}：本表没有这一项。", f"{key}: the form has no such field."
            out.append(FieldFault("field.unknown", (key,), "error", zh, en))
        elif value is None:
            continue
        elif not _fits(field, value):
            expected = _EXPECTED.get(field.kind, _TEXT)
            found = repr(value)[:40]
            zh, en = f"{field.zh}：得到 {found}，应为{expected[0]}。", f"{field.en}: found {found}, expected {expected[1]}."
            out.append(FieldFault("field.kind", (key,), "error", zh, en))
        elif not _within(field, value):
            out.append(FieldFault("field.bounds", (key,), "error", *_bounds_said(field)))
    return out


def _bounds_said(field: Field) -> tuple[str, str]:
    unit = field.column().measured_in
    zh, en = (
        ("个字符", " characters")
        if field.kind == "text"
        else (unit.zh, f" × {unit.en}" if unit.en[:1].isdigit() else f" {unit.en}")
        if unit
        else (field.unit, "")
    )
    least = [] if field.minimum is None else [(f"不小于 {field.minimum:f} {zh}", f"at least {field.minimum:f}{en}")]
    most = [] if field.maximum is None else [(f"不大于 {field.maximum:f} {zh}", f"at most {field.maximum:f}{en}")]
    said = least + most
    return f"{field.zh}：应{'、'.join(zh for zh, _ in said)}。", f"{field.en}: expected {' and '.join(en for _, en in said)}."


def _fits(field: Field, value: Any) -> bool:
    kind = field.kind
    if kind in ("money", "integer"):
        return type(value) is int and abs(value) <= _MOST
    if kind == "boolean":
        return type(value) is bool
    if type(value) is not str:
        return False
    if kind in ("decimal", "percent"):
        return _PLAIN.fullmatch(value) is not None
    if kind == "choice":
        return any(choice.code == value for choice in field.choices)
    if kind == "date":
        return _is_date(value)
    if kind in _SPANS:
        return _SPANS[kind].fullmatch(value) is not None
    return not any((char < " " and char not in "\t\n") or "\ud800" <= char <= "\udfff" for char in value)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _within(field: Field, value: Any) -> bool:
    low, high = _bounds(field)
    if low is None and high is None:
        return True
    if field.kind in ("date", *_SPANS):
        return True  # bounds of days are those of the workbook's columns
    number = len(value) if field.kind == "text" else Decimal(value)
    return (low is None or number >= low) and (high is None or number <= high)


@lru_cache(maxsize=1_024)
def _bounds(field: Field) -> tuple[Decimal | None, Decimal | None]:
    """In the terms of stored values: money in fen."""
    unit = field.column().measured_in if field.kind == "money" else None
    factor = unit.factor if unit else 1
    low, high = (None if bound is None else bound * factor for bound in (field.minimum, field.maximum))
    return low, high
