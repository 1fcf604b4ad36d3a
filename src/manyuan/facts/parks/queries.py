"""Reading parks: the tree of a day, names and boundaries of a day, and where a former park went.

Parks are public: no reading here depends on who asks. `on` is a date; `known_at` an aware datetime, None meaning as known now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from manyuan.facts.parks.dated import holding
from manyuan.facts.parks.models import Direction, ParkBoundary, ParkChange, ParkChangeLine, ParkName, ParkParent


@dataclass(frozen=True)
class Node:
    """A park in the tree of a day, under the name of that day; children by code."""

    id: int
    code: str
    name_zh: str
    name_en: str
    level: str
    kind: str
    children: tuple[Node, ...]


@dataclass(frozen=True)
class Step:
    """A change in which a park took part: from which parks, into which (ids)."""

    kind: str
    effective_on: date
    recorded_at: datetime
    reason: str
    actor_label: str
    before: dict[str, Any]
    after: dict[str, Any]
    from_parks: tuple[int, ...]
    to_parks: tuple[int, ...]


@dataclass(frozen=True)
class Entry:
    """A park in the directory."""

    id: int
    code: str
    name_zh: str
    name_en: str
    level: str
    kind: str
    district_zh: str
    district_en: str
    directions_zh: tuple[str, ...]
    directions_en: tuple[str, ...]
    mark: str


def parents_on(on: date, known_at: datetime | None = None) -> dict[int, int]:
    """Park id to parent id on the day; parks at the top are absent."""
    return dict(ParkParent.objects.filter(holding(on, known_at)).values_list("park_id", "parent_id"))


def tree(on: date, known_at: datetime | None = None) -> tuple[Node, ...]:
    """The parks that existed on the day, each below its parent of that day; the top ones by code."""
    names = ParkName.objects.filter(holding(on, known_at)).select_related("park").order_by("park__code")
    parents = parents_on(on, known_at)
    below: dict[int | None, list[ParkName]] = {}
    for name in names:
        below.setdefault(parents.get(name.park_id), []).append(name)

    def nodes(parent: int | None) -> tuple[Node, ...]:
        return tuple(Node(n.park_id, n.park.code, n.name_zh, n.name_en, n.park.level, n.park.kind, nodes(n.park_id)) for n in below.get(parent, ()))

    return nodes(None)


def ancestors(park_id: int, on: date, known_at: datetime | None = None) -> list[int]:
    """The parks above, nearest first."""
    parents, above = parents_on(on, known_at), []
    while (park_id := parents.get(park_id, 0)) and park_id not in above:
        above.append(park_id)
    return above


def descendants(park_id: int, on: date, known_at: datetime | None = None) -> set[int]:
    """The park itself and every park below it on the day: what a roll-up adds over."""
    children: dict[int, list[int]] = {}
    for child, parent in parents_on(on, known_at).items():
        children.setdefault(parent, []).append(child)
    found, waiting = {park_id}, [park_id]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def name_on(park_id: int, on: date, known_at: datetime | None = None) -> ParkName | None:
    """The park's name on the day; None when it did not exist then."""
    return ParkName.objects.filter(holding(on, known_at), park_id=park_id).first()


def boundary_on(park_id: int, on: date, known_at: datetime | None = None) -> ParkBoundary | None:
    """The park's boundary on the day; None when none is recorded."""
    return ParkBoundary.objects.filter(holding(on, known_at), park_id=park_id).first()


def successors(park_id: int, from_date: date, to_date: date, known_at: datetime | None = None) -> set[int]:
    """The parks into which the park of `from_date` had gone by `to_date` (itself, if nothing happened; none, if it was closed for good)."""
    lines = ParkChangeLine.objects.filter(
        change__effective_on__gt=from_date,
        change__effective_on__lte=to_date,
        change__kind__in=[ParkChange.Kind.MERGE, ParkChange.Kind.SPLIT, ParkChange.Kind.CLOSE],
    )
    if known_at is not None:
        lines = lines.filter(change__recorded_at__lte=known_at)
    edges: dict[int, list[tuple[int, int | None]]] = {}
    for change, source, target in lines.order_by("change__effective_on", "change_id").values_list("change_id", "from_park_id", "to_park_id"):
        edges.setdefault(change, []).append((source, target))
    now_in = {park_id}
    for pairs in edges.values():
        left = {source for source, _ in pairs} & now_in
        now_in = (now_in - left) | {target for source, target in pairs if source in left and target is not None}
    return now_in


def timeline(park_id: int) -> list[Step]:
    """Every change in which the park took part, by effective date."""
    changes = ParkChange.objects.filter(Q(lines__from_park=park_id) | Q(lines__to_park=park_id)).distinct().prefetch_related("lines")
    return [
        Step(
            change.kind,
            change.effective_on,
            change.recorded_at,
            change.reason,
            change.actor_label,
            change.before,
            change.after,
            tuple(sorted({line.from_park_id for line in change.lines.all() if line.from_park_id})),
            tuple(sorted({line.to_park_id for line in change.lines.all() if line.to_park_id})),
        )
        for change in changes.order_by("effective_on", "id")
    ]


def directory(on: date) -> list[Entry]:
    """Every park of the day with its district and directions, by code."""
    directions: dict[int, list[Direction]] = {}
    for direction in Direction.objects.filter(holding(on)).order_by("code"):
        directions.setdefault(direction.park_id, []).append(direction)
    entries = []
    for name in ParkName.objects.filter(holding(on)).select_related("park__district").order_by("park__code"):
        park, own = name.park, directions.get(name.park_id, [])
        district = park.district
        entries.append(
            Entry(
                park.id,
                park.code,
                name.name_zh,
                name.name_en,
                park.level,
                park.kind,
                district.name_zh if district else "",
                district.name_en if district else "",
                tuple(d.name_zh for d in own),
                tuple(d.name_en for d in own),
                park.mark,
            )
        )
    return entries
