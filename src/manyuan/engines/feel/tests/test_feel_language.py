"""FEEL as a user meets it: names, nulls with reasons, errors with a caret, bounds, the checker, one meaning for one expression."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines import feel
from manyuan.engines.feel import fuzz
from manyuan.engines.feel.types import BOOLEAN, DATE, NUMBER, STRING, ContextType, ListType, Type


@pytest.mark.parametrize(
    ("text", "scope", "value"),
    [
        ("上年营业收入 >= 20000000", {"上年营业收入": 20000000}, True),
        ("first name + last name", {"first name": "王", "last name": "小明"}, "王小明"),
        ("a-b", {"a-b": 7, "a": 1, "b": 2}, 7),
        ("a-b", {"a": 1, "b": 2}, Decimal(-1)),
        ("c.unit price * 2", {"c": {"unit price": Decimal("1.50")}}, Decimal("3.00")),
        ("[{v: 1}, {v: 5}][v > 2].v", {}, [Decimal(5)]),
        ("0.1 + 0.2 = 0.3", {}, True),
        ("1 / 3", {}, Decimal("0.3333333333333333333333333333333333")),
        ("decimal(2.5, 0)", {}, Decimal(2)),
        ("modulo(-12, 5)", {}, Decimal(3)),
        ("null = null", {}, True),
        ("null and false", {}, False),
        ("null or true", {}, True),
        ("null and true", {}, None),
        ('x in ("a", "b")', {"x": None}, False),
        ("(function(x) x + 1)(41)", {}, Decimal(42)),
        ("d + duration(\"P1M\")", {"d": date(2024, 1, 31)}, feel.Date(2024, 2, 29)),
        ("for i in 3..1 return i", {}, [Decimal(3), Decimal(2), Decimal(1)]),
        ('string join(["甲", null, "乙"], "、")', {}, "甲、乙"),
        ("x instance of list<number>", {"x": [1, 2]}, True),
    ],
)  # fmt: skip
def test_values(text, scope, value):
    assert feel.evaluate(text, scope) == value


def test_host_values_come_in_exactly_and_floats_are_refused():
    assert feel.evaluate("x", {"x": Decimal("0.10")}) == Decimal("0.10")
    assert str(feel.evaluate("x", {"x": datetime(2024, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=8)))})) == "2024-01-02T03:04:00+08:00"
    with pytest.raises(feel.FeelInputError) as refused:
        feel.evaluate("x", {"x": 0.1})
    assert "Decimal" in refused.value.message("zh")


def test_a_null_carries_its_reason():
    found = feel.evaluate_with_notes('missing + 1 / 0 + "a"')
    assert found.value is None
    assert {note.code for note in found.notes} >= {"null.name", "null.division", "null.operand"}
    assert "没有名为“missing”的变量" in " ".join(note.message("zh") for note in found.notes)


@pytest.mark.parametrize(
    ("text", "line", "column", "zh"),
    [
        ("1 +", 1, 4, "表达式的结尾"),
        ("收入 >= (1 + ", 1, 12, "表达式的结尾"),
        ("if a then 1", 1, 12, "else"),
        ("a\n+ b b", 2, 5, "结尾"),
        ('"abc', 1, 1, "右引号"),
        ("{a: 1, a: 2}", 1, 8, "两次"),
        ("/* x", 1, 1, "*/"),
    ],
)
def test_a_syntax_error_names_its_place(text, line, column, zh):
    with pytest.raises(feel.FeelSyntaxError) as found:
        feel.parse(text, names=("收入",))
    assert (found.value.place.line, found.value.place.column) == (line, column)
    assert zh in found.value.message("zh") and found.value.message("zh").rstrip().endswith("^")


SCOPE = {
    "营业收入": Type("number", "fen"), "land area": Type("number", "m2"), "staff": NUMBER, "name": STRING, "founded": DATE, "clean": BOOLEAN,
    "rows": ListType(item=ContextType(entries=(("v", NUMBER),))),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("营业收入 >= 100", []),
        ("营业收人 >= 100", ["check.name"]),
        ("营业收入 >= land area", ["check.units"]),
        ("营业收入 + land area > 1", ["check.units"]),
        ("staff + name", ["check.operands"]),
        ("founded > 5", ["check.operands"]),
        ("summ([1])", ["check.function"]),
        ("substring(name)", ["check.arity"]),
        ("substring(string: name, from: 1)", ["check.parameter"]),
        ("substring(staff, 1)", ["check.argument"]),
        ("if staff then 1 else 2", ["check.condition"]),
        ("founded.yaer", ["check.property"]),
        ("rows[v > 1].w", ["check.property"]),
        ("x + y + z", ["check.name"] * 3),
        ("sum(rows.v) > 3 and clean", []),
        ("staff instance of numbr", ["check.type"]),
        ("营业收入 / land area > 5", []),
        ("staff in [[2..4], [1..3]]", []),
        ("staff in ([[2..4], [1..3]], [[[5..6]]])", []),
        ("staff in [2..4]", []),
        ("staff in [2, 4]", []),
        ("name in [[2..4], [1..3]]", ["check.operands"]),
        ("name in [[[2..4]]]", ["check.operands"]),
        ('staff in [["a".."c"]]', ["check.operands"]),
        ("founded in [[1], [2]]", ["check.operands"]),
        ("[1] in [[1], [2]]", []),
        ("[1, 2] in [1, 2]", []),
        ("[1..3] in [[1..3], [2..4]]", []),
        ("staff in [2, [3..4]]", []),
    ],
)
def test_the_checker_reports_every_fault_before_anything_runs(text, codes):
    assert [fault.code for fault in feel.check(text, SCOPE)] == codes


def test_the_checker_names_the_nearest():
    assert "营业收入" in feel.check("营业收人 >= 100", SCOPE)[0].message("zh")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 5000 + "1",
        "[" * 3000,
        "1" + "+1" * 60000,
        "for i in 1..100000000000 return i",
        "for i in 1..1000 return concatenate(partial, partial)",
        "for i in 1..80 return [partial[-1], partial[-1]]",
        '{f: function(x) f(x + 1), r: f(1)}.r',
        "(function(x) x(x))(function(x) x(x))",
        "for i in 1..3000, j in 1..3000, k in 1..3000 return 1",
    ],
)  # fmt: skip
def test_hostile_expressions_end_in_the_engines_own_error(text):
    limits = feel.Limits(steps=200_000, seconds=5.0, size=100_000)
    try:
        value = feel.evaluate(text, limits=limits)
    except feel.FeelError as error:
        assert error.message("zh") and error.message("en")
    else:
        assert value is None or isinstance(value, (Decimal, list))


@pytest.mark.parametrize("text", ["10 ** 99999", "exp(99999)", "sqrt(-1)", "log(0)", "1e6000 * 1e6000", 'matches("' + "a" * 40 + '!", "(a+)+$")', 'duration("P" + "9" + "D") * 1e300', "number(\"1e999999999\")"])  # fmt: skip
def test_values_beyond_any_bound_are_null_or_refused_quickly(text):
    try:
        assert feel.evaluate(text) in (None, False)
    except feel.FeelError:
        pass


def test_external_functions_are_refused_and_say_so():
    found = feel.evaluate_with_notes('{f: function(x) external {java: {class: "java.lang.Runtime", method signature: "exec(java.lang.String)"}}, r: f("ls")}.r')
    assert found.value is None and "null.external" in {note.code for note in found.notes}


def test_the_clock_is_passed_in():
    assert feel.evaluate("today()") is None
    assert str(feel.evaluate("today()", clock=feel.from_python(datetime(2026, 11, 23, 9, 30)))) == "2026-11-23"


def test_three_thousand_hostile_texts_of_a_fixed_seed():
    tally = fuzz.run(3000, seed=20261123)
    assert tally["value"] > 500 and tally["refused"] > 500


expressions = st.integers(0, 10**9).map(lambda seed: fuzz.Generator(__import__("random").Random(seed)).expression(3))


@settings(max_examples=300, deadline=None)
@given(expressions)
def test_formatting_keeps_the_tree(text):
    names = ("first name", "list one", "f g", "y z")
    try:
        tree = feel.parse(text, names=names)
    except feel.FeelError:
        return
    assert feel.parse(feel.format_expression(tree), names=names) == tree
