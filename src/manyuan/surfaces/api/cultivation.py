"""Cultivation over the API: every enterprise's rung and distance, the cheapest upgrades, plans, anchor enterprises."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.facts.accounts.models import User
from manyuan.facts.enterprises.queries import enterprise_by_code
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.work.cultivation import queries
from manyuan.work.cultivation.ladders import current_ladders
from manyuan.work.cultivation.models import Anchor, Place, Plan, Run, Standing
from manyuan.work.cultivation.plans import make_plan
from manyuan.work.cultivation.running import judge_tiers

router = Router()


class PlaceOut(Schema):
    """Where an enterprise stands on a ladder. held: rung of its highest title; by_rule: highest rung whose rules it meets; share: what is missing of the one
    fact that would do for the next rung, as a part of what is needed (0 to 1; null where no single number would do)."""

    credit_code: str
    name: str
    park: str | None
    ladder: str
    held: str
    held_until: date | None
    by_rule: str
    next: str
    next_outcome: str
    share: float | None
    as_of: date
    is_synthetic: bool


class PlaceFilter(Schema):
    ladder: str = Field("", max_length=40)
    held: str = Field("", max_length=40)
    next_outcome: str = Field("", max_length=12)


class StandingOut(Schema):
    """What one rule set says of an enterprise. when: current, coming or ended; found, needed: of the lever, in whole units of its scale (money: fen)."""

    credit_code: str
    name: str
    rung: str
    rules: str
    when: str
    review: bool
    held: bool
    outcome: str
    failing: list[str]
    missing: list[str]
    lever: str
    found: int | None
    needed: int | None
    share: float | None
    mark: str
    engine_version: str
    as_of: date
    is_synthetic: bool


class PlanOut(Schema):
    """A plan for one enterprise."""

    number: str
    credit_code: str
    goal: str
    rung: str
    officer: str
    due_on: date
    expires_on: date
    state: str
    result: str
    unconfirmed_reason: str
    changed_at: datetime
    is_synthetic: bool


class PlanIn(Body):
    """A new plan; it is put to the enterprise. officer: the login of who looks after it."""

    credit_code: str = Field(max_length=18)
    goal: str = Field(max_length=300)
    rung: str = Field("", max_length=40)
    officer: str = Field(max_length=150)
    due_on: date
    expires_on: date


class AnchorOut(Schema):
    """An anchor enterprise and how what it was promised is kept."""

    id: int
    credit_code: str
    park: str
    level: str
    lead_post: str
    entered_on: date
    left_on: date | None
    kept: int
    broken: int
    open: int
    late: int
    is_synthetic: bool


class RunOut(Schema):
    """A judging."""

    id: int
    as_of: date
    engine_version: str
    enterprises: int


def _share(value: int | None) -> float | None:
    return None if value is None else value / 10_000


def _place(row: Place) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("ladder", "held", "held_until", "by_rule", "next", "next_outcome")} | {
        "credit_code": row.enterprise.uscc, "name": row.enterprise.name, "park": row.park.code if row.park else None, "share": _share(row.share),
        "as_of": row.run.as_of, "is_synthetic": row.synthetic,
    }  # fmt: skip


def _standing(row: Standing) -> dict[str, Any]:
    names = ("rung", "rules", "when", "review", "held", "outcome", "failing", "missing", "lever", "found", "needed", "mark")
    return {name: getattr(row, name) for name in names} | {
        "credit_code": row.enterprise.uscc, "name": row.enterprise.name, "share": _share(row.share), "engine_version": row.run.engine_version,
        "as_of": row.run.as_of, "is_synthetic": row.synthetic,
    }  # fmt: skip


def _plan(row: Plan) -> dict[str, Any]:
    names = ("number", "goal", "rung", "due_on", "expires_on", "state", "result", "unconfirmed_reason", "changed_at")
    return {name: getattr(row, name) for name in names} | {"credit_code": row.enterprise.uscc, "officer": row.officer.username, "is_synthetic": row.synthetic}


def _anchor(row: Anchor) -> dict[str, Any]:
    kept = queries.promises_kept(row.promises.all(), timezone.localdate())
    return {name: getattr(row, name) for name in ("level", "lead_post", "entered_on", "left_on")} | {
        "id": row.pk, "credit_code": row.enterprise.uscc, "park": row.park.code, "kept": kept.kept, "broken": kept.broken, "open": kept.open, "late": kept.late,
        "is_synthetic": row.synthetic,
    }  # fmt: skip


@router.get("tiers", response=Page[PlaceOut], operation_id="tiers_list", summary="Where every enterprise that you may see stands on each ladder")
def tiers(request: HttpRequest, chosen: PlaceFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.visible_places(request.actor).select_related("enterprise", "park", "run").order_by("enterprise__uscc", "ladder")
    return page(rows.filter(**{key: value for key, value in chosen.dict().items() if value}), wanted, _place)


@router.get(
    "tiers/upgrades", response=list[StandingOut], operation_id="tiers_upgrades", summary="The enterprises nearest to a rung above their own, nearest first"
)
def upgrades(request: HttpRequest, rung: str = "", limit: int = Query(20, ge=1, le=200)) -> list[dict[str, Any]]:
    if rung:
        current_ladders().rung(rung)
    return [_standing(row) for row in queries.cheapest_upgrades(request.actor, rung=rung, limit=limit)]


@router.post("tiers/judge", response=RunOut, operation_id="tiers_judge", summary="Judge the enterprises of your park, or all, on today's facts")
def judge(request: HttpRequest) -> dict[str, Any]:
    run = judge_tiers(cause=Run.Cause.DEMAND, by=request.actor, now=timezone.now())
    return {"id": run.pk, "as_of": run.as_of, "engine_version": run.engine_version, "enterprises": run.enterprises}


@router.get(
    "tiers/{credit_code}", response=list[StandingOut], operation_id="tiers_get", summary="What every rule set says of one enterprise, by the newest judging"
)
def tiers_of(request: HttpRequest, credit_code: str) -> list[dict[str, Any]]:
    firm = enterprise_by_code(request.actor, credit_code)
    return [
        _standing(row) for row in queries.visible_standings(request.actor).filter(enterprise=firm).select_related("enterprise", "run").order_by("rung", "rules")
    ]


@router.get("plans", response=Page[PlanOut], operation_id="plans_list", summary="Plans for enterprises that you may see, newest first")
def plan_list(request: HttpRequest, state: str = "", wanted: PageParameters = Paging) -> dict[str, Any]:
    rows = queries.visible_plans(request.actor).select_related("enterprise", "officer").order_by("-number")
    return page(rows.filter(state=state) if state else rows, wanted, _plan)


@router.post("plans", response=PlanOut, operation_id="plans_make", summary="Make a plan for an enterprise; it is put to the enterprise to confirm")
def plan_make(request: HttpRequest, given: PlanIn) -> dict[str, Any]:
    who = request.actor
    firm = enterprise_by_code(who, given.credit_code)
    officer = User.objects.select_related("organisation").filter(username=given.officer).first()
    made = make_plan(
        enterprise=firm, goal=given.goal, officer=officer, due_on=given.due_on, expires_on=given.expires_on, rung=given.rung, by=who, now=timezone.now()
    )
    return _plan(made)


@router.get("plans/{number}", response=PlanOut, operation_id="plans_get", summary="One plan")
def plan(request: HttpRequest, number: str) -> dict[str, Any]:
    return _plan(queries.plan_seen(request.actor, number))


@router.get(
    "anchors", response=Page[AnchorOut], operation_id="anchors_list", summary="Anchor enterprises that you may see, and how what they were promised is kept"
)
def anchors(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    return page(queries.visible_anchors(request.actor).select_related("enterprise", "park").order_by("park__code", "pk"), wanted, _anchor)


@router.get("anchors/{anchor_id}", response=AnchorOut, operation_id="anchors_get", summary="One anchor enterprise")
def anchor(request: HttpRequest, anchor_id: int) -> dict[str, Any]:
    return _anchor(queries.anchor_seen(request.actor, anchor_id))
