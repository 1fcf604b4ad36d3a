"""Institutes and service bodies at a meeting: invited by name, they say whether they come and what they bring. What firms raise stays the firms' own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.work.meetings.errors import AgendaEmpty, NobodyFits, TextNeeded, TooLate, WrongState
from manyuan.work.meetings.holding import RUN
from manyuan.work.meetings.models import Guest, Meeting
from manyuan.work.meetings.queries import may_run

COME = gettext_noop("answer for this institute")
_LONGEST = 500
State, Answer = Meeting.State, Guest.State


@transaction.atomic
def invite_institutes(*, meeting: Meeting, organisations: Collection[int], by: Actor, now: datetime) -> int:
    """Invite institutes and service bodies (ids); who was invited before is not invited again. Returns how many are new. Emits `meeting.guests_invited`.

    Raises NotAllowed, WrongState, AgendaEmpty, NobodyFits.
    """
    row = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if (by.id is None and not by.is_system) or not may_run(by, row):
        raise NotAllowed(RUN, by)
    if row.state not in (State.PLANNED, State.ANNOUNCED):
        raise WrongState(state=row.state, expected=f"{State.PLANNED}, {State.ANNOUNCED}")
    if not row.theme or not row.place:
        raise AgendaEmpty()
    fitting = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTE, pk__in=list(organisations)[:500]).values_list("pk", flat=True)
    if not fitting:
        raise NobodyFits()
    known = set(row.guests.values_list("organisation_id", flat=True))
    new = [pk for pk in fitting if pk not in known]
    Guest.objects.bulk_create(Guest(meeting=row, organisation_id=pk, made_at=now) for pk in new)
    if row.state == State.PLANNED:
        row.state, row.changed_at, row.sequence = State.ANNOUNCED, now, row.sequence + 1
        row.save(update_fields=["state", "changed_at", "sequence"])
    audit.record(by=by, now=now, action="meetings.invite_institutes", subject_kind="meeting", subject_id=row.pk, after={"organisations": new})
    audit.emit(name="meeting.guests_invited", data={"meeting_id": row.pk, "organisation_ids": new}, now=now)
    return len(new)


@transaction.atomic
def answer_as_institute(*, meeting: Meeting, comes: bool, people: int = 1, note: str = "", by: Actor, now: datetime) -> Guest:
    """The institute says whether it comes; until the meeting begins it may change its mind. Raises NotAllowed, WrongState, TooLate, TextNeeded."""
    row = Meeting.objects.select_for_update().get(pk=meeting.pk)
    found = row.guests.filter(organisation_id=by.organisation_id).first() if by.role is Role.INSTITUTE else None
    if found is None:
        raise NotAllowed(COME, by)
    if row.state != State.ANNOUNCED:
        raise WrongState(state=row.state, expected=State.ANNOUNCED)
    if now >= row.starts_at:
        raise TooLate()
    if len(note) > _LONGEST:
        raise TextNeeded(limit=_LONGEST)
    found.state = Answer.REGISTERED if comes else Answer.DECLINED
    found.people, found.note = (min(20, max(1, people)) if comes else 0), note.strip()
    found.answered_at, found.answered_label = now, by.label[:200]
    found.save()
    audit.record(by=by, now=now, action="meetings.answer_as_institute", subject_kind="meeting", subject_id=row.pk, after={"comes": comes})
    return found


@transaction.atomic
def note_guests(*, meeting: Meeting, attended: Collection[int], by: Actor, now: datetime) -> int:
    """Which institutes were there (ids); noted when the meeting is. Raises NotAllowed."""
    if not may_run(by, meeting):
        raise NotAllowed(RUN, by)
    rows = meeting.guests.filter(organisation_id__in=list(attended)[:500])
    count = rows.update(state=Answer.ATTENDED)
    audit.record(by=by, now=now, action="meetings.note_guests", subject_kind="meeting", subject_id=meeting.pk, after={"attended": sorted(attended)})
    return count
