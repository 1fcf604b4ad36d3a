"""The per-mu evaluation over the API: runs with their schemes, lines that the caller may see, an enterprise's years, objections."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import enterprise_by_code
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.work.evaluation import queries, services
from manyuan.work.evaluation.models import Line, Run

router = Router()


class RunOut(Schema):
    """One version of an evaluation. park: null is the whole city; counts: grade, or why there is none, to number; mark: how far the scheme is verified."""

    id: int
    year: int
    park: str | None
    scheme: str
    scheme_number: int
    mark: str
    number: int
    state: str
    counts: dict[str, int]
    digest: str
    published_at: datetime | None
    closes_on: date | None
    confirmed_at: datetime | None
    is_synthetic: bool


class RunDetail(RunOut):
    """With the whole scheme as it was used: items, weights, bases, edges of the grades, who is not graded."""

    content: dict[str, Any]


class LineOut(Schema):
    """An enterprise in a run. inputs: as filed (money in fen); values and points: item to decimal text; filled: items that took the mean of the others."""

    run: int
    year: int
    credit_code: str
    enterprise: str
    park: str | None
    inputs: dict[str, Any]
    values: dict[str, str | None]
    points: dict[str, str | None]
    filled: list[str]
    missing: list[str]
    ungraded: str
    total: str | None
    rank: int | None
    grade: str
    is_synthetic: bool


class LineFilter(Schema):
    grade: str = Field("", max_length=4)
    park: str = Field("", max_length=40)


class ObjectionIn(Body):
    text: str = Field(min_length=1, max_length=5_000)


class ObjectionOut(Schema):
    id: int
    state: str
    text: str
    made_at: datetime
    reason: str


def _run(row: Run) -> dict[str, Any]:
    names = ("year", "number", "counts", "digest", "published_at", "closes_on", "confirmed_at")
    return {name: getattr(row, name) for name in names} | {
        "id": row.pk, "park": row.park.code if row.park else None, "scheme": row.code, "scheme_number": row.scheme.number, "mark": row.scheme.mark,
        "state": queries.state_of(row, timezone.localdate()), "is_synthetic": row.synthetic,
    }  # fmt: skip


def _line(row: Line) -> dict[str, Any]:
    names = ("inputs", "values", "points", "filled", "missing", "ungraded", "rank", "grade")
    return {name: getattr(row, name) for name in names} | {
        "run": row.run_id, "year": row.run.year, "credit_code": row.enterprise.uscc, "enterprise": row.enterprise.name, "park": row.park.code if row.park else None,
        "total": None if row.total is None else format(row.total, "f"), "is_synthetic": row.synthetic,
    }  # fmt: skip


@router.get("per-mu/runs", response=Page[RunOut], operation_id="permu_runs", summary="Per-mu evaluations that you may see, the newest year first")
def runs(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    return page(queries.visible_runs(request.actor).order_by("-year", "code", "-number"), wanted, _run)


@router.get("per-mu/runs/{run_id}", response=RunDetail, operation_id="permu_run", summary="One run with its scheme")
def run(request: HttpRequest, run_id: int) -> dict[str, Any]:
    row = queries.run_seen(request.actor, run_id)
    return _run(row) | {"content": row.scheme.content}


@router.get("per-mu/runs/{run_id}/lines", response=Page[LineOut], operation_id="permu_lines", summary="The run's lines that you may see, by place")
def lines(request: HttpRequest, run_id: int, chosen: LineFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    row = queries.run_seen(request.actor, run_id)
    names = {"grade": "grade", "park": "park__code"}
    rows = queries.lines_seen(request.actor, row).select_related("run").order_by("rank", "pk")
    return page(rows.filter(**{names[key]: value for key, value in chosen.dict().items() if value}), wanted, _line)


@router.get(
    "enterprises/{uscc}/per-mu", response=list[LineOut], operation_id="permu_enterprise", summary="An enterprise's published lines, the newest year first"
)
def enterprise(request: HttpRequest, uscc: str) -> list[dict[str, Any]]:
    firm = enterprise_by_code(request.actor, uscc.upper())
    return [_line(row) for row in queries.history_of(firm, request.actor)]


@router.post("per-mu/runs/{run_id}/lines/{uscc}/objections", response=ObjectionOut, operation_id="permu_object", summary="Object to a line, in time")
def object_to(request: HttpRequest, run_id: int, uscc: str, body: ObjectionIn) -> dict[str, Any]:
    row = queries.run_seen(request.actor, run_id)
    line = queries.lines_seen(request.actor, row).filter(enterprise__uscc=uscc.upper()).first()
    if line is None:
        raise NotFound()
    made = services.object_to_line(line=line, text=body.text, by=request.actor, now=timezone.now())
    return {"id": made.pk, "state": made.state, "text": made.text, "made_at": made.made_at, "reason": made.reason}
