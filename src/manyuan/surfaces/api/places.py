"""The enterprises that the caller may see."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.facts.enterprises import queries
from manyuan.facts.enterprises.models import Enterprise
from manyuan.surfaces.api.shapes import Page, PageParameters, Paging, page

router = Router()


class EnterpriseOut(Schema):
    """An enterprise of the register."""

    uscc: str
    name: str
    name_en: str
    park: str | None
    industry: str | None
    district: str | None
    registered_on: date | None
    capital_fen: int | None
    status: str
    source: str
    mark: str


class TitleOut(Schema):
    """A title. state: held | ahead | over, as of today."""

    kind: str
    valid_from: date
    valid_to: date | None
    proof: str
    source: str
    mark: str
    state: str


class EnterpriseDetail(EnterpriseOut):
    """An enterprise with its titles."""

    titles: list[TitleOut]


class EnterpriseFilter(Schema):
    q: str = Field("", max_length=80, description="A part of the name or of a former name, or the beginning of a credit code")
    park: str = Field("", max_length=40, description="A park's code")
    title: str = Field("", max_length=40, description="A kind of title held today")


@router.get("enterprises", response=Page[EnterpriseOut], operation_id="enterprises_list", summary="The enterprises you may see")
def enterprises(request: HttpRequest, wanted: EnterpriseFilter = Query(...), paging: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.visible(request.actor).select_related("park", "district").order_by("uscc")
    if wanted.park:
        rows = rows.filter(park__code=wanted.park)
    if wanted.title:
        rows = queries.with_title(rows, wanted.title, timezone.localdate())
    if wanted.q:
        rows = queries.searched(rows, wanted.q)
    return page(rows, paging, _enterprise)


@router.get("enterprises/{uscc}", response=EnterpriseDetail, operation_id="enterprises_get", summary="One enterprise with its titles")
def enterprise(request: HttpRequest, uscc: str) -> dict[str, Any]:
    firm = queries.enterprise_by_code(request.actor, uscc)
    return {**_enterprise(firm), "titles": queries.titles_of(firm, timezone.localdate())}


def _enterprise(firm: Enterprise) -> dict[str, Any]:
    return {
        "uscc": firm.uscc, "name": firm.name, "name_en": firm.name_en, "park": firm.park.code if firm.park else None, "industry": firm.industry_id,
        "district": firm.district.adcode if firm.district else None, "registered_on": firm.registered_on, "capital_fen": firm.capital_fen, "status": firm.status,
        "source": firm.source, "mark": firm.mark,
    }  # fmt: skip
