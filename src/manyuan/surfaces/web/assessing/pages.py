"""Applications: the list, one of them with documents, assessors and marks; the enterprise's own documents on its entitlement."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.accounts.models import User
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.factsheet.queries import current_definition, origins
from manyuan.facts.programme.evidence import File
from manyuan.surfaces.web import figures, policy_words
from manyuan.surfaces.web.acting import act, actor, download, language, members, now
from manyuan.surfaces.web.assessing import words
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.policies import application_queries as reading
from manyuan.work.policies import applying, assessing, queries
from manyuan.work.policies.errors import WrongPaper
from manyuan.work.policies.models import Application

AState = Application.State


@members
def application_list(request: HttpRequest) -> HttpResponse:
    """Applications that the reader may see; what waits for their own marks stands first."""
    who, lang = actor(request), language()
    if who.role is Role.ENTERPRISE:
        return HttpResponseRedirect(reverse("web:entitlements"))
    rows = reading.applications_seen(who)
    policies = {a.entitlement.version.policy.code: a.entitlement.version.name(lang) for a in rows}
    table = Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda a: a.entitlement.enterprise.name, order="entitlement__enterprise__name", wrap=True, url=lambda a: reverse("web:policy_application", args=[a.pk]), cell=lambda a: format_html("{} {}", a.entitlement.enterprise.name, mark("synthetic") if a.entitlement.synthetic else "")),
            Column("policy", gettext("Policy"), lambda a: a.entitlement.version.name(lang), order="entitlement__version__policy__code", wrap=True),
            Column("park", gettext("Park"), lambda a: figures.pick(a.entitlement.park) if a.entitlement.park else None, wrap=True),
            Column("submitted", gettext("Submitted"), lambda a: a.submitted_at.date() if a.submitted_at else None, order="submitted_at"),
            Column("promised", gettext("Promised by"), lambda a: a.entitlement.promised_on, order="entitlement__promised_on"),
            Column("state", gettext("State"), lambda a: words.state(a.state)[1], order="state", cell=lambda a: status(*words.state(a.state))),
        ],
        rows,
        search=lambda r, text: r.filter(entitlement__enterprise__name__contains=text),
        filters=[
            Filter("state", gettext("State"), [(one, words.state(one)[1]) for one in AState.values if one != AState.PREPARING], lambda r, v: r.filter(state=v)),
            Filter("policy", gettext("Policy"), sorted(policies.items()), lambda r, v: r.filter(entitlement__version__policy__code=v)),
        ],
        default_order="-submitted",
        empty_title=gettext("No policy application yet"),
        empty_text=gettext("When an enterprise submits an application, or you are asked to assess one, it stands here."),
    ).read(request)  # fmt: skip
    waiting = [(one, one.application.entitlement.version.name(lang)) for one in reading.to_assess(who)[:50]]
    return table.export(request, "applications") or render(request, "web/assessing/applications.html", {"table": table, "waiting": waiting})


@members
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: what is asked, the documents, why the firm is entitled, who assesses, and the marks as far as they are open."""
    who, lang = actor(request), language()
    found = reading.application_seen(who, pk)
    row, judging = found.entitlement, reading.judging_for(found)
    own = reading.own_assessment(who, found)
    decided = queries.decided(row)
    shown = reading.marks_seen(who, found)
    assessments = list(found.assessments.all()) if who.sees_all else []
    standing = [one for one in assessments if one.declined_at is None]
    context = {
        "a": found, "e": row, "name": row.version.name(lang), "state": words.state(found.state), "judging": judging,
        "items": [{"code": one.code, "name": one.name(lang), "least": words.plain(one.least), "most": words.plain(one.most)} for one in judging.items] if judging else [],
        "bands": [(words.plain(least), words.plain(share)) for least, share in judging.bands] if judging else [], "limit": words.plain(judging.limit) if judging else "",
        "papers": _grouped(found, queries.delivery_of(row.version).documents) if who.role is not Role.COMPANY else [], "lines": policy_words.lines(decided, origins(current_definition(), row.enterprise, row.as_of), lang) if decided else [],
        "marks": [(one, [(item.name(lang), words.plain(one.marks[item.code]), words.plain(item.most)) for item in judging.items], words.plain(_total(one))) for one in shown] if judging else [],
        "own": own, "to_mark": own is not None and own.given_at is None and found.state in (AState.ASSESSING, AState.ARBITRATION), "city": who.sees_all, "assessments": assessments,
        "result": words.result(found, judging, lang) if who.sees_all or own or who.role is Role.ENTERPRISE else None,
        "candidates": assessing.candidates(found) if who.sees_all and (found.state in (AState.SUBMITTED, AState.ARBITRATION) or (found.state == AState.ASSESSING and len(standing) < 2)) else [],
        "needs": 2 - len([one for one in standing if not one.is_arbiter]), "arbiter_needed": found.state == AState.ARBITRATION and not any(one.is_arbiter for one in standing),
        "may_send_back": who.sees_all and found.state == AState.SUBMITTED,
    }  # fmt: skip
    return render(request, "web/assessing/application.html", context)


