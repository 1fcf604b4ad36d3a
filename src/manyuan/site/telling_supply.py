"""Introductions of offers and needs, told to both sides: an enterprise, an institute or service body, a park's people or the city office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from manyuan.site.told import amount, owner_of, tell
from manyuan.work.notices.services import Told
from manyuan.work.supply.models import Introduction
from manyuan.work.supply.scenes import book


def _found(event: Any) -> Introduction:
    return Introduction.objects.select_related("offer__enterprise", "offer__organisation", "need__enterprise", "need__organisation").get(
        pk=event.data["introduction_id"]
    )


def _each(found: Introduction, what: str, event: Any, asked: list[str], **more: Any) -> Iterator[Told]:
    for side, posting, other in (("offer", found.offer, found.need), ("need", found.need, found.offer)):
        if side in asked:
            data = {"title": posting.title, "other": other.owner_name, **more}
            yield Told(
                f"{what}/{found.pk}/{side}/{event.pk}", data, f"/supply/introductions/{found.pk}/", **owner_of(posting.enterprise_id, posting.organisation)
            )


def invited(event: Any, now: datetime) -> None:
    """Whoever has not agreed yet is asked."""
    tell("supply-invited", _each(_found(event), "supply-invited", event, event.data["asked"]), now)


def agreed(event: Any, now: datetime) -> None:
    """Both agreed: both may now talk."""
    tell("supply-agreed", _each(_found(event), "supply-agreed", event, ["offer", "need"]), now)


def closed(event: Any, now: datetime) -> None:
    """A result was recorded: the side that did not record it reads it."""
    found = _found(event)
    if found.state == Introduction.State.DEALT:
        worth = amount(found.value_fen or 0)
        result = {"zh": f"成交，金额 {worth['zh']}", "en": f"a deal of {worth['en']}"}
    else:
        name = book().why_not.get(found.why_not) or {"zh": found.why_not, "en": found.why_not}
        result = {"zh": f"未成交，原因：{name['zh']}", "en": f"no deal: {name['en']}"}
    asked = [side for side in ("offer", "need") if side != found.recorded_side]
    tell("supply-closed", _each(found, "supply-closed", event, asked, result=result), now)
