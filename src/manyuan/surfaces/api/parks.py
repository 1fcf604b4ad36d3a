"""Parks over the API: the directory of a day, one park as it stood on a day, what happened to it, its figures on both boundaries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.parks import queries
from manyuan.facts.parks.dated import holding
from manyuan.facts.parks.models import Direction, Park
from manyuan.facts.programme.boundaries import both_boundaries
from manyuan.facts.programme.programme import indicator_named
from manyuan.facts.programme.rights import may_see_park
from manyuan.surfaces.api.programme import SEE
from manyuan.surfaces.api.shapes import Page, PageParameters, Paging, page

router = Router()


class ParkOut(Schema):
    """A park of the day. mark: how far the entry is verified (synthetic: made up for the demo)."""

    code: str
    name_zh: str
    name_en: str
    level: str
    kind: str
    district_zh: str
    district_en: str
    directions_zh: list[str]
    directions_en: list[str]
    mark: str


class DirectionOut(Schema):
    """A primary direction; industries: codes of GB/T 4754-2017, or their beginnings, that count as it."""

    code: str
    name_zh: str
    name_en: str
    industries: list[str]


class ParkDetail(Schema):
    """A park as it stood on a day. existed: whether there was such a park that day; then name, parent, boundary and directions are of it, else
    the name is the last one. below: the parks right under it. went_to: where a closed park went, by today. outline: GeoJSON."""

    code: str
    on: date
    existed: bool
    name_zh: str
    name_en: str
    level: str
    kind: str
    district: str | None
    parent: str | None
    below: list[str]
    directions: list[DirectionOut]
    area_m2: Decimal | None
    outline: dict[str, Any] | None
    longitude: Decimal | None
    latitude: Decimal | None
    opened_on: date
    closed_on: date | None
    went_to: list[str]
    mark: str


class ParkChangeOut(Schema):
    """A change in which a park took part. kind: found | rename | move | boundary | merge | split | close. Parks by code."""

    kind: str
    effective_on: date
    recorded_at: datetime
    reason: str
    from_parks: list[str]
    to_parks: list[str]
    before: dict[str, Any]
    after: dict[str, Any]


class SidesOut(Schema):
    """A figure of a period on the boundary of its last day and on today's. why: the merges and splits between."""

    period: str
    on_boundary_of_its_day: Decimal | None
    on_boundary_of_today: Decimal | None
    differ: bool
    why: list[ParkChangeOut]


class ParkHistory(Schema):
    park: str
    indicator: str
    unit: str
    items: list[SidesOut]


class ParkFilter(Schema):
    q: str = Field("", max_length=80, description="A part of the name, or the beginning of the code")
    level: Literal["", "national", "provincial", "municipal", "unknown"] = ""
    kind: Literal["", "park", "subpark", "park-in-park"] = ""
    on: date | None = Field(None, description="The parks of this day; today when left out")


@router.get("parks", response=Page[ParkOut], operation_id="parks_list", summary="The park directory of a day")
def parks(request: HttpRequest, wanted: ParkFilter = Query(...), paging: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    text = wanted.q.strip().casefold()
    return page(
        [
            entry
            for entry in queries.directory(wanted.on or timezone.localdate())
            if wanted.level in ("", entry.level)
            and wanted.kind in ("", entry.kind)
            and (text in entry.name_zh.casefold() or text in entry.name_en.casefold() or entry.code.startswith(text))
        ],
        paging,
    )


@router.get("parks/{code}", response=ParkDetail, operation_id="parks_get", summary="One park as it stood on a day")
def park(request: HttpRequest, code: str, on: date | None = None) -> dict[str, Any]:
    return standing(park_named(code), on or timezone.localdate())


@router.get("parks/{code}/changes", response=Page[ParkChangeOut], operation_id="parks_changes", summary="What happened to a park, oldest first")
def changes(request: HttpRequest, code: str, paging: PageParameters = Paging) -> dict[str, Any]:
    steps = queries.timeline(park_named(code).pk)
    names = codes_of(steps)
    return page(steps, paging, lambda step: said(step, names))


@router.get("parks/{code}/history", response=ParkHistory, operation_id="parks_history", summary="A figure on the boundary of its day and on today's")
def history(request: HttpRequest, code: str, indicator: str = Query("revenue", max_length=60)) -> dict[str, Any]:
    one = park_named(code)
    if not may_see_park(request.actor, one.pk):
        raise NotAllowed(SEE, request.actor)
    chosen = indicator_named(indicator)
    sides = both_boundaries(park=one, indicator=chosen, today=timezone.localdate())
    names = codes_of(step for side in sides for step in side.why)
    items = [
        {
            "period": side.period, "on_boundary_of_its_day": side.then, "on_boundary_of_today": side.today, "differ": side.differ,
            "why": [said(step, names) for step in side.why],
        }
        for side in sides
    ]  # fmt: skip
    return {"park": one.code, "indicator": chosen.code, "unit": chosen.unit, "items": items}


def park_named(code: str) -> Park:
    """A park by its code, closed or not. Raises NotFound."""
    found = Park.objects.select_related("district").filter(code=code).first()
    if found is None:
        raise NotFound()
    return found


def standing(one: Park, on: date) -> dict[str, Any]:
    """The park as it stood on the day, in plain values with the parks around it by code (the shape of ParkDetail)."""
    name, bound, parents = queries.name_on(one.pk, on), queries.boundary_on(one.pk, on), queries.parents_on(on)
    went = queries.successors(one.pk, one.closed_on - timedelta(days=1), timezone.localdate()) if one.closed_on else set()
    below = {child for child, parent in parents.items() if parent == one.pk}
    codes = dict(Park.objects.filter(pk__in={*below, *went, parents.get(one.pk, 0)}).values_list("pk", "code"))
    directions = Direction.objects.filter(holding(on), park=one).order_by("code")
    return {
        "code": one.code, "on": on, "existed": name is not None, "name_zh": (name or one).name_zh, "name_en": (name or one).name_en, "level": one.level,
        "kind": one.kind, "district": one.district.adcode if one.district else None, "parent": codes.get(parents.get(one.pk, 0)),
        "below": sorted(codes[child] for child in below), "area_m2": bound.area_m2 if bound else None, "outline": bound.geometry if bound else None,
        "directions": [{"code": d.code, "name_zh": d.name_zh, "name_en": d.name_en, "industries": d.industry_prefixes} for d in directions],
        "longitude": one.longitude, "latitude": one.latitude, "opened_on": one.opened_on, "closed_on": one.closed_on,
        "went_to": sorted(codes[goal] for goal in went), "mark": one.mark,
    }  # fmt: skip


def codes_of(steps: Iterable[queries.Step]) -> dict[int, str]:
    """The codes of all parks that took part."""
    ids = {park for step in steps for park in (*step.from_parks, *step.to_parks)}
    return dict(Park.objects.filter(pk__in=ids).values_list("pk", "code"))


def said(step: queries.Step, codes: dict[int, str]) -> dict[str, Any]:
    """A change with its parks by code (the shape of ParkChangeOut)."""
    return {name: getattr(step, name) for name in ("kind", "effective_on", "recorded_at", "reason", "before", "after")} | {
        "from_parks": sorted(codes[park] for park in step.from_parks), "to_parks": sorted(codes[park] for park in step.to_parks),
    }  # fmt: skip
