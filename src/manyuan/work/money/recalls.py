"""After the payment: money asked back with a reason, come back, and sums put right."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.work.money.claims import Asked, move_to, reserve_claims
from manyuan.work.money.errors import ReasonMissing, TooMuch, WrongState
from manyuan.work.money.ledger import Kind, Move, hold, post, yuan
from manyuan.work.money.models import Claim, Transfer

State = Claim.State
RECALL = gettext_noop("ask money back")


def held_by(claim: Claim, kind: str) -> int:
    """What an account holds of this claim, in fen."""
    rows = Transfer.objects.filter(claim=claim)
    taken = sum(rows.filter(target__kind=kind).values_list("fen", flat=True))
    return taken - sum(rows.filter(source__kind=kind).values_list("fen", flat=True))


@transaction.atomic
def recall_claim(*, claim: Claim, fen: int, reason: str, by: Actor, now: datetime) -> Claim:
    """Ask back a paid sum or part of it. Emits `money.recalled`. Raises NotAllowed, ReasonMissing, WrongState, TooMuch."""
    _person(by)
    if not reason.strip():
        raise ReasonMissing()
    fund = hold(claim.fund)
    claim = Claim.objects.get(pk=claim.pk)
    if claim.state not in (State.PAID, State.RECALLED):
        raise WrongState(what=claim.reference, state=claim.state, expected=State.PAID)
    paid = held_by(claim, Kind.PAID)
    if not 0 < fen <= paid:
        raise TooMuch(wanted=yuan(fen), left=yuan(paid))
    post(
        fund=fund,
        key=f"recall/{uuid4()}",
        act="recall",
        moves=[Move(claim.year, claim.line, Kind.PAID, Kind.RECEIVABLE, fen, claim)],
        by=by,
        now=now,
        reason=reason,
    )
    move_to([claim], State.RECALLED, now)
    audit.emit(name="money.recalled", data={"references": [claim.reference], "fen": fen, "reason": reason.strip()}, now=now)
    return claim


@transaction.atomic
def record_recovery(*, claim: Claim, fen: int, bank_reference: str, by: Actor, now: datetime) -> Claim:
    """Money that was asked back has come: it is free again in its line. bank_reference: the bank's number; the same number counts once."""
    _person(by)
    if not bank_reference.strip():
        raise ReasonMissing()
    fund = hold(claim.fund)
    claim = Claim.objects.get(pk=claim.pk)
    key = f"recovery/{claim.pk}/{bank_reference.strip()}"[:120]
    if fund.postings.filter(key=key).exists():
        return claim
    due = held_by(claim, Kind.RECEIVABLE)
    if not 0 < fen <= due:
        raise TooMuch(wanted=yuan(fen), left=yuan(due))
    post(
        fund=fund,
        key=key,
        act="recovery",
        moves=[Move(claim.year, claim.line, Kind.RECEIVABLE, Kind.AVAILABLE, fen, claim)],
        by=by,
        now=now,
        reason=bank_reference,
    )
    if fen == due:
        move_to([claim], State.PAID if held_by(claim, Kind.PAID) else State.RECOVERED, now)
        audit.emit(name="money.recovered", data={"references": [claim.reference]}, now=now)
    return claim


@transaction.atomic
def supplement(*, claim: Claim, fen: int, reason: str, by: Actor, now: datetime) -> Claim:
    """What was paid too little is claimed on top: a claim of its own, with its own approvals by others than who asks for it. Raises Short."""
    _person(by)
    if not reason.strip():
        raise ReasonMissing()
    if claim.state not in (State.PAID, State.RECALLED):
        raise WrongState(what=claim.reference, state=claim.state, expected=State.PAID)
    hold(claim.fund)
    number = Claim.objects.filter(reference__startswith=f"{claim.reference}+").count() + 1
    asked = Asked(f"{claim.reference}+{number}", claim.title, fen, claim.enterprise_id, claim.park_id, claim.needs, by.id, by.label, claim.synthetic)
    made = reserve_claims(fund=claim.fund, year=claim.year, line=claim.line, asked=[asked], by=by, now=now)[0]
    audit.record(by=by, now=now, action="money.supplement", subject_kind="claim", subject_id=made.pk, after={"of": claim.reference, "fen": fen}, reason=reason)
    return made


def _person(by: Actor) -> None:
    if by.id is None or by.is_system or by.role is not Role.CITY:
        raise NotAllowed(RECALL, by)
