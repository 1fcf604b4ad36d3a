"""The survey: one minute, on a phone, by a private link without login; and for the city what came of each round."""

from __future__ import annotations

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from manyuan.facts.accounts.middleware import address_of
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures
from manyuan.surfaces.web import words as common
from manyuan.surfaces.web.acting import actor, insiders, now, today
from manyuan.surfaces.web.environment.showing import place_name
from manyuan.surfaces.web.tables import Column, Table, as_xlsx
from manyuan.work.environment.errors import WrongAnswer
from manyuan.work.environment.installing import survey_of
from manyuan.work.environment.models import Round
from manyuan.work.environment.queries import free_texts
from manyuan.work.environment.survey_results import results
from manyuan.work.environment.surveying import TEXT_MOST, answer, link_of

TRIES_AN_HOUR = 60
"""Links that one address may try in an hour."""


def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The three questions. Nobody signs in; the page is not kept, found or linked on from."""
    if _flooding(request):
        return _kept_out(
            render(request, "web/environment/survey.html", {"said": gettext("Too many tries from this address. Please come back in an hour.")}, status=429)
        )
    fault, given = "", request.POST
    try:
        link = link_of(token, today())
        form = survey_of(link.round.form)
        if request.method == "POST":
            try:
                answer(token=token, grades={code: given.get(code) for code in form.codes}, text=given.get("text", ""), now=now())
                return _kept_out(render(request, "web/environment/survey.html", {"thanks": True}))
            except WrongAnswer as error:
                fault = error.message(get_language() or "zh-hans")
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return _kept_out(render(request, "web/environment/survey.html", {"said": error.message(get_language() or "zh-hans")}, status=error.http_status))
    questions = [{"code": code, "text": figures.pick(text, ""), "given": given.get(code, "")} for code, text in form.questions]
    context = {
        "questions": questions, "open": figures.pick(form.open_question, ""), "text": given.get("text", ""), "fault": fault, "period": common.period(link.round.period),
        "closes_on": link.round.closes_on, "minimum": form.minimum, "most": TEXT_MOST, "synthetic": link.round.synthetic,
    }  # fmt: skip
    return _kept_out(render(request, "web/environment/survey.html", context, status=422 if fault else 200))


def _flooding(request: HttpRequest) -> bool:
    key = f"survey/{address_of(request)}"
    cache.add(key, 0, 3600)
    return cache.incr(key) > TRIES_AN_HOUR


def _kept_out(response: HttpResponse) -> HttpResponse:
    """Neither kept, nor indexed, nor named to another site."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"  # no address leaves; no-referrer would make the form's own POST come from nowhere
    response["X-Robots-Tag"] = "noindex"
    return response


@insiders
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round: how many were asked, how many answered. The city's; parks see what may be shown of it on their scorecards."""
    who = actor(request)
    if not who.sees_all:
        raise NotAllowed(gettext("read the rounds of the survey"), who)
    rows = []
    for one in Round.objects.all()[:36]:
        asked = one.links.count()
        answered = one.answers.count()
        rows.append(
            {
                "r": one,
                "name": common.period(one.period),
                "asked": asked,
                "answered": answered,
                "share": round(100 * answered / asked) if asked else 0,
                "open": one.closes_on >= today(),
            }
        )
    if request.GET.get("export"):
        titles = [gettext("Round"), gettext("Asked"), gettext("Answers"), gettext("Until")]
        return as_xlsx("surveys", titles, [[r["name"], r["asked"], r["answered"], r["r"].closes_on] for r in rows])
    return render(request, "web/environment/surveys.html", {"rows": rows})


@insiders
def one_round(request: HttpRequest, period: str) -> HttpResponse:
    """What a round said, by park, as far as it may be shown, and the free texts."""
    who = actor(request)
    if not who.sees_all:
        raise NotAllowed(gettext("read the rounds of the survey"), who)
    found = Round.objects.filter(period=period).select_related("form").first()
    if found is None:
        raise NotFound()
    form, shown = survey_of(found.form), results(parse_period(period))
    parks = Park.objects.in_bulk([park for park in shown if park is not None])
    rows = sorted(
        ((parks.get(park) if park else None, one) for park, one in shown.items()), key=lambda pair: (pair[0] is not None, pair[0].code if pair[0] else "")
    )
    columns = [
        Column("park", gettext("Park"), lambda pair: place_name(pair[0]), wrap=True),
        Column("asked", gettext("Asked"), lambda pair: pair[1].asked, order="asked", unit="count"),
        Column("answers", gettext("Answers"), lambda pair: pair[1].answers, order="answers", unit="count"),
    ]
    for code, text in form.questions:
        columns.append(Column(code, figures.pick(text, ""), lambda pair, code=code: pair[1].mean(code), order=code, unit="number", wrap=True))
    table = Table("", columns, rows, per_page=100, empty_title=gettext("Too few answers to show any")).read(request)
    context = {"r": found, "name": common.period(period), "table": table, "minimum": form.minimum, "texts": free_texts(who, period)}
    return table.export(request, f"survey-{period}") or render(request, "web/environment/survey_round.html", context)
