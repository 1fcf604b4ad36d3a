"""A town with the city's pack and schemes, firms that file their year, and three city people: for the tests of the per-mu evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import make_user
from manyuan.facts.accounts.tests.town import PASSWORD, Town, build_town
from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.facts.enterprises.models import Enterprise, Tenancy
from manyuan.facts.factsheet.services import install_facts
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.opening import open_period
from manyuan.facts.filings.services import NewValues, approve_filings, lock_filings, save_values, submit_filings, unlock_filings
from manyuan.facts.programme.installing import install_pack
from manyuan.work.evaluation.models import Line, Run
from manyuan.work.evaluation.queries import scheme_named
from manyuan.work.evaluation.schemes import install_schemes
from manyuan.work.evaluation.services import compute_run, publish_run

PACK = Path(__file__).resolve().parents[5] / "packs" / "chengdu"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BY = system("test")


@cache
def pack() -> Any:
    from manyuan.facts.programme.pack import read_pack

    return read_pack(PACK)


def schemes() -> Any:
    return yaml.safe_load((PACK / "permu.yaml").read_text(encoding="utf-8"))


@dataclass
class Bureau:
    """The city's people (first computes, second publishes and decides) and the firms of the town."""

    town: Town
    first: Actor
    second: Actor
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def now(self) -> datetime:
        self.clock[0] += timedelta(minutes=1)
        return self.clock[0]

    def on(self, day: date) -> datetime:
        self.clock[0] = datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)
        return self.clock[0]

    def firm(self, number: int, *, park: Any = None, registered: date | None = date(2010, 1, 1), industry: str | None = None) -> Enterprise:
        park = park or self.town.east
        firm = Enterprise.objects.create(
            uscc=f"9151010000001{number:04d}X", name=f"企业{number}", park=park, registered_on=registered, industry_id=industry, source="test", mark="example",
            recorded_at=NOW, changed_at=NOW,
        )  # fmt: skip
        Tenancy.objects.create(enterprise=firm, park=park, valid_from=date(2020, 1, 1), recorded_at=NOW)
        return firm

    def file(self, firm: Enterprise, year: int = 2025, *, upto: str = "lock", **values: Any) -> Filing:
        """The firm's annual report (10,000 yuan of tax as `tax=1`, mu as `land=1`), moved as far as `upto`: save, submit, approve or lock."""
        form = Form.objects.get(code="enterprise-annual", is_current=True)
        open_period(form=form, period=str(year), by=BY, now=self.now())
        filing = Filing.objects.get(enterprise=firm, form_code="enterprise-annual", period=str(year))
        if filing.state == "locked":
            unlock_filings(filings=[filing], reason="更正", by=BY, now=self.now())
        save_values(given=[NewValues(filing, _stored(values))], channel="form", by=BY, now=self.now())
        for name, step in (("submit", submit_filings), ("approve", approve_filings), ("lock", lock_filings)):
            if ("save", "submit", "approve", "lock").index(upto) >= ("save", "submit", "approve", "lock").index(name):
                step(filings=[filing], by=BY, now=self.now())
        return filing

    def computed(self, scheme: str = "below-scale", year: int = 2025, park: Any = None) -> Run:
        return compute_run(scheme=scheme_named(scheme), year=year, park=park, by=self.first, now=self.now())

    def published(self, scheme: str = "below-scale", year: int = 2025, park: Any = None) -> Run:
        return publish_run(run=self.computed(scheme, year, park), by=self.second, now=self.now())

    def line(self, run: Run, firm: Enterprise) -> Line:
        return Line.objects.get(run=run, enterprise=firm)

    def owner(self, firm: Enterprise) -> Actor:
        return Actor(id=None, label=firm.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}))


_WHOLE = {"tax": 0, "employees": 10, "revenue": 0}
_MONEY = {"tax", "revenue", "value_added", "rd_spend"}


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    given = {**_WHOLE, **values}
    return {
        name: round(float(value) * 1_000_000) if name in _MONEY else int(value) if name == "employees" else str(value)
        for name, value in given.items()
        if value is not None
    }


@pytest.fixture
def bureau(db: Any) -> Bureau:
    town = build_town()
    install_pack(pack=pack(), by=BY, now=NOW)
    install_facts(content=yaml.safe_load((PACK / "facts.yaml").read_text(encoding="utf-8")), by=BY, now=NOW)
    install_schemes(content=schemes(), by=BY, now=NOW)
    city = Organisation.objects.get(kind="city")
    second = make_user(username="second", organisation=city, password=PASSWORD, display_name="second", by=BY, now=NOW)
    return Bureau(town, actor_of(town["city"]), actor_of(second))
