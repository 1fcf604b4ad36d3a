"""Working days: holidays, make-up days, tables before the library, and a year that nobody knows."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.clocks import Calendar

TABLE = {
    "year": 2026,
    "holidays": [
        {"first": "2026-10-01", "last": "2026-10-07", "make_up": ["2026-09-20", "2026-10-10"]},
        {"first": "2026-01-01", "last": "2026-01-03", "make_up": ["2026-01-04"]},
    ],
}
OURS = Calendar.from_tables([TABLE])


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # over seven days off
        ("2026-10-08", 2, "2026-10-10"),  # a make-up Saturday counts
        ("2026-10-10", 1, "2026-10-12"),  # the Sunday after it does not
        ("2026-10-08", -1, "2026-09-30"),
        ("2025-12-31", 1, "2026-01-04"),  # from one year's table to another's: a make-up Sunday
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-20", 5, "2026-11-27"),
    ],
)
def test_days_are_counted_from_the_day_after(start, days, end):
    assert OURS.add_working_days(date.fromisoformat(start), days) == date.fromisoformat(end)


def test_the_library_answers_where_there_is_no_table():
    assert not Calendar().is_working_day(date(2025, 10, 1))
    assert Calendar().is_working_day(date(2025, 10, 11)), "a make-up Saturday"
    assert Calendar().assured(2025)


def test_a_year_that_nobody_knows_is_monday_to_friday_and_not_assured():
    assert not OURS.assured(2090)
    assert OURS.is_working_day(date(2090, 10, 2)) and not OURS.is_working_day(date(2090, 10, 1))


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(1, 60))
def test_adding_and_counting_agree(start, days):
    end = OURS.add_working_days(start, days)
    assert OURS.is_working_day(end)
    assert OURS.working_days_between(start, end) == days
    assert OURS.working_days_between(end, start) == -days
