"""A workbook to fill in: units in the header, drop-downs, checks while typing, notes, held values, and a hidden sheet that says what it is."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from manyuan.engines.workbooks.addresses import letters
from manyuan.engines.workbooks.columns import Column, Language, Sheet
from manyuan.engines.workbooks.exports import EPOCH, put, sheet_name
from manyuan.engines.workbooks.grids import FAULT_SHEETS, IDENTITY_SHEET, INSTRUCTION_SHEETS, OURS_MARK
from manyuan.engines.workbooks.identity import Identity
from manyuan.engines.workbooks.problems import expected_of
from manyuan.engines.workbooks.words import template_word
from manyuan.engines.workbooks.written import LONGEST_TEXT, Written, number_format, width_of, written, yes_or_no

_LIST_SHEET: Final = f"{IDENTITY_SHEET}_lists"
_INLINE_LIST: Final = 240
_MESSAGE: Final = 250
_TITLE: Final = 32
_WIDEST: Final = 40


def write_template(
    sheet: Sheet,
    rows: Sequence[Mapping[str, Any]] = (),
    *,
    language: Language = "zh",
    identity: Identity | None = None,
    notes: Sequence[str] = (),
    hints: Sequence[Mapping[str, str]] = (),
    blank_rows: int = 200,
) -> bytes:
    """An xlsx for a sheet, in one language.

    rows: canonical values already held, by column key; they are shown as held. hints: short texts by column key, aligned with rows,
    put as notes on the cells (last period's value). notes: sentences for the instructions sheet. blank_rows: how many empty rows are checked too.
    The header is protected without a password. Equal input gives equal bytes; nothing outside is linked to.
    Raises ValueError when a value is not of its column's kind or too long for a cell.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": sheet.title.said(language), "created": EPOCH})
    page = book.add_worksheet(_page_name(sheet, language))
    last = len(rows) + blank_rows
    _header(book, page, sheet, rows, language)
    _held(book, page, sheet, rows, hints, language)
    _instructions(book, sheet, notes, language)
    lists = _Lists(book)
    for at, column in enumerate(sheet.columns):
        if last:
            _validation(page, at, column, last, language, lists)
    _hidden(book, identity or Identity(sheet.code))
    page.activate()
    book.close()
    return out.getvalue()


def _page_name(sheet: Sheet, language: str) -> str:
    name = sheet_name(sheet.title.said(language))
    return f"1 {name}"[:31].rstrip() if name.startswith((*INSTRUCTION_SHEETS, *FAULT_SHEETS, "_")) else name


def _header(book: Any, page: Any, sheet: Sheet, rows: Sequence[Mapping[str, Any]], language: str) -> None:
    style = {"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "border": 1, "bg_color": "#DCE9F2"}
    plain, required = book.add_format(style), book.add_format({**style, "font_color": "#A61B1B"})
    page.set_row(0, 34)
    for at, column in enumerate(sheet.columns):
        heading = column.heading(language)
        samples = [str(written(column, row.get(column.key), language).value) for row in rows[:100] if row.get(column.key) is not None]
        width = max([min(24, width_of(heading) + 4), 10, *(width_of(text) + 2 for text in samples)])
        page.set_column(at, at, min(_WIDEST, width), book.add_format({"num_format": number_format(column), "locked": False}))
        page.write_string(0, at, f"{heading} *" if column.required else heading, required if column.required else plain)
        note = "\n".join(line for line in (_expectation(column, language), column.note.said(language)) if line)
        page.write_comment(0, at, note, {"author": OURS_MARK, "x_scale": 1.6, "y_scale": 1.2})
    page.freeze_panes(1, min(2, len(sheet.columns)))
    page.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True, "insert_rows": True, "delete_rows": True})


def _expectation(column: Column, language: str) -> str:
    need = template_word("required" if column.required else "optional", language)
    return template_word("expects", language, need=need, expected=expected_of(column).said(language))


def _held(book: Any, page: Any, sheet: Sheet, rows: Sequence[Mapping[str, Any]], hints: Sequence[Mapping[str, str]], language: str) -> None:
    styles = [
        book.add_format({"num_format": number_format(column), "locked": False, "bg_color": "#EEF6EE", "font_color": "#24523B"}) for column in sheet.columns
    ]
    text = book.add_format({"num_format": "@", "locked": False, "bg_color": "#EEF6EE", "font_color": "#24523B"})
    for number, row in enumerate(rows, 1):
        for at, column in enumerate(sheet.columns):
            cell = written(column, row.get(column.key), language)
            if cell.way == "text" and len(cell.value) > LONGEST_TEXT:
                raise ValueError(f"column {column.key}: a text of {len(cell.value)} characters is too long for a cell")
            if cell.way != "blank":
                put(page, number, at, cell, text if cell.way == "text" else styles[at])
            hint = hints[number - 1].get(column.key) if number <= len(hints) else None
            if hint:
                page.write_comment(number, at, hint, {"author": OURS_MARK})


