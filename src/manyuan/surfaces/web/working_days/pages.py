"""Each year by which clocks and promises are counted, with its source; for the city office, a workbook of a year: shown first, then taken over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from manyuan.engines.workbooks import WorkbookError
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.programme import holidays
from manyuan.facts.programme.holidays import Holiday, Preview, YearReading, load_holidays, preview_holidays, withdraw_holidays, years_known
from manyuan.surfaces.web.acting import act, actor, download, insiders, language, now, today
from manyuan.work.cases.queries import clocks_after


@insiders
def working_days(request: HttpRequest) -> HttpResponse:
    """The years, what they are from, and a workbook of a year."""
    who, post = actor(request), request.POST
    context: dict[str, Any] = {"may": who.sees_all, "given": {"year": str(today().year + 1), "source": ""}}
    status = 200
    if request.method == "POST":
        if post.get("act") == "withdraw":
            year = _year(post.get("year", ""))
            return act(
                request, lambda: withdraw_holidays(year=year, by=who, now=now()), gettext("Taken back; clocks are reckoned again."), reverse("web:working_days")
            )
        if post.get("act") == "load":
            return _load(request)
        context["given"] = {"year": post.get("year", ""), "source": post.get("source", "").strip()[:200]}
        found = _previewed(request)
        context |= found
        status = 422 if found.get("fault") or found.get("faults") else 200
    context["years"] = [_shown(one) for one in years_known(today())]
    context["unknown"] = sorted(one.year for one in years_known(today()) if one.source == "none" and one.year <= today().year + 1)
    return render(request, "web/working_days/years.html", context, status=status)


def _previewed(request: HttpRequest) -> dict[str, Any]:
    upload, lang = request.FILES.get("file"), language()
    if not actor(request).sees_all:
        raise NotFound()
    if upload is None:
        return {"fault": gettext("Choose a workbook first.")}
    year = _year(request.POST.get("year", ""))
    try:
        shown = preview_holidays(year=year, name=upload.name or "", content=upload.read())
    except WorkbookError as error:
        return {"fault": error.message(lang)}
    except DomainError as error:
        return {"fault": error.message(get_language() or "zh-hans")}
    faults = [{"cell": one.cell, "text": one.message(lang)} for one in shown.faults[:100]]
    return {"preview": shown, "faults": faults, "name": upload.name, **(_changes(shown) if not faults else {})}


def _changes(shown: Preview) -> dict[str, Any]:
    moved = [*shown.off, *shown.on]
    return {
        "off": shown.off, "on": shown.on, "running": clocks_after(min(moved)) if moved else 0, "holidays": [_words(one) for one in shown.holidays],
        "kept": json.dumps([[one.name, one.name_en, str(one.first), str(one.last), [str(day) for day in one.make_up]] for one in shown.holidays], ensure_ascii=False),
    }  # fmt: skip


def _load(request: HttpRequest) -> HttpResponse:
    post, who = request.POST, actor(request)
    year = _year(post.get("year", ""))
    try:
        kept = [Holiday(name, date.fromisoformat(a), date.fromisoformat(b), tuple(date.fromisoformat(one) for one in worked), english)
                for name, english, a, b, worked in json.loads(post.get("kept", ""))]  # fmt: skip
    except (ValueError, TypeError):
        raise NotFound() from None
    return act(
        request,
        lambda: load_holidays(year=year, holidays=kept, source=post.get("source", ""), file_name=post.get("name", ""), by=who, now=now()),
        gettext("Taken over. Running clocks are reckoned again within a minute; what moved stands on the trail of each case."),
        reverse("web:working_days"),
    )


def _year(given: str) -> int:
    if not (given.isdigit() and holidays.FIRST_YEAR <= int(given) <= holidays.LAST_YEAR):
        raise NotFound()
    return int(given)


def _shown(one: YearReading) -> dict[str, Any]:
    sources = {
        "loaded": ("good", gettext("loaded here")), "pack": ("good", gettext("from the pack")), "library": ("mute", gettext("from the library of holidays")),
        "none": ("late", gettext("not known: Monday to Friday")),
    }  # fmt: skip
    return {
        "y": one, "source": sources[one.source], "holidays": [_words(holiday) for holiday in one.holidays],
        "runs": _runs(one.off) if not one.holidays else [], "weekdays_off": len(one.off), "worked": len(one.on),
    }  # fmt: skip


def _words(one: Holiday) -> dict[str, Any]:
    return {"name": one.called(language()), "first": one.first, "last": one.last, "make_up": one.make_up, "days": len(one.days())}


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Weekdays off as stretches, bridged over the weekends between them."""
    out: list[tuple[date, date]] = []
    for day in days:
        bridged = {out[-1][1] + timedelta(days=n) for n in (1, 3)} if out else set()
        out[-1:] = [(out[-1][0], day)] if day in bridged else [*out[-1:], (day, day)]
    return out


@insiders
def holiday_template(request: HttpRequest, year: int) -> HttpResponse:
    """A workbook to fill in, with what is in force for the year."""
    return download(holidays.template(_year(str(year)), language()), f"{gettext('Holidays')} {year}.xlsx")
