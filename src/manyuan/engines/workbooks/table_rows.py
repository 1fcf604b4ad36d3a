"""Which rows below the header are data: blank rows, a total row at the bottom and notes below the table are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from manyuan.engines.workbooks.checks import Finding
from manyuan.engines.workbooks.columns import Sheet, Text
from manyuan.engines.workbooks.faults import Remark
from manyuan.engines.workbooks.grids import Grid
from manyuan.engines.workbooks.headers import Header
from manyuan.engines.workbooks.problems import advised
from manyuan.engines.workbooks.units import squeezed

_TOTAL: Final = re.compile(r"(?:本页|本表|全市|全区|园区|累计|以上|各项)?(?:合计|总计|小计|共计|总和|汇总|totals?|subtotals?|grandtotals?|sum)(?:数|额)?[:：]?")
_NOTE: Final = re.compile(
    r"(?:备注|注|说明|附注|填表人|填报人|制表人?|审核人?|复核|单位负责人|负责人|统计负责人|联系电话|联系人|填报日期|填表日期|报出日期|note|notes|remarks?)\s*\d*[:：．.、]",
    re.IGNORECASE,
)
_LABEL_AMONG: Final = 3
_LONGEST_LABEL: Final = 16


@dataclass
class DataRows:
    """positions: rows of data counted from 0 in the grid; numbers: the same as the spreadsheet counts; first, last: where data could stand."""

    positions: Sequence[int]
    numbers: np.ndarray
    first: int
    last: int
    remarks: list[Remark] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def data_rows(grid: Grid, header: Header, sheet: Sheet) -> DataRows:
    """The rows of data, with remarks on what was left out and findings on total rows in between."""
    start = header.bottom + 1
    filled = _filled(grid, start)
    remarks: list[Remark] = []
    end = len(filled)
    dropped: list[Remark] = []
    while end:
        if not filled[end - 1]:
            end -= 1
            continue
        row = grid.row(start + end - 1)
        total, note = total_label(row), _note(row)
        if total and not _names_something(row, header, sheet):
            dropped.append(Remark("remark.total_row", {"row": grid.first_row + start + end - 1, "found": total}))
        elif note:
            dropped.append(Remark("remark.footer_row", {"row": grid.first_row + start + end - 1, "found": note[:60]}))
        else:
            break
        end -= 1
    filled = filled[:end]
    kept = np.flatnonzero(filled)
    blank = end - len(kept)
    if blank:
        remarks.append(Remark("remark.blank_rows", {"count": blank}))
    positions = (kept + start).tolist()
    rows = DataRows(positions, kept + start + grid.first_row, grid.first_row + start, grid.first_row + start + max(0, end - 1), remarks + dropped[::-1])
    rows.findings = _totals_inside(grid, header, sheet, positions)
    return rows


def total_label(row: Sequence[Any]) -> str:
    """The word that makes this a total row: 合计 and the like among the first three filled cells; '' when there is none."""
    filled = [cell for cell in row if cell not in ("", None)][:_LABEL_AMONG]
    for cell in filled:
        if isinstance(cell, str) and len(cell) <= _LONGEST_LABEL and _TOTAL.fullmatch(squeezed(cell)):
            return cell.strip()
    return ""


def _note(row: Sequence[Any]) -> str:
    filled = [cell for cell in row if cell not in ("", None)]
    if filled and isinstance(filled[0], str) and _NOTE.match(filled[0].strip()) and all(isinstance(cell, str) for cell in filled):
        return filled[0].strip()
    return ""


def _names_something(row: Sequence[Any], header: Header, sheet: Sheet) -> bool:
    """Whether a key column other than the one with the label has a value: then it is a row of data whose name happens to be such a word."""
    cells = [str(row[header.named[key].at]).strip() for key in sheet.key_columns if key in header.named]
    return any(cell and not _TOTAL.fullmatch(squeezed(cell)) and cell not in "-—/" for cell in cells)


def _filled(grid: Grid, start: int) -> np.ndarray:
    """Which rows from `start` on have anything in them. Blank texts do not count."""
    count = max(0, grid.height - start)
    filled = np.zeros(count, dtype=np.int32)
    for column in grid.columns:
        filled += np.fromiter((cell != "" for cell in column[start:]), dtype=bool, count=count)
    for at in np.flatnonzero((filled > 0) & (filled <= 2)).tolist():
        if all(isinstance(cell, str) and type(cell) is str and not cell.strip("\u3000\xa0 \t\r\n'") for cell in grid.row(start + at)):
            filled[at] = 0
    return filled > 0


def _totals_inside(grid: Grid, header: Header, sheet: Sheet, positions: Sequence[int]) -> list[Finding]:
    """Total rows between data rows: told, never guessed away."""
    findings = []
    columns = {0} | {named.at for named in header.named.values() if named.column.kind in ("text", "uscc")}
    suspects: set[int] = set()
    for column in columns:
        cells = grid.columns[column]
        for index, at in enumerate(positions):
            cell = cells[at]
            if type(cell) is str and 2 <= len(cell) <= _LONGEST_LABEL and _LIKELY.search(cell):
                suspects.add(index)
    for index in sorted(suspects):
        row = grid.row(positions[index])
        label = total_label(row)
        if label and not _names_something(row, header, sheet):
            findings.append(Finding(index, None, "row.total_inside", _NOTHING, advised("remove_total"), label))
    return findings


_NOTHING: Final = Text("", "")
_LIKELY: Final = re.compile(r"计|总|汇|[Tt][Oo][Tt][Aa][Ll]|[Ss][Uu][Mm]")
