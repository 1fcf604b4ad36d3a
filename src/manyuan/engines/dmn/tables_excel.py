"""Decision tables as Excel sheets, both ways, without a change of meaning.

Layout of a sheet (the sheet's name is the decision's, cut to 31 characters; the whole name stands in B1):

    A1 决策 Decision         B1 name
    A2 命中策略 Hit policy    B2 UNIQUE … (COLLECT with an aggregation: `COLLECT SUM`)   C2 output label
    row 3  kind:      Input | Output | Annotation, from column B on
    row 4  expression of an input, name of an output or an annotation
    row 5  label      row 6 type      row 7 allowed values      row 8 default output
    row 9 on: one rule a row; column A holds its number. Cells are FEEL; an empty condition means `-`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.utils import get_column_letter

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.typing import TypeBook
from manyuan.engines.dmn.variables_sheet import read_variables

MAX_BYTES = 20 * 1024 * 1024
MAX_TEXT = 32_767
_HEADS = (
    "决策 Decision",
    "命中策略 Hit policy",
    "列 Column",
    "表达式 Expression",
    "说明 Label",
    "类型 Type",
    "允许值 Allowed",
    "缺省 Default",
)
_KINDS = {"input": "Input", "output": "Output", "annotation": "Annotation"}
_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
_AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


SheetFault = tuple[str, str, str, str]  # sheet, cell, Chinese, English
_WHOLE = "–"
"""In place of a sheet and a cell where the file as a whole is wrong."""


class SheetInvalid(Exception):
    """A workbook that is not a decision table. faults: (sheet, cell, Chinese, English)."""

    def __init__(self, faults: list[SheetFault]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{sheet}!{cell}: {en}" for sheet, cell, _, en in faults))

    def message(self, language: str = "en", file: str = "") -> str:
        """Every fault with sheet and cell, and with the file where it is given."""
        where = f"{file}: " if file else ""
        places = [f"{where}{sheet}!{cell}: " if sheet != _WHOLE else where for sheet, cell, _, _ in self.faults]
        return "\n".join(place + (zh if language.startswith("zh") else en) for place, (_, _, zh, en) in zip(places, self.faults))


def write_tables(tables: dict[str, m.DecisionTable], *, after: Callable[[xlsxwriter.Workbook], None] | None = None) -> bytes:
    """Decision tables, by the name of their decision, as one workbook. after: adds further sheets behind theirs. The same tables give the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001 -- the same table gives the same bytes
    styles = {
        "head": book.add_format({"bold": True, "bg_color": "#E3F0EC", "border": 1, "text_wrap": True, "valign": "top"}),
        "side": book.add_format({"font_color": "#5C6B67", "valign": "top"}),
        "output": book.add_format({"bold": True, "bg_color": "#FCF0DA", "border": 1, "text_wrap": True, "valign": "top"}),
        "cell": book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"}),
    }
    used: set[str] = set()
    for name, table in tables.items():
        sheet = book.add_worksheet(_sheet_name(name, used))
        _write(sheet, name, table, styles)
    if after is not None:
        after(book)
    book.close()
    return out.getvalue()


def _sheet_name(name: str, used: set[str]) -> str:
    base = "".join("_" if c in "[]:*?/\\'" else c for c in name)[:31] or "Decision"
    found, number = base, 2
    while found.lower() in used:
        found = f"{base[:27]} ({number})"
        number += 1
    used.add(found.lower())
    return found


def _write(sheet, name: str, table: m.DecisionTable, styles) -> None:  # type: ignore[no-untyped-def]
    for row, head in enumerate(_HEADS):
        sheet.write_string(row, 0, head, styles["side"])
    sheet.write_string(0, 1, name)
    sheet.write_string(1, 1, f"{table.hit_policy} {table.aggregation}".strip())
    sheet.write_string(0, 2, table.type_ref)
    sheet.write_string(1, 2, table.output_label)
    columns = [("input", c.expression, c.label, c.type_ref, c.values, "") for c in table.inputs]
    columns += [("output", c.name, c.label, c.type_ref, c.values, c.default) for c in table.outputs]
    width = max([len(table.annotations), *(len(rule.annotations) for rule in table.rules)])
    columns += [("annotation", text, "", "", "", "") for text in (*table.annotations, *[""] * (width - len(table.annotations)))]
    for at, (kind, *texts) in enumerate(columns, 1):
        style = styles["output" if kind == "output" else "head"]
        for row, text in enumerate((_KINDS[kind], *texts), 2):
            sheet.write_string(row, at, text, style)
    for number, rule in enumerate(table.rules, 1):
        sheet.write_number(7 + number, 0, number, styles["side"])
        for at, text in enumerate((*rule.inputs, *rule.outputs, *rule.annotations), 1):
            if len(text) > MAX_TEXT:
                place = f"{get_column_letter(at + 1)}{8 + number}"
                raise SheetInvalid(
                    [(sheet.name, place, f"文本 {len(text)} 个字符，单元格最多 {MAX_TEXT} 个", f"the text has {len(text)} characters; a cell holds {MAX_TEXT}")]
                )
            sheet.write_string(7 + number, at, text, styles["cell"])
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, max(1, len(columns)), 24)
    sheet.freeze_panes(8, 1)
    sheet.data_validation(1, 1, 1, 1, {"validate": "list", "source": [*_POLICIES, *(f"COLLECT {a}" for a in _AGGREGATIONS)]})


