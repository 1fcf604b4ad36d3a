"""A person's calendar for ordinary calendar programs (ICS), behind a private address that can be taken back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext_noop
from icalendar import Calendar, Event, vDuration

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import may_sign_in
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.work.meetings.models import CalendarAddress

ADDRESS = gettext_noop("have a calendar address")


@dataclass(frozen=True)
class Entry:
    """Something in a calendar. starts: a moment, or a day for the whole day; key: the same through all changes; sequence: how often it changed."""

    key: str
    title: str
    starts: datetime | date
    ends: datetime | date
    changed_at: datetime
    text: str = ""
    place: str = ""
    link: str = ""
    sequence: int = 0
    cancelled: bool = False


def calendar_text(entries: Iterable[Entry], *, name: str, host: str) -> bytes:
    """The calendar as RFC 5545 has it."""
    made = Calendar()
    made.add("prodid", "-//Manyuan//Meetings and visits//ZH")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", vDuration(timedelta(hours=1)), parameters={"VALUE": "DURATION"})
    for one in entries:
        event = Event()
        event.add("uid", f"{one.key}@{host}")
        event.add("dtstamp", one.changed_at)
        event.add("last-modified", one.changed_at)
        event.add("sequence", one.sequence)
        event.add("summary", one.title)
        event.add("dtstart", one.starts)
        event.add("dtend", one.ends)
        event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
        for key, value in (("description", one.text), ("location", one.place), ("url", one.link)):
            if value:
                event.add(key, value)
        made.add_component(event)
    return bytes(made.to_ical())


@transaction.atomic
def make_address(*, by: Actor, now: datetime) -> str:
    """A new private address of the person; an older one no longer works. Returns the secret, which is shown once and not kept. Raises NotAllowed."""
    if by.id is None:
        raise NotAllowed(ADDRESS, by)
    list(User.objects.select_for_update().filter(pk=by.id))
    CalendarAddress.objects.filter(user_id=by.id, revoked_at=None).update(revoked_at=now)
    secret = secrets.token_urlsafe(32)
    made = CalendarAddress.objects.create(user_id=by.id, digest=_digest(secret), made_at=now)
    audit.record(by=by, now=now, action="meetings.make_address", subject_kind="calendar_address", subject_id=made.pk)
    return secret


@transaction.atomic
def revoke_address(*, by: Actor, now: datetime) -> None:
    """The person's address no longer works. Raises NotAllowed."""
    if by.id is None:
        raise NotAllowed(ADDRESS, by)
    if CalendarAddress.objects.filter(user_id=by.id, revoked_at=None).update(revoked_at=now):
        audit.record(by=by, now=now, action="meetings.revoke_address", subject_kind="calendar_address", subject_id=by.id)


def address_of(user_id: int) -> CalendarAddress | None:
    """The address that works, if there is one."""
    return CalendarAddress.objects.filter(user_id=user_id, revoked_at=None).first()


def owner_of(secret: str, now: datetime) -> User:
    """Whose calendar it is. Raises NotFound: unknown, taken back, or the person's login is off."""
    found = CalendarAddress.objects.select_related("user__organisation").filter(digest=_digest(secret), revoked_at=None).first()
    if found is None or not may_sign_in(found.user):
        raise NotFound()
    if found.read_at is None or now - found.read_at > timedelta(hours=1):
        CalendarAddress.objects.filter(pk=found.pk).update(read_at=now)
    return found.user


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
