"""The calendar of the installed pack, by which promises and objection windows are counted."""

from __future__ import annotations

from functools import lru_cache

from manyuan.engines.clocks import Calendar
from manyuan.facts.programme.programme import installed


def calendar() -> Calendar:
    """Working days as the pack's tables have them, else as the library has them."""
    pack = installed()
    return _calendar(pack.pk, pack.content_hash) if pack else Calendar()


@lru_cache(maxsize=4)
def _calendar(pk: int, content_hash: str) -> Calendar:
    pack = installed()
    return Calendar.from_tables(pack.content["calendar"] if pack else ())
