"""Reading cultivation. Who sees what: the city all, park people those of their parks, a firm its own; anchors and their promises likewise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from manyuan.engines.screening import Explanation, Policy, explain
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.queries import Origin, current_definition, origins
from manyuan.work.cultivation.judging import Judgement, RuleSheet, judge_table, rule_sheet
from manyuan.work.cultivation.ladders import Ladder, Ladders, Rung
from manyuan.work.cultivation.models import Anchor, Place, Plan, PlanAction, PoolEntry, Promise, Run, Standing
from manyuan.work.cultivation.plans import OPEN
from manyuan.work.cultivation.pool import candidates

Outcome, When = Standing.Outcome, Standing.When


def _mine(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    if actor.sees_all:
        return rows
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return rows.filter(park_id__in=actor.park_ids)
    if actor.role is Role.ENTERPRISE:
        return rows.filter(enterprise_id__in=actor.enterprise_ids)
    return rows.none()


def visible_places(actor: Actor) -> QuerySet[Place]:
    """Where enterprises stand, of those that the actor may see."""
    return _mine(actor, Place.objects.all())


def visible_standings(actor: Actor) -> QuerySet[Standing]:
    """What the rules say, of enterprises that the actor may see; the criteria of anchors left out."""
    return _mine(actor, Standing.objects.exclude(ladder="anchor"))


def visible_pool(actor: Actor) -> QuerySet[PoolEntry]:
    return _mine(actor, PoolEntry.objects.all())


def visible_plans(actor: Actor) -> QuerySet[Plan]:
    return _mine(actor, Plan.objects.all())


def visible_anchors(actor: Actor) -> QuerySet[Anchor]:
    return _mine(actor, Anchor.objects.all())


def plan_seen(actor: Actor, number: str) -> Plan:
    """A plan that the actor may see. Raises NotFound."""
    found = visible_plans(actor).select_related("enterprise", "park", "officer__organisation").filter(number=number).first()
    if found is None:
        raise NotFound()
    return found


def anchor_seen(actor: Actor, pk: int) -> Anchor:
    """An anchor enterprise that the actor may see. Raises NotFound."""
    found = visible_anchors(actor).select_related("enterprise", "park").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def pool_entry_seen(actor: Actor, pk: int) -> PoolEntry:
    """An entry of the pool that the actor may see. Raises NotFound."""
    found = visible_pool(actor).select_related("enterprise", "park").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def newest_run() -> Run | None:
    """The newest judging of everybody."""
    return Run.objects.exclude(cause=Run.Cause.CHANGED).exclude(counts={}).order_by("-pk").first()


def cheapest_upgrades(actor: Actor, *, park_ids: Sequence[int] | None = None, rung: str = "", limit: int = 20) -> list[Standing]:
    """The enterprises for which the least of one fact is missing for a rung that they do not hold, nearest first; each enterprise once.

    The order: what is missing as a part of what is needed, then the amount. Who lacks a yes-or-no, or more than one fact, has no place in it.
    """
    rows = visible_standings(actor).filter(when=When.CURRENT, review=False, held=False, share__isnull=False)
    rows = rows.filter(rung=rung) if rung else rows
    rows = rows.filter(park_id__in=park_ids) if park_ids is not None else rows
    held_above = Place.objects.filter(enterprise=OuterRef("enterprise"), ladder=OuterRef("ladder"), next=OuterRef("rung"))
    rows = rows.filter(Exists(held_above)).select_related("enterprise", "park").order_by("share", "needed", "pk")
    out: list[Standing] = []
    seen: set[int] = set()
    for row in rows[: limit * 10].iterator(chunk_size=200):
        if row.enterprise_id not in seen:
            seen.add(row.enterprise_id)
            out.append(row)
        if len(out) == limit:
            break
    return out


def may_apply(actor: Actor) -> QuerySet[Standing]:
    """Enterprises that meet the rules in force of the rung above theirs and do not hold its title."""
    above = Place.objects.filter(enterprise=OuterRef("enterprise"), ladder=OuterRef("ladder"), next=OuterRef("rung"))
    return visible_standings(actor).filter(when=When.CURRENT, review=False, held=False, outcome=Outcome.MEETS).filter(Exists(above))


@dataclass(frozen=True)
class Turn:
    """A rung whose rules change, or changed: who passes the earlier set and fails the later one."""

    rung: Rung
    earlier: Policy
    later: Policy
    review: bool


def turns(ladders: Ladders) -> list[Turn]:
    """Every change of rules on the ladders: from one rule set to the next, and to the re-review for who holds the title."""
    out = []
    for rung in ladders.rungs:
        for earlier, later in pairwise(rung.rules):
            out.append(Turn(rung, earlier, later, False))
        if rung.review and len(rung.rules) > 1:
            out.append(Turn(rung, rung.rules[-2], rung.review[-1], True))
    return out


def losers(actor: Actor, turn: Turn) -> QuerySet[Standing]:
    """What the later rules say of those who pass the earlier ones and fail the later."""
    return _turned(actor, turn).filter(outcome__in=(Outcome.NEAR, Outcome.NOT))


def undecided(actor: Actor, turn: Turn) -> QuerySet[Standing]:
    """Of those who pass the earlier rules, whom the later ones cannot tell for want of facts."""
    return _turned(actor, turn).filter(outcome=Outcome.UNDETERMINED)


def _turned(actor: Actor, turn: Turn) -> QuerySet[Standing]:
    passed = Standing.objects.filter(enterprise=OuterRef("enterprise"), rung=turn.rung.code, rules=turn.earlier.code, outcome=Outcome.MEETS)
    return visible_standings(actor).filter(rung=turn.rung.code, rules=turn.later.code).filter(Exists(passed)).select_related("enterprise", "park")


@dataclass(frozen=True)
class RungCount:
    """A rung in figures: who holds it, who meets its rules without the title, who is one step away, of whom facts are missing."""

    rung: Rung
    policy: Policy | None
    held: int
    open: int
    near: int
    undetermined: int


def rung_counts(actor: Actor, ladders: Ladders, on: date, park_ids: Sequence[int] | None = None) -> list[RungCount]:
    """Every rung in figures, for the enterprises that the actor may see."""
    standings, places = visible_standings(actor), visible_places(actor)
    if park_ids is not None:
        standings, places = standings.filter(park_id__in=park_ids), places.filter(park_id__in=park_ids)
    held = dict(places.exclude(held="").values_list("held").annotate(n=Count("pk")).order_by())
    rows = standings.filter(when=When.CURRENT, review=False, held=False).values_list("rung", "outcome").annotate(n=Count("pk")).order_by()
    counted: dict[tuple[str, str], int] = {(rung, outcome): n for rung, outcome, n in rows}
    return [
        RungCount(
            rung, rung.in_force(on), held.get(rung.code, 0),
            counted.get((rung.code, "meets"), 0), counted.get((rung.code, "near"), 0), counted.get((rung.code, "undetermined"), 0),
        )
        for rung in ladders.rungs
    ]  # fmt: skip


def pool_candidates(actor: Actor, ladders: Ladders) -> QuerySet[Place]:
    """Enterprises that may enter the pool by rule."""
    return candidates(visible_places(actor), ladders).select_related("enterprise", "park")


@dataclass(frozen=True)
class RungView:
    """A rung as its enterprise reads it today: the rule set that judges it, what it says, why, and until when the title is held."""

    rung: Rung
    policy: Policy | None
    judgement: Judgement | None
    explanation: Explanation | None
    held: bool
    held_until: date | None
    review: bool
    coming: tuple[tuple[Policy, Judgement], ...] = ()


@dataclass(frozen=True)
class LadderView:
    """A ladder of one enterprise, from the bottom."""

    ladder: Ladder
    rungs: list[RungView]

    @property
    def held(self) -> RungView | None:
        return next((one for one in reversed(self.rungs) if one.held), None)

    @property
    def next(self) -> RungView | None:
        rank = self.held.rung.rank if self.held else 0
        return next((one for one in self.rungs if one.rung.rank > rank), None)


def ladders_of(enterprise: Enterprise, ladders: Ladders, on: date) -> tuple[list[LadderView], RuleSheet | None]:
    """Where one enterprise stands today on every ladder, worked out at this moment; the sheet is None for one that is not active."""
    from manyuan.facts.enterprises.queries import titles_of

    held = {title.kind: title.valid_to for title in titles_of(enterprise, on) if title.state == "held"}
    sheet = rule_sheet(ladders, as_of=on, only=[enterprise.pk])
    out = []
    for ladder in ladders.ladders:
        views = []
        for rung in ladder.rungs:
            has = rung.title in held
            review = has and rung.in_force(on, review=True) is not None
            policy = rung.in_force(on, review=review)
            judgement = explanation = None
            coming = []
            if sheet.ids:
                if policy is not None:
                    judgement = judge_table(policy, sheet.table, sheet.schema, ladders.ways())[0]
                    explanation = explain(policy, sheet.facts, 0)
                coming = [
                    (one, judge_table(one, sheet.table, sheet.schema, ladders.ways())[0])
                    for one in (*rung.rules, *(rung.review if has else ()))
                    if one.start > on
                ]
            views.append(RungView(rung, policy, judgement, explanation, has, held.get(rung.title), review, tuple(coming)))
        out.append(LadderView(ladder, views))
    return out, sheet if sheet.ids else None


def rule_origins(sheet: RuleSheet, enterprise: Enterprise, on: date) -> dict[str, Origin]:
    """Fact of the standards -> where the city's value behind it came from (the first column of several)."""
    found = origins(current_definition().narrowed({one for names in sheet.sources.values() for one in names}), enterprise, on)
    return {name: found[names[0]] for name, names in sheet.sources.items() if names and names[0] in found}


