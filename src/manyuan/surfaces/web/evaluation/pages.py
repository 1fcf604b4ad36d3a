"""Runs of the per-mu evaluation: the list, one run with bases, weights, spread and lines, its workbook, and what the city does with it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, download, language, members, now, today
from manyuan.surfaces.web.evaluation import pictures, words
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.evaluation import queries, services
from manyuan.work.evaluation.models import Run, Scheme
from manyuan.work.evaluation.schemes import Plan
from manyuan.work.evaluation.workbook import run_workbook

_POINTS = 2_000
"""Points that a picture shows at most."""


def run_list(request: HttpRequest) -> HttpResponse:
    """Every evaluation that the reader may see; the city computes new ones here."""
    who, lang = actor(request), language()
    if request.method == "POST" and who.sees_all:
        return _compute(request, who)
    states = {row.pk: queries.state_of(row, today()) for row in queries.visible_runs(who)}
    newest = [row for row in queries.visible_runs(who) if who.sees_all or states[row.pk] != "superseded"]
    table = Table(
        "",
        [
            Column("year", gettext("Year"), lambda r: str(r.year), order="year", url=lambda r: reverse("web:per_mu_run", args=[r.pk]), nowrap=True),
            Column("where", gettext("Area"), words.place, order="park", url=lambda r: reverse("web:per_mu_run", args=[r.pk]), wrap=True),
            Column("scheme", gettext("Scheme"), lambda r: r.scheme.title(lang), order="code", wrap=True, cell=lambda r: format_html("{} {}", r.scheme.title(lang), mark(r.scheme.mark))),
            Column("number", gettext("Version"), lambda r: str(r.number), order="number"),
            Column("graded", gettext("Graded"), _graded, unit="enterprises"),
            Column("counts", gettext("Grades"), _counts),
            Column("state", gettext("State"), lambda r: words.state(states[r.pk])[1], cell=lambda r: status(*words.state(states[r.pk]))),
            Column("closes", gettext("Objections until"), lambda r: r.closes_on, order="closes_on"),
        ],
        newest,
        filters=[Filter("year", gettext("Year"), [(str(y), str(y)) for y in sorted({r.year for r in newest}, reverse=True)], lambda rows, value: [r for r in rows if str(r.year) == value])],
        empty_title=gettext("No evaluation yet"),
        empty_text=gettext("When the city publishes one, it stands here with bases, weights and every score."),
    ).read(request)  # fmt: skip
    exported = table.export(request, "per-mu")
    firm = request.user.organisation.enterprise if who.role is Role.ENTERPRISE else None  # type: ignore[union-attr]
    context = {
        "table": table, "may": who.sees_all, "firm": firm, "schemes": [(one.code, one.title(lang)) for one in queries.current_schemes()] if who.sees_all else [],
        "years": list(range(today().year - 1, today().year - 6, -1)), "parks": Park.objects.filter(closed_on=None).order_by("name_zh") if who.sees_all else [],
        "excuses": who.sees_all or who.role is Role.COMMITTEE,
    }  # fmt: skip
    return exported or render(request, "web/evaluation/runs.html", context)


def _graded(run: Run) -> int:
    return sum(run.counts.get(name, 0) for name in run.scheme.content["grades"])


def _counts(run: Run) -> str:
    return " · ".join(f"{name} {run.counts.get(name, 0)}" for name in run.scheme.content["grades"])


def _compute(request: HttpRequest, who: Actor) -> HttpResponse:
    post, back = request.POST, reverse("web:per_mu_runs")
    scheme = Scheme.objects.filter(code=post.get("scheme", ""), is_current=True).first()
    park = Park.objects.filter(code=post["park"]).first() if post.get("park") else None
    if scheme is None or not post.get("year", "").isdigit() or (post.get("park") and park is None):
        raise Http404
    try:
        made = services.compute_run(scheme=scheme, year=int(post["year"][:4]), park=park, by=who, now=now())
    except DomainError as error:
        messages.error(request, error.message(get_language() or "zh-hans"))
        return HttpResponseRedirect(back)
    messages.success(request, gettext("Computed. Look at it; a colleague publishes it."))
    return HttpResponseRedirect(reverse("web:per_mu_run", args=[made.pk]))


def _run(request: HttpRequest, pk: int) -> Run:
    try:
        return queries.run_seen(actor(request), pk)
    except NotFound as error:
        raise Http404(str(error)) from error


def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: what it stands on, how the totals are spread, the lines that the reader may see."""
    who, lang = actor(request), language()
    found = _run(request, pk)
    plan = queries.plan_of_run(found)
    insider = who.role in (Role.CITY, Role.COMMITTEE, Role.COMPANY)
    seen = queries.lines_seen(who, found)
    table = _lines(request, found, plan, seen, lang) if insider else None
    if table is not None and (exported := table.export(request, f"per-mu-{found.year}-{found.code}")) is not None:
        return exported
    own = list(seen) if who.role is Role.ENTERPRISE else []
    state = queries.state_of(found, today())
    graded = _graded(found)
    spread = pictures.spread(plan, list(found.lines.exclude(grade="").values_list("total", "grade")))
    shown = _narrowed(request, seen).exclude(grade="") if insider else seen.none()
    names = words.field_names(plan, lang)
    objections = list(queries.objections_seen(who, found)) if insider else []
    context = {
        "r": found, "title": words.title(found), "state": words.state(state), "scheme": found.scheme, "scheme_title": found.scheme.title(lang), "plan": plan, "graded": graded,
        "tiles": [(name, words.grade(plan, name), found.counts.get(name, 0), round(100 * found.counts.get(name, 0) / graded) if graded else 0) for name, _ in plan.grades.edges],
        "left_out": [(words.ungraded(plan, code, lang), n) for code, n in sorted(found.counts.items(), key=lambda pair: -pair[1]) if code not in dict(plan.grades.edges)],
        "items": [{"name": one.name(lang), "of": names[one.of], "per": names[one.per], "unit": words.unit_name(one.unit), "weight": figures.plain(one.item.weight), "base": None if one.item.base is None else figures.plain(one.item.base, 4), "mean": one.item.mean_if_missing, "cap": one.item.cap} for one in plan.items],
        "edges": [(name, figures.plain(edge * 100)) for name, edge in plan.grades.edges], "rules": [one.name(lang) for one in plan.ungraded], "source": found.scheme.content["source"]["zh" if lang == "zh" else "en"],
        "table": table, "own": [(line, words.grade(plan, line.grade) if line.grade else ("mute", words.ungraded(plan, line.ungraded, lang))) for line in own],
        "spread": spread, "land": pictures.land(plan, list(shown[:_POINTS]), lang) if insider else None, "by_park": _by_park(found, plan, seen) if insider and found.park_id is None else [],
        "versions": [(one, words.state(queries.state_of(one, today()))) for one in queries.versions_of(who, found)], "code": state, "may": _may(found, state, who),
        "objections": [(one, words.objection(one.state)) for one in objections], "min_max": plan.form == "min-max",
    }  # fmt: skip
    return render(request, "web/evaluation/run.html", context)


