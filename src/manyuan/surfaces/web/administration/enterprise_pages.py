"""Enterprises by hand: registering one, correcting its entry, names, where it sits, its titles."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.queries import trail
from manyuan.facts.enterprises import correcting, queries, services, titles
from manyuan.facts.enterprises.errors import ReasonMissing
from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.parks.models import District, Park
from manyuan.facts.programme.programme import title_names
from manyuan.surfaces.web import words
from manyuan.surfaces.web.acting import act, actor, language, now, today
from manyuan.surfaces.web.administration.asking import administrators, attempt, day_of, form, key_of, needed_day, number_of
from manyuan.surfaces.web.administration.errors import UnknownChoice
from manyuan.surfaces.web.administration.trails import steps


@administrators
def enterprise_new(request: HttpRequest) -> HttpResponse:
    """Register an enterprise, and where it sits."""
    who = actor(request)
    parks = _parks(who)
    fault = ""
    if request.method == "POST":
        made: list[Enterprise] = []
        fault = attempt(lambda: made.append(_registered(request, parks)))
        if not fault:
            return HttpResponseRedirect(reverse("web:enterprise", args=[made[0].uscc]))
    context = {"parks": parks, "districts": District.objects.all(), "city": who.sees_all, "today": today()}
    return form(request, "web/administration/enterprise_new.html", context, fault)


def _registered(request: HttpRequest, parks: Any) -> Enterprise:
    post, who = request.POST, actor(request)
    entry = _entry(post)
    correcting.known_industry(entry.industry_id)
    park = _park(post.get("park", ""), parks)
    new = services.NewEnterprise(
        uscc=post.get("uscc", "").strip().upper(), name=post.get("name", ""), name_en=entry.name_en, registered_on=entry.registered_on, kind=entry.kind,
        capital_fen=entry.capital_fen, district_id=entry.district_id, address=entry.address, industry_id=entry.industry_id,
    )  # fmt: skip
    return services.register_enterprise(new=new, park=park, since=day_of(post.get("since", ""), gettext("First day"), today()), by=who, now=now())


def _entry(post: Any) -> correcting.Entry:
    """What a form says of a firm; the capital is typed in 万元."""
    capital = number_of(post.get("capital", ""), gettext("Registered capital"))
    district = District.objects.filter(adcode=post.get("district", "")).first()
    return correcting.Entry(
        name_en=post.get("name_en", "").strip(), registered_on=day_of(post.get("registered_on", ""), gettext("Registered on")), kind=post.get("kind", "").strip(),
        capital_fen=None if capital is None else int(capital * 1_000_000), district_id=district.pk if district else None, address=post.get("address", "").strip(),
        industry_id=post.get("industry", "").strip().upper() or None,
    )  # fmt: skip


def _parks(who: Actor) -> Any:
    parks = Park.objects.filter(closed_on=None).order_by("code")
    return parks if who.sees_all else parks.filter(pk__in=who.park_ids)


def _park(code: str, parks: Any) -> Park | None:
    found = parks.filter(code=code).first() if code else None
    if code and found is None:
        raise UnknownChoice(field=gettext("Park"), found=code[:40])
    return found  # type: ignore[no-any-return]


@administrators
def enterprise_change(request: HttpRequest, uscc: str) -> HttpResponse:
    """All that can be changed of a firm by hand, and what was changed."""
    who = actor(request)
    firm = queries.enterprise_by_code(who, uscc.upper())
    kinds, lang = title_names(), language()
    rows = queries.title_rows(who).filter(enterprise=firm).order_by("kind", "valid_from")
    context = {
        "firm": firm, "parks": _parks(who), "districts": District.objects.all(), "today": today(), "city": who.sees_all,
        "capital": "" if firm.capital_fen is None else f"{firm.capital_fen / 1_000_000:.6f}".rstrip("0").rstrip("."),
        "titles": [(row, words.title(kinds, row.kind, lang), _title_state(row)) for row in rows], "kinds": [(code, name[lang]) for code, name in kinds.items()],
        "names": queries.other_names_of(firm), "steps": steps(trail("enterprise", firm.pk)[:30]), "seat": queries.tenancies_of(firm).filter(valid_to=None).first(), "had_seat": queries.tenancies_of(firm).exists(),
    }  # fmt: skip
    return render(request, "web/administration/enterprise_change.html", context)


def _title_state(row: Title) -> tuple[str, str]:
    if row.valid_from > today():
        return "mute", gettext("not yet")
    return ("mute", gettext("run out")) if row.valid_to is not None and row.valid_to <= today() else ("good", gettext("in force"))


@administrators
@require_POST
def enterprise_act(request: HttpRequest, uscc: str) -> HttpResponse:
    """Rename, alias, correct the entry, settle, leave; titles: award, end, withdraw."""
    who, post, when = actor(request), request.POST, now()
    firm = queries.enterprise_by_code(who, uscc.upper())
    reason = post.get("reason", "").strip()

    def day(name: str, title: str) -> Any:
        return needed_day(post.get(name, ""), title)

    def title() -> Title:
        row = queries.title_rows(who).filter(enterprise=firm, pk=key_of(post.get("title"))).first()
        if row is None:
            raise NotFound()
        return row

    def rename() -> None:
        services.rename_enterprise(enterprise=firm, name=post.get("name", ""), on=day("on", gettext("First day")), by=who, now=when, source=reason[:60])

    def settle() -> None:
        park = _park(post.get("park", ""), _parks(who))
        if park is None:
            raise UnknownChoice(field=gettext("Park"), found="-")
        area, holding = number_of(post.get("area", ""), gettext("Area")), post.get("holding", "")
        services.settle_enterprise(
            enterprise=firm, park=park, since=day("on", gettext("First day")), area_m2=area, holding=holding if holding in ("rented", "owned") else "", by=who, now=when
        )  # fmt: skip

    def leave() -> None:
        if not reason:
            raise ReasonMissing()
        services.leave_park(enterprise=firm, on=day("on", gettext("On the day")), reason=reason, by=who, now=when)

    def award() -> None:
        kind = post.get("kind", "")
        if kind not in title_names():
            raise UnknownChoice(field=gettext("Titles"), found=kind[:40] or "-")
        services.award_title(
            enterprise=firm, kind=kind, valid_from=day("valid_from", gettext("First day")), valid_to=day_of(post.get("valid_to", ""), gettext("until")),
            proof=post.get("proof", ""), source="given", mark="reported", by=who, now=when,
        )  # fmt: skip

    acts = {
        "rename": (rename, gettext("Renamed; the old name stays as a former name.")),
        "alias": (lambda: correcting.add_alias(enterprise=firm, name=post.get("name", ""), by=who, now=when), gettext("Kept; the enterprise is found under it too.")),
        "correct": (lambda: correcting.correct_enterprise(enterprise=firm, entry=_entry(post), reason=reason, by=who, now=when), gettext("Corrected; what stood there before is in the record.")),
        "settle": (settle, gettext("Kept; its filings go along with it.")),
        "leave": (leave, gettext("It sits in no park from that day.")),
        "withdraw_seat": (lambda: correcting.withdraw_seat(enterprise=firm, reason=reason, by=who, now=when), gettext("Taken back; where it sat before holds on.")),
        "award": (award, gettext("The title is on record; policies look at it anew.")),
        "end_title": (lambda: titles.end_title(title=title(), on=day("on", gettext("On the day")), reason=reason, by=who, now=when), gettext("The title ends on that day.")),
        "withdraw_title": (lambda: titles.withdraw_title(title=title(), reason=reason, by=who, now=when), gettext("Withdrawn; it stays readable as known before.")),
    }  # fmt: skip
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    back = "web:enterprise_change" if queries.visible(who).filter(pk=firm.pk).exists() else "web:enterprise"
    return act(request, do, done, reverse(back, args=[firm.uscc]))
