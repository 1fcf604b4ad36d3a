"""What the walk walks in: a town with people of every role, and for each a record of their own and a foreign one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from manyuan.facts.accounts.models import ApiToken
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import issue_token
from manyuan.facts.accounts.tests.town import Town, build_town

ROLES = ("anonymous", "city", "committee", "company", "enterprise", "institute", "stray")
SIDES = ("own", "foreign")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

# Every record of the town bears a marker: the side it lies on and its kind.
EAST, WEST = "EAST", "WEST"
KINDS = ("PARK", "FIRM", "BODY", "TOKEN")
_EASTERN = {"committee", "company", "enterprise"}


def build() -> Town:
    """The town, with a token for each person, named by a marker."""
    town = build_town()
    for name, person in town.people.items():
        side = WEST if name.endswith("west") else EAST
        issue_token(user=person, name=f"{side}TOKEN of {name}", days=366, by=actor_of(person), now=NOW)
    return town


def foreign_markers(role: str) -> list[str]:
    """The markers a reader of this role must not see, unless the address shows that kind to all."""
    if role == "city":
        return []
    sides = [WEST] if role in _EASTERN else [EAST, WEST]
    own_token = {"institute", "stray"} & {role}
    return [side + kind for side in sides for kind in KINDS if not (own_token and side + kind == "EASTTOKEN")]


def _person(town: Town, role: str, side: str) -> object:
    return town.people["committee_west" if side == "foreign" or role == "anonymous" else role]


# name -> the record, given the town, the role that reads, and "own" or "foreign". Add yours here.
RECORDS: dict[str, Callable[[Town, str, str], object]] = {
    "park": lambda town, role, side: town.east if side == "own" else town.west,
    "enterprise": lambda town, role, side: town.firm_east if side == "own" else town.firm_west,
    "token": lambda town, role, side: ApiToken.objects.get(user=_person(town, role, side)),
    "user": _person,
}
