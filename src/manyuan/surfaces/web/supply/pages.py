"""The market of offers and needs; one of them with what fits it; publishing by form or workbook."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, gettext_noop
from django.views.decorators.http import require_POST

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.surfaces.web.acting import act, actor, download, language, members, now, today
from manyuan.surfaces.web.supply import wording
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.supply import queries, services, workbooks
from manyuan.work.supply.models import Posting
from manyuan.work.supply.scenes import Category, book


class WrongOwner(DomainError):
    """The enterprise that was typed is not one for which the reader may publish."""

    code = "web.wrong_owner"
    text = gettext_noop("Enterprise: found “%(found)s”, expected the credit code or the whole name of an enterprise that you may publish for.")


@members
def market(request: HttpRequest) -> HttpResponse:
    """What is offered and needed, as far as the reader may see it."""
    who, lang, day = actor(request), language(), today()
    rows = queries.visible(who, day)
    scenes = [(code, one.name[lang]) for code, one in book().scenes.items()]
    mine = [("mine", gettext("Mine"))] if who.role in (Role.ENTERPRISE, Role.INSTITUTE) else [("mine", gettext("Of my park"))] if who.park_ids else []
    table = Table(
        "",
        [
            Column("title", gettext("Title"), lambda p: p.title, order="title", url=lambda p: reverse("web:supply_posting", args=[p.pk]), wrap=True),
            Column("side", gettext("Offer or need"), lambda p: wording.side(p.side), order="side", nowrap=True),
            Column("scene", gettext("Scene"), lambda p: wording.scene(p.scene), order="scene", wrap=True),
            Column("category", gettext("Category"), lambda p: wording.category(p.category), order="category", wrap=True),
            Column("quantity", gettext("Quantity"), wording.quantity, nowrap=True),
            Column("owner", gettext("Who"), lambda p: p.owner_name, wrap=True),
            Column("until", gettext("Valid until"), lambda p: p.until, order="until", nowrap=True),
            Column("state", gettext("State"), lambda p: wording.standing(p)[1], cell=_standing),
        ],
        rows,
        search=queries.searched,
        filters=[
            Filter("side", gettext("Offer or need"), [(code, wording.side(code)) for code in Posting.Side.values], lambda r, value: r.filter(side=value)),
            Filter("scene", gettext("Scene"), scenes, lambda r, value: r.filter(scene=value)),
            Filter("state", gettext("State"), [("open", wording.state("open")[1])], lambda r, value: r.filter(state="open").filter(queries.in_date(day))),
            Filter("of", gettext("Whose"), mine, lambda r, value: r.filter(queries.own(who))),
        ],
        default_order="",
        empty_title=gettext("Nothing offered or needed yet"),
        empty_text=gettext("Publish what you make or look for; what fits it is found and shown with reasons."),
    )  # fmt: skip
    table.rows = rows.order_by("-changed_at", "-pk")
    table = table.read(request)
    return table.export(request, "supply") or render(request, "web/supply/market.html", {"table": table, "may_publish": _may_publish(who), "mark": book().mark})


def _standing(row: Posting) -> str:
    return format_html("{} {}", status(*wording.standing(row)), mark("synthetic") if row.synthetic else "")


def _may_publish(who: Actor) -> bool:
    return not who.is_system and who.role is not Role.PUBLIC and who.organisation_id is not None


@members
def posting(request: HttpRequest, pk: int) -> HttpResponse:
    """One offer or need, what fits it and why, and its introductions."""
    who = actor(request)
    found = queries.posting_seen(who, pk, today())
    mine, is_open = queries.may_act_for(who, found), queries.is_open(found, today())
    known = {}
    for one in queries.introductions(who).filter(**{found.side: found.pk}):
        known[one.need_id if found.side == "offer" else one.offer_id] = one
    fits = queries.fits(found, who, today()) if mine and is_open else []
    context = {
        "p": found, "standing": wording.standing(found), "side": wording.side(found.side), "scene": wording.scene(found.scene), "category": wording.category(found.category),
        "quantity": wording.quantity(found), "attributes": wording.attributes(found), "mine": mine, "own": queries.owns(who, found), "is_open": is_open,
        "fits": [(one, wording.quantity(one.posting), wording.reasons(one.match.reasons), known.get(one.posting.pk)) for one in fits],
        "introductions": [(one, one.need if found.side == "offer" else one.offer, wording.state(one.state)) for one in known.values()],
        "may_answer": not mine and is_open and _may_publish(who),
        "answers": [row for row in queries.visible(who, today()).filter(category=found.category, state="open").exclude(side=found.side) if queries.owns(who, row)] if not mine else [],
    }  # fmt: skip
    return render(request, "web/supply/posting.html", context)


@members
@require_POST
def posting_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it, or bring it together with one of the other side."""
    who, post, when = actor(request), request.POST, now()
    found = queries.posting_seen(who, pk, today())

    def introduce() -> None:
        other = queries.posting_seen(who, int(post["other"]) if post.get("other", "").isdecimal() else 0, today())
        offer, need = (found, other) if found.side == "offer" else (other, found)
        services.introduce(offer=offer, need=need, message=post.get("message", ""), by=who, now=when)

    acts = {
        "close": (lambda: services.close(posting=found, by=who, now=when), gettext("Closed; introductions go on.")),
        "introduce": (introduce, gettext("Invited. You see the contact once both sides have agreed.")),
    }
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:supply_posting", args=[pk]))


