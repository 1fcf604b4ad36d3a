"""The calendar of coming meetings, filled from the cadence over the working calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.programme.calendar import calendar
from manyuan.work.meetings.installing import current_kinds
from manyuan.work.meetings.kinds import Kind, days_of
from manyuan.work.meetings.models import Meeting


def schedule_meetings(*, now: datetime) -> list[Any]:
    """Put every meeting of the days ahead into the calendar: a park's for each park with a committee, the city's once. Twice is once."""
    kinds = current_kinds()
    if not kinds.kinds:
        return []
    first = timezone.localdate(now) + timedelta(days=1)
    return schedule(first=first, last=first + timedelta(days=kinds.ahead_days), by=system("meetings"), now=now)


@transaction.atomic
def schedule(*, first: date, last: date, by: Actor, now: datetime, synthetic: bool = False) -> list[Meeting]:
    """Put the meetings of these days into the calendar; those that are there stay as they are."""
    city = Organisation.objects.filter(kind=Organisation.Kind.CITY).order_by("pk").first()
    committees: dict[int, Organisation] = {}
    for one in Organisation.objects.filter(kind=Organisation.Kind.COMMITTEE, park__closed_on=None).select_related("park").order_by("-pk"):
        if one.park_id is not None:
            committees[one.park_id] = one
    rows: dict[str, Meeting] = {}
    for kind in current_kinds().kinds.values():
        units = sorted(committees.values(), key=lambda one: one.pk) if kind.level == "park" else [city] if city else []
        for nominal, day in days_of(kind, first, last, calendar()):
            for unit in units:
                made = _meeting(kind, unit, nominal, day, now, synthetic)
                rows[made.key] = made
    known = set()
    keys = list(rows)
    for start in range(0, len(keys), 500):
        known |= set(Meeting.objects.filter(key__in=keys[start : start + 500]).values_list("key", flat=True))
    new = [one for key, one in rows.items() if key not in known]
    Meeting.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    if new:
        audit.record(
            by=by, now=now, action="meetings.schedule", subject_kind="meeting", subject_id="batch", after={"count": len(new), "first": first, "last": last}
        )
    return new


def _meeting(kind: Kind, unit: Organisation, nominal: date, day: date, now: datetime, synthetic: bool) -> Meeting:
    starts = timezone.make_aware(datetime.combine(day, kind.starts))
    where = unit.park.code if kind.level == "park" and unit.park else "city"
    return Meeting(
        key=f"{kind.code}/{where}/{nominal.isoformat()}", kind=kind.code, park_id=unit.park_id if kind.level == "park" else None, unit=unit, starts_at=starts,
        ends_at=starts + timedelta(minutes=kind.minutes), made_at=now, changed_at=now, synthetic=synthetic,
    )  # fmt: skip
