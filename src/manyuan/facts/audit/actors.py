"""Who acts: the one thing a service needs to know of a person or program to decide what it may do.

Lowest room of floor 2, so that every app can ask for an `Actor` without knowing how people log in (that is `accounts`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_noop

from manyuan.facts.audit.errors import DomainError


class Role(StrEnum):
    """What an organisation is in the programme; a person has the role of their organisation."""

    CITY = "city"
    COMMITTEE = "committee"
    COMPANY = "company"
    ENTERPRISE = "enterprise"
    INSTITUTE = "institute"
    PUBLIC = "public"


@dataclass(frozen=True)
class Actor:
    """A person (or the system) in the act of reading or writing.

    park_ids: the parks whose rows the actor sees (a committee's own park and what lies under it). Ignored for the city, which sees all.
    enterprise_ids: the enterprises whose rows the actor sees as their own.
    at: where the act comes from (an address, or "cli", "system").
    organisation_id: the organisation that the person belongs to.
    """

    id: int | None
    label: str
    role: Role
    park_ids: frozenset[int] = field(default_factory=frozenset)
    enterprise_ids: frozenset[int] = field(default_factory=frozenset)
    at: str = ""
    is_system: bool = False
    organisation_id: int | None = None

    @property
    def sees_all(self) -> bool:
        """Whether rows of every park and enterprise are open to this actor."""
        return self.is_system or self.role is Role.CITY

    def but(self, **changes: Any) -> Actor:
        """The same actor with something changed. Use this and not `dataclasses.replace`: a request's actor is worked out when first asked for, and `replace`
        refuses what stands in for it until then."""
        return replace(self, **changes)


def system(label: str = "system", at: str = "system") -> Actor:
    """The actor of installation, scheduled work and the command line."""
    return Actor(id=None, label=label, role=Role.CITY, at=at, is_system=True)


ANONYMOUS = Actor(id=None, label=gettext_noop("A visitor without login"), role=Role.PUBLIC)


class NotAllowed(DomainError, PermissionError):
    """The actor has no right to this act. Shown as 403; nothing was changed.

    act: what was tried, as an English msgid without subject ("approve this filing"). actor: who tried.
    """

    code = "rights.not_allowed"
    http_status = 403
    text = gettext_noop("%(who)s has no right to do this: %(act)s. Ask the city office or your park committee if you need it.")
    translated = ("who", "act")

    def __init__(self, act: str, actor: Actor) -> None:
        super().__init__(act=act, who=actor.label)
        self.act = act
        self.actor = actor
