"""Reading notices: each person those of their own organisation, and those to themselves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.work.notices.models import Notice

MOST = 99


def visible(actor: Actor) -> QuerySet[Notice]:
    """The city those of the city office, park people those of their parks, an enterprise and an institute their own; everybody what is told to them in person."""
    rows = Notice.objects.select_related("template")
    own = Q(person=actor.id) if actor.id is not None else Q(pk=None)
    if actor.role is Role.CITY:
        return rows.filter(own | Q(enterprise=None, park=None, organisation=None, person=None))
    if actor.role in (Role.COMMITTEE, Role.COMPANY):
        return rows.filter(own | Q(park_id__in=actor.park_ids))
    if actor.role is Role.ENTERPRISE:
        return rows.filter(own | Q(enterprise_id__in=actor.enterprise_ids))
    if actor.role is Role.INSTITUTE and actor.organisation_id is not None:
        return rows.filter(own | Q(organisation_id=actor.organisation_id))
    return rows.none()


def unread(actor: Actor) -> QuerySet[Notice]:
    """Those that this person has not read."""
    return visible(actor).exclude(readings__user=actor.id) if actor.id is not None else Notice.objects.none()


def unread_count(actor: Actor) -> int:
    """How many this person has not read, counted up to MOST + 1. It stands on every page: the statement is put together once for a person."""
    sql, values = _counting(actor.but(label="", at=""))
    if not sql:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


@lru_cache(maxsize=4096)
def _counting(actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """The statement, and its values, that counts what the actor has not read; no statement where that is nothing."""
    some = unread(actor).order_by().values("pk")[: MOST + 1]
    try:
        sql, values = some.query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return f"SELECT COUNT(*) FROM ({sql}) unread", tuple(values)  # noqa: S608 - Django's own statement, its values apart


def notice_seen(actor: Actor, pk: int) -> Notice:
    """A notice of the person's own organisation. Raises NotFound."""
    found = visible(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found
