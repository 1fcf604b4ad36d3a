"""Policy files: every fault with file, line and column, in both languages."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from manyuan.engines.screening import Column, FactSheet, PoliciesInvalid, Schema, check_policies, read_policies
from manyuan.engines.screening.commands import run_explain
from manyuan.engines.screening.factsheet import KINDS

SCHEMA = Schema(
    (
        Column("revenue", "money", unit="yuan"),
        Column("staff", "count"),
        Column("land area", "count", unit="m2"),
        Column("sector", "category"),
        Column("founded", "date"),
    )
)
GOOD = """policies:
  - code: A-1
    name: {zh: 甲, en: A}
    source: s
    mark: example
    start: 2024-01-01
    conditions:
      - {id: size, clause: 第一条, when: revenue >= 20000000, text: {zh: 收入, en: revenue}}
    amount: {value: 'min(revenue * 0.05, 500000)', cap: 500000}
"""


def faults(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "p.yaml"
    file.write_text(text, encoding="utf-8")
    return [fault.message("en") for fault in check_policies([file], SCHEMA)]


def test_a_good_file_has_no_fault_and_keeps_its_figures_exact(tmp_path):
    assert faults(tmp_path, GOOD) == []
    policy = read_policies([tmp_path / "p.yaml"], SCHEMA)["A-1"]
    assert policy.amount.cap == Decimal(500000) and policy.conditions[0].clause == "第一条"


@pytest.mark.parametrize(
    ("before", "after", "where", "says"),
    [
        ("when: revenue >= 20000000", "when: revenu >= 20000000", "p.yaml:8:", "revenu"),
        ("when: revenue >= 20000000", "when: 'revenue >= land area'", "p.yaml:8:", "units"),
        ("when: revenue >= 20000000", "when: 'revenue >= '", "p.yaml:8:", "expected"),
        ("when: revenue >= 20000000", "when: 'founded >= 5'", "p.yaml:8:", "date"),
        ("when: revenue >= 20000000", "when: revenue", "p.yaml:8:", "expected boolean"),
        ("    start: 2024-01-01\n", "    start: 2024-01-01\n    end: 2023-12-31\n", "p.yaml:7:", "before it begins"),
        ("cap: 500000", "cap: -1", "p.yaml:9:", "negative"),
        ("mark: example", "mark: sure", "p.yaml:5:", "one of V"),
        ("    source: s\n", "    source: s\n    colour: red\n", "p.yaml:5:", "no key named 'colour'"),
        ("    source: s\n", "    source: s\n    requires: [A-1]\n", "p.yaml:2:", "cycle"),
        ("    source: s\n", "    source: s\n    requires: [B-9]\n", "p.yaml:2:", "does not exist"),
        ("    source: s\n", "    source: s\n    ceiling: none\n", "p.yaml:2:", "no ceiling"),
        ("clause: 第一条, ", "", "p.yaml:8:", "clause"),
        ("start: 2024-01-01", "start: soon", "p.yaml:6:", "not a date"),
        ("policies:\n", "policies: &x\n", "", None),
        ("    source: s\n", "    source: s\n    source: t\n", "p.yaml:5:", "twice"),
    ],
)
def test_each_fault_names_its_place(tmp_path, before, after, where, says):
    assert before in GOOD
    found = faults(tmp_path, GOOD.replace(before, after))
    if says is None:
        assert found == []
    else:
        assert any(message.startswith(where.rsplit(":", 1)[0] if where.count(":") > 2 else where[:-1]) and says in message for message in found), found


def test_every_fault_is_reported_not_the_first(tmp_path):
    text = GOOD.replace("revenue >= 20000000", "x > y").replace("mark: example", "mark: no").replace("cap: 500000", "cap: -3")
    assert len(faults(tmp_path, text)) >= 4
    with pytest.raises(PoliciesInvalid):
        read_policies([tmp_path / "p.yaml"], SCHEMA)


def test_duplicate_codes_and_broken_yaml_are_faults(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(GOOD, encoding="utf-8")
    assert any("also in" in fault.en for fault in check_policies([tmp_path], SCHEMA))
    assert "YAML" in faults(tmp_path, "policies: [}")[0]
    assert "aliases" in faults(tmp_path, "a: &x 1\nb: *x\n")[0]


@pytest.mark.parametrize(
    ("amount", "says"), [("'staff * 2000'", ""), ("'land area * 10'", ""), ("'land area'", "expected yuan"), ("'land area * staff'", "expected yuan")]
)
def test_an_amount_is_yuan_or_so_many_yuan_a_unit(tmp_path, amount, says):
    found = faults(tmp_path, GOOD.replace("'min(revenue * 0.05, 500000)'", amount))
    assert (says in "".join(found)) if says else found == []


@pytest.mark.parametrize(("language", "says"), [("en", "'revenue': its type is double, expected"), ("zh", "“revenue”：类型为 double，应为")])
def test_a_fact_sheet_with_a_wrong_type_names_file_column_found_and_expected(tmp_path, language, says):
    (tmp_path / "facts.yaml").write_text("key: id\ncolumns:\n  revenue: {kind: money}\n  staff: {kind: count}\n", encoding="utf-8")
    (tmp_path / "p.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "facts.csv").write_text("id,revenue\n1,1.5\n", encoding="utf-8")
    lines: list[str] = []
    code = run_explain(
        tmp_path / "facts.csv", [tmp_path / "p.yaml"], "A-1", 0, schema=tmp_path / "facts.yaml", as_of=None, language=language, write=lines.append
    )  # fmt: skip
    first, second = lines[0].splitlines()
    assert code == 1 and first.startswith(f"{tmp_path / 'facts.csv'}: {says}")
    assert "staff" in second and ("no such column" in second or "没有这一列" in second)


def test_a_column_of_which_nothing_is_known_fits_every_kind():
    columns = tuple(Column(kind, kind) for kind in KINDS)
    sheet = FactSheet(pa.table({kind: pa.nulls(2) for kind in KINDS}), Schema(columns))
    assert sheet.row(1) == dict.fromkeys(KINDS)
