"""Correcting the register by hand: what an entry says of a firm, and other names under which people look for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.enterprises.errors import NotATenant, ReasonMissing, SeatOfAChange, WrongValue
from manyuan.facts.enterprises.models import Enterprise, EnterpriseName, Industry, Tenancy
from manyuan.facts.enterprises.services import CHANGE, checked_name, own_enterprise
from manyuan.facts.parks.errors import ParkIsClosed


@dataclass(frozen=True)
class Entry:
    """What the register says of a firm besides its code and name. capital_fen: 0.01 yuan; industry_id: a code of GB/T 4754-2017."""

    name_en: str = ""
    registered_on: date | None = None
    kind: str = ""
    capital_fen: int | None = None
    district_id: int | None = None
    address: str = ""
    industry_id: str | None = None


@transaction.atomic
def correct_enterprise(*, enterprise: Enterprise, entry: Entry, reason: str, by: Actor, now: datetime) -> Enterprise:
    """Let the register say `entry` of the firm; what it said before stands in the record. The city, and the committee of the firm's park.

    Raises NotAllowed, WrongValue (an industry that is not of GB/T 4754-2017, a registration that lies ahead, capital below zero).
    """
    firm = own_enterprise(enterprise, by)
    known_industry(entry.industry_id)
    if entry.registered_on is not None and entry.registered_on > timezone.localdate(now):
        raise WrongValue(field=gettext_noop("Registered on"), found=entry.registered_on, expected=gettext_noop("a day that is not ahead"))
    if entry.capital_fen is not None and entry.capital_fen < 0:
        raise WrongValue(field=gettext_noop("Registered capital"), found=entry.capital_fen, expected=gettext_noop("zero or more"))
    wanted = {
        "name_en": entry.name_en.strip()[:200], "registered_on": entry.registered_on, "kind": entry.kind.strip()[:80], "capital_fen": entry.capital_fen,
        "district_id": entry.district_id, "address": entry.address.strip()[:300], "industry_id": entry.industry_id,
    }  # fmt: skip
    before = {key: getattr(firm, key) for key, value in wanted.items() if getattr(firm, key) != value}
    if not before:
        return firm
    after = {key: wanted[key] for key in before}
    extra: dict[str, object] = {"changed_at": now}
    if "capital_fen" in after:
        extra |= {"capital_currency": "CNY" if entry.capital_fen is not None else "", "capital_text": ""}
    if "district_id" in after:
        extra["district_basis"] = "given" if entry.district_id else ""
    Enterprise.objects.filter(pk=firm.pk).update(**after, **extra)
    audit.record(by=by, now=now, action="enterprises.correct", subject_kind="enterprise", subject_id=firm.pk, before=before, after=after, reason=reason)
    audit.emit(name="enterprise.changed", data={"enterprise_ids": [firm.pk]}, now=now)
    firm.refresh_from_db()
    return firm


@transaction.atomic
def add_alias(*, enterprise: Enterprise, name: str, by: Actor, now: datetime, source: str = "") -> EnterpriseName:
    """Another name under which the firm is known; one that is there already stays as it is. Raises NotAllowed, WrongValue."""
    firm = own_enterprise(enterprise, by)
    name = checked_name(name)
    held = EnterpriseName.objects.filter(enterprise=firm, name=name, kind=EnterpriseName.Kind.ALIAS).first()
    if held is not None:
        return held
    made = EnterpriseName.objects.create(enterprise=firm, name=name, kind=EnterpriseName.Kind.ALIAS, recorded_at=now, source=source)
    audit.record(by=by, now=now, action="enterprises.alias", subject_kind="enterprise", subject_id=firm.pk, after={"name": name})
    return made


def known_industry(code: str | None) -> None:
    """Raises WrongValue for a code that GB/T 4754-2017 does not have."""
    if code is not None and not Industry.objects.filter(code=code).exists():
        raise WrongValue(field=gettext_noop("Industry"), found=code[:10], expected=gettext_noop("a code of GB/T 4754-2017, such as 3973"))


@transaction.atomic
def withdraw_seat(*, enterprise: Enterprise, reason: str, by: Actor, now: datetime) -> None:
    """Take back the newest change of where the firm sits: a park that it never moved to, or never left. Where it sat before holds on;
    what was known until now stays readable. Only the city; what a merge or a split of parks did is undone there, not here.

    Raises NotAllowed, ReasonMissing, NotATenant (nothing to take back), SeatOfAChange, ParkIsClosed.
    """
    if not by.sees_all:
        raise NotAllowed(CHANGE, by)
    if not reason.strip():
        raise ReasonMissing()
    firm = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    rows = list(Tenancy.objects.filter(enterprise=firm, superseded_at=None).select_related("park").order_by("-valid_from"))
    if not rows:
        raise NotATenant(name=firm.name, found=timezone.localdate(now))
    last = rows[0]
    if last.change_id is not None:
        raise SeatOfAChange(name=firm.name, park=last.park.name_zh)
    if last.valid_to is None:
        before = Tenancy.objects.filter(enterprise=firm, valid_to=None, superseded_at=last.recorded_at).select_related("park").first()
        wrong, since = [last, *(row for row in rows[1:] if row.valid_to == last.valid_from)] if before else [last], last.valid_from
    else:
        before, since, wrong = last, last.valid_to, [last]
    if before is not None and before.park.closed_on is not None:
        raise ParkIsClosed(park=before.park.name_zh, closed_on=before.park.closed_on)
    Tenancy.objects.filter(pk__in=[row.pk for row in wrong]).update(superseded_at=now)
    if before is not None:
        Tenancy.objects.create(
            enterprise=firm, park=before.park, valid_from=before.valid_from, valid_to=None, area_m2=before.area_m2, holding=before.holding,
            basis=before.basis, change=before.change, recorded_at=now,
        )  # fmt: skip
    Enterprise.objects.filter(pk=firm.pk).update(park=before.park if before else None, changed_at=now)
    audit.record(
        by=by, now=now, action="enterprises.withdraw_seat", subject_kind="enterprise", subject_id=firm.pk,
        before={"park": last.park.code, "valid_from": last.valid_from, "valid_to": last.valid_to}, after={"park": before.park.code if before else None},
        reason=reason.strip(),
    )  # fmt: skip
    audit.emit(name="enterprise.moved", data={"enterprise_ids": [firm.pk], "since": since.isoformat()}, now=now)
