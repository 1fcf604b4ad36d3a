"""Offers and needs: each criterion judged on both sides of its boundary, with a reason in both languages; stable order."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.matching.supply import Attribute, Side, Weights, best_offers, match

D = Decimal
TON = ("吨", "t")
GRADE = Attribute("grade", ("强度等级", "Strength class"), "at_least", unit=("MPa", "MPa"))
DAYS = Attribute("days", ("交货期", "Delivery"), "at_most", unit=("天", "days"), must=True)
KIND = Attribute("kind", ("品种", "Kind"), "one_of", names={"a": ("商品混凝土", "ready-mixed concrete"), "b": ("砂浆", "mortar")})
PAPERS = Attribute("papers", ("证书", "Certificates"), "all_of")
LOCAL = Attribute("local", ("本地生产", "Made locally"), "equal")
RULES = [GRADE, DAYS, KIND, PAPERS, LOCAL]
CITY, DISTRICT, PARK = ("成都市", "Chengdu"), ("温江区", "Wenjiang"), ("甲园区", "Park A")
NEED = Side(
    "n1",
    "concrete",
    "需要商品混凝土浇筑标准厂房",
    D(500),
    TON,
    (CITY, DISTRICT, PARK),
    {"grade": D(30), "days": D(7), "kind": frozenset("a"), "papers": frozenset("xy"), "local": True},
)
OFFER = Side(
    "o1",
    "concrete",
    "商品混凝土现货供应",
    D(500),
    TON,
    (CITY, DISTRICT, PARK),
    {"grade": D(30), "days": D(7), "kind": frozenset("ab"), "papers": frozenset("xyz"), "local": True},
)


def verdicts(offer: Side, need: Side = NEED) -> dict[str, str]:
    found = match(need, offer, RULES)
    assert found is not None
    return {one.criterion: one.verdict for one in found.reasons}


def test_an_offer_that_meets_all_says_so_for_each_criterion():
    found = match(NEED, OFFER, RULES, titles={"concrete": ("混凝土", "Concrete")})
    assert {one.verdict for one in found.reasons} == {"met"} and found.score > 90
    assert found.reasons[0].message("zh") == "类别相同：混凝土。" and found.reasons[0].message("en") == "Same category: Concrete."
    assert found.reasons[1].message("zh") == "强度等级符合：需要30 MPa，供应30 MPa。"
    assert found.reasons[3].message("en") == "Kind fits: needed ready-mixed concrete, offered ready-mixed concrete, mortar."


@pytest.mark.parametrize(
    ("code", "value", "verdict"),
    [("grade", D(30), "met"), ("grade", D("29.9"), "unmet"), ("grade", D(40), "met"), ("kind", frozenset("b"), "unmet"), ("kind", frozenset("ba"), "met"),
     ("papers", frozenset("x"), "unmet"), ("local", False, "unmet"), ("grade", None, "unknown"), ("papers", frozenset(), "unknown"), ("days", None, "unknown")],
)  # fmt: skip
def test_each_attribute_is_judged_in_its_own_sense(code, value, verdict):
    given_ = {key: one for key, one in OFFER.attributes.items() if key != code} | ({} if value is None else {code: value})
    assert verdicts(replace(OFFER, attributes=given_))[f"attribute:{code}"] == verdict


def test_another_category_or_a_missed_indispensable_attribute_is_no_match():
    assert match(NEED, replace(OFFER, category="steel"), RULES) is None
    assert match(NEED, replace(OFFER, attributes={**OFFER.attributes, "days": D(8)}), RULES) is None
    assert match(NEED, replace(OFFER, attributes={**OFFER.attributes, "days": D(7)}), RULES) is not None


@pytest.mark.parametrize(("amount", "verdict", "degree"), [(D(500), "met", 1), (D("499.9"), "unmet", 0.9998), (D(0), "unmet", 0), (None, "unknown", 0.5)])
def test_quantity(amount, verdict, degree):
    (reason,) = [one for one in match(NEED, replace(OFFER, quantity=amount), RULES).reasons if one.criterion == "quantity"]
    assert (reason.verdict, reason.degree) == (verdict, pytest.approx(degree))


def test_quantities_in_different_units_are_not_compared():
    (reason,) = [one for one in match(NEED, replace(OFFER, unit=("立方米", "m³")), RULES).reasons if one.criterion == "quantity"]
    assert reason.verdict == "unknown" and reason.message("zh") == "数量无法比较：需要按吨计，供应按立方米计。"


@pytest.mark.parametrize(
    ("region", "verdict", "degree"),
    [
        ((CITY, DISTRICT, PARK), "met", 1),
        ((CITY, DISTRICT), "met", 2 / 3),
        ((CITY, ("青羊区", "Qingyang")), "met", 1 / 3),
        ((("绵阳市", "Mianyang"),), "unmet", 0),
        ((), "unknown", 0.5),
    ],
)
def test_region_counts_by_how_near_it_is(region, verdict, degree):
    (reason,) = [one for one in match(NEED, replace(OFFER, region=region), RULES).reasons if one.criterion == "region"]
    assert (reason.verdict, reason.degree) == (verdict, pytest.approx(degree))


def test_what_the_need_does_not_ask_for_is_not_judged():
    assert set(verdicts(OFFER, replace(NEED, attributes={}, quantity=None))) == {"category", "region", "text"}


amounts = st.one_of(st.none(), st.decimals(0, 10_000, places=2))
texts = st.sampled_from(["", "混凝土", "商品混凝土浇筑", "钢筋", "标准厂房浇筑"])
sides = st.builds(
    lambda key, text, quantity, region, grade: replace(OFFER, key=key, text=text, quantity=quantity, region=NEED.region[:region], attributes={"grade": grade} if grade else {}),
    st.text("abc", min_size=1, max_size=3), texts, amounts, st.integers(0, 3), amounts,
)  # fmt: skip


@given(sides)
def test_a_score_lies_between_0_and_100_and_every_reason_speaks_both_languages(offer):
    found = match(NEED, offer, RULES)
    assert 0 <= found.score <= 100
    for one in found.reasons:
        assert one.message("zh") and one.message("en") and one.message("zh") != one.message("en")
        assert {"met": one.degree > 0, "unknown": one.degree == 0.5, "unmet": one.degree < 1}[one.verdict]


@given(sides, st.decimals(0, 500, places=2), st.decimals(0, 500, places=2))
def test_offering_more_never_lowers_the_score(offer, less, more):
    low, high = sorted((less, more))
    assert match(NEED, replace(offer, quantity=low), RULES).score <= match(NEED, replace(offer, quantity=high), RULES).score


@given(st.lists(sides, max_size=8, unique_by=lambda one: one.key), st.randoms(use_true_random=False))
def test_the_order_of_the_offers_does_not_matter(offers, chance):
    shuffled = list(offers)
    chance.shuffle(shuffled)
    found = best_offers(NEED, offers, RULES, k=5, at_least=0)
    assert found == best_offers(NEED, shuffled, RULES, k=5, at_least=0)
    assert [(-one.score, one.offer) for one in found] == sorted((-one.score, one.offer) for one in found)


def test_weights_decide_what_counts():
    far = replace(OFFER, region=())
    assert match(NEED, far, RULES, weights=Weights(region=0)).score == match(NEED, OFFER, RULES, weights=Weights(region=0)).score
    assert match(NEED, far, RULES).score < match(NEED, OFFER, RULES).score
