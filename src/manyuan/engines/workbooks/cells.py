"""One odd cell: what a person meant by it, exactly, or why that cannot be known. The careful way; plain columns take `vectors`.

Numbers from a spreadsheet are taken at 15 significant digits, which is what a spreadsheet keeps and shows; nothing is rounded beyond that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from manyuan.engines.workbooks.columns import MISSING, NUMERIC, Column
from manyuan.engines.workbooks.credit_codes import credit_code
from manyuan.engines.workbooks.dates import as_date, as_month, as_quarter, as_year
from manyuan.engines.workbooks.numbers import as_number
from manyuan.engines.workbooks.problems import Problem, expected_of
from manyuan.engines.workbooks.units import Unit, squeezed

MISSING_MARKS: Final = frozenset(
    {"", "-", "--", "—", "——", "–", "―", "/", "\\", "n/a", "na", "n.a.", "#n/a", "nil", "null", "none", "无", "暂无", "空", "不适用", "未填", "…"}
)
_TRUE: Final = frozenset({"是", "√", "✓", "✔", "☑", "y", "yes", "true", "t", "有", "对", "1", "真"})
_FALSE: Final = frozenset({"否", "×", "✗", "✘", "☒", "x", "n", "no", "false", "f", "没有", "不是", "0", "假"})
_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")


class ErrorCell(str):
    """A cell that shows an error such as #REF!."""


class FormulaWithoutValue(str):
    """A formula cell that carries no calculated value."""


@dataclass(frozen=True)
class Given:
    """What holds for a whole column of a file. unit: in which bare numbers stand; marks: squeezed texts that mean 'missing'."""

    unit: Unit | None = None
    marks: frozenset[str] = MISSING_MARKS
    dates_from_1904: bool = False


def read_cell(column: Column, raw: Any, given: Given, is_percent: bool = False) -> Any:
    """The canonical value, MISSING, or a Problem.

    raw: str, float, int, bool, date, datetime, time, timedelta, ErrorCell or FormulaWithoutValue, as a reader gives it.
    is_percent: the cell is formatted as a percentage, so its number is a share (0.125 is 12.5 %).
    """
    if isinstance(raw, ErrorCell):
        if squeezed(raw) in given.marks:
            return MISSING
        return Problem("cell.error", expected_of(column), "fix_error")
    if isinstance(raw, FormulaWithoutValue):
        return Problem("cell.formula", expected_of(column), "recalculate")
    if isinstance(raw, str):
        raw = clean(raw)
        if not raw or ((column.kind != "boolean" or squeezed(raw) not in ("x", "×")) and squeezed(raw) in given.marks and not _is_answer(column, raw)):
            return MISSING
    value = _read(column, raw, given, is_percent)
    if isinstance(value, Problem) or value is MISSING:
        return value
    return within_bounds(column, value)


def clean(text: str) -> str:
    """A text without invisible characters, outer space, and the apostrophe that marks a cell as text."""
    text = _UNSEEN.sub("", text).strip().strip("\u3000\xa0 ")
    if text[:1] in ("'", "＇", "‘") and not text[1:].endswith(("'", "’", "＇")):
        text = text[1:].strip()
    return text


def within_bounds(column: Column, value: Any) -> Any:
    """The value, or a Problem when it lies outside the column's minimum and maximum."""
    least, most = canonical_bounds(column)
    if least is None and most is None:
        return value
    measured: Any = value
    if column.kind in ("decimal", "percent"):
        measured = Decimal(value)
    elif column.kind == "text":
        measured = len(value)
    if least is not None and measured < least:
        return Problem("cell.too_short" if column.kind == "text" else "cell.too_small", expected_of(column, bound="least"), "check_bound")
    if most is not None and measured > most:
        return Problem("cell.too_long" if column.kind == "text" else "cell.too_large", expected_of(column, bound="most"), "check_bound")
    return value


def canonical_bounds(column: Column) -> tuple[Any, Any]:
    """The column's bounds in the terms of its canonical values: money in fen."""
    bounds: list[Any] = [column.minimum, column.maximum]
    if column.kind == "money" and column.measured_in is not None:
        bounds = [None if bound is None else Fraction(Decimal(str(bound))) * column.measured_in.factor for bound in bounds]
    elif column.kind == "text":
        bounds = [None if bound is None else int(str(bound)) for bound in bounds]
    return bounds[0], bounds[1]


def _read(column: Column, raw: Any, given: Given, is_percent: bool) -> Any:
    kind = column.kind
    if kind in NUMERIC:
        return as_number(column, raw, given.unit, is_percent)
    if kind == "text":
        return _as_text(column, raw)
    if kind == "boolean":
        return _as_boolean(column, raw)
    if kind == "choice":
        return _as_choice(column, raw)
    if kind == "uscc":
        return _as_credit_code(column, raw)
    reader = {"date": as_date, "month": as_month, "quarter": as_quarter, "year": as_year}[kind]
    return reader(column, raw, given.dates_from_1904)


def in_words(raw: Any) -> str:
    """A raw cell as the text that its writer sees, for messages and lineage."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        if raw != raw or raw in (float("inf"), float("-inf")):
            return str(raw)
        return format(Decimal(format(raw, ".15g")), "f")
    if isinstance(raw, datetime):
        return raw.isoformat(" ", "seconds")
    if isinstance(raw, date | time):
        return raw.isoformat()
    return str(raw)


def _as_text(column: Column, raw: Any) -> Any:
    if isinstance(raw, float) and abs(raw) >= 1e15:
        return Problem("text.digits_lost", expected_of(column), "as_text")
    if isinstance(raw, timedelta):
        return str(raw)
    return in_words(raw)


def _is_answer(column: Column, raw: str) -> bool:
    """'无' and the like count as an answer where the column's choices know them."""
    return column.kind == "choice" and not isinstance(_as_choice(column, raw), Problem)


def _as_boolean(column: Column, raw: Any) -> Any:
    if isinstance(raw, bool):
        return raw
    text = squeezed(in_words(raw))
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return Problem("boolean.unknown", expected_of(column), "choose_one")


def _as_choice(column: Column, raw: Any) -> Any:
    text = squeezed(in_words(raw))
    for choice in column.choices:
        if text in map(squeezed, (choice.code, choice.zh, choice.en, *choice.aliases)):
            return choice.code
    near = [choice for choice in column.choices if len(text) > 1 and (text in squeezed(choice.zh) or squeezed(choice.zh) in text)]
    if len(near) == 1:
        return Problem("choice.unknown", expected_of(column), "choose_nearest", {"nearest": (near[0].zh, near[0].en)})
    return Problem("choice.unknown", expected_of(column), "choose_one")


def _as_credit_code(column: Column, raw: Any) -> Any:
    if isinstance(raw, float | int) and not isinstance(raw, bool) and abs(raw) >= 1e15:
        return Problem("uscc.digits_lost", expected_of(column), "as_text")
    return credit_code(column, in_words(raw))
