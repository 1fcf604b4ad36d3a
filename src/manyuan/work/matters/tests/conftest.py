"""A town whose east park has a committee, a company and some powers, with the pack's matters installed: for the tests of matters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.work.cases.services import install_kinds
from manyuan.work.matters.catalogue import matter_by_code
from manyuan.work.matters.filing import Given, Paper, file_application
from manyuan.work.matters.installing import install_matters
from manyuan.work.matters.models import Application, Holding, Power, StepRun
from manyuan.work.matters.powers import hold_power
from manyuan.work.matters.stepping import complete_step

PACK = Path(__file__).parents[5] / "packs" / "chengdu"
BY = system("test")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning


@dataclass
class Desk:
    """The people of the town as actors, and what they do at the counter."""

    town: Town
    clock: list[datetime]

    def __getitem__(self, name: str) -> Actor:
        return actor_of(self.town[name])

    def now(self, days: int = 0) -> datetime:
        self.clock[0] += timedelta(minutes=1, days=days)
        return self.clock[0]

    def hold(self, *codes: str, park: Any = None) -> list[Holding]:
        """The park (east) holds these powers since the beginning of the year."""
        park = park or self.town.east
        return [hold_power(power=Power.objects.get(code=one), park=park, since=date(2026, 1, 1), staff=2, by=BY, now=self.now()) for one in codes]

    def file(self, matter: str = "investment-filing", by: str = "enterprise", firm: Any = None, **more: Any) -> Application:
        """An application with everything that is not held."""
        values, papers = FILLED[matter]
        given = Given({**values, **more.pop("values", {})}, {code: Paper(text) for code, text in {**papers, **more.pop("papers", {})}.items() if text}, **more)
        return file_application(version=matter_by_code(matter), enterprise=firm or self.town.firm_east, given=given, by=self[by], now=self.now())

    def step(self, row: Application, code: str) -> StepRun:
        return row.steps.get(code=code, state="open")

    def do(self, row: Application, code: str, outcome: str = "ok", by: str = "committee", days: int = 0, **more: Any) -> Application:
        step = self.step(row, code)
        return complete_step(step=step, outcome=outcome, note=more.pop("note", "" if outcome == "ok" else "缺件"), by=self[by], now=self.now(days), **more)

    def open(self, row: Application) -> list[str]:
        return sorted(row.steps.filter(state="open").values_list("code", flat=True))

    def again(self, row: Application) -> Application:
        return Application.objects.get(pk=row.pk)


FILLED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "investment-filing": ({"contact_phone": "028-1", "project_name": "示范产线", "investment": "5000000"}, {"project-note": "说明一份"}),
    "construction-permit": (
        {"contact_phone": "028-1", "project_name": "示范厂房", "floor_area": "12000", "start_on": "2027-01-10"},
        {"land-certificate": "川（示例）第1号", "construction-drawings": "图一套", "contract": "合同一份"},
    ),
    "production-permit": ({"contact_phone": "028-1", "product": "示范件", "scale": "mass"}, {"premises-proof": "租约", "inspection-report": "报告"}),
    "address-change": ({"contact_phone": "028-1", "new_address": "东园二号"}, {"premises-proof": "租约"}),
}


@pytest.fixture
def desk(db: Any) -> Desk:
    town = build_town()
    install_kinds(content=PACK / "cases", by=BY, now=NOW)
    install_matters(content=PACK / "matters", by=BY, now=NOW)
    return Desk(town, [NOW])
