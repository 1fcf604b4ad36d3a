"""Changing parks: found, rename, move, redraw, merge, split, close. Nothing is overwritten; an undo is a new change.

Every act is the city's (directions also the park committee's own), takes effect on a date that is not in the future, and stands after
what is already recorded of the park. Tenancies are not moved here: `enterprises` stands above and moves them in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.parks.dated import end, known, replace
from manyuan.facts.parks.errors import CodeIsTaken, HasSubparks, InTheFuture, ParkIsClosed, TooEarly, WouldBeCircular, WrongParks, WrongValue
from manyuan.facts.parks.geometry import checked_geometry, middle_of
from manyuan.facts.parks.models import Direction, Park, ParkBoundary, ParkChange, ParkChangeLine, ParkName, ParkParent

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
CHANGE_PARKS = gettext_noop("change the parks of the city")
CHANGE_DIRECTIONS = gettext_noop("change the directions of this park")


@dataclass(frozen=True)
class NewPark:
    """A park that a merge or a split founds on its effective date."""

    code: str
    name_zh: str
    name_en: str
    level: str = Park.Level.UNKNOWN
    kind: str = Park.Kind.PARK


@dataclass(frozen=True)
class NewDirection:
    """A primary industrial direction; `industry_prefixes`: GB/T 4754-2017 codes, or their beginnings, that count as it."""

    code: str
    name_zh: str
    name_en: str
    industry_prefixes: tuple[str, ...] = ()


@transaction.atomic
def found_park(
    *,
    new: NewPark,
    opened_on: date,
    source: str,
    mark: str,
    by: Actor,
    now: datetime,
    parent: Park | None = None,
    district_id: int | None = None,
    reason: str = "",
) -> Park:
    """Found a park, under `parent` or at the top. Raises CodeIsTaken, ParkIsClosed, TooEarly (older than its parent), InTheFuture."""
    _allowed(by, opened_on, now)
    park = _found(new, opened_on, source, mark, now, district_id)
    if parent is not None:
        _put_under(park, parent, opened_on, now, source)
    _change(ParkChange.Kind.FOUND, opened_on, reason, by, now, {}, {"code": park.code, "name_zh": park.name_zh}, [(None, park)])
    return park


@transaction.atomic
def rename_park(*, park: Park, name_zh: str, name_en: str, effective_on: date, reason: str, by: Actor, now: datetime, source: str = "") -> Park:
    """Give the park a new name from `effective_on`; the old one holds for the days before."""
    park = _open(park, effective_on, by, now)
    before = {"name_zh": park.name_zh, "name_en": park.name_en}
    after = {"name_zh": _text("name_zh", name_zh, 100), "name_en": _text("name_en", name_en, 160)}
    replace(ParkName, park, effective_on, now, source, after)
    Park.objects.filter(pk=park.pk).update(**after)
    _change(ParkChange.Kind.RENAME, effective_on, reason, by, now, before, after, [(park, park)])
    park.refresh_from_db()
    return park


@transaction.atomic
def move_park(*, park: Park, parent: Park | None, effective_on: date, reason: str, by: Actor, now: datetime, source: str = "") -> None:
    """Put the park under `parent`, or at the top (None), from `effective_on`. Raises WouldBeCircular."""
    park = _open(park, effective_on, by, now)
    before = ParkParent.objects.filter(known(None), park=park, valid_to=None).select_related("parent").first()
    end(ParkParent, park, effective_on, now)
    if parent is not None:
        _put_under(park, parent, effective_on, now, source)
    _change(
        ParkChange.Kind.MOVE,
        effective_on,
        reason,
        by,
        now,
        {"parent": before.parent.code if before else None},
        {"parent": parent.code if parent else None},
        [(park, park)],
    )


@transaction.atomic
def set_boundary(
    *,
    park: Park,
    geometry: Mapping[str, Any] | None,
    area_m2: Decimal | None,
    effective_on: date,
    reason: str,
    by: Actor,
    now: datetime,
    source: str = "",
    point: tuple[Decimal, Decimal] | None = None,
) -> None:
    """Redraw the park: `geometry` a GeoJSON Polygon or MultiPolygon in degrees, `area_m2` exact square metres; either may be unknown.

    point: longitude and latitude where the map shows it; None: the middle of the outline, or where it stood. Raises WrongValue.
    """
    park = _open(park, effective_on, by, now)
    geometry = None if geometry is None else checked_geometry(geometry)
    if point is not None and not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise WrongValue(field=gettext_noop("Place on the map"), found=f"{point[0]}, {point[1]}", expected=gettext_noop("longitude and latitude in degrees"))
    if area_m2 is not None and area_m2 <= 0:
        raise WrongValue(field=gettext_noop("Area in m2"), found=area_m2, expected=gettext_noop("a number above zero"))
    before = ParkBoundary.objects.filter(known(None), park=park, valid_to=None).first()
    replace(ParkBoundary, park, effective_on, now, source, {"geometry": geometry, "area_m2": area_m2})
    place = point or (middle_of(geometry) if geometry else None)
    if place is not None:
        Park.objects.filter(pk=park.pk).update(longitude=place[0], latitude=place[1], place_is_approximate=point is None)
    _change(
        ParkChange.Kind.BOUNDARY,
        effective_on,
        reason,
        by,
        now,
        {"area_m2": str(before.area_m2) if before and before.area_m2 is not None else None},
        {"area_m2": None if area_m2 is None else str(area_m2)},
        [(park, park)],
    )


@transaction.atomic
def set_directions(*, park: Park, directions: Sequence[NewDirection], effective_on: date, by: Actor, now: datetime, source: str = "") -> None:
    """State the park's primary directions from `effective_on`; those not named end. The park's own committee may do it too."""
    if not by.sees_all and not (by.role is Role.COMMITTEE and park.pk in by.park_ids):
        raise NotAllowed(CHANGE_DIRECTIONS, by)
    park = _still_open(park, effective_on, now)
    codes = [d.code for d in directions]
    if len(set(codes)) != len(codes):
        raise WrongValue(field=gettext_noop("Directions"), found=", ".join(codes), expected=gettext_noop("each code once"))
    before = list(Direction.objects.filter(known(None), park=park, valid_to=None).order_by("code").values_list("code", flat=True))
    rows = [{"code": d.code, "name_zh": d.name_zh, "name_en": d.name_en, "industry_prefixes": list(d.industry_prefixes)} for d in directions]
    replace(Direction, park, effective_on, now, source, *rows)
    after = {"directions": codes, "effective_on": effective_on}
    audit.record(by=by, now=now, action="parks.directions", subject_kind="park", subject_id=park.pk, before={"directions": before}, after=after)
    audit.emit(name="park.changed", data={"park_ids": [park.pk], "kind": "directions"}, now=now)


@transaction.atomic
def merge_parks(*, sources: Sequence[Park], into: Park | NewPark, effective_on: date, reason: str, by: Actor, now: datetime, source: str = "") -> ParkChange:
    """Merge `sources` into a park that exists or is founded by it. The sources close; the parks under them go under `into`.

    Returns the change, whose lines say what went where. Raises WrongParks when there is nothing to merge.
    """
    _allowed(by, effective_on, now)
    ids = [park.pk for park in sources]
    if not ids or len(set(ids)) != len(ids) or (isinstance(into, Park) and into.pk in ids):
        rule = gettext_noop("A merge takes different parks into one that is not among them.")
        raise WrongParks(rule=rule, found=", ".join(park.name_zh for park in sources) or "0")
    old = [_still_open(park, effective_on, now) for park in sources]
    if isinstance(into, NewPark):
        target = _found(into, effective_on, source or old[0].source, old[0].mark, now, old[0].district_id)
    else:
        target = _still_open(into, effective_on, now)
        above = ParkParent.objects.filter(known(None), park=target, valid_to=None, parent__in=old).exists()
        if above:
            end(ParkParent, target, effective_on, now)
    for park in old:
        for child in _children(park):
            end(ParkParent, child, effective_on, now)
            if child.pk not in ids and child.pk != target.pk:
                _put_under(child, target, effective_on, now, source)
        _close(park, effective_on, now)
    lines = [(park, target) for park in old] + ([] if isinstance(into, NewPark) else [(target, target)])
    before, after = {"parks": [park.code for park in old]}, {"park": target.code}
    return _change(ParkChange.Kind.MERGE, effective_on, reason, by, now, before, after, lines)


@transaction.atomic
def split_park(
    *,
    park: Park,
    into: Sequence[NewPark],
    effective_on: date,
    reason: str,
    by: Actor,
    now: datetime,
    keep: bool = False,
    children: Mapping[str, str] | None = None,
    source: str = "",
) -> ParkChange:
    """Found the parks `into` out of `park`; it closes, or with `keep` goes on beside them.

    children: code of a park under it to the code of the new park it goes under. When the park closes, every one of them needs an entry
    (HasSubparks names those without); with `keep`, the others stay. New parks stand beside the old one, under its parent.
    """
    park = _open(park, effective_on, by, now)
    given = dict(children or {})
    if len(into) < (1 if keep else 2):
        raise WrongParks(rule=gettext_noop("A split makes at least two parks, the one that goes on included."), found=len(into) + keep)
    below = {child.code: child for child in _children(park)}
    homeless = [] if keep else sorted(set(below) - set(given))
    if homeless:
        raise HasSubparks(park=park.name_zh, children=", ".join(homeless))
    wrong = sorted((set(given) - set(below)) | (set(given.values()) - {new.code for new in into}))
    if wrong:
        rule = gettext_noop("Parks under the split park go under one of the new parks.")
        raise WrongParks(rule=rule, found=", ".join(wrong))
    held = ParkParent.objects.filter(known(None), park=park, valid_to=None).select_related("parent").first()
    made = {new.code: _found(new, effective_on, source or park.source, park.mark, now, park.district_id) for new in into}
    for new in made.values():
        if held is not None:
            _put_under(new, held.parent, effective_on, now, source)
    for code, goes_to in given.items():
        end(ParkParent, below[code], effective_on, now)
        _put_under(below[code], made[goes_to], effective_on, now, source)
    if not keep:
        _close(park, effective_on, now)
    lines = [(park, new) for new in made.values()] + ([(park, park)] if keep else [])
    return _change(ParkChange.Kind.SPLIT, effective_on, reason, by, now, {"park": park.code}, {"parks": sorted(made), "kept": keep}, lines)


@transaction.atomic
def close_park(*, park: Park, effective_on: date, reason: str, by: Actor, now: datetime) -> ParkChange:
    """Close the park for good, without a successor. Raises HasSubparks while parks lie under it."""
    park = _open(park, effective_on, by, now)
    below = _children(park)
    if below:
        raise HasSubparks(park=park.name_zh, children=", ".join(child.name_zh for child in below))
    _close(park, effective_on, now)
    return _change(ParkChange.Kind.CLOSE, effective_on, reason, by, now, {"park": park.code}, {"closed_on": effective_on.isoformat()}, [(park, None)])


def _allowed(by: Actor, on: date, now: datetime) -> None:
    if not by.sees_all:
        raise NotAllowed(CHANGE_PARKS, by)
    today = timezone.localdate(now)
    if on > today:
        raise InTheFuture(found=on, today=today)


def _open(park: Park, on: date, by: Actor, now: datetime) -> Park:
    _allowed(by, on, now)
    return _still_open(park, on, now)


def _still_open(park: Park, on: date, now: datetime) -> Park:
    """The park as stored now, locked; raises when it is closed or not yet founded on the day."""
    park = Park.objects.select_for_update().get(pk=park.pk)
    if park.closed_on is not None:
        raise ParkIsClosed(park=park.name_zh, closed_on=park.closed_on)
    if on < park.opened_on:
        raise TooEarly(park=park.name_zh, found=on, since=park.opened_on)
    today = timezone.localdate(now)
    if on > today:
        raise InTheFuture(found=on, today=today)
    return park


def _text(field: str, found: str, longest: int) -> str:
    found = found.strip()
    if not 0 < len(found) <= longest:
        raise WrongValue(field=field, found=found[:40] or "-", expected=f"1–{longest}")
    return found


def _found(new: NewPark, on: date, source: str, mark: str, now: datetime, district_id: int | None) -> Park:
    code = _text("code", new.code, 40)
    if not _CODE.fullmatch(code):
        raise WrongValue(field="code", found=code, expected=gettext_noop("letters, digits and hyphens, as east-2"))
    names = {"name_zh": _text("name_zh", new.name_zh, 100), "name_en": _text("name_en", new.name_en, 160)}
    if Park.objects.filter(code=code).exists():
        raise CodeIsTaken(found=code)
    park = Park.objects.create(code=code, level=new.level, kind=new.kind, district_id=district_id, opened_on=on, source=source, mark=mark, **names)
    ParkName.objects.create(park=park, valid_from=on, recorded_at=now, source=source, **names)
    return park


def _children(park: Park) -> list[Park]:
    return [row.park for row in ParkParent.objects.filter(known(None), parent=park, valid_to=None).select_related("park").order_by("park__code")]


def _put_under(park: Park, parent: Park, on: date, now: datetime, source: str) -> None:
    """Open the parent row, after looking at every day from `on` on which a circle could arise."""
    parent = _still_open(parent, on, now)
    rows = list(ParkParent.objects.filter(known(None)).values_list("park_id", "parent_id", "valid_from", "valid_to"))
    for day in sorted({on} | {start for _, _, start, _ in rows if start > on}):
        above = {child: up for child, up, start, stop in rows if start <= day and (stop is None or stop > day)}
        step: int | None = parent.pk
        while step is not None:
            if step == park.pk:
                raise WouldBeCircular(park=park.name_zh, parent=parent.name_zh, on=day)
            step = above.get(step)
    ParkParent.objects.create(park=park, parent=parent, valid_from=on, recorded_at=now, source=source)


def _close(park: Park, on: date, now: datetime) -> None:
    if on <= park.opened_on:
        raise TooEarly(park=park.name_zh, found=on, since=park.opened_on)
    below = ParkParent.objects.filter(known(None), parent=park, valid_to__gt=on).order_by("-valid_to").first()
    if below is not None:
        raise TooEarly(park=park.name_zh, found=on, since=below.valid_to)
    for model in (ParkName, ParkParent, ParkBoundary, Direction):
        end(model, park, on, now)
    Park.objects.filter(pk=park.pk).update(closed_on=on)


def _change(
    kind: str,
    on: date,
    reason: str,
    by: Actor,
    now: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
    lines: Sequence[tuple[Park | None, Park | None]],
) -> ParkChange:
    change = ParkChange.objects.create(kind=kind, effective_on=on, recorded_at=now, actor_label=by.label[:200], reason=reason, before=before, after=after)
    ParkChangeLine.objects.bulk_create(ParkChangeLine(change=change, from_park=old, to_park=new) for old, new in lines)
    ids = sorted({park.pk for line in lines for park in line if park is not None})
    shown = after | {"effective_on": on, "park_ids": ids}
    audit.record(by=by, now=now, action=f"parks.{kind}", subject_kind="park-change", subject_id=change.pk, before=before, after=shown, reason=reason)
    audit.emit(name="park.changed", data={"park_ids": ids, "kind": str(kind), "change_id": change.pk}, now=now)
    return change
