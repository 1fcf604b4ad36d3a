"""What is paid, against an oracle of its own: FEEL's value as a fraction, rounded by whole-number arithmetic, then settled row by row.

It uses nothing of the engine but FEEL and the front door, so that a mistake in the engine's amounts or settling cannot be on both sides.
"""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manyuan.engines import feel
from manyuan.engines.screening import Amount, Ceiling, Column, Condition, FactSheet, Policy, PolicySet, Schema, Text, granting, screen
from manyuan.engines.screening.plan import Plan

SCHEMA = Schema((Column("revenue", "money", unit="yuan"), Column("rate", "rate", scale=4), Column("staff", "count"), Column("listed", "boolean")))
Row = dict[str, int | bool | None]
Paid = dict[str, tuple[str, int]]


def sheet_of(rows: list[Row]) -> FactSheet:
    kinds = {"revenue": pa.int64(), "rate": pa.int64(), "staff": pa.int64(), "listed": pa.bool_()}
    return FactSheet(pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()}), SCHEMA)


def policy(code: str, when: str, pays: Amount, *, group: str = "", ceiling: str = "", requires: tuple[str, ...] = ()) -> Policy:
    return Policy(
        code,
        Text(code, code),
        "test",
        "example",
        date(2020, 1, 1),
        None,
        (Condition("c", when, "art. 1", Text(when, when)),),
        pays,
        group=group,
        ceiling=ceiling,
        requires=requires,
    )


def in_fen(value: Decimal, amount: Amount) -> int:
    """Floor and cap, then rounding (and never more than the cap), in whole numbers: value = units of 10**-scale, and a rest."""
    exact = Fraction(value)
    exact = max(exact, Fraction(amount.floor if amount.floor is not None else 0))
    if amount.cap is not None:
        exact = min(exact, Fraction(amount.cap))
    scaled = exact * Fraction(10) ** amount.scale
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    half = Fraction(rest, scaled.denominator) - Fraction(1, 2)
    up = {"down": False, "up": rest > 0, "half-up": half >= 0, "half-even": half > 0 or (half == 0 and whole % 2 == 1)}[amount.rounding]
    fen = int((whole + up) * Fraction(10) ** (2 - amount.scale))
    return fen if amount.cap is None else min(fen, int(amount.cap * 100))


def gross_of(one: Policy, row: Row) -> int | None:
    """Fen where the condition holds and the amount is known; None where the enterprise is not entitled."""
    scope: dict[str, object] = {"listed": row.get("listed")}
    for column in SCHEMA.columns[:3]:
        raw = row.get(column.name)
        scope[column.name] = None if raw is None else Decimal(int(raw)).scaleb(-column.decimals)
    if feel.evaluate(one.conditions[0].when, scope) is not True:
        return None
    if one.amount.value is None:
        return 0
    value = feel.evaluate(one.amount.value, scope)
    return in_fen(value, one.amount) if isinstance(value, Decimal) else None


def settled(policies: PolicySet, row: Row) -> Paid:
    """Requirements first, then the highest of each group (of equals the first code), then ceilings in the order of the codes."""
    gross = {one.code: fen for one in policies.policies if (fen := gross_of(one, row)) is not None}
    granted = set(gross)
    while True:
        dropped = {code for code in granted if not set(policies[code].requires) <= granted}
        if not dropped:
            break
        granted -= dropped
    for name in {policies[code].group for code in granted} - {""}:
        members = [one.code for one in policies.policies if one.code in granted and one.group == name]
        best = max(members, key=lambda code: gross[code])  # max keeps the first of equals
        granted -= set(members) - {best}
    out: Paid = {code: ("entitled" if code in granted else "set aside", gross[code] if code in granted else 0) for code in gross}
    for ceiling in policies.ceilings:
        left = int(ceiling.amount * 100)
        for one in policies.policies:
            if one.code in granted and one.ceiling == ceiling.name:
                used_up = left == 0 and gross[one.code] > 0
                out[one.code] = ("set aside" if used_up else "entitled", min(left, gross[one.code]))
                left -= out[one.code][1]
    return out


