"""The ladders: the city and its parks in figures, every enterprise's rung, the cheapest upgrades, who fails when rules turn; and for a firm “my tiers”."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.facts.factsheet.queries import current_definition, current_hash
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.rights import is_insider
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, language, members, now, today
from manyuan.surfaces.web.cultivation import tier_words
from manyuan.surfaces.web.cultivation.one_click import offered
from manyuan.surfaces.web.cultivation.tier_words import Rungs
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import status
from manyuan.work.cultivation import queries
from manyuan.work.cultivation.ladders import current_ladders, has_ladders
from manyuan.work.cultivation.models import Place, Run, Standing
from manyuan.work.cultivation.people import looks_after
from manyuan.work.cultivation.research import LEVERS, self_check
from manyuan.work.cultivation.running import judge_tiers
from manyuan.work.policies.rules import rules_of
from manyuan.work.policies.screening import in_force

READ = gettext_noop("read the ladders of enterprises")
ENDING = 90
"""Titles that end within so many days are shown."""


def parks_of(who: Actor) -> list[Park]:
    """The parks whose firms the reader sees."""
    rows = Park.objects.filter(closed_on=None).order_by("code")
    return list(rows if who.sees_all else rows.filter(pk__in=who.park_ids))


def chosen_park(request: HttpRequest, parks: list[Park]) -> Park | None:
    return next((one for one in parks if one.code == request.GET.get("park")), None)


def park_filter(parks: list[Park]) -> Filter:
    return Filter("park", gettext("Park"), [(p.code, figures.pick(p)) for p in parks], lambda r, v: r.filter(park__code=v))


def firm_seen(request: HttpRequest, uscc: str) -> Enterprise:
    found = visible_enterprises(actor(request)).select_related("park").filter(uscc=uscc).first()
    if found is None:
        raise NotFound()
    return found


def _none_yet(request: HttpRequest) -> HttpResponse | None:
    """Without ladders there is nothing to show; the page says how they come."""
    return None if has_ladders() else render(request, "web/cultivation/none.html")


@members
def tiers(request: HttpRequest) -> HttpResponse:
    """The ladders in figures, the twenty cheapest upgrades, titles that run out. A firm is led to its own page."""
    who, lang = actor(request), language()
    if who.role is Role.ENTERPRISE:
        firm = Enterprise.objects.filter(pk__in=who.enterprise_ids).first()
        return HttpResponseRedirect(reverse("web:my_tiers", args=[firm.uscc]) if firm else reverse("web:home"))
    if not is_insider(who):
        raise NotAllowed(READ, who)
    if (empty := _none_yet(request)) is not None:
        return empty
    ladders, on = current_ladders(), today()
    rungs, parks = Rungs(ladders, lang), parks_of(who)
    park = chosen_park(request, parks)
    ids = [park.pk] if park else None
    counts = queries.rung_counts(who, ladders, on, ids)
    widest = max((one.held + one.open + one.near + one.undetermined for one in counts), default=0)
    schema = ladders.schema
    cheapest = []
    for number, row in enumerate(queries.cheapest_upgrades(who, park_ids=ids), 1):
        evidence, by = tier_words.proof(ladders, row.lever, on)
        cheapest.append({
            "n": number, "row": row, "rung": rungs.name(row.rung), "change": tier_words.change(schema, row.lever, row.found, row.needed, lang),
            "share": tier_words.share(row.share), "proof": evidence, "by": by, "may_plan": looks_after(who, row.park_id),
        })  # fmt: skip
    plans = queries.visible_plans(who)
    plans = plans.filter(park_id__in=ids) if ids else plans
    late = queries.late_plans(plans, on).count()
    pool = queries.visible_pool(who).filter(left_on=None)
    context = {
        "park": park, "parks": parks, "run": queries.newest_run(), "cheapest": cheapest,
        "ladders": [
            {
                "name": figures.pick(ladder.name, ""), "mark": ladder.mark, "note": figures.pick(ladder.note, ""), "start": ladder.start,
                "rungs": [{"c": one, "name": figures.pick(one.rung.name, ""), "note": figures.pick(one.rung.note, "") if one.policy is None else ""} for one in counts if one.rung.ladder == ladder.code],
            }
            for ladder in ladders.ladders
        ],
        "widest": widest, "may_judge": who.sees_all or who.role is Role.COMMITTEE,
        "ending": queries.titles_ending(who, on, ENDING).filter(**({"park_id": park.pk} if park else {})).count(), "ending_days": ENDING,
        "apply": queries.may_apply(who).filter(**({"park_id": park.pk} if park else {})).count(),
        "pool": (pool.filter(park_id__in=ids) if ids else pool).count(), "plans": plans.filter(state__in=("proposed", "running", "closing")).count(), "late": late,
        "turns": [(one, rungs.name(one.rung.code), queries.losers(who, one).count()) for one in queries.turns(ladders)],
    }  # fmt: skip
    return render(request, "web/cultivation/tiers.html", context)


@insiders
@require_POST
def tiers_judge(request: HttpRequest) -> HttpResponse:
    """Judge again at once."""
    who = actor(request)
    return act(request, lambda: judge_tiers(cause=Run.Cause.DEMAND, by=who, now=now()), gettext("Judged again on today's facts."), reverse("web:tiers"))


@insiders
def tier_places(request: HttpRequest) -> HttpResponse:
    """Every enterprise's rung on each ladder, and how far the next is."""
    who, lang, on = actor(request), language(), today()
    if (empty := _none_yet(request)) is not None:
        return empty
    ladders = current_ladders()
    rungs = Rungs(ladders, lang)
    rows = queries.visible_places(who).select_related("enterprise", "park")
    held_choices = [("-", gettext("no title")), *rungs.choices()]
    ending = {"30": 30, "60": 60, "90": 90}
    filters = [
        Filter("ladder", gettext("Ladder"), rungs.ladder_choices(), lambda r, v: r.filter(ladder=v)),
        Filter("held", gettext("Title held"), held_choices, lambda r, v: r.filter(held="" if v == "-" else v)),
        Filter("next", gettext("Next rung"), [(one, tier_words.said(one)) for one in Standing.Outcome.values], lambda r, v: r.filter(next_outcome=v)),
        Filter("ends", gettext("Title ends"), [(key, gettext("within %(n)s days") % {"n": key}) for key in ending], lambda r, v: r.filter(held_until__gt=on, held_until__lte=on + timedelta(days=ending[v]))),
        park_filter(parks_of(who)),
    ]  # fmt: skip
    table = Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda p: p.enterprise.name, order="enterprise__name", url=lambda p: reverse("web:my_tiers", args=[p.enterprise.uscc]), wrap=True, cell=tier_words.firm),
            Column("park", gettext("Park"), lambda p: figures.pick(p.park) if p.park else None, wrap=True),
            Column("ladder", gettext("Ladder"), lambda p: rungs.ladder(p.ladder), order="ladder", wrap=True),
            Column("held", gettext("Title held"), lambda p: rungs.name(p.held) if p.held else None, order="held_rank", wrap=True),
            Column("until", gettext("Until"), lambda p: p.held_until, order="held_until", nowrap=True),
            Column("by_rule", gettext("By rule"), lambda p: rungs.name(p.by_rule) if p.by_rule else None, order="by_rule_rank", wrap=True),
            Column("next", gettext("Next rung"), lambda p: rungs.name(p.next) if p.next else None, wrap=True),
            Column("outcome", gettext("What the rules say"), lambda p: tier_words.said(p.next_outcome) if p.next_outcome else None, order="next_outcome", cell=lambda p: status(*tier_words.state(p.next_outcome)) if p.next_outcome else figures.NOTHING),
            Column("share", gettext("Missing of what is needed"), lambda p: Decimal(p.share) / 10_000 if p.share is not None else None, order="share", unit="ratio"),
        ],
        rows,
        search=lambda r, text: r.filter(enterprise__name__contains=text) | r.filter(enterprise__uscc__startswith=text.upper()),
        filters=filters,
        default_order="share",
        empty_title=gettext("Nobody was judged yet"),
        empty_text=gettext("The ladders are judged each night; the city or the committee can do it at once."),
    ).read(request)  # fmt: skip
    return table.export(request, "tiers") or render(request, "web/cultivation/places.html", {"table": table, "run": queries.newest_run()})


