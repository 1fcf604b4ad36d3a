"""Handing notices over: in working hours, gathered where they are many, tried again where a gateway fails, never twice where it is not known.

A delivery is first marked as being sent, in a transaction of its own, then handed over, then marked with what came of it. A process that dies in
between leaves it `sending`; after a while that becomes `unknown`, is shown, and is not sent again: at most once, rather than twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext, ngettext, override

from manyuan.facts.accounts import sealing
from manyuan.work.notices.errors import SendFailed
from manyuan.work.notices.models import Channel, Delivery
from manyuan.work.notices.texts import said

AT_ONCE = 3
"""More than so many notices waiting for one channel go as one digest."""
IN_ONE = 30
"""Subjects that a digest names; the rest is counted."""
TRIES = 5
ABANDONED = timedelta(minutes=10)
CHANNELS = 100
"""Channels served in one turn of the worker."""
_SPANS = {Channel.Rhythm.SOON: timedelta(0), Channel.Rhythm.DAILY: timedelta(hours=20), Channel.Rhythm.WEEKLY: timedelta(days=6, hours=20)}
State = Delivery.State


class Gateway(Protocol):
    """What carries a message out of the house. Raises SendFailed."""

    def send(self, kind: str, address: str, subject: str, body: str) -> None: ...


def send_due(*, now: datetime, gateway: Gateway, is_open: Callable[[datetime], bool], site: str = "") -> list[Delivery]:
    """Send what is due, if the hours are working hours; returns the deliveries that were tried. site: the address before links."""
    Delivery.objects.filter(state=State.SENDING, tried_at__lt=now - ABANDONED).update(state=State.UNKNOWN)
    if not is_open(now):
        return []
    waiting = Delivery.objects.filter(state=State.WAITING, due_at__lte=now).order_by("channel_id").values_list("channel_id", flat=True).distinct()
    out: list[Delivery] = []
    for channel in Channel.objects.filter(pk__in=list(waiting[:CHANNELS])).select_related("user"):
        if not channel.user.is_active:
            Delivery.objects.filter(channel=channel, state=State.WAITING).update(state=State.FAILED, error="inactive")
        elif _its_turn(channel, now):
            out += _serve(channel, now, gateway, site)
    return out


def _its_turn(channel: Channel, now: datetime) -> bool:
    last = channel.deliveries.filter(state__in=(State.SENT, State.UNKNOWN)).order_by("-tried_at").values_list("tried_at", flat=True).first()
    return last is None or now - last >= _SPANS[Channel.Rhythm(channel.rhythm)]


def _serve(channel: Channel, now: datetime, gateway: Gateway, site: str) -> list[Delivery]:
    taken = _take(channel, now)
    together = len(taken) > AT_ONCE or (channel.rhythm != Channel.Rhythm.SOON and len(taken) > 1)
    for group in [taken] if together else [[one] for one in taken]:
        subject, body = _message(group, channel.language, site)
        try:
            gateway.send(channel.kind, sealing.opened(channel.address_sealed), subject, body)
        except SendFailed as error:
            _failed(group, error, now)
        else:
            Delivery.objects.filter(pk__in=[one.pk for one in group]).update(state=State.SENT, sent_at=now, together=len(group), error="")
    return taken


@transaction.atomic
def _take(channel: Channel, now: datetime) -> list[Delivery]:
    """The waiting deliveries of a channel, marked as being sent; what another worker has taken is not there any more."""
    rows = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("notice__template")
        .filter(channel=channel, state=State.WAITING, due_at__lte=now)
        .order_by("pk")
    )
    for row in rows:
        row.state, row.tried_at, row.tries = State.SENDING, now, row.tries + 1
    Delivery.objects.bulk_update(rows, ["state", "tried_at", "tries"], batch_size=500)
    return rows


def _failed(group: list[Delivery], error: SendFailed, now: datetime) -> None:
    for row in group:
        over = error.lasting or row.tries >= TRIES
        row.state, row.error = (State.FAILED if over else State.WAITING), error.reason
        row.due_at = now + timedelta(minutes=2**row.tries)
    Delivery.objects.bulk_update(group, ["state", "error", "due_at"], batch_size=500)


def _message(group: list[Delivery], language: str, site: str) -> tuple[str, str]:
    texts = [(*said(one.notice.template, one.notice.data, language), one.notice.link) for one in group]
    if len(texts) == 1:
        subject, body, link = texts[0]
        return subject, f"{body}\n{site}{link}" if link and site else body
    with override(language):
        lines = [f"· {subject}" for subject, _, _ in texts[:IN_ONE]]
        if len(texts) > IN_ONE:
            lines.append(gettext("and %(n)s more") % {"n": len(texts) - IN_ONE})
        subject = ngettext("%(n)s notice of Manyuan", "%(n)s notices of Manyuan", len(texts)) % {"n": len(texts)}
    return subject, "\n".join([*lines, *([f"{site}/notices/"] if site else [])])
