"""Clocks of cases: begun and ended by states, in working time; paused and extended with a reason; swept for reminders and for going up a level."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.engines.clocks import WorkingHours
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.work.cases.errors import AskedTooLate, ExtendedEnough, NoSuchClock, NoteMissing
from manyuan.work.cases.kinds import CaseKind, ClockRule
from manyuan.work.cases.models import Case, Clock, Step
from manyuan.work.cases.reckoning import OPEN, bring_up_to_date, hours, opening, reckon_again
from manyuan.work.cases.rights import is_city, is_unit, kind_for

State = Clock.State
PAUSE = gettext_noop("pause or extend this clock")
SWEPT = 500
"""Clocks that one sweep takes on in one transaction."""


def run_clocks(case: Case, kind: CaseKind, now: datetime) -> None:
    """End the clocks that the case's state ends, begin those that it begins, and note the earliest deadline on the case (not saved here)."""
    running = {one.code: one for one in case.clocks.filter(state__in=OPEN)}
    bring_up_to_date(case, kind, list(running.values()), now)
    for rule in kind.clocks:
        clock = running.get(rule.code)
        if clock is not None and case.state in rule.stops:
            clock.state = State.MET if now <= clock.due_at or clock.state == State.PAUSED else State.MISSED
            clock.stopped_at, clock.escalate_at = now, None
            clock.save()
            del running[rule.code]
        elif clock is None and case.state in rule.starts:
            running[rule.code] = _begin(case, rule, now)
    case.due_at = min((one.due_at for one in running.values() if one.state == State.RUNNING), default=None)


def first_clocks(case: Case, kind: CaseKind, now: datetime) -> list[Clock]:
    """The clocks of a case that is being opened, and their earliest deadline on it; neither is saved here."""
    work = hours()
    clocks = [_clock(case, rule, 1, now, work) for rule in kind.clocks if case.state in rule.starts]
    case.due_at = min((one.due_at for one in clocks), default=None)
    return clocks


def _begin(case: Case, rule: ClockRule, now: datetime) -> Clock:
    made = _clock(case, rule, case.clocks.filter(code=rule.code).count() + 1, now, hours())
    made.save()
    return made


def _clock(case: Case, rule: ClockRule, number: int, now: datetime, work: WorkingHours) -> Clock:
    due, yellow, orange = (moment.astimezone(UTC) for moment in deadlines(rule, now, work))  # as it will be read again
    return Clock(
        case=case, code=rule.code, round=number, started_at=now, yellow_at=yellow, orange_at=orange, due_at=due, escalate_at=due if rule.escalates else None,
        calendar=work.calendar.mark,
    )  # fmt: skip


