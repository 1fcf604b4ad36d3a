"""Who may move a filing from where to where: every state, act and role; and what a step leaves behind."""

from __future__ import annotations

import pytest
from django.db import transaction

from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.filings.errors import NothingToSubmit, ReasonMissing, ValuesWrong, WrongState
from manyuan.facts.filings.models import Filing, FilingStep, FilingVersion
from manyuan.facts.filings.opening import install_form, open_period
from manyuan.facts.filings.services import (
    NewValues,
    approve_filings,
    lock_filings,
    return_filings,
    save_values,
    submit_filings,
    unlock_filings,
)
from manyuan.facts.filings.tests.conftest import NOW, RIGHT, everything, pack_form

PERIODS = {"draft": "2021", "submitted": "2022", "returned": "2023", "approved": "2024", "locked": "2025"}
ROLES = ("system", "city", "committee", "committee_west", "company", "enterprise", "enterprise_west", "institute", "stray")

ACTS = {
    "save": lambda filing, by, now: save_values(given=[NewValues(filing, {**RIGHT, "tax": 777})], channel="form", by=by, now=now),
    "submit": lambda filing, by, now: submit_filings(filings=[filing], by=by, now=now),
    "approve": lambda filing, by, now: approve_filings(filings=[filing], by=by, now=now),
    "return": lambda filing, by, now: return_filings(filings=[filing], reason="税金与税务数据不符", by=by, now=now),
    "lock": lambda filing, by, now: lock_filings(filings=[filing], by=by, now=now),
    "unlock": lambda filing, by, now: unlock_filings(filings=[filing], reason="企业申请更正", by=by, now=now),
}
MOVES = {
    "save": {"draft": "draft", "returned": "returned"},
    "submit": {"draft": "submitted", "returned": "submitted"},
    "approve": {"submitted": "approved"},
    "return": {"submitted": "returned", "approved": "returned"},
    "lock": {"approved": "locked"},
    "unlock": {"locked": "returned"},
}
MAY = {
    "save": {"system", "committee", "enterprise"},
    "submit": {"system", "committee", "enterprise"},
    "approve": {"system", "committee"},
    "return": {"system", "committee", "city"},
    "lock": {"system", "city"},
    "unlock": {"system", "city"},
}


def _may(act: str, role: str, state: str) -> bool:
    if act == "return" and state == "approved":
        return role in {"system", "city"}  # what the park approved, only the city sends back
    return role in MAY[act]


@pytest.fixture
def shelf(desk):
    """Five annual reports of the firm in the east park, one in each state."""
    firm = desk.town.firm_east
    for period in list(PERIODS.values())[:-1]:
        open_period(form=desk.annual, period=period, by=system(), now=NOW)
    rows = {state: desk.filing(firm, period) for state, period in PERIODS.items()}
    save_values(given=[NewValues(row, RIGHT) for row in rows.values()], channel="form", by=system(), now=NOW)
    submit_filings(filings=[rows[s] for s in ("submitted", "returned", "approved", "locked")], by=system(), now=NOW)
    approve_filings(filings=[rows["approved"], rows["locked"]], by=system(), now=NOW)
    lock_filings(filings=[rows["locked"]], by=system(), now=NOW)
    return_filings(filings=[rows["returned"]], reason="请核对", by=system(), now=NOW)
    return {state: desk.filing(firm, period) for state, period in PERIODS.items()}


def test_the_shelf_holds_one_filing_in_each_state(shelf):
    assert {state: row.state for state, row in shelf.items()} == {state: state for state in PERIODS}


@pytest.mark.parametrize("role", ROLES)
def test_every_act_in_every_state(desk, shelf, role):
    by = desk.people[role]
    for act, do in ACTS.items():
        for state, filing in shelf.items():
            target = MOVES[act].get(state)
            before = everything()
            with transaction.atomic():
                if not _may(act, role, state):
                    with pytest.raises(NotAllowed):
                        do(filing, by, desk.now())
                elif target is None:
                    with pytest.raises(WrongState):
                        do(filing, by, desk.now())
                else:
                    assert do(filing, by, desk.now()) == 1, (act, role, state)
                    assert Filing.objects.get(pk=filing.pk).state == target
                if target is None or not _may(act, role, state):
                    assert everything() == before, (act, role, state)
                transaction.set_rollback(True)


