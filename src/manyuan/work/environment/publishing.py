"""Showing a scorecard to the public, by a named official who may, as it is at that moment; taking it back with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from manyuan.facts.accounts.models import User
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.programme.releases import RELEASE, may_release
from manyuan.work.environment.errors import AlreadyPublished, NothingToPublish, NotPublished, ReasonNeeded
from manyuan.work.environment.models import Publication, Scorecard


@transaction.atomic
def publish_scorecard(*, scorecard: Scorecard, by: Actor, now: datetime) -> Publication:
    """Publish what stands in the scorecard. It stays as it is, whatever is computed later. Raises NotAllowed, NothingToPublish, AlreadyPublished."""
    official = _official(by)
    current = Scorecard.objects.select_for_update().get(pk=scorecard.pk)
    if current.points is None or current.superseded_at is not None:
        raise NothingToPublish()
    if standing().filter(scorecard__definition__code=current.definition.code, scorecard__park=current.park, scorecard__period=current.period).exists():
        raise AlreadyPublished()
    label = f"{official.display_name or official.username} {official.post}".strip()
    made = Publication.objects.create(scorecard=current, published_by=official, published_label=label, published_at=now)
    after = {"scorecard": current.definition.code, "park": current.park_id, "period": current.period, "points": current.points, "by": label}
    audit.record(by=by, now=now, action="environment.publish", subject_kind="scorecard", subject_id=current.pk, after=after)
    return made


@transaction.atomic
def withdraw_scorecard(*, scorecard: Scorecard, reason: str, by: Actor, now: datetime) -> Publication:
    """Take a published scorecard back; it no longer shows. Raises NotAllowed, ReasonNeeded, NotPublished."""
    official = _official(by)
    if not reason.strip():
        raise ReasonNeeded()
    found = standing().select_for_update().filter(scorecard=scorecard).first()
    if found is None:
        raise NotPublished()
    found.withdrawn_at, found.withdrawn_label, found.withdrawn_reason = now, official.display_name or official.username, reason.strip()
    found.save(update_fields=["withdrawn_at", "withdrawn_label", "withdrawn_reason"])
    audit.record(by=by, now=now, action="environment.withdraw", subject_kind="scorecard", subject_id=scorecard.pk, reason=reason)
    return found


def standing():  # type: ignore[no-untyped-def]
    """What the public sees."""
    return Publication.objects.filter(withdrawn_at=None)


def _official(by: Actor) -> User:
    if not may_release(by):
        raise NotAllowed(RELEASE, by)
    return User.objects.get(pk=by.id)
