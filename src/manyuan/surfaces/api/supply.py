"""Offers, needs and introductions over the API. Contacts are never in a list: they are read from one introduction, once both sides agreed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import enterprise_by_code
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.work.supply import queries, services
from manyuan.work.supply.models import Introduction, Posting

router = Router()


class PostingOut(Schema):
    """An offer or a need; quantity in the unit of its category."""

    id: int
    side: str
    scene: str
    category: str
    title: str
    text: str
    attributes: dict[str, Any]
    quantity: Decimal | None
    owner: str
    credit_code: str | None
    until: date | None
    is_public: bool
    state: str
    changed_at: datetime
    is_synthetic: bool


class ReasonOut(Schema):
    criterion: str
    verdict: str
    zh: str
    en: str


class FitOut(Schema):
    """Something of the other side that fits, with a score from 0 to 100 and a reason for each criterion."""

    posting: PostingOut
    score: int
    reasons: list[ReasonOut]


class IntroductionOut(Schema):
    """Two brought together. value_fen: of the deal; why_not: a code of the pack."""

    id: int
    offer: PostingOut
    need: PostingOut
    score: int
    state: str
    value_fen: int | None
    why_not: str
    is_confirmed: bool
    changed_at: datetime


class PostingFilter(Schema):
    side: Literal["", "offer", "need"] = ""
    scene: str = Field("", max_length=40)
    category: str = Field("", max_length=40)


class PostingIn(Body):
    """credit_code: for the city and parks the enterprise it is for."""

    side: Literal["offer", "need"]
    category: str = Field(max_length=40)
    title: str = Field(max_length=120)
    text: str = Field("", max_length=4000)
    attributes: dict[str, str | bool | list[str]] = Field(default_factory=dict, max_length=40)
    quantity: Decimal | None = None
    until: date | None = None
    is_public: bool = False
    contact_name: str = Field("", max_length=60)
    contact: str = Field("", max_length=40)
    credit_code: str = Field("", max_length=18)


class IntroductionIn(Body):
    offer: int
    need: int
    message: str = Field("", max_length=500)


class AnswerIn(Body):
    side: Literal["offer", "need"]
    answer: Literal["agree", "decline"]
    why_not: str = Field("", max_length=40)
    note: str = Field("", max_length=500)


class ResultIn(Body):
    """A deal with its value, or why there is none."""

    value_fen: int | None = Field(None, gt=0)
    why_not: str = Field("", max_length=40)
    note: str = Field("", max_length=500)


def _posting(row: Posting) -> dict[str, Any]:
    names = ("side", "scene", "category", "title", "text", "attributes", "quantity", "until", "is_public", "state", "changed_at")
    code = row.enterprise.uscc if row.enterprise else None
    return {name: getattr(row, name) for name in names} | {"id": row.pk, "owner": row.owner_name, "credit_code": code, "is_synthetic": row.synthetic}


def _introduction(row: Introduction) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in ("score", "state", "value_fen", "why_not", "changed_at")}
    return own | {"id": row.pk, "offer": _posting(row.offer), "need": _posting(row.need), "is_confirmed": row.confirmed_at is not None}


def _owner(who: Actor, code: str) -> dict[str, Any]:
    if who.enterprise_ids:
        return {"enterprise": Enterprise.objects.get(pk=min(who.enterprise_ids))}
    return {"enterprise": enterprise_by_code(who, code)} if code else {"organisation": Organisation.objects.filter(pk=who.organisation_id).first()}


@router.get("supply/postings", response=Page[PostingOut], operation_id="supply_postings", summary="Offers and needs that you may see, newest first")
def postings(request: HttpRequest, chosen: PostingFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.visible(request.actor, timezone.localdate()).order_by("-changed_at", "-pk")
    return page(rows.filter(**{key: value for key, value in chosen.dict().items() if value}), wanted, _posting)


@router.post("supply/postings", response={201: PostingOut}, operation_id="supply_post", summary="Publish an offer or a need")
def publish(request: HttpRequest, body: PostingIn) -> tuple[int, dict[str, Any]]:
    who, given = request.actor, body.dict(exclude={"side", "category", "credit_code"})
    made = services.post(side=body.side, category=body.category, content=services.Content(**given), by=who, now=timezone.now(), **_owner(who, body.credit_code))
    return 201, _posting(made)


@router.get("supply/postings/{posting_id}/fits", response=list[FitOut], operation_id="supply_fits", summary="What of the other side fits it, and why")
def fits(request: HttpRequest, posting_id: int) -> list[dict[str, Any]]:
    today = timezone.localdate()
    found = queries.posting_seen(request.actor, posting_id, today)
    return [
        {
            "posting": _posting(one.posting), "score": one.match.score,
            "reasons": [{"criterion": r.criterion, "verdict": r.verdict, "zh": r.message("zh"), "en": r.message("en")} for r in one.match.reasons],
        }
        for one in queries.fits(found, request.actor, today)
    ]  # fmt: skip


@router.get("supply/introductions", response=Page[IntroductionOut], operation_id="supply_introductions", summary="Introductions that you may see, newest first")
def introductions(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    return page(queries.introductions(request.actor).order_by("-changed_at", "-pk"), wanted, _introduction)


@router.post("supply/introductions", response={201: IntroductionOut}, operation_id="supply_introduce", summary="Bring an offer and a need together")
def introduce(request: HttpRequest, body: IntroductionIn) -> tuple[int, dict[str, Any]]:
    who, today = request.actor, timezone.localdate()
    offer, need = (queries.posting_seen(who, pk, today) for pk in (body.offer, body.need))
    return 201, _introduction(services.introduce(offer=offer, need=need, message=body.message, by=who, now=timezone.now()))


@router.post("supply/introductions/{introduction_id}/answer", response=IntroductionOut, operation_id="supply_answer", summary="Agree or decline for your side")
def answer(request: HttpRequest, introduction_id: int, body: AnswerIn) -> dict[str, Any]:
    found = queries.introduction_seen(request.actor, introduction_id)
    given = {"side": body.side, "yes": body.answer == "agree", "why_not": body.why_not, "note": body.note}
    return _introduction(services.answer(introduction=found, by=request.actor, now=timezone.now(), **given))


@router.post(
    "supply/introductions/{introduction_id}/result", response=IntroductionOut, operation_id="supply_result", summary="Record the deal, or why there is none"
)
def result(request: HttpRequest, introduction_id: int, body: ResultIn) -> dict[str, Any]:
    found = queries.introduction_seen(request.actor, introduction_id)
    given: dict[str, Any] = {"introduction": found, "note": body.note, "by": request.actor, "now": timezone.now()}
    if body.value_fen is None:
        return _introduction(services.record_failure(why_not=body.why_not, **given))
    return _introduction(services.record_deal(value_fen=body.value_fen, **given))
