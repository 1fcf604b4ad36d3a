"""Cases and demands over the API: lists and one case with its clocks and trail; filing, moving, saying something; the five rates."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from manyuan.engines.analytics.five_rates import five_rates
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.rights import is_insider
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.work.cases import queries
from manyuan.work.cases.models import Case
from manyuan.work.cases.rights import hands_on, is_city, kind_for
from manyuan.work.cases.services import comment, hand_over, reassign
from manyuan.work.demands import queries as demand_queries
from manyuan.work.demands.models import TopicBody
from manyuan.work.demands.services import BY_TELEPHONE, Contact, appoint_body, end_body, file_demand, make_slip, may_note_call, take_step

router = Router()


class CaseOut(Schema):
    """A case in a list. state: the kind's own code, phase: new, open, answered or closed; level: how far up it has gone."""

    number: str
    kind: str
    title: str
    state: str
    state_zh: str
    state_en: str
    phase: str
    outcome: str
    level: int
    credit_code: str | None
    park: str | None
    unit: str | None
    channel: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    is_synthetic: bool


class ClockOut(Schema):
    """A clock: colour is green, yellow, orange, red, paused, met or missed; used and whole are working minutes."""

    code: str
    colour: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    used: int
    whole: int


class StepOut(Schema):
    at: datetime
    act: str
    state: str
    by: str
    note: str


class MoveOut(Schema):
    code: str
    name_zh: str
    name_en: str
    needs_note: bool


class CaseDetail(CaseOut):
    """One case. moves: what you can do with it now. follow_code: shown once, to who has just filed on behalf: for the firm, which follows and confirms by it."""

    text: str
    follow_code: str = ""
    clocks: list[ClockOut]
    trail: list[StepOut]
    moves: list[MoveOut]


class CaseFilter(Schema):
    kind: str = Field("", max_length=40)
    phase: Literal["", "new", "open", "answered", "closed"] = ""
    q: str = Field("", max_length=80, description="Words, pinyin initials, a number")
    waiting: bool = Field(False, description="Only what waits for your organisation")


class DemandIn(Body):
    """A demand. key: your own; the same key twice is one demand. credit_code: the enterprise, needed where you are not one."""

    text: str = Field(min_length=4, max_length=5_000)
    title: str = Field("", max_length=200)
    credit_code: str = Field("", max_length=18)
    topic: str = Field("", max_length=40)
    contact: str = Field("", max_length=60)
    phone: str = Field("", max_length=20)
    mail: str = Field("", max_length=200)
    direct: bool = False
    key: str = Field("", max_length=60)


class MoveIn(Body):
    move: str = Field(max_length=40)
    note: str = Field("", max_length=5_000)
    satisfaction: int | None = Field(None, ge=1, le=5)


class CommentIn(Body):
    text: str = Field(min_length=1, max_length=5_000)
    public: bool = True


class RateOut(Schema):
    """part ÷ whole with the Wilson interval (95 %); share is null where nothing was counted."""

    name: str
    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


def _case(row: Case) -> dict[str, Any]:
    name = kind_for(row).states[row.state].name
    plain = {
        key: getattr(row, key) for key in ("number", "title", "state", "phase", "outcome", "level", "channel", "opened_at", "changed_at", "closed_at", "due_at")
    }
    return plain | {
        "kind": row.kind_code, "state_zh": name["zh"], "state_en": name["en"], "credit_code": row.enterprise.uscc if row.enterprise else None,
        "park": row.park.code if row.park else None, "unit": row.unit.name_zh if row.unit else None, "is_synthetic": row.synthetic,
    }  # fmt: skip


