"""The meaning of a condition as a formula is the meaning that FEEL gives it, for random conditions on random rows.

Both sides follow the one rule for missing facts: a comparison that uses a missing fact is unknown, unless it names null itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening import comparing_forms
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.factsheet import Column, Schema

SCHEMA = Schema(
    (
        Column("营业收入", "money", unit="yuan"),
        Column("研发 费用", "money", unit="yuan"),
        Column("share", "rate", scale=4),
        Column("staff", "count"),
        Column("patents", "count"),
        Column("founded", "date"),
        Column("moved in", "date"),
        Column("sector", "category"),
        Column("listed", "boolean"),
    )
)
Row = Mapping[str, int | str | bool | None]
LIMIT = 2**63 - 1


def natural(row: Row) -> dict[str, object]:
    """A row of raw values as FEEL sees it."""
    out: dict[str, object] = {}
    for column in SCHEMA.columns:
        raw = row[column.name]
        if raw is None or column.kind in ("category", "boolean"):
            out[column.name] = raw
        elif column.kind == "date":
            out[column.name] = feel.Date.from_days(int(raw))
        else:
            out[column.name] = Decimal(int(raw)).scaleb(-column.decimals)
    return out


def meaning(node: tree.Node, row: dict[str, object]) -> bool | None:
    """The oracle: Kleene logic over comparisons, each of them run by FEEL."""
    if isinstance(node, tree.Logic):
        sides = [meaning(side, row) for side in (node.left, node.right)]
        decisive = node.operator == "or"
        return decisive if decisive in sides else None if None in sides else not decisive
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name == "not":
        inner = meaning(node.arguments[0], row)
        return None if inner is None else not inner
    if isinstance(node, tree.Between):
        sides = (tree.Comparison(">=", node.value, node.low), tree.Comparison("<=", node.value, node.high))
        return meaning(tree.Logic("and", *sides), row)
    if isinstance(node, tree.In):
        found = [member(node.value, test, row) for test in node.tests]
        return True if True in found else None if None in found else False
    return by_feel(node, row)


def by_feel(node: tree.Node, row: dict[str, object]) -> bool | None:
    """An elementary condition: unknown where it uses a missing fact and does not name null; else what FEEL says."""
    nodes = tree.walk(node)
    names_null = any(isinstance(one, tree.Literal) and one.value is None for one in nodes)
    if not names_null and any(isinstance(one, tree.Name) and one.name in row and row[one.name] is None for one in nodes):
        return None
    found = feel.Program(node).run(row)
    return found if isinstance(found, bool) else None


def member(value: tree.Node, test: tree.Test, row: dict[str, object]) -> bool | None:
    """One test of an `in`: a comparison, the two ends of a range, an equal value, or the membership that FEEL finds."""
    operand = test.operand
    if test.operator is not None:
        return meaning(tree.Comparison(test.operator, value, operand), row)
    if isinstance(operand, tree.RangeLiteral) and operand.operator is None and operand.start is not None and operand.end is not None:
        low = tree.Comparison(">=" if operand.start_included else ">", value, operand.start)
        high = tree.Comparison("<=" if operand.end_included else "<", value, operand.end)
        return meaning(tree.Logic("and", low, high), row)
    if isinstance(operand, tree.Literal):
        return meaning(tree.Comparison("=", value, operand), row)
    return by_feel(tree.In(value, (test,)), row)


def total(linear: f.Linear, row: Row) -> int | None:
    values = [row[name] for name, _ in linear.terms]
    if any(value is None for value in values):
        return None
    return sum(factor * int(value) for (_, factor), value in zip(linear.terms, values) if value is not None) + linear.constant


def outcome(formula: f.Formula, row: Row) -> bool | None:
    """What a formula says of a raw row, in Python's unbounded integers."""
    match formula:
        case f.And(parts) | f.Or(parts):
            decisive = isinstance(formula, f.Or)
            found = [outcome(part, row) for part in parts]
            return decisive if decisive in found else None if None in found else not decisive
        case f.Not(inner):
            one = outcome(inner, row)
            return None if one is None else not one
        case f.Constant(value):
            return value
        case f.Known(columns):
            return True if all(row[name] is not None for name in columns) else None
        case f.Missing(column):
            return row[column] is None
        case f.True_(column):
            return None if row[column] is None else bool(row[column])
        case f.Is(column, category):
            return None if row[column] is None else row[column] == category
        case f.AtLeast(linear, bound):
            number = total(linear, row)
            return None if number is None else number >= bound
        case f.Equals(linear, value):
            number = total(linear, row)
            return None if number is None else number == value
        case f.Ratio():
            top, bottom = total(formula.top, row), total(formula.bottom, row)
            if top is None or bottom is None or bottom == 0:
                return None
            sign = 1 if bottom > 0 else -1
            difference = sign * (top * formula.denominator - bottom * formula.numerator)
            return difference == 0 if formula.equal else difference >= 0
        case f.Interpreted(text, columns, null_aware):
            if not null_aware and any(row[name] is None for name in columns):
                return None
            said = feel.Program(feel.parse(text, names=SCHEMA.names)).run(natural(row))
            return said if isinstance(said, bool) else None
    raise AssertionError(formula)


