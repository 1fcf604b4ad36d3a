"""Indicator values: FEEL formulas over what was gathered, for every park with all that lies under it, and for the city.

Nothing is overwritten: a value that changes supersedes the one before. Missing is not zero: a formula without inputs gives no value, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.engines import feel
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.filings.errors import WrongPeriod
from manyuan.facts.filings.periods import Period, parse_period
from manyuan.facts.programme.gathering import Gathered
from manyuan.facts.programme.models import Indicator, IndicatorValue

LIMITS = feel.Limits(steps=100_000_000, seconds=120)
NO_INPUT = gettext_noop("no figure in force for this period")
NOT_COMPUTABLE = gettext_noop("the formula has no value for these inputs")
_PLACES = Decimal("0.00000001")

Scope = int | None
"""A park's id, or None for the whole city."""


@dataclass
class Computed:
    """A value with what it stands on. inputs: name -> what went in (a number as text, or {n, sum})."""

    value: Decimal | None
    why_null: str = ""
    counted: int = 0
    missing: int = 0
    synthetic: int = 0
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Computation:
    """All indicators of one kind of period, for one period. `others` gives stored values of earlier periods: (code, park, period) -> value."""

    gathered: Gathered
    indicators: list[Indicator]
    others: Mapping[tuple[str, Scope, str], Decimal | None]
    results: dict[tuple[str, Scope], Computed] = field(default_factory=dict)

    def run(self) -> dict[tuple[str, Scope], Computed]:
        """(indicator code, park id or None) to its value."""
        self.needed: dict[str, set[str]] = {}
        for indicator in self.indicators:
            for one in indicator.definition["inputs"]:
                if one.get("field"):
                    form, _, key = one["field"].partition(".")
                    self.needed.setdefault(form, set()).add(key)
        for indicator in in_order(self.indicators):
            scopes: list[Scope] = [None]
            if indicator.definition["lowest"] != "city":
                scopes += sorted(self.gathered.tree.below)
            for scope in scopes:
                self.results[indicator.code, scope] = self._one(indicator, scope)
        return self.results

    def _one(self, indicator: Indicator, scope: Scope) -> Computed:
        out = Computed(None)
        values: dict[str, Any] = {}
        empty = True
        for one in indicator.definition["inputs"]:
            values[one["name"]] = value = self._input(one, scope, out)
            out.inputs[one["name"]] = _said(value)
            empty = empty and (value is None or value == [])
        if empty:
            out.why_null = NO_INPUT
            return out
        result = _program(indicator.definition["formula"], tuple(values)).run(values, limits=LIMITS)
        if isinstance(result, Decimal):
            out.value = result.quantize(_PLACES) if abs(result) < Decimal(10) ** 20 else result
        else:
            out.why_null = NOT_COMPUTABLE
        return out

    def _input(self, one: Mapping[str, Any], scope: Scope, out: Computed) -> Any:
        gathered = self.gathered
        if one.get("indicator"):
            return self._indicator(one, scope, out)
        if one.get("field"):
            form, _, key = one["field"].partition(".")
            data = gathered.form(form, frozenset(self.needed[form]))
            filed = self._sum(data.filed, scope)
            owed = sum(row["owed"] for park, row in data.counts.items() if self._in(park, scope))
            out.counted, out.missing = max(out.counted, filed), max(out.missing, owed - filed)
            out.synthetic = max(out.synthetic, self._sum(data.synthetic, scope))
            return [value for park, values in data.values.get(key, {}).items() if self._in(park, scope) for value in values]
        if one.get("title") or one.get("enterprises"):
            found = gathered.title(one["title"]) if one.get("title") else gathered.present()
            number, made_up = (sum(row[i] for park, row in found.items() if self._in(park, scope)) for i in (0, 1))
            out.counted, out.synthetic = max(out.counted, number), max(out.synthetic, made_up)
            return Decimal(number)
        if one.get("filings"):
            data = gathered.form(one["filings"], frozenset(self.needed.get(one["filings"], ())))
            rows = [row for park, row in data.counts.items() if self._in(park, scope)]
            out.counted = max(out.counted, sum(row["owed"] for row in rows))
            out.synthetic = max(out.synthetic, self._sum(data.synthetic, scope))
            return Decimal(sum(row[one["count"]] for row in rows)) if rows else None
        areas = gathered.areas()
        return [areas[park] for park in (gathered.tree.top if scope is None else (scope,)) if park in areas]

    def _indicator(self, one: Mapping[str, Any], scope: Scope, out: Computed) -> Any:
        when, code = one.get("when") or "same", one["indicator"]
        if one.get("each"):
            found = [self._other(code, park, when) for park in self.gathered.tree.top]
            if when == "same":
                for park in self.gathered.tree.top:
                    self._take_on(self.results.get((code, park)), out, add=True)
            return [value for value in found if value is not None]
        if when == "same":
            self._take_on(self.results.get((code, scope)), out, add=False)
        return self._other(code, scope, when)

    def _other(self, code: str, scope: Scope, when: str) -> Decimal | None:
        if when == "same":
            result = self.results.get((code, scope))
            return result.value if result else None
        return self.others.get((code, scope, str(shifted(self.gathered.period, when))))

    @staticmethod
    def _take_on(result: Computed | None, out: Computed, *, add: bool) -> None:
        """What a computed input stands on is what the result stands on."""
        if result is None:
            return
        for name in ("counted", "missing", "synthetic"):
            before, more = getattr(out, name), getattr(result, name)
            setattr(out, name, before + more if add else max(before, more))

    def _in(self, park: int, scope: Scope) -> bool:
        return scope is None or park in self.gathered.tree.below[scope]

    def _sum(self, by_park: Mapping[int, int], scope: Scope) -> int:
        return sum(number for park, number in by_park.items() if self._in(park, scope))


