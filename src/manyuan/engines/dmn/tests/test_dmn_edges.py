"""Cases at the edges of tables, sheets and models: each is refused, told or kept, never passed over in silence."""

import io

import openpyxl
import pytest

from manyuan.engines import dmn
from manyuan.engines.dmn import lint
from manyuan.engines.dmn import model as m

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def table(rows: list[tuple[str, ...]], policy: str = "UNIQUE", aggregation: str = "", values: str = "") -> m.DecisionTable:
    inputs = tuple(m.InputClause("xyz"[at], values=values) for at in range(len(rows[0]) - 1))
    return m.DecisionTable(inputs, (m.OutputClause("o"),), tuple(m.Rule(row[:-1], row[-1:]) for row in rows), policy, aggregation)


def kinds(given_table: m.DecisionTable) -> list[str]:
    return [finding.kind for finding in dmn.lint_table(given_table)]


def lone(**parts) -> m.Definitions:
    return m.Definitions(name="m", namespace="u", decisions=(m.Decision(name="d", id="d", **parts),))


def edited(given_table: m.DecisionTable, change) -> dict[str, m.DecisionTable]:
    book = openpyxl.load_workbook(io.BytesIO(dmn.write_tables({"d": given_table})))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return dmn.read_tables(out.getvalue())


TWO = [("< 5", "1"), (">= 5", "2")]


# lint
def test_a_search_that_gives_up_says_so(monkeypatch):
    monkeypatch.setattr(lint, "MAX_BOXES", 0)
    assert kinds(table([("< 5", "1")])) == ["unfinished"]


# sheets
def formula(book):
    book.worksheets[0]["B9"] = "=1+1"


def test_a_formula_in_a_condition_is_refused():
    with pytest.raises(dmn.SheetInvalid, match="B9"):
        edited(table(TWO), formula)


def test_merged_conditions_are_refused():
    with pytest.raises(dmn.SheetInvalid, match="B9"):
        edited(table(TWO), lambda book: book.worksheets[0].merge_cells("B9:B10"))


def test_two_sheets_of_one_name_are_refused():
    with pytest.raises(dmn.SheetInvalid):
        edited(table(TWO), lambda book: book.copy_worksheet(book.worksheets[0]))


def test_a_column_without_a_kind_is_refused():
    def change(book):
        book.worksheets[0]["B3"] = None

    with pytest.raises(dmn.SheetInvalid, match="B3"):
        edited(table(TWO), change)


def test_annotations_without_names_survive():
    given_table = m.DecisionTable((m.InputClause("x"),), (m.OutputClause("o"),), (m.Rule(("1",), ("1",), ("63号第二条",)),))
    assert dmn.read_tables(dmn.write_tables({"d": given_table}))["d"].rules[0].annotations == ("63号第二条",)


def test_the_type_of_the_result_survives():
    given_table = m.DecisionTable((m.InputClause("x"),), (m.OutputClause("o"),), (m.Rule(("-",), ('"a"',)),), type_ref="number")
    assert dmn.read_tables(dmn.write_tables({"d": given_table}))["d"].type_ref == "number"


def test_a_text_too_long_for_a_cell_is_refused_when_written():
    with pytest.raises(dmn.SheetInvalid, match="C9"):
        dmn.write_tables({"d": table([("-", '"' + "x" * 40_000 + '"')])})


def test_a_rule_of_empty_cells_survives():
    given_table = table([("", ""), ("1", "2")], "FIRST")
    assert len(dmn.read_tables(dmn.write_tables({"d": given_table}))["d"].rules) == 2


# models
@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_a_list_without_a_matching_row_says_why_it_is_null(policy):
    found = dmn.Model(lone(expression=m.DecisionTable((m.InputClause("1"),), (m.OutputClause("o"),), (m.Rule(("2",), ("1",)),), policy))).decide("d", {})
    assert found.value is None
    assert [fault.code for fault in found.trace.faults] == ["table.no_rule"]


def test_an_unknown_aggregation_is_a_fault():
    with pytest.raises(dmn.ModelInvalid):
        dmn.Model(lone(expression=table([("-", "1")], "COLLECT", "AVG")))


def test_a_decision_that_requires_itself_is_a_cycle():
    with pytest.raises(dmn.ModelInvalid) as caught:
        dmn.Model(lone(expression=m.Literal("d"), requires=m.Requirements(decisions=("#d",))))
    assert [fault.code for fault in caught.value.faults] == ["model.cycle"]


def test_an_id_given_twice_is_a_fault():
    twice = "".join(f'<decision name="{n}" id="i"><literalExpression><text>{n}</text></literalExpression></decision>' for n in ("1", "2"))
    with pytest.raises(dmn.ModelInvalid):
        dmn.Model(dmn.read_dmn(f'<definitions xmlns="{NAMESPACE}" name="m" namespace="u">{twice}</definitions>'.encode()))


def test_a_wrong_expression_is_a_fault_with_its_line_before_anything_runs():
    body = '\n<decision name="d" id="d"><literalExpression><text>1 +</text></literalExpression></decision>'
    with pytest.raises(dmn.ModelInvalid) as caught:
        dmn.Model(dmn.read_dmn(f'<definitions xmlns="{NAMESPACE}" name="m" namespace="u">{body}</definitions>'.encode()))
    assert [(fault.code, fault.line) for fault in caught.value.faults] == [("model.expression", 2)]


def test_an_unknown_type_is_a_fault():
    with pytest.raises(dmn.ModelInvalid):
        dmn.Model(lone(expression=m.Literal("1"), type_ref="tNope"))


def test_an_entity_in_an_expression_is_refused():
    before = '<!DOCTYPE definitions [<!ENTITY more "+ 100">]>'
    body = '<decision name="d" id="d"><literalExpression><text>5 &more;</text></literalExpression></decision>'
    source = f'{before}<definitions xmlns="{NAMESPACE}" name="m" namespace="u">{body}</definitions>'
    with pytest.raises(dmn.ModelInvalid):
        dmn.Model(dmn.read_dmn(source.encode())).decide("d", {})


def test_a_character_that_xml_cannot_hold_is_refused_by_the_writer():
    with pytest.raises(dmn.ModelInvalid):
        dmn.write_dmn(lone(expression=m.Literal('"a\x0bb"')))
