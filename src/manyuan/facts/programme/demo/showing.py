"""What the demo's named official has released, so that the public page can be tried; marked synthetic like all of it."""

from __future__ import annotations

from datetime import datetime

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.programme.models import Goal, IndicatorValue, Release
from manyuan.facts.programme.releases import release_figure


def release_some(*, now: datetime) -> int:
    """Release the latest value of every quantitative goal's indicator, once. Returns how many."""
    official = User.objects.filter(is_demo=True, may_release=True).first()
    if official is None or Release.objects.exists():
        return 0
    count = 0
    for goal in Goal.objects.filter(indicator__isnull=False).select_related("indicator"):
        rows = IndicatorValue.objects.filter(indicator=goal.indicator, park=None, superseded_at=None, value__isnull=False)
        periods = sorted(rows.values_list("period", flat=True), key=lambda text: parse_period(text).end)
        if periods and goal.indicator is not None:
            release_figure(indicator=goal.indicator, period=periods[-1], by=actor_of(official, "demo"), now=now)
            count += 1
    return count
