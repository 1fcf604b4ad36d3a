"""The table of expectations: reading it, finding an outcome in it, and wording the line that is missing from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.rolewalk.world import RECORDS, ROLES, SIDES

FILE = Path(__file__).with_name("expectations.yaml")
WORDS = {"ok", "redirect", "login", "refused", "hidden", "bad", "method"}
GROUPS = {"all": set(ROLES), "signed-in": set(ROLES) - {"anonymous"}}
_EXTRAS = {"with", "query", "body", "may_show", "may_show_to"}


def read() -> dict[str, dict[str, Any]]:
    """{'pages': {address: entry}, 'api': {operation: entry}}. Raises ValueError naming every fault of the table."""
    table = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    faults = [f"{section} › {address}: {fault}" for section, entries in table.items() for address, entry in entries.items() for fault in _faults(entry)]
    if faults:
        raise ValueError("expectations.yaml:\n" + "\n".join(faults))
    return table


def expected(entry: Mapping[str, Any], role: str, side: str) -> str:
    """The outcome word for a role on an own or a foreign record."""
    for name in (role, "signed-in", "all"):
        if name in entry and role in GROUPS.get(name, {name}):
            given = entry[name]
            return given if isinstance(given, str) else given[side]
    raise AssertionError(f"no outcome for {role}")


def line_to_add(section: str, address: str, seen: Mapping[tuple[str, str], str], sources: Mapping[str, str]) -> str:
    """The line for an address the table does not know, with the outcomes that were seen, ready to be pasted and corrected."""
    outcomes: dict[str, Any] = {}
    for role in ROLES:
        own, foreign = (seen[role, side] for side in SIDES)
        outcomes[role] = own if own == foreign else {"own": own, "foreign": foreign}
    entry: dict[str, Any] = {"with": dict(sources)} if sources else {}
    entry |= _short(outcomes)
    flow = yaml.safe_dump(entry, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False).strip()
    return f"{FILE.name} does not know this. Add under `{section}:` (correct what the rights do not allow):\n  {address!r}: {flow}"


def _short(outcomes: dict[str, Any]) -> dict[str, Any]:
    signed_in = [outcomes[role] for role in ROLES if role != "anonymous"]
    usual = max(signed_in, key=signed_in.count)
    rest = {role: word for role, word in outcomes.items() if role != "anonymous" and word != usual}
    if outcomes["anonymous"] == usual:
        return {"all": usual, **rest}
    return {"anonymous": outcomes["anonymous"], "signed-in": usual, **rest}


def _faults(entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return ["expected outcomes by role"]
    out = [f"unknown key {key!r}" for key in entry if key not in _EXTRAS | GROUPS.keys() | set(ROLES)]
    for key in entry.keys() & (GROUPS.keys() | set(ROLES)):
        words = [entry[key]] if isinstance(entry[key], str) else [entry[key].get(side) for side in SIDES]
        out += [f"{key}: unknown outcome {word!r}" for word in words if word not in WORDS]
    covered = set().union(*(GROUPS.get(key, {key}) for key in entry))
    out += [f"no outcome for {role}" for role in ROLES if role not in covered]
    for source in {**entry.get("with", {}), **entry.get("query", {}), **entry.get("body", {})}.values():
        if isinstance(source, str) and not source.startswith("=") and source.split(".")[0] not in RECORDS:
            out.append(f"unknown record in {source!r}; known: {', '.join(RECORDS)}")
    return out
