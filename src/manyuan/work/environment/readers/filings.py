"""Reporting: handed in by the due day, and how long the park took to check what was handed in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from manyuan.facts.audit.actors import Actor
from manyuan.facts.filings.models import Filing, FilingStep
from manyuan.facts.filings.queries import visible
from manyuan.work.environment.readers.shapes import ByPark, Reader, Span, means, rates

_MADE_UP = Count("pk", filter=Q(latest__is_synthetic=True))


def _due(span: Span, rows: QuerySet[Filing]) -> QuerySet[Filing]:
    """Enterprise filings whose due day lies in the period and is over."""
    return rows.filter(enterprise__isnull=False, due_on__gte=span.first, due_on__lt=min(span.after, span.on + timedelta(days=1)))


def _in_time(span: Span) -> ByPark:
    return rates(_due(span, Filing.objects.all()), "park_id", Count("pk", filter=Q(in_time=True)), Count("pk"), _MADE_UP)


def _days_to_check(span: Span) -> ByPark:
    """Days from the first handing in to the park's approval, of those approved in the period."""
    rows = FilingStep.objects.filter(
        action=FilingStep.Action.APPROVE, at__gte=span.began, at__lt=min(span.ended, span.until), filing__first_submitted_at__isnull=False
    )
    found = rows.values_list("filing__park_id", "at", "filing__first_submitted_at", "filing__latest__is_synthetic")
    return means([(park, max(0, (at - handed_in).days), made_up) for park, at, handed_in, made_up in found.iterator(chunk_size=5000)])


def _behind(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
    return _due(span, visible(actor).filter(park_id__in=parks)).select_related("form", "enterprise").order_by("in_time", "due_on", "pk")


READERS = {
    "filings.in_time": Reader("percent", _in_time, "filing", _behind),
    "filings.days_to_check": Reader("days", _days_to_check),
}
