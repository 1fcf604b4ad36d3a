"""Many rows: several blocks, several tiles in each, the last one cut short; the bits from which every pair is explained; memory used again."""

from __future__ import annotations

import gc
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from manyuan.engines.screening import Amount, Column, Condition, FactSheet, Policy, PolicySet, Schema, Text, compile_set, screen
from manyuan.engines.screening.kernel import TILE_ROWS
from manyuan.engines.screening.memory import Memory
from manyuan.engines.screening.reference import judge

SCHEMA = Schema(
    (
        Column("id", "count"), Column("revenue", "money", unit="yuan"), Column("last", "money", unit="yuan"), Column("rd", "money", unit="yuan"),
        Column("staff", "count"), Column("share", "rate", scale=4), Column("founded", "date"), Column("sector", "category"), Column("clean", "boolean"),
    )
)  # fmt: skip
KINDS = {"money": pa.int64(), "count": pa.int64(), "rate": pa.int64(), "date": pa.date32(), "category": pa.string(), "boolean": pa.bool_()}
CONDITIONS = (
    ["revenue >= 50000000", "rd / revenue >= 0.03", 'sector in ("A", "C")'],
    ["revenue / last - 1 >= 0.15", "clean", "staff <= 50"],
    ["rd / (revenue + last) > 0.02", 'founded >= date("2020-01-01") or staff > 20'],
    ["share / staff >= 0.01", "sector = null or clean"],
    ["revenue - last >= 100", "not(share < 0.5)", "modulo(staff, 2) = 0"],
    ["revenue * 3 >= last * 2", "sector != null", "true"],
)
AMOUNTS = (
    Amount("100000"), Amount("rd * 0.05", "half-even", 2, Decimal("500000")), Amount("staff * 0.125", "up"), Amount("share * 1000.005", "down", 1),
    Amount("min(revenue * 0.2, 500000)"), Amount(None),
)  # fmt: skip


def policies() -> PolicySet:
    made = []
    for at, (whens, amount) in enumerate(zip(CONDITIONS, AMOUNTS)):
        conditions = tuple(Condition(f"c{k}", when, f"art. {k}", Text(when, when)) for k, when in enumerate(whens))
        made.append(Policy(f"P{at}", Text("", ""), "test", "example", date(2020, 1, 1), None, conditions, amount))
    return PolicySet(tuple(made))


def facts(count: int, seed: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)

    def perhaps(value: Any) -> Any:
        return None if rng.random() < 0.1 else value

    return [
        {
            "revenue": perhaps(rng.choice((0, 4_999_999_999, 5_000_000_000, 5_000_000_001, -7, 10**13))), "last": perhaps(rng.choice((0, 1, 4_347_826_087, 10**10))),
            "rd": perhaps(rng.choice((0, 150_000_000, 149_999_999, 10**9, 12345))), "staff": perhaps(rng.choice((0, 1, 7, 20, 21, 50, 51, 3000))),
            "share": perhaps(rng.choice((0, 100, 4999, 5000, 7301))), "founded": perhaps(date(2019, 12, 30) + timedelta(rng.randrange(4))),
            "sector": perhaps(rng.choice("ABC")), "clean": perhaps(rng.random() < 0.5),
        }
        for _ in range(count)
    ]  # fmt: skip


def sheet_of(rows: list[dict[str, Any]]) -> FactSheet:
    return FactSheet(pa.table({c.name: pa.array([row.get(c.name, at) for at, row in enumerate(rows)], KINDS[c.kind]) for c in SCHEMA.columns}), SCHEMA)


def answers(result: Any) -> list[list[tuple[str, int, int]]]:
    return [[result.outcome(row, policy.code) for policy in result.compiled.policies.policies] for row in range(result.rows)]


@pytest.mark.parametrize(("count", "block"), [(TILE_ROWS, 1 << 16), (TILE_ROWS + 1, 1 << 16), (3 * TILE_ROWS - 1, 2 * TILE_ROWS), (2 * TILE_ROWS + 77, 700)])
def test_every_pair_is_as_the_slow_twin_says_wherever_its_row_lies(count: int, block: int) -> None:
    kinds = facts(60, seed=count)
    chosen = [random.Random(block).randrange(len(kinds)) for _ in range(count)]
    found = sheet_of([kinds[at] for at in chosen])
    compiled = compile_set(policies(), SCHEMA)
    result = screen(compiled, found, block=block)
    distinct = sheet_of(kinds)
    expected = [[judge(one, distinct.row(at)) for one in compiled.policies.policies] for at in range(len(kinds))]
    for row, pairs in enumerate(answers(result)):
        judged = expected[chosen[row]]
        assert [(outcome, gross) for outcome, _, gross in pairs] == [(one.outcome, one.gross) for one in judged]
    for row in [*range(0, count, 97), count - 1]:
        bits = result.block_of(row)
        for own, one in zip(compiled.conditions, expected[chosen[row]]):
            assert tuple(bits.truth(compiled, row, node) for node in own[: len(one.truths)]) == one.truths
    counts = result.counts()
    for at, policy in enumerate(compiled.policies.policies):
        outcomes = [expected[kind][at].outcome for kind in chosen]
        assert {name: outcomes.count(name) for name in ("entitled", "near", "undetermined", "refused")} == {
            name: counts[policy.code][name] for name in ("entitled", "near", "undetermined", "refused")
        }
        assert result.totals()[policy.code] == sum(expected[kind][at].gross for kind in chosen)


def test_one_thread_or_two_small_blocks_or_large_the_bytes_are_the_same() -> None:
    found = sheet_of(facts(3000, seed=5))
    first = screen(policies(), found, threads=1, block=1024)
    second = screen(policies(), found, threads=2, block=1024)
    for one, two in zip(first.blocks, second.blocks, strict=True):
        for name in ("entitled", "near", "open"):
            assert np.array_equal(getattr(one, name), getattr(two, name))
        for name in ("row", "policy", "gross", "net", "status"):
            assert np.array_equal(getattr(one.grants, name), getattr(two.grants, name))


def test_a_result_that_is_still_used_keeps_its_memory_and_one_that_is_not_gives_it_back() -> None:
    memory, found, compiled = Memory(), sheet_of(facts(2000, seed=8)), compile_set(policies(), SCHEMA)
    other = sheet_of(facts(2000, seed=9))
    kept = screen(compiled, found, memory=memory)
    before = answers(kept)
    place = kept.blocks[0].bits.ctypes.data
    again = screen(compiled, other, memory=memory)
    assert again.blocks[0].bits.ctypes.data != place
    assert answers(kept) == before != answers(again)
    expected = answers(again)
    del kept, again
    gc.collect()
    third = screen(compiled, other, memory=memory)
    assert third.blocks[0].bits.ctypes.data == place
    assert answers(third) == expected


def test_what_was_not_needed_in_between_is_found_again() -> None:
    memory, made = Memory(), []
    for size in (1_000_000, 10, 1_000_000, 10, 10, 1_000_000):
        memory.recycle()
        arrays = [memory.take(size, np.int64) for _ in range(3)]
        made.append({array.ctypes.data for array in arrays})
        del arrays
    assert made[2] == made[0] == made[5]


def test_nobody_and_nothing_to_screen() -> None:
    empty = screen(policies(), sheet_of([]))
    assert set(empty.counts()["P0"].values()) == {0}
    assert empty.totals()["P0"] == 0
    assert screen(PolicySet(()), sheet_of(facts(3, seed=1))).counts() == {}
