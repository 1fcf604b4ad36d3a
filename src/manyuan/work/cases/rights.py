"""Who is what to a case: the one that raised it, the unit that has it, the park, the city. Used by every act and by every page."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import Q, QuerySet

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor, Role
from manyuan.work.cases.kinds import CaseKind, Move, kind_of
from manyuan.work.cases.models import Case, Kind

UNITS = (Organisation.Kind.CITY, Organisation.Kind.COMMITTEE, Organisation.Kind.COMPANY, Organisation.Kind.INSTITUTE)
"""Kinds of organisation that can have a case: the city's, committees and companies of parks, institutes and service bodies."""


def kind_for(case: Case) -> CaseKind:
    """The kind on the version that the case started under."""
    return kind_at(case.kind_id)


@lru_cache(maxsize=128)
def kind_at(pk: int) -> CaseKind:
    """A version of a kind; versions never change."""
    return kind_of(Kind.objects.values_list("definition", flat=True).get(pk=pk))


def is_city(by: Actor) -> bool:
    return by.sees_all


def is_unit(case: Case, by: Actor) -> bool:
    """Whether the actor belongs to the unit that has the case."""
    return by.organisation_id is not None and by.organisation_id == case.unit_id


def is_reporter(case: Case, by: Actor) -> bool:
    """Whether the actor raised it or speaks for the enterprise that it is about; never the product itself."""
    if by.is_system:
        return False
    return (by.id is not None and by.id == case.reporter_id) or (by.role is Role.ENTERPRISE and case.enterprise_id in by.enterprise_ids)


def parties(case: Case, by: Actor) -> set[str]:
    """What the actor is to the case."""
    found = set()
    if is_reporter(case, by):
        found.add("reporter")
    if is_unit(case, by):
        found.add("unit")
    if by.id is not None and by.id == case.handler_id:
        found.add("handler")
    if by.role is Role.COMMITTEE and case.park_id in by.park_ids and not case.direct:
        found.add("park")
    if by.role is Role.CITY and not by.is_system:
        found.add("city")
    if by.is_system:
        found |= {"system", "city"}
    return found


def hands_on(case: Case, by: Actor) -> bool:
    """Whether the actor may say “not ours” now: somebody of the unit that has it."""
    return is_unit(case, by) and case.phase != Case.Phase.CLOSED


def steers(case: Case, by: Actor) -> bool:
    """Whether the actor may say now who has it."""
    return case.phase != Case.Phase.CLOSED and is_above(case, by)


def is_above(case: Case, by: Actor) -> bool:
    """Whether the actor stands above the unit that has it: the city; within a park its committee."""
    return is_city(by) or (by.role is Role.COMMITTEE and "park" in parties(case, by))


def may_be_given(unit: Organisation, by: Actor) -> bool:
    """Whether who steers may give a case to the unit: the city to any, a committee to those of its park and to institutes that belong to no other park."""
    return is_city(by) or unit.park_id in by.park_ids or (unit.kind == Organisation.Kind.INSTITUTE and unit.park_id is None)


def open_moves(case: Case, by: Actor) -> list[Move]:
    """What the actor can do with the case now, the main thing first."""
    mine = parties(case, by)
    return [one for one in kind_for(case).may_follow(case.state) if mine & set(one.by)]


def visible(actor: Actor, kind: str | None = None) -> QuerySet[Case]:
    """The cases that the actor may read: the city all; a committee those of its parks and its own; a company and an institute those they have; an
    enterprise its own; whoever wrote one down, that one. What was raised past the park is seen by the unit, the city and who raised it only."""
    rows = Case.objects.filter(kind_code=kind) if kind else Case.objects.all()
    if actor.sees_all:
        return rows
    mine = Q(opened_by_id=actor.id) if actor.id is not None else Q(pk=None)
    if actor.role is Role.ENTERPRISE:
        return rows.filter(Q(enterprise_id__in=actor.enterprise_ids) | mine)
    unit = Q(unit_id=actor.organisation_id) if actor.organisation_id is not None else Q(pk=None)
    if actor.role is Role.COMMITTEE:
        return rows.filter(unit | mine | Q(park_id__in=actor.park_ids, direct=False))
    if actor.role in (Role.COMPANY, Role.INSTITUTE):
        return rows.filter(unit | mine)
    return rows.none()
