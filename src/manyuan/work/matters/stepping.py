"""The steps of an application: opened as the process says, done by whose they are, counted where they leave the park.

An act locks the application, lets the engine go on, and writes the engine's state with the steps in one transaction: it happened wholly or not at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.programme.calendar import calendar
from manyuan.work.matters import casework
from manyuan.work.matters.catalogue import definition_of
from manyuan.work.matters.definition import Definition
from manyuan.work.matters.errors import (
    CauseMissing,
    NotOpen,
    OnItsWay,
    OwnApplication,
    ReasonMissing,
    StepTaken,
    StillAsked,
    WrongInput,
    WrongOutcome,
    WrongState,
)
from manyuan.work.matters.held import for_feel
from manyuan.work.matters.mandates import log_act, mandate_for
from manyuan.work.matters.models import AgentAct, Application, Mandate, StepRun
from manyuan.work.matters.places import place_of, unit_of
from manyuan.work.matters.process import State, Undecided, begin, complete

STEP = gettext_noop("deal with this step")
_MOST_TRIPS = 20


def facts_of(row: Application, definition: Definition) -> dict[str, Any]:
    """What conditions of the process are decided on."""
    return {**for_feel(definition, row.values), "green": bool(row.lane), "outcomes": dict(row.outcomes)}


def start(row: Application, definition: Definition, now: datetime) -> Organisation | None:
    """Begin the process of a new application and open its first steps; returns whose the first is. The caller saves the row."""
    try:
        state = begin(definition.process, definition.graph.process_id, facts_of(row, definition))
    except Undecided as error:
        raise OnItsWay(condition=error.condition) from None
    row.engine = state.text
    opened = _open(row, definition, state, now)
    return next((one.unit for one in opened if one.unit is not None), None)


@transaction.atomic
def complete_step(*, step: StepRun, outcome: str = "ok", note: str = "", trips: int | None = None, cause: str = "", by: Actor, now: datetime) -> Application:
    """Somebody of the step's unit (for the enterprise's own steps: the enterprise or its agent) ends it; the process goes on.

    trips: how often the enterprise had to go outside the park for it (None: what the catalogue says); cause: why it left the park, where it did.
    Of two at once one wins, the other is told. Raises NotAllowed, NotOpen, StepTaken, OwnApplication, WrongOutcome, ReasonMissing, CauseMissing,
    StillAsked, OnItsWay, and what a mandate raises.
    """
    row, found, definition = _taken(step, by, now)
    known = definition.steps[found.code]
    if outcome not in known.outcomes:
        raise WrongOutcome(step=found.name(_language()), found=outcome, expected=", ".join(known.outcomes))
    if outcome != "ok" and not note.strip():
        raise ReasonMissing()
    if found.outside and not (cause or found.cause):
        raise CauseMissing()
    if cause and cause not in StepRun.Cause.values:
        raise WrongInput(found=cause, expected=", ".join(one for one in StepRun.Cause.values if one))
    made = (1 if known.trip and found.outside else 0) if trips is None else trips
    if not 0 <= made <= _MOST_TRIPS:
        raise WrongInput(found=str(made), expected=f"0–{_MOST_TRIPS}")
    row.outcomes = {**row.outcomes, found.code: outcome}
    try:
        state = complete(row.engine, found.task, facts_of(row, definition))
    except KeyError:
        raise StepTaken(step=found.name(_language()), who="–") from None
    except Undecided as error:
        raise OnItsWay(condition=error.condition) from None
    found.state, found.outcome, found.note, found.trips = StepRun.State.DONE, outcome, note.strip(), made
    found.cause = (cause or found.cause) if found.outside else ""
    found.done_at, found.done_label = now, by.label[:200]
    found.save()
    row.engine, row.changed_at = state.text, now
    row.trips += made
    row.left_park += found.outside
    casework.accepted(row, by, now)
    _open(row, definition, state, now)
    _end(row, state, note, by, now)
    row.save()
    after = {"step": found.code, "outcome": outcome, "outside": found.outside, "trips": made, "state": row.state}
    audit.record(by=by, now=now, action="matters.step", subject_kind="application", subject_id=row.number, after=after, reason=note.strip())
    audit.emit(name="matters.step_done", data={"application_id": row.pk, "number": row.number, "step": found.pk, "state": row.state}, now=now)
    return row


@transaction.atomic
def send_up(*, step: StepRun, cause: str, reason: str, by: Actor, now: datetime) -> StepRun:
    """A step that the park could do by a delegated power goes up to the city all the same; why is counted. Raises NotAllowed, StepTaken, WrongState (the
    park has no power in it), CauseMissing, ReasonMissing."""
    row, found, _ = _taken(step, by, now)
    if found.holding_id is None or found.sent_up:
        raise WrongState(state=found.name(_language()))
    if cause not in (StepRun.Cause.NO_CAPACITY, StepRun.Cause.OUTSIDE_CONDITIONS, StepRun.Cause.SYSTEM, StepRun.Cause.ORIGINALS):
        raise CauseMissing()
    if not reason.strip():
        raise ReasonMissing()
    found.by, found.unit, found.outside, found.sent_up = "city", unit_of("city", row.park), True, True
    found.cause, found.sent_up_reason = cause, reason.strip()
    found.save()
    row.changed_at = now
    row.save(update_fields=["changed_at"])
    after = {"step": found.code, "power": found.power.code if found.power else "", "cause": cause}
    audit.record(by=by, now=now, action="matters.send_up", subject_kind="application", subject_id=row.number, after=after, reason=reason.strip())
    audit.emit(name="matters.sent_up", data={"application_id": row.pk, "number": row.number, "step": found.pk}, now=now)
    return found


def may_do(step: StepRun, by: Actor) -> bool:
    """Whether the step is the actor's by their organisation (agents of the enterprise are looked at when they act)."""
    if by.is_system:
        return True
    if step.by == "enterprise":
        return by.role is Role.ENTERPRISE and step.application.enterprise_id in by.enterprise_ids
    if step.unit_id is None:
        return by.role is Role.CITY
    return by.organisation_id == step.unit_id


