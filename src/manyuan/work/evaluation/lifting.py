"""What would lift an enterprise a grade: by how much one figure alone would have to move, in its own unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

from manyuan.work.evaluation.schemes import Plan, Ratio
from manyuan.work.evaluation.scoring import STEP, item_value, number

SMALLEST = Decimal("0.01")
"""Changes are given in hundredths of the unit, rounded so that the change does suffice."""


@dataclass(frozen=True)
class Lift:
    """field: the figure; more: whether it must rise; by, now, then: in unit; items: codes of the items that it moves."""

    field: str
    more: bool
    by: Decimal
    now: Decimal
    then: Decimal
    unit: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Peers:
    """What the peers' values set under the min-max form: item to (least, greatest); empty under base values."""

    ranges: Mapping[str, tuple[Decimal, Decimal]]


def peers_of(plan: Plan, values: Sequence[Mapping[str, str | None]]) -> Peers:
    """The ranges of a run's items (decimal text by item) where the form needs them."""
    if plan.form != "min-max":
        return Peers({})
    out = {}
    for ratio in plan.items:
        known = [Decimal(str(own[ratio.code])) for own in values if own.get(ratio.code) is not None]
        if known:
            out[ratio.code] = (min(known), max(known))
    return Peers(out)


def lifts(plan: Plan, inputs: Mapping[str, Any], filled: Sequence[str], total: Decimal, cut: Decimal, peers: Peers) -> list[Lift]:
    """Each figure that alone brings the total to the cut, the smallest relative change first. A figure that cannot do it alone is left out."""
    if total >= cut:
        return []
    counted = [ratio for ratio in plan.items if ratio.code not in filled]
    found = []
    for field in plan.fields:
        above, below = [r for r in counted if r.of == field], [r for r in counted if r.per == field]
        held = number(inputs.get(field))
        if held is None or held <= 0 or (above and below) or _at_the_bottom(above or below, inputs, peers):
            continue
        if above:
            one = _more(plan, field, above, inputs, held, Fraction(cut - total), peers)
        elif below and field in plan.resources:
            one = _less(plan, field, below, inputs, held, Fraction(cut - total), peers)
        else:
            continue
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: one.by / one.now)


def _at_the_bottom(ratios: list[Ratio], inputs: Mapping[str, Any], peers: Peers) -> bool:
    """Whether the firm itself sets the least value of an item: moving it would move the scale for everybody, and nothing exact can be said."""
    return any(peers.ranges[one.code][0] == item_value(one, inputs) for one in ratios if one.code in peers.ranges)


def slope(plan: Plan, ratio: Ratio, peers: Peers) -> tuple[Fraction, Fraction | None] | None:
    """(points for one unit of the item's value, the value from which on nothing more is earned); None where more earns nothing."""
    if plan.form == "base-value":
        assert ratio.item.base is not None
        limit = None if ratio.item.cap is None else Fraction(ratio.item.base) * Fraction(ratio.item.cap)
        return Fraction(ratio.item.weight) / Fraction(ratio.item.base), limit
    low, high = peers.ranges.get(ratio.code, (Decimal(0), Decimal(0)))
    return None if low == high else (Fraction(ratio.item.weight) * 80 / 100 / Fraction(high - low), Fraction(high))


def _more(plan: Plan, field: str, ratios: list[Ratio], inputs: Mapping[str, Any], held: Fraction, wanted: Fraction, peers: Peers) -> Lift | None:
    unit, size = plan.unit_of(field)
    each = Fraction(0)
    for ratio in ratios:
        below, found = number(inputs.get(ratio.per)), slope(plan, ratio, peers)
        if below and found:
            each += found[0] / (below / ratio.per_fen)
    if not each:
        return None
    return _settled(plan, field, ratios, inputs, held / size, wanted / each, wanted, peers, more=True, unit=unit, size=size)


def _less(plan: Plan, field: str, ratios: list[Ratio], inputs: Mapping[str, Any], held: Fraction, wanted: Fraction, peers: Peers) -> Lift | None:
    unit, size = plan.unit_of(field)
    earned = Fraction(0)
    for ratio in ratios:
        value, found = item_value(ratio, inputs), slope(plan, ratio, peers)
        if value is not None and found:
            earned += Fraction(value) * found[0]
    if earned <= 0:
        return None
    now = held / size
    return _settled(plan, field, ratios, inputs, now, now - now * earned / (earned + wanted), wanted, peers, more=False, unit=unit, size=size)


def _settled(
    plan: Plan, field: str, ratios: list[Ratio], inputs: Mapping[str, Any], now: Fraction, by: Fraction, wanted: Fraction, peers: Peers, *, more: bool, unit: str, size: int
) -> Lift | None:  # fmt: skip
    """The change rounded so that it suffices, and tried: None where an item's limit stands in the way."""
    change = _decimal(by).quantize(SMALLEST, ROUND_CEILING)
    for extra in (Decimal(0), SMALLEST):
        then = now + Fraction(change + extra) if more else now - Fraction(change + extra)
        if then <= 0:
            return None
        moved = {**inputs, field: _stored(then * size)}
        gained = Fraction(0)
        for ratio in ratios:
            found, before, after = slope(plan, ratio, peers), item_value(ratio, inputs), item_value(ratio, moved)
            if found and before is not None and after is not None:
                limit = found[1]
                new = Fraction(after) if limit is None else min(Fraction(after), limit)
                gained += (new - Fraction(before)) * found[0]
        if gained >= wanted + Fraction(STEP):
            shown = _decimal(now)
            return Lift(field, more, change + extra, shown, shown + (change + extra) * (1 if more else -1), unit, tuple(ratio.code for ratio in ratios))
    return None


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _stored(value: Fraction) -> str:
    return str(_decimal(value))
