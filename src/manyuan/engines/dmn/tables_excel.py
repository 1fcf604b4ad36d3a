"""Decision tables to and from Excel workbooks: one sheet a table, every cell FEEL text.

A sheet, top to bottom; what a row is, is said in its column A, in Chinese, English or both ("命中策略 Hit policy"):

    决策表 Decision table | the table's name (may be left out: then the sheet's name)
    命中策略 Hit policy   | U A P F R O C C+ C< C> C#, or the whole word      (left out: U)
    输出标签 Output label, 结果类型 Result type, 已知名称 Known names, 编号 Id   (each may be left out)
    种类 Kind             | 输入 Input … | 输出 Output … | 批注 Annotation …
    表达式或名称 Expression or name | input expressions, output names, annotation names
    标签 Label, 类型 Type, 允许值 Values, 默认输出 Default, 列编号 Column id    (each may be left out)
    1, 2, 3 …             | the rules, one a row; a last column 规则编号 Rule id may follow

A sheet without a row `种类 Kind` is not a table and is passed over. Blanks around a text do not count. A cell that Excel holds as a
number, a truth value, a date or a time is read as that FEEL literal; formulas, error values, merged cells and numbers of more than
15 digits are refused, because what they show is not what they hold. `read(write(tables)) == tables`, ids included.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.styles.numbers import is_datetime
from openpyxl.utils import get_column_letter

from manyuan.engines import feel
from manyuan.engines.dmn.model import DecisionTable, InputClause, OutputClause, Rule

MAX_BYTES, MAX_UNPACKED = 20 * 1024 * 1024, 200 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 20_000, 500, 32_767
MAX_DIGITS = 15  # what Excel keeps of a number

_POLICIES = {
    "U": ("UNIQUE", ""), "A": ("ANY", ""), "P": ("PRIORITY", ""), "F": ("FIRST", ""), "R": ("RULE ORDER", ""), "O": ("OUTPUT ORDER", ""),
    "C": ("COLLECT", ""), "C+": ("COLLECT", "SUM"), "C<": ("COLLECT", "MIN"), "C>": ("COLLECT", "MAX"), "C#": ("COLLECT", "COUNT"),
}  # fmt: skip
_ABOUT_TABLE = {
    "name": ("决策表", "Decision table"), "policy": ("命中策略", "Hit policy"), "output_label": ("输出标签", "Output label"),
    "type_ref": ("结果类型", "Result type"), "names": ("已知名称", "Known names"), "id": ("编号", "Id"),
}  # fmt: skip
_ABOUT_COLUMN = {
    "kind": ("种类", "Kind"), "text": ("表达式或名称", "Expression or name"), "label": ("标签", "Label"), "type_ref": ("类型", "Type"),
    "values": ("允许值", "Values"), "default": ("默认输出", "Default"), "id": ("列编号", "Column id"),
}  # fmt: skip
_KINDS = {
    "input": ("输入", "Input"),
    "output": ("输出", "Output"),
    "annotation": ("批注", "Annotation"),
    "rule_id": ("规则编号", "Rule id"),
}

MESSAGES: dict[str, tuple[str, str]] = {
    "excel.format": ("不是 Excel 工作簿（.xlsx）：{found}。", "not an Excel workbook (.xlsx): {found}."),
    "excel.size": ("{found}，上限 {limit}。", "{found}; the limit is {limit}."),
    "excel.no_table": (
        "没有决策表：在工作表 {found} 的 A 列找不到“种类 Kind”。",
        "no decision table: no “Kind” in column A of the sheets {found}.",
    ),
    "excel.no_sheet": (
        "没有名为“{found}”的工作表；有：{expected}。",
        "there is no sheet {found!r}; there are: {expected}.",
    ),
    "excel.duplicate": ("决策表名称“{found}”出现了两次。", "the table name {found!r} occurs twice."),
    "excel.row": (
        "“{found}”不是表头行的名称；应为：{expected}。",
        "{found!r} names no row of the head; expected one of: {expected}.",
    ),
    "excel.row_twice": ("“{found}”行出现了两次。", "the row {found!r} occurs twice."),
    "excel.policy": (
        "命中策略“{found}”无效；应为：{expected}。",
        "the hit policy {found!r} is not valid; expected one of: {expected}.",
    ),
    "excel.kind": (
        "列的种类“{found}”无效；应为：{expected}。",
        "the kind of column {found!r} is not valid; expected one of: {expected}.",
    ),
    "excel.no_kind": ("这一列有内容，但“种类”行是空的。", "this column holds something but has no kind."),
    "excel.no_output": ("表中没有输出列。", "the table has no output column."),
    "excel.no_text": ("输入列缺少表达式。", "the input column has no expression."),
    "excel.feel": ("“{found}”不是正确的 FEEL：{reason}", "{found!r} is not right FEEL: {reason}"),
    "excel.formula": ("这是公式 {found}；请改为它的值。", "this is a formula, {found}; put its value in its place."),
    "excel.error": ("这是 Excel 的错误值 {found}。", "this is Excel's error value {found}."),
    "excel.merged": (
        "合并单元格 {found}；请取消合并，每格各写内容。",
        "merged cells {found}; unmerge them and fill each cell.",
    ),
    "excel.digits": (
        "数字 {found} 超过 15 位，Excel 存不准；请改为文本。",
        "the number {found} has more than 15 digits, which Excel cannot hold; make it text.",
    ),
    "excel.value": ("不认识的单元格内容 {found}。", "a cell content of an unknown kind: {found}."),
    "excel.length": (
        "文字有 {found} 个字符，Excel 一格最多 {limit} 个。",
        "the text has {found} characters; an Excel cell holds {limit}.",
    ),
    "excel.character": ("字符 {found} 不能存入 Excel。", "the character {found} cannot be kept in Excel."),
    "excel.cells": (
        "第 {row} 条规则有 {found} 格，应为 {expected} 格。",
        "rule {row} has {found} cells, expected {expected}.",
    ),
    "excel.name": (
        "名称“{found}”首尾有空白或为空，存入 Excel 后会变。",
        "the name {found!r} is empty or has blanks around it and would not survive.",
    ),
}


@dataclass(frozen=True)
class CellFault:
    """One thing wrong with a workbook. sheet and cell ('C7') say where; empty where the fault is of the whole."""

    code: str
    file: str
    sheet: str
    cell: str
    data: dict[str, object]

    def message(self, language: str = "en") -> str:
        """The whole sentence in 'zh' or 'en', place first."""
        chinese = language.startswith("zh")
        data = {key: value(language) if callable(value) else value for key, value in self.data.items()}
        text = MESSAGES[self.code][0 if chinese else 1].format(**data)
        if self.sheet:
            where = f"工作表“{self.sheet}”" if chinese else f"sheet {self.sheet!r}"
            if self.cell:
                where += f" {self.cell}" if chinese else f", cell {self.cell}"
            text = f"{where}：{text}" if chinese else f"{where}: {text}"
        return f"{self.file}: {text}" if self.file else text


class WorkbookInvalid(Exception):
    """A workbook that cannot be read as decision tables, or tables that cannot be kept in one. faults: all that was found."""

    def __init__(self, faults: list[CellFault]) -> None:
        self.faults = faults
        super().__init__(self.message("en"))

    def message(self, language: str = "en") -> str:
        return "\n".join(fault.message(language) for fault in self.faults)


# writing


def write_table_workbook(
    tables: Mapping[str, DecisionTable], target: str | Path | io.BytesIO, *, names: Iterable[str] = ()
) -> None:
    """Write tables, by name, as a workbook in the layout of this module. names: variables that cells speak of (those with blanks are
    kept in the sheet, so that its texts can be parsed again). The target is written only when everything fits; a path is replaced in
    one step. Raises WorkbookInvalid with every text that a cell cannot hold."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    faults: list[CellFault] = []
    taken: set[str] = set()
    spaced = sorted({name for name in names if " " in name})
    for name, table in tables.items():
        sheet = _sheet_name(name, taken)
        _SheetWriter(book, sheet, faults).write(name, table, spaced)
    if not tables:
        book.add_worksheet()
    book.close()
    if faults:
        raise WorkbookInvalid(faults)
    if isinstance(target, io.BytesIO):
        target.write(content.getvalue())
        return
    path = Path(target)
    aside = path.with_name(path.name + ".part")
    aside.write_bytes(content.getvalue())
    aside.replace(path)


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel allows and that is not taken: at most 31 characters, none of []:*?/\\, no quote at an end, not `History`."""
    plain = "".join("_" if c in "[]:*?/\\" or ord(c) < 32 else c for c in name).strip("' ")[:31] or "table"
    if plain.lower() == "history":
        plain += "_"
    found, number = plain, 1
    while found.lower() in taken:
        number += 1
        found = f"{plain[: 30 - len(str(number))]}_{number}"
    taken.add(found.lower())
    return found


class _SheetWriter:
    def __init__(self, book: Any, sheet: str, faults: list[CellFault]) -> None:
        self.sheet_name, self.faults = sheet, faults
        self.sheet = book.add_worksheet(sheet)
        plain = {"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True}
        self.head = book.add_format(plain | {"bold": True, "bg_color": "#E8EEF4"})
        self.rule = book.add_format(plain)
        self.output = book.add_format(plain | {"bg_color": "#F6F6F0"})

    def put(self, row: int, column: int, text: str, style: Any, *, optional: bool = True) -> None:
        cell = f"{get_column_letter(column + 1)}{row + 1}"
        if len(text) > MAX_CELL:
            self.faults.append(
                CellFault("excel.length", "", self.sheet_name, cell, {"found": len(text), "limit": MAX_CELL})
            )
        elif (bad := next((c for c in text if _cannot_be_kept(c)), None)) is not None:
            self.faults.append(CellFault("excel.character", "", self.sheet_name, cell, {"found": f"U+{ord(bad):04X}"}))
        elif text or not optional:
            self.sheet.write_string(row, column, text, style)

    def write(self, name: str, table: DecisionTable, names: list[str]) -> None:
        if not name or name != name.strip():
            self.faults.append(CellFault("excel.name", "", self.sheet_name, "B1", {"found": name}))
        policy = next((k for k, found in _POLICIES.items() if found == (table.hit_policy, table.aggregation)), None)
        if policy is None:
            found = f"{table.hit_policy} {table.aggregation}".strip()
            self.faults.append(
                CellFault("excel.policy", "", self.sheet_name, "B2", {"found": found, "expected": _listed(_POLICIES)})
            )
        about = {
            "name": name, "policy": policy or "", "output_label": table.output_label, "type_ref": table.type_ref,
            "names": "\n".join(names), "id": table.id,
        }  # fmt: skip
        row = 0
        for key, text in about.items():
            if text:
                self.put(row, 0, " ".join(_ABOUT_TABLE[key]), self.head)
                self.put(row, 1, text, self.rule)
                row += 1
        last = self.rules(self.columns(row + 1, table), table)
        self.sheet.set_column(0, 0, 26)
        self.sheet.set_column(1, last, 22)
        self.sheet.ignore_errors(
            {"number_stored_as_text": f"A1:{get_column_letter(last + 1)}{row + len(table.rules) + 10}"}
        )

    def columns(self, row: int, table: DecisionTable) -> int:
        """The head of the columns; returns the first row of the rules."""
        annotations = max([len(table.annotations), *(len(rule.annotations) for rule in table.rules)])
        columns: list[dict[str, str]] = [
            {
                "kind": "input",
                "text": c.expression,
                "label": c.label,
                "type_ref": c.type_ref,
                "values": c.values,
                "id": c.id,
            }
            for c in table.inputs
        ]
        columns += [
            {
                "kind": "output",
                "text": c.name,
                "label": c.label,
                "type_ref": c.type_ref,
                "values": c.values,
                "default": c.default,
                "id": c.id,
            }
            for c in table.outputs
        ]
        columns += [
            {"kind": "annotation", "text": table.annotations[at] if at < len(table.annotations) else ""}
            for at in range(annotations)
        ]
        if any(rule.id for rule in table.rules):
            columns.append({"kind": "rule_id"})
        for key, words in _ABOUT_COLUMN.items():
            if key not in ("kind", "text") and not any(column.get(key) for column in columns):
                continue
            self.put(row, 0, " ".join(words), self.head)
            for at, column in enumerate(columns, 1):
                text = " ".join(_KINDS[column["kind"]]) if key == "kind" else column.get(key, "")
                self.put(row, at, text, self.head, optional=False)
            row += 1
        self.sheet.freeze_panes(row, 1)
        return row

    def rules(self, row: int, table: DecisionTable) -> int:
        """The rules; returns the last column."""
        annotations = max([len(table.annotations), *(len(rule.annotations) for rule in table.rules)])
        width = len(table.inputs) + len(table.outputs) + annotations
        for number, rule in enumerate(table.rules, 1):
            found, expected = (len(rule.inputs), len(rule.outputs)), (len(table.inputs), len(table.outputs))
            if found != expected:
                data: dict[str, object] = {"row": number, "found": sum(found), "expected": sum(expected)}
                self.faults.append(CellFault("excel.cells", "", self.sheet_name, f"A{row + 1}", data))
                continue
            self.sheet.write_number(row, 0, number, self.head)
            for at, text in enumerate((*rule.inputs, *rule.outputs, *rule.annotations), 1):
                self.put(row, at, text, self.rule if at <= len(table.inputs) else self.output, optional=False)
            if rule.id:
                self.put(row, width + 1, rule.id, self.rule)
            row += 1
        return width + 1


def _cannot_be_kept(character: str) -> bool:
    """XML has no place for most control characters and for half a surrogate pair, and turns carriage returns into line feeds."""
    code = ord(character)
    return (code < 32 and character not in "\t\n") or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF)


# reading


def read_table_workbook(
    source: str | Path | bytes, *, names: Iterable[str] = (), sheets: Iterable[str] | None = None
) -> dict[str, DecisionTable]:
    """The decision tables of a workbook by their names, in the order of the sheets.

    names: variables with blanks in their names that cells speak of. sheets: only these (all must be there). Every rule's `line` is its
    row in the sheet. Raises WorkbookInvalid with every fault found, each with its sheet and cell.
    """
    file = "" if isinstance(source, bytes) else Path(source).name
    book = _open(source if isinstance(source, bytes) else Path(source).read_bytes(), file)
    wanted = list(sheets) if sheets is not None else book.sheetnames
    missing = [name for name in wanted if name not in book.sheetnames]
    faults = [
        CellFault("excel.no_sheet", file, "", "", {"found": name, "expected": ", ".join(book.sheetnames)})
        for name in missing
    ]
    known, found = tuple(names), {}
    seen = False
    for name in wanted:
        if name in missing or not hasattr(book[name], "iter_rows"):
            continue
        reader = _SheetReader(book[name], file, faults)
        head = reader.head_row()
        if head is None:
            continue
        seen = True
        read = reader.table(head, known)
        if read is None:
            continue
        title, table = read
        if title in found:
            faults.append(CellFault("excel.duplicate", file, name, "", {"found": title}))
        found[title] = table
    if not seen and not faults:
        faults.append(CellFault("excel.no_table", file, "", "", {"found": ", ".join(wanted) or "–"}))
    if faults:
        raise WorkbookInvalid(faults)
    return found


def _open(content: bytes, file: str) -> Any:
    def refuse(code: str, **data: object) -> WorkbookInvalid:
        return WorkbookInvalid([CellFault(code, file, "", "", data)])

    if len(content) > MAX_BYTES:
        raise refuse("excel.size", found=f"{len(content)} bytes", limit=MAX_BYTES)
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except zipfile.BadZipFile as error:
        raise refuse("excel.format", found=error) from None
    if unpacked > MAX_UNPACKED:
        raise refuse("excel.size", found=f"{unpacked} bytes unpacked", limit=MAX_UNPACKED)
    try:
        return openpyxl.load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    except Exception as error:  # a broken file can fail anywhere in the library
        raise refuse("excel.format", found=f"{type(error).__name__}: {error}") from None


@dataclass
class _Column:
    """A column of the sheet: its kind and what the head says of it."""

    at: int
    kind: str
    about: dict[str, str]


class _SheetReader:
    def __init__(self, sheet: Any, file: str, faults: list[CellFault]) -> None:
        self.sheet, self.file, self.faults = sheet, file, faults
        self.rows, self.width = sheet.max_row, sheet.max_column

    def fault(self, code: str, row: int = 0, column: int = 0, **data: object) -> None:
        cell = f"{get_column_letter(column)}{row}" if row else ""
        self.faults.append(CellFault(code, self.file, self.sheet.title, cell, data))

    def head_row(self) -> int | None:
        """The row `种类 Kind`; None where the sheet is no table."""
        for row in range(1, min(self.rows, 100) + 1):
            value = self.sheet.cell(row, 1).value
            if isinstance(value, str) and _key(value, _ABOUT_COLUMN) == "kind":
                return row
        return None

    def text(self, row: int, column: int) -> str:
        """A cell as FEEL text; faults for what has none."""
        cell = self.sheet.cell(row, column)
        value = cell.value
        if value is None:
            return ""
        if cell.data_type == "f" or not isinstance(value, (str, bool, int, float, date, time, timedelta)):
            shown = value if isinstance(value, str) else getattr(value, "text", None) or type(value).__name__
            self.fault("excel.formula" if cell.data_type == "f" else "excel.value", row, column, found=shown)
            return ""
        if cell.data_type == "e":
            self.fault("excel.error", row, column, found=value)
            return ""
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return self.number(value, row, column)
        if isinstance(value, datetime) and is_datetime(cell.number_format) == "date":
            value = value.date()
        return f'@"{feel.from_python(value)}"'

    def number(self, value: int | float, row: int, column: int) -> str:
        number = Decimal(repr(value))
        if not number.is_finite() or len(number.normalize().as_tuple().digits) > MAX_DIGITS:
            self.fault("excel.digits", row, column, found=value)
            return ""
        return f"{number.normalize():f}"

    def table(self, head: int, names: tuple[str, ...]) -> tuple[str, DecisionTable] | None:
        """The table under a head, with its name; None (and faults) where the sheet cannot be read as one."""
        if self.rows > MAX_ROWS or self.width > MAX_COLUMNS:
            self.fault("excel.size", found=f"{self.rows} × {self.width}", limit=f"{MAX_ROWS} × {MAX_COLUMNS}")
            return None
        for merged in self.sheet.merged_cells.ranges:
            self.fault("excel.merged", merged.min_row, merged.min_col, found=merged.coord)
        about, places = self.about(1, head, _ABOUT_TABLE)
        policy, aggregation = self.policy(about.get("policy", ""), places.get("policy", 0))
        columns, first = self.columns(head)
        if columns is None:
            return None
        of = {kind: [c for c in columns if c.kind == kind] for kind in _KINDS}
        ids = of["rule_id"][0].at if of["rule_id"] else 0
        rules = []
        for row in range(first, self.rows + 1):
            cells = {c.at: self.text(row, c.at) for c in columns}
            if not any(cells.values()) and self.sheet.cell(row, 1).value is None:
                continue
            parts = (tuple(cells[c.at] for c in of[kind]) for kind in ("input", "output", "annotation"))
            rules.append(Rule(*parts, cells.get(ids, ""), line=row))
        table = DecisionTable(
            tuple(InputClause(c.about["text"], *(c.about.get(k, "") for k in ("type_ref", "label", "values", "id"))) for c in of["input"]),
            tuple(OutputClause(c.about["text"], *(c.about.get(k, "") for k in ("type_ref", "label", "values", "default", "id"))) for c in of["output"]),
            tuple(rules), policy, aggregation, about.get("output_label", ""), self.annotation_names(of["annotation"]),
            type_ref=about.get("type_ref", ""), id=about.get("id", ""), line=head,
        )  # fmt: skip
        self.check_feel(table, columns, {*names, *filter(None, about.get("names", "").split("\n"))})
        return about.get("name") or self.sheet.title, table

    @staticmethod
    def annotation_names(columns: list[_Column]) -> tuple[str, ...]:
        """Names of the annotation columns; none where no column has one."""
        names = tuple(c.about["text"] for c in columns)
        return names if any(names) else ()

    def about(
        self, start: int, end: int, words: Mapping[str, tuple[str, str]]
    ) -> tuple[dict[str, str], dict[str, int]]:
        """The rows of a part of the head: key to the text of column B, and key to the row."""
        found: dict[str, str] = {}
        places: dict[str, int] = {}
        for row in range(start, end):
            title = self.text(row, 1)
            if not title:
                continue
            key = _key(title, words)
            if key is None:
                self.fault("excel.row", row, 1, found=title, expected=_listed(words.values()))
            elif key in places:
                self.fault("excel.row_twice", row, 1, found=title)
            else:
                places[key] = row
                found[key] = self.text(row, 2)
        return found, places

    def policy(self, text: str, row: int) -> tuple[str, str]:
        word = " ".join(text.upper().split())
        if not word:
            return "UNIQUE", ""
        for short, (policy, aggregation) in _POLICIES.items():
            if word in (short, f"{policy} {aggregation}".strip()) or (word.replace(" ", "") == short):
                return policy, aggregation
        self.fault("excel.policy", row, 2, found=text, expected=_listed(_POLICIES))
        return "UNIQUE", ""

    def columns(self, head: int) -> tuple[list[_Column] | None, int]:
        """The columns, and the first row of the rules."""
        first = head
        while first <= self.rows and (first == head or _key(str(self.sheet.cell(first, 1).value or ""), _ABOUT_COLUMN)):
            first += 1
        _, places = self.about(head, first, _ABOUT_COLUMN)
        columns, before = [], len(self.faults)
        for at in range(2, self.width + 1):
            title = self.text(head, at)
            kind = _key(title, _KINDS) if title else None
            if title and kind is None:
                self.fault("excel.kind", head, at, found=title, expected=_listed(_KINDS.values()))
            elif kind is None and any(self.sheet.cell(row, at).value is not None for row in range(head, self.rows + 1)):
                self.fault("excel.no_kind", head, at)
            elif kind is not None:
                about = {key: self.text(row, at) for key, row in places.items() if key != "kind"}
                about.setdefault("text", "")
                if kind == "input" and not about["text"]:
                    self.fault("excel.no_text", places.get("text", head), at)
                columns.append(_Column(at, kind, about))
        if not any(c.kind == "output" for c in columns):
            self.fault("excel.no_output", head, 1)
        return (columns if len(self.faults) == before else None), first

    def check_feel(self, table: DecisionTable, columns: list[_Column], names: set[str]) -> None:
        """Parse every text, so that a slip is named by its cell."""
        at = {kind: [c.at for c in columns if c.kind == kind] for kind in ("input", "output")}
        own = names | {" ".join(c.expression.split()) for c in table.inputs} | {c.name for c in table.outputs}
        own.discard("")

        def tests(text: str) -> object:
            return feel.parse_unary_tests(text, names=own)

        def expression(text: str) -> object:
            return feel.parse(text, names=own)

        head = {
            key: row
            for row in range(table.line, self.rows + 1)
            if (key := _key(str(self.sheet.cell(row, 1).value or ""), _ABOUT_COLUMN))
        }
        for column, clause in zip(at["input"], table.inputs):
            self.parse(expression, clause.expression, head.get("text", table.line), column)
            self.parse(tests, clause.values, head.get("values", table.line), column)
        for column, output in zip(at["output"], table.outputs):
            self.parse(tests, output.values, head.get("values", table.line), column)
            self.parse(expression, output.default, head.get("default", table.line), column)
        for rule in table.rules:
            for column, text in zip(at["input"], rule.inputs):
                self.parse(tests, text, rule.line, column)
            for column, text in zip(at["output"], rule.outputs):
                self.parse(expression, text, rule.line, column)

    def parse(self, action: Callable[[str], object], text: str, row: int, column: int) -> None:
        if not text:
            return
        try:
            action(text)
        except feel.FeelError as error:
            self.fault("excel.feel", row, column, found=text, reason=error.message)


def _key(title: str, words: Mapping[str, tuple[str, str]]) -> str | None:
    """What a title means: the Chinese word, the English one, or both; case and blanks do not count."""
    plain = "".join(title.lower().split())
    for key, (zh, en) in words.items():
        english = "".join(en.lower().split())
        if plain in (zh, english, zh + english):
            return key
    return None


def _listed(words: Iterable[Any]) -> str:
    return ", ".join(word if isinstance(word, str) else " ".join(word) for word in words)