def _taken(step: StepRun, by: Actor, now: datetime) -> tuple[Application, StepRun, Definition]:
    """The application under lock, the step as it stands now, if it is the actor's and still open."""
    row = Application.objects.select_for_update(of=("self",)).select_related("version", "enterprise", "case", "park").get(pk=step.application_id)
    found = StepRun.objects.select_related("power", "unit").get(pk=step.pk)
    found.application = row
    if found.by == "enterprise":
        if not may_do(found, by):
            mandate = mandate_for(row.enterprise, Mandate.Act.SUPPLY, row.version.code, by, now)
            log_act(mandate, row, Mandate.Act.SUPPLY, by, now)
    elif not may_do(found, by):
        raise NotAllowed(STEP, by)
    elif by.id is not None and AgentAct.objects.filter(application=row, agent_id=by.id).exists():
        raise OwnApplication(number=row.number)
    if row.state != Application.State.OPEN:
        raise NotOpen(number=row.number)
    if found.state != StepRun.State.OPEN:
        raise StepTaken(step=found.name(_language()), who=found.done_label or "–")
    return row, found, definition_of(row.version)


def _open(row: Application, definition: Definition, state: State, now: datetime) -> list[StepRun]:
    """Open the steps that wait now and were not open before."""
    today = timezone.localdate(now)
    known = set(row.steps.filter(state=StepRun.State.OPEN).values_list("task", flat=True)) if row.pk else set()
    made = []
    for one in state.ready:
        if one.task in known:
            continue
        step = definition.steps[one.code]
        place = place_of(step, row.park, today)
        days = step.green_days if row.lane else step.days
        made.append(
            StepRun(
                application=row, task=one.task, node=one.node, code=one.code, name_zh=step.name["zh"], name_en=step.name["en"], by=place.by, unit=place.unit,
                power=place.power, holding=place.holding, outside=place.outside, cause=place.cause, opened_at=now,
                due_on=calendar().add_working_days(today, days),
            )
        )  # fmt: skip
    return StepRun.objects.bulk_create(made)


def _end(row: Application, state: State, note: str, by: Actor, now: datetime) -> None:
    """Where the process reached an end, the application has one too."""
    refused = any(one.partition(".")[0].startswith("refused") for one in state.ended)
    if not (refused or state.done):
        return
    if not refused and (owed := row.asked.filter(given_at=None).first()) is not None:
        raise StillAsked(what=owed.key)
    row.steps.filter(state=StepRun.State.OPEN).update(state=StepRun.State.DROPPED, done_at=now, done_label=by.label[:200])
    row.asked.filter(given_at=None).delete()
    row.state = Application.State.REFUSED if refused else Application.State.GRANTED
    row.ended_at = now
    casework.ended(row, note or ("不予办理" if refused else "已办结"), by, now)
    audit.emit(name="matters.ended", data={"application_id": row.pk, "number": row.number, "state": row.state}, now=now)


def _language() -> str:
    return get_language() or "zh"
