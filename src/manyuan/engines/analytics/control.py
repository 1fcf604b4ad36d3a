"""Control charts: which points of a series are signals and which are noise.

Individuals (XmR, Shewhart/Wheeler): limits = mean ± 2.66 x mean moving range. Rates (p-chart): limits = p ± 3 x sqrt(p (1 - p) / n), by point, within 0 and 1.
A point is a signal where it lies beyond a limit, or where it is at least the eighth in a row on one side of the mean. A point on the mean ends a row.
A missing point is passed over: it is no signal, ends no row and gives no moving range. Under six known points no limits are drawn and nothing is a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Literal

from manyuan.engines.analytics.rates import Rate

LEAST, ROW = 6, 8
_XMR = 2.66  # 3 / d2 for ranges of two (d2 = 1.128)
Signal = Literal["above", "below", "row-above", "row-below"]


@dataclass(frozen=True)
class Point:
    """low, high: the limits at this point, None where there are none. signal: why it is more than noise, None where it is not."""

    value: float | None
    low: float | None = None
    high: float | None = None
    signal: Signal | None = None


@dataclass(frozen=True)
class Chart:
    """mean: None where nothing is known."""

    mean: float | None
    points: tuple[Point, ...]

    @property
    def has_limits(self) -> bool:
        return any(point.high is not None for point in self.points)


def individuals(values: Sequence[float | None]) -> Chart:
    """The chart of a measured series, one value a period."""
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known) if known else None
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if mean is None or len(known) < LEAST or not ranges:
        return Chart(mean, tuple(Point(value) for value in values))
    half = _XMR * sum(ranges) / len(ranges)
    return _judged(values, mean, [(mean - half, mean + half)] * len(values))


def p_chart(rates: Sequence[Rate | None]) -> Chart:
    """The chart of a rate whose number of cases differs from period to period; a period without cases is missing."""
    values = [rate.share if rate is not None else None for rate in rates]
    whole = sum((rate for rate in rates if rate is not None), Rate(0, 0))
    mean = whole.share
    if mean is None or sum(value is not None for value in values) < LEAST:
        return Chart(mean, tuple(Point(value) for value in values))
    limits: list[tuple[float, float] | None] = []
    for rate in rates:
        if rate is None or not rate.whole:
            limits.append(None)
            continue
        half = 3 * sqrt(mean * (1 - mean) / rate.whole)
        limits.append((max(0.0, mean - half), min(1.0, mean + half)))
    return _judged(values, mean, limits)


def _judged(values: Sequence[float | None], mean: float, limits: Sequence[tuple[float, float] | None]) -> Chart:
    points, row, side = [], 0, 0
    for value, limit in zip(values, limits, strict=True):
        if value is None or limit is None:
            points.append(Point(value, *(limit or (None, None))))
            continue
        low, high = limit
        off = value - mean
        now = 0 if abs(off) <= 1e-12 else 1 if off > 0 else -1
        row = row + 1 if now and now == side else abs(now)
        side = now
        points.append(Point(value, low, high, _signal(value, low, high, row, side)))
    return Chart(mean, tuple(points))


def _signal(value: float, low: float, high: float, row: int, side: int) -> Signal | None:
    if value > high + 1e-12:
        return "above"
    if value < low - 1e-12:
        return "below"
    if row >= ROW:
        return "row-above" if side > 0 else "row-below"
    return None
