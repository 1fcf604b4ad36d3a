"""Where each goal stands: its value over time against dated targets, the path still needed, who is nearest to the next band."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from manyuan.engines import feel
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks.models import Park, ParkParent
from manyuan.facts.programme.models import Evidence, Goal, Indicator, IndicatorValue

_YEAR = Decimal("365.25")


@dataclass(frozen=True)
class Point:
    """A value at the end of a period. synthetic: how many of what it stands on are made up."""

    period: str
    on: date
    value: Decimal | None
    synthetic: int
    missing: int


@dataclass(frozen=True)
class TargetState:
    """A dated target. per_year: what is still needed each year from the last value to the day; met: whether the last value reaches it."""

    due_on: date
    value: Decimal
    gap: Decimal | None
    per_year: Decimal | None
    met: bool
    is_over: bool


@dataclass(frozen=True)
class GoalState:
    """A goal as it stands on a day. status: met | on-path | behind | no-figure | evidenced | in-review | owed | overdue | heading."""

    goal: Goal
    kind: str
    status: str
    now: Point | None
    points: tuple[Point, ...]
    targets: tuple[TargetState, ...]
    items: tuple[tuple[dict[str, Any], str], ...]
    due_on: date | None

    @property
    def share(self) -> int:
        """Of the last target, how much is reached, in percent (0 to 100)."""
        if self.now is None or self.now.value is None or not self.targets:
            return 0
        last = self.targets[-1].value
        return max(0, min(100, int(100 * self.now.value / last))) if last else 0


def goals() -> list[Goal]:
    """All goals in the pack's order, with parent and indicator."""
    return list(Goal.objects.select_related("indicator", "parent").prefetch_related("targets"))


def states(on: date, only: Iterable[Goal] | None = None) -> list[GoalState]:
    """Every goal as it stands on the day."""
    chosen = list(only) if only is not None else goals()
    series = _series([goal.indicator_id for goal in chosen if goal.indicator_id])
    laid: dict[int, list[tuple[str, str]]] = {}
    for goal_id, item, state in Evidence.objects.filter(goal__in=chosen).values_list("goal_id", "item", "state"):
        laid.setdefault(goal_id, []).append((item, state))
    return [_state(goal, series.get(goal.indicator_id or 0, ()), laid.get(goal.pk, []), on) for goal in chosen]


def state_of(goal: Goal, on: date) -> GoalState:
    """One goal as it stands on the day."""
    return states(on, [goal])[0]


def _series(indicator_ids: list[int]) -> dict[int, tuple[Point, ...]]:
    rows = IndicatorValue.objects.filter(indicator__in=indicator_ids, park=None, superseded_at=None)
    out: dict[int, list[Point]] = {}
    for indicator, period, value, synthetic, missing in rows.values_list("indicator_id", "period", "value", "synthetic", "missing"):
        out.setdefault(indicator, []).append(Point(period, parse_period(period).end - timedelta(days=1), value, synthetic, missing))
    return {indicator: tuple(sorted(points, key=lambda p: p.on)) for indicator, points in out.items()}


def _state(goal: Goal, points: tuple[Point, ...], laid: list[tuple[str, str]], on: date) -> GoalState:
    asked = list(goal.definition.get("evidence") or ())
    items = tuple((item, _item_state(item["code"], laid)) for item in asked)
    due = goal.definition.get("due_on")
    due_on = date.fromisoformat(due) if due else None
    known = [point for point in points if point.value is not None and point.on <= on]
    now = known[-1] if known else None
    targets = tuple(_target(t.due_on, t.value, now, on) for t in goal.targets.all())
    if goal.indicator_id:
        return GoalState(goal, "quantitative", _figures_status(known, targets, items), now, points, targets, items, targets[-1].due_on if targets else due_on)
    if not items:
        return GoalState(goal, "heading", "heading", None, (), (), (), due_on)
    found = {state for _, state in items}
    if found == {"accepted"}:
        status = "evidenced"
    elif "submitted" in found or "accepted" in found:
        status = "in-review"
    else:
        status = "overdue" if due_on is not None and due_on < on else "owed"
    return GoalState(goal, "qualitative", status, None, (), (), items, due_on)


