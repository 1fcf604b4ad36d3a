"""Rates of several parks side by side: who stands where, who has too few to be ranked, and who differs from all together beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from manyuan.engines.analytics.rates import Rate

Against = Literal["better", "worse", "same"]


@dataclass(frozen=True)
class Place:
    """place: from 1, equal rates share it; None: too few to rank. against: beside the rate of all together, "same" where the interval holds it;
    None where nothing was counted."""

    key: str
    rate: Rate
    place: int | None
    against: Against | None


def ranked(rates: Mapping[str, Rate], minimum: int, *, less_is_better: bool = False) -> list[Place]:
    """The best first; those with fewer than `minimum` cases last, by key, without a place."""
    whole = sum(rates.values(), Rate(0, 0)).share
    shares = {key: rate.share for key, rate in rates.items() if not rate.too_few(max(1, minimum)) and rate.share is not None}
    order = sorted(shares, key=lambda key: (shares[key] if less_is_better else -shares[key], key))
    places = {key: 1 + sum(_ahead(shares[other], shares[key], less_is_better) for other in order) for key in order}
    rest = sorted(set(rates) - set(order))
    return [Place(key, rates[key], places.get(key), _against(rates[key], whole, less_is_better)) for key in (*order, *rest)]


def _ahead(other: float, own: float, less_is_better: bool) -> bool:
    return other < own if less_is_better else other > own


def _against(rate: Rate, whole: float | None, less_is_better: bool) -> Against | None:
    interval = rate.interval
    if interval is None or whole is None:
        return None
    if interval.holds(whole):
        return "same"
    return "better" if (interval.low > whole) is not less_is_better else "worse"
