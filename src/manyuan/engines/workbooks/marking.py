"""A workbook given back with each wrong cell coloured and explained, and a list of all faults; uploaded again, list and comments are not read.

An xlsx keeps its own layout. CSV and xls come back as xlsx with the same cells at the same places; a large file as its wrong rows only.
Kept by openpyxl: cells, formats, widths, merged cells, formulas, drop-downs, comments. Not kept: macros, links to other files, charts, pictures.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import numpy as np

from manyuan.engines.workbooks.addresses import address, letters, place
from manyuan.engines.workbooks.cells import in_words
from manyuan.engines.workbooks.columns import Language
from manyuan.engines.workbooks.exports import EPOCH, sheet_name
from manyuan.engines.workbooks.faults import Fault
from manyuan.engines.workbooks.grids import FAULT_SHEETS, IDENTITY_SHEET, OURS_MARK, Grid, Opened, data_sheets
from manyuan.engines.workbooks.identity import read_identity
from manyuan.engines.workbooks.limits import Limits
from manyuan.engines.workbooks.reading import Reading
from manyuan.engines.workbooks.words import marked_word

_RED: Final = "FFF4B6B6"
_WIDTHS: Final = (6, 8, 10, 24, 30, 90)
_LONGEST: Final = 32_000


def mark_faults(original: bytes, reading: Reading, language: Language = "zh", limits: Limits | None = None) -> bytes:
    """The same workbook with its faults marked, as xlsx.

    original: the bytes that `reading` was read from. language: of the comments and the fault list ('zh' or 'en').
    Above limits.marked_cells the answer holds the header and the wrong rows only, and says so.
    Raises LimitExceeded and Unreadable as `read_table` does.
    """
    limits = limits or Limits()
    opened = Opened(original, f"original.{reading.format}", limits)
    if _cells_of(opened) > limits.marked_cells:
        return _only_wrong_rows(opened, reading, language)
    if opened.format == "xlsx":
        marked = _in_place(original, reading, language)
        if marked is not None:
            return marked
        return _same_places(opened, reading, language, marked_word("rebuilt", language))
    return _same_places(opened, reading, language, marked_word("as_xlsx", language, format=opened.format))


def _cells_of(opened: Opened) -> int:
    if opened.package is not None:
        return sum(facts.rows * facts.columns for facts in opened.package.sheets.values())
    return sum(grid.height * len(grid.columns) for grid in map(opened.grid, opened.sheet_names))


def _in_place(original: bytes, reading: Reading, language: str) -> bytes | None:
    """With openpyxl; None when it cannot take the file."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(original), keep_links=False, rich_text=True)
            _remove_old_marks(book)
            page = book[reading.sheet_name]
            for fault in reading.faults:
                _mark(page, fault, language)
            _list_sheet(book, reading, language)
            out = io.BytesIO()
            book.save(out)
    except Exception:  # openpyxl raises whatever a strange part of a file makes it stumble over; the cells can still be given back
        return None
    return out.getvalue()


def _remove_old_marks(book: Any) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    for name in list(book.sheetnames):
        page = book[name]
        if name.startswith(FAULT_SHEETS) and len(book.sheetnames) > 1 and hasattr(page, "cell") and OURS_MARK in str(page["A1"].value):
            del book[name]
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == OURS_MARK and cell.fill.fgColor.rgb == _RED:
                    _, mark, before = cell.comment.text.partition("\n" + _divider(cell.comment.text))
                    cell.comment = Comment(before.strip("\n"), "") if mark.strip() and before else None
                    cell.fill = PatternFill()


def _divider(text: str) -> str:
    return next((word for word in (marked_word("own_comment", "zh"), marked_word("own_comment", "en")) if word in text), "\0")


