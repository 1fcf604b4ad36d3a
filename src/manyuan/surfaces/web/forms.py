"""Values typed on a page, read by the same rules as a workbook's cells: in the form's units, full-width digits and separators and all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from manyuan.engines.workbooks import INVALID, MISSING, Sheet, read_table
from manyuan.facts.filings.definition import Field, stored


def read_values(fields: Sequence[Field], post: Mapping[str, Any], language: str) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """(values by key, what is wrong by key, the texts as typed). A value that is missing is None."""
    given = {field.key: str(post.get(field.key, "")).strip() for field in fields}
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in fields:
        text = given[field.key]
        if field.kind == "boolean":
            values[field.key] = {"true": True, "false": False}.get(text)
            continue
        if field.kind == "choice":
            values[field.key] = text if text in {choice.code for choice in field.choices} else None
            continue
        values[field.key], fault = _read(field, text, language)
        if fault:
            faults[field.key] = fault
    return values, faults, given


def _read(field: Field, text: str, language: str) -> tuple[Any, str]:
    """One text read as a cell of a one-column sheet."""
    if not text:
        return None, ""
    from dataclasses import replace

    column = replace(field.column(), required=False)
    sheet = Sheet("page", "页面", "page", (column,))
    safe = text.replace("\r", " ").replace("\n", " ").replace('"', '""')
    content = f'"{column.heading("zh")}"\n"{safe}"\n'.encode("utf-8-sig")
    reading = read_table(content, "page.csv", sheet)
    if not len(reading):
        return None, ""
    value = reading.values(field.key)[0]
    if value is INVALID or reading.faults:
        fault = reading.faults[0]
        return (
            None,
            f"{fault.expected.said(language)}；{fault.next_step.said(language)}"
            if language == "zh"
            else f"{fault.expected.said(language)}; {fault.next_step.said(language)}",
        )
    return (None if value is MISSING else stored(value)), ""


def written(field: Field, value: Any) -> str:
    """A stored value as it stands in an input of the page, in the form's unit."""
    if value is None:
        return ""
    if field.kind == "boolean":
        return "true" if value else "false"
    if field.kind == "money":
        unit = field.column().measured_in
        text = f"{Decimal(value) / (unit.factor if unit else 100):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
