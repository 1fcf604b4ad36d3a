"""The kernel against its slow twin, on random policies and rows: nulls, boundary values and huge numbers included."""

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from manyuan.engines import feel
from manyuan.engines.screening import (
    Amount,
    Ceiling,
    Column,
    Condition,
    FactSheet,
    Policy,
    PolicySet,
    Schema,
    Text,
    compile_set,
    explain,
    glance,
    kernel,
    screen,
)
from manyuan.engines.screening.reference import judge, settle_row

SCHEMA = Schema(
    (
        Column("id", "count"),
        Column("revenue", "money", unit="yuan"),
        Column("last revenue", "money", unit="yuan"),
        Column("研发费用", "money", unit="yuan"),
        Column("staff", "count"),
        Column("share", "rate", scale=4),
        Column("founded", "date"),
        Column("sector", "category"),
        Column("clean", "boolean"),
    )
)
EDGE = [0, 1, -1, 99, 100, 1000, 12345, 10**6, 10**8, 5 * 10**15, 2**62, -(2**62), 2**63 - 1, -(2**63)]
money = st.one_of(st.none(), st.integers(0, 10**6), st.sampled_from(EDGE))
rows = st.fixed_dictionaries(
    {
        "revenue": money,
        "last revenue": money,
        "研发费用": money,
        "staff": st.one_of(st.none(), st.integers(-2, 12)),
        "share": st.one_of(st.none(), st.integers(-3, 12000)),
        "founded": st.one_of(st.none(), st.dates(date(2019, 12, 28), date(2020, 1, 5))),
        "sector": st.sampled_from([None, "A", "B", "C", "医药"]),
        "clean": st.sampled_from([None, True, False]),
    }
)
known_rows = st.fixed_dictionaries(
    {
        "revenue": st.sampled_from([0, 100, 12345, 10**6, 10**8]),
        "last revenue": st.sampled_from([1, 100, 12345, 10**6]),
        "研发费用": st.integers(0, 10**6),
        "staff": st.integers(1, 12),
        "share": st.integers(0, 12000),
        "founded": st.dates(date(2019, 12, 28), date(2020, 1, 5)),
        "sector": st.sampled_from(["A", "B", "C", "医药"]),
        "clean": st.booleans(),
    }
)
operator = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
number = st.sampled_from(["0", "1", "-1", "0.01", "0.99", "1.00", "10", "123.45", "10000", "1000000", "0.005", "46116860184273879.04", "92233720368547758.08"])
numeric = st.one_of(
    st.sampled_from(["revenue", "last revenue", "研发费用", "staff", "share"]),
    st.tuples(st.sampled_from(["revenue", "last revenue", "研发费用"]), st.sampled_from(["+", "-"]), st.sampled_from(["revenue", "last revenue", "staff"])).map(
        " ".join
    ),
    st.tuples(st.sampled_from(["revenue", "研发费用"]), st.just("*"), st.sampled_from(["2", "0.03", "-1.5"])).map(" ".join),
)
ratio = st.tuples(
    st.sampled_from(["研发费用 / revenue", "revenue / last revenue - 1", "revenue / last revenue", "研发费用 / (revenue + last revenue)", "share / staff"]),
    operator,
    st.sampled_from(["0", "0.03", "0.5", "1", "-1", "1.15"]),
).map(" ".join)
leaf = st.one_of(
    st.tuples(numeric, operator, number).map(" ".join),
    st.tuples(number, operator, numeric).map(" ".join),
    st.tuples(numeric, operator, numeric).map(" ".join),
    ratio,
    st.tuples(st.just("founded"), operator, st.sampled_from(['date("2020-01-01")', '@"2019-12-31"'])).map(" ".join),
    st.tuples(st.just("sector"), st.sampled_from(["=", "!="]), st.sampled_from(['"A"', '"B"', '"Z"', '"医药"'])).map(" ".join),
    st.sampled_from(['sector in ("A", "C")', 'not(sector in ("A", "B", "Z"))', "clean", "not(clean)", "clean = true", "clean != true", "true", "false"]),
    st.sampled_from(
        ["staff in [1..5]", "staff in (1..5)", "staff between 2 and 8", "share in (< 0.5)", "staff in (1, 3, [5..7])", "revenue between last revenue and 10000"]
    ),
    st.sampled_from(["revenue = null", "staff != null", "sector = null", "clean = null"]),
    st.sampled_from(["string length(sector) = 1", "modulo(staff, 2) = 0", "min(revenue, last revenue) > 100", "if staff = null then true else staff > 3"]),
)
condition = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"), inner.map(lambda t: f"not({t})")
    ),
    max_leaves=4,
)
amount = st.builds(
    Amount,
    value=st.sampled_from([
        None, "5000", "revenue * 0.05", "研发费用 * 0.1 + 100.5", "min(revenue * 0.2, 500000)", "max(0, revenue - last revenue) * 0.015", "staff * 1000 / 8", "revenue / 3",
        "if staff > 5 then 100000 else 50000", 'if sector = "A" then revenue * 0.01 else 0', "revenue * share", "-5",
        'if sector = "A" then revenue * 0.01 else if staff > 5 then 研发费用 else 7', "min(if clean then 500 else revenue, 研发费用)",
        "if staff = null then 1 else staff * 10", 'if string length(sector) = 1 then 1000 else revenue', "if revenue / staff > 3 and clean then 9 else share",
    ]),
    rounding=st.sampled_from(["half-up", "half-even", "down", "up"]),
    scale=st.sampled_from([2, 0, -4]),
    cap=st.sampled_from([None, Decimal("300000"), Decimal("1234.56")]),
    floor=st.sampled_from([None, Decimal("100")]),
)  # fmt: skip


