"""The lint against the engine itself: what it says of a table is what asking the table at every point shows."""

import dataclasses
import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines import dmn, feel
from manyuan.engines.dmn import model as m


def table(rows: list[tuple[str, ...]], policy: str = "UNIQUE", values: str = "", type_ref: str = "", default: str = "") -> m.DecisionTable:
    """Conditions, then one output, a row each."""
    inputs = tuple(m.InputClause("xyz"[at], type_ref, values=values) for at in range(len(rows[0]) - 1))
    return m.DecisionTable(inputs, (m.OutputClause("o", default=default),), tuple(m.Rule(row[:-1], row[-1:]) for row in rows), policy)


def found(given_table: m.DecisionTable, kind: str) -> list[tuple[int, ...]]:
    return [finding.rows for finding in dmn.lint_table(given_table) if finding.kind == kind]


def kinds(given_table: m.DecisionTable) -> list[str]:
    return [finding.kind for finding in dmn.lint_table(given_table)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("< 10", "1"), (">= 10", "2")], []),
        ([("<= 10", "1"), (">= 10", "2")], ["overlap"]),
        ([("< 10", "1"), ("> 10", "2")], ["gap"]),
        ([("< 10", "1"), ("[10..20)", "2"), (">= 20", "3")], []),
        ([("< 10", "1"), ("[10..20]", "2"), (">= 20", "3")], ["overlap"]),
        ([("not(1, 2)", "1"), ("1", "2"), ("2", "3")], []),
        ([("not(1, 2)", "1"), ("1", "2")], ["gap"]),
        ([("!= 5", "1"), ("5", "2")], []),
        ([("-1", "1"), ("< -1", "2"), ("> -1", "3")], []),
        ([("1.0", "1"), ("not(1)", "2")], []),
        ([('"a"', "1"), ('not("a")', "2")], []),
        ([('"a", "b"', "1"), ('"b", "c"', "2"), ('not("a", "b", "c")', "3")], ["overlap"]),
        ([("true", "1"), ("false", "2")], []),
        ([("true", "1")], ["gap"]),
        ([('@"P1Y"', "1"), ('not(@"P12M")', "2")], []),
        ([('< @"2026-01-01"', "1"), ('>= date("2026-01-01")', "2")], []),
        ([('<= @"2026-01-01"', "1"), ('>= @"2026-01-01"', "2")], ["overlap"]),
        ([('<= @"2025-12-31"', "1"), ('>= @"2026-01-01"', "2")], []),
        ([('<= @"2025-12-30"', "1"), ('>= @"2026-01-01"', "2")], ["gap"]),
        ([('<= @"P11M"', "1"), ('>= @"P1Y"', "2")], []),
        ([('<= @"2025-12-31T23:59:59"', "1"), ('>= @"2026-01-01T00:00:00"', "2")], []),
        ([('[@"00:00:00"..@"11:59:59"]', "1"), ('[@"12:00:00"..@"23:59:59"]', "2")], []),
        ([('[@"00:00:00"..@"11:59:59"]', "1"), ('[@"12:00:00"..@"23:59:58"]', "2")], ["gap"]),
        ([('< "m"', "1"), ('>= "m"', "2")], []),
        ([('< "m"', "1"), ('> "m"', "2")], ["gap"]),
        ([('<= "m"', "1"), ('>= "m"', "2")], ["overlap"]),
        ([('["a".."c"]', "1"), ('not(["a".."c"])', "2"), ('"b"', "3")], ["overlap"]),
        ([('< ""', "1"), ('>= ""', "2")], ["never"]),
        ([('["a".."b")', "1"), ('not(["a".."b"))', "2")], []),
        ([("true", "1"), ("5", "2")], ["unjudged"]),
        ([("[5..1]", "1"), ("-", "2")], ["never"]),
        ([("[]", "1"), ("-", "2")], ["never"]),
        ([("null", "1"), ("< 10", "2"), (">= 10", "3")], []),
        ([("null", "1"), ("-", "2")], ["overlap"]),
        ([("null", "1"), ("not(10)", "2"), ("10", "3")], ["overlap"]),
        ([("null", "1"), ("not(null)", "2")], []),
        ([("null", "1"), ("null, 5", "2"), ("not(null, 5)", "3")], ["overlap"]),
        ([("null", "1"), ("true", "2"), ("false", "3")], []),
        ([("null", "1"), ("!= null", "2")], []),
        ([("< 5", "-", "1"), ("-", "< 5", "2"), (">= 5", ">= 5", "3")], ["overlap"]),
        ([("< 5", "< 5", "1"), ("< 5", ">= 5", "2"), (">= 5", "-", "3")], []),
    ],
)
def test_boundaries_are_told_apart_exactly(rows, expected):
    assert kinds(table(rows)) == expected


def test_allowed_values_close_an_enumeration():
    assert kinds(table([('"A"', "1"), ('"B"', "2")], values='"A", "B"')) == []
    assert kinds(table([('"A"', "1")], values='"A", "B"')) == ["gap"]
    assert kinds(table([("[0..50)", "1"), ("[50..100]", "2")], values="[0..100]")) == []


