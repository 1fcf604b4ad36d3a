"""What becomes of a demand: moved, confirmed by the firm, rated, asked again after 30 and 90 days. Keeps what the five rates are counted from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.work.cases.models import Case
from manyuan.work.cases.rights import is_city, is_reporter, is_unit
from manyuan.work.cases.services import move_case
from manyuan.work.demands.errors import NotSaidYet, OwnAnswer, WrongDemand
from manyuan.work.demands.models import Demand, Recheck
from manyuan.work.demands.topics import rules

SAY = gettext_noop("speak for who raised this demand")
NAME = gettext_noop("name the topic of this demand")
_BY_UNIT = ("accept", "answer", "resolve")
BY_TELEPHONE = "confirm-by-telephone"
"""The move by which somebody of the house notes that the firm said “solved” by telephone. It closes, and is counted apart from the firm's own word."""


@transaction.atomic
def move_demand(
    *, case: Case, move: str, note: str = "", satisfaction: int | None = None, as_reporter: bool = False, by: Actor, now: datetime
) -> Case:  # fmt: skip
    """Take a step with a demand; with the firm's word it may say how satisfied it is. Raises as `move_case`, WrongDemand, OwnAnswer."""
    if move == BY_TELEPHONE and not may_note_call(case, by):
        raise OwnAnswer()
    row = move_case(case=case, move=move, note=note, as_reporter=as_reporter, by=by, now=now)
    note_move(case_id=row.pk, move=move, at=row.changed_at)
    if satisfaction is not None:
        rate_demand(case=row, satisfaction=satisfaction, said=note, as_reporter=as_reporter, by=by, now=now)
    return row


def may_note_call(case: Case, by: Actor) -> bool:
    """Whether the actor may note what the firm said by telephone: nobody of the unit that has the case; of the city's own, somebody who did not answer it."""
    if by.id is None or by.is_system:
        return False
    if not is_unit(case, by):
        return True
    own = case.unit is not None and case.unit.kind == Organisation.Kind.CITY
    return own and not case.steps.filter(act__in=_BY_UNIT, actor_id=by.id).exists()


def note_move(*, case_id: int, move: str, at: datetime) -> None:
    """Keep what the rates need of a move. The same move noted twice is noted once. What is no demand is passed by."""
    demand = Demand.objects.select_for_update().filter(pk=case_id).first()
    if demand is None:
        return
    if move in _BY_UNIT and demand.responded_at is None:
        demand.responded_at = at
    if move in ("answer", "resolve") and demand.answered_at is None:
        demand.answered_at = at
    if move == "confirm":
        if not demand.solved:
            demand.solved, demand.solved_at = True, at
            _ask_later(demand, at)
    elif move == BY_TELEPHONE:
        if demand.told_at is None or demand.told_at < at:
            demand.solved, demand.told_at = None, at
            _ask_later(demand, at)
    elif move in ("reject", "understand"):
        demand.solved = False
    elif move == "recur":
        demand.solved, demand.recurred_at = False, demand.recurred_at or at
        demand.rechecks.filter(answered_at=None).delete()
    elif move in ("withdraw", "refuse"):
        demand.counted = False
    demand.save()


def _ask_later(demand: Demand, at: datetime) -> None:
    if not demand.rechecks.filter(answered_at=None).exists():
        on = timezone.localdate(at)
        for days in rules().recheck_days:
            Recheck.objects.get_or_create(demand=demand, days=days, due_on=on + timedelta(days=days))


@transaction.atomic
def rate_demand(*, case: Case, satisfaction: int, said: str = "", as_reporter: bool = False, by: Actor, now: datetime) -> Demand:
    """The firm says how satisfied it is, 1 to 5. Raises NotAllowed, WrongDemand, NotSaidYet."""
    demand = Demand.objects.select_for_update().select_related("case").get(pk=case.pk)
    if not (as_reporter or is_reporter(demand.case, by)):
        raise NotAllowed(SAY, by)
    if satisfaction not in range(1, 6):
        raise WrongDemand(field=gettext_noop("Satisfaction"), found=str(satisfaction), expected=gettext_noop("a number from 1 to 5"))
    if demand.answered_at is None:
        raise NotSaidYet()
    demand.satisfaction, demand.said = satisfaction, said.strip()[:500]
    demand.save(update_fields=["satisfaction", "said"])
    audit.record(by=by, now=now, action="demands.rate", subject_kind="case", subject_id=demand.case.number, after={"satisfaction": satisfaction})
    return demand


def confirm_with_code(*, demand: Demand, move: str, note: str = "", satisfaction: int | None = None, by: Actor, now: datetime) -> Case:
    """The same for somebody who has proved by the demand's code that it is theirs."""
    return move_demand(case=demand.case, move=move, note=note, satisfaction=satisfaction, as_reporter=True, by=by, now=now)


@transaction.atomic
def set_topic(*, case: Case, topic: str, by: Actor, now: datetime) -> Demand:
    """The officer decides what it is about; from such decisions the model learns. Raises NotAllowed, WrongDemand."""
    demand = Demand.objects.select_for_update().select_related("case").get(pk=case.pk)
    if not (is_city(by) or is_unit(demand.case, by)):
        raise NotAllowed(NAME, by)
    if topic not in rules().topics:
        raise WrongDemand(field=gettext_noop("Topic"), found=topic, expected=", ".join(rules().topics))
    before, demand.topic = demand.topic, topic
    demand.routed = demand.routed | {"decided": topic, "decided_by": by.label}
    demand.save(update_fields=["topic", "routed"])
    audit.record(
        by=by, now=now, action="demands.set_topic", subject_kind="case", subject_id=demand.case.number, before={"topic": before}, after={"topic": topic}
    )
    return demand


@transaction.atomic
def ask_again(*, now: datetime) -> list[Any]:
    """Ask what is due to be asked again: emits `demand.recheck` for each, once. Returns the rechecks."""
    due = list(
        Recheck.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("demand__case")
        .filter(asked_at=None, due_on__lte=timezone.localdate(now), demand__case__phase=Case.Phase.CLOSED)[:500]
    )
    for one in due:
        one.asked_at = now
        audit.emit(name="demand.recheck", data={"recheck_id": one.pk, "case_id": one.demand_id, "days": one.days}, now=now)
    Recheck.objects.bulk_update(due, ["asked_at"], batch_size=500)
    return due


@transaction.atomic
def answer_recheck(*, recheck: Recheck, holds: bool, note: str = "", as_reporter: bool = False, by: Actor, now: datetime) -> Recheck:
    """The firm says whether it is still solved; if not, the demand is open again. Raises NotAllowed, NoteMissing."""
    row = Recheck.objects.select_for_update().select_related("demand__case").get(pk=recheck.pk)
    case = row.demand.case
    if not (as_reporter or is_reporter(case, by)):
        raise NotAllowed(SAY, by)
    if row.answered_at is not None:
        return row
    row.holds, row.answered_at, row.asked_at = holds, now, row.asked_at or now
    row.save()
    if not holds:
        move_demand(case=case, move="recur", note=note, as_reporter=as_reporter, by=by, now=now)
    audit.record(by=by, now=now, action="demands.recheck", subject_kind="case", subject_id=case.number, after={"days": row.days, "holds": holds})
    return row
