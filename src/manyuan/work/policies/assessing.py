"""Two assessors judge an application, neither seeing the other's marks before both are in; where they differ too much a third decides; the result is the amount.

Nobody assesses a firm or park of their own, what they drafted, or what they assessed before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of, label_of
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role, system
from manyuan.facts.programme.calendar import calendar
from manyuan.work.policies.applying import locked, step
from manyuan.work.policies.delivering import RUN
from manyuan.work.policies.errors import OwnInterest, ReasonMissing, WrongAssessors, WrongState
from manyuan.work.policies.funding import keep
from manyuan.work.policies.judging import Judging, apart, judging_of, part_of, read_marks, settled, share_of
from manyuan.work.policies.models import Application, Assessment, Entitlement
from manyuan.work.policies.rules import delivery_of

AState, State = Application.State, Entitlement.State
ASSESS = gettext_noop("assess this application")
_ROLES = (Role.CITY, Role.COMMITTEE, Role.COMPANY, Role.INSTITUTE)


def conflict(user: User, application: Application) -> bool:
    """Whether a person may not assess: of the firm or its park, the policy's drafter, without an office, or asked for this application before."""
    row, who = application.entitlement, actor_of(user)
    parks = {row.park_id, row.enterprise.park_id} - {None}
    return (
        who.role not in _ROLES
        or row.enterprise_id in who.enterprise_ids
        or bool(parks & who.park_ids)
        or user.pk == row.version.drafted_by_id
        or application.assessments.filter(assessor=user).exists()
    )


def candidates(application: Application) -> list[User]:
    """Everybody who may be asked, by organisation."""
    people = User.objects.filter(is_active=True, organisation__kind__in=_ROLES).select_related("organisation").order_by("organisation__kind", "username")
    return [user for user in people if not conflict(user, application)]


@transaction.atomic
def assign_assessors(*, application: Application, people: Sequence[User], by: Actor, now: datetime) -> Application:
    """Ask two people to assess; after one declined, the one who takes the place. Raises NotAllowed, WrongState, WrongAssessors, OwnInterest."""
    _city(by)
    found = locked(application)
    standing = found.assessments.filter(declined_at=None, is_arbiter=False).count()
    if found.state not in (AState.SUBMITTED, AState.ASSESSING) or standing >= 2:
        raise _wrong(found, AState.SUBMITTED)
    if len({one.pk for one in people}) != len(people) or standing + len(people) != 2:
        raise WrongAssessors(found=len(people))
    _assign(found, people, by, now, is_arbiter=False)
    found.state = AState.ASSESSING
    found.save(update_fields=["state"])
    return found


@transaction.atomic
def assign_arbiter(*, application: Application, person: User, by: Actor, now: datetime) -> Application:
    """Ask a third person where the two differ by more than the policy's limit; sees neither of their marks. Raises as `assign_assessors`."""
    _city(by)
    found = locked(application)
    if found.state != AState.ARBITRATION:
        raise _wrong(found, AState.ARBITRATION)
    if found.assessments.filter(declined_at=None, is_arbiter=True).exists():
        raise WrongAssessors(found=2)
    _assign(found, [person], by, now, is_arbiter=True)
    return found


def _assign(application: Application, people: Sequence[User], by: Actor, now: datetime, *, is_arbiter: bool) -> None:
    for one in people:
        if conflict(one, application):
            raise OwnInterest(who=label_of(one))
    due = calendar().add_working_days(timezone.localdate(now), _judging(application).days)
    Assessment.objects.bulk_create(
        Assessment(
            application=application, assessor=one, assessor_label=label_of(one), is_arbiter=is_arbiter, assigned_at=now, assigned_label=by.label, due_on=due
        )
        for one in people
    )
    audit.emit(name="application.assigned", data={"application_id": application.pk, "arbiter": is_arbiter, "due_on": due.isoformat()}, now=now)
    after = {"people": [one.pk for one in people], "arbiter": is_arbiter, "due_on": due}
    audit.record(by=by, now=now, action="policies.assign", subject_kind="entitlement", subject_id=application.entitlement_id, after=after)


