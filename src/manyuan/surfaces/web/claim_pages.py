"""What a recipient gets: claims, where each stands, money asked back, how an award was used; and the account to which it is paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible as visible_enterprises
from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures, money_words, policy_words
from manyuan.surfaces.web.acting import act, actor, language, members, now
from manyuan.surfaces.web.tables import Column, Filter, Table
from manyuan.surfaces.web.templatetags.manyuan import status
from manyuan.work.money import accounts, awards, claims, payments, queries, recalls
from manyuan.work.money.errors import NoAccount
from manyuan.work.money.funds import fen_of
from manyuan.work.money.ledger import Kind
from manyuan.work.money.models import BankAccount, Claim, UseReport


@members
def claim_list(request: HttpRequest) -> HttpResponse:
    """Every claim that the reader may see."""
    who, lang = actor(request), language()
    rows = queries.visible_claims(who)
    states = [(code, money_words.state(code)[1]) for code in Claim.State.values]
    known, names = queries.visible_funds(who), policy_words.policy_names(lang)
    table = Table(
        "",
        [
            Column("recipient", gettext("Recipient"), _recipient, url=lambda c: reverse("web:claim", args=[c.pk]), wrap=True),
            Column("title", gettext("For"), lambda c: policy_words.claim_title(c.title, names), order="title", wrap=True),
            Column("fund", gettext("Fund"), lambda c: c.fund.name(lang), order="fund__code", wrap=True),
            Column("year", gettext("Year"), lambda c: str(c.year), order="year"),
            Column("amount", gettext("Amount"), lambda c: Decimal(c.amount_fen) / 100, order="amount_fen", unit="yuan"),
            Column("state", gettext("State"), lambda c: money_words.state(c.state)[1], order="state", cell=lambda c: status(*money_words.state(c.state))),
            Column("changed", gettext("Last step"), lambda c: c.changed_at.date(), order="changed_at"),
        ],
        rows,
        search=lambda r, text: r.filter(enterprise__name__contains=text) | r.filter(enterprise__uscc__startswith=text.upper()) | r.filter(park__name_zh__contains=text),
        filters=[
            Filter("state", gettext("State"), states, lambda r, value: r.filter(state=value)),
            Filter("fund", gettext("Fund"), [(one.code, one.name(lang)) for one in known], lambda r, value: r.filter(fund__code=value)),
        ],
        default_order="-changed",
        empty_title=gettext("No payment yet"),
        empty_text=gettext("What is approved for payment stands here, with every step up to the bank's word."),
    ).read(request)  # fmt: skip
    return table.export(request, "payments") or render(request, "web/claims.html", {"table": table, "city": who.sees_all})


def _recipient(claim: Claim) -> str:
    return claim.enterprise.name if claim.enterprise else figures.pick(claim.park)


@members
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim: where its money stands, step by step, the payments, what can be done."""
    who, lang = actor(request), language()
    found = queries.claim_seen(who, pk)
    owner = found.enterprise or found.park
    held = {kind: recalls.held_by(found, kind) for kind in (Kind.PAID, Kind.RECEIVABLE)}
    steps = found.transfers.select_related("posting", "source", "target").order_by("pk")
    person = who.sees_all and who.id is not None
    own = found.park_id is not None and who.role in (Role.COMMITTEE, Role.COMPANY) and found.park_id in who.park_ids
    reports = list(found.use_reports.all())
    account = accounts.current_account(owner) if owner else None
    why_not = payments.why_not(found, account) if found.state == Claim.State.APPROVED else ""
    context = {
        "c": found, "title": policy_words.claim_title(found.title, policy_words.policy_names(lang)), "state": money_words.state(found.state), "fund": found.fund.name(lang), "recipient": _recipient(found), "city": who.sees_all, "held": held,
        "steps": [(one, money_words.act(one.posting.act)) for one in steps], "payments": [(one, money_words.state(one.state)) for one in found.payments.select_related("batch", "account")],
        "approvals": found.approvals.all(), "entitlement": getattr(found, "entitlement", None), "account": account, "changed": why_not == "changed",
        "account_url": _account_url(owner), "reports": [(one, money_words.state(one.state)) for one in reports],
        "may": {
            "approve": person and found.state == Claim.State.RESERVED and found.drafted_by_id != who.id and not found.approvals.filter(approver_id=who.id).exists(),
            "release": person and found.state in (Claim.State.RESERVED, Claim.State.APPROVED, Claim.State.RETURNED),
            "recall": person and bool(held[Kind.PAID]) and found.state in (Claim.State.PAID, Claim.State.RECALLED), "recover": person and bool(held[Kind.RECEIVABLE]),
            "supplement": person and found.state in (Claim.State.PAID, Claim.State.RECALLED),
            "report": own and found.state == Claim.State.PAID and not any(one.state in ("open", "agreed") for one in reports),
            "check": person and found.drafted_by_id != who.id and any(one.state == UseReport.State.OPEN for one in reports),
        },
    }  # fmt: skip
    return render(request, "web/claim.html", context)