def late_plans(rows: QuerySet[Plan], on: date) -> QuerySet[Plan]:
    """Open plans past their due date."""
    return rows.filter(state__in=OPEN, due_on__lt=on)


def expired_plans(rows: QuerySet[Plan], on: date) -> QuerySet[Plan]:
    """Open plans past their expiry."""
    return rows.filter(state__in=OPEN, expires_on__lt=on)


def late_actions(rows: QuerySet[Plan], on: date) -> QuerySet[PlanAction]:
    """Actions of open plans that are past their due date and not done."""
    return PlanAction.objects.filter(plan__in=rows.filter(state__in=OPEN), due_on__lt=on).exclude(case__phase__in=("answered", "closed"))


@dataclass(frozen=True)
class Kept:
    """How promises were kept: kept, broken, open in time, open and late. rate: kept ÷ all that were due, None where none was."""

    kept: int
    broken: int
    open: int
    late: int

    @property
    def rate(self) -> Decimal | None:
        due = self.kept + self.broken + self.late
        return Decimal(self.kept) / due if due else None


def promises_kept(rows: QuerySet[Promise], on: date) -> Kept:
    """How the promises of some anchors stand on a day."""
    late = Q(state="open", due_on__lt=on)
    found = rows.aggregate(
        kept=Count("pk", filter=Q(state="kept")), broken=Count("pk", filter=Q(state="broken")),
        open=Count("pk", filter=Q(state="open", due_on__gte=on)), late=Count("pk", filter=late),
    )  # fmt: skip
    return Kept(**found)


def anchor_candidates(actor: Actor) -> QuerySet[Standing]:
    """Enterprises that meet the criteria of anchors and are none."""
    there = Anchor.objects.filter(enterprise=OuterRef("enterprise"), left_on=None)
    rows = _mine(actor, Standing.objects.filter(ladder="anchor", outcome=Outcome.MEETS, park__isnull=False))
    return rows.exclude(Exists(there)).select_related("enterprise", "park")


def titles_ending(actor: Actor, on: date, days: int) -> QuerySet[Place]:
    """Places whose held title ends within so many days."""
    return visible_places(actor).filter(held_until__gt=on, held_until__lte=on + timedelta(days=days)).select_related("enterprise", "park")
