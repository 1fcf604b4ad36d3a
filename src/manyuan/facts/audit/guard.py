"""The database's own guard of the audit record: triggers that refuse any change or removal, on SQLite and on PostgreSQL.

They stop mistakes and other programs; whoever owns the database can take them off, and then `verify` shows what was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_TABLE = "audit_auditrecord"
_REFUSAL = "audit records are append-only"

_PUT = {
    "sqlite": [
        f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON {_TABLE} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END" for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {_TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ],
}
_TAKE = {
    "sqlite": ["DROP TRIGGER IF EXISTS audit_no_update", "DROP TRIGGER IF EXISTS audit_no_delete"],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS audit_no_change ON {_TABLE}",
        f"DROP TRIGGER IF EXISTS audit_no_truncate ON {_TABLE}",
    ],
}


def put(connection: BaseDatabaseWrapper) -> None:
    """Set the triggers. Raises KeyError on a database that is neither SQLite nor PostgreSQL."""
    _run(connection, _PUT[connection.vendor])


def take_off(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers."""
    _run(connection, _TAKE[connection.vendor])


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without the triggers for a moment: only for emptying a database of the demo or the tests."""
    take_off(connection)
    try:
        yield
    finally:
        put(connection)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
