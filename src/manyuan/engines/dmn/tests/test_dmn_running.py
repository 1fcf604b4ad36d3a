"""Models as they run: requirements, boxed expressions, functions, services, imports, item definitions, reasons for nulls."""

import datetime
from decimal import Decimal

import pytest

from manyuan.engines import dmn, feel
from manyuan.engines.dmn import model as m


def literal(text: str) -> m.Literal:
    return m.Literal(text)


def model_of(*decisions: m.Decision, **parts) -> dmn.Model:
    return dmn.Model(m.Definitions(name="m", namespace="urn:m", decisions=decisions, **parts))


def value_of(expression: m.Expression, **inputs) -> object:
    """The value of a lone decision over inputs by name."""
    data = tuple(m.InputData(name=name, id=name) for name in inputs)
    requires = m.Requirements(inputs=tuple(f"#{name}" for name in inputs))
    return model_of(m.Decision(name="d", id="d", expression=expression, requires=requires), inputs=data).decide("d", inputs).value


def test_a_decision_sees_what_it_requires_and_nothing_else():
    one = m.Decision(name="应纳税额", id="a", expression=literal("100"))
    two = m.Decision(name="b", id="b", expression=literal("应纳税额 + 1"), requires=m.Requirements(decisions=("#a",)))
    blind = m.Decision(name="c", id="c", expression=literal("应纳税额 + 1"))
    model = model_of(one, two, blind)
    assert model.decide("b", {}).value == 101
    assert model.decide("c", {}).value is None


def test_the_trace_holds_the_value_of_every_decision_on_the_way():
    one = m.Decision(name="a", id="a", expression=literal("2"))
    two = m.Decision(name="b", id="b", expression=literal("a * 3"), requires=m.Requirements(decisions=("#a",)))
    assert model_of(one, two).decide("b", {}).trace.values == {"a": 2, "b": 6}


def test_a_long_chain_of_requirements_is_followed():
    last = 300
    chain = [m.Decision(name=f"d{last}", id=f"d{last}", expression=literal("0"))]
    for at in range(last):
        requires = m.Requirements(decisions=(f"#d{at + 1}",))
        chain.append(m.Decision(name=f"d{at}", id=f"d{at}", expression=literal(f"d{at + 1} + 1"), requires=requires))
    assert model_of(*chain).decide("d0", {}).value == last


BOXED = [
    (m.ContextExpression((m.Entry("a", "", literal("2")), m.Entry("b", "", literal("a * 3")))), {"a": 2, "b": 6}),
    (m.ContextExpression((m.Entry("a", "", literal("2")), m.Entry("", "", literal("a + 1")))), 3),
    (m.ListExpression((literal("1"), literal('"x"'), None)), [1, "x", None]),
    (m.Relation(("k", "v"), ((literal("1"), literal('"a"')), (literal("2"), literal('"b"')))), [{"k": 1, "v": "a"}, {"k": 2, "v": "b"}]),
    (m.Conditional(literal("1 < 2"), literal('"yes"'), literal('"no"')), "yes"),
    (m.Conditional(literal("null"), literal('"yes"'), literal('"no"')), "no"),
    (m.Iteration("for", "i", literal("[1, 2, 3]"), literal("i * i")), [1, 4, 9]),
    (m.Iteration("some", "i", literal("[1, 2, 3]"), literal("i > 2")), True),
    (m.Iteration("some", "i", literal("[]"), literal("i > 2")), False),
    (m.Iteration("every", "i", literal("[1, 2, 3]"), literal("i > 2")), False),
    (m.Iteration("every", "i", literal("[]"), literal("i > 2")), True),
    (m.FilterExpression(literal("[1, 2, 3]"), literal("item >= 2")), [2, 3]),
    (m.FilterExpression(literal("[{n: 1}, {n: 5}]"), literal("n > 2")), [{"n": 5}]),
    (m.Invocation(literal("max"), (m.Binding("list", "", literal("[3, 9]")),)), 9),
]


@pytest.mark.parametrize(("expression", "expected"), BOXED)
def test_a_boxed_expression_has_the_value_of_its_text_form(expression, expected):
    assert value_of(expression) == expected


def test_a_function_in_a_context_is_called_by_position_and_by_name():
    double = m.FunctionExpression((("n", "number"),), literal("n * 2"))
    for call in ("double(4)", "double(n: 4)"):
        assert value_of(m.ContextExpression((m.Entry("double", "", double), m.Entry("", "", literal(call))))) == 8


def knowledge(name: str, text: str, *parameters: str, type_ref: str = "", kind: str = "FEEL") -> m.BusinessKnowledge:
    function = m.FunctionExpression(tuple((p, "number") for p in parameters), literal(text), kind)
    return m.BusinessKnowledge(name=name, id=name, type_ref=type_ref, function=function, requires=m.Requirements(knowledge=(f"#{name}",)))


