"""A whole model as a workbook and back: a sheet for each decision table, a sheet of the variables, and a hidden sheet that keeps the rest.

What is in the tables comes from their sheets; everything else (types, functions, other decisions, the diagram) comes back as it went. A workbook without
the hidden sheet, made by hand, becomes a model of its own: tables are decisions, what they speak of is input data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import ModelInvalid
from manyuan.engines.dmn.nested_tables import tables_of, with_tables
from manyuan.engines.dmn.running import Model, Resolver
from manyuan.engines.dmn.tables_excel import SheetFault, SheetInvalid, open_book, tables_in, write_tables
from manyuan.engines.dmn.typing import TypeBook
from manyuan.engines.dmn.variables import Variable, model_around
from manyuan.engines.dmn.variables_sheet import read_variables, write_variables
from manyuan.engines.dmn.xml_reader import read_dmn
from manyuan.engines.dmn.xml_writer import write_dmn

if TYPE_CHECKING:
    import openpyxl
    import xlsxwriter

TITLE = "模型 Model"
_NOTE = "模型的其余部分（类型、函数、其他决策、图），请勿修改。The rest of the model (types, functions, other decisions, the diagram): leave as it is."
_PIECE = 16_000  # characters of a cell; Excel's limit counts those beyond 16 bits twice
Part = TypeVar("Part", m.InputClause, m.OutputClause, m.Rule)


def write_workbook(definitions: m.Definitions, *, resolve: Resolver | None = None) -> bytes:
    """A model as a workbook: its tables by path, its variables, the rest. resolve: as for `Model`. Raises SheetInvalid where a text does not fit a cell
    and where the model has no decision table."""
    tables = tables_of(definitions)
    if not tables:
        raise SheetInvalid([(definitions.name or "–", "–", "模型中没有决策表", "the model has no decision table")])
    variables = _variables(definitions, resolve)
    xml = write_dmn(definitions).decode("utf-8")

    def further(book: xlsxwriter.Workbook) -> None:
        write_variables(book, variables)
        sheet = book.add_worksheet(TITLE)
        sheet.write_string(0, 0, TITLE)
        sheet.write_string(0, 1, _NOTE)
        for row, start in enumerate(range(0, len(xml), _PIECE), 1):
            sheet.write_string(row, 0, xml[start : start + _PIECE])
        sheet.hide()

    return write_tables(tables, after=further)


def read_workbook(source: bytes | str | Path, *, variables: Iterable[Variable] = (), name: str = "tables") -> m.Definitions:
    """The model of a workbook. variables: names and types beside those that the workbook lists; name: what a model made by hand is called. Raises
    SheetInvalid with every fault, each naming sheet and cell."""
    book = open_book(source)
    faults: list[SheetFault] = []
    kept = _kept(book)
    types = None if kept is not None and kept.imports else TypeBook(kept or m.Definitions(), {})
    listed = {one.name: one for one in (*variables, *read_variables(book, faults, types))}
    tables = tables_in(book, set(listed), faults, types)
    if kept is None:
        return model_around(tables, listed.values(), name)
    wanted = tables_of(kept)
    for missing in wanted.keys() - tables.keys():
        faults.append((TITLE, "–", f"缺少决策表“{missing}”的工作表", f"the sheet of the table {missing!r} is missing"))
    for added in tables.keys() - wanted.keys():
        zh = f"模型中没有决策表“{added}”，有：{'、'.join(wanted)}；要另建模型，请删除工作表“{TITLE}”"
        faults.append(
            (added[:31], "B1", zh, f"the model has no table {added!r}; there are: {', '.join(wanted)}. For a model of its own delete the sheet {TITLE!r}")
        )
    if faults:
        raise SheetInvalid(faults)
    return with_tables(kept, lambda path, table: _edited(table, tables[path]))


def _variables(definitions: m.Definitions, resolve: Resolver | None) -> list[Variable]:
    found = [Variable(one.name, "Input", one.type_ref) for one in definitions.inputs]
    found += [Variable(one.name, "Decision", one.type_ref) for one in definitions.decisions]
    found += [Variable(one.name, "Function") for one in (*definitions.knowledge, *definitions.services)]
    found += [Variable(name, "Name") for name in sorted(Model.as_written(definitions, resolve=resolve).names)]
    by_name: dict[str, Variable] = {}
    for one in found:
        if one.name:
            by_name.setdefault(one.name, one)
    return list(by_name.values())


def _kept(book: openpyxl.Workbook) -> m.Definitions | None:
    """The model that the workbook was written from."""
    if TITLE not in book.sheetnames:
        return None
    sheet = book[TITLE]
    xml = "".join(str(sheet.cell(row, 1).value or "") for row in range(2, sheet.max_row + 1))
    try:
        return read_dmn(xml.encode("utf-8"), file=TITLE)
    except ModelInvalid as error:
        zh, en = error.message("zh"), error.message("en")
        raise SheetInvalid([(TITLE, "A2", f"工作表被改动过：{zh}", f"the sheet was changed: {en}")]) from None


def _edited(before: m.DecisionTable, after: m.DecisionTable) -> m.DecisionTable:
    """A table as its sheet has it now, with the ids of the table that it was."""
    return replace(
        after, id=before.id, inputs=_with_ids(before.inputs, after.inputs), outputs=_with_ids(before.outputs, after.outputs),
        rules=_with_ids(before.rules, after.rules),
    )  # fmt: skip


def _with_ids(before: tuple[Part, ...], after: tuple[Part, ...]) -> tuple[Part, ...]:
    """The ids by position, where none was added or taken away; else none, since which is which is not known."""
    return tuple(replace(new, id=old.id) for old, new in zip(before, after)) if len(before) == len(after) else after