def whole(row: Case, request: HttpRequest) -> dict[str, Any]:
    """A case as CaseDetail has it, for whoever asks."""
    who = request.actor  # type: ignore[attr-defined]
    clocks = [
        {
            "code": one.clock.code, "colour": one.colour, "started_at": one.clock.started_at, "due_at": one.clock.due_at, "stopped_at": one.clock.stopped_at,
            "used": one.used, "whole": one.whole,
        }
        for one in queries.clocks_of(row, timezone.now())
    ]  # fmt: skip
    trail = [{"at": one.at, "act": one.act, "state": one.state, "by": one.actor_label, "note": one.note} for one in queries.trail(row, who)]
    moves = [
        {"code": one.code, "name_zh": one.name["zh"], "name_en": one.name["en"], "needs_note": "note" in one.needs}
        for one in queries.open_moves(row, who)
        if one.code != BY_TELEPHONE or may_note_call(row, who)
    ]
    return _case(row) | {"text": row.text, "clocks": clocks, "trail": trail, "moves": moves}


@router.get(
    "cases", response=Page[CaseOut], operation_id="cases_list", summary="Cases that you may see, newest first; waiting=true: what your organisation has to do"
)
def cases(request: HttpRequest, chosen: CaseFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.worklist(request.actor) if chosen.waiting else queries.visible(request.actor).order_by("-pk")  # type: ignore[attr-defined]
    rows = rows.filter(kind_code=chosen.kind) if chosen.kind else rows
    rows = rows.filter(phase=chosen.phase) if chosen.phase else rows
    rows = queries.search(rows, chosen.q) if chosen.q.strip() else rows
    return page(queries.listed(rows, "park"), wanted, _case)


@router.get("cases/{number}", response=CaseDetail, operation_id="cases_get", summary="One case with its clocks, its trail and what you can do")
def case(request: HttpRequest, number: str) -> dict[str, Any]:
    return whole(queries.case_seen(request.actor, number), request)  # type: ignore[attr-defined]


@router.post("cases/{number}/moves", response=CaseDetail, operation_id="cases_move", summary="Take a step with a case")
def move(request: HttpRequest, number: str, given: MoveIn) -> dict[str, Any]:
    who, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    row = queries.case_seen(who, number)
    take_step(case=row, move=given.move, note=given.note, satisfaction=given.satisfaction, by=who, now=now)
    return whole(queries.case_seen(who, number), request)


@router.post("cases/{number}/comments", response=CaseDetail, operation_id="cases_comment", summary="Say something on a case")
def say(request: HttpRequest, number: str, given: CommentIn) -> dict[str, Any]:
    who = request.actor  # type: ignore[attr-defined]
    comment(case=queries.case_seen(who, number), text=given.text, public=given.public, by=who, now=timezone.now())
    return whole(queries.case_seen(who, number), request)


class UnitOut(Schema):
    """A unit that a case can be given to. kind: city, committee, company or institute (an institute or service body)."""

    id: int
    kind: str
    name_zh: str
    name_en: str


class GiveIn(Body):
    """unit: its id; note: why it is theirs."""

    unit: int
    note: str = Field(min_length=1, max_length=5_000)


@router.get(
    "cases/{number}/units", response=list[UnitOut], operation_id="cases_units", summary="The units that you may hand this case on to, or give it to, now"
)
def units(request: HttpRequest, number: str) -> list[Organisation]:
    who = request.actor  # type: ignore[attr-defined]
    return queries.units_open(queries.case_seen(who, number), who)


@router.post("cases/{number}/unit", response=UnitOut, operation_id="cases_give", summary="Hand a case on (“not ours”), or, where you steer, say who has it")
def give(request: HttpRequest, number: str, given: GiveIn) -> Organisation:
    who, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    row = queries.case_seen(who, number)
    unit = queries.unit_named(given.unit)
    (hand_over if hands_on(row, who) and not is_city(who) else reassign)(case=row, unit=unit, note=given.note, by=who, now=now)
    return unit  # the case itself may be out of sight now


class SlipOut(Schema):
    """code: for the firm, shown only now; sent_to: masked addresses to which it was written too."""

    number: str
    code: str
    sent_to: list[str]


@router.post(
    "cases/{number}/slip",
    response=SlipOut,
    operation_id="demands_slip",
    summary="A new code by which the firm follows and confirms a demand without login; the earlier one ends",
)
def slip(request: HttpRequest, number: str) -> dict[str, Any]:
    who = request.actor  # type: ignore[attr-defined]
    made = make_slip(case=queries.case_seen(who, number), by=who, now=timezone.now())
    return {"number": made.number, "code": made.code, "sent_to": list(made.sent_to)}


@router.post("demands", response={201: CaseDetail}, operation_id="demands_file", summary="File a demand: your own, or for an enterprise that you may act for")
def file(request: HttpRequest, given: DemandIn) -> Status:
    who = request.actor  # type: ignore[attr-defined]
    rows = visible_enterprises(who).select_related("park")
    firm = rows.filter(uscc=given.credit_code.upper()).first() if given.credit_code else rows.filter(pk__in=who.enterprise_ids).first()
    if firm is None:
        raise NotFound()
    filed = file_demand(
        text=given.text, title=given.title, enterprise=firm, topic=given.topic, contact=Contact(given.contact, given.phone, given.mail), channel="api", direct=given.direct,
        key=f"api:{who.id}:{given.key}" if given.key else "", by=who, now=timezone.now(),
    )  # fmt: skip
    return Status(201, whole(queries.as_opened(filed.demand.case), request) | {"follow_code": filed.code})  # whoever filed it may read it


@router.get("demands/rates", response=list[RateOut], operation_id="demands_rates", summary="The five rates of the demands that you may see")
def rates(request: HttpRequest) -> list[dict[str, Any]]:
    counts = demand_queries.counts_of(queries.visible(request.actor, "demand"), timezone.localdate())  # type: ignore[attr-defined]
    return [
        {"name": name, "part": rate.part, "whole": rate.whole, "share": rate.share, "low": rate.interval.low if rate.interval else None, "high": rate.interval.high if rate.interval else None}
        for name, rate in five_rates(counts)
    ]  # fmt: skip


class TopicBodyOut(Schema):
    """topic: its code; institute: id of the organisation; park: code of the park that it is for, null for all."""

    id: int
    topic: str
    institute: int
    name_zh: str
    park: str | None
    appointed_at: datetime


class TopicBodyIn(Body):
    topic: str = Field(max_length=40)
    institute: int
    park: str = Field("", max_length=40)


def _named(row: TopicBody) -> dict[str, Any]:
    return {
        "id": row.pk, "topic": row.topic, "institute": row.organisation_id, "name_zh": row.organisation.name_zh, "park": row.park.code if row.park else None,
        "appointed_at": row.appointed_at,
    }  # fmt: skip


@router.get("demands/institutes", response=Page[TopicBodyOut], operation_id="demands_institutes", summary="Which institute takes the demands of which topic")
def institutes(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    if not is_insider(request.actor):  # type: ignore[attr-defined]
        raise NotFound()
    return page(list(demand_queries.bodies()), wanted, _named)


@router.post(
    "demands/institutes", response={201: TopicBodyOut}, operation_id="demands_institutes_name", summary="Name the institute that takes a topic from now on"
)
def name_institute(request: HttpRequest, given: TopicBodyIn) -> Status:
    body = Organisation.objects.filter(pk=given.institute).first()
    park = Park.objects.filter(code=given.park).first() if given.park else None
    if body is None or (given.park and park is None):
        raise NotFound()
    made = appoint_body(topic=given.topic, body=body, park=park, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    return Status(201, _named(made))


@router.post("demands/institutes/{pk}/end", response=TopicBodyOut, operation_id="demands_institutes_end", summary="The institute takes the topic no longer")
def end_institute(request: HttpRequest, pk: int) -> dict[str, Any]:
    row = TopicBody.objects.select_related("organisation", "park").filter(pk=pk).first()
    if row is None:
        raise NotFound()
    end_body(appointed=row, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    return _named(row)
