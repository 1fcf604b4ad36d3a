"""Policies over the API: what is in force, who is entitled to what, everything that concerns one enterprise, and its yes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.engines import feel
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page
from manyuan.work.policies import delivering, queries
from manyuan.work.policies.mine import explained
from manyuan.work.policies.mine import mine as own_of
from manyuan.work.policies.models import Entitlement, PolicyVersion

router = Router()


class PolicyOut(Schema):
    """A policy in its newest version that you may read. ends_on: the first day on which it no longer holds."""

    code: str
    version: int
    state: str
    name_zh: str
    name_en: str
    kind: str
    way: str
    mark: str
    starts_on: date
    ends_on: date | None


class PolicyDetail(PolicyOut):
    """With its rules as YAML with FEEL, their hash, and its delivery (money in fen)."""

    text: str
    text_hash: str
    delivery: dict[str, Any]


class EntitlementOut(Schema):
    """What an enterprise is entitled to in a year, in fen, and where it stands."""

    id: int
    policy: str
    version: int
    credit_code: str
    enterprise: str
    park: str | None
    year: int
    amount_fen: int
    state: str
    as_of: date
    promised_on: date | None
    changed_at: datetime
    is_synthetic: bool


class EntitlementFilter(Schema):
    policy: str = Field("", max_length=40)
    state: str = Field("", max_length=10)
    park: str = Field("", max_length=40)


class ConditionOut(Schema):
    """A condition as it came out: true, false or unknown (null), on these facts; distance in its unit where that has a meaning."""

    id: str
    clause: str
    text_zh: str
    text_en: str
    truth: bool | None
    facts: dict[str, str | None]
    distance: str | None
    unit: str


class OutcomeOut(Schema):
    """What a policy says of the enterprise today. outcome: near (one step away) | undetermined (facts are missing) | refused | entitled."""

    policy: str
    version: int
    outcome: str
    missing: list[str]
    conditions: list[ConditionOut]


class MineOut(Schema):
    """Everything that the policies in force say of an enterprise."""

    credit_code: str
    as_of: date
    entitled: list[EntitlementOut]
    outcomes: list[OutcomeOut]


class AnswerIn(Body):
    """The enterprise's answer. facts: those that the short form asks for, as people write them (yuan). text: which fact is wrong, or why not."""

    answer: Literal["accept", "refuse", "dispute"]
    facts: dict[str, str] = Field(default_factory=dict)
    text: str = Field("", max_length=5_000)


def _policy(row: PolicyVersion) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("state", "name_zh", "name_en", "kind", "way", "mark", "starts_on", "ends_on")} | {
        "code": row.policy.code, "version": row.number, "text": row.text, "text_hash": row.text_hash, "delivery": row.delivery,
    }  # fmt: skip


def _entitlement(row: Entitlement) -> dict[str, Any]:
    return {
        "id": row.pk, "policy": row.version.policy.code, "version": row.version.number, "credit_code": row.enterprise.uscc, "enterprise": row.enterprise.name,
        "park": row.park.code if row.park else None, "year": row.year, "amount_fen": row.amount_fen, "state": row.state, "as_of": row.as_of,
        "promised_on": row.promised_on, "changed_at": row.changed_at, "is_synthetic": row.synthetic,
    }  # fmt: skip


def _value(value: object) -> str | None:
    return None if value is None else feel.text_of(value).strip('"')


@router.get("policies", response=Page[PolicyOut], operation_id="policies_list", summary="Policies, newest versions")
def policies(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    return page(queries.newest_versions(request.actor).order_by("policy__code"), wanted, _policy)


@router.get("policies/{code}", response=PolicyDetail, operation_id="policies_get", summary="One policy with its rules")
def policy(request: HttpRequest, code: str) -> dict[str, Any]:
    return _policy(queries.version_seen(request.actor, code))


@router.get("entitlements", response=Page[EntitlementOut], operation_id="entitlements_list", summary="Who is entitled to what")
def entitlements(request: HttpRequest, chosen: EntitlementFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    rows = queries.visible(request.actor).select_related("version__policy", "enterprise", "park").order_by("pk")
    names = {"policy": "version__policy__code", "state": "state", "park": "park__code"}
    return page(rows.filter(**{names[key]: value for key, value in chosen.dict().items() if value}), wanted, _entitlement)


@router.post(
    "entitlements/{entitlement_id}/answer", response=EntitlementOut, operation_id="entitlements_answer", summary="The enterprise accepts, refuses or disputes"
)
def answer(request: HttpRequest, entitlement_id: int, body: AnswerIn) -> dict[str, Any]:
    who, now = request.actor, timezone.now()
    row = queries.entitlement_seen(who, entitlement_id)
    if body.answer == "accept":
        row = delivering.accept_entitlement(entitlement=row, facts=body.facts, by=who, now=now)
    elif body.answer == "refuse":
        row = delivering.refuse_entitlement(entitlement=row, reason=body.text, by=who, now=now)
    else:
        row = delivering.dispute_entitlement(entitlement=row, text=body.text, by=who, now=now)
    return _entitlement(queries.entitlement_seen(who, row.pk))


@router.get("enterprises/{uscc}/policies", response=MineOut, operation_id="enterprises_policies", summary="What is an enterprise's own, with every reason")
def mine(request: HttpRequest, uscc: str) -> dict[str, Any]:
    firm = visible_enterprises(request.actor).filter(uscc=uscc.upper()).first()
    if firm is None:
        raise NotFound()
    on = timezone.localdate()
    found = own_of(firm, on)
    rows = Entitlement.objects.filter(pk__in=[row.pk for row in found.entitled]).select_related("version__policy", "enterprise", "park")
    return {
        "credit_code": firm.uscc,
        "as_of": on,
        "entitled": [_entitlement(row) for row in rows],
        "outcomes": [_outcome(*pair) for pair in explained(firm, [version for version, _ in [*found.near, *found.open, *found.refused]], on)],
    }


def _outcome(version: PolicyVersion, found: Any) -> dict[str, Any]:
    conditions = [
        {
            "id": step.condition.id, "clause": step.condition.clause, "text_zh": step.condition.text.zh, "text_en": step.condition.text.en, "truth": step.truth,
            "facts": {used.name: _value(used.value) for used in step.used}, "distance": _value(step.distance), "unit": step.unit,
        }
        for step in found.steps
    ]  # fmt: skip
    return {"policy": version.policy.code, "version": version.number, "outcome": found.outcome, "missing": list(found.missing), "conditions": conditions}
