"""Where each goal stands: value now, next milestone, the path still needed, and whether it is on track.

On track is judged against the straight line from the first known value to the next target: at or above the line is on track, within
a tenth below it at risk, further below late. The rule is this product's own and is shown with the status.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q

from manyuan.facts.filings.periods import period_end
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.models import Evidence, Goal, GoalTarget, Indicator, IndicatorValue

AT_RISK_SHARE = Decimal("0.9")


@dataclass(frozen=True)
class Point:
    """One value of an indicator: period as text, its last day, the value (None where it cannot be computed) and how it came about."""

    period: str
    on: date
    value: Decimal | None
    counted: int
    missing: int
    synthetic: int
    value_id: int


@dataclass(frozen=True)
class Needed:
    """What is still to be done for one target: gap in the goal's unit, and per year until the day."""

    due_on: date
    target: Decimal
    gap: Decimal | None
    per_year: Decimal | None
    met: bool


@dataclass(frozen=True)
class GoalStanding:
    """A goal with all that a tile or a page needs. status: met | on-track | at-risk | late | no-figure | evidence | done."""

    goal: Goal
    unit: str
    now: Point | None
    points: Sequence[Point]
    needed: Sequence[Needed]
    status: str
    expected: Decimal | None
    evidence_items: Sequence[EvidenceItem] = field(default_factory=tuple)

    @property
    def next(self) -> Needed | None:
        """The next target not yet due, else the last one."""
        return next((n for n in self.needed if not n.met), self.needed[-1] if self.needed else None)


@dataclass(frozen=True)
class EvidenceItem:
    """A required piece of evidence and what has been laid before it."""

    code: str
    name: dict[str, str]
    accepted: int
    waiting: int


def standings(*, on: date, known_at=None) -> list[GoalStanding]:  # type: ignore[no-untyped-def]
    """Every goal, in the pack's order, as of `on` and as known at `known_at` (a moment; None: now)."""
    goals = list(Goal.objects.select_related("indicator", "parent").prefetch_related("targets"))
    values = _values({g.indicator_id for g in goals if g.indicator_id}, known_at)
    items = _evidence([g.pk for g in goals])
    return [_standing(goal, values.get(goal.indicator_id or 0, []), items.get(goal.pk, []), on) for goal in goals]


def standing(goal: Goal, *, on: date, known_at=None) -> GoalStanding:  # type: ignore[no-untyped-def]
    """One goal."""
    values = _values({goal.indicator_id} if goal.indicator_id else set(), known_at)
    return _standing(goal, values.get(goal.indicator_id or 0, []), _evidence([goal.pk]).get(goal.pk, []), on)


def points(indicator: Indicator, *, park: Park | None, known_at=None) -> list[Point]:  # type: ignore[no-untyped-def]
    """The values of an indicator over time for a park (None: the whole city), oldest first."""
    rows = IndicatorValue.objects.filter(indicator=indicator, park=park).filter(_known(known_at)).order_by("period")
    return sorted((_point(row) for row in rows), key=lambda p: p.on)


def _known(known_at) -> Q:  # type: ignore[no-untyped-def]
    if known_at is None:
        return Q(superseded_at=None)
    return Q(computed_at__lte=known_at) & (Q(superseded_at=None) | Q(superseded_at__gt=known_at))


def _point(row: IndicatorValue) -> Point:
    return Point(row.period, period_end(row.period), row.value, row.counted, row.missing, row.synthetic, row.pk)


def _values(indicator_ids: Iterable[int], known_at) -> dict[int, list[Point]]:  # type: ignore[no-untyped-def]
    found: dict[int, list[Point]] = {}
    rows = IndicatorValue.objects.filter(indicator_id__in=list(indicator_ids), park=None).filter(_known(known_at))
    for row in rows.order_by("period"):
        found.setdefault(row.indicator_id, []).append(_point(row))
    for one in found.values():
        one.sort(key=lambda p: p.on)
    return found


def _evidence(goal_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for goal_id, item, state in Evidence.objects.filter(goal_id__in=goal_ids).values_list("goal_id", "item", "state"):
        found.setdefault(goal_id, []).append((item, state))
    return found


def evidence_items(required: Sequence[dict], laid: Sequence[tuple[str, str]]) -> list[EvidenceItem]:
    """The required pieces of a definition, with how many were accepted or wait for review."""
    return [
        EvidenceItem(
            entry["code"],
            entry["name"],
            sum(1 for item, state in laid if item == entry["code"] and state == Evidence.State.ACCEPTED),
            sum(1 for item, state in laid if item == entry["code"] and state == Evidence.State.SUBMITTED),
        )
        for entry in required
    ]


def _standing(goal: Goal, found: list[Point], laid: list[tuple[str, str]], on: date) -> GoalStanding:
    known = [p for p in found if p.on <= on and p.value is not None]
    now = known[-1] if known else None
    unit = goal.indicator.unit if goal.indicator else ""
    if goal.indicator_id is None:
        items = evidence_items(goal.definition.get("evidence") or [], laid)
        done = bool(items) and all(item.accepted for item in items)
        return GoalStanding(goal, unit, None, (), (), "done" if done else "evidence", None, tuple(items))
    less = goal.indicator.direction == "less" if goal.indicator else False
    needed = [_needed(target, now, on, less) for target in goal.targets.all()]
    status, expected = _status(known, now, needed, less)
    return GoalStanding(goal, unit, now, found, needed, status, expected)


def _needed(target: GoalTarget, now: Point | None, on: date, less: bool) -> Needed:
    if now is None or now.value is None:
        return Needed(target.due_on, target.value, None, None, False)
    gap = now.value - target.value if less else target.value - now.value
    met = gap <= 0
    days = (target.due_on - on).days
    per_year = None if met or days <= 0 else gap * 365 / days
    return Needed(target.due_on, target.value, max(gap, Decimal(0)), per_year, met)


def _status(known: list[Point], now: Point | None, needed: list[Needed], less: bool) -> tuple[str, Decimal | None]:
    if now is None or now.value is None:
        return "no-figure", None
    ahead = next((n for n in needed if not n.met), None)
    if ahead is None:
        return ("met" if needed else "on-track"), None
    first = known[0]
    span = (ahead.due_on - first.on).days
    if span <= 0 or first.value is None:
        return "late", ahead.target
    share = Decimal((now.on - first.on).days) / Decimal(span)
    expected = first.value + (ahead.target - first.value) * share
    if now.on >= ahead.due_on:
        return "late", expected
    if (now.value <= expected) if less else (now.value >= expected):
        return "on-track", expected
    near = now.value <= expected / AT_RISK_SHARE if less else now.value >= expected * AT_RISK_SHARE
    return ("at-risk" if near else "late"), expected
