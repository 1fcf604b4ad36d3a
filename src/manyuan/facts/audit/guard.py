"""The database's own guard of what is only ever added to (audit record, ledger): triggers that refuse change and removal, on SQLite and PostgreSQL.

They stop mistakes and other programs; whoever owns the database can take them off, and then `verify` shows what was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_GUARDED = {"audit_auditrecord": "audit", "money_posting": "money_posting", "money_transfer": "money_transfer", "evaluation_line": "evaluation_line"}
"""Tables to which rows are only ever added, and how their triggers' names begin."""


def put(connection: BaseDatabaseWrapper, table: str = "audit_auditrecord") -> None:
    """Set the triggers of a table. Raises KeyError on a database that is neither SQLite nor PostgreSQL, and for a table that is not named above."""
    name, refusal = _GUARDED[table], f"{table} is append-only: rows are only ever added"
    statements = {
        "sqlite": [
            f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END" for verb in ("UPDATE", "DELETE")
        ],
        "postgresql": [
            f"CREATE OR REPLACE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{refusal}'; END $$",
            f"CREATE TRIGGER {name}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_refuse()",
            f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuse()",
        ],
    }
    _run(connection, statements[connection.vendor])


def take_off(connection: BaseDatabaseWrapper, table: str = "audit_auditrecord") -> None:
    """Remove the triggers of a table."""
    name = _GUARDED[table]
    statements = {
        "sqlite": [f"DROP TRIGGER IF EXISTS {name}_no_update", f"DROP TRIGGER IF EXISTS {name}_no_delete"],
        "postgresql": [f"DROP TRIGGER IF EXISTS {name}_no_change ON {table}", f"DROP TRIGGER IF EXISTS {name}_no_truncate ON {table}"],
    }
    _run(connection, statements[connection.vendor])


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without any of the triggers for a moment: only for emptying a database of the demo or the tests."""
    there = [table for table in _GUARDED if table in connection.introspection.table_names()]
    for table in there:
        take_off(connection, table)
    try:
        yield
    finally:
        for table in there:
            put(connection, table)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
