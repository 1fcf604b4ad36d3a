"""Meetings over the API: coming and past ones, one with its agenda and items, registration; information campaigns with their funnel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.facts.enterprises.queries import enterprise_by_code
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.work.meetings import queries
from manyuan.work.meetings.guests import answer_as_institute
from manyuan.work.meetings.holding import answer_invitation
from manyuan.work.meetings.models import Guest, Invitation, Meeting, Outreach

router = Router()


class MeetingOut(Schema):
    """A meeting. kind: of the pack; state: planned | announced | held | cancelled; park: null for the city's."""

    id: int
    kind: str
    park: str | None
    state: str
    theme: str
    place: str
    starts_at: datetime
    ends_at: datetime
    is_synthetic: bool


class PointOut(Schema):
    """A point of the agenda. section: of GB/T 4754, "" for all."""

    title: str
    section: str
    speaker: str
    minutes: int


class ItemOut(Schema):
    """What a firm raised: the case stays open until the firm confirms. carried: whether it went to the level above."""

    case: str
    credit_code: str
    text: str
    state: str
    phase: str
    carried: bool


class MeetingDetail(MeetingOut):
    """One meeting with its agenda and the items that you may see."""

    agenda: list[PointOut]
    items: list[ItemOut]


class MeetingFilter(Schema):
    kind: str = Field("", max_length=40)
    state: str = Field("", max_length=10)


class RegistrationIn(Body):
    """comes: false says that the firm does not come."""

    credit_code: str = Field(min_length=18, max_length=18)
    comes: bool = True
    people: int = Field(1, ge=1, le=20)
    question: str = Field("", max_length=2_000)


class RegistrationOut(Schema):
    """How the firm stands to the meeting: invited | registered | declined | attended."""

    credit_code: str
    state: str
    people: int
    question: str


class OutreachOut(Schema):
    """A campaign and how far it came: firms reached, of them read, clicked, acted. An enterprise sees those that it was sent, with the funnel null."""

    id: int
    title_zh: str
    title_en: str
    park: str | None
    state: str
    sent_at: datetime | None
    funnel: dict[str, int] | None
    is_synthetic: bool


def _meeting(row: Meeting) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("kind", "state", "theme", "place", "starts_at", "ends_at")} | {
        "id": row.pk, "park": row.park.code if row.park else None, "is_synthetic": row.synthetic,
    }  # fmt: skip


@router.get("meetings", response=Page[MeetingOut], operation_id="meetings_list", summary="Meetings that you may see, by when they begin")
def meetings(request: HttpRequest, chosen: MeetingFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.visible_meetings(request.actor).order_by("starts_at", "pk")
    return page(rows.filter(**{key: value for key, value in chosen.dict().items() if value}), wanted, _meeting)


@router.get("meetings/{meeting_id}", response=MeetingDetail, operation_id="meetings_get", summary="One meeting with its agenda and items")
def meeting(request: HttpRequest, meeting_id: int) -> dict[str, Any]:
    row = queries.meeting_seen(request.actor, meeting_id)
    items = [
        {
            "case": one.case.number, "credit_code": one.enterprise.uscc, "text": one.case.text, "state": one.case.state, "phase": one.case.phase,
            "carried": hasattr(one, "carried_to"),
        }
        for one in queries.items_of(row, request.actor)
    ]  # fmt: skip
    points = [{name: getattr(one, name) for name in ("title", "section", "speaker", "minutes")} for one in row.agenda.all()]
    return _meeting(row) | {"agenda": points, "items": items}


@router.post(
    "meetings/{meeting_id}/registration", response=RegistrationOut, operation_id="meetings_register", summary="Register a firm, or say that it does not come"
)
def register(request: HttpRequest, meeting_id: int, body: RegistrationIn) -> dict[str, Any]:
    who = request.actor
    row = queries.meeting_seen(who, meeting_id)
    firm = enterprise_by_code(who, body.credit_code.upper())
    made: Invitation = answer_invitation(meeting=row, enterprise=firm, comes=body.comes, people=body.people, question=body.question, by=who, now=timezone.now())
    return {"credit_code": firm.uscc, "state": made.state, "people": made.people, "question": made.question}


class GuestIn(Body):
    comes: bool
    people: int = Field(1, ge=1, le=20)
    note: str = Field("", max_length=500)


class GuestOut(Schema):
    state: str
    people: int
    note: str


@router.post(
    "meetings/{meeting_id}/guest", response=GuestOut, operation_id="meetings_answer_as_institute", summary="As an invited institute, say whether you come"
)
def answer_as_guest(request: HttpRequest, meeting_id: int, body: GuestIn) -> Guest:
    row = queries.meeting_seen(request.actor, meeting_id)
    return answer_as_institute(meeting=row, comes=body.comes, people=body.people, note=body.note, by=request.actor, now=timezone.now())


@router.get("outreach", response=Page[OutreachOut], operation_id="outreach_list", summary="Information campaigns that you may see, newest first")
def outreach(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    inside = request.actor.sees_all or request.actor.role in queries.PARK

    def shape(row: Outreach) -> dict[str, Any]:
        return {
            "id": row.pk, "title_zh": row.title_zh, "title_en": row.title_en, "park": row.park.code if row.park else None, "state": row.state, "sent_at": row.sent_at,
            "funnel": dict(queries.funnel(row)) if inside else None, "is_synthetic": row.synthetic,
        }  # fmt: skip

    return page(queries.visible_outreach(request.actor).order_by("-pk"), wanted, shape)
