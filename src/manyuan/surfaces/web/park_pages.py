"""Parks: the directory, a park's own page, its history on the boundary of the day and of today, merging two parks."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from manyuan.facts.audit.actors import NotAllowed, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Tenancy
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.queries import counts_by_form, current_forms, newest_period, visible
from manyuan.facts.parks import queries as parks
from manyuan.facts.parks.models import Direction, Park
from manyuan.facts.programme.boundaries import REDRAWING, both_boundaries
from manyuan.facts.programme.models import Indicator, IndicatorValue
from manyuan.facts.programme.programme import indicator_named, source_titles, standing
from manyuan.facts.programme.rights import may_see_park, visible_values
from manyuan.surfaces.web import charts, figures, words
from manyuan.surfaces.web.acting import actor, insiders, language, members, today
from manyuan.surfaces.web.tables import Column, Filter, Table, as_xlsx
from manyuan.surfaces.web.templatetags.manyuan import mark, mark_words
from manyuan.work.money.accounts import may_give

_HEADLINES = ("revenue", "above-scale-enterprises", "high-tech-enterprises", "enterprises", "tax", "output-per-mu", "main-direction-share", "premises-use")


@insiders
def park_list(request: HttpRequest) -> HttpResponse:
    """Every park of today, with the figures that the reader may see."""
    entries = parks.directory(today())
    parents = parks.parents_on(today())
    revenue = _latest(actor(request), "revenue")
    firms = dict(Tenancy.objects.filter(valid_to=None, superseded_at=None).values_list("park_id").annotate(n=Count("id")).values_list("park_id", "n"))
    for entry in entries:
        up = parents.get(entry.id)
        if up is not None:
            firms[up] = firms.get(up, 0) + firms.get(entry.id, 0)
    districts = sorted({(e.district_zh, e.district_zh if figures.chinese() else e.district_en) for e in entries if e.district_zh})
    table = Table(
        "",
        [
            Column("name", gettext("Park"), lambda e: figures.pick(e), order="name", url=lambda e: reverse("web:park", args=[e.code]), wrap=True, cell=lambda e: format_html("{} {}", figures.pick(e), mark(e.mark) if e.mark == "synthetic" else "")),
            Column("level", gettext("Level"), lambda e: words.level(e.level), order="level"),
            Column("kind", gettext("Kind"), lambda e: words.park_kind(e.kind), order="kind"),
            Column("district", gettext("District"), lambda e: e.district_zh if figures.chinese() else e.district_en, order="district"),
            Column("directions", gettext("Primary directions"), lambda e: ("、" if figures.chinese() else ", ").join(e.directions_zh if figures.chinese() else e.directions_en), wrap=True),
            Column("firms", gettext("Enterprises"), lambda e: firms.get(e.id, 0) if may_see_park(actor(request), e.id) else None, order="firms", unit="enterprises"),
            Column("revenue", gettext("Revenue"), lambda e: revenue.get(e.id), order="revenue", unit="yuan"),
        ],
        entries,
        filters=[
            Filter("level", gettext("Level"), [(code, words.level(code)) for code in Park.Level.values], lambda rows, v: [e for e in rows if e.level == v]),
            Filter("district", gettext("District"), districts, lambda rows, v: [e for e in rows if e.district_zh == v]),
            Filter("kind", gettext("Kind"), [(code, words.park_kind(code)) for code in Park.Kind.values], lambda rows, v: [e for e in rows if e.kind == v]),
            Filter("real", gettext("Origin"), [("named", gettext("Named in the programme")), ("demo", gettext("Demo (made up)"))], lambda rows, v: [e for e in rows if (e.mark == "synthetic") == (v == "demo")]),
        ],
        default_order="-revenue",
        per_page=60,
    ).read(request)  # fmt: skip
    return table.export(request, "parks") or render(request, "web/parks.html", {"table": table, "may_change": actor(request).sees_all})


def _latest(who: Any, code: str) -> dict[int, Any]:
    """The latest value by park that the actor may see."""
    rows = (
        visible_values(who).filter(indicator__code=code, superseded_at=None, park__isnull=False, value__isnull=False).values_list("park_id", "period", "value")
    )
    out: dict[int, tuple[date, Any]] = {}
    for park, period, value in rows:
        end = parse_period(period).end
        if park not in out or out[park][0] < end:
            out[park] = (end, value)
    return {park: value for park, (_, value) in out.items()}


def found(code: str) -> Park:
    """A park by its code. Raises NotFound."""
    park = Park.objects.select_related("district").filter(code=code).first()
    if park is None:
        raise NotFound()
    return park


@members
def park(request: HttpRequest, code: str) -> HttpResponse:
    """Who the park is; for those who may see them its figures, what is owed and what is late."""
    one = found(code)
    who = actor(request)
    sees = may_see_park(who, one.pk)
    if sees and request.GET.get("export") == "figures":
        return _export(one)
    above = parks.ancestors(one.pk, today())
    below = parks.descendants(one.pk, today())
    timeline = parks.timeline(one.pk)
    context: dict[str, Any] = {
        "park": one, "level": words.level(one.level), "kind": words.park_kind(one.kind), "sees": sees,
        "directions": Direction.objects.filter(park=one, valid_to=None, superseded_at=None).order_by("code"),
        "above": Park.objects.filter(pk__in=above), "below": Park.objects.filter(pk__in=below - {one.pk}).order_by("code"),
        "facts": [_fact(f) for f in one.reported_facts.order_by("is_target", "period", "key")],
        "steps": [_step(step) for step in timeline][::-1], "boundary": parks.boundary_on(one.pk, today()), "may_change": who.sees_all,
        "may_direct": who.sees_all or (who.role is Role.COMMITTEE and one.pk in who.park_ids),
        "account_url": reverse("web:park_account", args=[one.code]) if who.sees_all or may_give(one, who) else "",
        "went_to": Park.objects.filter(pk__in=parks.successors(one.pk, one.closed_on - timedelta(days=1), today())) if one.closed_on else [],
        "changed": any(step.kind in ("merge", "split") for step in timeline),
    }  # fmt: skip
    if sees:
        context |= {"board": _Board(one.pk), "stamp": standing(today())}
        context["owed"] = _owed(who, below)
        context["firm_count"] = Tenancy.objects.filter(park_id__in=below, valid_to=None, superseded_at=None).count()
    return render(request, "web/park.html", context)


def _export(park: Park) -> HttpResponse:
    """All figures of the park as a workbook: exact values with their units, made-up ones marked."""
    titles = [gettext("Group of figures"), gettext("Indicator"), gettext("Period"), gettext("Value"), gettext("Unit of measure"), gettext("Origin")]
    made_up = mark_words()["synthetic"][0]
    rows = [
        [group["name"], figures.pick(one["indicator"]), one["row"].period, one["row"].value, figures.unit_name(one["indicator"].unit), made_up if one["row"].synthetic else ""]
        for group in _Board(park.pk).groups
        for one in group["rows"]
    ]  # fmt: skip
    return as_xlsx(f"park-{park.code}", titles, rows)


class _Board:
    """A park's figures as everybody sees them who may see them; worked out only where the page does not find them kept."""

    def __init__(self, park_id: int) -> None:
        self._park_id = park_id

    @cached_property
    def _current(self) -> dict[int, list[IndicatorValue]]:
        return _current(self._park_id)

    @property
    def tiles(self) -> list[dict[str, Any]]:
        return _tiles(self._current)

    @property
    def groups(self) -> list[dict[str, Any]]:
        return _figures(self._current)

    @cached_property
    def series(self) -> dict[str, Any] | None:
        """The first yearly indicator over the years, as a chart and as a table."""
        yearly = next(([row for row in rows if row.value is not None] for rows in self._current.values() if rows[0].indicator.period_kind == "year"), [])
        if len(yearly) < 2:
            return None
        chart, table = charts.series_line(yearly, yearly[0].indicator.unit, figures.pick(yearly[0].indicator))
        return {"chart": chart, "table": table}


