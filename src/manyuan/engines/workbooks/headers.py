"""Where the header is in a messy sheet, which of its cells names which column, and in what unit each column is given.

Title rows above, merged parents over several rows, a row of units of its own, any order: every stretch of one to three rows near the top is
tried, and the one that names most columns wins; of equals the shortest, then the topmost.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Any, Final

from manyuan.engines.workbooks.addresses import address
from manyuan.engines.workbooks.columns import NUMERIC, Column, Sheet, Text
from manyuan.engines.workbooks.faults import Fault, Remark
from manyuan.engines.workbooks.grids import Grid
from manyuan.engines.workbooks.problems import advised, other
from manyuan.engines.workbooks.units import Unit, factor_between, foreign_currency, squeezed, unit_named

_TOP: Final = 40
_DEEPEST: Final = 3
_DECORATION = re.compile(r"[*＊:：\"“”'‘’`]|\((?:必填|选填|required|optional)\)|^[0-9]+[.、)]")
_BRACKETS = re.compile(r"^(.*?)[(\[【]([^()\[\]【】]*)[)\]】]$")
_UNIT_LINE = re.compile(r"(?:金额)?(?:计量)?单位[:：]?\s*[(（]?([^\s,，;；)）]{1,12})|unit[:：]\s*([\w, ]{1,20})", re.IGNORECASE)


@dataclass
class Named:
    """A physical column that was recognised. at: counted from 0 in the grid. unit: in which bare numbers stand, None for the column's own."""

    column: Column
    at: int
    heading: str
    unit: Unit | None = None


@dataclass
class Header:
    """The header found. top, bottom: rows counted from 0 in the grid, both included. ambiguous: keys that two headings claim."""

    top: int
    bottom: int
    named: dict[str, Named]
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    spoilt: bool = False


def find_header(grid: Grid, sheet: Sheet) -> Header | None:
    """The header of this sheet in the grid, or None when too few headings are known (two, or the only one)."""
    titles = _known_titles(sheet)
    tops = [_texts(grid, at) for at in range(min(grid.height, _TOP + _DEEPEST))]
    merged = _merged_tops(grid, tops)
    best: tuple[int, int, int] | None = None
    for top in range(min(grid.height, _TOP)):
        for depth in range(1, min(_DEEPEST, grid.height - top) + 1):
            claims = _claims(merged, tops, top, depth, titles)
            score = len({key for key, _ in claims.values()})
            if best is None or (score, -depth, -top) > best:
                best = (score, -depth, -top)
    if best is None or best[0] < min(2, len(sheet.columns)) or best[0] == 0:
        return None
    top, depth = -best[2], -best[1]
    return _header(grid, sheet, top, depth, _claims(merged, tops, top, depth, titles), tops)


def matched(header: Header | None) -> int:
    """How many columns the header names; 0 without one."""
    return len(header.named) if header else 0


def title_key(text: str) -> str:
    """A heading for comparing: without spaces, marks of required fields, numbering and punctuation; full-width as half-width."""
    return _DECORATION.sub("", squeezed(text)).strip("()")


def split_heading(text: str) -> tuple[str, str]:
    """A heading without what stands in brackets at its end, and that: ('营业收入', '万元')."""
    plain = re.sub(r"[*＊]", "", squeezed(text)).removesuffix("(必填)").removesuffix("(选填)").strip(":")
    match = _BRACKETS.match(plain)
    if match and match[1]:
        return title_key(match[1]), match[2]
    before, slash, after = plain.rpartition("/")
    if slash and unit_named(after) is not None:
        return title_key(before), after
    return title_key(plain), ""


def _known_titles(sheet: Sheet) -> dict[str, str]:
    titles: dict[str, str] = {}
    for column in sheet.columns:
        for text in (column.title_zh, column.title_en, column.key, column.heading("zh"), column.heading("en"), *column.aliases):
            if text:
                titles.setdefault(title_key(text), column.key)
    return titles


def _texts(grid: Grid, at: int) -> list[str]:
    return [str(cell).strip() if isinstance(cell, str) else "" if cell is None else str(cell) for cell in grid.row(at)]


def _merged_tops(grid: Grid, tops: list[list[str]]) -> list[list[str]]:
    """The top rows with the text of a merged cell in every cell it covers; without merged cells a parent reaches over the blanks to its right."""
    filled = [list(row) for row in tops]
    for top, left, bottom, right in grid.merged:
        first, column = top - grid.first_row, left - grid.first_column
        if not (0 <= first < len(filled) and 0 <= column < len(grid.columns)):
            continue
        for at in range(first, min(bottom - grid.first_row + 1, len(filled))):
            for across in range(column, min(right - grid.first_column + 1, len(grid.columns))):
                filled[at][across] = tops[first][column]
    if not grid.merged:
        for at, row in enumerate(filled[:-1]):
            for across in range(1, len(row)):
                if not row[across] and filled[at + 1][across] and tops[at + 1][across]:
                    row[across] = row[across - 1]
    return filled


