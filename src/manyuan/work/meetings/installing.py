"""The kinds of meeting: taken from the pack, kept, read."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import transaction

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.work.meetings.errors import WrongKinds
from manyuan.work.meetings.kinds import Kinds, read_kinds
from manyuan.work.meetings.models import MeetingKinds


@transaction.atomic
def install_kinds(*, content: Any, by: Actor, now: datetime) -> bool:
    """Take the kinds of a pack; False where nothing changed. Raises WrongKinds with every fault."""
    _, faults = read_kinds(content)
    if faults:
        raise WrongKinds(faults="\n".join(faults))
    digest = sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
    if MeetingKinds.objects.filter(is_current=True, content_hash=digest).exists():
        return False
    MeetingKinds.objects.filter(is_current=True).update(is_current=False)
    MeetingKinds.objects.update_or_create(content_hash=digest, defaults={"content": content, "installed_at": now, "is_current": True})
    audit.record(by=by, now=now, action="meetings.install_kinds", subject_kind="meeting_kinds", subject_id=digest[:16])
    return True


def current_kinds() -> Kinds:
    """The kinds in force; none before a pack gave any."""
    found = MeetingKinds.objects.filter(is_current=True).values_list("content_hash", flat=True).first()
    return _read(found) if found else Kinds()


@lru_cache(maxsize=4)
def _read(digest: str) -> Kinds:
    return read_kinds(MeetingKinds.objects.get(content_hash=digest).content)[0]


def kind_names() -> dict[str, dict[str, str]]:
    """Kind to its name; one that the pack no longer has is called by its code."""
    return {kind.code: {"zh": kind.zh, "en": kind.en} for kind in current_kinds().kinds.values()}
