"""Slips for firms without login: number, code, address and QR code on paper, shown once to the officer who filed or handles the demand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from manyuan.surfaces.web.acting import actor, insiders, now
from manyuan.work.cases.queries import case_seen, visible
from manyuan.work.demands.filing import Filed
from manyuan.work.demands.services import make_slip

_KEPT = "demand-slips"
_DRAWN = 12
"""So many slips are printed with a QR code each; more of them as a list."""


def keep_slips(request: HttpRequest, filed: Iterable[Filed], sent_to: Iterable[str] = ()) -> bool:
    """Keep codes in the officer's session until the page of slips has shown them, once. Returns whether there is one."""
    new = [[one.demand.case.number, one.code] for one in filed if one.code]
    if new:
        request.session[_KEPT] = {"slips": new, "sent_to": list(sent_to)}
    return bool(new)


@insiders
@never_cache
def slips(request: HttpRequest) -> HttpResponse:
    """The slips that were made just now; asked for again, the page says how to make new ones."""
    kept = request.session.pop(_KEPT, None) or {"slips": [], "sent_to": []}
    codes = dict(kept["slips"])
    rows = []
    for at, case in enumerate(visible(actor(request), "demand").filter(number__in=list(codes)).select_related("enterprise", "park").order_by("pk")):
        address = request.build_absolute_uri(reverse("web:raised", args=[case.number, codes[case.number]]))
        row: dict[str, Any] = {"c": case, "code": codes[case.number], "address": address}
        if len(codes) <= _DRAWN and at < _DRAWN:
            row["picture"] = segno.make(address, error="m").svg_inline(border=2, omitsize=True)
        rows.append(row)
    start = request.build_absolute_uri(reverse("web:raise_choose"))
    response = render(request, "web/cases/slips.html", {"rows": rows, "sent_to": kept["sent_to"], "start": start, "drawn": len(rows) <= _DRAWN})
    response["Referrer-Policy"] = "same-origin"
    return response


@insiders
@require_POST
def slip_make(request: HttpRequest, number: str) -> HttpResponse:
    """A new code for the firm of a demand; the earlier one ends."""
    who = actor(request)
    made = make_slip(case=case_seen(who, number), by=who, now=now())
    request.session[_KEPT] = {"slips": [[made.number, made.code]], "sent_to": list(made.sent_to)}
    return HttpResponseRedirect(reverse("web:slips"))
