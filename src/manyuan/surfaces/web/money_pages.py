"""Money: funds and where their money stands, budgets, batches, the bank's results; in claim_pages what one recipient gets."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import Count, Max, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures, money_words
from manyuan.surfaces.web.acting import act, actor, download, language, members, now, refused, today
from manyuan.surfaces.web.tables import Column, Filter, Table, as_xlsx
from manyuan.surfaces.web.templatetags.manyuan import status
from manyuan.work.money import awards, claims, funds, payments, queries
from manyuan.work.money.errors import WrongFund
from manyuan.work.money.models import Batch, Claim, Fund, Payment
from manyuan.work.money.reconciling import reconcile
from manyuan.work.money.results import read_results, take_results
from manyuan.work.policies.models import PolicyVersion

_RECENT = 10
_SHOWN = 200
_KEPT_FOR = 3600
"""Seconds for which a previewed file of results may be taken."""
_LARGEST_RESULTS = 3 * 1024 * 1024


@members
def fund_list(request: HttpRequest) -> HttpResponse:
    """Every fund of a year and where its money stands; the city opens funds."""
    who = actor(request)
    if not who.sees_all:
        return HttpResponseRedirect(reverse("web:claims"))
    if request.method == "POST":
        post = request.POST

        def opened() -> None:
            fund = funds.open_fund(
                code=post.get("code", ""), name_zh=post.get("name_zh", ""), name_en=post.get("name_en", ""), recipients=post.get("recipients", ""),
                limit_fen=funds.fen_of(post["limit"], field="limit") if post.get("limit", "").strip() else None, by=who, now=now(),
            )  # fmt: skip
            if post.get("budget", "").strip():
                funds.set_budget(fund=fund, year=today().year, fen=funds.fen_of(post["budget"], fund.code, "budget"), by=who, now=now())

        return act(request, opened, gettext("The fund is there."), reverse("web:money"))
    year = _year(request)
    rows = [(fund, fund.name(language()), queries.standing(fund, year)[0]) for fund in Fund.objects.all()]
    total = {name: sum(getattr(one, name) for _, _, one in rows) for name in _SHEET}
    if request.GET.get("export") == "funds":
        return _sheet(f"funds-{year}", gettext("Fund"), _SHEET, [(fund.code, name, one) for fund, name, one in rows])
    total["bound_now"] = total["reserved"] + total["approved"] + total["returned"]
    context = {
        "rows": rows, "year": year, "years": sorted({today().year, year, *(one for fund, _, _ in rows for one in queries.years_of(fund))}, reverse=True), "total": total,
        "changed": list(queries.changed_accounts(who)[:_SHOWN]) if _changes(who) else [], "uses": list(queries.use_reports_waiting(who)[:_SHOWN]),
    }  # fmt: skip
    return render(request, "web/money.html", context)


_SHEET = ("budget", "free", "earmarked", "reserved", "approved", "paying", "paid", "returned")
_LINES = ("budget", "free", "earmarked", "bound", "paid")


def _sheet(file_name: str, of: str, amounts: tuple[str, ...], rows: Iterable[tuple[str, str, Any]]) -> HttpResponse:
    """Where money stands as xlsx, in yuan: a line for each (code, name, standing), a column for each of the amounts."""
    names = {
        "budget": gettext("Budget"), "free": gettext("Free"), "earmarked": gettext("Kept for those entitled"), "reserved": gettext("Being approved"),
        "approved": gettext("Approved"), "paying": gettext("At the bank"), "paid": gettext("Paid"), "returned": gettext("Came back"), "bound": gettext("Bound"),
    }  # fmt: skip
    titles = [gettext("Code"), of, *(gettext("%(what)s (yuan)") % {"what": names[key]} for key in amounts)]
    return as_xlsx(file_name, titles, [[code, name, *(Decimal(getattr(one, key)) / 100 for key in amounts)] for code, name, one in rows])


def _changes(who: Actor) -> bool:
    """Whether an account stands in the way of a payment."""
    return any(one.why_not == "changed" for fund in queries.visible_funds(who) for one in payments.payable(fund, today().year))


def _year(request: HttpRequest) -> int:
    given = request.GET.get("year", "")
    return int(given) if given.isdigit() and 2000 <= int(given) <= 2100 else today().year


@members
def fund(request: HttpRequest, code: str) -> HttpResponse:
    """One fund: its lines, what can be paid, batches, awards, the newest postings, and whether it reconciles."""
    who = actor(request)
    if not who.sees_all:
        return refused(request, gettext("No right to do this"), gettext("Funds are run by the city."))
    fund, year, lang = queries.fund_seen(who, code), _year(request), language()
    whole, lines = queries.standing(fund, year)
    ready = payments.payable(fund, year)
    can = [one for one in ready if not one.why_not]
    policies = {row.policy.code: row.name(lang) for row in PolicyVersion.objects.filter(policy__code__in=lines).select_related("policy").order_by("number")}
    shared = [(line, policies.get(line, line or gettext("shared by all")), one) for line, one in lines.items() if any(vars(one).values())]
    if request.GET.get("export") == "lines":
        return _sheet(f"{fund.code}-{year}", gettext("Policy"), _LINES, shared)
    waiting = Claim.objects.filter(fund=fund, year=year, state=Claim.State.RESERVED).select_related("park", "enterprise").order_by("pk")
    mine = waiting.exclude(approvals__approver_id=who.id).exclude(drafted_by_id=who.id).filter(entitlement=None)
    returned = Claim.objects.filter(fund=fund, year=year, state=Claim.State.RETURNED).select_related("park", "enterprise").order_by("pk")
    batches = [
        (one, money_words.state(one.state)) for one in Batch.objects.filter(fund=fund, year=year).annotate(lines=Count("payments"), fen=Sum("payments__fen"))
    ]
    postings = fund.postings.annotate(n=Count("transfers"), fen=Sum("transfers__fen"), line=Max("transfers__target__line")).order_by("-pk")[:_RECENT]
    context = {
        "fund": fund, "name": fund.name(lang), "year": year, "years": sorted({today().year, year, *queries.years_of(fund)}, reverse=True), "whole": whole,
        "lines": shared,
        "can": can, "can_fen": sum(one.claim.amount_fen for one in can), "cannot": [(one, money_words.why_not(one.why_not)) for one in ready if one.why_not][:_SHOWN],
        "batches": batches, "returned": list(returned[:_SHOWN]), "differences": [(one, money_words.difference(one.kind)) for one in reconcile(fund)[:_SHOWN]],
        "postings": [(one, money_words.act(one.act), policies.get(one.line, one.line)) for one in postings], "of_parks": fund.recipients == Fund.Recipients.PARKS,
        "waiting": list(waiting.filter(entitlement=None)[:_SHOWN]), "to_approve": mine.count(), "parks": list(Park.objects.order_by("name_zh")) if fund.recipients == Fund.Recipients.PARKS else [],
    }  # fmt: skip
    return render(request, "web/fund.html", context)


@members
@require_POST
def fund_act(request: HttpRequest, code: str) -> HttpResponse:
    """Set a budget or a limit, make a batch, draft and approve awards, pay again what came back."""
    who, post, when = actor(request), request.POST, now()
    fund = queries.fund_seen(who, code)
    year = int(post["year"]) if post.get("year", "").isdigit() else today().year
    back = f"{reverse('web:fund', args=[code])}?year={year}"
    returned = Claim.objects.filter(fund=fund, year=year, state=Claim.State.RETURNED, pk__in=[one for one in post.getlist("claim") if one.isdigit()])
    if post.get("act") == "batch":
        try:
            made = payments.make_batch(fund=fund, year=year, by=who, now=when)
        except DomainError as error:
            return act(request, _raising(error), "", back)
        return act(request, lambda: None, gettext("The batch is made. Take the file to the treasury now."), reverse("web:batch", args=[made.number]))
    acts = {
        "budget": (
            lambda: funds.set_budget(
                fund=fund, year=year, fen=funds.fen_of(post.get("budget", ""), code, "budget"), by=who, now=when, reason=post.get("reason", "")
            ),
            gettext("The budget is set."),
        ),
        "award": (lambda: _award(fund, year, post, who), gettext("The awards are drafted; two others approve them.")),
        "approve": (
            lambda: claims.approve_claims(claims=list(_awards_waiting(fund, year, who)), by=who, now=when),
            gettext("Your approval is on record; a payment needs two people, a large one three."),
        ),
        "again": (
            lambda: payments.pay_again(claims=list(returned), reason=post.get("reason", ""), by=who, now=when),
            gettext("They go out with the next batch."),
        ),
    }
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, back)


def _raising(error: DomainError) -> Any:
    def again() -> None:
        raise error

    return again


def _awards_waiting(fund: Fund, year: int, who: Actor) -> Any:
    rows = Claim.objects.filter(fund=fund, year=year, state=Claim.State.RESERVED, entitlement=None)
    return rows.exclude(approvals__approver_id=who.id).exclude(drafted_by_id=who.id)


def _award(fund: Fund, year: int, post: Any, who: Actor) -> None:
    parks = {str(park.pk): park for park in Park.objects.filter(pk__in=[one for one in post.getlist("park") if one.isdigit()])}
    given = [
        (parks[pk], funds.fen_of(amount, fund.code, figures.pick(parks[pk])))
        for pk, amount in zip(post.getlist("park"), post.getlist("amount"), strict=False)
        if pk in parks and amount.strip()
    ]
    if not given or any(fen == 0 for _, fen in given):
        raise WrongFund(code=fund.code, field=gettext("awards"), found="0", expected=gettext("a park and an amount above nought"))
    awards.draft_awards(fund=fund, year=year, awards=given, title=post.get("title", ""), by=who, now=now())


@members
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One batch: its lines with masked accounts, the file for the treasury, the bank's results."""
    who = actor(request)
    found = _batch(request, queries.batch_seen(who, number))
    return found["table"].export(request, number) or render(request, "web/batch.html", found)


