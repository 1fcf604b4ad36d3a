"""Plans for one enterprise (一企一策): made by the park, confirmed by the firm, carried out, reviewed, and closed with the firm's yes or a reason.

proposed → running (the firm confirms) → closing (a result is put to the firm) → closed; the firm may decline a plan or object to a result.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.cases.services import open_case
from manyuan.work.cultivation.errors import Missing, WrongDay, WrongOfficer, WrongStep
from manyuan.work.cultivation.ladders import current_ladders
from manyuan.work.cultivation.models import Plan, PlanAction, PlanStep, Standing
from manyuan.work.cultivation.people import ahead, fitting_officer, must_be_firm, must_look_after, said, units

State = Plan.State
OPEN = (State.PROPOSED, State.RUNNING, State.DECLINED, State.CLOSING)
KIND = "plan-action"
"""The kind of case that an action is."""
GOAL, OFFICER, DUE, EXPIRY = gettext_noop("The goal"), gettext_noop("The officer"), gettext_noop("The due date"), gettext_noop("The expiry")


@transaction.atomic
def make_plan(
    *,
    enterprise: Enterprise,
    goal: str,
    officer: User | None,
    due_on: date | None,
    expires_on: date | None,
    by: Actor,
    now: datetime,
    rung: str = "",
    synthetic: bool = False,
) -> Plan:
    """Make a plan and put it to the firm. rung: the rung it aims at; what the rules said of it then is kept. No plan without officer and date.

    Raises Missing, WrongDay, WrongOfficer, UnknownRung, NotAllowed.
    """
    must_look_after(by, enterprise.park_id)
    today = timezone.localdate(now)
    officer = fitting_officer(officer, enterprise.park_id)
    due = ahead(due_on, today, DUE)
    expiry = _expiry(expires_on, due, today)
    aimed = current_ladders().rung(rung) if rung else None
    row = Plan.objects.create(
        number=_number(today), enterprise=enterprise, park_id=enterprise.park_id, goal=said(goal, GOAL, 300), ladder=aimed.ladder if aimed else "", rung=rung,
        origin=_origin(enterprise, rung) if rung else {}, officer=officer, due_on=due, expires_on=expiry, made_at=now, made_label=by.label, changed_at=now,
        synthetic=synthetic,
    )  # fmt: skip
    _step(row, "made", "", by, now)
    after = {"number": row.number, "goal": row.goal, "officer": officer.pk, "due_on": due, "expires_on": expiry, "rung": rung}
    audit.record(by=by, now=now, action="cultivation.make_plan", subject_kind="plan", subject_id=row.pk, after=after)
    audit.emit(name="plan.proposed", data={"plan_id": row.pk}, now=now)
    return row


def _expiry(expires_on: date | None, due: date, today: date) -> date:
    expiry = ahead(expires_on, today, EXPIRY)
    if expiry < due:
        raise WrongDay(what=EXPIRY, found=expiry, expected=gettext_noop("the due date or later"))
    return expiry


def _number(today: date) -> str:
    """CP-2026-0001: by year, without gaps as long as nothing fails."""
    stem = f"CP-{today.year}-"
    last = Plan.objects.select_for_update().filter(number__startswith=stem).order_by("-number").values_list("number", flat=True).first()
    return f"{stem}{int(last[len(stem) :]) + 1 if last else 1:04d}"


def _origin(enterprise: Enterprise, rung: str) -> dict[str, Any]:
    row = Standing.objects.filter(enterprise=enterprise, rung=rung, when=Standing.When.CURRENT, review=False).select_related("run").first()
    if row is None:
        return {}
    return {
        "rules": row.rules, "outcome": row.outcome, "failing": row.failing, "missing": row.missing, "lever": row.lever, "found": row.found, "needed": row.needed,
        "as_of": row.run.as_of.isoformat(), "engine": row.run.engine_version,
    }  # fmt: skip


@transaction.atomic
def confirm_plan(*, plan: Plan, by: Actor, now: datetime) -> Plan:
    """The firm takes the plan as its own. Raises WrongStep, NotAllowed."""
    row = _locked(plan, State.PROPOSED)
    must_be_firm(by, row.enterprise)
    return _moved(row, State.RUNNING, "confirmed", "", by, now)


@transaction.atomic
def decline_plan(*, plan: Plan, reason: str, by: Actor, now: datetime) -> Plan:
    """The firm does not want it so. Raises WrongStep, Missing, NotAllowed."""
    row = _locked(plan, State.PROPOSED)
    must_be_firm(by, row.enterprise)
    return _moved(row, State.DECLINED, "declined", said(reason, gettext_noop("The reason"), 1000), by, now)


@transaction.atomic
def revise_plan(*, plan: Plan, goal: str, officer: User | None, due_on: date | None, expires_on: date | None, reason: str, by: Actor, now: datetime) -> Plan:
    """Change goal, officer or days, with the reason; a plan that the firm declined or has not answered goes back to it, a running one runs on.

    Raises WrongStep, Missing, WrongDay, WrongOfficer, NotAllowed.
    """
    row = _locked(plan, State.PROPOSED, State.DECLINED, State.RUNNING)
    must_look_after(by, row.park_id)
    today = timezone.localdate(now)
    officer = fitting_officer(officer, row.park_id)
    due = row.due_on if due_on == row.due_on else ahead(due_on, today, DUE)
    expiry = _expiry(expires_on, due, today)
    before = {"goal": row.goal, "officer": row.officer_id, "due_on": row.due_on, "expires_on": row.expires_on}
    row.goal, row.officer, row.due_on, row.expires_on = said(goal, GOAL, 300), officer, due, expiry
    after = {"goal": row.goal, "officer": officer.pk, "due_on": due, "expires_on": expiry}
    reason = said(reason, gettext_noop("The reason"), 1000)
    audit.record(by=by, now=now, action="cultivation.revise_plan", subject_kind="plan", subject_id=row.pk, before=before, after=after, reason=reason)
    state = State.PROPOSED if row.state == State.DECLINED else row.state
    row = _moved(row, state, "revised", reason, by, now)
    audit.emit(name="plan.proposed", data={"plan_id": row.pk}, now=now)
    return row


@transaction.atomic
def follow_officer(*, enterprise_ids: Collection[int], giver: User, taker: User, by: Actor, now: datetime) -> int:
    """Firms were handed over from one officer to another: their open plans go along, each with a line on its trail. Returns how many.

    A plan of another officer stays where it is; the same again moves nothing."""
    rows = list(Plan.objects.select_for_update().filter(enterprise_id__in=enterprise_ids, officer=giver).exclude(state=State.CLOSED).order_by("pk"))
    for row in rows:
        row.officer = fitting_officer(taker, row.park_id)
        row.changed_at = now
        row.save(update_fields=["officer", "changed_at"])
        _step(row, "revised", f"专员交接 · handed over: {giver.display_name or giver.username} → {taker.display_name or taker.username}", by, now)
        audit.record(
            by=by, now=now, action="cultivation.plan_officer", subject_kind="plan", subject_id=row.pk, before={"officer": giver.pk}, after={"officer": taker.pk}
        )
    return len(rows)


@transaction.atomic
def note_progress(*, plan: Plan, text: str, by: Actor, now: datetime) -> Plan:
    """The officer, the park or the firm says how it goes. Raises WrongStep, Missing, NotAllowed."""
    row = _locked(plan, State.RUNNING, State.CLOSING)
    if by.enterprise_ids:
        must_be_firm(by, row.enterprise)
    elif by.id != row.officer_id:
        must_look_after(by, row.park_id)
    return _moved(row, row.state, "progress", said(text, gettext_noop("The progress"), 2000), by, now)


@transaction.atomic
def review_plan(*, plan: Plan, text: str, by: Actor, now: datetime) -> Plan:
    """The park or the city looks at it half-way. Raises WrongStep, Missing, NotAllowed."""
    row = _locked(plan, State.RUNNING)
    must_look_after(by, row.park_id)
    return _moved(row, row.state, "review", said(text, gettext_noop("The review"), 2000), by, now)


@transaction.atomic
def ask_closing(*, plan: Plan, result: str, note: str, by: Actor, now: datetime) -> Plan:
    """Put the result to the firm. Raises WrongStep, Missing, NotAllowed."""
    row = _locked(plan, State.RUNNING)
    must_look_after(by, row.park_id)
    row.result, row.result_note = _result(result), said(note, gettext_noop("What came of it"), 2000)
    row = _moved(row, State.CLOSING, "closing", row.result_note, by, now)
    audit.emit(name="plan.closing", data={"plan_id": row.pk}, now=now)
    return row


@transaction.atomic
def confirm_closing(*, plan: Plan, by: Actor, now: datetime) -> Plan:
    """The firm agrees to the result; the plan is closed. Raises WrongStep, NotAllowed."""
    row = _locked(plan, State.CLOSING)
    must_be_firm(by, row.enterprise)
    row.closed_at = now
    return _moved(row, State.CLOSED, "closed", "", by, now)


@transaction.atomic
def object_closing(*, plan: Plan, reason: str, by: Actor, now: datetime) -> Plan:
    """The firm sees it otherwise; the plan runs on. Raises WrongStep, Missing, NotAllowed."""
    row = _locked(plan, State.CLOSING)
    must_be_firm(by, row.enterprise)
    row.result, row.result_note = "", ""
    return _moved(row, State.RUNNING, "objected", said(reason, gettext_noop("The reason"), 1000), by, now)


@transaction.atomic
def close_unconfirmed(*, plan: Plan, result: str, note: str, reason: str, by: Actor, now: datetime) -> Plan:
    """Close a plan without the firm's yes; the reason stays with it. Raises WrongStep, Missing, NotAllowed."""
    row = _locked(plan, *OPEN)
    must_look_after(by, row.park_id)
    row.result, row.result_note = _result(result), said(note, gettext_noop("What came of it"), 2000)
    row.unconfirmed_reason, row.closed_at = said(reason, gettext_noop("Why without the firm's confirmation"), 300), now
    return _moved(row, State.CLOSED, "closed", row.unconfirmed_reason, by, now)


