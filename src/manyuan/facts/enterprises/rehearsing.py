"""A change of parks rehearsed: done in earnest inside a transaction that is taken back, so that a preview shows exactly what a commit does.

A commit is rehearsed in the same way first; when what it would do is no longer what was shown, nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count

from manyuan.facts.enterprises.errors import ChangedSincePreview
from manyuan.facts.enterprises.models import Tenancy
from manyuan.facts.parks.dated import known
from manyuan.facts.parks.models import Direction, Park, ParkBoundary, ParkParent

Act = Callable[[], Any]


@dataclass(frozen=True)
class ParkState:
    """How a park stands: under which name and parent, open or closed on a day, with how many firms, how large, in which directions."""

    code: str
    name_zh: str
    name_en: str
    parent: str | None
    closed_on: date | None
    firms: int
    area_m2: str | None
    drawn: bool
    directions: tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """A firm that goes from one park to another, since when; parks by code."""

    uscc: str
    name: str
    industry: str | None
    origin: str
    goal: str
    since: date


@dataclass
class Rehearsal:
    """What an act would do: parks before and after (by code; None: does not exist before), firms that move."""

    parks: list[tuple[ParkState | None, ParkState]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    def digest(self) -> str:
        """What would be done, and to what, as a fingerprint."""
        parks = [[vars(one) if one else None for one in pair] for pair in self.parks]
        said = [parks, sorted([move.uscc, move.origin, move.goal, move.since.isoformat()] for move in self.moves)]
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()

    def counts(self) -> dict[tuple[str, str], int]:
        """How many firms go from which park to which."""
        out: dict[tuple[str, str], int] = {}
        for move in self.moves:
            out[move.origin, move.goal] = out.get((move.origin, move.goal), 0) + 1
        return out

    def closing(self) -> list[str]:
        """The codes of the parks that close by it."""
        return [after.code for before, after in self.parks if after.closed_on is not None and (before is None or before.closed_on is None)]

    def without_seat(self) -> int:
        """How many firms sit in no park afterwards."""
        return max(0, sum(before.firms for before, _ in self.parks if before is not None) - sum(after.firms for _, after in self.parks))


def rehearse(act: Act) -> Rehearsal:
    """Do `act`, look at what it did, and take it back. Raises what the act raises; nothing is written either way."""
    with transaction.atomic():
        found = _done(act)
        transaction.set_rollback(True)
    return found


def perform(act: Act, shown: str) -> Rehearsal:
    """Do `act` if it does exactly what was shown (`shown`: the digest of its rehearsal). Raises ChangedSincePreview; then nothing is written."""
    with transaction.atomic():
        found = _done(act)
        if found.digest() != shown:
            raise ChangedSincePreview()
    return found


@transaction.atomic
def carry_out(act: Act) -> Rehearsal:
    """Do `act` without a preview before; what it did. Raises what the act raises."""
    return _done(act)


def _done(act: Act) -> Rehearsal:
    before, newest = _states(), Tenancy.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    act()
    out = Rehearsal(parks=[(before.get(code), state) for code, state in _states().items() if before.get(code) != state])
    opened = Tenancy.objects.filter(valid_to=None, superseded_at=None, pk__gt=newest).select_related("enterprise", "park").order_by("enterprise__name")
    left = Tenancy.objects.filter(valid_to=None, superseded_at__isnull=False, pk__lte=newest, enterprise__in=opened.order_by().values("enterprise"))
    origins = dict(left.order_by("pk").values_list("enterprise_id", "park__code"))  # of several superseded ones the latest stays
    for row in opened:
        firm = row.enterprise
        out.moves.append(Move(firm.uscc, firm.name, firm.industry_id, origins.get(firm.pk, ""), row.park.code, row.valid_from))
    return out


def _states() -> dict[str, ParkState]:
    parents = dict(ParkParent.objects.filter(known(None), valid_to=None).values_list("park_id", "parent__code"))
    bounds = {row.park_id: row for row in ParkBoundary.objects.filter(known(None), valid_to=None)}
    directions: dict[int, list[str]] = {}
    for park_id, code in Direction.objects.filter(known(None), valid_to=None).order_by("code").values_list("park_id", "code"):
        directions.setdefault(park_id, []).append(code)
    firms = dict(
        Tenancy.objects.filter(valid_to=None, superseded_at=None).order_by().values_list("park_id").annotate(n=Count("id")).values_list("park_id", "n")
    )
    out = {}
    for park in Park.objects.order_by("code"):
        bound = bounds.get(park.pk)
        area = f"{bound.area_m2:f}" if bound and bound.area_m2 is not None else None
        drawn = bool(bound and bound.geometry)
        out[park.code] = ParkState(
            park.code, park.name_zh, park.name_en, parents.get(park.pk), park.closed_on, firms.get(park.pk, 0), area, drawn, tuple(directions.get(park.pk, ()))
        )
    return out