def _fact(fact: Any) -> dict[str, Any]:
    titles = source_titles()
    return {"fact": fact, "sign": words.comparison(fact.comparison), "source": titles.get(fact.source, {}).get(language(), fact.source)}


def _step(step: parks.Step) -> dict[str, Any]:
    names = {p.pk: p for p in Park.objects.filter(pk__in={*step.from_parks, *step.to_parks})}
    return {
        "step": step,
        "what": words.park_change(step.kind),
        "from": [names[i] for i in step.from_parks if i in names],
        "to": [names[i] for i in step.to_parks if i in names],
    }


def _current(park_id: int) -> dict[int, list[IndicatorValue]]:
    out: dict[int, list[IndicatorValue]] = {}
    indicators = Indicator.objects.in_bulk()  # once, not with every value
    for row in IndicatorValue.objects.filter(park_id=park_id, superseded_at=None).defer("inputs", "formula"):
        row.indicator = indicators[row.indicator_id]
        out.setdefault(row.indicator_id, []).append(row)
    for rows in out.values():
        rows.sort(key=lambda row: parse_period(row.period).start)
    kept = [rows for rows in out.values() if any(row.value or row.counted for row in rows)]  # a park where nothing is on record has no figures
    return {rows[0].indicator_id: rows for rows in sorted(kept, key=lambda rows: rows[0].indicator.order)}


