"""Who looks after whom: one officer at a time, a substitute from the first to the last day of an absence, a hand-over that drops nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manyuan.facts.audit.actors import NotAllowed
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import assign, move_case
from manyuan.work.visits import errors
from manyuan.work.visits.handing_over import hand_over, open_things
from manyuan.work.visits.models import Absence, Assignment, HandOver, Visit
from manyuan.work.visits.officers import assign_officer, cancel_absence, end_assignment, move_for_absences, note_absence
from manyuan.work.visits.planning import plan_visits
from manyuan.work.visits.queries import acting, assignment_on, away_on, workload
from manyuan.work.visits.tests.conftest import NOW, TODAY

DAY = timedelta(days=1)


def _away(desk, first=TODAY, back=TODAY + 5 * DAY, who="ann", by="committee", to="ben", now=NOW):
    return note_absence(officer=desk[who], substitute=desk[to], first_on=first, back_on=back, reason="休假", by=desk.actor(by), now=now)


def _assign(desk, who="ann", since=TODAY, firms=None, by="committee"):
    return assign_officer(enterprises=firms or [desk.firm], officer=desk[who], since=since, reason="", by=desk.actor(by), now=NOW)


def test_a_new_officer_begins_on_the_day_and_the_old_one_ends_the_day_before(desk):
    _assign(desk, "ann", date(2026, 1, 1))
    _assign(desk, "ben", TODAY)
    assert assignment_on(desk.firm.pk, TODAY - DAY).officer == desk["ann"]
    assert assignment_on(desk.firm.pk, TODAY).officer == desk["ben"]
    assert assignment_on(desk.firm.pk, date(2025, 12, 31)) is None


def test_assigning_the_same_officer_again_changes_nothing(desk):
    _assign(desk)
    _assign(desk)
    assert Assignment.objects.count() == 1


def test_somebody_put_in_by_mistake_is_replaced_on_the_same_day_without_a_gap(desk):
    _assign(desk, "ann")
    _assign(desk, "ben")
    assert assignment_on(desk.firm.pk, TODAY).officer == desk["ben"]
    assert Assignment.objects.filter(superseded_at=None).count() == 1


def test_no_officer_before_the_one_who_is_there_already(desk):
    _assign(desk)
    with pytest.raises(errors.AssignedLater):
        _assign(desk, "ben", TODAY - DAY)
    end_assignment(enterprise=desk.firm, on=TODAY + DAY, reason="迁出", by=desk.actor("committee"), now=NOW)
    assert assignment_on(desk.firm.pk, TODAY).officer == desk["ann"] and assignment_on(desk.firm.pk, TODAY + DAY) is None


@pytest.mark.parametrize(
    ("by", "allowed"), [("city", True), ("committee", True), ("company", False), ("committee_west", False), ("enterprise", False), ("institute", False)]
)
def test_officers_are_assigned_by_the_city_and_the_firms_own_committee(desk, by, allowed):
    if allowed:
        _assign(desk, by=by)
    else:
        with pytest.raises(NotAllowed):
            _assign(desk, by=by)
    assert Assignment.objects.count() == allowed


@pytest.mark.parametrize(("who", "able"), [("ann", True), ("dora", True), ("committee_west", False), ("enterprise", False), ("stray", False)])
def test_an_officer_works_for_the_city_or_the_firms_park(desk, who, able):
    officer = desk.people.get(who) or desk.town[who]
    if able:
        assign_officer(enterprises=[desk.firm], officer=officer, since=TODAY, by=desk.actor("city"), now=NOW)
    else:
        with pytest.raises(errors.NoOfficer):
            assign_officer(enterprises=[desk.firm], officer=officer, since=TODAY, by=desk.actor("city"), now=NOW)
    assert Assignment.objects.count() == able


def test_somebody_whose_login_is_off_is_no_officer(desk):
    desk["ann"].is_active = False
    desk["ann"].save()
    with pytest.raises(errors.NoOfficer):
        _assign(desk)


@pytest.mark.parametrize(("day", "who"), [(TODAY - DAY, "ann"), (TODAY, "ben"), (TODAY + 4 * DAY, "ben"), (TODAY + 5 * DAY, "ann")])
def test_the_substitute_does_the_work_from_the_first_day_until_the_day_before_the_officer_is_back(desk, day, who):
    _away(desk)
    assert acting(desk["ann"].pk, away_on(day)) == desk[who].pk


def test_a_substitute_who_is_away_has_their_own_substitute(desk):
    _away(desk)
    _away(desk, TODAY + DAY, TODAY + 2 * DAY, who="ben", to="cleo")
    assert acting(desk["ann"].pk, away_on(TODAY)) == desk["ben"].pk
    assert acting(desk["ann"].pk, away_on(TODAY + DAY)) == desk["cleo"].pk
    assert acting(desk["ann"].pk, away_on(TODAY + 2 * DAY)) == desk["ben"].pk


def test_substitutes_never_go_round_in_a_circle(desk):
    _away(desk)
    _away(desk, who="ben", to="cleo")
    with pytest.raises(errors.SubstituteAway):
        _away(desk, who="cleo", to="ann")
    assert Absence.objects.count() == 2
    _away(desk, TODAY + 5 * DAY, TODAY + 6 * DAY, who="cleo", to="ann")  # ann is back by then


@pytest.mark.parametrize(("first", "back", "error"), [
    (TODAY, TODAY, errors.WrongDates), (TODAY - 3 * DAY, TODAY, None), (TODAY - 3 * DAY, TODAY + DAY, errors.AwayAlready),
    (TODAY + 4 * DAY, TODAY + 9 * DAY, errors.AwayAlready), (TODAY + 5 * DAY, TODAY + 9 * DAY, None),
])  # fmt: skip
def test_two_absences_of_an_officer_never_overlap(desk, first, back, error):
    _away(desk)
    if error:
        with pytest.raises(error):
            _away(desk, first, back)
    else:
        _away(desk, first, back)
    assert Absence.objects.count() == (1 if error else 2)


def test_an_absence_is_noted_by_the_officer_or_who_leads_them_and_names_another_colleague(desk):
    _away(desk, by="ann")
    cancel_absence(absence=Absence.objects.get(), by=desk.actor("ann"), now=NOW)
    with pytest.raises(errors.OwnSubstitute):
        _away(desk, to="ann")
    with pytest.raises(errors.NoOfficer):
        note_absence(
            officer=desk["ann"], substitute=desk.town["committee_west"], first_on=TODAY, back_on=TODAY + DAY, reason="x", by=desk.actor("city"), now=NOW
        )
    for stranger in ("company", "committee_west", "enterprise"):
        with pytest.raises(NotAllowed):
            _away(desk, by=stranger)
    assert Absence.objects.filter(cancelled_at=None).count() == 0


def test_open_cases_go_to_the_substitute_and_come_back_by_themselves(desk):
    one, closed = desk.case(), desk.case()
    move_case(case=closed, move="drop", note="不需要", by=desk.actor("ann"), now=NOW)
    _away(desk)
    assert Case.objects.get(pk=one.pk).handler == desk["ben"]
    assert Case.objects.get(pk=closed.pk).handler == desk["ann"]
    assert move_for_absences(now=NOW + 4 * DAY) == []
    assert Case.objects.get(pk=one.pk).handler == desk["ben"]
    move_for_absences(now=NOW + 5 * DAY)
    assert Case.objects.get(pk=one.pk).handler == desk["ann"]
    assert move_for_absences(now=NOW + 5 * DAY) == []


def test_what_arrives_during_the_absence_goes_to_the_substitute_too(desk):
    _away(desk)
    new = desk.case()
    move_for_absences(now=NOW + DAY)
    assert Case.objects.get(pk=new.pk).handler == desk["ben"]


def test_what_the_substitute_gave_to_somebody_else_stays_there(desk):
    case = desk.case()
    _away(desk)
    assign(case=Case.objects.get(pk=case.pk), handler=desk["cleo"], by=desk.actor("ben"), now=NOW)
    move_for_absences(now=NOW + 5 * DAY)
    assert Case.objects.get(pk=case.pk).handler == desk["cleo"]


def test_an_absence_that_is_cancelled_brings_the_work_back_at_once(desk):
    case = desk.case()
    absence = _away(desk)
    cancel_absence(absence=absence, by=desk.actor("committee"), now=NOW)
    assert Case.objects.get(pk=case.pk).handler == desk["ann"]


def test_the_workload_counts_firms_cases_and_visits_and_names_who_stands_in(desk):
    _assign(desk, firms=[desk.firm, desk.town.firm_sub])
    desk.case()
    plan_visits(stops=[(desk.firm, desk["ann"], TODAY + DAY)], by=desk.actor("committee"), now=NOW)
    loads = {one.officer.username: one for one in workload(desk.actor("committee"), TODAY + 3 * DAY)}
    assert (loads["ann"].firms, loads["ann"].cases, loads["ann"].planned, loads["ann"].late) == (2, 1, 1, 1)
    assert "dora" not in loads and "committee_west" not in loads
    _away(desk)
    loads = {one.officer.username: one for one in workload(desk.actor("committee"), TODAY)}
    assert loads["ben"].stands_in == ("Ann",) and loads["ann"].away_until == TODAY + 5 * DAY


def _hand(desk, left=None, listed=None, by="committee", to="ben", reason="调岗"):
    keys = [one.key for one in open_things(desk["ann"], TODAY)] if listed is None else listed
    return hand_over(giver=desk["ann"], taker=desk[to], listed=keys, left=left or {}, reason=reason, by=desk.actor(by), now=NOW)


def _busy(desk):
    _assign(desk, firms=[desk.firm, desk.town.firm_sub], since=TODAY - DAY)
    desk.case()
    desk.case()
    plan_visits(stops=[(desk.firm, desk["ann"], TODAY + DAY)], by=desk.actor("committee"), now=NOW)
    _away(desk, TODAY + DAY, TODAY + 2 * DAY, who="cleo", to="ann")


def test_everything_open_is_listed_and_moves_in_one_go(desk):
    _busy(desk)
    assert [one.kind for one in open_things(desk["ann"], TODAY)] == ["firm", "firm", "visit", "case", "case", "substitution"]
    made = _hand(desk)
    assert open_things(desk["ann"], TODAY) == []
    assert len(open_things(desk["ben"], TODAY)) == 6
    assert made.lines.filter(moved=True).count() == 6
    event = desk.events("officer.handed_over")[0]
    assert event["from_id"] == desk["ann"].pk and event["enterprise_ids"] == sorted([desk.firm.pk, desk.town.firm_sub.pk])


def test_what_is_left_has_a_reason_and_stays(desk):
    _busy(desk)
    keep = next(one.key for one in open_things(desk["ann"], TODAY) if one.kind == "case")
    with pytest.raises(errors.ReasonNeeded):
        _hand(desk, left={keep: " "})
    made = _hand(desk, left={keep: "本周办结"})
    assert [one.key for one in open_things(desk["ann"], TODAY)] == [keep]
    assert made.lines.get(moved=False).reason == "本周办结"


def test_what_came_up_after_the_list_was_shown_stops_the_hand_over(desk):
    _busy(desk)
    listed = [one.key for one in open_things(desk["ann"], TODAY)]
    desk.case()
    with pytest.raises(errors.ChangedMeanwhile):
        _hand(desk, listed=listed)
    assert HandOver.objects.count() == 0 and len(open_things(desk["ann"], TODAY)) == 7


def test_a_successor_who_cannot_serve_one_of_the_firms_leaves_everything_as_it_was(desk):
    _busy(desk)
    with pytest.raises(errors.NoOfficer):
        hand_over(
            giver=desk["ann"], taker=desk.town["committee_west"], listed=[one.key for one in open_things(desk["ann"], TODAY)], left={}, reason="x",
            by=desk.actor("city"), now=NOW,
        )  # fmt: skip
    assert HandOver.objects.count() == 0 and len(open_things(desk["ann"], TODAY)) == 6 and not desk.events("officer.handed_over")


def test_nobody_hands_over_for_a_stranger_or_to_themselves(desk):
    _busy(desk)
    for by in ("company", "committee_west", "enterprise"):
        with pytest.raises(NotAllowed):
            _hand(desk, by=by)
    with pytest.raises(errors.OwnSubstitute):
        _hand(desk, to="ann")
    with pytest.raises(errors.ReasonNeeded):
        _hand(desk, reason="")
    assert HandOver.objects.count() == 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), firms=st.integers(0, 3), cases=st.integers(0, 4))
def test_a_hand_over_drops_nothing(desk, data, firms, cases):
    """Law: whatever is open and whatever is left, afterwards every thing is open with exactly one of the two, and each has its line."""
    Assignment.objects.all().delete()
    Visit.objects.all().delete()
    Case.objects.filter(closed_at=None).update(handler=desk["cleo"])
    some = [desk.firm, desk.town.firm_sub, desk.town.firm_west][:firms]
    if some:
        assign_officer(enterprises=some, officer=desk["dora"], since=TODAY - DAY, by=desk.actor("city"), now=NOW)
        plan_visits(stops=[(one, desk["dora"], TODAY) for one in some], by=desk.actor("city"), now=NOW)
    for _ in range(cases):
        desk.case("dora")
    before = {(one.kind, one.title) for one in open_things(desk["dora"], TODAY)}
    keys = [one.key for one in open_things(desk["dora"], TODAY)]
    left = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
    taker = desk.town["city"]
    if not keys:
        with pytest.raises(errors.NothingOpen):
            hand_over(giver=desk["dora"], taker=taker, listed=[], left={}, reason="x", by=desk.actor("city"), now=NOW)
        return
    made = hand_over(giver=desk["dora"], taker=taker, listed=keys, left=dict.fromkeys(left, "留"), reason="x", by=desk.actor("city"), now=NOW)
    with_giver = {(one.kind, one.title) for one in open_things(desk["dora"], TODAY)}
    with_taker = {(one.kind, one.title) for one in open_things(taker, TODAY)}
    assert with_giver | with_taker >= before and len(open_things(desk["dora"], TODAY)) == len(left)
    assert not with_giver & {(one.kind, one.title) for one in made.lines.filter(moved=True)}
    assert made.lines.count() == len(keys)
    Case.objects.filter(handler=taker, closed_at=None).update(handler=desk["cleo"])
