"""A policy as fields of a form and as text: what an officer edits in a grid is the same text that a pack holds, one condition a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from manyuan.engines.screening import PolicyFault, Schema, read_policy_text
from manyuan.engines.screening.places import read_yaml

FIELDS = ("code", "name", "source", "mark", "start", "end", "delivery", "kind", "group", "ceiling", "note")


@dataclass(frozen=True)
class Composed:
    """Rules as text; places: the line of the text (from 1) to the field that stands in it (`conditions.2`, `amount`, `code` …)."""

    text: str
    places: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """A fault of a form: the field it belongs to, and what is wrong."""

    place: str
    text: str


def compose(given: Mapping[str, Any]) -> Composed:
    """Rules from fields: code, name {zh, en}, source, mark, start, end, delivery, kind, group, ceiling, ceiling_amount, requires, judged, note,
    conditions [{id, clause, when, zh, en}], amount {value, cap, floor, rounding, scale, clause}, score {above, clause, zh, en, items [{id, points, least,
    most, zh, en}]}, tables [{name, hit, inputs, output, notes, rules}]. A rule or an amount `#Name` (`#Name = value`) is a table's. Empty ones are left
    out; nothing is checked here."""
    lines: list[str] = ["policies:"]
    places: dict[int, str] = {}

    def add(place: str, text: str) -> None:
        lines.append(text)
        places[len(lines)] = place

    first = "  - "
    for name in FIELDS:
        value = given.get(name)
        if name == "name":
            value = {"zh": value.get("zh", ""), "en": value.get("en", "")} if isinstance(value, Mapping) else None
        if name == "note" and isinstance(value, Mapping):
            value = {key: text for key, text in value.items() if text} or None
        if value in (None, "") or (name == "kind" and value == "money"):
            continue
        add(name, f"{first}{name}: {_said(value)}")
        first = "    "
    for name in ("requires", "judged"):
        if rows := [str(one).strip() for one in given.get(name) or () if str(one).strip()]:
            add(name, f"{first}{name}: {_said(rows)}")
    _compose_score(given.get("score") or {}, add)
    conditions = [one for one in given.get("conditions") or () if any(str(value).strip() for value in one.values())]
    if conditions:
        lines.append("    conditions:")
    for number, one in enumerate(conditions):
        shown = {
            "id": one.get("id") or f"c{number + 1}",
            "clause": one.get("clause", ""),
            **_rule(str(one.get("when", "")).strip()),
            "text": {"zh": one.get("zh", ""), "en": one.get("en", "")},
        }
        add(f"conditions.{number}", f"      - {_said({key: value for key, value in shown.items() if value != ''})}")
    amount = {key: value for key, value in (given.get("amount") or {}).items() if value not in (None, "")}
    if str(amount.get("value", "")).startswith("#"):
        amount = {"table": str(amount.pop("value")).strip(), **amount}
    if amount.get("value") or amount.get("table"):
        add("amount", f"    amount: {_said(amount)}")
    if given.get("ceiling") and given.get("ceiling_amount") not in (None, ""):
        lines.append("ceilings:")
        add("ceiling", f"  {_said(given['ceiling'])}: {_said(given['ceiling_amount'])}")
    _compose_tables(given.get("tables") or (), add)
    return Composed("\n".join(lines) + "\n", places)


def _rule(text: str) -> dict[str, str]:
    """A condition's rule as a file has it: FEEL, or the table that it names and what the table must give."""
    if not text.startswith("#"):
        return {"when": text}
    table, equals, value = text.partition("=")
    return {"table": table.strip(), **({"is": value.strip()} if equals else {})}


def _compose_score(score: Mapping[str, Any], add: Callable[[str, str], None]) -> None:
    items = [one for one in score.get("items") or () if any(str(value).strip() for value in one.values())]
    if not items and score.get("above") in (None, ""):
        return
    head = {"above": score.get("above", ""), "clause": score.get("clause", ""), "text": {"zh": score.get("zh", ""), "en": score.get("en", "")}}
    add("score", "    score:")
    for key, value in head.items():
        if value != "":
            add("score", f"      {key}: {_said(value)}")
    add("score", "      items:")
    for number, one in enumerate(items):
        shown = {key: one.get(key, "") for key in ("id", "points", "least", "most")} | {"text": {"zh": one.get("zh", ""), "en": one.get("en", "")}}
        add(f"score.{number}", f"        - {_said({key: value for key, value in shown.items() if value != ''})}")


def _compose_tables(tables: Sequence[Mapping[str, Any]], add: Callable[[str, str], None]) -> None:
    """Tables, one rule a line, so that a fault of a rule is told at its row."""
    if tables:
        add("tables.0", "tables:")
    for number, one in enumerate(tables):
        add(f"tables.{number}", f"  {_said(one.get('name') or f'T{number + 1}')}:")
        for key in ("hit", "inputs", "output", "notes"):
            if one.get(key):
                add(f"tables.{number}", f"    {key}: {_said(one[key])}")
        add(f"tables.{number}", "    rules:")
        for at, row in enumerate(one.get("rules") or ()):
            add(f"tables.{number}.{at}", f"      - [{', '.join(_quoted(cell) for cell in row)}]")


