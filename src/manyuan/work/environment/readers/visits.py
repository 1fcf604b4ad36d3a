"""Visits: those that were planned for a day of the period and made."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from manyuan.facts.audit.actors import Actor
from manyuan.work.environment.readers.shapes import ByPark, Reader, Span, rates
from manyuan.work.visits.models import Visit
from manyuan.work.visits.queries import visible_visits


def _planned(span: Span, rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits planned for a day of the period that is over; cancelled ones are left out."""
    return rows.filter(planned_on__gte=span.first, planned_on__lt=min(span.after, span.on + timedelta(days=1))).exclude(state=Visit.State.CANCELLED)


def _made(span: Span) -> ByPark:
    rows = _planned(span, Visit.objects.all())
    return rates(rows, "park_id", Count("pk", filter=Q(state=Visit.State.DONE)), Count("pk"), Count("pk", filter=Q(synthetic=True)))


def _behind(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
    return _planned(span, visible_visits(actor).filter(park_id__in=parks)).select_related("enterprise", "officer").order_by("-state", "planned_on", "pk")


READERS = {"visits.made": Reader("percent", _made, "visit", _behind)}
