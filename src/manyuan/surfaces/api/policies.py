"""Policies over the API: what is in force, who is entitled to what, everything that concerns one enterprise, and its yes.

Beside each code stands what the pages call it, in the language asked for (Accept-Language): codes are for programs and stay, words are to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, repeat
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from manyuan.engines import feel
from manyuan.engines.screening import Column, Explanation, Text
from manyuan.engines.screening.explain import Used
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.facts.factsheet.queries import current_definition, current_hash
from manyuan.surfaces.api.shapes import WORDS, Body, Page, PageParameters, Paging, page
from manyuan.surfaces.web import figures, policy_words
from manyuan.surfaces.web.acting import language
from manyuan.surfaces.web.policy_reading import in_words
from manyuan.surfaces.web.rules_said import rule_said
from manyuan.surfaces.web.templatetags.manyuan import mark_words
from manyuan.work.policies import delivering, queries
from manyuan.work.policies.composing import fields_of
from manyuan.work.policies.mine import explained
from manyuan.work.policies.mine import mine as own_of
from manyuan.work.policies.models import Entitlement, PolicyVersion
from manyuan.work.policies.rules import rules_of

router = Router()


class PolicyOut(Schema):
    """A policy in its newest version that you may read. ends_on: the first day on which it no longer holds."""

    code: str
    version: int
    name: str = Field(..., description="Its name in the language asked for")
    name_zh: str
    name_en: str
    state: str = Field(..., description="draft | review | published | superseded | ended | dropped")
    state_words: str = WORDS
    kind: str = Field(..., description="money | title")
    kind_words: str = WORDS
    way: str = Field(..., description="no-application | short-form | application")
    way_words: str = WORDS
    mark: str = Field(..., description="How far it is verified: V | C | GK | example")
    mark_words: str = Field(..., description="What the mark means, in the language asked for; empty for V, which is verified")
    starts_on: date
    ends_on: date | None


class RuleOut(Schema):
    """A condition, or the rule of the amount: as FEEL and as people read it."""

    id: str
    clause: str
    text: str = Field(..., description="What it demands, in the language asked for")
    text_zh: str
    text_en: str
    rule: str = Field(..., description="FEEL, or `#Table` for a decision table")
    rule_words: str = Field(..., description="The rule with facts and codes by their names, in the language asked for")


class PolicyDetail(PolicyOut):
    """With its conditions, its rules as YAML with FEEL, their hash, and its delivery (money in fen). amount: null for a title."""

    conditions: list[RuleOut]
    amount: RuleOut | None
    text: str
    text_hash: str
    delivery: dict[str, Any]


class EntitlementOut(Schema):
    """What an enterprise is entitled to in a year, in fen, and where it stands."""

    id: int
    policy: str
    policy_name: str = Field(..., description="The policy's name in the language asked for")
    version: int
    credit_code: str
    enterprise: str
    park: str | None
    park_name: str | None = Field(..., description="The park's name in the language asked for")
    year: int
    amount_fen: int
    amount_words: str = Field(..., description="The amount as pages write it, in the language asked for; empty for a title")
    way: str = Field(..., description="no-application | short-form | application")
    way_words: str = WORDS
    state: str
    state_words: str = WORDS
    as_of: date
    promised_on: date | None
    changed_at: datetime
    is_synthetic: bool


class EntitlementFilter(Schema):
    policy: str = Field("", max_length=40)
    state: str = Field("", max_length=10)
    park: str = Field("", max_length=40)


class FactOut(Schema):
    """A fact as a condition used it."""

    name: str = Field(..., description="The column of the fact sheet")
    label: str = Field(..., description="What it is called, in the language asked for")
    value: str | None = Field(..., description="The value as stored: money in yuan, codes as codes; null where it is not known")
    value_words: str = Field(..., description="The value as pages write it, in the language asked for")
    source: str = Field(..., description="Where it comes from, in the language asked for")


class ConditionOut(Schema):
    """A condition as it came out on these facts; distance in its unit where that has a meaning."""

    id: str
    clause: str
    text: str = Field(..., description="What it demands, in the language asked for")
    text_zh: str
    text_en: str
    rule: str = Field(..., description="FEEL")
    rule_words: str = Field(..., description="The rule with facts and codes by their names, in the language asked for")
    truth: bool | None = Field(..., description="null: not known")
    truth_words: str = WORDS
    facts: dict[str, str | None] = Field(..., description="Column to value, as stored")
    used: list[FactOut] = Field(..., description="The same facts with their names, values and sources in words")
    distance: str | None
    unit: str
    short: str = Field(..., description="By how much it is missed, in the language asked for; empty where it is met or that has no meaning")


class MissingOut(Schema):
    """A fact that is not known."""

    name: str
    label: str = Field(..., description="What it is called, in the language asked for")
    asked: bool = Field(..., description="The enterprise can declare it itself")


class OutcomeOut(Schema):
    """What a policy says of the enterprise today."""

    policy: str
    policy_name: str = Field(..., description="The policy's name in the language asked for")
    version: int
    outcome: str = Field(..., description="near (one step away) | undetermined (facts are missing) | refused | entitled")
    outcome_words: str = WORDS
    missing: list[str]
    missing_facts: list[MissingOut]
    conditions: list[ConditionOut]


class MineOut(Schema):
    """Everything that the policies in force say of an enterprise."""

    credit_code: str
    enterprise: str
    as_of: date
    entitled: list[EntitlementOut]
    outcomes: list[OutcomeOut]


class AnswerIn(Body):
    """The enterprise's answer. facts: those that the short form asks for, as people write them (yuan). text: which fact is wrong, or why not."""

    answer: Literal["accept", "refuse", "dispute"]
    facts: dict[str, str] = Field(default_factory=dict)
    text: str = Field("", max_length=5_000)