def _mark(page: Any, fault: Fault, language: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if not fault.cell and (fault.row <= 0 or fault.code.startswith("header.")):
        return
    row, column = place(fault.cell) if fault.cell else (fault.row, max(1, page.min_column))
    for block in page.merged_cells.ranges:
        if block.min_row <= row <= block.max_row and block.min_col <= column <= block.max_col:
            row, column = block.min_row, block.min_col
    cell = page.cell(row, column)
    message = fault.message(language)
    if cell.comment is not None:
        own = cell.comment.author == OURS_MARK and cell.fill.fgColor.rgb == _RED
        message = f"{cell.comment.text}\n{message}" if own else f"{message}\n{marked_word('own_comment', language)}\n{cell.comment.text}"
    comment = Comment(message[:_LONGEST], OURS_MARK, height=140, width=320)
    cell.comment = comment
    cell.fill = PatternFill("solid", fgColor=_RED)


def _list_sheet(book: Any, reading: Reading, language: str) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    name = marked_word("sheet", language)
    while name in book.sheetnames:
        name += " 2"
    page = book.create_sheet(name)
    for at, width in enumerate(_WIDTHS, 1):
        page.column_dimensions[letters(at)].width = width
    lines = _introduction(reading, language)
    for at, text in enumerate(lines, 1):
        page.cell(at, 1, text).font = Font(bold=at == 1, size=14 if at == 1 else 11)
    start = len(lines) + 2
    for at, text in enumerate(marked_word("heads", language).split("|"), 1):
        page.cell(start, at, text).font = Font(bold=True)
    for number, fault in enumerate(reading.faults, 1):
        for at, value in enumerate(_line(number, fault, language), 1):
            cell = page.cell(start + number, at)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=at > 4, vertical="top")
        target = fault.cell or (address(fault.row, 1) if fault.row else "")
        if target:
            link = page.cell(start + number, 3)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{_quoted(reading.sheet_name)}!{target}")
            link.font = Font(underline="single", color="FF0B5CAD")
    page.freeze_panes = page.cell(start + 1, 1)


def _introduction(reading: Reading, language: str, extra: Sequence[str] = ()) -> list[str]:
    lines = [marked_word("title", language), marked_word("count", language, count=reading.fault_count, rows=int(np.count_nonzero(reading.wrong)))]
    if reading.fault_count > len(reading.faults):
        lines.append(marked_word("beyond", language, count=reading.fault_count - len(reading.faults)))
    return [*lines, *extra]


def _line(number: int, fault: Fault, language: str) -> tuple[Any, ...]:
    found = "".join(sign for sign in fault.found if sign.isprintable() or sign == "\n")
    return (
        number,
        fault.row or "",
        fault.cell,
        fault.title.said(language),
        found,
        fault.message(language).replace(fault.found, found) if fault.found else fault.message(language),
    )


def _quoted(name: str) -> str:
    doubled = name.replace("'", "''")
    return f"'{doubled}'"


def _same_places(opened: Opened, reading: Reading, language: str, extra: str) -> bytes:
    """All data sheets rebuilt with their cells where they were."""
    grids = [opened.grid(name) for name in data_sheets(opened)]
    return _rebuilt(opened, reading, language, grids, {}, extra)


def _only_wrong_rows(opened: Opened, reading: Reading, language: str) -> bytes:
    """The header and the wrong rows, one below the other."""
    grid = opened.grid(reading.sheet_name)
    header = reading.header_row - grid.first_row
    wrong = [int(row) for row in reading.numbers[reading.wrong].tolist()]
    kept = [*range(max(0, header - 2), header + 1), *(row - grid.first_row for row in wrong)]
    small = Grid(grid.name, [[column[at] for at in kept] for column in grid.columns], 1, grid.first_column)
    moved = {grid.first_row + at: number for number, at in enumerate(kept, 1)}
    return _rebuilt(opened, reading, language, [small], moved, marked_word("only_wrong", language, rows=len(wrong)))


