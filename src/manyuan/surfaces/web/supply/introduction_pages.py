"""Introductions: the list, one with its contacts and result, and the figures of what came of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.errors import NotFound
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, language, members, now, today
from manyuan.surfaces.web.supply import wording
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.supply import queries, services
from manyuan.work.supply.models import Introduction
from manyuan.work.supply.scenes import book, decimal_of


@members
def introduction_list(request: HttpRequest) -> HttpResponse:
    """Every introduction that the reader may see."""
    who, lang = actor(request), language()
    states = [(code, wording.state(code)[1]) for code in Introduction.State.values]
    table = Table(
        "",
        [
            Column("offer", gettext("Offer"), lambda i: i.offer.title, url=lambda i: reverse("web:supply_introduction", args=[i.pk]), wrap=True),
            Column("seller", gettext("Seller"), lambda i: i.offer.owner_name, wrap=True),
            Column("buyer", gettext("Buyer"), lambda i: i.need.owner_name, wrap=True),
            Column("score", gettext("Fit"), lambda i: i.score, order="score", unit="count"),
            Column("state", gettext("State"), lambda i: wording.state(i.state)[1], order="state", cell=_state),
            Column("value", gettext("Deal value"), lambda i: None if i.value_fen is None else Decimal(i.value_fen) / 100, order="value_fen", unit="yuan"),
            Column("why", gettext("Why no deal"), lambda i: wording.why_not(i.why_not) if i.why_not else "", order="why_not", wrap=True),
            Column("changed", gettext("Last step"), lambda i: i.changed_at.date(), order="changed_at", nowrap=True),
        ],
        queries.introductions(who),
        search_fields=("offer__title", "need__title", "offer__enterprise__name", "need__enterprise__name", "offer__organisation__name_zh", "need__organisation__name_zh"),
        filters=[
            Filter("state", gettext("State"), states, lambda r, value: r.filter(state=value)),
            Filter("scene", gettext("Scene"), [(code, one.name[lang]) for code, one in book().scenes.items()], lambda r, value: r.filter(offer__scene=value)),
            Filter("why", gettext("Why no deal"), [(code, name[lang]) for code, name in book().why_not.items()], lambda r, value: r.filter(why_not=value)),
        ],
        default_order="-changed",
        empty_title=gettext("Nobody was brought together yet"),
        empty_text=gettext("Open an offer or a need and invite what fits it."),
    ).read(request)  # fmt: skip
    return table.export(request, "introductions") or render(request, "web/supply/introductions.html", {"table": table})


def _state(row: Introduction) -> str:
    return format_html("{} {}", status(*wording.state(row.state)), mark("synthetic") if row.synthetic else "")


@members
def introduction(request: HttpRequest, pk: int) -> HttpResponse:
    """One introduction: both sides, why they fit, contacts once both agreed, the result."""
    who = actor(request)
    found = queries.introduction_seen(who, pk)
    mine = queries.sides_of(who, found)
    compared = queries.compared(found.offer, found.need)
    acts_for = who.sees_all or queries.may_act_for(who, found.offer) or queries.may_act_for(who, found.need)
    sides = []
    for code, posting in (("offer", found.offer), ("need", found.need)):
        sides.append(
            {
                "code": code,
                "name": wording.side(code),
                "posting": posting,
                "quantity": wording.quantity(posting),
                "agreed": getattr(found, f"{code}_agreed_at"),
                "contact": queries.contact_of(found, code, who),
            }
        )
    context = {
        "i": found, "state": wording.state(found.state), "sides": sides, "scene": wording.scene(found.offer.scene), "category": wording.category(found.offer.category),
        "reasons": wording.reasons(compared.reasons) if compared else [], "why": wording.why_not(found.why_not) if found.why_not else "",
        "reasons_why": [(code, name[language()]) for code, name in book().why_not.items()],
        "to_answer": [code for code in mine if found.state == "invited" and getattr(found, f"{code}_agreed_at") is None],
        "may": {
            "record": acts_for and found.state == "agreed", "confirm": bool(mine) and found.state == "dealt" and found.confirmed_at is None and found.recorded_side not in mine,
            "correct": acts_for and found.state == "dealt" and found.confirmed_at is None,
        },
    }  # fmt: skip
    response = render(request, "web/supply/introduction.html", context)
    response["Cache-Control"] = "no-store"
    return response


@members
@require_POST
def introduction_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes or no to an invitation; the result; its confirmation."""
    who, post, when = actor(request), request.POST, now()
    found = queries.introduction_seen(who, pk)
    given: dict[str, Any] = {"introduction": found, "by": who, "now": when}
    note, why = post.get("note", ""), post.get("why_not", "")
    acts = {
        "yes": (lambda: services.answer(side=post.get("side", ""), yes=True, **given), gettext("Agreed. Contacts are shown once both sides have agreed.")),
        "no": (lambda: services.answer(side=post.get("side", ""), yes=False, why_not=why, note=note, **given), gettext("Declined; the reason is kept.")),
        "deal": (lambda: services.record_deal(value_fen=_fen(post.get("value", "")), note=note, **given), gettext("The deal is recorded; the other side confirms it.")),
        "correct": (lambda: services.correct(value_fen=_fen(post.get("value", "")), note=note, **given), gettext("Corrected.")),
        "failure": (lambda: services.record_failure(why_not=why, note=note, **given), gettext("Recorded, with the reason.")),
        "confirm": (lambda: services.confirm(**given), gettext("Confirmed.")),
    }  # fmt: skip
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:supply_introduction", args=[pk]))