@transaction.atomic
def give_marks(*, assessment: Assessment, marks: Mapping[str, Any], note: str, by: Actor, now: datetime) -> Application:
    """An assessor's marks for every item, with the reasons; once. With the second, or the arbiter's, the application is judged, or goes to a third person.

    Raises NotAllowed (another's assessment), WrongState, WrongMarks, ReasonMissing, OwnInterest (the interest arose since).
    """
    found = locked(assessment.application)
    own = found.assessments.select_for_update().filter(pk=assessment.pk, assessor=by.id, declined_at=None).first() if by.id is not None else None
    if own is None:
        raise NotAllowed(ASSESS, by)
    if own.given_at is not None or found.state != (AState.ARBITRATION if own.is_arbiter else AState.ASSESSING):
        raise _wrong(found, AState.ASSESSING)
    row = found.entitlement
    if {row.park_id, row.enterprise.park_id} & by.park_ids or row.enterprise_id in by.enterprise_ids:
        raise OwnInterest(who=by.label)
    if not note.strip():
        raise ReasonMissing()
    judging = _judging(found)
    own.marks, own.note, own.given_at = read_marks(judging, marks), note.strip()[:5_000], now
    own.save(update_fields=["marks", "note", "given_at"])
    audit.record(by=by, now=now, action="policies.give_marks", subject_kind="entitlement", subject_id=row.pk, after={"assessment": own.pk})
    if own.is_arbiter:
        _judge(found, judging, [own.marks], now, arbitrated=True)
        return found
    given = list(found.assessments.filter(declined_at=None, is_arbiter=False, given_at__isnull=False).values_list("marks", flat=True))
    if len(given) == 2:
        if apart(judging, given[0], given[1]):
            found.state = AState.ARBITRATION
            found.save(update_fields=["state"])
            audit.emit(name="application.apart", data={"application_id": found.pk}, now=now)
        else:
            _judge(found, judging, given, now, arbitrated=False)
    return found


@transaction.atomic
def decline(*, assessment: Assessment, reason: str, by: Actor, now: datetime) -> Assessment:
    """An assessor steps back (an interest, no time), with the reason; the city asks somebody else. Raises NotAllowed, ReasonMissing, WrongState."""
    found = locked(assessment.application)
    own = found.assessments.select_for_update().filter(pk=assessment.pk, assessor=by.id, declined_at=None).first() if by.id is not None else None
    if own is None:
        raise NotAllowed(ASSESS, by)
    if not reason.strip():
        raise ReasonMissing()
    if own.given_at is not None:
        raise _wrong(found, AState.ASSESSING)
    own.declined_at, own.reason = now, reason.strip()
    own.save(update_fields=["declined_at", "reason"])
    audit.emit(name="application.declined", data={"application_id": found.pk, "who": own.assessor_label, "reason": own.reason}, now=now)
    audit.record(
        by=by, now=now, action="policies.decline", subject_kind="entitlement", subject_id=found.entitlement_id, after={"assessment": own.pk}, reason=reason
    )
    return own


def _judge(application: Application, judging: Judging, marks: Sequence[Mapping[str, str]], now: datetime, *, arbitrated: bool) -> None:
    """The result: the mean of the two, or the third's marks; its share of the amount; nothing below the lowest band."""
    by, row = system("assessment"), application.entitlement
    points = settled(marks)
    total = sum(points.values())
    share = share_of(judging, total)
    full = row.amount_fen
    application.state, application.judged_at = AState.JUDGED, now
    application.result = {
        "points": {code: f"{value.normalize():f}" for code, value in points.items()}, "total": f"{total.normalize():f}", "share": f"{share:f}",
        "arbitrated": arbitrated, "full_fen": full,
    }  # fmt: skip
    application.save(update_fields=["state", "judged_at", "result"])
    note = f"{total.normalize():f} / {judging.most.normalize():f} → {share:f}%"
    if share > 0 and (row.version.kind != "money" or part_of(full, share) > 0):
        row.screened_fen, row.amount_fen = full, part_of(full, share)
        step(row, State.ACCEPTED, "judge", by, now, note)
    else:
        step(row, State.REJECTED, "judge", by, now, note)
    keep(row.version, row.year, by, now)
    audit.emit(name="application.judged", data={"application_id": application.pk}, now=now)


def _judging(application: Application) -> Judging:
    found = judging_of(delivery_of(application.entitlement.version).judging)
    if found is None:
        raise _wrong(application, AState.SUBMITTED)
    return found


def _wrong(application: Application, expected: str) -> WrongState:
    return WrongState(what=application.entitlement.version.policy.code, state=application.state, expected=expected)


def _city(by: Actor) -> None:
    if not by.sees_all:
        raise NotAllowed(RUN, by)
