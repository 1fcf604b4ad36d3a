"""A file as grids of raw cells, column by column, whatever its format. Nothing is interpreted here."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import fastexcel
import python_calamine

from manyuan.engines.workbooks.cells import ErrorCell, FormulaWithoutValue
from manyuan.engines.workbooks.faults import LimitExceeded, Unreadable, WorkbookError
from manyuan.engines.workbooks.limits import Limits
from manyuan.engines.workbooks.package import Package, inspect
from manyuan.engines.workbooks.separated import read_separated

_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
IDENTITY_SHEET: Final = "_manyuan"
FAULT_SHEETS: Final = ("错误清单", "Faults")
INSTRUCTION_SHEETS: Final = ("填写说明", "Instructions")
OURS_MARK: Final = "满园 Manyuan"


_OLD_ERROR: Final = re.compile(r"got 'Error\((\w+)\)'")
_ERROR_TEXTS: Final = {"Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!", "Value": "#VALUE!"}


@dataclass
class Grid:
    """The used cells of one sheet. columns: raw cells per column, all of one length; the first stands at (first_row, first_column), from 1.

    merged: (top, left, bottom, right), from 1.
    """

    name: str
    columns: list[Sequence[Any]]
    first_row: int = 1
    first_column: int = 1
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    @property
    def height(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def row(self, at: int) -> list[Any]:
        """The cells of one row, counted from 0 within the grid."""
        return [column[at] for column in self.columns]


class Opened:
    """A file opened: its format and its sheets, read when asked for."""

    def __init__(self, content: bytes, name: str, limits: Limits) -> None:
        self.content, self.name, self._limits = content, name, limits
        self.package: Package | None = None
        self.encoding = ""
        self._book: Any = None
        self._rows: list[list[str]] = []
        if not content:
            raise Unreadable("file.empty")
        if len(content) > limits.file_bytes:
            raise LimitExceeded("file.file_bytes", found=len(content), limit=limits.file_bytes)
        if content.startswith(_ZIP):
            self.format = "xlsx"
            self.package = inspect(content, name, limits)
            self._book = self._calamine()
        elif content.startswith(_COMPOUND):
            self.format = "xls"
            self._book = self._calamine()
        elif name.lower().endswith((".xlsx", ".xlsm", ".pdf", ".doc", ".docx", ".ods")):
            raise Unreadable("file.kind", name=name)
        else:
            self.format = "csv"
            self._rows, self.encoding = read_separated(content, name, limits)

    @property
    def sheet_names(self) -> list[str]:
        """Names in the workbook's order, visible ones first; a text table is one sheet named after nothing."""
        if self._book is None:
            return ["CSV"]
        visible = {meta.name: str(meta.visible).endswith(".Visible") for meta in self._book.sheets_metadata}
        known = set(self.package.sheets) if self.package else set(visible)
        names = [name for name in self._book.sheet_names if name in known]
        if len(names) > self._limits.sheets:
            raise LimitExceeded("file.sheets", found=len(names), limit=self._limits.sheets)
        return sorted(names, key=lambda name: not visible.get(name, True))

    def grid(self, name: str) -> Grid:
        """The cells of one sheet."""
        if self._book is None:
            return Grid("CSV", list(zip(*self._rows, strict=True)))
        with _own_errors(self.name):
            sheet = self._book.get_sheet_by_name(name)
            start = sheet.start or (0, 0)
            if sheet.end and self.package is None:
                self._check_span(sheet.end)
            rows = sheet.to_python()
            merged = [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
        grid = Grid(name, list(zip(*rows, strict=True)) if rows and rows[0] else [], start[0] + 1, start[1] + 1, merged)
        del rows
        if self.package is not None:
            self._put_unseen(grid)
        elif self.format == "xls":
            self._put_old_errors(grid)
        return grid

    def _check_span(self, end: tuple[int, int]) -> None:
        rows, columns = end[0] + 1, end[1] + 1
        if rows > self._limits.rows:
            raise LimitExceeded("file.rows", found=rows, limit=self._limits.rows)
        if columns > self._limits.columns:
            raise LimitExceeded("file.columns", found=columns, limit=self._limits.columns)
        if rows * columns > self._limits.cells:
            raise LimitExceeded("file.cells", found=rows * columns, limit=self._limits.cells)

    def _calamine(self) -> Any:
        with _own_errors(self.name):
            return python_calamine.load_workbook(io.BytesIO(self.content))

    def _put_old_errors(self, grid: Grid) -> None:
        """The same for .xls: asked for numbers only, the other reader tells which cells hold an error."""
        if not grid.columns:
            return
        with _own_errors(self.name):
            _, refused = fastexcel.read_excel(self.content).load_sheet(grid.name, header_row=None, dtypes="float").to_arrow_with_errors()
        for problem in refused.errors if refused is not None else ():
            shown = _OLD_ERROR.search(problem.detail)
            at, column = problem.position
            if shown and at < grid.height and column < len(grid.columns) and grid.columns[column][at] == "":
                cells = list(grid.columns[column])
                cells[at] = ErrorCell(_ERROR_TEXTS.get(shown[1], f"#{shown[1].upper()}"))
                grid.columns[column] = cells

    def _put_unseen(self, grid: Grid) -> None:
        """Put in what the reader gave as blank: error cells and formulas without a value."""
        facts = self.package.sheets[grid.name] if self.package else None
        if facts is None:
            return
        grid.hidden_rows, grid.hidden_columns = sorted(set(facts.hidden_rows)), sorted(set(facts.hidden_columns))
        lists: dict[int, list[Any]] = {}
        for text, places in [("", facts.formulas_without_value), *facts.errors.items()]:
            cell: Any = ErrorCell(text) if text else FormulaWithoutValue("=")
            for place in places:
                at, column = place // 32768 - grid.first_row, place % 32768 - grid.first_column
                if 0 <= at < grid.height and 0 <= column < len(grid.columns):
                    if column not in lists:
                        lists[column] = list(grid.columns[column])
                    lists[column][at] = cell
        for column, cells in lists.items():
            grid.columns[column] = cells


class _own_errors:
    """Whatever the reader raises, panics included, leaves as Unreadable."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, WorkbookError):
            return
        if isinstance(error, python_calamine.PasswordError):
            raise Unreadable("file.encrypted", name=self._name) from error
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            if "password" in str(error).lower() or "encrypted" in str(error).lower():
                raise Unreadable("file.encrypted", name=self._name) from error
            raise Unreadable("file.damaged", name=self._name, reason=str(error)[:200] or type(error).__name__) from error


def data_sheets(opened: Opened) -> Iterator[str]:
    """The sheets that may hold data: not the instructions, faults and identification that this engine wrote."""
    for name in opened.sheet_names:
        if name.startswith(IDENTITY_SHEET):
            continue
        if name.startswith((*FAULT_SHEETS, *INSTRUCTION_SHEETS)):
            grid = opened.grid(name)
            if grid.columns and OURS_MARK in str(grid.columns[0][0]):
                continue
        yield name
