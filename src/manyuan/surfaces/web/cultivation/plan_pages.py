"""Plans for one enterprise: the list, a new one at one click from a rung, and one of them with its actions, its trail and what the reader can do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, language, members, now, today
from manyuan.surfaces.web.cultivation import tier_words
from manyuan.surfaces.web.cultivation.one_click import due_day
from manyuan.surfaces.web.cultivation.tier_pages import firm_seen, park_filter, parks_of
from manyuan.surfaces.web.cultivation.tier_words import Rungs
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import status
from manyuan.work.cases.rights import kind_for
from manyuan.work.cultivation import plans, queries
from manyuan.work.cultivation.ladders import current_ladders, has_ladders
from manyuan.work.cultivation.models import Plan
from manyuan.work.cultivation.people import looks_after, must_look_after, officers, units
from manyuan.work.cultivation.plans import OPEN, State


def _tone(plan: Plan, on: date) -> tuple[str, str]:
    """Tone and words: a plan that ran out or is late says so before its state."""
    if plan.state in OPEN and plan.expires_on < on:
        return "late", gettext("expired")
    if plan.state in OPEN and plan.due_on < on:
        return "late", gettext("overdue")
    return tier_words.state(plan.state)


@members
def plan_list(request: HttpRequest) -> HttpResponse:
    """Plans with what is late; a firm sees its own."""
    who, on = actor(request), today()
    rows = queries.visible_plans(who).select_related("enterprise", "park", "officer").annotate(
        n_actions=Count("actions"), n_done=Count("actions", filter=Q(actions__case__phase__in=("answered", "closed")))
    )  # fmt: skip
    when = {"late": gettext("overdue"), "expired": gettext("expired"), "action": gettext("with late actions")}
    chosen: dict[str, Callable[[Any], Any]] = {
        "late": lambda r: queries.late_plans(r, on), "expired": lambda r: queries.expired_plans(r, on),
        "action": lambda r: r.filter(pk__in=queries.late_actions(queries.visible_plans(who), on).values("plan")),
    }  # fmt: skip
    table = Table(
        "",
        [
            Column("number", gettext("Number"), lambda p: p.number, order="number", url=lambda p: reverse("web:plan", args=[p.number]), nowrap=True),
            Column("enterprise", gettext("Enterprise"), lambda p: p.enterprise.name, order="enterprise__name", wrap=True, cell=tier_words.firm),
            Column("goal", gettext("Goal"), lambda p: p.goal, wrap=True),
            Column("park", gettext("Park"), lambda p: figures.pick(p.park) if p.park else None, wrap=True),
            Column("officer", gettext("Plan officer"), lambda p: p.officer.display_name or p.officer.username),
            Column("due", gettext("Due"), lambda p: p.due_on, order="due_on", nowrap=True),
            Column("actions", gettext("Actions done"), lambda p: f"{p.n_done} / {p.n_actions}"),
            Column("state", gettext("State"), lambda p: _tone(p, on)[1], order="state", cell=lambda p: status(*_tone(p, on))),
        ],
        rows,
        search=lambda r, text: r.filter(enterprise__name__contains=text) | r.filter(goal__contains=text) | r.filter(number__contains=text.upper()),
        filters=[
            Filter("state", gettext("State"), [(one, tier_words.said(one)) for one in State.values], lambda r, v: r.filter(state=v)),
            Filter("when", gettext("Late"), list(when.items()), lambda r, v: chosen[v](r)),
            *([park_filter(parks_of(who))] if who.role is not Role.ENTERPRISE else []),
        ],
        default_order="-number",
        empty_title=gettext("No plans yet"),
        empty_text=gettext("A plan is made from an enterprise's ladder, at one click, with an officer and a date."),
    ).read(request)  # fmt: skip
    mine = queries.visible_plans(who)
    open_ = mine.filter(state__in=OPEN)
    context = {
        "table": table, "own": who.role is Role.ENTERPRISE, "open": open_.count(), "waiting": open_.filter(state__in=("proposed", "closing")).count(),
        "late": queries.late_plans(mine, on).count(), "expired": queries.expired_plans(mine, on).count(), "late_actions": queries.late_actions(mine, on).count(),
        "closed": mine.filter(state="closed").count(), "reached": mine.filter(state="closed", result="reached").count(),
    }  # fmt: skip
    return table.export(request, "plans") or render(request, "web/cultivation/plans.html", context)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _officer(request: HttpRequest) -> User | None:
    text = request.POST.get("officer", "")
    return User.objects.select_related("organisation").filter(pk=text).first() if text.isdigit() else None


@insiders
def plan_new(request: HttpRequest, uscc: str) -> HttpResponse:
    """A new plan for an enterprise, filled in from the rung that it is to reach."""
    who, lang, on = actor(request), language(), today()
    firm = firm_seen(request, uscc)
    must_look_after(who, firm.park_id)
    ladders = current_ladders() if has_ladders() else None
    rungs = Rungs(ladders, lang) if ladders else None
    wanted = request.POST.get("rung", request.GET.get("rung", ""))
    rung = wanted if ladders and any(one.code == wanted for one in ladders.rungs) else ""
    if request.method == "POST":
        given = {
            "goal": request.POST.get("goal", ""),
            "officer": _officer(request),
            "due_on": day_of(request.POST.get("due_on", "")),
            "expires_on": day_of(request.POST.get("expires_on", "")),
        }
        try:
            made = plans.make_plan(enterprise=firm, rung=rung, **given, by=who, now=now())
        except DomainError as error:
            messages.error(request, error.message(get_language() or "zh-hans"))
        else:
            messages.success(request, gettext("The plan was put to the enterprise, which confirms it."))
            return HttpResponseRedirect(reverse("web:plan", args=[made.number]))
    standing = queries.visible_standings(who).filter(enterprise=firm, rung=rung, when="current", review=False).first() if rung else None
    change = tier_words.change(ladders.schema, standing.lever, standing.found, standing.needed, lang) if standing and ladders else ""
    proof = tier_words.proof(ladders, standing.lever, on) if standing and ladders else ("", "")
    goal = request.POST.get("goal") or (
        gettext("Recognised as %(rung)s") % {"rung": rungs.name(rung)} + (f"（{change}）" if change and lang == "zh" else f" ({change})" if change else "")
        if rungs and rung
        else ""
    )
    due = due_day(on)
    context = {
        "firm": firm, "rung": rung, "rung_name": rungs.name(rung) if rungs and rung else "", "change": change, "proof": proof, "goal": goal[:300],
        "officers": [(one.pk, one.display_name or one.username, one.organisation) for one in officers(firm.park)], "chosen": request.POST.get("officer") or str(who.id),
        "due_on": request.POST.get("due_on") or due.isoformat(), "expires_on": request.POST.get("expires_on") or (due + timedelta(days=90)).isoformat(),
        "standing": tier_words.state(standing.outcome) if standing else None, "rungs": rungs.choices() if rungs else [],
    }  # fmt: skip
    return render(request, "web/cultivation/plan_new.html", context)


@members
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """One plan: goal, officer, days, where it began, actions, trail; and what the reader can do."""
    who, lang, on = actor(request), language(), today()
    row = queries.plan_seen(who, number)
    ladders = current_ladders() if has_ladders() else None
    rungs = Rungs(ladders, lang) if ladders else None
    policy = rungs.policy(row.origin.get("rules", "")) if rungs else None
    origin = None
    if row.origin and ladders:
        origin = {
            "rules": policy.name.in_language(lang) if policy else row.origin["rules"], "mark": policy.mark if policy else "", "as_of": date.fromisoformat(row.origin["as_of"]),
            "engine": row.origin["engine"], "state": tier_words.state(row.origin["outcome"]), "failing": tier_words.conditions(policy, row.origin["failing"], lang),
            "change": tier_words.change(ladders.schema, row.origin["lever"], row.origin["found"], row.origin["needed"], lang),
            "missing": [tier_words.fact(ladders.schema, name, lang) for name in row.origin["missing"]],
        }  # fmt: skip
    manages, firm = looks_after(who, row.park_id), who.role is Role.ENTERPRISE and row.enterprise_id in who.enterprise_ids
    actions = [
        {"a": one, "late": one.due_on < on and one.case.phase not in ("answered", "closed"), "state": _case_state(one.case), "url": _case_url(one.case.number)}
        for one in row.actions.select_related("case__kind", "unit")
    ]
    context = {
        "p": row, "state": _tone(row, on), "rung": rungs.name(row.rung) if rungs and row.rung else "", "origin": origin, "actions": actions,
        "steps": [(step, tier_words.said(step.act)) for step in row.steps.order_by("-pk")], "own": firm,
        "result": tier_words.said(row.result) if row.result else "", "results": [(one, tier_words.said(one)) for one in Plan.Result.values],
        "units": units(row.park) if manages else [], "officers": [(one.pk, one.display_name or one.username, one.organisation) for one in officers(row.park)] if manages else [],
        "may": {
            "confirm": firm and row.state == State.PROPOSED, "answer": firm and row.state == State.CLOSING,
            "progress": (firm or manages or who.id == row.officer_id) and row.state in (State.RUNNING, State.CLOSING), "review": manages and row.state == State.RUNNING,
            "action": manages and row.state in (State.PROPOSED, State.RUNNING), "revise": manages and row.state in (State.PROPOSED, State.DECLINED, State.RUNNING),
            "close": manages and row.state == State.RUNNING, "end": manages and row.state in OPEN,
        },
    }  # fmt: skip
    return render(request, "web/cultivation/plan.html", context)


def _case_state(case: Any) -> tuple[str, str]:
    tone = {"new": "mute", "open": "accent", "answered": "accent", "closed": "good"}[case.phase]
    return tone, figures.pick(dict(kind_for(case).states[case.state].name), "")


def _case_url(number: str) -> str:
    """The page of a case, where the deployment has one."""
    try:
        return reverse("web:case", args=[number])
    except NoReverseMatch:
        return ""


@members
@require_POST
def plan_act(request: HttpRequest, number: str) -> HttpResponse:
    """One step of a plan."""
    who, post, when = actor(request), request.POST, now()
    row = queries.plan_seen(who, number)
    text = post.get("text", "")
    given: dict[str, Any] = {"plan": row, "by": who, "now": when}
    unit = Organisation.objects.filter(pk=post.get("unit")).first() if post.get("unit", "").isdigit() else None
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "confirm": (lambda: plans.confirm_plan(**given), gettext("Confirmed. The plan runs.")),
        "decline": (lambda: plans.decline_plan(**given, reason=text), gettext("Sent back with your reason.")),
        "progress": (lambda: plans.note_progress(**given, text=text), gettext("Noted.")),
        "review": (lambda: plans.review_plan(**given, text=text), gettext("Noted.")),
        "action": (lambda: plans.add_action(**given, text=text, due_on=day_of(post.get("due_on", "")), unit=unit), gettext("The action was given to the unit.")),
        "revise": (
            lambda: plans.revise_plan(**given, goal=post.get("goal", ""), officer=_officer(request), due_on=day_of(post.get("due_on", "")), expires_on=day_of(post.get("expires_on", "")), reason=text),
            gettext("Changed; the enterprise reads it."),
        ),
        "closing": (lambda: plans.ask_closing(**given, result=post.get("result", ""), note=text), gettext("The result was put to the enterprise.")),
        "agree": (lambda: plans.confirm_closing(**given), gettext("Confirmed. The plan is closed.")),
        "object": (lambda: plans.object_closing(**given, reason=text), gettext("Noted. The plan runs on.")),
        "end": (lambda: plans.close_unconfirmed(**given, result=post.get("result", ""), note=text, reason=post.get("reason", "")), gettext("Closed without the enterprise; the reason stays with it.")),
    }  # fmt: skip
    found = acts.get(post.get("act", ""))
    if found is None:
        raise NotFound()
    return act(request, found[0], found[1], reverse("web:plan", args=[number]))
