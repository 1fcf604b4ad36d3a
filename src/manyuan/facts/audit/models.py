"""What was done, by whom: an append-only, hash-chained record, and the outbox of events for other apps."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class AppendOnly(RuntimeError):
    """Somebody tried to change or remove an audit record. A defect of the caller, never a user's mistake."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise AppendOnly("audit records are only ever added, one at a time, by audit.services.record")


class _AddOnly(models.QuerySet["AuditRecord"]):
    """Reading only: the one way to write is `save` of a new record."""

    update = delete = bulk_create = bulk_update = get_or_create = update_or_create = create = _refuse
    _raw_delete = _refuse


class AuditRecord(models.Model):
    """One write. `digest` covers all other fields and the digest before it, so a changed, removed or inserted record shows.

    Numbers (`id`) run without gaps.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=20)
    origin = models.CharField(max_length=100, blank=True)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    objects = models.Manager.from_queryset(_AddOnly)()

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"]), models.Index(fields=["actor_id", "at"])]
        ordering = ["id"]

    def save(self, **kwargs: Any) -> None:
        """Add a new record; refused for one that exists (the database refuses it too, see the guard)."""
        if not self._state.adding:
            _refuse()
        super().save(force_insert=True)

    delete = _refuse


class ChainHead(models.Model):
    """The end of the chain: one row, locked by each writer, so that two records never share a predecessor."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    record_id = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_chain_head")]


class Event(models.Model):
    """Outbox: something that happened, written in the transaction that made it happen; a worker hands it to those who react."""

    name = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["name", "id"], condition=models.Q(done_at=None), name="event_waiting")]