def policy(code: str, whens: list[str], pays: Amount, group: str, ceiling: str, requires: tuple[str, ...]) -> Policy:
    conditions = tuple(Condition(f"c{at}", when, f"art. {at}", Text(when, when)) for at, when in enumerate(whens))
    return Policy(code, Text(code, code), "test", "example", date(2020, 1, 1), None, conditions, pays, group=group, ceiling=ceiling, requires=requires)


sets = st.lists(
    st.tuples(st.lists(condition, min_size=1, max_size=3), amount, st.sampled_from(["", "g"]), st.sampled_from(["", "year"]), st.booleans()),
    min_size=1,
    max_size=5,
).map(
    lambda entries: PolicySet(
        tuple(
            policy(f"P{at}", whens, pays, group, ceiling, (f"P{at - 1}",) if needs and at else ())
            for at, (whens, pays, group, ceiling, needs) in enumerate(entries)
        ),
        (Ceiling("year", Decimal("5000")),),
    )
)


def sheet_of(found: list[dict]) -> FactSheet:
    kinds = {"money": pa.int64(), "count": pa.int64(), "rate": pa.int64(), "date": pa.date32(), "category": pa.string(), "boolean": pa.bool_()}
    columns = {
        column.name: pa.array([row.get(column.name, at if column.name == "id" else None) for at, row in enumerate(found)], kinds[column.kind])
        for column in SCHEMA.columns
    }
    return FactSheet(pa.table(columns), SCHEMA)


def agree(policies: PolicySet, sheet: FactSheet) -> None:
    result = screen(policies, sheet, threads=1, block=64)
    for row in range(sheet.rows):
        facts = sheet.row(row)
        judged = {one.code: judge(one, facts) for one in policies.policies}
        for code, (outcome, net) in settle_row(policies, judged).items():
            assert result.outcome(row, code)[:2] == (outcome, net), (code, facts, policies[code])


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(sets, st.lists(rows, min_size=1, max_size=70))
def test_the_kernel_agrees_with_the_interpreter(policies, found):
    agree(policies, sheet_of(found))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(sets, st.lists(rows, min_size=1, max_size=3))
def test_a_glance_says_of_each_policy_what_its_explanation_says(policies, found):
    sheet = sheet_of(found)
    compiled = compile_set(policies, SCHEMA)
    for row in range(sheet.rows):
        for seen in glance(compiled, sheet, row):
            whole = explain(seen.policy, sheet, row)
            assert (seen.outcome, seen.truths, seen.change()) == (whole.outcome, tuple(step.truth for step in whole.steps), whole.change())
            assert seen.missing == (whole.missing if whole.outcome == "undetermined" else ())


@settings(max_examples=150, deadline=None)
@given(condition, known_rows)
def test_where_everything_is_known_the_outcome_is_feels_own(when, row):
    sheet = sheet_of([row])
    found = feel.evaluate_with_notes(feel.parse(when, names=SCHEMA.names), sheet.row(0))
    assume(not found.notes)  # a comparison with what cannot be computed is unknown here, false in FEEL
    value = found.value
    result = screen(PolicySet((policy("P", [when], Amount(), "", "", ()),)), sheet)
    expected = {True: "entitled", False: "near", None: "undetermined"}[value]
    assert result.outcome(0, "P")[0] == expected


def test_an_injected_fault_in_the_kernel_is_caught(monkeypatch):
    """> instead of >= in the comparison kernel: the boundary row must differ from the interpreter's."""
    right = kernel.screen_tiles

    def wrong(begin, end, rows, live, sources, widths, packs, sets, compares, *rest):
        at_least = np.isin(compares[:, 0], (kernel.AT_LEAST_32, kernel.AT_LEAST_64))
        shifted = np.where((np.arange(5) == 2) & at_least[:, None], compares + 1, compares)
        right(begin, end, rows, live, sources, widths, packs, sets, shifted, *rest)

    monkeypatch.setattr(kernel, "screen_tiles", wrong)
    sheet = sheet_of([{"staff": 4}, {"staff": 5}, {"staff": 6}])
    with pytest.raises(AssertionError):
        agree(PolicySet((policy("P", ["staff >= 5"], Amount("1000"), "", "", ()),)), sheet)


@pytest.mark.parametrize("value", [4, 5, 6])
def test_a_boundary_is_met_exactly(value):
    sheet = sheet_of([{"staff": value}])
    result = screen(PolicySet((policy("P", ["staff >= 5"], Amount("1000"), "", "", ()),)), sheet)
    assert result.outcome(0, "P")[0] == ("near" if value == 4 else "entitled")


def test_a_missing_fact_leaves_the_outcome_open_and_a_known_no_settles_it():
    policies = PolicySet((policy("P", ["staff >= 5", 'sector = "A"'], Amount("1000"), "", "", ()),))
    sheet = sheet_of([{"staff": 9, "sector": None}, {"staff": 1, "sector": None}, {"staff": 1, "sector": "A"}, {"staff": 1, "sector": "B"}])
    assert [screen(policies, sheet).outcome(row, "P")[0] for row in range(4)] == ["undetermined", "refused", "near", "refused"]
