"""How a canonical value stands in a cell of a workbook, so that reading it gives the same value again."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal, NamedTuple

from manyuan.engines.workbooks.columns import INVALID, MISSING, Column
from manyuan.engines.workbooks.numbers import plain

LONGEST_TEXT: Final = 32_767
_DIGITS: Final = 15
_FIRST_DAY: Final = date(1900, 3, 1)  # earlier day counts differ between programs


class Written(NamedTuple):
    """A cell to be written: its way and its value. 'share' is a number shown as a percentage."""

    way: Literal["blank", "text", "number", "share", "date"]
    value: Any


BLANK: Final = Written("blank", None)


def written(column: Column, value: Any, language: str) -> Written:
    """The cell for a canonical value (see `columns`). Numbers beyond 15 digits become exact text.

    Raises ValueError when the value is not of the column's kind.
    """
    if value is None or value is MISSING or value is INVALID:
        return BLANK
    kind = column.kind
    try:
        if kind == "money":
            if isinstance(value, float | str):
                raise ValueError
            unit = column.measured_in
            return _number(Fraction(int(value), unit.factor if unit else 100))
        if kind in ("integer", "decimal"):
            return _number(_fraction(value))
        if kind == "percent":
            points = _fraction(value)
            shown = _number(points / 100)
            return Written("share", shown.value) if shown.way == "number" else Written("text", f"{plain(points)}%")
        if kind == "date":
            return Written("date", value) if value >= _FIRST_DAY else Written("text", value.isoformat())
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ValueError(f"column {column.key}: {value!r} is no {kind}") from error
    if kind == "boolean":
        return Written("text", yes_or_no(bool(value), language))
    if kind == "choice":
        return Written("text", next(((c.en if language == "en" else c.zh) for c in column.choices if c.code == value), str(value)))
    return Written("text", str(value))


def natural(value: Any, language: str) -> Written:
    """The cell for a plain Python value, where there is no column to say what it is."""
    if value is None or value is MISSING or value is INVALID or value == "":
        return BLANK
    if isinstance(value, bool):
        return Written("text", yes_or_no(value, language))
    if isinstance(value, int | Decimal | Fraction):
        return _number(Fraction(value)) if not isinstance(value, Decimal) or value.is_finite() else Written("text", str(value))
    if isinstance(value, float):
        return Written("number", value) if value == value and abs(value) != float("inf") else Written("text", str(value))
    if isinstance(value, datetime):
        return Written("text", value.isoformat(" ", "seconds"))
    if isinstance(value, date):
        return Written("date", value) if value >= _FIRST_DAY else Written("text", value.isoformat())
    return Written("text", str(value))


def yes_or_no(value: bool, language: str) -> str:
    """The words of a boolean: 是/否, Yes/No."""
    if language == "en":
        return "Yes" if value else "No"
    return "是" if value else "否"


def number_format(column: Column) -> str:
    """The number format of a column's cells."""
    if column.kind == "money":
        return "#,##0.00####" if column.unit in ("", "元") else "#,##0.00######"
    return {"integer": "#,##0", "decimal": "#,##0.########", "percent": "0.00##%", "date": "yyyy-mm-dd"}.get(column.kind, "@")


def width_of(text: str) -> int:
    """How many narrow characters wide a text is shown: a Chinese character takes two."""
    return max((sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in text.split("\n")), default=0)


def _fraction(value: Any) -> Fraction:
    if isinstance(value, float | bool):
        raise ValueError("a float is not exact")
    return Fraction(Decimal(value)) if isinstance(value, str) else Fraction(value)


def _number(number: Fraction) -> Written:
    text = plain(number)
    if text is None or len(text.lstrip("-0.").replace(".", "").rstrip("0")) > _DIGITS or len(text.partition(".")[0].lstrip("-")) > _DIGITS:
        return Written("text", text if text is not None else str(float(number)))
    return Written("number", float(number))
