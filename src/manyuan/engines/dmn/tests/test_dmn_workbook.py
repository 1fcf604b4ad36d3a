"""A whole model as a workbook: what the tables say comes from their sheets, the rest comes back; a workbook made by hand becomes a model."""

import io

import openpyxl
import pytest

from manyuan.engines import dmn, feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.nested_tables import tables_of, with_tables
from manyuan.engines.dmn.variables import free_names


def tier(*, limit: str = "20000000", result: str = '"规上"') -> m.DecisionTable:
    rules = (m.Rule((f"< {limit}",), ('"规下"',), id="r1"), m.Rule((f">= {limit}",), (result,), id="r2"))
    return m.DecisionTable((m.InputClause("上年 营业收入", "number", id="in"),), (m.OutputClause("tier", id="out"),), rules, id="table")


def city(table: m.DecisionTable) -> m.Definitions:
    """A model with a table over a name with a blank, a type, a function, a decision that is no table, and a table within a context."""
    inner = m.DecisionTable((m.InputClause("上年 营业收入"),), (m.OutputClause(),), (m.Rule(("> net worth",), ("1",)), m.Rule(("-",), ("0",))), "FIRST")
    return m.Definitions(
        name="city", namespace="urn:city", items=(m.ItemDefinition(name="tMoney", type_ref="number", allowed=">= 0"),),
        inputs=(m.InputData(name="上年 营业收入", id="revenue", type_ref="tMoney"), m.InputData(name="net worth", id="worth", type_ref="number")),
        decisions=(
            m.Decision(name="档次", id="tier", requires=m.Requirements(("#revenue",)), expression=table),
            m.Decision(name="Flag", id="flag", requires=m.Requirements(("#revenue", "#worth")), expression=m.ContextExpression((
                m.Entry("rich", "", inner), m.Entry("", "", m.Literal("double(rich)")))), type_ref="number"),
        ),
        knowledge=(m.BusinessKnowledge(name="double", id="double", function=m.FunctionExpression((("x", "number"),), m.Literal("x * 2"))),),
    )  # fmt: skip


def edited(content: bytes, sheet: str, **cells: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_model_comes_back_whole_with_its_types_functions_and_nested_tables():
    definitions = city(tier())
    assert list(tables_of(definitions)) == ["档次", "Flag › rich"]
    assert dmn.read_workbook(dmn.write_workbook(definitions)) == dmn.read_dmn(dmn.write_dmn(definitions))
    assert dmn.write_workbook(definitions) == dmn.write_workbook(definitions)


def test_what_is_changed_in_a_sheet_is_changed_in_the_model_and_nothing_else():
    definitions = dmn.read_dmn(dmn.write_dmn(city(tier())))
    back = dmn.read_workbook(edited(dmn.write_workbook(definitions), "档次", B9="< 30000000", B10=">= 30000000"))
    assert back == with_tables(definitions, lambda path, table: tier(limit="30000000") if path == "档次" else table)
    assert dmn.Model(back).decide("档次", {"上年 营业收入": 25_000_000}).value == "规下"


def test_a_row_added_in_excel_is_a_rule():
    back = dmn.read_workbook(edited(dmn.write_workbook(city(tier())), "档次", A11=3, B11="null", C11='"待定"'))
    assert [rule.outputs for rule in tables_of(back)["档次"].rules] == [('"规下"',), ('"规上"',), ('"待定"',)]


def test_a_cell_may_speak_of_any_variable_of_the_model_blanks_and_all():
    back = dmn.read_workbook(edited(dmn.write_workbook(city(tier())), "档次", B9="< net worth"))
    assert tables_of(back)["档次"].rules[0].inputs == ("< net worth",)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda content: edited(content, "档次", B1="级别"), ["档次", "级别"]),
        (lambda content: edited(content, "档次", B6="tMony"), ["B6", "tMony"]),
        (lambda content: edited(content, "变量 Variables", B3="Inptu"), ["B3", "Inptu"]),
        (lambda content: edited(content, "变量 Variables", A4="上年 营业收入"), ["A4", "上年 营业收入"]),
        (lambda content: edited(content, "模型 Model", A2="<definitions"), ["模型 Model!A2"]),
        (lambda content: edited(content, "档次", C9="1 +"), ["档次!C9"]),
    ],
)
def test_what_does_not_fit_the_model_is_named_in_both_languages(spoil, says):
    content = spoil(dmn.write_workbook(city(tier())))
    with pytest.raises(dmn.SheetInvalid) as caught:
        dmn.read_workbook(content)
    for language in ("zh", "en"):
        assert all(word in caught.value.message(language) for word in says)
    assert caught.value.message("zh") != caught.value.message("en")


def test_a_model_without_a_table_has_no_workbook():
    with pytest.raises(dmn.SheetInvalid, match="no decision table"):
        dmn.write_workbook(m.Definitions(name="empty", namespace="urn:e"))


def by_hand(listed: list[tuple[str, str, str]]) -> bytes:
    """Tables alone, and a sheet of variables written by a person."""
    pays = m.DecisionTable(
        (m.InputClause("档次"), m.InputClause("staff number", "number")), (m.OutputClause(),), (m.Rule(('"规上"', ">= floor space"), ("staff number * 2",)),)
    )
    book = openpyxl.load_workbook(io.BytesIO(dmn.write_tables({"档次": tier(), "Pays": pays})))
    sheet = book.create_sheet("变量")
    for row, texts in enumerate([("变量 Variables",), ("名称",), *listed], 1):
        for column, text in enumerate(texts, 1):
            sheet.cell(row, column, text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_made_by_hand_becomes_a_model_that_can_be_asked():
    definitions = dmn.read_workbook(by_hand([("floor space", "", "number")]), name="grants")
    assert dmn.check(definitions) == []
    assert {(one.name, one.type_ref) for one in definitions.inputs} == {("floor space", "number"), ("staff number", "number"), ("上年 营业收入", "number")}
    found = dmn.Model(definitions).decide("Pays", {"上年 营业收入": 30_000_000, "staff number": 10, "floor space": 5})
    assert (found.value, found.trace.faults) == (20, [])


def test_a_name_with_a_blank_that_nobody_listed_is_a_fault_at_its_cell():
    with pytest.raises(dmn.SheetInvalid, match=r"Pays!C9") as caught:
        dmn.read_workbook(by_hand([]))
    assert "must be listed on a sheet '变量 Variables'" in caught.value.message("en") and "须列在工作表“变量 Variables”中" in caught.value.message("zh")
    assert dmn.read_workbook(by_hand([]), variables=[dmn.Variable("floor space")]).name == "tables"


def test_a_type_that_nobody_defined_is_a_fault_at_its_cell():
    with pytest.raises(dmn.SheetInvalid, match=r"变量!C3: there is no type 'tArea'"):
        dmn.read_workbook(by_hand([("floor space", "Input", "tArea")]))


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("a + b.c", {"a", "b"}), ("for x in xs return x + y", {"xs", "y"}), ("for x in xs, z in x return z", {"xs"}), ("some x in xs satisfies x > low", {"xs", "low"}),
        ("for x in 1..n return x", {"n"}), ("function(x) x + a", {"a"}), ("{a: b, c: a}", {"b"}), ("count(rows)", {"rows"}), ("count + 1", {"count"}),
        ("rows[item > 3]", {"rows"}), ("date(today)", {"today"}), ("own function(1)", {"own function"}),
    ],
)  # fmt: skip
def test_the_names_that_an_expression_takes_from_outside(text, free):
    assert free_names(feel.parse(text, names=["own function"])) == free
