"""A plan made with one click: by whoever looks after the firm, as its officer, due at the year's end (in the last month: at the middle of the next)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from manyuan.facts.audit.actors import Actor
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.cultivation.people import looks_after, officers


def due_day(on: date) -> date:
    """The day proposed for a plan that begins now."""
    year_end = date(on.year, 12, 31)
    return year_end if (year_end - on).days > 30 else date(on.year + 1, 6, 30)


def offered(who: Actor, firm: Enterprise, on: date) -> dict[str, Any] | None:
    """What the button fills in; None for whoever makes no plan for this firm or cannot be its officer."""
    if not looks_after(who, firm.park_id) or who.id not in {one.pk for one in officers(firm.park)}:
        return None
    due = due_day(on)
    return {"officer": who.id, "due_on": due, "expires_on": due + timedelta(days=90)}
