"""A policy's year in figures: coverage, money, days to the payment, who was not reached and why, objections, checks and what came back.

Plain values throughout, so that a report keeps them as they stood when it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from manyuan.facts.programme.calendar import calendar
from manyuan.work.money.ledger import Kind
from manyuan.work.money.models import Transfer
from manyuan.work.policies.models import AfterCheck, Entitlement, EntitlementStep, Objection, PolicyVersion
from manyuan.work.policies.queries import REACHED, STANDING, coverage, coverage_by_park
from manyuan.work.policies.rules import delivery_of

State, CState = Entitlement.State, AfterCheck.State
PAID = (State.PAID, State.RECALLED, State.RECOVERED)
_CHUNK = 500


def report_figures(version: PolicyVersion, year: int) -> dict[str, Any]:
    """Over all versions of the policy: coverage as a whole and by park, the budget and what it cost, days to the payment, who was not reached and why,
    objections, checks, and what was asked back and came."""
    rows = Entitlement.objects.filter(version__policy=version.policy, year=year)
    whole = coverage(rows)
    checks = AfterCheck.objects.filter(entitlement__in=rows)
    money = rows.filter(state__in=PAID).aggregate(fen=Sum(Coalesce("claim__amount_fen", "amount_fen"), default=0))
    return {
        "coverage": vars(whole), "rate": whole.rate, "cost_fen": money["fen"], "budget_fen": delivery_of(version).budget_fen,
        "parks": [{"park": pk, **vars(one)} for pk, one in coverage_by_park(rows)],
        "times": payment_times(rows),
        "unreached": [vars(one) for one in unreached(rows)],
        "objections": dict(Objection.objects.filter(entitlement__in=rows).values_list("state").annotate(n=Count("pk")).order_by()),
        "checks": dict(checks.values_list("state").annotate(n=Count("pk")).order_by()),
        "recalled_fen": checks.filter(state=CState.RECALLED).aggregate(fen=Sum("recall_fen", default=0))["fen"],
        "claw_backs": claw_backs(rows),
        "synthetic": rows.filter(synthetic=True).exists(),
    }  # fmt: skip


def payment_times(rows: QuerySet[Entitlement]) -> dict[str, int | None]:
    """From the enterprise's yes (its application, where people judge) to the payment, in working days: paid, median, nine in ten, the longest; and how
    many were paid by the day promised, of those that had one."""
    days, promised, kept = [], 0, 0
    working = calendar()
    for said, paid, due in _waits(rows):
        days.append(working.working_days_between(said, paid))
        promised += due is not None
        kept += due is not None and paid <= due
    days.sort()
    at = lambda share: days[min(len(days) - 1, int(share * len(days)))] if days else None  # noqa: E731
    return {"paid": len(days), "median": at(0.5), "nine_in_ten": at(0.9), "longest": days[-1] if days else None, "promised": promised, "kept": kept}


def _waits(rows: QuerySet[Entitlement]) -> Iterator[tuple[date, date, date | None]]:
    """Of each that was paid: the day of the first yes, the day of the payment, the day promised."""
    paid = dict(rows.filter(state__in=PAID).values_list("pk", "promised_on"))
    ids = sorted(paid)
    for start in range(0, len(ids), _CHUNK):
        first: dict[int, date] = {}
        wanted = (State.ACCEPTED, State.ASSESSING, State.PAID)
        steps = EntitlementStep.objects.filter(entitlement__in=ids[start : start + _CHUNK], to_state__in=wanted).order_by("pk")
        done: dict[int, date] = {}
        for pk, to, moment in steps.values_list("entitlement_id", "to_state", "at"):
            (done if to == State.PAID else first).setdefault(pk, timezone.localdate(moment))
        yield from ((first[pk], done[pk], paid[pk]) for pk in ids[start : start + _CHUNK] if pk in first and pk in done)


def claw_backs(rows: QuerySet[Entitlement]) -> dict[str, int]:
    """Payments asked back: of how many enterprises, how much, and how much of it has come."""
    claims = rows.filter(claim__isnull=False).values("claim_id")
    asked = Transfer.objects.filter(claim__in=claims, source__kind=Kind.PAID, target__kind=Kind.RECEIVABLE)
    came = Transfer.objects.filter(claim__in=claims, source__kind=Kind.RECEIVABLE, target__kind=Kind.AVAILABLE)
    return {
        "count": asked.values("claim").distinct().count(),
        "asked_fen": asked.aggregate(fen=Sum("fen", default=0))["fen"],
        "came_fen": came.aggregate(fen=Sum("fen", default=0))["fen"],
    }


@dataclass(frozen=True)
class Unreached:
    """Enterprises not reached: in which state, why (the note of the step that led there, a code or a person's words), how many and how much."""

    state: str
    why: str
    count: int
    fen: int


def unreached(rows: QuerySet[Entitlement]) -> list[Unreached]:
    """Everybody who is entitled and got nothing, and who was turned down: grouped by state and reason, the largest first."""
    waiting = rows.filter(Q(state__in=STANDING) | Q(state=State.REJECTED)).exclude(state__in=REACHED)
    found = list(waiting.values_list("pk", "state", "amount_fen"))
    notes: dict[int, str] = {}
    states = {pk: state for pk, state, _ in found}
    for start in range(0, len(found), _CHUNK):
        chunk = [pk for pk, _, _ in found[start : start + _CHUNK]]
        for pk, to, note in EntitlementStep.objects.filter(entitlement__in=chunk).order_by("pk").values_list("entitlement_id", "to_state", "note"):
            if to == states[pk]:
                notes[pk] = note
    groups: dict[tuple[str, str], list[int]] = {}
    for pk, state, fen in found:
        groups.setdefault((state, notes.get(pk, "")), []).append(fen)
    return sorted((Unreached(state, why, len(fens), sum(fens)) for (state, why), fens in groups.items()), key=lambda one: (-one.count, one.state, one.why))
