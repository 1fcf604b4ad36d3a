"""Applications: the worklist, one application with its process, what was asked and what was spared, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.surfaces.web.acting import act, actor, language, members, now, today
from manyuan.surfaces.web.matters import matter_words as words
from manyuan.surfaces.web.matters.catalogue_pages import uploaded
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import status
from manyuan.work.cases import queries as case_queries
from manyuan.work.matters import asking, filing, green, queries, stepping
from manyuan.work.matters.catalogue import current_matters, definition_of
from manyuan.work.matters.mandates import given_to
from manyuan.work.matters.models import Application, Asked, Mandate, ServiceRequest, StepRun
from manyuan.work.matters.powers import leaving

_SENDABLE = ("no-capacity", "outside-conditions", "system", "originals")
_SHOWN = 50


@members
def application_list(request: HttpRequest) -> HttpResponse:
    """What waits for the reader first, then every application that they may see."""
    who, lang = actor(request), language()
    rows = queries.visible_applications(who)
    waiting = queries.steps_waiting(who)
    states = [(code, words.state(code)[1]) for code in Application.State.values]
    lanes = [("park", words.lane("park")), ("city", words.lane("city"))]
    table = Table(
        "",
        [
            Column("number", gettext("Application number"), lambda a: a.number, order="number", url=lambda a: reverse("web:application", args=[a.number]), nowrap=True),
            Column("matter", gettext("Matter"), lambda a: a.version.name(lang), order="version__code", wrap=True),
            Column("firm", gettext("Enterprise"), lambda a: a.enterprise.name, order="enterprise__name", wrap=True),
            Column("state", gettext("State"), lambda a: words.state(a.state)[1], order="state", cell=lambda a: status(*words.state(a.state))),
            Column("filed", gettext("Applied on"), lambda a: a.filed_at.date(), order="filed_at"),
            Column("due", gettext("Promised by"), lambda a: a.due_on, order="due_on"),
            Column("trips", gettext("Trips"), lambda a: a.trips, order="trips", unit="number"),
            Column("outside", gettext("Steps done outside"), lambda a: a.left_park, order="left_park", unit="number"),
            Column("lane", gettext("Green channel"), lambda a: words.lane(a.lane), order="lane"),
        ],
        rows,
        search=lambda r, text: r.filter(number__startswith=text.upper()) | r.filter(enterprise__name__contains=text),
        filters=[
            Filter("state", gettext("State"), states, lambda r, value: r.filter(state=value)),
            Filter("matter", gettext("Matter"), [(one.code, one.name(lang)) for one in current_matters()], lambda r, value: r.filter(version__code=value)),
            Filter("lane", gettext("Green channel"), lanes, lambda r, value: r.filter(lane=value)),
        ],
        default_order="-filed",
        empty_title=gettext("No application yet"),
        empty_text=gettext("An application is filed from its matter in the catalogue."),
    ).read(request)  # fmt: skip
    day = today()
    context = {
        "table": table, "waiting": [(one, one.name(lang), one.application.version.name(lang), one.due_on < day) for one in waiting[:_SHOWN]], "count": waiting.count(),
        "owed": [(one, _entry_name(one)) for one in queries.questions_open(who)[:_SHOWN]], "ledger": queries.ledger(rows), "out": leaving(rows),
        "firm": who.role is Role.ENTERPRISE,
    }  # fmt: skip
    return table.export(request, "applications") or render(request, "web/matters/applications.html", context)


def _entry(line: Asked) -> dict[str, Any]:
    definition = definition_of(line.application.version)
    entries = definition.fields if line.kind == Asked.Kind.FIELD else definition.materials
    return dict(next((one for one in entries if one.get("key", one.get("code")) == line.key), {"name": {"zh": line.key, "en": line.key}}))


def _entry_name(line: Asked) -> str:
    return words.said(_entry(line)["name"])


@members
def application(request: HttpRequest, number: str) -> HttpResponse:
    """One application."""
    who, lang = actor(request), language()
    row = queries.application_seen(who, number)
    definition, open_ = definition_of(row.version), row.state == Application.State.OPEN
    steps = list(row.steps.select_related("unit", "power", "holding"))
    own = [one for one in steps if open_ and one.state == StepRun.State.OPEN and _may_step(one, row, who)]
    lines = list(row.asked.select_related("application__version"))
    lane = getattr(row, "green", None)
    acts = row.agent_acts.all()
    as_agent = _acts_as_agent(row, who)
    applicant = who.role is Role.ENTERPRISE and row.enterprise_id in who.enterprise_ids
    context = {
        "case_url": reverse("web:case", args=[row.number]) if case_queries.visible(who, "matter").filter(number=row.number).exists() else "",
        "a": row, "name": row.version.name(lang), "state": words.state(row.state), "picture": mark_safe(queries.picture(row, lang)),  # noqa: S308 -- drawn here, texts escaped
        "late": open_ and row.due_on < today(), "saved": queries.saved(row), "before": definition.before,
        "steps": [_step(one, lang) for one in steps],
        "own": [_doing(one, definition, lang) for one in own],
        "fields": [(_entry_name(one), words.shown(_entry(one), one.value), words.how(one.how), words.source(one.source), one) for one in lines if one.kind == "field"],
        "papers": [(_entry_name(one), one.value or "–", words.how(one.how), words.source(one.source), one) for one in lines if one.kind == "material"],
        "owed": [(one, _entry_name(one), words.shown(_entry(one), one.value)) for one in lines if one.given_at is None] if applicant or as_agent(Mandate.Act.SUPPLY) else [],
        "spared": sum(one.how == "reused" for one in lines), "again": sum(one.how == "again" for one in lines),
        "green": lane, "lane": words.lane(row.lane), "gains": [_gain(one, definition) for one in lane.sped_up] if lane else [],
        "agent_acts": [(one, words.act(one.act)) for one in acts], "services": _services(row, definition),
        "askable": [("field", one["key"], words.said(one["name"])) for one in definition.fields] + [("material", one["code"], words.said(one["name"])) for one in definition.materials],
        "causes": [(code, words.cause(code)) for code in _SENDABLE],
        "may": {
            "ask": any(one.by != "enterprise" for one in own), "withdraw": open_ and (applicant or as_agent(Mandate.Act.WITHDRAW)),
            "green": open_ and not row.lane and [code for code in ("park", "city") if green.may_grant(row, code, who)],
            "service": who.sees_all or (who.role in (Role.COMMITTEE, Role.COMPANY) and row.park_id in who.park_ids),
        },
    }  # fmt: skip
    return render(request, "web/matters/application.html", context)


def _may_step(step: StepRun, row: Application, who: Actor) -> bool:
    step.application = row
    return stepping.may_do(step, who) or (step.by == "enterprise" and _acts_as_agent(row, who)(Mandate.Act.SUPPLY))


def _acts_as_agent(row: Application, who: Actor) -> Any:
    mandates = [one for one in given_to(who, today()) if one.enterprise_id == row.enterprise_id and (not one.matters or row.version.code in one.matters)]
    return lambda wanted: any(wanted in one.acts for one in mandates)


def _step(step: StepRun, lang: str) -> dict[str, Any]:
    return {
        "s": step, "name": step.name(lang), "state": words.step_state(step.state), "by": step.unit.name_zh if step.unit else words.body(step.by),
        "cause": words.cause(step.cause) if step.outside else "", "power": step.power.name(lang) if step.power else "",
        "outcome": words.outcome(step.outcome) if step.outcome and step.outcome != "ok" else "", "late": step.state == StepRun.State.OPEN and step.due_on < today(),
    }  # fmt: skip


def _doing(step: StepRun, definition: Any, lang: str) -> dict[str, Any]:
    known = definition.steps[step.code]
    return {
        "s": step, "name": step.name(lang), "outcomes": [(code, words.outcome(code)) for code in known.outcomes], "trips": 1 if known.trip and step.outside else 0,
        "cause": words.cause(step.cause) if step.cause else "", "send_up": step.holding_id is not None and not step.sent_up, "power": step.power.name(lang) if step.power else "",
    }  # fmt: skip


def _gain(gain: dict[str, Any], definition: Any) -> str:
    name = words.said(definition.steps[gain["step"]].name)
    if gain["how"] == "parallel":
        others = ("、" if language() == "zh" else ", ").join(words.said(definition.steps[one].name) for one in gain["with"])
        return gettext("%(step)s runs beside %(others)s") % {"step": name, "others": others}
    return gettext("%(step)s: %(to)s instead of %(from)s working days") % {"step": name, "from": gain["from"], "to": gain["to"]}


def _services(row: Application, definition: Any) -> list[tuple[ServiceRequest, str, str, tuple[str, str]]]:
    known = {one["code"]: one for one in definition.services}
    return [
        (one, words.said(known[one.code]["name"]), words.said(known[one.code]["by"]), words.service_state(one.state)) for one in row.services.all() if one.code in known
    ]  # fmt: skip


@members
@require_POST
def application_act(request: HttpRequest, number: str) -> HttpResponse:
    """End a step, send it up, ask for something, hand it in, grant the green channel, answer for a service, withdraw."""
    who, post, when = actor(request), request.POST, now()
    row = queries.application_seen(who, number)
    reason = post.get("reason", "")

    def step() -> StepRun:
        return _of(row.steps.all(), post.get("step", ""))

    def trips() -> int | None:
        text = post.get("trips", "").strip()
        return int(text) if text.lstrip("-").isdigit() else None

    kind, _, key = post.get("what", "").partition(":")
    acts = {
        "done": (lambda: stepping.complete_step(step=step(), outcome=post.get("outcome", "ok"), note=reason, trips=trips(), cause=post.get("cause", ""), by=who, now=when), gettext("Done; the process has gone on.")),
        "up": (lambda: stepping.send_up(step=step(), cause=post.get("cause", ""), reason=reason, by=who, now=when), gettext("Sent up to the city; the cause is counted.")),
        "ask": (lambda: asking.ask_for(application=row, kind=kind, key=key, reason=reason, by=who, now=when), gettext("Asked; the enterprise sees it.")),
        "supply": (lambda: asking.supply(asked=_of(row.asked.all(), post.get("line", "")), value=post.get("value", ""), file=uploaded(request, "file"), by=who, now=when), gettext("Handed in.")),
        "green": (lambda: green.grant_green(application=row, lane=post.get("lane", ""), reason=reason, by=who, now=when), gettext("In the green channel from now on.")),
        "service": (lambda: asking.answer_service(request=_of(row.services.all(), post.get("line", "")), state=post.get("state", ""), note=reason, by=who, now=when), gettext("Your answer is noted.")),
        "withdraw": (lambda: filing.withdraw_application(application=row, reason=reason, by=who, now=when), gettext("Withdrawn.")),
    }  # fmt: skip
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:application", args=[number]))


def _of(rows: Any, pk: str) -> Any:
    found = rows.filter(pk=int(pk)).first() if pk.isdigit() else None
    if found is None:
        raise NotFound()
    return found
