"""Every number answers for itself: value -> formula -> inputs -> filings -> version -> the cell it came from, who submitted it and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.enterprises.queries import present_on, titles_on
from manyuan.facts.filings.definition import Field
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.queries import form_named
from manyuan.facts.filings.rights import visible as visible_filings
from manyuan.facts.programme.gathering import tree_on
from manyuan.facts.programme.models import Indicator, IndicatorValue


@dataclass(frozen=True)
class InputLine:
    """An input of a formula as it was used. kind: field | title | enterprises | filings | indicator | park; used: what went in."""

    name: str
    kind: str
    code: str
    when: str
    each: bool
    used: Any
    form_code: str = ""
    field: Field | None = None


def value_of(indicator: Indicator, park_id: int | None, period: str) -> IndicatorValue | None:
    """The current value, None when there is none."""
    return IndicatorValue.objects.filter(indicator=indicator, park_id=park_id, period=period, superseded_at=None).first()


def history_of(indicator: Indicator, park_id: int | None, period: str) -> QuerySet[IndicatorValue]:
    """What the value was before, the newest first: corrections show."""
    return IndicatorValue.objects.filter(indicator=indicator, park_id=park_id, period=period).order_by("-computed_at", "-id")


def series_of(indicator: Indicator, park_id: int | None) -> list[IndicatorValue]:
    """The current values over time."""
    rows = IndicatorValue.objects.filter(indicator=indicator, park_id=park_id, superseded_at=None)
    return sorted(rows, key=lambda row: parse_period(row.period).start)


def inputs_of(value: IndicatorValue) -> list[InputLine]:
    """The inputs of a value, as used."""
    out = []
    for one in value.indicator.definition["inputs"]:
        kind = next(kind for kind in ("field", "title", "enterprises", "indicator", "park", "filings") if one.get(kind))
        form_code, field = "", None
        if kind == "field":
            form_code, _, key = one["field"].partition(".")
            field = definition_for(form_named(form_code)).field(key)
        elif kind == "filings":
            form_code = one["filings"]
        code = one.get(kind) if kind != "filings" else f"{one['filings']} · {one['count']}"
        out.append(InputLine(one["name"], kind, str(code), one.get("when") or "same", bool(one.get("each")), value.inputs.get(one["name"]), form_code, field))
    return out


def filings_behind(actor: Actor, form_code: str, period: str, park_id: int | None) -> QuerySet[Filing]:
    """The filings in force that a field input stands on, in the park and all below it; only those the actor may see."""
    rows = visible_filings(actor).filter(form_code=form_code, period=period, in_force__isnull=False)
    if park_id is not None:
        rows = rows.filter(park_id__in=_below(park_id, _last_day(period)))
    return rows.select_related("enterprise", "park", "in_force")


def firms_behind(actor: Actor, kind: str, period: str, park_id: int | None) -> QuerySet[Enterprise]:
    """The firms that a title (or, with an empty kind, presence) input counts; only those the actor may see."""
    from manyuan.facts.enterprises.queries import visible

    on = _last_day(period)
    there = present_on(on)
    if park_id is not None:
        there = there.filter(park_id__in=_below(park_id, on))
    rows = visible(actor).filter(pk__in=there.values("enterprise_id"))
    return rows.filter(pk__in=Title.objects.filter(titles_on(on), kind=kind).values("enterprise_id")) if kind else rows


def _last_day(period: str) -> date:
    return parse_period(period).end - timedelta(days=1)


def _below(park_id: int, on: date) -> list[int]:
    return sorted(tree_on(on).below.get(park_id, frozenset({park_id})))


def known_on(indicator: Indicator, park_id: int | None, period: str, at: datetime) -> IndicatorValue | None:
    """The value as this deployment showed it at a moment."""
    rows = IndicatorValue.objects.filter(indicator=indicator, park_id=park_id, period=period, computed_at__lte=at).exclude(superseded_at__lte=at)
    return rows.order_by("-computed_at").first()