@transaction.atomic
def add_action(*, plan: Plan, text: str, due_on: date | None, unit: Organisation | None, handler: User | None = None, by: Actor, now: datetime) -> PlanAction:
    """Add an action: a case of kind `plan-action` for the unit, with its own due date. Raises WrongStep, Missing, WrongDay, NotAllowed."""
    row = _locked(plan, State.PROPOSED, State.RUNNING)
    must_look_after(by, row.park_id)
    text = said(text, gettext_noop("The action"), 200)
    due = ahead(due_on, timezone.localdate(now), DUE)
    if due > row.expires_on:
        raise WrongDay(what=DUE, found=due, expected=gettext_noop("a day before the plan expires"))
    if unit is None or unit not in units(row.park):
        raise Missing(what=gettext_noop("The responsible unit"))
    if handler is not None and handler.organisation_id != unit.pk:
        raise WrongOfficer(name=handler.display_name or handler.username)
    case = open_case(
        kind=KIND, title=text, text=row.goal, enterprise=row.enterprise, park=row.park, unit=unit, handler=handler, about=("plan", row.pk), channel="officer",
        synthetic=row.synthetic, by=by, now=now,
    )  # fmt: skip
    made = PlanAction.objects.create(plan=row, text=text, unit=unit, due_on=due, case=case, made_at=now)
    _moved(row, row.state, "action", text, by, now)
    return made


def _result(result: str) -> str:
    if result not in Plan.Result.values:
        raise Missing(what=gettext_noop("The result"))
    return result


def _locked(plan: Plan, *states: str) -> Plan:
    row = Plan.objects.select_for_update().get(pk=plan.pk)
    if row.state not in states:
        raise WrongStep(number=row.number, state=row.state)
    return row


def _moved(row: Plan, state: str, act: str, note: str, by: Actor, now: datetime) -> Plan:
    before, row.state, row.changed_at = row.state, state, now
    row.save()
    _step(row, act, note, by, now)
    audit.record(
        by=by, now=now, action=f"cultivation.plan_{act}", subject_kind="plan", subject_id=row.pk, before={"state": before}, after={"state": state}, reason=note
    )
    return row


def _step(row: Plan, act: str, note: str, by: Actor, now: datetime) -> None:
    PlanStep.objects.create(plan=row, act=act, state=row.state, note=note, at=now, actor_id=by.id, actor_label=by.label)
