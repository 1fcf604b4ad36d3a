"""One-to-one officers (专员): who looks after which firm since when, who stands in while they are away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import User
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.cases.models import Case
from manyuan.work.visits.errors import AssignedLater, AwayAlready, NoOfficer, OwnSubstitute, ReasonNeeded, SubstituteAway, WrongDates
from manyuan.work.visits.giving import give_case
from manyuan.work.visits.models import Absence, Assignment, LentCase
from manyuan.work.visits.queries import can_serve, may_lead

ASSIGN = gettext_noop("assign officers to enterprises")
AWAY = gettext_noop("note the absence of this officer")


def name_of(user: User) -> str:
    """The name that people know."""
    return user.display_name or user.get_username()


@transaction.atomic
def assign_officer(
    *, enterprises: Sequence[Enterprise], officer: User, since: date, reason: str = "", synthetic: bool = False, by: Actor, now: datetime
) -> list[Assignment]:
    """From the day on the officer looks after these firms; whoever did so before does until the day before. Raises NotAllowed, NoOfficer, AssignedLater."""
    for firm in enterprises:
        _may_assign(by, firm)
        if not can_serve(officer, firm):
            raise NoOfficer(name=name_of(officer))
    made = [_put(firm, officer, since, reason, synthetic, by, now) for firm in enterprises]
    audit.record(
        by=by, now=now, action="visits.assign_officer", subject_kind="officer", subject_id=officer.pk, reason=reason,
        after={"enterprise_ids": [firm.pk for firm in enterprises][:2_000], "count": len(enterprises), "since": since},
    )  # fmt: skip
    return made


def _put(firm: Enterprise, officer: User, since: date, reason: str, synthetic: bool, by: Actor, now: datetime) -> Assignment:
    current = Assignment.objects.select_for_update().filter(enterprise=firm, superseded_at=None, valid_to=None).first()
    if current is not None:
        if current.officer_id == officer.pk and current.valid_from <= since:
            return current
        if current.valid_from > since:
            raise AssignedLater(firm=firm.name, since=current.valid_from)
        if current.valid_from == since:
            Assignment.objects.filter(pk=current.pk).update(superseded_at=now)
        else:
            Assignment.objects.filter(pk=current.pk).update(valid_to=since)
    else:
        later = Assignment.objects.filter(enterprise=firm, superseded_at=None, valid_to__gt=since).first()
        if later is not None:
            raise AssignedLater(firm=firm.name, since=later.valid_to)
    return Assignment.objects.create(
        enterprise=firm, officer=officer, valid_from=since, reason=reason.strip()[:300], recorded_at=now, recorded_label=by.label[:200], synthetic=synthetic
    )


@transaction.atomic
def end_assignment(*, enterprise: Enterprise, on: date, reason: str, by: Actor, now: datetime) -> None:
    """From the day on the firm has no officer. Raises NotAllowed, ReasonNeeded, AssignedLater."""
    _may_assign(by, enterprise)
    if not reason.strip():
        raise ReasonNeeded()
    current = Assignment.objects.select_for_update().filter(enterprise=enterprise, superseded_at=None, valid_to=None).first()
    if current is None:
        return
    if current.valid_from > on:
        raise AssignedLater(firm=enterprise.name, since=current.valid_from)
    if current.valid_from == on:
        Assignment.objects.filter(pk=current.pk).update(superseded_at=now)
    else:
        Assignment.objects.filter(pk=current.pk).update(valid_to=on)
    audit.record(
        by=by,
        now=now,
        action="visits.end_assignment",
        subject_kind="enterprise",
        subject_id=enterprise.pk,
        before={"officer": current.officer_id},
        reason=reason,
    )


@transaction.atomic
def note_absence(*, officer: User, substitute: User, first_on: date, back_on: date, reason: str, by: Actor, now: datetime) -> Absence:
    """The officer is away from first_on and back on back_on; until then the substitute does the work. By the officer or who leads them.

    Raises NotAllowed, ReasonNeeded, WrongDates, OwnSubstitute, NoOfficer, AwayAlready, SubstituteAway.
    """
    _may_note(by, officer)
    if not reason.strip():
        raise ReasonNeeded()
    if back_on <= first_on:
        raise WrongDates(first=first_on, last=back_on)
    if officer.pk == substitute.pk:
        raise OwnSubstitute()
    if not _colleagues(officer, substitute):
        raise NoOfficer(name=name_of(substitute))
    list(User.objects.select_for_update().filter(pk__in=[officer.pk, substitute.pk]).order_by("pk"))
    then = Absence.objects.filter(cancelled_at=None, first_on__lt=back_on, back_on__gt=first_on)
    taken = then.filter(officer=officer).first()
    if taken is not None:
        raise AwayAlready(name=name_of(officer), first=taken.first_on, back=taken.back_on)
    _no_circle(list(then), officer.pk, substitute)
    made = Absence.objects.create(
        officer=officer, substitute=substitute, first_on=first_on, back_on=back_on, reason=reason.strip()[:300], recorded_at=now, recorded_label=by.label[:200]
    )
    after = {"substitute": substitute.pk, "first_on": first_on, "back_on": back_on}
    audit.record(by=by, now=now, action="visits.note_absence", subject_kind="officer", subject_id=officer.pk, after=after, reason=reason)
    move_for_absences(now=now)
    return made


def _no_circle(others: list[Absence], officer_id: int, substitute: User) -> None:
    """Nobody must stand in for themselves by way of others."""
    edges: dict[int, set[int]] = {}
    for one in others:
        edges.setdefault(one.officer_id, set()).add(one.substitute_id)
    seen, waiting = set(), [substitute.pk]
    while waiting:
        one = waiting.pop()
        if one == officer_id:
            raise SubstituteAway(name=name_of(substitute))
        if one not in seen:
            seen.add(one)
            waiting += edges.get(one, ())


@transaction.atomic
def cancel_absence(*, absence: Absence, by: Actor, now: datetime) -> None:
    """The officer stays, or is back earlier: from this moment on the work is theirs again."""
    _may_note(by, absence.officer)
    if absence.cancelled_at is not None:
        return
    Absence.objects.filter(pk=absence.pk).update(cancelled_at=now)
    audit.record(by=by, now=now, action="visits.cancel_absence", subject_kind="officer", subject_id=absence.officer_id, before={"absence": absence.pk})
    move_for_absences(now=now)


@transaction.atomic
def move_for_absences(*, now: datetime) -> list[Any]:
    """Bring open cases to those who stand in, and back to those who are back; twice is once. Returns the cases that went anywhere.

    A case that the substitute has handed on meanwhile, or that is closed, stays where it is.
    """
    day, by, moved = timezone.localdate(now), system("officers"), []
    for lent in LentCase.objects.filter(returned_at=None).select_related("absence__officer__organisation", "case"):
        absence = lent.absence
        if absence.cancelled_at is None and absence.back_on > day:
            continue
        LentCase.objects.filter(pk=lent.pk).update(returned_at=now)
        if lent.case.phase != Case.Phase.CLOSED and lent.case.handler_id == absence.substitute_id:
            moved.append(give_case(case=lent.case, to=absence.officer, note="专员返岗 · the officer is back", by=by, now=now))
    running = Absence.objects.filter(cancelled_at=None, first_on__lte=day, back_on__gt=day).select_related("substitute__organisation")
    for absence in running:
        known = set(absence.lent.values_list("case_id", flat=True))
        for case in Case.objects.filter(handler_id=absence.officer_id).exclude(phase=Case.Phase.CLOSED).order_by("pk"):
            if case.pk not in known:
                LentCase.objects.create(absence=absence, case=case, taken_at=now)
                moved.append(give_case(case=case, to=absence.substitute, note="专员离岗，由替补办理 · the substitute stands in", by=by, now=now))
    return moved


def _colleagues(officer: User, other: User) -> bool:
    """Somebody of the same organisation, of a park's committee and company alike, or of the city."""
    if not other.is_active or other.organisation is None or officer.organisation is None:
        return False
    return other.organisation.kind == "city" or (other.organisation.park_id is not None and other.organisation.park_id == officer.organisation.park_id)


def _may_assign(by: Actor, firm: Enterprise) -> None:
    if not (by.sees_all or (by.role is Role.COMMITTEE and firm.park_id in by.park_ids)):
        raise NotAllowed(ASSIGN, by)


def _may_note(by: Actor, officer: User) -> None:
    if not (by.id == officer.pk or may_lead(by, officer)):
        raise NotAllowed(AWAY, by)