def read_tables(source: bytes | str | Path, *, names: Iterable[str] = ()) -> dict[str, m.DecisionTable]:
    """The decision tables of a workbook by name. names: variables with blanks that the cells may use beside the inputs and those that the workbook's
    own sheet of variables lists. Raises SheetInvalid with every fault, each naming sheet and cell."""
    book = open_book(source)
    faults: list[SheetFault] = []
    known = {*names, *(one.name for one in read_variables(book, faults))}
    return tables_in(book, known, faults)


def open_book(source: bytes | str | Path) -> openpyxl.Workbook:
    """A workbook of bounded size, opened. Raises SheetInvalid for what is none."""
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    if len(content) > MAX_BYTES:
        raise SheetInvalid(
            [(_WHOLE, _WHOLE, f"文件有 {len(content)} 字节，应不超过 {MAX_BYTES}", f"the file has {len(content)} bytes; expected at most {MAX_BYTES}")]
        )
    try:
        return openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:
        raise SheetInvalid(
            [(_WHOLE, _WHOLE, "不是 xlsx 工作簿，应为 Excel 保存的 .xlsx 文件", f"not an xlsx workbook ({error}); expected a file saved as .xlsx")]
        ) from None


def tables_in(book: openpyxl.Workbook, names: set[str], faults: list[SheetFault], types: TypeBook | None = None) -> dict[str, m.DecisionTable]:
    """The tables of an opened workbook by name. names: those with blanks; types: what column types are held to (None: not at all); faults: what was
    found before. Raises SheetInvalid with those and its own."""
    tables: dict[str, m.DecisionTable] = {}
    found = len(faults)
    for sheet in book.worksheets:
        if str(sheet.cell(1, 1).value or "").split(" ")[0] not in ("决策", "Decision"):
            continue
        name, table = _read(sheet, faults, names, types)
        if name in tables:
            faults.append((sheet.title, "B1", f"有两张表名为“{name}”", f"two tables have the name {name!r}"))
        tables[name] = table
    if not tables and len(faults) == found:
        faults.append((book.sheetnames[0], "A1", "没有决策表：A1 应为“决策 Decision”", "no decision table: A1 should hold 'Decision'"))
    if faults:
        raise SheetInvalid(faults)
    return tables


def cells_of(source: bytes | str | Path, table: str, rows: Sequence[int], columns: Sequence[int]) -> list[str]:
    """Where rules (from 1) of a table stand in its workbook, as `Sheet!B9`: in these input columns (from 1), in the first where none is given. Empty
    where the workbook has no such table."""
    for sheet in open_book(source):
        if (_cell_text(sheet.cell(1, 2).value) or sheet.title) != table:
            continue
        inputs = [column for column in range(2, sheet.max_column + 1) if _cell_text(sheet.cell(3, column).value) == "Input"]
        rules = [row for row in range(9, sheet.max_row + 1) if any(sheet.cell(row, column).value is not None for column in range(1, sheet.max_column + 1))]
        wanted = [inputs[number - 1] for number in (columns or (1,)) if number <= len(inputs)]
        return [f"{sheet.title}!{get_column_letter(column)}{rules[row - 1]}" for row in rows if row <= len(rules) for column in wanted]
    return []


