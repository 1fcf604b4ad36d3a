"""What happens in cultivation, told to whom it concerns: the firm of a plan and of its result, a park of what was promised to one of its anchors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from manyuan.site.told import tell
from manyuan.work.cultivation.models import Plan, Promise
from manyuan.work.notices.services import Told


def _plan(template: str, event: Any, now: datetime) -> None:
    plan = Plan.objects.get(pk=event.data["plan_id"])
    data = {"number": plan.number, "goal": plan.goal, "on": plan.due_on.isoformat()}
    tell(template, [Told(f"{template}/{plan.pk}/{event.pk}", data, f"/plans/{plan.number}/", enterprise_id=plan.enterprise_id)], now)


def plan_proposed(event: Any, now: datetime) -> None:
    """A plan was made or changed: the firm is to confirm it."""
    if Plan.objects.filter(pk=event.data["plan_id"], state=Plan.State.PROPOSED).exists():
        _plan("plan-proposed", event, now)


def plan_closing(event: Any, now: datetime) -> None:
    """The result of a plan was put to the firm."""
    _plan("plan-closing", event, now)


def promised(event: Any, now: datetime) -> None:
    """Something was promised to an anchor enterprise: its park, or the city office, hears of it with the date."""
    row = Promise.objects.select_related("anchor__enterprise", "unit").get(pk=event.data["promise_id"])
    data = {"enterprise": row.anchor.enterprise.name, "text": row.text, "on": row.due_on.isoformat()}
    tell("anchor-promised", [Told(f"promise/{row.pk}", data, f"/anchors/{row.anchor_id}/", park_id=row.unit.park_id)], now)
