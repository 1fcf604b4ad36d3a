"""Capture on a telephone, with the network off too: a page without anything personal in it, the data for it, and the place where captures arrive."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.queries import shown_fields
from manyuan.facts.filings.rights import fillable
from manyuan.surfaces.web import words as common
from manyuan.surfaces.web.acting import actor, insiders, language, now, today
from manyuan.surfaces.web.forms import read_values, written
from manyuan.surfaces.web.visits import words
from manyuan.work.visits import queries
from manyuan.work.visits.capturing import Capture, Found, Heard, capture_visit, held_values, survey_filing
from manyuan.work.visits.due import due_list
from manyuan.work.visits.errors import NothingSaid
from manyuan.work.visits.installing import current_rules
from manyuan.work.visits.models import Assignment, Outcome, Visit
from manyuan.work.visits.photos import MOST, redraw

FIRMS = 300
"""Firms that a telephone takes along."""
WITH_SURVEY = 60
"""Of them, those whose survey it takes along too."""


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; it stands here and not among the static files so that it may answer for the pages beside it."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _worker() -> str:
    name = "manyuan/capture-worker.js"
    found = finders.find(name) or str(Path(settings.STATIC_ROOT) / name)
    return Path(found).read_text("utf-8") if Path(found).is_file() else ""


@insiders
@ensure_csrf_cookie
def capture(request: HttpRequest) -> HttpResponse:
    """The form. Nothing of the person or of any firm is in it: a telephone keeps it for when the network is off."""
    kinds = [(kind, words.finding(kind)) for kind in Outcome.Kind.values]
    scenes = [(code, words.scene(code)) for code in Visit.Scene.values]
    return render(request, "web/visits/capture.html", {"kinds": kinds, "scenes": scenes, "texts": _texts(), "most": MOST})


def _texts() -> dict[str, str]:
    """What the script says."""
    return {
        "online": gettext("The network is there."), "offline": gettext("No network: what you save stays on this device and is sent later."),
        "waiting": gettext("Waiting to be sent"), "sent": gettext("Sent"), "refused": gettext("Not accepted"), "saved": gettext("Saved on this device."),
        "login": gettext("Sign in again to send what is waiting."), "again": gettext("Edit"), "drop": gettext("Delete"),
        "sure": gettext("Delete what was written down? It was not sent."), "choose": gettext("Choose a firm of the list."), "photos": gettext("At most 6 photos, 8 MB each."),
        "other": gettext("Written by somebody else; it is sent when they sign in."), "none": gettext("Nothing is waiting."), "due": gettext("due"), "given": gettext("– not given –"),
        "nothing": gettext("Write a sentence, or add what was found."), "prefilled": gettext("Prefilled with what is held"), "remove": gettext("Remove"),
    }  # fmt: skip


@require_GET
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """What the telephone takes along: who is here, the firms to be visited, the survey with what is held."""
    who = actor(request)
    if not request.user.is_authenticated or who.id is None:
        return JsonResponse({"login": reverse("account_login")}, status=401)
    if not queries.is_officer(who):
        return JsonResponse({"message": gettext("This page is for other roles")}, status=403)
    day = today()
    due = {one.enterprise.pk: one for one in due_list(who, day)}
    mine = set(Assignment.objects.filter(queries.holding(day), officer_id=who.id).values_list("enterprise_id", flat=True))
    mine |= {pk for pk, one in due.items() if one.officer_id == who.id}
    planned = queries.visible_visits(who).filter(state=Visit.State.PLANNED, officer_id=who.id).values_list("enterprise_id", "planned_on")
    on = dict(planned)
    asked = visible(who).filter(uscc=request.GET.get("firm", "").upper()[:18]).values_list("pk", flat=True)
    first = [*asked, *on, *mine, *(pk for pk, one in due.items() if one.state != "done")]
    ids = list(dict.fromkeys(first))[:FIRMS]
    rest = FIRMS - len(ids)
    if rest > 0:
        ids += list(visible(who).filter(status="active").exclude(pk__in=ids).order_by("name").values_list("pk", flat=True)[:rest])
    firms = {one.pk: one for one in visible(who).filter(pk__in=ids).select_related("park")}
    rows = [_firm(firms[pk], due.get(pk), pk in mine, on.get(pk)) for pk in ids if pk in firms]
    surveys = _surveys(who, [firms[pk] for pk in ids[:WITH_SURVEY] if pk in firms])
    institutes = [{"id": one.pk, "name": one.name_zh} for one in Organisation.objects.filter(kind="institute").order_by("name_zh")[:200]]
    return JsonResponse({
        "person": {"id": who.id, "name": who.label}, "token": get_token(request), "today": day.isoformat(), "firms": rows, "surveys": surveys, "institutes": institutes,
    })  # fmt: skip


def _firm(firm: Enterprise, due: Any, mine: bool, planned: date | None) -> dict[str, Any]:
    return {
        "id": firm.pk, "uscc": firm.uscc, "name": firm.name, "park": str(firm.park or ""), "address": firm.address, "mine": mine,
        "due": due.due_on.isoformat() if due and due.state != "done" else "", "state": words.due_state(due.state)[1] if due else "",
        "planned": planned.isoformat() if planned else "", "last": due.last_on.isoformat() if due and due.last_on else "",
    }  # fmt: skip


def _surveys(who: Actor, firms: list[Enterprise]) -> list[dict[str, Any]]:
    """The forms of the survey that the person may fill in for these firms, with the values that are held."""
    out, lang = [], language()
    ids = [firm.pk for firm in firms]
    for code in current_rules().surveys:
        form = Form.objects.filter(code=code, is_current=True).first()
        if form is None:
            continue
        rows = fillable(who).filter(form_code=code, enterprise_id__in=ids, state__in=(Filing.State.DRAFT, Filing.State.RETURNED))
        held: dict[int, dict[str, Any]] = {}
        for filing in rows.select_related("form", "latest").order_by("period"):
            held[filing.enterprise_id or 0] = {"period": common.period(filing.period), "values": _held(filing, who)}
        if held:
            definition = definition_for(form)
            fields = [
                {
                    "key": f.key, "name": f.column().heading(lang), "kind": f.kind, "note": f.note_zh if lang == "zh" else f.note_en, "required": f.required,
                    "choices": [[c.code, c.zh if lang == "zh" else c.en] for c in f.choices],
                }
                for f in definition.fields if f.seen_by(who)
            ]  # fmt: skip
            out.append({"form": code, "name": common.form_name(definition, lang), "fields": fields, "held": held})
    return out


def _held(filing: Filing, who: Actor) -> dict[str, str]:
    """What is held of the filing, as far as the person may see it, in the units of the form."""
    _, fields = shown_fields(filing, who)
    values = held_values(filing)
    return {f.key: written(f, values[f.key]) for f in fields if f.key in values}


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """A capture arrives, at once or after hours without a network; the same one twice is answered alike."""
    who = actor(request)
    if not request.user.is_authenticated or who.id is None:
        return JsonResponse({"login": reverse("account_login")}, status=401)
    try:
        firm = visible(who).filter(pk=_number(request.POST.get("firm"))).first()
        if firm is None:
            raise NotFound()
        made = capture_visit(enterprise=firm, given=_read(request, who, firm), by=who, now=now())
    except DomainError as error:
        return JsonResponse({"code": error.code, "message": error.message(get_language() or "zh-hans")}, status=error.http_status)
    faults = [one.fault for one in made.surveys.all() if one.fault]
    return JsonResponse({"visit": made.pk, "url": reverse("web:visit", args=[made.pk]), "faults": faults})


def _read(request: HttpRequest, who: Actor, firm: Enterprise) -> Capture:
    post = request.POST
    try:
        key = str(uuid.UUID(post.get("key", "")))
        on = date.fromisoformat(post.get("on", ""))
        found, heard = json.loads(post.get("found") or "[]"), json.loads(post.get("heard") or "{}")
    except (ValueError, RecursionError):
        raise NothingSaid() from None
    if not isinstance(found, list) or not isinstance(heard, dict):
        raise NothingSaid()
    photos = [redraw(str(file.name or "photo"), file.read()) for file in request.FILES.getlist("photo")[: MOST + 1]]
    partner = Organisation.objects.filter(kind="institute", pk=_number(post.get("partner"))).first()
    scene = post.get("scene", "service")
    return Capture(
        key=key, on=on, text=post.get("text", ""), met=post.get("met", ""), found=[_found(one) for one in found[:20]], photos=photos, partner=partner,
        heard=[_heard(who, firm, code, given) for code, given in heard.items() if code in current_rules().surveys and isinstance(given, dict) and any(given.values())],
        scene=scene if scene in Visit.Scene.values else "service", person_id=_number(post.get("person")), offline=post.get("offline") == "1",
    )  # fmt: skip


def _found(given: Any) -> Found:
    if not isinstance(given, Mapping) or given.get("kind") not in Outcome.Kind.values:
        raise NothingSaid()
    data = {key: str(given.get(key, ""))[:200] for key in ("area_m2", "quantity", "unit", "until", "category")}
    return Found(str(given["kind"]), str(given.get("text", "")), data, bool(given.get("at_once", True)))


def _heard(who: Actor, firm: Enterprise, code: str, given: Mapping[str, Any]) -> Heard:
    typed = {str(key)[:60]: str(value)[:500] for key, value in list(given.items())[:60] if str(value).strip()}
    filing = survey_filing(firm, code)
    if filing is None:
        return Heard(code, typed=typed)
    _, fields = shown_fields(filing, who)
    fields = [field for field in fields if field.key in typed]
    values, faults, _ = read_values(fields, typed, language())
    if faults:
        names = {field.key: field.column().heading(language()) for field in fields}
        return Heard(code, typed=typed, fault="；".join(f"{names[key]}：{fault}" for key, fault in faults.items()))
    return Heard(code, {key: value for key, value in values.items() if value is not None}, typed)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 19 else None
