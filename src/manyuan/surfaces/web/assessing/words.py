"""How applications are said."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import pgettext

from manyuan.work.policies.judging import Judging
from manyuan.work.policies.models import Application

_TONES = {"submitted": "accent", "sent-back": "risk", "assessing": "accent", "arbitration": "risk", "judged": "good"}


def state(code: str) -> tuple[str, str]:
    """Tone and words of an application's state."""
    text = pgettext("application", code).replace("-", " ")
    return _TONES.get(code, "mute"), text[:1].upper() + text[1:]


def plain(value: str | Decimal) -> str:
    """A mark without superfluous zeros."""
    return f"{Decimal(value).normalize():f}"


def result(application: Application, judging: Judging | None, language: str) -> dict[str, object] | None:
    """The result: each item's points of its most, the total, the share."""
    found = application.result
    if not found or judging is None:
        return None
    items = [(item.name(language), plain(found["points"][item.code]), plain(item.most)) for item in judging.items if item.code in found["points"]]
    return {
        "items": items,
        "total": plain(found["total"]),
        "most": plain(judging.most),
        "share": plain(found["share"]),
        "arbitrated": found["arbitrated"],
        "full_fen": found["full_fen"],
    }
