"""A policy up to its publication: drafted by one person, reviewed by others, published by a third at most; every step on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.engines.screening.screen import VERSION as ENGINE
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.factsheet.queries import current_definition, current_hash
from manyuan.work.money.funds import set_line
from manyuan.work.policies.errors import AtWork, OwnWork, PolicyFaulty, ReasonMissing, ReviewsMissing, WrongState
from manyuan.work.policies.funding import fund_of, line_of, share_out
from manyuan.work.policies.models import Policy, PolicyVersion, Review
from manyuan.work.policies.rules import parse, read_delivery, text_hash

DRAFT = gettext_noop("draft a policy")
REVIEW = gettext_noop("review a policy")
PUBLISH = gettext_noop("publish a policy")
END = gettext_noop("end a policy")
_AT_WORK = (PolicyVersion.State.DRAFT, PolicyVersion.State.REVIEW)


@transaction.atomic
def draft_policy(*, text: str, delivery: Mapping[str, Any], by: Actor, now: datetime) -> PolicyVersion:
    """A new draft from rules (YAML with FEEL, one policy): of a new policy, or the next version of the one whose code it bears.

    Raises NotAllowed, PolicyFaulty (every fault, line and column), WrongDelivery, AtWork where a version is already being worked on.
    """
    _allowed(by, DRAFT)
    rules, given = _checked(text, delivery)
    policy, _ = Policy.objects.get_or_create(code=rules.code, defaults={"created_at": now})
    waiting = policy.versions.filter(state__in=_AT_WORK).first()
    if waiting is not None:
        raise AtWork(policy=policy.code, number=waiting.number)
    number = (policy.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = PolicyVersion(policy=policy, number=number, drafted_by_id=by.id, drafted_label=by.label, changed_at=now)
    _fill(version, text, rules, given)
    version.save()
    _record(version, "draft", by, now)
    return version


@transaction.atomic
def change_draft(*, version: PolicyVersion, text: str, delivery: Mapping[str, Any], by: Actor, now: datetime) -> PolicyVersion:
    """Change a draft. Raises NotAllowed, WrongState, PolicyFaulty (also for another code), WrongDelivery."""
    _allowed(by, DRAFT)
    version = _locked(version, PolicyVersion.State.DRAFT)
    rules, given = _checked(text, delivery)
    if rules.code != version.policy.code:
        raise PolicyFaulty(faults=f"code: {rules.code}; {version.policy.code}")
    _fill(version, text, rules, given)
    version.drafted_by_id, version.drafted_label, version.changed_at = by.id, by.label, now
    version.save()
    _record(version, "change", by, now)
    return version


@transaction.atomic
def submit_draft(*, version: PolicyVersion, by: Actor, now: datetime) -> PolicyVersion:
    """Hand a draft to the reviewers; earlier reviews of it no longer count. Raises UnknownFund for money that no fund pays."""
    _allowed(by, DRAFT)
    version = _locked(version, PolicyVersion.State.DRAFT)
    fund_of(version)
    version.reviews.all().delete()
    version = _move(version, PolicyVersion.State.REVIEW, "submit", by, now)
    audit.emit(name="policy.submitted", data={"version_id": version.pk}, now=now)
    return version


@transaction.atomic
def review_policy(*, version: PolicyVersion, kind: str, agreed: bool, note: str, by: Actor, now: datetime) -> Review:
    """A reviewer's word on one side of it (content, legal, finance). A no needs a note and sends it back to the draft. Raises OwnWork for who drafted it."""
    _allowed(by, REVIEW)
    version = _locked(version, PolicyVersion.State.REVIEW)
    if by.id is not None and by.id == version.drafted_by_id:
        raise OwnWork()
    if not agreed and not note.strip():
        raise ReasonMissing()
    review = Review.objects.create(
        version=version, kind=Review.Kind(kind), agreed=agreed, note=note.strip(), reviewer_id=by.id, reviewer_label=by.label, at=now
    )
    if agreed:
        _record(version, "review", by, now, kind=kind, agreed=True)
    else:
        _move(version, PolicyVersion.State.DRAFT, "send_back", by, now, reason=note)
    audit.emit(name="policy.reviewed", data={"review_id": review.pk}, now=now)
    return review


def reviews_missing(version: PolicyVersion) -> list[str]:
    """The sides of it to which nobody has agreed yet."""
    agreed = set(version.reviews.filter(agreed=True).values_list("kind", flat=True))
    return [kind for kind in Review.Kind.values if kind not in agreed]


