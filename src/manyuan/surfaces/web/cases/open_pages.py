"""For people without login, behind a park's code: say what is wrong, and follow it with the code that one is given."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache

from manyuan.facts.accounts.middleware import address_of
from manyuan.facts.audit.actors import ANONYMOUS, Actor, NotAllowed
from manyuan.facts.audit.errors import DomainError
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.evidence import File
from manyuan.facts.programme.rights import is_insider
from manyuan.surfaces.web.acting import act, download, language, now, refused
from manyuan.surfaces.web.cases import wording
from manyuan.surfaces.web.cases.gate import guesses_left, note_wrong_code, open_gate, pass_gate
from manyuan.surfaces.web.cases.pages import case_context
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import attach, comment
from manyuan.work.demands import queries
from manyuan.work.demands.models import Demand
from manyuan.work.demands.services import Contact, answer_recheck, confirm_with_code, file_demand


def choose(request: HttpRequest) -> HttpResponse:
    """Which park? For people who come without a code; and the way to a demand filed earlier."""
    number, code = request.GET.get("number", "").strip().upper(), request.GET.get("code", "").strip().upper()
    if number and code:
        return HttpResponseRedirect(reverse("web:raised", args=[number[:24], code[:12]]))
    parks = Park.objects.filter(closed_on=None).exclude(kind="park-in-park").order_by("mark", "code")
    return render(request, "web/cases/raise_choose.html", {"parks": parks})


def raise_demand(request: HttpRequest, park: str) -> HttpResponse:
    """The open form of a park."""
    found = Park.objects.filter(code=park, closed_on=None).first()
    if found is None:
        raise Http404(park)
    post, fault = request.POST, ""
    given = {name: post.get(name, "") for name in ("text", "firm", "contact", "phone")} | {"key": post.get("key") or uuid.uuid4().hex}
    if request.method == "POST":
        fault = pass_gate(request, park)
        if not fault:
            try:
                firm = Enterprise.objects.filter(uscc=given["firm"].strip().upper()).select_related("park").first()
                filed = file_demand(
                    text=given["text"], enterprise=firm, enterprise_text=given["firm"], park=found, contact=Contact(given["contact"], given["phone"]),
                    channel="open", key=f"open:{given['key'][:60]}", by=_visitor(request), now=now(),
                )  # fmt: skip
            except DomainError as error:
                fault = error.message(get_language() or "zh-hans")
            else:
                if not filed.code:  # the same form once more: its code was shown the first time
                    return HttpResponseRedirect(reverse("web:raise_choose") + "?again=1")
                add_files(request, filed.demand.case, 3, as_reporter=True, by=_visitor(request))
                return HttpResponseRedirect(reverse("web:raised", args=[filed.demand.case.number, filed.code]) + "?filed=1")
    context = {"park": found, "given": given, "fault": fault, "gate": open_gate(request, park)}
    return render(request, "web/cases/raise.html", context, status=422 if fault else 200)


def add_files(request: HttpRequest, case: Case, most: int, *, as_reporter: bool = False, by: Actor) -> None:
    """Add the files of a form to a demand that is filed; one that is refused is named, and the demand stays filed."""
    for upload in request.FILES.getlist("file")[:most]:
        try:
            attach(case=case, file=File(upload.name, upload.read()), as_reporter=as_reporter, by=by, now=now())
        except DomainError as error:
            messages.warning(request, gettext("Filed, but without this file: %(why)s") % {"why": error.message(get_language() or "zh-hans")})


def _visitor(request: HttpRequest) -> Actor:
    return Actor(id=None, label=ANONYMOUS.label, role=ANONYMOUS.role, at=address_of(request))


@never_cache
def raised(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """A demand, for somebody who has its code: where it stands, the answer, and their own word on it."""
    demand = _found(request, number, code)
    case = demand.case
    here = reverse("web:raised", args=[number, code])
    officer = is_insider(getattr(request, "actor", ANONYMOUS))
    if request.method == "POST":
        if officer:  # who made the slip has seen the code: the firm's word is the firm's
            return refused(
                request,
                gettext("Only the firm speaks here"),
                gettext(
                    "You are signed in as somebody of the house. The firm says by itself whether it is solved; what it told you by telephone is noted on the page of the demand."
                ),
            )
        return _say(request, demand, here)
    context = case_context(case, _visitor(request), as_reporter=True)
    waiting = [one for one in demand.rechecks.all() if one.asked_at and one.answered_at is None]
    topic = queries.topic_name(demand.topic, language()) if demand.topic else ""
    response = render(
        request, "web/cases/raised.html",
        context | {"demand": demand, "here": here, "code": code.upper(), "filed": request.GET.get("filed") == "1", "officer": officer, "rechecks": [] if officer else waiting, "topic": topic, "state": wording.state(case)},
    )  # fmt: skip
    response["Referrer-Policy"] = "same-origin"  # no address leaves; no-referrer would make the form's own POST come from nowhere
    return response


def raised_file(request: HttpRequest, number: str, code: str, pk: int) -> HttpResponse:
    """A file of the demand, as a download."""
    found = _found(request, number, code).case.attachments.filter(pk=pk, public=True).first()
    if found is None:
        raise Http404
    return download(bytes(found.content), found.name, found.content_type)


def _found(request: HttpRequest, number: str, code: str) -> Demand:
    demand = queries.by_code(number, code) if guesses_left(request) else None
    if demand is None:
        note_wrong_code(request)
        raise Http404
    return demand


def _say(request: HttpRequest, demand: Demand, here: str) -> HttpResponse:
    post, who, when = request.POST, _visitor(request), now()
    what, note = post.get("act", ""), post.get("note", "")
    given = post.get("satisfaction", "")
    stars = int(given) if given.isdigit() else None

    def recheck(holds: bool) -> None:
        waiting = demand.rechecks.filter(answered_at=None, asked_at__isnull=False).first()
        if waiting is None:
            raise Http404
        answer_recheck(recheck=waiting, holds=holds, note=note, as_reporter=True, by=who, now=when)

    def say() -> None:
        if what.startswith("move:"):
            confirm_with_code(demand=demand, move=what[5:], note=note, satisfaction=stars, by=who, now=when)
        elif what == "comment":
            comment(case=demand.case, text=note, as_reporter=True, by=who, now=when)
        elif what == "attach":
            upload = request.FILES.get("file")
            attach(case=demand.case, file=File(upload.name, upload.read()) if upload else File("", b""), as_reporter=True, by=who, now=when)
        elif what in ("still", "again"):
            recheck(what == "still")
        else:
            raise Http404

    try:
        return act(request, say, gettext("Thank you; it stands on the trail."), here)
    except NotAllowed as error:
        raise Http404 from error
