"""Anchor enterprises: by park and for the city, one of them with what it was promised, entry and exit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from manyuan.engines.screening import explain
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.queries import current_definition, origins
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, language, members, now, today
from manyuan.surfaces.web.cultivation import tier_words
from manyuan.surfaces.web.cultivation.plan_pages import day_of
from manyuan.surfaces.web.cultivation.tier_pages import firm_seen, park_filter, parks_of
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import status
from manyuan.work.cultivation import anchors, queries
from manyuan.work.cultivation.ladders import current_ladders, has_ladders
from manyuan.work.cultivation.models import Anchor, Promise
from manyuan.work.cultivation.people import looks_after, must_look_after, units

_SHOWN = 20


@members
def anchor_list(request: HttpRequest) -> HttpResponse:
    """Anchor enterprises with how their promises are kept; candidates by the criteria. A firm sees itself."""
    who, on = actor(request), today()
    late = Q(promises__state="open", promises__due_on__lt=on)
    rows = queries.visible_anchors(who).select_related("enterprise", "park").annotate(
        n=Count("promises"), n_kept=Count("promises", filter=Q(promises__state="kept")), n_late=Count("promises", filter=late), n_broken=Count("promises", filter=Q(promises__state="broken")),
    )  # fmt: skip
    levels = [(one, tier_words.said(f"level-{one}")) for one in Anchor.Level.values]
    where = [("in", gettext("anchor today")), ("out", gettext("left"))]
    table = Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda a: a.enterprise.name, order="enterprise__name", url=lambda a: reverse("web:anchor", args=[a.pk]), wrap=True, cell=tier_words.firm),
            Column("park", gettext("Park"), lambda a: figures.pick(a.park), order="park__code", wrap=True),
            Column("level", gettext("Level"), lambda a: tier_words.said(f"level-{a.level}"), order="level"),
            Column("lead", gettext("Lead official"), lambda a: a.lead_post, wrap=True),
            Column("entered", gettext("Named on"), lambda a: a.entered_on, order="entered_on", nowrap=True),
            Column("left", gettext("Left"), lambda a: a.left_on, order="left_on", nowrap=True),
            Column("kept", gettext("Commitments kept"), lambda a: f"{a.n_kept} / {a.n}", cell=lambda a: f"{a.n_kept} / {a.n}"),
            Column("late", gettext("Late or broken"), lambda a: a.n_late + a.n_broken, cell=lambda a: status("late", str(a.n_late + a.n_broken)) if a.n_late + a.n_broken else "0"),
        ],
        rows,
        search=lambda r, text: r.filter(enterprise__name__contains=text) | r.filter(lead_post__contains=text),
        filters=[
            Filter("level", gettext("Level"), levels, lambda r, v: r.filter(level=v)),
            Filter("state", gettext("State"), where, lambda r, v: r.filter(left_on__isnull=v == "in")),
            *([park_filter(parks_of(who))] if who.role is not Role.ENTERPRISE else []),
        ],
        default_order="park",
        empty_title=gettext("No anchor enterprises yet"),
        empty_text=gettext("An enterprise is named by decision, with its reason and the post of the official who leads."),
    ).read(request)  # fmt: skip
    if (exported := table.export(request, "anchors")) is not None:
        return exported
    mine = queries.visible_anchors(who)
    kept = queries.promises_kept(Promise.objects.filter(anchor__in=mine), on)
    manages = who.sees_all or who.role is Role.COMMITTEE
    fitting = queries.anchor_candidates(who).order_by("park__code", "pk") if manages else None
    by_park = mine.filter(left_on=None).values_list("park__name_zh", "park__name_en").annotate(n=Count("pk")).order_by("-n")
    ladders = current_ladders() if has_ladders() else None
    context = {
        "table": table, "kept": kept, "open": mine.filter(left_on=None).count(), "city": mine.filter(left_on=None, level="city").count(),
        "fitting": fitting[:_SHOWN] if fitting is not None else [], "n_fitting": fitting.count() if fitting is not None else 0, "manages": manages, "own": who.role is Role.ENTERPRISE,
        "criteria": ladders.anchors if ladders else None, "conditions": [one.text.in_language(language()) for one in ladders.anchors.conditions] if ladders and ladders.anchors else [],
        "parks": len(by_park),
    }  # fmt: skip
    return render(request, "web/cultivation/anchors.html", context)


@insiders
def anchor_new(request: HttpRequest, uscc: str) -> HttpResponse:
    """Name an anchor enterprise: the criteria with the firm's own figures, then reason, decision and lead."""
    who, lang, on = actor(request), language(), today()
    firm = firm_seen(request, uscc)
    must_look_after(who, firm.park_id)
    post = request.POST
    if request.method == "POST":
        given = {key: post.get(key, "") for key in ("level", "reason", "decision", "lead_post")}
        try:
            made = anchors.enter_anchor(enterprise=firm, **given, on=day_of(post.get("on", "")), by=who, now=now())
        except DomainError as error:
            messages.error(request, error.message(get_language() or "zh-hans"))
        else:
            messages.success(request, gettext("Named an anchor enterprise."))
            return HttpResponseRedirect(reverse("web:anchor", args=[made.pk]))
    context = {
        "firm": firm, "lines": _criteria(firm, lang), "levels": [(one, tier_words.said(f"level-{one}")) for one in Anchor.Level.values if one != "city" or who.sees_all],
        "given": {key: post.get(key, "") for key in ("level", "reason", "decision", "lead_post")}, "on": post.get("on") or on.isoformat(),
    }  # fmt: skip
    return render(request, "web/cultivation/anchor_new.html", context)