def _cell_text(value: object) -> str:
    """A cell as FEEL text: what people type as numbers, dates and booleans too."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f'@"{value.date().isoformat()}"' if value.time() == value.min.time() else f'@"{value.isoformat()}"'
    if isinstance(value, date):
        return f'@"{value.isoformat()}"'
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read(sheet, faults: list[SheetFault], names: set[str], types: TypeBook | None) -> tuple[str, m.DecisionTable]:  # type: ignore[no-untyped-def]
    def text(row: int, column: int) -> str:
        return _cell_text(sheet.cell(row, column).value)

    def fault(row: int, column: int, zh: str, en: str) -> None:
        faults.append((sheet.title, f"{get_column_letter(column)}{row}", zh, en))

    _refuse_the_ambiguous(sheet, fault)
    names = names | {text(4, column) for column in range(2, sheet.max_column + 1)} | {"?"}
    name = text(1, 2) or sheet.title
    policy, aggregation = text(2, 2) or "UNIQUE", ""
    if policy.startswith("COLLECT "):
        policy, aggregation = "COLLECT", policy.removeprefix("COLLECT ")
    if policy not in _POLICIES or aggregation not in ("", *_AGGREGATIONS):
        fault(
            2,
            2,
            f"命中策略“{text(2, 2)}”无效，应为 {'、'.join(_POLICIES)}",
            f"the hit policy {text(2, 2)!r} is not one of {', '.join(_POLICIES)}",
        )
    inputs: list[m.InputClause] = []
    outputs: list[m.OutputClause] = []
    notes: list[str] = []
    places: list[tuple[str, int]] = []
    for column in range(2, sheet.max_column + 1):
        kind = text(3, column)
        if not kind:
            if any(text(row, column) for row in range(4, sheet.max_row + 1)):
                fault(
                    3,
                    column,
                    "这一列有内容而没有类别，应为 Input、Output 或 Annotation",
                    "the column has content but no kind; expected Input, Output or Annotation",
                )
            continue
        if kind not in _KINDS.values():
            fault(
                3,
                column,
                f"“{kind}”应为 Input、Output 或 Annotation",
                f"{kind!r} should be Input, Output or Annotation",
            )
            continue
        places.append((kind, column))
        kind_of_value = text(6, column)
        if types is not None and kind_of_value and types.get(kind_of_value) is None:
            fault(6, column, f"没有类型“{kind_of_value}”", f"there is no type {kind_of_value!r}")
        if kind == "Input":
            inputs.append(m.InputClause(text(4, column), text(6, column), text(5, column), text(7, column)))
            _checked(text(4, column) or "?", False, names, lambda zh, en, c=column: fault(4, c, zh, en))
        elif kind == "Output":
            outputs.append(m.OutputClause(text(4, column), text(6, column), text(5, column), text(7, column), text(8, column)))
        else:
            notes.append(text(4, column))
    if not outputs:
        fault(3, 2, "没有 Output 列", "there is no Output column")
    rules = []
    for row in range(9, sheet.max_row + 1):
        cells = {kind: [text(row, c) for k, c in places if k == kind] for kind in _KINDS.values()}
        if not any(any(found) for found in cells.values()) and sheet.cell(row, 1).value is None:
            continue
        for kind, column in places:
            if kind != "Annotation" and text(row, column):
                _checked(text(row, column), kind == "Input", names, lambda zh, en, r=row, c=column: fault(r, c, zh, en))
        rules.append(m.Rule(tuple(c or "-" for c in cells["Input"]), tuple(cells["Output"]), tuple(cells["Annotation"])))
    return name, m.DecisionTable(
        tuple(inputs), tuple(outputs), tuple(rules), policy, aggregation, text(2, 3), tuple(notes) if any(notes) else (), type_ref=text(1, 3)
    )


def _refuse_the_ambiguous(sheet, fault) -> None:  # type: ignore[no-untyped-def]
    """Formulas and merged cells: what they stand for below the first cell is not said, and an empty condition would match everything."""
    for cells in sheet.iter_rows(min_row=3):
        for cell in cells:
            if cell.data_type == "f":
                fault(cell.row, cell.column, f"单元格是公式 {cell.value}，请写成值", f"the cell holds the formula {cell.value}; write the value")
    for merged in sheet.merged_cells.ranges:
        if merged.max_row >= 3:
            fault(
                merged.min_row, merged.min_col, f"合并单元格 {merged.coord}，请拆开并逐格填写", f"the cells {merged.coord} are merged; split them and fill each"
            )


def _checked(text: str, tests: bool, names: set[str], fault) -> None:  # type: ignore[no-untyped-def]
    try:
        feel.parse_unary_tests(text, names=names) if tests else feel.parse(text, names=names)
    except feel.FeelError as error:
        zh, en = error.message("zh"), error.message("en")
        if error.data.get("expected") == "expected.end":  # most often a name with blanks that is not known as one
            zh, en = f"{zh}\n含空格的名称须列在工作表“变量 Variables”中", f"{en}\nA name with blanks must be listed on a sheet '变量 Variables'."
        fault(zh, en)
