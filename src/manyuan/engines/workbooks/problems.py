"""Why a cell cannot be read, and the words for what was expected and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from manyuan.engines.workbooks.columns import Column, Text

_MOST_CHOICES: Final = 12

EXPECTED: Final[dict[str, tuple[str, str]]] = {
    "text": ("文字", "a text"),
    "integer": ("整数", "a whole number"),
    "decimal": ("数字", "a number"),
    "money": ("数字", "a number"),
    "percent": ("百分数，如 12.5 或 12.5%", "a percentage such as 12.5 or 12.5%"),
    "date": ("日期，如 2024-01-05", "a date such as 2024-01-05"),
    "month": ("月份，如 2025-09", "a month such as 2025-09"),
    "quarter": ("季度，如 2025Q3", "a quarter such as 2025Q3"),
    "year": ("年份，如 2025", "a year such as 2025"),
    "boolean": ("是 或 否", "yes or no"),
    "uscc": ("18 位统一社会信用代码", "an 18-character unified social credit code"),
    "in_unit": ("{what}（{unit}）", "{what} ({unit})"),
    "choice": ("{choices} 之一", "one of {choices}"),
    "choices_more": ("{choices} 等 {count} 项之一", "one of {choices} and others ({count} in all)"),
    "least": ("不小于 {bound}", "at least {bound}"),
    "most": ("不大于 {bound}", "at most {bound}"),
    "least_in_unit": ("不小于 {bound} {unit}", "at least {bound} {unit}"),
    "most_in_unit": ("不大于 {bound} {unit}", "at most {bound} {unit}"),
    "least_text": ("不少于 {bound} 个字", "at least {bound} characters"),
    "most_text": ("不多于 {bound} 个字", "at most {bound} characters"),
}

NEXT: Final[dict[str, tuple[str, str]]] = {
    "letter_for_digit": ("请把字母 {letter} 改为数字 {digit}。", "Replace the letter {letter} by the digit {digit}."),
    "number_only": ("请只填数字。", "Enter a number only."),
    "one_number": ("请只填一个数字，不要填范围或约数。", "Enter one number, no range and no estimate."),
    "commas": ("请检查千分位逗号，或去掉逗号。", "Check the thousands separators or leave the commas out."),
    "other_unit": ("请换算为{unit}后填写数字。", "Convert to {unit} and enter the number."),
    "currency": ("请换算为人民币后填写。", "Convert to yuan before entering it."),
    "whole": ("请填整数，不要小数。", "Enter a whole number without decimals."),
    "fen": ("请四舍五入到分（{places} 位小数）后填写；公式可用 ROUND。", "Round to the fen ({places} decimals); in a formula use ROUND."),
    "finite": ("请改小这个数或检查单位。", "Make the number smaller or check its unit."),
    "not_a_date": ("这里要的是数字，请把单元格格式改为“数值”后重新填写。", "A number belongs here: set the cell's format to Number and enter it again."),
    "fill_in": ("请填写；没有时请说明原因或与园区联系。", "Fill it in, or ask the park when there is none."),
    "recalculate": ("请用表格软件打开并保存一次，或直接填写数值。", "Open the file in a spreadsheet program and save it, or enter the value itself."),
    "fix_error": ("请改正这个单元格的公式，或直接填写数值。", "Mend the formula of this cell or enter the value itself."),
    "check_bound": ("请核对数值和单位。", "Check the value and its unit."),
    "choose_one": ("请从所列选项中选择。", "Choose one of these."),
    "choose_nearest": ('是否指"{nearest}"？请改为这一项。', 'If "{nearest}" is meant, write that.'),
    "as_text": ("请把单元格格式改为“文本”后重新填写，数字格式会丢失末尾几位。", "Set the cell's format to Text and enter it again; a number loses its last digits."),
    "write_date": ("请按 2024-01-05 的样子填写。", "Write it like 2024-01-05."),
    "real_date": ("日历上没有这一天，请核对。", "There is no such day; check it."),
    "ambiguous_date": ("无法判断月和日的先后，请按 2024-01-05 的样子填写。", "Day and month cannot be told apart; write it like 2024-01-05."),
    "write_month": ("请按 2025-09 的样子填写。", "Write it like 2025-09."),
    "write_quarter": ("请按 2025Q3 的样子填写。", "Write it like 2025Q3."),
    "write_year": ("请填四位年份。", "Enter a year of four digits."),
    "uscc_length": ("现有 {count} 位，请核对营业执照。", "It has {count} characters; check the business licence."),
    "uscc_letter": ("代码中没有字母 I、O、S、V、Z；是否应为 {mended}？", "A code has no I, O, S, V or Z; is {mended} meant?"),
    "uscc_check": ("校验位不符，请对照营业执照核对。", "The check character does not fit; compare with the business licence."),
    "one_row": ("请只保留一行，或更正其中一行。", "Keep one of the rows or correct one of them."),
    "remove_total": ("请删去这一行，或移到表的最后。", "Remove this row or move it to the bottom."),
    "add_column": ("请补上这一列。", "Add this column."),
    "rename_column": ('请补上这一列；{cell} 的"{nearest}"若是这一列，请改标题。', 'Add this column; if "{nearest}" in {cell} is meant, rename it.'),
    "one_column": ("请删去或改名其中一列。", "Remove or rename one of the two columns."),
    "right_unit": ("请换算后改正表头的单位。", "Convert the column and correct the unit in the header."),
}  # fmt: skip

OTHER: Final[dict[str, tuple[str, str]]] = {
    "row_also": ("第 {rows} 行", "row {rows}"),
    "cell_also": ("单元格 {cell}", "cell {cell}"),
    "column_wanted": ("这一列必须有", "it is required"),
}


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read: stable code, what was expected, which advice (a key of NEXT) and its data."""

    code: str
    expected: Text
    advice: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def next_step(self) -> Text:
        """What to do, in both languages."""
        return advised(self.advice, **self.data)


