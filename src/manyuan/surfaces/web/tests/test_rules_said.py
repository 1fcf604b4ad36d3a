"""A rule is read with the names of its facts and the words of its codes; what counts stays the rule itself."""

from __future__ import annotations

import pytest

from manyuan.engines.screening import Schema
from manyuan.surfaces.web.policy_words import choices, fact_value
from manyuan.surfaces.web.rules_said import cell_said, rule_said

SCHEMA = Schema.from_dict({"key": "id", "columns": {
    "revenue": {"kind": "money", "unit": "yuan", "zh": "营业收入", "en": "Revenue"},
    "drug spend": {"kind": "money", "unit": "yuan", "zh": "研发投入", "en": "R&D spend"},
    "phase": {"kind": "category", "zh": "新药进展", "en": "Phase", "values": {"p3": {"zh": "Ⅲ期", "en": "phase III"}, "approved": {"zh": "获批上市", "en": "approved"}}},
    "listed": {"kind": "boolean", "zh": "失信", "en": "Listed"},
    "since": {"kind": "date", "zh": "起始日", "en": "Since"},
}})  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ("revenue >= 20000000", "营业收入 ≥ 20,000,000", "Revenue ≥ 20,000,000"),
        ('phase in ("p3","approved")', "新药进展 属于 (“Ⅲ期”, “获批上市”)", "Phase in (“phase III”, “approved”)"),
        ("listed = false", "失信 = 否", "Listed = no"),
        ('since >= date("2025-01-01")', "起始日 ≥ 2025-01-01", "Since ≥ 2025-01-01"),
        ('min(drug spend * 0.2, if phase = "approved" then 7000000 else 3000)', "较小者(研发投入 × 0.2, 若 新药进展 = “获批上市”，则 7,000,000；否则 3000)", "the smaller of (R&D spend × 0.2, if Phase = “approved” then 7,000,000; else 3000)"),
        ("#Award", "#Award", "#Award"),
        ("revenue >=", "revenue >=", "revenue >="),
    ],
)  # fmt: skip
def test_a_rule_in_words(rule, zh, en):
    assert (rule_said(rule, SCHEMA, "zh"), rule_said(rule, SCHEMA, "en")) == (zh, en)


def test_cells_values_and_choices_bear_the_words_of_their_codes():
    assert cell_said('not("p3")', "phase", SCHEMA, "zh") == "not(“Ⅲ期”)" and cell_said('"p3"', "unheard", SCHEMA, "zh") == '"p3"'
    assert (cell_said("true", "listed", SCHEMA, "zh"), cell_said("[5..9]", "revenue", SCHEMA, "en")) == ("是", "[5..9]")
    assert fact_value(SCHEMA["phase"], "approved", "zh") == "获批上市" and choices(SCHEMA["phase"], "en") == [("p3", "phase III"), ("approved", "approved")]