def _may(run: Run, state: str, who: Actor) -> dict[str, bool]:
    another = who.id is None or who.id != run.computed_by_id
    upheld = run.lines.filter(objections__state="upheld", objections__answered_in=None).exists()
    return {
        "publish": who.sees_all and state == "computed" and another, "drop": who.sees_all and state == "computed", "waits": who.sees_all and state == "computed" and not another,
        "correct": who.sees_all and state in ("open", "closed") and upheld, "confirm": who.sees_all and state == "closed" and another, "decide": who.sees_all and another,
    }  # fmt: skip


def _narrowed(request: HttpRequest, rows: Any) -> Any:
    park = request.GET.get("park", "")
    return rows.filter(park__code=park) if park else rows


def _lines(request: HttpRequest, run: Run, plan: Plan, seen: Any, lang: str) -> Table:
    """The lines as a list with names."""
    parks = {line["park__code"]: line for line in seen.order_by().values("park__code", "park__name_zh", "park__name_en").distinct() if line["park__code"]}
    first = plan.items[0]
    reasons = [(code, words.ungraded(plan, code, lang)) for code in run.counts if code not in dict(plan.grades.edges)]
    return Table(
        "",
        [
            Column("rank", gettext("Place"), lambda row: row.rank, order="rank", unit="number"),
            Column("name", gettext("Enterprise"), lambda row: row.enterprise.name, order="enterprise__name", wrap=True, url=lambda row: f"{reverse('web:per_mu_firm', args=[row.enterprise.uscc])}?run={run.pk}", cell=lambda row: format_html("{} {}", row.enterprise.name, mark("synthetic") if row.synthetic else "")),
            Column("park", gettext("Park"), lambda row: figures.pick(row.park) if row.park else None, wrap=True),
            Column("first", f"{first.name(lang)}（{words.unit_name(first.unit)}）", lambda row: Decimal(row.values[first.code]) if row.values.get(first.code) else None, unit="number"),
            Column("total", gettext("Total"), lambda row: row.total, order="total", unit="number"),
            Column("grade", gettext("Grade"), lambda row: row.grade or words.ungraded(plan, row.ungraded, lang), order="grade", cell=lambda row: status(*words.grade(plan, row.grade)) if row.grade else status("mute", words.ungraded(plan, row.ungraded, lang))),
        ],
        seen,
        search=lambda rows, text: rows.filter(enterprise__name__contains=text) | rows.filter(enterprise__uscc__startswith=text.upper()),
        filters=[
            Filter("grade", gettext("Grade"), [(name, words.grade(plan, name)[1]) for name, _ in plan.grades.edges], lambda rows, value: rows.filter(grade=value)),
            Filter("why", gettext("Not graded"), reasons, lambda rows, value: rows.filter(ungraded=value)),
            Filter("park", gettext("Park"), sorted((code, figures.pick({"name": {"zh": one["park__name_zh"], "en": one["park__name_en"]}})) for code, one in parks.items()), lambda rows, value: rows.filter(park__code=value)),
            Filter("changed", gettext("Against the version before"), [("1", gettext("changed"))] if run.previous_id else [], lambda rows, value: rows.filter(changed=True)),
        ],
        default_order="rank",
    ).read(request)  # fmt: skip


