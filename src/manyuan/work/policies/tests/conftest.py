"""A town with a pack, facts and three city people: for the tests of policies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import make_organisation, make_user
from manyuan.facts.accounts.tests.town import PASSWORD, Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.factsheet.services import install_facts
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.services import NewValues, approve_filings, lock_filings, open_period, save_values, submit_filings
from manyuan.facts.programme.installing import install_pack
from manyuan.work.money.funds import open_fund, set_budget
from manyuan.work.policies.drafting import draft_policy, publish_policy, review_policy, submit_draft
from manyuan.work.policies.models import Entitlement, PolicyVersion, Review
from manyuan.work.policies.screening import linked, screen_enterprises

PACK = Path(__file__).resolve().parents[5] / "packs" / "chengdu"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BY = system("test")
RULES = """policies:
  - code: {code}
    name: {{zh: 研发奖补{code}, en: R&D award {code}}}
    source: example
    mark: example
    start: 2026-01-01
    delivery: {way}{more}
    conditions:
      - {{id: revenue, clause: 第一条, when: "revenue >= {revenue}", text: {{zh: 营业收入不低于 {revenue} 元, en: Revenue at least {revenue} yuan}}}}
      - {{id: rd, clause: 第二条, when: "rd >= 100", text: {{zh: 研发费用不低于 100 元, en: R&D at least 100 yuan}}}}
    amount: {{value: "{amount}", cap: 50, clause: 第三条}}
"""


@cache
def pack() -> Any:
    from manyuan.facts.programme.pack import read_pack

    return read_pack(PACK)


@dataclass
class Office:
    """drafter, second and third are city people; firms file their year."""

    town: Town
    drafter: Actor
    second: Actor
    third: Actor
    clock: list[datetime]

    def now(self) -> datetime:
        self.clock[0] += timedelta(minutes=1)
        return self.clock[0]

    def later(self, days: int) -> datetime:
        self.clock[0] += timedelta(days=days)
        return self.clock[0]

    def firm_actor(self) -> Actor:
        return actor_of(self.town["enterprise"])

    def file(self, firm: Any, period: str = "2025", **values: Any) -> None:
        form = Form.objects.get(code="enterprise-annual", is_current=True)
        open_period(form=form, period=period, by=BY, now=self.now())
        filing = Filing.objects.get(enterprise=firm, form_code="enterprise-annual", period=period)
        save_values(given=[NewValues(filing, {"tax": 100, "employees": 10, **values})], channel="form", by=BY, now=self.now())
        for step in (submit_filings, approve_filings, lock_filings):
            step(filings=[filing], by=BY, now=self.now())

    def published(
        self, code: str = "RD", *, revenue: int = 1000, amount: str = "rd * 0.1", way: str = "no-application", more: str = "", **delivery: Any
    ) -> PolicyVersion:
        delivery.setdefault("fund", "test")
        text = RULES.format(code=code, revenue=revenue, amount=amount, way=way, more=f"\n    {more}" if more else "")
        version = draft_policy(text=text, delivery=delivery, by=self.drafter, now=self.now())
        version = submit_draft(version=version, by=self.drafter, now=self.now())
        for kind in Review.Kind.values:
            review_policy(version=version, kind=kind, agreed=True, note="", by=self.second, now=self.now())
        return publish_policy(version=version, by=self.second, now=self.now())

    def screen(self, version: PolicyVersion, cause: str = "publication", only: Any = None) -> Any:
        now = self.now()
        return screen_enterprises(versions=linked(version, now.date()), cause=cause, only=only, by=BY, now=now)

    def entitlement(self, firm: Any, code: str = "RD") -> Entitlement:
        return Entitlement.objects.get(enterprise=firm, version__policy__code=code)


@pytest.fixture
def office(db: Any) -> Office:
    town = build_town()
    install_pack(pack=pack(), by=BY, now=NOW)
    install_facts(content=yaml.safe_load((PACK / "facts.yaml").read_text(encoding="utf-8")), by=BY, now=NOW)
    fund = open_fund(code="test", name_zh="测试资金", by=BY, now=NOW)
    set_budget(fund=fund, year=2026, fen=100_000_00, by=BY, now=NOW)
    city = Organisation.objects.get(kind="city")
    second, third = (make_user(username=name, organisation=city, password=PASSWORD, display_name=name, by=BY, now=NOW) for name in ("second", "third"))
    return Office(town, actor_of(town["city"]), actor_of(second), actor_of(third), [NOW])


__all__ = ["BY", "NOW", "Office", "date", "make_organisation", "office"]
