"""Offers and needs are seen by whom they should be, fit with reasons, and what comes of them is recorded once and confirmed by the other side."""

from __future__ import annotations

import copy
from datetime import date, timedelta

import pytest
import yaml
from django.db import IntegrityError, transaction

from manyuan.engines.workbooks import write_template
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.work.supply import errors
from manyuan.work.supply.models import Introduction, Posting
from manyuan.work.supply.queries import contact_of, figures, fits, posting_seen, visible
from manyuan.work.supply.scenes import book
from manyuan.work.supply.services import (
    Content,
    answer,
    change,
    close,
    confirm,
    correct,
    install_scenes,
    introduce,
    offer_from_idle_capacity,
    post,
    record_deal,
    record_failure,
)
from manyuan.work.supply.tests.conftest import BY, CONCRETE, NOW, SCENES, TODAY, Market
from manyuan.work.supply.workbooks import sheet_of, take, template


def sees(market: Market, name: str, posting: Posting, today: date = TODAY) -> bool:
    return visible(market.who(name), today).filter(pk=posting.pk).exists()


def agreed(market: Market) -> Introduction:
    return answer(introduction=market.pair(), side="need", yes=True, by=market.who("enterprise_west"), now=NOW)


@pytest.mark.parametrize(
    ("public", "readers"),
    [
        (True, {"city", "committee", "committee_west", "company", "enterprise", "enterprise_west", "institute"}),
        (False, {"city", "committee", "company", "enterprise"}),
    ],
)
def test_who_sees_an_offer(market, public, readers):
    offer = market.post(is_public=public)
    everybody = {"city", "committee", "committee_west", "company", "enterprise", "enterprise_west", "institute", "stray"}
    assert {name for name in everybody if sees(market, name, offer)} == readers


def test_what_has_run_out_or_is_closed_is_seen_by_its_own_people_only(market):
    offer = market.post(until=TODAY)
    assert sees(market, "enterprise_west", offer) and not sees(market, "enterprise_west", offer, TODAY + timedelta(days=1))
    assert sees(market, "enterprise", offer, TODAY + timedelta(days=1)) and sees(market, "committee", offer, TODAY + timedelta(days=1))
    close(posting=offer, by=market.who("enterprise"), now=NOW)
    assert not sees(market, "enterprise_west", offer) and sees(market, "city", offer)


@pytest.mark.parametrize(
    ("who", "may"),
    [("enterprise", True), ("committee", True), ("city", True), ("enterprise_west", False), ("committee_west", False), ("institute", False), ("stray", False)],
)
def test_who_publishes_for_an_enterprise(market, who, may):
    given = {"side": "offer", "category": CONCRETE, "content": Content("商品混凝土"), "enterprise": market.town.firm_east, "by": market.who(who), "now": NOW}
    if may:
        assert post(**given).owner_name == market.town.firm_east.name
        return
    with pytest.raises(NotAllowed):
        post(**given)
    assert not Posting.objects.exists() and not AuditRecord.objects.filter(action="supply.post").exists()


def test_an_institute_publishes_for_itself_only(market):
    assert market.post("need", "institute").organisation is not None
    with pytest.raises(NotAllowed):
        post(
            side="need",
            category=CONCRETE,
            content=Content("某物"),
            organisation=market.town.people["committee_west"].organisation,
            by=market.who("institute"),
            now=NOW,
        )


@pytest.mark.parametrize(
    ("given", "field"),
    [({"title": "一"}, "Title"), ({"title": "长" * 121}, "Title"), ({"quantity": "0"}, "Quantity"), ({"quantity": "1.001"}, "Quantity"), ({"quantity": "abc"}, "Quantity"),
     ({"quantity": "NaN"}, "Quantity"), ({"until": TODAY - timedelta(days=1)}, "Valid until"), ({"attributes": {"strength": "-1"}}, ("强度等级", "Strength")),
     ({"attributes": {"colour": "red"}}, "colour"), ({"text": "长" * 4001}, "Description"), ({"contact": "1" * 41}, "Telephone"), ({"category": "x.y"}, "Category"), ({"side": "gift"}, "Offer or need")],
)  # fmt: skip
def test_what_cannot_be_published_is_refused_by_name_and_nothing_is_kept(market, given, field):
    with pytest.raises(errors.WrongField) as fault:
        market.post(**given)
    assert fault.value.data["field"] == field and not Posting.objects.exists()


