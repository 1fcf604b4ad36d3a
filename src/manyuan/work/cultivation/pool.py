"""The growth pool (培育库): in by rule and decision, out with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.cultivation.errors import AlreadyInPool, Missing, NotByRule, Over
from manyuan.work.cultivation.ladders import Ladders, current_ladders
from manyuan.work.cultivation.models import Place, PoolEntry
from manyuan.work.cultivation.people import must_look_after, said


def by_rule(ladders: Ladders) -> Q:
    """Places from which the rule of the pool lets an enterprise in for the next rung."""
    rule = Q(next_outcome="meets") if ladders.pool.meets else Q(pk__in=[])
    return ~Q(next="") & (rule | Q(share__isnull=False, share__lte=int(ladders.pool.share * 10_000)))


def candidates(rows: QuerySet[Place], ladders: Ladders) -> QuerySet[Place]:
    """Places whose enterprises the rule lets in and who are not in the pool for that rung yet."""
    inside = PoolEntry.objects.filter(enterprise=OuterRef("enterprise"), rung=OuterRef("next"), left_on=None)
    return rows.filter(by_rule(ladders)).exclude(Exists(inside))


@transaction.atomic
def enter_pool(*, enterprise: Enterprise, rung: str, decision: str, by: Actor, now: datetime, synthetic: bool = False) -> PoolEntry:
    """Take an enterprise into the pool for a rung. decision: number and date of the document, or who decided. Raises NotByRule, AlreadyInPool, Missing, NotAllowed."""
    must_look_after(by, enterprise.park_id)
    ladders = current_ladders()
    aimed = ladders.rung(rung)
    text = said(decision, gettext_noop("The decision"), 200)
    known = PoolEntry.objects.select_for_update().filter(enterprise=enterprise, rung=rung, left_on=None).first()
    if known is not None:
        raise AlreadyInPool(name=enterprise.name, since=known.entered_on)
    place = Place.objects.filter(by_rule(ladders), enterprise=enterprise, ladder=aimed.ladder, next=rung).first()
    if place is None:
        raise NotByRule(name=enterprise.name)
    row = PoolEntry.objects.create(
        enterprise=enterprise, park_id=enterprise.park_id, ladder=aimed.ladder, rung=rung, by_rule=place.next_outcome, decision=text,
        entered_on=timezone.localdate(now), entered_label=by.label, changed_at=now, synthetic=synthetic,
    )  # fmt: skip
    audit.record(
        by=by,
        now=now,
        action="cultivation.enter_pool",
        subject_kind="pool_entry",
        subject_id=row.pk,
        after={"rung": rung, "decision": text, "enterprise": enterprise.uscc},
    )
    return row


@transaction.atomic
def leave_pool(*, entry: PoolEntry, reason: str, note: str = "", by: Actor, now: datetime) -> PoolEntry:
    """Take an enterprise out of the pool. reason: one of PoolEntry.Left; `other` needs a note. Raises Over, Missing, NotAllowed."""
    row = PoolEntry.objects.select_for_update().get(pk=entry.pk)
    must_look_after(by, row.park_id)
    if row.left_on is not None:
        raise Over(on=row.left_on)
    if reason not in PoolEntry.Left.values or (reason == PoolEntry.Left.OTHER and not note.strip()):
        raise Missing(what=gettext_noop("The reason"))
    row.left_on, row.left_reason, row.left_note, row.left_label, row.changed_at = timezone.localdate(now), reason, note.strip()[:300], by.label, now
    row.save()
    audit.record(by=by, now=now, action="cultivation.leave_pool", subject_kind="pool_entry", subject_id=row.pk, after={"reason": reason}, reason=note)
    return row
