"""A town of two parks (one with a sub-park) and three enterprises, and a person of every role: for tests of rights.

Names carry a marker of side and kind (EASTPARK, WESTFIRM, WESTBODY …), so that a leak can be seen in any answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.services import make_organisation, make_user
from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.models import Enterprise, Tenancy
from manyuan.facts.parks.models import Park, ParkName, ParkParent

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FOUNDED = date(2020, 1, 1)
PASSWORD = "correct-horse-22"


@dataclass
class Town:
    east: Park
    east_sub: Park
    west: Park
    firm_east: Enterprise
    firm_sub: Enterprise
    firm_west: Enterprise
    people: dict[str, User]

    def __getitem__(self, name: str) -> User:
        return self.people[name]


def build_town() -> Town:
    """Builds it in the database, people and all."""
    town = build_land()
    _settle(town)
    return town


def build_land() -> Town:
    """The parks and enterprises alone."""
    east, sub, west = (
        _park("east", "东园EASTPARK"),
        _park("east-sub", "东园分园EASTPARK"),
        _park("west", "西园WESTPARK"),
    )
    ParkParent.objects.create(park=sub, parent=east, valid_from=FOUNDED, recorded_at=NOW)
    firm_east = _firm("91510100000000001X", "东企EASTFIRM", east)
    firm_sub = _firm("91510100000000002X", "分园企业EASTFIRM", sub)
    firm_west = _firm("91510100000000003X", "西企WESTFIRM", west)
    return Town(east, sub, west, firm_east, firm_sub, firm_west, {})


def _settle(town: Town) -> None:
    east, west, firm_east, firm_west = town.east, town.west, town.firm_east, town.firm_west
    bodies = {
        "city": _body("city", "市级部门"),
        "committee": _body("committee", "东园管委会EASTBODY", park=east),
        "committee_west": _body("committee", "西园管委会WESTBODY", park=west),
        "company": _body("company", "东园公司EASTBODY", park=east),
        "enterprise": _body("enterprise", "东企EASTBODY", enterprise=firm_east),
        "enterprise_west": _body("enterprise", "西企WESTBODY", enterprise=firm_west),
        "institute": _body("institute", "研究院"),
    }
    for name, body in bodies.items():
        mark = "WESTBODY" if name.endswith("west") else "EASTBODY" if name not in ("city", "institute") else ""
        town.people[name] = make_user(
            username=name, organisation=body, password=PASSWORD, display_name=f"{name}{mark}", may_release=name == "city",
            by=system(), now=NOW,
        )  # fmt: skip
    town.people["stray"] = make_user(username="stray", organisation=None, password=PASSWORD, by=system(), now=NOW)


def _park(code: str, name: str) -> Park:
    park = Park.objects.create(
        code=code,
        name_zh=name,
        name_en=f"{code} {name[-8:]}",
        level="municipal",
        opened_on=FOUNDED,
        source="test",
        mark="example",
    )
    ParkName.objects.create(park=park, name_zh=name, name_en=park.name_en, valid_from=FOUNDED, recorded_at=NOW)
    return park


def _firm(uscc: str, name: str, park: Park) -> Enterprise:
    firm = Enterprise.objects.create(uscc=uscc, name=name, park=park, source="test", mark="example", recorded_at=NOW, changed_at=NOW)
    Tenancy.objects.create(enterprise=firm, park=park, valid_from=FOUNDED, recorded_at=NOW)
    return firm


def _body(kind: str, name: str, **of: object) -> Organisation:
    return make_organisation(kind=kind, name_zh=name, by=system(), now=NOW, **of)
