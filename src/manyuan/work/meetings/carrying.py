"""What one level could not solve goes up: to the next coming meeting of the level above, with the same case and its whole trail."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import move_case, reassign
from manyuan.work.meetings.errors import CarriedAlready, NoLevelAbove, NoNextMeeting, TextNeeded
from manyuan.work.meetings.holding import RUN, clerk
from manyuan.work.meetings.installing import current_kinds
from manyuan.work.meetings.models import Meeting, MeetingItem
from manyuan.work.meetings.queries import may_run


def next_meeting(meeting: Meeting, now: datetime) -> Meeting | None:
    """The first coming meeting of the level above: of the same park, or the city's. Raises NoLevelAbove."""
    kinds = current_kinds().kinds
    above = kinds.get(kinds[meeting.kind].next) if meeting.kind in kinds else None
    if above is None:
        raise NoLevelAbove()
    rows = Meeting.objects.filter(kind=above.code, starts_at__gt=max(now, meeting.starts_at), state__in=(Meeting.State.PLANNED, Meeting.State.ANNOUNCED))
    rows = rows.filter(park_id=meeting.park_id) if above.level == "park" else rows.filter(park=None)
    return rows.select_related("unit").order_by("starts_at", "pk").first()


@transaction.atomic
def carry_up(*, item: MeetingItem, note: str, by: Actor, now: datetime) -> MeetingItem:
    """Take an item that is not solved to the level above; the unit that holds that meeting has the case from now on. Emits `meeting.carried_up`.

    Raises NotAllowed, TextNeeded, CarriedAlready, NoLevelAbove, NoNextMeeting.
    """
    item = MeetingItem.objects.select_for_update(of=("self",)).select_related("meeting__unit", "case__unit", "enterprise").get(pk=item.pk)
    if not may_run(by, item.meeting):
        raise NotAllowed(RUN, by)
    if not note.strip():
        raise TextNeeded(limit=2_000)
    if hasattr(item, "carried_to") or item.case.phase in (Case.Phase.CLOSED, Case.Phase.ANSWERED):
        raise CarriedAlready()
    target = next_meeting(item.meeting, now)
    if target is None:
        kinds = current_kinds().kinds
        raise NoNextMeeting(kind=kinds[kinds[item.meeting.kind].next].zh)
    move_case(case=item.case, move="carry", note=note.strip(), by=clerk(by), now=now)
    if target.unit_id != item.case.unit_id:
        reassign(case=Case.objects.get(pk=item.case_id), unit=target.unit, note=note.strip(), by=clerk(by), now=now)
    made = MeetingItem.objects.create(meeting=target, enterprise=item.enterprise, case=item.case, carried_from=item, made_at=now, synthetic=item.synthetic)
    audit.record(
        by=by, now=now, action="meetings.carry_up", subject_kind="meeting", subject_id=item.meeting_id, after={"item": item.pk, "to": target.pk}, reason=note
    )
    audit.emit(name="meeting.carried_up", data={"item_id": made.pk, "from_meeting_id": item.meeting_id, "to_meeting_id": target.pk}, now=now)
    return made
