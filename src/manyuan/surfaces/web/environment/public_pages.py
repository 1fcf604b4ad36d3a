"""Published scorecards, for everybody: as they were on the day when a named official published them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from manyuan.surfaces.web import words as common
from manyuan.surfaces.web.environment.showing import place_name, show
from manyuan.surfaces.web.environment.words import points
from manyuan.surfaces.web.figures import pick
from manyuan.surfaces.web.tables import as_xlsx
from manyuan.surfaces.web.words import doer
from manyuan.work.environment.queries import published as found_published


def published_list(request: HttpRequest) -> HttpResponse:
    """What is published, the newest first."""
    rows = [
        {"p": one, "place": place_name(one.scorecard.park), "period": common.period(one.scorecard.period), "points": points(one.scorecard.points), "name": pick(one.scorecard.definition.content["name"], "")}
        for one in found_published().order_by("-published_at")[:200]
    ]  # fmt: skip
    if request.GET.get("export"):
        titles = [gettext("Park"), gettext("Scorecard"), gettext("Period"), gettext("Score"), gettext("Published by"), gettext("Published on")]
        lines = [[r["place"], r["name"], r["period"], r["p"].scorecard.points, doer(r["p"].published_label), r["p"].published_at.date()] for r in rows]
        return as_xlsx("scorecards-published", titles, lines)
    return render(request, "web/environment/published.html", {"rows": rows})


def published(request: HttpRequest, pk: int) -> HttpResponse:
    """One published scorecard."""
    found = found_published().filter(pk=pk).first()
    if found is None:
        raise Http404
    return render(request, "web/environment/published_one.html", {"p": found, "shown": show(found.scorecard)})
