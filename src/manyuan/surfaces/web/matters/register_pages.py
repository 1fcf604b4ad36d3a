"""The meter of delegated powers, the duties of committee and company with the posts of the six stages, and the register of reforms."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, language, now, today
from manyuan.surfaces.web.matters import matter_words as words
from manyuan.surfaces.web.tables import Column, Filter, Table, as_xlsx
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.matters import duties, powers, queries, reforms
from manyuan.work.matters.errors import WrongInput
from manyuan.work.matters.models import Duty, Post, Power, Reform
from manyuan.work.matters.registers import BODIES, LETTERS


@insiders
def power_list(request: HttpRequest) -> HttpResponse:
    """Which park holds which power and how much it is used; why cases left the parks all the same."""
    who, lang = actor(request), language()
    meters = powers.meters(who, today())
    parks = sorted({(one.holding.park.code, figures.pick(one.holding.park)) for one in meters})
    table = Table(
        "",
        [
            Column("power", gettext("Power"), lambda m: m.holding.power.name(lang), order="power", wrap=True),
            Column("park", gettext("Park"), lambda m: figures.pick(m.holding.park), order="park", wrap=True),
            Column("document", gettext("Document"), lambda m: _document(m.holding.power, lang), wrap=True),
            Column("since", gettext("Held since"), lambda m: m.holding.since, order="since", nowrap=True),
            Column("staff", gettext("People able to use it"), lambda m: m.holding.staff, order="staff", unit="number"),
            Column("conditions", gettext("Conditions of the power"), lambda m: m.holding.conditions, wrap=True),
            Column("used", gettext("Times used"), lambda m: m.used, order="used", unit="number"),
            Column("days", gettext("Working days on average"), lambda m: round(m.days, 1) if m.days is not None else None, order="days", unit="number"),
            Column("sent", gettext("Sent up"), lambda m: m.sent_up, order="sent", unit="number"),
            Column("why", gettext("Why"), lambda m: "；".join(f"{words.cause(code)} {n}" for code, n in m.causes), wrap=True),
            Column("last", gettext("Last used"), lambda m: m.last_used, order="last", nowrap=True),
            Column("state", gettext("State"), lambda m: _use(m)[1], order="state", cell=lambda m: status(*_use(m))),
            Column("mark", gettext("Source"), lambda m: m.holding.mark, cell=lambda m: mark(m.holding.mark)),
        ],
        meters,
        filters=[
            Filter("park", gettext("Park"), parks, lambda r, value: [one for one in r if one.holding.park.code == value]),
            Filter("paper", gettext("State"), [("paper", gettext("On paper only")), ("used", gettext("In use"))], lambda r, value: [one for one in r if one.on_paper == (value == "paper")]),
        ],
        default_order="used",
        empty_title=gettext("No park holds a power yet"),
        empty_text=gettext("The city records which park holds which power."),
    ).read(request)  # fmt: skip
    used = sum(not one.on_paper for one in meters)
    context = {
        "table": table, "meters": len(meters), "used": used, "paper": len(meters) - used, "sent": sum(one.sent_up for one in meters),
        "times": sum(one.used for one in meters), "wanted": [(one, figures.pick(one.park), one.power.name(lang)) for one in powers.wanted_powers(who)[:20]],
        "out": (out := powers.leaving(queries.visible_applications(who))), "causes": [(words.cause(code), n) for code, n in out.causes], "city": who.sees_all,
        "powers": [(one.code, one.name(lang)) for one in Power.objects.filter(is_current=True)] if who.sees_all else [],
        "parks": [(one.code, figures.pick(one)) for one in Park.objects.filter(closed_on=None).order_by("code")] if who.sees_all else [], "today": today(),
        "again": [(_key(kind, key), n) for kind, key, n in queries.asked_again(who)[:10]],
        "holdings": [(one.holding.pk, f"{one.holding.power.name(lang)} · {figures.pick(one.holding.park)}") for one in meters] if who.sees_all else [],
    }  # fmt: skip
    return table.export(request, "powers") or render(request, "web/matters/powers.html", context)


def _document(power: Power, lang: str) -> str:
    return f"{power.document_zh if lang == 'zh' else power.document_en} · {power.granted_on}"


def _use(meter: powers.Meter) -> tuple[str, str]:
    if meter.on_paper:
        return "late", gettext("On paper only: unused for %(n)s months") % {"n": meter.idle_months}
    return ("good", gettext("In use")) if meter.used else ("mute", gettext("Received lately"))


def _key(kind: str, key: str) -> str:
    """The name of a field or paper as the catalogue has it."""
    from manyuan.work.matters.catalogue import current_matters

    for version in current_matters():
        for one in version.content["fields" if kind == "field" else "materials"]:
            if one.get("key", one.get("code")) == key:
                return words.said(one["name"])
    return key


@insiders
@require_POST
def power_act(request: HttpRequest) -> HttpResponse:
    """The city records that a park holds a power, or no longer."""
    who, post = actor(request), request.POST

    def hold() -> Any:
        power, park = Power.objects.filter(code=post.get("power", "")).first(), Park.objects.filter(code=post.get("park", "")).first()
        if power is None or park is None:
            raise NotFound()
        staff = post.get("staff", "")
        return powers.hold_power(
            power=power, park=park, since=_day(post.get("since", "")), staff=int(staff) if staff.isdigit() else 0, conditions=post.get("conditions", ""), by=who, now=now()
        )  # fmt: skip

    def back() -> Any:
        pk = post.get("holding", "")
        found = powers.visible_holdings(who).filter(pk=int(pk)).first() if pk.isdigit() else None
        if found is None:
            raise NotFound()
        return powers.take_back(holding=found, until=_day(post.get("until", "")), reason=post.get("reason", ""), by=who, now=now())

    acts = {"hold": (hold, gettext("Recorded: cases that come now stay in the park.")), "back": (back, gettext("Recorded: the power is the park's no longer."))}
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:powers"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongInput(found=text, expected="2026-11-23") from None


def _park(who: Actor, code: str) -> Park | None:
    """The park that is looked at: the one named, for park people their own."""
    if who.sees_all:
        return Park.objects.filter(code=code).first() if code else None
    rows = Park.objects.filter(pk__in=who.park_ids)
    return rows.filter(code=code).first() if code else rows.order_by("pk").first()


@insiders
def duty_matrix(request: HttpRequest) -> HttpResponse:
    """Who has which duty, what each body is measured by, who holds the posts; conflicts first."""
    who, lang = actor(request), language()
    code = request.GET.get("park", "")
    park = _park(who, code)
    if code and park is None:
        raise NotFound()
    conflicts = [(words.rule(one.rule), words.stage(one.what["en"]) if one.rule == "no-post" else words.said(dict(one.what))) for one in duties.conflicts(park)]
    parks = Park.objects.filter(closed_on=None).order_by("code") if who.sees_all else Park.objects.filter(pk__in=who.park_ids).order_by("code")
    lines = [
        {
            "d": one.duty, "name": one.duty.name(lang), "kind": words.duty_kind(one.duty.kind), "own": one.own,
            "roles": [(body, words.body(body), one.roles.get(body, "")) for body in BODIES],
        }
        for one in duties.matrix(park)
    ]  # fmt: skip
    if request.GET.get("export"):
        titles = [gettext("Duty"), gettext("Kind"), *(words.body(body) for body in BODIES)]
        return as_xlsx(
            f"duties-{park.code}" if park else "duties",
            titles,
            [[line["name"], line["kind"][1], *(letter for _, _, letter in line["roles"])] for line in lines],
        )
    context = {
        "park": park, "park_name": figures.pick(park) if park else "", "parks": [(one.code, figures.pick(one)) for one in parks], "lines": lines, "conflicts": conflicts,
        "bodies": [words.body(body) for body in BODIES], "letters": LETTERS, "kpis": [(words.body(body), [(one.name(lang), one) for one in rows]) for body, rows in duties.kpis().items()],
        "posts": [(stage.value, words.stage(stage.value), stage.label, post, words.body(post.body) if post else "") for stage, post in duties.posts(park)] if park else [],
        "may_set": park is not None and (who.sees_all or who.role is Role.COMMITTEE), "may_name": park is not None, "today": today(),
    }  # fmt: skip
    return render(request, "web/matters/duties.html", context)


@insiders
@require_POST
def duty_act(request: HttpRequest) -> HttpResponse:
    """Set a duty of a park, or name who holds a post."""
    who, post = actor(request), request.POST
    park = _park(who, post.get("park", ""))
    if park is None or not post.get("park"):
        raise NotFound()

    def role() -> Any:
        duty = Duty.objects.filter(code=post.get("duty", "")).first()
        if duty is None:
            raise NotFound()
        for body in BODIES:
            if body in post:
                duties.set_role(duty=duty, park=park, body=body, letter=post[body], by=who, now=now())
        return duty

    def name() -> Post:
        return duties.name_post(
            park=park, stage=post.get("stage", ""), body=post.get("body", ""), title=post.get("title", ""), holder=post.get("holder", ""), since=_day(post.get("since", "")),
            by=who, now=now(),
        )  # fmt: skip

    acts = {"role": (role, gettext("Set; conflicts stand above.")), "post": (name, gettext("Named."))}
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, f"{reverse('web:duties')}?park={park.code}")


@insiders
def reform_list(request: HttpRequest) -> HttpResponse:
    """Reform items with their evidence."""
    who, lang = actor(request), language()
    rows = Reform.objects.prefetch_related("notes").select_related("park")
    context = {
        "rows": [
            {
                "r": one, "name": one.name(lang), "about": one.about_zh if lang == "zh" else one.about_en, "state": words.reform_state(one.state),
                "late": one.due_on is not None and one.state in ("planned", "pilot") and one.due_on < today(),
                "notes": [(note, words.reform_state(note.state)[1] if note.state else "") for note in one.notes.all()], "may": reforms.may_keep(one, who),
                "next": [(code, words.reform_state(code)[1]) for code in reforms.AFTER[one.state]],
            }
            for one in rows
        ],
        "today": today(),
    }  # fmt: skip
    return render(request, "web/matters/reforms.html", context)


@insiders
@require_POST
def reform_act(request: HttpRequest, code: str) -> HttpResponse:
    """Move a reform item on, or lay evidence to it."""
    who, post = actor(request), request.POST
    row = Reform.objects.filter(code=code).first()
    if row is None:
        raise NotFound()
    given = {"reform": row, "title": post.get("title", ""), "document": post.get("document", ""), "by": who, "now": now()}
    acts = {
        "move": (lambda: reforms.move_reform(**given, state=post.get("state", ""), on=_day(post.get("on", ""))), gettext("The item has moved on.")),
        "evidence": (lambda: reforms.lay_reform_evidence(**given, on=_day(post.get("on", ""))), gettext("The evidence is kept.")),
    }
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:reforms"))
