"""A town with the pack, its facts and ladders, and firms whose figures a test gives: for the tests of cultivation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.enterprises.services import award_title
from manyuan.facts.factsheet.services import declare_facts, install_facts
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.services import NewValues, approve_filings, lock_filings, open_period, save_values, submit_filings
from manyuan.facts.programme.installing import install_pack
from manyuan.work.cultivation.ladders import install_ladders
from manyuan.work.cultivation.models import Place, Standing
from manyuan.work.cultivation.running import judge_tiers

PACK = Path(__file__).resolve().parents[5] / "packs" / "chengdu"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BY = system("test")
# a firm that meets every measurable condition of GIANT-2026 and SRDI-2026, as it files and declares it (yuan)
FILED = {"revenue": 60_000_000, "rd_spend": 7_000_000, "patents": 4, "employees": 100, "rd_staff": 20, "tax": 2_000_000}
FILED_BEFORE = {"revenue": 55_000_000, "rd_spend": 6_500_000, "patents": 3, "employees": 95, "rd_staff": 18, "tax": 1_900_000}
FILED_TWO_BEFORE = {"revenue": 50_000_000, "rd_spend": 5_000_000, "patents": 3, "employees": 90, "rd_staff": 16, "tax": 1_800_000}
DECLARED = {
    "years_in_field": 5, "main_revenue": 57_000_000, "main_revenue_before": 52_000_000, "main_revenue_two_before": 48_000_000, "assets": 80_000_000,
    "liabilities": 40_000_000, "equity_two_years": 0, "market_share": "0.12", "market_rank": 5, "development_score": 65,
}  # fmt: skip


@cache
def pack() -> Any:
    from manyuan.facts.programme.pack import read_pack

    return read_pack(PACK)


@dataclass
class Nursery:
    town: Town
    clock: list[datetime]

    def now(self) -> datetime:
        self.clock[0] += timedelta(minutes=1)
        return self.clock[0]

    def actor(self, name: str) -> Actor:
        return actor_of(self.town[name])

    def file(self, firm: Any, period: str = "2025", **values: Any) -> None:
        """Yuan in, fen kept."""
        form = Form.objects.get(code="enterprise-annual", is_current=True)
        open_period(form=form, period=period, by=BY, now=self.now())
        filing = Filing.objects.get(enterprise=firm, form_code="enterprise-annual", period=period)
        kept = {key: value * 100 if key in ("revenue", "rd_spend", "tax", "main_direction_revenue") else value for key, value in values.items()}
        save_values(given=[NewValues(filing, kept)], channel="form", by=BY, now=self.now())
        for step in (submit_filings, approve_filings, lock_filings):
            step(filings=[filing], by=BY, now=self.now())

    def grow(self, firm: Any, **other: Any) -> None:
        """A firm with three filed years and what it declared; `other` replaces declared facts."""
        for period, values in (("2023", FILED_TWO_BEFORE), ("2024", FILED_BEFORE), ("2025", FILED)):
            self.file(firm, period, **{key: other.get(f"{key}_{period}", value) for key, value in values.items()})
        self.declare(firm, **{**DECLARED, **{key: value for key, value in other.items() if "_20" not in key}})

    def declare(self, firm: Any, **values: Any) -> None:
        declare_facts(enterprise=firm, values=values, on=date(2026, 1, 2), proof="test", by=BY, now=self.now())

    def title(self, firm: Any, kind: str, since: date = date(2025, 1, 1), until: date | None = date(2028, 1, 1)) -> None:
        award_title(enterprise=firm, kind=kind, valid_from=since, valid_to=until, proof="test", source="test", mark="reported", by=BY, now=self.now())

    def judge(self, **more: Any) -> Any:
        return judge_tiers(cause="demand", by=BY, now=more.pop("now", None) or self.now(), **more)

    def standing(self, firm: Any, rules: str) -> Standing:
        return Standing.objects.get(enterprise=firm, rules=rules)

    def place(self, firm: Any, ladder: str = "sme") -> Place:
        return Place.objects.get(enterprise=firm, ladder=ladder)


@pytest.fixture
def nursery(db: Any) -> Nursery:
    town = build_town()
    install_pack(pack=pack(), by=BY, now=NOW)
    install_facts(content=yaml.safe_load((PACK / "facts.yaml").read_text(encoding="utf-8")), by=BY, now=NOW)
    install_ladders(content=PACK / "ladders", by=BY, now=NOW)
    return Nursery(town, [NOW])
