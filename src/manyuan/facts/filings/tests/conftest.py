"""A desk to file at: the town of the accounts tests, a few firms with credit codes that spreadsheets accept, the forms of the Chengdu pack."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import make_organisation, make_user
from manyuan.facts.accounts.tests.town import PASSWORD, Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.services import NewEnterprise, register_enterprise
from manyuan.facts.filings.models import Filing, FilingStep, FilingVersion, Form, Upload
from manyuan.facts.filings.services import NewValues, approve_filings, install_form, lock_filings, open_period, save_values, submit_filings

PACK = Path(__file__).resolve().parents[5] / "packs" / "chengdu"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
RIGHT = {"revenue": 12_345_678, "tax": 100, "employees": 12}
"""What the annual report demands: revenue 123,456.78 yuan, tax 1 yuan, twelve people."""


@cache
def _pack() -> Any:
    from manyuan.facts.programme.pack import read_pack

    return read_pack(PACK)


def pack_form(code: str) -> dict[str, Any]:
    """A form of the Chengdu pack as it is installed; a fresh copy."""
    return _pack().form(code).plain()


@dataclass
class Desk:
    """firms: alpha and beta in the east park, gamma in its sub-park, omega in the west park."""

    town: Town
    annual: Form
    firms: dict[str, Enterprise]
    people: dict[str, Actor]
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def now(self) -> datetime:
        """A minute later than the last time."""
        self.clock[0] += timedelta(minutes=1)
        return self.clock[0]

    def filing(self, firm: str | Enterprise, period: str = "2025") -> Filing:
        """The firm's annual report as stored now."""
        found = self.firms[firm] if isinstance(firm, str) else firm
        return Filing.objects.select_related("latest", "in_force").get(form_code="enterprise-annual", period=period, enterprise=found)

    def fill(self, filing: Filing, by: str = "committee", **values: Any) -> int:
        return save_values(given=[NewValues(filing, {**RIGHT, **values})], channel="form", by=self.people[by], now=self.now())

    def lock(self, *filings: Filing) -> datetime:
        """Submit, approve and lock; the moment of the lock."""
        submit_filings(filings=filings, by=system(), now=self.now())
        approve_filings(filings=filings, by=system(), now=self.now())
        moment = self.now()
        lock_filings(filings=filings, by=self.people["city"], now=moment)
        return moment


@pytest.fixture
def desk(db) -> Desk:
    return build_desk()


def build_desk() -> Desk:
    town = build_town()
    places = {"alpha": town.east, "beta": town.east, "gamma": town.east_sub, "omega": town.west}
    firms = {
        name: register_enterprise(
            new=NewEnterprise(demo_code(number), f"示例{name}有限公司"), park=park, since=date(2020, 1, 1), by=system(), now=NOW
        )
        for number, (name, park) in enumerate(places.items(), 1)
    }  # fmt: skip
    people = {name: actor_of(user) for name, user in town.people.items()} | {"system": system()}
    body = make_organisation(kind="enterprise", name_zh="示例alpha", enterprise=firms["alpha"], by=system(), now=NOW)
    people["alpha"] = actor_of(make_user(username="alpha", organisation=body, password=PASSWORD, by=system(), now=NOW))
    annual = install_form(definition=pack_form("enterprise-annual"), by=system(), now=NOW)
    open_period(form=annual, period="2025", by=system(), now=NOW)
    return Desk(town, annual, firms, people)


def everything() -> tuple[Any, ...]:
    """All that an act on filings could write, to see that a refused one wrote nothing."""
    return (
        list(Filing.objects.order_by("pk").values()),
        list(FilingVersion.objects.order_by("pk").values()),
        list(FilingStep.objects.order_by("pk").values()),
        list(Upload.objects.order_by("pk").defer("content").values_list("pk", "state", "counts", "committed_at")),
        AuditRecord.objects.count(),
    )
