"""Reporting periods: which are open, how far each has come, and opening the next one with a look at who will owe it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from manyuan.facts.audit.errors import DomainError
from manyuan.facts.filings import queries
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.opening import definition_for, foresee, next_to_open, open_period
from manyuan.surfaces.web import words
from manyuan.surfaces.web.acting import act, actor, language, members, now, refused, today
from manyuan.surfaces.web.tables import as_xlsx

SHOWN = 6
"""Periods of a form that are listed, the newest first."""


@members
def periods(request: HttpRequest) -> HttpResponse:
    """Forms with their periods; the city opens the next one."""
    who = actor(request)
    if not who.sees_all:
        return refused(request, gettext("No right to do this"), gettext("Periods are opened by the city."))
    forms = {form.code: form for form in queries.current_forms()}
    if request.method == "POST":
        form = forms.get(request.POST.get("form", ""))
        period = request.POST.get("period", "")
        if form is not None:
            done = gettext("%(period)s is open.") % {"period": words.period(period)}
            return act(request, lambda: open_period(form=form, period=period, by=who, now=now()), done, reverse("web:periods"))
    opened = queries.openings()
    shown = [_form(form, who, opened) for form in forms.values()]
    if request.GET.get("export") == "periods":
        titles = [
            gettext("Form"),
            gettext("Period"),
            gettext("Opened on"),
            gettext("Due on"),
            gettext("Owed"),
            gettext("Handed in"),
            gettext("Locked"),
            gettext("Overdue"),
        ]
        lines = [
            [one["name"], line["period"], line["opened"], line["due"], *(getattr(line["counts"], key) for key in ("owed", "handed_in", "locked", "late"))]
            for one in shown
            for line in one["lines"]
        ]
        return as_xlsx("periods", titles, lines)
    context = {"forms": shown}
    return render(request, "web/periods.html", context)


def _form(form: Any, who: Any, opened: dict[tuple[str, str], Any]) -> dict[str, Any]:
    lines = []
    for period in queries.periods_of(form.code)[:SHOWN]:
        rows = Filing.objects.filter(form_code=form.code, period=period)
        due = rows.order_by("due_on").values_list("due_on", flat=True).first()
        lines.append(
            {"code": period, "period": words.period(period), "opened": opened.get((form.code, period)), "due": due, "counts": queries.counts(rows, today())}
        )
    upcoming, fault = next_to_open(form, today()), ""
    ahead = None
    if upcoming is not None:
        try:
            ahead = foresee(form=form, period=upcoming, by=who, now=now())
        except DomainError as error:
            fault = error.message(get_language() or "zh-hans")
    return {
        "form": form, "name": words.form_name(definition_for(form), language()), "lines": lines, "next": upcoming,
        "next_name": words.period(upcoming) if upcoming else "", "ahead": ahead, "fault": fault,
    }  # fmt: skip
