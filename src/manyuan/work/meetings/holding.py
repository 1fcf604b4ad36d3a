"""A meeting from the agenda to the last item: prepared, firms invited, registered, held; what was raised stays open until the firm confirms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible, with_title
from manyuan.facts.parks.queries import descendants
from manyuan.work.cases.services import move_case, open_case
from manyuan.work.meetings.errors import AgendaEmpty, Full, NobodyFits, NotYet, TextNeeded, TooLate, TooMany, WrongState
from manyuan.work.meetings.models import AgendaPoint, Invitation, Meeting, MeetingItem
from manyuan.work.meetings.queries import may_run

RUN = gettext_noop("prepare and hold this meeting")
REGISTER = gettext_noop("register this enterprise")
MOST = 2_000
"""Firms invited at once."""
SIZES = ("above-scale", "below")
_LONGEST = 2_000
State, Answer = Meeting.State, Invitation.State


@dataclass(frozen=True)
class Point:
    """A point of the agenda as given."""

    title: str
    section: str = ""
    speaker: str = ""
    minutes: int = 15


@transaction.atomic
def set_agenda(
    *, meeting: Meeting, theme: str, place: str, points: Sequence[Point], sections: Sequence[str] = (), seats: int | None = None, by: Actor, now: datetime
) -> Meeting:
    """Theme, place, sectors and points of a meeting that is still to come. Raises NotAllowed, WrongState."""
    row = _to_run(meeting, by)
    _needs(row, State.PLANNED, State.ANNOUNCED)
    row.theme, row.place, row.seats = theme.strip()[:200], place.strip()[:200], seats
    row.sections = [one for one in dict.fromkeys(one.strip().upper()[:1] for one in sections) if one]
    _changed(row, now)
    row.agenda.all().delete()
    AgendaPoint.objects.bulk_create(
        AgendaPoint(meeting=row, order=at, title=one.title.strip()[:200], section=one.section[:1], speaker=one.speaker.strip()[:100], minutes=min(600, max(1, one.minutes)))
        for at, one in enumerate([one for one in points if one.title.strip()], 1)
    )  # fmt: skip
    audit.record(by=by, now=now, action="meetings.set_agenda", subject_kind="meeting", subject_id=row.pk, after={"theme": row.theme, "points": len(points)})
    return row


@transaction.atomic
def move_meeting(*, meeting: Meeting, starts_at: datetime, by: Actor, now: datetime) -> Meeting:
    """Another time; calendars that subscribe follow. Raises NotAllowed, WrongState, TooLate."""
    row = _to_run(meeting, by)
    _needs(row, State.PLANNED, State.ANNOUNCED)
    if starts_at <= now:
        raise TooLate()
    before = row.starts_at
    row.starts_at, row.ends_at = starts_at, starts_at + (row.ends_at - row.starts_at)
    _changed(row, now)
    audit.record(
        by=by, now=now, action="meetings.move", subject_kind="meeting", subject_id=row.pk, before={"starts_at": before}, after={"starts_at": starts_at}
    )
    if row.state == State.ANNOUNCED:
        audit.emit(name="meeting.moved", data={"meeting_id": row.pk}, now=now)
    return row


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, by: Actor, now: datetime) -> Meeting:
    """It does not take place. Raises NotAllowed, WrongState, TextNeeded."""
    row = _to_run(meeting, by)
    _needs(row, State.PLANNED, State.ANNOUNCED)
    row.reason, row.state = _text(reason, 300), State.CANCELLED
    told = meeting.state == State.ANNOUNCED
    _changed(row, now)
    audit.record(by=by, now=now, action="meetings.cancel", subject_kind="meeting", subject_id=row.pk, reason=reason)
    if told:
        audit.emit(name="meeting.cancelled", data={"meeting_id": row.pk}, now=now)
    return row


def audience(meeting: Meeting, *, sections: Collection[str] = (), size: str = "", parks: Collection[int] = ()) -> QuerySet[Enterprise]:
    """Firms of the register that fit: of the meeting's park and below (of all, or of the named parks, for the city's), by industry section and size."""
    rows = Enterprise.objects.filter(status="active")
    on = timezone.localdate(meeting.starts_at)
    if meeting.park_id is not None:
        rows = rows.filter(park_id__in={meeting.park_id, *descendants(meeting.park_id, on)})
    elif parks:
        rows = rows.filter(park_id__in=set(parks))
    if sections:
        rows = rows.filter(industry__section__in=list(sections))
    if size == "above-scale":
        rows = with_title(rows, "above-scale", on)
    elif size == "below":
        rows = rows.exclude(pk__in=with_title(Enterprise.objects.all(), "above-scale", on).values("pk"))
    return rows.order_by("pk")


@transaction.atomic
def invite(*, meeting: Meeting, sections: Collection[str] = (), size: str = "", parks: Collection[int] = (), by: Actor, now: datetime) -> int:
    """Invite the firms that fit; registration is open from now on. Returns how many are new. Emits `meeting.announced`.

    Raises NotAllowed, WrongState, AgendaEmpty, NobodyFits, TooMany.
    """
    row = _to_run(meeting, by)
    _needs(row, State.PLANNED, State.ANNOUNCED)
    if not row.theme or not row.place:
        raise AgendaEmpty()
    fitting = list(audience(row, sections=sections, size=size, parks=parks).values_list("pk", flat=True)[: MOST + 1])
    if not fitting:
        raise NobodyFits()
    if len(fitting) > MOST:
        raise TooMany(found=f"> {MOST}", limit=MOST)
    known = set(row.invitations.values_list("enterprise_id", flat=True))
    new = [pk for pk in fitting if pk not in known]
    Invitation.objects.bulk_create((Invitation(meeting=row, enterprise_id=pk, made_at=now) for pk in new), batch_size=500)
    row.state = State.ANNOUNCED
    _changed(row, now)
    after = {"sections": sorted(sections), "size": size, "new": len(new)}
    audit.record(by=by, now=now, action="meetings.invite", subject_kind="meeting", subject_id=row.pk, after=after)
    audit.emit(name="meeting.announced", data={"meeting_id": row.pk, "enterprise_ids": new}, now=now)
    return len(new)


@transaction.atomic
def answer_invitation(*, meeting: Meeting, enterprise: Enterprise, comes: bool, people: int = 1, question: str = "", by: Actor, now: datetime) -> Invitation:
    """The firm registers (with what it wants to ask) or says that it does not come; until the meeting begins it may change its mind.

    Raises NotAllowed, NotFound, WrongState, TooLate, Full, TextNeeded.
    """
    own = by.role is Role.ENTERPRISE and enterprise.pk in by.enterprise_ids
    row = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if not (own or (may_run(by, row) and visible(by).filter(pk=enterprise.pk).exists())):
        raise NotAllowed(REGISTER, by)
    found = row.invitations.filter(enterprise=enterprise).first()
    if found is None and (row.park_id is None or enterprise.park_id not in {row.park_id, *descendants(row.park_id, timezone.localdate(row.starts_at))}):
        raise NotFound()
    _needs(row, State.ANNOUNCED)
    if now >= row.starts_at:
        raise TooLate()
    if len(question) > _LONGEST:
        raise TextNeeded(limit=_LONGEST)
    found = found or Invitation(meeting=row, enterprise=enterprise, made_at=now)
    if comes and row.seats is not None and found.state != Answer.REGISTERED and row.invitations.filter(state=Answer.REGISTERED).count() >= row.seats:
        raise Full(seats=row.seats)
    found.state = Answer.REGISTERED if comes else Answer.DECLINED
    found.people, found.question = (min(20, max(1, people)) if comes else 0), question.strip()
    found.answered_at, found.answered_label = now, by.label[:200]
    found.save()
    audit.record(
        by=by, now=now, action="meetings.answer_invitation", subject_kind="meeting", subject_id=row.pk, after={"enterprise": enterprise.pk, "comes": comes}
    )
    return found


@transaction.atomic
def raise_item(*, meeting: Meeting, enterprise: Enterprise, text: str, answer: str = "", synthetic: bool = False, by: Actor, now: datetime) -> MeetingItem:
    """What a firm raised: a case of the kind `meeting-item`, with the unit that holds the meeting. answer: what was answered on the spot; then the case waits
    for the firm's word only. Whoever writes it down, only the firm confirms. Raises NotAllowed, WrongState, TextNeeded."""
    row = _to_run(meeting, by)
    _needs(row, State.ANNOUNCED, State.HELD)
    if not visible(by).filter(pk=enterprise.pk).exists():
        raise NotAllowed(RUN, by)
    return _raise(row, enterprise, _text(text, _LONGEST), answer, synthetic or row.synthetic, by, now)


