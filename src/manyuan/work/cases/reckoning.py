"""Deadlines follow the calendar: when holidays become known or change, clocks that run are reckoned again.

The rule: the working time that was given stays the same; it is counted by the new calendar from where the clock began, or from where it last ran on after a
pause. What has ended stays as it was judged. A level that a case went up stays. Each change stands on the case's trail with the deadline before and after.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from manyuan.engines.clocks import WorkingHours
from manyuan.facts.programme.calendar import calendar, calendar_marked
from manyuan.work.cases.kinds import CaseKind, ClockRule
from manyuan.work.cases.models import Case, Clock, Step
from manyuan.work.cases.rights import kind_for

OPEN = (Clock.State.RUNNING, Clock.State.PAUSED)
_AT_ONCE = 500
_RANK = {"": 0, "yellow": 1, "orange": 2, "red": 3}


def hours() -> WorkingHours:
    """Working hours of this place, on the calendar in force."""
    return WorkingHours.parse(settings.WORKING_HOURS, calendar())


def opening(due: datetime, work: WorkingHours) -> datetime:
    """The moment at which the day of a deadline begins to be worked."""
    return datetime.combine(due.date(), work.spans[0][0], due.tzinfo)


def reckon_again(*, now: datetime) -> list[int]:
    """Reckon every running or paused clock by the calendar in force that was reckoned by another. Returns the cases of which a deadline moved; the same again
    does nothing, and a process that dies in the middle leaves the rest to the next one."""
    moved: list[int] = []
    while (part := _some(now)) is not None:
        moved += part
    return moved


@transaction.atomic
def _some(now: datetime) -> list[int] | None:
    mark = calendar().mark
    stale = Clock.objects.filter(state__in=OPEN).exclude(calendar=mark)
    wanted = list(stale.order_by("case_id").values_list("case_id", flat=True)[:_AT_ONCE])
    if not wanted:
        return None
    cases = {one.pk: one for one in Case.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=wanted)}
    clocks = list(stale.select_for_update(skip_locked=True, of=("self",)).filter(case_id__in=cases).order_by("pk"))
    if not clocks:
        return None  # others hold them; the next sweep finds them
    by_case: dict[int, list[Clock]] = {}
    for one in clocks:
        by_case.setdefault(one.case_id, []).append(one)
    moved = [pk for pk, some in by_case.items() if bring_up_to_date(cases[pk], kind_for(cases[pk]), some, now)]
    Clock.objects.bulk_update(clocks, ["yellow_at", "orange_at", "due_at", "escalate_at", "told", "calendar"], batch_size=200)
    for pk in moved:
        nearest = Clock.objects.filter(case_id=pk, state=Clock.State.RUNNING).order_by("due_at").values_list("due_at", flat=True).first()
        Case.objects.filter(pk=pk).update(due_at=nearest)
    return moved


def bring_up_to_date(case: Case, kind: CaseKind, clocks: Iterable[Clock], now: datetime) -> bool:
    """Reckon these clocks of a case by the calendar in force, where they were reckoned by another; returns whether a deadline moved. The clocks are not saved
    here; what moved is on the trail. The case is locked by the caller."""
    work, rules, moved = hours(), {one.code: one for one in kind.clocks}, False
    for clock in clocks:
        rule = rules.get(clock.code)
        if clock.calendar == work.calendar.mark or rule is None:
            clock.calendar = work.calendar.mark
            continue
        before = clock.due_at
        _reckon(clock, rule, WorkingHours(calendar_marked(clock.calendar), work.spans), work, now)
        clock.calendar = work.calendar.mark
        if clock.due_at != before:
            moved = True
            data = {"clock": clock.code, "before": timezone.localtime(before).isoformat(), "due_at": timezone.localtime(clock.due_at).isoformat()}
            Step.objects.create(case=case, at=max(now, case.changed_at), act="reckon", state=case.state, actor_label="system", data=data)
    return moved


def _reckon(clock: Clock, rule: ClockRule, old: WorkingHours, new: WorkingHours, now: datetime) -> None:
    start, due = _anchor(clock), clock.due_at
    clock.due_at = _moved(start, clock.due_at, rule, old, new)
    if rule.minutes:
        clock.orange_at = _moved(start, clock.orange_at, rule, old, new)
    else:
        clock.orange_at = opening(timezone.localtime(clock.due_at), new).astimezone(UTC)
    clock.yellow_at = min(_moved(start, clock.yellow_at, rule, old, new), clock.orange_at)
    if clock.escalate_at is not None:
        up = clock.due_at if clock.escalate_at <= due else new.after_days(timezone.localtime(clock.due_at), rule.escalates)
        clock.escalate_at = max(up, clock.escalate_at) if clock.due_at <= now else up
    reached = "red" if now > clock.due_at else "orange" if now >= clock.orange_at else "yellow" if now >= clock.yellow_at else ""
    if _RANK[clock.told] > _RANK[reached]:
        clock.told = reached  # it is told again when it is due by the new calendar


def _anchor(clock: Clock) -> datetime:
    """Where the counting begins: the start, or the last time that it ran on after a pause."""
    ran_on = Step.objects.filter(case_id=clock.case_id, act="resume", data__clock=clock.code, at__gte=clock.started_at).order_by("-pk")
    return timezone.localtime(ran_on.values_list("at", flat=True).first() or clock.started_at)


def _moved(start: datetime, moment: datetime, rule: ClockRule, old: WorkingHours, new: WorkingHours) -> datetime:
    """The moment that lies as much working time after the start by the new calendar as this one did by the old; one that is over stays."""
    local = timezone.localtime(moment)
    if local <= start:
        return moment
    if rule.minutes:
        return new.after_minutes(start, old.minutes_between(start, local)).astimezone(UTC)
    days = old.calendar.working_days_between(old.next_open(start).date(), local.date())
    return new.after_days(start, max(0, days)).astimezone(UTC)
