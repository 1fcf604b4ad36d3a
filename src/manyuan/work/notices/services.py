"""Making notices, reading them, and the channels that a person chooses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.facts.accounts import sealing
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.work.notices.errors import NotOffered, UnknownTemplate, WrongAddress
from manyuan.work.notices.models import Channel, Delivery, Notice, Reading, Template
from manyuan.work.notices.queries import visible

CHOOSE = gettext_noop("choose channels for notices")
_BATCH = 2_000
_ROBOT = re.compile(r"[0-9A-Za-z_-]{16,100}")
_KEYS = {
    "wecom": re.compile(r"[?&]key=([0-9A-Za-z_-]+)"),
    "dingtalk": re.compile(r"[?&]access_token=([0-9A-Za-z_-]+)"),
    "feishu": re.compile(r"/hook/([0-9A-Za-z_-]+)"),
}
EXPECTED = {
    "email": gettext_noop("a mailbox such as name@example.com"),
    "sms": gettext_noop("a mobile number of 11 digits"),
    "wecom": gettext_noop("the robot's address or its key"),
    "dingtalk": gettext_noop("the robot's address or its key"),
    "feishu": gettext_noop("the robot's address or its key"),
}


@dataclass(frozen=True)
class Told:
    """Something for one recipient. key: what it is about; never twice. organisation_id: an institute or service body; person_id: one user. None of the four: the city office."""

    key: str
    data: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    enterprise_id: int | None = None
    park_id: int | None = None
    organisation_id: int | None = None
    person_id: int | None = None


@transaction.atomic
def notify(*, template: str, told: Iterable[Told], now: datetime) -> int:
    """Make notices, and a delivery for each channel of those whom they concern. What was told before (by its key) is not told again. Returns how many.

    Raises UnknownTemplate.
    """
    text = Template.objects.filter(code=template, is_current=True).first()
    if text is None:
        raise UnknownTemplate(code=template)
    rows, made = list({one.key: one for one in told}.values()), 0
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        known = set(Notice.objects.filter(key__in=[one.key for one in part]).values_list("key", flat=True))
        new = Notice.objects.bulk_create(
            Notice(
                key=one.key,
                template=text,
                enterprise_id=one.enterprise_id,
                park_id=one.park_id,
                organisation_id=one.organisation_id,
                person_id=one.person_id,
                data=dict(one.data),
                link=one.link,
                made_at=now,
            )
            for one in part
            if one.key not in known
        )
        _queue(new, now)
        made += len(new)
    return made


def _queue(notices: list[Notice], now: datetime) -> None:
    """A delivery for each channel of people who are active; most enterprises have none, and it costs them nothing."""
    people = Channel.objects.filter(user__is_active=True)
    by_firm: dict[int, list[int]] = {}
    by_park: dict[int, list[int]] = {}
    by_institute: dict[int, list[int]] = {}
    by_person: dict[int, list[int]] = {}
    city: list[int] = []
    stem = "user__organisation"
    for pk, user, own, kind, firm, park in people.values_list("pk", "user", stem, f"{stem}__kind", f"{stem}__enterprise_id", f"{stem}__park_id"):
        by_person.setdefault(user, []).append(pk)
        if kind == "institute":  # it may lie in a park; what concerns the park is not its business
            by_institute.setdefault(own, []).append(pk)
        elif firm is not None:
            by_firm.setdefault(firm, []).append(pk)
        elif park is not None:
            by_park.setdefault(park, []).append(pk)
        elif kind == "city":
            city.append(pk)

    def channels(one: Notice) -> Iterable[int]:
        if one.person_id:
            return by_person.get(one.person_id, ())
        if one.enterprise_id:
            return by_firm.get(one.enterprise_id, ())
        if one.organisation_id:
            return by_institute.get(one.organisation_id, ())
        return by_park.get(one.park_id, ()) if one.park_id else city

    rows = (Delivery(notice=one, channel_id=channel, due_at=now) for one in notices for channel in channels(one))
    Delivery.objects.bulk_create(rows, batch_size=_BATCH)


@transaction.atomic
def mark_read(*, notices: Iterable[int] | None, by: Actor, now: datetime) -> int:
    """Note that the person has read these notices (None: all of theirs). Twice is once. What is not theirs is passed by."""
    if by.id is None:
        raise NotAllowed(CHOOSE, by)
    rows = visible(by).exclude(readings__user=by.id)
    rows = rows if notices is None else rows.filter(pk__in=list(notices)[:1_000])
    ids = list(rows.values_list("pk", flat=True))
    Reading.objects.bulk_create((Reading(notice_id=pk, user_id=by.id, at=now) for pk in ids), batch_size=_BATCH, ignore_conflicts=True)
    return len(ids)


def offered() -> list[str]:
    """Kinds of channel that this installation can serve."""
    return [*(["email"] if settings.NOTICE_EMAIL else []), "wecom", "dingtalk", "feishu", *(["sms"] if settings.NOTICE_SMS_URL else [])]


@transaction.atomic
def add_channel(*, kind: str, address: str, rhythm: str = "soon", language: str = "zh-hans", by: Actor, now: datetime) -> Channel:
    """A way for the person's own notices. The same address again changes its rhythm. Raises NotOffered, WrongAddress."""
    if by.id is None:
        raise NotAllowed(CHOOSE, by)
    if kind not in offered() or rhythm not in Channel.Rhythm.values:
        raise NotOffered()
    plain = _address(kind, address.strip())
    shown = plain[:2] + "…" + plain[-4:] if kind != "email" else plain[:2] + "…@" + plain.split("@")[1]
    found, fresh = Channel.objects.update_or_create(
        user_id=by.id, kind=kind, fingerprint=sealing.fingerprint(plain),
        defaults={"rhythm": rhythm, "language": language},
        create_defaults={"rhythm": rhythm, "language": language, "address_sealed": sealing.seal(plain), "shown": shown[:60], "made_at": now},
    )  # fmt: skip
    audit.record(
        by=by,
        now=now,
        action="notices.add_channel",
        subject_kind="channel",
        subject_id=found.pk,
        after={"kind": kind, "shown": found.shown, "rhythm": rhythm, "new": fresh},
    )
    return found


def _address(kind: str, given: str) -> str:
    if kind == "email":
        try:
            validate_email(given)
        except ValidationError:
            raise WrongAddress(expected=EXPECTED[kind]) from None
        return given
    if kind == "sms":
        digits = re.sub(r"[\s-]", "", given).removeprefix("+86")
        if not re.fullmatch(r"1[3-9]\d{9}", digits):
            raise WrongAddress(expected=EXPECTED[kind])
        return digits
    inside = _KEYS[kind].search(given)
    key = inside[1] if inside else given
    if not _ROBOT.fullmatch(key):
        raise WrongAddress(expected=EXPECTED[kind])
    return key


@transaction.atomic
def drop_channel(*, channel: int, by: Actor, now: datetime) -> None:
    """Take away one of the person's own channels; what waits for it is not sent. Raises NotFound."""
    found = Channel.objects.filter(pk=channel, user_id=by.id).first() if by.id else None
    if found is None:
        raise NotFound()
    audit.record(by=by, now=now, action="notices.drop_channel", subject_kind="channel", subject_id=found.pk, before={"kind": found.kind, "shown": found.shown})
    found.delete()
