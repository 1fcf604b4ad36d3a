"""An officer hands over: everything that is open is listed, each moved or left with a reason, all in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import User
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.cases.models import Case
from manyuan.work.visits.errors import ChangedMeanwhile, NoOfficer, NothingOpen, OwnSubstitute, ReasonNeeded
from manyuan.work.visits.giving import give_case
from manyuan.work.visits.models import Absence, Assignment, HandOver, HandOverLine, Visit
from manyuan.work.visits.officers import name_of
from manyuan.work.visits.queries import can_serve, may_lead

HAND_OVER = gettext_noop("hand over the work of this officer")
Kind = HandOverLine.Kind


@dataclass(frozen=True)
class Open:
    """Something open of an officer. key: `kind-id`, as a page lists it."""

    kind: str
    pk: int
    title: str
    detail: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.pk}"


def open_things(officer: User, on: date) -> list[Open]:
    """Everything open on the day: firms assigned now or later, planned visits, cases (visit tasks, meeting items, plan actions, demands …), absences of others to stand in for."""
    firms = Assignment.objects.filter(officer=officer, valid_to=None, superseded_at=None).select_related("enterprise__park").order_by("enterprise__name", "pk")
    visits = Visit.objects.filter(officer=officer, state=Visit.State.PLANNED).select_related("enterprise").order_by("planned_on", "pk")
    cases = Case.objects.filter(handler=officer).exclude(phase=Case.Phase.CLOSED).order_by("pk")
    away = Absence.objects.filter(substitute=officer, cancelled_at=None, back_on__gt=on).select_related("officer").order_by("first_on", "pk")
    out = [Open(Kind.FIRM, one.pk, one.enterprise.name, one.enterprise.park.name_zh if one.enterprise.park else "") for one in firms]
    out += [Open(Kind.VISIT, one.pk, one.enterprise.name, str(one.planned_on)) for one in visits]
    out += [Open(Kind.CASE, one.pk, f"{one.number} {one.title}") for one in cases]
    out += [Open(Kind.SUBSTITUTION, one.pk, name_of(one.officer), f"{one.first_on} – {one.back_on}") for one in away]
    return out


@transaction.atomic
def hand_over(*, giver: User, taker: User, listed: Collection[str], left: Mapping[str, str], reason: str, by: Actor, now: datetime) -> HandOver:
    """Move everything that is open to the taker, except what is left (key to reason). listed: the keys that the one who decides has seen; if what is open
    differs, nothing happens. Emits `officer.handed_over`. Raises NotAllowed, OwnSubstitute, NoOfficer, ReasonNeeded, NothingOpen, ChangedMeanwhile."""
    if not (by.id == giver.pk or may_lead(by, giver)):
        raise NotAllowed(HAND_OVER, by)
    if giver.pk == taker.pk:
        raise OwnSubstitute()
    if not reason.strip() or any(not why.strip() for why in left.values()):
        raise ReasonNeeded()
    list(User.objects.select_for_update().filter(pk__in=[giver.pk, taker.pk]).order_by("pk"))
    on = timezone.localdate(now)
    things = {one.key: one for one in open_things(giver, on)}
    if not things:
        raise NothingOpen(name=name_of(giver))
    differing = (set(things) ^ set(listed)) | (set(left) - set(things))
    if differing:
        raise ChangedMeanwhile(count=len(differing))
    made = HandOver.objects.create(giver=giver, taker=taker, effective_on=on, reason=reason.strip()[:300], made_at=now, made_label=by.label[:200])
    for key, one in things.items():
        moved = key not in left
        if moved:
            _move(one, giver, taker, on, by, now)
        HandOverLine.objects.create(
            hand_over=made, kind=one.kind, subject_id=one.pk, title=one.title[:300], moved=moved, reason=left.get(key, "").strip()[:300]
        )
    moved_firms = [one.pk for key, one in things.items() if one.kind == Kind.FIRM and key not in left]
    firms = list(Assignment.objects.filter(pk__in=moved_firms).values_list("enterprise_id", flat=True))
    after = {"taker": taker.pk, "moved": len(things) - len(left), "left": len(left)}
    audit.record(by=by, now=now, action="visits.hand_over", subject_kind="officer", subject_id=giver.pk, after=after, reason=reason)
    data = {"hand_over_id": made.pk, "from_id": giver.pk, "to_id": taker.pk, "enterprise_ids": sorted(firms)}
    audit.emit(name="officer.handed_over", data=data, now=now)
    return made


def _move(one: Open, giver: User, taker: User, on: date, by: Actor, now: datetime) -> None:
    if one.kind == Kind.FIRM:
        _move_firm(one, taker, on, by, now)
    elif one.kind == Kind.VISIT:
        visit = Visit.objects.select_related("enterprise").get(pk=one.pk)
        _serving(taker, visit.enterprise)
        Visit.objects.filter(pk=one.pk).update(officer=taker, changed_at=now)
    elif one.kind == Kind.CASE:
        note = f"专员交接 · handed over by {name_of(giver)}"
        give_case(case=Case.objects.get(pk=one.pk), to=taker, note=note, by=by, now=now)
    else:
        absence = Absence.objects.get(pk=one.pk)
        if absence.officer_id == taker.pk:  # who is away takes over: they do not stand in for themselves
            raise OwnSubstitute()
        Absence.objects.filter(pk=one.pk).update(substitute=taker)


def _move_firm(one: Open, taker: User, on: date, by: Actor, now: datetime) -> None:
    row = Assignment.objects.select_for_update().select_related("enterprise").get(pk=one.pk)
    _serving(taker, row.enterprise)
    since = max(on, row.valid_from)
    if row.valid_from >= since:
        Assignment.objects.filter(pk=row.pk).update(superseded_at=now)
    else:
        Assignment.objects.filter(pk=row.pk).update(valid_to=since)
    Assignment.objects.create(
        enterprise=row.enterprise, officer=taker, valid_from=since, reason="专员交接", recorded_at=now, recorded_label=by.label[:200], synthetic=row.synthetic
    )


def _serving(taker: User, firm: Enterprise) -> None:
    if not can_serve(taker, firm):
        raise NoOfficer(name=name_of(taker))
