"""Where in a csv file of facts a column does not fit its schema: line and column of the first cell that is wrong."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from manyuan.engines.screening.factsheet import Schema

_WHOLE = re.compile(r"-?\d+")
_FITS = {
    "money": _WHOLE, "rate": _WHOLE, "count": _WHOLE, "date": re.compile(r"\d{4}-\d{2}-\d{2}"), "boolean": re.compile(r"true|false", re.IGNORECASE),
    "category": re.compile(r".*[^\d.eE+\-].*", re.DOTALL),
}  # fmt: skip


def place_of(file: Path, column: str, schema: Schema) -> tuple[int, int, str]:
    """Line and column (the number of the field, both from 1) and text of the first cell of a column that is not of its kind; the header where the
    column is missing (column 0) or no cell is to blame."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.reader(opened)
        head = next(rows, [])
        if column not in head:
            return 1, 0, ", ".join(head)
        at = head.index(column)
        fits = _FITS[schema[column].kind]
        for row in rows:
            text = row[at].strip() if at < len(row) else ""
            if text and not fits.fullmatch(text):
                return rows.line_num, at + 1, text
    return 1, at + 1, column
