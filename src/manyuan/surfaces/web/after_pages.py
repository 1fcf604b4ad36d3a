"""What a policy's page shows of the stages after the payment, and what is done there: checks, asking back, the evaluation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.programme import role_names
from manyuan.surfaces.web import policy_words
from manyuan.surfaces.web.acting import act, actor, language, members, now, refused, today
from manyuan.work.money.funds import fen_of
from manyuan.work.policies import after_payment, queries, reporting
from manyuan.work.policies.models import AfterCheck, PolicyReport, PolicyVersion

_TONES = {"done": "good", "here": "accent", "ahead": "mute"}
_SHOWN = 100


def stages(version: PolicyVersion, who: Actor) -> dict[str, Any]:
    """The context of `policy_stages.html`: for the city and the committees whose payments are drawn."""
    lang = language()
    roles = role_names()
    system = gettext("the screening")
    rows = [
        {"tone": _TONES[one.state], "text": pgettext("stage", one.code), "by": system if one.by == "system" else roles.get(one.by, {}).get(lang, one.by), "on": one.on, "due": one.due, "count": one.count}
        for one in after_payment.stages_of(version, today(), queries.visible(who))
    ]  # fmt: skip
    may = version.published_at is not None and (who.sees_all or who.role is Role.COMMITTEE)
    checks = after_payment.checks_seen(who).filter(entitlement__version=version)[:_SHOWN] if may else []
    found: dict[str, Any] = {"stages": rows, "may_after": may, "city": who.sees_all and may, "checks": [(one, policy_words.state(one.state)) for one in checks]}
    if who.sees_all and version.published_at is not None:
        found |= {
            "reports": [(one, pgettext("conclusion", one.conclusion)) for one in PolicyReport.objects.filter(version__policy=version.policy)[:10]],
            "conclusions": [(code, pgettext("conclusion", code)) for code in PolicyReport.Conclusion.values],
        }  # fmt: skip
    return found


def _why(note: str) -> str:
    from manyuan.surfaces.web.entitlement_pages import note_words

    return note_words(note)


@members
def policy_report(request: HttpRequest, code: str) -> HttpResponse:
    """A policy's year to print: as it stands now, or as it stood when an evaluation was put on record."""
    who, lang = actor(request), language()
    if not who.sees_all:
        return refused(request, gettext("No right to do this"), gettext("The city evaluates policies."))
    version = queries.version_seen(who, code)
    if version.published_at is None:
        raise NotFound()
    wanted, given = request.GET.get("report", ""), request.GET.get("year", "")
    kept = PolicyReport.objects.filter(version__policy=version.policy)
    report = kept.filter(pk=wanted).first() if wanted.isdigit() else None
    if wanted and report is None:
        raise NotFound()
    year = report.year if report else int(given) if given.isdigit() and len(given) == 4 else today().year
    figures = report.figures if report else reporting.report_figures(version, year)
    parks = {park.pk: park for park in Park.objects.all()}
    states = [("open", gettext("Still open")), ("upheld", gettext("Upheld")), ("dismissed", gettext("Dismissed"))]
    checks = [(code, policy_words.state(code)[1]) for code in AfterCheck.State.values]
    times = figures.get("times") or {}
    context = {
        "v": version, "name": version.name(lang), "year": year, "report": report, "f": figures, "cover": figures["coverage"], "today": today(),
        "money_rate": _percent(figures["coverage"]["accepted_fen"], figures["coverage"]["entitled_fen"]), "rate": _percent(figures["coverage"]["accepted"], figures["coverage"]["entitled"]),
        "budget_rate": _percent(figures["cost_fen"], figures.get("budget_fen") or 0), "times": times, "kept_rate": _percent(times.get("kept") or 0, times.get("promised") or 0),
        "parks": [(parks.get(one["park"]), one, _percent(one["accepted"], one["entitled"])) for one in figures["parks"]],
        "unreached": [(policy_words.state(one["state"]), _why(one["why"]), one["count"], one["fen"]) for one in figures["unreached"]],
        "objections": [(text, figures.get("objections", {}).get(state, 0)) for state, text in states], "checks": [(text, figures["checks"].get(state, 0)) for state, text in checks],
        "claw": figures.get("claw_backs") or {}, "conclusion": pgettext("conclusion", report.conclusion) if report else "", "kept": kept.filter(year=year),
        "others": [(one, pgettext("conclusion", one.conclusion)) for one in kept[:20]], "years": sorted({today().year, version.starts_on.year, *kept.values_list("year", flat=True)}, reverse=True),
    }  # fmt: skip
    return render(request, "web/policy_report.html", context)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "–"


@members
@require_POST
def policy_after(request: HttpRequest, code: str) -> HttpResponse:
    """Draw checks, note a finding, ask back, put an evaluation on record."""
    who, post, when = actor(request), request.POST, now()
    version = queries.version_seen(who, code, int(post["version"]) if post.get("version", "").isdigit() else None)
    what, text, back = post.get("act", ""), post.get("text", ""), reverse("web:policy", args=[code]) + "#after"
    year = int(post["year"]) if post.get("year", "").isdigit() and len(post["year"]) == 4 else today().year
    acts = {
        "draw": (lambda: after_payment.draw_checks(version=version, year=today().year, by=who, now=when), gettext("Drawn by lot.")),
        "draw_all": (lambda: after_payment.draw_checks(version=version, year=today().year, everybody=True, by=who, now=when), gettext("All payments of the year are to be checked.")),
        "in_order": (lambda: after_payment.record_check(check=_check(who, version, post), wrong=False, finding=text, by=who, now=when), gettext("The finding is on record.")),
        "wrong": (lambda: after_payment.record_check(check=_check(who, version, post), wrong=True, finding=text, recall_fen=fen_of(post.get("amount", ""), code, "amount"), by=who, now=when), gettext("The finding is on record.")),
        "recall": (lambda: after_payment.recall_checked(check=_check(who, version, post), by=who, now=when), gettext("Asked back; the recipient reads the finding.")),
        "evaluate": (lambda: after_payment.evaluate_policy(version=version, year=year, done=text, conclusion=post.get("conclusion", ""), by=who, now=when), gettext("The evaluation is on record.")),
    }  # fmt: skip
    if what not in acts:
        raise NotFound()
    do, done = acts[what]
    return act(request, do, done, back)


def _check(who: Actor, version: PolicyVersion, post: Any) -> AfterCheck:
    wanted = post.get("check", "")
    found = after_payment.checks_seen(who).filter(entitlement__version__policy=version.policy, pk=wanted).first() if wanted.isdigit() else None
    if found is None:
        raise NotFound()
    return found