def _criteria(firm: Any, lang: str) -> list[Any]:
    """The criteria for one firm today, condition by condition."""
    ladders = current_ladders() if has_ladders() else None
    if ladders is None or ladders.anchors is None:
        return []
    definition = current_definition()
    sheet = build_sheet(definition, as_of=today(), only=[firm.pk])
    return tier_words.lines(explain(ladders.anchors, sheet.facts, 0), origins(definition, firm, today()), lang) if sheet.ids else []


@members
def anchor(request: HttpRequest, pk: int) -> HttpResponse:
    """One anchor enterprise: why, who leads, what was promised."""
    who, on = actor(request), today()
    row = queries.anchor_seen(who, pk)
    manages = looks_after(who, row.park_id) and row.left_on is None
    promises = []
    for one in row.promises.select_related("unit"):
        late = one.state == "open" and one.due_on < on
        promises.append((one, ("late", gettext("overdue")) if late else tier_words.state(f"{one.state}")))
    context = {
        "a": row, "level": tier_words.said(f"level-{row.level}"), "promises": promises, "kept": queries.promises_kept(row.promises.all(), on), "manages": manages,
        "may_settle": looks_after(who, row.park_id), "units": units(row.park) if manages else [], "today": on, "lines": _criteria(row.enterprise, language()),
        "met": {"yes": ("good", gettext("met the criteria at entry")), "no": ("risk", gettext("did not meet the criteria at entry"))}.get(row.met, ("mute", gettext("could not be told at entry"))),
    }  # fmt: skip
    return render(request, "web/cultivation/anchor.html", context)


@members
@require_POST
def anchor_act(request: HttpRequest, pk: int) -> HttpResponse:
    """One act on an anchor enterprise."""
    who, post, when = actor(request), request.POST, now()
    row = queries.anchor_seen(who, pk)
    unit = Organisation.objects.filter(pk=post.get("unit")).first() if post.get("unit", "").isdigit() else None
    given: dict[str, Any] = {"anchor": row, "by": who, "now": when}

    def settle() -> object:
        found = row.promises.filter(pk=post.get("promise")).first() if post.get("promise", "").isdigit() else None
        if found is None:
            raise NotFound()
        return anchors.settle_promise(given=found, kept=post.get("kept", ""), note=post.get("text", ""), by=who, now=when)

    acts: dict[str, tuple[Callable[[], object], str]] = {
        "promise": (lambda: anchors.promise(**given, text=post.get("text", ""), unit=unit, due_on=day_of(post.get("due_on", ""))), gettext("The commitment stands with its unit and date.")),
        "settle": (settle, gettext("Noted.")),
        "lead": (lambda: anchors.change_lead(**given, lead_post=post.get("text", "")), gettext("Changed.")),
        "leave": (lambda: anchors.leave_anchor(**given, reason=post.get("text", ""), decision=post.get("decision", ""), on=day_of(post.get("on", ""))), gettext("It is an anchor enterprise no more.")),
    }  # fmt: skip
    found = acts.get(post.get("act", ""))
    if found is None:
        raise NotFound()
    return act(request, found[0], found[1], reverse("web:anchor", args=[pk]))
