"""Formulas and linear forms on chosen rows with numpy: what the amounts need, row sets being small there. Exact: where 64 bits could
overflow, Python's integers take over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from manyuan.engines import feel
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.factsheet import FactSheet, value_of

Rows = Any  # np.ndarray of row numbers, or a slice


def bound_of(linear: f.Linear, sheet: FactSheet) -> int:
    """A number that no value of the linear form exceeds in size."""
    total = abs(linear.constant)
    for name, factor in linear.terms:
        data = sheet.columns[name]
        total += abs(factor) * max(abs(data.low), abs(data.high))
    return total


def linear_values(linear: f.Linear, sheet: FactSheet, rows: Rows) -> np.ndarray:
    """The values of a linear form: int64 where that is safe, else Python integers (dtype object)."""
    kind: Any = np.int64 if bound_of(linear, sheet) < f.INT64 else object
    out: Any = None
    for name, factor in linear.terms:
        part = sheet.columns[name].values[rows].astype(kind) * (factor if kind is object else np.int64(factor))
        out = part if out is None else out + part
    if out is None:
        return np.full(_length(sheet, rows), linear.constant, dtype=kind)
    return out + linear.constant if linear.constant else out


def _length(sheet: FactSheet, rows: Rows) -> int:
    return len(range(*rows.indices(sheet.rows))) if isinstance(rows, slice) else len(rows)


def known_rows(names: frozenset[str], sheet: FactSheet, rows: Rows) -> np.ndarray:
    """Which rows know all of the columns."""
    out = np.ones(_length(sheet, rows), np.bool_)
    for name in names:
        out &= sheet.columns[name].known[rows]
    return out


def evaluate(formula: f.Formula, sheet: FactSheet, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """(true, known) of a formula on rows."""
    if isinstance(formula, f.Not):
        true, known = evaluate(formula.inner, sheet, rows)
        return known & ~true, known
    if isinstance(formula, (f.And, f.Or)):
        pairs = [evaluate(part, sheet, rows) for part in formula.parts]
        true, known = pairs[0]
        for t, k in pairs[1:]:
            if isinstance(formula, f.And):
                true, known = true & t, (true & t) | (known & ~true) | (k & ~t)
            else:
                true, known = true | t, true | t | (known & k)
        return true, known
    return atom(formula, sheet, rows)


def atom(formula: f.Atom, sheet: FactSheet, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """(true, known) of an elementary condition on rows."""
    size = _length(sheet, rows)
    if isinstance(formula, f.Constant):
        return np.full(size, formula.value), np.ones(size, np.bool_)
    if isinstance(formula, f.Missing):
        return ~sheet.columns[formula.column].known[rows], np.ones(size, np.bool_)
    if isinstance(formula, f.Interpreted):
        return interpreted(formula, sheet, rows)
    known = known_rows(f.columns_of(formula), sheet, rows)
    if isinstance(formula, f.Known):
        return known.copy(), known
    if isinstance(formula, f.Is):
        data = sheet.columns[formula.column]
        code = data.categories.index(formula.category) if formula.category in data.categories else -1
        return (data.values[rows] == code) & known if code >= 0 else np.zeros(size, np.bool_), known
    if isinstance(formula, f.True_):
        return sheet.columns[formula.column].values[rows].astype(np.bool_) & known, known
    if isinstance(formula, f.Ratio):
        top, bottom = linear_values(formula.top, sheet, rows).astype(object), linear_values(formula.bottom, sheet, rows).astype(object)
        left, right = top * formula.denominator, bottom * formula.numerator
        sign = np.where(np.asarray(bottom < 0, np.bool_), right - left, left - right)
        flags = np.asarray(sign == 0 if formula.equal else sign >= 0, np.bool_)
        known = known & np.asarray(bottom != 0, np.bool_)
        return flags & known, known
    values = linear_values(formula.linear, sheet, rows)
    flags = values >= formula.bound if isinstance(formula, f.AtLeast) else values == formula.value
    return np.asarray(flags, np.bool_) & known, known


def interpreted(formula: f.Interpreted, sheet: FactSheet, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """(true, known) of a condition that only the interpreter can do."""
    test = _test(formula.text, tuple(sheet.schema.names))
    numbers = range(*rows.indices(sheet.rows)) if isinstance(rows, slice) else rows
    true, known = np.zeros(len(numbers), np.bool_), np.zeros(len(numbers), np.bool_)
    for at, row in enumerate(numbers):
        scope = {name: value_of(sheet.columns[name], int(row)) for name in formula.columns}
        if not formula.null_aware and any(value is None for value in scope.values()):
            continue
        found = test(scope)
        true[at], known[at] = found is True, found is not None
    return true, known


@lru_cache(maxsize=256)
def _test(text: str, names: tuple[str, ...]) -> Callable[[Mapping[str, object]], bool | None]:
    return f.leaf_test(feel.parse(text, names=names))
