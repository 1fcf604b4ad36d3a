"""Who is not graded for a reason that no register holds: entered with its proof, by the city or the park's committee."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, language, members, now, refused, today
from manyuan.surfaces.web.tables import Column, Table
from manyuan.surfaces.web.templatetags.manyuan import mark
from manyuan.work.evaluation import queries, services


@members
def excuses(request: HttpRequest) -> HttpResponse:
    """The list, and the form that adds one or takes one back."""
    who, lang = actor(request), language()
    if not (who.sees_all or who.role is Role.COMMITTEE):
        return refused(request, gettext("No right to do this"), gettext("Who is excused is entered by the city or the park's committee."))
    reasons = {
        one["code"]: one["zh" if lang == "zh" else "en"] for scheme in queries.current_schemes() for one in scheme.content["ungraded"] if one.get("entered")
    }
    if request.method == "POST":
        post, back = request.POST, reverse("web:per_mu_excuses")
        firm = visible_enterprises(who).filter(uscc=post.get("uscc", "").strip().upper()).first()
        if firm is None or not post.get("year", "").isdigit():
            raise NotFound()
        year = int(post["year"][:4])
        if post.get("act") == "withdraw":
            return act(request, lambda: services.withdraw_excuse(enterprise=firm, year=year, by=who, now=now()), gettext("Taken back."), back)
        return act(
            request,
            lambda: services.excuse_enterprise(enterprise=firm, year=year, code=post.get("code", ""), proof=post.get("proof", ""), by=who, now=now()),
            gettext("Entered; it counts for runs computed from now on."),
            back,
        )
    table = Table(
        "",
        [
            Column("name", gettext("Enterprise"), lambda e: e.enterprise.name, order="enterprise__name", url=lambda e: reverse("web:enterprise", args=[e.enterprise.uscc]), wrap=True, cell=lambda e: format_html("{} {}", e.enterprise.name, mark("synthetic") if e.synthetic else "")),
            Column("uscc", gettext("Credit code"), lambda e: e.enterprise.uscc),
            Column("park", gettext("Park"), lambda e: figures.pick(e.enterprise.park) if e.enterprise.park else None, wrap=True),
            Column("year", gettext("Year"), lambda e: str(e.year), order="year"),
            Column("why", gettext("Why"), lambda e: reasons.get(e.code, e.code)),
            Column("proof", gettext("Proof"), lambda e: e.proof, wrap=True),
            Column("by", gettext("Entered by"), lambda e: e.entered_label, wrap=True),
        ],
        queries.excuses_seen(who),
        search=lambda rows, text: rows.filter(enterprise__name__contains=text) | rows.filter(enterprise__uscc__startswith=text.upper()),
        default_order="-year",
        empty_title=gettext("Nobody is excused"),
        empty_text=gettext("Utilities and start-ups are left out by rule; firms under construction are entered here with their proof."),
    ).read(request)  # fmt: skip
    context = {"table": table, "reasons": list(reasons.items()), "years": list(range(today().year, today().year - 5, -1))}
    return table.export(request, "per-mu-excused") or render(request, "web/evaluation/excuses.html", context)
