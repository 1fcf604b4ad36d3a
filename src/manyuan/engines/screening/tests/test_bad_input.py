"""Every kind of bad input is named with file, line, column, what was found and what was expected, in both languages; and nothing half-written stays."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from manyuan.engines import dmn
from manyuan.engines.screening import FactSheetInvalid, SchemaInvalid, check_policies, read_policy_text, read_schema, simulate
from manyuan.engines.screening.commands import load_sheet, run_check, run_explain, run_screen, run_simulate
from manyuan.engines.screening.places import read_yaml

FACTS = """key: id
columns:
  id: {kind: category}
  revenue: {kind: money, unit: yuan}
  land area: {kind: count, unit: m2}
  founded: {kind: date}
  资产 总额: {kind: money, unit: yuan}
"""
POLICY = """policies:
  - code: A-1
    name: {zh: 甲, en: A}
    source: s
    mark: example
    start: 2024-01-01
    ceiling: yearly
    conditions:
      - {id: size, clause: 第一条, when: revenue >= 20000000, text: 收入}
    amount: {value: 'min(revenue * 0.05, 500000)', cap: 500000}
ceilings:
  yearly: 1000000
"""
SECOND = "\n  - {code: B-2, name: {zh: 乙}, source: s, mark: V, start: 2024-01-01, requires: [A-1], conditions: [{when: true, clause: '1', text: x}]}"

# what is put in place of what, then the words at which the fault stands, what was found and what is expected; Chinese words that say so
CASES = {
    "cyclic requirement": ("    ceiling: yearly", f"    requires:\n      - B-2\nceilings0{SECOND}", 'B-2\n', "A-1 → B-2 → A-1", "expected a beginning", ["成环", "应有"]),
    "requires itself": ("    ceiling: yearly", "    requires: [A-1]", 'A-1]', "A-1 → A-1", "expected a beginning", ["成环", "应有"]),
    "unknown requirement": ("    ceiling: yearly", "    requires: [C-9]", 'C-9', "'C-9', which does not exist", "expected the code of a policy", ["“C-9”", "应为"]),
    "requires is no list": ("    ceiling: yearly", "    requires: B-2", 'requires', "'B-2'", "expected a list", ["“B-2”", "应为列表"]),
    "unknown ceiling": ("ceiling: yearly", "ceiling: yearl", 'ceiling: yearl', "'yearl'", "expected a name under ceilings (yearly)", ["“yearl”", "应为"]),
    "negative ceiling": ("yearly: 1000000", "yearly: -5", 'yearly: -5', "'-5'", "expected an amount of 0 or more", ["“-5”", "应为"]),
    "ceiling of words": ("yearly: 1000000", "yearly: lots", 'yearly: lots', "'lots'", "expected an amount of 0 or more", ["“lots”", "应为"]),
    "empty ceiling": ("yearly: 1000000", "yearly:", 'yearly:\n', "found nothing", "expected an amount in yuan", ["没有内容", "应为"]),
    "ceilings are no mapping": ("ceilings:\n  yearly: 1000000", "ceilings: [yearly]", 'ceilings:', "[…]", "expected a mapping", ["[…]", "应为"]),
    "negative cap": ("cap: 500000", "cap: -1", 'cap: -1', "'-1'", "expected an amount of 0 or more", ["“-1”", "应为不小于 0"]),
    "infinite cap": ("cap: 500000", "cap: .inf", 'cap: .inf', "'.inf'", "expected an amount of 0 or more", ["“.inf”", "应为"]),
    "floor above the cap": ("cap: 500000", "cap: 5, floor: 6", 'floor:', "the floor 6", "expected at most the cap", ["下限 6", "应不高于"]),
    "unknown rounding": ("cap: 500000", "rounding: up-ish", 'rounding:', "'up-ish'", "expected one of half-up", ["“up-ish”", "之一"]),
    "scale of words": ("cap: 500000", "scale: two", 'scale:', "'two'", "expected a whole number from -8 to 2", ["“two”", "应为"]),
    "ends before it begins": ("    ceiling: yearly", "    end: 2023-12-31", 'end:', "2023-12-31", "expected a day after 2024-01-01", ["2023-12-31", "应晚于"]),
    "ends the day it begins": ("    ceiling: yearly", "    end: 2024-01-01", 'end:', "2024-01-01", "expected a day after 2024-01-01", ["应晚于"]),
    "no date": ("start: 2024-01-01", "start: soon", 'start: soon', "'soon'", "expected a date such as 2024-01-31", ["“soon”", "应为日期"]),
    "a day that no calendar has": ("start: 2024-01-01", "start: 2024-02-31", 'start: 2024-02-31', "'2024-02-31'", "expected a date such as 2024-01-31", ["“2024-02-31”", "应为日期"]),
    "empty code": ("code: A-1", "code: ''", "code: ''", "'code' is missing", "expected a code such as RD-1", ["缺少“code”", "应有"]),
    "unknown mark": ("mark: example", "mark: sure", 'mark: sure', "'sure'", "expected one of V, C, GK", ["“sure”", "之一"]),
    "unknown key": ("    ceiling: yearly", "    colour: red", 'colour', "'colour'", "expected one of code", ["“colour”", "应为"]),
    "key of a condition": ("clause: 第一条, ", "clause: 第一条, wen: 1, ", 'wen:', "'wen'", "Did you mean 'when'?", ["“wen”", "是否指“when”"]),
    "no clause": ("clause: 第一条, ", "", '{id: size', "no clause", "expected clause", ["没有条款", "应有"]),
    "no source": ("    source: s\n", "", 'code: A-1', "'source' is missing", "expected the document", ["缺少“source”", "应有"]),
    "no conditions": ("conditions:\n      - {id: size, clause: 第一条, when: revenue >= 20000000, text: 收入}", "conditions: []", 'conditions:', "[…]", "expected a list of at least one", ["应为至少"]),
    "policy is a word": ("amount: {value", "amountt: {value", 'amountt', "'amountt'", "Did you mean 'amount'?", ["是否指"]),
    "unknown column": ("when: revenue >=", "when: revenu >=", 'revenu >=', "'revenu'", "Did you mean 'revenue'?", ["“revenu”", "是否指“revenue”"]),
    "unknown column, none near": ("when: revenue >=", "when: zzz >=", 'zzz', "'zzz'", "Expected a known name, such as id, revenue", ["“zzz”", "应为已知名称"]),
    "unknown column within quotes": ("when: revenue >= 20000000", "when: '资产 总额 >= 资产'", "资产', text", "'资产'", "Did you mean", ["“资产”", "是否指"]),
    "unknown column in a block": ("when: revenue >= 20000000, text: 收入}", "when: revenue >= 2}\n      - clause: 二\n        when: |\n          revenue >= 1\n          and staff > 2", 'staff', "'staff'", "Expected a known name", ["“staff”", "应为"]),
    "unknown column in an amount": ("min(revenue * 0.05", "min(profit * 0.05", 'profit', "'profit'", "xpected", ["“profit”"]),
    "unknown function": ("'min(revenue", "'minn(revenue", 'minn(', "'minn'", "Did you mean 'min'?", ["“minn”", "是否指“min”"]),
    "wrong FEEL": ("when: revenue >= 20000000", "when: 'revenue >= '", "', text", "the end of the expression", "expected an expression", ["表达式的结尾", "应为一个表达式"]),
    "wrong FEEL, unclosed string": ("when: revenue >= 20000000", "when: 'id = \"a'", '"a\'', "the string does not end", "expected its closing quote", ["没有结束", "应有右引号"]),
    "types that do not compare": ("when: revenue >= 20000000", "when: founded >= 5", "founded", "date and number", "expected the same type", ["date与number", "应为同一类型"]),
    "unit mismatch": ("when: revenue >= 20000000", "when: revenue >= land area", 'revenue >= land', "yuan and m2", "expected the same unit", ["yuan 与 m2", "应为同一单位"]),
    "unit mismatch in a sum": ("when: revenue >= 20000000", "when: revenue + land area > 5", 'revenue + land', "yuan and m2", "expected the same unit", ["应为同一单位"]),
    "unit mismatch in min": ("min(revenue * 0.05, 500000)", "min(revenue, land area)", 'min(revenue, land', "yuan and m2", "expected the same unit", ["应为同一单位"]),
    "amount in another unit": ("'min(revenue * 0.05, 500000)'", "land area", 'land area', "its unit is m2", "expected yuan", ["单位是 m2", "应为元"]),
    "condition that is no boolean": ("when: revenue >= 20000000", "when: revenue", 'revenue, text', "the result is number (yuan)", "expected boolean", ["结果是", "应为 boolean"]),
    "amount that is no number": ("'min(revenue * 0.05, 500000)'", "founded", 'founded', "the result is date", "expected number", ["结果是 date", "应为 number"]),
    "table that is not there": ("when: revenue >= 20000000", "table: none.dmn#T", 'table:', "'none.dmn'", "expected a decision table", ["“none.dmn”", "应为"]),
    "table of another name": ("when: revenue >= 20000000", "table: tiers.dmn#T", 'table:', "'T'", "expected one of: Tier", ["“T”", "应为：Tier"]),
    "table that is wrong": ("when: revenue >= 20000000", "table: tiers.xlsx#Tier", 'table:', "Tier!B9: ", "expected an expression", ["Tier!B9", "应为一个表达式"]),
    "key twice": ("    source: s\n", "    source: s\n    source: t\n", 'source: t', "'source' occurs twice", "expected once", ["重复", "应只有"]),
    "alias": ("    source: s\n", "    source: &x s\n    group: *x\n", '*x', "aliases", "expected the content", ["别名", "应写出"]),
}  # fmt: skip


def place_of(words: str, text: str) -> tuple[int, int]:
    """Line and column of the first place of some words."""
    at = text.index(words)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def folder_of(tmp_path: Path, policy: str = POLICY) -> Path:
    tmp_path.joinpath("facts.yaml").write_text(FACTS, encoding="utf-8")
    tmp_path.joinpath("p.yaml").write_text(policy, encoding="utf-8")
    tier = dmn.DecisionTable((dmn.model.InputClause("revenue"),), (dmn.model.OutputClause(),), (dmn.model.Rule(("< 5",), ("true",)),))
    decision = dmn.model.Decision(name="Tier", id="t", expression=tier)
    tmp_path.joinpath("tiers.dmn").write_bytes(dmn.write_dmn(dmn.Definitions(name="t", id="d", namespace="urn:t", decisions=(decision,))))
    spoilt = dmn.DecisionTable(tier.inputs, tier.outputs, (dmn.model.Rule(("< <",), ("true",)),))
    tmp_path.joinpath("tiers.xlsx").write_bytes(dmn.write_tables({"Tier": spoilt}))
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_policy_file_names_place_found_and_expected_in_both_languages(tmp_path, name):
    before, after, where, found, expected, chinese = CASES[name]
    assert before in POLICY
    text = POLICY.replace(before, after)
    if "ceilings0" in text:  # another policy below this one
        other = text.split("ceilings0")[1].split("\n    conditions:")[0]
        text = text.replace(f"ceilings0{other}\n", "").replace("\nceilings:", f"{other}\nceilings:")
    line, column = place_of(where, text)
    folder = folder_of(tmp_path, text)
    faults = check_policies([folder / "p.yaml"], read_schema(folder / "facts.yaml"))
    at = [fault for fault in faults if (fault.file, fault.line, fault.column) == ("p.yaml", line, column)]
    assert at, [fault.message() for fault in faults]
    english, zh = "\n".join(fault.message("en") for fault in at), "\n".join(fault.message("zh") for fault in at)
    assert english.startswith(f"p.yaml:{line}:{column}: ") and found in english and expected in english, english
    assert zh.startswith(f"p.yaml:{line}:{column}: ") and all(word in zh for word in chinese), zh


def test_the_good_file_has_no_fault_and_a_wrong_one_gives_every_fault(tmp_path):
    folder = folder_of(tmp_path)
    assert check_policies([folder / "p.yaml"], read_schema(folder / "facts.yaml")) == []
    text = (
        POLICY.replace("revenue >= 20000000", "x > y")
        .replace("mark: example", "mark: sure")
        .replace("cap: 500000", "cap: -3")
        .replace("yearly: 1", "yearly: -1")
    )
    assert len(check_policies([folder_of(tmp_path, text) / "p.yaml"], read_schema(folder / "facts.yaml"))) == 6


@pytest.mark.parametrize(
    ("before", "after", "place", "found", "expected", "chinese"),
    [
        ("{kind: money, unit: yuan}\n  land", "{kind: monney}\n  land", (4, 13), "'monney'", "expected one of money", "应为 money"),
        ("founded: {kind: date}", "founded: date", (6, 3), "'date'", "expected {kind: …}", "应为 {kind: …}"),
        ("{kind: count, unit: m2}", "{kind: rate, scale: -1}", (5, 27), "-1", "expected a whole number", "应为 0 至"),
        ("{kind: count, unit: m2}", "{kind: count, units: m2}", (5, 28), "'units'", "Did you mean 'unit'?", "是否指“unit”"),
        ("{kind: category}", "{kind: category, values: a}", (3, 24), "'a'", "expected a list", "应为列表"),
        ("{kind: category}", "{kind: category, values: {a: b}}", (3, 33), "'a' of", "expected {zh: …, en: …}", "应为 {zh: …, en: …}"),
        ("columns:", "colums:", (1, 1), "no columns", "expected a mapping", "应为列名"),
        ("key: id", "key: [", (3, 5), "YAML", "expected", "YAML"),
    ],
)  # fmt: skip
def test_a_wrong_facts_yaml_names_place_found_and_expected(tmp_path, before, after, place, found, expected, chinese):
    assert before in FACTS
    tmp_path.joinpath("facts.yaml").write_text(FACTS.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(SchemaInvalid) as caught:
        read_schema(tmp_path / "facts.yaml")
    line, column = place
    assert caught.value.message("en").startswith(f"facts.yaml:{line}:{column}: "), caught.value.message("en")
    assert found in caught.value.message("en") and expected in caught.value.message("en")
    assert chinese in caught.value.message("zh")


@pytest.mark.parametrize(
    ("csv", "says"),
    [
        ("id,revenue,land area,founded,资产 总额\na,5,1,2020-01-01,5\nb,1.5,1,2020-01-01,5\n", ["line 3, column 2: found '1.5'", "expected a whole number (of fen)"]),
        ("id,revenue,land area,founded,资产 总额\na,5,1,soon,5\n", ["line 2, column 4: found 'soon'", "expected a date such as 2024-01-31"]),
        ("id,revenue,founded,资产 总额\na,5,2020-01-01,5\n", ["'land area': line 1: the table has no such column; expected it (count); found id, revenue, founded, 资产 总额"]),
        ("id,revenue,land area,founded,资产 总额\na,5,1,2020-01-31,5\na,5,1,2020-02-31,5\n", ["line 3, column 4: found '2020-02-31'", "expected a date"]),
        ("id,revenue,land area,founded,资产 总额\n7,5,1,2020-01-01,5\n", ["line 2, column 1: found '7'", "expected a text"]),
    ],
)  # fmt: skip
def test_a_fact_sheet_of_the_wrong_type_names_file_line_column_found_and_expected(tmp_path, csv, says):
    folder = folder_of(tmp_path)
    (folder / "f.csv").write_text(csv, encoding="utf-8")
    for language in ("en", "zh"):
        lines: list[str] = []
        code = run_explain(folder / "f.csv", [folder / "p.yaml"], "A-1", 0, schema=folder / "facts.yaml", as_of=None, language=language, write=lines.append)
        assert code == 1 and lines[0].startswith(f"{folder / 'f.csv'}: ")
        assert all(word in lines[0] for word in says) if language == "en" else "应" in lines[0]


def sheet_file(folder: Path, **columns) -> Path:
    table = {
        "id": ["a"],
        "revenue": pa.array([1], pa.int64()),
        "land area": [1],
        "founded": pa.array([None], pa.date32()),
        "资产 总额": pa.array([1], pa.int64()),
    }
    pq.write_table(pa.table({**table, **columns}), folder / "f.parquet")
    return folder / "f.parquet"


@pytest.mark.parametrize("spoil", ["policy", "schema", "sheet", "column", "none"])
def test_nothing_is_left_in_the_output_folder_when_the_input_is_wrong(tmp_path, spoil):
    folder = folder_of(tmp_path, POLICY.replace("cap: 500000", "cap: -1") if spoil == "policy" else POLICY)
    facts = sheet_file(folder, **({"revenue": pa.array([1.5])} if spoil == "sheet" else {}))
    if spoil == "schema":
        (folder / "facts.yaml").write_text("columns: {revenue: {kind: x}}", encoding="utf-8")
    if spoil == "column":
        pq.write_table(pq.read_table(facts).drop_columns(["revenue"]), facts)
    lines: list[str] = []
    code = run_screen(
        facts, [folder / "p.yaml"], schema=folder / "facts.yaml", out=folder / "out", on=None, as_of=None, engine="local", block=64, language="en", write=lines.append
    )  # fmt: skip
    if spoil == "none":
        assert code == 0 and sorted(path.name for path in (folder / "out").iterdir()) == ["manifest.json", "part-00000.parquet"]
    else:
        assert code == 1 and "expected" in lines[0], lines
        assert not (folder / "out").exists() or not any((folder / "out").iterdir())


def test_check_looks_for_the_facts_beside_the_policies_and_says_where_there_are_none(tmp_path):
    folder = folder_of(tmp_path, POLICY.replace("revenue >= 20000000", "revenu >= 1"))
    lines: list[str] = []
    assert run_check([folder / "p.yaml"], None, language="en", write=lines.append) == 1
    assert "p.yaml:9:39: 'revenu'" in lines[0]
    (folder / "facts.yaml").unlink()
    lines.clear()
    assert run_check([folder / "p.yaml"], None, language="en", write=lines.append) == 0
    assert "was not checked" in lines[0]


@pytest.mark.parametrize(
    ("change", "expected"),
    [("cap=-1", "an amount of 0 or more"), ("cap=x", "an amount of 0 or more"), ("start=soon", "a date"), ("end=2020-01-01", "an end after the start"), ("size=x", "a number"), ("nothing=1", "one of: cap"), ("cap", "name=value")],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused_in_both_languages(tmp_path, change, expected):
    folder = folder_of(tmp_path)
    for language, word in (("en", f"expected {expected}"), ("zh", "应")):
        lines: list[str] = []
        code = run_simulate(
            sheet_file(folder), [folder / "p.yaml"], "A-1", changes=[change], budget=None, condition=None, by=[], schema=folder / "facts.yaml", as_of=None, language=language, write=lines.append
        )  # fmt: skip
        assert code == 1 and word in lines[0]


def test_a_threshold_below_zero_is_changed_with_its_sign():
    policies, _ = read_policy_text(POLICY.replace("revenue >= 20000000", "revenue >= -5"))
    assert simulate.changed(policies["A-1"], "size=-3").conditions[0].when == "revenue >= -3"
    assert simulate.changed(policies["A-1"], "cap=7").amount.cap == Decimal(7)


@pytest.mark.parametrize(
    ("yaml", "offset", "place"),
    [
        ("a: x > y", 4, (1, 8)), ("a: 'x > y'", 4, (1, 9)), ("a: 'it''s y'", 5, (1, 11)), ('a: "x \\" y"', 4, (1, 10)), ('a: "\\u4e2d y"', 2, (1, 12)),
        ("a: |\n   x\n   > y", 4, (3, 6)), ("a: |\n\n   x y", 3, (3, 6)), ("a: >\n  x\n  y", 2, (1, 4)), ("甲: 乙 丙", 2, (1, 6)),
    ],
)  # fmt: skip
def test_a_character_of_a_text_is_found_in_the_file_as_written(yaml, offset, place):
    document = read_yaml("f.yaml", yaml)
    assert document.place_in((next(iter(document.data)),), offset) == place


def test_a_value_that_turns_out_not_to_fit_takes_the_whole_run_away(tmp_path):
    folder = folder_of(tmp_path)
    money = pa.array([Decimal("1.00")] * 64 + [Decimal("99999999999999999999.00")], pa.decimal128(30, 2))
    others = {"id": ["a"] * 65, "land area": [1] * 65, "founded": pa.array([None] * 65, pa.date32()), "资产 总额": [1] * 65}
    facts = sheet_file(folder, revenue=money, **others)
    lines: list[str] = []
    code = run_screen(
        facts, [folder / "p.yaml"], schema=folder / "facts.yaml", out=folder / "out", on=None, as_of=None, engine="local", block=64, language="en", write=lines.append
    )  # fmt: skip
    assert code == 1 and lines[0].startswith(f"{facts}: 'revenue': ") and "expected 64-bit integers" in lines[0]
    assert list((folder / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("column", "values", "says", "chinese"),
    [
        ("revenue", pa.array([5.0, None, 7.0, 1.5]), "row group 2, row 4: found '1.5'; its type is double, expected int64 or decimal128", "第 2 行组第 4 行得到“1.5”；类型为 double，应为"),
        ("founded", pa.array([None, None, "soon", "2020"]), "row group 2, row 3: found 'soon'; its type is string, expected date32", "第 2 行组第 3 行"),
        ("revenue", pa.array([Decimal("1.000"), Decimal("1.500"), Decimal("1.505"), None]), "row group 2, row 3: found '1.505'; its type is decimal128(4, 3), expected at most 2 decimals", "第 2 行组第 3 行"),
    ],
)  # fmt: skip
def test_a_parquet_column_of_the_wrong_type_names_row_group_row_value_and_both_types(tmp_path, column, values, says, chinese):
    folder = folder_of(tmp_path)
    table = {"id": ["a", "b", "c", "d"], "revenue": [1, 2, 3, 4], "land area": [1, 1, 1, 1], "founded": [date(2020, 1, 1)] * 4, "资产 总额": [1, 1, 1, 1]}
    pq.write_table(pa.table({**table, column: values}), folder / "f.parquet", row_group_size=2)
    with pytest.raises(FactSheetInvalid) as caught:
        load_sheet(folder / "f.parquet", folder / "facts.yaml")
    assert f"'{column}': {says}" in caught.value.message("en") and chinese in caught.value.message("zh")


@pytest.mark.parametrize(
    ("content", "place", "en", "zh"),
    [
        (b"", "1:1", "the file is empty; expected the names of the columns", "文件为空，应有列名"),
        (b"id,revenue\na\n", "2:1", "this row has 1 cells; expected 2", "这一行有 1 格，应为 2 格"),
        (b"id,revenue\na,1\nb,1,2\n", "3:1", "this row has 3 cells; expected 2", "这一行有 3 格，应为 2 格"),
        (b"id,revenue\n\xb3\xc9,1\n", "2:1", "found the byte 0xb3, expected a file in UTF-8", "得到字节 0xb3，应为 UTF-8 编码的文件"),
    ],
)
def test_a_file_that_is_no_table_is_named_with_its_line(tmp_path, content, place, en, zh):
    folder = folder_of(tmp_path)
    (folder / "f.csv").write_bytes(content)
    for language, words in (("en", en), ("zh", zh)):
        lines: list[str] = []
        code = run_explain(folder / "f.csv", [folder / "p.yaml"], "A-1", 0, schema=folder / "facts.yaml", as_of=None, language=language, write=lines.append)
        assert code == 1 and lines[0].startswith(f"{folder / 'f.csv'}:{place}: {words}"), lines


@pytest.mark.parametrize(
    ("content", "place", "en", "zh"),
    [
        (b"", "1:1", "found nothing, expected a mapping that begins with policies:", "应为以 policies: 开头的键值"),
        (b"policies:\n  - code: A\xff\n", "2:12", "the byte 0xff here is not UTF-8", "不是 UTF-8"),
    ],
)
def test_a_policy_file_that_is_none_is_named_with_its_place(tmp_path, content, place, en, zh):
    folder = folder_of(tmp_path)
    (folder / "p.yaml").write_bytes(content)
    (fault,) = check_policies([folder / "p.yaml"], read_schema(folder / "facts.yaml"))
    assert fault.message("en").startswith(f"p.yaml:{place}: ") and en in fault.message("en") and zh in fault.message("zh")


VALUES = FACTS.replace("id: {kind: category}", "id: {kind: category}\n  sector: {kind: category, values: [software, steel]}")


@pytest.mark.parametrize(
    ("when", "found", "en", "zh"),
    [
        ('sector = "softwre"', '"softwre"', "Did you mean 'software'?", "是否指“software”"),
        ('sector in ("steel", "wool")', '"wool"', "expected one of software, steel", "应为 software、steel 之一"),
        ('not("wool" = sector)', '"wool"', "'sector' is never 'wool'", "“sector”没有“wool”"),
        ('founded >= date("2024-13-01")', '"2024-13-01"', "expected a date such as 2024-01-31", "应为日期"),
        ('duration("3 years") > duration("P1Y")', '"3 years"', "expected a duration such as P1Y6M", "应为时长"),
    ],
)
def test_a_constant_that_can_mean_nothing_is_found_before_anything_runs(tmp_path, when, found, en, zh):
    (tmp_path / "facts.yaml").write_text(VALUES, encoding="utf-8")
    (tmp_path / "p.yaml").write_text(POLICY.replace("when: revenue >= 20000000", f"when: '{when}'"), encoding="utf-8")
    (fault,) = check_policies([tmp_path / "p.yaml"], read_schema(tmp_path / "facts.yaml"))
    line = (tmp_path / "p.yaml").read_text(encoding="utf-8").split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith(found) and en in fault.message("en") and zh in fault.message("zh")


@pytest.mark.parametrize("when", ['sector = "steel"', 'sector in ("steel", "software")', 'id = "anything"', 'founded >= date("2024-02-29")'])
def test_constants_that_may_be_are_no_faults(tmp_path, when):
    (tmp_path / "facts.yaml").write_text(VALUES, encoding="utf-8")
    (tmp_path / "p.yaml").write_text(POLICY.replace("when: revenue >= 20000000", f"when: '{when}'"), encoding="utf-8")
    assert check_policies([tmp_path / "p.yaml"], read_schema(tmp_path / "facts.yaml")) == []


def test_a_table_with_faults_has_its_inputs_checked_all_the_same(tmp_path):
    folder = folder_of(
        tmp_path,
        POLICY.replace("when: revenue >= 20000000", 'table: "#T"') + "tables:\n  T:\n    inputs: [revenu]\n    output: {type: boolean}\n    rules: [[1]]\n",
    )
    words = "\n".join(fault.message("en") for fault in check_policies([folder / "p.yaml"], read_schema(folder / "facts.yaml")))
    assert "rule 1 has 1 cells; expected 2" in words and "'revenu'" in words


@pytest.mark.parametrize("named", [True, False], ids=["named", "in a folder"])
def test_a_file_is_checked_whatever_it_is_called(tmp_path: Path, named: bool):
    (tmp_path / "table.yaml").write_text("policies:\n  - {code: A, surprise: 1}\n", encoding="utf-8")
    faults = check_policies([tmp_path / "table.yaml" if named else tmp_path])
    assert any("surprise" in fault.message("en") for fault in faults)
