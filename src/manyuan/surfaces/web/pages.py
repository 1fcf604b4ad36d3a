"""The pages that stand on the engines alone: the standard rule sets with every condition."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from manyuan.engines.screening import Policy, PolicySet, read_policies
from manyuan.engines.screening.commands import load_schema
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.tables import Column, Filter, Table

STANDARDS = settings.PROJECT / "packs" / "standards"


@lru_cache(maxsize=1)
def standards() -> PolicySet:
    """The standard rule sets, read and checked once."""
    return read_policies([STANDARDS / "policies"], load_schema(STANDARDS / "facts.yaml"))


def rules(request: HttpRequest) -> HttpResponse:
    """The standard rule sets as a list."""
    marks = sorted({policy.mark for policy in standards().policies})
    table = Table(
        "",
        [
            Column(
                "name",
                gettext("Rule set"),
                lambda p: p.name.in_language(_language()),
                order="name",
                url=lambda p: reverse("web:rule", args=[p.code]),
                wrap=True,
            ),
            Column("code", gettext("Code"), lambda p: p.code, order="code"),
            Column("conditions", gettext("Conditions"), lambda p: len(p.conditions), order="conditions", unit="count"),
            Column("start", gettext("In force from"), lambda p: p.start, order="start"),
            Column("end", gettext("In force to"), _last_day, order="end"),
            Column("mark", gettext("Verified"), lambda p: _mark(p.mark), order="mark"),
        ],
        list(standards().policies),
        filters=[Filter("mark", gettext("Verified"), [(mark, _mark(mark)) for mark in marks], lambda rows, value: [p for p in rows if p.mark == value])],
        default_order="code",
    ).read(request)
    return table.export(request, "rules") or render(request, "web/rules.html", {"table": table})


def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule set: every condition with its clause and its FEEL."""
    try:
        found = standards()[code]
    except KeyError:
        raise Http404(code) from None
    language = _language()
    conditions = [{"text": c.text.in_language(language), "clause": c.clause, "when": c.when} for c in found.conditions]
    return render(
        request,
        "web/rule.html",
        {
            "rule": found,
            "judged": _judged(found, language),
            "last_day": _last_day(found),
            "name": found.name.in_language(language),
            "conditions": conditions,
            "verified": _mark(found.mark),
        },
    )


def _judged(policy: Policy, language: str) -> list[str]:
    """What experts judge: in words, and the items of a score with their points."""
    items = policy.score.items if policy.score is not None else ()
    return [*policy.judged, *(f"{item.text.in_language(language)} · {item.points}" for item in items)]


def _last_day(policy: Policy) -> date | None:
    """The last day in force (the end of a rule set is the first day it no longer holds)."""
    return None if policy.end is None else policy.end - timedelta(days=1)


def _language() -> str:
    return "zh" if figures.chinese() else "en"


def _mark(mark: str) -> str:
    words: dict[str, Any] = {
        "V": gettext("read in the official text"), "C": gettext("secondary copy, not official"), "GK": gettext("partly unverified"), "example": gettext("an example"),
    }  # fmt: skip
    return str(words.get(mark, mark))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 that says what to do next."""
    context = {"heading": gettext("There is no such page"), "text": gettext("The address may be mistyped, or the page has moved."), "symbol": "map-pin"}
    return render(request, "web/error.html", context, status=404)
