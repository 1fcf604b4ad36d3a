"""The words on templates and on marked workbooks, Chinese then English."""

from __future__ import annotations

from typing import Final

_TEMPLATE: Final[dict[str, tuple[str, str]]] = {
    "required": ("必填", "required"),
    "optional": ("选填", "optional"),
    "expects": ("{need}：{expected}", "{need}: {expected}"),
    "refused": ("应为{expected}。", "Expected {expected}."),
    "heads": ("列|必填|应填|说明", "Column|Required|What to enter|Notes"),
    "rules": (
        "请在第一张表中填写，表头不要改动；带 * 的列必填。\n没有的请留空或填“-”，0 表示确实为零。\n金额按表头所注单位填写；也可以写成 66(万元) 这样带单位的样子。\n浅绿色是系统已有的数据，请核对，有误可直接改。",
        "Fill in the first sheet and leave the header as it is; columns with * are required.\nLeave blank or enter '-' what does not exist; 0 means zero.\n"
        "Amounts are in the unit of the header; 66(万元) with a unit of its own is understood too.\nValues on light green are already held: check them and correct what is wrong.",
    ),
}

_MARKED: Final[dict[str, tuple[str, str]]] = {
    "sheet": ("错误清单", "Faults"),
    "title": ("满园 Manyuan · 错误清单", "满园 Manyuan · Faults"),
    "count": (
        "共 {count} 处错误，涉及 {rows} 行；请改正标红的单元格后重新上传本文件，本页和批注不会被读入。",
        "{count} faults in {rows} rows. Correct the cells marked red and upload this file again; this sheet and the comments are not read.",
    ),
    "beyond": ("其中 {count} 处没有逐条列出，改正所列错误后会继续提示。", "{count} of them are not listed; they show up once the listed ones are corrected."),
    "only_wrong": (
        "文件较大，这里只放有错的行（{rows} 行）；改正后可以只上传这些行。行号和单元格指原文件。",
        "The file is large: only its wrong rows ({rows}) are here; corrected, they can be uploaded alone. Row numbers and cells are those of the original.",
    ),
    "as_xlsx": ("原文件是 {format}，这里按相同位置另存为 xlsx。", "The original is {format}; its cells stand here at the same places as xlsx."),
    "rebuilt": (
        "原文件的版式无法保留，这里按相同位置只放单元格的值。",
        "The layout of the original could not be kept; the values of its cells stand here at the same places.",
    ),
    "heads": ("序号|行|单元格|列|内容|说明", "No.|Row|Cell|Column|Found|What is wrong"),
    "own_comment": ("—— 原批注 ——", "—— earlier comment ——"),
}


def template_word(name: str, language: str, **data: object) -> str:
    """A text of templates, 'zh' or 'en'."""
    return _TEMPLATE[name][1 if language == "en" else 0].format(**data)


def marked_word(name: str, language: str, **data: object) -> str:
    """A text of marked workbooks, 'zh' or 'en'."""
    return _MARKED[name][1 if language == "en" else 0].format(**data)