def _total(one: Any) -> Any:
    from manyuan.work.policies.judging import total_of

    return total_of(one.marks)


def _grouped(found: Application | None, wanted: Any) -> list[tuple[str, list[Any]]]:
    """Each document that the policy names, with the files handed in for it."""
    there: dict[str, list[Any]] = {name: [] for name in wanted}
    for one in reading.papers_of(found):
        there.setdefault(one.wanted, []).append(one)
    return list(there.items())


@members
@require_POST
def application_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Send back, ask assessors or an arbiter, give marks, decline."""
    who, post, when = actor(request), request.POST, now()
    found = reading.application_seen(who, pk)
    what, back = post.get("act", ""), reverse("web:policy_application", args=[pk])
    text = post.get("text", "")
    acts = {
        "send_back": (lambda: applying.send_back(application=found, reason=text, by=who, now=when), gettext("Sent back; the enterprise reads the reason.")),
        "assign": (lambda: assessing.assign_assessors(application=found, people=_people(post, who), by=who, now=when), gettext("The assessors are asked.")),
        "arbiter": (lambda: assessing.assign_arbiter(application=found, person=_people(post, who)[0], by=who, now=when), gettext("The third person is asked.")),
        "marks": (lambda: assessing.give_marks(assessment=_own(who, found), marks={name[2:]: value for name, value in post.items() if name.startswith("m-")}, note=text, by=who, now=when), gettext("Your marks are on record; they are not shown to the other assessor before both are in.")),
        "decline": (lambda: assessing.decline(assessment=_own(who, found), reason=text, by=who, now=when), gettext("You stepped back; the city asks somebody else.")),
    }  # fmt: skip
    if what not in acts:
        raise NotFound()
    do, done = acts[what]
    return act(request, do, done, reverse("web:policy_applications") if what == "decline" else back)


def _people(post: Any, who: Actor) -> list[User]:
    if not who.sees_all:
        raise NotFound()
    ids = [int(one) for one in post.getlist("person") if one.isdigit()]
    found = {user.pk: user for user in User.objects.filter(pk__in=ids, is_active=True).select_related("organisation")}
    if not ids or len(found) != len(set(ids)):
        raise NotFound()
    return [found[pk] for pk in ids]


def _own(who: Actor, found: Application) -> Any:
    own = reading.own_assessment(who, found)
    if own is None:
        raise NotFound()
    return own


@members
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A document, as a download."""
    found = reading.paper_seen(actor(request), pk)
    return download(bytes(found.content), found.file_name, found.content_type)


@members
@require_POST
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The enterprise hands in a document, takes one away, or submits its application."""
    who, post, when = actor(request), request.POST, now()
    row = queries.entitlement_seen(who, pk)
    back = reverse("web:entitlement", args=[pk]) + "#papers"
    what = post.get("act", "")
    if what == "add":
        return act(
            request,
            lambda: applying.add_paper(entitlement=row, wanted=post.get("wanted", ""), file=_file(request), by=who, now=when),
            gettext("The document is there."),
            back,
        )
    if what == "withdraw":
        chosen = reading.papers_of(reading.application_of(row)).filter(pk=post["paper"]).first() if post.get("paper", "").isdigit() else None
        if chosen is None:
            raise NotFound()
        return act(request, lambda: applying.withdraw_paper(paper=chosen, by=who, now=when), gettext("Taken away."), back)
    if what == "submit":
        facts = {name[2:]: value for name, value in post.items() if name.startswith("f-")}
        return act(
            request,
            lambda: applying.submit_application(entitlement=row, facts=facts, by=who, now=when),
            gettext("Submitted. Where it stands, and the day promised, you see here."),
            back,
        )
    raise NotFound()


def _file(request: HttpRequest) -> File:
    given = request.FILES.get("file")
    if given is None:
        raise WrongPaper(file="-", found="-", expected=gettext("a file"))
    if (given.size or 0) > applying.LARGEST:
        raise WrongPaper(file=str(given.name)[-60:], found=f"{(given.size or 0) / 1048576:.1f} MB", expected="20 MB")
    return File(str(given.name), given.read())