@insiders
def tier_turns(request: HttpRequest) -> HttpResponse:
    """When rules turn: who passes the earlier set and fails the later one, and on which conditions."""
    who, lang = actor(request), language()
    if (empty := _none_yet(request)) is not None:
        return empty
    ladders = current_ladders()
    rungs, found = Rungs(ladders, lang), queries.turns(ladders)
    chosen = next((one for one in found if one.later.code == request.GET.get("to")), found[0] if found else None)
    tabs = [
        {
            "code": one.later.code, "name": rungs.name(one.rung.code) + (f"（{gettext('re-review')}）" if one.review else ""), "n": queries.losers(who, one).count(),
            "here": one is chosen,
        }
        for one in found
    ]  # fmt: skip
    if chosen is None:
        return render(request, "web/cultivation/turns.html", {"tabs": tabs, "chosen": None})
    titles = {place.enterprise_id: place.held_until for place in Place.objects.filter(ladder=chosen.rung.ladder, held=chosen.rung.code)}
    table = Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda s: s.enterprise.name, order="enterprise__name", url=lambda s: reverse("web:my_tiers", args=[s.enterprise.uscc]), wrap=True, cell=tier_words.firm),
            Column("park", gettext("Park"), lambda s: figures.pick(s.park) if s.park else None, wrap=True),
            Column("held", gettext("Holds the title"), lambda s: gettext("yes") if s.held else gettext("no"), order="held"),
            Column("until", gettext("Until"), lambda s: titles.get(s.enterprise_id), nowrap=True),
            Column("failing", gettext("Fails on"), lambda s: tier_words.conditions(chosen.later, s.failing, lang), wrap=True),
            Column("change", gettext("One fact that would do"), lambda s: tier_words.change(ladders.schema, s.lever, s.found, s.needed, lang) or None, wrap=True),
            Column("share", gettext("Missing of what is needed"), lambda s: Decimal(s.share) / 10_000 if s.share is not None else None, order="share", unit="ratio"),
        ],
        queries.losers(who, chosen),
        search_fields=("enterprise__name",),
        filters=[park_filter(parks_of(who))],
        default_order="share",
        empty_title=gettext("Nobody"),
        empty_text=gettext("Nobody passes the earlier rules and fails the later ones, as far as facts are known."),
    ).read(request)  # fmt: skip
    exported = table.export(request, "rules-turn")
    context = {"tabs": tabs, "chosen": chosen, "table": table, "unknown": queries.undecided(who, chosen).count(), "earlier": chosen.earlier.name.in_language(lang), "later": chosen.later.name.in_language(lang)}  # fmt: skip
    return exported or render(request, "web/cultivation/turns.html", context)


