"""Structure of industry, and the chance that enough parks reach a band."""

from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.analytics import at_least, chance_above, distribution, krugman, location_quotients, similarity


def test_location_quotients_by_hand():
    assert location_quotients({"C39": 30, "C27": 10}, {"C39": 300, "C27": 300, "I65": 400}) == {
        "C39": pytest.approx(2.5),
        "C27": pytest.approx(0.25 / 0.3),
        "I65": 0.0,
    }
    assert location_quotients({}, {"C39": 1}) == {"C39": 0.0}
    assert location_quotients({"C39": 1}, {"C39": 1, "C27": 0})["C27"] is None


# one, other, krugman, similarity
PAIRS = [
    ({"a": 1}, {"a": 7}, 0.0, 1.0),
    ({"a": 1}, {"b": 1}, 2.0, 0.0),
    ({"a": 1, "b": 1}, {"a": 1}, 1.0, 0.5**0.5),
    ({"a": 1, "b": 1}, {"b": 1, "c": 1}, 1.0, 0.5),
    ({"a": 1}, {}, None, None),
    ({"a": 0}, {"a": 1}, None, None),
]


@pytest.mark.parametrize(("one", "other", "apart", "alike"), PAIRS)
def test_krugman_and_similarity_by_hand(one, other, apart, alike):
    assert krugman(one, other) == (None if apart is None else pytest.approx(apart))
    assert similarity(one, other) == (None if alike is None else pytest.approx(alike))


structures = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 1000), min_size=1)


@given(structures, structures)
def test_both_measures_are_symmetric_and_bounded(one, other):
    assert 0 <= krugman(one, other) <= 2 + 1e-9
    assert 0 <= similarity(one, other) <= 1
    assert krugman(one, other) == pytest.approx(krugman(other, one))
    assert similarity(one, other) == pytest.approx(similarity(other, one))


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="negative"):
        krugman({"a": -1}, {"a": 1})


CHANCES = [
    (0, [], 1.0),
    (1, [], 0.0),
    (1, [0.5], 0.5),
    (2, [0.5, 0.5], 0.25),
    (1, [0.5, 0.5], 0.75),
    (2, [1, 1, 0], 1.0),
    (3, [1, 1, 0], 0.0),
    (2, [0.9, 0.8, 0.1], 0.9 * 0.8 + 0.9 * 0.2 * 0.1 + 0.1 * 0.8 * 0.1),
]


@pytest.mark.parametrize(("k", "chances", "expected"), CHANCES)
def test_the_chance_of_at_least_k(k, chances, expected):
    assert at_least(k, chances) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), max_size=7))
def test_it_is_what_counting_every_combination_gives(chances):
    found = [0.0] * (len(chances) + 1)
    for happened in product((0, 1), repeat=len(chances)):
        found[sum(happened)] += prod(p if yes else 1 - p for p, yes in zip(chances, happened, strict=True))
    assert distribution(chances) == pytest.approx(found)
    assert sum(found) == pytest.approx(1)


def test_a_chance_outside_0_and_1_is_refused():
    with pytest.raises(ValueError, match="chance"):
        distribution([1.1])


@pytest.mark.parametrize(
    ("edge", "middle", "spread", "expected"),
    [(100, 100, 10, 0.5), (100, 110, 10, 0.8413), (100, 90, 10, 0.1587), (100, 100, 0, 1.0), (100, 99, 0, 0.0)],
)
def test_the_chance_that_a_forecast_reaches_an_edge(edge, middle, spread, expected):
    assert chance_above(edge, middle, spread) == pytest.approx(expected, abs=1e-4)
