"""Periods that filings are about: a month (2025-09), a quarter (2025Q3) or a calendar year (2025), as half-open spans of days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from manyuan.facts.filings.errors import KIND_NAMES, WrongPeriod, WrongPeriodKind

_SHAPE = re.compile(r"(?P<year>(?:19|2[0-9])[0-9]{2})(?:-(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4]))?", re.ASCII)
_PARTS = {"month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True, slots=True)
class Period:
    """One period. `number` is its place within the year, from 1: 1–12 for months, 1–4 for quarters, 1 for a year."""

    kind: str
    year: int
    number: int = 1

    def __str__(self) -> str:
        if self.kind == "month":
            return f"{self.year:04d}-{self.number:02d}"
        return f"{self.year:04d}Q{self.number}" if self.kind == "quarter" else f"{self.year:04d}"

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, (self.number - 1) * (12 // _PARTS[self.kind]) + 1, 1)

    @property
    def end(self) -> date:
        """The first day after the period."""
        return self._moved(1).start

    @property
    def next(self) -> Period:
        """The period after this one. Raises WrongPeriod after the last one of 2999."""
        return parse_period(str(self._moved(1)))

    @property
    def previous(self) -> Period:
        """The period before this one. Raises WrongPeriod before the first one of 1900."""
        return parse_period(str(self._moved(-1)))

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def due_on(self, due_days: int) -> date:
        """The last day on which a filing is in time: `due_days` calendar days after the period's last day (0 = that day itself)."""
        if due_days < 0:
            raise ValueError(f"due_days must not be negative: {due_days}")
        return self.end + timedelta(days=due_days - 1)

    def _moved(self, steps: int) -> Period:
        parts = _PARTS[self.kind]
        year, place = divmod(self.year * parts + self.number - 1 + steps, parts)
        return Period(self.kind, year, place + 1)


def parse_period(text: str, kind: str | None = None) -> Period:
    """The period written as `text`, exactly in the stored shape. Raises WrongPeriod, or WrongPeriodKind when it is not a `kind`."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise WrongPeriod(found=repr(text))
    year = int(match["year"])
    if match["month"]:
        period = Period("month", year, int(match["month"]))
    elif match["quarter"]:
        period = Period("quarter", year, int(match["quarter"]))
    else:
        period = Period("year", year)
    if kind is not None and period.kind != kind:
        raise WrongPeriodKind(found=text, expected=KIND_NAMES[kind])
    return period


def period_of(day: date, kind: str) -> Period:
    """The period of `kind` that contains `day`."""
    return parse_period(str(Period(kind, day.year, (day.month - 1) // (12 // _PARTS[kind]) + 1)))
