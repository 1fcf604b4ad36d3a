"""What the programme does when something below changed: figures are computed anew for the periods concerned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from manyuan.facts.audit.actors import system
from manyuan.facts.filings.following import follow_moves
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.periods import Period, parse_period, period_of
from manyuan.facts.parks.models import ParkChange
from manyuan.facts.programme.computing import compute_period
from manyuan.facts.programme.models import Indicator, InstalledPack

_BY = system("programme")


def periods_to_compute(now: datetime, since: date | None = None) -> list[str]:
    """Every period for which indicators can have values: those of opened forms, and every quarter that is over since the register starts
    (or since `since`)."""
    kinds = set(Indicator.objects.values_list("period_kind", flat=True))
    opened = set(Filing.objects.order_by().values_list("period", flat=True).distinct())
    found = {text for text in opened if since is None or parse_period(text).end > since}
    if "quarter" in kinds:
        found |= set(map(str, quarters_over(now, since)))
    return sorted((text for text in found if parse_period(text).kind in kinds), key=lambda text: (parse_period(text).end, text))


def quarters_over(now: datetime, since: date | None = None) -> list[Period]:
    """The quarters since the register of parks starts (or the one that contains `since`) that are over."""
    pack = InstalledPack.objects.filter(is_current=True).first()
    if pack is None:
        return []
    start = date.fromisoformat(pack.content["register_starts"])
    quarter, out = period_of(max(start, since) if since else start, "quarter"), []
    while quarter.end <= timezone.localdate(now):
        out.append(quarter)
        quarter = quarter.next
    return out


def compute_all(*, now: datetime, since: date | None = None) -> int:
    """Compute every period, oldest first. Returns how many values changed."""
    return sum(compute_period(period=period, by=_BY, now=now) for period in periods_to_compute(now, since))


def after_lock(*, periods: Iterable[str], now: datetime) -> None:
    """Filings of these periods were locked: compute them, and the later periods that look back at them."""
    opened = set(periods_to_compute(now))
    for text in periods:
        period = parse_period(text)
        again = {text, str(period.next), str(Period(period.kind, period.year + 1, period.number))} & (opened | {text})
        for one in sorted(again, key=lambda found: parse_period(found).start):
            compute_period(period=one, by=_BY, now=now)


def after_move(*, since: date, now: datetime) -> None:
    """Firms moved or titles changed since that day: the quarters that ended after it are computed anew."""
    for quarter in quarters_over(now, since):
        compute_period(period=str(quarter), by=_BY, now=now)


def after_park_change(*, change_id: int, now: datetime) -> None:
    """Parks merged or split: filings follow, and every period that ended on or after the day is computed anew."""
    change = ParkChange.objects.get(pk=change_id)
    follow_moves(change_id=change_id, effective_on=change.effective_on, now=now)
    compute_all(now=now, since=change.effective_on)
