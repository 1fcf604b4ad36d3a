"""An institute or service body hears of what concerns it: an invitation to supply or to buy and its result, a case that it has, an exchange with a firm."""

from __future__ import annotations

import pytest
import yaml

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.services import drain
from manyuan.site.reactions import REACTIONS
from manyuan.work.cases.services import reassign
from manyuan.work.cases.tests.conftest import BY, KINDS, office
from manyuan.work.demands.tests.conftest import Desk, desk
from manyuan.work.notices.models import Notice
from manyuan.work.notices.texts import install_templates, said
from manyuan.work.supply.services import answer, introduce, record_deal
from manyuan.work.supply.tests.conftest import NOW, Market, market
from manyuan.work.visits.models import Visit

__all__ = ["desk", "market", "office"]


def react(now) -> list[tuple[str, str]]:
    """Let everything react; whom it was told to, and what, the oldest first."""
    install_templates(content=yaml.safe_load((KINDS.parent / "notices.yaml").read_text("utf-8")), by=BY, now=now)
    before = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while drain(REACTIONS, now=now):
        pass
    rows = Notice.objects.filter(pk__gt=before).select_related("template", "organisation", "enterprise", "park").order_by("pk")
    return [
        (
            one.enterprise.name[:2] if one.enterprise else one.park.code if one.park else one.organisation.name_zh if one.organisation else "city",
            one.template.code,
        )
        for one in rows
    ]


@pytest.mark.parametrize(("owner", "told"), [("institute", "研究院"), ("committee", "east"), ("company", "east"), ("city", "city")])
def test_each_side_of_an_introduction_is_told_whatever_it_is(market: Market, owner: str, told: str):
    offer, body = market.post(by="institute"), market.town[owner].organisation
    offer.organisation = body
    offer.save()
    found = introduce(offer=offer, need=market.post("need", "enterprise_west"), by=market.who("enterprise_west"), now=NOW)
    assert react(NOW) == [(told, "supply-invited")]
    found.offer_agreed_at, found.agreed_at, found.state = NOW, NOW, "agreed"
    found.save()
    audit.emit(name="supply.agreed", data={"introduction_id": found.pk}, now=NOW)
    assert react(NOW) == [(told, "supply-agreed"), ("西企", "supply-agreed")]


def test_an_institute_reads_the_result_that_the_firm_recorded_and_not_its_own(market: Market):
    found = introduce(offer=market.post(by="institute"), need=market.post("need", "enterprise_west"), by=market.who("enterprise_west"), now=NOW)
    found = answer(introduction=found, side="offer", yes=True, by=market.who("institute"), now=NOW)
    react(NOW)
    found = record_deal(introduction=found, value_fen=12_000_00, by=market.who("enterprise_west"), now=NOW)
    assert react(NOW) == [("研究院", "supply-closed")]
    last = Notice.objects.latest("pk")
    assert "成交，金额 1.2万元" in said(last.template, last.data, "zh")[1] or "12,000" in said(last.template, last.data, "zh")[1]
    other = introduce(offer=market.post(by="institute"), need=market.post("need", "enterprise_west"), by=market.who("enterprise_west"), now=NOW)
    react(NOW)
    answer(introduction=other, side="offer", yes=False, why_not="price", by=market.who("institute"), now=NOW)
    assert react(NOW) == [("西企", "supply-closed")]


def test_a_case_given_to_an_institute_is_told_to_it(desk: Desk):
    case = desk.file()
    react(desk.at)
    reassign(case=case, unit=desk.town["institute"].organisation, note="由院所提供增值服务", by=BY, now=desk.at)
    assert react(desk.at) == [("研究院", "case-new")]


def test_an_exchange_is_told_to_the_institute_and_a_service_visit_to_nobody(desk: Desk):
    common = {
        "park": desk.town.east,
        "officer": desk.town["committee"],
        "state": "done",
        "done_on": desk.at.date(),
        "made_at": desk.at,
        "changed_at": desk.at,
        "captured_at": desk.at,
    }
    for key, more in (("a", {"scene": "campus-to-firm", "partner": desk.town["institute"].organisation}), ("b", {"scene": "service"})):
        visit = Visit.objects.create(enterprise=desk.town.firm_east, key=key, text="共建实验室", **common, **more)
        audit.emit(name="visit.done", data={"visit_id": visit.pk, "enterprise_id": visit.enterprise_id, "by_id": visit.officer_id}, now=desk.at)
    assert react(desk.at) == [("研究院", "exchange-noted")]
