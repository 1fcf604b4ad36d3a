"""The third way to receive: documents, two assessors who do not see each other's marks, a third where they differ, and what it comes to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import make_user
from manyuan.facts.accounts.tests.town import PASSWORD
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.programme.evidence import File
from manyuan.work.policies import application_queries as reading
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.applying import add_paper, send_back, submit_application, withdraw_paper
from manyuan.work.policies.assessing import assign_arbiter, assign_assessors, candidates, conflict, decline, give_marks
from manyuan.work.policies.errors import (
    ApplyInstead,
    AssessedIt,
    OwnInterest,
    PapersMissing,
    ReasonMissing,
    WrongAssessors,
    WrongDelivery,
    WrongMarks,
    WrongPaper,
    WrongState,
)
from manyuan.work.policies.judging import judging_of, part_of, read_judging, read_marks, share_of
from manyuan.work.policies.models import Application, Assessment, Entitlement, EntitlementStep, Paper
from manyuan.work.policies.rules import delivery_of
from manyuan.work.policies.tests.conftest import BY
from manyuan.work.policies.verifying import verify_decisions

JUDGING = {
    "items": [{"code": "new", "zh": "创新性", "en": "Novelty", "least": 0, "most": 60}, {"code": "use", "zh": "应用前景", "en": "Use", "least": 10, "most": 40}],
    "limit": 15, "days": 10, "bands": [{"from": 85, "share": 100}, {"from": 60, "share": 50}],
}  # fmt: skip
PDF = File("方案.pdf", b"%PDF-1.7 demo")


@pytest.fixture
def desk(office):
    """East is entitled to 20 yuan by application; told, nothing handed in. judges: two of the institute, one of the city, one of the west's committee."""
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published(way="application", documents=["建设方案", "验收材料"], judging=JUDGING, objection_days=0, promised_days=10)
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    body = Organisation.objects.get(kind="institute")
    experts = [make_user(username=f"expert{n}", organisation=body, password=PASSWORD, display_name=f"专家{n}", by=BY, now=office.now()) for n in (1, 2, 3)]
    office.version, office.experts = version, experts
    return office


def row(desk):
    return desk.entitlement(desk.town.firm_east)


def handed_in(desk, *names):
    for name in names or ("建设方案", "验收材料"):
        add_paper(entitlement=row(desk), wanted=name, file=PDF, by=desk.firm_actor(), now=desk.now())


def submitted(desk):
    handed_in(desk)
    return submit_application(entitlement=row(desk), by=desk.firm_actor(), now=desk.now())


def assessed(desk, first, second):
    application = assign_assessors(application=submitted(desk), people=desk.experts[:2], by=desk.drafter, now=desk.now())
    for user, marks in zip(desk.experts, (first, second), strict=False):
        mark(desk, application, user, marks)
    return Application.objects.get(pk=application.pk)


def mark(desk, application, user, marks):
    own = Assessment.objects.get(application=application, assessor=user)
    return give_marks(assessment=own, marks=dict(zip(("new", "use"), marks, strict=True)), note="依据材料", by=actor_of(user), now=desk.now())


def test_one_click_is_not_enough_where_people_judge(desk):
    with pytest.raises(ApplyInstead):
        deliver.accept_entitlement(entitlement=row(desk), by=desk.firm_actor(), now=desk.now())
    assert row(desk).state == "notified"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.exe", b"MZ", "exe"),
        ("a.pdf", b"MZ not a pdf", "pdf"),
        ("a.pdf", b"", "0.0 MB"),
        ("a", b"%PDF", "-"),
        ("a.pdf", b"%PDF" + b"0" * (20 * 1024 * 1024), "20.0 MB"),
    ],
)
def test_a_document_of_another_type_size_or_content_is_refused(desk, name, content, found):
    with pytest.raises(WrongPaper) as caught:
        add_paper(entitlement=row(desk), wanted="建设方案", file=File(name, content), by=desk.firm_actor(), now=desk.now())
    assert caught.value.found == found and not Paper.objects.exists()


def test_only_named_documents_by_the_firm_itself_and_only_before_it_is_submitted(desk):
    with pytest.raises(WrongPaper):
        add_paper(entitlement=row(desk), wanted="照片", file=PDF, by=desk.firm_actor(), now=desk.now())
    for who in (desk.drafter, actor_of(desk.town["enterprise_west"]), actor_of(desk.town["committee"])):
        with pytest.raises(NotAllowed):
            add_paper(entitlement=row(desk), wanted="建设方案", file=PDF, by=who, now=desk.now())
    handed_in(desk, "建设方案", "建设方案")
    assert Paper.objects.filter(withdrawn_at=None).count() == 1 and Paper.objects.count() == 2, "the same name takes the place of the one before"
    with pytest.raises(PapersMissing) as caught:
        submit_application(entitlement=row(desk), by=desk.firm_actor(), now=desk.now())
    assert caught.value.names == "验收材料" and row(desk).state == "notified"
    handed_in(desk, "验收材料")
    application = submit_application(entitlement=row(desk), by=desk.firm_actor(), now=desk.now())
    assert (row(desk).state, application.state, row(desk).promised_on.isoformat()) == ("assessing", "submitted", "2026-12-07")
    for late in (lambda: handed_in(desk), lambda: withdraw_paper(paper=Paper.objects.last(), by=desk.firm_actor(), now=desk.now())):
        with pytest.raises(WrongState):
            late()


