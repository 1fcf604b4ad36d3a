"""Applications: what is held is not asked, steps leave the park only without a power, everything is counted."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.models import Event
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.services import install_facts
from manyuan.facts.programme.evidence import File
from manyuan.work.matters import asking, filing, stepping
from manyuan.work.matters.catalogue import matter_by_code
from manyuan.work.matters.errors import (
    AskedAlready,
    HeldAlready,
    NotFilled,
    NotOpen,
    ReasonMissing,
    StepTaken,
    StillAsked,
    WrongInput,
    WrongOutcome,
)
from manyuan.work.matters.filing import Given, Paper, file_application, withdraw_application
from manyuan.work.matters.models import Application, Asked, StepRun
from manyuan.work.matters.queries import application_seen, ledger, picture, saved, steps_waiting, visible_applications
from manyuan.work.matters.tests.conftest import BY, FILLED


def lines(row, kind="field"):
    return dict(row.asked.filter(kind=kind).values_list("key", "how"))


def test_what_the_register_holds_is_not_asked(desk):
    row = desk.file()
    assert lines(row) == {"firm_name": "reused", "credit_code": "reused", "contact_phone": "asked", "project_name": "asked", "investment": "asked"}
    assert lines(row, "material") == {"business-licence": "reused", "project-note": "asked"}
    assert row.values["firm_name"] == desk.town.firm_east.name and row.values["investment"] == "5000000"
    assert row.number.startswith("SX-") and row.case.number == row.number and row.case.state == "filed"


def test_what_stands_on_the_fact_sheet_is_not_asked(desk):
    Enterprise.objects.filter(pk=desk.town.firm_east.pk).update(capital_fen=1_234_567_50, capital_currency="CNY")
    columns = {"id": {"kind": "category", "zh": "码", "en": "Code", "from": {"enterprise": "credit_code"}}}
    columns["capital"] = {"kind": "money", "zh": "注册资本", "en": "Capital", "unit": "yuan", "from": {"enterprise": "capital"}}
    install_facts(content={"key": "id", "columns": columns}, by=BY, now=desk.now())
    row = desk.file()
    line = row.asked.get(key="capital")
    assert (line.how, line.value, line.source["what"]) == ("reused", "1234567.5", "enterprise")


def test_what_was_given_once_is_not_asked_again_and_says_where_from(desk):
    first = desk.file()
    second = desk.file(values={"contact_phone": ""})
    line = second.asked.get(key="contact_phone")
    assert (line.how, line.value, line.source["number"]) == ("reused", "028-1", first.number)
    assert ledger(Application.objects.all()).reused == 3 + 4


def test_a_paper_goes_stale_and_is_asked_again_after_its_months(desk):
    desk.file("construction-permit")
    desk.clock[0] = desk.clock[0].replace(year=2031, month=6)
    assert desk.file("construction-permit", papers={"land-certificate": ""}).asked.get(key="land-certificate").how == "reused"
    desk.clock[0] = desk.clock[0].replace(year=2037)
    with pytest.raises(NotFilled) as found:
        desk.file("construction-permit", papers={"land-certificate": ""})
    assert "不动产权证" in str(found.value.message("zh-hans"))


def test_giving_anew_what_is_held_needs_a_reason_and_is_counted(desk):
    with pytest.raises(HeldAlready):
        desk.file(values={"credit_code": "91510100000000009X"})
    assert not Application.objects.exists()
    row = desk.file(values={"credit_code": "91510100000000009X"}, corrections={"credit_code": "已换发"})
    line = row.asked.get(key="credit_code")
    assert (line.how, line.reason, row.values["credit_code"]) == ("corrected", "已换发", "91510100000000009X")


@pytest.mark.parametrize("of_the_writer", ["zh-hans", "en"])
def test_everything_that_is_missing_or_wrong_is_said_at_once_in_the_language_of_whoever_reads(desk, of_the_writer):
    with override(of_the_writer), pytest.raises(NotFilled) as found:
        desk.file(values={"investment": "很多", "project_name": "", "colour": "red"}, papers={"project-note": ""})
    said = found.value.message("zh-hans")
    assert all(one in said for one in ("总投资", "项目名称", "项目情况说明", "colour"))
    assert "Name of the project" in found.value.message("en") and "项目名称" not in found.value.message("en")
    assert not Application.objects.exists() and not Asked.objects.exists()


def test_asking_a_second_time_is_blocked_or_counted_with_its_reason(desk):
    row = desk.file()
    ask = {"application": row, "kind": "material", "by": desk["committee"]}
    with pytest.raises(HeldAlready):
        asking.ask_for(**ask, key="business-licence", now=desk.now())
    assert not row.asked.filter(how="again").exists()
    made = asking.ask_for(**ask, key="business-licence", reason="登记信息正在变更", now=desk.now())
    assert (made.how, made.source["what"]) == ("again", "register")
    with pytest.raises(AskedAlready):
        asking.ask_for(**ask, key="business-licence", reason="再要", now=desk.now())
    with pytest.raises(WrongInput):
        asking.ask_for(**ask, key="family-tree", reason="想看", now=desk.now())
    with pytest.raises(NotAllowed):
        asking.ask_for(application=row, kind="material", key="project-note", reason="x", by=desk["committee_west"], now=desk.now())
    assert ledger(Application.objects.all()).again == 1


def test_nothing_is_granted_while_the_enterprise_owes_an_answer(desk):
    desk.hold("investment-filing")
    row = desk.file()
    made = asking.ask_for(application=row, kind="field", key="investment", reason="金额存疑", by=desk["committee"], now=desk.now())
    desk.do(row, "accept")
    desk.do(row, "review")
    with pytest.raises(StillAsked):
        desk.do(row, "issue")
    assert desk.again(row).state == "open" and desk.open(row) == ["issue"]
    asking.supply(asked=made, value="6,000,000", by=desk["enterprise"], now=desk.now())
    row = desk.do(row, "issue")
    assert row.state == "granted" and row.values["investment"] == "6000000"


def test_a_step_stays_in_a_park_that_holds_the_power_and_leaves_one_that_does_not(desk):
    desk.hold("investment-filing")
    east, west = desk.file(), desk.file(by="enterprise_west", firm=desk.town.firm_west)
    desk.do(east, "accept")
    desk.do(west, "accept", by="committee_west")
    here, there = desk.step(east, "review"), desk.step(west, "review")
    assert (here.unit.kind, here.outside, here.cause) == ("committee", False, "")
    assert (there.unit.kind, there.outside, there.cause) == ("city", True, "no-power")
    desk.do(east, "review")
    desk.do(west, "review", by="city")
    east, west = desk.do(east, "issue"), desk.do(west, "issue", by="committee_west")
    assert (east.left_park, east.trips, saved(east)) == (0, 0, 3)
    assert (west.left_park, west.trips, saved(west)) == (1, 1, 2)
    assert ledger(Application.objects.all()).trips_saved == 5


def test_a_sub_park_uses_the_powers_of_the_park_above(desk):
    desk.hold("investment-filing")
    row = file_application(
        version=matter_by_code("investment-filing"), enterprise=desk.town.firm_sub, given=_given("investment-filing"),
        by=Actor(id=None, label="firm", role=Role.ENTERPRISE, enterprise_ids=frozenset({desk.town.firm_sub.pk})), now=desk.now(),
    )  # fmt: skip
    desk.do(row, "accept")
    assert not desk.step(row, "review").outside


def _given(matter):
    return Given(FILLED[matter][0], {code: Paper(text) for code, text in FILLED[matter][1].items()})


def test_the_officer_says_how_often_the_enterprise_had_to_go(desk):
    row = desk.file("address-change")
    desk.do(row, "accept")
    with pytest.raises(WrongInput):
        desk.do(row, "review", by="city", trips=-1)
    desk.do(row, "review", by="city", trips=3, cause="originals")
    row = desk.do(row, "issue")
    assert (row.trips, row.left_park, saved(row)) == (3, 1, 0)
    assert row.steps.get(code="review").cause == "originals"


def test_due_days_are_working_days(desk):
    row = desk.file()
    assert desk.step(row, "accept").due_on == date(2026, 11, 24) and row.due_on == date(2026, 11, 26)
    desk.clock[0] = desk.clock[0].replace(month=9, day=30, year=2025)  # the holiday follows; 11 October is worked
    row = desk.file(firm=desk.town.firm_west, by="enterprise_west")
    assert desk.step(row, "accept").due_on == date(2025, 10, 9) and row.due_on == date(2025, 10, 11)


def test_parallel_steps_join_and_mending_goes_round_once_more(desk):
    row = desk.file("production-permit")
    desk.do(row, "accept")
    assert desk.open(row) == ["papers", "site"]
    desk.do(row, "papers")
    assert desk.open(row) == ["site"], "the join waits"
    desk.do(row, "site", "mend", by="city", note="车间缺通风")
    assert desk.open(row) == ["mend"]
    assert [one.code for one in steps_waiting(desk["enterprise"])] == ["mend"]
    desk.do(row, "mend", by="enterprise", note="已整改")
    assert desk.open(row) == ["papers", "site"]
    desk.do(row, "papers")
    desk.do(row, "site", by="city")
    row = desk.do(row, "issue")
    assert (row.state, row.left_park, row.case.state) == ("granted", 2, "granted")


def test_a_refusal_needs_its_reason_ends_the_case_and_drops_what_was_open(desk):
    row = desk.file("production-permit")
    desk.do(row, "accept")
    with pytest.raises(ReasonMissing):
        desk.do(row, "papers", "refuse", note=" ")
    desk.do(row, "papers", "refuse", note="产品属淘汰目录")
    row = desk.do(row, "site", by="city")
    assert row.state == "refused" and row.case.state == "refused" and not row.steps.filter(state="open").exists()
    assert Event.objects.filter(name="matters.ended").get().data["state"] == "refused"
    with pytest.raises(NotOpen):
        withdraw_application(application=row, reason="x", by=desk["enterprise"], now=desk.now())


def test_whose_step_it_is_not_may_not_do_it_and_nothing_changes(desk):
    row = desk.file()
    before = desk.again(row).engine
    for who in ("committee_west", "company", "city", "enterprise", "institute", "stray"):
        with pytest.raises(NotAllowed):
            desk.do(row, "accept", by=who)
    with pytest.raises(WrongOutcome):
        desk.do(row, "accept", "refuse")
    assert desk.again(row).engine == before and desk.open(row) == ["accept"]


def test_a_step_that_is_done_is_done(desk):
    row = desk.file()
    step = desk.step(row, "accept")
    desk.do(row, "accept")
    with pytest.raises(StepTaken) as found:
        stepping.complete_step(step=step, by=desk["committee"], now=desk.now())
    assert "committee" in found.value.message("en")


def test_an_application_taken_back_leaves_no_work(desk):
    row = desk.file()
    with pytest.raises(ReasonMissing):
        withdraw_application(application=row, reason="", by=desk["enterprise"], now=desk.now())
    row = withdraw_application(application=row, reason="项目取消", by=desk["enterprise"], now=desk.now())
    assert (row.state, row.case.state) == ("withdrawn", "withdrawn") and not steps_waiting(desk["committee"]).exists()
    assert desk.file(values={}).asked.get(key="contact_phone").how == "asked", "what was withdrawn is not held"


def test_everybody_sees_their_own_applications(desk):
    east, west = desk.file(), desk.file(by="enterprise_west", firm=desk.town.firm_west)
    seen = {
        who: set(visible_applications(desk[who]).values_list("pk", flat=True)) for who in ("city", "committee", "company", "enterprise", "institute", "stray")
    }
    assert seen == {"city": {east.pk, west.pk}, "committee": {east.pk}, "company": {east.pk}, "enterprise": {east.pk}, "institute": set(), "stray": set()}
    assert application_seen(desk["enterprise"], east.number) == east


def test_a_file_goes_to_the_case(desk):
    given = Given(FILLED["investment-filing"][0], {"project-note": Paper(file=File("说明.pdf", b"%PDF-1.4 x"))})
    row = file_application(version=matter_by_code("investment-filing"), enterprise=desk.town.firm_east, given=given, by=desk["enterprise"], now=desk.now())
    assert row.case.attachments.get().name == "说明.pdf" and row.asked.get(key="project-note").value == "说明.pdf"


def test_value_added_services_are_asked_for_beside_and_answered(desk):
    row = desk.file(services=["policy-check", "unknown"])
    request = row.services.get()
    with pytest.raises(NotAllowed):
        asking.answer_service(request=request, state="given", note="", by=desk["committee_west"], now=desk.now())
    assert asking.answer_service(request=request, state="given", note="已比对", by=desk["company"], now=desk.now()).state == "given"


def test_the_picture_shows_where_it_stands(desk):
    row = desk.file("production-permit")
    desk.do(row, "accept")
    drawn = picture(row, "zh")
    assert drawn.count('class="step done"') == 1 and drawn.count('class="step open"') == 1 and drawn.count('class="step outside"') == 1


def test_nothing_is_filed_when_the_case_cannot_be_opened(desk, monkeypatch):
    def broken(*args, **more):
        raise RuntimeError("no")

    monkeypatch.setattr(filing.casework, "open_for", broken)
    with pytest.raises(RuntimeError):
        desk.file()
    assert not Application.objects.exists() and not StepRun.objects.exists() and not Asked.objects.exists()
