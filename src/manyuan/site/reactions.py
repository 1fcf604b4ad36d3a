"""Which service reacts to which event: the one page where apps meet. An event is a fact of one app; the service that reacts is another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.filings.following import follow_firms
from manyuan.facts.filings.queries import corrected_firms
from manyuan.facts.programme import reacting
from manyuan.site import meeting_notices, telling, telling_cases, telling_cultivation, telling_matters, telling_people, telling_policies, telling_supply
from manyuan.work.cultivation.plans import follow_officer
from manyuan.work.cultivation.running import judge_changed
from manyuan.work.demands.services import file_demand, note_move
from manyuan.work.policies.correcting import look_again
from manyuan.work.policies.delivering import note_payment
from manyuan.work.policies.scheduling import mark_changed
from manyuan.work.supply.services import offer_from_idle_capacity
from manyuan.work.visits.capturing import link_case

Reaction = Callable[[Any, datetime], None]


def _locked(event: Any, now: datetime) -> None:
    reacting.after_lock(periods=[event.data["period"]], now=now)


def _moved(event: Any, now: datetime) -> None:
    since = date.fromisoformat(event.data["since"])
    if event.name == "enterprise.moved":
        follow_firms(enterprise_ids=event.data["enterprise_ids"], since=since, now=now)
    reacting.after_move(since=since, now=now)


def _opened(event: Any, now: datetime) -> None:
    reacting.after_lock(periods=[event.data["period"]], now=now)


def _tenants_moved(event: Any, now: datetime) -> None:
    reacting.after_park_change(change_id=event.data["change_id"], now=now)


def _locked_firms(event: Any, now: datetime) -> None:
    """New figures of enterprises count: these are screened and judged again, and nobody else."""
    firms = event.data["enterprise_ids"]
    mark_changed(enterprise_ids=firms, now=now)
    judge_changed(enterprise_ids=firms, since=event.created_at, now=now)


def _corrected(event: Any, now: datetime) -> None:
    """A figure that counted before was locked anew: what was paid on it is looked at again."""
    data = event.data
    look_again(enterprise_ids=corrected_firms(data["form"], data["period"], data["enterprise_ids"]), now=now)


def _firms(event: Any, now: datetime) -> None:
    mark_changed(enterprise_ids=event.data["enterprise_ids"], now=now)


def _money(what: str) -> Reaction:
    def note(event: Any, now: datetime) -> None:
        note_payment(references=event.data["references"], what=what, notes=event.data.get("notes", []), by=system("money"), now=now)

    return note


def _demand_moved(event: Any, now: datetime) -> None:
    if event.data["kind"] == "demand":
        note_move(case_id=event.data["case_id"], move=event.data["move"], at=event.created_at)


def difficulty_heard(event: Any, now: datetime) -> None:
    """What an officer heard on a visit becomes a demand of the enterprise: once, by the event's own key."""
    data = event.data
    person = User.objects.filter(pk=data["by_id"]).first()
    by = actor_of(person, at="visit") if person is not None else system("visit")
    firm = Enterprise.objects.select_related("park").get(pk=data["enterprise_id"])
    text = data["text"] if len(data["text"]) >= 4 else f"走访了解：{data['text']}"
    made_up = bool(data.get("synthetic"))
    filed = file_demand(text=text, enterprise=firm, channel="visit", key=f"visit:{event.pk}", synthetic=made_up, by=by, now=event.created_at)
    if data.get("outcome_id"):
        link_case(outcome_id=data["outcome_id"], case_id=filed.demand.case_id)


def _tiers(event: Any, now: datetime) -> None:
    """A title or a fact moved: these enterprises are judged on their ladders again."""
    judge_changed(enterprise_ids=event.data["enterprise_ids"], since=event.created_at, now=now)


def _handed_over(event: Any, now: datetime) -> None:
    """Firms have another officer: their plans have the same."""
    people = User.objects.in_bulk([event.data["from_id"], event.data["to_id"]])
    giver, taker = people[event.data["from_id"]], people[event.data["to_id"]]
    follow_officer(enterprise_ids=event.data["enterprise_ids"], giver=giver, taker=taker, by=system("visits"), now=event.created_at)


def _idle_capacity(event: Any, now: datetime) -> None:
    """Idle capacity found on a visit becomes an offer of the enterprise: once, by the event's own key."""
    data = event.data
    offer_from_idle_capacity(
        enterprise_id=data["enterprise_id"], category=data["category"], text=data.get("text", ""), quantity=data.get("quantity"), unit=data.get("unit", ""),
        until=data.get("until"), origin=f"visit:{event.pk}", by=system("visit"), now=event.created_at,
    )  # fmt: skip


# event name -> services, in order
REACTIONS: dict[str, list[Reaction]] = {
    "filings.locked": [_locked, _locked_firms, _corrected],
    "filings.returned": [telling.filings_returned],
    "entitlements.notified": [telling.entitled],
    "entitlements.approved": [telling.approved, meeting_notices.approved],
    "objection.upheld": [telling.objection],
    **{name: [react] for name, react in telling_policies.HEARD.items()},
    **{name: [react] for name, react in telling_people.HEARD.items()},
    "evaluation.published": [telling.evaluated],
    "evaluation.decided": [telling.per_mu_decided],
    "period.opened": [_opened],
    "enterprise.changed": [_firms, _tiers],
    "enterprise.moved": [_moved, _firms],
    "title.changed": [_moved, _firms, _tiers],
    "plan.proposed": [telling_cultivation.plan_proposed],
    "plan.closing": [telling_cultivation.plan_closing],
    "anchor.promised": [telling_cultivation.promised],
    "park.tenants_moved": [_tenants_moved],
    "visit.done": [meeting_notices.exchanged],
    "visit.difficulty": [difficulty_heard],
    "visit.idle_capacity": [_idle_capacity],
    "officer.handed_over": [_handed_over],
    "supply.invited": [telling_supply.invited],
    "supply.agreed": [telling_supply.agreed],
    "supply.closed": [telling_supply.closed],
    "case.opened": [telling_cases.opened],
    "case.assigned": [telling_cases.opened, telling_cases.watched],
    "case.commented": [telling_cases.commented, telling_cases.watched],
    "case.moved": [_demand_moved, telling_cases.moved, telling_cases.watched],
    "case.reminder": [telling_cases.reminder],
    "case.escalated": [telling_cases.escalated, telling_cases.watched],
    "demand.recheck": [telling_cases.recheck],
    "matters.asked": [telling_matters.asked],
    "matters.ended": [telling_matters.ended],
    "money.paid": [_money("paid"), telling.money],
    "money.returned": [_money("returned"), telling.money],
    "money.recalled": [_money("recalled"), telling.money],
    "money.recovered": [_money("recovered")],
    "money.released": [_money("released")],
    "meeting.announced": [meeting_notices.announced],
    "meeting.guests_invited": [meeting_notices.guests_invited],
    "meeting.moved": [meeting_notices.changed],
    "meeting.cancelled": [meeting_notices.changed],
}
