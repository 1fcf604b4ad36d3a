"""The worklist, and one case of any kind: where it stands, all its clocks, what can be done, the trail."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.programme.evidence import File
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, download, language, members, now
from manyuan.surfaces.web.cases import wording
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.cases import queries, services
from manyuan.work.cases.models import Case, Kind
from manyuan.work.cases.rights import hands_on, is_city, is_unit, kind_at, kind_for, parties, steers
from manyuan.work.demands import queries as demand_queries
from manyuan.work.demands import services as demand_services
from manyuan.work.demands.services import BY_TELEPHONE, may_make_slip, may_note_call


def case_columns(*, kinds: bool = True) -> list[Column]:
    """The columns of every list of cases."""
    moment = now()

    def due_cell(case: Case) -> str:
        found = wording.due(case, moment)
        return str(status(*found)) if found else figures.NOTHING

    before, after = reverse("web:case", args=["0"]).split("0")  # worked out once for the list

    def url(case: Case) -> str:
        return f"{before}{quote(case.number)}{after}"

    columns = [
        Column("number", pgettext("case", "Number"), lambda c: c.number, order="pk", url=url, cell=_number),
        Column("title", gettext("What it is about"), lambda c: c.title, order="title", url=url, wrap=True),
        Column("kind", gettext("Kind"), wording.kind, order="kind_code"),
        Column("enterprise", gettext("Enterprise"), lambda c: c.enterprise.name if c.enterprise else c.reporter_label),
        Column("unit", gettext("Unit"), lambda c: figures.pick(c.unit) if c.unit else None, order="unit__name_zh"),
        Column("state", gettext("State"), lambda c: wording.state(c)[1], order="state", cell=lambda c: status(*wording.state(c))),
        Column("due", gettext("Next deadline"), lambda c: c.due_at, order="due_at", cell=due_cell),
        Column("opened", gettext("Filed"), lambda c: c.opened_at.date(), order="opened_at", nowrap=True),
    ]  # fmt: skip
    return columns if kinds else [one for one in columns if one.key != "kind"]


def _number(case: Case) -> str:
    return format_html('<span class="text-nowrap">{}</span> {}', case.number, mark("synthetic")) if case.synthetic else case.number


def case_filters() -> list[Filter]:
    """The filters of every list of cases."""
    moment = now()
    phases = [
        ("open", gettext("In hand")), ("new", gettext("Not accepted yet")), ("answered", gettext("Waits for the firm's word")), ("closed", gettext("Closed")),
        ("overdue", gettext("Overdue")), ("up", gettext("Gone up a level")),
    ]  # fmt: skip

    def by_phase(rows: Any, value: str) -> Any:
        if value == "overdue":
            return rows.filter(due_at__lt=moment).exclude(phase=Case.Phase.CLOSED)
        return rows.filter(level__gt=0).exclude(phase=Case.Phase.CLOSED) if value == "up" else rows.filter(phase=value)

    return [Filter("phase", gettext("Where it stands"), phases, by_phase)]


@members
def worklist(request: HttpRequest) -> HttpResponse:
    """What waits for the reader (or, on the second tab, everything that they may see)."""
    who = actor(request)
    everything = request.GET.get("all") == "1"
    rows = queries.listed(queries.visible(who)).order_by("-pk") if everything else queries.worklist(who)
    kinds = [(code, wording.said(kind_at(pk).name)) for pk, code in Kind.objects.filter(is_current=True).order_by("code").values_list("pk", "code")]
    same = "" if everything or who.role is Role.CITY else "enterprise" if who.role is Role.ENTERPRISE else "unit"  # of what waits here always the reader's own
    table = Table(
        "",
        [one for one in case_columns() if one.key != same],
        rows,
        search=queries.search,
        filters=[Filter("kind", gettext("Kind"), kinds, lambda r, value: r.filter(kind_code=value)), *case_filters()],
        default_order="-number" if everything else "due",
        empty_title=gettext("Nothing waits for you"),
        empty_text=gettext("What your organisation has to do stands here, the nearest deadline first."),
        cheap_count=2_000,
    ).read(request)
    return table.export(request, "cases") or render(request, "web/cases/worklist.html", {"table": table, "all": everything})


@members
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case."""
    who = actor(request)
    found = queries.case_seen(who, number)
    return render(request, "web/cases/case.html", case_context(found, who) | demand_context(found, who))


