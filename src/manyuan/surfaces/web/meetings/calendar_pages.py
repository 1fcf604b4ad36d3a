"""The calendar: meetings and visits of a month, and the private address by which calendar programs subscribe."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.programme.calendar import calendar as working_days
from manyuan.surfaces.web.acting import act, actor, members, now, today
from manyuan.surfaces.web.meetings import words
from manyuan.work.meetings import feeds, queries
from manyuan.work.meetings.models import Meeting
from manyuan.work.visits.models import Visit
from manyuan.work.visits.queries import visible_visits

BACK, AHEAD = timedelta(days=60), timedelta(days=200)
MOST = 1_000


@members
def calendar(request: HttpRequest) -> HttpResponse:
    """A month of meetings and visits."""
    who = actor(request)
    first = _month(request.GET.get("month")) or today().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    start, end = first - timedelta(days=first.isoweekday() - 1), following + timedelta(days=(1 - following.isoweekday()) % 7)
    mine = request.GET.get("mine") == "1"
    things: dict[date, list[dict[str, Any]]] = {}
    rows = _meetings(who).filter(starts_at__gte=_midnight(start), starts_at__lt=_midnight(end)).order_by("starts_at")
    for one in rows[:MOST]:
        local = timezone.localtime(one.starts_at)
        url, text = reverse("web:meeting", args=[one.pk]), f"{local:%H:%M} {words.kind_name(one.kind)}"
        things.setdefault(local.date(), []).append({"url": url, "text": text, "more": one.theme, "meeting": True})
    visits = visible_visits(who).exclude(state=Visit.State.CANCELLED)
    visits = visits.filter(officer_id=who.id) if mine else visits
    planned = visits.filter(state=Visit.State.PLANNED, planned_on__gte=start, planned_on__lt=end)
    done = visits.filter(state=Visit.State.DONE, done_on__gte=start, done_on__lt=end)
    for one in [*planned.order_by("planned_on")[:MOST], *done.order_by("done_on")[:MOST]]:
        things.setdefault(one.on, []).append(
            {"url": reverse("web:visit", args=[one.pk]), "text": one.enterprise.name, "more": "", "meeting": False, "done": one.state == "done"}
        )
    days = working_days()
    weeks = [start + timedelta(days=n) for n in range((end - start).days)]
    cells = [
        {
            "day": d,
            "things": things.get(d, [])[:6],
            "more": max(0, len(things.get(d, [])) - 6),
            "off": not days.is_working_day(d),
            "other": d.month != first.month,
        }
        for d in weeks
    ]
    context = {
        "cells": cells, "first": first, "before": (first - timedelta(days=1)).replace(day=1), "after": following, "today": today(), "mine": mine, "assured": all(days.assured(year) for year in {one.year for one in weeks}),
        "heads": [gettext("Mon"), gettext("Tue"), gettext("Wed"), gettext("Thu"), gettext("Fri"), gettext("Sat"), gettext("Sun")], "insider": who.role not in (Role.ENTERPRISE, Role.INSTITUTE),
        "address": feeds.address_of(who.id) if who.id else None,
    }  # fmt: skip
    return render(request, "web/meetings/calendar.html", context)


def _meetings(who: Actor) -> Any:
    rows = queries.visible_meetings(who).exclude(state=Meeting.State.CANCELLED)
    return rows.filter(park_id__in=who.park_ids) | rows.filter(park=None) if who.role in queries.PARK else rows


@members
@never_cache
def subscribe(request: HttpRequest) -> HttpResponse:
    """Make, show once and take back one's own calendar address."""
    who, shown = actor(request), ""
    if request.method == "POST" and request.POST.get("act") == "revoke":
        return act(request, lambda: feeds.revoke_address(by=who, now=now()), gettext("The address no longer works."), reverse("web:calendar_address"))
    if request.method == "POST":
        secret = feeds.make_address(by=who, now=now())
        shown = (settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")) + reverse("web:calendar_feed", args=[secret])
    return render(request, "web/meetings/address.html", {"shown": shown, "address": feeds.address_of(who.id) if who.id else None})


@require_GET
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What a calendar program reads. The secret in the address is the login; an unknown or withdrawn one, or one of somebody whose login is off, is 404."""
    try:
        owner = feeds.owner_of(secret, now())
    except NotFound:
        response = HttpResponse("404", status=404, content_type="text/plain")
        response["Cache-Control"] = "no-store"
        return response
    with override(owner.language):
        content = feeds.calendar_text(_entries(request, owner), name=gettext("Manyuan: meetings and visits"), host=request.get_host().split(":")[0])
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = "inline; filename=manyuan.ics"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _entries(request: HttpRequest, owner: User) -> Iterable[feeds.Entry]:
    """An officer's visits and the meetings that they run or see; of an enterprise the visits to it and the meetings that it is invited to."""
    who, when = actor_of(owner, at="calendar"), now()
    site = settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")
    rows = queries.visible_meetings(who).filter(starts_at__gte=when - BACK, starts_at__lt=when + AHEAD)
    if who.role is Role.ENTERPRISE:
        rows = (
            rows.filter(invitations__enterprise_id__in=who.enterprise_ids)
            .exclude(invitations__enterprise_id__in=who.enterprise_ids, invitations__state="declined")
            .distinct()
        )
    elif who.role is Role.INSTITUTE:
        rows = rows.exclude(guests__organisation_id=who.organisation_id, guests__state="declined")
    for one in rows.order_by("starts_at")[:MOST]:
        title = words.kind_name(one.kind) + (f"：{one.theme}" if one.theme else "")
        link = site + reverse("web:meeting", args=[one.pk])
        yield feeds.Entry(
            f"meeting-{one.pk}",
            title,
            one.starts_at,
            one.ends_at,
            one.changed_at,
            one.reason,
            one.place,
            link,
            one.sequence,
            one.state == Meeting.State.CANCELLED,
        )
    today_ = timezone.localdate(when)
    visits = visible_visits(who).filter(planned_on__gte=today_ - BACK, planned_on__lt=today_ + AHEAD)
    visits = visits if who.role in (Role.ENTERPRISE, Role.INSTITUTE) else visits.filter(officer_id=owner.pk)
    for one in visits.order_by("planned_on")[:MOST]:
        title = gettext("Visit: %(firm)s") % {"firm": one.enterprise.name}
        link = site + reverse("web:visit", args=[one.pk])
        day = one.planned_on
        yield feeds.Entry(
            f"visit-{one.pk}", title, day, day + timedelta(days=1), one.changed_at, "", one.enterprise.address, link, int(one.changed_at.timestamp()) % 2**31,
            one.state == Visit.State.CANCELLED,
        )  # fmt: skip


def _month(text: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
