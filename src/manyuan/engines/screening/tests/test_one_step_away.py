"""The one condition that a near pair misses, told from the bits, is the one that the explanation names."""

from __future__ import annotations

import random

import pyarrow as pa

from manyuan.engines import screening

TEXT = """
policies:
  - {code: A, name: 甲, source: s, mark: example, start: 2026-01-01, conditions: [
      {id: old, clause: 一, when: "years >= 3"}, {id: big, clause: 二, when: "revenue >= 1000 and staff > 2"}, {id: kind, clause: 三, when: "kind = \\"x\\""}], amount: 5}
  - {code: B, name: 乙, source: s, mark: example, start: 2026-01-01, conditions: [{id: staff, clause: 一, when: "staff >= 5"}, {id: rev, clause: 二, when: "revenue < 900 or years > 4"}]}
"""
SCHEMA = screening.Schema.from_dict(
    {"key": "id", "columns": {"years": {"kind": "count"}, "revenue": {"kind": "money"}, "staff": {"kind": "count"}, "kind": {"kind": "category"}}}
)


def test_the_bits_name_the_same_condition_as_the_explanation():
    chance = random.Random(7)
    size = 5_000
    table = pa.table(
        {
            "years": pa.array([chance.choice([None, 1, 2, 3, 4, 5]) for _ in range(size)], pa.int64()),
            "revenue": pa.array([chance.choice([None, 50_000, 90_000, 100_000, 200_000]) for _ in range(size)], pa.int64()),
            "staff": pa.array([chance.choice([None, 1, 2, 3, 5, 8]) for _ in range(size)], pa.int64()),
            "kind": pa.array([chance.choice([None, "x", "y"]) for _ in range(size)]),
        }
    )
    policies, faults = screening.read_policy_text(TEXT, SCHEMA)
    assert faults == []
    sheet = screening.FactSheet(table, SCHEMA)
    result = screening.screen(policies, sheet, block=1 << 12)
    rows, at, condition = result.one_step_away()
    counts = result.counts()
    assert len(rows) == counts["A"]["near"] + counts["B"]["near"] > 100
    for row, policy, place in list(zip(rows.tolist(), at.tolist(), condition.tolist(), strict=True))[::17]:
        one = policies.policies[policy]
        told = screening.explain(one, sheet, row)
        assert told.outcome == "near"
        assert told.change().condition.id == one.conditions[place].id