def test_incomplete_papers_go_back_with_the_reason_and_come_again(desk):
    application = submitted(desk)
    with pytest.raises(ReasonMissing):
        send_back(application=application, reason=" ", by=desk.drafter, now=desk.now())
    send_back(application=application, reason="缺少验收签字页", by=desk.drafter, now=desk.now())
    assert row(desk).state == "notified" and row(desk).promised_on is None
    assert EntitlementStep.objects.filter(entitlement=row(desk)).last().note == "缺少验收签字页"
    again = submit_application(entitlement=row(desk), by=desk.firm_actor(), now=desk.now())
    assert again.pk == application.pk and again.state == "submitted"


def test_nobody_assesses_a_firm_or_park_of_their_own_what_they_drafted_or_twice(desk):
    application = submitted(desk)
    people = desk.town.people
    drafter = User.objects.get(pk=desk.drafter.id)
    for who in (people["enterprise"], people["committee"], people["company"], drafter, people["stray"], people["enterprise_west"]):
        assert conflict(who, application), who.username
        with pytest.raises(OwnInterest):
            assign_assessors(application=application, people=[who, desk.experts[0]], by=desk.drafter, now=desk.now())
    assert not Assessment.objects.exists() and people["committee_west"] in candidates(application)
    for wrong in ([desk.experts[0]], [desk.experts[0], desk.experts[0]], desk.experts):
        with pytest.raises(WrongAssessors):
            assign_assessors(application=application, people=wrong, by=desk.drafter, now=desk.now())
    with pytest.raises(NotAllowed):
        assign_assessors(application=application, people=desk.experts[:2], by=desk.firm_actor(), now=desk.now())


def test_nobody_sees_a_mark_before_both_are_in(desk):
    application = assign_assessors(application=submitted(desk), people=desk.experts[:2], by=desk.drafter, now=desk.now())
    first, second = (actor_of(user) for user in desk.experts[:2])
    mark(desk, application, desk.experts[0], (50, 30))
    application.refresh_from_db()
    assert [one.assessor_id for one in reading.marks_seen(first, application)] == [first.id]
    assert reading.marks_seen(second, application) == [] and reading.marks_seen(desk.drafter, application) == []
    mark(desk, application, desk.experts[1], (52, 30))
    application.refresh_from_db()
    assert application.state == "judged"
    assert all(len(reading.marks_seen(who, application)) == 2 for who in (first, second, desk.drafter))
    assert reading.marks_seen(desk.firm_actor(), application) == []


@pytest.mark.parametrize(
    ("first", "second", "state", "fen", "total"),
    [
        ((55, 30), (55, 30), "accepted", 20_00, "85"),
        ((55, 30), (54, 30), "accepted", 10_00, "84.5"),
        ((40, 20), (40, 20), "accepted", 10_00, "60"),
        ((40, 20), (39, 20), "rejected", 20_00, "59.5"),
    ],
)
def test_the_mean_of_two_gives_the_share_of_the_amount(desk, first, second, state, fen, total):
    application = assessed(desk, first, second)
    found = row(desk)
    assert (application.state, application.result["total"], application.result["arbitrated"]) == ("judged", total, False)
    assert (found.state, found.amount_fen) == (state, fen)
    assert verify_decisions() == (1, []), "what the screening gave can still be worked out again"


@pytest.mark.parametrize(("second", "state"), [((35, 30), "judged"), ((34.5, 30), "arbitration")])
def test_differing_by_the_limit_is_still_agreement_and_by_half_a_mark_more_is_not(desk, second, state):
    assert assessed(desk, (50, 30), second).state == state


def test_a_third_person_decides_who_has_seen_neither_and_was_neither(desk):
    application = assessed(desk, (60, 40), (10, 10))
    assert application.state == "arbitration" and row(desk).state == "assessing" and row(desk).amount_fen == 20_00
    for who in desk.experts[:2]:
        with pytest.raises(OwnInterest):
            assign_arbiter(application=application, person=who, by=desk.drafter, now=desk.now())
    assign_arbiter(application=application, person=desk.experts[2], by=desk.drafter, now=desk.now())
    assert reading.marks_seen(actor_of(desk.experts[2]), application) == []
    mark(desk, application, desk.experts[2], (45, 25))
    application.refresh_from_db()
    assert (application.result["total"], application.result["arbitrated"], row(desk).amount_fen, row(desk).state) == ("70", True, 10_00, "accepted")


