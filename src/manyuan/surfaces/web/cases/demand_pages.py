"""Demands: the list with its five rates, filing one (or a workbook of them), rates by park, unit, topic and level, common problems, a park's code."""

from __future__ import annotations

import uuid
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_noop, ngettext, pgettext
from django.views.decorators.http import require_POST

from manyuan.engines.analytics.five_rates import LESS_IS_BETTER, RATES, Counts, five_rates
from manyuan.engines.workbooks import WorkbookError
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import charts, figures
from manyuan.surfaces.web.acting import act, actor, download, insiders, language, members, now, today
from manyuan.surfaces.web.cases import wording
from manyuan.surfaces.web.cases.open_pages import add_files
from manyuan.surfaces.web.cases.pages import case_columns, case_filters
from manyuan.surfaces.web.cases.slip_pages import keep_slips
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.work.cases.queries import search, unit_named, units, visible
from manyuan.work.demands import incoming, queries
from manyuan.work.demands.services import Contact, file_demand, gather_common, import_demands, preview_demands


@members
def demand_list(request: HttpRequest) -> HttpResponse:
    """The demands that the reader may see, with the five rates of them."""
    who, lang = actor(request), language()
    rows = queries.demands(who)
    topics = [(code, one.name[lang]) for code, one in queries.rules().topics.items()]
    columns = case_columns(kinds=False)
    columns.insert(
        2, Column("topic", gettext("Topic"), lambda c: queries.topic_name(c.demand.topic, lang) if hasattr(c, "demand") else "", order="demand__topic")
    )
    table = Table(
        "", columns, rows, search=search,
        filters=[*case_filters(), Filter("topic", gettext("Topic"), topics, lambda r, value: r.filter(demand__topic=value))],
        default_order="-number", empty_title=gettext("No demand yet"),
        empty_text=gettext("What enterprises say is wrong stands here, from the first word to their own yes."), cheap_count=2_000,
    ).read(request)  # fmt: skip
    context = {
        "table": table,
        "tiles": tiles(queries.counts_of(visible(who, "demand"), today())),
        "insider": who.role in (Role.CITY, Role.COMMITTEE, Role.COMPANY),
        "files": who.role is not Role.INSTITUTE,
    }
    return table.export(request, "demands") or render(request, "web/cases/demands.html", context)


def tiles(counts: Counts) -> list[dict[str, Any]]:
    """The five rates as tiles; recurrence within 90 days in the line under that of 30."""
    out = []
    for name, rate in five_rates(counts):
        low_high = rate.interval
        out.append(
            {
                "code": name, "name": wording.rate(name), "share": rate.share, "part": rate.part, "whole": rate.whole, "few": rate.too_few(queries.rules().minimum_cases),
                "low": low_high.low if low_high else None, "high": low_high.high if low_high else None, "less": name in LESS_IS_BETTER,
                "told": counts.told if name == "solved" else 0,
            }
        )  # fmt: skip
    return out


@members
def demand_new(request: HttpRequest) -> HttpResponse:
    """File a demand: one's own, or on behalf."""
    who, post = actor(request), request.POST
    own = list(Enterprise.objects.filter(pk__in=who.enterprise_ids).select_related("park"))
    given = {name: post.get(name, "") for name in ("text", "topic", "contact", "phone", "mail", "enterprise", "direct", "key")} | {
        "key": post.get("key") or uuid.uuid4().hex
    }
    if not given["enterprise"] and request.GET.get("enterprise"):
        given["enterprise"] = request.GET["enterprise"]
    fault = ""
    if request.method == "POST":
        try:
            filed = file_demand(
                text=given["text"], enterprise=own[0] if own else _firm(who, given["enterprise"]), topic=given["topic"], contact=Contact(given["contact"], given["phone"], given["mail"]),
                channel="portal" if own else "officer", direct=given["direct"] == "1", key=given["key"][:80], by=who, now=now(),
            )  # fmt: skip
        except DomainError as error:
            fault = error.message(get_language() or "zh-hans")
        else:
            add_files(request, filed.demand.case, 5, by=who)
            if keep_slips(request, [filed], [one.demand.contact_shown if one.kind == "sms" else one.demand.mail_shown for one in filed.demand.letters.all()]):
                return HttpResponseRedirect(reverse("web:slips"))
            return HttpResponseRedirect(reverse("web:case", args=[filed.demand.case.number]) + "?filed=1")
    lang = language()
    context = {
        "given": given,
        "fault": fault,
        "own": own[0] if own else None,
        "topics": [(code, one.name[lang]) for code, one in queries.rules().topics.items()],
    }
    return render(request, "web/cases/demand_new.html", context, status=422 if fault else 200)