def _raise(row: Meeting, enterprise: Enterprise, text: str, answer: str, synthetic: bool, by: Actor, now: datetime) -> MeetingItem:
    on_behalf = by.but(id=None)  # the firm is the one who raised it
    case = open_case(
        kind="meeting-item", title=text.splitlines()[0][:60], text=text, enterprise=enterprise, park=row.park or enterprise.park, unit=row.unit,
        about=("meeting", row.pk), channel="meeting", synthetic=synthetic, by=on_behalf, now=now,
    )  # fmt: skip
    made = MeetingItem.objects.create(meeting=row, enterprise=enterprise, case=case, made_at=now, synthetic=synthetic)
    audit.record(by=by, now=now, action="meetings.raise_item", subject_kind="meeting", subject_id=row.pk, after={"item": made.pk, "case": case.number})
    if answer.strip():
        move_case(case=case, move="resolve", note=answer.strip(), by=clerk(by), now=now)
    return made


@transaction.atomic
def answer_on_spot(*, item: MeetingItem, answer: str, by: Actor, now: datetime) -> MeetingItem:
    """An item is answered during the meeting; the firm confirms it later. Raises NotAllowed, TextNeeded and what the case refuses."""
    _to_run(item.meeting, by)
    move_case(case=item.case, move="resolve", note=_text(answer, _LONGEST), by=clerk(by), now=now)
    return MeetingItem.objects.select_related("case").get(pk=item.pk)


