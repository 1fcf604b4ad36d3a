"""Delegated powers (扩权赋能): which park holds which, since when, able to do what; and the meter of how much they are really used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from statistics import mean
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.calendar import calendar
from manyuan.work.matters.errors import HeldByPark, ReasonMissing, WrongInput, WrongState
from manyuan.work.matters.models import Application, Holding, Power, StepRun

HOLD = gettext_noop("record the powers of parks")


@transaction.atomic
def hold_power(*, power: Power, park: Park, since: date, staff: int, conditions: str = "", mark: str = "reported", by: Actor, now: datetime) -> Holding:
    """A park holds a power from the day. staff: people able to use it (none: it cannot be received). Steps that open from then on stay in the park.

    Raises NotAllowed (the city records powers), WrongInput, HeldByPark.
    """
    if not by.sees_all:
        raise NotAllowed(HOLD, by)
    if not 1 <= staff <= 1000:
        raise WrongInput(found=str(staff), expected="1–1000")
    if since < power.granted_on:
        raise WrongInput(found=since.isoformat(), expected=f"≥ {power.granted_on}")
    known = Holding.objects.filter(power=power, park=park, until=None).first()
    if known is not None:
        raise HeldByPark(park=park.name_zh, since=known.since.isoformat())
    made = Holding.objects.create(
        power=power, park=park, since=since, staff=staff, conditions=conditions.strip(), mark=mark, recorded_label=by.label[:200], recorded_at=now
    )
    after = {"power": power.code, "park": park.code, "since": since, "staff": staff}
    audit.record(by=by, now=now, action="matters.hold_power", subject_kind="power", subject_id=power.code, after=after)
    return made


@transaction.atomic
def take_back(*, holding: Holding, until: date, reason: str, by: Actor, now: datetime) -> Holding:
    """The power is the park's no longer, from the day. Steps that are open stay where they are. Raises NotAllowed, ReasonMissing, WrongState, WrongInput."""
    if not by.sees_all:
        raise NotAllowed(HOLD, by)
    row = Holding.objects.select_for_update(of=("self",)).select_related("power", "park").get(pk=holding.pk)
    if row.until is not None:
        raise WrongState(state=row.until.isoformat())
    if not reason.strip():
        raise ReasonMissing()
    if until <= row.since:
        raise WrongInput(found=until.isoformat(), expected=f"> {row.since}")
    row.until = until
    row.save(update_fields=["until"])
    after = {"power": row.power.code, "park": row.park.code, "until": until}
    audit.record(by=by, now=now, action="matters.take_back_power", subject_kind="power", subject_id=row.power.code, after=after, reason=reason.strip())
    return row


@dataclass(frozen=True)
class Meter:
    """How a park uses a power. used: steps done by it in the park; open: steps that wait; days: working days a use took on average; sent_up: steps that left
    the park although it holds the power, causes: why; idle_months: whole months since it was last used (or received); on_paper: longer than the power allows."""

    holding: Holding
    used: int
    open: int
    days: float | None
    sent_up: int
    causes: tuple[tuple[str, int], ...]
    last_used: date | None
    idle_months: int
    on_paper: bool


def visible_holdings(actor: Actor) -> QuerySet[Holding]:
    """The city all, park people those of their parks; others none."""
    rows = Holding.objects.filter(power__is_current=True).select_related("power", "park")
    if actor.sees_all:
        return rows
    return rows.filter(park_id__in=actor.park_ids) if actor.role in (Role.COMMITTEE, Role.COMPANY) else rows.none()


def meters(actor: Actor, on: date) -> list[Meter]:
    """The meter of every power that is held on the day and that the actor may see."""
    holdings = list(visible_holdings(actor).filter(since__lte=on).filter(Q(until=None) | Q(until__gt=on)))
    steps: dict[int, list[dict[str, Any]]] = defaultdict(list)
    names = ("holding_id", "state", "sent_up", "cause", "opened_at", "done_at")
    for one in StepRun.objects.filter(holding__in=holdings, opened_at__date__lte=on).exclude(state=StepRun.State.DROPPED).values(*names):
        steps[one["holding_id"]].append(one)
    return [_meter(one, steps[one.pk], on) for one in holdings]


def _meter(holding: Holding, steps: list[dict[str, Any]], on: date) -> Meter:
    done = [one for one in steps if one["state"] == StepRun.State.DONE and not one["sent_up"]]
    days = [calendar().working_days_between(timezone.localdate(one["opened_at"]), timezone.localdate(one["done_at"])) for one in done]
    up = [one["cause"] for one in steps if one["sent_up"]]
    last = max((timezone.localdate(one["done_at"]) for one in done), default=None)
    idle = months_between(last or holding.since, on)
    causes = tuple(sorted(((cause, up.count(cause)) for cause in set(up)), key=lambda one: (-one[1], one[0])))
    waiting = sum(one["state"] == StepRun.State.OPEN and not one["sent_up"] for one in steps)
    return Meter(holding, len(done), waiting, mean(days) if days else None, len(up), causes, last, idle, idle >= holding.power.unused_months)


def months_between(first: date, last: date) -> int:
    """Whole months from one day to another."""
    return max(0, (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day))


@dataclass(frozen=True)
class Wanted:
    """A power that a park does not hold and that cases left it for. cases: how many steps."""

    park: Park
    power: Power
    steps: int


def wanted_powers(actor: Actor) -> list[Wanted]:
    """Why cases left the parks: powers that are missing there, the most wanted first."""
    rows = StepRun.objects.filter(cause=StepRun.Cause.NO_POWER, power__isnull=False, application__park__isnull=False)
    if not actor.sees_all:
        rows = rows.filter(application__park_id__in=actor.park_ids) if actor.role in (Role.COMMITTEE, Role.COMPANY) else rows.none()
    counted = rows.values_list("application__park_id", "power_id").annotate(n=Count("pk")).order_by("-n", "application__park_id", "power_id")
    found = list(counted.values_list("application__park_id", "power_id", "n"))
    parks, powers = Park.objects.in_bulk({one[0] for one in found}), Power.objects.in_bulk({one[1] for one in found})
    return [Wanted(parks[park], powers[power], number) for park, power, number in found]


@dataclass(frozen=True)
class Leaving:
    """How applications of parks left them. applications: ended ones; stayed: without one step outside; trips: of enterprises; causes: why steps left."""

    applications: int
    stayed: int
    trips: int
    causes: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float | None:
        """Share that never left the park (办事不出园)."""
        return self.stayed / self.applications if self.applications else None


def leaving(rows: QuerySet[Application]) -> Leaving:
    """Counted from what happened."""
    ended = rows.filter(state__in=(Application.State.GRANTED, Application.State.REFUSED))
    trips = sum(ended.values_list("trips", flat=True))
    steps = StepRun.objects.filter(application__in=ended, outside=True, state=StepRun.State.DONE)
    causes = steps.order_by().values_list("cause").annotate(n=Count("pk")).order_by("-n").values_list("cause", "n")
    return Leaving(ended.count(), ended.filter(left_park=0).count(), trips, tuple(causes))