def _policy(row: PolicyVersion) -> dict[str, Any]:
    marked = mark_words().get(row.mark)
    return {name: getattr(row, name) for name in ("state", "name_zh", "name_en", "kind", "way", "mark", "starts_on", "ends_on")} | {
        "code": row.policy.code, "version": row.number, "name": row.name(language()), "state_words": policy_words.version_state(row.state)[1],
        "kind_words": policy_words.kind(row.kind), "way_words": policy_words.way(row.way), "mark_words": marked[1] if marked else "",
    }  # fmt: skip


def _detail(row: PolicyVersion) -> dict[str, Any]:
    lang, schema, written = language(), current_definition().schema, fields_of(row.text)
    rules = rules_of(row, current_hash())
    conditions = [
        _rule(one.id, one.clause, one.text, in_words(one.when, given.get("when"), schema, lang), lang)
        for one, given in zip(rules.conditions, chain(written["conditions"], repeat({})))
    ]
    amount = None
    if rules.amount.value is not None:
        amount = _rule("amount", rules.amount.clause, Text("金额", "Amount"), in_words(rules.amount.value, written["amount"].get("value"), schema, lang), lang)
    return _policy(row) | {"conditions": conditions, "amount": amount, "text": row.text, "text_hash": row.text_hash, "delivery": row.delivery}


def _rule(name: str, clause: str, text: Text, rule: dict[str, str], lang: str) -> dict[str, Any]:
    return {
        "id": name, "clause": clause, "text": text.in_language(lang), "text_zh": text.zh, "text_en": text.en, "rule": rule["rule"], "rule_words": rule["said"],
    }  # fmt: skip


def _entitlement(row: Entitlement) -> dict[str, Any]:
    version = row.version
    return {
        "id": row.pk, "policy": version.policy.code, "policy_name": version.name(language()), "version": version.number, "credit_code": row.enterprise.uscc,
        "enterprise": row.enterprise.name, "park": row.park.code if row.park else None, "park_name": figures.pick(row.park) if row.park else None, "year": row.year,
        "amount_fen": row.amount_fen, "amount_words": str(figures.figure(row.amount_fen, "fen")) if version.kind == "money" else "", "way": version.way,
        "way_words": policy_words.way(version.way), "state": row.state, "state_words": policy_words.state(row.state)[1], "as_of": row.as_of,
        "promised_on": row.promised_on, "changed_at": row.changed_at, "is_synthetic": row.synthetic,
    }  # fmt: skip


def _value(value: object) -> str | None:
    return None if value is None else feel.text_of(value).strip('"')


@router.get("policies", response=Page[PolicyOut], operation_id="policies_list", summary="Policies, newest versions")
def policies(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    return page(queries.newest_versions(request.actor).order_by("policy__code"), wanted, _policy)


@router.get("policies/{code}", response=PolicyDetail, operation_id="policies_get", summary="One policy with its rules")
def policy(request: HttpRequest, code: str) -> dict[str, Any]:
    return _detail(queries.version_seen(request.actor, code))


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
    speaking = _Speaking(language(), set(current_definition().asked()), policy_words.form_names(), found.origins)
    return {
        "credit_code": firm.uscc,
        "enterprise": firm.name,
        "as_of": on,
        "entitled": [_entitlement(row) for row in rows],
        "outcomes": [_outcome(*pair, speaking) for pair in explained(firm, _whole([version for version, _ in [*found.near, *found.open, *found.refused]]), on)],
    }


def _whole(versions: list[PolicyVersion]) -> list[PolicyVersion]:
    """The versions with their texts: those that are kept ready for many firms have none."""
    found = {row.pk: row for row in PolicyVersion.objects.filter(pk__in=[one.pk for one in versions]).select_related("policy")}
    return [found[one.pk] for one in versions if one.pk in found]


@dataclass(frozen=True)
class _Speaking:
    """What is needed to say outcomes in words: the language, the facts that are asked for, the names of the forms, where each value comes from."""

    language: str
    asked: set[str]
    forms: Mapping[str, str]
    origins: Mapping[str, Any]


def _outcome(version: PolicyVersion, found: Explanation, speaking: _Speaking) -> dict[str, Any]:
    lang, schema = speaking.language, found.schema
    conditions = [
        {
            "id": step.condition.id, "clause": step.condition.clause, "text": step.condition.text.in_language(lang), "text_zh": step.condition.text.zh,
            "text_en": step.condition.text.en, "rule": step.condition.when, "rule_words": rule_said(step.condition.when, schema, lang), "truth": step.truth,
            "truth_words": policy_words.truth(step.truth), "facts": {used.name: _value(used.value) for used in step.used},
            "used": [_fact(used, schema[used.name], speaking) for used in step.used], "distance": _value(step.distance), "unit": step.unit,
            "short": policy_words.short(step),
        }
        for step in found.steps
    ]  # fmt: skip
    missing = [{"name": name, "label": schema[name].label(lang), "asked": name in speaking.asked} for name in found.missing]
    return {
        "policy": version.policy.code, "policy_name": version.name(lang), "version": version.number, "outcome": found.outcome,
        "outcome_words": policy_words.outcome(found.outcome)[1], "missing": list(found.missing), "missing_facts": missing, "conditions": conditions,
    }  # fmt: skip


def _fact(used: Used, column: Column, speaking: _Speaking) -> dict[str, Any]:
    return {
        "name": used.name, "label": column.label(speaking.language), "value": _value(used.value),
        "value_words": policy_words.fact_value(column, used.value, speaking.language, speaking.origins),
        "source": policy_words.origin(speaking.origins.get(used.name), speaking.forms)[0],
    }  # fmt: skip
