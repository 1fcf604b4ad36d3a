"""Filings follow the parks: when parks merge or split, what is owed for periods that end afterwards is answered for by the new park."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.models import Tenancy
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.periods import parse_period


@transaction.atomic
def follow_moves(*, change_id: int, effective_on: date, now: datetime) -> int:
    """Put the filings of firms that a park change moved, for periods that end after it, under the park where they now sit. Returns how many."""
    moved = dict(Tenancy.objects.filter(change_id=change_id, superseded_at=None).values_list("enterprise_id", "park_id"))
    if not moved:
        return 0
    later = [p for p in Filing.objects.order_by().values_list("period", flat=True).distinct() if parse_period(p).end > effective_on]
    firms, changed = sorted(moved), []
    for start in range(0, len(firms), 500):
        rows = Filing.objects.filter(period__in=later, enterprise_id__in=firms[start : start + 500])
        changed += [row for row in rows if moved[row.enterprise_id] != row.park_id]
    for row in changed:
        row.park_id = moved[row.enterprise_id]
    Filing.objects.bulk_update(changed, ["park_id"], batch_size=500)
    if changed:
        audit.record(by=system("filings"), now=now, action="filings.follow", subject_kind="park-change", subject_id=change_id, after={"count": len(changed)})
    return len(changed)
