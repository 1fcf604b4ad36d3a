"""A park as everybody sees it, without login: its register entry, what published sources report, and figures that a named official released."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from manyuan.facts.parks import queries
from manyuan.facts.parks.dated import holding
from manyuan.facts.parks.models import Direction, Mark, Park
from manyuan.facts.programme.programme import source_titles
from manyuan.facts.programme.releases import current_releases
from manyuan.surfaces.web import words
from manyuan.surfaces.web.acting import language, today
from manyuan.surfaces.web.figures import pick, unit_name
from manyuan.surfaces.web.tables import as_xlsx
from manyuan.surfaces.web.templatetags.manyuan import mark_words

PUBLISHED = (Mark.VERIFIED, Mark.REPORTED)
"""Marks of facts that stand in a published source; secondary copies and general knowledge are not shown to the public."""


def public_park(request: HttpRequest, code: str) -> HttpResponse:
    """One park of the public directory; parks made up for the demo are not in it."""
    park = Park.objects.select_related("district").exclude(mark=Mark.SYNTHETIC).filter(code=code).first()
    if park is None:
        raise Http404
    on = today()
    sources = source_titles()
    if request.GET.get("export"):
        return _as_workbook(park, sources)
    context = {
        "park": park, "level": words.level(park.level), "kind": words.park_kind(park.kind), "boundary": queries.boundary_on(park.pk, on),
        "directions": Direction.objects.filter(holding(on), park=park).order_by("code"),
        "above": _public(queries.ancestors(park.pk, on)), "below": _public(queries.descendants(park.pk, on) - {park.pk}),
        "releases": current_releases().filter(park=park),
        "facts": [
            (fact, words.comparison(fact.comparison), sources.get(fact.source, {}).get(language(), fact.source))
            for fact in _facts(park)
        ],
        "went_to": _public(queries.successors(park.pk, park.opened_on, on)) if park.closed_on else [],
    }  # fmt: skip
    return render(request, "web/public_park.html", context)


def _as_workbook(park: Park, sources: dict[str, dict[str, str]]) -> HttpResponse:
    """What is shown of the park's figures: those released, and those of published sources, each with where it is from."""
    lang = language()
    rows = [
        [pick(one.indicator), one.value, unit_name(one.indicator.unit), words.period(one.period), one.released_by_name, one.released_at.date(), mark_words()["synthetic"][0] if one.is_synthetic else ""]
        for one in current_releases().filter(park=park)
    ]  # fmt: skip
    rows += [
        [
            pick(fact),
            fact.value,
            unit_name(fact.unit),
            fact.period,
            sources.get(fact.source, {}).get(lang, fact.source),
            None,
            words.comparison(fact.comparison),
        ]
        for fact in _facts(park)
    ]
    titles = [gettext("Figure"), gettext("Value"), gettext("Measured in"), gettext("Period"), gettext("Source"), gettext("Released on"), gettext("Note")]
    return as_xlsx(f"park-{park.code}", titles, rows)


def _facts(park: Park) -> object:
    return park.reported_facts.filter(mark__in=PUBLISHED).order_by("is_target", "period", "key")


def _public(ids: object) -> object:
    return Park.objects.filter(pk__in=ids).exclude(mark=Mark.SYNTHETIC).order_by("code")
