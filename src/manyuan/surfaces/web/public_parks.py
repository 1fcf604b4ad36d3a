"""A park as everybody sees it, without login: its register entry, what published sources report, and figures that a named official released."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from manyuan.facts.parks import queries
from manyuan.facts.parks.dated import holding
from manyuan.facts.parks.models import Direction, Mark, Park
from manyuan.facts.programme.programme import source_titles
from manyuan.facts.programme.releases import current_releases
from manyuan.surfaces.web import words
from manyuan.surfaces.web.acting import language, today

PUBLISHED = (Mark.VERIFIED, Mark.REPORTED)
"""Marks of facts that stand in a published source; secondary copies and general knowledge are not shown to the public."""


def public_park(request: HttpRequest, code: str) -> HttpResponse:
    """One park of the public directory; parks made up for the demo are not in it."""
    park = Park.objects.select_related("district").exclude(mark=Mark.SYNTHETIC).filter(code=code).first()
    if park is None:
        raise Http404
    on = today()
    sources = source_titles()
    context = {
        "park": park, "level": words.level(park.level), "kind": words.park_kind(park.kind), "boundary": queries.boundary_on(park.pk, on),
        "directions": Direction.objects.filter(holding(on), park=park).order_by("code"),
        "above": _public(queries.ancestors(park.pk, on)), "below": _public(queries.descendants(park.pk, on) - {park.pk}),
        "releases": current_releases().filter(park=park),
        "facts": [
            (fact, words.comparison(fact.comparison), sources.get(fact.source, {}).get(language(), fact.source))
            for fact in park.reported_facts.filter(mark__in=PUBLISHED).order_by("is_target", "period", "key")
        ],
        "went_to": _public(queries.successors(park.pk, park.opened_on, on)) if park.closed_on else [],
    }  # fmt: skip
    return render(request, "web/public_park.html", context)


def _public(ids: object) -> object:
    return Park.objects.filter(pk__in=ids).exclude(mark=Mark.SYNTHETIC).order_by("code")
