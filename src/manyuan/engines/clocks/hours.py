"""Working hours: spans of a working day, on the clock of the place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from manyuan.engines.clocks.calendar import Calendar

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class WorkingHours:
    """spans: (opens, closes) of a working day, in order, the closing minute itself outside; calendar: which days are worked. Times are local."""

    calendar: Calendar = field(default_factory=Calendar)
    spans: tuple[tuple[time, time], ...] = ((time(9), time(18)),)

    @staticmethod
    def parse(text: str, calendar: Calendar | None = None) -> WorkingHours:
        """From `09:00-12:00,13:00-18:00`. Raises ValueError that names the span."""
        spans: list[tuple[time, time]] = []
        for part in text.split(","):
            found = _SPAN.fullmatch(part.strip())
            try:
                if found is None:
                    raise ValueError
                opens, closes = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
            except ValueError:
                raise ValueError(f"{part.strip()!r}: expected hours such as 09:00-18:00") from None
            if closes <= opens or (spans and opens < spans[-1][1]):
                raise ValueError(f"{part.strip()!r}: expected spans in order, each closing after it opens")
            spans.append((opens, closes))
        return WorkingHours(calendar or Calendar(), tuple(spans))

    def is_open(self, moment: datetime) -> bool:
        """Whether the local moment lies within working hours."""
        return self.calendar.is_working_day(moment.date()) and any(opens <= moment.time() < closes for opens, closes in self.spans)

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself if it is within working hours, else the next one at which they begin."""
        if self.is_open(moment):
            return moment
        day = moment.date()
        while True:
            if self.calendar.is_working_day(day):
                for opens, _ in self.spans:
                    start = datetime.combine(day, opens, moment.tzinfo)
                    if start >= moment:
                        return start
            day += timedelta(days=1)

    def minutes_between(self, first: datetime, last: datetime) -> int:
        """Whole working minutes from the first local moment to the last; 0 where the last does not lie after the first."""
        seconds, day = 0.0, first.date()
        while day <= last.date():
            if self.calendar.is_working_day(day):
                for opens, closes in self.spans:
                    start = max(first, datetime.combine(day, opens, first.tzinfo))
                    end = min(last, datetime.combine(day, closes, first.tzinfo))
                    seconds += max(0.0, (end - start).total_seconds())
            day += timedelta(days=1)
        return int(seconds // 60)

    def after_minutes(self, moment: datetime, minutes: int) -> datetime:
        """The local moment at which so many working minutes have passed. What arrives outside the hours starts when they next begin."""
        left = timedelta(minutes=minutes)
        at = self.next_open(moment)
        while True:
            closes = datetime.combine(at.date(), next(end for start, end in self.spans if start <= at.time() < end), at.tzinfo)
            if at + left <= closes:
                return at + left
            left -= closes - at
            at = self.next_open(closes)

    def after_days(self, moment: datetime, days: int) -> datetime:
        """The close of the working day that is so many working days after the day of arrival. What arrives on a day off, or after the close of a working
        day, counts as having arrived on the next working day."""
        day = self.next_open(moment).date()
        return datetime.combine(self.calendar.add_working_days(day, days), self.spans[-1][1], moment.tzinfo)
