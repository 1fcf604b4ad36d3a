"""Enterprises: the list, and one firm's own page: who it is, its figures over the years, titles, where it sat, what it owes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from manyuan.facts.audit.actors import Role
from manyuan.facts.enterprises import queries
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.services import may_change
from manyuan.facts.filings.definition import Definition
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.quality import due_state
from manyuan.facts.filings.queries import visible as visible_filings
from manyuan.facts.filings.templates import shown
from manyuan.facts.parks.models import District, Park
from manyuan.facts.programme.programme import title_names
from manyuan.surfaces.web import figures, words
from manyuan.surfaces.web.acting import actor, language, members, today
from manyuan.surfaces.web.tables import Column, Filter, Table, as_xlsx
from manyuan.surfaces.web.templatetags.manyuan import mark, mark_words


@members
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """The enterprises that the reader may see."""
    who = actor(request)
    rows = queries.visible(who).select_related("park", "district", "industry")
    titles, lang = title_names(), language()
    parks = Park.objects.filter(closed_on=None).order_by("code")
    parks = parks if who.sees_all else parks.filter(pk__in=who.park_ids)
    filters = [
        Filter("park", gettext("Park"), [(p.code, figures.pick(p)) for p in parks], lambda r, v: r.filter(park__code=v)),
        Filter("title", gettext("Titles"), [(code, name[lang]) for code, name in titles.items()], lambda r, v: queries.with_title(r, v, today())),
        Filter("ends", gettext("Title ends"), [("90", gettext("within 90 days"))], lambda r, v: r.filter(pk__in=queries.expiring_titles(who, today(), today() + timedelta(days=90)).values("enterprise_id"))),
        Filter("district", gettext("District"), [(d.adcode, figures.pick(d)) for d in District.objects.all()], lambda r, v: r.filter(district__adcode=v)),
    ]  # fmt: skip
    table = Table(
        "",
        [
            Column("name", gettext("Enterprise"), lambda e: e.name, order="name", url=lambda e: reverse("web:enterprise", args=[e.uscc]), wrap=True),
            Column("uscc", gettext("Credit code"), lambda e: e.uscc, order="uscc"),
            Column("park", gettext("Park"), lambda e: figures.pick(e.park) if e.park else None, wrap=True),
            Column("industry", gettext("Industry"), lambda e: e.industry.name_zh if e.industry else None, wrap=True),
            Column("district", gettext("District"), lambda e: figures.pick(e.district) if e.district else None),
            Column("registered", gettext("Registered on"), lambda e: e.registered_on, order="registered_on"),
            Column("mark", gettext("Origin"), lambda e: e.source, cell=lambda e: format_html("{}", mark(e.mark))),
        ],
        rows,
        search=queries.searched,
        filters=filters,
        default_order="name",
        empty_title=gettext("No enterprise yet"),
        empty_text=gettext("Register one on the page, or import registrations at the command line: manyuan import enterprises FILE."),
    ).read(request)  # fmt: skip
    return table.export(request, "enterprises") or render(
        request, "web/enterprises.html", {"table": table, "own": who.role is Role.ENTERPRISE, "may_register": who.sees_all or who.role is Role.COMMITTEE}
    )


@members
def enterprise(request: HttpRequest, uscc: str) -> HttpResponse:
    """One enterprise."""
    who = actor(request)
    firm = queries.enterprise_by_code(who, uscc)
    titles, lang = title_names(), language()
    held = [
        {
            "row": row,
            "name": words.title(titles, row.kind, lang),
            "soon": row.valid_to is not None and row.state == "held" and (row.valid_to - today()).days <= 90,
        }
        for row in queries.titles_of(firm, today())
    ]
    filings = list(visible_filings(who).filter(enterprise=firm).select_related("form", "latest", "in_force"))
    filings.sort(key=lambda f: (parse_period(f.period).start, f.form_code), reverse=True)
    years = _years(firm, filings, who)
    if years is not None and request.GET.get("export") == "years":
        made_up = mark_words()["synthetic"][0]
        head = [f"{one['period']} {made_up}" if one["synthetic"] else str(one["period"]) for one in years["head"]]
        return as_xlsx(f"enterprise-{firm.uscc}", [years["form"], *head], [[row["name"], *row["values"]] for row in years["rows"]])
    context = {
        "firm": firm, "titles": held, "tenancies": queries.tenancies_of(firm), "names": queries.other_names_of(firm),
        "filings": [_line(f) for f in filings[:24]], "more": max(0, len(filings) - 24), "years": years,
        "account_url": reverse("web:account", args=[firm.uscc]) if who.sees_all or firm.pk in who.enterprise_ids else "",
        "may_change": may_change(firm, who), "facts": _register(firm), "owed": [_line(f) for f in filings if f.state in ("draft", "returned")][:8],
    }  # fmt: skip
    return render(request, "web/enterprise.html", context)


def _line(filing: Filing) -> dict[str, Any]:
    form = definition_for(filing.form)
    return {
        "filing": filing, "form": words.form_name(form, language()), "period": words.period(filing.period), "state": words.filing_state(filing.state),
        "due": words.due_state(due_state(filing, today())),
    }  # fmt: skip


def _register(firm: Enterprise) -> list[tuple[str, Any]]:
    capital = figures.figure(Decimal(firm.capital_fen), "fen") if firm.capital_fen is not None else firm.capital_text or None
    return [
        (gettext("Credit code"), firm.uscc),
        (gettext("Registered on"), figures.day(firm.registered_on) if firm.registered_on else None),
        (gettext("Registered capital"), capital),
        (gettext("Kind"), firm.kind or None),
        (gettext("Industry (GB/T 4754-2017)"), f"{firm.industry.code} {firm.industry.name_zh}" if firm.industry else None),
        (gettext("District"), figures.pick(firm.district) if firm.district else None),
        (gettext("Address"), firm.address or None),
    ]


def _years(firm: Enterprise, filings: list[Filing], who: Any) -> dict[str, Any] | None:
    """The yearly reports side by side: fields down, years across; figures in force, else the latest ones, marked."""
    yearly = [f for f in filings if f.form.period_kind == "year" and f.latest is not None]
    if not yearly:
        return None
    forms: dict[str, list[Filing]] = {}
    for one in yearly:
        forms.setdefault(one.form_code, []).append(one)
    code = max(forms, key=lambda c: len(definition_for(forms[c][0].form).fields))
    chosen = sorted(forms[code], key=lambda f: f.period)[-4:]
    definition: Definition = definition_for(chosen[-1].form)
    lang = language()
    rows = []
    for field in definition.fields:
        if not field.seen_by(who):
            continue
        values = [(f.in_force or f.latest).values.get(field.key) for f in chosen]  # type: ignore[union-attr]
        if any(value is not None for value in values):
            rows.append({"name": field.name(lang), "values": [shown(field, value, lang) for value in values]})
    head = [
        {"filing": f, "period": words.period(f.period), "locked": f.in_force is not None, "synthetic": (f.in_force or f.latest).is_synthetic} for f in chosen
    ]  # type: ignore[union-attr]
    return {"head": head, "rows": rows, "form": words.form_name(definition, lang)}
