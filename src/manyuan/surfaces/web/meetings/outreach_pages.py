"""Information campaigns: drafted, looked at, sent, and how far they came; for an enterprise what it was sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.factsheet.errors import NoFacts
from manyuan.facts.factsheet.queries import current_definition
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, members, now
from manyuan.surfaces.web.meetings import words
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.meetings import outreach as services
from manyuan.work.meetings import queries
from manyuan.work.meetings.models import Outreach


@members
def outreach_list(request: HttpRequest) -> HttpResponse:
    """Campaigns that the reader may see."""
    who = actor(request)
    firm = who.role in (Role.ENTERPRISE, Role.INSTITUTE)
    columns = [
        Column("title", gettext("Information campaign"), lambda o: figures.pick(o), url=lambda o: reverse("web:outreach", args=[o.pk]), wrap=True),
        Column("park", gettext("Park"), lambda o: figures.pick(o.park) if o.park else gettext("the city"), wrap=True),
        Column("state", gettext("State"), lambda o: _state(o)[1], order="state", cell=lambda o: status(*_state(o))),
        Column("sent", gettext("Sent"), lambda o: o.sent_at, order="sent_at", nowrap=True),
    ]
    if not firm:
        columns += [
            Column(step, words.step(step), lambda o, s=step: dict(queries.funnel(o))[s], unit="count") for step in ("reached", "read", "clicked", "acted")
        ]
    columns.append(Column("mark", "", lambda o: gettext("synthetic data") if o.synthetic else "", cell=lambda o: mark(o.synthetic)))
    table = Table(
        "", columns, queries.visible_outreach(who), search=lambda r, text: r.filter(title_zh__contains=text) | r.filter(text__contains=text),
        filters=[] if firm else [Filter("state", gettext("State"), [("draft", gettext("draft")), ("sent", gettext("sent"))], lambda r, value: r.filter(state=value))],
        empty_title=gettext("No campaign yet"), empty_text=gettext("Information for the firms that it concerns, and who read it and acted upon it."),
    ).read(request)  # fmt: skip
    return table.export(request, "outreach") or render(request, "web/meetings/outreach_list.html", {"table": table, "may": _may_draft(who)})


def _state(row: Outreach) -> tuple[str, str]:
    return ("good", gettext("sent")) if row.state == Outreach.State.SENT else ("mute", gettext("draft"))


def _may_draft(who: Actor) -> bool:
    return who.sees_all or who.role is Role.COMMITTEE


@insiders
def outreach_new(request: HttpRequest) -> HttpResponse:
    """Draft a campaign: text, condition, for whom."""
    who = actor(request)
    if not _may_draft(who):
        raise NotFound()
    parks = Park.objects.filter(closed_on=None).order_by("code")
    parks = parks if who.sees_all else parks.filter(pk__in=who.park_ids)
    given, fault = request.POST, ""
    if request.method == "POST":
        park = parks.filter(code=given.get("park", "")).first()
        try:
            made = services.draft_outreach(
                title_zh=given.get("title_zh", ""), title_en=given.get("title_en", ""), text=given.get("text", ""), condition=given.get("condition", ""), park=park,
                policy_code=given.get("policy", ""), institutes=given.get("institutes") == "1", by=who, now=now(),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("web:outreach", args=[made.pk]))
        except DomainError as error:
            fault = error.message(get_language() or "zh-hans")
    context = {"parks": parks, "city": who.sees_all, "given": given, "fault": fault, "columns": _columns()}
    return render(request, "web/meetings/outreach_new.html", context, status=422 if fault else 200)


def _columns() -> list[tuple[str, str]]:
    try:
        schema = current_definition().schema
    except NoFacts:
        return []
    return [(column.name, (column.zh if figures.chinese() else column.en) or column.name) for column in schema.columns]


@members
def outreach(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: for those who sent it the funnel, for an enterprise or an institute the text."""
    who = actor(request)
    found = queries.outreach_seen(who, pk)
    if who.role in (Role.ENTERPRISE, Role.INSTITUTE):
        own = (
            found.reached.filter(enterprise_id__in=who.enterprise_ids)
            if who.role is Role.ENTERPRISE
            else found.bodies.filter(organisation_id=who.organisation_id)
        )
        row = own.first()
        return render(request, "web/meetings/outreach_read.html", {"o": found, "row": row})
    audience, fault = None, ""
    may = _may_draft(who) and (who.sees_all or found.park_id in who.park_ids)
    if found.state == Outreach.State.DRAFT:
        try:
            audience = services.audience_of(found, now())
        except DomainError as error:
            fault = error.message(get_language() or "zh-hans")
    steps = queries.funnel(found)
    option, figures_table = _picture(steps)
    read = queries.read_by(found)
    table = Table(
        "", [
            Column("firm", gettext("Enterprise"), lambda r: r.enterprise.name, url=lambda r: reverse("web:enterprise", args=[r.enterprise.uscc]), wrap=True, order="enterprise__name"),
            Column("park", gettext("Park"), lambda r: figures.pick(r.enterprise.park) if r.enterprise.park else "", wrap=True),
            Column("read", words.step("read"), lambda r: gettext("yes") if r.enterprise_id in read or r.clicked_at or r.acted_at else ""),
            Column("clicked", words.step("clicked"), lambda r: r.clicked_at, order="clicked_at", nowrap=True),
            Column("acted", words.step("acted"), lambda r: r.acted_at, order="acted_at", nowrap=True),
            Column("how", gettext("How"), _how),
        ], found.reached.select_related("enterprise__park"), default_order="firm", search=lambda r, text: r.filter(enterprise__name__contains=text),
        filters=[Filter("not", gettext("All"), [("1", gettext("not acted yet"))], lambda r, value: r.filter(acted_at=None))],
        empty_title=gettext("Not sent yet"), empty_text=gettext("Whom it reached stands here once it is sent."),
    ).read(request)  # fmt: skip
    context = {
        "o": found, "state": _state(found), "audience": audience, "fault": fault, "may": may, "steps": [(words.step(code), n, steps[0][1]) for code, n in steps], "chart": option,
        "bodies": queries.bodies_reached(found) if found.institutes and found.sent_at else None, "bodies_due": services.bodies_of(found).count() if found.institutes else 0,
        "figures": figures_table, "table": table,
    }  # fmt: skip
    return table.export(request, "outreach-reached") or render(request, "web/meetings/outreach.html", context)


