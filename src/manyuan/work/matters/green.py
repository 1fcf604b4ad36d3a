"""The green channel (绿色通道): granted with a reason by a named person; what it speeds up is worked out from the process and kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.programme.calendar import calendar
from manyuan.work.matters.catalogue import definition_of
from manyuan.work.matters.definition import Definition
from manyuan.work.matters.errors import GreenAlready, NothingFaster, NotOpen, ReasonMissing, WrongInput
from manyuan.work.matters.models import Application, GreenLane, StepRun
from manyuan.work.matters.process import concurrent, on_way, step_code

GRANT = gettext_noop("grant the green channel in this lane")


def may_grant(application: Application, lane: str, by: Actor) -> bool:
    """The park's lane is its committee's to grant, the city's lane for major projects the city's."""
    if by.is_system:
        return True
    if lane == Application.Lane.CITY:
        return by.role is Role.CITY
    return by.role is Role.COMMITTEE and application.park_id in by.park_ids


@transaction.atomic
def grant_green(*, application: Application, lane: str, reason: str, by: Actor, now: datetime) -> GreenLane:
    """Let an application go the fast way from here on. lane: park | city (for major projects). Open steps get their shorter days, those to come the
    shorter way. Raises NotAllowed, NotOpen, GreenAlready, ReasonMissing, WrongInput, NothingFaster (nothing is left that it would change)."""
    row = Application.objects.select_for_update(of=("self",)).select_related("version").get(pk=application.pk)
    if lane not in (Application.Lane.PARK, Application.Lane.CITY):
        raise WrongInput(found=lane, expected="park, city")
    if not may_grant(row, lane, by):
        raise NotAllowed(GRANT, by)
    if row.state != Application.State.OPEN:
        raise NotOpen(number=row.number)
    if row.lane:
        raise GreenAlready(number=row.number)
    if not reason.strip():
        raise ReasonMissing()
    definition = definition_of(row.version)
    open_steps = list(row.steps.filter(state=StepRun.State.OPEN))
    gains = sped_up(definition, [one.node for one in open_steps])
    if not gains:
        raise NothingFaster(number=row.number)
    before = row.due_on
    row.due_on = min(before, calendar().add_working_days(timezone.localdate(row.filed_at), definition.days(True)))
    row.lane, row.changed_at = lane, now
    row.save(update_fields=["lane", "due_on", "changed_at"])
    for one in open_steps:
        days = definition.steps[one.code].green_days
        one.due_on = min(one.due_on, calendar().add_working_days(timezone.localdate(one.opened_at), days))
        one.save(update_fields=["due_on"])
    made = GreenLane.objects.create(
        application=row, lane=lane, reason=reason.strip(), granted_by_id=by.id, granted_label=by.label[:200], granted_at=now, sped_up=gains, due_before=before,
        due_after=row.due_on,
    )  # fmt: skip
    after = {"lane": lane, "sped_up": len(gains), "due_before": before, "due_after": row.due_on}
    audit.record(by=by, now=now, action="matters.green", subject_kind="application", subject_id=row.number, after=after, reason=reason.strip())
    audit.emit(name="matters.green", data={"application_id": row.pk, "number": row.number, "lane": lane}, now=now)
    return made


def sped_up(definition: Definition, at: list[str]) -> list[dict[str, Any]]:
    """What the green channel changes from these nodes on: steps that run beside others now, and steps with fewer days."""
    ahead = on_way(definition.graph, True, after=at)
    nodes = set(ahead.nodes)
    usual = {frozenset(step_code(one) for one in pair) for pair in concurrent(definition.graph, False)}
    beside: dict[str, set[str]] = {}
    for pair in concurrent(definition.graph, True):
        codes = frozenset(step_code(one) for one in pair)
        if pair <= nodes and codes not in usual and len(codes) == 2:
            for code in codes:
                beside.setdefault(code, set()).update(codes - {code})
    gains: list[dict[str, Any]] = [{"step": code, "how": "parallel", "with": sorted(others)} for code, others in sorted(beside.items())]
    for code in ahead.codes:
        step = definition.steps[code]
        if step.green_days < step.days:
            gains.append({"step": code, "how": "shortened", "from": step.days, "to": step.green_days})
    return gains
