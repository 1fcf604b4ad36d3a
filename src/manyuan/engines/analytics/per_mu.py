"""Output per mu (亩均效益综合评价): scores in two forms, and grades. Weights, bases and edges are data (packs/standards/per-mu.yaml).

Base-value form: the sum over items of value / base * weight (Huangyan 2022). A missing emission figure takes the mean score of its item.
Min-max form: the sum of weight * (20 + 80 * (x - min) / (max - min)) / 100, plus a bonus (Jingde).
No weighting of Chengdu is known: both are examples and say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

M2_PER_MU = Decimal("666.67")
Value = Decimal | None


@dataclass(frozen=True)
class Item:
    """An item of the evaluation. base: the value that earns the whole weight; mean_if_missing: a missing figure takes the peers' mean score;
    cap: at most this many times the weight (None: no cap)."""

    code: str
    weight: Decimal
    base: Decimal | None = None
    mean_if_missing: bool = False
    cap: Decimal | None = None


@dataclass(frozen=True)
class Score:
    """points: None where a figure is missing that nothing stands in for; items: what each item earned; filled: items that took the mean."""

    points: Decimal | None
    items: Mapping[str, Decimal | None]
    filled: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def base_value_scores(observed: Mapping[str, Mapping[str, Value]], items: Sequence[Item]) -> dict[str, Score]:
    """Score each enterprise in the base-value form. observed: enterprise -> item -> value in the unit of the item's base; None: missing.
    Returns points (0 or more, no upper limit unless an item has a cap) to 8 decimals."""
    earned: dict[str, dict[str, Fraction | None]] = {}
    for firm, values in observed.items():
        own: dict[str, Fraction | None] = {}
        for item in items:
            value = values.get(item.code)
            if item.base is None or item.base == 0:
                raise ValueError(f"the item {item.code!r} has no base")
            own[item.code] = None if value is None else _capped(Fraction(value) / Fraction(item.base) * Fraction(item.weight), item)
        earned[firm] = own
    return _summed(earned, items)


def min_max_scores(observed: Mapping[str, Mapping[str, Value]], items: Sequence[Item], bonus: Mapping[str, Decimal] | None = None) -> dict[str, Score]:
    """Score each enterprise in the min-max form. Where all values of an item are the same, each earns the whole weight (max = min)."""
    earned: dict[str, dict[str, Fraction | None]] = {firm: {} for firm in observed}
    for item in items:
        known = [Fraction(value) for values in observed.values() if (value := values.get(item.code)) is not None]
        low, high = (min(known), max(known)) if known else (Fraction(0), Fraction(0))
        for firm, values in observed.items():
            value = values.get(item.code)
            if value is None:
                earned[firm][item.code] = None
            else:
                share = Fraction(1) if high == low else (Fraction(value) - low) / (high - low)
                earned[firm][item.code] = Fraction(item.weight) * (20 + 80 * share) / 100
    return _summed(earned, items, bonus or {})


def _capped(points: Fraction, item: Item) -> Fraction:
    return points if item.cap is None else min(points, Fraction(item.weight) * Fraction(item.cap))


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.00000001"))


def _summed(earned: dict[str, dict[str, Fraction | None]], items: Sequence[Item], bonus: Mapping[str, Decimal] | None = None) -> dict[str, Score]:
    means: dict[str, Fraction] = {}
    for item in items:
        known = [points for own in earned.values() if (points := own[item.code]) is not None]
        if item.mean_if_missing and known:
            means[item.code] = sum(known, Fraction(0)) / len(known)
    out = {}
    for firm, own in earned.items():
        filled = tuple(code for code, points in own.items() if points is None and code in means)
        missing = tuple(code for code, points in own.items() if points is None and code not in means)
        whole = {code: means[code] if code in filled else points for code, points in own.items()}
        total = None if missing else sum((points for points in whole.values() if points is not None), Fraction((bonus or {}).get(firm, 0)))
        out[firm] = Score(None if total is None else _decimal(total), {code: None if p is None else _decimal(p) for code, p in whole.items()}, filled, missing)
    return out


@dataclass(frozen=True)
class Grades:
    """Shares of the ranked enterprises: A the first 25 %, B to 70 %, C to 95 %, D the rest."""

    edges: tuple[tuple[str, Decimal], ...] = (("A", Decimal("0.25")), ("B", Decimal("0.70")), ("C", Decimal("0.95")), ("D", Decimal(1)))


def grades(scores: Mapping[str, Decimal | None], excluded: Sequence[str] = (), rule: Grades = Grades()) -> dict[str, str | None]:
    """Grade each enterprise by rank. Equal scores get the grade of the best placed among them; an enterprise without a score or excluded
    (utilities, start-ups, firms still building) has none."""
    ranked = sorted((firm for firm, points in scores.items() if points is not None and firm not in excluded), key=lambda firm: (-_points(scores, firm), firm))
    out: dict[str, str | None] = dict.fromkeys(scores)
    first: dict[Decimal, int] = {}
    for place, firm in enumerate(ranked, 1):
        best = first.setdefault(_points(scores, firm), place)
        share = Decimal(best) / Decimal(len(ranked))
        out[firm] = next(name for name, edge in rule.edges if share <= edge)
    return out


def _points(scores: Mapping[str, Decimal | None], firm: str) -> Decimal:
    found = scores[firm]
    assert found is not None
    return found
