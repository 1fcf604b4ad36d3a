"""Payment batches: what is approved goes to the treasury in a file, each line under a number that the bank pays at most once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from manyuan.engines.workbooks import Column, write_csv, write_table
from manyuan.facts.accounts import sealing
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.work.money.claims import move_to
from manyuan.work.money.errors import NothingToPay, ReasonMissing, WrongState
from manyuan.work.money.ledger import Kind, Move, hold, post
from manyuan.work.money.models import BankAccount, Batch, Claim, Fund, Payment

PAY = gettext_noop("make payment batches")
MOST = 20_000
"""Lines of one batch: what a treasury's system and a spreadsheet still take well."""
_BATCH = 5_000
EXPORTED = (
    Column("batch", "批次号", "Batch"), Column("key", "付款编号", "Payment number"), Column("holder", "收款人户名", "Account holder"),
    Column("bank", "开户银行", "Bank"), Column("number", "收款账号", "Account number"), Column("amount", "金额", "Amount", kind="money", unit="元"),
    Column("purpose", "用途", "Purpose"),
)  # fmt: skip


@dataclass(frozen=True)
class Payable:
    """An approved claim, and why it cannot go out yet ("" if it can): no account, or one that changed after the approval."""

    claim: Claim
    account: BankAccount | None
    why_not: str


def payable(fund: Fund, year: int) -> list[Payable]:
    """Every approved claim of a fund's year, in the order of approval, with its account."""
    claims = list(Claim.objects.filter(fund=fund, year=year, state=Claim.State.APPROVED).select_related("enterprise", "park").order_by("approved_at", "pk"))
    of_park = fund.recipients == Fund.Recipients.PARKS
    field = "park_id" if of_park else "enterprise_id"
    claimed = Claim.objects.filter(fund=fund, year=year, state=Claim.State.APPROVED).values(field)
    rows = BankAccount.objects.filter(Q(park__in=claimed) if of_park else Q(enterprise__in=claimed), replaced_at=None)
    accounts = {getattr(row, field): row for row in rows}
    out = []
    for claim in claims:
        account = accounts.get(getattr(claim, field))
        out.append(Payable(claim, account, why_not(claim, account)))
    return out


def why_not(claim: Claim, account: BankAccount | None) -> str:
    """Why an approved claim cannot be paid now: no_account | changed (after the approval, not confirmed yet); empty where it can."""
    if account is None:
        return "no_account"
    changed = account.confirmed_at is None and claim.approved_at is not None and account.entered_at > claim.approved_at
    return "changed" if changed and _had_account_before(account, claim) else ""


def _had_account_before(account: BankAccount, claim: Claim) -> bool:
    """Whether another account stood when the claim was approved: a first account given later is no change."""
    owner = {"park": account.park_id} if account.park_id else {"enterprise": account.enterprise_id}
    return BankAccount.objects.filter(**owner, entered_at__lte=claim.approved_at).exists()


@transaction.atomic
def make_batch(*, fund: Fund, year: int, by: Actor, now: datetime) -> Batch:
    """Put everything that can be paid into one batch (at most MOST lines). Raises NotAllowed, NothingToPay."""
    _city(by)
    fund = hold(fund)
    ready = [(one.claim, one.account) for one in payable(fund, year) if not one.why_not and one.account is not None][:MOST]
    if not ready:
        raise NothingToPay()
    count = Batch.objects.filter(fund=fund, year=year).count() + 1
    batch = Batch.objects.create(
        number=f"{fund.code.upper()}-{year}-{count:03d}", fund=fund, year=year, made_by_id=by.id, made_label=by.label, made_at=now, changed_at=now
    )
    Payment.objects.bulk_create(
        (
            Payment(batch=batch, claim=claim, account=account, key=f"{batch.number}-{number:05d}", fen=claim.amount_fen, changed_at=now)
            for number, (claim, account) in enumerate(ready, 1)
        ),
        batch_size=_BATCH,
    )
    claims = [claim for claim, _ in ready]
    moves = [Move(claim.year, claim.line, Kind.APPROVED, Kind.PAYING, claim.amount_fen, claim) for claim in claims]
    post(fund=fund, key=f"batch/{batch.number}", act="batch", moves=moves, by=by, now=now)
    move_to(claims, Claim.State.PAYING, now)
    return batch


