"""Windows of policies for one enterprise: what begins within sixty days, and what ends before it has answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

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
    soon = PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED, starts_on__gt=on, starts_on__lte=last).select_related("policy")
    out = []
    for version in soon:
        found = explanation(version, enterprise, on)
        out.append(Window(version, version.starts_on, True, found[0].outcome if found else ""))
    waits = Entitlement.objects.filter(enterprise=enterprise, state__in=WAITS, version__ends_on__gt=on, version__ends_on__lte=last)
    for row in waits.select_related("version__policy").defer("version__text"):
        assert row.version.ends_on is not None
        out.append(Window(row.version, row.version.ends_on, False, entitlement_id=row.pk))
    return sorted(out, key=lambda one: (one.day, one.version.policy.code))