@pytest.mark.parametrize(
    ("values", "cell", "expected"),
    [
        ('"A", "B"', '"D"', ["never"]),
        ('"A", "B"', '"B", "D"', []),
        ('"A", "B"', 'not("A", "B")', ["never"]),
        ('not("D")', '"D"', ["never"]),
        ("[0..100]", "> 100", ["never"]),
        ("[0..100]", ">= 100", []),
        ("true", "false", ["never"]),
        ('>= @"2026-01-01"', '<= @"2025-12-31"', ["never"]),
    ],
)
def test_a_row_outside_the_allowed_values_can_never_match(values, cell, expected):
    assert kinds(table([(cell, "1")], "COLLECT", values=values)) == expected


def test_null_is_not_held_to_the_allowed_values():
    assert kinds(table([("null", "1"), ('"A"', "2"), ('"B"', "3")], values='"A", "B"')) == []
    assert kinds(table([("null", "1"), ('"A"', "2")], values='"A"')) == []


def test_allowed_values_that_nothing_meets_leave_nothing_to_cover():
    assert kinds(table([("-", "1")], values="[5..1]")) == ["never"]


def test_columns_over_one_expression_are_judged_together():
    def twice(one: str, other: str, *rows: tuple[str, str]) -> list[str]:
        rules = tuple(m.Rule(row, (str(at),)) for at, row in enumerate(rows))
        return kinds(m.DecisionTable((m.InputClause(one), m.InputClause(other)), (m.OutputClause("o"),), rules))

    assert twice("x", " x", (">= 5", "-"), ("-", "< 5")) == []
    assert twice("x", "y", (">= 5", "-"), ("-", "< 5")) == ["overlap", "gap"]
    assert twice("x", "x", (">= 5", "< 5"), ("-", "-")) == ["never"]
    assert twice("x", "x", (">= 5", "< 10"), ("< 5", "-"), ("-", ">= 10")) == []
    assert twice('f("a b")', 'f("a  b")', (">= 5", "-"), ("-", "< 5")) == ["overlap", "gap"]


def test_the_verdict_depends_on_the_hit_policy():
    rows = [("< 10", "1"), ("< 5", "2"), (">= 10", "3")]
    assert kinds(table(rows, "UNIQUE")) == ["overlap"]
    assert kinds(table(rows, "ANY")) == ["overlap"]
    assert found(table(rows, "FIRST"), "never") == [(2,)]
    for policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
        assert kinds(table(rows, policy)) == []


def test_equal_results_may_overlap_under_any():
    assert kinds(table([("< 10", "1"), ("-", "1")], "ANY")) == []


def test_a_row_covered_by_several_earlier_rows_together_is_never_reached():
    rows = [("< 5", "1"), (">= 5", "2"), ("[3..7]", "3")]
    assert found(table(rows, "FIRST"), "never") == [(3,)]
    assert found(table([("< 5", "1"), ("> 5", "2"), ("[3..7]", "3")], "FIRST"), "never") == []


def test_a_default_output_fills_the_gaps():
    assert kinds(table([("< 10", "1")], default="0")) == []


@pytest.mark.parametrize("cell", ["limit", "odd(?)", "? > 5", "string length(?) > 3", "[1..null]", "not([1..null])", "< null", "< < 5"])
def test_a_column_that_cannot_be_judged_is_named_not_guessed_at(cell):
    (finding,) = dmn.lint_table(table([(cell, "1"), ("< 10", "2")]))
    assert (finding.kind, finding.text) == ("unjudged", "x")


def test_a_finding_speaks_chinese_and_english():
    (finding,) = dmn.lint_table(table([("<= 10", "1"), (">= 10", "2")]))
    assert finding.message("zh") == "第 1, 2 行重叠，例如 x: 10"
    assert finding.message("en") == "rows 1, 2 overlap, for instance at x: 10"


POINTS = [Decimal(n) / 2 for n in range(-2, 13)]  # cuts lie on 0..5: all pieces and both sides of each are met
WORDS = ["a", "b", "c", "other"]
number = st.integers(0, 5)
numeric = st.one_of(
    st.just("-"),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), number),
    st.builds("{}{}..{}{}".format, st.sampled_from("[("), number, number, st.sampled_from("])")),
    st.builds("{}, {}".format, number, number),
    st.builds("not({})".format, number),
    st.builds("not([{}..{}))".format, number, number),
)
words = st.sampled_from(["-", "null", "not(null)", 'null, "a"', '"a"', '"b"', '"a", "c"', 'not("a")', 'not("b", "c")', '"c"'])


