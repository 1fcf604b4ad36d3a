"""Reading meetings. The city sees all; park people those of their parks and the city's; an enterprise those it is invited to and its park's open ones; an
institute those it is invited to."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.work.meetings.models import Guest, Invitation, Meeting, MeetingItem, Outreach, Reached, ReachedBody
from manyuan.work.notices.models import Notice, Reading

PARK = (Role.COMMITTEE, Role.COMPANY)
_OPEN = (Meeting.State.ANNOUNCED, Meeting.State.HELD)


def visible_meetings(actor: Actor) -> QuerySet[Meeting]:
    """The meetings that the actor may read."""
    rows = Meeting.objects.select_related("park", "unit")
    if actor.sees_all:
        return rows
    if actor.role in PARK:
        return rows.filter(Q(park_id__in=actor.park_ids) | Q(park=None))
    if actor.role is Role.ENTERPRISE:
        invited = Invitation.objects.filter(meeting=OuterRef("pk"), enterprise_id__in=actor.enterprise_ids)
        parks = Enterprise.objects.filter(pk__in=actor.enterprise_ids).values("park_id")
        return rows.filter(Exists(invited) | Q(park_id__in=parks), state__in=(*_OPEN, Meeting.State.CANCELLED))
    if actor.role is Role.INSTITUTE:
        return rows.filter(Exists(Guest.objects.filter(meeting=OuterRef("pk"), organisation_id=actor.organisation_id)))
    return rows.none()


def meeting_seen(actor: Actor, pk: int) -> Meeting:
    """A meeting that the actor may read. Raises NotFound."""
    found = visible_meetings(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def may_run(actor: Actor, meeting: Meeting) -> bool:
    """Whether the actor prepares and holds it: the city its own and every park's, a committee those of its parks."""
    return actor.sees_all or (actor.role is Role.COMMITTEE and meeting.park_id is not None and meeting.park_id in actor.park_ids)


def invitations_of(meeting: Meeting, actor: Actor) -> QuerySet[Invitation]:
    """Who was invited, for those who run it; park people firms of their parks; an enterprise its own."""
    rows = meeting.invitations.select_related("enterprise__park", "enterprise__industry").order_by("enterprise__name")
    return rows if may_run(actor, meeting) else rows.filter(enterprise__in=visible_enterprises(actor))


def guests_of(meeting: Meeting, actor: Actor) -> QuerySet[Guest]:
    """The institutes and service bodies that were invited, for those who run it; an institute itself."""
    rows = meeting.guests.select_related("organisation")
    return rows if may_run(actor, meeting) else rows.filter(organisation_id=actor.organisation_id)


def items_of(meeting: Meeting, actor: Actor) -> QuerySet[MeetingItem]:
    """What was raised, within the same bounds."""
    rows = meeting.items.select_related("enterprise", "case__unit", "carried_from__meeting", "carried_to__meeting").order_by("pk")
    return rows if may_run(actor, meeting) else rows.filter(enterprise__in=visible_enterprises(actor))


def visible_outreach(actor: Actor) -> QuerySet[Outreach]:
    """Campaigns: the city all; park people those of their parks; an enterprise and an institute those that they were sent."""
    rows = Outreach.objects.select_related("park")
    if actor.sees_all:
        return rows
    if actor.role in PARK:
        return rows.filter(park_id__in=actor.park_ids)
    if actor.role is Role.INSTITUTE:
        return rows.filter(Exists(ReachedBody.objects.filter(outreach=OuterRef("pk"), organisation_id=actor.organisation_id)))
    if actor.role is Role.ENTERPRISE:
        return rows.filter(Exists(Reached.objects.filter(outreach=OuterRef("pk"), enterprise_id__in=actor.enterprise_ids)))
    return rows.none()


def outreach_seen(actor: Actor, pk: int) -> Outreach:
    """A campaign that the actor may read. Raises NotFound."""
    found = visible_outreach(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def notice_key(outreach_id: int, enterprise_id: int) -> str:
    """By what the notice of a campaign to a firm is known."""
    return f"outreach/{outreach_id}/{enterprise_id}"


def read_by(outreach: Outreach) -> set[int]:
    """The firms of which somebody has read the notice."""
    rows = Notice.objects.filter(key__startswith=f"outreach/{outreach.pk}/", organisation=None)
    return set(rows.filter(Exists(Reading.objects.filter(notice=OuterRef("pk")))).values_list("enterprise_id", flat=True))


def body_key(outreach_id: int, organisation_id: int) -> str:
    """By what the notice of a campaign to an institute is known."""
    return f"outreach/{outreach_id}/body/{organisation_id}"


def bodies_reached(outreach: Outreach) -> tuple[int, int, int]:
    """Institutes and service bodies: told, read, acted."""
    rows = outreach.bodies.all()
    read = Notice.objects.filter(key__startswith=f"outreach/{outreach.pk}/body/").filter(Exists(Reading.objects.filter(notice=OuterRef("pk"))))
    known = set(read.values_list("organisation_id", flat=True)) | set(rows.exclude(clicked_at=None, acted_at=None).values_list("organisation_id", flat=True))
    return rows.count(), len(known), rows.exclude(acted_at=None).count()


def funnel(outreach: Outreach) -> list[tuple[str, int]]:
    """(step, firms): reached, read, clicked, acted. Whoever came further has taken the steps before."""
    rows = outreach.reached.all()
    acted = set(rows.exclude(acted_at=None).values_list("enterprise_id", flat=True))
    clicked = acted | set(rows.exclude(clicked_at=None).values_list("enterprise_id", flat=True))
    return [("reached", rows.count()), ("read", len(clicked | read_by(outreach))), ("clicked", len(clicked)), ("acted", len(acted))]
