"""Django's `flush`, kept away from a real installation: it would empty the audit record, which is append-only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.commands.flush import Command as Flush
from django.db import connections

from manyuan.facts.audit import guard


class Command(Flush):
    help = "Empty the database: only in demo mode and in tests, since it empties the audit record too."

    def handle(self, **options: Any) -> None:
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("flush would empty the audit record, which is append-only. It works in demo mode only; to begin anew, use a new database.")
        with guard.lifted(connections[options["database"]]):
            super().handle(**options)