def asked(text: str, *business: m.BusinessKnowledge) -> dmn.Decided:
    requires = m.Requirements(knowledge=tuple(f"#{one.name}" for one in business))
    return model_of(m.Decision(name="d", id="d", expression=literal(text), requires=requires), knowledge=business).decide("d", {})


def test_a_business_knowledge_model_is_a_function():
    assert asked("奖补(200, 0.1)", knowledge("奖补", "base * rate", "base", "rate")).value == 20


def test_a_function_may_call_itself():
    assert asked("f(10)", knowledge("f", "if n <= 1 then 1 else n * f(n - 1)", "n")).value == 3_628_800


def test_a_function_that_calls_itself_for_ever_ends_in_the_engines_own_error():
    with pytest.raises(feel.FeelLimitError):
        asked("f(1)", knowledge("f", "f(n + 1)", "n"))


def test_a_wrong_argument_or_result_is_null_with_a_reason():
    found = asked('f("x")', knowledge("f", "n", "n"))
    assert found.value is None and [f.code for f in found.trace.faults] == ["value.type"]
    found = asked("f(1)", knowledge("f", "n", "n", type_ref="string"))
    assert found.value is None and [f.code for f in found.trace.faults] == ["value.type"]


def test_a_pmml_function_is_refused_with_a_reason():
    found = asked("f(1)", knowledge("f", "{document: null}", "n", kind="PMML"))
    assert found.value is None
    assert [(f.code, f.data["found"]) for f in found.trace.faults] == [("value.external", "PMML")]


def service_model() -> dmn.Model:
    rate = m.Decision(name="rate", id="rate", expression=literal("0.2"))
    amount = m.Decision(name="amount", id="amount", expression=literal("base * rate"), requires=m.Requirements(("#base",), ("#rate",)))
    caller = m.Decision(name="caller", id="caller", expression=literal("svc(50)"), requires=m.Requirements(knowledge=("#svc",)))
    service = m.DecisionService(name="svc", id="svc", outputs=("#amount",), encapsulated=("#rate",), input_data=("#base",))
    pair = m.DecisionService(name="pair", id="pair", outputs=("#amount", "#rate"), input_data=("#base",))
    given = m.DecisionService(name="given", id="given", outputs=("#amount",), input_decisions=("#rate",), input_data=("#base",))
    return model_of(rate, amount, caller, inputs=(m.InputData(name="base", id="base", type_ref="number"),), services=(service, pair, given))


def test_a_service_is_asked_from_outside_and_called_from_an_expression():
    model = service_model()
    assert model.decide("svc", {"base": 100}).value == 20
    assert model.decide("caller", {}).value == 10


def test_a_service_with_several_outputs_gives_a_context():
    assert service_model().decide("pair", {"base": 100}).value == {"amount": 20, "rate": Decimal("0.2")}


def test_an_input_decision_of_a_service_is_given_not_computed():
    assert service_model().decide("given", {"base": 100, "rate": Decimal("0.5")}).value == 50


def importing(text: str, requires: m.Requirements, **inputs) -> object:
    inner = m.Definitions(
        name="lib", namespace="urn:lib", knowledge=(knowledge("twice", "n * 2", "n"),),
        decisions=(m.Decision(name="base", id="base", expression=literal("21")),), items=(m.ItemDefinition(name="tRate", type_ref="number", allowed="[0..1]"),),
        inputs=(m.InputData(name="x", id="x", type_ref="tRate"),),
    )  # fmt: skip
    outer = m.Definitions(
        name="m", namespace="urn:m", imports=(m.Import("lib", "urn:lib", "DMN"),),
        decisions=(m.Decision(name="d", id="d", expression=literal(text), requires=requires),),
    )  # fmt: skip
    return dmn.Model(outer, resolve=lambda one: inner if one.namespace == "urn:lib" else None).decide("d", inputs).value


def test_an_imported_model_is_used_under_the_name_of_its_import():
    assert importing("lib.base", m.Requirements(decisions=("urn:lib#base",))) == 21
    assert importing("lib.twice(lib.base)", m.Requirements(decisions=("urn:lib#base",), knowledge=("urn:lib#twice",))) == 42
    assert importing("lib.x", m.Requirements(inputs=("urn:lib#x",)), lib={"x": 1}) == 1
    assert importing("lib.x", m.Requirements(inputs=("urn:lib#x",)), lib={"x": 2}) is None