def matched(given_table: m.DecisionTable, point: tuple[object, ...]) -> frozenset[int]:
    """The rows that the engine itself finds to match at a point."""
    return frozenset(
        at
        for at, rule in enumerate(given_table.rules, 1)
        if all(feel.evaluate_unary_tests(cell, value) is True for cell, value in zip(rule.inputs, point))
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(numeric, words), min_size=1, max_size=5))
def test_overlaps_gaps_and_dead_rows_are_those_that_every_point_shows(rows):
    unique = table([(*row, str(at)) for at, row in enumerate(rows)])
    named = any("null" in word for _, word in rows)
    hits = [matched(unique, point) for point in itertools.product(POINTS, [*WORDS, *([None] if named else [])])]
    known = [matched(unique, point) for point in itertools.product(POINTS, WORDS)]
    pairs = {pair for hit in hits for pair in itertools.combinations(sorted(hit), 2)}
    alive = set().union(*hits)
    assert set(found(unique, "overlap")) == pairs
    assert bool(found(unique, "gap")) == (frozenset() in known)
    assert set(found(unique, "never")) == {(at,) for at in range(1, len(rows) + 1) if at not in alive}
    first = table([(*row, str(at)) for at, row in enumerate(rows)], "FIRST")
    decides = {min(hit) for hit in hits if hit}
    assert set(found(first, "never")) == {(at,) for at in range(1, len(rows) + 1) if at not in decides}


DAYS = [feel.evaluate(f'@"2026-01-{day:02}"') for day in range(1, 11)]  # cuts on the 3rd to the 7th
TEXTS = ["", "a", "b", "ba", "c", "ca", "d", "e"]  # cuts on b, c and d
day = st.builds('@"2026-01-{:02}"'.format, st.integers(3, 7))
letter = st.sampled_from(['"b"', '"c"', '"d"'])


def ordered(constant):
    """Cells over one kind of constant."""
    return st.one_of(
        st.just("-"),
        st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "="]), constant),
        st.builds("{}{}..{}{}".format, st.sampled_from("[("), constant, constant, st.sampled_from("])")),
        st.builds("not({})".format, constant),
    )


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(ordered(day), ordered(letter), ordered(day)), min_size=1, max_size=4),
    values=st.tuples(ordered(day), ordered(letter)),
)
def test_days_and_strings_with_allowed_values_and_a_column_given_twice_are_judged_as_every_point_shows(rows, values):
    inputs = (m.InputClause("x", values=values[0]), m.InputClause("y", values=values[1]), m.InputClause("x"))
    given_table = m.DecisionTable(inputs, (m.OutputClause("o"),), tuple(m.Rule(row, (str(at),)) for at, row in enumerate(rows)))
    points = [
        (one, two, one)
        for one, two in itertools.product(DAYS, TEXTS)
        if all(feel.evaluate_unary_tests(cell, value) is True for cell, value in zip(values, (one, two)))
    ]
    hits = [matched(given_table, point) for point in points]
    pairs = {pair for hit in hits for pair in itertools.combinations(sorted(hit), 2)}
    alive = set().union(*hits)
    assert set(found(given_table, "overlap")) == pairs
    assert bool(found(given_table, "gap")) == (frozenset() in hits)
    assert set(found(given_table, "never")) == {(at,) for at in range(1, len(rows) + 1) if at not in alive}


GRADES = m.Definitions(
    namespace="u",
    items=(
        m.ItemDefinition(name="tGrade", type_ref="string", allowed='"A", "B", "C"'),
        m.ItemDefinition(name="tGood", type_ref="tGrade", allowed='"A", "B"'),
        m.ItemDefinition(name="tFirm", components=(m.ItemDefinition(name="Age", type_ref="number", allowed="[0..150]"),)),
        m.ItemDefinition(name="tFlag", type_ref="boolean"),
    ),
    inputs=(
        m.InputData(name="Grade", id="grade", type_ref="tGood"),
        m.InputData(name="Firm", id="firm", type_ref="tFirm"),
        m.InputData(name="Flag", id="flag", type_ref="tFlag"),
    ),
)


@pytest.mark.parametrize(
    ("expression", "type_ref", "cells", "expected"),
    [
        ("Grade", "", ('"A"', '"B"'), []),
        ("Grade", "string", ('"A"', '"B"'), []),
        ("Grade", "tGrade", ('"A"', '"B"', '"C"'), [("never", (3,))]),
        ("Firm.Age", "", ("[0..18)", "[18..150]"), []),
        ("Firm.Age", "", ("[0..18)", "[18..150)"), [("gap", ())]),
        ("Firm.Age", "number", ("<= 150", "> 150"), [("never", (2,))]),
        ("Flag", "", ("true", "-"), [("overlap", (1, 2))]),
        ("Flag", "", ("-",), []),
    ],
)
def test_in_a_model_the_allowed_values_of_the_types_count(expression, type_ref, cells, expected):
    rules = tuple(m.Rule((cell,), (str(at),)) for at, cell in enumerate(cells))
    judged = m.DecisionTable((m.InputClause(expression, type_ref),), (m.OutputClause("o"),), rules)
    requires = m.Requirements(inputs=("#grade", "#firm", "#flag"))
    nested = m.ContextExpression((m.Entry("entry", "", judged),))
    definitions = dataclasses.replace(GRADES, decisions=(m.Decision(name="d", id="d", requires=requires, expression=nested),))
    assert dmn.check(definitions) == []
    assert [(path, finding.kind, finding.rows) for path, finding in dmn.lint_model(definitions)] == [("d › entry", *one) for one in expected]