def test_every_state_can_be_reached_and_none_is_a_dead_end():
    steps = [(start, stop) for moves in MOVES.values() for start, stop in moves.items() if start != stop]
    reached, at = {"draft"}, {"draft"}
    while at:
        at = {stop for start, stop in steps if start in at} - reached
        reached |= at
    assert reached == set(Filing.State.values) == {start for start, _ in steps}


def test_the_committee_moves_filings_of_its_sub_park_and_not_of_its_neighbour(desk):
    sub, west = desk.filing("gamma"), desk.filing("omega")
    desk.fill(sub)
    assert submit_filings(filings=[sub], by=desk.people["committee"], now=desk.now()) == 1
    before = everything()
    with pytest.raises(NotAllowed):
        desk.fill(west)
    assert everything() == before


def test_one_foreign_filing_in_a_batch_stops_the_whole_batch(desk):
    mine, foreign = desk.filing("alpha"), desk.filing("omega")
    save_values(given=[NewValues(mine, RIGHT), NewValues(foreign, RIGHT)], channel="form", by=system(), now=desk.now())
    before = everything()
    with pytest.raises(NotAllowed):
        submit_filings(filings=[mine, foreign], by=desk.people["committee"], now=desk.now())
    with pytest.raises(NotAllowed):
        save_values(given=[NewValues(mine, {**RIGHT, "tax": 9}), NewValues(foreign, {**RIGHT, "tax": 9})], channel="form", by=desk.people["committee"], now=NOW)
    assert everything() == before


def test_a_batch_with_one_in_the_wrong_state_moves_none(desk):
    ready, empty = desk.filing("alpha"), desk.filing("beta")
    desk.fill(ready)
    before = everything()
    with pytest.raises(NothingToSubmit) as raised:
        submit_filings(filings=[ready, empty], by=desk.people["committee"], now=desk.now())
    assert "示例beta" in raised.value.message("zh-hans") and "2025" in raised.value.message("en")
    assert everything() == before


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_return_or_an_unlock_without_a_reason_is_refused(desk, shelf, reason):
    before = everything()
    with pytest.raises(ReasonMissing):
        return_filings(filings=[shelf["submitted"]], reason=reason, by=desk.people["committee"], now=desk.now())
    with pytest.raises(ReasonMissing):
        unlock_filings(filings=[shelf["locked"]], reason=reason, by=desk.people["city"], now=desk.now())
    assert everything() == before


def test_the_trail_says_who_moved_it_when_and_why(desk):
    filing = desk.filing("alpha")
    desk.fill(filing, by="alpha")
    submit_filings(filings=[filing], by=desk.people["alpha"], now=desk.now())
    moment = desk.now()
    return_filings(filings=[filing], reason="  税金少一个零 ", by=desk.people["committee"], now=moment)
    steps = list(FilingStep.objects.filter(filing=filing))
    assert [step.action for step in steps] == ["save", "submit", "return"]
    last = steps[-1]
    assert (last.reason, last.at, last.by_id, last.by_label) == ("税金少一个零", moment, desk.people["committee"].id, desk.people["committee"].label)
    record = AuditRecord.objects.get(action="filings.return")
    assert record.reason == "税金少一个零" and record.subject_id == str(filing.pk)


def test_a_submit_refuses_what_is_missing_or_contradicts_and_names_every_fault(desk):
    filing = desk.filing("alpha")
    save_values(given=[NewValues(filing, {"revenue": 100, "main_direction_revenue": 101, "rd_staff": 3})], channel="form", by=desk.people["alpha"], now=NOW)
    before = everything()
    with pytest.raises(ValuesWrong) as raised:
        submit_filings(filings=[filing], by=desk.people["alpha"], now=desk.now())
    assert {(fault.code, fault.keys) for fault in raised.value.faults} == {
        ("required", ("tax",)),
        ("required", ("employees",)),
        ("direction-within-revenue", ("revenue", "main_direction_revenue")),
    }
    assert everything() == before


