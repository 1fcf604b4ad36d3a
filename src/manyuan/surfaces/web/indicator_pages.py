"""Figures: the list of indicators, one figure with its lineage down to filings, release to the public, data quality."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.filings import quality
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.queries import counts_by_park, current_forms, form_named, periods_of, visible
from manyuan.facts.filings.services import subject_of
from manyuan.facts.filings.templates import shown
from manyuan.facts.parks.models import Park
from manyuan.facts.programme import lineage, releases
from manyuan.facts.programme.computing import compute
from manyuan.facts.programme.models import Indicator, IndicatorValue, Release
from manyuan.facts.programme.programme import indicator_named, source_titles, title_names
from manyuan.facts.programme.rights import may_see_park, visible_values
from manyuan.surfaces.web import charts, figures, words
from manyuan.surfaces.web.acting import act, actor, insiders, language, now, today
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark


@insiders
def indicator_list(request: HttpRequest) -> HttpResponse:
    """Every indicator with its latest value for the city, or for a park people's own park."""
    who = actor(request)
    parks = _parks(who)
    chosen = next((p for p in parks if p.code == request.GET.get("park")), None)
    latest: dict[int, IndicatorValue] = {}
    for row in visible_values(who).filter(park=chosen, superseded_at=None).defer("inputs", "formula"):
        known = latest.get(row.indicator_id)
        if known is None or (row.value is not None, parse_period(row.period).start) > (known.value is not None, parse_period(known.period).start):
            latest[row.indicator_id] = row
    indicators = list(Indicator.objects.all())
    where = f"&park={chosen.code}" if chosen else ""
    table = Table(
        "",
        [
            Column("name", gettext("Indicator"), lambda i: figures.pick(i), order="name", url=lambda i: reverse("web:indicator", args=[i.code]) + (f"?{where[1:]}" if where else ""), wrap=True),
            Column("value", gettext("Latest value"), lambda i: _text(latest.get(i.pk), i.unit), cell=lambda i: _cell(latest.get(i.pk), i.unit)),
            Column("period", gettext("Period"), lambda i: words.period(latest[i.pk].period) if i.pk in latest else None),
            Column("counted", gettext("Stands on"), lambda i: latest[i.pk].counted if i.pk in latest else None, unit="count"),
            Column("missing", gettext("Missing"), lambda i: latest[i.pk].missing if i.pk in latest else None, unit="count"),
            Column("meaning", gettext("Meaning"), lambda i: (i.definition.get("meaning") or {}).get(language()), wrap=True),
        ],
        indicators,
        filters=[Filter("park", gettext("Park"), [(p.code, figures.pick(p)) for p in parks], lambda rows, v: rows)],
        per_page=100,
    ).read(request)  # fmt: skip
    return table.export(request, "indicators") or render(request, "web/indicators.html", {"table": table, "park": chosen})


def _text(row: IndicatorValue | None, unit: str) -> str:
    return str(figures.figure(row.value, unit)) if row else figures.NOTHING


def _cell(row: IndicatorValue | None, unit: str) -> str:
    from django.utils.html import format_html

    return format_html("{} {}", _text(row, unit), mark("synthetic") if row and row.synthetic else "")


def _parks(who: Any) -> list[Park]:
    rows = Park.objects.filter(closed_on=None).order_by("code")
    return list(rows if who.sees_all else rows.filter(pk__in=who.park_ids))