def _batch(request: HttpRequest, batch: Batch, **more: Any) -> dict[str, Any]:
    rows = batch.payments.select_related("claim__enterprise", "claim__park", "account").order_by("pk")
    sums = {row["state"]: (row["n"], row["fen"]) for row in rows.order_by().values("state").annotate(n=Count("pk"), fen=Sum("fen"))}
    return {
        "b": batch, "state": money_words.state(batch.state), "table": _payments(rows).read(request),
        "sums": [(money_words.state(code), *sums[code]) for code in ("waiting", "paid", "failed", "returned", "cancelled") if code in sums],
        "count": sum(n for n, _ in sums.values()), "total": sum(fen for _, fen in sums.values()), **more,
    }  # fmt: skip


def _payments(rows: Any) -> Table:
    """The lines of a batch, accounts masked."""
    return Table(
        "",
        [
            Column("key", gettext("Payment"), lambda p: p.key, order="pk", nowrap=True),
            Column("recipient", gettext("Recipient"), lambda p: p.claim.enterprise.name if p.claim.enterprise else figures.pick(p.claim.park), url=lambda p: reverse("web:claim", args=[p.claim_id]), wrap=True),
            Column("account", gettext("Account"), lambda p: p.account.masked, nowrap=True),
            Column("amount", gettext("Amount"), lambda p: Decimal(p.fen) / 100, order="fen", unit="yuan"),
            Column("state", gettext("State"), lambda p: money_words.state(p.state)[1], order="state", cell=lambda p: status(*money_words.state(p.state))),
            Column("said", gettext("What the bank says"), lambda p: " ".join(one for one in (p.bank_note or p.bank_reference, figures.day(p.settled_on) if p.settled_on else "") if one), wrap=True),
        ],
        rows,
        search=lambda r, text: r.filter(claim__enterprise__name__contains=text) | r.filter(claim__park__name_zh__contains=text) | r.filter(key__endswith=text),
        filters=[Filter("state", gettext("State"), [(code, money_words.state(code)[1]) for code in Payment.State.values], lambda r, value: r.filter(state=value))],
    )  # fmt: skip


