"""The calendar by which promises, clocks and objection windows are counted: the pack's tables, and before them those that an administrator loaded."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from manyuan.engines.clocks import Calendar
from manyuan.facts.audit.once import forget, once
from manyuan.facts.programme.models import CalendarVersion, HolidayTable
from manyuan.facts.programme.programme import installed


def calendar() -> Calendar:
    """Working days as the tables in force have them, else as the library has them. Its mark is that of the version of the tables; 0 before one was kept."""
    newest = once("calendar", lambda: CalendarVersion.objects.order_by("-pk").values_list("pk", "digest").first())
    if newest is not None:
        return _kept(*newest)
    pack = installed()
    return _of_pack(pack.pk, pack.content_hash) if pack else Calendar()


def calendar_marked(mark: int) -> Calendar:
    """The calendar of a mark as it was; 0, and a mark that is not known: as it was before the first version was kept."""
    rows = CalendarVersion.objects.order_by("pk").values_list("pk", "digest")
    found = rows.filter(pk=mark).first() or rows.first()
    return _kept(*found) if found else calendar()


def tables_in_force() -> list[dict[str, Any]]:
    """The table of each year that has one: the loaded one, else the pack's; by year."""
    pack = installed()
    found = {one["year"]: one for one in (pack.content["calendar"] if pack else ())}
    found |= {one.year: {"year": one.year, "holidays": one.holidays} for one in HolidayTable.objects.filter(ended_at=None)}
    return [found[year] for year in sorted(found)]


def keep_version(before: list[dict[str, Any]], now: datetime) -> CalendarVersion | None:
    """Keep the tables in force as a version, where they changed; with the first one also those from before, since clocks run that were reckoned by them.
    Returns the version that is new; None where nothing changed."""
    after = tables_in_force()
    if _digest(before) == _digest(after):
        return None
    forget("calendar")
    if not CalendarVersion.objects.exists():
        CalendarVersion.objects.create(tables=before, digest=_digest(before), since=now)
    return CalendarVersion.objects.create(tables=after, digest=_digest(after), since=now)


def _digest(tables: list[dict[str, Any]]) -> str:
    days = [
        [one["year"], [[str(h["first"]), str(h["last"]), [str(day) for day in h.get("make_up") or ()]] for h in one.get("holidays") or ()]] for one in tables
    ]
    return sha256(json.dumps(days).encode()).hexdigest()


@lru_cache(maxsize=16)
def _kept(pk: int, digest: str) -> Calendar:
    return Calendar.from_tables(CalendarVersion.objects.get(pk=pk).tables, pk)


@lru_cache(maxsize=4)
def _of_pack(pk: int, content_hash: str) -> Calendar:
    pack = installed()
    return Calendar.from_tables(pack.content["calendar"] if pack else ())
