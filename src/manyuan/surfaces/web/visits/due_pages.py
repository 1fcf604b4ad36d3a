"""Who is to be visited, what was visited, and the plan of the coming days."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from manyuan.facts.accounts.models import User
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, members, now, today
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.surfaces.web.visits import words
from manyuan.work.visits import queries
from manyuan.work.visits.due import STATES, due_list
from manyuan.work.visits.installing import current_rules
from manyuan.work.visits.models import Outcome, Visit
from manyuan.work.visits.planning import plan_visits, propose


@insiders
def due(request: HttpRequest) -> HttpResponse:
    """Every firm that comes under a rule, the most urgent first."""
    who, day = actor(request), today()
    rows = due_list(who, day)
    mine = {one.enterprise.pk for one in rows if one.officer_id == who.id}
    names = queries.names(one.officer_id for one in rows if one.officer_id)
    counts = {state: sum(one.state == state for one in rows) for state in STATES}
    rules = current_rules()
    table = Table(
        "",
        [
            Column("firm", gettext("Enterprise"), lambda d: d.enterprise.name, url=lambda d: reverse("web:enterprise", args=[d.enterprise.uscc]), wrap=True),
            Column("park", gettext("Park"), lambda d: figures.pick(d.enterprise.park), wrap=True),
            Column("rule", gettext("Rhythm"), lambda d: words.rule_name(d.rule.code), wrap=True),
            Column("state", gettext("State"), lambda d: words.due_state(d.state)[1], cell=lambda d: status(*words.due_state(d.state))),
            Column("due", gettext("Visit by"), lambda d: d.due_on, nowrap=True),
            Column("last", gettext("Last visit"), lambda d: d.last_on, nowrap=True),
            Column("officer", gettext("The officer"), lambda d: names.get(d.officer_id, "")),
            Column("write", "", lambda d: gettext("Write down"), url=lambda d: f"{reverse('web:visit_capture')}?firm={d.enterprise.uscc}", nowrap=True),
        ],
        rows,
        search=lambda r, text: [d for d in r if text in d.enterprise.name or d.enterprise.uscc.startswith(text.upper())],
        filters=[
            Filter("state", gettext("State"), [(s, words.due_state(s)[1]) for s in STATES], lambda r, value: [d for d in r if d.state == value]),
            Filter("rule", gettext("Rhythm"), [(x.code, words.rule_name(x.code)) for x in rules.rules], lambda r, value: [d for d in r if d.rule.code == value]),
            Filter("mine", gettext("Everybody's"), [("1", gettext("Mine"))], lambda r, value: [d for d in r if d.enterprise.pk in mine]),
        ],
        empty_title=gettext("Nobody is to be visited by a rule"),
        empty_text=gettext("Firms with the titles that the pack names stand here; all others are visited on need."),
    ).read(request)  # fmt: skip
    tiles = [(state, words.due_state(state)[1], counts[state]) for state in STATES]
    return table.export(request, "visits-due") or render(
        request, "web/visits/due.html", {"table": table, "tiles": tiles, "mark": rules.mark, "total": len(rows)}
    )


def _day_of(visit: Visit) -> date | None:
    return visit.on


@members
def visit_list(request: HttpRequest) -> HttpResponse:
    """Visits, planned and made, that the reader may see."""
    who = actor(request)
    rows = queries.visible_visits(who)
    table = Table(
        "",
        [
            Column("firm", gettext("Enterprise"), lambda v: v.enterprise.name, url=lambda v: reverse("web:visit", args=[v.pk]), wrap=True, order="enterprise__name"),
            Column("day", gettext("Day"), _day_of, nowrap=True),
            Column("state", gettext("State"), lambda v: words.visit_state(v.state)[1], order="state", cell=lambda v: status(*words.visit_state(v.state))),
            Column("scene", gettext("Kind"), lambda v: words.scene(v.scene), order="scene"),
            Column("rule", gettext("Rhythm"), lambda v: words.rule_name(v.rule), wrap=True),
            Column("park", gettext("Park"), lambda v: figures.pick(v.park) if v.park else "", wrap=True),
            Column("officer", gettext("The officer"), lambda v: v.officer.display_name or v.officer.username),
            Column("mark", "", lambda v: gettext("synthetic data") if v.synthetic else "", cell=lambda v: mark(v.synthetic)),
        ],
        rows,
        search=lambda r, text: r.filter(enterprise__name__contains=text) | r.filter(enterprise__uscc__startswith=text.upper()) | r.filter(text__contains=text),
        filters=[
            Filter("state", gettext("State"), [(s, words.visit_state(s)[1]) for s in Visit.State.values], lambda r, value: r.filter(state=value)),
            Filter("scene", gettext("Kind"), [(s, words.scene(s)) for s in Visit.Scene.values], lambda r, value: r.filter(scene=value)),
            Filter("mine", gettext("Everybody's"), [("1", gettext("Mine"))], lambda r, value: r.filter(officer_id=who.id)),
        ],
        empty_title=gettext("No visit yet"),
        empty_text=gettext("Visits stand here once they are planned or written down."),
    ).read(request)  # fmt: skip
    return table.export(request, "visits") or render(request, "web/visits/list.html", {"table": table, "officer": queries.is_officer(who)})


@insiders
def space_needs(request: HttpRequest) -> HttpResponse:
    """Expansion that visits heard of: who needs how much space, and what became of it."""
    who = actor(request)
    table = Table(
        "",
        [
            Column("firm", gettext("Enterprise"), lambda o: o.visit.enterprise.name, url=lambda o: reverse("web:visit", args=[o.visit_id]), wrap=True),
            Column("text", gettext("What was found"), lambda o: o.text, wrap=True),
            Column("area", gettext("Area"), lambda o: o.data.get("area_m2") or None, unit="m2"),
            Column("park", gettext("Park"), lambda o: figures.pick(o.visit.park) if o.visit.park else "", wrap=True),
            Column("day", gettext("Day"), lambda o: o.visit.on, nowrap=True),
            Column("state", gettext("State"), lambda o: _space(o)[1], cell=lambda o: status(*_space(o))),
            Column("note", gettext("How it was settled"), lambda o: o.settled_note, wrap=True),
        ],
        queries.outcomes_of(who, Outcome.Kind.SPACE),
        filters=[
            Filter(
                "open", gettext("All"), [("1", gettext("open")), ("0", gettext("settled"))], lambda r, value: r.filter(settled_at__isnull=value == "1")
            )
        ],
        empty_title=gettext("No need of space was heard of"),
        empty_text=gettext("When a visit notes a plan to expand, it stands here until it is settled."),
    ).read(request)  # fmt: skip
    return table.export(request, "space-needs") or render(request, "web/visits/space.html", {"table": table})


def _space(outcome: Outcome) -> tuple[str, str]:
    return ("good", gettext("settled")) if outcome.settled_at else ("risk", gettext("open"))


@insiders
def plan(request: HttpRequest) -> HttpResponse:
    """A proposal for the coming days, to be taken whole or in part."""
    who = actor(request)
    first = _date(request.GET.get("first")) or today() + timedelta(days=1)
    last = _date(request.GET.get("last")) or first + timedelta(days=13)
    people = queries.officers(who)
    chosen = request.GET.get("officer", "")
    if request.method == "POST":
        return _take(request)
    stops = propose(who, first=first, last=last, officer_id=int(chosen) if chosen.isdigit() else None)
    days: dict[date, list[object]] = {}
    for stop in stops:
        days.setdefault(stop.on, []).append((stop, words.due_state(stop.due.state)))
    context = {
        "first": first, "last": last, "people": people, "chosen": chosen, "days": list(days.items()), "count": len(stops), "per_day": current_rules().per_day, "today": today(),
    }  # fmt: skip
    return render(request, "web/visits/plan.html", context)


def _take(request: HttpRequest) -> HttpResponse:
    who, wanted = actor(request), []
    for text in request.POST.getlist("stop")[:400]:
        parts = text.split(":")
        day = _date(parts[2]) if len(parts) == 3 and parts[0].isdigit() and parts[1].isdigit() else None
        if day is None:
            raise NotFound()
        wanted.append((int(parts[0]), int(parts[1]), day))
    firms = {one.pk: one for one in visible(who).filter(pk__in=[one[0] for one in wanted])}
    people: dict[int, User] = {one.pk: one for one in queries.officers(who).filter(pk__in=[one[1] for one in wanted])}
    if any(firm not in firms or person not in people for firm, person, _ in wanted):
        raise NotFound()
    stops: list[tuple[Enterprise, User, date]] = [(firms[firm], people[person], day) for firm, person, day in wanted]
    if not stops:
        return HttpResponseRedirect(reverse("web:visit_plan"))
    said = ngettext("%(n)s visit is in the calendar.", "%(n)s visits are in the calendar.", len(stops)) % {"n": len(stops)}
    return act(request, lambda: plan_visits(stops=stops, by=who, now=now()), said, f"{reverse('web:visit_list')}?state=planned")


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
