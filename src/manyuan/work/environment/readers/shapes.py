"""What every reader of process data takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from manyuan.facts.audit.actors import Actor
from manyuan.facts.filings.periods import Period


@dataclass(frozen=True)
class Span:
    """A period and the day up to which is counted: what happened later is not known yet. The days are those of the place."""

    period: Period
    on: date

    @property
    def first(self) -> date:
        return self.period.start

    @property
    def after(self) -> date:
        """The first day that is not in the period."""
        return self.period.end

    @property
    def began(self) -> datetime:
        return midnight(self.period.start)

    @property
    def ended(self) -> datetime:
        return midnight(self.period.end)

    @property
    def until(self) -> datetime:
        """The end of the day up to which is counted."""
        return midnight(self.on + timedelta(days=1))


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Counted:
    """part of (or summed over) `whole` cases, of which `made_up` are synthetic. Of two, the sums: that is how parks and places roll up."""

    part: Decimal
    whole: int
    made_up: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.part + other.part, self.whole + other.whole, self.made_up + other.made_up)

    def value(self, unit: str) -> Decimal | None:
        """In percent for a rate, else the mean; None where nothing was counted."""
        if not self.whole:
            return None
        return self.part * (100 if unit == "percent" else 1) / self.whole


ByPark = Mapping[int | None, Counted]
"""Park of the record (None: of no park) -> counted."""


@dataclass(frozen=True)
class Reader:
    """A source of items. unit: percent for a rate, else the unit of a mean. read: set-wise, all parks at once.

    behind: the records counted in these parks that the actor may see, those that bring the figure down first; each has a pk. kind: what they are.
    """

    unit: str
    read: Callable[[Span], ByPark]
    kind: str = ""
    behind: Callable[[Span, Actor, Collection[int]], QuerySet[Any]] | None = None


def rates(rows: QuerySet[Any], park: str, part: Any, whole: Any, made_up: Any) -> dict[int | None, Counted]:
    """Counts by park out of a query set: part, whole and made_up are aggregates."""
    found = rows.values(park).annotate(part_=part, whole_=whole, made_up_=made_up).order_by()
    return {row[park]: Counted(Decimal(row["part_"] or 0), row["whole_"] or 0, row["made_up_"] or 0) for row in found}


def means(rows: Any, park: int = 0, number: int = 1, made_up: int = 2) -> dict[int | None, Counted]:
    """Sums and counts by park out of rows (park, number, made up)."""
    out: dict[int | None, Counted] = {}
    for row in rows:
        out[row[park]] = out.get(row[park], Counted(Decimal(0), 0)) + Counted(Decimal(str(row[number])), 1, int(bool(row[made_up])))
    return out
