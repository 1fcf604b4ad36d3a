"""A town with cases, a small scorecard and a survey: for the tests of the measured environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import install_kinds
from manyuan.work.demands.services import file_demand, install_topics, move_demand
from manyuan.work.environment.computing import Computed, compute_scorecards
from manyuan.work.environment.installing import install_scorecards, install_survey
from manyuan.work.environment.models import ItemValue, Scorecard

BY = system("test")
PACK = Path(__file__).resolve().parents[5] / "packs" / "chengdu"

SHEET = """
scorecards:
  - code: small
    name: {zh: 小表, en: Small}
    mark: example
    periods: [month, quarter]
    minimum: 3
    least: 0.5
    pillars:
      - {code: rules, name: {zh: 规则, en: Rules}}
      - {code: services, name: {zh: 服务, en: Services}}
      - {code: practice, name: {zh: 实效, en: Practice}}
    items:
      - {code: contact, pillar: rules, name: {zh: 响应, en: Contact}, source: demands.first_contact_in_time, floor: 0, target: 100}
      - {code: closed, pillar: services, name: {zh: 办结, en: Closed}, source: demands.closed, floor: 0, target: 100}
      - {code: solved, pillar: practice, name: {zh: 解决, en: Solved}, source: demands.solved, floor: 0, target: 100}
      - {code: recurred, pillar: practice, name: {zh: 复发, en: Recurred}, source: demands.recurred_30, floor: 100, target: 0}
      - {code: effect, pillar: practice, name: {zh: 办成, en: Effect}, source: survey.effect, floor: 1, target: 5}
"""


@dataclass
class Measured:
    """A town whose clock stands at ten on Monday, 2 March 2026 (Chengdu time) until it is moved."""

    town: Town
    at: datetime = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

    def later(self, **more: int) -> datetime:
        self.at += timedelta(**more)
        return self.at

    def who(self, name: str) -> Actor:
        return actor_of(self.town[name])

    def demand(self, firm: str = "firm_east") -> Case:
        enterprise = getattr(self.town, firm)
        return file_demand(text="三车间每天下午供水压力不足", enterprise=enterprise, by=self.firm(firm), now=self.at).demand.case

    def firm(self, which: str) -> Actor:
        role = actor_of(self.town["enterprise"]).role
        return Actor(id=None, label="firm", role=role, enterprise_ids=frozenset({getattr(self.town, which).pk}))

    def move(self, case: Case, *moves: str) -> Case:
        """Accept and answer as the city, say what the firm says as the firm; an hour goes by before each."""
        for move in moves:
            self.later(minutes=20)
            mine = move in ("confirm", "reject", "withdraw", "recur", "understand")
            by = Actor(id=None, label="firm", role=self.firm("firm_east").role, enterprise_ids=frozenset({case.enterprise_id})) if mine else self.who("city")
            case = move_demand(case=case, move=move, note="已联系并处理", by=by, now=self.at)
        return case

    def solved(self, firm: str = "firm_east") -> Case:
        return self.move(self.demand(firm), "accept", "answer", "confirm")

    def compute(self, period: str = "2026-03", at: datetime | None = None) -> Computed:
        return compute_scorecards(period=period, by=BY, now=at or self.at)

    def card(self, park: Any = None, period: str = "2026-03", code: str = "small") -> Scorecard:
        return Scorecard.objects.get(definition__code=code, park=park, period=period, superseded_at=None)

    def items(self, park: Any = None, period: str = "2026-03") -> Mapping[str, ItemValue]:
        return {value.code: value for value in self.card(park, period).values.all()}


@pytest.fixture
def measured(db: Any) -> Measured:
    made = Measured(build_town())
    install_kinds(content=PACK / "cases", by=BY, now=made.at)
    install_topics(content=yaml.safe_load((PACK / "demands.yaml").read_text("utf-8")), by=BY, now=made.at)
    install_scorecards(content=yaml.safe_load(SHEET), by=BY, now=made.at)
    install_survey(content=yaml.safe_load((PACK / "survey.yaml").read_text("utf-8")), by=BY, now=made.at)
    return made