def advised(advice: str, **data: Any) -> Text:
    """A sentence of advice in both languages; values may be (zh, en)."""
    return _both(NEXT[advice], data)


def other(name: str, **data: Any) -> Text:
    """A phrase that stands for what was expected, in both languages."""
    return _both(OTHER[name], data)


def expected_of(column: Column, bound: str = "") -> Text:
    """What the column takes, in words; bound 'least' or 'most': which bound was passed."""
    if bound:
        limit = column.minimum if bound == "least" else column.maximum
        shown = format(limit, "f") if isinstance(limit, Decimal) else str(limit)
        if column.kind == "text":
            return _both(EXPECTED[f"{bound}_text"], {"bound": shown})
        unit = column.measured_in
        if unit is None:
            return _both(EXPECTED[bound], {"bound": shown})
        return _both(EXPECTED[f"{bound}_in_unit"], {"bound": shown, "unit": Text(unit.zh, unit.en)})
    if column.kind == "choice":
        shown_choices = column.choices[:_MOST_CHOICES]
        words = Text("、".join(choice.zh for choice in shown_choices), ", ".join(choice.en for choice in shown_choices))
        name = "choice" if len(column.choices) <= _MOST_CHOICES else "choices_more"
        return _both(EXPECTED[name], {"choices": words, "count": len(column.choices)})
    what = Text(*EXPECTED[column.kind])
    unit = column.measured_in
    if unit is None or column.kind == "percent":
        return what
    return _both(EXPECTED["in_unit"], {"what": what, "unit": Text(unit.zh, unit.en)})


def _both(template: tuple[str, str], data: Mapping[str, Any]) -> Text:
    def filled(at: int) -> str:
        return template[at].format(**{name: value[at] if isinstance(value, tuple) else value for name, value in data.items()})

    return Text(filled(0), filled(1))
