"""A town with a fund of 1,000 yuan, four city people and firms with accounts: for the tests of money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import make_user
from manyuan.facts.accounts.tests.town import PASSWORD, Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.work.money.accounts import give_account
from manyuan.work.money.claims import Asked, approve_claims, reserve_claims
from manyuan.work.money.funds import open_fund, set_budget, set_line
from manyuan.work.money.models import Batch, Claim, Fund
from manyuan.work.money.payments import export_batch, make_batch

BY = system("test")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass
class Treasury:
    """drafter, second, third and fourth are people of the city; the line P of the fund has 600 of its 1,000 yuan."""

    town: Town
    fund: Fund
    drafter: Actor
    second: Actor
    third: Actor
    fourth: Actor
    clock: list[datetime]

    def now(self, days: int = 0) -> datetime:
        self.clock[0] += timedelta(minutes=1, days=days)
        return self.clock[0]

    def firm(self, which: str = "firm_east") -> Actor:
        return Actor(id=None, label="firm", role=actor_of(self.town["enterprise"]).role, enterprise_ids=frozenset({getattr(self.town, which).pk}))

    def ask(self, reference: str = "a", fen: int = 100_00, firm: str = "firm_east", **more: Any) -> Asked:
        more = {"drafted_by_id": self.drafter.id, **more}
        return Asked(reference, f"研发奖补 {reference}", fen, enterprise_id=getattr(self.town, firm).pk, **more)

    def reserve(self, *asked: Asked, rule: str = "refuse", line: str = "P") -> list[Claim]:
        return reserve_claims(fund=self.fund, year=2026, line=line, asked=asked, rule=rule, by=BY, now=self.now())

    def approved(self, *asked: Asked) -> list[Claim]:
        claims = self.reserve(*asked)
        self.approve(claims)
        return [Claim.objects.get(pk=one.pk) for one in claims]

    def approve(self, claims: Sequence[Claim]) -> None:
        for by in (self.second, self.third):
            approve_claims(claims=claims, by=by, now=self.now())

    def account(self, firm: str = "firm_east", number: str = "6222 0001 2345 6789", holder: str = "东企") -> Any:
        return give_account(owner=getattr(self.town, firm), holder=holder, bank="示范银行", number=number, by=self.firm(firm), now=self.now())

    def sent(self, *asked: Asked) -> Batch:
        """A batch of approved claims, exported."""
        self.account()
        self.approved(*(asked or (self.ask("a"), self.ask("b", 50_00))))
        batch = make_batch(fund=self.fund, year=2026, by=self.drafter, now=self.now())
        export_batch(batch=batch, format="csv", by=self.drafter, now=self.now())
        return Batch.objects.get(pk=batch.pk)

    def claim(self, reference: str = "a") -> Claim:
        return Claim.objects.get(reference=reference)


@pytest.fixture
def treasury(db: Any) -> Treasury:
    town = build_town()
    city = Organisation.objects.get(kind="city")
    people = [make_user(username=name, organisation=city, password=PASSWORD, display_name=name, by=BY, now=NOW) for name in ("second", "third", "fourth")]
    fund = open_fund(code="sme", name_zh="中小企业发展资金", by=BY, now=NOW)
    set_budget(fund=fund, year=2026, fen=1_000_00, by=BY, now=NOW)
    set_line(fund=fund, year=2026, line="P", fen=600_00, by=BY, now=NOW)
    return Treasury(town, fund, actor_of(town["city"]), *(actor_of(one) for one in people), [NOW])


def results(batch: Batch, said: dict[str, str] | None = None, **columns: Any) -> bytes:
    """A bank's file for a batch: the result of each line by its claim's reference, paid where nothing is said."""
    lines = ["付款编号,金额,结果,支付日期,银行流水号,原因"]
    for one in batch.payments.select_related("claim").order_by("pk"):
        word = (said or {}).get(one.claim.reference, "成功")
        if word:
            amount = columns.get("amount", f"{one.fen / 100:.2f}")
            lines.append(f"{columns.get('key', one.key)},{amount},{word},{columns.get('day', '2026-11-23')},F{one.pk},{'' if word == '成功' else '账号有误'}")
    return "\n".join(lines).encode("utf-8-sig")