def _by_park(run: Run, plan: Plan, seen: Any) -> list[dict[str, Any]]:
    """Each park's grades and its middle total, the park with the largest share of the best grade first."""
    names = [name for name, _ in plan.grades.edges]
    totals: dict[int, list[Decimal]] = {}
    for park, total in seen.exclude(grade="").exclude(park=None).order_by("total").values_list("park_id", "total"):
        totals.setdefault(park, []).append(total)
    counts: dict[int, Counter[str]] = {}
    for park, grade, n in seen.exclude(grade="").order_by().values_list("park_id", "grade").annotate(n=Count("pk")):
        if park is not None:
            counts.setdefault(park, Counter())[grade] += n
    parks = Park.objects.in_bulk(list(counts))
    rows = [
        {"park": parks[pk], "n": sum(found.values()), "grades": [(name, found[name], round(100 * found[name] / sum(found.values()))) for name in names], "middle": words.decimal(totals[pk][len(totals[pk]) // 2], 1), "share": found[names[0]] / sum(found.values())}
        for pk, found in counts.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["share"], row["park"].code))


@members
@require_POST
def run_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, drop, correct or confirm a run."""
    who, when = actor(request), now()
    found = queries.run_seen(who, pk)
    back = reverse("web:per_mu_run", args=[pk])
    what = request.POST.get("act", "")
    if what == "correct":
        try:
            made = services.correct_run(run=found, by=who, now=when)
        except DomainError as error:
            if error.http_status == 403:
                raise
            messages.error(request, error.message(get_language() or "zh-hans"))
            return HttpResponseRedirect(back)
        messages.success(request, gettext("The next version is computed. Look at it; a colleague publishes it."))
        return HttpResponseRedirect(reverse("web:per_mu_run", args=[made.pk]))
    acts = {
        "publish": (
            lambda: services.publish_run(run=found, by=who, now=when),
            gettext("Published. Enterprises read their line now and may object in time."),
            back,
        ),
        "drop": (lambda: services.drop_run(run=found, by=who, now=when), gettext("Dropped."), reverse("web:per_mu_runs")),
        "confirm": (lambda: services.confirm_run(run=found, by=who, now=when), gettext("Confirmed. Policies may use the grades from today."), back),
    }
    if what not in acts:
        raise NotFound()
    do, done, then = acts[what]
    return act(request, do, done, then)


def run_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """The run as a workbook with the arithmetic in its cells; names only where the reader may see them."""
    who = actor(request)
    found = _run(request, pk)
    named = queries.lines_seen(who, found).values_list("pk", flat=True)
    content = run_workbook(found, set(named), "zh-hans" if language() == "zh" else "en")
    return download(content, f"per-mu-{found.year}-{found.code}-v{found.number}.xlsx")
