from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.facts.filings.errors import WrongPeriod, WrongPeriodKind
from manyuan.facts.filings.periods import parse_period, period_of

KINDS = st.sampled_from(["month", "quarter", "year"])
DAYS = st.dates(date(1901, 1, 1), date(2998, 12, 31))


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2025-09", "month", date(2025, 9, 1), date(2025, 10, 1)),
        ("2025-12", "month", date(2025, 12, 1), date(2026, 1, 1)),
        ("2025Q3", "quarter", date(2025, 7, 1), date(2025, 10, 1)),
        ("2025Q4", "quarter", date(2025, 10, 1), date(2026, 1, 1)),
        ("2025", "year", date(2025, 1, 1), date(2026, 1, 1)),
        ("2999", "year", date(2999, 1, 1), date(3000, 1, 1)),
    ],
)
def test_a_period_is_a_half_open_span(text, kind, start, end):
    period = parse_period(text, kind)
    assert (period.kind, period.start, period.end, str(period)) == (kind, start, end, text)


@pytest.mark.parametrize("text", ["", "2025-13", "2025-00", "2025-9", "2025Q5", "2025q3", "2025Q0", "1899", "3000", "２０２５", "2025\n", " 2025", "25"])
def test_anything_else_is_refused_and_named(text):
    with pytest.raises(WrongPeriod) as refused:
        parse_period(text)
    assert repr(text) in refused.value.message("en")


def test_a_period_of_another_kind_is_refused():
    with pytest.raises(WrongPeriodKind) as refused:
        parse_period("2025", "quarter")
    assert "not a quarter" in refused.value.message("en")


@pytest.mark.parametrize(("text", "days", "due"), [("2025-09", 0, date(2025, 9, 30)), ("2025-09", 15, date(2025, 10, 15)), ("2024-02", 1, date(2024, 3, 1))])
def test_due_days_count_from_the_last_day(text, days, due):
    assert parse_period(text).due_on(days) == due


def test_the_range_ends_with_an_error():
    with pytest.raises(WrongPeriod):
        _ = parse_period("2999Q4").next
    with pytest.raises(WrongPeriod):
        _ = parse_period("1900-01").previous


@given(DAYS, KINDS)
def test_periods_of_a_kind_leave_no_gap_and_no_overlap(day, kind):
    period = period_of(day, kind)
    assert period.contains(day)
    assert parse_period(str(period), kind) == period
    assert period.next.start == period.end and period.next.previous == period
    assert not period.contains(period.end) and not period.contains(period.start - timedelta(days=1))
