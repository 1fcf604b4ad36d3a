"""`manyuan policy table`: a model to Excel and back keeps what it says; what is wrong is named with its place, and then nothing is written."""

import io

import openpyxl
import pytest

from manyuan.engines import dmn
from manyuan.engines.screening.commands import run_table

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="tiers" namespace="urn:t" id="_d">
  <inputData name="营业 收入" id="revenue"><variable name="营业 收入" typeRef="number"/></inputData>
  <inputData name="net worth" id="worth"><variable name="net worth" typeRef="number"/></inputData>
  <decision name="Tier" id="tier"><variable name="Tier" typeRef="string"/>
    <informationRequirement><requiredInput href="#revenue"/></informationRequirement>
    <informationRequirement><requiredInput href="#worth"/></informationRequirement>
    <decisionTable><input><inputExpression><text>营业 收入</text></inputExpression></input><output/>
      <rule><inputEntry><text>&lt; net worth</text></inputEntry><outputEntry><text>"low"</text></outputEntry></rule>
      <rule><inputEntry><text>&gt;= net worth</text></inputEntry><outputEntry><text>"high"</text></outputEntry></rule>
    </decisionTable></decision>
</definitions>"""


def asked(folder, *names, **more):
    said = []
    code = run_table(folder / names[0], folder / names[1], language=more.pop("language", "en"), write=said.append, **more)
    return code, "\n".join(said)


def test_names_with_blanks_and_chinese_names_go_to_excel_and_back(tmp_path):
    tmp_path.joinpath("a.dmn").write_text(MODEL, encoding="utf-8")
    assert asked(tmp_path, "a.dmn", "a.xlsx")[0] == 0
    code, said = asked(tmp_path, "a.xlsx", "b.dmn")
    assert code == 0 and "b.dmn: 1 tables" in said
    before, after = (dmn.read_dmn(tmp_path / name) for name in ("a.dmn", "b.dmn"))
    assert after == before
    assert dmn.Model(after).decide("Tier", {"营业 收入": 5, "net worth": 3}).value == "high"


def test_what_people_changed_wrongly_is_named_and_nothing_is_written(tmp_path):
    tmp_path.joinpath("a.dmn").write_text(MODEL, encoding="utf-8")
    assert asked(tmp_path, "a.dmn", "a.xlsx")[0] == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["Tier"]["B9"] = "< net"
    book["Tier"]["C10"] = "1 +"
    book.save(tmp_path / "a.xlsx")
    for language, expected in (("en", "expected"), ("zh", "应为")):
        code, said = asked(tmp_path, "a.xlsx", "b.dmn", language=language)
        assert code == 1
        assert "a.xlsx: Tier!C10: " in said and expected in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.dmn", "a.xlsx"]


def test_what_is_doubtful_about_a_table_of_a_workbook_is_told_with_row_column_and_cell(tmp_path):
    cells = (("-", ">= 10"), ("> 30", "[0..20]"), ("> 30", "[15..25]"))
    inputs = (dmn.model.InputClause("a", "number"), dmn.model.InputClause("b", "number", values="[0..20]"))
    table = dmn.DecisionTable(inputs, (dmn.model.OutputClause(),), tuple(dmn.model.Rule(both, (f'"{at}"',)) for at, both in enumerate(cells)))
    tmp_path.joinpath("t.xlsx").write_bytes(dmn.write_tables({"D": table}))
    tmp_path.joinpath("facts.yaml").write_text("key: id\ncolumns: {a: {kind: count}, b: {kind: count}}\n", encoding="utf-8")
    code, said = asked(tmp_path, "t.xlsx", "t.dmn", schema=tmp_path / "facts.yaml")
    assert code == 0 and "D: [D!B9, D!C9, D!B10, D!C10] rows 1, 2 overlap" in said
    unfit = dmn.DecisionTable(inputs, (dmn.model.OutputClause(),), (dmn.model.Rule(("-", "[30..40]"), ('"x"',)),))
    tmp_path.joinpath("t.xlsx").write_bytes(dmn.write_tables({"D": unfit}))
    assert "D: [D!C9] row 1, column 2 can never match: b" in asked(tmp_path, "t.xlsx", "t.dmn", schema=tmp_path / "facts.yaml")[1]
    assert "D: [D!C9] 第 1 行第 2 列永远不会命中：b" in asked(tmp_path, "t.xlsx", "t.dmn", schema=tmp_path / "facts.yaml", language="zh")[1]


def test_a_schema_gives_a_workbook_made_by_hand_its_names_and_types(tmp_path):
    table = dmn.DecisionTable((dmn.model.InputClause("R&D cost"),), (dmn.model.OutputClause(),), (dmn.model.Rule((">= 营业 收入",), ("1",)),))
    tmp_path.joinpath("t.xlsx").write_bytes(dmn.write_tables({"D": table}))
    tmp_path.joinpath("facts.yaml").write_text("key: id\ncolumns: {R&D cost: {kind: money}, 营业 收入: {kind: money}}\n", encoding="utf-8")
    assert "D!B9" in asked(tmp_path, "t.xlsx", "t.dmn")[1]
    assert asked(tmp_path, "t.xlsx", "t.dmn", schema=tmp_path / "facts.yaml")[0] == 0
    assert {(one.name, one.type_ref) for one in dmn.read_dmn(tmp_path / "t.dmn").inputs} == {("R&D cost", "number"), ("营业 收入", "number")}


@pytest.mark.parametrize(("source", "target"), [("a.dmn", "b.dmn"), ("a.xlsx", "b.csv"), ("a.dmn", "none/b.xlsx"), ("missing.dmn", "b.xlsx")])
def test_what_cannot_be_done_is_said_and_leaves_nothing(tmp_path, source, target):
    tmp_path.joinpath("a.dmn").write_text(MODEL, encoding="utf-8")
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    tmp_path.joinpath("a.xlsx").write_bytes(book.getvalue())
    code, said = asked(tmp_path, source, target)
    assert code == 1 and said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.dmn", "a.xlsx"]


@pytest.mark.parametrize(("language", "words"), [("zh", "a.xlsx: 不是 xlsx 工作簿，应为"), ("en", "a.xlsx: not an xlsx workbook")])
def test_a_file_that_is_no_workbook_is_named_whole(tmp_path, language, words):
    tmp_path.joinpath("a.xlsx").write_text("<x", encoding="utf-8")
    code, said = asked(tmp_path, "a.xlsx", "b.dmn", language=language)
    assert code == 1 and words in said and "!" not in said and not tmp_path.joinpath("b.dmn").exists()
