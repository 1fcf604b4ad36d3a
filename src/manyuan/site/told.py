"""What every kind of notice shares: telling by a template of the pack, amounts and dates in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import override

from manyuan.facts.accounts.models import Organisation
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


def owner_of(enterprise_id: int | None, organisation: Organisation | None) -> dict[str, int | None]:
    """Who reads what concerns an enterprise or an organisation that is none: itself where it is an institute or service body, the people of its park, or the
    city office."""
    if enterprise_id is not None or organisation is None:
        return {"enterprise_id": enterprise_id}
    if organisation.kind == Organisation.Kind.ENTERPRISE:
        return {"enterprise_id": organisation.enterprise_id}
    if organisation.kind in (Organisation.Kind.COMMITTEE, Organisation.Kind.COMPANY):
        return {"park_id": organisation.park_id}
    return {"organisation_id": organisation.pk} if organisation.kind == Organisation.Kind.INSTITUTE else {}


def amount(fen: int) -> dict[str, str]:
    """Money in words of both languages."""
    out = {}
    for tongue, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            out[tongue] = str(figure(fen, "fen"))
    return out
