"""Shares with their intervals, and who may be ranked."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.analytics import Counts, Outcome, Rate, count, five_rates, ranked, wilson

# part, whole, low, high: Wilson 95 %, worked out by hand to four places
INTERVALS = [
    (0, 1, 0.0, 0.7935),
    (1, 1, 0.2065, 1.0),
    (0, 10, 0.0, 0.2775),
    (1, 10, 0.0179, 0.4042),
    (5, 10, 0.2366, 0.7634),
    (10, 10, 0.7225, 1.0),
    (81, 263, 0.2553, 0.3662),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("part", "whole", "low", "high"), INTERVALS)
def test_the_interval_of_a_share(part, whole, low, high):
    found = wilson(part, whole)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 10_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_an_interval_stays_within_0_and_1_holds_its_share_and_mirrors(pair):
    part, whole = pair
    found, mirrored = wilson(part, whole), wilson(whole - part, whole)
    assert 0 <= found.low <= part / whole <= found.high <= 1
    assert mirrored.low == pytest.approx(1 - found.high, abs=1e-9)


def test_nothing_counted_is_no_share_and_no_interval():
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval is None


@pytest.mark.parametrize(("part", "whole"), [(-1, 3), (4, 3)])
def test_a_part_outside_its_whole_is_refused(part, whole):
    with pytest.raises(ValueError, match="a part of"):
        Rate(part, whole)


DAY = date(2026, 1, 1)


def on(days):
    return DAY + timedelta(days=days)


# what happened by day 200: outcome -> (responded, closed, solved, said, satisfied, watched 30, recurred 30, watched 90, recurred 90)
OUTCOMES = [
    ("nothing yet", Outcome(), (0, 0, 0, 0, 0, 0, 0, 0, 0)),
    ("answered only", Outcome(on(1)), (1, 0, 0, 0, 0, 0, 0, 0, 0)),
    ("answered after the day of counting", Outcome(on(201)), (0, 0, 0, 0, 0, 0, 0, 0, 0)),
    ("closed, the firm is silent", Outcome(on(1), on(10)), (1, 1, 0, 0, 0, 1, 0, 1, 0)),
    ("closed and solved", Outcome(on(1), on(10), True, True), (1, 1, 1, 1, 1, 1, 0, 1, 0)),
    ("closed, then reopened: closed stays, solved goes", Outcome(on(1), on(10), False, False), (1, 1, 0, 1, 0, 1, 0, 1, 0)),
    ("closed 29 days ago: not watched long enough", Outcome(on(1), on(171), True, True), (1, 1, 1, 1, 1, 0, 0, 0, 0)),
    ("closed 30 days ago", Outcome(on(1), on(170), True, True), (1, 1, 1, 1, 1, 1, 0, 0, 0)),
    ("closed 89 days ago", Outcome(on(1), on(111)), (1, 1, 0, 0, 0, 1, 0, 0, 0)),
    ("closed 90 days ago", Outcome(on(1), on(110)), (1, 1, 0, 0, 0, 1, 0, 1, 0)),
    ("back on day 30", Outcome(on(1), on(10), True, True, on(40)), (1, 1, 1, 1, 1, 1, 1, 1, 1)),
    ("back on day 31", Outcome(on(1), on(10), True, True, on(41)), (1, 1, 1, 1, 1, 1, 0, 1, 1)),
    ("back on day 90", Outcome(on(1), on(10), True, True, on(100)), (1, 1, 1, 1, 1, 1, 0, 1, 1)),
    ("back on day 91", Outcome(on(1), on(10), True, True, on(101)), (1, 1, 1, 1, 1, 1, 0, 1, 0)),
    ("back before the term of 30 is over counts only when it is", Outcome(on(1), on(180), True, True, on(185)), (1, 1, 1, 1, 1, 0, 0, 0, 0)),
    ("said of a case that is not closed: satisfied, not solved", Outcome(on(1), None, True, True), (1, 0, 0, 1, 1, 0, 0, 0, 0)),
]


@pytest.mark.parametrize(("name", "outcome", "expected"), OUTCOMES, ids=[row[0] for row in OUTCOMES])
def test_how_a_case_counts(name, outcome, expected):
    assert count([outcome], on(200)) == Counts(1, *expected)


def test_the_five_rates_of_a_cohort_each_out_of_its_own_number():
    found = dict(five_rates(count([outcome for _, outcome, _ in OUTCOMES], on(200))))
    assert {name: (rate.part, rate.whole) for name, rate in found.items()} == {
        "responded": (14, 16),
        "closed": (12, 16),
        "solved": (8, 12),
        "satisfied": (9, 10),
        "recurred_30": (1, 10),
        "recurred_90": (3, 8),
    }


def test_reopening_lowers_solved_and_never_closed():
    before = five_rates(count([Outcome(on(1), on(2), True, True)], on(50)))
    after = five_rates(count([Outcome(on(1), on(2), False, None)], on(50)))
    assert before.solved.share == 1.0
    assert after.solved.share == 0.0
    assert before.closed == after.closed == Rate(1, 1)


def test_a_park_with_too_few_cases_has_no_place():
    found = ranked({"a": Rate(9, 10), "b": Rate(19, 20), "c": Rate(9, 9)}, minimum=10)
    assert [(one.key, one.place) for one in found] == [("b", 1), ("a", 2), ("c", None)]


def test_equal_rates_share_a_place_and_the_next_is_passed_over():
    found = ranked({"a": Rate(5, 10), "b": Rate(10, 20), "c": Rate(1, 10), "d": Rate(0, 0)}, minimum=1)
    assert [(one.key, one.place) for one in found] == [("a", 1), ("b", 1), ("c", 3), ("d", None)]


def test_of_recurrence_the_least_is_the_best():
    found = ranked({"a": Rate(5, 10), "b": Rate(1, 10)}, minimum=5, less_is_better=True)
    assert [(one.key, one.place) for one in found] == [("b", 1), ("a", 2)]


@pytest.mark.parametrize(
    ("less_is_better", "expected"), [(False, {"a": "better", "b": "worse", "c": "same"}), (True, {"a": "worse", "b": "better", "c": "same"})]
)
def test_a_park_differs_from_all_together_only_beyond_its_interval(less_is_better, expected):
    rates = {"a": Rate(95, 100), "b": Rate(40, 100), "c": Rate(4, 6)}
    assert {one.key: one.against for one in ranked(rates, 5, less_is_better=less_is_better)} == expected


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40).flatmap(lambda n: st.builds(Rate, st.integers(0, n), st.just(n))), max_size=8))
def test_nobody_is_lost_and_places_never_go_down_the_list(rates):
    found = ranked(rates, 5)
    assert sorted(one.key for one in found) == sorted(rates)
    placed = [one.place for one in found if one.place is not None]
    assert placed == sorted(placed)
    assert all((one.place is None) == (one.rate.whole < 5) for one in found)
