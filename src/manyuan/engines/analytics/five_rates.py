"""The five rates of demands, kept apart: responded, closed, solved, satisfied, recurred within 30 and 90 days.

What is counted is a cohort: the cases received in a period, each as it stands on the day of counting.
- responded: answered for the first time ÷ received.
- closed: closed at least once ÷ received. Reopening does not take it back.
- solved: the enterprise says that it is solved ÷ closed at least once. Silence is not "solved", and reopening takes it back.
- satisfied: says that it is satisfied ÷ said anything about it.
- recurred: came back within 30 (90) days of the closing ÷ closed and watched for 30 (90) days. Cases closed more lately do not count yet.
A case that was withdrawn or not accepted with a reason is not received; the caller leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date

from manyuan.engines.analytics.rates import Rate

RATES = ("responded", "closed", "solved", "satisfied", "recurred_30", "recurred_90")
"""In the order in which they are shown; only for the last two less is better."""
LESS_IS_BETTER = frozenset({"recurred_30", "recurred_90"})


@dataclass(frozen=True)
class Outcome:
    """A case as it stands: first answered and first closed on a day or not yet; what the enterprise says (None: nothing); when it came back."""

    responded_on: date | None = None
    closed_on: date | None = None
    solved: bool | None = None
    satisfied: bool | None = None
    recurred_on: date | None = None


@dataclass(frozen=True)
class Counts:
    """How many of a cohort came how far. said: how many said whether they are satisfied; watched: closed so long ago that the term is over.
    told: closed because somebody of the house noted that the enterprise said so by telephone; in no rate."""

    received: int = 0
    responded: int = 0
    closed: int = 0
    solved: int = 0
    said: int = 0
    satisfied: int = 0
    watched_30: int = 0
    recurred_30: int = 0
    watched_90: int = 0
    recurred_90: int = 0
    told: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Counts)))


@dataclass(frozen=True)
class FiveRates:
    responded: Rate
    closed: Rate
    solved: Rate
    satisfied: Rate
    recurred_30: Rate
    recurred_90: Rate

    def __iter__(self) -> Iterator[tuple[str, Rate]]:
        return iter([(name, getattr(self, name)) for name in RATES])


def count(outcomes: Iterable[Outcome], on: date) -> Counts:
    """The counts of a cohort as it stands on a day; what happened later is not known yet."""
    total = Counts()
    for one in outcomes:
        total += _counts(one, on)
    return total


def five_rates(counts: Counts) -> FiveRates:
    """The rates of a cohort. Raises ValueError where counts contradict each other."""
    return FiveRates(
        Rate(counts.responded, counts.received),
        Rate(counts.closed, counts.received),
        Rate(counts.solved, counts.closed),
        Rate(counts.satisfied, counts.said),
        Rate(counts.recurred_30, counts.watched_30),
        Rate(counts.recurred_90, counts.watched_90),
    )


def _counts(one: Outcome, on: date) -> Counts:
    closed = one.closed_on if one.closed_on is not None and one.closed_on <= on else None
    watched = {term: closed is not None and (on - closed).days >= term for term in (30, 90)}
    back = (one.recurred_on - closed).days if closed is not None and one.recurred_on is not None and closed <= one.recurred_on <= on else None
    return Counts(
        received=1,
        responded=one.responded_on is not None and one.responded_on <= on,
        closed=closed is not None,
        solved=closed is not None and one.solved is True,
        said=one.satisfied is not None,
        satisfied=one.satisfied is True,
        watched_30=watched[30],
        recurred_30=watched[30] and back is not None and back <= 30,
        watched_90=watched[90],
        recurred_90=watched[90] and back is not None and back <= 90,
    )
