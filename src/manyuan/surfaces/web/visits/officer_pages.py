"""Officers: who looks after whom, how much each has to do, who stands in, and the hand-over."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from manyuan.facts.accounts.models import User
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.queries import searched, visible
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import act, actor, insiders, now, today
from manyuan.surfaces.web.tables import Column, Table
from manyuan.surfaces.web.templatetags.manyuan import status
from manyuan.surfaces.web.visits import words
from manyuan.work.visits import queries
from manyuan.work.visits.handing_over import hand_over, open_things
from manyuan.work.visits.models import Absence, Assignment
from manyuan.work.visits.officers import assign_officer, cancel_absence, end_assignment, name_of, note_absence

_SHOWN = 60


@insiders
def officers(request: HttpRequest) -> HttpResponse:
    """The workload of every officer whom the reader sees."""
    who, day = actor(request), today()
    loads = queries.workload(who, day)
    table = Table(
        "",
        [
            Column("name", gettext("The officer"), lambda x: name_of(x.officer), url=lambda x: reverse("web:officer", args=[x.officer.pk])),
            Column("unit", gettext("Organisation"), lambda x: figures.pick(x.officer.organisation), wrap=True),
            Column("firms", gettext("Firms"), lambda x: x.firms, unit="count"),
            Column("cases", gettext("Open cases"), lambda x: x.cases, unit="count"),
            Column("planned", gettext("Planned visits"), lambda x: x.planned, unit="count"),
            Column("late", gettext("of them overdue"), lambda x: x.late, unit="count"),
            Column("away", gettext("There or away"), lambda x: _away(x)[1], cell=lambda x: status(*_away(x))),
            Column("stands", gettext("Stands in for"), lambda x: "、".join(x.stands_in) if figures.chinese() else ", ".join(x.stands_in)),
        ],
        loads,
        search=lambda r, text: [x for x in r if text.lower() in name_of(x.officer).lower() or text in x.officer.organisation.name_zh],
        empty_title=gettext("No officer yet"),
        empty_text=gettext("People of the city, the committee and the park company can be officers."),
    ).read(request)  # fmt: skip
    covered = Assignment.objects.filter(queries.holding(day), enterprise__in=visible(who)).values("enterprise").distinct().count()
    whole = visible(who).filter(status="active").count()
    context = {
        "table": table,
        "covered": covered,
        "whole": whole,
        "hand_overs": queries.hand_overs(who)[:10],
        "away": sum(x.away_until is not None for x in loads),
    }
    return table.export(request, "officers") or render(request, "web/visits/officers.html", context)


def _away(load: queries.Load) -> tuple[str, str]:
    if load.away_until is None:
        return "good", gettext("there")
    return "risk", gettext("away, back on %(day)s") % {"day": figures.day(load.away_until)}


@insiders
def assign(request: HttpRequest) -> HttpResponse:
    """Choose firms and give them an officer."""
    who, day = actor(request), today()
    if request.method == "POST":
        return _assigned(request)
    text, only = request.GET.get("q", "").strip()[:80], request.GET.get("all", "") != "1"
    rows = visible(who).filter(status="active").select_related("park").order_by("park_id", "name")
    rows = searched(rows, text) if text else rows
    if only:
        rows = rows.exclude(pk__in=Assignment.objects.filter(queries.holding(day)).values("enterprise_id"))
    firms = list(rows[: _SHOWN + 1])
    now_with = {
        one.enterprise_id: name_of(one.officer)
        for one in Assignment.objects.filter(queries.holding(day), enterprise_id__in=[firm.pk for firm in firms]).select_related("officer")
    }
    context = {
        "firms": [(firm, now_with.get(firm.pk, "")) for firm in firms[:_SHOWN]], "more": len(firms) > _SHOWN, "q": text, "only": only, "today": day,
        "people": [(one.officer, one.firms) for one in queries.workload(who, day)],
    }  # fmt: skip
    return render(request, "web/visits/assign.html", context)


def _assigned(request: HttpRequest) -> HttpResponse:
    who, post = actor(request), request.POST
    ids = [int(one) for one in post.getlist("firm")[:500] if one.isdigit()]
    firms = list(visible(who).filter(pk__in=ids))
    officer = _officer(request, post.get("officer", ""))
    if not firms or len(firms) != len(set(ids)):
        raise NotFound()
    since = _date(post.get("since")) or today()
    said = ngettext("%(n)s firm has its officer.", "%(n)s firms have their officer.", len(firms)) % {"n": len(firms)}
    back = reverse("web:officer", args=[officer.pk])
    return act(request, lambda: assign_officer(enterprises=firms, officer=officer, since=since, reason=post.get("reason", ""), by=who, now=now()), said, back)


def _officer(request: HttpRequest, pk: Any) -> User:
    if not str(pk).isdigit():
        raise NotFound()
    return queries.officer_seen(actor(request), int(pk))


@insiders
def officer(request: HttpRequest, pk: int) -> HttpResponse:
    """One officer: firms, what is open, absences."""
    who, day = actor(request), today()
    found = queries.officer_seen(who, pk)
    leads = queries.may_lead(who, found)
    things = open_things(found, day)
    absences = found.absences.filter(cancelled_at=None, back_on__gt=day).select_related("substitute").order_by("first_on")
    standing_in = found.substitutions.filter(cancelled_at=None, back_on__gt=day).select_related("officer").order_by("first_on")
    visits = queries.visible_visits(who).filter(officer=found).order_by("-changed_at")[:8]
    context = {
        "o": found, "name": name_of(found), "firms": queries.firms_of(found.pk, day), "things": [(one, words.line_kind(one.kind)) for one in things if one.kind != "firm"],
        "open": len(things), "absences": absences, "standing_in": standing_in, "leads": leads, "self": who.id == found.pk, "today": day,
        "colleagues": [one for one in queries.officers(who) if one.pk != found.pk], "visits": [(one, words.visit_state(one.state)) for one in visits],
    }  # fmt: skip
    return render(request, "web/visits/officer.html", context)


@insiders
@require_POST
def officer_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Note or cancel an absence; take a firm away."""
    who, post, when = actor(request), request.POST, now()
    found = queries.officer_seen(who, pk)

    def absent() -> Absence:
        first, back = _date(post.get("first")), _date(post.get("back"))
        if first is None or back is None:
            raise NotFound()
        substitute = _officer(request, post.get("substitute", ""))
        return note_absence(officer=found, substitute=substitute, first_on=first, back_on=back, reason=post.get("reason", ""), by=who, now=when)

    def there() -> None:
        number = post.get("absence", "")
        row = found.absences.filter(pk=number).first() if number.isdigit() else None
        if row is None:
            raise NotFound()
        cancel_absence(absence=row, by=who, now=when)

    def end() -> None:
        number = post.get("firm", "")
        firm = visible(who).filter(pk=number).first() if number.isdigit() else None
        if firm is None:
            raise NotFound()
        end_assignment(enterprise=firm, on=today(), reason=post.get("reason", ""), by=who, now=when)

    acts = {
        "absent": (absent, gettext("The absence is noted; the substitute has the work from the first day on.")),
        "there": (there, gettext("The absence is cancelled; the work is back.")),
        "end": (end, gettext("The firm has no officer from today on.")),
    }
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:officer", args=[pk]))


@insiders
def officer_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is open, each moved or left with a reason."""
    who, post = actor(request), request.POST
    found = queries.officer_seen(who, pk)
    if not (who.id == found.pk or queries.may_lead(who, found)):
        raise NotFound()
    things = open_things(found, today())
    if request.method == "POST":
        listed = post.getlist("listed")[:10_000]
        moved = set(post.getlist("moved"))
        left = {key: post.get(f"why-{key}", "") for key in listed if key not in moved}
        taker = _officer(request, post.get("taker", ""))
        said = gettext("Handed over: %(moved)s moved, %(left)s left.") % {"moved": len(listed) - len(left), "left": len(left)}
        back = reverse("web:officer", args=[found.pk])
        return act(request, lambda: hand_over(giver=found, taker=taker, listed=listed, left=left, reason=post.get("reason", ""), by=who, now=now()), said, back)
    context = {
        "o": found, "name": name_of(found), "things": [(one, words.line_kind(one.kind)) for one in things], "colleagues": [o for o in queries.officers(who) if o.pk != found.pk],
    }  # fmt: skip
    return render(request, "web/visits/hand_over.html", context)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
