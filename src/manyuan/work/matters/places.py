"""Where a step is done: by whom, in the park or outside it, under which power."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.parks.models import Park, ParkParent
from manyuan.work.matters.definition import Step
from manyuan.work.matters.models import Holding, Power, StepRun


@dataclass(frozen=True)
class Place:
    """by: committee | company | city | enterprise. cause: why it is outside the park."""

    by: str
    unit: Organisation | None
    outside: bool
    cause: str
    power: Power | None
    holding: Holding | None


def park_and_above(park_id: int | None) -> list[int]:
    """A park and the parks above it, itself first."""
    out: list[int] = []
    while park_id is not None and park_id not in out:
        out.append(park_id)
        park_id = ParkParent.objects.filter(park_id=park_id, superseded_at=None, valid_to=None).values_list("parent_id", flat=True).first()
    return out


def holding_of(park_id: int | None, power: str, on: date) -> Holding | None:
    """The holding by which a park (or a park above it) has a power on the day."""
    chain = park_and_above(park_id)
    rows = Holding.objects.filter(Q(until=None) | Q(until__gt=on), power__code=power, park_id__in=chain, since__lte=on).select_related("power")
    return min(rows, key=lambda one: chain.index(one.park_id), default=None)


def powers_of(park_id: int | None, on: date) -> frozenset[str]:
    """The codes of the powers that a park has on the day."""
    rows = Holding.objects.filter(Q(until=None) | Q(until__gt=on), park_id__in=park_and_above(park_id), since__lte=on)
    return frozenset(rows.values_list("power__code", flat=True))


def place_of(step: Step, park: Park | None, on: date) -> Place:
    """Where a step of an application from the park is done. A power that the park holds keeps it there; without it the step goes to the city."""
    power = Power.objects.filter(code=step.power).first() if step.power else None
    if power is not None:
        holding = holding_of(park.pk if park else None, step.power, on)
        if holding is None:
            return Place("city", unit_of("city", park), True, StepRun.Cause.NO_POWER, power, None)
        return Place(step.by, unit_of(step.by, park), False, "", power, holding)
    outside = step.by == "city"
    return Place(step.by, unit_of(step.by, park), outside, StepRun.Cause.LEVEL if outside else "", None, None)


def unit_of(body: str, park: Park | None) -> Organisation | None:
    """The organisation that does the work of a body for a park: its own or that of the nearest park above; a park without a company has its committee
    do it, a park without either the city. None for the enterprise's own steps."""
    if body == "enterprise":
        return None
    if body in ("committee", "company"):
        chain = park_and_above(park.pk if park else None)
        kinds = (body, "committee") if body == "company" else (body,)
        for kind in kinds:
            rows = Organisation.objects.filter(kind=kind, park_id__in=chain)
            found = min(rows, key=lambda one: (chain.index(one.park_id), one.pk), default=None)
            if found is not None:
                return found
    return Organisation.objects.filter(kind="city").order_by("pk").first()
