"""Conditions and amounts that are decision tables, in DMN or Excel, beside the policy file."""

from dataclasses import replace

import pyarrow as pa
import pytest

from manyuan.engines import dmn
from manyuan.engines.screening import Column, FactSheet, PoliciesInvalid, Schema, read_policies, read_policy_text, screen
from manyuan.engines.screening.written_tables import read_table, written

SCHEMA = Schema((Column("revenue", "money", unit="yuan"), Column("staff", "count"), Column("sector", "category")))
ELIGIBLE = dmn.DecisionTable(
    (dmn.model.InputClause("sector", "string"), dmn.model.InputClause("staff", "number")), (dmn.model.OutputClause("out", "boolean"),),
    (dmn.model.Rule(('"a"', ">= 10"), ("true",)), dmn.model.Rule(('not("a", "b")', "[5..9]"), ("true",))),
)  # fmt: skip
AMOUNT = dmn.DecisionTable(
    (dmn.model.InputClause("revenue", "number"),), (dmn.model.OutputClause("out", "number"),),
    (dmn.model.Rule((">= 1000",), ("500",)), dmn.model.Rule((">= 100",), ("50",)), dmn.model.Rule(("-",), ("5",))), "FIRST",
)  # fmt: skip
POLICY = """policies:
  - code: T
    name: {zh: 表, en: T}
    source: s
    mark: example
    start: 2024-01-01
    conditions:
      - {id: t, clause: 一, table: FILE#Eligible, text: {zh: 表, en: table}}
    amount: {table: FILE#Pays}
"""


def _files(folder, kind):
    tables = {"Eligible": ELIGIBLE, "Pays": AMOUNT}
    if kind == "xlsx":
        folder.joinpath("t.xlsx").write_bytes(dmn.write_tables(tables))
    else:
        decisions = tuple(dmn.model.Decision(name=name, id=f"_{name}", expression=table) for name, table in tables.items())
        folder.joinpath("t.dmn").write_bytes(dmn.write_dmn(dmn.Definitions(name="t", id="_t", namespace="urn:t", decisions=decisions)))
    folder.joinpath("p.yaml").write_text(POLICY.replace("FILE", f"t.{kind}"), encoding="utf-8")


@pytest.mark.parametrize("kind", ["dmn", "xlsx"])
def test_a_table_decides_and_pays(tmp_path, kind):
    _files(tmp_path, kind)
    policies = read_policies([tmp_path / "p.yaml"], SCHEMA)
    rows = [("a", 10, 5000), ("a", 9, 5000), ("c", 5, 200), ("b", 5, 200), ("c", 9, 1), (None, 3, 1)]
    sheet = FactSheet(pa.table({"revenue": [r[2] * 100 for r in rows], "staff": [r[1] for r in rows], "sector": [r[0] for r in rows]}), SCHEMA)
    result = screen(policies, sheet)
    assert [result.outcome(row, "T")[:2] for row in range(6)] == [
        ("entitled", 50000),
        ("near", 0),
        ("entitled", 5000),
        ("near", 0),
        ("entitled", 500),
        ("near", 0),
    ]
    assert result.compiled.report()["interpreted conditions"] == []


def test_a_table_that_is_not_there_or_has_no_expression_is_a_fault(tmp_path):
    _files(tmp_path, "dmn")
    file = tmp_path / "p.yaml"
    for before, after, says in (
        ("t.dmn#Eligible", "t.dmn#Other", "no decision table"),
        ("t.dmn#Eligible", "../x.dmn#E", "no file"),
        ("t.dmn#Eligible", "u.dmn#E", "no file"),
    ):
        file.write_text(POLICY.replace("FILE", "t.dmn").replace(before, after), encoding="utf-8")
        with pytest.raises(PoliciesInvalid) as found:
            read_policies([file], SCHEMA)
        assert says in str(found.value) and "p.yaml:8" in str(found.value)


WRITTEN = (
    POLICY.replace("FILE#", "'#").replace("Eligible,", "Eligible',").replace("Pays}", "Pays'}")
    + """tables:
  Eligible:
    inputs: [{expression: sector, type: string}, {expression: staff, type: number}]
    output: {name: out, type: boolean}
    rules:
      - ['"a"', ">= 10", true]
      - ['not("a", "b")', "[5..9]", "true"]
  Pays: {hit: FIRST, inputs: [{expression: revenue, type: number}], output: {name: out, type: number}, rules: [[">= 1000", 500], [">= 100", 50], ["-", 5]]}
"""
)


def test_a_table_written_into_the_file_is_the_table_beside_it(tmp_path):
    _files(tmp_path, "dmn")
    found, faults = read_policy_text(WRITTEN, SCHEMA)
    assert faults == []
    assert [(c.when, p.amount.value) for p in found.policies for c in p.conditions] == [
        (c.when, p.amount.value) for p in read_policies([tmp_path / "p.yaml"], SCHEMA).policies for c in p.conditions
    ]


@pytest.mark.parametrize("table", [ELIGIBLE, AMOUNT])
def test_a_table_is_written_and_read_without_a_change(table):
    faults = []
    assert read_table(written(table), SCHEMA.names, lambda *fault: faults.append(fault)) == table
    assert faults == []


def test_a_table_with_two_outputs_cannot_be_written_into_a_policy():
    with pytest.raises(dmn.NoExpression):
        written(replace(ELIGIBLE, outputs=ELIGIBLE.outputs * 2))


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("'#Pays'", "'#Pay'", 9, "no table 'Pay'"),
        ('">= 10", true', '">= 10"', 15, "2 cells; expected 3"),
        ('">= 10", true', '">= ", true', 15, "rule 1, column 2"),
        ('">= 10", true', '">= 10", ""', 15, "no output"),
        ("hit: FIRST", "hit: COLLECT", 17, "hit policy 'COLLECT'"),
        ("hit: FIRST", "hits: FIRST", 17, "no key named 'hits'"),
        ("inputs: [{expression: sector, type: string}, {expression: staff, type: number}]", "inputs: []", 12, "at least one input"),
        ("expression: staff", "expression: stafff", 12, "stafff"),
    ],
)
def test_a_fault_of_a_written_table_is_named_at_its_line(before, after, line, said):
    assert before in WRITTEN
    _, faults = read_policy_text(WRITTEN.replace(before, after), SCHEMA)
    assert any(fault.line == line and said in fault.en for fault in faults), faults