@transaction.atomic
def export_batch(*, batch: Batch, format: Literal["xlsx", "csv"], language: Literal["zh", "en"] = "zh", by: Actor, now: datetime) -> bytes:
    """The batch as the treasury takes it, with whole account numbers: the sight of each is recorded. The first export fixes the batch as sent;
    the same file can be taken again. Raises NotAllowed, WrongState, SealBroken."""
    _city(by)
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == Batch.State.CANCELLED:
        raise WrongState(what=batch.number, state=batch.state, expected=f"{Batch.State.OPEN}, {Batch.State.SENT}")
    lines = list(batch.payments.select_related("account", "claim").order_by("pk"))
    rows = [
        {
            "batch": batch.number, "key": one.key, "holder": one.account.holder, "bank": one.account.bank, "number": sealing.opened(one.account.number_sealed),
            "amount": one.fen, "purpose": one.claim.title,
        }
        for one in lines
    ]  # fmt: skip
    if batch.state == Batch.State.OPEN:
        batch.state, batch.sent_at, batch.changed_at = Batch.State.SENT, now, now
        batch.save(update_fields=["state", "sent_at", "changed_at"])
    audit.record(
        by=by, now=now, action="money.export_batch", subject_kind="batch", subject_id=batch.number,
        after={"lines": len(rows), "format": format, "accounts_seen": sorted({one.account_id for one in lines})[:MOST]},
    )  # fmt: skip
    return write_csv(rows, EXPORTED, language) if format == "csv" else write_table(rows, EXPORTED, language, title=batch.number)


@transaction.atomic
def cancel_batch(*, batch: Batch, reason: str, by: Actor, now: datetime) -> Batch:
    """Take back a batch that nobody has exported: its claims are approved again. Raises WrongState once it was exported."""
    _city(by)
    if not reason.strip():
        raise ReasonMissing()
    fund = hold(batch.fund)
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != Batch.State.OPEN:
        raise WrongState(what=batch.number, state=batch.state, expected=Batch.State.OPEN)
    lines = list(batch.payments.select_related("claim"))
    back([one.claim for one in lines], Kind.PAYING, f"cancel/{batch.number}", "cancel", fund, by, now, reason)
    batch.payments.update(state=Payment.State.CANCELLED, changed_at=now)
    batch.state, batch.changed_at = Batch.State.CANCELLED, now
    batch.save(update_fields=["state", "changed_at"])
    return batch


@transaction.atomic
def pay_again(*, claims: Sequence[Claim], reason: str, by: Actor, now: datetime) -> int:
    """What the bank sent back is approved again, once its account is put right, and goes into the next batch. Returns how many."""
    _city(by)
    if not reason.strip():
        raise ReasonMissing()
    rows = list(Claim.objects.select_related("fund").filter(pk__in=[claim.pk for claim in claims]).order_by("pk"))
    for fund in {row.fund_id: row.fund for row in rows}.values():
        held = hold(fund)
        own = list(Claim.objects.filter(pk__in=[row.pk for row in rows if row.fund_id == fund.pk]).order_by("pk"))
        for row in own:
            if row.state != Claim.State.RETURNED:
                raise WrongState(what=row.reference, state=row.state, expected=Claim.State.RETURNED)
        back(own, Kind.RETURNED, f"again/{uuid4()}", "pay_again", held, by, now, reason)
    return len(rows)


def back(claims: Sequence[Claim], source: str, key: str, act: str, fund: Fund, by: Actor, now: datetime, reason: str) -> None:
    """Claims are approved again, out of another account; the fund is held."""
    post(
        fund=fund,
        key=key,
        act=act,
        moves=[Move(one.year, one.line, source, Kind.APPROVED, one.amount_fen, one) for one in claims],
        by=by,
        now=now,
        reason=reason,
    )
    move_to(claims, Claim.State.APPROVED, now)


def _city(by: Actor) -> None:
    if not by.sees_all:
        raise NotAllowed(PAY, by)