def _claims(merged: list[list[str]], tops: list[list[str]], top: int, depth: int, titles: dict[str, str]) -> dict[int, tuple[str, str]]:
    """Grid column to (key, unit text) for a header of these rows."""
    found: dict[int, tuple[str, str]] = {}
    rows = merged[top : top + depth]
    for at in range(len(tops[top])):
        parts: list[str] = []
        for row in rows if depth > 1 else [tops[top]]:
            if row[at] and (not parts or row[at] != parts[-1]):
                parts.append(row[at])
        if not parts or (depth > 1 and not any(row[at] for row in rows)):
            continue
        forms = ["".join(parts)]
        if len(parts) > 1:
            forms += ["".join(reversed(parts)), parts[-1], "".join(parts[1:])]
            unit_row = unit_named(parts[-1])
            if unit_row is not None:
                forms.insert(0, "".join(parts[:-1]) + f"({parts[-1].strip('()（）')})")
        for form in forms:
            base, unit = split_heading(form)
            key = titles.get(title_key(form))
            if key is not None:
                found[at] = (key, unit if titles.get(base) == key else "")
                break
            if base in titles:
                found[at] = (titles[base], unit)
                break
    return found


def _header(grid: Grid, sheet: Sheet, top: int, depth: int, claims: dict[int, tuple[str, str]], tops: list[list[str]]) -> Header:
    header = Header(top, top + depth - 1, {})
    row = grid.first_row + header.bottom
    table_unit = _unit_above(tops[:top])
    for at, (key, unit_text) in sorted(claims.items()):
        column = sheet.column(key)
        shown = _shown(tops, top, depth, at)
        cell = address(row, grid.first_column + at)
        if key in header.named:
            first = address(row, grid.first_column + header.named[key].at)
            header.faults.append(Fault("header.twice", grid.name, row, key, cell, shown, other("cell_also", cell=first), advised("one_column"), column.title))
            header.spoilt = True
            continue
        named = Named(column, at, shown)
        header.named[key] = named
        _set_unit(header, named, unit_text, grid.name, row, cell)
    _apply_table_unit(header, table_unit)
    _tell_missing(header, grid, sheet, row, _tell_unknown(header, grid, sheet, claims, tops, top, depth, row))
    return header


def _shown(tops: list[list[str]], top: int, depth: int, at: int) -> str:
    return " ".join(tops[row][at] for row in range(top, top + depth) if tops[row][at])[:120]


def _set_unit(header: Header, named: Named, unit_text: str, sheet: str, row: int, cell: str) -> None:
    column, own = named.column, named.column.measured_in
    if not unit_text or column.kind not in NUMERIC or own is None or squeezed(unit_text) in (squeezed(own.zh), squeezed(own.en), squeezed(column.unit)):
        named.unit = own if unit_text and own is not None else None
        return
    unit = unit_named(unit_text)
    if unit is None and not (column.kind == "money" and foreign_currency(unit_text)):
        header.remarks.append(Remark("remark.unit_unknown", {"title": column.title, "found": unit_text, "wanted": Text(own.zh, own.en)}))
        return
    if unit is None or factor_between(unit, own) is None:
        expected = Text(own.zh, own.en)
        header.faults.append(Fault("header.unit", sheet, row, column.key, cell, named.heading, expected, advised("right_unit"), column.title))
        header.spoilt = True
        return
    named.unit = unit
    if unit.factor != own.factor:
        header.remarks.append(Remark("remark.unit_converted", {"title": column.title, "found": Text(unit.zh, unit.en), "wanted": Text(own.zh, own.en)}))


def _unit_above(rows: list[list[str]]) -> Unit | None:
    for row in reversed(rows):
        for text in row:
            match = _UNIT_LINE.search(text)
            unit = unit_named(match[1] or match[2]) if match else None
            if unit is not None and unit.family == "money":
                return unit
    return None


def _apply_table_unit(header: Header, unit: Unit | None) -> None:
    if unit is None:
        return
    bare = [named for named in header.named.values() if named.column.kind == "money" and named.unit is None]
    for named in bare:
        named.unit = unit
    if any(named.column.measured_in != unit for named in bare):
        header.remarks.append(Remark("remark.unit_of_table", {"found": Text(unit.zh, unit.en)}))


def _tell_unknown(
    header: Header, grid: Grid, sheet: Sheet, claims: dict[int, tuple[str, str]], tops: list[list[str]], top: int, depth: int, row: int
) -> dict[str, tuple[str, str]]:
    """Remarks on headings that are no column; key to (cell, heading) of the unknown heading nearest to a column that is not there."""
    absent = [column for column in sheet.columns if column.key not in header.named]
    everything = {title_key(name): column for column in sheet.columns for name in (column.title_zh, column.title_en, *column.aliases) if name}
    near: dict[str, tuple[str, str]] = {}
    for at in range(len(grid.columns)):
        shown = _shown(tops, top, depth, at)
        if at in claims or not shown:
            continue
        cell = address(row, grid.first_column + at)
        close = difflib.get_close_matches(split_heading(shown)[0], list(everything), n=1, cutoff=0.55)
        data: dict[str, Any] = {"cell": cell, "found": shown}
        if close:
            column = everything[close[0]]
            if column in absent:
                near.setdefault(column.key, (cell, shown))
            header.remarks.append(Remark("remark.unknown_column_near", {**data, "nearest": column.title}))
        else:
            header.remarks.append(Remark("remark.unknown_column", data))
    return near


def _tell_missing(header: Header, grid: Grid, sheet: Sheet, row: int, near: dict[str, tuple[str, str]]) -> None:
    for column in sheet.columns:
        if column.key in header.named:
            continue
        if not column.required and column.key not in sheet.key_columns:
            header.remarks.append(Remark("remark.absent_column", {"title": column.title}))
            continue
        advice = advised("rename_column", cell=near[column.key][0], nearest=near[column.key][1]) if column.key in near else advised("add_column")
        header.faults.append(Fault("header.missing", grid.name, row, column.key, "", "", other("column_wanted"), advice, column.title))
        header.spoilt = True
