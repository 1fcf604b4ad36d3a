"""What a policy page shows of its rules: conditions and amount in words, tables by names, whom it shares a group or a ceiling with."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from manyuan.engines.screening import Policy, Schema
from manyuan.facts.factsheet.queries import current_hash
from manyuan.surfaces.web.acting import today
from manyuan.surfaces.web.policy_editor import grid
from manyuan.surfaces.web.rules_said import cell_said, rule_said
from manyuan.work.policies.judging import judging_of
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.rules import rules_of, set_of
from manyuan.work.policies.screening import in_force


def in_words(rule: str, written: Any, schema: Schema, lang: str) -> dict[str, str]:
    """A rule as it was written, and as people read it."""
    shown = _written(rule, written)
    return {"rule": shown, "said": shown if shown.startswith("#") else rule_said(rule, schema, lang)}


def shared(version: PolicyVersion, rules: Policy, lang: str) -> dict[str, Any]:
    """The policies in force of which an enterprise gets the highest only, those with which a yearly ceiling is shared, and the ceiling in yuan."""
    facts_hash = current_hash()
    found: dict[str, Any] = {"rivals": [], "sharers": [], "ceiling": None}
    if not (rules.group or rules.ceiling):
        return found
    for other in in_force(today()):
        theirs = rules_of(other, facts_hash)
        if other.policy_id != version.policy_id and rules.group and theirs.group == rules.group:
            found["rivals"].append(other.name(lang))
        if other.policy_id != version.policy_id and rules.ceiling and theirs.ceiling == rules.ceiling:
            found["sharers"].append(other.name(lang))
    found["ceiling"] = next((one.amount for one in set_of([version], facts_hash).ceilings if one.name == rules.ceiling), None)
    return found


def read_tables(tables: list[dict[str, Any]], schema: Schema, lang: str) -> dict[str, Any]:
    """Decision tables for reading: headings by the names of the facts, cells by the words of their codes."""
    shown = grid(tables)
    for table in shown["tables"]:
        facts = [column["expression"] for column in table["inputs"]]
        for column in table["inputs"]:
            column["said"] = rule_said(column["expression"], schema, lang)
        for row in table["rows"]:
            row["cells"] = [cell_said(cell, fact or "", schema, lang) for cell, fact in zip_longest(row["cells"], facts)]
    return shown


def judging(stored: dict[str, Any] | None, lang: str) -> dict[str, Any] | None:
    """What assessors judge: items with their range, and what a total is worth."""
    found = judging_of(stored)
    if found is None:
        return None
    items = [{"name": one.name(lang), "least": f"{one.least.normalize():f}", "most": f"{one.most.normalize():f}"} for one in found.items]
    return {"items": items, "bands": [(f"{least.normalize():f}", f"{share.normalize():f}") for least, share in found.bands]}


def _written(rule: str, written: Any) -> str:
    """A rule as it was written: a table by its name."""
    return str(written) if str(written or "").startswith("#") else rule