NUMBERS = ["营业收入", "研发 费用", "share", "staff", "patents"]
constants = st.sampled_from(["0", "1", "-1", "2", "3", "7", "0.03", "0.0005", "1.5", "-0.5", "100", "20000000", "0.001"])
operators = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
names = st.sampled_from(NUMBERS)
feel.parse("1")  # the parser raises Python's recursion limit once; hypothesis warns where that happens inside a test
sectors = st.sampled_from(["a", "b", "制造", ""])
days = st.sampled_from(["2020-02-29", "2000-01-01", "1970-01-01", "1969-12-31"])


@st.composite
def numeric(draw: st.DrawFn) -> str:
    """A number made of columns and constants."""
    one, two, c, d = draw(names), draw(names), draw(constants), draw(st.sampled_from(["2", "100", "-0.5", "3", "7", "0.3"]))
    sign = draw(st.sampled_from(["+", "-"]))
    shapes = [
        one,
        f"({one} {sign} {two})",
        f"({one} {sign} {c})",
        f"({c} * {one})",
        f"({one} * {c} {sign} {two})",
        f"-{one}",
        f"({one} / {c})",
        f"({one} / {d} * {c})",
        f"({one} * {two})",
        f"({one} - {one} {sign} {two})",
        f"abs({one})",
        f"max({one}, {two})",
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def quotient(draw: st.DrawFn) -> str:
    """A column divided by another. Ordered comparisons only: what `=` says of a division by zero is a known gap."""
    one, two, c, sign = draw(names), draw(names), draw(constants), draw(st.sampled_from(["+", "-"]))
    return draw(
        st.sampled_from([f"({one} / {two})", f"({one} / {two} {sign} {c})", f"(({one} - {two}) / {two})", f"({one} / ({two} + {c}))", f"({one} / {two} * {c})"])
    )


@st.composite
def elementary(draw: st.DrawFn) -> str:
    """A condition without and, or, not."""
    one, operator, c, s, t, day = draw(numeric()), draw(operators), draw(constants), draw(sectors), draw(sectors), draw(days)
    equality, ordered, name = draw(st.sampled_from(["=", "!="])), draw(st.sampled_from(["<", "<=", ">", ">="])), draw(names)
    shapes = [
        f"{one} {operator} {c}",
        f"{draw(quotient())} {ordered} {c}",
        f"{c} {ordered} {draw(quotient())}",
        f"{c} {operator} {one}",
        f"{one} {operator} {draw(numeric())}",
        f"{one} between 0 and {c}",
        f"{name} in [0..{c}]" if Decimal(c) >= 0 else f"{name} in [{c}..0]",
        f"{name} in (<{c}, >{draw(constants)})",
        f"{name} in (<{draw(names)}, {c})",
        f"{name} in ({c}, 3)",
        f'sector {equality} "{s}"',
        f'sector in ("{s}", "{t}")',
        f'starts with(sector, "{s}")',
        f'"{s}" = sector',
        "listed",
        f"listed {equality} true",
        f"listed {equality} false",
        f'founded {operator} @"{day}"',
        f"founded {operator} moved in",
        f'@"{day}" {operator} founded',
        f'founded + @"P1Y" {operator} @"{day}"',
        f'founded between @"1990-01-01" and @"{day}"',
        f"{name} {equality} null",
        f"sector {equality} null",
        f"(if {name} = null then 0 else {name}) {operator} {c}",
    ]
    return draw(st.sampled_from(shapes))


conditions = st.recursive(
    elementary(),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"not({text})"),
    ),
    max_leaves=4,
)
edges = [0, 1, -1, 3, 5, 100, 150, 300, 500, 2_000_000_000, 1_999_999_999, 2_000_000_001, LIMIT, -LIMIT, 10**15]
amounts = st.one_of(st.none(), st.sampled_from(edges), st.integers(-1000, 1000), st.integers(-LIMIT, LIMIT))
rows = st.fixed_dictionaries(
    {
        "营业收入": amounts,
        "研发 费用": amounts,
        "share": amounts,
        "staff": amounts,
        "patents": amounts,
        "founded": st.one_of(st.none(), st.sampled_from([-1, 0, 10957, 18321, 18320, 18322, 20000]), st.integers(-30000, 40000)),
        "moved in": st.one_of(st.none(), st.integers(-30000, 40000)),
        "sector": st.one_of(st.none(), sectors, st.just("z")),
        "listed": st.one_of(st.none(), st.booleans()),
    }
)


