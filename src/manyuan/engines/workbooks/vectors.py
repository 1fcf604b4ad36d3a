"""A whole column at once: what is plainly right goes through numpy, the odd cells go to `cells` one by one. Both give the same answer.

A float from a sheet is the nearest to some decimal of at most 15 digits. So n = rint(x * scale) is that decimal exactly when n / scale == x and |n| < 10^15.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from manyuan.engines.workbooks import credit_codes
from manyuan.engines.workbooks.cells import Given, canonical_bounds, read_cell, within_bounds
from manyuan.engines.workbooks.columns import INVALID, MISSING, NUMERIC, Column
from manyuan.engines.workbooks.problems import Problem
from manyuan.engines.workbooks.units import factor_between, squeezed

_EXACT: Final = 10**15
_MANY: Final = 2_000
_LONGEST_MARK: Final = 8


@dataclass
class ColumnData:
    """One column as read. values: canonical values, MISSING or INVALID; problems: position to why; missing: positions without a value."""

    column: Column
    raw: Sequence[Any]
    values: list[Any]
    missing: np.ndarray
    problems: dict[int, Problem] = field(default_factory=dict)


def read_column(column: Column, raw: Sequence[Any], given: Given, percent: np.ndarray | None = None) -> ColumnData:
    """Every cell of a column read. percent: which cells are formatted as percentages."""
    values: list[Any] = [None] * len(raw)
    odd = _odd_cells(column, raw, given, percent, values)
    data = ColumnData(column, raw, values, np.zeros(len(raw), dtype=bool))
    known: dict[tuple[type, Any, bool], Any] = {}
    for at in odd:
        cell = raw[at]
        if type(cell) is str and not cell:
            value: Any = MISSING
        else:
            name = (type(cell), cell, percent is not None and bool(percent[at]))
            value = known.get(name)
            if value is None:
                value = known[name] = read_cell(column, cell, given, name[2])
        if value is MISSING:
            data.missing[at] = True
        elif isinstance(value, Problem):
            data.problems[at] = value
            value = INVALID
        values[at] = value
    return data


def _odd_cells(column: Column, raw: Sequence[Any], given: Given, percent: np.ndarray | None, values: list[Any]) -> Sequence[int]:
    """Fill in what is plainly right; the positions that are left."""
    if column.kind in NUMERIC:
        return _plain_numbers(column, raw, given, percent, values)
    if column.kind == "text":
        return _plain_texts(column, raw, given, values)
    if column.kind == "uscc":
        return _plain_codes(raw, values)
    if column.kind == "date":
        return _plain_dates(column, raw, values)
    return range(len(raw))


def _plain_numbers(column: Column, raw: Sequence[Any], given: Given, percent: np.ndarray | None, values: list[Any]) -> Sequence[int]:
    scale = _scale(column, given)
    if scale is None:
        return range(len(raw))
    numbers, found = _floats(raw)
    with np.errstate(all="ignore"):
        if percent is not None:
            numbers, found = _shares_as_points(numbers, found, percent)
        if column.kind in ("money", "integer"):
            whole = np.rint(numbers * scale)
            right = found & (np.abs(whole) < _EXACT) & (whole / scale == numbers)
            right &= _between(column, whole)
            _put(values, right, np.where(right, whole, 0).astype(np.int64).tolist())
        else:
            right = found & (np.abs(numbers) < _EXACT) & ((np.abs(numbers) >= 1e-4) | (numbers == 0))
            right &= _between(column, numbers)
            right &= _put_decimals(values, right, numbers)
    return np.flatnonzero(~right).tolist()


def _scale(column: Column, given: Given) -> int | None:
    """What a bare number is multiplied by to be canonical; None when that needs the careful way."""
    own = column.measured_in
    factor: Fraction | None = Fraction(1)
    if column.kind == "money":
        unit = given.unit or own
        factor = Fraction(unit.factor) if unit is not None and unit.family == "money" else None
    elif given.unit is not None and own is not None:
        factor = factor_between(given.unit, own)
    if factor is None or factor.denominator != 1 or (factor != 1 and column.kind in ("decimal", "percent")):
        return None
    return int(factor)


def _floats(raw: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """The cells as floats, and which of them are plain numbers: float or int cells, and texts of at most 15 digits."""
    types = set(map(type, raw))
    if types <= {float, int}:
        return np.array(raw, dtype=np.float64), np.ones(len(raw), dtype=bool)
    found = np.fromiter((type(cell) is float or type(cell) is int for cell in raw), dtype=bool, count=len(raw))
    numbers = np.fromiter((cell if plain else np.nan for cell, plain in zip(raw, found.tolist(), strict=True)), dtype=np.float64, count=len(raw))
    texts = [at for at, cell in enumerate(raw) if type(cell) is str and cell] if str in types else []
    if len(texts) >= _MANY:
        _numeric_texts(raw, texts, numbers, found)
    return numbers, found


def _numeric_texts(raw: Sequence[Any], texts: list[int], numbers: np.ndarray, found: np.ndarray) -> None:
    cells = pa.array([raw[at] for at in texts], type=pa.string())
    plain = pc.match_substring_regex(cells, r"^-?[0-9]{1,9}(\.[0-9]{1,5})?$").to_numpy(zero_copy_only=False)
    places = np.array(texts)[plain]
    numbers[places] = pc.cast(cells.filter(pa.array(plain)), pa.float64()).to_numpy(zero_copy_only=False)
    found[places] = True


def _shares_as_points(numbers: np.ndarray, found: np.ndarray, percent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares (0.125) as the floats nearest to their percent points (12.5), by way of their exact decimals; where that fails, not found."""
    tens = np.rint(numbers * 1e10)
    exact = (np.abs(tens) < _EXACT) & (tens / 1e10 == numbers)
    return np.where(percent, tens / 1e8, numbers), found & (exact | ~percent)