def fields_of(text: str) -> dict[str, Any]:
    """The fields of a text with one policy, as `compose` takes them. Raises ValueError where it holds no policy."""
    content = read_yaml("policy.yaml", text).data
    policies = content.get("policies") if isinstance(content, dict) else None
    if not isinstance(policies, list) or len(policies) != 1 or not isinstance(policies[0], dict):
        raise ValueError("expected exactly one policy under the key policies")
    given = dict(policies[0])
    given["name"] = _both(given.get("name"))
    given["conditions"] = [
        {"id": one.get("id", ""), "clause": one.get("clause", ""), "when": _when(one), **_both(one.get("text"))} for one in given.get("conditions") or ()
    ]
    amount = given.get("amount")
    given["amount"] = dict(amount) if isinstance(amount, dict) else {} if amount is None else {"value": amount}
    if "table" in given["amount"]:
        given["amount"] = {"value": given["amount"].pop("table"), **given["amount"]}
    if score := given.get("score"):
        items = [{**{key: one.get(key, "") for key in ("id", "points", "least", "most")}, **_both(one.get("text"))} for one in score.get("items") or ()]
        given["score"] = {"above": score.get("above", ""), "clause": score.get("clause", ""), **_both(score.get("text")), "items": items}
    given["ceiling_amount"] = (content.get("ceilings") or {}).get(given.get("ceiling"), "")
    given["tables"] = [{"name": name, **table} for name, table in (content.get("tables") or {}).items()]
    return given


def _both(text: Any) -> dict[str, str]:
    return {key: str(text.get(key) or "") for key in ("zh", "en")} if isinstance(text, Mapping) else {"zh": str(text or ""), "en": str(text or "")}


def _when(condition: Mapping[str, Any]) -> str:
    if "when" not in condition and "table" in condition:
        return str(condition["table"]) + (f" = {_plainly(condition['is'])}" if "is" in condition else "")
    return _plainly(condition.get("when", ""))


def _plainly(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def faults_of(composed: Composed, schema: Schema, language: str) -> list[Told]:
    """Every fault of composed rules, each at its field, in the reader's language."""
    _, faults = read_policy_text(composed.text, schema)
    return [Told(composed.places.get(one.line, _nearest(composed, one)), one.zh if language.startswith("zh") else one.en) for one in faults]


def _nearest(composed: Composed, fault: PolicyFault) -> str:
    before = [line for line in composed.places if line <= fault.line]
    return composed.places[max(before)] if before else "code"


def _said(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_said(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_said(one) for one in value) + "]"
    text = str(value).strip()
    return text if _plain(text) else _quoted(text)


def _quoted(value: Any) -> str:
    return json.dumps(str(value).strip(), ensure_ascii=False)


def _plain(text: str) -> bool:
    """Whether a text may stand without quotes: numbers and days as YAML has them, simple words that YAML does not take for anything else."""
    if text.replace(".", "", 1).isdigit() and not (text.startswith("0") and text[1:2].isdigit()):
        return True
    try:
        date.fromisoformat(text)
        return len(text) == 10
    except ValueError:
        return False


def differences(before: str, after: str) -> list[tuple[str, str, str]]:
    """What differs between two texts of a policy: (field or condition id, what it said, what it says), in the order of the newer one."""
    old, new = _flat(before), _flat(after)
    names = [*new, *(name for name in old if name not in new)]
    return [(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name, "") != new.get(name, "")]


def _flat(text: str) -> dict[str, str]:
    given = fields_of(text)
    out = {name: _shown(given.get(name)) for name in (*FIELDS, "ceiling_amount", "requires", "judged")}
    out |= {one["id"] or str(number): f"{one['when']} — {one['zh']} / {one['en']} ({one['clause']})" for number, one in enumerate(given["conditions"])}
    out |= {f"amount.{name}": _shown(value) for name, value in (given.get("amount") or {}).items()}
    if score := given.get("score"):
        out |= {f"score.{name}": _shown(score.get(name)) for name in ("above", "clause", "zh", "en")}
        out |= {f"score.{one['id'] or number}": f"{one['points']}: {one['least']} – {one['most']} ({one['zh']} / {one['en']})" for number, one in enumerate(score["items"])}  # fmt: skip
    for table in given["tables"]:
        name = table["name"]
        out |= {f"{name}.{key}": _shown(table[key]) for key in ("hit", "inputs", "output", "notes") if table.get(key)}
        out |= {f"{name}.{number}": " | ".join(_plainly(cell) for cell in row) for number, row in enumerate(table.get("rules") or (), 1)}
    return out


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return " / ".join(str(one) for one in value.values())
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return "" if value is None else str(value)
