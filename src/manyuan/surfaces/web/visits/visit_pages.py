"""One visit: what was said and found, in one tap to whom it concerns, the survey, photos."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.queries import form_named
from manyuan.facts.filings.rights import may_fill
from manyuan.facts.filings.rights import visible as visible_filings
from manyuan.surfaces.web import words as common
from manyuan.surfaces.web.acting import act, actor, language, members, now, today
from manyuan.surfaces.web.visits import words
from manyuan.work.cases.rights import kind_for
from manyuan.work.visits import queries
from manyuan.work.visits.capturing import Found, add_finding, pass_on, settle_space, survey_filing
from manyuan.work.visits.installing import current_rules
from manyuan.work.visits.models import Outcome, Visit
from manyuan.work.visits.planning import cancel_visit, move_visit


@members
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit."""
    who = actor(request)
    found = queries.visit_seen(who, pk)
    works = queries.is_officer(who) and (who.sees_all or found.park_id in who.park_ids)
    outcomes = [_shown(one) for one in found.outcomes.select_related("case").order_by("pk")]
    lasting = queries.visible_visits(who).filter(enterprise=found.enterprise, state=Visit.State.DONE).exclude(pk=found.pk).order_by("-done_on")[:5]
    context = {
        "v": found, "state": words.visit_state(found.state), "rule": words.rule_name(found.rule), "scene": words.scene(found.scene), "works": works, "outcomes": outcomes,
        "surveys": _surveys(who, found) if works else [], "photos": found.photos.defer("content").all() if works else [], "last": lasting, "kinds": _kinds(), "today": today(),
        "people": queries.officers(who) if works and found.state == Visit.State.PLANNED else [],
    }  # fmt: skip
    return render(request, "web/visits/visit.html", context)


def _kinds() -> list[tuple[str, str]]:
    return [(kind, words.finding(kind)) for kind in Outcome.Kind.values]


def _shown(outcome: Outcome) -> dict[str, Any]:
    case = outcome.case
    state = ""
    if case is not None:
        kind = kind_for(case)
        state = kind.states[case.state].name["zh" if language() == "zh" else "en"]
    return {
        "o": outcome, "kind": words.finding(outcome.kind), "passed": words.passed(outcome.kind), "button": words.to_pass(outcome.kind), "case": case, "state": state,
        "tone": "good" if case is not None and case.phase == "closed" else "accent",
    }  # fmt: skip


def _surveys(who: Actor, found: Visit) -> list[dict[str, Any]]:
    """The three rhythms of the survey: the firm's filing of each, and what was heard at this visit."""
    heard = {one.form_code: one for one in found.surveys.all()}
    seen = visible_filings(who)
    out = []
    for code in current_rules().surveys:
        filing = survey_filing(found.enterprise, code)
        shown = filing is not None and seen.filter(pk=filing.pk).exists()
        one = heard.get(code)
        open_ = shown and filing is not None and filing.state in (Filing.State.DRAFT, Filing.State.RETURNED) and may_fill(who, filing)
        out.append({
            "name": common.form_name(definition_for(form_named(code)), language()), "filing": filing if shown else None, "period": common.period(filing.period) if filing and shown else "",
            "heard": one, "open": open_, "code": code,
        })  # fmt: skip
    return out


@members
@require_POST
def visit_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass a finding on, add one, settle a need of space; move or cancel a planned visit."""
    who, post, when = actor(request), request.POST, now()
    found = queries.visit_seen(who, pk)

    def outcome() -> Outcome:
        number = post.get("outcome", "")
        row = found.outcomes.filter(pk=number).first() if number.isdigit() else None
        if row is None:
            raise NotFound()
        return row

    def move() -> Visit:
        number = post.get("officer", "")
        officer = queries.officers(who).filter(pk=number).first() if number.isdigit() else None
        return move_visit(visit=found, on=_date(post.get("on")) or today(), officer=officer, by=who, now=when)

    def add() -> Outcome:
        kind = post.get("kind", "")
        if kind not in Outcome.Kind.values:
            raise NotFound()
        data = {key: post.get(key, "") for key in ("area_m2", "quantity", "unit", "until")}
        return add_finding(visit=found, found=Found(kind, post.get("text", ""), data), by=who, now=when)

    acts = {
        "pass": (lambda: pass_on(outcome=outcome(), by=who, now=when), gettext("Passed on.")),
        "add": (add, gettext("Noted and passed on.")),
        "settle": (lambda: settle_space(outcome=outcome(), note=post.get("note", ""), by=who, now=when), gettext("Settled.")),
        "move": (move, gettext("The visit was moved.")),
        "cancel": (lambda: cancel_visit(visit=found, reason=post.get("note", ""), by=who, now=when), gettext("The visit was cancelled.")),
    }
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:visit", args=[pk]))


@members
def survey(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Open the firm's draft of the survey with what is held; it is saved there."""
    who = actor(request)
    found = queries.visit_seen(who, pk)
    filing = survey_filing(found.enterprise, form) if form in current_rules().surveys else None
    if filing is None or not visible_filings(who).filter(pk=filing.pk).exists():
        raise NotFound()
    open_ = filing.state in (Filing.State.DRAFT, Filing.State.RETURNED) and may_fill(who, filing)
    return HttpResponseRedirect(reverse("web:filing_edit" if open_ else "web:filing", args=[filing.pk]))


@members
@require_GET
def photo(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A photo of a visit, for those who work with it; drawn anew when it came in, so it is a JPEG and nothing else."""
    who = actor(request)
    found = queries.visit_seen(who, pk)
    if not (who.sees_all or (queries.is_officer(who) and found.park_id in who.park_ids)):
        raise NotFound()
    row = found.photos.filter(pk=number).first()
    if row is None:
        raise NotFound()
    response = HttpResponse(bytes(row.content), content_type="image/jpeg")
    response["Content-Disposition"] = "inline; filename=visit.jpg"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