@insiders
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """One figure: value, formula, what went in, the filings behind it, what it was before, and as known on a day."""
    who = actor(request)
    found = indicator_named(code)
    park = Park.objects.filter(code=request.GET.get("park")).first() if request.GET.get("park") else None
    if request.GET.get("park") and park is None:
        raise NotFound()
    if not may_see_park(who, park.pk if park else None):
        raise NotAllowed(gettext("see the figures of this park"), who)
    series = lineage.series_of(found, park.pk if park else None)
    known = [row for row in series if row.value is not None]
    period = request.GET.get("period") or (known[-1].period if known else series[-1].period if series else "")
    value = next((row for row in series if row.period == period), None)
    context: dict[str, Any] = {
        "indicator": found, "park": park, "period": period, "period_text": words.period(period) if value else "", "value": value, "parks": _parks(who),
        "periods": [(row.period, words.period(row.period)) for row in reversed(series)], "meaning": (found.definition.get("meaning") or {}).get(language(), ""),
        "source": source_titles().get(found.definition.get("source") or "", {}).get(language(), ""), "may_release": releases.may_release(who),
        "lowest_city": found.definition["lowest"] == "city",
    }  # fmt: skip
    if len(known) > 1:
        context["chart"], context["chart_table"] = charts.series_line(known, found.unit, figures.pick(found))
    if value is not None:
        context["inputs"] = [_input(request, line, value, park) for line in lineage.inputs_of(value)]
        context["history"] = list(lineage.history_of(found, park.pk if park else None, period)[:10])
        context["released"] = releases.current_releases().filter(indicator=found, park=park, period=period).first()
        context["known"] = _as_known(request, found, park, period)
        behind = next((line for line in lineage.inputs_of(value) if line.kind == "field"), None)
        if behind is not None:
            context["filings"] = _filings(request, behind, value, park)
        firms = next((line for line in lineage.inputs_of(value) if line.kind in ("title", "enterprises")), None)
        if firms is not None:
            context["firms"] = _firms(request, firms, period, park)
    return render(request, "web/indicator.html", context)


def _input(request: HttpRequest, line: lineage.InputLine, value: IndicatorValue, park: Park | None) -> dict[str, Any]:
    lang, names = language(), title_names()
    url = ""
    if line.kind == "field" and line.field is not None:
        what = f"{words.form_name(definition_for(form_named(line.form_code)), lang)} · {line.field.name(lang)}"
        used = gettext("%(n)s filings") % {"n": f"{line.used['n']:,}"} if isinstance(line.used, dict) else figures.NOTHING
        if isinstance(line.used, dict) and line.used.get("sum") is not None and line.field.kind in ("money", "integer", "decimal"):
            unit = "yuan" if line.field.kind == "money" else ""
            used += gettext(", in all %(sum)s") % {"sum": figures.figure(line.used["sum"], unit)}
    elif line.kind == "title":
        what, used = gettext("firms present that hold the title %(title)s") % {"title": words.title(names, line.code, lang)}, figures.plain(int(line.used or 0))
    elif line.kind == "enterprises":
        what, used = gettext("firms present on the last day"), figures.plain(int(line.used or 0))
    elif line.kind == "indicator":
        other = indicator_named(line.code)
        what = (
            figures.pick(other)
            + (gettext(", of each park") if line.each else "")
            + {"same": "", "previous": gettext(", the period before"), "year-ago": gettext(", a year ago")}[line.when]
        )
        used = gettext("%(n)s parks") % {"n": line.used["n"]} if isinstance(line.used, dict) else str(figures.figure(line.used, other.unit))
        url = reverse("web:indicator", args=[line.code]) + (f"?park={park.code}" if park else "")
    else:
        what, used = line.code, str(line.used if line.used is not None else figures.NOTHING)
    return {"name": line.name, "what": what, "used": used, "url": url}


def _filings(request: HttpRequest, line: lineage.InputLine, value: IndicatorValue, park: Park | None) -> Table:
    lang = language()
    field = line.field
    assert field is not None
    table = Table(
        "f",
        [
            Column("subject", gettext("Enterprise or park"), lambda f: subject_of(f), url=lambda f: reverse("web:filing", args=[f.pk]), wrap=True),
            Column("park", gettext("Park"), lambda f: figures.pick(f.park), wrap=True),
            Column("value", field.name(lang), lambda f: shown(field, f.in_force.values.get(field.key), lang) if field.seen_by(actor(request)) else figures.NOTHING),
            Column("cell", gettext("Cell"), lambda f: f.in_force.cells.get(field.key)),
            Column("locked", gettext("Locked"), lambda f: f.in_force.locked_at, order="in_force__locked_at"),
        ],
        lineage.filings_behind(actor(request), line.form_code, value.period, park.pk if park else None),
        search=lambda rows, text: rows.filter(enterprise__name__contains=text),
        per_page=15,
        empty_text=gettext("You see the figure, not the filings behind it: they belong to other organisations."),
    )  # fmt: skip
    return table.read(request)


