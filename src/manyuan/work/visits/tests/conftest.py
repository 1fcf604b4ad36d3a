"""A town under the Chengdu pack, with officers of the eastern park and the city: for the tests of officers and visits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import make_user
from manyuan.facts.accounts.tests.town import PASSWORD, Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.audit.models import Event
from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.pack import Pack, read_pack
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import install_kinds, open_case
from manyuan.work.visits.capturing import Capture, capture_visit
from manyuan.work.visits.installing import install_rules
from manyuan.work.visits.models import Visit

BY = system("test")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Chengdu
TODAY = date(2026, 11, 23)
PACK = Path("packs/chengdu")


@cache
def _pack() -> Pack:
    """The Chengdu pack without what no visit speaks of: each test installs it anew."""
    whole = read_pack(PACK)
    forms = tuple(one for one in whole.forms if one.code.startswith("six-clear"))
    return replace(whole, forms=forms, parks=(), demo_parks=(), districts=(), campaigns=(), commitments=(), goals=(), indicators=())


@dataclass
class Desk:
    """lead is the committee's; ann, ben and cleo are officers of the eastern park, dora of the city."""

    town: Town
    people: dict[str, User]

    def __getitem__(self, name: str) -> User:
        return self.people[name]

    def actor(self, name: str) -> Actor:
        return actor_of(self.people[name] if name in self.people else self.town[name])

    @property
    def firm(self) -> Enterprise:
        return self.town.firm_east

    def capture(self, who: str = "ann", on: date = TODAY, firm: Enterprise | None = None, now: datetime = NOW, **more: Any) -> Visit:
        more = {"key": str(uuid4()), "text": "谈了用工", **more}
        return capture_visit(enterprise=firm or self.firm, given=Capture(on=on, **more), by=self.actor(who), now=now)

    def case(self, handler: str = "ann", kind: str = "visit-task", firm: Enterprise | None = None) -> Case:
        person = self.people[handler]
        return open_case(kind=kind, title="跟进用工", enterprise=firm or self.firm, unit=person.organisation, handler=person, by=BY, now=NOW)

    def title(self, kind: str, firm: Enterprise | None = None, since: date = date(2024, 1, 1), until: date | None = None) -> Title:
        return Title.objects.create(
            enterprise=firm or self.firm,
            kind=kind,
            valid_from=since,
            valid_to=until,
            proof="test",
            source="test",
            mark="example",
            recorded_at=NOW - timedelta(days=900),
        )

    def events(self, name: str) -> list[dict[str, Any]]:
        return list(Event.objects.filter(name=name).order_by("pk").values_list("data", flat=True))


@pytest.fixture
def desk(db: Any) -> Desk:
    town = build_town()
    install_pack(pack=_pack(), by=BY, now=NOW)
    install_rules(content=yaml.safe_load((PACK / "visits.yaml").read_text("utf-8")), by=BY, now=NOW)
    install_kinds(content=PACK / "cases", by=BY, now=NOW)
    east, city = Organisation.objects.get(kind="committee", park=town.east), Organisation.objects.get(kind="city")
    people = {
        name: make_user(username=name, organisation=city if name == "dora" else east, password=PASSWORD, display_name=name.title(), by=BY, now=NOW)
        for name in ("ann", "ben", "cleo", "dora")
    }
    return Desk(town, people)
