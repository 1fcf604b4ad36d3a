"""A messy spreadsheet read and checked: typed values with the address of every cell, and every fault, not the first.

Reading is by columns. `Reading.rows` is a view that builds a row when it is asked for.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np

from manyuan.engines.workbooks.addresses import address, ranges_in_words
from manyuan.engines.workbooks.cells import MISSING_MARKS, Given, in_words
from manyuan.engines.workbooks.checks import Finding, duplicates, requirements
from manyuan.engines.workbooks.columns import MISSING, Column, Sheet, Text
from manyuan.engines.workbooks.faults import Fault, Remark, Unreadable
from manyuan.engines.workbooks.grids import Grid, Opened, data_sheets
from manyuan.engines.workbooks.headers import Header, find_header, matched
from manyuan.engines.workbooks.identity import Identity, read_identity
from manyuan.engines.workbooks.limits import Limits
from manyuan.engines.workbooks.table_rows import data_rows
from manyuan.engines.workbooks.units import squeezed
from manyuan.engines.workbooks.vectors import ColumnData, read_column

_LONGEST_FOUND = 200
_PERCENT_SHARE = 1.0


@dataclass(frozen=True)
class Row:
    """One row. number: as the spreadsheet counts, from 1. values: by column key, canonical or MISSING or INVALID (a fault says why).

    cells: the address of each cell, for lineage; '' where the file has no such column. raw: the text that stands in each cell.
    """

    number: int
    sheet: str
    values: Mapping[str, Any]
    cells: Mapping[str, str]
    raw: Mapping[str, str]
    is_wrong: bool


@dataclass
class Reading:
    """What a file holds for a sheet.

    format: 'xlsx', 'xls' or 'csv'. sheet_name: the sheet that was read. header_row: number of the last header row.
    numbers: row numbers. columns: data by column key, in the sheet's order (`values`, `missing`, `raw`), aligned with numbers.
    wrong: which rows have a fault, exact even beyond the cap. faults: by place, at most Limits.faults; fault_count: all of them.
    remarks: what the reader did that its user should know. identity: what a downloaded template says of itself, else None.
    """

    sheet: Sheet
    format: str
    sheet_name: str
    header_row: int
    numbers: np.ndarray
    columns: dict[str, ColumnData]
    wrong: np.ndarray
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    remarks: list[Remark] = field(default_factory=list)
    identity: Identity | None = None
    letters: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> Sequence[Row]:
        """All rows, right and wrong, in the file's order."""
        return _Rows(self)

    def values(self, key: str) -> list[Any]:
        """The values of one column, aligned with numbers."""
        return self.columns[key].values

    def cell(self, at: int, key: str) -> str:
        """The address of a cell, at counted from 0 among the rows; '' where the file has no such column."""
        return address(int(self.numbers[at]), self.letters[key]) if key in self.letters else ""

    def __len__(self) -> int:
        return len(self.numbers)


