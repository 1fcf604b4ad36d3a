"""Who sees which figures: the city all; park people the city's and their own parks'; everybody else what was released to the public."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.programme.models import IndicatorValue

INSIDERS = (Role.CITY, Role.COMMITTEE, Role.COMPANY)


def is_insider(actor: Actor) -> bool:
    """Whether the actor works in the programme's administration, and so sees goals, commitments and indicators before release."""
    return actor.is_system or actor.role in INSIDERS


def may_see_park(actor: Actor, park_id: int | None) -> bool:
    """Whether the actor may see figures of the park that are not released (None: of the whole city)."""
    if actor.sees_all:
        return True
    return is_insider(actor) and (park_id is None or park_id in actor.park_ids)


def visible_values(actor: Actor) -> QuerySet[IndicatorValue]:
    """The indicator values that the actor may see."""
    rows = IndicatorValue.objects.all()
    if actor.sees_all:
        return rows
    if is_insider(actor):
        return rows.filter(Q(park=None) | Q(park_id__in=actor.park_ids))
    return rows.none()
