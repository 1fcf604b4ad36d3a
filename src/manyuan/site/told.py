"""What every kind of notice shares: telling by a template of the pack, amounts and dates in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import override

from manyuan.surfaces.web.figures import figure
from manyuan.work.notices.models import Template
from manyuan.work.notices.services import Told, notify

STALE = timedelta(days=14)
"""An event that waited longer than this is not told any more: whoever opens the thing sees it."""


def tell(template: str, told: Iterable[Told], now: datetime) -> None:
    """Make notices by a template. A pack without templates tells nothing."""
    if knows(template):
        notify(template=template, told=told, now=now)


def knows(template: str) -> bool:
    """Whether the pack has this template."""
    return Template.objects.filter(code=template, is_current=True).exists()


def amount(fen: int) -> dict[str, str]:
    """Money in words of both languages."""
    out = {}
    for tongue, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            out[tongue] = str(figure(fen, "fen"))
    return out