class _Lists:
    """Choices that are too many for a drop-down's own text stand on a hidden sheet."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._page: Any = None
        self._count = 0

    def source(self, names: list[str]) -> Any:
        if len(",".join(names)) <= _INLINE_LIST and not any("," in name for name in names):
            return names
        if self._page is None:
            self._page = self._book.add_worksheet(_LIST_SHEET)
            self._page.very_hidden()
        column = letters(self._count + 1)
        for at, name in enumerate(names):
            self._page.write_string(at, self._count, name)
        self._count += 1
        return f"='{_LIST_SHEET}'!${column}$1:${column}${len(names)}"


def _validation(page: Any, at: int, column: Column, last: int, language: str, lists: _Lists) -> None:
    title = column.title.said(language)[:_TITLE]
    rule: dict[str, Any] = {
        "ignore_blank": True, "input_title": title, "input_message": _expectation(column, language)[:_MESSAGE],
        "error_title": title, "error_message": template_word("refused", language, expected=expected_of(column).said(language))[:_MESSAGE],
    }  # fmt: skip
    if column.kind == "choice":
        rule |= {"validate": "list", "source": lists.source([choice.en if language == "en" else choice.zh for choice in column.choices])}
    elif column.kind == "boolean":
        rule |= {"validate": "list", "source": [yes_or_no(True, language), yes_or_no(False, language)]}
    elif column.kind in ("integer", "decimal", "money", "percent"):
        # people may write 66(万元人民币): the reader understands it, so the check while typing warns and does not refuse
        rule |= {"validate": "integer" if column.kind == "integer" else "decimal", "error_type": "warning", **_bounds(column)}
    elif column.kind == "date":
        least, most = column.minimum, column.maximum
        rule |= {
            "validate": "date", "criteria": "between", "error_type": "warning",
            "minimum": least if isinstance(least, date) else date(1900, 3, 1), "maximum": most if isinstance(most, date) else date(2200, 12, 31),
        }  # fmt: skip
    elif column.kind == "uscc":
        rule |= {"validate": "length", "criteria": "==", "value": 18, "error_type": "warning"}
    else:
        rule |= {"validate": "any"}
    page.data_validation(1, at, last, at, rule)


def _bounds(column: Column) -> dict[str, Any]:
    shrink = Decimal(100) if column.kind == "percent" else Decimal(1)
    bounds = [float(Decimal(str(bound)) / shrink) if bound is not None else None for bound in (column.minimum, column.maximum)]
    if bounds[0] is not None and bounds[1] is not None:
        return {"criteria": "between", "minimum": bounds[0], "maximum": bounds[1]}
    if bounds[1] is not None:
        return {"criteria": "<=", "value": bounds[1]}
    return {"criteria": ">=", "value": bounds[0] if bounds[0] is not None else -1e15}


def _instructions(book: Any, sheet: Sheet, notes: Sequence[str], language: str) -> None:
    page = book.add_worksheet(INSTRUCTION_SHEETS[1 if language == "en" else 0])
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DCE9F2"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for at, width in enumerate((34, 10, 40, 60)):
        page.set_column(at, at, width)
    page.write_string(0, 0, f"{OURS_MARK} · {sheet.title.said(language)}", title)
    line = 1
    for text in (*template_word("rules", language).split("\n"), *notes):
        page.write_string(line, 0, text[:LONGEST_TEXT])
        line += 1
    line += 1
    for at, text in enumerate(template_word("heads", language).split("|")):
        page.write_string(line, at, text, head)
    for number, column in enumerate(sheet.columns, line + 1):
        need = template_word("required" if column.required else "optional", language)
        for at, text in enumerate((column.heading(language), need, expected_of(column).said(language), column.note.said(language))):
            put(page, number, at, Written("text", text), wrap)
    page.protect("")


def _hidden(book: Any, identity: Identity) -> None:
    page = book.add_worksheet(IDENTITY_SHEET)
    for at, (name, value) in enumerate(identity.lines()):
        page.write_string(at, 0, name)
        page.write_string(at, 1, value)
    page.very_hidden()
