"""What an enterprise and the city are told of an application for a policy and of checks after the payment: each step once; and whose tiers a lock judges again."""

from __future__ import annotations

import pytest
import yaml

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.models import Event
from manyuan.facts.audit.services import drain
from manyuan.site.reactions import REACTIONS
from manyuan.work.notices.models import Notice
from manyuan.work.notices.queries import visible
from manyuan.work.notices.texts import install_templates, said
from manyuan.work.policies.after_payment import draw_checks, record_check
from manyuan.work.policies.applying import send_back, submit_application
from manyuan.work.policies.assessing import assign_arbiter, assign_assessors, decline
from manyuan.work.policies.delivering import notify_listed
from manyuan.work.policies.models import AfterCheck, Application, Assessment
from manyuan.work.policies.tests.conftest import BY, NOW, PACK, office
from manyuan.work.policies.tests.test_after_payment import paid
from manyuan.work.policies.tests.test_applications import JUDGING, assessed, desk, mark, row, submitted
from manyuan.work.policies.tests.test_policy_life import refile

__all__ = ["desk", "office", "paid"]


def react(desk):
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=BY, now=NOW)
    while drain(REACTIONS, now=desk.now()):
        pass


def told(**whom):
    rows = Notice.objects.filter(**(whom or {"enterprise": None, "park": None, "organisation": None, "person": None})).order_by("pk")
    return [one.template.code for one in rows if one.template.code.startswith(("application", "assessor", "after"))]


def test_the_firm_follows_its_application_from_step_to_step_and_the_city_hears_what_it_has_to_do(desk):
    application = submitted(desk)
    react(desk)
    send_back(application=application, reason="缺少签章页", by=desk.drafter, now=desk.now())
    react(desk)
    submit_application(entitlement=row(desk), by=desk.firm_actor(), now=desk.now())
    assign_assessors(application=application, people=desk.experts[:2], by=desk.drafter, now=desk.now())
    mark(desk, application, desk.experts[0], ("55", "35"))
    mark(desk, application, desk.experts[1], ("30", "30"))
    react(desk)
    assign_arbiter(application=Application.objects.get(), person=desk.experts[2], by=desk.drafter, now=desk.now())
    mark(desk, application, desk.experts[2], ("40", "25"))
    react(desk)
    react(desk)
    firm = ["application-received", "application-returned", "application-received", "application-assessed", "application-arbitrated", "application-judged"]
    assert told(enterprise=desk.town.firm_east) == firm
    assert told() == ["application-new", "application-new", "application-apart"]
    assert told(enterprise=desk.town.firm_west) == []
    last = Notice.objects.filter(enterprise=desk.town.firm_east).order_by("pk").last()
    assert said(last.template, last.data, "zh")[1] == "“研发奖补RD”评审总分 65，兑付比例 50%，结果：10元。逐项得分可登录查看。"
    assert "65 points, 50 % of the amount" in said(last.template, last.data, "en")[1]


def test_whoever_is_to_assess_or_to_arbitrate_is_told_in_person_and_nobody_else_of_their_house(desk):
    application = submitted(desk)
    assign_assessors(application=application, people=desk.experts[:2], by=desk.drafter, now=desk.now())
    react(desk)
    asked = Notice.objects.filter(template__code="assessor-asked").order_by("pk")
    assert [one.person for one in asked] == desk.experts[:2] and not Notice.objects.filter(organisation__isnull=False).exists()
    assert asked[0].link == f"/policies-applied/{application.pk}/" and "请评审" in said(asked[0].template, asked[0].data, "zh")[0]
    assert [visible(actor_of(one)).filter(template__code="assessor-asked").count() for one in desk.experts[:3]] == [1, 1, 0]
    mark(desk, application, desk.experts[0], ("55", "35"))
    mark(desk, application, desk.experts[1], ("30", "30"))
    assign_arbiter(application=Application.objects.get(), person=desk.experts[2], by=desk.drafter, now=desk.now())
    react(desk)
    react(desk)
    arbiter = Notice.objects.get(template__code="arbiter-asked")
    assert arbiter.person == desk.experts[2] and "裁定" in said(arbiter.template, arbiter.data, "zh")[0]
    assert Notice.objects.filter(template__code="assessor-asked").count() == 2


def test_an_arbiter_who_has_given_marks_before_anybody_told_is_not_asked_any_more(desk):
    application = assign_assessors(application=submitted(desk), people=desk.experts[:2], by=desk.drafter, now=desk.now())
    mark(desk, application, desk.experts[0], ("55", "35"))
    react(desk)
    assert [one.person for one in Notice.objects.filter(template__code="assessor-asked")] == [desk.experts[1]]


def test_below_the_lowest_band_the_firm_reads_that_nothing_is_granted(desk):
    assessed(desk, ("10", "20"), ("12", "20"))
    react(desk)
    last = Notice.objects.filter(enterprise=desk.town.firm_east).order_by("pk").last()
    assert last.template.code == "application-judged" and "未达到兑付线" in said(last.template, last.data, "zh")[1]


