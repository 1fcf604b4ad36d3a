"""Conditions and amounts that are decision tables, in DMN or Excel, beside the policy file."""

import pyarrow as pa
import pytest

from manyuan.engines import dmn
from manyuan.engines.screening import Column, FactSheet, PoliciesInvalid, Schema, read_policies, screen

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
