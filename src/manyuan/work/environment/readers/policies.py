"""How policies reach the enterprises: told without application, answered with a yes, paid by the promised day, days from the yes to the money."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from manyuan.facts.audit.actors import Actor
from manyuan.work.environment.readers.shapes import ByPark, Reader, Span, means, midnight, rates
from manyuan.work.policies.models import Entitlement, EntitlementStep
from manyuan.work.policies.queries import visible

State = Entitlement.State


def _step(state: str, span: Span) -> QuerySet[EntitlementStep]:
    return EntitlementStep.objects.filter(entitlement=OuterRef("pk"), to_state=state, at__lt=span.until)


def _told(span: Span, rows: QuerySet[Entitlement], since: datetime | None = None) -> QuerySet[Entitlement]:
    """Those whose firms were told in the period, or since an earlier moment up to its end."""
    return rows.filter(Exists(_step(State.NOTIFIED, span).filter(at__gte=since or span.began, at__lt=span.ended))).annotate(
        yes=Exists(_step(State.ACCEPTED, span))
    )


def _due(span: Span, rows: QuerySet[Entitlement]) -> QuerySet[Entitlement]:
    """Those whose money was promised for a day of the period, and that day is over."""
    paid = _step(State.PAID, span).annotate(by=F("entitlement__promised_on"))
    rows = rows.filter(promised_on__gte=span.first, promised_on__lt=min(span.after, span.on + timedelta(days=1)))
    return rows.annotate(paid_at=Min("steps__at", filter=Q(steps__to_state=State.PAID, steps__at__lt=span.until))).annotate(paid=Exists(paid))


def _accepted(span: Span) -> ByPark:
    rows = _told(span, Entitlement.objects.all())
    return rates(rows, "park_id", Count("pk", filter=Q(yes=True)), Count("pk"), Count("pk", filter=Q(synthetic=True)))


def _year(span: Span) -> datetime:
    return span.ended - timedelta(days=365)


def _no_application(span: Span) -> ByPark:
    """How the policies of the last twelve months reach the firms: a rule changes slowly, so its share is of a year."""
    rows = _told(span, Entitlement.objects.all(), _year(span))
    return rates(rows, "park_id", Count("pk", filter=Q(version__way="no-application")), Count("pk"), Count("pk", filter=Q(synthetic=True)))


def _in_time(span: Span) -> ByPark:
    rows = _due(span, Entitlement.objects.all()).values_list("park_id", "paid_at", "promised_on", "synthetic")
    return means([(park, int(at is not None and at < midnight(by + timedelta(days=1))), made_up) for park, at, by, made_up in rows])


def _days(span: Span) -> ByPark:
    paid = EntitlementStep.objects.filter(to_state=State.PAID, at__gte=span.began, at__lt=min(span.ended, span.until))
    yes = (
        EntitlementStep.objects.filter(to_state=State.ACCEPTED, entitlement__in=paid.values("entitlement")).order_by("-pk").values_list("entitlement_id", "at")
    )
    said = dict(yes)
    rows = paid.values_list("entitlement_id", "at", "entitlement__park_id", "entitlement__synthetic")
    return means([(park, (at - said[pk]).days, made_up) for pk, at, park, made_up in rows if pk in said])


def _behind_told(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
    return _told(span, visible(actor).filter(park_id__in=parks)).order_by("yes", "-changed_at", "pk")


def _behind_ways(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
    return _told(span, visible(actor).filter(park_id__in=parks), _year(span)).order_by("-version__way", "-changed_at", "pk")


def _behind_due(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
    return _due(span, visible(actor).filter(park_id__in=parks)).order_by("paid", "promised_on", "pk")


def _behind_paid(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
    paid = EntitlementStep.objects.filter(to_state=State.PAID, at__gte=span.began, at__lt=min(span.ended, span.until))
    return visible(actor).filter(park_id__in=parks, pk__in=paid.values("entitlement")).order_by("-changed_at", "pk")


READERS = {
    "policies.no_application": Reader("percent", _no_application, "entitlement", _behind_ways),
    "policies.accepted": Reader("percent", _accepted, "entitlement", _behind_told),
    "policies.paid_in_time": Reader("percent", _in_time, "entitlement", _behind_due),
    "policies.days_to_payment": Reader("days", _days, "entitlement", _behind_paid),
}
