"""Where each commitment stands: by its indicator, by a count of records, or by evidence with a sign-off; honestly not built where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max
from django.utils.module_loading import import_string

from manyuan.facts.enterprises.models import Enterprise, Tenancy, Title
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks.models import Direction, Park, ParkBoundary, ParkChange, ReportedFact
from manyuan.facts.programme.models import Commitment, Evidence, Goal, Indicator, IndicatorValue, Release

KEPT = 60
"""Seconds for which a count of records is kept: a large city is not counted anew for every reader."""

Count = Callable[[tuple[str, ...], date], tuple[int, datetime | None, bool]]
STATUSES = ("shown", "under-way", "waiting", "not-yet")


@dataclass(frozen=True)
class CommitmentState:
    """A commitment as it stands. status: shown (all evidence accepted) | under-way (a figure, records or some evidence are there) | waiting
    (machinery is there, nothing in it yet) | not-yet (machinery not built). value: what its measure gives, `unit` of it, `period` of the
    figure; synthetic: whether anything it stands on is made up; changed_at: when it last changed."""

    commitment: Commitment
    status: str
    measure: str
    value: Decimal | None
    unit: str
    period: str
    indicator: Indicator | None
    synthetic: bool
    items: tuple[tuple[dict[str, Any], str], ...]
    changed_at: datetime | None


def commitments() -> list[Commitment]:
    """All of them by number, with campaign."""
    return list(Commitment.objects.select_related("campaign"))


def states(on: date, only: Iterable[Commitment] | None = None) -> list[CommitmentState]:
    """Each commitment as it stands on the day."""
    chosen = list(only) if only is not None else commitments()
    figures = _figures(chosen, on)
    laid: dict[int, list[tuple[str, str, datetime, bool]]] = {}
    for row in Evidence.objects.filter(commitment__in=chosen).values_list("commitment_id", "item", "state", "submitted_at", "reviewed_at", "is_demo"):
        laid.setdefault(row[0], []).append((row[1], row[2], row[4] or row[3], row[5]))
    counted: dict[tuple[str, tuple[str, ...]], tuple[int, datetime | None, bool]] = {}
    return [_state(one, figures, laid.get(one.pk, []), counted, on) for one in chosen]


def _figures(chosen: list[Commitment], on: date) -> dict[str, tuple[Indicator, IndicatorValue | None]]:
    codes = {(one.definition.get("measure") or {}).get("indicator") for one in chosen} - {None}
    out: dict[str, tuple[Indicator, IndicatorValue | None]] = {}
    indicators = {indicator.pk: indicator for indicator in Indicator.objects.filter(code__in=codes)}
    latest: dict[int, IndicatorValue] = {}
    for row in IndicatorValue.objects.filter(indicator__in=indicators, park=None, superseded_at=None, value__isnull=False):
        period = parse_period(row.period)
        if period.start <= on and (row.indicator_id not in latest or parse_period(latest[row.indicator_id].period).start < period.start):
            latest[row.indicator_id] = row
    for pk, indicator in indicators.items():
        out[indicator.code] = (indicator, latest.get(pk))
    return out


def _state(one: Commitment, figures: Any, laid: list[tuple[str, str, datetime, bool]], counted: Any, on: date) -> CommitmentState:
    measure = one.definition.get("measure") or {}
    not_built = one.machinery != "built"
    if measure.get("indicator"):
        indicator, value = figures[measure["indicator"]]
        status = "not-yet" if not_built else "under-way" if value is not None else "waiting"
        if value is None:
            return CommitmentState(one, status, "indicator", None, indicator.unit, "", indicator, False, (), None)
        return CommitmentState(one, status, "indicator", value.value, indicator.unit, value.period, indicator, value.synthetic > 0, (), value.computed_at)
    if measure.get("count"):
        key = (measure["count"], tuple(measure.get("of") or ()))
        if key not in counted:
            counted[key] = count_records(*key, on)
        number, changed, made_up = counted[key]
        status = "not-yet" if not_built else "under-way" if number else "waiting"
        value = None if not_built and key[0] not in COUNTED and key[0] not in _of_work() else Decimal(number)
        return CommitmentState(one, status, "count", value, "count", "", None, made_up, (), changed)
    items = []
    for item in measure.get("evidence") or ():
        found = {state for code, state, _, _ in laid if code == item["code"]}
        items.append((item, next((state for state in ("accepted", "submitted", "rejected") if state in found), "owed")))
    states_ = {state for _, state in items}
    if not_built and states_ <= {"owed"}:
        status = "not-yet"
    elif states_ == {"accepted"}:
        status = "shown"
    else:
        status = "under-way" if states_ - {"owed"} else "waiting"
    changed = max((at for _, _, at, _ in laid), default=None)
    return CommitmentState(one, status, "evidence", None, "", "", None, any(demo for *_, demo in laid), tuple(items), changed)


def count_records(kind: str, of: tuple[str, ...], on: date) -> tuple[int, datetime | None, bool]:
    """How many records of a kind there are, when the last was added, and whether any of them is made up. Kinds not kept yet count nothing."""
    count = COUNTED.get(kind) or _of_work().get(kind)
    if count is None:
        return 0, None, False
    key = f"records:{kind}:{','.join(of)}:{on}"
    found = cache.get(key)
    if found is None:
        found = count(of, on)
        cache.set(key, found, KEPT)
    return found  # type: ignore[no-any-return]


def _of_work() -> dict[str, Count]:
    """Kinds of record that the floor above keeps; named by a setting, since this floor does not know it."""
    return import_string(settings.COUNTED)  # type: ignore[no-any-return]


def _enterprises(of: tuple[str, ...], on: date) -> tuple[int, datetime | None, bool]:
    rows = Enterprise.objects.filter(status="active")
    return rows.count(), rows.aggregate(at=Max("recorded_at"))["at"], rows.filter(mark="synthetic").exists()


def _titles(of: tuple[str, ...], on: date) -> tuple[int, datetime | None, bool]:
    from manyuan.facts.enterprises.queries import titles_on

    rows = Title.objects.filter(titles_on(on))
    rows = rows.filter(kind__in=of) if of else rows
    return rows.count(), rows.aggregate(at=Max("recorded_at"))["at"], rows.filter(mark="synthetic").exists()


def _parks(kind: str | None) -> Callable[[tuple[str, ...], date], tuple[int, datetime | None, bool]]:
    def count(of: tuple[str, ...], on: date) -> tuple[int, datetime | None, bool]:
        rows = Park.objects.filter(closed_on=None)
        rows = rows.filter(kind=kind) if kind else rows
        return rows.count(), None, rows.filter(mark="synthetic").exists()

    return count


def rows_of(model: Any, at: str, *, of_field: str = "", made_up: dict[str, Any] | None = None, **where: Any) -> Count:
    """Counts the rows of a model. at: the field that says when one came; of_field: what the measure's `of` names; made_up: which rows are synthetic."""

    def count(of: tuple[str, ...], on: date) -> tuple[int, datetime | None, bool]:
        rows = model.objects.filter(**where)
        rows = rows.filter(**{f"{of_field}__in": of}) if of and of_field else rows
        return rows.count(), rows.aggregate(at=Max(at))["at"] if at else None, bool(made_up) and rows.filter(**(made_up or {})).exists()

    return count


