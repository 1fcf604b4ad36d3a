"""Correcting the register by hand: what an entry says of a firm, and other names under which people look for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.errors import WrongValue
from manyuan.facts.enterprises.models import Enterprise, EnterpriseName, Industry
from manyuan.facts.enterprises.services import checked_name, own_enterprise


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
