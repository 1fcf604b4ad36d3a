"""What experts judge gives a range, never one number: certainly passes, may pass, cannot pass. 国科发火〔2016〕32号: more than 70 points."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from tests.packs_standards.test_standards import FIRM, POLICIES, SCHEMA

from manyuan.engines import feel
from manyuan.engines.screening import PolicySet, check_policies, explain_row, screen
from manyuan.engines.screening.reference import judge
from manyuan.engines.screening.scoring import range_of
from manyuan.surfaces.cli.rules import rules

HIGHTECH = POLICIES["HIGHTECH-2016"]


def row_of(**changes: object) -> dict[str, object]:
    return {name: feel.from_python(value) for name, value in {**FIRM, **changes}.items()}


def item(code: str, **changes: object) -> tuple[int, int, bool]:
    found = range_of(HIGHTECH, row_of(**changes))
    one = next(one for one in found.items if one.item.id == code)
    return int(one.least), int(one.most), one.open


@pytest.mark.parametrize(
    ("three_years", "least", "most"),
    [(15, 25, 30), (14, 19, 24), (12, 19, 24), (11, 13, 18), (9, 13, 18), (8, 7, 12), (6, 7, 12), (5, 1, 6), (3, 1, 6), (2, 0, 0), (0, 0, 0)],
)
def test_conversions_a_year_give_a_band(three_years, least, most):
    assert item("conversion", conversions_three_years=three_years) == (least, most, False)


@pytest.mark.parametrize(
    ("last_year", "least", "most"),
    [
        # half of (100/100 + x/100) - 1
        (170_000_000, 9, 10),
        (169_999_999, 7, 8),
        (150_000_000, 7, 8),
        (149_999_999, 5, 6),
        (130_000_000, 5, 6),
        (129_999_999, 3, 4),
        (110_000_000, 3, 4),
        (109_999_999, 1, 2),
        (100_000_001, 1, 2),
        (100_000_000, 0, 0),
        (50_000_000, 0, 0),
    ],
)
@pytest.mark.parametrize(("code", "fact"), [("sales", "revenue"), ("net-assets", "net_assets")])
def test_growth_is_computed_and_gives_its_band(code, fact, last_year, least, most):
    assert item(code, **{fact: last_year, f"{fact}_before": 100_000_000, f"{fact}_two_before": 100_000_000}) == (least, most, False)


@pytest.mark.parametrize("changes", [{"revenue_two_before": None}, {"revenue_two_before": 0}, {"revenue": None}])
def test_growth_that_is_not_known_leaves_all_its_points_open(changes):
    assert item("sales", **changes) == (0, 10, True)


def test_what_is_not_judged_yet_is_open_and_what_is_judged_is_one_number():
    assert item("ip") == (0, 30, False) and item("ip", ip_points=21) == (21, 21, False)
    assert item("management") == (0, 20, False) and item("management", management_points=12) == (12, 12, False)


@pytest.mark.parametrize(
    ("ip", "management", "conversions", "verdict", "outcome"),
    [
        (None, None, 15, "may", "entitled"),
        # growth of FIRM: net assets 22.5 % 5-6, sales 11.8 % 3-4; conversions 25-30
        (30, 8, 15, "certain", "entitled"),  # least 30 + 8 + 25 + 5 + 3 = 71
        (30, 7, 15, "may", "entitled"),  # least 70: not more than 70
        (30, 20, 3, "cannot", "near"),  # most 30 + 20 + 6 + 6 + 4 = 66
        (20, 11, 15, "may", "entitled"),  # most 20 + 11 + 30 + 6 + 4 = 71
        (20, 10, 15, "cannot", "near"),  # most 70
    ],
)
def test_the_mark_is_more_than_seventy_from_both_ends(ip, management, conversions, verdict, outcome):
    row = row_of(ip_points=ip, management_points=management, conversions_three_years=conversions)
    assert range_of(HIGHTECH, row).verdict == verdict
    assert judge(HIGHTECH, row).outcome == outcome


def test_the_explanation_shows_the_range_and_what_it_is_made_of():
    words = explain_row(HIGHTECH, row_of(), SCHEMA).in_words("zh")
    assert words.splitlines()[0] == "高新技术企业（HIGHTECH-2016）：可能通过，取决于专家评分"
    assert "创新能力评价（第十一条（七））：33–90 分，须高于 70 分：可能通过，取决于专家评分" in words
    assert "  · 知识产权（专家评分）：0–30（满分 30）" in words and "GK" in words
    words = explain_row(HIGHTECH, row_of(ip_points=30, management_points=8, revenue_two_before=None), SCHEMA).in_words("en")
    assert "  · Growth of sales (formula: GK): 0–10 (of 10, not known yet)" in words
    words = explain_row(HIGHTECH, row_of(ip_points=0), SCHEMA).in_words("en")
    assert words.splitlines()[0].endswith(": one step away") and "0–60 points" not in words and "33–60 points, more than 70 are needed: cannot pass" in words


def sheet_file(path, rows):
    arrays = {"id": pa.array([row["id"] for row in rows])}
    for column in SCHEMA.columns:
        values = [row[column.name] for row in rows]
        scale = 10**column.decimals
        number = column.kind in ("money", "rate")
        arrays[column.name] = (
            pa.array([None if v is None else int(Decimal(v) * scale) for v in values], pa.int64())
            if number
            else pa.array(values, {"count": pa.int64()}.get(column.kind))
        )
    pq.write_table(pa.table(arrays), path)
    return path


def test_one_command_shows_everybodys_range(tmp_path):
    rows = [
        {**FIRM, "id": 1},
        {**FIRM, "id": 2, "ip_points": 30, "management_points": 8},
        {**FIRM, "id": 3, "ip_points": 0},
        {**FIRM, "id": 4, "core_ip": None},
        {**FIRM, "id": 5, "ip_points": 30, "management_points": 20, "core_ip": False},
    ]
    path = sheet_file(tmp_path / "facts.parquet", rows)
    found = CliRunner().invoke(rules, ["range", str(path)], env={"MANYUAN_LANGUAGE": "en"})
    assert found.exit_code == 0, found.output
    verdicts = [line.split("\t")[1:] for line in found.output.splitlines()[:-1]]
    assert verdicts == [
        ["33–90", "may pass, as the experts judge"],
        ["71–78", "certainly passes"],
        ["33–60", "cannot pass"],
        ["33–90", "cannot be told"],
        ["83–90", "cannot pass"],
    ]
    assert found.output.splitlines()[-1] == "certainly passes 1; may pass, as the experts judge 1; cannot pass 2; cannot be told 1 (V)"


def test_the_kernel_says_what_the_slow_twin_says_of_missing_points(tmp_path):
    from tests.packs_standards.test_standards import PACK

    from manyuan.engines.screening.commands import load_sheet

    choices = [(ip, management, sales) for ip in (None, 0, 20, 30) for management in (None, 10, 11, 20) for sales in (None, 80_000_000)]
    rows = [{**FIRM, "id": at, "ip_points": ip, "management_points": m, "revenue_two_before": s} for at, (ip, m, s) in enumerate(choices)]
    sheet = load_sheet(sheet_file(tmp_path / "facts.parquet", rows), PACK / "facts.yaml")
    result = screen(PolicySet((HIGHTECH,)), sheet)
    assert [result.outcome(at, HIGHTECH.code)[0] for at in range(sheet.rows)] == [judge(HIGHTECH, sheet.row(at)).outcome for at in range(sheet.rows)]


WRONG = """policies:
  - code: A
    name: A
    source: s
    mark: example
    start: 2024-01-01
    conditions: [{clause: "1", when: staff >= 1}]
    score: %s
"""


@pytest.mark.parametrize(
    ("score", "says"),
    [
        ("{items: []}", "p.yaml:8:5: found '{…}', expected a score with above"),
        ("{above: -1, items: [{points: 1, least: 0, most: 1}]}", "p.yaml:8:13: found '-1', expected an amount of 0 or more"),
        ("{above: 7, items: [{points: 30, least: 0}]}", "p.yaml:8:31: an item of a score lacks most"),
        ("{above: 7, items: [{points: 30, least: 0, most: staf}]}", "p.yaml:8:60: 'staf'"),
        ("{above: 7, items: [{points: 30, least: 0, most: field}]}", "p.yaml:8:60: 'field': the result is string, expected number"),
        ("{above: 7, itens: 3, items: [{points: 30, least: 0, most: 1}]}", "Did you mean 'items'?"),
    ],
)
def test_a_wrong_score_is_named_with_its_place(tmp_path, score, says):
    (tmp_path / "p.yaml").write_text(WRONG % score, encoding="utf-8")
    faults = check_policies([tmp_path / "p.yaml"], SCHEMA)
    assert any(says in fault.message("en") for fault in faults), [fault.message("en") for fault in faults]
    assert all(fault.message("zh") != fault.message("en") for fault in faults)