def agrees(text: str, row: Row) -> bool:
    node = feel.parse(text, names=SCHEMA.names)
    return outcome(f.formula_of(node, SCHEMA), row) == meaning(node, natural(row))


NOTHING: dict[str, int | str | bool | None] = dict.fromkeys(SCHEMA.names)


@given(conditions, st.lists(rows, min_size=1, max_size=6))
def test_a_condition_as_a_formula_means_what_feel_says(text: str, some: list[Row]) -> None:
    node = feel.parse(text, names=SCHEMA.names)
    formula = f.formula_of(node, SCHEMA)
    for row in some:
        assert outcome(formula, row) == meaning(node, natural(row)), (text, row, formula)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("staff - staff >= 0", {}),  # a fact that cancels out is still a fact that is used
        ("staff * 0 + patents >= 3", {"patents": 5}),
        ("staff >= staff + patents - 5", {"patents": 3}),
        ("staff in (3, patents)", {"staff": 3}),
        ("staff between 5 and patents", {"staff": 3}),
        ("staff / patents >= 1", {"staff": 3, "patents": 0}),
        ("staff / patents < 1", {"staff": 3, "patents": -4}),
        ("1 / staff = 1/3", {"staff": 3}),
        ("staff / 3 * 3 >= 1", {"staff": 1}),  # to FEEL 0.999…
        ("staff / patents * 3 >= 1", {"staff": 1, "patents": 3}),
        ("staff / 3 + patents / 3 >= 1", {"staff": 1, "patents": 2}),
        ("share = 0.00005", {"share": 1}),
        ("share != 0.00005", {}),
        ("founded > 5", {"founded": 7}),
        ("营业收入 / patents >= 0.999", {"营业收入": -LIMIT, "patents": -LIMIT}),
        ("营业收入 + 研发 费用 >= 92233720368547758.08", {"营业收入": LIMIT, "研发 费用": LIMIT}),
    ],
)
def test_a_known_pitfall_is_told_as_feel_tells_it(text: str, facts: dict[str, int]) -> None:
    assert agrees(text, {**NOTHING, **facts}), text


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "=", "!="])
@pytest.mark.parametrize(
    ("left", "bound", "column", "at"),
    [
        ("staff", "5", "staff", 5),
        ("share", "0.03", "share", 300),
        ("share", "0.00005", "share", 0),
        ("营业收入", "-20000000", "营业收入", -2_000_000_000),
        ("营业收入", "92233720368547758.07", "营业收入", LIMIT),
        ("-staff", "5", "staff", -5),
        ("staff * 2 - 1", "9", "staff", 5),
        ("(staff + 1) / 2", "3", "staff", 5),
        ("founded", '@"2020-02-29"', "founded", 18321),
    ],
)
def test_both_sides_of_a_boundary_are_as_feel_has_them(left: str, bound: str, column: str, at: int, operator: str) -> None:
    """The value at the bound and its two neighbours, with the column on either side."""
    for raw in (at - 1, at, at + 1):
        row = {**NOTHING, column: raw}
        assert agrees(f"{left} {operator} {bound}", row), (operator, raw)
        assert agrees(f"{bound} {operator} {left}", row), (operator, raw)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("sign", [1, -1])
def test_both_sides_of_a_ratios_boundary_are_as_feel_has_them(operator: str, sign: int) -> None:
    """3 of 100, in hundredths of yuan; both positive, then both negative, then of two signs."""
    for top in (299, 300, 301, -299, -300, -301):
        row = {**NOTHING, "研发 费用": top, "营业收入": sign * 10000}
        assert agrees(f"研发 费用 / 营业收入 {operator} 0.03", row), (operator, top)
        assert agrees(f"0.03 {operator} 研发 费用 / 营业收入", row), (operator, top)


def test_the_oracle_sees_greater_taken_for_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: every >= of a column against a bound is compiled as >. Without it the same row agrees."""
    row = {**NOTHING, "staff": 5}
    right = comparing_forms._against
    assert agrees("staff >= 5", row)
    monkeypatch.setattr(comparing_forms, "_against", lambda operator, *rest: right(">" if operator == ">=" else operator, *rest))
    assert not agrees("staff >= 5", row)


def test_the_oracle_sees_a_division_by_zero_taken_for_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: a ratio is compiled as its products, which forgets that nothing can be divided by zero."""
    row = {**NOTHING, "staff": -1, "patents": 0}
    assert agrees("staff / patents >= 1", row)
    monkeypatch.setattr(comparing_forms, "_ratio", lambda operator, form, bound: f.AtLeast(f.Linear((("patents", -1), ("staff", 1))), 0))
    assert not agrees("staff / patents >= 1", row)
