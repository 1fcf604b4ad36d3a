"""No yuan beyond the year's budget: what is approved stays within it, in the order that the policy says."""

from __future__ import annotations

import pytest

from manyuan.facts.audit.actors import Actor, Role
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.errors import BudgetShort
from manyuan.work.policies.models import Approval
from manyuan.work.policies.queries import budget_left


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


@pytest.mark.parametrize(("rule", "fits"), [("queue", [20_00]), ("priority", [30_00]), ("pro-rata", [20_00, 30_00]), ("refuse", [20_00, 30_00])])
def test_who_is_paid_when_money_runs_short_is_the_policys_rule(office, rule, fits):
    version, rows = cleared(office, budget="40", shortfall=rule)
    assert [row.amount_fen for row in deliver.fitting(version, rows, 2026)] == fits


def test_what_fits_is_all_of_them_where_there_is_enough_or_no_budget(office):
    version, rows = cleared(office, budget="50", shortfall="queue")
    assert deliver.fitting(version, rows, 2026) == rows


def test_an_approval_beyond_the_budget_is_refused_and_nothing_of_it_stays(office):
    version, rows = cleared(office, budget="40", shortfall="queue")
    with pytest.raises(BudgetShort) as found:
        deliver.approve_entitlements(entitlements=rows, by=office.second, now=office.now())
    assert "40.00" in found.value.message("en") and "50.00" in found.value.message("zh-hans")
    assert not Approval.objects.exists()
    for who in (office.second, office.third):
        deliver.approve_entitlements(entitlements=rows[:1], by=who, now=office.now())
    assert office.entitlement(office.town.firm_east).state == "approved"
    assert budget_left(version, 2026) == 20_00
    with pytest.raises(BudgetShort):
        deliver.approve_entitlements(entitlements=rows[1:], by=office.second, now=office.now())
    assert office.entitlement(office.town.firm_sub).state == "cleared"


def test_a_budget_cut_below_what_is_approved_stops_the_rest(office):
    version, rows = cleared(office, budget="100", shortfall="queue")
    for who in (office.second, office.third):
        deliver.approve_entitlements(entitlements=rows[:1], by=who, now=office.now())
    version.delivery["budget_fen"] = 10_00
    version.save()
    assert budget_left(version, 2026) == -10_00
    with pytest.raises(BudgetShort):
        deliver.approve_entitlements(entitlements=rows[1:], by=office.second, now=office.now())