def case_context(found: Case, who: Actor, *, as_reporter: bool = False) -> dict[str, Any]:
    """What the page of a case shows, to its reader or to somebody who has its code."""
    moment, found = now(), queries.with_clocks(found)
    mine = parties(found, who) | ({"reporter"} if as_reporter else set())
    steps = queries.trail(found, who, as_reporter=as_reporter)
    inside = bool(mine - {"reporter"})
    handing = hands_on(found, who)
    steering = steers(found, who) and (is_city(who) or not handing)
    moves = [one for one in kind_for(found).may_follow(found.state) if mine & set(one.by) and (one.code != BY_TELEPHONE or may_note_call(found, who))]
    can = {one.code for one in moves}
    texts = [(wording.said(one.name), wording.said(one.text)) for one in kind_for(found).templates if inside and can & set(one.moves)]
    return {
        "c": found, "kind": wording.kind(found), "state": wording.state(found), "level": wording.level(found), "channel": wording.channel(found.channel),
        "unsure": queries.unsure_years(found), "clocks": [wording.clock(one) for one in queries.clocks_of(found, moment)],
        "steps": [{"s": one, "act": wording.act(one), "mine": who.id is not None and one.actor_id == who.id} for one in steps],
        "moves": [{"code": one.code, "name": wording.said(one.name), "note": "note" in one.needs, "main": one.main, "good": one.to} for one in moves],
        "files": queries.files_seen(found, who), "inside": inside, "reporter": "reporter" in mine, "handing": handing, "steering": steering,
        "units": wording.choices(queries.units_open(found, who)),
        "people": queries.people_open(found, who),
        "timing": is_city(who) or is_unit(found, who), "watching": who.id is not None and found.watchers.filter(user_id=who.id).exists(), "may_watch": bool(mine) and who.id is not None,
        "park": found.park, "children": queries.gathered(found, who), "parent": found.parent,
        "texts": texts, "knows_firms": who.role is not Role.INSTITUTE,
    }  # fmt: skip


def demand_context(found: Case, who: Actor) -> dict[str, Any]:
    """What a demand has beside its case."""
    demand = demand_queries.demand_of(found)
    if demand is None:
        return {}
    lang, mine = language(), parties(found, who)
    inside = bool(mine - {"reporter"})
    known, checks = demand_queries.rules(), demand_queries.rechecks_of(demand)
    routed = demand.routed.get("proposals", []) if inside else []
    whose = demand_queries.units_for([known.topics.get(one["topic"]) for one in routed], found.park_id) if routed else []
    proposals = [
        {
            "name": known.name(one["topic"], lang),
            "share": round(100 * one["confidence"]),
            "words": one["words"],
            "source": one["source"],
            "unit": unit,
            "sector": one.get("sector", False),
        }
        for one, unit in zip(routed, whose)
    ]
    likely = whose[0] if whose and found.phase != Case.Phase.CLOSED else None
    return {
        "demand": demand, "topic": known.name(demand.topic, lang) if demand.topic else "", "proposals": proposals, "likely": likely.pk if likely and likely.pk != found.unit_id else None,
        "topics": [(code, one.name[lang]) for code, one in known.topics.items()], "compared": inside and _compared(found),
        "phone": demand_queries.telephone(demand) if inside and (is_unit(found, who) or is_city(who)) else demand.contact_shown,
        "rechecks": [one for one in checks if one.asked_at and one.answered_at is None] if "reporter" in mine else [], "checks": checks,
        "slip": may_make_slip(found, who), "has_code": bool(demand.secret_digest), "mail": demand.mail_shown if inside else "",
        "sources": {"model": gettext("learned from own cases"), "words": gettext("by the pack's words")},
    }  # fmt: skip


