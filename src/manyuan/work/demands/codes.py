"""The code by which somebody without login follows a demand: made, kept as a digest only, and written to the contact where a way out is configured."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from hashlib import sha256

from manyuan.facts.accounts import sealing
from manyuan.work.demands.models import Demand, Letter
from manyuan.work.notices.services import offered

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


def new_code() -> str:
    """A code that is easy to read out: no 0, 1, I or O."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))


def digest_of(code: str) -> str:
    """What is kept of a code."""
    return sha256(f"demand:{code.strip().upper()}".encode()).hexdigest()


def write_code(demand: Demand, code: str, now: datetime) -> list[str]:
    """Queue a letter with the code to the contact's mailbox and mobile telephone, by what this installation can send. Returns the masked addresses."""
    ways = offered()
    phone = sealing.opened(demand.contact_sealed) if demand.contact_sealed and "sms" in ways else ""
    mobile = _MOBILE.fullmatch(phone)
    given = [("sms", mobile[1], demand.contact_shown)] if mobile else []
    if demand.mail_sealed and "email" in ways:
        given.append(("email", sealing.opened(demand.mail_sealed), demand.mail_shown))
    Letter.objects.bulk_create(
        Letter(demand=demand, kind=kind, address_sealed=sealing.seal(address), code_sealed=sealing.seal(code), made_at=now, due_at=now)
        for kind, address, _ in given
    )
    return [shown for _, _, shown in given]
