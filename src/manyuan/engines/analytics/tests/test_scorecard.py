"""Three pillars, their mean, and what is missing."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.analytics import ScoreItem, scored

RULES, SERVICES, PRACTICE = (ScoreItem(code, code, D(0), D(100)) for code in ("rules", "services", "practice"))

# floor, target, value -> points
LINE = [
    (D(0), D(1), D(0), D(0)),
    (D(0), D(1), D("0.5"), D(50)),
    (D(0), D(1), D(1), D(100)),
    (D(0), D(1), D(2), D(100)),
    (D(0), D(1), D(-1), D(0)),
    (D("0.4"), D("0.9"), D("0.65"), D(50)),
    (D(10), D(2), D(10), D(0)),  # days: fewer are better
    (D(10), D(2), D(6), D(50)),
    (D(10), D(2), D(2), D(100)),
    (D(10), D(2), D(1), D(100)),
    (D(10), D(2), D(30), D(0)),
    (D(0), D(3), D(1), D("33.3333")),
]


@pytest.mark.parametrize(("floor", "target", "value", "points"), LINE)
def test_points_lie_on_a_line_from_floor_to_target(floor, target, value, points):
    found = scored([ScoreItem("x", "rules", floor, target)], {"x": value})
    assert found.pillars[0].items[0].points == points
    assert found.pillars[0].points == points


def test_the_score_is_the_mean_of_the_three_pillars_however_many_items_each_has():
    more = ScoreItem("practice-2", "practice", D(0), D(100), D(3))
    found = scored([RULES, SERVICES, PRACTICE, more], {"rules": D(100), "services": D(40), "practice": D(0), "practice-2": D(80)})
    assert [pillar.points for pillar in found.pillars] == [D(100), D(40), D(60)]
    assert found.points == D("66.6667")


def test_a_missing_item_is_named_and_is_not_a_zero():
    more = ScoreItem("practice-2", "practice", D(0), D(100))
    found = scored([RULES, SERVICES, PRACTICE, more], {"rules": D(60), "services": D(60), "practice": D(60), "practice-2": None})
    assert found.points == D(60)
    assert found.missing == ("practice-2",)
    assert found.pillars[2].known == D("0.5")


@pytest.mark.parametrize(("known", "scores"), [(D(49), False), (D(50), True), (D(51), True)])
def test_a_pillar_that_knows_less_than_half_of_its_weight_has_no_score(known, scores):
    items = [RULES, SERVICES, ScoreItem("a", "practice", D(0), D(100), known), ScoreItem("b", "practice", D(0), D(100), 100 - known)]
    found = scored(items, {"rules": D(1), "services": D(1), "a": D(100)})
    assert (found.pillars[2].points is not None) is scores
    assert (found.points is not None) is scores


def test_nothing_known_is_no_score():
    found = scored([RULES, SERVICES, PRACTICE], {})
    assert found.points is None
    assert found.missing == ("rules", "services", "practice")


@pytest.mark.parametrize(
    ("change", "said"), [({"target": D(0)}, "same floor and target"), ({"weight": D(0)}, "weight")]
)  # fmt: skip
def test_an_item_that_makes_no_sense_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        ScoreItem(**({"code": "x", "pillar": "rules", "floor": D(0), "target": D(1), "weight": D(1)} | change))


@given(st.dictionaries(st.sampled_from(["rules", "services", "practice"]), st.decimals(-500, 500, places=2)))
def test_points_stay_within_0_and_100(values):
    found = scored([RULES, SERVICES, PRACTICE], values)
    assert all(0 <= pillar.points <= 100 for pillar in found.pillars if pillar.points is not None)
    assert (found.points is None) == (len(values) < 3)


def test_an_item_of_a_pillar_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="luck"):
        scored([ScoreItem("x", "luck", D(0), D(1))], {})


def test_a_scorecard_of_another_kind_weighs_its_own_pillars():
    items = [ScoreItem("a", "quality", D(0), D(100)), ScoreItem("b", "green", D(0), D(100))]
    found = scored(items, {"a": D(100), "b": D(0)}, pillars={"quality": D(30), "green": D(10)})
    assert found.points == D(75)
    assert scored(items, {"a": D(100)}, pillars={"quality": D(30), "green": D(10)}).points is None
