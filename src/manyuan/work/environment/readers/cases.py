"""Cases: the five rates of demands, and the deadlines of everything that has one. A cohort is what was received in the period."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from manyuan.engines.analytics import Rate, five_rates
from manyuan.facts.audit.actors import Actor
from manyuan.work.cases.models import Case, Clock, Kind
from manyuan.work.cases.queries import visible
from manyuan.work.demands.queries import counts_by
from manyuan.work.environment.readers.shapes import ByPark, Counted, Reader, Span, rates

DEMAND = "demand"


def _cohort(span: Span, rows: QuerySet[Case]) -> QuerySet[Case]:
    """Demands received in the period."""
    return rows.filter(kind_code=DEMAND, demand__counted=True, opened_at__gte=span.began, opened_at__lt=min(span.ended, span.until))


def _five(rate: str) -> Callable[[Span], ByPark]:
    """One of the five rates by park."""

    def read(span: Span) -> ByPark:
        rows = _cohort(span, Case.objects.all())
        made_up = dict(rows.filter(synthetic=True).values_list("park_id").annotate(n=Count("pk")).order_by())
        out: dict[int | None, Counted] = {}
        for (park,), counts in counts_by(rows, span.on, ("park_id",)).items():
            found: Rate = getattr(five_rates(counts), rate)
            out[park] = Counted(Decimal(found.part), found.whole, min(found.whole, made_up.get(park, 0)))  # type: ignore[index, arg-type]
        return out

    return read


def _behind(*order: Any, **only: Any) -> Callable[[Span, Actor, Collection[int]], QuerySet[Any]]:
    def behind(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
        rows = _cohort(span, visible(actor).filter(park_id__in=parks)).filter(**only).select_related("enterprise", "park", "unit").defer("terms", "text")
        return rows.order_by(*order, "-opened_at", "pk")

    return behind


def _clocks(span: Span, code: str = "") -> QuerySet[Clock]:
    """Deadlines of the period that are over and were the unit's to keep: met, missed, or still running past the day."""
    rows = Clock.objects.filter(due_at__gte=span.began, due_at__lt=min(span.ended, span.until)).exclude(state=Clock.State.PAUSED)
    if code:
        return rows.filter(code=code, case__kind_code=DEMAND)
    for kind in Kind.objects.filter(is_current=True):
        rows = rows.exclude(case__kind_code=kind.code, code__in=_not_the_units(kind.pk))
    return rows


def _kept(span: Span) -> ByPark:
    return rates(_clocks(span), "case__park_id", Count("pk", filter=Q(state=Clock.State.MET)), Count("pk"), Count("pk", filter=Q(case__synthetic=True)))


def _contact(span: Span) -> ByPark:
    rows = _clocks(span, "contact")
    return rates(rows, "case__park_id", Count("pk", filter=Q(state=Clock.State.MET)), Count("pk"), Count("pk", filter=Q(case__synthetic=True)))


@lru_cache(maxsize=256)
def _phases(pk: int) -> dict[str, str]:
    """State to phase of a version; versions never change."""
    return {one["code"]: one["phase"] for one in Kind.objects.get(pk=pk).definition["states"]}


@lru_cache(maxsize=256)
def _not_the_units(pk: int) -> list[str]:
    """Clocks that run while the enterprise is to say something."""
    definition, phases = Kind.objects.get(pk=pk).definition, _phases(pk)
    return [one["code"] for one in definition.get("clocks", ()) if all(phases.get(state) == "answered" for state in one["starts"])]


def _behind_clocks(code: str = "") -> Any:
    def behind(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
        clocks = _clocks(span, code)
        missed = clocks.filter(case=OuterRef("pk")).exclude(state=Clock.State.MET)
        rows = visible(actor).filter(park_id__in=parks, pk__in=clocks.values("case"))
        return rows.annotate(is_missed=Exists(missed)).order_by("-is_missed", "-opened_at", "pk")

    return behind


_FIRST, _LAST = F("demand__responded_at").asc(nulls_first=True), F("demand__recurred_at").desc(nulls_last=True)
_ANSWERED = {"demand__answered_at__isnull": False}
READERS = {
    "demands.first_contact_in_time": Reader("percent", _contact, "case", _behind_clocks("contact")),
    "demands.responded": Reader("percent", _five("responded"), "case", _behind(_FIRST)),
    "demands.closed": Reader("percent", _five("closed"), "case", _behind(F("demand__answered_at").asc(nulls_first=True))),
    "demands.solved": Reader("percent", _five("solved"), "case", _behind(F("demand__solved").asc(nulls_first=True), **_ANSWERED)),
    "demands.satisfied": Reader("percent", _five("satisfied"), "case", _behind("demand__satisfaction", demand__satisfaction__isnull=False)),
    "demands.recurred_30": Reader("percent", _five("recurred_30"), "case", _behind(_LAST, **_ANSWERED)),
    "demands.recurred_90": Reader("percent", _five("recurred_90"), "case", _behind(_LAST, **_ANSWERED)),
    "cases.deadlines_kept": Reader("percent", _kept, "case", _behind_clocks()),
}
