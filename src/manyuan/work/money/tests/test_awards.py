"""The park award fund: parks as recipients, approved and paid like every claim, and looked at afterwards."""

from __future__ import annotations

from datetime import date

import pytest

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import NotAllowed
from manyuan.work.money import awards, payments
from manyuan.work.money.accounts import give_account
from manyuan.work.money.claims import approve_claims
from manyuan.work.money.errors import OwnWork, ReasonMissing, Short, TooMuch, WrongRecipient, WrongState
from manyuan.work.money.funds import open_fund, set_budget
from manyuan.work.money.models import Claim
from manyuan.work.money.queries import use_reports_waiting, visible_claims, visible_funds
from manyuan.work.money.reconciling import reconcile
from manyuan.work.money.results import take_results
from manyuan.work.money.tests.conftest import BY, results


@pytest.fixture
def fund(treasury):
    fund = open_fund(code="park-award", name_zh="园区奖补资金", recipients="parks", limit_fen=300_00, by=BY, now=treasury.now())
    set_budget(fund=fund, year=2026, fen=1_000_00, by=BY, now=treasury.now())
    return fund


def drafted(treasury, fund, *sums):
    parks = (treasury.town.east, treasury.town.west)
    return awards.draft_awards(
        fund=fund, year=2026, awards=list(zip(parks, sums, strict=False)), title="园区提质增效奖补", by=treasury.drafter, now=treasury.now()
    )


def paid(treasury, fund):
    claims = drafted(treasury, fund, 200_00)
    treasury.approve(claims)
    committee = actor_of(treasury.town["committee"])
    give_account(owner=treasury.town.east, holder="东园管委会", bank="示范银行", number="62220001", by=committee, now=treasury.now())
    batch = payments.make_batch(fund=fund, year=2026, by=treasury.drafter, now=treasury.now())
    payments.export_batch(batch=batch, format="xlsx", by=treasury.drafter, now=treasury.now())
    take_results(batch=batch, content=results(batch), filename="x.csv", today=date(2026, 11, 23), by=treasury.drafter, now=treasury.now())
    return Claim.objects.get(), committee


def test_an_award_reserves_its_money_and_above_the_limit_three_approve(treasury, fund):
    small, large = drafted(treasury, fund, 200_00, 300_01)
    assert (small.needs, large.needs) == (2, 3)
    treasury.approve([small, large])
    assert [one.state for one in Claim.objects.order_by("pk")] == ["approved", "reserved"]
    assert not reconcile(fund)


def test_awards_are_all_or_none_and_only_for_parks(treasury, fund):
    with pytest.raises(Short):
        drafted(treasury, fund, 900_00, 100_01)
    assert not Claim.objects.exists()
    with pytest.raises(WrongRecipient):
        drafted(treasury, treasury.fund, 1_00)
    with pytest.raises(NotAllowed):
        awards.draft_awards(fund=fund, year=2026, awards=[(treasury.town.east, 1)], title="x", by=BY, now=treasury.now())


def test_who_drafted_an_award_does_not_approve_it(treasury, fund):
    with pytest.raises(OwnWork):
        approve_claims(claims=drafted(treasury, fund, 1_00), by=treasury.drafter, now=treasury.now())


def test_the_use_of_an_award_is_reported_and_checked_by_another(treasury, fund):
    claim, committee = paid(treasury, fund)
    give = {"claim": claim, "text": "建设中试平台", "proof": "合同 2026-11", "by": committee, "now": treasury.now()}
    with pytest.raises(TooMuch):
        awards.report_use(**{**give, "used_fen": 200_01})
    with pytest.raises(ReasonMissing):
        awards.report_use(**{**give, "used_fen": 1, "proof": " "})
    with pytest.raises(NotAllowed):
        awards.report_use(**{**give, "used_fen": 1, "by": actor_of(treasury.town["committee_west"])})
    report = awards.report_use(**give, used_fen=150_00)
    assert list(use_reports_waiting(treasury.second)) == [report]
    with pytest.raises(WrongState):
        awards.report_use(**give, used_fen=150_00)
    with pytest.raises(OwnWork):
        awards.check_use(report=report, agreed=True, reason="", by=treasury.drafter, now=treasury.now())
    with pytest.raises(ReasonMissing):
        awards.check_use(report=report, agreed=False, reason="", by=treasury.second, now=treasury.now())
    assert awards.check_use(report=report, agreed=False, reason="合同与用途不符", by=treasury.second, now=treasury.now()).state == "refused"
    awards.check_use(report=awards.report_use(**give, used_fen=180_00), agreed=True, reason="", by=treasury.third, now=treasury.now())
    assert [one.state for one in claim.use_reports.all()] == ["agreed", "refused"]


def test_a_park_sees_its_awards_and_no_other(treasury, fund):
    drafted(treasury, fund, 1_00, 2_00)
    assert [one.amount_fen for one in visible_claims(actor_of(treasury.town["committee"]))] == [1_00]
    assert [one.code for one in visible_funds(actor_of(treasury.town["committee"]))] == ["park-award"]
    assert not visible_funds(treasury.firm()).exists()