def _fen(text: str) -> int:
    """Yuan as typed, in fen; 0 where it is no amount, which the service refuses by name."""
    found = decimal_of(text)
    return int(found * 100) if found is not None and found * 100 == int(found * 100) else 0


@members
def figure_page(request: HttpRequest) -> HttpResponse:
    """Deals, value, conversion and why not: of the city, a park, or one's own."""
    who, day = actor(request), today()
    year = int(request.GET["year"]) if request.GET.get("year", "").isdecimal() and 2000 <= int(request.GET["year"]) <= 2100 else day.year
    found = queries.figures(who, date(year, 1, 1), date(year, 12, 31), day)
    table = Table(
        "",
        [
            Column("scene", gettext("Scene"), lambda s: wording.scene(s.code), order="scene", wrap=True),
            Column("offers", gettext("Open offers"), lambda s: s.offers, order="offers", unit="count"),
            Column("needs", gettext("Open needs"), lambda s: s.needs, order="needs", unit="count"),
            Column("introduced", gettext("Brought together"), lambda s: s.introduced, order="introduced", unit="count"),
            Column("agreed", gettext("Both agreed"), lambda s: s.agreed, order="agreed", unit="count"),
            Column("deals", gettext("Deals"), lambda s: s.deals, order="deals", unit="count"),
            Column("confirmed", gettext("Confirmed"), lambda s: s.confirmed, order="confirmed", unit="count"),
            Column("conversion", gettext("Deals of those ended"), lambda s: s.conversion, order="conversion", unit="ratio"),
            Column("value", gettext("Deal value"), lambda s: Decimal(s.value_fen) / 100, order="value", unit="yuan"),
        ],
        found.scenes,
    ).read(request)  # fmt: skip
    exported = table.export(request, f"supply-{year}")
    if exported:
        return exported
    context = {
        "year": year, "before": year - 1, "after": year + 1 if year < day.year else None, "whole": found.whole, "table": table, "months": _months(found), "why": _why(found),
        "made_up": queries.introductions(who).filter(synthetic=True).exists(),
    }  # fmt: skip
    return render(request, "web/supply/figures.html", context)


def _months(found: queries.Figures) -> dict[str, Any]:
    rows = [(month, deals, Decimal(fen) / 100) for month, deals, fen in found.months]
    unit = ("万元", 10_000) if language() == "zh" else ("1,000 yuan", 1_000)
    option = {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": "center"},
        "grid": {"left": 8, "right": 16, "top": 56, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [month for month, _, _ in rows]},
        "yAxis": [{"type": "value", "name": unit[0], "nameTextStyle": {"align": "left"}}, {"type": "value", "name": gettext("Deals"), "minInterval": 1, "splitLine": {"show": False}}],
        "series": [
            {"name": gettext("Deal value"), "type": "bar", "data": [float(round(value / unit[1], 2)) for _, _, value in rows], "barMaxWidth": 28},
            {"name": gettext("Deals"), "type": "line", "yAxisIndex": 1, "data": [deals for _, deals, _ in rows], "symbolSize": 6},
        ],
    }  # fmt: skip
    head = [gettext("Month"), gettext("Deals"), gettext("Deal value")]
    return {
        "option": option,
        "table": {"head": head, "rows": [[month, deals, figures.figure(value, "yuan")] for month, deals, value in rows]},
        "any": bool(rows),
    }


def _why(found: queries.Figures) -> dict[str, Any]:
    rows = [(wording.why_not(code), number) for code, number in found.why_not]
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "data": [name for name, _ in reversed(rows)]},
        "series": [{"name": gettext("Why no deal"), "type": "bar", "data": [number for _, number in reversed(rows)], "barMaxWidth": 22}],
    }
    return {"option": option, "table": {"head": [gettext("Why no deal"), gettext("Times")], "rows": [list(row) for row in rows]}, "any": bool(rows)}