@members
def posting_new(request: HttpRequest) -> HttpResponse:
    """Publish an offer or a need: first what of, then how much of what."""
    who = actor(request)
    given = request.POST if request.method == "POST" else request.GET
    category = book().categories.get(given.get("category", ""))
    side = given.get("side", "offer") if given.get("side") in Posting.Side.values else "offer"
    if category is None:
        return render(request, "web/supply/choose.html", {"scenes": _scenes(), "side": side, "others": bool(who.park_ids) or who.sees_all})
    fault = ""
    if request.method == "POST":
        try:
            made = services.post(
                side=side, category=category.code, content=_content(request, category), by=who, now=now(), **owner_of(who, request.POST.get("enterprise", ""))
            )
        except DomainError as error:
            fault = error.message(get_language() or "zh-hans")
        else:
            messages.success(request, gettext("Published."))
            return HttpResponseRedirect(reverse("web:supply_posting", args=[made.pk]))
    return _form(request, side, category, None, fault)


@members
def posting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what stands in it."""
    who = actor(request)
    found = queries.posting_seen(who, pk, today())
    category = book().categories.get(found.category)
    if category is None or not queries.may_act_for(who, found) or found.state != Posting.State.OPEN:
        raise NotFound()
    fault = ""
    if request.method == "POST":
        try:
            services.change(posting=found, content=_content(request, category), by=who, now=now())
        except DomainError as error:
            fault = error.message(get_language() or "zh-hans")
        else:
            messages.success(request, gettext("Changed."))
            return HttpResponseRedirect(reverse("web:supply_posting", args=[pk]))
    return _form(request, found.side, category, found, fault)


@members
def posting_template(request: HttpRequest) -> HttpResponse:
    """An empty workbook for a category."""
    category = book().categories.get(request.GET.get("category", ""))
    if category is None:
        raise NotFound()
    content, name = workbooks.template(category=category, by=actor(request), language="zh" if language() == "zh" else "en")
    return download(content, name)


@members
@require_POST
def posting_upload(request: HttpRequest) -> HttpResponse:
    """A filled workbook: taken whole or not at all."""
    who, file = actor(request), request.FILES.get("file")
    category = book().categories.get(request.POST.get("category", ""))
    if category is None or file is None:
        messages.error(request, gettext("Choose a category and a file."))
        return HttpResponseRedirect(reverse("web:supply_new"))
    others = bool(who.park_ids) or who.sees_all
    organisation = None if others or who.enterprise_ids else Organisation.objects.filter(pk=who.organisation_id).first()

    def do() -> Any:
        return workbooks.take(
            side=request.POST.get("side", ""), category=category, content=file.read(), filename=str(file.name)[:120], organisation=organisation, by=who, now=now(),
            language="zh" if language() == "zh" else "en",
        )  # fmt: skip

    return act(request, do, gettext("Every row was published."), reverse("web:supply"))


def owner_of(who: Actor, typed: str) -> dict[str, Any]:
    """Whose it is: one's own enterprise or organisation; for the park and the city the enterprise that was named, or their own organisation."""
    if who.enterprise_ids:
        return {"enterprise": Enterprise.objects.get(pk=min(who.enterprise_ids))}
    if typed.strip():
        rows = visible_enterprises(who)
        found = rows.filter(uscc=typed.strip().upper()).first() or rows.filter(name=typed.strip()).first()
        if found is None:
            raise WrongOwner(found=typed[:60])
        return {"enterprise": found}
    return {"organisation": Organisation.objects.filter(pk=who.organisation_id).first()}


