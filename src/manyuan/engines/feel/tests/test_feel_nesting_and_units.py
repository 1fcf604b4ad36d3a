"""Nested `in (…)` is read in one pass, whatever stands after it; sums and extremes keep units apart."""

import time

import pytest

from manyuan.engines import feel
from manyuan.engines.feel import types

MONEY, AREA = types.Type("number", "yuan"), types.Type("number", "m2")
SCOPE = {"revenue": MONEY, "tax": MONEY, "area": AREA, "share": types.NUMBER, "name": types.STRING}


@pytest.mark.parametrize("end", ["", "1" + ")" * 40, "1" + ").x" * 40, "1..2" + ")" * 40, "1, 2" + ")" * 40])
def test_forty_nested_tests_are_read_at_once(end):
    began = time.process_time()
    try:
        feel.parse("a in (" * 40 + end, names=["a"])
    except feel.FeelSyntaxError as error:
        assert error.span[0] > 0
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a in (1..3)", True), ("a in (2..3)", False), ("a in (1, 2)", True), ("a in (2)", True), ("a in (< 2, > 5)", False), ("a in ([1, 2])", True), ("a in (c).d", True),
        ("a in (c).e[1] - 1", False), ("a in ((1..3), 9)", True), ("a in (f)(1)", True), ("a in (>= 2) and b", True), ("a in (3)", False),
    ],
)  # fmt: skip
def test_what_stands_in_the_parentheses_after_in(text, value):
    scope = {"a": 2, "b": True, "c": {"d": [1, 2], "e": [2, 3]}}
    text = text.replace("(f)", "(function(x) x + 1)")
    assert feel.evaluate(text, scope) is value


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("min(revenue, area)", ["check.mixed"]), ("sum(revenue, tax, area)", ["check.mixed"]), ("max(revenue, 500)", []), ("min(revenue * 0.05, tax)", []),
        ("min(800 * area, revenue)", []), ("max(share, revenue)", []), ("-name", ["null.unary"]), ("-revenue >= -5", []), ("min(revenue, tax) > area", ["check.units"]),
        ("min(500, revenue) > area", ["check.units"]), ("revenu > 1", ["check.name"]),
    ],
)  # fmt: skip
def test_units_are_held_apart(text, codes):
    found = feel.check(text, SCOPE)
    assert [fault.code for fault in found] == codes
    for fault in found:
        assert fault.reason("zh") != fault.reason("en") and fault.reason("en") in fault.message("en")


def test_a_near_name_is_asked_for_in_the_readers_language():
    fault = feel.check("revenu > 1", SCOPE)[0]
    assert (fault.reason("zh"), fault.reason("en")) == (
        "没有名为“revenu”的变量。是否指“revenue”？",
        "there is no variable named 'revenu'. Did you mean 'revenue'?",
    )
