"""Plans for one enterprise, the growth pool, anchor enterprises: who may do what, what has to be said, and what a refusal leaves as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import Event
from manyuan.facts.enterprises.queries import titles_of
from manyuan.work.cases.services import install_kinds, move_case
from manyuan.work.cultivation import anchors, plans, pool, queries
from manyuan.work.cultivation.errors import (
    AlreadyAnchor,
    AlreadyInPool,
    AlreadySettled,
    DomainError,
    Missing,
    NotByRule,
    Over,
    WrongDay,
    WrongOfficer,
    WrongStep,
)
from manyuan.work.cultivation.models import Anchor, Plan, PlanAction, PoolEntry, Promise
from manyuan.work.cultivation.tests.conftest import BY, NOW, PACK

TODAY = date(2026, 11, 23)


def proposed(nursery, **other):
    given = {
        "enterprise": nursery.town.firm_east, "goal": "三年内认定专精特新", "officer": nursery.town["committee"], "due_on": TODAY + timedelta(days=90),
        "expires_on": TODAY + timedelta(days=180), "by": nursery.actor("committee"), "now": nursery.now(),
    }  # fmt: skip
    return plans.make_plan(**given | other)


def running(nursery, **other):
    return plans.confirm_plan(plan=proposed(nursery, **other), by=nursery.actor("enterprise"), now=nursery.now())


def test_a_plan_goes_from_the_park_to_the_firm_and_back_to_its_end(nursery):
    nursery.grow(nursery.town.firm_east, patents_2025=0)
    nursery.title(nursery.town.firm_east, "innovative-sme")
    nursery.judge()
    plan = running(nursery, rung="srdi")
    assert (plan.number, plan.state, plan.origin["lever"], plan.origin["needed"]) == ("CP-2026-0001", "running", "ip_class1", 1)
    plans.note_progress(plan=plan, text="已提交发明专利申请", by=nursery.actor("enterprise"), now=nursery.now())
    plans.review_plan(plan=plan, text="进度正常", by=nursery.actor("committee"), now=nursery.now())
    plan = plans.ask_closing(plan=plan, result="reached", note="已获授权", by=nursery.actor("committee"), now=nursery.now())
    plan = plans.confirm_closing(plan=plan, by=nursery.actor("enterprise"), now=nursery.now())
    assert (plan.state, plan.result, plan.unconfirmed_reason) == ("closed", "reached", "")
    assert [step.act for step in plan.steps.all()] == ["made", "confirmed", "progress", "review", "closing", "closed"]
    assert list(Event.objects.filter(name__startswith="plan.").values_list("name", flat=True)) == ["plan.proposed", "plan.closing"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"officer": None}, Missing), ({"due_on": None}, Missing), ({"expires_on": None}, Missing), ({"goal": "  "}, Missing),
        ({"due_on": TODAY - timedelta(days=1)}, WrongDay), ({"expires_on": TODAY + timedelta(days=89)}, WrongDay),
    ],
)  # fmt: skip
def test_there_is_no_plan_without_goal_officer_and_days(nursery, wrong, error):
    with pytest.raises(error):
        proposed(nursery, **wrong)
    assert not Plan.objects.exists()


def test_the_days_of_a_plan_may_be_today_and_the_same_day(nursery):
    assert proposed(nursery, due_on=TODAY, expires_on=TODAY).due_on == TODAY


@pytest.mark.parametrize("name", ["committee_west", "enterprise", "institute", "stray"])
def test_only_people_of_the_park_or_the_city_are_officers(nursery, name):
    with pytest.raises((WrongOfficer, Missing)):
        proposed(nursery, officer=nursery.town[name])
    assert not Plan.objects.exists()


@pytest.mark.parametrize("name", ["committee_west", "company", "enterprise", "institute"])
def test_only_the_park_or_the_city_makes_a_plan(nursery, name):
    with pytest.raises(NotAllowed):
        proposed(nursery, by=nursery.actor(name))
    assert not Plan.objects.exists()


def test_an_officer_of_another_park_sees_nothing(nursery):
    nursery.judge()
    plan = proposed(nursery)
    west = nursery.actor("committee_west")
    assert not queries.visible_plans(west).exists()
    assert set(queries.visible_places(west).values_list("enterprise", flat=True)) == {nursery.town.firm_west.pk}
    with pytest.raises(NotFound):
        queries.plan_seen(west, plan.number)
    with pytest.raises(NotAllowed):
        plans.revise_plan(plan=plan, goal="x", officer=nursery.town["committee_west"], due_on=TODAY, expires_on=TODAY, reason="x", by=west, now=nursery.now())
    assert [one.number for one in queries.visible_plans(nursery.actor("enterprise"))] == [plan.number]
    assert not queries.visible_plans(nursery.actor("enterprise_west")).exists()


def test_a_plan_closes_with_the_firms_yes_or_with_a_reason(nursery):
    plan = running(nursery)
    committee, firm = nursery.actor("committee"), nursery.actor("enterprise")
    for refused in (
        lambda: plans.confirm_closing(plan=plan, by=firm, now=nursery.now()),  # no result was put to it
        lambda: plans.close_unconfirmed(plan=plan, result="missed", note="企业已迁出", reason=" ", by=committee, now=nursery.now()),
        lambda: plans.close_unconfirmed(plan=plan, result="", note="企业已迁出", reason="迁出", by=committee, now=nursery.now()),
    ):
        with pytest.raises(DomainError):
            refused()
    plan.refresh_from_db()
    assert (plan.state, plan.closed_at, plan.steps.count()) == ("running", None, 2)
    plan = plans.ask_closing(plan=plan, result="partly", note="完成一半", by=committee, now=nursery.now())
    for who in (committee, nursery.actor("enterprise_west"), nursery.actor("city")):
        with pytest.raises(NotAllowed):
            plans.confirm_closing(plan=plan, by=who, now=nursery.now())
    plan = plans.object_closing(plan=plan, reason="设备尚未到位", by=firm, now=nursery.now())
    assert (plan.state, plan.result) == ("running", "")
    plan = plans.close_unconfirmed(plan=plan, result="dropped", note="企业注销", reason="企业已注销，无法确认", by=committee, now=nursery.now())
    assert (plan.state, plan.unconfirmed_reason) == ("closed", "企业已注销，无法确认")
    with pytest.raises(WrongStep):
        plans.note_progress(plan=plan, text="x", by=committee, now=nursery.now())


def test_a_declined_plan_goes_back_to_the_firm_when_it_is_revised(nursery):
    plan = plans.decline_plan(plan=proposed(nursery), reason="目标过高", by=nursery.actor("enterprise"), now=nursery.now())
    assert plan.state == "declined"
    days = {"due_on": plan.due_on, "expires_on": plan.expires_on}
    plan = plans.revise_plan(
        plan=plan, goal="先认定创新型", officer=plan.officer, reason="按企业意见", **days, by=nursery.actor("committee"), now=nursery.now()
    )
    assert (plan.state, plan.goal) == ("proposed", "先认定创新型")


def test_actions_are_cases_and_late_and_expired_ones_are_shown(nursery):
    install_kinds(content=PACK / "cases", by=BY, now=NOW)
    plan = running(nursery)
    committee, unit = nursery.actor("committee"), nursery.town["committee"].organisation
    action = plans.add_action(plan=plan, text="对接专利代理机构", due_on=TODAY + timedelta(days=10), unit=unit, by=committee, now=nursery.now())
    assert (action.case.kind_code, action.case.about_kind, action.case.about_id, action.case.enterprise) == ("plan-action", "plan", plan.pk, plan.enterprise)
    with pytest.raises(WrongDay):
        plans.add_action(plan=plan, text="太晚", due_on=plan.expires_on + timedelta(days=1), unit=unit, by=committee, now=nursery.now())
    with pytest.raises(Missing):
        plans.add_action(plan=plan, text="外园单位", due_on=TODAY, unit=nursery.town["committee_west"].organisation, by=committee, now=nursery.now())
    assert PlanAction.objects.count() == 1
    mine = queries.visible_plans(committee)
    assert not queries.late_actions(mine, TODAY + timedelta(days=10)).exists()
    assert list(queries.late_actions(mine, TODAY + timedelta(days=11))) == [action]
    move_case(case=action.case, move="finish", note="已签约", by=committee, now=nursery.now())
    assert not queries.late_actions(mine, TODAY + timedelta(days=11)).exists()
    assert not queries.expired_plans(mine, plan.expires_on).exists()
    assert list(queries.expired_plans(mine, plan.expires_on + timedelta(days=1))) == [plan]
    assert list(queries.late_plans(mine, plan.due_on + timedelta(days=1))) == [plan]


def test_the_pool_takes_in_by_rule_and_decision_and_lets_go_with_a_reason(nursery):
    firm, committee = nursery.town.firm_east, nursery.actor("committee")
    nursery.grow(firm)
    nursery.title(firm, "innovative-sme")
    nursery.judge()
    assert [place.next for place in queries.pool_candidates(committee, current()) if place.ladder == "sme"] == ["srdi"]
    given = {"enterprise": firm, "rung": "srdi", "by": committee}
    with pytest.raises(Missing):
        pool.enter_pool(**given, decision="", now=nursery.now())
    with pytest.raises(NotByRule):
        pool.enter_pool(**given | {"rung": "giant"}, decision="园区会议 3 号", now=nursery.now())
    with pytest.raises(NotAllowed):
        pool.enter_pool(**given | {"by": nursery.actor("committee_west")}, decision="x", now=nursery.now())
    assert not PoolEntry.objects.exists()
    entry = pool.enter_pool(**given, decision="园区会议 3 号", now=nursery.now())
    with pytest.raises(AlreadyInPool):
        pool.enter_pool(**given, decision="又一次", now=nursery.now())
    assert not [place for place in queries.pool_candidates(committee, current()) if place.ladder == "sme"]
    for reason, note in (("", ""), ("other", " "), ("grown", "")):
        with pytest.raises(Missing):
            pool.leave_pool(entry=entry, reason=reason, note=note, by=committee, now=nursery.now())
    left = pool.leave_pool(entry=entry, reason="reached", by=committee, now=nursery.now())
    assert (left.left_on, left.left_reason) == (TODAY, "reached")
    with pytest.raises(Over):
        pool.leave_pool(entry=entry, reason="reached", by=committee, now=nursery.now())


def current():
    from manyuan.work.cultivation.ladders import current_ladders

    return current_ladders()


def anchored(nursery, **other):
    given = {
        "enterprise": nursery.town.firm_east, "level": "park", "reason": "本园链主", "decision": "园区办〔2026〕5号", "lead_post": "园区管委会副主任",
        "on": TODAY, "by": nursery.actor("committee"), "now": nursery.now(),
    }  # fmt: skip
    return anchors.enter_anchor(**given | other)


def test_an_anchor_enters_and_leaves_by_decision_and_holds_the_title_in_between(nursery):
    anchor = anchored(nursery, on=TODAY - timedelta(days=30))
    assert anchor.met == "unknown"  # nothing was filed
    assert [(t.kind, t.state) for t in titles_of(nursery.town.firm_east, TODAY)] == [("anchor", "held")]
    with pytest.raises(AlreadyAnchor):
        anchored(nursery)
    with pytest.raises(Missing):
        anchors.leave_anchor(anchor=anchor, reason="", decision="x", on=TODAY, by=nursery.actor("committee"), now=nursery.now())
    anchors.leave_anchor(anchor=anchor, reason="连续两年未达标", decision="园区办〔2026〕9号", on=TODAY, by=nursery.actor("committee"), now=nursery.now())
    assert [(t.kind, t.state) for t in titles_of(nursery.town.firm_east, TODAY)] == [("anchor", "over")]
    assert Anchor.objects.get().left_reason == "连续两年未达标"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"reason": ""}, Missing),
        ({"decision": ""}, Missing),
        ({"lead_post": ""}, Missing),
        ({"on": None}, Missing),
        ({"on": TODAY + timedelta(days=1)}, WrongDay),
    ],
)
def test_an_anchor_needs_reason_decision_lead_and_a_day_that_has_come(nursery, wrong, error):
    with pytest.raises(error):
        anchored(nursery, **wrong)
    assert not Anchor.objects.exists()
    assert not titles_of(nursery.town.firm_east, TODAY)


@pytest.mark.parametrize(("name", "level"), [("committee_west", "park"), ("committee", "city"), ("company", "park"), ("enterprise", "park")])
def test_who_may_not_name_an_anchor(nursery, name, level):
    with pytest.raises(NotAllowed):
        anchored(nursery, by=nursery.actor(name), level=level)
    assert not Anchor.objects.exists()


def test_what_an_anchor_was_promised_is_kept_late_or_broken(nursery):
    anchor, committee = anchored(nursery), nursery.actor("committee")
    unit = nursery.town["committee"].organisation
    given = {"anchor": anchor, "unit": unit, "by": committee}
    kept, late, broken = (
        anchors.promise(**given, text=text, due_on=TODAY + timedelta(days=5), now=nursery.now()) for text in ("厂房扩建", "用电增容", "道路拓宽")
    )
    with pytest.raises(Missing):
        anchors.promise(**given | {"unit": None}, text="x", due_on=TODAY, now=nursery.now())
    with pytest.raises(Missing):
        anchors.promise(**given, text="x", due_on=None, now=nursery.now())
    anchors.settle_promise(given=kept, kept="kept", note="竣工备案", by=committee, now=nursery.now())
    with pytest.raises(Missing):
        anchors.settle_promise(given=broken, kept="broken", note="", by=committee, now=nursery.now())
    anchors.settle_promise(given=broken, kept="broken", note="规划调整", by=committee, now=nursery.now())
    with pytest.raises(AlreadySettled):
        anchors.settle_promise(given=broken, kept="kept", note="x", by=committee, now=nursery.now())
    found = queries.promises_kept(Promise.objects.all(), TODAY + timedelta(days=6))
    assert (found.kept, found.broken, found.open, found.late) == (1, 1, 0, 1)
    assert round(float(found.rate), 3) == 0.333
    found = queries.promises_kept(Promise.objects.all(), TODAY + timedelta(days=5))
    assert (found.open, found.late) == (1, 0)
    assert late.state == "open"
