"""Reading money: who may see what, and how far funds have come."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.work.money.ledger import Kind, balances
from manyuan.work.money.models import BankAccount, Batch, Claim, Fund, UseReport


def visible_claims(actor: Actor) -> QuerySet[Claim]:
    """The city all; park people those of their parks and of enterprises in them; an enterprise its own."""
    rows = Claim.objects.select_related("fund", "enterprise", "park")
    if actor.sees_all:
        return rows
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return rows.filter(park_id__in=actor.park_ids)
    if actor.role is Role.ENTERPRISE:
        return rows.filter(enterprise_id__in=actor.enterprise_ids)
    return rows.none()


def claim_seen(actor: Actor, pk: int) -> Claim:
    """A claim that the actor may see. Raises NotFound."""
    found = visible_claims(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def fund_seen(actor: Actor, code: str) -> Fund:
    """A fund by its code; funds are the city's, a fund for parks is seen by park people too. Raises NotFound."""
    rows = visible_funds(actor).filter(code=code).first()
    if rows is None:
        raise NotFound()
    return rows


def visible_funds(actor: Actor) -> QuerySet[Fund]:
    if actor.sees_all:
        return Fund.objects.all()
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return Fund.objects.filter(recipients=Fund.Recipients.PARKS)
    return Fund.objects.none()


def batch_seen(actor: Actor, number: str) -> Batch:
    """A payment batch; the city's alone. Raises NotFound."""
    found = Batch.objects.select_related("fund").filter(number=number).first() if actor.sees_all else None
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Standing:
    """Where the money of a fund's year, or of one line of it, stands, in fen. budget: what was granted or shared out."""

    budget: int
    free: int
    earmarked: int
    reserved: int
    approved: int
    paying: int
    paid: int
    returned: int
    receivable: int

    @property
    def bound(self) -> int:
        """Reserved, approved, on its way or paid: no longer anybody else's."""
        return self.budget - self.free - self.earmarked


def standing(fund: Fund, year: int) -> tuple[Standing, dict[str, Standing]]:
    """The fund's year as a whole, and each line of it ("" is what all lines share). free of the whole: what no line has and what lines have left."""
    held = {line: kinds for (_, line), kinds in balances(fund, year).items()}
    lines = {line: _standing(kinds, sum(fen for kind, fen in kinds.items() if kind != Kind.GRANTED)) for line, kinds in sorted(held.items())}
    whole = dict.fromkeys(Kind.values, 0)
    for kinds in held.values():
        for kind, fen in kinds.items():
            whole[kind] += fen
    return _standing(whole, whole[Kind.GRANTED]), lines


def _standing(kinds: dict[str, int], budget: int) -> Standing:
    return Standing(
        budget, kinds[Kind.AVAILABLE], kinds[Kind.EARMARKED], kinds[Kind.RESERVED], kinds[Kind.APPROVED], kinds[Kind.PAYING], kinds[Kind.PAID],
        kinds[Kind.RETURNED], kinds[Kind.RECEIVABLE],
    )  # fmt: skip


def left_of(fund: Fund, year: int, line: str) -> int:
    """What a line can still promise: free and earmarked, in fen."""
    held = balances(fund, year, line).get((year, line))
    return 0 if held is None else held[Kind.AVAILABLE] + held[Kind.EARMARKED]


def years_of(fund: Fund) -> list[int]:
    """Years in which the fund has accounts, the newest first."""
    return sorted(set(fund.accounts.values_list("year", flat=True)), reverse=True)


def use_reports_waiting(actor: Actor) -> QuerySet[UseReport]:
    """Reports of parks that wait for the city's check."""
    rows = UseReport.objects.filter(state=UseReport.State.OPEN).select_related("claim__park", "claim__fund")
    return rows if actor.sees_all else rows.none()


def changed_accounts(actor: Actor) -> QuerySet[BankAccount]:
    """Accounts that replaced another and that nobody has confirmed."""
    rows = BankAccount.objects.filter(replaced_at=None, confirmed_at=None).select_related("enterprise", "park")
    return rows if actor.sees_all else rows.none()