def _item_state(code: str, laid: list[tuple[str, str]]) -> str:
    found = {state for item, state in laid if item == code}
    return next((state for state in ("accepted", "submitted", "rejected") if state in found), "owed")


def _target(due_on: date, value: Decimal, now: Point | None, on: date) -> TargetState:
    if now is None or now.value is None:
        return TargetState(due_on, value, None, None, False, due_on < on)
    gap = max(Decimal(0), value - now.value)
    years = Decimal((due_on - now.on).days) / _YEAR
    return TargetState(due_on, value, gap, gap / years if years > 0 and gap else Decimal(0) if not gap else None, gap == 0, due_on < on)


def _figures_status(known: list[Point], targets: tuple[TargetState, ...], items: tuple[tuple[dict[str, Any], str], ...]) -> str:
    """met: the next target is reached (and its evidence accepted); on-path: the pace of the last two years reaches it; else behind."""
    if not known:
        return "no-figure"
    ahead = [target for target in targets if not target.is_over] or list(targets[-1:])
    if not ahead:
        return "no-figure"
    target = ahead[0]
    if target.met and all(state == "accepted" for _, state in items):
        return "met"
    if target.per_year is None:
        return "behind"
    last = known[-1]
    earlier = [point for point in known if (last.on - point.on).days >= 350]
    if not earlier:
        return "behind" if target.gap else "on-path"
    base = earlier[-1]
    assert last.value is not None and base.value is not None
    pace = (last.value - base.value) / (Decimal((last.on - base.on).days) / _YEAR)
    return "on-path" if pace >= target.per_year else "behind"


@dataclass(frozen=True)
class Near:
    """A park that is not over the band yet, its value and what is missing."""

    park: Park
    value: Decimal
    gap: Decimal
    synthetic: int


@dataclass(frozen=True)
class Band:
    """A goal that counts parks at or over a threshold: which indicator, from where, who is over it and who is nearest below."""

    indicator: Indicator
    threshold: Decimal
    period: str
    over: tuple[Near, ...]
    nearest: tuple[Near, ...]


def band_of(indicator: Indicator, most: int = 8) -> Band | None:
    """For an indicator whose formula counts parks at or over a number: who is over it and who is nearest. None for other formulas."""
    found = _threshold(indicator)
    if found is None:
        return None
    name, threshold = found
    source = next(one["indicator"] for one in indicator.definition["inputs"] if one["name"] == name)
    inner = Indicator.objects.filter(code=source).first()
    latest = IndicatorValue.objects.filter(indicator=indicator, park=None, superseded_at=None, value__isnull=False)
    periods = sorted(latest.values_list("period", flat=True), key=lambda text: parse_period(text).start)
    if inner is None or not periods:
        return None
    below = ParkParent.objects.filter(valid_to=None, superseded_at=None).values("park_id")
    rows = IndicatorValue.objects.filter(indicator=inner, period=periods[-1], superseded_at=None, park__isnull=False, value__isnull=False)
    near = [
        Near(row.park, row.value, threshold - row.value, row.synthetic)  # type: ignore[arg-type, operator]
        for row in rows.exclude(park__in=below).select_related("park").order_by("-value")
    ]
    over = tuple(one for one in near if one.gap <= 0)
    return Band(inner, threshold, periods[-1], over, tuple(one for one in near if one.gap > 0)[:most])


def _threshold(indicator: Indicator) -> tuple[str, Decimal] | None:
    """The list and the number in `count(list[item >= number])`, wherever it stands in the formula."""
    each = {one["name"] for one in indicator.definition["inputs"] if one.get("each")}
    for node in feel.tree.walk(feel.parse(indicator.definition["formula"], names=each)):
        if not isinstance(node, feel.tree.Filter) or not isinstance(node.value, feel.tree.Name) or node.value.name not in each:
            continue
        test = node.condition
        if (
            isinstance(test, feel.tree.Comparison)
            and test.operator in (">", ">=")
            and isinstance(test.right, feel.tree.Literal)
            and isinstance(test.right.value, Decimal)
        ):
            return node.value.name, test.right.value
    return None
