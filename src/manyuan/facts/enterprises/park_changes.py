"""Parks that merge or split take their tenants with them: the change of the tree and the moves of the firms are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.errors import NotTenantsOf, TenantsWithoutPlace, TooEarly
from manyuan.facts.enterprises.models import Enterprise, Tenancy
from manyuan.facts.parks import services as parks
from manyuan.facts.parks.errors import WrongParks
from manyuan.facts.parks.models import Park, ParkChange
from manyuan.facts.parks.services import NewPark

INTO_NEW = gettext_noop("The firms of a split park go into one of the new parks.")


@transaction.atomic
def merge_parks(*, sources: Sequence[Park], into: Park | NewPark, effective_on: date, reason: str, by: Actor, now: datetime, source: str = "") -> ParkChange:
    """Merge parks (see parks.services.merge_parks); whoever sits in one of them sits in the merged one from `effective_on`."""
    change = parks.merge_parks(sources=sources, into=into, effective_on=effective_on, reason=reason, by=by, now=now, source=source)
    _nobody_left_after([park.pk for park in sources], effective_on)
    target = change.lines.exclude(to_park=None).values_list("to_park_id", flat=True)[0]
    moved = _move(_with_firms(_tenants([park.pk for park in sources])), lambda row: target, effective_on, "merge", change, now)
    _tell(change, moved, by, now)
    return change


@transaction.atomic
def split_park(
    *,
    park: Park,
    into: Sequence[NewPark],
    tenants: Mapping[int, str],
    effective_on: date,
    reason: str,
    by: Actor,
    now: datetime,
    keep: bool = False,
    children: Mapping[str, str] | None = None,
    source: str = "",
) -> ParkChange:
    """Split a park (see parks.services.split_park). tenants: id of a firm to the code of the new park it goes to; when the park closes,
    every firm in it needs one (TenantsWithoutPlace), with `keep` the others stay. Raises NotTenantsOf, WrongParks."""
    change = parks.split_park(
        park=park, into=into, effective_on=effective_on, reason=reason, by=by, now=now, keep=keep, children=children, source=source
    )  # fmt: skip
    present = _tenants([park.pk])
    names = dict(present.values_list("enterprise_id", "enterprise__name"))
    foreign = [firm for firm in tenants if firm not in names]
    if foreign:
        raise NotTenantsOf(park=park.name_zh, names=_named(Enterprise.objects.filter(pk__in=foreign[:3]).values_list("name", flat=True)), count=len(foreign))
    by_code = dict(Park.objects.filter(code__in=[new.code for new in into]).values_list("code", "id"))
    wrong = sorted(set(tenants.values()) - set(by_code))
    if wrong:
        raise WrongParks(rule=INTO_NEW, found=", ".join(wrong))
    homeless = [] if keep else [name for firm, name in names.items() if firm not in tenants]
    if homeless:
        raise TenantsWithoutPlace(park=park.name_zh, count=len(homeless), names=_named(homeless))
    if not keep:
        _nobody_left_after([park.pk], effective_on)
    moved = _move(
        [row for row in _with_firms(present) if row.enterprise_id in tenants],
        lambda row: by_code[tenants[row.enterprise_id]],
        effective_on,
        "split",
        change,
        now,
    )
    _tell(change, moved, by, now)
    return change


@transaction.atomic
def close_park(*, park: Park, effective_on: date, reason: str, by: Actor, now: datetime) -> ParkChange:
    """Close a park without a successor (see parks.services.close_park); whoever sits there sits in no park from `effective_on`."""
    change = parks.close_park(park=park, effective_on=effective_on, reason=reason, by=by, now=now)
    _nobody_left_after([park.pk], effective_on)
    found = _with_firms(_tenants([park.pk]))
    _not_after(found, effective_on)
    ended = [_ended(row, effective_on, now) for row in found if row.valid_from < effective_on]
    for row in found:
        row.enterprise.park_id, row.enterprise.changed_at = None, now
    _write(found, ended, [], now)
    _tell(change, len(found), by, now)
    if found:
        audit.emit(name="enterprise.changed", data={"enterprise_ids": [row.enterprise_id for row in found]}, now=now)
    return change


def _tenants(park_ids: list[int]) -> QuerySet[Tenancy]:
    return Tenancy.objects.filter(park_id__in=park_ids, valid_to=None, superseded_at=None)


def _with_firms(rows: QuerySet[Tenancy]) -> list[Tenancy]:
    return list(rows.select_related("enterprise").order_by("id"))


def _named(names: Iterable[str]) -> str:
    return "、".join(list(names)[:3])


def _nobody_left_after(park_ids: list[int], on: date) -> None:
    """A firm that sat in a park until after the day on which the park closes would have sat in a park that was no more."""
    row = Tenancy.objects.filter(park_id__in=park_ids, superseded_at=None, valid_to__gt=on).select_related("enterprise").order_by("-valid_to").first()
    if row is not None:
        raise TooEarly(name=row.enterprise.name, found=on, since=row.valid_to)


def _move(found: list[Tenancy], goes_to: Callable[[Tenancy], int], on: date, basis: str, change: ParkChange, now: datetime) -> int:
    _not_after(found, on)
    ended, opened = [], []
    for row in found:
        park_id = goes_to(row)
        if row.valid_from < on:
            ended.append(_ended(row, on, now))
        opened.append(
            Tenancy(
                enterprise_id=row.enterprise_id, park_id=park_id, valid_from=on, area_m2=row.area_m2, holding=row.holding, basis=basis, change=change, recorded_at=now
            )
        )  # fmt: skip
        row.enterprise.park_id, row.enterprise.changed_at = park_id, now
    _write(found, ended, opened, now)
    return len(found)


def _not_after(found: list[Tenancy], on: date) -> None:
    late = next((row for row in found if row.valid_from > on), None)
    if late is not None:
        raise TooEarly(name=late.enterprise.name, found=on, since=late.valid_from)


def _ended(row: Tenancy, on: date, now: datetime) -> Tenancy:
    """The same seat, ended on the day."""
    return Tenancy(
        enterprise_id=row.enterprise_id, park_id=row.park_id, valid_from=row.valid_from, valid_to=on, area_m2=row.area_m2, holding=row.holding,
        basis=row.basis, change_id=row.change_id, recorded_at=now,
    )  # fmt: skip


def _write(found: list[Tenancy], ended: list[Tenancy], opened: list[Tenancy], now: datetime) -> None:
    ids = [row.pk for row in found]
    for start in range(0, len(ids), 500):
        Tenancy.objects.filter(pk__in=ids[start : start + 500]).update(superseded_at=now)
    Tenancy.objects.bulk_create(ended, batch_size=500)
    Tenancy.objects.bulk_create(opened, batch_size=500)
    Enterprise.objects.bulk_update([row.enterprise for row in found], ["park_id", "changed_at"], batch_size=500)


def _tell(change: ParkChange, moved: int, by: Actor, now: datetime) -> None:
    audit.record(by=by, now=now, action="enterprises.follow", subject_kind="park-change", subject_id=change.pk, after={"moved": moved})
    audit.emit(name="park.tenants_moved", data={"change_id": change.pk, "moved": moved}, now=now)