@members
def my_tiers(request: HttpRequest, uscc: str) -> HttpResponse:
    """Where one enterprise stands on every ladder: what is missing, its proof and its deadline."""
    who, lang, on = actor(request), language(), today()
    firm = firm_seen(request, uscc)
    if (empty := _none_yet(request)) is not None:
        return empty
    ladders = current_ladders()
    found, sheet = queries.ladders_of(firm, ladders, on)
    where = queries.rule_origins(sheet, firm, on) if sheet is not None else {}
    asked = set(current_definition().asked())
    shown = []
    for view in found:
        rungs = []
        for one in view.rungs:
            judgement, change = one.judgement, one.judgement.change if one.judgement else None
            evidence, by = tier_words.proof(ladders, change.column, on, one.held_until) if change else ("", "")
            lost = [(policy.name.in_language(lang), policy.start, policy.mark, tier_words.state(now_says.outcome)) for policy, now_says in one.coming]
            name = figures.pick(one.rung.name, "")
            rungs.append({
                "v": one, "name": name, "goal": gettext("Recognised as %(rung)s") % {"rung": name} if judgement and judgement.outcome == "near" else "", "is_next": view.next is one, "note": figures.pick(one.rung.note, "") if one.policy is None else "",
                "state": tier_words.state(judgement.outcome) if judgement else None, "mark": one.policy.mark if one.policy else "",
                "change": tier_words.change(ladders.schema, change.column, change.found, change.needed, lang) if change else "",
                "two": judgement is not None and judgement.outcome == "near" and change is None, "proof": evidence, "by": by, "missing": [tier_words.fact(ladders.schema, name, lang) for name in judgement.missing] if judgement else [],
                "askable": bool(judgement and any(set(sheet.sources.get(name, ())) & asked for name in judgement.missing)) if sheet else False,
                "lines": tier_words.lines(one.explanation, where, lang) if one.explanation else [], "judged": one.policy.judged if one.policy else (), "coming": lost,
            })  # fmt: skip
        shown.append({"name": figures.pick(view.ladder.name, ""), "mark": view.ladder.mark, "note": figures.pick(view.ladder.note, ""), "rungs": rungs})
    plans = [(plan, tier_words.state(plan.state)) for plan in queries.visible_plans(who).filter(enterprise=firm).order_by("-made_at")[:10]]
    pool = [(entry, figures.pick(ladders.rung(entry.rung).name, "")) for entry in queries.visible_pool(who).filter(enterprise=firm, left_on=None)]
    anchor = queries.visible_anchors(who).filter(enterprise=firm, left_on=None).first()
    context = {
        "firm": firm, "own": who.role is Role.ENTERPRISE, "ladders": shown, "plans": plans, "pool": pool, "anchor": anchor, "on": on,
        "may_plan": looks_after(who, firm.park_id), "one_click": offered(who, firm, on), "insider": is_insider(who),
    }  # fmt: skip
    return render(request, "web/cultivation/mine.html", context)