def deadlines(rule: ClockRule, now: datetime, work: WorkingHours) -> tuple[datetime, datetime, datetime]:
    """(due, yellow from, orange from) of a clock that begins now. Yellow: half of the time is used. Orange: the last quarter; with days, the day itself."""
    local = timezone.localtime(now)
    if rule.minutes:
        due = work.after_minutes(local, rule.minutes)
        return due, work.after_minutes(local, rule.minutes // 2), work.after_minutes(local, rule.minutes * 3 // 4)
    due = work.after_days(local, rule.days)
    return due, work.after_days(local, rule.days // 2), opening(due, work)


@transaction.atomic
def pause_clock(*, case: Case, clock: str, reason: str, by: Actor, now: datetime) -> Clock:
    """Stop a clock for a reason that everybody reads. Raises NotAllowed, NoteMissing, NoSuchClock."""
    row, found, _, now = _taken(case, clock, State.RUNNING, reason, by, now)
    found.state, found.paused_at, found.escalate_at = State.PAUSED, now, None
    found.save()
    _note(row, "pause", found, by, now, reason)
    return found


@transaction.atomic
def resume_clock(*, case: Case, clock: str, by: Actor, now: datetime) -> Clock:
    """Let a paused clock run on: the working time that was left is still left."""
    row, found, rule, now = _taken(case, clock, State.PAUSED, "-", by, now)
    work = hours()
    assert found.paused_at is not None
    paused, local = timezone.localtime(found.paused_at), timezone.localtime(now)
    if rule.minutes:
        for name in ("yellow_at", "orange_at", "due_at"):
            left = work.minutes_between(paused, timezone.localtime(getattr(found, name)))
            setattr(found, name, work.after_minutes(local, left) if getattr(found, name) > found.paused_at else getattr(found, name))
    else:
        left = max(0, work.calendar.working_days_between(paused.date(), timezone.localtime(found.due_at).date()))
        found.due_at = work.after_days(local, left)
        found.orange_at = opening(timezone.localtime(found.due_at), work)
        found.yellow_at = max(found.yellow_at, min(found.orange_at, work.after_days(local, left // 2)))
    found.state, found.paused_at = State.RUNNING, None
    found.escalate_at = found.due_at if rule.escalates else None
    found.save()
    _note(row, "resume", found, by, now, "")
    return found


@transaction.atomic
def extend_clock(*, case: Case, clock: str, reason: str, by: Actor, now: datetime) -> Clock:
    """More time, as the kind allows it: so many days, so often, asked for in time; the city is bound by the number of days only.

    Raises NotAllowed, NoteMissing, NoSuchClock, ExtendedEnough, AskedTooLate.
    """
    row, found, rule, now = _taken(case, clock, State.RUNNING, reason, by, now)
    if found.extended >= rule.extensions and not is_city(by):
        raise ExtendedEnough(times=found.extended)
    work, due = hours(), timezone.localtime(found.due_at)
    last = work.calendar.add_working_days(due.date(), -rule.ask_before)
    if timezone.localdate(now) > last and not is_city(by):
        raise AskedTooLate(days=rule.ask_before, due=due.date())
    days = rule.extend_days or rule.days or 1
    found.due_at = datetime.combine(work.calendar.add_working_days(due.date(), days), due.time(), due.tzinfo)
    found.orange_at = max(found.orange_at, opening(found.due_at, work))
    found.extended, found.told = found.extended + 1, ""
    found.escalate_at = found.due_at if rule.escalates else None
    found.save()
    _note(row, "extend", found, by, now, reason, days=days)
    return found


def _taken(case: Case, clock: str, state: str, reason: str, by: Actor, now: datetime) -> tuple[Case, Clock, ClockRule, datetime]:
    row = Case.objects.select_for_update().get(pk=case.pk)
    if not (is_city(by) or is_unit(row, by)):
        raise NotAllowed(PAUSE, by)
    if not reason.strip():
        raise NoteMissing()
    found = row.clocks.select_for_update().filter(code=clock, state=state).order_by("-round").first()
    rule = next((one for one in kind_for(row).clocks if one.code == clock), None)
    if found is None or rule is None:
        raise NoSuchClock()
    now = max(now, row.changed_at)
    if bring_up_to_date(row, kind_for(row), [found], now):
        found.save()
    return row, found, rule, now


def _note(row: Case, act: str, clock: Clock, by: Actor, now: datetime, reason: str, **more: object) -> None:
    row.due_at = row.clocks.filter(state=State.RUNNING).order_by("due_at").values_list("due_at", flat=True).first()
    row.changed_at = now
    row.save(update_fields=["due_at", "changed_at"])
    data = {"clock": clock.code, "due_at": clock.due_at.isoformat(), **more}
    Step.objects.create(case=row, at=now, act=act, state=row.state, actor_id=by.id, actor_label=by.label, note=reason.strip(), data=data)
    audit.record(by=by, now=now, action=f"cases.{act}_clock", subject_kind="case", subject_id=row.number, after=data, reason=reason.strip())


def sweep_clocks(*, now: datetime) -> list[int]:
    """Send what is due: a reminder at each change of colour (in working hours only), a step up where a deadline has passed. Each once, whenever it is
    called and however often; a process that dies in the middle loses only the part that is then done again. Clocks that were reckoned by an earlier
    calendar are reckoned again first. Returns the cases touched."""
    touched = reckon_again(now=now)
    local = timezone.localtime(now)
    is_open = hours().is_open(local)
    while part := _escalate_some(now):
        touched += part
    if is_open:
        for colour, at in (("red", "due_at"), ("orange", "orange_at"), ("yellow", "yellow_at")):
            while part := _remind_some(colour, at, now):
                touched += part
    return touched


@transaction.atomic
def _escalate_some(now: datetime) -> list[int]:
    clocks = list(
        Clock.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=State.RUNNING, escalate_at__lte=now)
        .order_by("pk")
        .select_related("case")[:SWEPT]
    )
    for clock in clocks:
        kind = kind_for(clock.case)
        rule = next(one for one in kind.clocks if one.code == clock.code)
        top = max(0, len(kind.levels) - 1)
        row = Case.objects.select_for_update().get(pk=clock.case_id)
        if row.level < top:
            go_up(row, kind, cause=clock.code, now=now)
        work = hours()
        clock.escalate_at = work.after_days(timezone.localtime(max(now, clock.due_at)), rule.escalates) if row.level < top else None
        clock.save(update_fields=["escalate_at"])
    return [one.case_id for one in clocks]


def go_up(row: Case, kind: CaseKind, *, cause: str, now: datetime) -> None:
    """One level up, on the trail, and told. The row is locked by the caller."""
    now = max(now, row.changed_at)
    row.level, row.changed_at = row.level + 1, now
    row.save(update_fields=["level", "changed_at"])
    data = {"level": row.level, "cause": cause}
    Step.objects.create(case=row, at=now, act="escalate", state=row.state, actor_label="system", data=data)
    audit.emit(name="case.escalated", data={"case_id": row.pk, "kind": row.kind_code, **data}, now=now)


_AFTER = {"": 0, "yellow": 1, "orange": 2, "red": 3}


@transaction.atomic
def _remind_some(colour: str, at: str, now: datetime) -> list[int]:
    before = [name for name, rank in _AFTER.items() if rank < _AFTER[colour]]
    late = now - timedelta(seconds=1) if colour == "red" else now
    rows = Clock.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=State.RUNNING, told__in=before, **{f"{at}__lte": late})
    clocks = list(rows.order_by("pk")[:SWEPT])
    for clock in clocks:
        clock.told = colour
        data = {"case_id": clock.case_id, "clock": clock.code, "round": clock.round, "colour": colour, "due_at": clock.due_at}
        audit.emit(name="case.reminder", data=data, now=now)
    Clock.objects.bulk_update(clocks, ["told"], batch_size=500)
    return [one.case_id for one in clocks]


def colour(clock: Clock, now: datetime) -> str:
    """green, yellow, orange, red; of a paused clock `paused`, of an ended one `met` or `missed`."""
    if clock.state != State.RUNNING:
        return str(clock.state)
    return "red" if now > clock.due_at else "orange" if now >= clock.orange_at else "yellow" if now >= clock.yellow_at else "green"
