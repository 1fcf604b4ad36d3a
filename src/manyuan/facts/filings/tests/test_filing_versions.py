"""Corrections are new versions; every reading can be asked as known at a moment; missing is not zero; money is exact."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.facts.audit.actors import system
from manyuan.facts.filings.definition import definition_of, in_formula
from manyuan.facts.filings.models import Filing, FilingVersion
from manyuan.facts.filings.queries import values_in_force, versions_of
from manyuan.facts.filings.services import approve_filings, lock_filings, return_filings, submit_filings, unlock_filings
from manyuan.facts.filings.templates import shown
from manyuan.facts.filings.tests.conftest import RIGHT, pack_form

SECOND = timedelta(microseconds=1)


def _in_force(known_at=None, period: str = "2025") -> dict[int, dict]:
    found = [(filing.enterprise_id, values) for filing, values, _ in values_in_force("enterprise-annual", period, known_at)]
    assert len(found) == len(dict(found))  # a firm's figures are read once
    return dict(found)


def test_a_figure_counts_from_the_lock_and_not_before(desk):
    firm = desk.firms["alpha"].pk
    desk.fill(desk.filing("alpha"))
    assert _in_force() == {}
    moment = desk.lock(desk.filing("alpha"))
    assert _in_force() == {firm: RIGHT} == _in_force(moment)
    assert _in_force(moment - SECOND) == {}


def test_a_correction_is_a_new_version_and_both_can_be_read(desk):
    firm = desk.firms["alpha"].pk
    desk.fill(desk.filing("alpha"))
    first = desk.lock(desk.filing("alpha"))
    unlock_filings(filings=[desk.filing("alpha")], reason="漏报", by=desk.people["city"], now=desk.now())
    assert _in_force() == {firm: RIGHT}  # unlocked, what was locked still counts
    desk.fill(desk.filing("alpha"), tax=200)
    assert _in_force()[firm]["tax"] == 100
    second = desk.lock(desk.filing("alpha"))

    assert _in_force()[firm]["tax"] == 200 == _in_force(second)[firm]["tax"]
    assert _in_force(second - SECOND)[firm]["tax"] == 100 == _in_force(first)[firm]["tax"]
    assert _in_force(first - SECOND) == {}
    assert [(v.number, v.values["tax"]) for v in versions_of(desk.filing("alpha"))] == [(2, 200), (1, 100)]


def test_a_correction_of_a_correction_that_was_never_locked_is_not_in_force_at_any_moment(desk):
    firm = desk.firms["alpha"].pk
    desk.fill(desk.filing("alpha"))
    desk.lock(desk.filing("alpha"))
    unlock_filings(filings=[desk.filing("alpha")], reason="漏报", by=desk.people["city"], now=desk.now())
    desk.fill(desk.filing("alpha"), tax=200)
    submit_filings(filings=[desk.filing("alpha")], by=system(), now=desk.now())
    return_filings(filings=[desk.filing("alpha")], reason="还不对", by=desk.people["committee"], now=desk.now())
    desk.fill(desk.filing("alpha"), tax=300)
    last = desk.lock(desk.filing("alpha"))
    read = [_in_force(last + timedelta(minutes=m))[firm]["tax"] for m in range(-4, 2)]
    assert read == [100, 100, 100, 100, 300, 300]


def test_unlocked_and_locked_again_without_a_change_keeps_the_first_moment(desk):
    desk.fill(desk.filing("alpha"))
    first = desk.lock(desk.filing("alpha"))
    unlock_filings(filings=[desk.filing("alpha")], reason="复核", by=desk.people["city"], now=desk.now())
    desk.lock(desk.filing("alpha"))
    row = desk.filing("alpha")
    assert FilingVersion.objects.filter(filing=row).count() == 1
    assert row.in_force_id == row.latest_id and row.in_force.locked_at == first


def test_as_known_now_and_as_known_at_this_moment_are_the_same(desk):
    for name in ("alpha", "beta", "gamma"):
        desk.fill(desk.filing(name), tax=len(name))
    desk.lock(desk.filing("alpha"), desk.filing("gamma"))
    unlock_filings(filings=[desk.filing("gamma")], reason="更正", by=desk.people["city"], now=desk.now())
    desk.fill(desk.filing("gamma"), tax=77)
    desk.lock(desk.filing("gamma"))
    assert _in_force() == _in_force(desk.now())
    assert set(_in_force()) == {desk.firms["alpha"].pk, desk.firms["gamma"].pk}


def test_a_correction_can_take_a_value_away_again(desk):
    firm = desk.firms["alpha"].pk
    desk.fill(desk.filing("alpha"), exports=0, rd_spend=500)
    first = desk.lock(desk.filing("alpha"))
    unlock_filings(filings=[desk.filing("alpha")], reason="更正", by=desk.people["city"], now=desk.now())
    desk.fill(desk.filing("alpha"), exports=None)
    desk.lock(desk.filing("alpha"))
    assert "exports" not in _in_force()[firm] and "rd_spend" not in _in_force()[firm]
    assert (_in_force(first)[firm]["exports"], _in_force(first)[firm]["rd_spend"]) == (0, 500)


def test_zero_and_missing_are_told_apart(desk):
    definition = definition_of("enterprise-annual", 1, pack_form("enterprise-annual"))
    desk.fill(desk.filing("alpha"), exports=0)
    assert desk.fill(desk.filing("alpha"), exports=None) == 1  # not the same figures: zero went
    scope = definition.scope(desk.filing("alpha").latest.values)
    assert scope["exports"] is None and scope["tax"] == 1
    assert definition.scope({**RIGHT, "exports": 0})["exports"] == 0
    assert shown(definition.field("exports"), None, "zh") == "–"
    assert shown(definition.field("exports"), 0, "zh") == "0 万元"


def test_a_check_on_missing_values_says_nothing(desk):
    definition = definition_of("enterprise-annual", 1, pack_form("enterprise-annual"))
    assert definition.faults(RIGHT) == []
    assert definition.faults({**RIGHT, "rd_staff": 13})[0].code == "rd-staff-within-employees"
    without = {key: value for key, value in RIGHT.items() if key != "employees"}
    assert [fault.code for fault in definition.faults({**without, "rd_staff": 13})] == ["required"]


@given(st.integers(-(10**17), 10**17))
def test_money_in_a_formula_is_the_stored_fen_to_the_last_one(fen):
    field = definition_of("enterprise-annual", 1, pack_form("enterprise-annual")).field("profit")
    yuan = in_formula(field, fen)
    assert isinstance(yuan, Decimal) and int(yuan * 100) == fen and yuan * 100 == fen


@given(st.integers(-(10**17), 10**17))
def test_money_as_shown_says_every_fen(fen):
    field = definition_of("enterprise-annual", 1, pack_form("enterprise-annual")).field("profit")
    text = shown(field, fen, "zh").removesuffix("万元").strip().replace(",", "")
    assert Decimal(text) * 1_000_000 == fen


@pytest.mark.parametrize("fen", [1, 99, 10**15 + 1, 9_007_199_254_740_993, 10**17 + 3])
def test_a_large_amount_is_kept_to_the_fen(desk, fen):
    desk.fill(desk.filing("alpha"), revenue=fen)
    desk.lock(desk.filing("alpha"))
    stored = _in_force()[desk.firms["alpha"].pk]["revenue"]
    assert stored == fen and isinstance(stored, int)


def test_what_was_filed_for_another_period_or_form_is_not_read(desk):
    desk.fill(desk.filing("alpha"))
    desk.lock(desk.filing("alpha"))
    assert _in_force(period="2024") == {}
    assert list(values_in_force("six-clear-year", "2025")) == []


def test_an_approval_alone_puts_nothing_in_force(desk):
    desk.fill(desk.filing("alpha"))
    submit_filings(filings=[desk.filing("alpha")], by=system(), now=desk.now())
    approve_filings(filings=[desk.filing("alpha")], by=desk.people["committee"], now=desk.now())
    assert _in_force() == {} and desk.filing("alpha").in_force is None
    lock_filings(filings=[desk.filing("alpha")], by=desk.people["city"], now=desk.now())
    assert desk.filing("alpha").state == Filing.State.LOCKED and len(_in_force()) == 1
