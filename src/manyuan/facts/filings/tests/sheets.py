"""Spreadsheets as people send them: the template filled in, a messy one of their own, a CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

Cells = Mapping[str, Mapping[str, Any]]


def filled(content: bytes, cells: Cells) -> bytes:
    """The workbook with cells set: credit or park code to {beginning of the heading: value}; None empties a cell."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    headings = [str(cell.value or "") for cell in page[1]]
    rows = {row[0].value: row for row in page.iter_rows(min_row=2)}
    for code, given in cells.items():
        for name, value in given.items():
            at = next(n for n, heading in enumerate(headings) if _is(heading, name))
            rows[code][at].value = value
    return saved(book)


def _is(heading: str, name: str) -> bool:
    return heading == name or heading.startswith((f"{name}（", f"{name} ", f"{name}("))


def grid(content: bytes) -> list[list[Any]]:
    """The first sheet's cells."""
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)]


def marked_cells(content: bytes) -> dict[str, str]:
    """Address of every cell of the first sheet that carries a red mark to what its comment says."""
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return {c.coordinate: c.comment.text for row in page.iter_rows() for c in row if c.comment is not None and c.fill.fgColor.rgb == "FFF4B6B6"}


def workbook(rows: Sequence[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for block in merged:
        book.active.merge_cells(block)
    return saved(book)


def csv_of(rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
