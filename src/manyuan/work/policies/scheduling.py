"""When to screen: what was published and not screened yet, whose facts changed, and everybody once a night. The worker asks; nothing is lost when it dies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.queries import current_hash
from manyuan.work.policies.models import Changed, PolicyVersion, Screening
from manyuan.work.policies.screening import in_force, linked, screen_enterprises

NIGHT = 2
"""The local hour from which the nightly screening may begin."""
AT_ONCE = 2_000
"""Changed enterprises screened in one go."""
MANY = 0.05
"""From this share of all enterprises on, screening everybody is cheaper than screening the changed ones."""


def mark_changed(*, enterprise_ids: Iterable[int], now: datetime) -> int:
    """Note enterprises whose facts changed; they are screened at the worker's next turn."""
    return len(Changed.objects.bulk_create((Changed(enterprise_id=pk, at=now) for pk in dict.fromkeys(enterprise_ids)), batch_size=5_000))


def screen_due(*, now: datetime) -> list[Screening]:
    """Do every screening that is due at this moment; [] where none is."""
    if not current_hash():
        return []
    return [made for step in (_published, _nightly, _changed) for made in step(now)]


def _published(now: datetime) -> list[Screening]:
    on = timezone.localdate(now)
    new = [one for one in in_force(on) if one.screened_at is None]
    if not new:
        return []
    together = {other.pk: other for one in new for other in linked(one, on)}

    def settle(made: Screening) -> None:
        PolicyVersion.objects.filter(pk__in=[one.pk for one in new]).update(screened_at=now)

    return [screen_enterprises(versions=list(together.values()), cause=Screening.Cause.PUBLICATION, by=system("screening"), now=now, after=settle)]


def _nightly(now: datetime) -> list[Screening]:
    local = timezone.localtime(now)
    if local.hour < NIGHT or Screening.objects.filter(cause=Screening.Cause.NIGHTLY, as_of=local.date()).exists():
        return []
    versions = in_force(local.date())
    return [_everybody(versions, Screening.Cause.NIGHTLY, now)] if versions else []


def _changed(now: datetime) -> list[Screening]:
    if not Changed.objects.exists():
        return []
    versions = in_force(timezone.localdate(now))
    if not versions:
        Changed.objects.all().delete()
        return []
    if Changed.objects.aggregate(n=Count("enterprise", distinct=True))["n"] > max(AT_ONCE, MANY * Enterprise.objects.count()):
        return [_everybody(versions, Screening.Cause.CHANGED, now)]
    out = []
    last = Changed.objects.order_by("-pk").values_list("pk", flat=True)[0]
    while firms := list(Changed.objects.filter(pk__lte=last).order_by("enterprise_id").values_list("enterprise_id", flat=True).distinct()[:AT_ONCE]):

        def settle(made: Screening, firms: list[int] = firms) -> None:
            Changed.objects.filter(pk__lte=last, enterprise__in=firms).delete()

        out.append(screen_enterprises(versions=versions, cause=Screening.Cause.CHANGED, only=firms, by=system("screening"), now=now, after=settle))
    return out


def _everybody(versions: list[PolicyVersion], cause: str, now: datetime) -> Screening:
    last = Changed.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return screen_enterprises(versions=versions, cause=cause, by=system("screening"), now=now, after=lambda made: Changed.objects.filter(pk__lte=last).delete())
