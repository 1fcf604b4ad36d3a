"""A town with the Chengdu pack's kinds of case, and an office that takes demands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import install_kinds, move_case, open_case

BY = system("test")
KINDS = Path(__file__).resolve().parents[5] / "packs" / "chengdu" / "cases"


@dataclass
class Office:
    """A town whose clock stands at ten on a Tuesday morning (Chengdu time) until it is moved."""

    town: Town
    at: datetime = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    def now(self, **later: int) -> datetime:
        self.at += timedelta(**later)
        return self.at

    def who(self, name: str) -> Actor:
        return actor_of(self.town[name])

    def unit(self, name: str) -> Organisation:
        return self.town[name].organisation

    def open(self, by: str = "enterprise", **more: Any) -> Case:
        given = {
            "kind": "demand",
            "title": "厂区供水压力不足",
            "text": "三车间每天下午水压不足",
            "enterprise": self.town.firm_east,
            "unit": self.unit("committee"),
        }
        return open_case(**given | more, by=self.who(by), now=self.at)

    def move(self, case: Case, move: str, by: str, note: str = "已与企业联系并处理") -> Case:
        return move_case(case=case, move=move, note=note, by=self.who(by), now=self.at)


@pytest.fixture
def office(db: Any) -> Office:
    made = Office(build_town())
    install_kinds(content=KINDS, by=BY, now=made.at)
    return made
