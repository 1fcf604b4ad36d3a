"""Organisations: city departments, park committees and companies, enterprises with logins, institutes; making one, correcting its name."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from manyuan.facts.accounts import queries, services
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.queries import trail
from manyuan.facts.enterprises.queries import visible
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, now
from manyuan.surfaces.web.administration.asking import administrators, attempt, form
from manyuan.surfaces.web.administration.errors import UnknownChoice
from manyuan.surfaces.web.administration.trails import steps
from manyuan.surfaces.web.administration.words import body_kind
from manyuan.surfaces.web.tables import Column, Filter, Table


@administrators
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations whose people the reader administers."""
    who = actor(request)
    rows = queries.organisations(who).select_related("park", "enterprise__park").annotate(people_count=Count("people", filter=Q(people__is_active=True)))
    table = Table(
        "",
        [
            Column("name", gettext("Organisation"), lambda o: figures.pick(o), order="name_zh", url=lambda o: reverse("web:organisation", args=[o.pk]), wrap=True),
            Column("kind", gettext("Kind"), lambda o: body_kind(o.kind), order="kind"),
            Column("park", gettext("Park"), _park, wrap=True),
            Column("people", gettext("People who may sign in"), lambda o: o.people_count, order="people_count", unit="count"),
        ],
        rows,
        search_fields=("name_zh", "name_en", "enterprise__uscc"),
        filters=[
            Filter("kind", gettext("Kind"), [(code, body_kind(code)) for code in kinds_to_make(who, all_kinds=True)], lambda r, v: r.filter(kind=v)),
            Filter("people", gettext("People"), [("none", gettext("nobody may sign in"))], lambda r, v: r.filter(people_count=0)),
        ],
        default_order="name",
        empty_title=gettext("No organisation yet"),
        empty_text=gettext("Make one: a park committee, a park company, an enterprise, an institute."),
    ).read(request)  # fmt: skip
    return table.export(request, "organisations") or render(request, "web/administration/organisations.html", {"table": table})


def _park(body: Organisation) -> str | None:
    park = body.park or (body.enterprise.park if body.enterprise else None)
    return figures.pick(park) if park else None


def kinds_to_make(who: Any, *, all_kinds: bool = False) -> list[str]:
    """The kinds of organisation that the actor makes (or, with all_kinds, administers)."""
    if who.sees_all:
        return ["city", "committee", "company", "enterprise", "institute"]
    return ["committee", "company", "enterprise"] if all_kinds else ["enterprise"]


@administrators
def organisation_new(request: HttpRequest) -> HttpResponse:
    """A new organisation: committee and company with their park, an enterprise's by its credit code."""
    who, post = actor(request), request.POST
    parks = Park.objects.filter(closed_on=None).order_by("code")
    parks = parks if who.sees_all else parks.filter(pk__in=who.park_ids)
    kinds = kinds_to_make(who)
    fault = ""
    if request.method == "POST":
        made: list[Organisation] = []
        fault = attempt(lambda: made.append(_made(post, kinds, parks, who)))
        if not fault:
            return HttpResponseRedirect(reverse("web:organisation", args=[made[0].pk]))
    context = {"kinds": [(code, body_kind(code)) for code in kinds], "parks": parks}
    return form(request, "web/administration/organisation_new.html", context, fault)


def _made(post: Any, kinds: list[str], parks: Any, who: Any) -> Organisation:
    kind = post.get("kind", "")
    if kind not in kinds:
        raise UnknownChoice(field=gettext("Kind"), found=kind[:30] or "-")
    code = post.get("uscc", "").strip().upper()
    firm = visible(who).filter(uscc=code).first() if kind == "enterprise" else None
    if kind == "enterprise" and firm is None:
        raise UnknownChoice(field=gettext("Credit code of the enterprise"), found=code[:30] or "-")
    held = Organisation.objects.filter(enterprise=firm).first() if firm else None
    if held is not None:
        raise UnknownChoice(field=gettext("An enterprise that has no organisation yet"), found=firm.name if firm else "-")
    park = parks.filter(code=post.get("park", "")).first() if kind in ("committee", "company") else None
    name = post.get("name_zh", "").strip() or (firm.name if firm else "")
    return services.make_organisation(kind=kind, name_zh=name, name_en=post.get("name_en", ""), park=park, enterprise=firm, by=who, now=now())


@administrators
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation and its people; POST corrects its names."""
    who, post = actor(request), request.POST
    found = queries.organisation(who, pk)
    back = reverse("web:organisation", args=[pk])
    if request.method == "POST" and post.get("act") == "park":
        return act(request, lambda: _other_park(found, post, who), gettext("Kept."), back)
    if request.method == "POST":
        do = {"organisation": found, "name_zh": post.get("name_zh", ""), "name_en": post.get("name_en", "")}
        return act(request, lambda: services.rename_organisation(**do, by=who, now=now()), gettext("Kept."), back)
    context = {
        "body": found,
        "kind": body_kind(found.kind),
        "people": queries.people(who).filter(organisation=found),
        "parks": Park.objects.filter(closed_on=None).order_by("code") if who.sees_all and found.park else None,
        "steps": steps(trail("organisation", pk)[:20]),
    }
    return render(request, "web/administration/organisation.html", context)


def _other_park(found: Organisation, post: Any, who: Any) -> None:
    park = Park.objects.filter(closed_on=None, code=post.get("park", "")).first()
    if park is None:
        raise UnknownChoice(field=gettext("Park"), found=post.get("park", "")[:40] or "-")
    services.give_organisation_another_park(organisation=found, park=park, reason=post.get("reason", ""), by=who, now=now())
