"""Where in a csv file of facts a column does not fit its schema, or the file is none: line and column of the first thing that is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from manyuan.engines.screening.factsheet import Column, Schema
from manyuan.engines.screening.faults import NotUtf8, Said

_WHOLE = re.compile(r"-?\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


_FITS: dict[str, Callable[[str], object]] = {
    "money": _WHOLE.fullmatch, "rate": _WHOLE.fullmatch, "count": _WHOLE.fullmatch, "date": _is_date,
    "boolean": re.compile(r"true|false", re.IGNORECASE).fullmatch, "category": re.compile(r".*[^\d.eE+\-].*", re.DOTALL).fullmatch,
}  # fmt: skip


def wanted_of(column: Column) -> tuple[str, str]:
    """What a cell of a column is to be, in Chinese and in English."""
    unit = f"0.{'0' * (column.decimals - 1)}1" if column.decimals else "1"
    return {
        "money": ("整数（以分计）", "a whole number (of fen)"),
        "rate": (f"整数（以 {unit} 为单位）", f"a whole number (in units of {unit})"),
        "count": ("整数", "a whole number"),
        "date": ("日期，如 2024-01-31", "a date such as 2024-01-31"),
        "boolean": ("true 或 false", "true or false"),
        "category": ("文字", "a text"),
    }[column.kind]


def not_a_table(file: Path) -> Said | None:
    """Why a file cannot be read as csv, with line and column: empty, not UTF-8, or a row with more or fewer cells than the header. None where it can."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = NotUtf8.at(error)
        where = f"{file}:{wrong.line}:{wrong.column}"
        return Said(
            f"{where}: 得到字节 {wrong.byte}，应为 UTF-8 编码的文件：请另存为 UTF-8",
            f"{where}: found the byte {wrong.byte}, expected a file in UTF-8: save it as UTF-8",
        )
    rows = csv.reader(text.splitlines(keepends=True))
    head = next(rows, [])
    if not head:
        return Said(f"{file}:1:1: 文件为空，应有列名", f"{file}:1:1: the file is empty; expected the names of the columns")
    for row in rows:
        if row and len(row) != len(head):
            where = f"{file}:{rows.line_num}:1"
            return Said(f"{where}: 这一行有 {len(row)} 格，应为 {len(head)} 格", f"{where}: this row has {len(row)} cells; expected {len(head)}")
    return None


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
            if text and not fits(text):
                return rows.line_num, at + 1, text
    return 1, at + 1, column