def test_a_need_of_the_chain_scene_asks_for_the_title(market):
    with pytest.raises(errors.TitleNeeded):
        market.post("need", category="chain.parts", attributes={})
    assert market.post("offer", category="chain.parts", attributes={}).scene == "chain"
    market.town.firm_east.titles.create(kind="chain-leader", valid_from=date(2026, 1, 1), proof="x", source="test", mark="V", recorded_at=NOW)
    assert market.post("need", category="chain.parts", attributes={}).scene == "chain"


def test_the_contact_is_sealed_and_never_in_the_trail(market):
    offer = market.post(contact="028-12345678")
    assert "12345678" not in offer.contact_sealed and "12345678" not in str(list(AuditRecord.objects.values_list("after", flat=True)))


# matching


def test_an_offer_fits_with_a_reason_for_each_criterion(market):
    offer = market.post(quantity="100")
    need = market.post("need", "enterprise_west", attributes={"strength": "30"}, quantity="200")
    (found,) = fits(need, market.who("enterprise_west"), TODAY)
    assert found.posting == offer
    said = {one.criterion: (one.verdict, one.message("zh")) for one in found.match.reasons}
    assert said["attribute:strength"] == ("met", "强度等级符合：需要30 MPa，供应30 MPa。")
    assert said["quantity"][0] == "unmet" and "可满足 50%" in said["quantity"][1]
    assert [one.posting for one in fits(offer, market.who("enterprise"), TODAY)] == [need]


@pytest.mark.parametrize(("strength", "number"), [("30", 1), ("29.9", 0), ("", 1)])
def test_an_indispensable_attribute_decides(market, strength, number):
    market.post(attributes={"strength": strength} if strength else {})
    need = market.post("need", "enterprise_west", attributes={"strength": "30"})
    assert len(fits(need, market.who("enterprise_west"), TODAY)) == number


def test_what_the_reader_may_not_see_is_not_proposed(market):
    market.post(is_public=False)
    need = market.post("need", "enterprise_west")
    assert fits(need, market.who("enterprise_west"), TODAY) == [] and len(fits(need, market.who("city"), TODAY)) == 1


def test_nobody_is_matched_with_themselves(market):
    market.post()
    assert fits(market.post("need"), market.who("enterprise"), TODAY) == []


# introductions


def test_from_the_invitation_to_the_confirmed_deal(market):
    found = market.pair()
    east, west = market.who("enterprise"), market.who("enterprise_west")
    assert (found.state, found.offer_agreed_at, found.need_agreed_at) == ("invited", NOW, None)
    assert contact_of(found, "offer", west) is None and contact_of(found, "need", east) is None
    assert market.events("supply.invited")[0].data["asked"] == ["need"]
    found = answer(introduction=found, side="need", yes=True, by=west, now=NOW)
    assert found.state == "agreed" and contact_of(found, "offer", west) == ("联系人", "028-00000000")
    assert contact_of(found, "need", market.who("committee_west")) is None
    found = record_deal(introduction=found, value_fen=1_234_56, by=east, now=NOW)
    with pytest.raises(errors.OwnFigure):
        confirm(introduction=found, by=east, now=NOW)
    assert confirm(introduction=found, by=west, now=NOW).confirmed_at == NOW
    with pytest.raises(errors.WrongState):
        correct(introduction=found, value_fen=1, note="", by=east, now=NOW)
    assert Introduction.objects.get().value_fen == 1_234_56


def test_where_the_city_invites_both_are_asked(market):
    found = market.pair("city")
    assert market.events("supply.invited")[0].data["asked"] == ["offer", "need"]
    assert answer(introduction=found, side="offer", yes=True, by=market.who("enterprise"), now=NOW).state == "invited"
    assert answer(introduction=found, side="need", yes=True, by=market.who("enterprise_west"), now=NOW).state == "agreed"


