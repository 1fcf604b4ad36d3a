"""A pack becomes the programme of this deployment: districts, parks, forms, campaigns, indicators, goals and commitments.

The same pack again changes nothing. A newer version of it updates texts, targets and definitions; what figures or evidence stand on is
never dropped (OlderPack). Parks that exist are left to the park services: a pack only founds those that are not there yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.audit.once import forget
from manyuan.facts.filings.services import install_form
from manyuan.facts.parks import services as parks
from manyuan.facts.parks.models import District, Park, ReportedFact
from manyuan.facts.parks.services import NewDirection, NewPark
from manyuan.facts.programme.calendar import keep_version, tables_in_force
from manyuan.facts.programme.errors import OlderPack, OtherPack
from manyuan.facts.programme.models import Campaign, Commitment, Goal, GoalTarget, Indicator, InstalledPack
from manyuan.facts.programme.pack import Pack
from manyuan.facts.programme.pack.model import DemoPark, ParkEntry, ReportedFigure

INSTALL = gettext_noop("install a programme pack")
Progress = Callable[[str], None]


@transaction.atomic
def install_pack(*, pack: Pack, by: Actor, now: datetime, progress: Progress = lambda step: None) -> InstalledPack:
    """Install the pack, whole or not at all. Raises NotAllowed, OtherPack, OlderPack."""
    if not by.sees_all:
        raise NotAllowed(INSTALL, by)
    current = InstalledPack.objects.filter(is_current=True).first()
    if current is not None and current.code != pack.code:
        raise OtherPack(installed=current.code, found=pack.code)
    content_hash = pack.content_hash()
    if current is not None and current.content_hash == content_hash:
        return current
    for name, step in (("districts", _districts), ("parks", _parks), ("forms", _forms), ("programme", _programme)):
        progress(name)
        step(pack, by, now)
    days = tables_in_force()
    if current is not None:
        InstalledPack.objects.filter(pk=current.pk).update(is_current=False)
    made = InstalledPack.objects.create(code=pack.code, version=pack.version, content_hash=content_hash, content=pack.plain(), installed_at=now)
    forget("pack")
    if current is not None:
        keep_version(days, now)
    after = {"code": pack.code, "version": pack.version, "content_hash": content_hash}
    audit.record(by=by, now=now, action="programme.install", subject_kind="pack", subject_id=made.pk, after=after)
    audit.emit(name="pack.installed", data={"code": pack.code, "version": pack.version}, now=now)
    return made


@transaction.atomic
def install_demo_parks(*, pack: Pack, by: Actor, now: datetime) -> int:
    """Found the pack's invented parks (their names say so), for the demo city. Returns how many were added."""
    known = set(Park.objects.values_list("code", flat=True))
    added = 0
    for entry in pack.demo_parks:
        if entry.code not in known:
            _demo_park(pack, entry, by, now)
            added += 1 + len(entry.subparks)
    return added


def _demo_park(pack: Pack, entry: DemoPark, by: Actor, now: datetime) -> None:
    district = District.objects.get(adcode=entry.district)
    since = pack.register_starts
    new = NewPark(entry.code, entry.name.zh, entry.name.en, entry.level)
    park = parks.found_park(new=new, opened_on=since, source="demo", mark="synthetic", by=by, now=now, district_id=district.pk, reason="demo")
    _place(park, *_scattered(district, entry.code))
    _direct(pack, park, entry.directions, since, by, now)
    for at, name in enumerate(entry.subparks, 1):
        new = NewPark(f"{entry.code}-{at}", name.zh, name.en, "unknown", Park.Kind.SUBPARK)
        child = parks.found_park(new=new, opened_on=since, source="demo", mark="synthetic", by=by, now=now, parent=park, district_id=district.pk, reason="demo")
        _place(child, *_scattered(district, new.code))


def _scattered(district: District, code: str) -> tuple[Any, Any]:
    """A point near the district's centre, the same for the same code (up to about 5 km off)."""
    bytes_ = sha256(code.encode()).digest()
    east, north = (Decimal(bytes_[i] - 128) / 128 * Decimal("0.05") for i in (0, 1))
    if district.longitude is None or district.latitude is None:
        return None, None
    return district.longitude + east, district.latitude + north


def _districts(pack: Pack, by: Actor, now: datetime) -> None:
    for entry in pack.districts:
        District.objects.update_or_create(
            adcode=entry.adcode,
            defaults={
                "name_zh": entry.name.zh, "name_en": entry.name.en, "former_names": list(entry.former_names), "former_codes": list(entry.former_codes),
                "longitude": entry.longitude, "latitude": entry.latitude,
            },
        )  # fmt: skip


def _parks(pack: Pack, by: Actor, now: datetime) -> None:
    """Parents come before their children whatever the order of the file."""
    by_code = {entry.code: entry for entry in pack.parks}
    done: dict[str, Park] = {park.code: park for park in Park.objects.filter(code__in=by_code)}
    new = set(by_code) - set(done)

    def found(entry: ParkEntry) -> Park:
        if entry.code in done:
            return done[entry.code]
        parent = found(by_code[entry.parent]) if entry.parent else None
        done[entry.code] = park = _found(pack, entry, parent, by, now)
        return park

    for entry in pack.parks:
        park = found(entry)
        if entry.code not in new:
            Park.objects.filter(pk=park.pk).update(positioning_zh=_zh(entry.positioning), positioning_en=_en(entry.positioning))
        _facts(park, entry.facts)


