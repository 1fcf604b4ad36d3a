"""Which service reacts to which event: the one page where apps meet. An event is a fact of one app; the service that reacts is another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from manyuan.facts.filings.following import follow_firms
from manyuan.facts.programme import reacting

Reaction = Callable[[Any, datetime], None]


def _locked(event: Any, now: datetime) -> None:
    reacting.after_lock(periods=[event.data["period"]], now=now)


def _moved(event: Any, now: datetime) -> None:
    since = date.fromisoformat(event.data["since"])
    if event.name == "enterprise.moved":
        follow_firms(enterprise_ids=event.data["enterprise_ids"], since=since, now=now)
    reacting.after_move(since=since, now=now)


def _opened(event: Any, now: datetime) -> None:
    reacting.after_lock(periods=[event.data["period"]], now=now)


def _tenants_moved(event: Any, now: datetime) -> None:
    reacting.after_park_change(change_id=event.data["change_id"], now=now)


# event name -> services, in order
REACTIONS: dict[str, list[Reaction]] = {
    "filings.locked": [_locked],
    "period.opened": [_opened],
    "enterprise.moved": [_moved],
    "title.changed": [_moved],
    "park.tenants_moved": [_tenants_moved],
}
