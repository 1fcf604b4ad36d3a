"""The growth pool: who is in, who may enter by rule, in and out by decision."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, language, now
from manyuan.surfaces.web.cultivation import tier_words
from manyuan.surfaces.web.cultivation.tier_pages import park_filter, parks_of
from manyuan.surfaces.web.cultivation.tier_words import Rungs
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import status
from manyuan.work.cultivation import queries
from manyuan.work.cultivation.ladders import current_ladders, has_ladders
from manyuan.work.cultivation.models import PoolEntry
from manyuan.work.cultivation.people import looks_after
from manyuan.work.cultivation.pool import enter_pool, leave_pool

_SHOWN = 30


@insiders
def growth_pool(request: HttpRequest) -> HttpResponse:
    """The pool, and the enterprises nearest to it."""
    who = actor(request)
    if not has_ladders():
        return render(request, "web/cultivation/none.html")
    ladders = current_ladders()
    rungs = Rungs(ladders, language())
    where = {"in": gettext("in the pool"), "out": gettext("left")}
    table = Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda e: e.enterprise.name, order="enterprise__name", url=lambda e: reverse("web:pool_entry", args=[e.pk]), wrap=True, cell=tier_words.firm),
            Column("park", gettext("Park"), lambda e: figures.pick(e.park) if e.park else None, wrap=True),
            Column("rung", gettext("For the rung"), lambda e: rungs.name(e.rung), order="rung", wrap=True),
            Column("entered", gettext("Taken in on"), lambda e: e.entered_on, order="entered_on", nowrap=True),
            Column("decision", gettext("Decision"), lambda e: e.decision, wrap=True),
            Column("state", gettext("State"), lambda e: where["out" if e.left_on else "in"], cell=lambda e: status("mute", tier_words.said(e.left_reason)) if e.left_on else status("good", where["in"])),
        ],
        queries.visible_pool(who).select_related("enterprise", "park"),
        search=lambda r, text: r.filter(enterprise__name__contains=text) | r.filter(enterprise__uscc__startswith=text.upper()),
        filters=[
            Filter("rung", gettext("For the rung"), rungs.choices(), lambda r, v: r.filter(rung=v)),
            Filter("state", gettext("State"), list(where.items()), lambda r, v: r.filter(left_on__isnull=v == "in")),
            park_filter(parks_of(who)),
        ],
        default_order="-entered",
        empty_title=gettext("The pool is empty"),
        empty_text=gettext("Enterprises that meet the rule of the pool stand below; taking one in is a decision."),
    ).read(request)  # fmt: skip
    if (exported := table.export(request, "growth-pool")) is not None:
        return exported
    rows = queries.pool_candidates(who, ladders)
    near = [
        {"p": row, "rung": rungs.name(row.next), "state": tier_words.state(row.next_outcome), "share": tier_words.share(row.share), "may": looks_after(who, row.park_id)}
        for row in rows.order_by("next_outcome", "share", "pk")[:_SHOWN]
    ]  # fmt: skip
    context = {"table": table, "near": near, "n": rows.count(), "pool": ladders.pool, "share": figures.figure(ladders.pool.share, "ratio")}
    return render(request, "web/cultivation/pool.html", context)


@insiders
@require_POST
def pool_enter(request: HttpRequest) -> HttpResponse:
    """Take an enterprise in."""
    who = actor(request)
    firm = get_object_or_404(visible_enterprises(who), uscc=request.POST.get("enterprise", ""))
    given = {"enterprise": firm, "rung": request.POST.get("rung", ""), "decision": request.POST.get("decision", "")}
    return act(request, lambda: enter_pool(**given, by=who, now=now()), gettext("Taken into the growth pool."), reverse("web:growth_pool"))


@insiders
def pool_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry of the pool; taking it out on the same page."""
    who = actor(request)
    entry = queries.pool_entry_seen(who, pk)
    here = reverse("web:pool_entry", args=[pk])
    if request.method == "POST":
        given = {"reason": request.POST.get("reason", ""), "note": request.POST.get("note", "")}
        return act(request, lambda: leave_pool(entry=entry, **given, by=who, now=now()), gettext("Taken out of the pool."), here)
    rungs = Rungs(current_ladders(), language())
    reasons = [(one, tier_words.said(one)) for one in PoolEntry.Left.values]
    context = {"e": entry, "rung": rungs.name(entry.rung), "by_rule": tier_words.state(entry.by_rule), "reasons": reasons, "left": tier_words.said(entry.left_reason) if entry.left_on else "", "may": looks_after(who, entry.park_id) and entry.left_on is None}  # fmt: skip
    return render(request, "web/cultivation/pool_entry.html", context)
