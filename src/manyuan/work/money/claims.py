"""Claims: made against a line's money, approved by two people (three above the limit), or given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.work.money.errors import OwnWork, ReasonMissing, SaidAlready, Short, Taken, WrongRecipient, WrongState
from manyuan.work.money.funds import RUN
from manyuan.work.money.ledger import Kind, Move, balance, hold, post, yuan
from manyuan.work.money.models import Approval, Claim, Fund
from manyuan.work.money.shortfall import settle

State = Claim.State
APPROVE = gettext_noop("approve this payment")
_BATCH = 5_000


@dataclass(frozen=True)
class Asked:
    """A sum that somebody is to get. reference: never used twice. needs: how many people approve. Exactly one of enterprise_id and park_id."""

    reference: str
    title: str
    fen: int
    enterprise_id: int | None = None
    park_id: int | None = None
    needs: int = 2
    drafted_by_id: int | None = None
    drafted_label: str = ""
    synthetic: bool = False


@transaction.atomic
def reserve_claims(*, fund: Fund, year: int, line: str, asked: Sequence[Asked], rule: str = "refuse", by: Actor, now: datetime) -> list[Claim]:
    """Reserve money for claims: first what was earmarked for the line, then what is free. Returns the claims that have their money.

    A reference that has its claim already is that claim, and no money moves for it. Where the line has too little the rule says who gets what
    (shortfall.settle); under `refuse` Short is raised. Raises NotAllowed, WrongRecipient, Taken.
    """
    if not by.sees_all:
        raise NotAllowed(RUN, by)
    fund = hold(fund)
    there = {one.reference: one for one in _existing(fund, [one.reference for one in asked])}
    wanted = []
    for one in asked:
        if (one.park_id is not None) != (fund.recipients == Fund.Recipients.PARKS) or (one.park_id is None) == (one.enterprise_id is None):
            raise WrongRecipient(fund=fund.code, expected=fund.recipients)
        old = there.get(one.reference)
        if old is None:
            wanted.append(one)
        elif (old.enterprise_id, old.park_id) != (one.enterprise_id, one.park_id) or old.state == State.RELEASED:
            raise Taken(reference=one.reference)
    kept, free = balance(fund, year, line, Kind.EARMARKED), balance(fund, year, line, Kind.AVAILABLE)
    given = settle([one.fen for one in wanted], kept + free, rule)
    total = sum(given)
    if rule == "refuse" and wanted and not total:
        raise Short(fund=fund.code if not line else f"{fund.code} · {line}", year=year, left=yuan(kept + free), wanted=yuan(sum(one.fen for one in wanted)))
    made = Claim.objects.bulk_create(
        (
            Claim(
                reference=one.reference, fund=fund, year=year, line=line, enterprise_id=one.enterprise_id, park_id=one.park_id, title=one.title[:200], amount_fen=fen,
                drafted_by_id=one.drafted_by_id, drafted_label=one.drafted_label, needs=one.needs, synthetic=one.synthetic, made_at=now, changed_at=now,
            )
            for one, fen in zip(wanted, given, strict=True)
            if fen
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    if made:
        post(fund=fund, key=f"reserve/{uuid4()}", act="reserve", moves=_out_of(made, kept), by=by, now=now)
    new = {one.reference: one for one in made}
    return [claim for one in asked if (claim := there.get(one.reference) or new.get(one.reference)) is not None]


def _existing(fund: Fund, references: Sequence[str]) -> list[Claim]:
    out: list[Claim] = []
    for start in range(0, len(references), 500):
        out += Claim.objects.filter(reference__in=references[start : start + 500])
    for one in out:
        if one.fund_id != fund.pk:
            raise Taken(reference=one.reference)
    return out


def _out_of(claims: Sequence[Claim], kept: int) -> list[Move]:
    """Each claim's money out of what is earmarked while it lasts, the rest out of what is free."""
    moves = []
    for claim in claims:
        part = min(claim.amount_fen, kept)
        kept -= part
        for kind, fen in ((Kind.EARMARKED, part), (Kind.AVAILABLE, claim.amount_fen - part)):
            if fen:
                moves.append(Move(claim.year, claim.line, kind, Kind.RESERVED, fen, claim))
    return moves


