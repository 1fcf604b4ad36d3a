"""A town whose firms and institute offer and need, with the Chengdu pack's scenes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.audit.models import Event
from manyuan.work.supply.models import Introduction, Posting
from manyuan.work.supply.services import Content, install_scenes, introduce, post

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
BY = system("test")
SCENES = Path(__file__).resolve().parents[5] / "packs" / "chengdu" / "scenes.yaml"
CONCRETE = "materials.concrete"


class Market:
    def __init__(self, town: Town) -> None:
        self.town = town

    def who(self, name: str) -> Actor:
        return actor_of(self.town.people[name])

    def post(self, side: str = "offer", by: str = "enterprise", now: datetime = NOW, category: str = CONCRETE, **more: Any) -> Posting:
        owner: dict[str, Any] = {"enterprise": self.town.firm_west if by.endswith("west") else self.town.firm_east}
        if by == "institute":
            owner = {"organisation": self.town.people["institute"].organisation}
        given = {
            "title": "商品混凝土",
            "text": "商品混凝土现货",
            "attributes": {"strength": "30"},
            "is_public": True,
            "contact_name": "联系人",
            "contact": "028-00000000",
        } | more
        return post(side=side, category=category, content=Content(**given), by=self.who(by), now=now, **owner)

    def pair(self, by: str = "enterprise") -> Introduction:
        """An offer of the eastern firm and a need of the western one, brought together."""
        return introduce(offer=self.post(), need=self.post("need", "enterprise_west"), by=self.who(by), now=NOW)

    def events(self, name: str) -> list[Event]:
        return list(Event.objects.filter(name=name))


@pytest.fixture
def market(db: None) -> Market:
    install_scenes(content=yaml.safe_load(SCENES.read_text("utf-8")), by=BY, now=NOW)
    return Market(build_town())