def _firm(who: Actor, text: str) -> Enterprise | None:
    """The enterprise that an officer names by credit code or whole name."""
    rows = visible_enterprises(who).select_related("park")
    found = rows.filter(uscc=text.strip().upper()).first() or rows.filter(name=text.strip()).first()
    if found is None:
        raise WrongFirm(found=text[:60] or "-")
    return found


class WrongFirm(DomainError):
    """The enterprise that was typed is not in the register of the reader."""

    code = "web.wrong_firm"
    text = gettext_noop("Enterprise: found “%(found)s”, expected the credit code or the whole name of an enterprise that you may act for.")


@members
def demand_alike(request: HttpRequest) -> HttpResponse:
    """What is like the text being written, and what it seems to be about: shown while writing."""
    who, text = actor(request), request.GET.get("text", "")[:2_000]
    near = queries.alike(text, queries.demands(who), now()) if len(text) >= 6 else []
    found = queries.propose(text, 1) if len(text) >= 4 else []
    context = {
        "near": [(one, wording.state(one.case)) for one in near],
        "proposal": found[0] if found else None,
        "topic": found[0].topic.name[language()] if found else "",
    }
    return render(request, "web/cases/alike.html", context)


@insiders
def demand_upload(request: HttpRequest) -> HttpResponse:
    """A workbook of demands: previewed, then filed as previewed."""
    who = actor(request)
    preview, fault, name = None, "", ""
    upload = request.FILES.get("file")
    if request.method == "POST":
        if upload is None:
            fault = gettext("Choose a workbook first.")
        else:
            try:
                name, content = upload.name, upload.read()
                if request.POST.get("act") == "file":
                    preview = import_demands(name=name, content=content, by=who, now=now())
                    if not preview.faults:
                        if keep_slips(request, preview.filed):
                            messages.success(request, ngettext("%(n)s demand filed.", "%(n)s demands filed.", len(preview.filed)) % {"n": len(preview.filed)})
                            return HttpResponseRedirect(reverse("web:slips"))
                        return HttpResponseRedirect(f"{reverse('web:demands')}?filed={len(preview.new)}")
                preview = preview_demands(name=name, content=content, by=who)
            except WorkbookError as error:
                fault = error.message("zh" if language() == "zh" else "en")
            except DomainError as error:
                fault = error.message(get_language() or "zh-hans")
    faults = [one.message(language()) for one in preview.faults[:100]] if preview else []
    return render(
        request, "web/cases/demand_upload.html", {"preview": preview, "faults": faults, "fault": fault, "name": name}, status=422 if fault or faults else 200
    )


@insiders
def demand_template(request: HttpRequest) -> HttpResponse:
    """An empty workbook for demands."""
    return download(incoming.template(language()), f"{gettext('Demands')}.xlsx")


GROUPS = {"park": "park_id", "unit": "unit_id", "topic": "demand__topic", "level": "level"}


