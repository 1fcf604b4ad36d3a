"""Writing enterprises: the register, names, titles and where a firm sits. Nothing is overwritten; what ends stays readable.

The city writes all; a park committee writes the firms of its parks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.enterprises import credit_codes
from manyuan.facts.enterprises.errors import CreditCodeIsTaken, InTheFuture, NotATenant, ParkNotThere, TooEarly, WrongTitle, WrongValue
from manyuan.facts.enterprises.models import Enterprise, EnterpriseName, Tenancy, Title
from manyuan.facts.parks.errors import ParkIsClosed
from manyuan.facts.parks.models import Park

BATCH = 2_000
CHANGE = gettext_noop("change this enterprise")


@dataclass(frozen=True)
class NewEnterprise:
    """An enterprise as registered. capital_fen: registered capital in 0.01 yuan; industry: a code of GB/T 4754-2017."""

    uscc: str
    name: str
    name_en: str = ""
    registered_on: date | None = None
    capital_fen: int | None = None
    district_id: int | None = None
    address: str = ""
    industry_id: str | None = None
    kind: str = ""
    source: str = "given"
    mark: str = "reported"


@transaction.atomic
def register_enterprise(*, new: NewEnterprise, by: Actor, now: datetime, park: Park | None = None, since: date | None = None) -> Enterprise:
    """Enter an enterprise, and with `park` its tenancy from `since`. Raises WrongCreditCode, CreditCodeIsTaken, NotAllowed, WrongValue."""
    if not by.sees_all and not (by.role is Role.COMMITTEE and park is not None and park.pk in by.park_ids):
        raise NotAllowed(CHANGE, by)
    code = credit_codes.checked(new.uscc)
    name = checked_name(new.name)
    known = Enterprise.objects.filter(uscc=code).first()
    if known is not None:
        raise CreditCodeIsTaken(found=code, name=known.name)
    firm = Enterprise.objects.create(**_fields(new, code, name, now))
    audit.record(by=by, now=now, action="enterprises.register", subject_kind="enterprise", subject_id=firm.pk, after={"uscc": code, "name": name})
    audit.emit(name="enterprise.changed", data={"enterprise_ids": [firm.pk]}, now=now)
    if park is not None:
        settle_enterprise(enterprise=firm, park=park, since=since or timezone.localdate(now), by=by, now=now)
    firm.refresh_from_db()
    return firm


@transaction.atomic
def rename_enterprise(*, enterprise: Enterprise, name: str, on: date, by: Actor, now: datetime, source: str = "") -> Enterprise:
    """Give the enterprise its new name; the old one stays as a former name up to `on`. Raises TooEarly, InTheFuture."""
    firm = own_enterprise(enterprise, by)
    name = checked_name(name)
    _not_ahead(on, now)
    if name == firm.name:
        return firm
    former = EnterpriseName.objects.filter(enterprise=firm, kind=EnterpriseName.Kind.FORMER)
    since = former.aggregate(last=Max("valid_to"))["last"]
    if since is not None and on <= since:
        raise TooEarly(name=firm.name, found=on, since=since)
    EnterpriseName.objects.create(
        enterprise=firm, name=firm.name, kind=EnterpriseName.Kind.FORMER, valid_from=since, valid_to=on, recorded_at=now, source=source
    )  # fmt: skip
    before = firm.name
    Enterprise.objects.filter(pk=firm.pk).update(name=name, changed_at=now)
    audit.record(
        by=by, now=now, action="enterprises.rename", subject_kind="enterprise", subject_id=firm.pk, before={"name": before}, after={"name": name, "on": on}
    )
    firm.refresh_from_db()
    return firm


@transaction.atomic
def settle_enterprise(
    *,
    enterprise: Enterprise,
    park: Park,
    since: date,
    by: Actor,
    now: datetime,
    area_m2: Decimal | None = None,
    holding: str = "",
) -> Tenancy:
    """The enterprise sits in `park` from `since`; where it sat before ends that day. Raises ParkNotThere, ParkIsClosed, TooEarly, InTheFuture, NotAllowed.

    A park committee takes firms into its own parks; a firm of another committee's park is moved by the city.
    """
    firm = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    own = by.role is Role.COMMITTEE and park.pk in by.park_ids and (firm.park_id is None or firm.park_id in by.park_ids)
    if not by.sees_all and not own:
        raise NotAllowed(CHANGE, by)
    park = Park.objects.get(pk=park.pk)
    _not_ahead(since, now)
    _takes_tenants(park, since)
    before = _end_tenancy(firm, since, now)
    row = Tenancy.objects.create(
        enterprise=firm, park=park, valid_from=since, area_m2=area_m2, holding=holding, basis="moved" if before else "given", recorded_at=now
    )
    Enterprise.objects.filter(pk=firm.pk).update(park=park, changed_at=now)
    audit.record(
        by=by, now=now, action="enterprises.settle", subject_kind="enterprise", subject_id=firm.pk,
        before={"park": before}, after={"park": park.code, "since": since},
    )  # fmt: skip
    audit.emit(name="enterprise.moved", data={"enterprise_ids": [firm.pk], "since": since.isoformat()}, now=now)
    return row


@transaction.atomic
def leave_park(*, enterprise: Enterprise, on: date, by: Actor, now: datetime, reason: str = "") -> None:
    """The enterprise leaves its park on `on` (that day it is no longer there). Raises NotATenant, TooEarly."""
    firm = own_enterprise(enterprise, by)
    _not_ahead(on, now)
    if not Tenancy.objects.filter(enterprise=firm, valid_to=None, superseded_at=None).exists():
        raise NotATenant(name=firm.name, found=on)
    before = _end_tenancy(firm, on, now)
    Enterprise.objects.filter(pk=firm.pk).update(park=None, changed_at=now)
    audit.record(
        by=by, now=now, action="enterprises.leave", subject_kind="enterprise", subject_id=firm.pk, before={"park": before}, after={"on": on}, reason=reason
    )
    audit.emit(name="enterprise.moved", data={"enterprise_ids": [firm.pk], "since": on.isoformat()}, now=now)


@transaction.atomic
def award_title(
    *, enterprise: Enterprise, kind: str, valid_from: date, valid_to: date | None, proof: str, source: str, mark: str, by: Actor, now: datetime
) -> Title:
    """Enter a title with its period [valid_from, valid_to) and its proof. A row of the same kind and first day is superseded. Only the city."""
    if not by.sees_all:
        raise NotAllowed(CHANGE, by)
    if not proof.strip():
        raise WrongTitle(kind=kind, name=enterprise.name, found="-", expected=gettext_noop("a proof: number and date of the document"))
    if valid_to is not None and valid_to <= valid_from:
        raise WrongTitle(kind=kind, name=enterprise.name, found=valid_to, expected=gettext_noop("an end after the start"))
    Title.objects.filter(enterprise=enterprise, kind=kind, valid_from=valid_from, superseded_at=None).update(superseded_at=now)
    row = Title.objects.create(
        enterprise=enterprise, kind=kind, valid_from=valid_from, valid_to=valid_to, proof=proof.strip()[:200], source=source, mark=mark, recorded_at=now
    )
    audit.record(
        by=by, now=now, action="enterprises.title", subject_kind="enterprise", subject_id=enterprise.pk,
        after={"kind": kind, "valid_from": valid_from, "valid_to": valid_to, "proof": proof},
    )  # fmt: skip
    audit.emit(name="title.changed", data={"enterprise_ids": [enterprise.pk], "since": valid_from.isoformat()}, now=now)
    return row


@dataclass(frozen=True)
class Settled:
    """One firm of a batch: who it is, where it sits since when, and which titles (kind, from, to, proof) it holds."""

    new: NewEnterprise
    park: Park | None
    since: date | None = None
    area_m2: Decimal | None = None
    titles: tuple[tuple[str, date, date | None, str], ...] = ()


@transaction.atomic
def register_many(*, firms: Iterable[Settled], by: Actor, now: datetime) -> int:
    """Enter many firms that are not known yet, with tenancy and titles; one audit record for each 2,000. Codes and seats are
    checked, the register itself refuses a double code (IntegrityError; then nothing is written). Returns how many."""
    if not by.sees_all:
        raise NotAllowed(CHANGE, by)
    count, batch = 0, []
    for one in firms:
        batch.append(one)
        if len(batch) == BATCH:
            count += _enter(batch, by, now)
            batch = []
    return count + (_enter(batch, by, now) if batch else 0)


def _enter(batch: Sequence[Settled], by: Actor, now: datetime) -> int:
    for one in batch:
        if one.park is not None:
            _takes_tenants(one.park, one.since or one.park.opened_on)
    rows = [Enterprise(park=one.park, **_fields(one.new, credit_codes.checked(one.new.uscc), checked_name(one.new.name), now)) for one in batch]
    Enterprise.objects.bulk_create(rows, batch_size=500)
    Tenancy.objects.bulk_create(
        (
            Tenancy(enterprise=row, park=one.park, valid_from=one.since or one.park.opened_on, area_m2=one.area_m2, recorded_at=now)
            for row, one in zip(rows, batch, strict=True)
            if one.park is not None
        ),
        batch_size=1_000,
    )
    Title.objects.bulk_create(
        (
            Title(
                enterprise=row, kind=kind, valid_from=start, valid_to=stop, proof=proof, source=one.new.source, mark=one.new.mark, recorded_at=now
            )
            for row, one in zip(rows, batch, strict=True)
            for kind, start, stop, proof in one.titles
        ),
        batch_size=1_000,
    )  # fmt: skip
    after = {"count": len(rows), "first": rows[0].uscc, "last": rows[-1].uscc}
    audit.record(by=by, now=now, action="enterprises.register", subject_kind="enterprise", subject_id="batch", after=after)
    return len(rows)


def _fields(new: NewEnterprise, code: str, name: str, now: datetime) -> dict[str, object]:
    return {
        "uscc": code, "name": name, "name_en": new.name_en[:200], "registered_on": new.registered_on, "kind": new.kind, "capital_fen": new.capital_fen,
        "capital_currency": "CNY" if new.capital_fen is not None else "", "district_id": new.district_id,
        "district_basis": "given" if new.district_id else "", "address": new.address[:300], "industry_id": new.industry_id, "source": new.source,
        "mark": new.mark, "recorded_at": now, "changed_at": now,
    }  # fmt: skip


def _end_tenancy(firm: Enterprise, on: date, now: datetime) -> str | None:
    """End the open tenancy on `on`: superseded by one that stops there; one that began that very day leaves nothing. Returns the park's code."""
    row = Tenancy.objects.filter(enterprise=firm, valid_to=None, superseded_at=None).select_related("park").first()
    later = Tenancy.objects.filter(enterprise=firm, superseded_at=None, valid_to__gt=on).order_by("-valid_to").first()
    if later is not None:
        raise TooEarly(name=firm.name, found=on, since=later.valid_to)
    if row is None:
        return None
    if row.valid_from > on:
        raise TooEarly(name=firm.name, found=on, since=row.valid_from)
    Tenancy.objects.filter(pk=row.pk).update(superseded_at=now)
    if row.valid_from < on:
        Tenancy.objects.create(
            enterprise=firm, park=row.park, valid_from=row.valid_from, valid_to=on, area_m2=row.area_m2, holding=row.holding, basis=row.basis,
            change=row.change, recorded_at=now,
        )  # fmt: skip
    return row.park.code


def may_change(firm: Enterprise, by: Actor) -> bool:
    """Whether the actor keeps the register of this firm: the city, and the committee of the park where it sits."""
    return by.sees_all or (by.role is Role.COMMITTEE and firm.park_id in by.park_ids)


def own_enterprise(enterprise: Enterprise, by: Actor) -> Enterprise:
    """The firm as stored now, locked. Raises NotAllowed for who does not keep its register."""
    firm = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if not may_change(firm, by):
        raise NotAllowed(CHANGE, by)
    return firm


def _takes_tenants(park: Park, since: date) -> None:
    """A seat has no end yet, so the park must be open still."""
    if since < park.opened_on:
        raise ParkNotThere(park=park.name_zh, found=since)
    if park.closed_on is not None:
        raise ParkIsClosed(park=park.name_zh, closed_on=park.closed_on)


def _not_ahead(on: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if on > today:
        raise InTheFuture(found=on, today=today)


def checked_name(text: str) -> str:
    """A firm's name without blanks around it. Raises WrongValue."""
    text = text.strip()
    if not 0 < len(text) <= 200:
        raise WrongValue(field=gettext_noop("Name"), found=text[:40] or "-", expected=gettext_noop("1 to 200 characters"))
    return text
