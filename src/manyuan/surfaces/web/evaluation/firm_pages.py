"""An enterprise's own page: its grade, item by item, what would lift it, its years; the objection, and the city's decision on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import enterprise_by_code
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, language, members, now, today
from manyuan.surfaces.web.evaluation import pictures, words
from manyuan.work.evaluation import queries, services
from manyuan.work.evaluation.models import Line
from manyuan.work.evaluation.schemes import Plan


@members
def firm(request: HttpRequest, uscc: str) -> HttpResponse:
    """The enterprise in the newest published run, or in the one asked for."""
    who, lang = actor(request), language()
    enterprise = enterprise_by_code(who, uscc.upper())
    history = queries.history_of(enterprise, who)
    line = _chosen(request, enterprise, history)
    if line is None:
        return render(request, "web/evaluation/firm.html", {"firm": enterprise, "line": None, "mine": who.role is Role.ENTERPRISE})
    back = f"{reverse('web:per_mu_firm', args=[enterprise.uscc])}?run={line.run_id}"
    if request.method == "POST":
        return act(
            request,
            lambda: services.object_to_line(line=line, text=request.POST.get("text", ""), by=who, now=now()),
            gettext("Your objection is on record; you read the decision here."),
            back,
        )
    plan = queries.plan_of_run(line.run)
    state = queries.state_of(line.run, today())
    way = queries.way_up(line, plan)
    names = words.field_names(plan, lang)
    may_object = state == "open" and line.changed and (who.role is Role.ENTERPRISE or who.role is Role.COMMITTEE)
    objections = list(line.objections.select_related("answered_in"))
    context = {
        "firm": enterprise, "line": line, "r": line.run, "mine": who.role is Role.ENTERPRISE, "state": words.state(state), "title": words.title(line.run),
        "scheme": line.run.scheme, "scheme_title": line.run.scheme.title(lang), "grade": words.grade(plan, line.grade) if line.grade else None,
        "why": words.ungraded(plan, line.ungraded, lang) if line.ungraded else "", "missing": [one.name(lang) for one in plan.items if one.code in line.missing],
        "graded": sum(line.run.counts.get(name, 0) for name, _ in plan.grades.edges), "total": words.decimal(line.total, 4), "items": _items(plan, line, names, lang), "min_max": plan.form == "min-max",
        "way": way, "way_grade": words.grade(plan, way.grade)[1] if way else "", "cut": words.decimal(way.cut, 4) if way else "", "short": words.decimal(way.short, 4) if way else "",
        "lifts": [_lift(plan, one, names, lang) for one in way.lifts] if way else [], "unfiled": [one.name(lang) for one in plan.items if one.code in line.filled],
        "years": pictures.years(history), "history": [(one, words.grade(queries.plan_of_run(one.run), one.grade) if one.grade else ("mute", words.ungraded(queries.plan_of_run(one.run), one.ungraded, lang))) for one in history],
        "objections": [(one, words.objection(one.state)) for one in objections], "may_object": may_object and not any(one.state == "open" for one in objections), "filing": line.filing_id if who.role is not Role.COMPANY else None,
        "objection_base": figures.day(line.run.closes_on),
    }  # fmt: skip
    return render(request, "web/evaluation/firm.html", context)


def _chosen(request: HttpRequest, enterprise: Any, history: list[Line]) -> Line | None:
    wanted = request.GET.get("run", "")
    if wanted.isdigit():
        run = queries.run_seen(actor(request), int(wanted))
        found = run.lines.select_related("run__scheme", "run__park", "enterprise", "park").filter(enterprise=enterprise).first()
        if found is None:
            raise NotFound()
        return found
    return next((line for line in history if line.grade), history[0] if history else None)


def _items(plan: Plan, line: Line, names: dict[str, str], lang: str) -> list[dict[str, Any]]:
    """Each item as it was worked out: figure ÷ figure = value; value ÷ base × weight = points."""
    return [
        {
            "name": one.name(lang), "of": names[one.of], "of_value": words.filed(line.inputs.get(one.of), one.of_unit, one.of_fen), "per": names[one.per], "per_value": words.filed(line.inputs.get(one.per), one.per_unit, one.per_fen),
            "value": words.decimal(line.values.get(one.code)), "unit": words.unit_name(one.unit), "base": None if one.item.base is None else figures.plain(one.item.base, 4), "weight": figures.plain(one.item.weight),
            "points": words.decimal(line.points.get(one.code)), "filled": one.code in line.filled, "missing": one.code in line.missing,
        }
        for one in plan.items
    ]  # fmt: skip


def _lift(plan: Plan, one: Any, names: dict[str, str], lang: str) -> dict[str, Any]:
    items = {item.code: item.name(lang) for item in plan.items}
    unit = words.unit_name(one.unit)
    return {
        "field": names[one.field], "more": one.more, "by": f"{figures.plain(one.by, 2)} {unit}", "now": f"{figures.plain(one.now, 2)} {unit}", "then": f"{figures.plain(one.then, 2)} {unit}",
        "percent": figures.plain(100 * one.by / one.now, 1), "items": [items[code] for code in one.items],
    }  # fmt: skip


@members
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The city decides on an objection, with the reason."""
    who = actor(request)
    found = queries.objection_seen(who, pk)
    choice = request.POST.get("decision")
    if choice not in ("uphold", "dismiss"):
        raise NotFound()
    done = (
        gettext("Upheld. Correct the report, then compute the next version.") if choice == "uphold" else gettext("Dismissed; the enterprise reads the reason.")
    )
    return act(
        request,
        lambda: services.decide_objection(objection=found, upheld=choice == "uphold", reason=request.POST.get("reason", ""), by=who, now=now()),
        done,
        reverse("web:per_mu_run", args=[found.line.run_id]),
    )
