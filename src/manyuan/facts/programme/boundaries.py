"""A park's figure over time on the boundary of its day and on today's, side by side, with the changes of parks that explain a difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks import queries as parks
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.computing import compute
from manyuan.facts.programme.models import Indicator, IndicatorValue

REDRAWING = ("merge", "split")


@dataclass(frozen=True)
class Sides:
    """A figure of one period. then: as stored, on the boundary of the period's last day; today: the same filings put where their parks went;
    why: the merges and splits since then (empty where the two agree, or where a park above or below changed)."""

    period: str
    then: Decimal | None
    today: Decimal | None
    why: tuple[parks.Step, ...]

    @property
    def differ(self) -> bool:
        return self.then != self.today


def both_boundaries(*, park: Park, indicator: Indicator, today: date) -> list[Sides]:
    """Every period for which the park, or else the city, has a value of the indicator, oldest first."""
    changes = [step for step in parks.timeline(park.pk) if step.kind in REDRAWING]
    out = []
    for row in _stored(indicator, park.pk) or _stored(indicator, None):
        then = row.value if row.park_id == park.pk else None
        found = compute(row.period, codes=[indicator.code], boundary="today", today=today).get((indicator.code, park.pk))
        now = found.value if found else None
        why = tuple(step for step in changes if step.effective_on >= parse_period(row.period).end) if then != now else ()
        out.append(Sides(row.period, then, now, why))
    return out


def _stored(indicator: Indicator, park_id: int | None) -> list[IndicatorValue]:
    rows = IndicatorValue.objects.filter(indicator=indicator, park_id=park_id, superseded_at=None)
    return sorted(rows, key=lambda row: parse_period(row.period).start)
