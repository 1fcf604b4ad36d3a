"""The ledger: balances are derived, nothing goes below nought, nothing is changed afterwards, budgets are changed by postings only."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from manyuan.facts.audit.actors import NotAllowed
from manyuan.work.money import funds, ledger
from manyuan.work.money.errors import BelowBound, Short, UnknownFund, WrongFund
from manyuan.work.money.ledger import Kind, Move
from manyuan.work.money.models import AppendOnly, Posting, Transfer
from manyuan.work.money.queries import left_of, standing
from manyuan.work.money.shortfall import RULES, settle
from manyuan.work.money.tests.conftest import BY


def test_a_budget_is_what_was_granted_and_lines_share_it(treasury):
    whole, lines = standing(treasury.fund, 2026)
    assert (whole.budget, whole.free) == (1_000_00, 1_000_00)
    assert (lines[""].free, lines["P"].free, lines["P"].budget) == (400_00, 600_00, 600_00)
    funds.set_budget(fund=treasury.fund, year=2026, fen=700_00, by=BY, now=treasury.now())
    assert standing(treasury.fund, 2026)[1][""].free == 100_00


def test_a_budget_is_not_cut_below_what_is_shared_out_nor_a_line_below_what_is_bound(treasury):
    with pytest.raises(BelowBound) as found:
        funds.set_budget(fund=treasury.fund, year=2026, fen=599_00, by=BY, now=treasury.now())
    assert "600.00" in found.value.message("zh-hans") and "599.00" in found.value.message("en")
    treasury.reserve(treasury.ask(fen=250_00))
    funds.earmark(fund=treasury.fund, year=2026, line="P", wanted_fen=300_00, by=BY, now=treasury.now())
    with pytest.raises(BelowBound):
        funds.set_line(fund=treasury.fund, year=2026, line="P", fen=249_99, by=BY, now=treasury.now())
    funds.set_line(fund=treasury.fund, year=2026, line="P", fen=260_00, by=BY, now=treasury.now())
    line = standing(treasury.fund, 2026)[1]["P"]
    assert (line.budget, line.free, line.earmarked, line.reserved) == (260_00, 0, 10_00, 250_00)


def test_a_line_cannot_have_more_than_the_fund_has_left(treasury):
    with pytest.raises(Short) as found:
        funds.set_line(fund=treasury.fund, year=2026, line="Q", fen=400_01, by=BY, now=treasury.now())
    assert "400.00" in found.value.message("zh-hans")
    assert left_of(treasury.fund, 2026, "Q") == 0


def test_an_earmark_keeps_what_there_is_and_says_what_is_missing(treasury):
    assert funds.earmark(fund=treasury.fund, year=2026, line="P", wanted_fen=500_00, by=BY, now=treasury.now()) == 0
    assert funds.earmark(fund=treasury.fund, year=2026, line="P", wanted_fen=750_00, by=BY, now=treasury.now()) == 150_00
    assert standing(treasury.fund, 2026)[1]["P"].earmarked == 600_00
    assert funds.earmark(fund=treasury.fund, year=2026, line="P", wanted_fen=100_00, by=BY, now=treasury.now()) == 0
    assert standing(treasury.fund, 2026)[1]["P"].free == 500_00


def test_nothing_goes_below_nought_and_a_refused_posting_leaves_nothing(treasury):
    moves = [Move(2026, "P", Kind.AVAILABLE, Kind.RESERVED, 400_00), Move(2026, "P", Kind.AVAILABLE, Kind.RESERVED, 200_01)]
    before = (Posting.objects.count(), Transfer.objects.count())
    with pytest.raises(Short):
        ledger.post(fund=treasury.fund, key="k", act="test", moves=moves, by=BY, now=treasury.now())
    assert (Posting.objects.count(), Transfer.objects.count()) == before


def test_one_key_is_one_posting(treasury):
    moves = [Move(2026, "P", Kind.AVAILABLE, Kind.RESERVED, 10_00)]
    for _ in range(3):
        ledger.post(fund=treasury.fund, key="once", act="test", moves=moves, by=BY, now=treasury.now())
    assert ledger.balance(treasury.fund, 2026, "P", Kind.RESERVED) == 10_00


@pytest.mark.parametrize("fen", [0, -1])
def test_a_move_of_nothing_is_a_defect(treasury, fen):
    with pytest.raises(ValueError, match="more than nothing"):
        ledger.post(fund=treasury.fund, key="k", act="t", moves=[Move(2026, "P", Kind.AVAILABLE, Kind.RESERVED, fen)], by=BY, now=treasury.now())


def test_the_ledger_is_only_added_to(treasury):
    with pytest.raises(AppendOnly):
        Transfer.objects.update(fen=1)
    with pytest.raises(AppendOnly):
        Posting.objects.all().delete()
    for table in ("money_transfer", "money_posting"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1000"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"code": ""}, "code"), ({"name_zh": " "}, "code"), ({"recipients": "people"}, "recipients")],
)
def test_a_fund_that_cannot_be_is_refused_with_its_field(treasury, change, field):
    with pytest.raises(WrongFund) as found:
        funds.open_fund(**{"code": "x", "name_zh": "资金", "by": BY, "now": treasury.now(), **change})
    assert field in found.value.field


@pytest.mark.parametrize("text", ["-1", "1.234", "abc", "", "1e30", "NaN", "Infinity"])
def test_an_amount_that_is_none_is_refused(text):
    with pytest.raises(WrongFund):
        funds.fen_of(text)


def test_an_amount_is_read_as_people_write_it():
    assert funds.fen_of("1,234，567.5") == 1_234_567_50


def test_an_unknown_fund_names_those_that_there_are(treasury):
    with pytest.raises(UnknownFund) as found:
        funds.fund_named("nope")
    assert "sme" in found.value.message("zh-hans")


def test_funds_of_a_pack_are_opened_once_and_a_budget_that_stands_stays(treasury):
    given = [{"code": "sme", "zh": "中小", "budget": 5}, {"code": "award", "zh": "奖补", "recipients": "parks", "budget": "500", "limit": 100}]
    for _ in range(2):
        funds.open_funds(given=given, year=2026, by=BY, now=treasury.now())
    assert standing(treasury.fund, 2026)[0].budget == 1_000_00
    award = funds.fund_named("award")
    assert (standing(award, 2026)[0].budget, award.limit_fen, award.recipients) == (500_00, 100_00, "parks")


def test_only_the_city_runs_funds(treasury):
    for act in (
        lambda: funds.set_budget(fund=treasury.fund, year=2026, fen=1, by=treasury.firm(), now=treasury.now()),
        lambda: funds.open_fund(code="x", name_zh="x", by=treasury.firm(), now=treasury.now()),
        lambda: funds.set_line(fund=treasury.fund, year=2026, line="P", fen=1, by=treasury.firm(), now=treasury.now()),
        lambda: funds.earmark(fund=treasury.fund, year=2026, line="P", wanted_fen=1, by=treasury.firm(), now=treasury.now()),
    ):
        with pytest.raises(NotAllowed):
            act()


@given(st.lists(st.integers(0, 10**9), max_size=30), st.integers(0, 10**10), st.sampled_from(RULES))
def test_no_rule_gives_more_than_there_is_or_was_asked(asked, left, rule):
    found = settle(asked, left, rule)
    assert sum(found) <= left or sum(asked) == 0
    assert all(0 <= one <= wanted for one, wanted in zip(found, asked, strict=True))
    if sum(asked) <= left:
        assert found == asked
    elif rule == "pro-rata":
        assert sum(found) == left  # to the fen
    elif rule == "refuse":
        assert not any(found)


def test_the_share_is_the_same_for_all_to_the_fen():
    assert settle([100, 100, 100], 100, "pro-rata") == [34, 33, 33]
    assert settle([1, 2, 7], 5, "pro-rata") == [1, 1, 3]


def test_a_queue_stops_at_the_first_that_no_longer_fits():
    assert settle([60, 50, 10], 100, "queue") == [60, 0, 0]
