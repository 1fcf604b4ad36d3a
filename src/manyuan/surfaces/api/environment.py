"""Scorecards over the API: those that you may see with their items, and those published for everybody."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.facts.audit.errors import NotFound
from manyuan.surfaces.api.shapes import Page, PageParameters, Paging, page
from manyuan.work.environment import queries
from manyuan.work.environment.installing import sheet_of
from manyuan.work.environment.models import Publication, Scorecard

router = Router()


class PillarOut(Schema):
    """points: 0 to 100, null where too little is known; known: the share of the weight that is known, 0 to 1."""

    code: str
    name_zh: str
    name_en: str
    points: Decimal | None
    known: Decimal


class ScorecardOut(Schema):
    """park: null for the whole city. ranked: stands on enough cases. counted_on: the day up to which was counted."""

    id: int
    scorecard: str
    version: int
    park: str | None
    period: str
    points: Decimal | None
    ranked: bool
    pillars: list[PillarOut]
    counted_on: date
    is_synthetic: bool


class ItemOut(Schema):
    """part ÷ whole as counted; value in `unit`; low and high: the interval of a rate in percent, 95 times in 100; null where missing."""

    code: str
    pillar: str
    name_zh: str
    name_en: str
    source: str
    unit: str
    part: Decimal
    whole: int
    value: Decimal | None
    low: float | None
    high: float | None
    floor: Decimal
    target: Decimal
    weight: Decimal
    points: Decimal | None
    few: bool


class ScorecardDetail(ScorecardOut):
    items: list[ItemOut]


class PublishedOut(ScorecardDetail):
    published_by: str
    published_at: datetime


class Filter(Schema):
    scorecard: str = Field("", max_length=40)
    period: str = Field("", max_length=7)
    park: str = Field("", max_length=40)


def _card(row: Scorecard) -> dict[str, Any]:
    sheet = sheet_of(row.definition)
    pillars = []
    for one in sheet.pillars:
        found = row.pillars.get(one.code, {})
        pillars.append(
            {"code": one.code, "name_zh": one.name["zh"], "name_en": one.name["en"], "points": found.get("points"), "known": found.get("known", "0")}
        )
    return {
        "id": row.pk, "scorecard": sheet.code, "version": row.definition.number, "park": row.park.code if row.park else None, "period": row.period, "points": row.points,
        "ranked": row.points is not None and row.solid >= sheet.least, "pillars": pillars, "counted_on": row.counted_on, "is_synthetic": row.synthetic,
    }  # fmt: skip


def _detail(row: Scorecard) -> dict[str, Any]:
    items = []
    for line in queries.lines(row):
        item, interval = line.item, line.rate.interval if line.rate else None
        items.append(
            {
                "code": item.code, "pillar": item.pillar, "name_zh": item.name["zh"], "name_en": item.name["en"], "source": item.source, "unit": item.unit,
                "part": line.value.part, "whole": line.value.whole, "value": line.value.value, "low": round(100 * interval.low, 2) if interval else None,
                "high": round(100 * interval.high, 2) if interval else None, "floor": item.floor, "target": item.target, "weight": item.weight,
                "points": line.value.points, "few": line.few,
            }
        )  # fmt: skip
    return _card(row) | {"items": items}


def _published(row: Publication) -> dict[str, Any]:
    return _detail(row.scorecard) | {"published_by": row.published_label, "published_at": row.published_at}


@router.get("scorecards", response=Page[ScorecardOut], operation_id="scorecards_list", summary="Scorecards that you may see, the newest computed first")
def scorecards(request: HttpRequest, chosen: Filter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    names = {"scorecard": "definition__code", "period": "period", "park": "park__code"}
    rows = queries.visible(request.actor).order_by("-computed_at", "-pk")
    return page(rows.filter(**{names[key]: value for key, value in chosen.dict().items() if value}), wanted, _card)


@router.get(
    "scorecards/published",
    response=Page[PublishedOut],
    operation_id="scorecards_published",
    summary="Published scorecards, as they were when they were published",
)
def published(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    return page(queries.published().order_by("-published_at", "-pk"), wanted, _published)


@router.get("scorecards/{scorecard_id}", response=ScorecardDetail, operation_id="scorecards_get", summary="One scorecard with its items")
def scorecard(request: HttpRequest, scorecard_id: int) -> dict[str, Any]:
    found = queries.visible(request.actor).filter(pk=scorecard_id).first()
    if found is None:
        raise NotFound()
    return _detail(found)
