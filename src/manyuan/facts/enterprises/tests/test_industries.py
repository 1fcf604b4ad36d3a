"""The table of GB/T 4754-2017 that is shipped: loaded once, brought up to date, whole as a tree."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from manyuan.facts.audit.actors import system
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.industries import load_industries
from manyuan.facts.enterprises.models import Industry

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_a_changed_row_is_brought_back():
    first = load_industries(by=system(), now=NOW)
    assert first == Industry.objects.count() == 1_772
    assert load_industries(by=system(), now=NOW) == 0
    Industry.objects.filter(code="3962").update(name_zh="别的")
    assert load_industries(by=system(), now=NOW) == 1
    assert Industry.objects.get(code="3962").name_zh != "别的"
    assert [record.after["rows"] for record in AuditRecord.objects.filter(action="enterprises.industries").order_by("pk")] == [first, 1]


@pytest.mark.django_db
def test_every_line_hangs_under_a_line_of_the_level_above_in_its_section():
    load_industries(by=system(), now=NOW)
    rows = {row.code: row for row in Industry.objects.all()}
    sections = [row for row in rows.values() if row.level == 1]
    assert sorted(row.code for row in sections) == list("ABCDEFGHIJKLMNOPQRST")
    assert [sum(row.level == level for row in rows.values()) for level in (1, 2, 3, 4)] == [20, 97, 274, 1_381]
    for row in rows.values():
        assert row.name_zh and len(row.code) == row.level
        if row.level > 1:
            above = rows[row.section if row.level == 2 else row.code[:2]]
            assert above.section == row.section
        if row.level == 4 and row.code[:3] not in rows:  # a group of one class is not listed itself
            assert row.code.endswith("0") and sum(code[:3] == row.code[:3] for code in rows) == 1
