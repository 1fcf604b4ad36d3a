"""The sheet that the tests speak of, and workbooks built in code."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from manyuan.engines.workbooks import Choice, Column, Sheet

COLUMNS = {
    "money": Column("money", "营业收入", "Revenue", "money", "万元"),
    "integer": Column("integer", "从业人数", "Staff", "integer", "人", minimum=0, maximum=1_000_000),
    "decimal": Column("decimal", "用钢量", "Steel used", "decimal", "吨"),
    "percent": Column("percent", "研发强度", "R&D intensity", "percent", minimum=0, maximum=100),
    "date": Column("date", "成立日期", "Founded", "date"),
    "month": Column("month", "报告月份", "Month", "month"),
    "quarter": Column("quarter", "报告季度", "Quarter", "quarter"),
    "year": Column("year", "报告年份", "Year", "year"),
    "boolean": Column("boolean", "是否规上", "Above scale", "boolean"),
    "choice": Column(
        "choice", "梯队", "Tier", "choice", choices=(Choice("lead", "领军", "Leader", ("龙头",)), Choice("core", "骨干", "Core"), Choice("none", "无", "None"))
    ),
    "uscc": Column("uscc", "统一社会信用代码", "Credit code", "uscc"),
    "text": Column("text", "企业名称", "Name", "text", minimum=2, maximum=20),
}

CODES = ("91510100000000000E", "91510100000000001H", "91510100000000002L", "91510100000000003P", "91510100000000004T", "91510100000000005X")


def annual() -> Sheet:
    """A small annual report: code, name, revenue this and last year in 万元, intensity, founding day."""
    return Sheet(
        "annual", "企业年报", "Annual report",
        (
            Column("uscc", "统一社会信用代码", "Credit code", "uscc", required=True),
            Column("name", "企业名称", "Name", required=True),
            Column("revenue", "营业收入", "Revenue", "money", "万元", required=True, minimum=0),
            Column("revenue_before", "上年营业收入", "Revenue of the year before", "money", "万元"),
            Column("intensity", "研发强度", "R&D intensity", "percent", minimum=0, maximum=100),
            Column("founded", "成立日期", "Founded", "date"),
        ),
        ("uscc",),
    )  # fmt: skip


def workbook(rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), name: str = "数据") -> openpyxl.Workbook:
    """A workbook with these rows from A1 on."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = name
    for row in rows:
        page.append(list(row))
    for area in merged:
        page.merge_cells(area)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
