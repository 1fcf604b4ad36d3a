"""Signal and noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.analytics import Rate, individuals, p_chart


def signals(chart):
    return [point.signal for point in chart.points]


def test_limits_of_individuals_by_hand():
    # mean 11; moving ranges 2 2 2 2 2: mean 2; limits 11 ± 5.32
    found = individuals([10, 12, 10, 12, 10, 12])
    assert found.mean == 11
    assert [(round(point.low, 2), round(point.high, 2)) for point in found.points] == [(5.68, 16.32)] * 6
    assert signals(found) == [None] * 6


@pytest.mark.parametrize(("last", "signal"), [(18, None), (19, "above"), (4, None), (3, "below")])
def test_only_a_point_beyond_a_limit_is_a_signal(last, signal):
    found = individuals([10, 12, 10, 12, 10, 12, 10, 12, 10, 12, last])
    assert found.points[-1].signal == signal


@pytest.mark.parametrize(("count", "signal"), [(7, None), (8, "row-below"), (9, "row-below")])
def test_the_eighth_in_a_row_on_one_side_is_a_signal(count, signal):
    # the rest lies far above, so that the row stays below the mean
    found = individuals([*[30, 34] * 6, *([26, 27] * 5)[:count]])
    assert found.points[-1].signal == signal


def test_a_point_on_the_mean_ends_a_row():
    values = [1, 5, 1, 5, 1, 5, 1, 0, 5, -1, -5, -1, -5, 0, -5, -1, -5, -1]
    assert sum(values) == 0
    assert signals(individuals(values)) == [None] * len(values)


@pytest.mark.parametrize(("known", "drawn"), [(5, False), (6, True)])
def test_under_six_known_points_there_are_no_limits(known, drawn):
    assert individuals([1, 2, None, *[1, 2] * 3][: known + 1]).has_limits is drawn


def test_a_missing_point_is_no_signal_ends_no_row_and_gives_no_range():
    full, holed = individuals([10, 12] * 4), individuals([10, 12, None] + [10, 12] * 3)
    assert holed.points[0].high == pytest.approx(full.points[0].high)
    row = [*[30, 34] * 6, 26, 27, 26, 27, None, 26, 27, 26, 27]
    assert signals(individuals(row))[-5:] == [None, None, None, None, "row-below"]


def test_nothing_known_is_no_mean():
    assert individuals([None, None]).mean is None
    assert p_chart([None, Rate(0, 0)]).mean is None


def test_a_month_with_few_cases_has_wider_limits_than_one_with_many():
    # p = 0.5: n 100 -> 0.5 ± 0.15; n 4 -> wider than 0 to 1
    found = p_chart([Rate(50, 100), Rate(2, 4), Rate(50, 100), Rate(50, 100), Rate(50, 100), Rate(50, 100)])
    assert [(round(p.low, 2), round(p.high, 2)) for p in found.points[:2]] == [(0.35, 0.65), (0.0, 1.0)]


def test_a_month_without_cases_has_no_limits_of_its_own():
    found = p_chart([Rate(5, 10), Rate(0, 0), None, *[Rate(5, 10)] * 5])
    assert [point.high is None for point in found.points] == [False, True, True, *[False] * 5]


@pytest.mark.parametrize(("part", "whole", "signal"), [(0, 3, None), (40, 100, "below"), (3, 3, None), (100, 100, "above")])
def test_a_rate_is_a_signal_by_its_number_of_cases(part, whole, signal):
    found = p_chart([Rate(700, 1000), Rate(69, 100), Rate(71, 100), Rate(70, 100), Rate(72, 100), Rate(68, 100), Rate(part, whole)])
    assert found.points[-1].signal == signal


@given(st.lists(st.sampled_from([None, -3, 0, 1, 2, 5, 8]), max_size=20))
def test_every_point_comes_back_in_its_place(values):
    assert [point.value for point in individuals(values).points] == values


@given(st.lists(st.integers(-99, 99), min_size=6, max_size=12), st.integers(-99, 99))
def test_moving_a_series_up_moves_its_limits_along(values, by):
    before, after = individuals(values), individuals([value + by for value in values])
    assert after.points[0].high == pytest.approx(before.points[0].high + by, abs=1e-6)