@pytest.mark.parametrize("who", ["enterprise", "committee", "committee_west", "institute", "city"])
def test_nobody_says_yes_for_another(market, who):
    found = market.pair()
    with pytest.raises(NotAllowed):
        answer(introduction=found, side="need", yes=True, by=market.who(who), now=NOW)
    assert Introduction.objects.get().state == "invited"


def test_a_no_needs_a_reason_of_the_list(market):
    found = market.pair()
    with pytest.raises(errors.WrongField):
        answer(introduction=found, side="need", yes=False, why_not="mood", by=market.who("enterprise_west"), now=NOW)
    assert Introduction.objects.get().state == "invited"
    assert answer(introduction=found, side="need", yes=False, why_not="price", by=market.who("enterprise_west"), now=NOW).state == "declined"


def test_strangers_neither_introduce_nor_see(market):
    offer, need = market.post(), market.post("need", "enterprise_west")
    with pytest.raises(NotAllowed):
        introduce(offer=offer, need=need, by=market.who("institute"), now=NOW)
    with pytest.raises(NotFound):
        posting_seen(market.who("enterprise_west"), market.post(is_public=False).pk, TODAY)
    assert not Introduction.objects.exists()


def test_two_are_brought_together_once_at_a_time(market):
    found = market.pair()
    with pytest.raises(errors.IntroducedAlready):
        introduce(offer=found.offer, need=found.need, by=market.who("city"), now=NOW)
    answer(introduction=found, side="need", yes=False, why_not="price", by=market.who("enterprise_west"), now=NOW)
    assert introduce(offer=found.offer, need=found.need, by=market.who("city"), now=NOW).state == "invited"


def test_closed_unfit_or_own_ones_are_not_brought_together(market):
    offer, need = market.post(), market.post("need", "enterprise_west")
    with pytest.raises(errors.SameOwner):
        introduce(offer=offer, need=market.post("need"), by=market.who("enterprise"), now=NOW)
    with pytest.raises(errors.NoMatch):
        introduce(offer=market.post(attributes={"strength": "1"}), need=need, by=market.who("enterprise"), now=NOW)
    close(posting=need, by=market.who("enterprise_west"), now=NOW)
    with pytest.raises(errors.NotOpen):
        introduce(offer=offer, need=need, by=market.who("city"), now=NOW)
    with pytest.raises(errors.NotOpen):
        change(posting=need, content=Content("别的"), by=market.who("enterprise_west"), now=NOW)
    assert not Introduction.objects.exists()


@pytest.mark.parametrize("value", [0, -1, True, 10**15 + 1])
def test_a_deal_has_a_value(market, value):
    found = agreed(market)
    with pytest.raises(errors.WrongField):
        record_deal(introduction=found, value_fen=value, by=market.who("enterprise"), now=NOW)
    assert Introduction.objects.get().state == "agreed"


