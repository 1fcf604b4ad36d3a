"""The pages of park changes: one form each, a preview of what would happen, and carrying out exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from manyuan.facts.accounts.queries import without_park
from manyuan.facts.audit.actors import NotAllowed, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.rehearsing import Act, Rehearsal, perform, rehearse
from manyuan.facts.filings.following import would_follow_moves
from manyuan.facts.parks.geometry import area_of
from manyuan.facts.parks.models import Direction, District, Park, ParkBoundary, ParkParent
from manyuan.facts.parks.services import CHANGE_DIRECTIONS, CHANGE_PARKS
from manyuan.surfaces.web import words
from manyuan.surfaces.web.acting import actor, insiders, now, today
from manyuan.surfaces.web.administration.asking import attempt
from manyuan.surfaces.web.park_changes import reading
from manyuan.surfaces.web.park_changes.preview import names_of, said
from manyuan.surfaces.web.park_pages import found as park_found

SHOWN = 300
Read = Callable[[reading.Asked], Act]


@dataclass(frozen=True)
class Kind:
    """A kind of change: how its form is read, its template."""

    read: Read
    template: str


KINDS = {
    "rename": Kind(reading.rename, "rename"),
    "move": Kind(reading.move, "move"),
    "boundary": Kind(reading.boundary, "boundary"),
    "split": Kind(reading.split, "split"),
    "close": Kind(reading.close, "close"),
}


@insiders
def park_new(request: HttpRequest) -> HttpResponse:
    """Found a park."""
    _city(request)
    context = {"parks": _open_parks(), "districts": District.objects.all(), "levels": _levels(), "kinds": _kinds()}
    return _change(request, None, Kind(reading.found_park, "found"), context)


@insiders
def merge(request: HttpRequest) -> HttpResponse:
    """Merge parks into one of them or a new one, from a day on; whoever sits there moves along."""
    _city(request)
    chosen = request.POST.getlist("sources") or request.GET.getlist("park")
    return _change(request, None, Kind(reading.merge, "merge"), {"parks": _open_parks(), "chosen": chosen})


@insiders
def change(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Rename, move, redraw, split or close a park."""
    _city(request)
    if kind not in KINDS:
        raise NotFound()
    park = park_found(code)
    context = _context(park, kind)
    if kind == "split":
        context |= {"goes": True, "new": _new_rows(request)}
    return _change(request, park, KINDS[kind], context)


def _new_rows(request: HttpRequest) -> list[tuple[str, ...]]:
    """The new parks of a split as typed; two empty ones to begin with."""
    lists = [request.POST.getlist(name) for name in ("new_code", "new_zh", "new_en", "new_industries", "new_firms")]
    return list(zip(*lists, strict=False)) or [("",) * 5] * 2


@insiders
def directions(request: HttpRequest, code: str) -> HttpResponse:
    """State the park's directions; its own committee may do it too."""
    park = park_found(code)
    who = actor(request)
    if not (who.sees_all or (who.role is Role.COMMITTEE and park.pk in who.park_ids)):
        raise NotAllowed(CHANGE_DIRECTIONS, who)
    post = request.POST
    lists = [post.getlist(name) for name in ("direction_code", "direction_zh", "direction_en", "direction_industries")]
    held = Direction.objects.filter(park=park, valid_to=None, superseded_at=None).order_by("code")
    lines = list(zip(*lists, strict=False)) if request.method == "POST" else [(d.code, d.name_zh, d.name_en, ", ".join(d.industry_prefixes)) for d in held]
    return _change(request, park, Kind(reading.directions, "directions"), {"lines": [*lines, ("", "", "", "")]})


def _city(request: HttpRequest) -> None:
    if not actor(request).sees_all:
        raise NotAllowed(CHANGE_PARKS, actor(request))


def _change(request: HttpRequest, park: Park | None, kind: Kind, context: dict[str, Any]) -> HttpResponse:
    """The form; on POST the preview of what it asks for, or, when that was looked at, the deed."""
    fault, preview = "", None
    if request.method == "POST":
        asked = reading.Asked(park, request.POST, actor(request), now(), today())
        done: list[Rehearsal] = []
        if request.POST.get("act") == "commit":
            fault = attempt(lambda: done.append(perform(kind.read(asked), request.POST.get("shown", ""))))
            if not fault:
                messages.success(request, gettext("Done. Figures are being computed anew; history can be read on both boundaries."))
                return HttpResponseRedirect(_back(park, done[0]))
        seen: list[Rehearsal] = []
        why = attempt(lambda: seen.append(rehearse(kind.read(asked))))
        fault = fault or why
        preview = _preview(seen[0]) if seen else None
    shown = {**context, "park": park, "today": today(), "fault": fault, "preview": preview, "given": request.POST}
    return render(request, f"web/park_changes/{kind.template}.html", shown, status=422 if fault else 200)


def _back(park: Park | None, done: Rehearsal) -> str:
    """The page of the park, or of the one that came about."""
    if park is not None:
        return reverse("web:park", args=[park.code])
    made = [after for before, after in done.parks if before is None] or [after for _, after in done.parks if after.closed_on is None]
    return reverse("web:park", args=[made[0].code]) if made else reverse("web:parks")


def _preview(found: Rehearsal) -> dict[str, Any]:
    """A rehearsal as the page shows it: parks, moves, and what follows of itself."""
    names = names_of(found)
    return {
        "digest": found.digest(), "parks": said(found), "moves": [(move, names.get(move.origin, "–"), names[move.goal]) for move in found.moves[:SHOWN]], "more": max(0, len(found.moves) - SHOWN), "total": len(found.moves),
        "counts": [((names.get(old, "–"), names[new]), n) for (old, new), n in sorted(found.counts().items())], "filings": would_follow_moves(found.moves), "without": without_park(found.closing()),
        "homeless": found.without_seat(), "nothing": not found.parks and not found.moves,
    }  # fmt: skip


def _open_parks() -> Any:
    return Park.objects.filter(closed_on=None).order_by("code")


def _levels() -> list[tuple[str, str]]:
    return [(code, words.level(code)) for code in Park.Level.values]


def _kinds() -> list[tuple[str, str]]:
    return [(code, words.park_kind(code)) for code in Park.Kind.values]


def _context(park: Park, kind: str) -> dict[str, Any]:
    below = [row.park for row in ParkParent.objects.filter(parent=park, valid_to=None, superseded_at=None).select_related("park").order_by("park__code")]
    if kind == "move":
        above = ParkParent.objects.filter(park=park, valid_to=None, superseded_at=None).select_related("parent").first()
        return {"parks": _open_parks().exclude(pk=park.pk), "above": above.parent if above else None}
    if kind == "boundary":
        held = ParkBoundary.objects.filter(park=park, valid_to=None, superseded_at=None).first()
        return {"held": held, "drawn_area": area_of(held.geometry) if held and held.geometry else None}
    if kind == "split":
        return {"below": below, "firms": park.tenancies.filter(valid_to=None, superseded_at=None).count(), "numbers": range(1, reading.MOST_NEW + 1)}
    return {"below": below}
