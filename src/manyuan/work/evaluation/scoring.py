"""From the figures filed to item values, points, places and grades: plain values in and out; what a run stores is what this gives again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from manyuan.engines.analytics import Score, base_value_scores, grades, min_max_scores
from manyuan.work.evaluation.schemes import Plan, Ratio

STEP = Decimal("0.00000001")
"""Item values are rounded to this, half-even, before anything is computed from them: what is published is what was used."""


@dataclass(frozen=True)
class Placed:
    """What one enterprise comes to. rank: 1 is the best; equal totals have the place of the best of them. ungraded: "" or why there is no grade."""

    values: dict[str, Decimal | None]
    points: dict[str, Decimal | None]
    filled: tuple[str, ...]
    missing: tuple[str, ...]
    total: Decimal | None
    rank: int | None
    grade: str
    ungraded: str


def item_value(ratio: Ratio, inputs: Mapping[str, Any]) -> Decimal | None:
    """The value of an item in its unit; None where a figure is missing or is divided by nought."""
    above, below = number(inputs.get(ratio.of)), number(inputs.get(ratio.per))
    if above is None or not below:
        return None
    value = above / ratio.of_fen / (below / ratio.per_fen)
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(STEP)


def number(stored: Any) -> Fraction | None:
    """A figure as filings store it (fen, whole numbers, decimal text) as an exact number."""
    if stored is None or stored == "":
        return None
    try:
        return Fraction(Decimal(str(stored)))
    except (InvalidOperation, ValueError):
        return None


def place(plan: Plan, inputs: Mapping[int, Mapping[str, Any]], ungraded: Mapping[int, str]) -> dict[int, Placed]:
    """Score and grade enterprises (key to figures). ungraded: key to the reason of those who take no part; they neither rank nor count into a mean."""
    values = {key: {ratio.code: item_value(ratio, own) for ratio in plan.items} for key, own in inputs.items()}
    peers = {str(key): values[key] for key in inputs if not ungraded.get(key)}
    scores = (base_value_scores if plan.form == "base-value" else min_max_scores)(peers, plan.engine_items) if peers else {}
    letters = grades({name: one.points for name, one in scores.items()}, rule=plan.grades)
    ranks = _ranks(scores)
    out = {}
    for key in inputs:
        found = scores.get(str(key))
        if found is None:
            out[key] = Placed(values[key], dict.fromkeys(values[key]), (), (), None, None, "", ungraded[key])
            continue
        why = "" if found.points is not None else "missing"
        out[key] = Placed(
            values[key], dict(found.items), found.filled, found.missing, found.points, ranks.get(str(key)), letters[str(key)] or "", why
        )  # fmt: skip
    return out


def _ranks(scores: Mapping[str, Score]) -> dict[str, int]:
    ordered = sorted((one.points for one in scores.values() if one.points is not None), reverse=True)
    first: dict[Decimal, int] = {}
    for at, points in enumerate(ordered, 1):
        first.setdefault(points, at)
    return {name: first[one.points] for name, one in scores.items() if one.points is not None}


def cut_of(plan: Plan, totals: list[Decimal], grade: str) -> Decimal | None:
    """The total from which on the grade begins, given the totals of all who are graded; None where nobody can have it."""
    ordered = sorted(totals, reverse=True)
    edge = dict(plan.grades.edges)[grade]
    last = int(edge * len(ordered))
    return ordered[last - 1] if last else None


def better_grade(plan: Plan, grade: str) -> str | None:
    """The next better grade; None for the best."""
    names = [name for name, _ in plan.grades.edges]
    at = names.index(grade) if grade in names else 0
    return names[at - 1] if at else None