def _between(column: Column, numbers: np.ndarray) -> np.ndarray:
    """Which numbers lie within the bounds. Floats compare rightly here: values and bounds are decimals of at most 15 digits."""
    inside = np.ones(len(numbers), dtype=bool)
    least, most = canonical_bounds(column)
    if least is not None:
        inside &= numbers >= float(least)
    if most is not None:
        inside &= numbers <= float(most)
    return inside


def _put(values: list[Any], right: np.ndarray, new: list[Any]) -> None:
    if right.all():
        values[:] = new
        return
    for at in np.flatnonzero(right).tolist():
        values[at] = new[at]


def _put_decimals(values: list[Any], right: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Shortest decimal texts of the numbers; those that would need more than 15 digits are left to the careful way."""
    taken = np.ones(len(values), dtype=bool)
    for at, number in zip(np.flatnonzero(right).tolist(), numbers[right].tolist(), strict=True):
        text = repr(number)
        if len(text) > 16:
            taken[at] = False
        elif text.endswith(".0"):
            values[at] = text[:-2] if text != "-0.0" else "0"
        else:
            values[at] = text
    return taken


def _plain_texts(column: Column, raw: Sequence[Any], given: Given, values: list[Any]) -> Sequence[int]:
    odd = []
    bounded = column.minimum is not None or column.maximum is not None
    for at, cell in enumerate(raw):
        if type(cell) is str and cell:
            if cell.isprintable() and cell[0] not in "'＇‘\u3000 " and cell[-1] not in "\u3000 ":
                if (len(cell) <= _LONGEST_MARK and squeezed(cell) in given.marks) or (bounded and isinstance(within_bounds(column, cell), Problem)):
                    odd.append(at)
                else:
                    values[at] = cell
                continue
        odd.append(at)
    return odd


def _plain_codes(raw: Sequence[Any], values: list[Any]) -> Sequence[int]:
    texts = [at for at, cell in enumerate(raw) if type(cell) is str and len(cell) == 18]
    shaped: list[int] = []
    if texts:
        fits = pc.match_substring_regex(pa.array([raw[at] for at in texts], type=pa.string()), credit_codes.SHAPE).to_pylist()
        shaped = [at for at, fit in zip(texts, fits, strict=True) if fit]
        for at, is_right in zip(shaped, credit_codes.right_codes([raw[at] for at in shaped]).tolist(), strict=True):
            if is_right:
                values[at] = raw[at]
    return [at for at, value in enumerate(values) if value is None]


def _plain_dates(column: Column, raw: Sequence[Any], values: list[Any]) -> Sequence[int]:
    if column.minimum is not None or column.maximum is not None:
        return range(len(raw))
    odd = []
    for at, cell in enumerate(raw):
        kind = type(cell)
        if kind is date and 1900 <= cell.year <= 2200:
            values[at] = cell
        elif kind is datetime and 1900 <= cell.year <= 2200:
            values[at] = cell.date()
        else:
            odd.append(at)
    return odd