def test_a_warning_does_not_hold_a_filing_back(desk):
    filing = desk.filing("alpha")
    desk.fill(filing, exports=RIGHT["revenue"] + 1)
    assert submit_filings(filings=[filing], by=desk.people["committee"], now=desk.now()) == 1


def test_the_first_submission_is_what_counts_for_being_in_time(desk):
    filing = desk.filing("alpha")
    desk.fill(filing)
    first = desk.now()
    submit_filings(filings=[filing], by=desk.people["committee"], now=first)
    return_filings(filings=[filing], reason="x", by=desk.people["committee"], now=desk.now())
    submit_filings(filings=[filing], by=desk.people["committee"], now=desk.now())
    assert desk.filing("alpha").first_submitted_at == first


def test_saving_the_same_values_again_adds_no_version(desk):
    filing = desk.filing("alpha")
    assert desk.fill(filing, land="12.5") == 1
    assert desk.fill(desk.filing("alpha"), land="12.5") == 0
    assert FilingVersion.objects.filter(filing=filing).count() == 1
    assert desk.fill(desk.filing("alpha"), land="12.6") == 1
    assert [v.number for v in FilingVersion.objects.filter(filing=filing)] == [1, 2]


def test_a_page_that_was_loaded_before_the_submission_cannot_overwrite_it(desk):
    stale = desk.filing("alpha")
    desk.fill(stale)
    stale = desk.filing("alpha")  # a page in another window, still a draft there
    submit_filings(filings=[stale], by=desk.people["committee"], now=desk.now())
    before = everything()
    assert stale.state == Filing.State.DRAFT
    with pytest.raises(WrongState):
        desk.fill(stale, tax=999)
    assert everything() == before


def test_two_people_who_save_one_after_the_other_leave_two_versions(desk):
    one, other = desk.filing("alpha"), desk.filing("alpha")
    desk.fill(one, by="alpha", tax=1)
    desk.fill(other, by="committee", tax=2)
    assert [(v.number, v.values["tax"]) for v in FilingVersion.objects.filter(filing=one)] == [(1, 1), (2, 2)]
    assert desk.filing("alpha").latest.values["tax"] == 2


def test_a_parks_own_report_is_filled_by_company_or_committee_and_by_nobody_else(desk):
    form = install_form(definition=pack_form("park-quarterly"), by=system(), now=NOW)
    assert open_period(form=form, period="2026Q3", by=system(), now=NOW) == 3
    report = Filing.objects.get(form_code="park-quarterly", park=desk.town.east)
    given = [NewValues(report, {"premises": "1000.5", "premises_let": "900"})]
    for role in ("company", "committee"):
        with transaction.atomic():
            assert save_values(given=given, channel="form", by=desk.people[role], now=desk.now()) == 1
            transaction.set_rollback(True)
    before = everything()
    for role in ("city", "committee_west", "enterprise", "institute", "stray"):
        with pytest.raises(NotAllowed):
            save_values(given=given, channel="form", by=desk.people[role], now=desk.now())
    with pytest.raises(NotAllowed):  # a company fills in its park's report, not a firm's
        desk.fill(desk.filing("alpha"), by="company")
    assert everything() == before


def test_a_lock_tells_which_form_period_parks_and_firms_were_touched(desk):
    rows = [desk.filing("alpha"), desk.filing("omega")]
    save_values(given=[NewValues(row, RIGHT) for row in rows], channel="form", by=system(), now=desk.now())
    desk.lock(*rows)
    event = Event.objects.get(name="filings.locked")
    parks, firms = sorted([desk.town.east.pk, desk.town.west.pk]), sorted(row.enterprise_id for row in rows)
    assert event.data == {"form": "enterprise-annual", "period": "2025", "park_ids": parks, "enterprise_ids": firms}
