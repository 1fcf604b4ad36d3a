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


@pytest.mark.parametrize(
    ("arrives", "minutes", "due"),
    [
        ("2026-11-24 09:00", 60, "2026-11-24 10:00"),
        ("2026-11-24 11:30", 60, "2026-11-24 13:30"),  # over lunch
        ("2026-11-24 11:00", 60, "2026-11-24 12:00"),  # to the minute at which lunch begins
        ("2026-11-24 11:00", 61, "2026-11-24 13:01"),
        ("2026-11-24 20:00", 60, "2026-11-25 10:00"),  # came in the evening
        ("2026-09-30 17:59", 60, "2026-10-08 09:59"),  # one minute before a holiday of seven days
        ("2026-09-30 18:00", 60, "2026-10-08 10:00"),
        ("2026-10-09 17:30", 60, "2026-10-10 09:30"),  # into a make-up Saturday
        ("2026-10-10 17:30", 60, "2026-10-12 09:30"),  # out of it
        ("2026-11-24 09:00", 0, "2026-11-24 09:00"),
        ("2026-11-24 09:00", 960, "2026-11-25 18:00"),  # two whole days of eight hours
    ],
)
def test_working_minutes_pass_in_working_hours_only(arrives, minutes, due):
    first, last = datetime.fromisoformat(arrives), datetime.fromisoformat(due)
    assert HOURS.after_minutes(first, minutes) == last
    assert HOURS.minutes_between(first, last) == minutes


@pytest.mark.parametrize(
    ("arrives", "days", "due"),
    [
        ("2026-11-24 09:00", 1, "2026-11-25 18:00"),
        ("2026-11-24 17:59", 1, "2026-11-25 18:00"),
        ("2026-11-24 18:00", 1, "2026-11-26 18:00"),  # after the close: arrived tomorrow
        ("2026-11-28 10:00", 1, "2026-12-01 18:00"),  # Saturday: arrived on Monday
        ("2026-09-30 17:59", 4, "2026-10-12 18:00"),  # 8, 9, the make-up Saturday 10, then Monday 12
        ("2026-11-24 10:00", 0, "2026-11-24 18:00"),  # by the end of the day
    ],
)
def test_working_days_end_at_the_close(arrives, days, due):
    assert HOURS.after_days(datetime.fromisoformat(arrives), days) == datetime.fromisoformat(due)


def test_nothing_passes_backwards():
    assert HOURS.minutes_between(datetime.fromisoformat("2026-11-25 10:00"), datetime.fromisoformat("2026-11-24 10:00")) == 0
