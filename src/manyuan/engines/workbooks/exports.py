"""Any list as a workbook or as CSV. Texts stay texts: nothing that a user typed becomes a formula in somebody's spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from manyuan.engines.workbooks.columns import Column, Language
from manyuan.engines.workbooks.numbers import plain
from manyuan.engines.workbooks.written import BLANK, LONGEST_TEXT, Written, natural, number_format, width_of, written

EPOCH: Final = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook's creation time, fixed so that equal rows give equal bytes
_MEASURED_ROWS: Final = 200
_WIDEST: Final = 48
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Cells = Sequence[Any] | Mapping[str, Any]


def write_table(rows: Iterable[Cells], columns: Sequence[Column | str], language: Language = "zh", *, title: str = "") -> bytes:
    """An xlsx of a list.

    rows: sequences in the order of columns, or mappings by column key. columns: Column for canonical values, or a heading alone for plain
    Python values (int, Decimal, float, date, bool, text, None). title: name of the sheet.
    Equal input gives equal bytes. Texts longer than a cell can hold (32,767 characters) are cut and end in '…'.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": EPOCH})
    page = book.add_worksheet(sheet_name(title or ("清单" if language == "zh" else "List")))
    shown, widths = _first_and_widths(rows, columns, language)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter", "bg_color": "#EEF3F7"})
    styles = {"text": book.add_format({"num_format": "@"}), "date": book.add_format({"num_format": "yyyy-mm-dd"})}
    formats = [book.add_format({"num_format": number_format(column)}) if isinstance(column, Column) else None for column in columns]
    for at, column in enumerate(columns):
        page.set_column(at, at, widths[at])
        page.write_string(0, at, heading_of(column, language), head)
    page.freeze_panes(1, 0)
    count = 0
    for count, cells in enumerate(shown, 1):
        for at, cell in enumerate(cells):
            put(page, count, at, cell, formats[at] if cell.way in ("number", "share") else styles.get(cell.way))
    if columns:
        page.autofilter(0, 0, count, len(columns) - 1)
    book.close()
    return out.getvalue()


def write_csv(rows: Iterable[Cells], columns: Sequence[Column | str], language: Language = "zh") -> bytes:
    """The same as CSV in UTF-8 with a mark, as spreadsheet programs expect; texts that a program would take for a formula get an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_harmless(heading_of(column, language)) for column in columns])
    for row in rows:
        writer.writerow([_in_csv(cell) for cell in _cells(row, columns, language)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def heading_of(column: Column | str, language: str) -> str:
    """The heading of a column with its unit, or the heading itself."""
    return column.heading(language) if isinstance(column, Column) else str(column)


def sheet_name(text: str) -> str:
    """A text as the name of a sheet: at most 31 characters, none of []:*?/\\ and no outer apostrophes."""
    name = "".join(" " if sign in "[]:*?/\\" or ord(sign) < 32 else sign for sign in text).strip("' ")[:31].strip("' ")
    return name or "Sheet1"


def put(page: Any, row: int, column: int, cell: Written, style: Any = None) -> None:
    """Write one cell, counted from 0; a text is never taken for a formula, a link or a number."""
    if cell.way == "text":
        text = cell.value if len(cell.value) <= LONGEST_TEXT else cell.value[: LONGEST_TEXT - 1] + "…"
        page.write_string(row, column, text, style)
    elif cell.way == "date":
        page.write_datetime(row, column, cell.value, style)
    elif cell.way != "blank":
        page.write_number(row, column, cell.value, style)
    elif style is not None:
        page.write_blank(row, column, None, style)


def _cells(row: Cells, columns: Sequence[Column | str], language: str) -> list[Written]:
    if isinstance(row, Mapping):
        values = [row.get(column.key if isinstance(column, Column) else column) for column in columns]
    else:
        values = list(row)
    return [written(column, value, language) if isinstance(column, Column) else natural(value, language) for column, value in zip(columns, values, strict=True)]


def _first_and_widths(rows: Iterable[Cells], columns: Sequence[Column | str], language: str) -> tuple[Iterable[list[Written]], list[float]]:
    """The rows as cells, and widths that suit the heading and the first rows."""
    source = (_cells(row, columns, language) for row in rows)
    first = [cells for _, cells in zip(range(_MEASURED_ROWS), source, strict=False)]
    widths: list[float] = []
    for at, column in enumerate(columns):
        widest = max([width_of(heading_of(column, language)) + 3, *(width_of(str(cells[at].value)) + 2 for cells in first if cells[at] is not BLANK)])
        widths.append(float(min(_WIDEST, max(9, widest))))

    def everything() -> Iterable[list[Written]]:
        yield from first
        yield from source

    return everything(), widths


def _in_csv(cell: Written) -> str:
    if cell.way == "blank":
        return ""
    if cell.way == "date":
        return str(cell.value.isoformat())
    if cell.way == "text":
        return _harmless(cell.value)
    number = Fraction(Decimal(format(cell.value, ".15g")))
    return f"{plain(number * 100)}%" if cell.way == "share" else plain(number) or str(cell.value)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_DANGEROUS) else text