ITEMS = (
    m.ItemDefinition(name="tShare", type_ref="number", allowed="[0..100]"),
    m.ItemDefinition(name="tKind", type_ref="string", allowed='"规上", "规下"'),
    m.ItemDefinition(name="tKinds", type_ref="tKind", is_collection=True),
    m.ItemDefinition(name="tTwo", type_ref="number", is_collection=True, constraint="count(?) = 2"),
    m.ItemDefinition(name="tFirm", components=(m.ItemDefinition(name="name", type_ref="string"), m.ItemDefinition(name="share", type_ref="tShare"))),
)


@pytest.mark.parametrize(
    ("type_ref", "given", "expected"),
    [
        ("number", 1, 1), ("number", "1", None), ("string", "a", "a"), ("boolean", True, True), ("boolean", 1, None),
        ("date", datetime.date(2026, 2, 28), feel.Date(2026, 2, 28)), ("date", "2026-02-28", None),
        ("tShare", 0, 0), ("tShare", 100, 100), ("tShare", Decimal("-0.01"), None), ("tShare", Decimal("100.01"), None),
        ("tKind", "规上", "规上"), ("tKind", "其他", None),
        ("tKinds", ["规上", "规下"], ["规上", "规下"]), ("tKinds", ["规上", "其他"], None),
        ("tTwo", [1, 2], [1, 2]), ("tTwo", [1], None), ("tTwo", [1, 2, 3], None),
        ("tFirm", {"name": "甲", "share": 5}, {"name": "甲", "share": 5}), ("tFirm", {"name": "甲", "share": 500}, None), ("tFirm", {"name": "甲"}, None),
        ("number", [7], 7), ("number", [7, 8], None), ("tKinds", "规上", ["规上"]), ("tShare", None, None),
    ],
)  # fmt: skip
def test_an_input_is_held_to_its_type(type_ref, given, expected):
    data = (m.InputData(name="x", id="x", type_ref=type_ref),)
    found = model_of(m.Decision(name="d", id="d", expression=literal("x"), requires=m.Requirements(("#x",))), inputs=data, items=ITEMS).decide(
        "d", {"x": given}
    )
    assert found.value == expected
    assert [f.code for f in found.trace.faults] == (["value.type"] if expected is None and given is not None else [])


def test_a_result_is_held_to_the_type_of_its_decision():
    found = model_of(m.Decision(name="d", id="d", type_ref="number", expression=literal('"x"'))).decide("d", {})
    assert found.value is None
    (fault,) = found.trace.faults
    assert "“d”" in fault.message("zh") and "number" in fault.message("en")


def test_a_float_is_refused_because_money_would_not_be_exact():
    model = model_of(m.Decision(name="d", id="d", expression=literal("1")))
    with pytest.raises(feel.FeelInputError):
        model.decide("d", {"x": 0.1})


def test_the_clock_is_passed_in_never_read():
    model = model_of(m.Decision(name="d", id="d", expression=literal("today()")))
    moment = feel.DateTime(feel.Date(2026, 11, 23), feel.Time(8, 0, 0))
    assert model.decide("d", {}, clock=moment).value == feel.Date(2026, 11, 23)
    assert model.decide("d", {}).value is None


def test_an_unknown_decision_is_an_error_not_a_null():
    with pytest.raises(dmn.ModelInvalid) as caught:
        model_of(m.Decision(name="d", id="d", expression=literal("1"))).decide("nope", {})
    assert caught.value.faults[0].code == "model.name"


def test_a_decision_without_logic_is_null_with_a_reason():
    found = model_of(m.Decision(name="d", id="d")).decide("d", {})
    assert found.value is None and [f.code for f in found.trace.faults] == ["value.none"]


def test_work_without_end_is_stopped_by_the_limits():
    model = model_of(m.Decision(name="d", id="d", expression=literal("count(for i in 1..1000000 return i)")))
    with pytest.raises(feel.FeelLimitError):
        model.decide("d", {}, limits=feel.Limits(steps=1000))


def test_a_model_can_be_asked_again_and_again():
    model = service_model()
    assert [model.decide("svc", {"base": base}).value for base in (10, 20, 10)] == [2, 4, 2]


@pytest.mark.parametrize("text", ["net worth+1", "net   worth + 1", "net\nworth+1", "if net worth = 4 then net worth+1 else 0", "Q1-Q2 net worth"])
def test_a_name_is_found_in_a_text_however_it_is_spaced(text):
    names = ["net", "worth", "net worth", "Q1-Q2 net worth", "worth 2", "★"]
    entries = tuple(m.Entry(name, "", m.Literal("4")) for name in names)
    expression = m.ContextExpression((*entries, m.Entry("", "", m.Literal(text))))
    model = dmn.Model(m.Definitions(decisions=(m.Decision(name="d", id="d", expression=expression),)))
    assert model.decide("d", {}).value == (4 if text.startswith("Q1") else 5)
    assert model.parsed(text) == feel.parse(text, names=model.names)