class _Rows(Sequence[Row]):
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __len__(self) -> int:
        return len(self._reading.numbers)

    def __iter__(self) -> Iterator[Row]:
        return (self._row(at) for at in range(len(self)))

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return [self._row(one) for one in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._row(at % len(self))

    def _row(self, at: int) -> Row:
        reading = self._reading
        values, cells, raw = {}, {}, {}
        for key, data in reading.columns.items():
            values[key] = data.values[at]
            cells[key] = reading.cell(at, key)
            raw[key] = in_words(data.raw[at])
        return Row(int(reading.numbers[at]), reading.sheet_name, values, cells, raw, bool(reading.wrong[at]))


def read_table(
    source: str | os.PathLike[str] | bytes, filename: str, sheet: Sheet, limits: Limits | None = None, *, missing_marks: frozenset[str] = MISSING_MARKS
) -> Reading:
    """Read and check a file against a sheet's columns.

    source: a path or the bytes; filename: as the user calls it. missing_marks: texts that mean 'no value', compared without case and width.
    Cell and row faults are in the Reading. Raises LimitExceeded and Unreadable (both WorkbookError) when the whole file cannot be taken,
    among them `file.no_header`; nothing else.
    """
    with _no_collecting():
        return _read(source, filename, sheet, limits or Limits(), missing_marks)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Millions of cells come and none goes: looking for garbage meanwhile would take as long as the reading."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(source: str | os.PathLike[str] | bytes, filename: str, sheet: Sheet, limits: Limits, missing_marks: frozenset[str]) -> Reading:
    opened = Opened(_content(source, limits), filename, limits)
    grid, header, others = _chosen(opened, sheet)
    identity = read_identity(opened)
    marks = frozenset(squeezed(mark) for mark in missing_marks)
    rows = data_rows(grid, header, sheet)
    remarks = [*_remarks_of_file(opened, grid, others, rows.first, rows.last), *header.remarks, *rows.remarks]
    reading = Reading(
        sheet,
        opened.format,
        grid.name,
        grid.first_row + header.bottom,
        rows.numbers,
        {},
        np.full(len(rows.numbers), header.spoilt),
        remarks=remarks,
        identity=identity,
    )
    reading.letters = {key: grid.first_column + named.at for key, named in header.named.items()}
    _read_columns(reading, opened, grid, header, rows.positions, marks)
    findings = [*_cell_findings(reading), *requirements(reading.columns, header.named), *duplicates(sheet, reading.columns, reading.numbers), *rows.findings]
    _gather(reading, header, findings, limits)
    return reading


def _content(source: str | os.PathLike[str] | bytes, limits: Limits) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    with open(source, "rb") as file:
        return file.read(limits.file_bytes + 1)


def _chosen(opened: Opened, sheet: Sheet) -> tuple[Grid, Header, list[str]]:
    """The sheet whose header names most columns, its header, and the other sheets that were looked at."""
    best: tuple[Grid, Header] | None = None
    names = list(data_sheets(opened))
    for name in names:
        grid = opened.grid(name)
        header = find_header(grid, sheet)
        if header is not None and matched(header) > (matched(best[1]) if best else 0):
            best = (grid, header)
            if matched(header) == len(sheet.columns):
                break
    if best is None:
        expected = "、".join(column.title_zh for column in sheet.columns[:12])
        in_english = ", ".join(column.title.en for column in sheet.columns[:12])
        raise Unreadable("file.no_header", name=opened.name, expected=Text(expected, in_english))
    return (*best, [name for name in names if name != best[0].name])


def _remarks_of_file(opened: Opened, grid: Grid, others: list[str], first: int, last: int) -> list[Remark]:
    remarks = []
    if others:
        remarks.append(Remark("remark.sheet_chosen", {"sheet": grid.name, "others": ", ".join(others[:10])}))
    if opened.encoding and opened.encoding != "UTF-8":
        remarks.append(Remark("remark.encoding", {"found": opened.encoding}))
    if opened.package is not None and opened.package.foreign:
        remarks.append(Remark("remark.macros"))
    hidden = [row for row in grid.hidden_rows if first <= row <= last]
    if hidden:
        remarks.append(Remark("remark.hidden_rows", {"count": len(hidden), "rows": ranges_in_words(hidden)}))
    columns = [column for column in grid.hidden_columns if column < grid.first_column + len(grid.columns)]
    if columns:
        remarks.append(Remark("remark.hidden_columns", {"columns": ", ".join(address(1, column)[:-1] for column in columns[:20])}))
    return remarks


def _read_columns(reading: Reading, opened: Opened, grid: Grid, header: Header, positions: Sequence[int], marks: frozenset[str]) -> None:
    package = opened.package
    percent_columns = {grid.first_column + named.at for named in header.named.values() if named.column.kind == "percent"}
    percent = package.percent_rows(grid.name, percent_columns) if package and percent_columns else {}
    from_1904 = bool(package and package.dates_from_1904)
    for column in reading.sheet.columns:
        named = header.named.get(column.key)
        if named is None:
            count = len(positions)
            reading.columns[column.key] = ColumnData(column, [""] * count, [MISSING] * count, np.ones(count, dtype=bool))
            continue
        raw = _picked(grid.columns[named.at], positions)
        shares = None
        if column.kind == "percent":
            rows = percent.get(grid.first_column + named.at)
            shares = np.isin(reading.numbers, np.fromiter(rows, dtype=np.int64, count=len(rows))) if rows else None
            _warn_of_shares(reading, column, raw, shares)
        reading.columns[column.key] = read_column(column, raw, Given(named.unit, marks, from_1904), shares)


def _picked(cells: Sequence[Any], positions: Sequence[int]) -> Sequence[Any]:
    if len(positions) and positions[-1] - positions[0] + 1 == len(positions):
        return cells[positions[0] : positions[-1] + 1]
    return [cells[at] for at in positions]


def _warn_of_shares(reading: Reading, column: Column, raw: Sequence[Any], shares: np.ndarray | None) -> None:
    """Say so when bare numbers in a percent column may have been meant as shares: none of them above 1."""
    if shares is not None and shares.all():
        return
    bare = [cell for at, cell in enumerate(raw) if isinstance(cell, float) and cell and (shares is None or not shares[at])]
    if bare and max(map(abs, bare)) <= _PERCENT_SHARE and any(cell != int(cell) for cell in bare):
        reading.remarks.append(Remark("remark.percent_unsure", {"title": column.title}))


def _cell_findings(reading: Reading) -> Iterator[Finding]:
    for data in reading.columns.values():
        for at, problem in data.problems.items():
            yield Finding(at, data.column, problem.code, problem.expected, problem.next_step)


def _gather(reading: Reading, header: Header, findings: list[Finding], limits: Limits) -> None:
    """Mark the wrong rows, count all faults, and put the first ones into words."""
    order = {column.key: at for at, column in enumerate(reading.sheet.columns)}
    reading.faults = header.faults[: limits.faults]
    reading.fault_count = len(header.faults) + len(findings)
    for finding in findings:
        reading.wrong[finding.at] = True
    findings.sort(key=lambda finding: (finding.at, order.get(finding.column.key, -1) if finding.column else -1))
    for finding in findings[: limits.faults - len(reading.faults)]:
        reading.faults.append(_fault(reading, finding))
    beyond = reading.fault_count - len(reading.faults)
    if beyond:
        reading.remarks.append(Remark("remark.faults_beyond", {"count": beyond}))


def _fault(reading: Reading, finding: Finding) -> Fault:
    column = finding.column
    number = int(reading.numbers[finding.at])
    if column is None:
        return Fault(finding.code, reading.sheet_name, number, "", "", finding.found, finding.expected, finding.next_step)
    found = finding.found or in_words(reading.columns[column.key].raw[finding.at])[:_LONGEST_FOUND]
    cell = reading.cell(finding.at, column.key)
    return Fault(finding.code, reading.sheet_name, number, column.key, cell, found, finding.expected, finding.next_step, column.title)