@insiders
def demand_rates(request: HttpRequest) -> HttpResponse:
    """The five rates by park, unit, topic or level; with intervals, and no order where there are too few."""
    who, lang = actor(request), language()
    by = request.GET.get("by", "park") if request.GET.get("by") in GROUPS else "park"
    found = queries.counts_by(visible(who, "demand"), today(), (GROUPS[by],))
    names = _names(by, [key[0] for key in found], lang)
    least = queries.rules().minimum_cases
    rows = [
        {"name": names.get(key[0], gettext("without")), "counts": counts, "rates": dict(five_rates(counts)), "few": counts.received < least}
        for key, counts in found.items()
    ]
    rows.sort(key=lambda one: (one["few"], -one["counts"].received))
    columns = [
        Column("name", pgettext("rate", "Group"), lambda r: r["name"], order="name", wrap=True),
        Column("received", gettext("Received"), lambda r: r["counts"].received, order="received", unit="count"),
        *[_rate_column(name) for name in RATES],
        Column("told", pgettext("rate", "By telephone"), lambda r: r["counts"].told, order="told", unit="count"),
        Column("few", pgettext("rate", "Remark"), lambda r: gettext("fewer than %(n)s: not ranked") % {"n": least} if r["few"] else "", order="few"),
    ]
    table = Table("", columns, rows, default_order="", per_page=60, empty_title=gettext("No demand yet")).read(request)
    shown = [one for one in rows if not one["few"]][:20]
    series = [(wording.rate(name), [_percent(one["rates"][name].share) for one in shown]) for name in ("responded", "closed", "solved")]
    chart = charts.shares([one["name"] for one in shown], series, pgettext("rate", "Group")) if shown else None
    context = {"table": table, "tiles": tiles(queries.counts_of(visible(who, "demand"), today())), "by": by, "least": least, "chart": chart,
               "groups": [("park", gettext("by park")), ("unit", gettext("by unit")), ("topic", gettext("by topic")), ("level", gettext("by level"))]}  # fmt: skip
    return table.export(request, "demand-rates") or render(request, "web/cases/demand_rates.html", context)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _rate_column(name: str) -> Column:
    def share(row: dict[str, Any]) -> float | None:
        return None if row["few"] else row["rates"][name].share

    def cell(row: dict[str, Any]) -> str:
        rate = row["rates"][name]
        if rate.share is None:
            return figures.NOTHING
        if row["few"]:
            return f"{rate.part}/{rate.whole}"
        return f"{100 * rate.share:.0f}% ({100 * rate.interval.low:.0f}–{100 * rate.interval.high:.0f})"

    return Column(name, wording.rate(name), share, order=name, unit="ratio", cell=cell)


def _names(by: str, keys: list[Any], lang: str) -> dict[Any, str]:
    if by == "park":
        return {one.pk: figures.pick(one) for one in Park.objects.filter(pk__in=[key for key in keys if key])}
    if by == "unit":
        return {one.pk: figures.pick(one) for one in Organisation.objects.filter(pk__in=[key for key in keys if key])}
    if by == "topic":
        return {key: queries.topic_name(key, lang) for key in keys if key}
    return {0: gettext("with the unit"), 1: gettext("gone up once"), 2: gettext("gone up to the city")}


@insiders
def common_list(request: HttpRequest) -> HttpResponse:
    """Common problems, and groups of open demands that could be gathered."""
    who = actor(request)
    table = Table(
        "",
        [
            Column("number", pgettext("case", "Number"), lambda c: c.number, order="pk", url=lambda c: reverse("web:case", args=[c.number])),
            Column("title", gettext("Common problem"), lambda c: c.title, order="title", url=lambda c: reverse("web:case", args=[c.number]), wrap=True),
            Column("gathered", gettext("Demands"), lambda c: c.gathered, order="gathered", unit="count"),
            Column("unit", gettext("Unit in charge"), lambda c: figures.pick(c.unit) if c.unit else None, order="unit__name_zh", wrap=True),
            Column("state", gettext("State"), lambda c: wording.state(c)[1], order="state"),
            Column("opened", gettext("Since"), lambda c: c.opened_at.date(), order="opened_at"),
        ],
        queries.commons(who), default_order="-opened", empty_title=gettext("No common problem yet"), empty_text=gettext("Similar demands are offered above once there are enough of them."),
    ).read(request)  # fmt: skip
    groups = queries.common_candidates(who, now())
    return table.export(request, "common-problems") or render(
        request, "web/cases/commons.html", {"table": table, "groups": groups, "units": wording.choices(units(who))}
    )


@insiders
@require_POST
def common_gather(request: HttpRequest) -> HttpResponse:
    """Gather chosen demands under a common problem."""
    who, post = actor(request), request.POST
    cases = list(visible(who, "demand").filter(number__in=post.getlist("case")[:200]).select_related("park"))
    given = post.get("unit", "")
    unit = unit_named(int(given) if given.isdigit() else 0)
    return act(
        request,
        lambda: gather_common(cases=cases, title=post.get("title", ""), unit=unit, by=who, now=now()),
        gettext("Gathered: one unit has it, one answer goes to all."),
        reverse("web:commons"),
    )


@insiders
def park_code(request: HttpRequest, code: str) -> HttpResponse:
    """The park's poster: a QR code to the open page, to print and to hang up."""
    who = actor(request)
    park = Park.objects.filter(code=code, closed_on=None).first()
    if park is None or not (who.sees_all or park.pk in who.park_ids):
        raise NotFound()
    address = request.build_absolute_uri(reverse("web:raise", args=[park.code]))
    picture = segno.make(address, error="m").svg_inline(border=2, omitsize=True)
    return render(request, "web/cases/park_code.html", {"park": park, "address": address, "picture": picture})
