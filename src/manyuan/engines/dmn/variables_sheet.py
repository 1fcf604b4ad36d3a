"""The sheet `变量 Variables` of a workbook: the names that the cells of its tables may use, with kind and type.

    A1 变量 Variables
    A2 名称 Name     B2 种类 Kind: Input (what is given; also where the cell is empty), Decision, Function or Name     C2 类型 Type
    row 3 on: one name a row

A name with blanks is read as one word only where it is known: here, or as the expression of a column.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from manyuan.engines.dmn.typing import TypeBook
from manyuan.engines.dmn.variables import Variable

if TYPE_CHECKING:
    import openpyxl
    import xlsxwriter

TITLE = "变量 Variables"
KINDS = ("Input", "Decision", "Function", "Name")
_HEADS = ("名称 Name", "种类 Kind", "类型 Type")
_WORDS = ("变量", "Variables")


def write_variables(book: xlsxwriter.Workbook, variables: Iterable[Variable]) -> None:
    """Adds the sheet to a workbook that is being written."""
    sheet = book.add_worksheet(TITLE)
    bold = book.add_format({"bold": True})
    sheet.write_string(0, 0, TITLE, bold)
    for at, head in enumerate(_HEADS):
        sheet.write_string(1, at, head, bold)
    for row, one in enumerate(variables, 2):
        for at, text in enumerate((one.name, one.kind, one.type_ref)):
            sheet.write_string(row, at, text)
    sheet.set_column(0, 2, 30)
    sheet.data_validation(2, 1, 1000, 1, {"validate": "list", "source": list(KINDS)})
    sheet.freeze_panes(2, 0)


def read_variables(book: openpyxl.Workbook, faults: list[tuple[str, str, str, str]], types: TypeBook | None = None) -> list[Variable]:
    """The variables of a workbook; none where it has no such sheet. types: what their types are held to (None: not at all). Faults are added, each
    with sheet, cell, what it is in Chinese and in English."""
    found: dict[str, Variable] = {}
    for sheet in book.worksheets:
        if str(sheet.cell(1, 1).value or "").split(" ")[0] not in _WORDS:
            continue
        for row in range(3, sheet.max_row + 1):
            name, kind, type_ref = (_text(sheet, row, column) for column in (1, 2, 3))
            if not name:
                continue
            if name in found:
                faults.append((sheet.title, f"A{row}", f"变量“{name}”列了两次", f"the variable {name!r} is listed twice"))
            if kind and kind not in KINDS:
                faults.append((sheet.title, f"B{row}", f"“{kind}”应为 {'、'.join(KINDS)} 之一", f"{kind!r} should be one of {', '.join(KINDS)}"))
            if types is not None and type_ref and types.get(type_ref) is None:
                faults.append((sheet.title, f"C{row}", f"没有类型“{type_ref}”", f"there is no type {type_ref!r}"))
            found[name] = Variable(name, kind or "Input", type_ref)
    return list(found.values())


def _text(sheet: Any, row: int, column: int) -> str:
    value = sheet.cell(row, column).value
    return "" if value is None else " ".join(str(value).split())
