"""Who is visited how often: spans of the calendar, the day before and the day of each boundary, plans by load and route."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.parks.models import Park
from manyuan.work.visits import errors
from manyuan.work.visits.due import due_list, rule_of
from manyuan.work.visits.installing import current_rules, install_rules
from manyuan.work.visits.models import Visit
from manyuan.work.visits.officers import assign_officer, note_absence
from manyuan.work.visits.planning import cancel_visit, move_visit, plan_visits, propose, route
from manyuan.work.visits.rules import Window, read_rules
from manyuan.work.visits.tests.conftest import BY, NOW, TODAY

DAY = timedelta(days=1)


def _state(desk, day, who="city"):
    return {one.enterprise.pk: one for one in due_list(desk.actor(who), day)}[desk.firm.pk]


@pytest.mark.parametrize(("code", "day", "start", "end"), [
    ("leaders", date(2026, 9, 30), date(2026, 7, 1), date(2026, 10, 1)),
    ("leaders", date(2026, 10, 1), date(2026, 10, 1), date(2027, 1, 1)),
    ("leaders", date(2026, 12, 31), date(2026, 10, 1), date(2027, 1, 1)),
    ("key-firms", date(2026, 6, 30), date(2026, 1, 1), date(2026, 7, 1)),
    ("key-firms", date(2026, 7, 1), date(2026, 7, 1), date(2027, 1, 1)),
    ("key-firms", date(2028, 2, 29), date(2028, 1, 1), date(2028, 7, 1)),
])  # fmt: skip
def test_the_span_in_which_a_visit_is_owed(desk, code, day, start, end):
    rule = current_rules().by_code[code]
    assert rule.window(day) == Window(start, end)
    assert rule.before(rule.window(day)).end == start


def test_the_strictest_rule_counts_and_who_holds_no_title_is_visited_on_need(desk):
    assert due_list(desk.actor("city"), TODAY) == [] and rule_of(desk.firm, TODAY) is None
    desk.title("above-scale")
    assert rule_of(desk.firm, TODAY).code == "key-firms"
    desk.title("anchor")
    assert rule_of(desk.firm, TODAY).code == "leaders" and _state(desk, TODAY).due_on == date(2026, 12, 31)


@pytest.mark.parametrize(("made", "day", "state"), [
    (date(2026, 9, 30), date(2026, 9, 30), "done"),  # on the last day of the quarter
    (date(2026, 9, 30), date(2026, 10, 1), "open"),  # the new quarter owes its own
    (date(2026, 10, 1), date(2026, 10, 1), "done"),
    (date(2026, 10, 1), date(2026, 12, 31), "done"),
    (date(2026, 6, 30), date(2026, 9, 30), "soon"),  # the last day of a quarter without a visit, the one before had one
    (date(2026, 6, 30), date(2026, 10, 1), "missed"),  # a day later it is missed
    (None, date(2026, 10, 8), "missed"),
])  # fmt: skip
def test_a_visit_counts_for_the_quarter_in_which_it_was_made(desk, made, day, state):
    desk.title("anchor")
    if made:
        Visit.objects.create(enterprise=desk.firm, park=desk.town.east, officer=desk["ann"], state="done", done_on=made, made_at=NOW, changed_at=NOW)
    assert _state(desk, day).state == state


def test_soon_begins_exactly_ten_working_days_before_the_end(desk):
    """31 December 2026 is a Thursday; ten working days before it, Christmas being worked, is 17 December."""
    desk.title("anchor")
    Visit.objects.create(enterprise=desk.firm, park=desk.town.east, officer=desk["ann"], state="done", done_on=date(2026, 8, 1), made_at=NOW, changed_at=NOW)
    assert _state(desk, date(2026, 12, 16)).state == "open"
    assert _state(desk, date(2026, 12, 17)).state == "soon"


def test_a_firm_that_came_under_the_rule_during_the_span_before_has_not_been_missed(desk):
    desk.title("anchor", since=date(2026, 7, 2))
    assert _state(desk, date(2026, 10, 1)).state == "open"
    assert _state(desk, date(2027, 1, 1)).state == "missed"


@pytest.mark.parametrize(("until", "days"), [(TODAY, 0), (TODAY + DAY, 1)])
def test_a_title_that_ended_owes_no_visit(desk, until, days):
    desk.title("anchor", until=until)
    assert len(due_list(desk.actor("city"), TODAY)) == days


def test_a_planned_visit_within_the_span_is_planned_a_later_one_is_not(desk):
    desk.title("anchor", since=date(2026, 10, 1))
    plan_visits(stops=[(desk.firm, desk["ann"], date(2026, 12, 31))], by=desk.actor("city"), now=NOW)
    assert _state(desk, TODAY).state == "planned"
    move_visit(visit=Visit.objects.get(), on=date(2027, 1, 1), by=desk.actor("city"), now=NOW)
    assert _state(desk, TODAY).state == "open"


def test_the_list_holds_what_the_reader_may_see_with_who_does_it_on_the_day(desk):
    for firm in (desk.firm, desk.town.firm_west):
        desk.title("anchor", firm)
    assign_officer(enterprises=[desk.firm], officer=desk["ann"], since=TODAY, by=desk.actor("city"), now=NOW)
    note_absence(officer=desk["ann"], substitute=desk["ben"], first_on=TODAY + DAY, back_on=TODAY + 2 * DAY, reason="x", by=desk.actor("city"), now=NOW)
    assert len(due_list(desk.actor("city"), TODAY)) == 2
    assert [one.enterprise for one in due_list(desk.actor("committee"), TODAY)] == [desk.firm]
    assert due_list(desk.actor("enterprise"), TODAY)[0].enterprise == desk.firm and due_list(desk.actor("institute"), TODAY) == []
    assert [_state(desk, TODAY + n * DAY).officer_id for n in range(3)] == [desk["ann"].pk, desk["ben"].pk, desk["ann"].pk]


def test_a_pack_with_faults_is_refused_whole_and_each_fault_is_named(desk):
    content = {
        "rules": [
            {"code": "a", "name": {"zh": "甲", "en": "A"}, "titles": ["nothing"], "every": "year", "times": 5}, {"code": "b", "titles": [], "every": "decade"},
        ],
        "per_day": 0, "surveys": ["six"], "surprise": 1,
    }  # fmt: skip
    _, faults = read_rules(content, {"anchor"}, {"six-clear-month"})
    text = "\n".join(faults)
    for part in ("nothing is no title", "times: found 5", "rules[2].name", "decade", "per_day: found 0", "six is no form", "surprise: unknown"):
        assert part in text
    with pytest.raises(errors.WrongRules):
        install_rules(content=content, by=BY, now=NOW)
    assert len(current_rules().rules) == 2


def test_a_plan_spreads_firms_without_an_officer_by_load_and_leaves_the_days_off_and_absences_out(desk):
    firms = [desk.firm, desk.town.firm_sub]
    for firm in firms:
        desk.title("anchor", firm)
    assign_officer(enterprises=[desk.firm], officer=desk["ann"], since=TODAY, by=desk.actor("city"), now=NOW)
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    note_absence(officer=desk["ann"], substitute=desk["ben"], first_on=friday, back_on=monday, reason="x", by=desk.actor("city"), now=NOW)
    plan = propose(desk.actor("committee"), first=date(2026, 11, 28), last=monday)  # Saturday to Monday
    assert {stop.on for stop in plan} == {monday}
    by_firm = {stop.due.enterprise.pk: stop.officer.username for stop in plan}
    assert by_firm[desk.firm.pk] == "ann" and by_firm[desk.town.firm_sub.pk] != "ann"
    assert Visit.objects.count() == 0
    with pytest.raises(NotAllowed):
        propose(desk.actor("enterprise"), first=TODAY, last=TODAY)


def test_the_route_goes_on_to_the_nearest_park_and_within_it_by_name(desk):
    near, far = desk.town.east_sub, desk.town.west
    Park.objects.filter(pk=desk.town.east.pk).update(longitude="104.00", latitude="30.60")
    Park.objects.filter(pk=near.pk).update(longitude="104.05", latitude="30.60")
    Park.objects.filter(pk=far.pk).update(longitude="104.50", latitude="30.60")
    for firm in (desk.town.firm_west, desk.town.firm_sub, desk.firm):
        desk.title("anchor", firm)
    start = Park.objects.get(pk=desk.town.east.pk)
    walked = [one.enterprise.pk for one in route(start, due_list(desk.actor("city"), TODAY))]
    assert walked == [desk.firm.pk, desk.town.firm_sub.pk, desk.town.firm_west.pk]
    back = [one.enterprise.pk for one in route(Park.objects.get(pk=far.pk), due_list(desk.actor("city"), TODAY))]
    assert back == walked[::-1]


def test_a_firm_has_one_planned_visit_at_a_time_and_none_in_the_past(desk):
    stop = (desk.firm, desk["ann"], TODAY)
    assert len(plan_visits(stops=[stop, stop], by=desk.actor("committee"), now=NOW)) == 1
    assert plan_visits(stops=[stop], by=desk.actor("city"), now=NOW) == []
    with pytest.raises(errors.PlannedBack):
        plan_visits(stops=[(desk.town.firm_sub, desk["ann"], TODAY - DAY)], by=desk.actor("city"), now=NOW)
    with pytest.raises(NotAllowed):
        plan_visits(stops=[(desk.town.firm_west, desk["dora"], TODAY)], by=desk.actor("committee"), now=NOW)
    with pytest.raises(NotAllowed):
        cancel_visit(visit=Visit.objects.get(), reason="x", by=desk.actor("committee_west"), now=NOW)
    with pytest.raises(errors.ReasonNeeded):
        cancel_visit(visit=Visit.objects.get(), reason=" ", by=desk.actor("committee"), now=NOW)
    cancel_visit(visit=Visit.objects.get(), reason="企业停产检修", by=desk.actor("committee"), now=NOW)
    with pytest.raises(errors.WrongState):
        move_visit(visit=Visit.objects.get(), on=TODAY, by=desk.actor("committee"), now=NOW)
    assert len(plan_visits(stops=[stop], by=desk.actor("city"), now=NOW)) == 1