def _scenes() -> list[tuple[str, str, list[tuple[str, str]]]]:
    lang = language()
    return [(one.name[lang], one.buyers[lang], [(c.code, c.name[lang]) for c in one.categories]) for one in book().scenes.values()]


def _content(request: HttpRequest, category: Category) -> services.Content:
    post = request.POST
    attributes = {
        one.code: post.getlist(f"a_{one.code}") if category.kinds[one.code] == "choice" else post.get(f"a_{one.code}", "") for one in category.attributes
    }
    return services.Content(
        title=post.get("title", ""), text=post.get("text", ""), attributes=attributes, quantity=post.get("quantity", "").strip(), until=_day(post.get("until", "")),
        is_public=post.get("is_public") == "1", contact_name=post.get("contact_name", ""), contact=post.get("contact", ""),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _form(request: HttpRequest, side: str, category: Category, row: Posting | None, fault: str) -> HttpResponse:
    who, place, posted = actor(request), 0 if language() == "zh" else 1, request.method == "POST"

    def value(name: str, kept: Any) -> Any:
        return request.POST.get(name, "") if posted else kept if kept is not None else ""

    fields = []
    for one in category.attributes:
        kept = row.attributes.get(one.code) if row else None
        kind = category.kinds[one.code]
        chosen = request.POST.getlist(f"a_{one.code}") if posted else kept if isinstance(kept, list) else []
        shown = ("yes" if kept else "no") if isinstance(kept, bool) else kept
        fields.append(
            {
                "name": f"a_{one.code}", "title": one.title[place], "unit": one.unit[place], "kind": kind, "must": one.must, "value": value(f"a_{one.code}", shown),
                "choices": [(code, names[place], code in chosen) for code, names in one.names.items()],
            }
        )  # fmt: skip
    names = ("title", "text", "contact_name")
    given = {name: value(name, getattr(row, name) if row else None) for name in names}
    given |= {
        "quantity": value("quantity", f"{row.quantity:f}" if row and row.quantity is not None else None),
        "until": value("until", row.until.isoformat() if row and row.until else None),
    }
    given |= {
        "is_public": value("is_public", "1" if row is None or row.is_public else "") == "1",
        "enterprise": value("enterprise", None),
        "contact": value("contact", None),
    }
    context = {
        "row": row, "side": side, "side_name": wording.side(side), "scene": wording.scene(category.scene), "category": category, "category_name": category.name[language()],
        "unit": category.unit[language()], "fields": fields, "given": given, "fault": fault, "others": row is None and (who.sees_all or bool(who.park_ids)),
    }  # fmt: skip
    return render(request, "web/supply/edit.html", context, status=422 if fault else 200)
