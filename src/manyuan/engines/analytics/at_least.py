"""The chance that at least k of several independent things happen, each with its own chance (Poisson-binomial): so many parks reach a band."""

from __future__ import annotations

from collections.abc import Sequence
from math import erf, sqrt


def distribution(chances: Sequence[float]) -> list[float]:
    """Exactly 0, 1, … n of them: n + 1 chances that add up to 1."""
    if any(not 0 <= chance <= 1 for chance in chances):
        raise ValueError("a chance lies outside 0 and 1")
    found = [1.0]
    for chance in chances:
        found = [stay * (1 - chance) + come * chance for stay, come in zip([*found, 0.0], [0.0, *found], strict=True)]
    return found


def at_least(k: int, chances: Sequence[float]) -> float:
    """The chance that k or more happen."""
    return 1.0 if k <= 0 else min(1.0, sum(distribution(chances)[k:]))


def chance_above(edge: float, middle: float, spread: float) -> float:
    """The chance that a forecast `middle` with a normal error of standard deviation `spread` reaches `edge`; spread 0: it does or does not."""
    if spread <= 0:
        return 1.0 if middle >= edge else 0.0
    return (1 - erf((edge - middle) / (spread * sqrt(2)))) / 2