@members
@require_POST
def batch_act(request: HttpRequest, number: str) -> HttpResponse:
    """Take the file, take the batch back, look at the bank's results and take them."""
    who, post, when = actor(request), request.POST, now()
    found = queries.batch_seen(who, number)
    back, what = reverse("web:batch", args=[number]), post.get("act", "")
    if what in ("xlsx", "csv"):
        try:
            content = payments.export_batch(
                batch=found, format="xlsx" if what == "xlsx" else "csv", language="zh" if language() == "zh" else "en", by=who, now=when
            )
        except DomainError as error:
            return act(request, _raising(error), "", back)
        return download(content, f"{number}.{what}", *(["text/csv; charset=utf-8"] if what == "csv" else []))
    if what == "cancel":
        return act(
            request,
            lambda: payments.cancel_batch(batch=found, reason=post.get("reason", ""), by=who, now=when),
            gettext("Taken back; its payments are approved again."),
            back,
        )
    if what == "read":
        return _read(request, found, who, back)
    if what == "take":
        return _take(request, found, who, back)
    raise NotFound()


def _read(request: HttpRequest, found: Batch, who: Actor, back: str) -> HttpResponse:
    """The results as they would be taken, with every fault and its cell."""
    given = request.FILES.get("file")
    if given is None:
        messages.error(request, gettext("Choose the bank's file first."))
        return HttpResponseRedirect(back)
    if (given.size or 0) > _LARGEST_RESULTS:
        messages.error(request, gettext("The file is larger than %(n)s MB.") % {"n": _LARGEST_RESULTS // 1024 // 1024})
        return HttpResponseRedirect(back)
    content, name = given.read(), str(given.name)[:120]
    reading = read_results(batch=found, content=content, filename=name, today=today(), by=who)
    kept = signing.dumps({"batch": found.number, "name": name, "file": base64.b64encode(content).decode()}, salt="bank-results", compress=True)
    lines = [{"line": one, "claim": one.payment.claim, "state": money_words.state(one.becomes)} for one in reading.lines[:_SHOWN]]
    return render(
        request,
        "web/batch.html",
        _batch(
            request,
            found,
            reading=reading,
            changes=lines,
            kept=kept,
            file=name,
            sums_read=[(money_words.state(code), reading.count(code), reading.sum(code)) for code in ("paid", "failed", "returned") if reading.count(code)],
        ),
    )


def _take(request: HttpRequest, found: Batch, who: Actor, back: str) -> HttpResponse:
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt="bank-results", max_age=_KEPT_FOR)
        content = base64.b64decode(kept["file"])
        if kept["batch"] != found.number:
            raise signing.BadSignature
    except (signing.BadSignature, KeyError, binascii.Error):
        messages.error(request, gettext("The preview is too old. Choose the bank's file again."))
        return HttpResponseRedirect(back)
    try:
        reading = take_results(batch=found, content=content, filename=str(kept["name"]), today=today(), by=who, now=now())
    except DomainError as error:
        messages.error(request, error.message(get_language() or "zh-hans"))
        return HttpResponseRedirect(back)
    paid = reading.count("paid")
    messages.success(request, ngettext("Taken: %(n)s payment is paid.", "Taken: %(n)s payments are paid.", paid) % {"n": paid})
    return HttpResponseRedirect(back)
