"""Hit policies as DMN 1.5, 8.2.8 has them: one line a case, both sides of each boundary."""

from decimal import Decimal

import pytest

from manyuan.engines import dmn
from manyuan.engines.dmn import model as m


def table(rules, policy="UNIQUE", aggregation="", values="", default="", columns=1, allowed="") -> m.DecisionTable:
    """Rules as (condition, output…); one input `x`, outputs `y` (and `z`)."""
    outputs = [m.OutputClause(name, values=values if name == "y" else "", default=default) for name in ("y", "z")[:columns]]
    return m.DecisionTable(
        (m.InputClause("x", values=allowed),), tuple(outputs), tuple(m.Rule((r[0],), tuple(r[1:])) for r in rules), policy, aggregation
    )  # fmt: skip


def decided(expression: m.Expression, **inputs) -> dmn.Decided:
    data = tuple(m.InputData(name=name, id=name) for name in inputs)
    requires = m.Requirements(inputs=tuple(f"#{name}" for name in inputs))
    definitions = m.Definitions(name="m", namespace="urn:m", inputs=data, decisions=(m.Decision(name="d", id="d", requires=requires, expression=expression),))
    return dmn.Model(definitions).decide("d", inputs)


def codes(found: dmn.Decided) -> list[str]:
    return [fault.code for fault in found.trace.faults]


STEPS = [("< 10", "1"), ("[10..20)", "2"), (">= 20", "3")]
LAYERS = [("> 0", '"low"'), ("> 10", '"mid"'), ("> 20", '"high"')]
RANKED = '"high", "mid", "low"'
AMOUNTS = [("> 0", "5"), ("> 10", "7"), ("> 20", "7")]


@pytest.mark.parametrize(("x", "expected"), [(9, 1), (Decimal("9.99"), 1), (10, 2), (Decimal("19.99"), 2), (20, 3)])
def test_a_unique_table_gives_the_one_row_that_matches(x, expected):
    assert decided(table(STEPS), x=x).value == expected


@pytest.mark.parametrize(
    ("policy", "x", "expected"),
    [
        ("FIRST", 5, "low"), ("FIRST", 25, "low"),
        ("PRIORITY", 5, "low"), ("PRIORITY", 15, "mid"), ("PRIORITY", 25, "high"),
        ("RULE ORDER", 25, ["low", "mid", "high"]), ("RULE ORDER", 5, ["low"]),
        ("OUTPUT ORDER", 25, ["high", "mid", "low"]), ("OUTPUT ORDER", 15, ["mid", "low"]),
        ("COLLECT", 15, ["low", "mid"]),
    ],
)  # fmt: skip
def test_where_several_rows_match_the_policy_says_which_and_in_what_order(policy, x, expected):
    assert decided(table(LAYERS, policy, values=RANKED), x=x).value == expected


@pytest.mark.parametrize(
    ("aggregation", "x", "expected"),
    [("SUM", 25, 19), ("SUM", 5, 5), ("MIN", 25, 5), ("MAX", 25, 7), ("COUNT", 25, 3), ("COUNT", 0, 0)],
)
def test_collected_numbers_are_aggregated(aggregation, x, expected):
    assert decided(table(AMOUNTS, "COLLECT", aggregation), x=x).value == expected


def test_money_is_summed_without_an_error_of_a_fen():
    assert decided(table([("-", "0.1"), ("-", "0.2")], "COLLECT", "SUM"), x=1).value == Decimal("0.3")


def test_a_unique_table_in_which_two_rows_match_is_null_and_says_which_rows():
    found = decided(table(LAYERS), x=15)
    assert found.value is None
    assert codes(found) == ["table.several"] and found.trace.faults[0].data["found"] == "1, 2"


def test_any_wants_equal_results():
    assert decided(table([("> 0", "1"), ("> 10", "1.0")], "ANY"), x=15).value == 1
    found = decided(table([("> 0", "1"), ("> 10", "2")], "ANY"), x=15)
    assert found.value is None and codes(found) == ["table.differ"]


def test_no_row_gives_the_default_or_null_with_a_reason():
    assert decided(table(STEPS[:1], default="-1"), x=50).value == -1
    found = decided(table(STEPS[:1]), x=50)
    assert found.value is None and codes(found) == ["table.no_rule"]


def test_several_outputs_make_a_context():
    assert decided(table([("> 0", "1", '"a"')], columns=2), x=5).value == {"y": 1, "z": "a"}
    both = decided(table([("> 0", "1", '"a"'), ("> 1", "2", '"b"')], "COLLECT", columns=2), x=5).value
    assert both == [{"y": 1, "z": "a"}, {"y": 2, "z": "b"}]


def test_an_unknown_input_matches_no_condition_but_a_dash_and_null():
    assert decided(table([("< 10", "1"), (">= 10", "2")]), x=None).value is None
    assert decided(table([("< 10", "1"), ("-", "2")]), x=None).value == 2
    assert decided(table([("null", "3"), ("< 10", "1")]), x=None).value == 3


def test_an_input_outside_its_allowed_values_is_null_with_a_reason():
    rules = [("-", "1")]
    assert decided(table(rules, allowed='"A", "B"'), x="A").value == 1
    found = decided(table(rules, allowed='"A", "B"'), x="C")
    assert found.value is None and codes(found) == ["table.input_value"]


def test_an_aggregate_over_several_outputs_is_null_with_a_reason():
    found = decided(table([("-", "1", "2")], "COLLECT", "SUM", columns=2), x=5)
    assert found.value is None and codes(found) == ["table.aggregate"]


def test_the_trace_names_the_rows_that_matched_and_the_value():
    found = decided(table(LAYERS, "RULE ORDER"), x=15)
    assert list(found.trace.rules.values()) == [[1, 2]]
    assert found.trace.values == {"d": ["low", "mid"]}


def test_a_condition_may_speak_of_the_input_itself():
    odd = table([("odd(?)", '"odd"'), ("even(?)", '"even"')])
    assert decided(odd, x=3).value == "odd" and decided(odd, x=4).value == "even"


@pytest.mark.parametrize(("x", "expected"), [(True, "yes"), (False, "no")])
def test_a_truth_value_matches_itself(x, expected):
    assert decided(table([("true", '"yes"'), ("false", '"no"')]), x=x).value == expected