def test_the_database_itself_holds_the_rules(market):
    found = market.pair()
    for wrong in ({"state": "dealt"}, {"value_fen": 5}, {"state": "failed"}, {"state": "agreed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Introduction.objects.filter(pk=found.pk).update(**wrong)


def test_figures_count_each_deal_once_on_both_sides_and_say_why_not(market):
    deal = record_deal(introduction=agreed(market), value_fen=500_00, by=market.who("enterprise"), now=NOW)
    confirm(introduction=deal, by=market.who("enterprise_west"), now=NOW)
    record_failure(introduction=agreed(market), why_not="price", by=market.who("enterprise"), now=NOW)
    market.pair()
    for who in ("city", "committee", "committee_west", "enterprise"):
        found = figures(market.who(who), date(2026, 1, 1), TODAY, TODAY)
        whole = found.whole
        assert (whole.introduced, whole.agreed, whole.deals, whole.confirmed, whole.failed, whole.value_fen) == (3, 2, 1, 1, 1, 500_00), who
        assert whole.conversion == 0.5 and found.months == [("2026-11", 1, 500_00)] and found.why_not == [("price", 1)]
    none = figures(market.who("institute"), date(2026, 1, 1), TODAY, TODAY)
    assert none.whole.introduced == 0 and none.whole.conversion is None
    assert figures(market.who("city"), date(2025, 1, 1), date(2025, 12, 31), TODAY).whole.deals == 0


# idle capacity, workbooks, scenes


def test_idle_capacity_becomes_an_offer_once_and_is_not_public(market):
    given = {
        "enterprise_id": market.town.firm_east.pk,
        "text": "数控机床空闲",
        "quantity": "3",
        "unit": "台",
        "until": "2027-01-31",
        "origin": "visit:1",
        "by": BY,
        "now": NOW,
    }
    made = offer_from_idle_capacity(category="machining", **given)
    assert (made.category, made.is_public, made.quantity, made.text) == ("chain.processing", False, None, "数控机床空闲（3 台）")
    assert offer_from_idle_capacity(category="machining", **given) == made and Posting.objects.count() == 1
    other = offer_from_idle_capacity(category="concrete", **given | {"origin": "visit:2", "unit": "立方米"})
    assert (other.category, other.quantity) == (CONCRETE, 3)
    assert offer_from_idle_capacity(category="concrete", **given | {"origin": "visit:3", "until": "2026-11-23"}) is None


def test_a_workbook_is_taken_whole_or_not_at_all(market):
    category = book().categories[CONCRETE]
    content, name = template(category=category, by=market.who("enterprise"), language="zh")
    assert content[:2] == b"PK" and name == "商品混凝土.xlsx"
    rows = [{"title": f"混凝土{n}", "quantity": "12.5", "a_strength": "40", "public": True, "until": date(2027, 1, 1)} for n in range(3)]
    filled = write_template(sheet_of(category, False), rows)
    made = take(side="offer", category=category, content=filled, filename="a.xlsx", by=market.who("enterprise"), now=NOW)
    assert [one.title for one in made] == ["混凝土0", "混凝土1", "混凝土2"] and made[0].attributes == {"strength": "40"} and made[0].is_public
    rows[1]["until"] = date(2020, 1, 1)
    with pytest.raises(errors.WrongFile):
        take(side="offer", category=category, content=write_template(sheet_of(category, False), rows), filename="a.xlsx", by=market.who("enterprise"), now=NOW)
    with pytest.raises(errors.WrongFile):
        take(side="offer", category=category, content=b"hello", filename="a.xlsx", by=market.who("enterprise"), now=NOW)
    assert Posting.objects.count() == 3


def test_a_park_uploads_for_its_own_firms_only(market):
    category = book().categories[CONCRETE]
    for number, firm in enumerate((market.town.firm_east, market.town.firm_west)):
        firm.uscc = demo_code(number)  # with a right check character
        firm.save(update_fields=["uscc"])
    for firm, right in ((market.town.firm_east, True), (market.town.firm_west, False)):
        filled = write_template(sheet_of(category, True), [{"uscc": firm.uscc, "title": "混凝土"}])
        given = {"side": "need", "category": category, "content": filled, "filename": "a.xlsx", "by": market.who("committee"), "now": NOW}
        if right:
            assert take(**given)[0].enterprise == firm
        else:
            with pytest.raises(errors.WrongFile):
                take(**given)
    assert Posting.objects.count() == 1


@pytest.mark.parametrize(
    "break_it",
    [lambda c: c.pop("scenes"), lambda c: c.pop("why_not"), lambda c: c["scenes"][0].pop("name"), lambda c: c["scenes"][0].update(code="materials"), lambda c: c.update(idle_category="x"),
     lambda c: c["scenes"][0]["categories"][0]["attributes"][0].update(kind="colour"), lambda c: c["scenes"][0]["categories"][0]["attributes"][0].update(sense="at_most"), lambda c: c.update(more=1)],
)  # fmt: skip
def test_a_faulty_pack_is_refused_whole(market, break_it):
    content = copy.deepcopy(yaml.safe_load(SCENES.read_text("utf-8")))
    break_it(content)
    with pytest.raises(errors.ScenesFaulty):
        install_scenes(content=content, by=BY, now=NOW)
    assert set(book().scenes) == {"medicine", "materials", "clothing", "print", "food", "chain"}


def test_the_same_pack_twice_changes_nothing_and_only_the_city_installs(market):
    content = yaml.safe_load(SCENES.read_text("utf-8"))
    assert install_scenes(content=content, by=BY, now=NOW) == 0
    with pytest.raises(NotAllowed):
        install_scenes(content=content, by=market.who("committee"), now=NOW)