money = st.one_of(st.integers(-1000, 10**6), st.sampled_from([0, 1, 5, 15, 25, 49, 50, 51, 99, 10**12, 10**15, 10**15 + 1]))
facts = st.fixed_dictionaries({"revenue": money, "rate": st.integers(-5, 20000), "staff": st.integers(0, 40), "listed": st.booleans()})
values = st.sampled_from(
    [
        None,
        "5000",
        "revenue",
        "revenue * 0.5",
        "revenue * 0.005",
        "-revenue * 0.015",
        "revenue / 8",
        "revenue / 3",
        "revenue / 0.3",
        "revenue * rate",
        "min(revenue, 3000) + 0.005",
        "max(0, revenue - 100) * 0.1",
        "if listed then revenue * 0.25 else 12.345",
        "if staff >= 10 then 100.005 else if staff >= 5 then 50.015 else 0",
        "staff * 0.125",
        "min(revenue * 0.03, staff * 1000, 77.777)",
        "floor(revenue / 1000) * 10",
        "1/3",
        "revenue - 0.001",
    ]
)


def sensible(amount: Amount) -> bool:
    """Whether the floor is below the cap (the other way round is a known gap)."""
    return amount.cap is None or amount.floor is None or amount.floor <= amount.cap


amounts = st.builds(
    Amount,
    value=values,
    rounding=st.sampled_from(["half-up", "half-even", "down", "up"]),
    scale=st.sampled_from([2, 1, 0, -1, -4]),
    cap=st.sampled_from([None, None, Decimal("0.01"), Decimal("1234.56"), Decimal("300000")]),
    floor=st.sampled_from([None, None, Decimal("0.01"), Decimal("100")]),
).filter(sensible)


@st.composite
def sets(draw: st.DrawFn) -> PolicySet:
    """Up to six policies: groups, two ceilings, and requirements that may reach forward or back but never in a circle."""
    size = draw(st.integers(1, 6))
    codes = [f"P{at}" for at in range(size)]
    order = draw(st.permutations(codes))
    whens = st.sampled_from(["true", "listed", "staff >= 5", "rate > 0.5", "not(listed)"])
    made = []
    for code in codes:
        earlier = order[: order.index(code)]
        requires = tuple(draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True))) if earlier and draw(st.booleans()) else ()
        made.append(
            policy(
                code,
                draw(whens),
                draw(amounts),
                group=draw(st.sampled_from(["", "", "g", "h"])),
                ceiling=draw(st.sampled_from(["", "year", "other"])),
                requires=requires,
            )
        )
    return PolicySet(tuple(made), (Ceiling("year", Decimal(draw(st.sampled_from(["0", "0.01", "5000", "123456.78"])))), Ceiling("other", Decimal("200"))))


def disagreements(policies: PolicySet, rows: list[Row]) -> list[tuple[object, ...]]:
    result = screen(policies, sheet_of(rows), threads=1, block=64)
    found: list[tuple[object, ...]] = []
    for at, row in enumerate(rows):
        for code, expected in settled(policies, row).items():
            outcome, net, _ = result.outcome(at, code)
            if (outcome, net) != expected:
                found.append((code, row, (outcome, net), expected))
    return found


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(sets(), st.lists(facts, min_size=1, max_size=12))
def test_every_fen_is_as_the_rules_say(policies: PolicySet, rows: list[Row]) -> None:
    assert disagreements(policies, rows) == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(sets(), st.lists(facts, min_size=1, max_size=150), st.sampled_from([64, 128, 1 << 16]))
def test_blocks_and_threads_change_nothing(policies: PolicySet, rows: list[Row], block: int) -> None:
    one, other = screen(policies, sheet_of(rows), threads=1, block=1 << 16), screen(policies, sheet_of(rows), threads=2, block=block)
    assert one.counts() == other.counts()
    assert one.totals() == other.totals()


@given(st.lists(facts, min_size=1, max_size=20))
@settings(deadline=None, max_examples=50)
def test_what_is_paid_under_a_ceiling_never_exceeds_it(rows: list[Row]) -> None:
    policies = PolicySet(tuple(policy(f"P{at}", "true", Amount("revenue * 0.5"), ceiling="year") for at in range(3)), (Ceiling("year", Decimal("1000.01")),))
    result = screen(policies, sheet_of(rows))
    for at in range(len(rows)):
        assert 0 <= sum(result.outcome(at, one.code)[1] for one in policies.policies) <= 100001