@transaction.atomic
def publish_policy(*, version: PolicyVersion, by: Actor, now: datetime) -> PolicyVersion:
    """Publish a reviewed version: it is fixed with the definition of facts and the engine's version; the one before it is superseded.

    Emits `policy.published`, on which everybody is screened. Its line of the fund is set to its budget. Raises NotAllowed,
    OwnWork, WrongState, ReviewsMissing, PolicyFaulty; UnknownFund, Short and BelowBound where its money is not there.
    """
    _allowed(by, PUBLISH)
    version = _locked(version, PolicyVersion.State.REVIEW)
    if by.id is not None and by.id == version.drafted_by_id:
        raise OwnWork()
    if missing := reviews_missing(version):
        raise ReviewsMissing(kinds=", ".join(missing))
    parse(version.text, current_definition(), "en")
    _hand_over(version, by, now)
    version.policy.versions.filter(state=PolicyVersion.State.PUBLISHED).update(state=PolicyVersion.State.SUPERSEDED, changed_at=now)
    version.published_by_id, version.published_label, version.published_at = by.id, by.label, now
    version.facts_hash, version.engine_version = current_hash(), ENGINE
    version = _move(version, PolicyVersion.State.PUBLISHED, "publish", by, now)
    audit.emit(name="policy.published", data={"version_id": version.pk}, now=now)
    return version


def _hand_over(version: PolicyVersion, by: Actor, now: datetime) -> None:
    """The money of the version before goes to this one: the same line with the new budget, or, where the fund is another, what nothing was bound of."""
    year = max(timezone.localdate(now).year, version.starts_on.year)
    old = version.policy.versions.filter(state=PolicyVersion.State.PUBLISHED).first()
    if old is not None and line_of(old) and (fund_of(old), line_of(old)) != (fund_of(version), line_of(version)):
        fund = fund_of(old)
        if fund is not None:
            set_line(fund=fund, year=year, line=line_of(old), fen=0, by=by, now=now)
    share_out(version, year, by, now)


@transaction.atomic
def drop_draft(*, version: PolicyVersion, reason: str, by: Actor, now: datetime) -> PolicyVersion:
    """Give up a version that is not published."""
    _allowed(by, DRAFT)
    version = _locked(version, *_AT_WORK)
    if not reason.strip():
        raise ReasonMissing()
    return _move(version, PolicyVersion.State.DROPPED, "drop", by, now, reason=reason)


@transaction.atomic
def end_policy(*, version: PolicyVersion, on: date, reason: str, by: Actor, now: datetime) -> PolicyVersion:
    """End a published policy on a day (the day itself is out). From then on nobody is newly entitled; whoever is on the list by then goes on to the payment."""
    _allowed(by, END)
    version = _locked(version, PolicyVersion.State.PUBLISHED)
    if not reason.strip():
        raise ReasonMissing()
    if on <= version.starts_on:
        raise PolicyFaulty(faults=f"end: {on} <= {version.starts_on}")
    version.ends_on, version.end_reason = on, reason.strip()
    return _move(version, PolicyVersion.State.ENDED, "end", by, now, reason=reason)


def _allowed(by: Actor, act: str) -> None:
    if not by.sees_all:
        raise NotAllowed(act, by)


def _checked(text: str, delivery: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    definition = current_definition()
    from django.utils.translation import get_language

    rules = parse(text, definition, get_language() or "zh")
    return rules, asdict(read_delivery(delivery, definition.asked()))


def _fill(version: PolicyVersion, text: str, rules: Any, delivery: dict[str, Any]) -> None:
    version.text, version.text_hash = text, text_hash(text)
    version.name_zh, version.name_en = rules.name.zh or rules.name.en, rules.name.en
    version.kind, version.way, version.mark, version.source = rules.kind, rules.delivery, rules.mark, rules.source
    version.starts_on, version.ends_on = rules.start, rules.end
    version.delivery = delivery


def _locked(version: PolicyVersion, *states: str) -> PolicyVersion:
    found = PolicyVersion.objects.select_for_update().select_related("policy").get(pk=version.pk)
    if found.state not in states:
        raise WrongState(what=found.policy.code, state=found.state, expected=", ".join(states))
    return found


def _move(version: PolicyVersion, state: str, act: str, by: Actor, now: datetime, reason: str = "") -> PolicyVersion:
    version.state, version.changed_at = state, now
    version.save()
    _record(version, act, by, now, reason=reason)
    return version


def _record(version: PolicyVersion, act: str, by: Actor, now: datetime, reason: str = "", **more: Any) -> None:
    after = {"policy": version.policy.code, "number": version.number, "state": version.state, "text_hash": version.text_hash, **more}
    audit.record(by=by, now=now, action=f"policies.{act}", subject_kind="policy", subject_id=version.pk, after=after, reason=reason)
