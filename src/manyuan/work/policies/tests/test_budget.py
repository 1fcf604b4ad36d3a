"""No yuan beyond the fund: what is entitled is kept, what is approved is reserved, in the order and the share that the policy says."""

from __future__ import annotations

import pytest

from manyuan.facts.audit.actors import Actor, Role
from manyuan.work.money.claims import release_claims
from manyuan.work.money.errors import BelowBound, Short, UnknownFund
from manyuan.work.money.funds import fund_named, set_budget
from manyuan.work.money.models import Claim
from manyuan.work.money.queries import standing
from manyuan.work.money.reconciling import reconcile
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.errors import BudgetShort
from manyuan.work.policies.funding import budget_left
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.tests.conftest import BY


def cleared(office, **delivery):
    """Two firms, 20 and 30 yuan, that said yes in this order and wait for approval."""
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    office.file(office.town.firm_sub, revenue=2000_00, rd_spend=300_00)
    version = office.published(objection_days=0, **delivery)
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    for firm in (office.town.firm_east, office.town.firm_sub):
        by = Actor(id=None, label="firm", role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}))
        deliver.accept_entitlement(entitlement=office.entitlement(firm), by=by, now=office.now())
    deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    return version, [office.entitlement(office.town.firm_east), office.entitlement(office.town.firm_sub)]


def line(code="RD"):
    return standing(fund_named("test"), 2026)[1][code]


def approve(office, rows):
    for who in (office.second, office.third):
        deliver.approve_entitlements(entitlements=rows, by=who, now=office.now())


def test_publishing_gives_the_policy_its_line_and_screening_keeps_the_money(office):
    cleared(office, budget="40")
    assert (line().budget, line().earmarked, line().free) == (40_00, 40_00, 0)
    assert standing(fund_named("test"), 2026)[0].budget == 100_000_00


def test_the_screening_says_what_is_missing(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=500_00)
    version = office.published(budget="40")
    assert office.screen(version).counts["RD"]["short"] == 10_00


def test_a_policy_cannot_be_published_without_a_fund_or_beyond_it(office):
    with pytest.raises(UnknownFund):
        office.published(fund="nowhere")
    assert not PolicyVersion.objects.filter(state="published").exists()
    with pytest.raises(Short):
        office.published("OTHER", budget="100000.01")
    assert not PolicyVersion.objects.filter(state="published").exists()


def test_a_policy_without_its_own_budget_draws_on_what_the_fund_shares(office):
    version, rows = cleared(office)
    assert standing(fund_named("test"), 2026)[1][""].earmarked == 50_00
    approve(office, rows)
    assert standing(fund_named("test"), 2026)[1][""].approved == 50_00
    assert budget_left(version, 2026) == 100_000_00 - 50_00


@pytest.mark.parametrize(("rule", "fits"), [("queue", [20_00]), ("priority", [30_00]), ("pro-rata", [20_00, 30_00]), ("refuse", [])])
def test_who_is_paid_when_money_runs_short_is_the_policys_rule(office, rule, fits):
    version, rows = cleared(office, budget="40", shortfall=rule)
    assert [row.amount_fen for row in deliver.fitting(version, rows, 2026)] == fits


def test_what_fits_is_all_of_them_where_there_is_enough(office):
    version, rows = cleared(office, budget="50", shortfall="queue")
    assert deliver.fitting(version, rows, 2026) == rows


def test_pro_rata_gives_everybody_the_same_share_also_one_after_the_other(office):
    _, rows = cleared(office, budget="40", shortfall="pro-rata")
    approve(office, rows[:1])
    approve(office, [office.entitlement(office.town.firm_sub)])
    given = [office.entitlement(firm).due_fen for firm in (office.town.firm_east, office.town.firm_sub)]
    assert given == [16_00, 24_00]  # four fifths of 20 and of 30
    assert (line().approved, line().free, line().earmarked) == (40_00, 0, 0)
    assert not reconcile(fund_named("test"))


def test_an_approval_beyond_the_budget_is_refused_and_nothing_of_it_stays(office):
    version, rows = cleared(office, budget="40", shortfall="queue")
    with pytest.raises(BudgetShort) as found:
        deliver.approve_entitlements(entitlements=rows, by=office.second, now=office.now())
    assert "40.00" in found.value.message("en") and "50.00" in found.value.message("zh-hans")
    assert not Claim.objects.exists()
    approve(office, rows[:1])
    assert office.entitlement(office.town.firm_east).state == "approved"
    assert budget_left(version, 2026) == 20_00
    with pytest.raises(BudgetShort):
        deliver.approve_entitlements(entitlements=rows[1:], by=office.second, now=office.now())
    assert office.entitlement(office.town.firm_sub).state == "cleared"


def test_a_rejection_between_two_approvals_frees_the_money(office):
    _, rows = cleared(office, budget="40", shortfall="queue")
    deliver.approve_entitlements(entitlements=rows[:1], by=office.second, now=office.now())
    assert (line().reserved, line().earmarked) == (20_00, 20_00)
    deliver.reject_entitlement(entitlement=rows[0], reason="已注销", by=office.second, now=office.now())
    assert (line().reserved, line().earmarked, line().free) == (0, 30_00, 10_00)
    assert Claim.objects.get().state == "released" and not reconcile(fund_named("test"))


def test_a_new_version_cannot_cut_the_budget_below_what_is_bound(office):
    version, rows = cleared(office, budget="100", shortfall="queue")
    approve(office, rows[:1])
    with pytest.raises(BelowBound):
        office.published(budget="10")
    assert PolicyVersion.objects.get(state="published").pk == version.pk
    PolicyVersion.objects.filter(state="review").delete()
    office.published(budget="25")
    assert (line().budget, line().approved) == (25_00, 20_00)


def test_a_new_version_with_another_fund_takes_its_money_from_there(office):
    from manyuan.work.money.funds import open_fund

    office.published(budget="40")
    other = open_fund(code="other", name_zh="另一资金", by=BY, now=office.now())
    set_budget(fund=other, year=2026, fen=70_00, by=BY, now=office.now())
    office.published(budget="60", fund="other")
    assert line().budget == 0 and standing(other, 2026)[1]["RD"].budget == 60_00


def test_a_year_without_a_budget_keeps_nothing_and_says_so(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published(budget="40")
    office.later(60)
    assert office.screen(version, cause="nightly").counts["RD"]["short"] == 20_00
    set_budget(fund=fund_named("test"), year=2027, fen=1_000_00, by=BY, now=office.now())
    assert office.screen(version, cause="nightly").counts["RD"]["short"] == 0
    assert standing(fund_named("test"), 2027)[1]["RD"].earmarked == 20_00


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [("paid", "approved", "paid"), ("returned", "approved", "returned"), ("recalled", "paid", "recalled"), ("released", "approved", "rejected")],
)
def test_what_the_fund_reports_moves_the_entitlement_once(office, what, before, after):
    _, rows = cleared(office, budget="100")
    approve(office, rows)
    if before != "approved":
        deliver.note_payment(references=[f"entitlement/{rows[0].pk}"], what=before, by=BY, now=office.now())
    if what == "released":
        release_claims(claims=[office.entitlement(office.town.firm_east).claim], reason="x", by=BY, now=office.now())
    assert [deliver.note_payment(references=[f"entitlement/{rows[0].pk}"], what=what, notes=["n"], by=BY, now=office.now()) for _ in range(2)] == [1, 0]
    row = office.entitlement(office.town.firm_east)
    assert (row.state, row.steps.last().note) == (after, "n")
