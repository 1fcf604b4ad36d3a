"""What the forms of this area share: who may open them, trying an act and keeping what was typed when it is refused, reading dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext

from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.surfaces.web.acting import View, kept_for
from manyuan.surfaces.web.administration.errors import UnreadableDate, UnreadableNumber


def administers(actor: Actor) -> bool:
    """Whether the actor keeps people and registers at all: the city and park committees."""
    return actor.sees_all or actor.role is Role.COMMITTEE


def administrators(view: View) -> View:
    """Only for the city and park committees."""
    return kept_for(view, administers)


def attempt(do: Callable[[], Any]) -> str:
    """Do it; what refuses it as a sentence, else nothing. Missing rights and unknown things are answered as everywhere."""
    try:
        do()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return error.message(get_language() or "zh-hans")
    return ""


def form(request: HttpRequest, template: str, context: Mapping[str, Any], fault: str) -> HttpResponse:
    """A page with a form; when refused with the sentence above it and status 422, what was typed in it again."""
    return render(request, template, {**context, "fault": fault, "given": request.POST or request.GET}, status=422 if fault else 200)


def day_of(text: str, title: str, otherwise: date | None = None) -> date | None:
    """A date as the browser sends it. Raises UnreadableDate."""
    text = text.strip()
    if not text:
        return otherwise
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise UnreadableDate(field=title, found=text[:30])
    return found


def needed_day(text: str, title: str) -> date:
    """A date that must be there. Raises UnreadableDate."""
    found = day_of(text, title)
    if found is None:
        raise UnreadableDate(field=title, found="-")
    return found


def number_of(text: str, title: str) -> Decimal | None:
    """An exact number, perhaps with separators. Raises UnreadableNumber."""
    text = text.strip().replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise UnreadableNumber(field=title, found=text[:30])
    return found


def key_of(text: str | None) -> int:
    """The key of a record as a form sends it; 0, which no record has, for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def kept_once(response: HttpResponse) -> HttpResponse:
    """A page with a secret on it: no cache keeps it, no search finds it."""
    response["Cache-Control"] = "no-store"
    return response


def reason_of(request: HttpRequest) -> str:
    """The reason given with an act, or what is said where none is needed."""
    return request.POST.get("reason", "").strip()[:500] or gettext("no reason given")
