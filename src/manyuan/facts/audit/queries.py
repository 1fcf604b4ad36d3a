"""Reading the audit record."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.audit.outbox import stuck


def trail(subject_kind: str, subject_id: object) -> QuerySet[AuditRecord]:
    """All that was done to one thing, the newest first. The caller has checked that the reader may see the thing."""
    return AuditRecord.objects.filter(subject_kind=subject_kind, subject_id=str(subject_id)).order_by("-id")


def last_changes(
    actor: Actor,
    *,
    action: str = "",
    since: datetime | None = None,
    subject_kind: str = "",
    subject_id: str = "",
) -> QuerySet[AuditRecord]:
    """What was done lately, the newest first (slice it): the city sees every act, others what they did themselves, the public nothing.

    action: a whole action (`filings.lock`) or an app with its dot (`filings.`).
    """
    records = AuditRecord.objects.order_by("-id")
    if not actor.sees_all:
        records = records.filter(actor_id=actor.id) if actor.id is not None else records.none()
    if action:
        records = records.filter(Q(action__startswith=action) if action.endswith(".") else Q(action=action))
    if subject_kind:
        records = records.filter(subject_kind=subject_kind)
    if subject_id:
        records = records.filter(subject_id=subject_id)
    return records.filter(at__gte=since) if since else records


def stuck_events(limit: int = 100) -> list[Event]:
    """Events that failed three times or more and still wait: for `doctor` and the administrator."""
    return stuck(limit)
