"""The town of the cases' tests, with the Chengdu pack's topics."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from manyuan.work.cases.models import Case
from manyuan.work.cases.tests.conftest import BY, KINDS, Office, office  # noqa: F401  the fixture
from manyuan.work.demands.services import file_demand, install_topics, move_demand

WATER = "三车间每天下午供水压力不足，水压只有平时一半，影响生产"


class Desk(Office):
    """An office that takes demands."""

    def file(self, text: str = WATER, by: str = "enterprise", **more: Any) -> Case:
        given = {"enterprise": self.town.firm_east, "text": text}
        return file_demand(**given | more, by=self.who(by), now=self.at).demand.case

    def does(self, case: Case, move: str, by: str, note: str = "已处理", **more: Any) -> Case:
        return move_demand(case=case, move=move, note=note, by=self.who(by), now=self.at, **more)


@pytest.fixture
def desk(office: Office) -> Desk:  # noqa: F811
    install_topics(content=yaml.safe_load((KINDS.parent / "demands.yaml").read_text("utf-8")), by=BY, now=office.at)
    return Desk(office.town, office.at)