def _filings(of: tuple[str, ...], on: date) -> tuple[int, datetime | None, bool]:
    rows = Filing.objects.filter(in_force__isnull=False)
    rows = rows.filter(form_code__in=of) if of else rows
    return rows.count(), rows.aggregate(at=Max("changed_at"))["at"], rows.filter(in_force__is_synthetic=True).exists()


def _coded(model: Any, field: str) -> Callable[[tuple[str, ...], date], tuple[int, datetime | None, bool]]:
    def count(of: tuple[str, ...], on: date) -> tuple[int, datetime | None, bool]:
        rows = model.objects.filter(**{f"{field}__in": of}) if of else model.objects.all()
        return rows.count(), None, False

    return count


COUNTED: dict[str, Callable[[tuple[str, ...], date], tuple[int, datetime | None, bool]]] = {
    "enterprises": _enterprises,
    "titles": _titles,
    "parks": _parks(None),
    "subparks": _parks("subpark"),
    "parks-in-parks": _parks("park-in-park"),
    "park-changes": rows_of(ParkChange, "recorded_at", kind__in=["merge", "split", "rename", "boundary", "move", "close"]),
    "boundaries": rows_of(ParkBoundary, "recorded_at", superseded_at=None, valid_to=None),
    "directions": rows_of(Direction, "recorded_at", superseded_at=None, valid_to=None),
    "tenancies": rows_of(Tenancy, "recorded_at", superseded_at=None, valid_to=None),
    "reported-figures": rows_of(ReportedFact, ""),
    "filings": _filings,
    "evidence": rows_of(Evidence, "reviewed_at", state="accepted"),
    "goals": _coded(Goal, "code"),
    "releases": rows_of(Release, "released_at", withdrawn_at=None),
    "commitments": _coded(Commitment, "campaign__code"),
}
"""Kinds of record that this deployment keeps, and how each is counted."""
