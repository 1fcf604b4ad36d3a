"""The ledger: the one function that moves money, and what accounts hold. Nothing else writes transfers.

Double entry (each transfer has both sides), append-only, in fen. Whoever posts holds the fund's row until the transaction ends, so that two
posters see each other's transfers, and no account but the treasury's side ever goes below nought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.work.money.errors import Short
from manyuan.work.money.models import Account, Claim, Fund, Posting, Transfer

Kind = Account.Kind
_BATCH = 5_000
_KINDS = tuple(Kind.values)


@dataclass(frozen=True)
class Move:
    """fen from one kind of account to another, of one line and year. claim: whose money it is, None for a line's common sum. to_line: another line."""

    year: int
    line: str
    source: str
    target: str
    fen: int
    claim: Claim | None = None
    to_line: str | None = None


def yuan(fen: int) -> str:
    """A sum for a message: 1,234.50."""
    return f"{fen / 100:,.2f}" if abs(fen) < 10**14 else f"{fen // 100:,}.{fen % 100:02d}"


def hold(fund: Fund) -> Fund:
    """The fund with its row locked until the transaction ends; every service that decides by a balance calls this first."""
    return Fund.objects.select_for_update().get(pk=fund.pk)


@transaction.atomic
def post(*, fund: Fund, key: str, act: str, moves: Sequence[Move], by: Actor, now: datetime, reason: str = "") -> Posting:
    """Move money; all of it or none. The same key twice is one posting: the first one is returned and nothing moves.

    Raises Short where an account would go below nought, ValueError for a move of nothing or less.
    """
    fund = hold(fund)
    done = Posting.objects.filter(key=key).first()
    if done is not None:
        return done
    if not moves or any(move.fen <= 0 for move in moves):
        raise ValueError(f"{key}: a posting moves more than nothing")
    ids = _accounts(fund, moves)
    change: dict[tuple[int, str, str], int] = defaultdict(int)
    for move in moves:
        change[move.year, move.line, move.source] -= move.fen
        change[move.year, move.line if move.to_line is None else move.to_line, move.target] += move.fen
    for (year, line, kind), fen in sorted(change.items()):
        if fen < 0 and kind != Kind.GRANTED:
            held = _held(ids[year, line, kind])
            if held + fen < 0:
                raise Short(fund=fund.code if not line else f"{fund.code} · {line}", year=year, left=yuan(held), wanted=yuan(-fen))
    posting = Posting.objects.create(fund=fund, key=key, act=act, at=now, actor_id=by.id, actor_label=by.label, reason=reason.strip())
    Transfer.objects.bulk_create(
        (
            Transfer(
                posting=posting, claim=move.claim, fen=move.fen, source_id=ids[move.year, move.line, move.source],
                target_id=ids[move.year, move.line if move.to_line is None else move.to_line, move.target],
            )
            for move in moves
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    total = sum(move.fen for move in moves)
    audit.record(
        by=by,
        now=now,
        action=f"money.{act}",
        subject_kind="fund",
        subject_id=fund.code,
        after={"posting": key, "moves": len(moves), "fen": total},
        reason=reason,
    )
    return posting


def _accounts(fund: Fund, moves: Iterable[Move]) -> dict[tuple[int, str, str], int]:
    """The accounts of the moves, opened where they are new; the fund's row is held."""
    wanted = set()
    for move in moves:
        wanted |= {(move.year, move.line, move.source), (move.year, move.line if move.to_line is None else move.to_line, move.target)}
    if wrong := {kind for _, _, kind in wanted} - set(_KINDS):
        raise ValueError(f"no such account: {sorted(wrong)}")
    rows = Account.objects.filter(fund=fund, year__in={year for year, _, _ in wanted}).values_list("year", "line", "kind", "pk")
    found = {(year, line, kind): pk for year, line, kind, pk in rows}
    for year, line, kind in sorted(wanted - set(found)):
        found[year, line, kind] = Account.objects.create(fund=fund, year=year, line=line, kind=kind).pk
    return found


def _held(account: int) -> int:
    taken = Transfer.objects.filter(target=account).aggregate(fen=Sum("fen"))["fen"] or 0
    return int(taken - (Transfer.objects.filter(source=account).aggregate(fen=Sum("fen"))["fen"] or 0))


def balances(fund: Fund, year: int | None = None, line: str | None = None) -> dict[tuple[int, str], dict[str, int]]:
    """(year, line) to kind to fen, of the whole fund or of a year or line; every kind is there. What was granted is shown as the budget, above nought."""
    asked = Q(fund=fund) & (Q() if year is None else Q(year=year)) & (Q() if line is None else Q(line=line))
    accounts = {row.pk: row for row in Account.objects.filter(asked)}
    out: dict[tuple[int, str], dict[str, int]] = {}
    for row in accounts.values():
        out.setdefault((row.year, row.line), dict.fromkeys(_KINDS, 0))
    for side, sign in (("target", 1), ("source", -1)):
        for pk, fen in Transfer.objects.filter(**{f"{side}__in": list(accounts)}).order_by().values_list(side).annotate(fen=Sum("fen")):
            row = accounts[pk]
            out[row.year, row.line][row.kind] += sign * fen * (-1 if row.kind == Kind.GRANTED else 1)
    return out


def balance(fund: Fund, year: int, line: str, kind: str) -> int:
    """What one account holds, in fen."""
    pk = Account.objects.filter(fund=fund, year=year, line=line, kind=kind).values_list("pk", flat=True).first()
    held = 0 if pk is None else _held(pk)
    return -held if kind == Kind.GRANTED else held


def claims_hold(fund: Fund) -> dict[int, dict[str, int]]:
    """Claim id to kind of account to fen, as the ledger alone says; kinds at nought are left out."""
    out: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Transfer.objects.filter(claim__fund=fund).order_by().values_list("claim_id", "source__kind", "target__kind").annotate(fen=Sum("fen"))
    for claim, source, target, fen in rows:
        out[claim][source] -= fen
        out[claim][target] += fen
    return {claim: {kind: fen for kind, fen in held.items() if fen} for claim, held in out.items()}
