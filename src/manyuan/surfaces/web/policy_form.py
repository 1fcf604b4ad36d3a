"""The form of the policy editor: its fields as rules and delivery, and the other way round. What a form does not show it would lose, so it shows everything."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from manyuan.surfaces.web import figures
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.rules import delivery_of

SIMPLE = ("code", "source", "mark", "start", "end", "delivery", "kind", "group", "ceiling", "ceiling_amount")
AMOUNT = ("value", "cap", "floor", "rounding", "scale", "clause")
DELIVERY = ("fund", "budget", "shortfall", "objection_days", "promised_days", "limit", "check_share", "check_days", "check_by", "evaluate_days")
CONDITION = {"id": "c-id", "clause": "c-clause", "when": "c-when", "zh": "c-zh", "en": "c-en"}
SCORED = {"id": "s-i-id", "points": "s-i-points", "least": "s-i-least", "most": "s-i-most", "zh": "s-i-zh", "en": "s-i-en"}
JUDGED = {"code": "j-code", "zh": "j-zh", "en": "j-en", "least": "j-least", "most": "j-most"}
BANDS = {"from": "b-from", "share": "b-share"}
INPUT = ("expression", "label", "type", "values")
OUTPUT = ("name", "label", "type", "values", "default")


def given_of(post: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a posted form: rules and delivery, as `compose` and `read_delivery` take them."""
    rules: dict[str, Any] = {name: _text(post, name) for name in SIMPLE}
    rules["name"] = {"zh": _text(post, "name_zh"), "en": _text(post, "name_en")}
    rules["note"] = {"zh": _text(post, "note_zh"), "en": _text(post, "note_en")}
    rules["conditions"] = rows_of(post, CONDITION)
    rules["amount"] = {name: _text(post, f"amount-{name}") for name in AMOUNT}
    rules["requires"], rules["judged"] = _list(post.get("requires", "")), _list(post.get("judged", ""))
    rules["score"] = {name: _text(post, f"s-{name}") for name in ("above", "clause", "zh", "en")} | {"items": rows_of(post, SCORED)}
    rules["tables"] = tables_of(post)
    delivery: dict[str, Any] = {name: _text(post, f"d-{name}") for name in DELIVERY}
    delivery |= {"asks": post.getlist("d-asks"), "documents": _list(post.get("d-documents", ""))}
    items, bands = rows_of(post, JUDGED), rows_of(post, BANDS)
    if items or bands:
        judging = {name: _text(post, f"j-{name}") for name in ("limit", "days")}
        delivery["judging"] = {"items": items, "bands": bands} | {name: text for name, text in judging.items() if text}
    return rules, delivery


def rows_of(post: Any, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows of fields that bear the same names, those left empty apart."""
    columns = [post.getlist(name) for name in names.values()]
    found = [dict(zip(names, (one.strip() for one in row), strict=True)) for row in zip(*columns)]
    return [row for row in found if any(text for key, text in row.items() if key != "id")]


def tables_of(post: Any) -> list[dict[str, Any]]:
    """Decision tables as a policy file has them: the grid's cells row by row, as wide as its columns."""
    return [_table(post, f"t{at}-") for at in post.getlist("t-at") if at.isdigit()]


def _table(post: Any, at: str) -> dict[str, Any]:
    columns = {key: post.getlist(f"{at}in-{key}") for key in INPUT}
    count = len(columns["expression"])
    inputs = [{key: columns[key][number].strip() for key in INPUT if number < len(columns[key])} for number in range(count)]
    output = {key: text for key in OUTPUT if (text := _text(post, f"{at}out-{key}"))}
    notes = [one.strip() for one in post.getlist(f"{at}note")]
    width = count + 1 + len(notes)
    cells = [one.strip() for one in post.getlist(f"{at}cell")]
    rows = [cells[start : start + width] for start in range(0, len(cells), width)]
    return {
        "name": _text(post, f"{at}name"), "hit": _text(post, f"{at}hit"), "inputs": [_short(one) for one in inputs], "output": output, "notes": notes,
        "rules": [[cell or ("-" if number < count else "") for number, cell in enumerate(row)] for row in rows if any(cell not in ("", "-") for cell in row)],
    }  # fmt: skip


def _short(given: dict[str, str]) -> Any:
    found = {key: text for key, text in given.items() if text}
    return found["expression"] if set(found) == {"expression"} else found


def shown_tables(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tables as the grid shows them: every column with its four properties, every row as wide as the columns, and one empty row where there is none."""
    out = []
    for at, one in enumerate(tables):
        inputs = [_allowed(entry if isinstance(entry, Mapping) else {"expression": entry}) for entry in one.get("inputs") or [""]]
        notes = [str(note) for note in one.get("notes") or ()]
        width = len(inputs) + 1 + len(notes)
        rows = [[_cell(cell) for cell in row] for row in one.get("rules") or ()]
        grid = [{"cells": [*row[:width], *[""] * (width - len(row))], "number": number} for number, row in enumerate(rows, 1)]
        output = one.get("output") or {}
        output = _allowed(output if isinstance(output, Mapping) else {"name": output})
        out.append({
            "at": at, "name": one.get("name", ""), "hit": one.get("hit") or "UNIQUE", "inputs": inputs, "output": output, "notes": notes,
            "rows": grid or [{"cells": [""] * width, "number": 1}], "blank": [""] * width,
        })  # fmt: skip
    return out


def _allowed(column: Mapping[str, Any]) -> dict[str, str]:
    """A column for a template, where `values` would be the dictionary's own."""
    return {"allowed" if key == "values" else key: _cell(text) for key, text in column.items()}


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def delivery_fields(version: PolicyVersion) -> dict[str, Any]:
    """The delivery of a version as a form has it, money in yuan."""
    stored = dict(vars(delivery_of(version)))
    budget, limit = stored.pop("budget_fen"), stored.pop("limit_fen")
    return {**stored, "budget": yuan(budget), "limit": yuan(limit)}


def yuan(fen: int | None) -> str:
    return "" if fen is None else figures.plain(Decimal(fen) / 100, 2).replace(",", "")


def _text(post: Any, name: str) -> str:
    return str(post.get(name, "")).strip()


def _list(text: str) -> list[str]:
    return [one.strip() for one in text.replace("；", ";").replace("\n", ";").split(";") if one.strip()]
