"""A model written is the model read, whatever version it came in; its layout comes along."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines import dmn
from manyuan.engines.dmn import model as m

word = st.text("abcx规上", min_size=1, max_size=6)
type_ref = st.sampled_from(["", "number", "string", "tShare"])
text = st.sampled_from(["1", "x + 1", '"<&>"', "if x > 3 then 1 else 2", "[1, 2]\n, 3", "null"]).map(str.strip)
literal = st.builds(m.Literal, text, type_ref=type_ref, id=word)


def _grown(inner):
    entry = st.builds(m.Entry, word, type_ref, inner)
    pairs = st.lists(st.tuples(word, type_ref), max_size=2).map(tuple)
    return st.one_of(
        st.builds(m.ContextExpression, st.lists(entry, max_size=3).map(tuple), type_ref=type_ref),
        st.builds(m.ListExpression, st.lists(inner, max_size=3).map(tuple)),
        st.builds(m.Invocation, literal, st.lists(st.builds(m.Binding, word, type_ref, inner), max_size=2).map(tuple)),
        st.lists(word, min_size=1, max_size=2).flatmap(
            lambda columns: st.builds(m.Relation, st.just(tuple(columns)), st.lists(st.tuples(*[inner] * len(columns)), max_size=2).map(tuple))
        ),
        st.builds(m.FunctionExpression, pairs, inner, st.sampled_from(["FEEL", "Java", "PMML"])),
        st.builds(m.Conditional, inner, inner, inner),
        st.builds(m.Iteration, st.sampled_from(["for", "some", "every"]), word, inner, inner),
        st.builds(m.FilterExpression, inner, inner),
    )


table = st.builds(
    m.DecisionTable,
    st.tuples(st.builds(m.InputClause, text, type_ref, word, st.sampled_from(["", '"a", "b"']), word)),
    st.tuples(st.builds(m.OutputClause, word, type_ref, word, st.sampled_from(["", "1, 2"]), st.sampled_from(["", "0"]), word)),
    st.lists(st.builds(m.Rule, st.tuples(st.sampled_from(["-", "< 5"])), st.tuples(text), st.tuples(word), word), max_size=3).map(tuple),
    st.sampled_from(["UNIQUE", "FIRST", "RULE ORDER", "COLLECT"]), st.sampled_from(["", "SUM"]), word, st.just(("note",)),
)  # fmt: skip
expression = st.recursive(st.one_of(literal, table), _grown, max_leaves=8)
item = st.builds(
    m.ItemDefinition, name=word, id=word, label=word, description=word, type_ref=type_ref, is_collection=st.booleans(),
    allowed=st.sampled_from(["", "[0..1]"]), constraint=st.sampled_from(["", "count(?) = 1"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(expression, st.lists(item, max_size=2), word, st.lists(st.sampled_from(["#a", "urn:other#b"]), max_size=2))
def test_what_is_written_is_what_is_read(inside, items, description, hrefs):
    requires = m.Requirements(tuple(hrefs), tuple(hrefs), tuple(hrefs), tuple(hrefs))
    given_model = m.Definitions(
        name="模型", id="m", namespace="urn:m", description=description, items=tuple(items), imports=(m.Import("lib", "urn:lib", "urn:kind", "lib.dmn"),),
        inputs=(m.InputData(name="x", id="x", type_ref="number", label=description),),
        decisions=(m.Decision(name="d", id="d", type_ref="number", requires=requires, expression=inside, question="why?", allowed_answers="yes"),),
        knowledge=(m.BusinessKnowledge(name="f", id="f", requires=requires, function=m.FunctionExpression((("n", "number"),), inside)),),
        services=(m.DecisionService(name="s", id="s", outputs=("#d",), encapsulated=("#e",), input_decisions=("#g",), input_data=("#x",)),),
        sources=(m.KnowledgeSource(name="63号", id="k", location="urn:source", requires=m.Requirements(authorities=("#k",))),),
    )  # fmt: skip
    written = dmn.write_dmn(given_model)
    assert dmn.read_dmn(written) == given_model
    assert dmn.write_dmn(dmn.read_dmn(written)) == written


OLD = {
    "1.1": ("http://www.omg.org/spec/DMN/20151101/dmn.xsd", ""),
    "1.2": ("http://www.omg.org/spec/DMN/20180521/MODEL/", "http://www.omg.org/spec/DMN/20180521/DMNDI/"),
    "1.3": ("https://www.omg.org/spec/DMN/20191111/MODEL/", "https://www.omg.org/spec/DMN/20191111/DMNDI/"),
}


@pytest.mark.parametrize("version", OLD)
def test_an_old_model_is_written_as_the_newest_version_and_decides_as_before(version):
    namespace, layout = OLD[version]
    drawn = f'<DMNDI xmlns="{layout}"><DMNDiagram id="page1"><DMNShape dmnElementRef="d"/></DMNDiagram></DMNDI>' if layout else ""
    body = f'<decision name="d" id="d"><variable name="d"/><literalExpression><text>0.1 + 0.2</text></literalExpression></decision>{drawn}'
    written = dmn.write_dmn(dmn.read_dmn(f'<definitions xmlns="{namespace}" name="m" namespace="u">{body}</definitions>'.encode()))
    assert namespace.encode() not in written and b"DMN/20230324/MODEL/" in written
    assert dmn.Model(dmn.read_dmn(written)).decide("d", {}).value == Decimal("0.3")
    if layout:
        assert layout.encode() not in written and b"DMN/20230324/DMNDI/" in written
        assert b'<DMNDiagram id="page1"' in written and b'dmnElementRef="d"' in written
