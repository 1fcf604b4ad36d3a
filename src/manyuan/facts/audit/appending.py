"""Putting a record at the end of the chain: its number, its link and the new end, under the lock of the chain's head.

PostgreSQL does it in one statement, so that nobody waits for a writer's way to the database and back while the head is locked; the digest that it works out
is the one of `canonical.digest`, which `verify` works out again. SQLite has one writer at a time anyway.
"""

from __future__ import annotations

import json

from django.db import connection, transaction

from manyuan.facts.audit.canonical import around, digest
from manyuan.facts.audit.chain import fields_of
from manyuan.facts.audit.models import AuditRecord, ChainHead

_GIVEN = ("at", "actor_id", "actor_label", "actor_role", "origin", "action", "subject_kind", "subject_id", "before", "after", "reason")
_APPEND = f"""
WITH head AS (SELECT record_id + 1 AS id, digest FROM audit_chainhead WHERE id = 1 FOR UPDATE),
link AS (SELECT id, digest AS previous, encode(sha256(convert_to(digest || E'\\n' || %s || id || %s, 'UTF8')), 'hex') AS digest FROM head),
moved AS (UPDATE audit_chainhead SET record_id = link.id, digest = link.digest FROM link WHERE audit_chainhead.id = 1)
INSERT INTO audit_auditrecord (id, previous_digest, digest, {", ".join(f'"{name}"' for name in _GIVEN)})
SELECT id, previous, digest, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s FROM link
RETURNING id, previous_digest, digest
"""  # noqa: S608 -- names only


def append(entry: AuditRecord) -> None:
    """Give a new record its number and its link, and keep both it and the new end of the chain, in the caller's transaction."""
    if connection.vendor == "postgresql":
        _in_one_statement(entry)
    else:
        _step_by_step(entry)


def _in_one_statement(entry: AuditRecord) -> None:
    before, after = around({name: value for name, value in fields_of(entry).items() if name != "id"}, "id")
    values = [json.dumps(value) if value is not None and name in ("before", "after") else value for name in _GIVEN for value in (getattr(entry, name),)]
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [before, after, *values])
        row = cursor.fetchone()
        if row is None:  # the first record ever
            ChainHead.objects.get_or_create(pk=1)
            cursor.execute(_APPEND, [before, after, *values])
            row = cursor.fetchone()
    entry.id, entry.previous_digest, entry.digest = row
    entry._state.adding, entry._state.db = False, connection.alias


@transaction.atomic
def _step_by_step(entry: AuditRecord) -> None:
    locked = ChainHead.objects.select_for_update()
    head = locked.filter(pk=1).first() or locked.get_or_create(pk=1)[0]
    entry.id, entry.previous_digest = head.record_id + 1, head.digest
    entry.digest = digest(head.digest, fields_of(entry))
    entry.save()
    head.record_id, head.digest = entry.id, entry.digest
    head.save(update_fields=["record_id", "digest"])