def in_order(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Each after those of the same period that it is made of."""
    by_code = {indicator.code: indicator for indicator in indicators}
    out: dict[str, Indicator] = {}

    def visit(indicator: Indicator, above: tuple[str, ...]) -> None:
        if indicator.code in out or indicator.code in above:
            return
        for one in indicator.definition["inputs"]:
            if one.get("indicator") in by_code and (one.get("when") or "same") == "same":
                visit(by_code[one["indicator"]], (*above, indicator.code))
        out[indicator.code] = indicator

    for indicator in by_code.values():
        visit(indicator, ())
    return list(out.values())


def shifted(period: Period, when: str) -> Period | None:
    """The previous period, or the same one a year ago; None before 1900."""
    try:
        if when == "previous":
            return period.previous
        return parse_period(str(Period(period.kind, period.year - 1, period.number)))
    except WrongPeriod:
        return None


def compute(
    period: str, *, codes: Iterable[str] | None = None, known_at: datetime | None = None, boundary: str = "then", today: date | None = None
) -> dict[tuple[str, Scope], Computed]:
    """Compute without storing: the indicators of the period's kind (or only `codes` and what they are made of), as known at a moment,
    on the boundary of the period's last day or of today. Inputs of earlier periods are taken as stored."""
    kind = parse_period(period).kind
    indicators = list(Indicator.objects.filter(period_kind=kind))
    if codes is not None:
        indicators = _with_inputs(indicators, set(codes))
    gathered = Gathered(parse_period(period), known_at=known_at, boundary=boundary, today=today)
    return Computation(gathered, indicators, _stored(indicators, gathered.period, known_at)).run()


@transaction.atomic
def compute_period(*, period: str, by: Actor, now: datetime) -> int:
    """Compute and store every indicator of the period's kind for that period; what did not change stays. Returns how many values changed."""
    found = compute(period, today=_today(now))
    indicators = {indicator.code: indicator for indicator in Indicator.objects.filter(period_kind=parse_period(period).kind)}
    current = {
        (row.indicator_id, row.park_id): row for row in IndicatorValue.objects.filter(period=period, superseded_at=None, indicator__in=indicators.values())
    }
    new, old = [], []
    for (code, park), result in found.items():
        indicator = indicators[code]
        row = current.pop((indicator.pk, park), None)
        made = IndicatorValue(
            indicator=indicator, park_id=park, period=period, value=result.value, why_null=result.why_null, counted=result.counted, missing=result.missing,
            synthetic=result.synthetic, inputs=result.inputs, formula=indicator.definition["formula"], computed_at=now,
        )  # fmt: skip
        if row is None:
            if result.value is None and result.counted == 0 and result.missing == 0:
                continue
            new.append(made)
        elif _differs(row, made):
            old.append(row.pk)
            new.append(made)
    old += [row.pk for row in current.values()]  # a park that is no longer there on that day
    for start in range(0, len(old), 500):
        IndicatorValue.objects.filter(pk__in=old[start : start + 500]).update(superseded_at=now)
    IndicatorValue.objects.bulk_create(new, batch_size=500)
    if new or old:
        audit.record(by=by, now=now, action="programme.compute", subject_kind="period", subject_id=period, after={"new": len(new), "superseded": len(old)})
    return len(new) + len(old)


def _today(now: datetime) -> date:
    from django.utils import timezone

    return timezone.localdate(now)


def _differs(row: IndicatorValue, made: IndicatorValue) -> bool:
    same = ("value", "counted", "missing", "synthetic", "formula", "inputs", "why_null")
    return any(getattr(row, name) != getattr(made, name) for name in same)


def _with_inputs(indicators: list[Indicator], codes: set[str]) -> list[Indicator]:
    by_code = {indicator.code: indicator for indicator in indicators}
    wanted: set[str] = set()
    waiting = [code for code in codes if code in by_code]
    while waiting:
        code = waiting.pop()
        if code in wanted:
            continue
        wanted.add(code)
        waiting += [one["indicator"] for one in by_code[code].definition["inputs"] if one.get("indicator") in by_code]
    return [indicator for indicator in indicators if indicator.code in wanted]


def _stored(indicators: list[Indicator], period: Period, known_at: datetime | None) -> dict[tuple[str, Scope, str], Decimal | None]:
    whens = {
        (one["indicator"], one["when"]) for i in indicators for one in i.definition["inputs"] if one.get("indicator") and (one.get("when") or "same") != "same"
    }
    out: dict[tuple[str, Scope, str], Decimal | None] = {}
    for code, when in whens:
        then = shifted(period, when)
        rows = IndicatorValue.objects.filter(indicator__code=code, period=str(then))
        if known_at is None:
            rows = rows.filter(superseded_at=None)
        else:
            rows = rows.filter(computed_at__lte=known_at).exclude(superseded_at__lte=known_at)
        for park, value in rows.values_list("park_id", "value"):
            out[code, park, str(then)] = value
    return out


@lru_cache(maxsize=512)
def _program(formula: str, names: tuple[str, ...]) -> feel.Program:
    return feel.Program(feel.parse(formula, names=names), formula)


def _said(value: Any) -> Any:
    if isinstance(value, list):
        numbers = [one for one in value if isinstance(one, Decimal)]
        return {"n": len(value), **({"sum": str(sum(numbers, Decimal(0)))} if numbers and len(numbers) == len(value) else {})}
    return None if value is None else str(value)