@transaction.atomic
def approve_claims(*, claims: Sequence[Claim], by: Actor, now: datetime) -> list[Claim]:
    """One person's yes; claims that now have as many as they need are approved. Returns these. All or none.

    Only a person of the city, never the system, who neither drafted the claim nor stands on the receiving side, and only once.
    Raises NotAllowed, OwnWork, SaidAlready, WrongState.
    """
    if by.id is None or by.is_system or by.role is not Role.CITY:
        raise NotAllowed(APPROVE, by)
    rows = _held(claims)
    said: dict[int, set[int]] = {row.pk: set() for row in rows}
    for start in range(0, len(rows), 500):
        for claim, approver in Approval.objects.filter(claim__in=rows[start : start + 500]).values_list("claim_id", "approver_id"):
            said[claim].add(approver)
    for row in rows:
        if row.state != State.RESERVED:
            raise WrongState(what=row.reference, state=row.state, expected=State.RESERVED)
        if by.id == row.drafted_by_id or row.enterprise_id in by.enterprise_ids:
            raise OwnWork()
        if by.id in said[row.pk]:
            raise SaidAlready()
    Approval.objects.bulk_create((Approval(claim=row, approver_id=by.id, approver_label=by.label, at=now) for row in rows), batch_size=_BATCH)
    done = [row for row in rows if len(said[row.pk]) + 1 >= row.needs]
    audit.record(
        by=by, now=now, action="money.say_yes", subject_kind="claims", subject_id=rows[0].pk if rows else 0,
        after={"said_yes": [row.reference for row in rows[:2_000]], "count": len(rows), "approved": len(done)},
    )  # fmt: skip
    for fund in {row.fund_id: row.fund for row in done}.values():
        own = [row for row in done if row.fund_id == fund.pk]
        moves = [Move(row.year, row.line, Kind.RESERVED, Kind.APPROVED, row.amount_fen, row) for row in own]
        post(fund=fund, key=f"approve/{uuid4()}", act="approve", moves=moves, by=by, now=now)
    move_to(done, State.APPROVED, now, approved_at=now)
    return done


@transaction.atomic
def release_claims(*, claims: Sequence[Claim], reason: str, by: Actor, now: datetime) -> int:
    """Give up claims that are not on their way to the bank: their money is free again. Emits `money.released`. Returns how many."""
    if not by.sees_all:
        raise NotAllowed(RUN, by)
    if not reason.strip():
        raise ReasonMissing()
    rows = _held(claims)
    kinds = {State.RESERVED: Kind.RESERVED, State.APPROVED: Kind.APPROVED, State.RETURNED: Kind.RETURNED}
    for row in rows:
        if row.state not in kinds:
            raise WrongState(what=row.reference, state=row.state, expected=", ".join(kinds))
    for fund in {row.fund_id: row.fund for row in rows}.values():
        moves = [Move(row.year, row.line, kinds[State(row.state)], Kind.AVAILABLE, row.amount_fen, row) for row in rows if row.fund_id == fund.pk]
        post(fund=fund, key=f"release/{uuid4()}", act="release", moves=moves, by=by, now=now, reason=reason)
    move_to(rows, State.RELEASED, now)
    if rows:
        audit.emit(name="money.released", data={"references": [row.reference for row in rows], "reason": reason.strip()}, now=now)
    return len(rows)


def move_to(claims: Sequence[Claim], state: str, now: datetime, **more: datetime) -> None:
    """Note where claims stand, after the ledger moved; called inside the posting's transaction only."""
    for claim in claims:
        claim.state, claim.changed_at = state, now
        for name, value in more.items():
            setattr(claim, name, value)
    Claim.objects.bulk_update(claims, ["state", "changed_at", *more], batch_size=500)


def _held(claims: Sequence[Claim]) -> list[Claim]:
    """The claims as they are now, their funds' rows held first and in one order, so that two approvers never wait for each other in a circle."""
    for fund in Fund.objects.filter(pk__in={claim.fund_id for claim in claims}).order_by("pk"):
        hold(fund)
    out: list[Claim] = []
    ids = [claim.pk for claim in claims]
    for start in range(0, len(ids), 500):
        out += Claim.objects.select_related("fund").filter(pk__in=ids[start : start + 500])
    return sorted(out, key=lambda row: row.pk)
