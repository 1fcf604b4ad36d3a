"""The catalogue of matters, and one matter: what it asks before and after the reform, its process, services beside it; and the application form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.facts.programme.evidence import File
from manyuan.surfaces.web.acting import actor, language, members, now, today
from manyuan.surfaces.web.matters import matter_words as words
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark
from manyuan.work.matters.catalogue import current_matters, definition_of, matter_by_code, reform_of, total
from manyuan.work.matters.filing import Given, Paper, file_application
from manyuan.work.matters.held import held_fields, held_materials
from manyuan.work.matters.mandates import given_to
from manyuan.work.matters.models import Mandate, MatterVersion
from manyuan.work.matters.places import powers_of
from manyuan.work.matters.queries import plain_picture

_LARGEST = 10 * 1024 * 1024
COUNTED = ("materials", "fields", "steps", "days", "trips")


def catalogue(request: HttpRequest) -> HttpResponse:
    """Every matter, with what it asks now against before the reform; open to everybody."""
    who, lang = actor(request), language()
    held = powers_of(_park_id(who), today())
    rows = list(current_matters())
    reforms = {one.pk: reform_of(one, held) for one in rows}
    sums = total(list(reforms.values()))
    groups = [(code, words.group(code)) for code in dict.fromkeys(one.group for one in rows)]
    table = Table(
        "",
        [
            Column("name", gettext("Matter"), lambda v: v.name(lang), order="name", url=lambda v: reverse("web:matter", args=[v.code]), wrap=True),
            Column("group", gettext("Group of matters"), lambda v: words.group(v.group), order="group"),
            Column("materials", gettext("Papers"), lambda v: _change(reforms[v.pk], "materials"), nowrap=True),
            Column("fields", gettext("Fields to fill in"), lambda v: _change(reforms[v.pk], "fields"), nowrap=True),
            Column("steps", gettext("Steps"), lambda v: _change(reforms[v.pk], "steps"), nowrap=True),
            Column("days", gettext("Working days"), lambda v: _change(reforms[v.pk], "days"), nowrap=True),
            Column("trips", gettext("Trips"), lambda v: _change(reforms[v.pk], "trips"), nowrap=True),
            Column("services", gettext("Value-added services"), lambda v: len(definition_of(v).services), unit="number"),
            Column("mark", gettext("Source"), lambda v: v.mark, cell=lambda v: mark(v.mark)),
        ],
        rows,
        filters=[Filter("group", gettext("Group of matters"), groups, lambda r, value: [one for one in r if one.group == value])],
        empty_title=gettext("No matter yet"),
        empty_text=gettext("Matters come with the programme pack."),
    ).read(request)  # fmt: skip
    tiles = [(gettext(title), getattr(sums.before, name), getattr(sums.after, name)) for name, title in zip(COUNTED, _titles(), strict=True)]
    context = {"table": table, "tiles": tiles if rows else [], "own_park": _park_id(who) is not None, "member": who.role is not Role.PUBLIC}
    return table.export(request, "matters") or render(request, "web/matters/catalogue.html", context)


def _titles() -> tuple[str, ...]:
    return (gettext("Papers"), gettext("Fields to fill in"), gettext("Steps"), gettext("Working days"), gettext("Trips"))


def _change(reform: Any, name: str) -> str:
    return f"{getattr(reform.before, name)} → {getattr(reform.after, name)}"


def _park_id(who: Actor) -> int | None:
    """The park whose powers count for the reader: a firm's own, park people's own."""
    if who.role is Role.ENTERPRISE:
        return Enterprise.objects.filter(pk__in=who.enterprise_ids).values_list("park_id", flat=True).first()
    return min(who.park_ids, default=None)


def matter(request: HttpRequest, code: str) -> HttpResponse:
    """One matter; open to everybody."""
    who, lang = actor(request), language()
    try:
        version = matter_by_code(code)
    except NotFound as error:
        from django.http import Http404

        raise Http404(str(error)) from error
    definition, held = definition_of(version), powers_of(_park_id(who), today())
    reform = reform_of(version, held)
    rows = [(title, getattr(reform.before, name), getattr(reform.after, name)) for name, title in zip(COUNTED, _titles(), strict=True)]
    pictures = [(gettext("Usual way"), _picture(version, False, lang))]
    if version.content.get("green_days"):
        pictures.append((gettext("In the green channel"), _picture(version, True, lang)))
    steps = [
        {
            "name": words.said(one.name), "by": words.body("city" if definition.outside(one, held) else one.by), "days": one.days,
            "green": one.green_days if one.green_days != one.days else None, "outside": definition.outside(one, held), "trip": one.trip, "power": one.power,
        }
        for one in definition.steps.values()
    ]  # fmt: skip
    context = {
        "v": version, "name": version.name(lang), "about": words.said(version.content["about"]), "basis": words.said(version.content["basis"]),
        "group": words.group(version.group), "days": definition.days(False), "green_days": version.content.get("green_days"), "rows": rows, "pictures": pictures, "steps": steps,
        "fields": [(words.said(one["name"]), bool(one.get("from"))) for one in definition.fields],
        "materials": [(words.said(one["name"]), bool(one.get("from")), one.get("required") is not False) for one in definition.materials],
        "before_materials": [words.said(one) for one in version.content["before"]["materials"]],
        "services": [{"name": words.said(one["name"]), "by": words.said(one["by"]), "free": one["free"], "price": words.said(one.get("price")), "about": words.said(one.get("about"))} for one in definition.services],
        "own_park": _park_id(who) is not None, "may_apply": who.role is not Role.PUBLIC and bool(_applicants(who, code)),
    }  # fmt: skip
    return render(request, "web/matters/matter.html", context)


def _picture(version: MatterVersion, green: bool, lang: str) -> str:
    return mark_safe(plain_picture(version.content, version.process.encode(), green, lang))  # noqa: S308 -- drawn here, every text escaped


def _applicants(who: Actor, matter: str) -> list[Enterprise]:
    """For whom the reader may file this matter: their own enterprise, or those whose mandate says so."""
    if who.role is Role.ENTERPRISE:
        return list(visible_enterprises(who))
    mandates = given_to(who, today())
    return [one.enterprise for one in mandates if Mandate.Act.FILE in one.acts and (not one.matters or matter in one.matters)]


@members
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """The form: what is held stands there with its source, the rest is asked."""
    who, lang = actor(request), language()
    version = matter_by_code(code)
    firms = _applicants(who, code)
    if not firms:
        raise NotFound()
    chosen = request.POST.get("firm") or request.GET.get("firm") or firms[0].uscc
    firm = next((one for one in firms if one.uscc == chosen), None)
    if firm is None:
        raise NotFound()
    definition = definition_of(version)
    if request.method == "POST":
        try:
            row = file_application(version=version, enterprise=firm, given=_given(request, definition), by=who, now=now())
        except DomainError as error:
            messages.error(request, error.message(get_language() or "zh-hans"))
        else:
            messages.success(request, gettext("Filed. What happens next stands below."))
            return HttpResponseRedirect(reverse("web:application", args=[row.number]))
    values, papers = held_fields(definition, firm, today()), held_materials(definition, firm, today())
    context = {
        "v": version, "name": version.name(lang), "firm": firm, "firms": firms, "days": definition.days(False), "agent": who.role is not Role.ENTERPRISE,
        "fields": [_field(one, values.get(one["key"]), request) for one in definition.fields],
        "papers": [_paper(one, papers.get(one["code"]), request) for one in definition.materials],
        "services": [{"code": one["code"], "name": words.said(one["name"]), "by": words.said(one["by"]), "free": one["free"], "price": words.said(one.get("price"))} for one in definition.services],
        "wanted": request.POST.getlist("service"), "spared": len(values) + len(papers),
    }  # fmt: skip
    return render(request, "web/matters/apply.html", context)


def _field(entry: dict[str, Any], held: Any, request: HttpRequest) -> dict[str, Any]:
    return {
        "key": entry["key"], "name": words.said(entry["name"]), "type": entry.get("type") or "text", "required": entry.get("required") is not False,
        "choices": [(one["code"], words.said(one["name"])) for one in entry.get("choices") or ()], "given": request.POST.get(f"f-{entry['key']}", ""),
        "held": words.shown(entry, held.value) if held else "", "source": words.source(held.source) if held else "",
    }  # fmt: skip


def _paper(entry: dict[str, Any], held: Any, request: HttpRequest) -> dict[str, Any]:
    return {
        "key": entry["code"], "name": words.said(entry["name"]), "required": entry.get("required") is not False, "given": request.POST.get(f"p-{entry['code']}", ""),
        "held": held.value if held else "", "source": words.source(held.source) if held else "",
    }  # fmt: skip


def _given(request: HttpRequest, definition: Any) -> Given:
    post = request.POST
    values = {one["key"]: post[f"f-{one['key']}"] for one in definition.fields if post.get(f"f-{one['key']}", "").strip()}
    papers = {one["code"]: Paper(post.get(f"p-{one['code']}", ""), uploaded(request, f"file-{one['code']}")) for one in definition.materials}
    keys = [*(one["key"] for one in definition.fields), *(one["code"] for one in definition.materials)]
    reasons = {key: post[f"why-{key}"] for key in keys if post.get(f"why-{key}", "").strip()}
    return Given(values, {code: paper for code, paper in papers.items() if not paper.empty}, reasons, post.getlist("service"))


def uploaded(request: HttpRequest, name: str) -> File | None:
    """A file that came with the form; one that is too large is cut where the case's own check refuses it."""
    found = request.FILES.get(name)
    return File(str(found.name or "file"), found.read(_LARGEST + 1)) if found else None