def _rebuilt(opened: Opened, reading: Reading, language: str, grids: list[Grid], moved: dict[int, int], extra: str) -> bytes:
    """moved: original row number to the row in the answer; empty when rows stay where they were."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": EPOCH})
    styles = {
        "day": book.add_format({"num_format": "yyyy-mm-dd"}), "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}), "text": book.add_format({"num_format": "@"}),
        "wrong": book.add_format({"bg_color": "#F4B6B6", "num_format": "@"}), "wrong_number": book.add_format({"bg_color": "#F4B6B6"}),
        "wrong_day": book.add_format({"bg_color": "#F4B6B6", "num_format": "yyyy-mm-dd"}),
    }  # fmt: skip
    for grid in grids:
        page = book.add_worksheet(sheet_name(grid.name))
        faults = _by_place(reading, moved, grid, language) if grid.name == reading.sheet_name else {}
        for at in range(grid.height):
            for across, cell in enumerate(grid.row(at)):
                spot = (grid.first_row + at - 1, grid.first_column + across - 1)
                _put_raw(page, spot, cell, styles, spot in faults)
        for (row, column), messages in faults.items():
            page.write_comment(row, column, "\n".join(messages)[:_LONGEST], {"author": OURS_MARK, "x_scale": 2, "y_scale": 1.5})
        page.set_column(0, grid.first_column + len(grid.columns), 16)
    _plain_list(book, reading, language, moved, extra)
    _identity_again(book, opened)
    book.close()
    return out.getvalue()


def _by_place(reading: Reading, moved: dict[int, int], grid: Grid, language: str) -> dict[tuple[int, int], list[str]]:
    found: dict[tuple[int, int], list[str]] = {}
    for fault in reading.faults:
        if not fault.cell and (fault.row <= 0 or fault.code.startswith("header.")):
            continue
        row, column = place(fault.cell) if fault.cell else (fault.row, grid.first_column)
        row = moved.get(row, 0) if moved else row
        if row:
            found.setdefault((row - 1, column - 1), []).append(fault.message(language))
    return found


def _put_raw(page: Any, spot: tuple[int, int], cell: Any, styles: dict[str, Any], is_wrong: bool) -> None:
    if isinstance(cell, bool):
        page.write_boolean(*spot, cell, styles["wrong_number"] if is_wrong else None)
    elif isinstance(cell, float | int):
        page.write_number(*spot, cell, styles["wrong_number"] if is_wrong else None)
    elif isinstance(cell, date) and (cell.date() if isinstance(cell, datetime) else cell) >= date(1900, 3, 1):
        moment = isinstance(cell, datetime) and cell.time() != time(0)
        page.write_datetime(*spot, cell, styles["wrong_day"] if is_wrong else styles["moment" if moment else "day"])
    elif cell == "" or cell is None:
        if is_wrong:
            page.write_blank(*spot, None, styles["wrong"])
    else:
        text = str(cell) if isinstance(cell, str | timedelta) else in_words(cell)
        page.write_string(*spot, text[:_LONGEST], styles["wrong"] if is_wrong else styles["text"])


def _plain_list(book: Any, reading: Reading, language: str, moved: dict[int, int], extra: str) -> None:
    name = marked_word("sheet", language)
    taken = {page.get_name() for page in book.worksheets()}
    while name in taken:
        name += " 2"
    page = book.add_worksheet(name)
    bold, link, wrap = (
        book.add_format({"bold": True}),
        book.add_format({"underline": 1, "font_color": "#0B5CAD"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    for at, width in enumerate(_WIDTHS):
        page.set_column(at, at, width)
    lines = _introduction(reading, language, [extra])
    for at, text in enumerate(lines):
        page.write_string(at, 0, text, bold if at == 0 else None)
    start = len(lines) + 1
    for at, text in enumerate(marked_word("heads", language).split("|")):
        page.write_string(start, at, text, bold)
    for number, fault in enumerate(reading.faults, 1):
        for at, value in enumerate(_line(number, fault, language)):
            if isinstance(value, int):
                page.write_number(start + number, at, value)
            else:
                page.write_string(start + number, at, value[:_LONGEST], wrap if at > 3 else None)
        row = moved.get(fault.row, 0) if moved else fault.row
        if row and (not moved or fault.row in moved):
            column = place(fault.cell)[1] if fault.cell else 1
            target = f"internal:{_quoted(sheet_name(reading.sheet_name))}!{address(row, column)}"
            page.write_url(start + number, 2, target, link, fault.cell or str(fault.row))
    page.freeze_panes(start + 1, 0)


def _identity_again(book: Any, opened: Opened) -> None:
    identity = read_identity(opened)
    if identity is None:
        return
    page = book.add_worksheet(IDENTITY_SHEET)
    for at, (name, value) in enumerate(identity.lines()):
        page.write_string(at, 0, name)
        page.write_string(at, 1, value)
    page.very_hidden()