@members
def research(request: HttpRequest, uscc: str) -> HttpResponse:
    """The R&D self-check: each threshold that more R&D would reach, on the ladders and in the policies in force, with the amount that it brings."""
    lang, on = language(), today()
    firm = firm_seen(request, uscc)
    if (empty := _none_yet(request)) is not None:
        return empty
    ladders, schema = current_ladders(), current_definition().schema
    policies = [rules_of(version, current_hash()) for version in in_force(on)]
    check = self_check(firm, ladders, policies, on)

    def shown(one: Any, known: Any) -> dict[str, Any]:
        return {
            "t": one, "name": one.policy.name.in_language(lang), "mark": one.policy.mark, "state": _RESEARCH[one.state],
            "words": {"met": gettext("Met already"), "open": gettext("The amount grows") if one.kind == "amount" else gettext("R&D would do it"), "unknown": gettext("A fact is missing"), "far": gettext("It takes more than R&D")}[one.state],
            "change": tier_words.change(known, one.change.column, one.change.found, one.change.needed, lang) if one.change else "",
            "missing": [tier_words.fact(known, name, lang) for name in one.missing],
            "gain": one.then_fen - (one.now_fen or 0) if one.then_fen is not None and one.then_fen > (one.now_fen or 0) else None,
        }  # fmt: skip

    context = {
        "firm": firm, "own": actor(request).role is Role.ENTERPRISE, "check": check,
        "rungs": [shown(one, ladders.schema) for one in check.rungs] if check else [], "policies": [shown(one, schema) for one in check.policies] if check else [],
        "share": Decimal(check.rd_fen) / check.revenue_fen if check and check.rd_fen is not None and check.revenue_fen else None, "levers": LEVERS,
    }  # fmt: skip
    return render(request, "web/cultivation/research.html", context)


_RESEARCH = {"met": "good", "open": "accent", "unknown": "mute", "far": "mute"}
