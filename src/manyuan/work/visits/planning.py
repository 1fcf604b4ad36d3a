"""A plan of visits: what is due, spread over officers by their load and over working days by route.

The route is simple and says so: from the park where the officer begins, always on to the nearest park that is left (straight line between the parks'
centres), within a park by the firms' names. It is short, not shortest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import User
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.calendar import calendar
from manyuan.work.visits.due import Due, due_list, rule_of
from manyuan.work.visits.errors import NoOfficer, PlannedBack, ReasonNeeded, WrongState
from manyuan.work.visits.installing import current_rules
from manyuan.work.visits.models import Visit
from manyuan.work.visits.officers import name_of
from manyuan.work.visits.queries import away_on, can_serve, is_officer, officers, workload

PLAN = gettext_noop("plan visits")
MOST = 400
"""Visits of one plan."""


@dataclass(frozen=True)
class Stop:
    """A proposed visit."""

    on: date
    officer: User
    due: Due


def propose(actor: Actor, *, first: date, last: date, officer_id: int | None = None) -> list[Stop]:
    """A plan for the days from first to last: firms that are missed, due soon or open, in this order; each by its own officer, else by the colleague with
    the least to do. What does not fit is left out, the least urgent first. Nothing is stored. Raises NotAllowed."""
    if not is_officer(actor):
        raise NotAllowed(PLAN, actor)
    days = [day for day in _days(first, last) if calendar().is_working_day(day)][:60]
    rules = current_rules()
    if not days or not rules.rules:
        return []
    people = {one.pk: one for one in officers(actor)}
    load = {one.officer.pk: one.planned for one in workload(actor, first)}
    waiting = [one for one in due_list(actor, first) if one.state in ("missed", "soon", "open")]
    away = [away_on(day) for day in days]
    free = {pk: [day for day, gone in zip(days, away, strict=True) if pk not in gone] for pk in people}
    room = {pk: len(free[pk]) * rules.per_day for pk in people}
    chosen: dict[int, list[Due]] = {}
    for one in waiting[: MOST * 5]:
        own = one.assigned_id if free.get(one.assigned_id or 0) else one.officer_id  # who is away all the time is substituted, who comes back does it then
        pk = own if own in people else _least(one.enterprise, people, load, room)
        if pk is None or room.get(pk, 0) <= 0 or (officer_id is not None and pk != officer_id):
            continue
        chosen.setdefault(pk, []).append(one)
        room[pk] -= 1
        load[pk] = load.get(pk, 0) + 1
    out: list[Stop] = []
    for pk, firms in sorted(chosen.items()):
        ordered = route(people[pk].organisation.park if people[pk].organisation else None, firms)
        out += [Stop(free[pk][at // rules.per_day], people[pk], one) for at, one in enumerate(ordered)]
    return sorted(out[:MOST], key=lambda stop: (stop.on, stop.officer.pk))


def route(start: Park | None, firms: Iterable[Due]) -> list[Due]:
    """The firms in the order in which they are visited: nearest neighbour over parks, then by name. Parks without a place come last, by code."""
    by_park: dict[int, list[Due]] = {}
    parks: dict[int, Park | None] = {}
    for one in firms:
        key = one.enterprise.park_id or 0
        by_park.setdefault(key, []).append(one)
        parks[key] = one.enterprise.park
    out: list[Due] = []
    here, left = _place(start), set(by_park)
    while left:
        at = min(left, key=lambda pk: (_apart(here, _place(parks[pk])), parks[pk].code if parks[pk] else "~"))  # type: ignore[union-attr]
        left.discard(at)
        here = _place(parks[at]) or here
        out += sorted(by_park[at], key=lambda one: one.enterprise.name)
    return out


@transaction.atomic
def plan_visits(*, stops: Sequence[tuple[Enterprise, User, date]], by: Actor, now: datetime, synthetic: bool = False) -> list[Visit]:
    """Put visits into the calendar; a firm that has a planned visit already keeps it. Raises NotAllowed, NoOfficer, PlannedBack."""
    if not is_officer(by):
        raise NotAllowed(PLAN, by)
    today = timezone.localdate(now)
    firms = {firm.pk: firm for firm, _, _ in stops}
    seen = set(visible(by).filter(pk__in=list(firms)).values_list("pk", flat=True))
    if set(firms) - seen:
        raise NotAllowed(PLAN, by)
    list(Enterprise.objects.select_for_update().filter(pk__in=list(firms)).order_by("pk").values_list("pk", flat=True))
    known = set(Visit.objects.filter(enterprise_id__in=list(firms), state=Visit.State.PLANNED).values_list("enterprise_id", flat=True))
    made: list[Visit] = []
    for firm, officer, on in stops:
        if firm.pk in known:
            continue
        if on < today:
            raise PlannedBack(found=on, today=today)
        if not can_serve(officer, firm):
            raise NoOfficer(name=name_of(officer))
        rule = rule_of(firm, on)
        made.append(
            Visit.objects.create(
                enterprise=firm, park_id=firm.park_id, officer=officer, rule=rule.code if rule else "", planned_on=on, made_at=now, changed_at=now, synthetic=synthetic
            )
        )  # fmt: skip
        known.add(firm.pk)
    if made:
        audit.record(by=by, now=now, action="visits.plan", subject_kind="visit", subject_id="batch", after={"visits": [one.pk for one in made]})
    return made


@transaction.atomic
def move_visit(*, visit: Visit, on: date, officer: User | None = None, by: Actor, now: datetime) -> Visit:
    """Another day, or another officer. Raises NotAllowed, WrongState, PlannedBack, NoOfficer."""
    visit = _planned(visit, by)
    today = timezone.localdate(now)
    if on < today:
        raise PlannedBack(found=on, today=today)
    before = {"planned_on": visit.planned_on, "officer": visit.officer_id}
    if officer is not None:
        if not can_serve(officer, visit.enterprise):
            raise NoOfficer(name=name_of(officer))
        visit.officer = officer
    visit.planned_on, visit.changed_at = on, now
    visit.save()
    after = {"planned_on": on, "officer": visit.officer_id}
    audit.record(by=by, now=now, action="visits.move", subject_kind="visit", subject_id=visit.pk, before=before, after=after)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, by: Actor, now: datetime) -> Visit:
    """The visit does not take place. Raises NotAllowed, WrongState, ReasonNeeded."""
    visit = _planned(visit, by)
    if not reason.strip():
        raise ReasonNeeded()
    visit.state, visit.reason, visit.changed_at = Visit.State.CANCELLED, reason.strip()[:300], now
    visit.save()
    audit.record(by=by, now=now, action="visits.cancel", subject_kind="visit", subject_id=visit.pk, reason=reason)
    return visit


def _planned(visit: Visit, by: Actor) -> Visit:
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if not (by.sees_all or (is_officer(by) and visit.park_id in by.park_ids)):
        raise NotAllowed(PLAN, by)
    if visit.state != Visit.State.PLANNED:
        raise WrongState(state=visit.state, expected=Visit.State.PLANNED)
    return visit


def _least(firm: Enterprise, people: dict[int, User], load: dict[int, int], room: dict[int, int]) -> int | None:
    """The colleague of the firm's own park with the least to do; nobody where the park has none."""
    able = [pk for pk, one in people.items() if room[pk] > 0 and one.organisation and one.organisation.park_id is not None and can_serve(one, firm)]
    return min(able, key=lambda pk: (load.get(pk, 0), pk), default=None)


def _days(first: date, last: date) -> list[date]:
    return [date.fromordinal(number) for number in range(first.toordinal(), min(last.toordinal(), first.toordinal() + 120) + 1)]


def _place(park: Park | None) -> tuple[float, float] | None:
    if park is None or park.longitude is None or park.latitude is None:
        return None
    return float(park.longitude), float(park.latitude)


def _apart(a: tuple[float, float] | None, b: tuple[float, float] | None) -> float:
    """Kilometres along a great circle; far where a place is not known."""
    if b is None:
        return 1e9
    if a is None:
        return 0.0
    east, north = radians(b[0] - a[0]) / 2, radians(b[1] - a[1]) / 2
    return 12742 * asin(sqrt(sin(north) ** 2 + cos(radians(a[1])) * cos(radians(b[1])) * sin(east) ** 2))
