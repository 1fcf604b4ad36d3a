"""Who meets a condition over the fact sheet: a FEEL expression of the pack's columns, evaluated by the screening engine on the facts of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import yaml

from manyuan.engines.screening import PolicySet, read_policy_text, screen
from manyuan.facts.audit.errors import named
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.queries import current_definition
from manyuan.work.meetings.errors import WrongCondition

_LONGEST = 1_000


@dataclass(frozen=True)
class Audience:
    """enterprises: ids of those who meet the condition; unknown: of how many it is not known."""

    enterprises: list[int]
    unknown: int


def find_audience(condition: str, *, on: date, parks: set[int] | None) -> Audience:
    """The firms that meet the condition on the day, of these parks (None: of all). Raises NoFacts, WrongCondition."""
    rules, definition = check_condition(condition), current_definition()
    only = None if parks is None else list(Enterprise.objects.filter(park_id__in=parks).values_list("pk", flat=True))
    if only == []:
        return Audience([], 0)
    sheet = build_sheet(definition, as_of=on, only=only)
    if not sheet.ids:
        return Audience([], 0)
    result = screen(rules, sheet.facts, on=on)
    met: list[int] = []
    unknown = 0
    for block in result.blocks:
        low, high = (np.ascontiguousarray(bits[0]).view(np.uint8) for bits in (block.low, block.high))
        yes = np.unpackbits(low & ~high, bitorder="little")[: block.rows]
        unknown += int(np.unpackbits(low & high, bitorder="little")[: block.rows].sum())
        met += (np.flatnonzero(yes) + block.first).tolist()
    return Audience([sheet.ids[at] for at in met], unknown)


def check_condition(condition: str) -> PolicySet:
    """The condition as the engine takes it. Raises NoFacts, WrongCondition with every fault."""
    text = condition.strip()
    if not 0 < len(text) <= _LONGEST:
        raise WrongCondition(faults=f"1–{_LONGEST}")
    policy = {
        "code": "AUDIENCE", "name": {"zh": "受众", "en": "Audience"}, "source": "example", "mark": "example", "start": date(2000, 1, 1), "delivery": "no-application",
        "kind": "entry", "conditions": [{"id": "audience", "clause": "–", "when": text, "text": {"zh": "受众", "en": "Audience"}}],
    }  # fmt: skip
    rules, faults = read_policy_text(yaml.safe_dump({"policies": [policy]}, allow_unicode=True), current_definition().schema, "audience")
    if faults:
        raise WrongCondition(faults=named({"zh": "；".join(one.zh for one in faults), "en": "; ".join(one.en for one in faults)}))
    return rules
