"""Indicators of the programme: the value of the period, else of its last quarter. `indicators.CODE`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from manyuan.facts.filings.periods import Period, period_of
from manyuan.facts.programme.models import IndicatorValue
from manyuan.work.environment.readers.shapes import ByPark, Counted, Reader, Span

PREFIX = "indicators."


def reader(code: str) -> Reader:
    """The reader of one indicator. Its values hold what lies below a park already: they are not rolled up."""

    def read(span: Span) -> ByPark:
        rows = IndicatorValue.objects.filter(indicator__code=code, superseded_at=None, value__isnull=False, period__in=_periods(span.period))
        found: dict[int | None, Counted] = {}
        for row in sorted(rows, key=lambda row: len(row.period), reverse=True):  # the period itself last
            found[row.park_id] = Counted(row.value if row.value is not None else Decimal(0), 1, int(row.synthetic > 0))
        return found

    return Reader("number", read)


def _periods(period: Period) -> list[str]:
    return [str(period)] if period.kind == "month" else [str(period), str(period_of(period.end - timedelta(days=1), "quarter"))]
