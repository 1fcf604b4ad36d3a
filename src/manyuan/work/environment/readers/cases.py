"""Cases: the five rates of demands, and the deadlines of everything that has one.

A cohort is what was opened in the period; withdrawn and not accepted cases are left out. Answered once counts as closed, whatever comes after; solved is
what the enterprise confirmed and did not take back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from manyuan.facts.audit.actors import Actor
from manyuan.work.cases.models import Case, Clock, Kind, Step
from manyuan.work.cases.queries import visible
from manyuan.work.environment.readers.shapes import ByPark, Reader, Span, rates

DEMAND = "demand"
LEFT_OUT = ("withdrawn", "not-accepted")
"""Outcomes of cases that are not the unit's to solve."""
_MADE_UP = Count("pk", filter=Q(synthetic=True))
ANSWERED = ("answered", "closed")


def _cohort(span: Span, rows: QuerySet[Case]) -> QuerySet[Case]:
    """Demands received in the period, each with what had come of it by the day of counting."""
    rows = rows.filter(kind_code=DEMAND, opened_at__gte=span.began, opened_at__lt=min(span.ended, span.until)).exclude(outcome__in=LEFT_OUT)
    steps = Step.objects.filter(case=OuterRef("pk"), at__lt=span.until)
    later, answered = states(DEMAND, ("open", "answered", "closed")), states(DEMAND, ANSWERED)
    return rows.annotate(is_responded=Exists(steps.filter(state__in=later)), is_closed=Exists(steps.filter(state__in=answered)))


def _solved() -> Q:
    return Q(phase=Case.Phase.CLOSED, outcome="solved")


def _responded(span: Span) -> ByPark:
    return rates(_cohort(span, Case.objects.all()), "park_id", Count("pk", filter=Q(is_responded=True)), Count("pk"), _MADE_UP)


def _closed(span: Span) -> ByPark:
    return rates(_cohort(span, Case.objects.all()), "park_id", Count("pk", filter=Q(is_closed=True)), Count("pk"), _MADE_UP)


def _confirmed(span: Span) -> ByPark:
    return rates(_cohort(span, Case.objects.all()).filter(is_closed=True), "park_id", Count("pk", filter=_solved()), Count("pk"), _MADE_UP)


def _recurred(days: int) -> tuple[Any, Any]:
    """Of demands solved in the period and watched for so many days since: those that came back within them."""

    def rows(span: Span, cases: QuerySet[Case]) -> QuerySet[Case]:
        closing = Step.objects.filter(case__kind_code=DEMAND, state__in=states(DEMAND, ("closed",)), at__gte=span.began, at__lt=span.ended)
        closing = closing.filter(at__lt=span.until - timedelta(days=days)).exclude(case__outcome__in=LEFT_OUT)
        again = Step.objects.filter(case=OuterRef("case"), act="recur", at__gt=OuterRef("at"), at__lte=OuterRef("at") + timedelta(days=days), at__lt=span.until)
        came = closing.filter(Exists(again))
        return cases.filter(pk__in=closing.values("case")).annotate(came=Exists(came.filter(case=OuterRef("pk"))))

    def read(span: Span) -> ByPark:
        return rates(rows(span, Case.objects.all()), "park_id", Count("pk", filter=Q(came=True)), Count("pk"), _MADE_UP)

    def behind(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
        return rows(span, visible(actor).filter(park_id__in=parks)).order_by("-came", "-opened_at", "pk")

    return read, behind


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


def states(kind: str, phases: tuple[str, ...]) -> list[str]:
    """States of a kind, in every version, that lie in the phases."""
    return sorted({code for pk in Kind.objects.filter(code=kind).values_list("pk", flat=True) for code, phase in _phases(pk).items() if phase in phases})


@lru_cache(maxsize=256)
def _phases(pk: int) -> dict[str, str]:
    """State to phase of a version; versions never change."""
    return {one["code"]: one["phase"] for one in Kind.objects.get(pk=pk).definition["states"]}


@lru_cache(maxsize=256)
def _not_the_units(pk: int) -> list[str]:
    """Clocks that run while the enterprise is to say something."""
    definition, phases = Kind.objects.get(pk=pk).definition, _phases(pk)
    return [one["code"] for one in definition.get("clocks", ()) if all(phases.get(state) == "answered" for state in one["starts"])]


def _behind(order: tuple[str, ...]) -> Any:
    def behind(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
        return _cohort(span, visible(actor).filter(park_id__in=parks)).order_by(*order, "-opened_at", "pk")

    return behind


def _behind_clocks(code: str = "") -> Any:
    def behind(span: Span, actor: Actor, parks: Collection[int]) -> QuerySet[Any]:
        clocks = _clocks(span, code)
        missed = clocks.filter(case=OuterRef("pk")).exclude(state=Clock.State.MET)
        rows = visible(actor).filter(park_id__in=parks, pk__in=clocks.values("case"))
        return rows.annotate(is_missed=Exists(missed)).order_by("-is_missed", "-opened_at", "pk")

    return behind


_BACK = {days: _recurred(days) for days in (30, 90)}
READERS = {
    "demands.first_contact_in_time": Reader("percent", _contact, "case", _behind_clocks("contact")),
    "demands.responded": Reader("percent", _responded, "case", _behind(("is_responded",))),
    "demands.closed": Reader("percent", _closed, "case", _behind(("is_closed",))),
    "demands.solved": Reader("percent", _confirmed, "case", _behind(("-is_closed", "phase"))),
    "demands.recurred_30": Reader("percent", _BACK[30][0], "case", _BACK[30][1]),
    "demands.recurred_90": Reader("percent", _BACK[90][0], "case", _BACK[90][1]),
    "cases.deadlines_kept": Reader("percent", _kept, "case", _behind_clocks()),
}
