"""A policy's money: the fund that pays it, its line of the year, what is kept for those entitled, and how much each gets where it runs short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet, Sum

from manyuan.facts.audit.actors import Actor
from manyuan.work.money.errors import Short
from manyuan.work.money.funds import earmark, fund_named, set_line
from manyuan.work.money.ledger import balances
from manyuan.work.money.models import Fund
from manyuan.work.money.queries import left_of
from manyuan.work.policies.models import Entitlement, PolicyVersion
from manyuan.work.policies.rules import delivery_of

State = Entitlement.State
UNDECIDED = (State.LISTED, State.HELD, State.NOTIFIED, State.DISPUTED, State.ASSESSING, State.ACCEPTED, State.PUBLIC, State.OBJECTED, State.CLEARED)
"""Entitlements whose money is kept: due, not refused, and without a claim of their own yet."""


def fund_of(version: PolicyVersion) -> Fund | None:
    """The fund that pays; None for a policy that pays no money. Raises UnknownFund."""
    return fund_named(delivery_of(version).fund) if version.kind == "money" else None


def line_of(version: PolicyVersion) -> str:
    """Its line in the fund: its own where it has a budget, else what all share."""
    return version.policy.code if delivery_of(version).budget_fen is not None else ""


def budget_left(version: PolicyVersion, year: int) -> int | None:
    """What the year's line can still promise, in fen: what is free and what is kept for those entitled. None for a policy without money."""
    fund = fund_of(version)
    return None if fund is None else left_of(fund, year, line_of(version))


def waiting(version: PolicyVersion, year: int) -> QuerySet[Entitlement]:
    """Everybody of the policy and year who is due and has no claim yet."""
    return Entitlement.objects.filter(version__policy=version.policy_id, year=year, state__in=UNDECIDED, claim=None)


def share_out(version: PolicyVersion, year: int, by: Actor, now: datetime) -> None:
    """Give the policy its line of the year, as published. Raises UnknownFund, Short, BelowBound."""
    fund, budget = fund_of(version), delivery_of(version).budget_fen
    if fund is not None and budget is not None:
        set_line(fund=fund, year=year, line=version.policy.code, fen=budget, by=by, now=now)


def keep(version: PolicyVersion, year: int, by: Actor, now: datetime) -> int:
    """Keep the money of everybody who is due, as far as there is money; returns what is missing, in fen. A line that the year has not seen yet is
    given its budget first, where the fund has it."""
    fund = fund_of(version)
    if fund is None:
        return 0
    line = line_of(version)
    if line and (year, line) not in balances(fund, year, line):
        try:
            share_out(version, year, by, now)
        except Short:
            pass  # the fund has no budget for the year yet: all of it is missing, and said to be
    wanted = int(waiting(version, year).aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    if not line:  # what several policies share is kept for all of them together
        wanted += sum(
            int(waiting(other, year).aggregate(fen=Sum("amount_fen"))["fen"] or 0) for other in _sharing(version) if other.policy_id != version.policy_id
        )
    return earmark(fund=fund, year=year, line=line, wanted_fen=wanted, by=by, now=now)


def missing(version: PolicyVersion, year: int) -> int:
    """What the line lacks for everybody who is due and has no claim yet, in fen."""
    wanted = int(waiting(version, year).aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    return max(0, wanted - (budget_left(version, year) or 0))


def _sharing(version: PolicyVersion) -> Iterable[PolicyVersion]:
    fund = delivery_of(version).fund
    rows = PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED, kind="money", delivery__fund=fund, delivery__budget_fen=None).select_related(
        "policy"
    )
    return list(rows)


def grants(version: PolicyVersion, rows: Sequence[Entitlement], year: int) -> list[int]:
    """What each of these gets when it is approved now, in fen: the whole amount, or under a pro-rata policy its share of what is left for all who are
    due. The share is worked out over everybody who waits, not over those who happen to be approved together; so all of a year get the same one."""
    left = budget_left(version, year)
    if left is None or delivery_of(version).shortfall != "pro-rata":
        return [row.amount_fen for row in rows]
    total = int(waiting(version, year).aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    if total <= left:
        return [row.amount_fen for row in rows]
    return [row.amount_fen * max(left, 0) // total for row in rows]
