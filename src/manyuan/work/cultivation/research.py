"""The R&D self-check: how far a firm's R&D is from each threshold that would change something for it, on every ladder and in every policy given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from manyuan.engines.screening import FactSheet, Policy, PolicySet, Schema, screen
from manyuan.engines.screening.steps import Change, columns_of, smallest_changes
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.building import Sheet, build_sheet
from manyuan.facts.factsheet.queries import current_definition
from manyuan.work.cultivation.judging import columns_of_condition, rule_sheet
from manyuan.work.cultivation.ladders import Ladders

LEVERS = ("rd", "rd_staff")
"""The facts by which a firm does more research."""
MORE = Decimal("0.1")
"""By how much more R&D an amount is tried that follows it."""


@dataclass(frozen=True)
class Threshold:
    """Something that more R&D would change. kind: rung | policy | amount. change: the fact, now and then (None: it does already, or no amount of it would do).

    now_fen, then_fen: of a policy, what it gives today and after the change. state: open (this change does it) | met | far (it takes more than R&D) | unknown.
    """

    kind: str
    policy: Policy
    state: str
    change: Change | None = None
    now_fen: int | None = None
    then_fen: int | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class SelfCheck:
    """The self-check of one firm: its R&D and revenue in fen (None: not known), and every threshold, the nearest first."""

    rd_fen: int | None
    revenue_fen: int | None
    rd_staff: int | None
    rungs: list[Threshold]
    policies: list[Threshold]


def self_check(enterprise: Enterprise, ladders: Ladders, policies: Sequence[Policy], on: date) -> SelfCheck | None:
    """The check of a firm today; policies: those in force, over the city's fact sheet. None for a firm that is not active."""
    sheet = rule_sheet(ladders, as_of=on, only=[enterprise.pk])
    if not sheet.ids:
        return None
    rungs = []
    for rung in ladders.rungs:
        policy = rung.in_force(on)
        if policy is not None and set(LEVERS) & set(columns_of(policy, sheet.schema)):
            rungs.append(_threshold("rung", policy, sheet.table, sheet.schema))
    definition = current_definition()
    asking = [replace(one, group="", ceiling="", requires=()) for one in policies if set(LEVERS) & set(_read(one, definition.schema))]
    city = build_sheet(definition, as_of=on, only=[enterprise.pk])
    found = []
    for policy in asking:
        found.append(_threshold("policy", policy, city.table, definition.schema))
        found += _amounts(policy, city)
    own = city.table.select(["rd", "revenue", "rd_staff"]).to_pylist()[0] if {"rd", "revenue", "rd_staff"} <= set(city.table.column_names) else {}
    return SelfCheck(own.get("rd"), own.get("revenue"), own.get("rd_staff"), sorted(rungs, key=_nearest), sorted(found, key=_nearest))


def _read(policy: Policy, schema: Schema) -> list[str]:
    return [*columns_of(policy, schema), *(columns_of_condition(policy.amount.value, schema) if policy.amount.value else [])]


def _nearest(one: Threshold) -> tuple[int, Decimal]:
    return ({"open": 0, "met": 1, "unknown": 2, "far": 3}[one.state], (one.change.share or Decimal(0)) if one.change else Decimal(0))


def _threshold(kind: str, policy: Policy, table: pa.Table, schema: Schema) -> Threshold:
    outcome, fen, missing = _outcome(policy, table, schema)
    if outcome == "entitled":
        return Threshold(kind, policy, "met", now_fen=fen)
    if outcome == "undetermined" or missing:
        return Threshold(kind, policy, "unknown", missing=missing)
    read = set(columns_of(policy, schema))
    found = [one for one in smallest_changes(policy, table, schema, [0], dict.fromkeys(LEVERS, "up")) if one.column in read]
    if not found:
        return Threshold(kind, policy, "far")
    best = min(found, key=lambda one: (one.share or Decimal(0), one.column))
    return Threshold(kind, policy, "open", best, 0, _outcome(policy, _with(table, best.column, best.needed), schema)[1])


def _outcome(policy: Policy, table: pa.Table, schema: Schema) -> tuple[str, int, tuple[str, ...]]:
    """Outcome, fen, and the facts of the conditions that nobody knows."""
    read = _read(policy, schema)
    narrow = Schema(tuple(one for one in schema.columns if one.name in read), schema.key)
    part = table.select([one.name for one in narrow.columns])
    outcome, _, gross = screen(PolicySet((policy,)), FactSheet(part, narrow)).outcome(0, policy.code)
    missing = tuple(one.name for one in narrow.columns if part.column(one.name)[0].as_py() is None)
    return outcome, gross, missing if outcome != "entitled" else ()


def _with(table: pa.Table, column: str, value: int) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, pa.array([value], table.column(column).type))


def _amounts(policy: Policy, city: Sheet) -> list[Threshold]:
    """Of a policy that the firm gets already: what a tenth more R&D would bring, where the amount follows R&D."""
    schema = city.definition.schema
    if not policy.amount.value or "rd" not in columns_of_condition(policy.amount.value, schema):
        return []
    outcome, now_fen, _ = _outcome(policy, city.table, schema)
    rd = city.table.column("rd")[0].as_py()
    if outcome != "entitled" or not rd:
        return []
    needed = int(rd * (1 + MORE)) // 100 * 100
    then_outcome, then_fen, _ = _outcome(policy, _with(city.table, "rd", needed), schema)
    if then_outcome != "entitled" or then_fen <= now_fen:
        return []
    return [Threshold("amount", policy, "open", Change(0, "rd", rd, needed), now_fen, then_fen)]