def test_the_oracle_sees_a_fen_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: every amount is written one fen short."""
    policies = PolicySet((policy("P", "true", Amount("staff * 0.125")),))
    rows: list[Row] = [{"revenue": 0, "rate": 0, "staff": 1, "listed": True}]
    assert disagreements(policies, rows) == []
    right = granting.grant

    def wrong(low: np.ndarray, high: np.ndarray, sizes: np.ndarray, pays: np.ndarray, sources: np.ndarray, widths: np.ndarray, *out: np.ndarray) -> None:
        right(low, high, sizes, pays, sources, widths, *out)
        out[1][: sizes.sum()] -= 1

    monkeypatch.setattr(granting, "grant", wrong)
    assert [(outcome, expected) for _, _, outcome, expected in disagreements(policies, rows)] == [(("entitled", 12), ("entitled", 13))]


def test_the_oracle_sees_a_group_that_keeps_the_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: settling is told amounts with the sign turned, so that a group keeps its lowest."""
    policies = PolicySet((policy("P0", "true", Amount("100"), group="g"), policy("P1", "true", Amount("200"), group="g")))
    rows: list[Row] = [{"revenue": 1, "rate": 1, "staff": 1, "listed": True}]
    assert disagreements(policies, rows) == []
    module = sys.modules[Plan.__module__]
    right = module.settle
    monkeypatch.setattr(module, "settle", lambda listed, all_, row, at, gross, net, status: right(listed, all_, row, at, -gross, net, status))
    assert len(disagreements(policies, rows)) == 2


def test_of_equals_in_a_group_the_first_code_stays() -> None:
    policies = PolicySet((policy("P0", "true", Amount("100"), group="g"), policy("P1", "true", Amount("100"), group="g")))
    result = screen(policies, sheet_of([{"revenue": 1, "rate": 1, "staff": 1, "listed": True}]))
    assert [result.outcome(0, code)[:2] for code in ("P0", "P1")] == [("entitled", 10000), ("set aside", 0)]


@pytest.mark.parametrize("rounding", ["half-up", "half-even", "down", "up"])
@pytest.mark.parametrize("scale", [2, 1, 0])
@pytest.mark.parametrize(
    "value", ["staff * 0.125", "min(staff * 0.125, 999)", "if listed then staff * 0.125 else 0", "floor(staff) * 0.125", "staff * 0.5", "max(staff * 0.5, 0)"]
)
def test_ties_are_rounded_alike_by_every_way_to_an_amount(value: str, scale: int, rounding: str) -> None:
    """One column, several, a branch, the interpreter: eighths and halves of a yuan have ties at every scale."""
    policies = PolicySet((policy("P", "true", Amount(value, rounding=rounding, scale=scale)),))
    assert disagreements(policies, [{"revenue": 0, "rate": 0, "staff": staff, "listed": True} for staff in range(26)]) == []


def test_a_requirement_of_a_requirement_counts() -> None:
    """P2 asks for P1, which asks for P0, which is not granted: neither is P1, nor P2; in whatever order they stand."""
    row: Row = {"revenue": 0, "rate": 0, "staff": 1, "listed": False}
    for first, second, third in permutations(("P0", "P1", "P2")):
        made = {
            first: policy(first, "listed", Amount("1")),
            second: policy(second, "true", Amount("10"), requires=(first,)),
            third: policy(third, "true", Amount("100"), requires=(second,)),
        }
        policies = PolicySet(tuple(made[code] for code in sorted(made)))
        assert disagreements(policies, [row, {**row, "listed": True}]) == []
        result = screen(policies, sheet_of([row]))
        assert [result.outcome(0, code)[0] for code in (first, second, third)] == ["near", "set aside", "set aside"]


def test_three_enormous_amounts_of_one_enterprise_stay_under_their_ceiling() -> None:
    """Their sum does not fit into 64 bits: what is left of the ceiling must not come back by wrapping round."""
    policies = PolicySet(tuple(policy(f"P{at}", "true", Amount("revenue"), ceiling="year") for at in range(4)), (Ceiling("year", Decimal("10")),))
    assert disagreements(policies, [{"revenue": 2**62, "rate": 0, "staff": 1, "listed": True}] * 3) == []
