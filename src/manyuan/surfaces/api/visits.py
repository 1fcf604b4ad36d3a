"""Visits over the API: who is to be visited, visits planned and made, a visit written down by a program, officers and their load."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.enterprises.queries import enterprise_by_code
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.work.visits import queries
from manyuan.work.visits.capturing import CAPTURE, Capture, Found, capture_visit
from manyuan.work.visits.due import Due, due_list
from manyuan.work.visits.models import Outcome, Visit

router = Router()


class DueOut(Schema):
    """A firm under a rule of the pack. state: missed | soon | open | planned | done; due_on: the last day of the span; officer_id: who does it today."""

    credit_code: str
    name: str
    park: str | None
    rule: str
    state: str
    due_on: date
    last_on: date | None
    planned_on: date | None
    officer_id: int | None


class FoundOut(Schema):
    """What a visit found. passed: whether it went to those who act on it; case: the number of the case that a task became."""

    id: int
    kind: str
    text: str
    data: dict[str, Any]
    passed: bool
    case: str | None


class VisitOut(Schema):
    """A visit. scene: service | campus-to-firm | firm-to-campus; rule: "" where it was on need."""

    id: int
    credit_code: str
    park: str | None
    state: str
    scene: str
    rule: str
    planned_on: date | None
    done_on: date | None
    officer: str
    is_synthetic: bool


class VisitDetail(VisitOut):
    """One visit with what was said and found."""

    met: str
    text: str
    found: list[FoundOut]


class FoundIn(Body):
    """kind: difficulty | space | capacity | task. pass_on: at once. capacity needs quantity and unit."""

    kind: str = Field(pattern="^(difficulty|space|capacity|task)$")
    text: str = Field(min_length=1, max_length=1_000)
    area_m2: str = Field("", max_length=20)
    quantity: str = Field("", max_length=20)
    unit: str = Field("", max_length=20)
    until: date | None = None
    pass_on: bool = True


class VisitIn(Body):
    """A visit that was made. key: a UUID of the sender; the same one again is answered with the visit that it made."""

    key: UUID
    credit_code: str = Field(min_length=18, max_length=18)
    on: date
    text: str = Field("", max_length=4_000)
    met: str = Field("", max_length=200)
    found: list[FoundIn] = Field(default_factory=list, max_length=20)


class LoadOut(Schema):
    """An officer's work today."""

    id: int
    name: str
    organisation: str
    firms: int
    open_cases: int
    planned_visits: int
    overdue_visits: int
    away_until: date | None
    stands_in_for: list[str]


class VisitFilter(Schema):
    state: str = Field("", max_length=10)
    scene: str = Field("", max_length=16)


def _due(one: Due) -> dict[str, Any]:
    park = one.enterprise.park
    return {
        "credit_code": one.enterprise.uscc, "name": one.enterprise.name, "park": park.code if park else None, "rule": one.rule.code, "state": one.state, "due_on": one.due_on,
        "last_on": one.last_on, "planned_on": one.planned_on, "officer_id": one.officer_id,
    }  # fmt: skip


def _visit(row: Visit) -> dict[str, Any]:
    return {
        "id": row.pk, "credit_code": row.enterprise.uscc, "park": row.park.code if row.park else None, "state": row.state, "scene": row.scene, "rule": row.rule,
        "planned_on": row.planned_on, "done_on": row.done_on, "officer": row.officer.display_name or row.officer.get_username(), "is_synthetic": row.synthetic,
    }  # fmt: skip


def _found(row: Outcome) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "text": row.text,
        "data": row.data,
        "passed": row.passed_at is not None,
        "case": row.case.number if row.case else None,
    }


def _detail(row: Visit) -> dict[str, Any]:
    return _visit(row) | {"met": row.met, "text": row.text, "found": [_found(one) for one in row.outcomes.select_related("case")]}


@router.get("visits/due", response=Page[DueOut], operation_id="visits_due", summary="Firms under a rule of visits that you may see, the most urgent first")
def due(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    if not queries.is_officer(request.actor):
        raise NotAllowed(CAPTURE, request.actor)
    return page(due_list(request.actor, timezone.localdate()), wanted, _due)


@router.get("visits", response=Page[VisitOut], operation_id="visits_list", summary="Visits that you may see, newest first")
def visits(request: HttpRequest, chosen: VisitFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.visible_visits(request.actor).order_by("-pk")
    return page(rows.filter(**{key: value for key, value in chosen.dict().items() if value}), wanted, _visit)


@router.post("visits", response=VisitDetail, operation_id="visits_capture", summary="Write down a visit that was made; the same key twice is one visit")
def capture(request: HttpRequest, body: VisitIn) -> dict[str, Any]:
    who = request.actor
    if not queries.is_officer(who):
        raise NotAllowed(CAPTURE, who)
    firm = enterprise_by_code(who, body.credit_code.upper())
    found = [
        Found(one.kind, one.text, {"area_m2": one.area_m2, "quantity": one.quantity, "unit": one.unit, "until": one.until or ""}, one.pass_on)
        for one in body.found
    ]
    given = Capture(key=str(body.key), on=body.on, text=body.text, met=body.met, found=found)
    made = capture_visit(enterprise=firm, given=given, by=who, now=timezone.now())
    return _detail(queries.visit_seen(who, made.pk))


@router.get("visits/{visit_id}", response=VisitDetail, operation_id="visits_get", summary="One visit with what was said and found")
def visit(request: HttpRequest, visit_id: int) -> dict[str, Any]:
    return _detail(queries.visit_seen(request.actor, visit_id))


@router.get("officers", response=Page[LoadOut], operation_id="officers_list", summary="Officers that you may see with their load today")
def officers(request: HttpRequest, paging: PageParameters = Paging) -> dict[str, Any]:
    rows = [
        {
            "id": one.officer.pk, "name": one.officer.display_name or one.officer.get_username(), "organisation": str(one.officer.organisation), "firms": one.firms,
            "open_cases": one.cases, "planned_visits": one.planned, "overdue_visits": one.late, "away_until": one.away_until, "stands_in_for": list(one.stands_in),
        }
        for one in queries.workload(request.actor, timezone.localdate())
    ]  # fmt: skip
    return page(rows, paging)