def test_the_city_hears_that_an_assessor_stepped_back_and_why(desk):
    application = assign_assessors(application=submitted(desk), people=desk.experts[:2], by=desk.drafter, now=desk.now())
    own = Assessment.objects.get(application=application, assessor=desk.experts[0])
    decline(assessment=own, reason="与企业有合作", by=actor_of(desk.experts[0]), now=desk.now())
    react(desk)
    assert told() == ["application-new", "assessor-declined"]
    last = Notice.objects.order_by("pk").last()
    assert "与企业有合作" in said(last.template, last.data, "zh")[1]


def test_a_step_that_nobody_told_for_two_weeks_is_not_told_any_more(desk):
    submitted(desk)
    desk.later(15)
    react(desk)
    assert told(enterprise=desk.town.firm_east) == []


@pytest.mark.parametrize(("wrong", "fen", "firm", "city"), [(False, None, ["after-check-passed"], []), (True, 500, [], ["after-check-wrong"])])
def test_a_check_is_told_to_the_committee_that_makes_it_and_its_result_to_whom_it_concerns(paid, wrong, fen, firm, city):
    draw_checks(version=paid.version, year=2026, everybody=True, by=paid.drafter, now=paid.now())
    react(paid)
    assert told(park=paid.town.east) == ["after-check-due"] and told(park=paid.town.west) == []
    check = AfterCheck.objects.get(entitlement__enterprise=paid.town.firm_east)
    record_check(check=check, wrong=wrong, finding="发票齐全" if not wrong else "重复申报", recall_fen=fen, by=actor_of(paid.town["committee"]), now=paid.now())
    react(paid)
    assert told(enterprise=paid.town.firm_east) == firm and told() == city
    assert told(enterprise=paid.town.firm_sub) == []


def test_a_lock_names_the_firm_concerned_and_nobody_else_is_judged_again(office, monkeypatch):
    judged = []
    monkeypatch.setattr("manyuan.site.reactions.judge_changed", lambda **given: judged.append(list(given["enterprise_ids"])))
    office.file(office.town.firm_east, revenue=2000_00)
    office.file(office.town.firm_sub, revenue=3000_00)
    for event in Event.objects.filter(name="filings.locked").order_by("pk"):
        for reaction in REACTIONS["filings.locked"]:
            reaction(event, office.now())
    assert judged == [[office.town.firm_east.pk], [office.town.firm_sub.pk]]


@pytest.mark.parametrize(
    ("way", "delivery", "said_in", "not_in"),
    [
        ("no-application", {}, "一键确认", "提交"),
        ("short-form", {"asks": ["graduates_hired"]}, "补填", "一键确认"),
        ("application", {"documents": ["方案"], "judging": JUDGING}, "提交材料", "一键确认"),
    ],
)
def test_an_enterprise_is_told_what_it_has_to_do_for_the_money(office, way, delivery, said_in, not_in):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published(way=way, **delivery)
    office.screen(version)
    notify_listed(version=version, by=office.drafter, now=office.now())
    react(office)
    found = Notice.objects.get(enterprise=office.town.firm_east, template__code__startswith="entitled")
    body = said(found.template, found.data, "zh")[1]
    assert said_in in body and not_in not in body


def test_a_fact_corrected_after_the_payment_leaves_the_payment_and_has_it_looked_at(paid):
    react(paid)
    assert not AfterCheck.objects.exists()
    refile(paid, paid.town.firm_east, rd_spend=150_00)
    react(paid)
    check = AfterCheck.objects.get()
    assert (check.state, check.cause, check.corrected_fen) == ("open", "facts", 15_00)
    assert (check.entitlement.state, check.entitlement.due_fen) == ("paid", 20_00)
    note = Notice.objects.get(template__code="paid-corrected", enterprise=paid.town.firm_east)
    assert "已兑付 20元，按更正后的数据应为 15元" in said(note.template, note.data, "zh")[1]
    assert "20 yuan were paid" in said(note.template, note.data, "en")[1]
    assert Notice.objects.filter(template__code="paid-corrected", park=paid.town.east).count() == 1
    refile(paid, paid.town.firm_east, rd_spend=140_00)
    react(paid)
    assert AfterCheck.objects.get().corrected_fen == 15_00


def test_a_fact_corrected_upwards_after_the_payment_asks_for_nothing(paid):
    refile(paid, paid.town.firm_east, rd_spend=300_00)
    react(paid)
    assert not AfterCheck.objects.exists()


def test_a_check_that_was_in_order_is_opened_again_by_a_correction_that_leaves_nothing(paid):
    draw_checks(version=paid.version, year=2026, everybody=True, by=paid.drafter, now=paid.now())
    check = AfterCheck.objects.get(entitlement__enterprise=paid.town.firm_east)
    record_check(check=check, wrong=False, finding="相符", by=actor_of(paid.town["committee"]), now=paid.now())
    refile(paid, paid.town.firm_east, rd_spend=10_00)
    react(paid)
    check.refresh_from_db()
    assert (check.state, check.cause, check.corrected_fen, check.finding) == ("open", "facts", 0, "")
