"""A policy tried on the whole city before it is signed: what it costs, whom it reaches, who wins and loses, what stands in the way, what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np
from django.utils.translation import gettext_noop

from manyuan.engines.screening import Cliff, FactSheet, Policy, PolicySet, cliffs, quickly_found, read_policy_text, screen
from manyuan.engines.screening.simulate import ChangeInvalid, Comparison, Outcome, changed, compare, fit, outcome_of
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.factsheet.building import Sheet, build_sheet
from manyuan.facts.factsheet.queries import current_definition, current_hash
from manyuan.work.policies.errors import NoSuchChange
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.queries import standing
from manyuan.work.policies.rules import delivery_of, rules_of
from manyuan.work.policies.screening import columns_read

TRY = gettext_noop("try a policy on the whole city")
BY = ("park", "section", "above_scale", "high_tech")
"""Columns over which a try-out is distributed, where the fact sheet has them."""
TITLES = ("little_giant", "srdi", "innovative_sme")
"""Titles of the ladder, the highest first: a firm stands on the highest that it holds."""
TIER, NO_TITLE = "tier", "none"


@dataclass(frozen=True)
class TryOut:
    """outcome: by itself, without groups and ceilings, distributed over the columns of BY and, under TIER, over the highest title held; counts: entitled, near, refused, undetermined; near: condition id to how many miss it alone;
    missing: column to how many enterprises it is not known of; before: against the version in force, None where there is none; budget in fen;
    cliffs: where one smallest step of a fact makes the award jump, those first below which most enterprises stand."""

    enterprises: int
    outcome: Outcome
    counts: dict[str, int]
    near: list[tuple[str, int]]
    missing: list[tuple[str, int]]
    before: Comparison | None
    budget: int | None
    thresholds: list[tuple[str, str]]
    cliffs: list[Cliff]


def sheet_of_day(on: date) -> Sheet:
    """The whole city's fact sheet of the day, kept while no fact changes."""
    return _sheet(current_hash(), on, standing())


@lru_cache(maxsize=1)
def _sheet(facts_hash: str, on: date, facts_at: str) -> Sheet:
    return build_sheet(current_definition(), as_of=on)


def try_out(version: PolicyVersion, *, on: date, by: Actor, changes: Sequence[str] = ()) -> TryOut:
    """Try a version, with changes such as `revenue=25000000` or `cap=500000`, on everybody as of the day. Raises NotAllowed, NoSuchChange."""
    rules, sheet = _prepared(version, on, by)
    try:
        for change in changes:
            rules = changed(rules, change, sheet.facts.schema.names)
    except ChangeInvalid as error:
        raise NoSuchChange(text=str(error)) from error
    columns = [name for name in BY if name in sheet.facts.schema]
    alone = PolicySet((rules,))
    result = screen(alone, sheet.facts)
    _, _, conditions = result.one_step_away()
    near = Counter(conditions.tolist()) if isinstance(conditions, np.ndarray) else Counter(conditions)
    missing = [(name, sheet.table.column(name).null_count) for name in columns_read(alone, sheet.facts.schema)]
    return TryOut(
        len(sheet.ids), _with_tiers(outcome_of(rules, sheet.facts, by=columns), sheet.facts), dict(result.counts()[rules.code]),
        [(rules.conditions[place].id, count) for place, count in near.most_common()],
        sorted(((name, count) for name, count in missing if count), key=lambda one: -one[1]),
        _against(version, rules, sheet), delivery_of(version).budget_fen, thresholds(rules, sheet), cliffs_of(rules, sheet),
    )  # fmt: skip


def _with_tiers(outcome: Outcome, facts: FactSheet) -> Outcome:
    """The outcome distributed over the highest title that each enterprise holds as well (None: not known), where the fact sheet has titles."""
    titles = [(name, facts.columns[name]) for name in TITLES if name in facts.schema]
    if not titles:
        return outcome
    found: dict[str | None, tuple[int, int]] = {}
    for row, fen in outcome.paid.items():
        held = next((name for name, data in titles if data.known[row] and data.values[row]), None)
        tier = held or (NO_TITLE if all(data.known[row] for _, data in titles) else None)
        count, cost = found.get(tier, (0, 0))
        found[tier] = (count + 1, cost + fen)
    return replace(outcome, by={**outcome.by, TIER: found})


def fit_budget(version: PolicyVersion, *, condition: str, budget_fen: int, on: date, by: Actor) -> tuple[Decimal, Outcome] | None:
    """The most generous threshold of a condition that stays within a budget; None where even the strictest costs more. Raises NoSuchChange."""
    rules, sheet = _prepared(version, on, by)
    try:
        return fit(rules, sheet.facts, condition, budget_fen)
    except ChangeInvalid as error:
        raise NoSuchChange(text=str(error)) from error


def thresholds(rules: Policy, sheet: Sheet) -> list[tuple[str, str]]:
    """The conditions with one number that can be moved, and the number as it stands."""
    out = []
    for condition in rules.conditions:
        digits = "987654321"
        try:
            moved = next(one for one in changed(rules, f"{condition.id}={digits}", sheet.facts.schema.names).conditions if one.id == condition.id)
        except ChangeInvalid:
            continue
        begin = next(at for at, (a, b) in enumerate(zip(condition.when + " ", moved.when + " ")) if a != b) if moved.when != condition.when else 0
        rest = len(moved.when) - moved.when.index(digits) - len(digits)
        number = condition.when[moved.when.index(digits) : len(condition.when) - rest]
        out.append((condition.id, number or condition.when[begin:]))
    return out


def cliffs_of(rules: Policy, sheet: Sheet) -> list[Cliff]:
    """The cliffs of a policy and who stands within 5 % of them (30 days of a date), by how many stand just below."""
    return sorted(cliffs(rules, sheet=sheet.facts), key=lambda one: (-(one.below or 0), -one.jump))


@lru_cache(maxsize=64)
def cliffs_written(text: str, facts_hash: str) -> tuple[Policy, list[Cliff]] | None:
    """A policy as a text and the cliffs that it has whoever there is, for the checker of the editor; None where the text has a fault. Only what is found
    in a moment: the try-out finds the rest."""
    schema = current_definition().schema
    found, faults = read_policy_text(text, schema)
    if faults or len(found.policies) != 1:
        return None
    (policy,) = found.policies
    return policy, cliffs(policy, schema) if quickly_found(policy, schema) else []


def _prepared(version: PolicyVersion, on: date, by: Actor) -> tuple[Policy, Sheet]:
    if not by.sees_all:
        raise NotAllowed(TRY, by)
    return rules_of(version, current_hash()), sheet_of_day(on)


def _against(version: PolicyVersion, rules: Policy, sheet: Sheet) -> Comparison | None:
    now = PolicyVersion.objects.filter(policy=version.policy, state=PolicyVersion.State.PUBLISHED).exclude(pk=version.pk).first()
    return compare(rules_of(now, current_hash()), rules, sheet.facts) if now is not None else None