def _how(row: Any) -> str:
    return {"said": gettext("the firm says so"), "approved": gettext("approved"), "": ""}[row.act]


def _picture(steps: list[tuple[str, int]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The funnel as bars that grow shorter, from the top."""
    names = [words.step(code) for code, _ in steps]
    option = {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}}, "grid": {"left": 8, "right": 40, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "minInterval": 1}, "yAxis": {"type": "category", "inverse": True, "data": names},
        "series": [{"type": "bar", "data": [n for _, n in steps], "barWidth": "55%", "label": {"show": True, "position": "right"}}],
    }  # fmt: skip
    return option, {"head": [gettext("Step"), gettext("Firms")], "rows": [[name, n] for name, (_, n) in zip(names, steps, strict=True)]}


@members
@require_POST
def outreach_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it (who drafted it), follow its link or say that one has acted (a firm)."""
    who, when = actor(request), now()
    found = queries.outreach_seen(who, pk)
    here, what = reverse("web:outreach", args=[pk]), request.POST.get("act")
    if what == "send":
        return act(request, lambda: services.send_outreach(outreach=found, by=who, now=when), gettext("Sent to the firms that it concerns."), here)
    if what == "acted":
        return act(request, lambda: services.note_acted(outreach=found, by=who, now=when), gettext("Thank you; noted."), here)
    if what == "open":
        services.note_clicked(outreach=found, by=who, now=when)
        return HttpResponseRedirect(reverse("web:policy", args=[found.policy_code]) if found.policy_code else reverse("web:policies"))
    raise NotFound()
