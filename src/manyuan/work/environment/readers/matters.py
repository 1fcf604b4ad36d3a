"""Matters and delegated powers: done by the promised day, trips out of the park, what was not asked twice, powers that are really used."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from manyuan.facts.audit.actors import Actor
from manyuan.work.environment.readers.shapes import ByPark, Reader, Span, means, midnight, rates
from manyuan.work.matters.models import Application, Asked, Holding, StepRun
from manyuan.work.matters.queries import visible_applications

_MADE_UP = Count("pk", filter=Q(synthetic=True))
_YEAR = timedelta(days=365)


def _due(span: Span, rows: QuerySet[Application]) -> QuerySet[Application]:
    """Applications promised for a day of the period that is over; withdrawn ones are left out."""
    return rows.filter(due_on__gte=span.first, due_on__lt=min(span.after, span.on + timedelta(days=1))).exclude(state=Application.State.WITHDRAWN)


def _ended(span: Span, rows: QuerySet[Application]) -> QuerySet[Application]:
    done = (Application.State.GRANTED, Application.State.REFUSED)
    return rows.filter(state__in=done, ended_at__gte=span.began, ended_at__lt=min(span.ended, span.until))


def _in_time(span: Span) -> ByPark:
    rows = _due(span, Application.objects.all()).values_list("park_id", "ended_at", "due_on", "synthetic")
    return means([(park, int(at is not None and timezone.localdate(at) <= due), made_up) for park, at, due, made_up in rows])


def _trips(span: Span) -> ByPark:
    return rates(_ended(span, Application.objects.all()), "park_id", Sum("trips"), Count("pk"), _MADE_UP)


def _stayed(span: Span) -> ByPark:
    return rates(_ended(span, Application.objects.all()), "park_id", Count("pk", filter=Q(left_park=0)), Count("pk"), _MADE_UP)


def _once(span: Span) -> ByPark:
    """Fields and materials of the period that were not asked for although they were held."""
    rows = Asked.objects.filter(asked_at__gte=span.began, asked_at__lt=min(span.ended, span.until))
    made_up = Count("pk", filter=Q(application__synthetic=True))
    return rates(rows, "application__park_id", Count("pk", filter=~Q(how=Asked.How.AGAIN)), Count("pk"), made_up)


def _in_use(span: Span) -> ByPark:
    """Powers that a park holds at the end of the period, and used in the twelve months before."""
    end = min(span.after, span.on + timedelta(days=1))
    used = StepRun.objects.filter(
        holding=OuterRef("pk"), state=StepRun.State.DONE, sent_up=False, done_at__gte=midnight(end - _YEAR), done_at__lt=midnight(end)
    )
    rows = Holding.objects.filter(since__lt=end).filter(Q(until=None) | Q(until__gte=end)).annotate(used=Exists(used))
    return rates(rows, "park_id", Count("pk", filter=Q(used=True)), Count("pk"), Count("pk", filter=Q(mark="synthetic")))


def _behind_due(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
    return _due(span, visible_applications(actor).filter(park_id__in=parks)).order_by("-ended_at", "pk")


def _behind_ended(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
    return _ended(span, visible_applications(actor).filter(park_id__in=parks)).order_by("-trips", "-left_park", "pk")


READERS = {
    "matters.in_time": Reader("percent", _in_time, "application", _behind_due),
    "matters.trips": Reader("trips", _trips, "application", _behind_ended),
    "matters.stayed": Reader("percent", _stayed, "application", _behind_ended),
    "matters.not_asked_twice": Reader("percent", _once),
    "powers.in_use": Reader("percent", _in_use),
}
