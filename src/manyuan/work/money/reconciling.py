"""Reconciliation to the fen: the ledger against claims, payments and batches. Nothing is mended here; every difference is named."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from manyuan.work.money.ledger import Kind, balances, claims_hold
from manyuan.work.money.models import Claim, Fund, Payment

State = Claim.State


@dataclass(frozen=True)
class Difference:
    """what: the claim, account or batch; kind: what was compared; ledger_fen against other_fen."""

    kind: str
    what: str
    ledger_fen: int
    other_fen: int


def reconcile(fund: Fund) -> list[Difference]:
    """Every difference of a fund, none where all agrees: no account below nought; each claim's money where its state says, and all of it;
    what the ledger calls paid or in payment = living payment lines."""
    out = [
        Difference("negative", f"{year} {line or '·'} {kind}", fen, 0)
        for (year, line), held in sorted(balances(fund).items()) for kind, fen in held.items() if fen < 0
    ]  # fmt: skip
    holds = claims_hold(fund)
    living: dict[int, int] = {}
    waiting: dict[int, int] = {}
    rows = Payment.objects.filter(claim__fund=fund, state__in=(Payment.State.WAITING, Payment.State.PAID)).order_by()
    for claim, state, fen in rows.values_list("claim_id", "state").annotate(fen=Sum("fen")):
        (waiting if state == Payment.State.WAITING else living)[claim] = fen
    for claim in Claim.objects.filter(fund=fund).iterator(chunk_size=5_000):
        held = holds.get(claim.pk, {})
        inside = {kind: fen for kind, fen in held.items() if kind not in (Kind.AVAILABLE, Kind.EARMARKED, Kind.GRANTED)}
        if stands(claim, inside) != claim.state:
            out.append(Difference("state", f"{claim.reference} {claim.state}", sum(inside.values()), claim.amount_fen))
        whole = sum(inside.values()) + recovered(claim, held)
        if claim.state != State.RELEASED and whole != claim.amount_fen:
            out.append(Difference("amount", claim.reference, whole, claim.amount_fen))
        if inside.get(Kind.PAYING, 0) != waiting.get(claim.pk, 0):
            out.append(Difference("paying", claim.reference, inside.get(Kind.PAYING, 0), waiting.get(claim.pk, 0)))
        once_paid = inside.get(Kind.PAID, 0) + inside.get(Kind.RECEIVABLE, 0) + recovered(claim, held)
        if once_paid != living.get(claim.pk, 0):
            out.append(Difference("paid", claim.reference, once_paid, living.get(claim.pk, 0)))
    return out


def recovered(claim: Claim, held: dict[str, int]) -> int:
    """What came back of a claim: in the ledger it left the line's free money (below nought, for the claim) and returned to it in part."""
    taken = -(held.get(Kind.AVAILABLE, 0) + held.get(Kind.EARMARKED, 0))
    return 0 if claim.state == State.RELEASED else claim.amount_fen - taken


def stands(claim: Claim, inside: dict[str, int]) -> str:
    """The state that the ledger gives to a claim."""
    for kind, state in (
        (Kind.RECEIVABLE, State.RECALLED), (Kind.PAYING, State.PAYING), (Kind.RETURNED, State.RETURNED), (Kind.APPROVED, State.APPROVED),
        (Kind.RESERVED, State.RESERVED), (Kind.PAID, State.PAID),
    ):  # fmt: skip
        if inside.get(kind):
            return state
    return State.RELEASED if claim.state == State.RELEASED else State.RECOVERED
