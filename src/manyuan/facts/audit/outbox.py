"""The outbox: waiting events are handed to those who react, at least once, in order, and a poisoned one does not stop the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.db.models import Min

from manyuan.facts.audit.models import Event

Reaction = Callable[[Event, datetime], None]
Reactions = Mapping[str, Sequence[Reaction]]

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
PATIENCE = 3  # failures through which an event holds back later ones of its name; after that they pass it
_MOST_ATTEMPTS = 32_000


class _Outcome(Enum):
    DONE = "done"
    DONE_BY_OTHERS = "another worker was quicker"
    IN_HAND = "another worker has it in hand"
    FAILED = "failed, and later ones of its name wait for it"
    PASSED = "failed too often; later ones pass it"


def drain(reactions: Reactions, *, now: datetime, limit: int = 200) -> int:
    """Hand at most `limit` waiting events to their reactions; returns how many were tried (done or failed).

    reactions: event name -> functions called as `reaction(event, now)`; an event whose name has none is done. All reactions of an
    event and its mark "done" are one transaction: what they write to the database happens once, anything else at least once.
    Events of one name go in the order they were written. A failed one is tried again after 2 s, 4 s … at most 1 h, and holds
    back later events of its name for its first three failures (a passing fault keeps the order); after that it steps aside and is
    still tried, so that a poisoned event delays its own name by seconds and other names not at all. Several workers may drain.
    """
    tried = 0
    waiting = Event.objects.filter(done_at=None).values("name").annotate(first=Min("id")).order_by("first")
    for name in [row["name"] for row in waiting]:
        turn: int | None = 0
        while tried < limit and (turn := _next(name, now, after=turn or 0)) is not None:
            outcome = _handle(turn, reactions.get(name, ()), now)
            tried += outcome in (_Outcome.DONE, _Outcome.FAILED, _Outcome.PASSED)
            if outcome in (_Outcome.IN_HAND, _Outcome.FAILED):
                break
    return tried


def waited(now: datetime) -> timedelta:
    """How long the oldest event that nobody tried yet has waited; nothing where none waits."""
    oldest = Event.objects.filter(done_at=None, attempts=0).order_by("id").values_list("created_at", flat=True).first()
    return now - oldest if oldest is not None else timedelta(0)


def stuck(limit: int = 100) -> list[Event]:
    """Events that failed often enough to be passed by, the oldest first: for the administrator's eye."""
    return list(Event.objects.filter(done_at=None, attempts__gte=PATIENCE).order_by("id")[:limit])


def _next(name: str, now: datetime, after: int) -> int | None:
    """The event of this name whose turn it is: the first that is due; None if the first in line still waits for its next attempt."""
    line = Event.objects.filter(done_at=None, name=name).order_by("id").values_list("id", "attempts", "next_attempt_at")
    at_once = 1  # the first is nearly always the one; those behind passed ones are read by the hundred
    while part := list(line.filter(id__gt=after)[:at_once]):
        for number, attempts, due in part:
            if due <= now:
                return number
            if attempts < PATIENCE:
                return None
        after, at_once = part[-1][0], 100
    return None


def _handle(number: int, reactions: Sequence[Reaction], now: datetime) -> _Outcome:
    try:
        with transaction.atomic():
            event = Event.objects.select_for_update(skip_locked=True).filter(pk=number).first()
            if event is None:
                return _Outcome.IN_HAND
            if event.done_at is not None:
                return _Outcome.DONE_BY_OTHERS
            for react in reactions:
                react(event, now)
            Event.objects.filter(pk=number).update(done_at=now, attempts=min(event.attempts + 1, _MOST_ATTEMPTS), last_error="")
    except Exception as error:
        return _put_off(number, now, error)
    return _Outcome.DONE


def _put_off(number: int, now: datetime, error: Exception) -> _Outcome:
    with transaction.atomic():
        event = Event.objects.select_for_update().get(pk=number)
        if event.done_at is not None:
            return _Outcome.DONE_BY_OTHERS
        event.attempts = min(event.attempts + 1, _MOST_ATTEMPTS)
        event.next_attempt_at = now + min(FIRST_WAIT * 2 ** min(event.attempts - 1, 12), LONGEST_WAIT)
        event.last_error = "".join(traceback.format_exception(error))[-4000:].replace("\x00", "\u2400")
        event.save(update_fields=["attempts", "next_attempt_at", "last_error"])
    return _Outcome.FAILED if event.attempts < PATIENCE else _Outcome.PASSED