@transaction.atomic
def hold_meeting(*, meeting: Meeting, minutes: str, attended: Collection[int], by: Actor, now: datetime) -> Meeting:
    """The meeting has taken place: who was there (enterprise ids), what was said. What a firm wanted to ask when it registered and was not taken up becomes an
    item, so that nothing is lost. Emits `meeting.held`. Raises NotAllowed, WrongState, NotYet, TextNeeded."""
    row = _to_run(meeting, by)
    _needs(row, State.ANNOUNCED, State.PLANNED)
    if now < row.starts_at:
        raise NotYet(at=timezone.localtime(row.starts_at).strftime("%Y-%m-%d %H:%M"))
    row.minutes, row.state, row.held_at = _text(minutes, 20_000), State.HELD, now
    _changed(row, now)
    row.invitations.filter(enterprise_id__in=list(attended)).update(state=Answer.ATTENDED)
    taken = {(firm, " ".join(text.split())) for firm, text in row.items.values_list("enterprise_id", "case__text")}
    left = row.invitations.filter(state__in=(Answer.REGISTERED, Answer.ATTENDED)).exclude(question="")
    for one in left.select_related("enterprise__park").order_by("pk"):
        question = " ".join(one.question.split())
        if not any(firm == one.enterprise_id and question in text for firm, text in taken):  # another item of the firm does not answer this one
            _raise(row, one.enterprise, one.question, "", row.synthetic, by, now)
    audit.record(
        by=by, now=now, action="meetings.hold", subject_kind="meeting", subject_id=row.pk, after={"attended": len(attended), "items": row.items.count()}
    )
    audit.emit(name="meeting.held", data={"meeting_id": row.pk}, now=now)
    return row


def clerk(by: Actor) -> Actor:
    """Whoever runs the meeting, as a party to its cases: their right was checked, and their name stands in the trail. Never the one who raised it."""
    return Actor(id=by.id, label=by.label, role=Role.CITY, at=by.at, is_system=True, organisation_id=by.organisation_id)


def _to_run(meeting: Meeting, by: Actor) -> Meeting:
    row = Meeting.objects.select_for_update(of=("self",)).select_related("unit", "park").get(pk=meeting.pk)
    if (by.id is None and not by.is_system) or not may_run(by, row):
        raise NotAllowed(RUN, by)
    return row


def _needs(row: Meeting, *states: str) -> None:
    if row.state not in states:
        raise WrongState(state=row.state, expected=", ".join(states))


def _changed(row: Meeting, now: datetime) -> None:
    row.changed_at = now
    row.sequence += 1
    row.save()


def _text(text: str, limit: int) -> str:
    if not 0 < len(text.strip()) <= limit:
        raise TextNeeded(limit=limit)
    return text.strip()


def upcoming(rows: QuerySet[Meeting], now: datetime, days: int = 31) -> QuerySet[Meeting]:
    """Those that begin within the days ahead and were not cancelled."""
    return rows.filter(starts_at__gte=now, starts_at__lt=now + timedelta(days=days)).exclude(state=State.CANCELLED).order_by(F("starts_at"), "pk")
