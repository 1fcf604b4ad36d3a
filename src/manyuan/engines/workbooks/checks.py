"""What only several cells together can tell: a required value that is not there, and two rows with one key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from manyuan.engines.workbooks.cells import in_words
from manyuan.engines.workbooks.columns import INVALID, MISSING, Column, Sheet, Text
from manyuan.engines.workbooks.problems import advised, expected_of, other
from manyuan.engines.workbooks.vectors import ColumnData

_NAMED_ROWS: Final = 5


@dataclass(frozen=True)
class Finding:
    """A fault by its position among the rows, before it has an address and words."""

    at: int
    column: Column | None
    code: str
    expected: Text
    next_step: Text
    found: str = ""


def requirements(columns: Mapping[str, ColumnData], present: Mapping[str, Any]) -> Iterator[Finding]:
    """Required columns without a value. A column that the file lacks altogether is told once, at the header."""
    for key, data in columns.items():
        if not data.column.required or key not in present or not data.missing.any():
            continue
        expected, advice = expected_of(data.column), advised("fill_in")
        for at in np.flatnonzero(data.missing).tolist():
            yield Finding(at, data.column, "cell.required", expected, advice)


def duplicates(sheet: Sheet, columns: Mapping[str, ColumnData], numbers: np.ndarray) -> Iterator[Finding]:
    """Rows that agree in all key columns, each naming the others. A key with a missing or wrong part is not compared."""
    if not sheet.key_columns:
        return
    keys = [columns[key].values for key in sheet.key_columns]
    parts = keys[0] if len(keys) == 1 else list(zip(*keys, strict=True))
    first: dict[Any, int] = {}
    again: dict[Any, list[int]] = {}
    for at, key in enumerate(parts):
        if first.setdefault(key, at) != at:
            again.setdefault(key, [first[key]]).append(at)
    for key, places in again.items():
        if any(part is MISSING or part is INVALID for part in (key if len(keys) > 1 else (key,))):
            continue
        found = " · ".join(in_words(part) for part in (key if len(keys) > 1 else (key,)))
        rows = [int(numbers[at]) for at in places[: _NAMED_ROWS + 1]]
        for at in places:
            others = [str(row) for row in rows if row != int(numbers[at])][:_NAMED_ROWS]
            more = " …" if len(places) > _NAMED_ROWS + 1 else ""
            yield Finding(
                at, columns[sheet.key_columns[0]].column, "row.duplicate", other("row_also", rows=", ".join(others) + more), advised("one_row"), found
            )
