"""A share of counted things with its interval. A rate keeps its counts: what is shown always says out of how many.

Interval: Wilson score (E. B. Wilson, 1927), which stays within 0 and 1 and is honest for few cases and for rates near either end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054
"""The quantile of the normal distribution for an interval that holds 95 times in 100."""


@dataclass(frozen=True)
class Interval:
    """low and high are shares from 0 to 1."""

    low: float
    high: float

    def holds(self, share: float) -> bool:
        return self.low <= share <= self.high


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`. Raises ValueError where the part is negative or larger than the whole."""

    part: int
    whole: int

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.whole:
            raise ValueError(f"a part of {self.part} in a whole of {self.whole}")

    @property
    def share(self) -> float | None:
        """0 to 1; None where there is nothing to take a share of."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval | None:
        """Where the true share lies, 95 times in 100; None where nothing was counted."""
        return wilson(self.part, self.whole) if self.whole else None

    def too_few(self, minimum: int) -> bool:
        """Whether so few were counted that the rate must not be ranked."""
        return self.whole < minimum

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.part + other.part, self.whole + other.whole)


def wilson(part: int, whole: int, z: float = Z95) -> Interval:
    """The Wilson score interval of `part` out of `whole` (at least 1)."""
    if whole < 1 or not 0 <= part <= whole:
        raise ValueError(f"a part of {part} in a whole of {whole}")
    share, square = part / whole, z * z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = z / (1 + square / whole) * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    return Interval(0.0 if part == 0 else max(0.0, middle - half), 1.0 if part == whole else min(1.0, middle + half))
