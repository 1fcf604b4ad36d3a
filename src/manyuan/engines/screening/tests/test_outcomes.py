"""Groups, ceilings, requirements, rounding; explanation in words; simulation; out of core with a kill in the middle; real registrations."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from manyuan.engines.screening import (
    Amount,
    Ceiling,
    Column,
    Condition,
    FactSheet,
    FactSheetInvalid,
    Policy,
    PolicySet,
    Schema,
    Text,
    blocks,
    compile_set,
    explain,
    registrations,
    screen,
    simulate,
)

SCHEMA = Schema(
    (
        Column("revenue", "money", "上年营业收入", "Revenue", "yuan", source="annual report 2025"),
        Column("staff", "count", "职工人数", "Staff"),
        Column("sector", "category", "行业", "Sector"),
    )
)


def policy(code, when, value=None, **rest):
    conditions = tuple(
        Condition(f"c{at}", text, f"第{at + 1}条", Text(f"条件{at + 1}", f"condition {at + 1}"))
        for at, text in enumerate([when] if isinstance(when, str) else when)
    )
    cap = rest.pop("cap", None)
    rounding, scale = rest.pop("rounding", "half-up"), rest.pop("scale", 2)
    return Policy(code, Text("政策" + code, "Policy " + code), "s", "example", date(2024, 1, 1), None, conditions, Amount(value, rounding, scale, cap), **rest)


def sheet(*rows):
    return FactSheet(
        pa.table({
            "revenue": pa.array([None if r[0] is None else int(Decimal(str(r[0])) * 100) for r in rows], pa.int64()),
            "staff": pa.array([r[1] for r in rows], pa.int64()),
            "sector": pa.array([r[2] for r in rows], pa.string()),
        }),
        SCHEMA,
    )  # fmt: skip


def test_of_one_group_only_the_higher_one_is_paid_and_the_other_is_set_aside():
    policies = PolicySet((policy("A", "staff >= 1", "1000", group="g"), policy("B", "staff >= 5", "revenue * 0.01", group="g")))
    result = screen(policies, sheet((200000, 9, "x"), (50000, 9, "x"), (100000, 9, "x"), (900000, 2, "x")))
    assert [result.outcome(row, "A")[:2] for row in range(4)] == [("set aside", 0), ("entitled", 100000), ("entitled", 100000), ("entitled", 100000)]
    assert [result.outcome(row, "B")[:2] for row in range(4)] == [("entitled", 200000), ("set aside", 0), ("set aside", 0), ("near", 0)]


def test_a_yearly_ceiling_cuts_the_last_and_uses_up():
    policies = PolicySet(tuple(policy(code, "staff >= 1", "400", ceiling="y") for code in "ABC"), (Ceiling("y", Decimal(600)),))
    result = screen(policies, sheet((1, 1, "x")))
    assert [result.outcome(0, code) for code in "ABC"] == [("entitled", 40000, 40000), ("entitled", 20000, 40000), ("set aside", 0, 40000)]


@pytest.mark.parametrize(("rounding", "fen"), [("half-up", 1), ("half-even", 0), ("down", 0), ("up", 1)])
def test_rounding_at_exactly_half_a_fen(rounding, fen):
    result = screen(PolicySet((policy("A", "staff >= 1", "revenue * 0.005", rounding=rounding),)), sheet((1, 1, "x")))
    assert result.outcome(0, "A")[1] == fen


def test_sums_at_the_edge_of_64_bits_stay_exact():
    huge = FactSheet(pa.table({"revenue": pa.array([2**63 - 1, 2**62], pa.int64()), "staff": pa.array([1, 1]), "sector": pa.array(["x", "x"])}), SCHEMA)
    policies = PolicySet(
        (
            policy("A", "revenue + revenue * 3 >= 368934881474191032.28"),
            policy("B", "revenue / staff >= 92233720368547758.07"),
            policy("C", "staff >= 1", "revenue * 0.5"),
        )
    )
    result = screen(policies, huge)
    assert [result.outcome(row, "A")[0] for row in (0, 1)] == ["entitled", "near"]
    assert [result.outcome(row, "B")[0] for row in (0, 1)] == ["entitled", "near"]
    assert result.outcome(0, "C")[1] == 2**62


def test_a_float_or_a_missing_column_is_refused_with_its_name():
    with pytest.raises(FactSheetInvalid) as refused:
        FactSheet(pa.table({"revenue": pa.array([1.5]), "sector": pa.array(["x"])}), SCHEMA)
    assert {name for name, _, _ in refused.value.faults} == {"revenue", "staff"}
    assert "double" in refused.value.message("zh")


def test_what_is_left_to_the_interpreter_is_reported_by_name():
    compiled = compile_set(PolicySet((policy("A", ["string length(sector) > 2", "staff >= 1"], "revenue / 3"),)), SCHEMA)
    report = compiled.report()
    assert report["interpreted conditions"] == ["string length(sector) > 2"] and report["interpreted amounts"] == ["A"]


def test_shared_conditions_are_evaluated_once():
    alone = compile_set(PolicySet((policy("A", ["staff >= 5", "revenue >= 100"]),)), SCHEMA).report()["distinct elementary conditions"]
    many = PolicySet(tuple(policy(f"P{n}", ["staff >= 5", "revenue >= 100"]) for n in range(50)))
    assert compile_set(many, SCHEMA).report()["distinct elementary conditions"] == alone


def test_the_explanation_names_value_source_threshold_clause_and_what_would_change_it():
    one = policy("A", ["revenue >= 20000000", 'sector = "x"'], "100000")
    text = explain(one, sheet((18500000, 5, "x")), 0).in_words("zh")
    assert (
        "只差一步" in text
        and "上年营业收入 = 18,500,000 元，来自annual report 2025" in text
        and "第1条" in text
        and "差 1,500,000 元：须不低于 20,000,000 元" in text
    )
    assert "示例" in text
    assert "not known" in explain(one, sheet((None, 5, "x")), 0).in_words("en")
    assert "Amount: 100,000.00 yuan" in explain(one, sheet((20000000, 5, "x")), 0).in_words("en")


def test_a_change_is_simulated_and_a_threshold_fitted_to_a_budget():
    rows = sheet(*((n * 1000, n, "x" if n % 2 else "y") for n in range(1, 11)))
    one = policy("A", "staff >= 5", "1000")
    both = simulate.compare(one, simulate.changed(one, "c0=8"), rows, by=["sector"])
    assert (both.before.count, both.after.count, len(both.losers), both.winners) == (6, 3, 3, {})
    assert both.before.by["sector"] == {"x": (3, 300000), "y": (3, 300000)}
    bound, found = simulate.fit(one, rows, "c0", budget=400000)
    assert (bound, found.count) == (7, 4)
    assert simulate.fit(one, rows, "c0", budget=0) is None
    with pytest.raises(simulate.ChangeInvalid):
        simulate.changed(one, "nothing=5")
    for wrong in ("c0=0 or true", "cap=-5", "cap=much"):
        with pytest.raises(simulate.ChangeInvalid):
            simulate.changed(one, wrong)
    later = simulate.changed(one, "start=2030-01-01")
    assert simulate.compare(one, later, rows, on=date(2026, 1, 1)).after.count == 0


def _parquet(folder, rows=5000):
    table = pa.table({
        "id": [f"e{n}" for n in range(rows)],
        "revenue": pa.array([None if n % 17 == 0 else n * 10000 for n in range(rows)], pa.int64()),
        "staff": [n % 40 for n in range(rows)],
        "sector": [("x", "y", "z")[n % 3] for n in range(rows)],
    })  # fmt: skip
    pq.write_table(table, folder / "facts.parquet")
    return folder / "facts.parquet", PolicySet(
        (policy("A", ["staff >= 20", 'sector in ("x", "y")'], "revenue * 0.01", cap=Decimal(50)), policy("B", "revenue >= 300"))
    )


def test_block_by_block_is_the_same_as_at_once_and_the_same_bytes_again(tmp_path):
    source, policies = _parquet(tmp_path)
    whole = blocks.pairs(compile_set(policies, SCHEMA), pq.read_table(source), Schema(SCHEMA.columns, "id"))
    done = blocks.screen_parquet(source, tmp_path / "a", policies, Schema(SCHEMA.columns, "id"), block=640)
    blocks.screen_parquet(source, tmp_path / "b", policies, Schema(SCHEMA.columns, "id"), block=640)
    assert (done.rows, done.blocks, done.resumed) == (5000, 8, 0)
    parts = sorted((tmp_path / "a").glob("part-*.parquet"))
    assert pa.concat_tables(pq.read_table(part) for part in parts).equals(whole)
    assert [p.read_bytes() for p in parts] == [p.read_bytes() for p in sorted((tmp_path / "b").glob("part-*.parquet"))]
    with pytest.raises(blocks.OutputInUse):
        blocks.screen_parquet(source, tmp_path / "a", policies, Schema(SCHEMA.columns, "id"), block=1280)


_KILLED = """
import sys, time
from pathlib import Path
from manyuan.engines.screening import blocks, Schema
from manyuan.engines.screening.tests import test_outcomes as t
folder = Path(sys.argv[1])
_, policies = t._parquet(folder)
blocks.screen_parquet(folder / "facts.parquet", folder / "out", policies, Schema(t.SCHEMA.columns, "id"), block=64, progress=lambda done, of: (print(done, flush=True), time.sleep(0.05)))
"""


def test_killed_in_the_middle_it_resumes_without_a_wrong_or_missing_block(tmp_path):
    source, policies = _parquet(tmp_path)
    stamp = source.read_bytes()
    child = subprocess.Popen([sys.executable, "-c", _KILLED, str(tmp_path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "src"})
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "out").glob("part-*.parquet"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert source.read_bytes() == stamp
    begun = len(list((tmp_path / "out").glob("part-*.parquet")))
    assert 3 <= begun < 79
    done = blocks.screen_parquet(source, tmp_path / "out", policies, Schema(SCHEMA.columns, "id"), block=64)
    assert done.resumed == begun and done.blocks == 79
    whole = blocks.pairs(compile_set(policies, SCHEMA), pq.read_table(source), Schema(SCHEMA.columns, "id"))
    assert pa.concat_tables(pq.read_table(part) for part in sorted((tmp_path / "out").glob("part-*.parquet"))).equals(whole)
    assert not list((tmp_path / "out").glob("*.tmp"))


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("66(万元人民币)", 66_000_000),
        ("16万人民币", 16_000_000),
        ("24.7万人民币", 24_700_000),
        ("1,000万元", 1_000_000_000),
        ("100万美元", None),
        ("", None),
        ("无", None),
        ("5亿元", 50_000_000_000),
    ],
)
def test_capital_as_registrations_write_it(text, fen):
    assert registrations.capital_fen(text) == fen


@pytest.mark.shared_data
def test_the_real_registrations_are_screened_in_one_line(shared_folder):
    facts = registrations.from_registrations(shared_folder / "data/enterprises/chengdu_registrations.csv.gz", as_of=date(2026, 11, 23))
    one = policy("R", ["age in years >= 20", "capital >= 1000000", 'sector in ("software", "medicine", "machinery")'], "50000")
    counts = screen(PolicySet((one,)), facts).counts()["R"]
    assert facts.rows == 41346 and sum(counts.values()) == 41346
    assert all(counts[outcome] > 100 for outcome in ("entitled", "near", "refused", "undetermined"))


@pytest.mark.spark
def test_spark_gives_the_same_pairs(tmp_path):
    pytest.importorskip("pyspark")
    from manyuan.engines.screening import spark

    source, policies = _parquet(tmp_path)
    schema = Schema(SCHEMA.columns, "id")
    session = spark.local_session()
    try:
        spark.screen_parquet(source, tmp_path / "out", policies, schema, session)
    finally:
        session.stop()
    found = pq.read_table(tmp_path / "out").sort_by([("key", "ascending"), ("policy", "ascending")])
    whole = blocks.pairs(compile_set(policies, schema), pq.read_table(source), schema).sort_by([("key", "ascending"), ("policy", "ascending")])
    assert found.cast(whole.schema).equals(whole)