def _tiles(current: dict[int, list[IndicatorValue]]) -> list[dict[str, Any]]:
    found = {rows[-1].indicator.code: rows for rows in current.values()}
    out = []
    for code in _HEADLINES:
        rows = [row for row in found.get(code, []) if row.value is not None]
        if rows:
            out.append({"row": rows[-1], "indicator": rows[-1].indicator, "period": words.period(rows[-1].period), "change": _change(rows)})
    return out[:8]


def _change(rows: list[IndicatorValue]) -> Any:
    """Change against the period before in percent; None where there is nothing to compare or the figure is itself a share."""
    if len(rows) < 2 or rows[-1].indicator.unit == "percent" or not rows[-2].value:
        return None
    return (rows[-1].value / rows[-2].value - 1) * 100  # type: ignore[operator]


def _figures(current: dict[int, list[IndicatorValue]]) -> list[dict[str, Any]]:
    """Every indicator of the park by group: latest value with a value, period, what it stands on."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for rows in current.values():
        known = [row for row in rows if row.value is not None]
        row = known[-1] if known else rows[-1]
        groups.setdefault(row.indicator.definition.get("group") or "", []).append({"row": row, "indicator": row.indicator, "period": words.period(row.period)})
    names = {
        "fullness": gettext("Full of enterprises"), "scale": gettext("Scale"), "yield": gettext("Yield"), "innovation": gettext("Innovation"), "space": gettext("Space"),
        "focus": gettext("Focus"), "six-clear": gettext("Six-clear survey"), "quality": gettext("Reporting"), "": gettext("Other"),
    }  # fmt: skip
    return [{"name": names.get(code, code), "rows": rows} for code, rows in groups.items()]


def _owed(who: Any, below: set[int]) -> list[dict[str, Any]]:
    """For each form the newest opened period: how many are owed, locked, late."""
    forms = {form.code: form for form in current_forms()}
    newest = {code: period for code in forms if (period := newest_period(code))}
    found = counts_by_form(visible(who).filter(park_id__in=below), newest, today())
    out = []
    for code, counted in found.items():
        url = reverse("web:filings") + f"?form={code}&period={newest[code]}"
        done = round(100 * counted.handed_in / counted.owed)
        out.append({"form": forms[code], "period": words.period(newest[code]), "counts": counted, "url": url, "done": done})
    out.sort(key=lambda row: list(forms).index(row["form"].code))
    return out


@insiders
def history(request: HttpRequest, code: str) -> HttpResponse:
    """A figure of the park on the boundary of its day and on today's, side by side, with the reason for each difference."""
    one = found(code)
    who = actor(request)
    if not may_see_park(who, one.pk):
        raise NotAllowed(gettext("see the figures of this park"), who)
    indicators = list(Indicator.objects.filter(definition__lowest="park", period_kind="year").order_by("order"))
    chosen = indicator_named(request.GET.get("indicator") or "revenue")
    sides = both_boundaries(park=one, indicator=chosen, today=today())
    rows = [(side.period, side.then, side.today) for side in sides]
    notes = [
        {"period": words.period(side.period), "then": side.then, "now": side.today, "steps": [_step(step) for step in side.why]}
        for side in sides
        if side.differ
    ]
    changes = [step for step in parks.timeline(one.pk) if step.kind in REDRAWING]
    option, table = charts.sides(rows, chosen.unit)
    context = {
        "park": one,
        "indicators": indicators,
        "chosen": chosen,
        "chart": option,
        "chart_table": table,
        "notes": notes,
        "changes": [_step(step) for step in changes],
        "rows": rows,
    }
    return render(request, "web/park_history.html", context)
