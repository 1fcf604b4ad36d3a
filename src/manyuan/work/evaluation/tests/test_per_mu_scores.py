"""Scores, places and grades by the schemes of the pack: the arithmetic and its boundaries."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines.analytics import Item
from manyuan.work.evaluation.errors import SchemeFaulty
from manyuan.work.evaluation.lifting import Peers, lifts, peers_of
from manyuan.work.evaluation.models import Scheme
from manyuan.work.evaluation.schemes import Plan, Ratio, install_schemes, plan_of
from manyuan.work.evaluation.scoring import better_grade, cut_of, place
from manyuan.work.evaluation.tests.conftest import BY, NOW, schemes

ABOVE = {"tax": 24_097_000_00, "land": "100", "value_added": 136_160_000_00, "employees": 1, "revenue": 1, "rd_spend": 1}


def plan(code: str = "above-scale") -> Plan:
    return plan_of(Scheme.objects.get(code=code, is_current=True))


def at_base(share: int = 1) -> dict:
    """Figures that put every item of the above-scale scheme at its base (or the base divided by `share`)."""
    added = Decimal("136.16") * 1_000_000 * 100  # 100 mu, in fen
    return {
        "land": "100", "tax": int(Decimal("24.097") * 1_000_000 * 100) // share, "value_added": int(added) // share,
        "energy": str(added / 1_000_000 / Decimal("2.694")), "emissions": str(added / 1_000_000 / Decimal("4929.81")),
        "employees": str(added / 1_000_000 / Decimal("18.14")), "revenue": 1_000_000_000_00, "rd_spend": 30_200_000_00 // share,
    }  # fmt: skip


@pytest.mark.parametrize(("share", "points"), [(1, "100.00000000"), (2, "50.00000000")])
def test_every_item_at_its_base_is_a_hundred_and_half_of_each_is_fifty(bureau, share, points):
    found = place(plan(), {1: at_base(share)}, {})[1]
    assert abs(found.total - Decimal(points)) <= Decimal("0.000001"), found.points
    assert {code: round(value, 4) for code, value in found.points.items()} == {one.code: one.item.weight / share for one in plan().items}, (
        "each item earns its weight"
    )


def test_the_shipped_scheme_is_that_of_the_standard_pack(bureau):
    standard = yaml.safe_load((Path("packs/standards/per-mu.yaml")).read_text("utf-8"))["sets"]
    for ours, theirs in (("above-scale", "huangyan-2022-above"), ("below-scale", "huangyan-2022-below")):
        units = {one.code: (one.item.weight, one.item.base, one.unit, one.item.mean_if_missing) for one in plan(ours).items}
        assert units == {
            one["code"]: (Decimal(one["weight"]), Decimal(str(one["base"])), one["unit"], bool(one.get("mean_if_missing"))) for one in standard[theirs]["items"]
        }
    assert set(Scheme.objects.values_list("mark", flat=True)) == {"example"}, "no weighting of Chengdu is known, and every scheme says so"


def test_a_missing_emission_takes_the_peers_mean_and_those_who_take_no_part_do_not_count_into_it(bureau):
    double = {**at_base(), "emissions": str(Decimal(at_base()["emissions"]) / 2)}
    without = {key: value for key, value in at_base().items() if key != "emissions"}
    far = {**at_base(), "emissions": str(Decimal(at_base()["emissions"]) / 50)}
    found = place(plan(), {1: at_base(), 2: double, 3: without, 4: far}, {4: "utility"})
    assert found[3].filled == ("value_added_per_emission",)
    assert round(found[3].points["value_added_per_emission"], 4) == Decimal("15.0000"), "the mean of 10 and 20"
    assert found[4].rank is None and found[4].ungraded == "utility" and found[4].grade == ""


@pytest.mark.parametrize("field", ["land", "energy", "tax"])
def test_any_other_figure_that_is_missing_or_nought_below_the_line_leaves_it_ungraded(bureau, field):
    short = {key: value for key, value in at_base().items() if key != field}
    nought = at_base() | {field: "0"}
    found = place(plan(), {1: at_base(), 2: short, 3: nought}, {})
    assert (found[2].total, found[2].grade, found[2].ungraded) == (None, "", "missing") and found[1].rank == 1
    if field == "tax":
        assert found[3].total is not None, "no tax is a figure, not a gap"
    else:
        assert found[3].ungraded == "missing"


def test_equal_totals_share_the_place_and_the_better_grade(bureau):
    def firm(tax: int) -> dict:
        return {"tax": tax * 100, "land": "1", "electricity": "100000"}

    below = plan("below-scale")
    found = place(below, {n: firm(tax) for n, tax in enumerate((900, 800, 800, 800, 500, 400, 300, 200), 1)}, {})
    assert [found[n].rank for n in range(1, 9)] == [1, 2, 2, 2, 5, 6, 7, 8]
    assert [found[n].grade for n in range(1, 9)] == ["A", "A", "A", "A", "B", "C", "C", "D"], "two of eight are a quarter; the tie at place 2 is A as a whole"


@pytest.mark.parametrize(
    ("firms", "letters"),
    [(1, "D"), (2, "BD"), (3, "BBD"), (4, "ABCD"), (10, "AABBBBBCCD"), (20, "AAAAABBBBBBBBBCCCCCD")],
)
def test_grades_go_by_share_of_those_graded(bureau, firms, letters):
    found = place(plan("below-scale"), {n: {"tax": (100 - n) * 100, "land": "1", "electricity": "1000"} for n in range(firms)}, {})
    assert "".join(found[n].grade for n in range(firms)) == letters


def test_a_pack_with_faults_is_refused_whole_with_every_fault(bureau):
    content = schemes()
    content["items"]["tax_per_mu"]["of"] = "taxes"
    content["schemes"]["below-scale"]["items"][0]["weight"] = 60
    content["schemes"]["min-max"]["form"] = "lottery"
    with pytest.raises(SchemeFaulty) as caught:
        install_schemes(content=content, by=BY, now=NOW)
    assert all(text in caught.value.faults for text in ("taxes", "come to 110", "lottery"))
    assert set(Scheme.objects.values_list("number", flat=True)) == {1}


def test_a_changed_scheme_gets_a_new_number_and_the_same_again_changes_nothing(bureau):
    assert install_schemes(content=schemes(), by=BY, now=NOW) == 0
    content = schemes()
    content["schemes"]["above-scale"]["items"][0]["base"] = 30
    assert install_schemes(content=content, by=BY, now=NOW) == 1
    assert list(Scheme.objects.filter(code="above-scale").values_list("number", "is_current")) == [(2, True), (1, False)]


RATIO = {"zh": "", "en": "", "unit": "", "of_unit": "万元", "of_fen": 1_000_000, "per_unit": "亩", "per_fen": 1}
FREE = Plan(
    "x", "base-value", "f",
    (
        Ratio(code="a", of="tax", per="land", item=Item("a", Decimal(60), Decimal(20)), **RATIO),
        Ratio(code="b", of="added", per="land", item=Item("b", Decimal(40), Decimal(100), cap=Decimal("1.5")), **RATIO),
    ),
    plan_grades := __import__("manyuan.engines.analytics", fromlist=["Grades"]).Grades(), (), ("land",), 10, "", 12,
)  # fmt: skip
FIGURES = st.fixed_dictionaries(
    {"tax": st.integers(1_000_000, 10**11), "added": st.integers(1_000_000, 10**11), "land": st.integers(1, 5000).map(lambda n: str(Decimal(n) / 10))}
)


@settings(max_examples=80, deadline=None)
@given(firms=st.lists(FIGURES, min_size=5, max_size=25), form=st.sampled_from(["base-value", "min-max"]))
def test_what_is_said_to_lift_a_firm_a_grade_does_lift_it(firms, form):
    free = replace(FREE, form=form)
    inputs = dict(enumerate(firms))
    found = place(free, inputs, {})
    totals = [one.total for one in found.values()]
    for key, one in found.items():
        grade = better_grade(free, one.grade)
        cut = cut_of(free, totals, grade) if grade else None
        if cut is None:
            continue
        peers = peers_of(free, [{code: str(value) for code, value in other.values.items()} for other in found.values()])
        for way in lifts(free, inputs[key], (), one.total, cut, peers):
            size = free.unit_of(way.field)[1]
            exact = Decimal(str(inputs[key][way.field])) + way.by * size * (1 if way.more else -1)
            again = place(free, {**inputs, key: {**inputs[key], way.field: str(exact)}}, {})[key]
            assert again.total >= cut, (way, one.total, cut, again.total)
            assert way.more or way.then > 0


def test_a_hair_less_than_what_is_said_does_not_lift():
    inputs = {n: {"tax": (10 - n) * 10_000_000, "added": 350_000_000, "land": "5"} for n in range(8)}
    found = place(FREE, inputs, {})
    cut = cut_of(FREE, [one.total for one in found.values()], "A")
    way = next(one for one in lifts(FREE, inputs[3], (), found[3].total, cut, Peers({})) if one.field == "tax")
    assert (way.by, way.unit) == (Decimal("20.00"), "万元") or way.by == Decimal("20.01")
    less = {**inputs[3], "tax": inputs[3]["tax"] + int((way.by - Decimal("0.02")) * 1_000_000)}
    assert place(FREE, {**inputs, 3: less}, {})[3].total < cut
    assert "added" not in {one.field for one in lifts(FREE, inputs[7], (), found[7].total, cut, Peers({}))}, "its cap does not let it do so alone"
