"""Goals, commitments, indicators and their values, and what was released to the public."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.parks.models import Park
from manyuan.facts.programme import commitments, goals, lineage
from manyuan.facts.programme.models import Indicator
from manyuan.facts.programme.programme import commitment_numbered, goal_named, indicator_named
from manyuan.facts.programme.releases import current_releases
from manyuan.facts.programme.rights import is_insider, may_see_park, visible_values
from manyuan.surfaces.api.shapes import Page, PageParameters, Paging, page

router = Router()
SEE = gettext_noop("see the figures of this park")
READ = gettext_noop("read the programme's goals and figures before release")


class TargetOut(Schema):
    """A dated target. gap, per_year: what is missing, and per year from the last value to the day; null where there is no value."""

    due_on: date
    value: Decimal
    gap: Decimal | None
    per_year: Decimal | None
    met: bool


class GoalOut(Schema):
    """A goal as it stands. kind: quantitative | qualitative | heading. synthetic: how many of the records it stands on are made up."""

    code: str
    parent: str | None
    name_zh: str
    name_en: str
    kind: str
    status: str
    indicator: str | None
    unit: str | None
    value: Decimal | None
    as_of: date | None
    synthetic: int
    targets: list[TargetOut]


class CommitmentOut(Schema):
    """A commitment as it stands. status: shown | under-way | waiting | not-yet."""

    number: int
    campaign: str
    term: str
    name_zh: str
    name_en: str
    owners: list[str]
    parks: list[str]
    status: str
    measure: str
    value: Decimal | None
    unit: str
    period: str
    synthetic: bool
    changed_at: datetime | None


class IndicatorOut(Schema):
    """An indicator: its FEEL formula and how it adds up are in `definition`, as in the pack."""

    code: str
    name_zh: str
    name_en: str
    unit: str
    direction: str
    period_kind: str
    definition: dict[str, Any]


class ValueOut(Schema):
    """A value. park: code, null for the city. value null: `why_null` says why. counted, missing, synthetic: records it stands on, owed but
    absent, made up."""

    indicator: str
    park: str | None
    period: str
    value: Decimal | None
    why_null: str
    counted: int
    missing: int
    synthetic: int
    formula: str
    inputs: dict[str, Any]
    computed_at: datetime


class ReleaseOut(Schema):
    """A figure that a named official released."""

    indicator: str
    name_zh: str
    name_en: str
    unit: str
    park: str | None
    period: str
    value: Decimal
    is_synthetic: bool
    released_by_name: str
    released_at: datetime


class GoalFilter(Schema):
    status: Literal["", "met", "on-path", "behind", "no-figure", "evidenced", "in-review", "owed", "overdue", "heading"] = ""


class CommitmentFilter(Schema):
    status: Literal["", "shown", "under-way", "waiting", "not-yet"] = ""
    campaign: str = Field("", max_length=40, description="A campaign's code")
    park: str = Field("", max_length=40, description="A park's code")
    owner: str = Field("", max_length=40, description="An owner's code")


class ReleaseFilter(Schema):
    indicator: str = Field("", max_length=60, description="An indicator's code")
    park: str = Field("", max_length=40, description="A park's code")
    period: str = Field("", max_length=7, description="2025, 2025Q3 or 2025-09")


class ValueFilter(Schema):
    park: str = Field("", max_length=40, description="A park's code; empty: the whole city")
    period: str = Field("", max_length=7, description="2025, 2025Q3 or 2025-09; empty: all")
    known_at: AwareDatetime | None = Field(None, description="The value as this deployment showed it at that moment")


def _insider(request: HttpRequest) -> Actor:
    actor: Actor = request.actor
    if not is_insider(actor):
        raise NotAllowed(READ, actor)
    return actor


@router.get("goals", response=Page[GoalOut], operation_id="goals_list", summary="Every goal as it stands")
def goal_list(request: HttpRequest, wanted: GoalFilter = Query(...), paging: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    _insider(request)
    return page([state for state in goals.states(timezone.localdate()) if wanted.status in ("", state.status)], paging, _goal)


@router.get("goals/{code}", response=GoalOut, operation_id="goals_get", summary="One goal as it stands")
def goal(request: HttpRequest, code: str) -> dict[str, Any]:
    _insider(request)
    return _goal(goals.state_of(goal_named(code), timezone.localdate()))


def _goal(state: goals.GoalState) -> dict[str, Any]:
    one, now = state.goal, state.now
    return {
        "code": one.code, "parent": one.parent.code if one.parent else None, "name_zh": one.name_zh, "name_en": one.name_en, "kind": state.kind,
        "status": state.status, "indicator": one.indicator.code if one.indicator else None, "unit": one.indicator.unit if one.indicator else None,
        "value": now.value if now else None, "as_of": now.on if now else None, "synthetic": now.synthetic if now else 0, "targets": list(state.targets),
    }  # fmt: skip


@router.get("commitments", response=Page[CommitmentOut], operation_id="commitments_list", summary="Every commitment as it stands")
def commitment_list(request: HttpRequest, wanted: CommitmentFilter = Query(...), paging: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    _insider(request)
    rows = [
        state
        for state in commitments.states(timezone.localdate())
        if wanted.status in ("", state.status)
        and wanted.campaign in ("", state.commitment.campaign.code)
        and (not wanted.park or wanted.park in (state.commitment.definition.get("parks") or []))
        and (not wanted.owner or wanted.owner in state.commitment.definition["owners"])
    ]
    return page(rows, paging, _commitment)


@router.get("commitments/{number}", response=CommitmentOut, operation_id="commitments_get", summary="One commitment as it stands")
def commitment(request: HttpRequest, number: int) -> dict[str, Any]:
    _insider(request)
    return _commitment(commitments.states(timezone.localdate(), [commitment_numbered(number)])[0])


def _commitment(state: commitments.CommitmentState) -> dict[str, Any]:
    one = state.commitment
    return {
        "number": one.number, "campaign": one.campaign.code, "term": one.term, "name_zh": one.name_zh, "name_en": one.name_en,
        "owners": one.definition["owners"], "parks": one.definition.get("parks") or [], "status": state.status, "measure": state.measure, "value": state.value,
        "unit": state.unit, "period": state.period, "synthetic": state.synthetic, "changed_at": state.changed_at,
    }  # fmt: skip


@router.get("indicators", response=Page[IndicatorOut], operation_id="indicators_list", summary="Every indicator with its formula")
def indicator_list(request: HttpRequest, q: str = Query("", max_length=80), paging: PageParameters = Paging) -> dict[str, Any]:
    _insider(request)
    rows = Indicator.objects.order_by("order", "pk")
    return page(rows.filter(Q(code__icontains=q) | Q(name_zh__icontains=q) | Q(name_en__icontains=q)) if q else rows, paging)


@router.get("indicators/{code}/values", response=Page[ValueOut], operation_id="indicators_values", summary="An indicator over time, of the city or a park")
def values(request: HttpRequest, code: str, wanted: ValueFilter = Query(...), paging: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    actor = _insider(request)
    indicator = indicator_named(code)
    park = Park.objects.filter(code=wanted.park).first() if wanted.park else None
    if wanted.park and park is None:
        raise NotFound()
    if not may_see_park(actor, park.pk if park else None):
        raise NotAllowed(SEE, actor)
    if wanted.known_at is not None and wanted.period:
        found = lineage.known_on(indicator, park.pk if park else None, wanted.period, wanted.known_at)
        return page([found] if found else [], paging, lambda row: _value(row, indicator, park))
    rows = visible_values(actor).filter(indicator=indicator, park=park, superseded_at=None)
    rows = rows.filter(period=wanted.period) if wanted.period else rows
    return page(rows.order_by("period", "pk"), paging, lambda row: _value(row, indicator, park))


def _value(row: Any, indicator: Indicator, park: Park | None) -> dict[str, Any]:
    return {
        "indicator": indicator.code, "park": park.code if park else None, "period": row.period, "value": row.value, "why_null": row.why_null,
        "counted": row.counted, "missing": row.missing, "synthetic": row.synthetic, "formula": row.formula, "inputs": row.inputs, "computed_at": row.computed_at,
    }  # fmt: skip


@router.get("releases", response=Page[ReleaseOut], operation_id="releases_list", summary="What was released to the public; no sign-in needed", auth=None)
def releases(request: HttpRequest, wanted: ReleaseFilter = Query(...), paging: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = [
        row
        for row in current_releases()
        if wanted.indicator in ("", row.indicator.code)
        and wanted.period in ("", row.period)
        and (not wanted.park or (row.park is not None and row.park.code == wanted.park))
    ]
    return page(rows, paging, _release)


def _release(row: Any) -> dict[str, Any]:
    return {
        "indicator": row.indicator.code, "name_zh": row.indicator.name_zh, "name_en": row.indicator.name_en, "unit": row.indicator.unit,
        "park": row.park.code if row.park else None, "period": row.period, "value": row.value, "is_synthetic": row.is_synthetic,
        "released_by_name": row.released_by_name, "released_at": row.released_at,
    }  # fmt: skip
