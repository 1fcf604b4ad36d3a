"""What officers do reaches the rooms it matters to: plans follow the officer of their firm, idle capacity becomes an offer; each once, through the outbox."""

from __future__ import annotations

from datetime import timedelta

import pytest

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import ANONYMOUS, system
from manyuan.facts.audit.services import drain
from manyuan.site.reactions import REACTIONS
from manyuan.surfaces.web.words import doer
from manyuan.work.cultivation import plans
from manyuan.work.cultivation.tests.conftest import Nursery, nursery, pack
from manyuan.work.supply.models import Posting
from manyuan.work.supply.tests.conftest import NOW, Market, market

__all__ = ["market", "nursery", "pack"]


def _react(now):
    while drain(REACTIONS, now=now):
        pass


def test_plans_follow_the_officer_of_their_firm_and_nobody_elses_do(nursery: Nursery):
    town, day = nursery.town, nursery.now().date()
    given = {"goal": "三年内认定专精特新", "due_on": day + timedelta(days=90), "expires_on": day + timedelta(days=180), "by": system(), "now": nursery.now()}
    mine = plans.make_plan(enterprise=town.firm_east, officer=town["committee"], **given)
    others = plans.make_plan(enterprise=town.firm_east, officer=town["city"], **given)
    elsewhere = plans.make_plan(enterprise=town.firm_sub, officer=town["committee"], **given)
    data = {"hand_over_id": 1, "from_id": town["committee"].pk, "to_id": town["company"].pk, "enterprise_ids": [town.firm_east.pk]}
    for _ in range(2):  # told twice, done once
        audit.emit(name="officer.handed_over", data=data, now=nursery.now())
        _react(nursery.now())
    for plan in (mine, others, elsewhere):
        plan.refresh_from_db()
    assert (mine.officer, others.officer, elsewhere.officer) == (town["company"], town["city"], town["committee"])
    assert [step.act for step in mine.steps.all()] == ["made", "revised"]


def test_idle_capacity_found_on_a_visit_is_an_offer_of_the_firm_once(market: Market):
    data = {
        "visit_id": 1,
        "enterprise_id": market.town.firm_east.pk,
        "category": "machining",
        "text": "数控机床空闲",
        "quantity": "3",
        "unit": "台",
        "until": "2027-01-31",
    }
    audit.emit(name="visit.idle_capacity", data=data, now=NOW)
    _react(NOW)
    made = Posting.objects.get()
    assert (made.enterprise, made.side, made.is_public) == (market.town.firm_east, "offer", False)
    _react(NOW)
    assert Posting.objects.count() == 1


@pytest.mark.parametrize(
    ("label", "said"), [("system", "系统"), ("screening", "系统"), (ANONYMOUS.label, "未登录的访客"), ("王某（某园管委会）", "王某（某园管委会）")]
)
def test_who_did_it_is_said_in_the_readers_language(label, said):
    from django.utils.translation import override

    with override("zh-hans"):
        assert doer(label) == said
