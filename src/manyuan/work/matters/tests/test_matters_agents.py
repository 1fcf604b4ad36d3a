"""Agents act on a mandate, within it, on record; the green channel has its reason and says what it sped up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.models import AuditRecord
from manyuan.work.matters import asking
from manyuan.work.matters.errors import (
    GreenAlready,
    MandateOver,
    NoMandate,
    NothingFaster,
    OutsideMandate,
    OwnApplication,
    ReasonMissing,
    WrongMandate,
)
from manyuan.work.matters.filing import withdraw_application
from manyuan.work.matters.green import grant_green
from manyuan.work.matters.mandates import agents_for, give_mandate, given_to, revoke_mandate
from manyuan.work.matters.models import AgentAct, Application, Mandate

UNTIL = date(2027, 3, 31)


def mandate(desk, acts=("file", "supply"), matters=(), until=UNTIL, agent="company"):
    given = {"enterprise": desk.town.firm_east, "agent": desk.town[agent], "acts": acts, "matters": matters, "until": until}
    return give_mandate(**given, by=desk["enterprise"], now=desk.now())


def test_an_agent_files_in_the_enterprises_name_and_it_is_on_record(desk):
    given = mandate(desk)
    row = desk.file(by="company")
    act = AgentAct.objects.get()
    assert (row.mandate, row.enterprise, act.act, act.application) == (given, desk.town.firm_east, "file", row)
    assert "东园公司" in act.label and act.label.endswith(desk.town.firm_east.name)


def test_without_a_mandate_outside_it_or_after_it_an_agent_is_refused(desk):
    with pytest.raises(NoMandate):
        desk.file(by="company")
    given = mandate(desk, acts=("file",), matters=("investment-filing",))
    row = desk.file(by="company")
    with pytest.raises(OutsideMandate):
        withdraw_application(application=row, reason="x", by=desk["company"], now=desk.now())
    with pytest.raises(OutsideMandate):
        desk.file("address-change", by="company")
    with pytest.raises(NoMandate):
        desk.file(by="company", firm=desk.town.firm_west)
    revoke_mandate(mandate=given, by=desk["enterprise"], now=desk.now())
    with pytest.raises(MandateOver):
        desk.file(by="company")
    assert Application.objects.count() == 1 and AgentAct.objects.count() == 1


def test_a_mandate_ends_with_its_last_day(desk):
    mandate(desk, until=date(2026, 11, 24))
    desk.now(days=1)
    assert desk.file(by="company").mandate is not None, "the last day counts"
    desk.now(days=1)
    with pytest.raises(MandateOver):
        desk.file(by="company")
    assert not given_to(desk["company"], date(2026, 11, 25)).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"acts": ()},
        {"acts": ("sell",)},
        {"until": date(2026, 11, 22)},
        {"until": date(2027, 11, 25)},
        {"agent": "committee_west"},
        {"agent": "city"},
        {"matters": ("x",)},
    ],
)
def test_a_mandate_that_makes_no_sense_is_not_given(desk, wrong):
    with pytest.raises(WrongMandate):
        mandate(desk, **wrong)
    assert not Mandate.objects.exists()


def test_only_the_enterprise_gives_and_takes_its_mandate(desk):
    for who in ("committee", "company", "city", "enterprise_west"):
        with pytest.raises(NotAllowed):
            give_mandate(enterprise=desk.town.firm_east, agent=desk.town["company"], acts=("file",), until=UNTIL, by=desk[who], now=desk.now())
    given = mandate(desk)
    with pytest.raises(NotAllowed):
        revoke_mandate(mandate=given, by=desk["committee"], now=desk.now())
    assert revoke_mandate(mandate=given, by=desk["company"], now=desk.now()).revoked_at, "the agent may give it up"
    with pytest.raises(MandateOver):
        revoke_mandate(mandate=given, by=desk["enterprise"], now=desk.now())
    assert {one.username for one in agents_for(desk.town.firm_east)} == {"committee", "company"}


def test_who_acted_for_the_firm_does_not_decide_on_it(desk):
    mandate(desk, agent="committee")
    row = desk.file(by="committee")
    with pytest.raises(OwnApplication):
        desk.do(row, "accept")
    assert desk.open(row) == ["accept"]


def test_an_agent_hands_in_what_was_asked_and_does_the_enterprises_step(desk):
    mandate(desk, acts=("supply",))
    row = desk.file("production-permit")
    made = asking.ask_for(application=row, kind="field", key="product", reason="名称不清", by=desk["committee"], now=desk.now())
    asking.supply(asked=made, value="示范件二型", by=desk["company"], now=desk.now())
    desk.do(row, "accept")
    desk.do(row, "papers", "mend")
    desk.do(row, "site", by="city")
    desk.do(row, "mend", by="company", note="代为补正")
    assert [one.act for one in AgentAct.objects.all()] == ["supply", "supply"]
    assert desk.again(row).values["product"] == "示范件二型"


def test_the_green_channel_makes_checks_parallel_and_days_shorter(desk):
    row = desk.file("construction-permit")
    due = row.due_on
    with pytest.raises(ReasonMissing):
        grant_green(application=row, lane="park", reason=" ", by=desk["committee"], now=desk.now())
    made = grant_green(application=row, lane="park", reason="省重点项目", by=desk["committee"], now=desk.now())
    how = {(one["step"], one["how"]) for one in made.sped_up}
    assert how >= {(code, "parallel") for code in ("planning", "fire", "environment")} | {("decide", "shortened")}
    assert made.due_before == due and made.due_after < due and made.granted_label.startswith("committee")
    assert AuditRecord.objects.filter(action="matters.green", reason="省重点项目").exists()
    desk.do(row, "accept")
    assert desk.open(row) == ["environment", "fire", "planning"]
    with pytest.raises(GreenAlready):
        grant_green(application=row, lane="city", reason="x", by=desk["city"], now=desk.now())


def test_granted_late_it_shortens_what_is_left_and_promises_no_more(desk):
    desk.hold("planning-check", "fire-review")
    row = desk.file("construction-permit")
    desk.do(row, "accept")
    desk.do(row, "planning")
    made = grant_green(application=row, lane="city", reason="重大项目", by=desk["city"], now=desk.now())
    assert {one["how"] for one in made.sped_up} == {"shortened"}, "the checks are on the slow way already"
    assert desk.step(row, "fire").due_on - desk.clock[0].date() == timedelta(days=3)
    desk.do(row, "fire")
    assert desk.open(row) == ["environment"]


def test_whose_lane_it_is_not_may_not_grant_it(desk):
    row = desk.file("construction-permit")
    for who, lane in (("committee", "city"), ("city", "park"), ("committee_west", "park"), ("company", "park"), ("enterprise", "park")):
        with pytest.raises(NotAllowed):
            grant_green(application=row, lane=lane, reason="x", by=desk[who], now=desk.now())
    assert desk.again(row).lane == ""


def test_a_green_channel_that_changes_nothing_is_not_granted(desk):
    row = desk.file("address-change")
    with pytest.raises(NothingFaster):
        grant_green(application=row, lane="park", reason="急", by=desk["committee"], now=desk.now())
    assert desk.again(row).lane == ""
