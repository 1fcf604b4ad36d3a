"""The try-out names the cliffs of a policy and who stands just below each, and distributes it over the titles held."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.enterprises.services import award_title
from manyuan.work.policies.tests.conftest import BY
from manyuan.work.policies.trying import try_out

ON = date(2026, 11, 23)


def test_a_firm_four_percent_short_stands_just_below_the_cliff(office):
    office.file(office.town.firm_east, revenue=1000_00, rd_spend=200_00)
    office.file(office.town.firm_sub, revenue=960_00, rd_spend=300_00)
    version = office.published()
    found = {one.fact: one for one in try_out(version, on=ON, by=office.drafter).cliffs}
    revenue = found["revenue"]
    assert (revenue.at, revenue.clause, revenue.below, revenue.above, revenue.gain) == (Decimal(1000), "第一条", 1, 1, 30_00)
    assert (found["rd"].below, found["rd"].above) == (0, 0)


def test_a_moved_threshold_moves_the_cliff(office):
    office.file(office.town.firm_east, revenue=1000_00, rd_spend=200_00)
    version = office.published()
    found = next(one for one in try_out(version, on=ON, by=office.drafter, changes=["revenue=1010"]).cliffs if one.fact == "revenue")
    assert (found.at, found.below, found.above, found.gain) == (Decimal(1010), 1, 0, 20_00)


def test_an_enterprise_may_not_try_a_policy(office):
    version = office.published()
    with pytest.raises(NotAllowed):
        try_out(version, on=ON, by=actor_of(office.town["enterprise"]))


def test_who_holds_two_titles_of_the_ladder_counts_on_the_higher_one(office):
    for title in ("innovative-sme", "srdi-sme"):
        award_title(
            enterprise=office.town.firm_east,
            kind=title,
            valid_from=date(2025, 1, 1),
            valid_to=None,
            proof="批文",
            source="市级",
            mark="V",
            by=BY,
            now=office.now(),
        )
    for firm in (office.town.firm_east, office.town.firm_sub):
        office.file(firm, revenue=2000_00, rd_spend=200_00)
    found = try_out(office.published(), on=ON, by=office.drafter).outcome
    assert found.by["tier"] == {"srdi": (1, 20_00), "none": (1, 20_00)}
