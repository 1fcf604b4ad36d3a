"""Who may see and move which filing.

Reading: the city all; a park committee and company the filings of their parks (fields marked in the pack only for the roles named);
an enterprise its own. Filling in and submitting: the enterprise itself, or its park committee on its behalf; a park's report by the
committee or company. Approving and returning: the park committee, for a sub-park too. Locking, unlocking: the city.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.filings.models import Filing

_PARK_PEOPLE = (Role.COMMITTEE, Role.COMPANY)


def visible(actor: Actor) -> QuerySet[Filing]:
    """The filings whose existence and state the actor may know."""
    known = Filing.objects.all()
    if actor.sees_all:
        return known
    if actor.role is Role.COMMITTEE:
        return known.filter(park_id__in=actor.park_ids)
    if actor.role is Role.COMPANY:
        return known.filter(park_id__in=actor.park_ids, enterprise=None)
    if actor.role is Role.ENTERPRISE:
        return known.filter(enterprise_id__in=actor.enterprise_ids)
    return known.none()


def may_fill(actor: Actor, filing: Filing) -> bool:
    """Whether the actor may enter and submit figures of this filing."""
    if actor.is_system:
        return True
    if filing.enterprise_id is None:
        return actor.role in _PARK_PEOPLE and filing.park_id in actor.park_ids
    if actor.role is Role.ENTERPRISE:
        return filing.enterprise_id in actor.enterprise_ids
    return actor.role is Role.COMMITTEE and filing.park_id in actor.park_ids


def may_approve(actor: Actor, filing: Filing) -> bool:
    """Whether the actor may approve or return it for the park."""
    return actor.is_system or (actor.role is Role.COMMITTEE and filing.park_id in actor.park_ids)


def may_lock(actor: Actor) -> bool:
    """Whether the actor may lock and unlock."""
    return actor.sees_all


def fillable(actor: Actor) -> QuerySet[Filing]:
    """The filings that the actor may fill in."""
    if actor.is_system:
        return Filing.objects.all()
    if actor.role is Role.ENTERPRISE:
        return Filing.objects.filter(enterprise_id__in=actor.enterprise_ids)
    if actor.role is Role.COMMITTEE:
        return Filing.objects.filter(park_id__in=actor.park_ids)
    if actor.role is Role.COMPANY:
        return Filing.objects.filter(Q(park_id__in=actor.park_ids), enterprise=None)
    return Filing.objects.none()
