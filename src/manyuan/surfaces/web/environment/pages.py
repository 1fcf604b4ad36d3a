"""The city's overview of parks side by side, a scorecard, and an item down to the records behind it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.releases import may_release
from manyuan.surfaces.web import figures
from manyuan.surfaces.web import words as common
from manyuan.surfaces.web.acting import actor, insiders, today
from manyuan.surfaces.web.environment import charts, records, words
from manyuan.surfaces.web.environment.showing import CITY, place_code, place_name, show
from manyuan.surfaces.web.tables import Column, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.environment import queries
from manyuan.work.environment.installing import sheet_of
from manyuan.work.environment.models import Scorecard
from manyuan.work.environment.queries import Side


@insiders
def overview(request: HttpRequest) -> HttpResponse:
    """Parks side by side in a period, by the score or by one item; the city before them."""
    who = actor(request)
    known = queries.definitions()
    if not known:
        return render(request, "web/environment/overview.html", {"none": True})
    chosen = next((one for one in known if one.code == request.GET.get("scorecard")), known[0])
    sheet = sheet_of(chosen)
    there = _periods(who, chosen.code)
    period = request.GET.get("period") if request.GET.get("period") in there else next(iter(there), "")
    item = sheet.item(request.GET.get("item", ""))
    context: dict[str, Any] = {
        "definitions": [(one.code, figures.pick(sheet_of(one).name, "")) for one in known], "chosen": chosen.code, "sheet": sheet, "note": figures.pick(sheet.note, ""),
        "periods": [(one, common.period(one)) for one in there], "period": period, "item": item, "items": [(one.code, figures.pick(one.name, "")) for one in sheet.items],
        "name": figures.pick(sheet.name, ""), "may_survey": who.sees_all,
    }  # fmt: skip
    if period:
        rows = queries.side_by_side(who, chosen.code, period, item, sheet)
        table = _table(rows, item).read(request)
        exported = table.export(request, f"scorecards-{period}")
        if exported:
            return exported
        city = queries.visible(who).filter(definition__code=chosen.code, park=None, period=period).first()
        context |= {
            "table": table,
            "city": show(city) if city else None,
            "period_name": common.period(period),
            "unranked": sum(row.place is None for row in rows),
        }
        code = item.code if item else ""
        if city and (trend := context["city"].trends.get(code)) and len(trend.periods) > 1:
            context["chart"], context["chart_table"] = charts.trend(trend, item)
    return render(request, "web/environment/overview.html", context)


def _periods(who: Actor, code: str) -> list[str]:
    """The periods of any place that the reader sees, newest first, 24 at most."""
    found = set(queries.visible(who).filter(definition__code=code).values_list("period", flat=True))
    return sorted(found, key=lambda text: (parse_period(text).end, parse_period(text).start), reverse=True)[:24]


def _table(rows: list[Side], item: Any) -> Table:
    columns = [
        Column("place", gettext("Place"), lambda s: s.place, order="place", cell=lambda s: str(s.place) if s.place else status("mute", gettext("too few to rank"))),
        Column("park", gettext("Park"), lambda s: place_name(s.scorecard.park), order="park", url=lambda s: _url(s.scorecard), wrap=True, cell=lambda s: format_html("{} {}", place_name(s.scorecard.park), mark("synthetic") if s.scorecard.synthetic else "")),
        Column("points", gettext("Score"), lambda s: s.scorecard.points, order="points", unit="points", cell=lambda s: words.points(s.scorecard.points)),
    ]  # fmt: skip
    if item is None:
        for number, pillar in enumerate(sheet_of(rows[0].scorecard.definition).pillars if rows else ()):
            columns.append(
                Column(
                    f"p{number}",
                    figures.pick(pillar.name, ""),
                    _pillar(pillar.code),
                    order=f"p{number}",
                    unit="points",
                    cell=lambda s, code=pillar.code: words.points(_pillar(code)(s)),
                )
            )
    else:
        columns += [
            Column("value", figures.pick(item.name, ""), lambda s: s.value.value if s.value else None, order="value", unit="percent" if item.unit == "percent" else "number"),
            Column("out_of", gettext("Out of"), lambda s: s.value.whole if s.value else None, order="out_of", unit="count"),
            Column("interval", gettext("Interval"), lambda s: words.interval(queries.rate_of(item, s.value))),
            Column("against", gettext("Beside the city"), lambda s: (words.against(s.against) or ("", "–"))[1], cell=lambda s: status(*said) if (said := words.against(s.against)) else "–"),
        ]  # fmt: skip
    return Table("", columns, rows, per_page=60, empty_title=gettext("No park has a scorecard in this period"))


def _pillar(code: str) -> Any:
    return lambda s: Decimal(s.scorecard.pillars[code]["points"]) if s.scorecard.pillars.get(code, {}).get("points") is not None else None


def _url(card: Scorecard) -> str:
    return reverse("web:scorecard", args=[card.definition.code, card.period, place_code(card.park)])


def seen(request: HttpRequest, code: str, period: str, place: str) -> Scorecard:
    """The scorecard that an address names, where the reader may see it. Raises NotFound."""
    park = None if place == CITY else Park.objects.filter(code=place).first()
    if place != CITY and park is None:
        raise NotFound()
    return queries.scorecard_seen(actor(request), code, park, period)


@insiders
def scorecard(request: HttpRequest, code: str, period: str, place: str) -> HttpResponse:
    """One scorecard: the score, its pillars and items, its course, whether it is published, its report."""
    card = seen(request, code, period, place)
    who, shown = actor(request), show(card)
    publication = queries.publication_of(card)
    context: dict[str, Any] = {
        "shown": shown, "card": card, "may_publish": may_release(who), "publication": publication, "is_newer": publication is not None and publication.scorecard_id != card.pk,
        "periods": [(one, common.period(one), reverse("web:scorecard", args=[code, one, place])) for one in queries.periods(who, code, card.park)[:24]],
        "running": parse_period(period).end > today(), "late": _late(card), "args": [code, period, place],
    }  # fmt: skip
    trend = shown.trends.get("")
    if trend and len(trend.periods) > 1:
        context["chart"], context["chart_table"] = charts.trend(trend, None)
    return render(request, "web/environment/scorecard.html", context)


def _late(card: Scorecard) -> bool:
    """Whether what comes late (recurrence within 90 days) is not all known yet."""
    return card.counted_on < parse_period(card.period).end + timedelta(days=90)


@insiders
def item(request: HttpRequest, code: str, period: str, place: str, item: str) -> HttpResponse:
    """An item over time with its control limits, and the records behind the figure as far as the reader may see them."""
    card = seen(request, code, period, place)
    shown = show(card)
    row = next((one for one in shown.rows if one.item.code == item), None)
    if row is None:
        raise NotFound()
    reader, found = queries.behind(card, row.item, actor(request))
    context: dict[str, Any] = {
        "shown": shown,
        "row": row,
        "card": card,
        "args": [code, period, place],
        "unit": words.unit(row.item.unit),
        "limit": queries.MOST,
    }
    if found is not None:
        table = records.table(reader.kind, found).read(request)
        exported = table.export(request, f"{item}-{period}")
        if exported:
            return exported
        context["table"] = table
    trend = shown.trends.get(item)
    if trend and len(trend.periods) > 1:
        context["chart"], context["chart_table"] = charts.trend(trend, row.item)
        context["has_limits"] = trend.chart.has_limits
    return render(request, "web/environment/item.html", context)
