"""Structure of industry: what a place is specialised in, how far it differs from the whole, how much two places resemble each other.

Weights are any additive measure by industry (jobs, output, firms); none may be negative. Shown with the number behind them: all three are unstable for few firms.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

Weights = Mapping[str, float]


def location_quotients(place: Weights, whole: Weights) -> dict[str, float | None]:
    """Industry -> LQ = (e_i / e) / (E_i / E): above 1, the place has more of it than the whole. None where the whole has none of it."""
    own, all_ = _shares(place), _shares(whole)
    return {code: (own.get(code, 0.0) / share if share else None) for code, share in all_.items()}


def krugman(one: Weights, other: Weights) -> float | None:
    """Krugman's specialisation K = sum |s_i - s_i*|: 0 the same structure, 2 nothing in common. None where either is empty."""
    a, b = _shares(one), _shares(other)
    if not a or not b:
        return None
    return sum(abs(a.get(code, 0.0) - b.get(code, 0.0)) for code in sorted({*a, *b}))


def similarity(one: Weights, other: Weights) -> float | None:
    """Structural similarity S = sum x_ik x_jk / sqrt(sum x_ik^2 sum x_jk^2): 0 nothing in common, 1 the same structure. None where either is empty."""
    a, b = _shares(one), _shares(other)
    if not a or not b:
        return None
    product = sum(share * b.get(code, 0.0) for code, share in a.items())
    return min(1.0, product / sqrt(sum(x * x for x in a.values()) * sum(x * x for x in b.values())))


def _shares(weights: Weights) -> dict[str, float]:
    if any(value < 0 for value in weights.values()):
        raise ValueError("a weight is negative")
    whole = sum(weights.values())
    return {code: value / whole for code, value in weights.items()} if whole else {}
