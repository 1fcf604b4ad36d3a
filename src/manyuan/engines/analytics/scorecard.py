"""A scorecard of pillars, each 0 to 100, and the score over them. Items are data. The business environment has three — rules, services, practice —
and the score is their mean; a scorecard of another kind names its own pillars with their weights.

The form is that of B-READY (three pillars, mean, 0 to 100); the items and their weights are this platform's own, so this is never a B-READY score.
An item earns 0 at its floor and 100 at its target, in a straight line between, and no more or less beyond. The floor may lie above the target (days).
A missing item is left out of its pillar and named; it is not a zero. A pillar that knows less than `least` of its weight has no score, and then neither
has the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

PILLARS = ("rules", "services", "practice")
_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Item:
    """floor: the value that earns nothing; target: the value that earns 100. Raises ValueError where they are the same or the weight is not above 0."""

    code: str
    pillar: str
    floor: Decimal
    target: Decimal
    weight: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if self.floor == self.target:
            raise ValueError(f"the item {self.code!r} has the same floor and target")
        if self.weight <= 0:
            raise ValueError(f"the item {self.code!r} has the weight {self.weight}, expected more than 0")

    @property
    def less_is_better(self) -> bool:
        return self.floor > self.target


@dataclass(frozen=True)
class Earned:
    """value, points (0 to 100): None where missing."""

    item: Item
    value: Decimal | None
    points: Decimal | None


@dataclass(frozen=True)
class Pillar:
    """points: None where too little is known. known: the share of the weight that is known, 0 to 1."""

    code: str
    points: Decimal | None
    known: Decimal
    items: tuple[Earned, ...]


@dataclass(frozen=True)
class Scorecard:
    """points: the (weighted) mean of the pillars, None where one of them has none."""

    points: Decimal | None
    pillars: tuple[Pillar, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(one.item.code for pillar in self.pillars for one in pillar.items if one.points is None)


def scored(
    items: Sequence[Item], values: Mapping[str, Decimal | None], least: Decimal = Decimal("0.5"), pillars: Mapping[str, Decimal] | None = None
) -> Scorecard:
    """Score what is known. values: item code -> value in the unit of its floor and target. pillars: code -> weight; left out, the three of equal weight.

    Points to 4 decimals. Raises ValueError for an item of a pillar that there is not.
    """
    weights = {code: Fraction(weight) for code, weight in pillars.items()} if pillars else dict.fromkeys(PILLARS, Fraction(1))
    if strange := sorted({item.pillar for item in items} - set(weights)):
        raise ValueError(f"items of the pillars {', '.join(strange)}, expected {', '.join(weights)}")
    exact: dict[str, Fraction] = {}
    found = []
    for code in weights:
        own = [(item, _points(item, values.get(item.code))) for item in items if item.pillar == code]
        whole = sum((Fraction(item.weight) for item, _ in own), Fraction(0))
        known = sum((Fraction(item.weight) for item, points in own if points is not None), Fraction(0))
        if known > 0 and known >= whole * Fraction(least):
            exact[code] = sum((points * Fraction(item.weight) for item, points in own if points is not None), Fraction(0)) / known
        lines = tuple(Earned(item, values.get(item.code), None if points is None else _decimal(points)) for item, points in own)
        found.append(Pillar(code, _decimal(exact[code]) if code in exact else None, _decimal(known / whole) if whole else Decimal(0), lines))
    whole_score = sum((points * weights[code] for code, points in exact.items()), Fraction(0)) / sum(weights.values(), Fraction(0))
    return Scorecard(_decimal(whole_score) if len(exact) == len(weights) else None, tuple(found))


def _points(item: Item, value: Decimal | None) -> Fraction | None:
    if value is None:
        return None
    way = (Fraction(value) - Fraction(item.floor)) / (Fraction(item.target) - Fraction(item.floor))
    return min(Fraction(1), max(Fraction(0), way)) * 100


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_PLACES, ROUND_HALF_UP)