def _found(pack: Pack, entry: ParkEntry, parent: Park | None, by: Actor, now: datetime) -> Park:
    since = entry.known_from or pack.register_starts
    district = District.objects.filter(adcode=entry.districts[0]).first() if entry.districts else None
    park = parks.found_park(
        new=NewPark(entry.code, entry.name.zh, entry.name.en, entry.level, entry.kind), opened_on=since, source=entry.source, mark=entry.mark, by=by, now=now,
        parent=parent, district_id=district.pk if district else None, reason=f"pack {pack.code} {pack.version}",
    )  # fmt: skip
    Park.objects.filter(pk=park.pk).update(positioning_zh=_zh(entry.positioning), positioning_en=_en(entry.positioning))
    _place(park, entry.longitude, entry.latitude)
    if entry.area_m2 is not None:
        parks.set_boundary(park=park, geometry=None, area_m2=entry.area_m2, effective_on=since, reason="pack", by=by, now=now, source=entry.source)
    _direct(pack, park, entry.directions, since, by, now)
    return park


def _place(park: Park, longitude: Any, latitude: Any) -> None:
    if longitude is not None and latitude is not None:
        Park.objects.filter(pk=park.pk).update(longitude=longitude, latitude=latitude, place_is_approximate=True)


def _direct(pack: Pack, park: Park, codes: Iterable[str], since: date, by: Actor, now: datetime) -> None:
    entries = [pack.find("directions", code) for code in codes]
    if entries:
        directions = [NewDirection(e.code, e.name.zh, e.name.en, tuple(e.industry_prefixes)) for e in entries]
        parks.set_directions(park=park, directions=directions, effective_on=since, by=by, now=now, source=park.source)


def _facts(park: Park, facts: Iterable[ReportedFigure]) -> None:
    for fact in facts:
        place = fact.place
        ReportedFact.objects.update_or_create(
            park=park, key=fact.key, period=fact.period,
            defaults={
                "name_zh": fact.name.zh, "name_en": fact.name.en, "value": fact.value, "unit": fact.unit, "comparison": fact.comparison,
                "is_target": fact.is_target, "source": place.source, "place": f"{place.section.zh} · {place.near}"[:200], "mark": fact.mark,
            },
        )  # fmt: skip


def _forms(pack: Pack, by: Actor, now: datetime) -> None:
    for form in pack.forms:
        install_form(definition=form.plain(), by=by, now=now)


def _programme(pack: Pack, by: Actor, now: datetime) -> None:
    for order, campaign in enumerate(pack.campaigns, 1):
        Campaign.objects.update_or_create(
            code=campaign.code,
            defaults={
                "kind": campaign.kind, "order": order, "name_zh": campaign.name.zh, "name_en": campaign.name.en, "summary_zh": campaign.summary.zh,
                "summary_en": campaign.summary.en,
            },
        )  # fmt: skip
    for order, indicator in enumerate(pack.indicators, 1):
        Indicator.objects.update_or_create(
            code=indicator.code,
            defaults={
                "name_zh": indicator.name.zh, "name_en": indicator.name.en, "unit": indicator.unit, "direction": indicator.direction,
                "period_kind": indicator.period, "definition": indicator.plain(), "order": order,
            },
        )  # fmt: skip
    _goals(pack)
    campaigns = {campaign.code: campaign for campaign in Campaign.objects.all()}
    for commitment in pack.commitments:
        Commitment.objects.update_or_create(
            number=commitment.number,
            defaults={
                "campaign": campaigns[commitment.campaign], "term": commitment.term, "name_zh": commitment.name.zh, "name_en": commitment.name.en,
                "machinery": commitment.machinery, "definition": commitment.plain(),
            },
        )  # fmt: skip
    _drop(Commitment, "number", [c.number for c in pack.commitments], pack)
    _drop(Goal, "code", [g.code for g in pack.goals], pack)
    _drop(Indicator, "code", [i.code for i in pack.indicators], pack)
    _drop(Campaign, "code", [c.code for c in pack.campaigns], pack)


def _goals(pack: Pack) -> None:
    indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
    made: dict[str, Goal] = {}
    for order, entry in enumerate(pack.goals, 1):
        made[entry.code], _ = Goal.objects.update_or_create(
            code=entry.code,
            defaults={
                "order": order, "name_zh": entry.name.zh, "name_en": entry.name.en, "definition": entry.plain(),
                "indicator": indicators[entry.indicator] if entry.indicator else None,
            },
        )  # fmt: skip
        goal = made[entry.code]
        GoalTarget.objects.filter(goal=goal).exclude(due_on__in=[target.due_on for target in entry.targets]).delete()
        for target in entry.targets:
            GoalTarget.objects.update_or_create(goal=goal, due_on=target.due_on, defaults={"value": target.value})
    for entry in pack.goals:
        Goal.objects.filter(code=entry.code).update(parent=made[entry.parent] if entry.parent else None)


def _drop(model: type[models.Model], key: str, kept: list[Any], pack: Pack) -> None:
    """Delete what the pack no longer has, unless something stands on it."""
    for row in model.objects.exclude(**{f"{key}__in": kept}):  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                row.delete()
        except models.ProtectedError:
            raise OlderPack(code=pack.code, found=pack.version, what=str(getattr(row, key))) from None


def _zh(text: Any) -> str:
    return text.zh if text else ""


def _en(text: Any) -> str:
    return text.en if text else ""
