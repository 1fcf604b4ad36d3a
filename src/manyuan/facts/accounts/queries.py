"""Who a person is when they act, and what of a form they may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Q, QuerySet

from manyuan.facts.accounts.models import ApiToken, Organisation, User
from manyuan.facts.accounts.secrets import digest_of
from manyuan.facts.audit.actors import ANONYMOUS, Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.parks.models import Park, ParkParent

_PARK_KINDS = {Organisation.Kind.COMMITTEE, Organisation.Kind.COMPANY}


def actor_of(user: Any, at: str = "", *, on: date | None = None) -> Actor:
    """The person as an actor: role from the kind of their organisation, parks and enterprises from the organisation itself.

    user: a User or Django's AnonymousUser. on: the day whose park tree counts (None: the rows that are open).
    A person without an organisation, or whose login is off, is an actor of the public: they see what everybody sees.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Actor(id=None, label=ANONYMOUS.label, role=Role.PUBLIC, at=at)
    label = label_of(user)
    organisation = user.organisation
    if organisation is None:
        return Actor(id=user.pk, label=label, role=Role.PUBLIC, at=at)
    parks: frozenset[int] = frozenset()
    if organisation.kind in _PARK_KINDS and organisation.park_id is not None:
        parks = frozenset(park_and_below(organisation.park_id, on))
    own = organisation.enterprise_id if organisation.kind == Organisation.Kind.ENTERPRISE else None
    return Actor(
        id=user.pk,
        label=label,
        role=Role(organisation.kind),
        park_ids=parks,
        enterprise_ids=frozenset() if own is None else frozenset({own}),
        at=at,
        organisation_id=organisation.pk,
    )


def label_of(user: User) -> str:
    """How a person is named in trails: display name (or login), with the organisation."""
    name = user.display_name or user.get_username()
    return f"{name}（{user.organisation.name_zh}）" if user.organisation_id else name


def park_and_below(park_id: int, on: date | None = None) -> set[int]:
    """A park and every park under it on a day (None: by the open rows)."""
    rows = ParkParent.objects.filter(superseded_at=None)
    if on is None:
        rows = rows.filter(valid_to=None)
    else:
        rows = rows.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))
    below: dict[int, list[int]] = {}
    for child, parent in rows.values_list("park_id", "parent_id"):
        below.setdefault(parent, []).append(child)
    found, edge = {park_id}, [park_id]
    while edge:
        edge = [child for parent in edge for child in below.get(parent, ()) if child not in found]
        found.update(edge)
    return found


def may_see_field(actor: Actor, field: Any) -> bool:
    """Whether the actor sees a field of a form. `field`: the pack's field as a mapping, or an object with `restricted_to`.

    An unmarked field is open to whoever sees the row; a marked one to the roles it names and to the system.
    """
    roles: Iterable[str] = (field.get("restricted_to") if isinstance(field, Mapping) else getattr(field, "restricted_to", None)) or ()
    named = {str(role) for role in roles}
    return not named or actor.is_system or str(actor.role) in named


def people(actor: Actor) -> QuerySet[User]:
    """The people an actor administers: the city all (also those of no organisation), a park committee those of its parks and their
    enterprises, others nobody."""
    known = User.objects.select_related("organisation").order_by("username")
    return known if actor.sees_all else known.filter(organisation__in=organisations(actor))


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """The organisations whose people the actor administers."""
    known = Organisation.objects.order_by("kind", "name_zh", "id")
    if actor.sees_all:
        return known
    if actor.role is not Role.COMMITTEE:
        return known.none()
    return known.filter(Q(kind__in=_PARK_KINDS, park_id__in=actor.park_ids) | Q(kind=Organisation.Kind.ENTERPRISE, enterprise__park_id__in=actor.park_ids))


def person(actor: Actor, pk: int) -> User:
    """A person whom the actor administers. Raises NotFound."""
    found = people(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def organisation(actor: Actor, pk: int) -> Organisation:
    """An organisation whose people the actor administers. Raises NotFound."""
    found = organisations(actor).select_related("park", "enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def without_park(closed: Iterable[str]) -> list[Organisation]:
    """Committees and companies of these parks (codes): whom a closing leaves without a park to answer for."""
    return list(Organisation.objects.filter(park__code__in=list(closed)).order_by("kind", "name_zh"))


def has_two_step(user: User) -> bool:
    """Whether a second step stands at the person's login."""
    return Authenticator.objects.filter(user=user).exists()


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's tokens, the newest first."""
    return ApiToken.objects.filter(user=user).order_by("-id")


@dataclass(frozen=True)
class Bearer:
    """Who stands behind a token."""

    user: User
    token: ApiToken


def bearer_of(secret: str, now: datetime) -> Bearer | None:
    """Who a token speaks for at this moment; None if it is unknown, expired or revoked, or its owner's login is off."""
    token = (
        ApiToken.objects.select_related("user__organisation")
        .filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if token is None or not may_sign_in(token.user):
        return None
    return Bearer(token.user, token)


def may_sign_in(user: User) -> bool:
    """Whether a person may come in at all: demo people only in demo mode, since their password is published."""
    return user.is_active and (settings.DEMO or not user.is_demo)


def park_codes(actor: Actor) -> list[str]:
    """The codes of the parks an actor answers for (nothing for who sees all)."""
    return sorted(Park.objects.filter(id__in=actor.park_ids).values_list("code", flat=True))
