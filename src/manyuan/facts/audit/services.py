"""Writing: an audit record, an event; and handing waiting events to those who react."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.appending import append
from manyuan.facts.audit.canonical import moment, plain
from manyuan.facts.audit.chain import Verification, verify
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.audit.outbox import Reaction, Reactions, drain, waited

__all__ = ["Reaction", "Reactions", "Verification", "drain", "emit", "record", "verify", "waited"]


def record(
    *,
    by: Actor,
    now: datetime,
    action: str,
    subject_kind: str,
    subject_id: object,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditRecord:
    """Add one record to the chain, in the caller's transaction (a write that fails leaves no record, and no write goes without).

    action: `app.verb`. before, after: what changed, as plain values (dates and Decimals are taken too). A batch is one record with
    its counts and ids. The chain's head stays locked until the caller's transaction ends, so call it late in the transaction.
    """
    entry = AuditRecord(
        at=now,
        actor_id=by.id,
        actor_label=plain(by.label)[:200],
        actor_role=str(by.role),
        origin=plain(by.at)[:100],
        action=action,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        before=None if before is None else plain(before),
        after=None if after is None else plain(after),
        reason=plain(reason),
    )
    moment(now)
    for name in ("action", "subject_kind", "subject_id"):
        longest = AuditRecord._meta.get_field(name).max_length or 0
        if not 0 < len(getattr(entry, name)) <= longest:
            raise ValueError(f"{name}: found {getattr(entry, name)!r}, expected 1 to {longest} characters")
    append(entry)
    return entry


def emit(*, name: str, data: Mapping[str, Any], now: datetime) -> Event:
    """Put an event in the outbox, in the caller's transaction. name: `noun.happened`, as `filing.locked`; data: plain values, ids not objects."""
    moment(now)
    return Event.objects.create(name=name, data=plain(data), created_at=now, next_attempt_at=now)