@members
@require_POST
def claim_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, give up, ask back, note what came back, supplement; report and check the use of an award."""
    who, post, when = actor(request), request.POST, now()
    found = queries.claim_seen(who, pk)
    reason = post.get("reason", "")

    def fen() -> int:
        return fen_of(post.get("amount", ""), found.fund.code, gettext("Amount"))

    acts = {
        "approve": (lambda: claims.approve_claims(claims=[found], by=who, now=when), gettext("Your approval is on record.")),
        "release": (lambda: claims.release_claims(claims=[found], reason=reason, by=who, now=when), gettext("Given up; the money is free again.")),
        "recall": (lambda: recalls.recall_claim(claim=found, fen=fen(), reason=reason, by=who, now=when), gettext("Asked back; the recipient sees the reason.")),
        "recover": (lambda: recalls.record_recovery(claim=found, fen=fen(), bank_reference=reason, by=who, now=when), gettext("Noted; the money is free again.")),
        "supplement": (lambda: recalls.supplement(claim=found, fen=fen(), reason=reason, by=who, now=when), gettext("Claimed on top; two others approve it.")),
        "report": (lambda: awards.report_use(claim=found, used_fen=fen(), text=reason, proof=post.get("proof", ""), by=who, now=when), gettext("Reported; the city checks it.")),
        "agree": (lambda: awards.check_use(report=_open(found), agreed=True, reason=reason, by=who, now=when), gettext("Checked.")),
        "refuse": (lambda: awards.check_use(report=_open(found), agreed=False, reason=reason, by=who, now=when), gettext("Sent back to the park with the reason.")),
    }  # fmt: skip
    if post.get("act") not in acts:
        raise NotFound()
    do, done = acts[post["act"]]
    return act(request, do, done, reverse("web:claim", args=[pk]))


def _open(found: Claim) -> UseReport:
    report = found.use_reports.filter(state=UseReport.State.OPEN).first()
    if report is None:
        raise NotFound()
    return report


def _account_url(owner: Any) -> str:
    return reverse("web:park_account", args=[owner.code]) if isinstance(owner, Park) else reverse("web:account", args=[owner.uscc])


@members
def account(request: HttpRequest, uscc: str) -> HttpResponse:
    """The bank account of an enterprise."""
    who = actor(request)
    firm = visible_enterprises(who).filter(uscc=uscc.upper()).first()
    if firm is None or not (who.sees_all or firm.pk in who.enterprise_ids):
        raise NotFound()
    return _account(request, firm, who, firm.name, reverse("web:enterprise", args=[firm.uscc]))


@members
def park_account(request: HttpRequest, code: str) -> HttpResponse:
    """The bank account of a park."""
    who = actor(request)
    park = Park.objects.filter(code=code).first()
    if park is None or not (who.sees_all or (who.role in (Role.COMMITTEE, Role.COMPANY) and park.pk in who.park_ids)):
        raise NotFound()
    return _account(request, park, who, figures.pick(park), reverse("web:park", args=[park.code]))


def _account(request: HttpRequest, owner: Enterprise | Park, who: Actor, name: str, back: str) -> HttpResponse:
    """Give it (the recipient), confirm a change and see the whole number (the city, recorded)."""
    here, post = request.path, request.POST
    current, shown = accounts.current_account(owner), ""
    if request.method == "POST" and post.get("act") == "reveal":
        try:
            shown = accounts.reveal_number(account=_there(current), reason=post.get("reason", ""), by=who, now=now())
        except DomainError as error:
            messages.error(request, error.message("zh-hans" if language() == "zh" else "en"))
            return HttpResponseRedirect(here)
    elif request.method == "POST":
        acts = {
            "give": (
                lambda: accounts.give_account(
                    owner=owner, holder=post.get("holder", ""), bank=post.get("bank", ""), number=post.get("number", ""), by=who, now=now()
                ),
                gettext("The account is kept."),
            ),
            "confirm": (
                lambda: accounts.confirm_account(account=_there(current), reason=post.get("reason", ""), by=who, now=now()),
                gettext("Confirmed; what was approved before goes out with the next batch."),
            ),
        }
        if post.get("act") not in acts:
            raise NotFound()
        do, done = acts[post["act"]]
        return act(request, do, done, here)
    former = BankAccount.objects.filter(**({"park": owner} if isinstance(owner, Park) else {"enterprise": owner})).exclude(replaced_at=None)
    context = {
        "name": name, "back": back, "a": current, "former": former[:10], "shown": shown, "may_give": accounts.may_give(owner, who),
        "may_confirm": who.sees_all and who.id is not None and current is not None and current.confirmed_at is None and bool(former), "city": who.sees_all,
    }  # fmt: skip
    response = render(request, "web/account.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _there(found: BankAccount | None) -> BankAccount:
    if found is None:
        raise NoAccount()
    return found