def _firms(request: HttpRequest, line: lineage.InputLine, period: str, park: Park | None) -> Table:
    table = Table(
        "e",
        [
            Column("name", gettext("Enterprise"), lambda e: e.name, order="name", url=lambda e: reverse("web:enterprise", args=[e.uscc]), wrap=True),
            Column("park", gettext("Park"), lambda e: figures.pick(e.park) if e.park else None, wrap=True),
            Column("uscc", gettext("Credit code"), lambda e: e.uscc, order="uscc"),
        ],
        lineage.firms_behind(actor(request), line.code if line.kind == "title" else "", period, park.pk if park else None).select_related("park"),
        search=lambda rows, text: rows.filter(name__contains=text),
        per_page=15,
        empty_text=gettext("You see the figure, not the firms behind it: they belong to other parks."),
    )
    return table.read(request)


def _as_known(request: HttpRequest, found: Indicator, park: Park | None, period: str) -> dict[str, Any] | None:
    """The figure computed from what was known at the end of a day that the reader chose."""
    day = parse_date(request.GET.get("known", "") or "")
    if day is None:
        return None
    at = timezone.make_aware(datetime.combine(min(day, today()) + timedelta(days=1), time.min))
    result = compute(period, codes=[found.code], known_at=at, today=day).get((found.code, park.pk if park else None))
    return {"day": day, "result": result}


@insiders
@require_POST
def release(request: HttpRequest, code: str) -> HttpResponse:
    """Release a figure to the public, or take it back."""
    who, post = actor(request), request.POST
    found = indicator_named(code)
    park = Park.objects.filter(code=post.get("park")).first() if post.get("park") else None
    period = post.get("period", "")
    back = reverse("web:indicator", args=[code]) + f"?period={period}" + (f"&park={park.code}" if park else "")
    if post.get("withdraw"):
        row = Release.objects.filter(pk=int(post["withdraw"]) if post["withdraw"].isdigit() else 0, indicator=found).first()
        if row is None:
            raise NotFound()
        return act(
            request,
            lambda: releases.withdraw_release(release=row, reason=post.get("reason", ""), by=who, now=now()),
            gettext("Withdrawn; the public no longer sees it."),
            back,
        )
    return act(
        request, lambda: releases.release_figure(indicator=found, period=period, by=who, now=now(), park_id=park.pk if park else None), gettext("Released: the public sees it now."), back
    )  # fmt: skip


@insiders
def data_quality(request: HttpRequest) -> HttpResponse:
    """Completeness and timeliness by park, findings by filing, for one form and period."""
    who = actor(request)
    forms = {form.code: words.form_name(definition_for(form), language()) for form in current_forms()}
    chosen = request.GET.get("form") if request.GET.get("form") in forms else next(iter(forms), "")
    periods = periods_of(chosen) if chosen else []
    period = request.GET.get("period") if request.GET.get("period") in periods else (periods[0] if periods else "")
    if not period:
        return render(request, "web/quality.html", {"forms": forms, "chosen": chosen, "periods": []})
    by_park = {park: found for park, found in counts_by_park(chosen, period, today()).items() if who.sees_all or park in who.park_ids}
    parks = {park.pk: park for park in Park.objects.filter(pk__in=by_park)}
    where = f"form={chosen}&period={period}"
    table = Table(
        "",
        [
            Column("park", gettext("Park"), lambda r: figures.pick(parks[r[0]]), order="park", url=lambda r: reverse("web:filings") + f"?{where}&park={parks[r[0]].code}", wrap=True),
            Column("owed", gettext("Owed"), lambda r: r[1].owed, order="owed", unit="count"),
            Column("complete", gettext("Handed in"), lambda r: _share(r[1].handed_in, r[1].owed), order="complete", unit="percent"),
            Column("timely", gettext("In time"), lambda r: _share(r[1].in_time, r[1].owed), order="timely", unit="percent"),
            Column("locked", gettext("Locked"), lambda r: _share(r[1].locked, r[1].owed), order="locked", unit="percent"),
            Column("late", gettext("Overdue"), lambda r: r[1].late, order="late", unit="count", url=lambda r: reverse("web:filings") + f"?{where}&park={parks[r[0]].code}&due=overdue"),
        ],
        list(by_park.items()),
        default_order="complete",
        per_page=25,
        stack=False,
    ).read(request)  # fmt: skip
    exported = table.export(request, "data-quality") if request.GET.get("export") != "f" else findings(request)
    if exported:
        return exported
    whole = [sum(getattr(c, name) for c in by_park.values()) for name in ("owed", "handed_in", "in_time", "locked", "late")]
    tiles = [
        (gettext("Handed in"), _share(whole[1], whole[0]), "percent"), (gettext("In time"), _share(whole[2], whole[0]), "percent"),
        (gettext("Locked"), _share(whole[3], whole[0]), "percent"), (gettext("Overdue"), whole[4], "count"),
    ]  # fmt: skip
    context = {
        "forms": forms, "chosen": chosen, "periods": [(p, words.period(p)) for p in periods], "period": period, "period_text": words.period(period), "carried": _carried(request, chosen, period), "table": table, "tiles": tiles, "owed": whole[0],
    }  # fmt: skip
    return render(request, "web/quality.html", context)


