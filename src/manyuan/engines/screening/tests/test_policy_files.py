"""Policy files: every fault with file, line and column, in both languages."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from manyuan.engines.screening import Column, FactSheet, PoliciesInvalid, Schema, check_policies, read_policies
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


def test_a_column_of_which_nothing_is_known_fits_every_kind():
    columns = tuple(Column(kind, kind) for kind in KINDS)
    sheet = FactSheet(pa.table({kind: pa.nulls(2) for kind in KINDS}), Schema(columns))
    assert sheet.row(1) == dict.fromkeys(KINDS)
