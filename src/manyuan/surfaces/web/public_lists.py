"""Public lists before approval: everybody reads them and may object; the city decides the objections."""

from __future__ import annotations

from decimal import Decimal

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from manyuan.facts.accounts.middleware import address_of
from manyuan.facts.audit.errors import DomainError
from manyuan.surfaces.web import figures, policy_words
from manyuan.surfaces.web.acting import act, actor, language, members, now, today
from manyuan.surfaces.web.tables import Column, Table
from manyuan.work.policies import delivering
from manyuan.work.policies.models import Objection, PublicNotice

OBJECTIONS_AN_HOUR = 10
"""Objections that one address may make in an hour; a flood must not stop a payment."""


def notice_list(request: HttpRequest) -> HttpResponse:
    """The public lists: those open to objections first, then the closed ones of the last months."""
    lang = language()
    rows = PublicNotice.objects.select_related("version__policy").order_by("closed_at", "-opened_on")[:100]
    shown = [
        {"n": one, "name": one.version.name(lang), "open": one.closed_at is None and one.closes_on >= today(), "count": one.entitlements.count()}
        for one in rows
    ]
    return render(request, "web/notices_public.html", {"lists": sorted(shown, key=lambda one: not one["open"])})


def notice(request: HttpRequest, number: str) -> HttpResponse:
    """One public list, with a form to object while it is open; the city sees the objections and decides them."""
    who, lang = actor(request), language()
    found = get_object_or_404(PublicNotice.objects.select_related("version__policy"), number=number)
    is_open = found.closed_at is None and found.closes_on >= today()
    table = Table(
        "",
        [
            Column("enterprise", gettext("Enterprise"), lambda e: e.enterprise.name, order="enterprise__name", wrap=True),
            Column("uscc", gettext("Credit code"), lambda e: e.enterprise.uscc, order="enterprise__uscc"),
            Column("park", gettext("Park"), lambda e: figures.pick(e.park) if e.park else None, wrap=True),
            Column(
                "amount", gettext("Amount"), lambda e: Decimal(e.amount_fen) / 100 if found.version.kind == "money" else None, order="amount_fen", unit="yuan"
            ),
        ],
        found.entitlements.select_related("enterprise", "park"),
        search_fields=("enterprise__name", "enterprise__uscc"),
        default_order="enterprise",
        per_page=50,
    ).read(request)
    exported = table.export(request, number)
    if exported:
        return exported
    fault = ""
    if request.method == "POST":
        fault = _object(request, found)
        if not fault:
            return HttpResponseRedirect(reverse("web:public_list", args=[number]) + "?thanks=1#object")
    objections = found.objections.select_related("entitlement__enterprise").order_by("made_at") if who.sees_all else []
    context = {
        "n": found, "name": found.version.name(lang), "table": table, "open": is_open, "fault": fault, "thanks": request.GET.get("thanks") == "1",
        "objections": [(one, policy_words.state(one.state)) for one in objections], "may": who.sees_all, "synthetic": found.entitlements.filter(synthetic=True).exists(),
    }  # fmt: skip
    return render(request, "web/notice_public.html", context, status=422 if fault else 200)


def _object(request: HttpRequest, found: PublicNotice) -> str:
    """Take an objection; what is wrong with it, or nothing."""
    name = request.POST.get("enterprise", "").strip()
    rows = found.entitlements.filter(enterprise__name=name) | found.entitlements.filter(enterprise__uscc=name.upper())
    row = rows.first()
    if row is None:
        return gettext("No enterprise of this list has the name or credit code “%(name)s”.") % {"name": name[:60]}
    key = f"objections:{address_of(request)}"
    cache.add(key, 0, 3600)
    if cache.incr(key) > OBJECTIONS_AN_HOUR:
        return gettext("From here %(n)s objections came within an hour. Try again later, or write to the department in charge.") % {"n": OBJECTIONS_AN_HOUR}
    try:
        delivering.object_to(
            notice=found, entitlement=row, text=request.POST.get("text", ""), contact=request.POST.get("contact", ""), by=actor(request), now=now()
        )
    except DomainError as error:
        return error.message(get_language() or "zh-hans")
    return ""


@members
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide an objection."""
    who = actor(request)
    if not who.sees_all:
        raise Http404
    objection = get_object_or_404(Objection.objects.select_related("notice"), pk=pk)
    upheld = request.POST.get("act") == "uphold"
    return act(
        request,
        lambda: delivering.decide_objection(objection=objection, upheld=upheld, reason=request.POST.get("reason", ""), by=who, now=now()),
        gettext("Decided; the reason is on record."),
        reverse("web:public_list", args=[objection.notice.number]) + "#objections",
    )