@pytest.mark.parametrize(
    "marks", [{"new": 61, "use": 30}, {"new": 50, "use": 9.5}, {"new": "50.25", "use": 30}, {"new": "", "use": 30}, {"new": "NaN", "use": 30}]
)
def test_a_mark_outside_its_range_is_refused_and_nothing_kept(desk, marks):
    application = assign_assessors(application=submitted(desk), people=desk.experts[:2], by=desk.drafter, now=desk.now())
    own = Assessment.objects.get(application=application, assessor=desk.experts[0])
    with pytest.raises(WrongMarks):
        give_marks(assessment=own, marks=marks, note="x", by=actor_of(desk.experts[0]), now=desk.now())
    own.refresh_from_db()
    assert own.given_at is None and own.marks == {}


def test_marks_are_given_once_by_who_was_asked_and_who_steps_back_is_replaced(desk):
    application = assign_assessors(application=submitted(desk), people=desk.experts[:2], by=desk.drafter, now=desk.now())
    own = Assessment.objects.get(application=application, assessor=desk.experts[0])
    with pytest.raises(NotAllowed):
        give_marks(assessment=own, marks={"new": 1, "use": 10}, note="x", by=actor_of(desk.experts[1]), now=desk.now())
    decline(assessment=own, reason="与企业有合作", by=actor_of(desk.experts[0]), now=desk.now())
    with pytest.raises(NotFound):
        reading.application_seen(actor_of(desk.experts[0]), application.pk)
    assign_assessors(application=application, people=[desk.experts[2]], by=desk.drafter, now=desk.now())
    mark(desk, application, desk.experts[1], (50, 30))
    with pytest.raises(WrongState):
        mark(desk, application, desk.experts[1], (60, 40))
    mark(desk, application, desk.experts[2], (50, 30))
    assert Application.objects.get(pk=application.pk).state == "judged"


def test_who_assessed_does_not_approve_the_payment(desk):
    application = submitted(desk)
    judge = User.objects.get(pk=desk.third.id)
    assign_assessors(application=application, people=[judge, desk.experts[0]], by=desk.drafter, now=desk.now())
    for user in (judge, desk.experts[0]):
        mark(desk, application, user, (55, 35))
    deliver.open_public_notice(version=desk.version, by=desk.drafter, now=desk.now())
    with pytest.raises(AssessedIt):
        deliver.approve_entitlements(entitlements=[row(desk)], by=desk.third, now=desk.now())
    assert row(desk).state == "cleared" and row(desk).claim is None
    assert deliver.approve_entitlements(entitlements=[row(desk)], by=desk.second, now=desk.now()) == 0


def test_who_sees_the_application_and_its_documents(desk):
    application = submitted(desk)
    paper = Paper.objects.first()
    for who in (desk.drafter, desk.firm_actor(), actor_of(desk.town["committee"])):
        assert reading.application_seen(who, application.pk) and reading.paper_seen(who, paper.pk)
    for who in (actor_of(desk.town["enterprise_west"]), actor_of(desk.town["committee_west"]), actor_of(desk.experts[0]), actor_of(desk.town["stray"])):
        with pytest.raises(NotFound):
            reading.application_seen(who, application.pk)
        with pytest.raises(NotFound):
            reading.paper_seen(who, paper.pk)
    with pytest.raises(NotFound):
        reading.paper_seen(actor_of(desk.town["company"]), paper.pk)
    assign_assessors(application=application, people=desk.experts[:2], by=desk.drafter, now=desk.now())
    assert reading.paper_seen(actor_of(desk.experts[0]), paper.pk) and reading.to_assess(actor_of(desk.experts[0])).count() == 1


def test_a_judged_entitlement_is_not_screened_away(desk):
    assessed(desk, (40, 30), (40, 30))
    desk.screen(desk.version, cause="nightly")
    assert (row(desk).state, row(desk).amount_fen) == ("accepted", 10_00)
    assert Entitlement.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"items": []}, {"items": [{"code": "a", "zh": "甲", "least": 10, "most": 10}]}, {"items": [{"code": "a", "zh": "甲", "most": 5}, {"code": "a", "zh": "乙", "most": 5}]},
        {"bands": []}, {"bands": [{"from": 101, "share": 100}]}, {"bands": [{"from": 60, "share": 100}, {"from": 85, "share": 50}]}, {"limit": -1}, {"days": 0},
    ],
)  # fmt: skip
def test_judging_that_makes_no_sense_is_refused_before_anything_relies_on_it(change):
    with pytest.raises(WrongDelivery):
        read_judging({**JUDGING, **change})


def test_judging_is_stored_as_it_was_read(desk):
    stored = delivery_of(desk.version).judging
    judging = judging_of(stored)
    assert [(item.code, item.least, item.most) for item in judging.items] == [("new", 0, 60), ("use", 10, 40)] and judging.most == 100
    assert [share_of(judging, Decimal(total)) for total in ("100", "85", "84.5", "60", "59.5")] == [100, 100, 50, 50, 0]
    assert read_marks(judging, {"new": "40", "use": "20.5"}) == {"new": "40", "use": "20.5"}
    assert (part_of(333, Decimal(50)), part_of(1, Decimal(50)), part_of(100, Decimal("33.3"))) == (167, 1, 33)
