"""The lint against the engine itself: what it says of a table is what asking the table at every point shows."""

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
        ([("[5..1]", "1"), ("-", "2")], ["never"]),
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


@pytest.mark.parametrize("cell", ["limit", "odd(?)", "? > 5", "string length(?) > 3", "null", "< < 5"])
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
words = st.sampled_from(["-", '"a"', '"b"', '"a", "c"', 'not("a")', 'not("b", "c")', '"c"'])


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
    hits = [matched(unique, point) for point in itertools.product(POINTS, WORDS)]
    pairs = {pair for hit in hits for pair in itertools.combinations(sorted(hit), 2)}
    alive = set().union(*hits)
    assert set(found(unique, "overlap")) == pairs
    assert bool(found(unique, "gap")) == (frozenset() in hits)
    assert set(found(unique, "never")) == {(at,) for at in range(1, len(rows) + 1) if at not in alive}
    first = table([(*row, str(at)) for at, row in enumerate(rows)], "FIRST")
    decides = {min(hit) for hit in hits if hit}
    assert set(found(first, "never")) == {(at,) for at in range(1, len(rows) + 1) if at not in decides}
