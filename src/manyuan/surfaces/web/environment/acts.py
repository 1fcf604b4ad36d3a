"""Publishing a scorecard, taking it back, and its report as Word or PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.errors import NotFound
from manyuan.surfaces.web.acting import act, actor, download, insiders, now
from manyuan.surfaces.web.environment.pages import seen
from manyuan.surfaces.web.environment.reports import MEDIA, report_of, written
from manyuan.surfaces.web.environment.showing import show
from manyuan.work.environment.models import Scorecard
from manyuan.work.environment.publishing import publish_scorecard, withdraw_scorecard
from manyuan.work.environment.queries import publication_of


@insiders
@require_POST
def act_on(request: HttpRequest, code: str, period: str, place: str) -> HttpResponse:
    """Publish, or withdraw what is published."""
    who, card = actor(request), seen(request, code, period, place)
    acts = {
        "publish": (lambda: publish_scorecard(scorecard=card, by=who, now=now()), gettext("Published under your name.")),
        "withdraw": (lambda: withdraw_scorecard(scorecard=_standing(card), reason=request.POST.get("reason", ""), by=who, now=now()), gettext("Withdrawn.")),
    }
    if request.POST.get("act") not in acts:
        raise NotFound()
    do, done = acts[request.POST["act"]]
    return act(request, do, done, reverse("web:scorecard", args=[code, period, place]))


def _standing(card: Scorecard) -> Scorecard:
    found = publication_of(card)
    return found.scorecard if found else card


@insiders
def report(request: HttpRequest, code: str, period: str, place: str, kind: str) -> HttpResponse:
    """The report of a scorecard as docx or pdf, in the reader's language, with the figures of the page."""
    if kind not in MEDIA:
        raise NotFound()
    card = seen(request, code, period, place)
    made = report_of(show(card), actor(request))
    return download(written(made, kind), f"{made.file_name}.{kind}", MEDIA[kind])
