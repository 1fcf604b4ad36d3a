"""Anchor enterprises (镇园之宝): in and out by decision with a reason, led by a post, and what they were promised: kept, late or broken."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.services import award_title
from manyuan.facts.parks.models import Park
from manyuan.work.cultivation.errors import AlreadyAnchor, AlreadySettled, Missing, NoPark, Over, WrongDay
from manyuan.work.cultivation.judging import judge_table, rule_sheet
from manyuan.work.cultivation.ladders import current_ladders
from manyuan.work.cultivation.models import Anchor, Promise
from manyuan.work.cultivation.people import ahead, must_look_after, past, said, units

TITLE = "anchor"
CITY_LEVEL = gettext_noop("name an anchor enterprise of the city")
_MET = {"meets": "yes", "undetermined": "unknown"}


def criteria_met(enterprise: Enterprise, on: date) -> str:
    """Whether the enterprise meets the criteria of the pack on the day: yes | no | unknown (a fact is missing, or the pack has none)."""
    ladders = current_ladders()
    if ladders.anchors is None:
        return "unknown"
    sheet = rule_sheet(ladders, as_of=on, only=[enterprise.pk])
    if not sheet.ids:
        return "unknown"
    return _MET.get(judge_table(ladders.anchors, sheet.city.table, sheet.city.definition.schema, {})[0].outcome, "no")


@transaction.atomic
def enter_anchor(
    *, enterprise: Enterprise, level: str, reason: str, decision: str, lead_post: str, on: date | None, by: Actor, now: datetime, synthetic: bool = False
) -> Anchor:
    """Name an anchor enterprise from a day on; it holds the title `anchor` from then. lead_post: the post of the official who leads, not a person.

    A committee names those of its parks, the city those of the city too. Raises AlreadyAnchor, NoPark, Missing, WrongDay, NotAllowed.
    """
    firm = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    must_look_after(by, firm.park_id)
    if level == Anchor.Level.CITY and not by.sees_all:
        raise NotAllowed(CITY_LEVEL, by)
    if level not in Anchor.Level.values:
        raise Missing(what=gettext_noop("The level"))
    if firm.park_id is None:
        raise NoPark(name=firm.name)
    known = Anchor.objects.filter(enterprise=firm, left_on=None).first()
    if known is not None:
        raise AlreadyAnchor(name=firm.name, since=known.entered_on)
    today = timezone.localdate(now)
    day = past(on, today, gettext_noop("The day of entry"))
    row = Anchor.objects.create(
        enterprise=firm, park_id=firm.park_id, level=level, met=criteria_met(firm, today), reason=said(reason, gettext_noop("The reason"), 300),
        decision=said(decision, gettext_noop("The decision"), 200), lead_post=said(lead_post, gettext_noop("The post of the lead official"), 80),
        entered_on=day, entered_label=by.label, changed_at=now, synthetic=synthetic,
    )  # fmt: skip
    _title(row, None, now)
    audit.record(
        by=by, now=now, action="cultivation.enter_anchor", subject_kind="anchor", subject_id=row.pk, reason=row.reason,
        after={"enterprise": firm.uscc, "level": level, "met": row.met, "decision": row.decision, "lead": row.lead_post, "on": day},
    )  # fmt: skip
    return row


@transaction.atomic
def leave_anchor(*, anchor: Anchor, reason: str, decision: str, on: date | None, by: Actor, now: datetime) -> Anchor:
    """An anchor enterprise is one no more from a day on; its title ends. Raises Over, Missing, WrongDay, NotAllowed."""
    row = _open(anchor, by)
    today = timezone.localdate(now)
    day = past(on, today, gettext_noop("The day of exit"))
    if day <= row.entered_on:
        raise WrongDay(what=gettext_noop("The day of exit"), found=day, expected=gettext_noop("a day after the entry"))
    row.left_on, row.left_label, row.changed_at = day, by.label, now
    row.left_reason, row.left_decision = said(reason, gettext_noop("The reason"), 300), said(decision, gettext_noop("The decision"), 200)
    row.save()
    _title(row, day, now)
    audit.record(
        by=by,
        now=now,
        action="cultivation.leave_anchor",
        subject_kind="anchor",
        subject_id=row.pk,
        reason=row.left_reason,
        after={"on": day, "decision": row.left_decision},
    )
    return row


@transaction.atomic
def change_lead(*, anchor: Anchor, lead_post: str, by: Actor, now: datetime) -> Anchor:
    """Another official leads. Raises Over, Missing, NotAllowed."""
    row = _open(anchor, by)
    before, row.lead_post, row.changed_at = row.lead_post, said(lead_post, gettext_noop("The post of the lead official"), 80), now
    row.save(update_fields=["lead_post", "changed_at"])
    audit.record(
        by=by, now=now, action="cultivation.change_lead", subject_kind="anchor", subject_id=row.pk, before={"lead": before}, after={"lead": row.lead_post}
    )
    return row


@transaction.atomic
def promise(*, anchor: Anchor, text: str, unit: Organisation | None, due_on: date | None, by: Actor, now: datetime, synthetic: bool = False) -> Promise:
    """Promise something to an anchor enterprise: what, which unit answers for it, by when. Raises Over, Missing, WrongDay, NotAllowed."""
    row = _open(anchor, by)
    if unit is None or unit not in units(Park.objects.get(pk=row.park_id)):
        raise Missing(what=gettext_noop("The responsible unit"))
    made = Promise.objects.create(
        anchor=row, text=said(text, gettext_noop("What is promised"), 300), unit=unit, due_on=ahead(due_on, timezone.localdate(now), gettext_noop("The due date")),
        made_label=by.label, changed_at=now, synthetic=synthetic,
    )  # fmt: skip
    audit.record(
        by=by,
        now=now,
        action="cultivation.promise",
        subject_kind="promise",
        subject_id=made.pk,
        after={"text": made.text, "unit": unit.pk, "due_on": made.due_on},
    )
    audit.emit(name="anchor.promised", data={"promise_id": made.pk}, now=now)
    return made


@transaction.atomic
def settle_promise(*, given: Promise, kept: str, note: str, by: Actor, now: datetime) -> Promise:
    """Say what became of a promise (kept: `kept` or `broken`); a broken one says why, a kept one what shows it. Raises AlreadySettled, Missing, NotAllowed."""
    row = Promise.objects.select_for_update().get(pk=given.pk)
    must_look_after(by, Anchor.objects.get(pk=row.anchor_id).park_id)
    if row.state != Promise.State.OPEN:
        raise AlreadySettled(on=row.settled_on)
    if kept not in (Promise.State.KEPT, Promise.State.BROKEN):
        raise Missing(what=gettext_noop("What became of it"))
    row.state, row.settled_on, row.changed_at = kept, timezone.localdate(now), now
    row.note = said(note, gettext_noop("The proof or the reason"), 300)
    row.save()
    audit.record(by=by, now=now, action="cultivation.settle_promise", subject_kind="promise", subject_id=row.pk, after={"state": kept}, reason=row.note)
    return row


def _open(anchor: Anchor, by: Actor) -> Anchor:
    row = Anchor.objects.select_for_update().get(pk=anchor.pk)
    must_look_after(by, row.park_id)
    if row.left_on is not None:
        raise Over(on=row.left_on)
    return row


def _title(row: Anchor, until: date | None, now: datetime) -> None:
    award_title(
        enterprise=row.enterprise, kind=TITLE, valid_from=row.entered_on, valid_to=until, proof=row.decision, source="anchor",
        mark="synthetic" if row.synthetic else "reported", by=system("cultivation"), now=now,
    )  # fmt: skip
