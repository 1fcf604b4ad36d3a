"""After a merge or a split the park where a firm now sits answers for what is owed of later periods; earlier ones stay as they were."""

from __future__ import annotations

from datetime import date

import pytest

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.park_changes import merge_parks, split_park
from manyuan.facts.enterprises.services import leave_park, settle_enterprise
from manyuan.facts.filings.following import follow_firms, follow_moves
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.opening import open_period
from manyuan.facts.filings.queries import counts_by_park
from manyuan.facts.filings.tests.conftest import NOW, everything
from manyuan.facts.parks.models import Park
from manyuan.facts.parks.services import NewPark

MERGED = date(2025, 1, 1)


@pytest.fixture
def years(desk):
    for period in ("2023", "2024"):
        open_period(form=desk.annual, period=period, by=system(), now=NOW)
    return desk


def _merge(desk, on: date = MERGED):
    change = merge_parks(sources=[desk.town.east], into=desk.town.west, effective_on=on, reason="合并", by=system(), now=desk.now())
    return follow_moves(change_id=change.pk, effective_on=on, now=desk.now()), change


def _park(desk, firm: str, period: str) -> Park:
    return desk.filing(firm, period).park


def test_filings_of_later_periods_go_to_the_merged_park(years):
    moved, _ = _merge(years)
    town = years.town
    assert moved == 3  # alpha, beta and the town's own firm, one later period each
    assert _park(years, "alpha", "2025") == town.west
    assert [_park(years, "alpha", period) for period in ("2023", "2024")] == [town.east, town.east]
    assert _park(years, "gamma", "2025") == town.east_sub  # the sub-park lives on, now under the west park


@pytest.mark.parametrize(
    ("on", "follows"),
    [(date(2024, 12, 31), {"2024", "2025"}), (date(2025, 1, 1), {"2025"}), (date(2025, 12, 31), {"2025"}), (date(2026, 1, 1), set())],
)
def test_a_period_follows_when_its_last_day_is_on_or_after_the_merge(years, on, follows):
    _merge(years, on)
    assert {period for period in ("2023", "2024", "2025") if _park(years, "alpha", period) == years.town.west} == follows


def test_following_twice_is_following_once(years):
    moved, change = _merge(years)
    before = everything()
    assert moved == 3
    assert follow_moves(change_id=change.pk, effective_on=MERGED, now=years.now()) == 0
    assert everything() == before
    assert AuditRecord.objects.get(action="filings.follow").after == {"count": 3}


def test_nothing_is_counted_twice_or_lost_by_a_merge(years):
    before = {period: sum(one.owed for one in counts_by_park("enterprise-annual", period, MERGED).values()) for period in ("2023", "2024", "2025")}
    _merge(years)
    after = {period: sum(one.owed for one in counts_by_park("enterprise-annual", period, MERGED).values()) for period in ("2023", "2024", "2025")}
    assert after == before
    assert years.town.east.pk not in counts_by_park("enterprise-annual", "2025", MERGED)


def test_the_new_parks_committee_works_on_what_moved_and_the_old_one_no_longer(years):
    _merge(years)
    by_new = actor_of(years.town["committee_west"])
    years.people["committee_west"] = by_new
    assert years.fill(years.filing("alpha"), by="committee_west") == 1
    years.people["committee"] = actor_of(years.town["committee"])
    before = everything()
    with pytest.raises(NotAllowed):
        years.fill(years.filing("alpha"), by="committee", tax=9)
    assert everything() == before


def test_a_locked_figure_keeps_its_value_when_its_park_is_merged(years):
    years.fill(years.filing("alpha"))
    years.lock(years.filing("alpha"))
    before = years.filing("alpha")
    _merge(years)
    after = years.filing("alpha")
    assert (after.state, after.in_force_id, after.park) == (before.state, before.in_force_id, years.town.west)


def test_a_split_sends_each_firms_filings_to_its_own_new_park(years):
    parts = [NewPark(code, name, code) for code, name in (("north", "北园"), ("south", "南园"))]
    goes = {years.firms["alpha"].pk: "north", years.firms["beta"].pk: "south", years.town.firm_east.pk: "south"}
    change = split_park(
        park=years.town.east, into=parts, tenants=goes, children={"east-sub": "north"}, effective_on=MERGED, reason="拆分", by=system(), now=years.now()
    )
    assert follow_moves(change_id=change.pk, effective_on=MERGED, now=years.now()) == 3
    assert (_park(years, "alpha", "2025").code, _park(years, "beta", "2025").code) == ("north", "south")
    assert _park(years, "alpha", "2024") == years.town.east


def test_a_second_merge_takes_them_on(years):
    _merge(years)
    third = NewPark("union", "联合园", "Union park")
    change = merge_parks(sources=[years.town.west], into=third, effective_on=date(2025, 6, 1), reason="再合并", by=system(), now=years.now())
    assert follow_moves(change_id=change.pk, effective_on=date(2025, 6, 1), now=years.now()) == 5
    assert {filing.park.code for filing in Filing.objects.filter(period="2025").exclude(park=years.town.east_sub)} == {"union"}
    assert _park(years, "alpha", "2024") == years.town.east and _park(years, "omega", "2024") == years.town.west


def test_a_firm_that_moves_again_before_the_worker_comes_keeps_its_later_park(years):
    change = merge_parks(sources=[years.town.east], into=years.town.west, effective_on=date(2024, 6, 1), reason="合并", by=system(), now=years.now())
    settle_enterprise(enterprise=years.firms["alpha"], park=years.town.east_sub, since=date(2025, 3, 1), by=system(), now=years.now())
    follow_moves(change_id=change.pk, effective_on=date(2024, 6, 1), now=years.now())
    assert _park(years, "alpha", "2024") == years.town.west
    assert _park(years, "alpha", "2025") == years.town.east_sub


def test_a_move_entered_late_takes_the_filings_of_the_periods_that_ended_after_it(years):
    settle_enterprise(enterprise=years.firms["alpha"], park=years.town.west, since=date(2024, 12, 31), by=system(), now=years.now())
    assert follow_firms(enterprise_ids=[years.firms["alpha"].pk], since=date(2024, 12, 31), now=years.now()) == 2
    assert [_park(years, "alpha", period) for period in ("2023", "2024", "2025")] == [years.town.east, years.town.west, years.town.west]
    assert _park(years, "beta", "2025") == years.town.east
    before = everything()
    assert follow_firms(enterprise_ids=[years.firms["alpha"].pk], since=date(2024, 12, 31), now=years.now()) == 0
    assert follow_firms(enterprise_ids=[], since=date(2024, 12, 31), now=years.now()) == 0
    assert everything() == before


def test_filings_of_a_firm_that_left_stay_where_they_were(years):
    leave_park(enterprise=years.firms["alpha"], on=date(2025, 3, 1), by=system(), now=years.now())
    assert follow_firms(enterprise_ids=[years.firms["alpha"].pk], since=date(2025, 3, 1), now=years.now()) == 0
    assert _park(years, "alpha", "2025") == years.town.east
