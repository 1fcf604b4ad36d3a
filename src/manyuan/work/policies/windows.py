"""Windows of policies for one enterprise: what begins within sixty days, and what ends before it has answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.notices.reminding import AHEAD
from manyuan.work.policies.models import Entitlement, PolicyVersion
from manyuan.work.policies.queries import explanation
from manyuan.work.policies.reminding import WAITS


@dataclass(frozen=True)
class Window:
    """opens: it begins on the day, and outcome says whether the enterprise meets it on today's facts; else it ends on the day, and waits for an answer."""

    version: PolicyVersion
    day: date
    opens: bool
    outcome: str = ""
    entitlement_id: int | None = None


def windows_of(enterprise: Enterprise, on: date) -> list[Window]:
    """The windows of the next sixty days, the nearest first."""
    last = on + timedelta(days=AHEAD[0])
    soon = _keys(PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED, starts_on__gt=on, starts_on__lte=last))
    out = []
    for version in PolicyVersion.objects.filter(pk__in=soon).select_related("policy") if soon else ():
        found = explanation(version, enterprise, on)
        out.append(Window(version, version.starts_on, True, found[0].outcome if found else ""))
    waits = _keys(Entitlement.objects.filter(enterprise=enterprise, state__in=WAITS, version__ends_on__gt=on, version__ends_on__lte=last))
    for row in Entitlement.objects.filter(pk__in=waits).select_related("version__policy").defer("version__text") if waits else ():
        assert row.version.ends_on is not None
        out.append(Window(row.version, row.version.ends_on, False, entitlement_id=row.pk))
    return sorted(out, key=lambda one: (one.day, one.version.policy.code))


def _keys(rows: QuerySet[Any]) -> list[int]:
    """Most pages have no window: which there are is asked for first, and read only then."""
    return list(rows.values_list("pk", flat=True))
