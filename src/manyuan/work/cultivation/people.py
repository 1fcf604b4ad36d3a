"""Who may do what in cultivation, and the small checks that its services share."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.cultivation.errors import Missing, WrongDay, WrongOfficer

CULTIVATE = gettext_noop("look after enterprises of this park")
ANSWER = gettext_noop("answer for this enterprise")


def looks_after(by: Actor, park_id: int | None) -> bool:
    """Whether the actor works for the city or the committee of the park."""
    return by.sees_all or (by.role is Role.COMMITTEE and park_id is not None and park_id in by.park_ids)


def must_look_after(by: Actor, park_id: int | None) -> None:
    if not looks_after(by, park_id):
        raise NotAllowed(CULTIVATE, by)


def must_be_firm(by: Actor, enterprise: Enterprise) -> None:
    if by.role is not Role.ENTERPRISE or enterprise.pk not in by.enterprise_ids:
        raise NotAllowed(ANSWER, by)


def said(text: str, what: str, most: int) -> str:
    """A text that has to be there, cut to its room. Raises Missing."""
    text = text.strip()
    if not text:
        raise Missing(what=what)
    return text[:most]


def ahead(day: date | None, today: date, what: str) -> date:
    """A day that has to be there and not be past. Raises Missing, WrongDay."""
    if day is None:
        raise Missing(what=what)
    if day < today:
        raise WrongDay(what=what, found=day, expected=gettext_noop("today or later"))
    return day


def past(day: date | None, today: date, what: str) -> date:
    """A day that has to be there and not be ahead. Raises Missing, WrongDay."""
    if day is None:
        raise Missing(what=what)
    if day > today:
        raise WrongDay(what=what, found=day, expected=gettext_noop("today or earlier"))
    return day


def officers(park: Park | None) -> list[User]:
    """Who can look after a firm of the park: people of its committees and companies (those of the parks above it too) and of the city office."""
    people = (
        User.objects.filter(is_active=True, organisation__kind__in=("city", "committee", "company"))
        .select_related("organisation")
        .order_by("organisation__kind", "username")
    )
    return [one for one in people if _fits(one, park.pk if park else None)]


def _fits(user: User, park_id: int | None) -> bool:
    who = actor_of(user)
    return who.sees_all or (who.role in (Role.COMMITTEE, Role.COMPANY) and park_id is not None and park_id in who.park_ids)


def fitting_officer(user: User | None, park_id: int | None) -> User:
    """Raises Missing, WrongOfficer."""
    if user is None:
        raise Missing(what=gettext_noop("The officer"))
    if not user.is_active or user.organisation is None or not _fits(user, park_id):
        raise WrongOfficer(name=user.display_name or user.username)
    return user


def units(park: Park | None) -> list[Organisation]:
    """Organisations that can answer for something promised to a firm of the park: the city office, committees and companies of the park and of those above it."""
    rows = Organisation.objects.filter(kind__in=("city", "committee", "company")).order_by("kind", "pk")
    above = _above(park)
    return [one for one in rows if one.kind == "city" or one.park_id in above]


def _above(park: Park | None) -> set[int]:
    from manyuan.facts.parks.models import ParkParent

    out: set[int] = set()
    waiting = [park.pk] if park else []
    while waiting:
        pk = waiting.pop()
        if pk not in out:
            out.add(pk)
            waiting += ParkParent.objects.filter(park=pk, superseded_at=None, valid_to=None).values_list("parent_id", flat=True)
    return out
