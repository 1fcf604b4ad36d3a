"""What is found before anything runs, and that it is found at its very character in the file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines import dmn, feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn import tck

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
HERE = "⟦"  # stands before the character at which a fault is expected


def model_xml(body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m">\n{body}\n</definitions>\n'


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def decision(logic: str, name: str = "d", kind: str = "Any") -> str:
    return f'<decision name="{name}" id="{name}">\n  <variable name="{name}" typeRef="{kind}"/>\n  {logic}\n</decision>'


def table(inputs: str = literal("1"), cell: str = "-", output: str = "1", values: str = "", default: str = "") -> str:
    allowed = f"<outputValues><text>{values}</text></outputValues>" if values else ""
    otherwise = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    entry = inputs.replace("literalExpression", "inputExpression")
    return (
        f'<decisionTable>\n<input label="in">{entry}</input>\n<output name="out">{allowed}{otherwise}</output>\n'
        f"<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>\n"
        f"<rule>\n<inputEntry><text>{cell}</text></inputEntry>\n<outputEntry><text>{output}</text></outputEntry></rule>\n</decisionTable>"
    )


def found_in(source: str) -> list[tuple[str, str, int, int]]:
    """Code, element, line and column of every fault."""
    return [(f.code, str(f.data["element"]), f.line, f.column) for f in dmn.check_dmn(source.encode(), file="m.dmn")]


@pytest.mark.parametrize(
    ("logic", "element"),
    [
        (literal("1 +" + HERE), "d"),
        (literal("\n      1 + 2\n      +  ⟦)"), "d"),
        (literal("1 &lt; 2 and &quot;&#x6EE1;&quot; = ⟦)"), "d"),
        (literal("<![CDATA[1 < 2 and ]]>⟦)"), "d"),
        (literal("1 <!-- a remark --> + ⟦)"), "d"),
        (literal("满园 = ⟦)"), "d"),
        ("<list>" + literal("1") + literal("⟦)") + "</list>", "d › 2"),
        (f'<context><contextEntry><variable name="entry"/>{literal("⟦)")}</contextEntry></context>', "d › entry"),
        (f'<relation><column name="a"/><column name="b"/><row>{literal("1")}{literal("⟦)")}</row></relation>', "d › 1 › b"),
        (f'<invocation>{literal("abs")}<binding><parameter name="n"/>{literal("⟦)")}</binding></invocation>', "d › n"),
        (f'<functionDefinition><formalParameter name="p"/>{literal("p + ⟦)")}</functionDefinition>', "d"),
        (f"<conditional><if>{literal('true')}</if><then>{literal('⟦)')}</then><else>{literal('1')}</else></conditional>", "d"),
        (f'<for iteratorVariable="i"><in>{literal("[1]")}</in><return>{literal("i + ⟦)")}</return></for>', "d"),
        (f"<filter><in>{literal('[1]')}</in><match>{literal('item > ⟦)')}</match></filter>", "d"),
        (table(inputs=literal("1 + ⟦)")), "d › in"),
        (table(cell="&lt; ⟦)"), "d › 2 › in"),
        (table(output="⟦)"), "d › 2 › out"),
        (table(values='"a", ⟦)'), "d › out"),
        (table(default="⟦)"), "d › out"),
    ],
)
def test_a_syntax_error_is_found_at_its_character_wherever_it_stands(logic, element):
    marked = model_xml(decision(logic))
    before = marked[: marked.index(HERE)]
    expected = ("model.expression", element, before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert found_in(marked.replace(HERE, "")) == [expected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_place_does_not_depend_on_the_encoding_of_the_file(encoding):
    source = model_xml(decision(literal("满园 &lt; )"))).replace("UTF-8", encoding.removesuffix("-sig"))
    (fault,) = dmn.check_dmn(source.encode(encoding))
    assert source.splitlines()[fault.line - 1][fault.column - 1 :].startswith(")</text>")


PIECES = st.sampled_from(["a", "满", "𠮷", "&lt;", "&#x6EE1;", "\n", "\r\n", "\t", " ", "<!-- c -->", "<![CDATA[<b>]]>", "<?pi x?>"])


@given(st.lists(PIECES, max_size=12), st.lists(PIECES, max_size=12))
def test_every_character_of_a_text_is_found_where_it_stands_in_the_file(before, after):
    source = model_xml(decision(literal("".join([*before, "X", *after]))))
    logic = dmn.read_dmn(source.encode()).decisions[0].expression
    lines = source.replace("\r\n", "\n").split("\n")
    line, column = logic.text.place(logic.text.index("X"))
    assert lines[line - 1][column - 1] == "X"


def test_a_fault_says_where_what_was_found_and_what_was_expected_in_both_languages():
    (fault,) = dmn.check_dmn(model_xml(decision(literal("1 + "))).encode(), file="m.dmn")
    assert (
        fault.message("en") == "m.dmn: line 5, column 31: the expression of 'd' is wrong: found the end of the expression, expected an expression.\n1 +\n   ^"
    )
    assert fault.message("zh") == "m.dmn: 第 5 行第 31 列：“d”的表达式有误：遇到 表达式的结尾，应为一个表达式。\n1 +\n   ^"


TYPES = '<itemDefinition name="tRow"><itemComponent name="Name"><typeRef>string</typeRef></itemComponent></itemDefinition>'


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ('<inputData name="x" id="x"><variable name="x" typeRef="tNope"/></inputData>', "x"),
        (decision(literal("1"), kind="tNope"), "d"),
        (decision('<literalExpression typeRef="tNope"><text>1</text></literalExpression>'), "d"),
        (decision(f'<context><contextEntry><variable name="e" typeRef="tNope"/>{literal("1")}</contextEntry></context>'), "d › e"),
        (decision(table().replace("<inputExpression", '<inputExpression typeRef="tNope"')), "d › in"),
        (decision(table().replace('name="out"', 'name="out" typeRef="tNope"')), "d › out"),
        (decision('<functionDefinition><formalParameter name="p" typeRef="tNope"/>' + literal("p") + "</functionDefinition>"), "d › p"),
        ('<itemDefinition name="t"><itemComponent name="c"><typeRef>tNope</typeRef></itemComponent></itemDefinition>', "t › c"),
        ('<itemDefinition name="t"><typeRef>list&lt;tNope></typeRef></itemDefinition>', "t"),
    ],
)
def test_a_type_that_does_not_exist_is_found(body, element):
    assert [found[:2] for found in found_in(model_xml(TYPES + body))] == [("model.type", element)]


def test_types_that_exist_are_no_faults():
    kinds = ["tRow", "list<tRow>", "number", "date and time", "days and time duration", "context<a: number>", "function<number>->tRow", "Any", ""]
    assert found_in(model_xml(TYPES + "".join(decision(literal("null"), f"d{at}", kind.replace("<", "&lt;")) for at, kind in enumerate(kinds)))) == []


REQUIRED = (
    '<inputData name="Revenue" id="revenue"><variable name="Revenue" typeRef="number"/></inputData>'
    '<inputData name="Rows" id="rows"><variable name="Rows" typeRef="tRows"/></inputData>'
    f'<itemDefinition name="tRows" isCollection="true"><typeRef>tRow</typeRef></itemDefinition>{TYPES}'
    '<businessKnowledgeModel name="twice" id="twice"><encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
    f"{literal('if n &lt; 0 then twice(-n) else n * 2')}</encapsulatedLogic></businessKnowledgeModel>"
)
REQUIRES = (
    '<informationRequirement><requiredInput href="#revenue"/></informationRequirement>'
    '<informationRequirement><requiredInput href="#rows"/></informationRequirement>'
    '<knowledgeRequirement><requiredKnowledge href="#twice"/></knowledgeRequirement>'
)


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (literal("twice(Revenue) + count(Rows)"), []),
        (literal("Rows[Name = &quot;a&quot;].Name"), []),
        (literal("Revenu + 1"), ["check.name"]),
        (literal("thrice(Revenue)"), ["check.function"]),
        (literal("twice(Revenue, 1)"), ["check.arity"]),
        (literal("Rows[1].Nam"), ["check.property"]),
        (literal("Revenue + &quot;a&quot;"), ["check.operands"]),
        (literal("nowhere + elsewhere"), ["check.name", "check.name"]),
        (literal("1 in [[2..4], [1..3]]"), []),
        (table(inputs=literal("Revenue"), cell="&lt; twice(5)"), []),
        (table(inputs=literal("Revenue"), cell="&lt; limit"), ["check.name"]),
        (table(inputs=literal("Revenue"), cell="&quot;a&quot;"), ["check.operands"]),
        (table(inputs=literal("Revenue"), cell="? > 5", output="Revenue"), []),
        (table(output="limit"), ["check.name"]),
        (table(inputs=literal("Revenue"), output="?"), ["check.name"]),
        (f'<for iteratorVariable="row"><in>{literal("Rows")}</in><return>{literal("row.Name")}</return></for>', []),
        (f'<for iteratorVariable="row"><in>{literal("Rows")}</in><return>{literal("count(partial)")}</return></for>', []),
        (f'<some iteratorVariable="row"><in>{literal("row")}</in><satisfies>{literal("true")}</satisfies></some>', ["check.name"]),
        (f"<filter><in>{literal('Rows')}</in><match>{literal('item.Name = Name')}</match></filter>", []),
        (f"<filter><in>{literal('Rows')}</in><match>{literal('item.Age > 1')}</match></filter>", ["check.property"]),
        (
            f'<context><contextEntry><variable name="a"/>{literal("1")}</contextEntry><contextEntry>{literal("a + b")}</contextEntry></context>',
            ["check.name"],
        ),
        (
            f'<context><contextEntry><variable name="a"/>{literal("b")}</contextEntry>'
            f'<contextEntry><variable name="b"/>{literal("a")}</contextEntry></context>',
            ["check.name"],
        ),
        (f'<functionDefinition><formalParameter name="p"/>{literal("p + Revenue")}</functionDefinition>', []),
        (f'<functionDefinition><formalParameter name="p"/>{literal("q")}</functionDefinition>', ["check.name"]),
        (f'<invocation>{literal("twice")}<binding><parameter name="n"/>{literal("Revenue")}</binding></invocation>', []),
    ],
)
def test_names_are_those_that_running_would_find(logic, expected):
    source = model_xml(REQUIRED + decision(REQUIRES + logic))
    found = dmn.check_dmn(source.encode())
    assert [(fault.code, fault.data["found"].code) for fault in found] == [("model.logic", code) for code in expected]


@pytest.mark.parametrize(
    ("function", "parameter", "expected"),
    [("twice", "n", []), ("twice", "m", [("model.binding", "d")]), ("abs", "n", []), ("abs", "m", [("model.binding", "d")]), ("Rows", "m", [])],
)
def test_an_argument_that_the_function_has_no_parameter_for_is_found(function, parameter, expected):
    logic = f'<invocation>{literal(function)}<binding><parameter name="{parameter}"/>{literal("Revenue")}</binding></invocation>'
    assert [found[:2] for found in found_in(model_xml(REQUIRED + decision(REQUIRES + logic)))] == expected


def test_a_decision_sees_only_what_it_requires():
    source = model_xml(REQUIRED + decision(literal("Revenue")))
    assert [found[:2] for found in found_in(source)] == [("model.logic", "d")]


def test_every_kind_of_fault_is_reported_at_once():
    wrong = '<informationRequirement><requiredDecision href="#nowhere"/></informationRequirement>'
    source = model_xml(decision(wrong + literal("1 +")) + decision(literal("x"), "e") + decision(literal("1"), "f", "tNope"))
    assert [found[:2] for found in found_in(source)] == [
        ("model.reference", "d"), ("model.expression", "d"), ("model.logic", "e"), ("model.type", "f"),
    ]  # fmt: skip


def test_a_file_that_cannot_be_read_gives_the_faults_of_reading():
    assert [(fault.code, fault.file) for fault in dmn.check_dmn(b"<policy/>", file="m.dmn")] == [("xml.root", "m.dmn")]


@pytest.mark.parametrize("language", ["http://www.example.org/script", "groovy"])
def test_an_expression_in_another_language_is_refused_not_read_as_feel(language):
    source = model_xml(decision(literal("1 + 1").replace("<literalExpression", f'<literalExpression expressionLanguage="{language}"')))
    assert [(fault.code, fault.line) for fault in dmn.check_dmn(source.encode())] == [("model.language", 5)]
    own = m.Definitions(decisions=(m.Decision(name="d", id="d", expression=m.Literal("1 + 1", language)),))
    with pytest.raises(dmn.ModelInvalid, match="not FEEL"):
        dmn.Model(own)
    assert dmn.check_dmn(source.replace(language, f"{NAMESPACE.replace('MODEL', 'FEEL')}").encode()) == []


def test_the_faults_of_an_imported_model_are_found_in_its_file_and_its_names_are_known():
    inner = dmn.read_dmn(model_xml(decision(literal("1 + "), "far")).replace("urn:m", "urn:inner").encode(), file="inner.dmn")
    link = '<import name="lib" namespace="urn:inner" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    wants = '<informationRequirement><requiredDecision href="urn:inner#far"/></informationRequirement>'
    outer = dmn.read_dmn(model_xml(link + decision(wants + literal("lib.far + lib.near"))).encode(), file="outer.dmn")
    found = dmn.check(outer, resolve=lambda one: inner)
    assert [(fault.code, fault.file, fault.data["found"].code) for fault in found] == [
        ("model.expression", "inner.dmn", "syntax.unexpected"),
        ("model.logic", "outer.dmn", "check.property"),
    ]
    with pytest.raises(dmn.ModelInvalid, match=r"inner\.dmn"):
        dmn.Model(outer, resolve=lambda one: inner)


def test_a_model_built_by_hand_has_the_column_in_the_text():
    (fault,) = dmn.check(m.Definitions(decisions=(m.Decision(name="d", id="d", expression=m.Literal("1 +\n)")),)))
    assert (fault.line, fault.column) == (0, 1)
    assert fault.message() == "column 1: the expression of 'd' is wrong: found “)”, expected an expression.\n)\n^"


BROKEN = model_xml(decision(literal("1 +")) + decision(literal("2"), "e") + decision(literal("nowhere"), "f"))


def test_a_model_that_is_not_feel_is_refused_but_may_be_run_as_written():
    definitions = dmn.read_dmn(BROKEN.encode())
    with pytest.raises(dmn.ModelInvalid) as caught:
        dmn.Model(definitions)
    assert [fault.code for fault in caught.value.faults] == ["model.expression"]
    model = dmn.Model.as_written(definitions)
    assert model.decide("e", {}).value == 2
    asked = model.decide("d", {})
    assert asked.value is None
    assert [(fault.code, fault.line) for fault in asked.trace.faults] == [("model.expression", 5)]


def test_a_name_out_of_scope_is_null_with_its_reason_as_feel_has_it():
    assert dmn.Model(dmn.read_dmn(model_xml(decision(literal("nowhere"))).encode())).decide("d", {}).value is None


def test_a_cycle_run_as_written_ends_in_the_engines_own_error():
    needs = m.Requirements(decisions=("#d",))
    model = dmn.Model.as_written(m.Definitions(decisions=(m.Decision(name="d", id="d", expression=m.Literal("d"), requires=needs),)))
    with pytest.raises(feel.FeelLimitError):
        model.decide("d", {})


@pytest.mark.shared_data
@pytest.mark.skipif(not tck.default_path().is_dir(), reason="the conformance kit is not here")
def test_in_the_kit_what_is_found_fault_with_is_null_when_asked():
    """No false alarm in 150 models: but for what FEEL decides by the other side of `and` and `or`, and a list of nulls, each ends in null."""
    expected: dict[tuple[str, str], list[object]] = {}
    for case in tck.run(tck.default_path()):
        expected.setdefault((case.folder.split("/")[1], case.result), []).append(case.expected)
    count, alive = 0, set()
    for folder in sorted(tck.default_path().glob("compliance-level-*/*")):
        models = [dmn.read_dmn(path) for path in folder.glob("*.dmn")]
        for definitions in models:
            for fault in dmn.check(definitions, resolve=lambda one, models=models: next((d for d in models if d.namespace == one.namespace), None)):
                count += 1
                name = str(fault.data["element"]).split(" › ")[0]
                if any(value is not None for value in expected.get((folder.name, name), [])):
                    alive.add(f"{folder.name[:4]}/{name}")
    assert count > 800
    assert alive == {
        *(f"0064/decision{number}" for number in ("006_b", "006_c", "008_b", "008_c")),
        *(f"0065/decision{number}" for number in ("003_b", "003_c", "007_b", "007_c")),
        "0069/decision033",
    }


def test_the_commands_door_takes_a_path(tmp_path: Path):
    (tmp_path / "tier.dmn").write_text(BROKEN, encoding="utf-8")
    assert [fault.file for fault in dmn.check_dmn(tmp_path / "tier.dmn")] == ["tier.dmn", "tier.dmn"]