def _carried(request: HttpRequest, form: str, period: str) -> str:
    """What the part of the page below is asked for: form, period and the choices in its own table."""
    values = {key: value for key, value in request.GET.items() if key.startswith("f-")} | {"form": form, "period": period}
    return urlencode(values)


@insiders
def findings(request: HttpRequest) -> HttpResponse:
    """What does not fit in a form and period, as a part of the data-quality page; kept for two minutes for each circle of readers."""
    who = actor(request)
    form, period = form_named(request.GET.get("form", "")), request.GET.get("period", "")
    if period not in periods_of(form.code):
        raise NotFound()
    parks = {park.code: park for park in _parks(who)}
    park = parks.get(request.GET.get("f-park", ""))
    circle = "all" if who.sees_all else ",".join(map(str, sorted(who.park_ids)))
    key = f"findings:{form.code}:{period}:{park.code if park else ''}:{who.role}:{circle}"
    found = cache.get(key)
    if found is None:
        found = quality.findings(who, form, period, [park.pk] if park else None)
        cache.set(key, found, 120)
    kinds = {"consistency": gettext("Consistency"), "outlier": gettext("Outlier")}
    names = {one.pk: figures.pick(one) for one in Park.objects.all()}
    table = Table(
        "f",
        [
            Column("subject", gettext("Enterprise or park"), lambda f: f.subject, order="subject", url=lambda f: reverse("web:filing", args=[f.filing_id]), wrap=True),
            Column("park", gettext("Park"), lambda f: names.get(f.park_id), order="park", wrap=True),
            Column("kind", gettext("Kind"), lambda f: kinds[f.kind], order="kind", nowrap=True),
            Column("text", gettext("What is noticed"), lambda f: f.zh if figures.chinese() else f.en, wrap=True),
        ],
        found,
        filters=[
            Filter("kind", gettext("Kind"), list(kinds.items()), lambda rows, v: [f for f in rows if f.kind == v]),
            Filter("park", gettext("Park"), [(code, figures.pick(one)) for code, one in parks.items()], lambda rows, v: rows),
        ],
        per_page=20,
        empty_title=gettext("Nothing to look at"),
        empty_text=gettext("No check fails and no figure stands out in this period."),
    ).read(request)  # fmt: skip
    looked = visible(who).filter(form_code=form.code, period=period)[: quality.LOOKED_AT + 1].count() > quality.LOOKED_AT and park is None
    context = {"table": table, "partly": quality.LOOKED_AT if looked else 0}
    return table.export(request, "findings") or render(request, "web/quality_findings.html", context)


def _share(part: int, whole: int) -> Any:
    from decimal import Decimal

    return Decimal(part) / whole * 100 if whole else None
