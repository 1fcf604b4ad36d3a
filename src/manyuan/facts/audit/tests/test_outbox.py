from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from manyuan.facts.audit.actors import system
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.audit.queries import stuck_events
from manyuan.facts.audit.services import drain, emit, record

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class Ear:
    """A reaction that notes what it heard and fails on the numbers it is told to."""

    def __init__(self, *poison: int) -> None:
        self.heard: list[int] = []
        self.poison = set(poison)

    def __call__(self, event, now):
        if event.data["n"] in self.poison:
            raise RuntimeError(f"cannot bear {event.data['n']}")
        self.heard.append(event.data["n"])


def say(name: str, *numbers: int) -> None:
    for n in numbers:
        emit(name=name, data={"n": n}, now=NOW)


def test_events_are_handed_over_once_in_order():
    ear = Ear()
    say("filing.locked", 1, 2, 3)
    assert drain({"filing.locked": [ear]}, now=NOW) == 3
    assert drain({"filing.locked": [ear]}, now=NOW) == 0
    assert ear.heard == [1, 2, 3]


def test_no_more_than_the_limit_is_done():
    ear = Ear()
    say("a.b", 1, 2, 3)
    assert drain({"a.b": [ear]}, now=NOW, limit=2) == 2 and ear.heard == [1, 2]


def test_an_event_nobody_reacts_to_is_done():
    say("nobody.listens", 1)
    assert drain({}, now=NOW) == 1 and Event.objects.get().done_at == NOW


def test_a_passing_fault_keeps_the_order_of_its_name_and_leaves_other_names_alone():
    ear, other = Ear(2), Ear()
    say("a.b", 1, 2, 3)
    say("c.d", 9)
    reactions = {"a.b": [ear], "c.d": [other]}
    drain(reactions, now=NOW)
    assert ear.heard == [1] and other.heard == [9]
    assert drain(reactions, now=NOW + timedelta(seconds=1)) == 0
    ear.poison.clear()
    drain(reactions, now=NOW + timedelta(seconds=2))
    assert ear.heard == [1, 2, 3]


def test_a_poisoned_event_steps_aside_after_three_failures_and_is_still_tried():
    ear = Ear(1)
    say("a.b", 1, 2, 3)
    for seconds in (0, 2, 6):
        drain({"a.b": [ear]}, now=NOW + timedelta(seconds=seconds))
    assert ear.heard == [2, 3]
    stuck = stuck_events()[0]
    assert stuck.data == {"n": 1} and stuck.attempts == 3 and "cannot bear 1" in stuck.last_error
    ear.poison.clear()
    assert drain({"a.b": [ear]}, now=NOW + timedelta(seconds=13)) == 0
    assert drain({"a.b": [ear]}, now=NOW + timedelta(seconds=14)) == 1 and ear.heard == [2, 3, 1]


def test_the_wait_between_attempts_never_exceeds_an_hour():
    say("a.b", 1)
    at = NOW
    for _ in range(16):
        drain({"a.b": [Ear(1)]}, now=at)
        wait = Event.objects.get().next_attempt_at - at
        at = Event.objects.get().next_attempt_at
    assert wait == timedelta(hours=1)


def test_what_a_failed_reaction_wrote_is_undone_with_it():
    def write_then_fail(event, now):
        record(by=system(), now=now, action="a.b", subject_kind="x", subject_id=1)
        raise RuntimeError

    say("a.b", 1)
    drain({"a.b": [write_then_fail]}, now=NOW)
    assert AuditRecord.objects.count() == 0 and Event.objects.get().attempts == 1


@pytest.mark.django_db
def test_how_long_the_oldest_waits_is_known_and_one_that_failed_does_not_count():
    from manyuan.facts.audit.services import waited

    assert waited(NOW) == timedelta(0)
    emit(name="a", data={}, now=NOW)
    emit(name="b", data={}, now=NOW + timedelta(seconds=5))
    later = NOW + timedelta(seconds=12)
    assert waited(later) == timedelta(seconds=12)
    Event.objects.filter(name="a").update(attempts=1)  # tried: its own waiting times hold
    assert waited(later) == timedelta(seconds=7)
    Event.objects.filter(name="b").update(done_at=later)
    assert waited(later) == timedelta(0)
