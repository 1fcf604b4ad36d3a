"""Working days of the Chinese calendar: the tables an administrator loads, else the library's, else Monday to Friday, and then it says so."""

from __future__ import annotations

import warnings
from calendar import isleap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import chinese_calendar

_LIBRARY = {day.year for day in chinese_calendar.constants.holidays}


@dataclass(frozen=True)
class Calendar:
    """Which days are worked. off: days off by table; on: make-up days by table; years: those that a table covers.

    mark: by which whoever keeps tables knows this one again; 0 where nobody does.
    """

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    years: frozenset[int] = field(default_factory=frozenset)
    mark: int = 0

    @staticmethod
    def from_tables(tables: Iterable[Mapping[str, Any]], mark: int = 0) -> Calendar:
        """From tables `{year, holidays: [{first, last, make_up: […]}]}`, days as dates or ISO text; first and last are both off."""
        off: set[date] = set()
        on: set[date] = set()
        years: set[int] = set()
        for table in tables:
            years.add(int(table["year"]))
            for holiday in table.get("holidays") or ():
                first, last = day_of(holiday["first"]), day_of(holiday["last"])
                off.update(first + timedelta(days=n) for n in range((last - first).days + 1))
                on.update(day_of(one) for one in holiday.get("make_up") or ())
        return Calendar(frozenset(off - on), frozenset(on), frozenset(years), mark)

    def assured(self, year: int) -> bool:
        """Whether the year's holidays are known; where not, Monday to Friday are taken for working days, and a page must say so."""
        return year in self.years or year in _LIBRARY

    def by_library(self, year: int) -> bool:
        """Whether the year is known from the library only."""
        return year not in self.years and year in _LIBRARY

    def unusual(self, year: int) -> tuple[list[date], list[date]]:
        """The weekdays of a year that are off, and its Saturdays and Sundays that are worked."""
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if isleap(year) else 365)]
        return [one for one in days if one.weekday() < 5 and not self.is_working_day(one)], [
            one for one in days if one.weekday() >= 5 and self.is_working_day(one)
        ]

    def is_working_day(self, day: date) -> bool:
        if day in self.on:
            return True
        if day in self.off:
            return False
        if day.year in self.years or day.year not in _LIBRARY:
            return day.weekday() < 5
        return bool(chinese_calendar.is_workday(day))

    def add_working_days(self, start: date, days: int) -> date:
        """The working day that is `days` working days after the day (before it, where negative); the day itself does not count. 0: the day itself."""
        step = timedelta(days=1 if days >= 0 else -1)
        left = abs(days)
        while left:
            start += step
            left -= self.is_working_day(start)
        return start

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after the first day up to and with the last; negative where the last lies before the first."""
        if last < first:
            return -self.working_days_between(last, first)
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def day_of(value: Any) -> date:
    """A day given as a date or as ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
