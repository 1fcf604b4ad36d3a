"""Filings follow the firms: the park that answers for a filing is the one where the firm sat on the period's last day, also when a park
change or a move with an earlier date is entered after the period was opened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.models import Tenancy
from manyuan.facts.enterprises.queries import present_on
from manyuan.facts.enterprises.rehearsing import Move
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.periods import parse_period


@transaction.atomic
def follow_moves(*, change_id: int, effective_on: date, now: datetime) -> int:
    """Put the filings of firms that a park change moved, for periods that end after it, under the park where they sit on the period's last
    day. Returns how many went elsewhere."""
    moved = set(Tenancy.objects.filter(change_id=change_id, superseded_at=None).values_list("enterprise_id", flat=True))
    return _follow(moved, effective_on, "park-change", change_id, now)


@transaction.atomic
def follow_firms(*, enterprise_ids: Collection[int], since: date, now: datetime) -> int:
    """The same for firms that settled elsewhere on `since`. Filings of a firm that sits in no park on the last day stay where they are."""
    return _follow(set(enterprise_ids), since, "enterprise", min(enterprise_ids, default=0) if len(enterprise_ids) == 1 else "batch", now)


def would_follow(*, moves: Mapping[date, Collection[str]]) -> int:
    """How many filings stand for periods that end on or after the day on which their firm moves (day to credit codes): they go along."""
    periods = Filing.objects.order_by().values_list("period", flat=True).distinct()
    total = 0
    for since, codes in moves.items():
        named = [text for texts in _by_last_day(periods, since).values() for text in texts]
        ordered = sorted(codes)
        for start in range(0, len(ordered), 500):
            total += Filing.objects.filter(period__in=named, enterprise__uscc__in=ordered[start : start + 500]).count()
    return total


def would_follow_moves(moves: Iterable[Move]) -> int:
    """The same for the moves of a rehearsed change of parks."""
    days: dict[date, list[str]] = {}
    for move in moves:
        days.setdefault(move.since, []).append(move.uscc)
    return would_follow(moves=days)


def _follow(firms: set[int], since: date, subject_kind: str, subject_id: int | str, now: datetime) -> int:
    if not firms:
        return 0
    changed: list[Filing] = []
    periods = Filing.objects.order_by().values_list("period", flat=True).distinct()
    ordered = sorted(firms)
    for last_day, named in _by_last_day(periods, since).items():
        for start in range(0, len(ordered), 500):
            part = ordered[start : start + 500]
            sits = dict(present_on(last_day).filter(enterprise_id__in=part).values_list("enterprise_id", "park_id"))
            rows = Filing.objects.filter(period__in=named, enterprise_id__in=part).only("id", "enterprise_id", "park_id")
            for row in rows:
                if sits.get(row.enterprise_id, row.park_id) != row.park_id:
                    row.park_id = sits[row.enterprise_id]
                    changed.append(row)
    Filing.objects.bulk_update(changed, ["park_id"], batch_size=500)
    if changed:
        after = {"count": len(changed)}
        audit.record(by=system("filings"), now=now, action="filings.follow", subject_kind=subject_kind, subject_id=subject_id, after=after)
    return len(changed)


def _by_last_day(periods: Collection[str], since: date) -> dict[date, list[str]]:
    """The periods that end on or after `since`, by their last day."""
    out: dict[date, list[str]] = {}
    for text in periods:
        last_day = parse_period(text).end - timedelta(days=1)
        if last_day >= since:
            out.setdefault(last_day, []).append(text)
    return out
