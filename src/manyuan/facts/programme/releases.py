"""Figures released to the public: by a named official who may, with the value fixed at that moment; withdrawn with a reason, never deleted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import User
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.programme.errors import AlreadyReleased, NothingToRelease, ReasonMissing
from manyuan.facts.programme.models import Indicator, IndicatorValue, Release

RELEASE = gettext_noop("release figures to the public")


@transaction.atomic
def release_figure(*, indicator: Indicator, period: str, by: Actor, now: datetime, park_id: int | None = None) -> Release:
    """Release the current value of an indicator for a period, of the city or of one park. Raises NotAllowed, NothingToRelease, AlreadyReleased."""
    official = _official(by)
    value = IndicatorValue.objects.filter(indicator=indicator, park_id=park_id, period=period, superseded_at=None, value__isnull=False).first()
    if value is None or value.value is None:
        raise NothingToRelease(indicator=indicator.name_zh, period=period)
    standing = current_releases().filter(indicator=indicator, park_id=park_id, period=period).first()
    if standing is not None:
        raise AlreadyReleased(indicator=indicator.name_zh, period=period)
    name = official.display_name or official.username
    row = Release.objects.create(
        indicator=indicator, park_id=park_id, period=period, value=value.value, is_synthetic=value.synthetic > 0, released_by=official,
        released_by_name=f"{name} · {official.post}" if official.post else name, released_at=now,
    )  # fmt: skip
    after = {"indicator": indicator.code, "park": park_id, "period": period, "value": value.value}
    audit.record(by=by, now=now, action="programme.release", subject_kind="release", subject_id=row.pk, after=after)
    return row


@transaction.atomic
def withdraw_release(*, release: Release, reason: str, by: Actor, now: datetime) -> None:
    """Take a released figure back, with the reason; it no longer shows. Raises NotAllowed, ReasonMissing."""
    _official(by)
    if not reason.strip():
        raise ReasonMissing()
    Release.objects.filter(pk=release.pk, withdrawn_at=None).update(withdrawn_at=now, withdrawn_reason=reason.strip())
    audit.record(by=by, now=now, action="programme.withdraw", subject_kind="release", subject_id=release.pk, reason=reason)


def may_release(by: Actor) -> bool:
    """Whether the actor is one of the officials who release figures."""
    return by.id is not None and User.objects.filter(pk=by.id, may_release=True, is_active=True, organisation__kind="city").exists()


def current_releases() -> QuerySet[Release]:
    """What the public sees."""
    return Release.objects.filter(withdrawn_at=None).select_related("indicator", "park").order_by("indicator__order", "park__code", "-period")


def _official(by: Actor) -> User:
    if not may_release(by):
        raise NotAllowed(RELEASE, by)
    return User.objects.get(pk=by.id)
