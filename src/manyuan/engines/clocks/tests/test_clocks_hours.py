"""Working hours, to the minute: lunch, weekends, holidays, make-up days."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from manyuan.engines.clocks import Calendar, WorkingHours

HOURS = WorkingHours.parse("09:00-12:00, 13:00-18:00")


@pytest.mark.parametrize(
    ("moment", "is_open", "following"),
    [
        ("2026-11-24 09:00", True, "2026-11-24 09:00"),
        ("2026-11-24 08:59", False, "2026-11-24 09:00"),
        ("2026-11-24 12:00", False, "2026-11-24 13:00"),
        ("2026-11-24 17:59", True, "2026-11-24 17:59"),
        ("2026-11-24 18:00", False, "2026-11-25 09:00"),
        ("2026-11-28 10:00", False, "2026-11-30 09:00"),  # Saturday
        ("2026-09-30 18:00", False, "2026-10-08 09:00"),  # the day before a holiday of seven days
        ("2026-10-10 10:00", True, "2026-10-10 10:00"),  # a Saturday that is worked
    ],
)
def test_open_and_next(moment, is_open, following):
    at = datetime.fromisoformat(moment)
    assert HOURS.is_open(at) is is_open
    assert HOURS.next_open(at) == datetime.fromisoformat(following)


@pytest.mark.parametrize("text", ["", "9-18", "18:00-09:00", "09:00-25:00", "09:00-12:00,11:00-18:00"])
def test_hours_that_are_none_are_named(text):
    with pytest.raises(ValueError, match="expected"):
        WorkingHours.parse(text)


def test_the_default_is_nine_to_six():
    assert WorkingHours(Calendar()).spans == ((time(9), time(18)),)