def _compared(found: Case) -> bool:
    """Whether a case is compared with others: an open demand that is not gathered yet."""
    return found.kind_code == "demand" and found.phase != Case.Phase.CLOSED and found.parent_id is None


@members
def case_alike(request: HttpRequest, number: str) -> HttpResponse:
    """What is perhaps the same as a demand: fetched by its page once that is shown, since comparing takes longer than the page."""
    who = actor(request)
    found = queries.case_seen(who, number)
    if parties(found, who) <= {"reporter"}:
        raise NotFound()
    near = demand_queries.alike(f"{found.title}\n{found.text}", demand_queries.demands(who), now(), but=found.pk) if _compared(found) else []
    return render(request, "web/cases/case_alike.html", {"near": near})


@members
@require_POST
def case_act(request: HttpRequest, number: str) -> HttpResponse:
    """Whatever is done with a case."""
    who, post, when = actor(request), request.POST, now()
    found = queries.case_seen(who, number)
    note, what = post.get("note", ""), post.get("act", "")
    back = reverse("web:case", args=[number])
    if what.startswith("move:"):
        return act(request, lambda: _move(found, what[5:], post, who), gettext("Done; it stands on the trail."), back)
    upload = request.FILES.get("file")
    acts = {
        "comment": (lambda: services.comment(case=found, text=note, public=post.get("inside") != "1", by=who, now=when), gettext("Said.")),
        "attach": (lambda: services.attach(case=found, file=_file(upload), by=who, now=when), gettext("The file is with the case.")),
        "transfer": (lambda: services.hand_over(case=found, unit=_unit(post), note=note, by=who, now=when), gettext("Handed on.")),
        "reassign": (lambda: services.reassign(case=found, unit=_unit(post), note=note, by=who, now=when), gettext("Given to the unit.")),
        "assign": (lambda: services.assign(case=found, handler=_person(found, post), by=who, now=when), gettext("Assigned.")),
        "pause": (lambda: services.pause_clock(case=found, clock=post.get("clock", ""), reason=note, by=who, now=when), gettext("The clock is stopped; everybody sees why.")),
        "resume": (lambda: services.resume_clock(case=found, clock=post.get("clock", ""), by=who, now=when), gettext("The clock runs on.")),
        "extend": (lambda: services.extend_clock(case=found, clock=post.get("clock", ""), reason=note, by=who, now=when), gettext("More time is given.")),
        "watch": (lambda: services.watch(case=found, on=True, by=who, now=when), gettext("You will hear of it.")),
        "unwatch": (lambda: services.watch(case=found, on=False, by=who, now=when), gettext("You will not hear of it any more.")),
        "topic": (lambda: demand_services.set_topic(case=found, topic=post.get("topic", ""), by=who, now=when), gettext("The topic is set; the model learns from it.")),
        "still": (lambda: _recheck(found, post, True, who), gettext("Thank you.")),
        "again": (lambda: _recheck(found, post, False, who), gettext("Open again; the unit is told.")),
    }  # fmt: skip
    if what not in acts:
        raise NotFound()
    do, done = acts[what]
    return act(request, do, done, back)


def _move(found: Case, move: str, post: Any, who: Actor) -> None:
    given = post.get("satisfaction", "")
    stars = int(given) if given.isdigit() else None
    demand_services.take_step(case=found, move=move, note=post.get("note", ""), satisfaction=stars, by=who, now=now())


def _recheck(found: Case, post: Any, holds: bool, who: Actor) -> None:
    demand_services.answer_recheck(recheck=demand_queries.recheck_waiting(found), holds=holds, note=post.get("note", ""), by=who, now=now())


def _file(upload: Any) -> File:
    return File(upload.name, upload.read()) if upload else File("", b"")


def _person(found: Case, post: Any) -> User:
    given = post.get("person", "")
    return queries.person_of_unit(found, int(given) if given.isdigit() else 0)


def _unit(post: Any) -> Organisation:
    given = post.get("unit", "")
    return queries.unit_named(int(given) if given.isdigit() else 0)


@members
def case_file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A file of a case, as a download."""
    found = queries.attachment_seen(actor(request), number, pk)
    return download(bytes(found.content), found.name, found.content_type)
