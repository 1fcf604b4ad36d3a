"""Golden cases of the standard rule packs: each threshold from both sides; marks; dates; what fails under the revision."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from manyuan.engines import feel
from manyuan.engines.analytics import Item, base_value_scores, grades, min_max_scores
from manyuan.engines.screening import check_policies, read_policies
from manyuan.engines.screening.commands import load_schema
from manyuan.engines.screening.reference import judge

PACK = Path(__file__).resolve().parents[2] / "packs" / "standards"
SCHEMA = load_schema(PACK / "facts.yaml")
POLICIES = read_policies([PACK / "policies"], SCHEMA)

# One enterprise that meets everything, exactly at most thresholds.
FIRM = {
    "years_in_field": 3, "years_registered": 1, "revenue": 100_000_000, "revenue_before": 90_000_000, "revenue_two_before": 80_000_000, "main_revenue": 95_000_000,
    "main_revenue_before": 85_000_000, "main_revenue_two_before": 75_000_000, "high_tech_revenue": 60_000_000, "rd": 7_000_000, "rd_before": 6_000_000, "rd_two_before": 5_000_000,
    "rd_in_china": 10_800_000, "cost": 80_000_000, "profit": 12_000_000, "assets": 100_000_000, "liabilities": 40_000_000, "equity_two_years": 0, "equity_three_years": 0,
    "staff": 200, "rd_staff": 60, "ip_class1_high_value": 1, "ip_class1_own": 1, "ip_class1": 4, "ip_class2": 5, "core_systems": 1, "digital_level": 3, "quality_items": 2,
    "market_share": Decimal("0.12"), "market_rank": 2, "local_score": 10, "development_score": 65, "field": "strategic", "industry": "industry", "rd_body": "provincial",
    "national_award": "none", "provincial_award": "none", "maker_china": "none", "innovation_title": False, "certified": True, "own_brand": True, "innovative_title": True,
    "net_assets": 60_000_000, "net_assets_before": 50_000_000, "net_assets_two_before": 40_000_000, "ip_points": None, "management_points": None,
    "conversions_three_years": 15, "srdi_title": True, "core_ip": True, "in_field_list": True, "no_incident": True, "qualified_construction": False, "development_activity": False,
}  # fmt: skip
WEAK = {  # points from nothing but what a case gives
    **FIRM, "ip_class1_high_value": 0, "ip_class1_own": 0, "ip_class1": 0, "ip_class2": 0, "rd": 0, "rd_before": 0, "rd_staff": 0, "rd_body": "none", "field": "other",
    "main_revenue": 40_000_000, "main_revenue_before": 50_000_000, "main_revenue_two_before": 60_000_000, "liabilities": 90_000_000, "digital_level": 1, "quality_items": 0,
    "profit": 0, "local_score": 0,
}  # fmt: skip


def outcome(code: str, base: dict = FIRM, **changes: object) -> str:
    row = {name: feel.from_python(value) for name, value in {**base, **changes}.items()}
    return judge(POLICIES[code], row).outcome


def test_the_pack_has_no_fault_and_every_condition_cites_its_clause():
    assert check_policies([PACK / "policies"], SCHEMA) == []
    assert all(condition.clause for policy in POLICIES.policies for condition in policy.conditions)


@pytest.mark.parametrize("code", [policy.code for policy in POLICIES.policies])
def test_a_firm_that_meets_everything_passes_every_rule_set(code):
    assert outcome(code) == "entitled"


@pytest.mark.parametrize(
    ("code", "passing", "failing"),
    [
        ("GIANT-2022", {"years_in_field": 3}, {"years_in_field": 2}),
        ("GIANT-2022", {"main_revenue": 89_000_000, "main_revenue_before": 80_000_000}, {"main_revenue": 69_999_999}),
        ("GIANT-2022", {"liabilities": 70_000_000}, {"liabilities": 70_000_001}),
        ("GIANT-2022", {"market_share": Decimal("0.1")}, {"market_share": Decimal("0.0999")}),
        ("GIANT-2022", {"rd": 3_000_000, "rd_before": 2_700_000}, {"rd": 2_999_999, "rd_before": 2_700_000}),
        ("GIANT-2022", {"revenue": 99_999_999, "rd": 6_000_000}, {"revenue": 99_999_999, "rd": 5_999_999}),
        ("GIANT-2022", {"ip_class1": 2}, {"ip_class1": 1}),
        ("GIANT-2022", {"ip_class1": 0, "national_award": "top3"}, {"ip_class1": 0, "national_award": "top5"}),
        ("GIANT-2022", {"core_systems": 1}, {"core_systems": 0}),
        ("SRDI-2022", {"years_in_field": 2}, {"years_in_field": 1}),
        ("SRDI-2022", {"rd": 3_000_000}, {"rd": 2_999_999}),
        ("SRDI-2022", {"revenue": 10_000_000, "main_revenue": 9_500_000, "rd": 1_000_000}, {"revenue": 9_999_999, "main_revenue": 9_500_000, "rd": 1_000_000}),
        (
            "SRDI-2022",
            {"revenue": 9_999_999, "rd": 1_000_000, "equity_two_years": 20_000_000},
            {"revenue": 9_999_999, "rd": 999_999, "equity_two_years": 20_000_000},
        ),
        ("SRDI-2026", {"revenue": 15_000_000, "main_revenue": 12_000_000}, {"revenue": 14_999_999, "main_revenue": 12_000_000}),
        ("SRDI-2026", {"main_revenue": 80_000_000}, {"main_revenue": 79_999_999}),
        ("SRDI-2026", {"rd_before": 2_700_000}, {"rd_before": 2_699_999}),
        ("SRDI-2026", {"development_score": 50}, {"development_score": 49}),
        ("GIANT-2026", {"main_revenue": 90_000_000}, {"main_revenue": 89_999_999}),
        (
            "GIANT-2026",
            {"main_revenue_two_before": 80_000_000, "main_revenue": 90_000_000},
            {"main_revenue_two_before": 90_000_000, "main_revenue": 99_000_000, "revenue": 110_000_000},
        ),
        ("GIANT-2026", {"ip_class1": 4}, {"ip_class1": 3}),
        ("GIANT-2026", {"market_share": Decimal("0.01"), "market_rank": 3}, {"market_share": Decimal("0.01"), "market_rank": 4}),
        ("GIANT-2026", {"rd": 6_000_000, "rd_before": 6_000_000}, {"rd": 6_000_000, "rd_before": 5_999_999}),
        ("HIGHTECH-2016", {"rd_staff": 20}, {"rd_staff": 19}),
        ("HIGHTECH-2016", {"high_tech_revenue": 60_000_000}, {"high_tech_revenue": 59_999_999}),
        (
            "HIGHTECH-2016",
            {"rd": 4_000_000, "rd_before": 3_600_000, "rd_two_before": 3_200_000},
            {"rd": 3_999_999, "rd_before": 3_600_000, "rd_two_before": 3_200_000},
        ),
        ("HIGHTECH-2016", {"rd_in_china": 10_800_000}, {"rd_in_china": 10_799_999}),
        ("HIGHTECH-2016", {"no_incident": True}, {"no_incident": False}),
        ("TECH-SME-2017", {"staff": 500, "rd_staff": 150}, {"staff": 501, "rd_staff": 160}),
        ("TECH-SME-2017", {"revenue": 200_000_000}, {"revenue": 200_000_001}),
        ("TECH-SME-2017", {"rd_staff": 20}, {"rd_staff": 19}),
        ("ABOVE-INDUSTRY", {"main_revenue": 20_000_000}, {"main_revenue": 19_999_999}),
        ("ABOVE-SIZE", {"industry": "retail", "main_revenue": 5_000_000}, {"industry": "retail", "main_revenue": 4_999_999}),
        ("ABOVE-SIZE", {"industry": "hotel-catering", "main_revenue": 2_000_000}, {"industry": "hotel-catering", "main_revenue": 1_999_999}),
        ("ABOVE-SIZE", {"industry": "services-10m", "revenue": 10_000_000}, {"industry": "services-10m", "revenue": 9_999_999}),
        ("ABOVE-SIZE", {"industry": "services-5m", "revenue": 5_000_000}, {"industry": "services-5m", "revenue": 4_999_999}),
        ("FOUR-ABOVE", {"industry": "construction", "qualified_construction": True}, {"industry": "construction", "qualified_construction": False}),
        ("FOUR-ABOVE", {"industry": "real-estate", "development_activity": True}, {"industry": "real-estate", "development_activity": False}),
    ],
)
def test_each_threshold_from_both_sides(code, passing, failing):
    assert outcome(code, **passing) == "entitled"
    assert outcome(code, **failing) in ("near", "refused")


@pytest.mark.parametrize(
    "route",
    [{"national_award": "other"}, {"provincial_award": "other"}, {"innovation_title": True}, {"rd_body": "provincial"}, {"equity_three_years": 5_000_000}],
)
def test_each_direct_route_to_the_innovative_title(route):
    assert outcome("INNOVATIVE-2022", WEAK) == "near"
    assert outcome("INNOVATIVE-2022", WEAK, **route) == "entitled"


@pytest.mark.parametrize(("main_revenue", "passes"), [(46_000_000, True), (45_999_999, False)])
def test_the_innovative_score_turns_at_sixty(main_revenue, passes):
    # 20 class-I high-value + 5 R&D (1 %) + growth 20 (15 %) or 15 + debt 0 + field 10 + main revenue 5 (50 %) = 60 or 55
    row = {
        **WEAK, "ip_class1_high_value": 1, "revenue": 91_999_998, "rd": 920_000, "main_revenue": main_revenue, "main_revenue_before": 40_000_000, "liabilities": 76_000_000,
        "field": "strategic",
    }  # fmt: skip
    assert (outcome("INNOVATIVE-2022", row) == "entitled") is passes


def test_marks_stay_with_the_rules():
    marks = {policy.code: policy.mark for policy in POLICIES.policies}
    assert marks["SRDI-2026"] == marks["GIANT-2026"] == "C" and marks["SRDI-2022"] == "GK" and marks["GIANT-2022"] == "V"


def test_each_period_is_judged_by_the_rules_of_its_own_day():
    def codes(day: date) -> set[str]:
        return {policy.code for policy in POLICIES.on(day).policies}

    assert {"SRDI-2022", "GIANT-2022"} <= codes(date(2026, 3, 31)) and not {"SRDI-2026", "GIANT-2026"} & codes(date(2026, 3, 31))
    assert {"SRDI-2026", "GIANT-2026"} <= codes(date(2026, 4, 1)) and not {"SRDI-2022", "GIANT-2022"} & codes(date(2026, 4, 1))


def test_passes_2022_and_fails_2026_at_re_review_is_one_command(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq
    from click.testing import CliRunner

    from manyuan.surfaces.cli.rules import rules

    rows = [{**FIRM, "id": 1}, {**FIRM, "id": 2, "main_revenue": 89_000_000}, {**FIRM, "id": 3, "years_in_field": 1}]
    arrays = {"id": pa.array([row["id"] for row in rows])}
    for column in SCHEMA.columns:
        values = [row[column.name] for row in rows]
        if column.kind == "money":
            arrays[column.name] = pa.array([int(value) * 100 for value in values], pa.int64())
        elif column.kind == "rate":
            arrays[column.name] = pa.array([int(value * 10000) for value in values], pa.int64())
        else:
            arrays[column.name] = pa.array(values)
    pq.write_table(pa.table(arrays), tmp_path / "facts.parquet")
    found = CliRunner().invoke(rules, ["differ", str(tmp_path / "facts.parquet"), "--passes", "GIANT-2022", "--fails", "GIANT-2026-REVIEW"])
    assert found.exit_code == 0, found.output
    lines = found.output.strip().splitlines()
    assert lines[0].startswith("2\t") and "90%" in lines[0]
    assert lines[-1].startswith("1 ")


# output per mu
SETS = yaml.safe_load((PACK / "per-mu.yaml").read_text(encoding="utf-8"))["sets"]


def items_of(name: str) -> list[Item]:
    return [
        Item(e["code"], Decimal(str(e["weight"])), Decimal(str(e["base"])) if "base" in e else None, e.get("mean_if_missing", False))
        for e in SETS[name]["items"]
    ]


@pytest.mark.parametrize("name", [name for name, entry in SETS.items() if entry["form"] == "base-value"])
def test_every_item_at_its_base_is_a_hundred_and_at_half_is_fifty(name):
    items = items_of(name)
    found = base_value_scores({"whole": {i.code: i.base for i in items}, "half": {i.code: i.base / 2 for i in items}}, items)
    assert found["whole"].points == 100 and found["half"].points == 50


def test_a_missing_emission_figure_takes_the_mean_score_of_the_item():
    items = items_of("huangyan-2022-above")
    base = {i.code: i.base for i in items}
    found = base_value_scores(
        {"a": base, "b": {**base, "value_added_per_emission": Decimal("2464.905")}, "c": {**base, "value_added_per_emission": None}}, items
    )
    assert found["c"].points == Decimal("97.5") and found["c"].filled == ("value_added_per_emission",)
    assert base_value_scores({"d": {**base, "tax_per_mu": None}}, items)["d"].points is None


def test_min_max_gives_twenty_to_a_hundred_and_guards_equal_values():
    items = [Item("x", Decimal(100))]
    found = min_max_scores({"low": {"x": Decimal(1)}, "high": {"x": Decimal(3)}, "middle": {"x": Decimal(2)}}, items)
    assert [found[firm].points for firm in ("low", "middle", "high")] == [20, 60, 100]
    assert min_max_scores({"a": {"x": Decimal(5)}, "b": {"x": Decimal(5)}}, items)["a"].points == 100


def test_grades_by_rank_and_ties_get_the_better_grade():
    scores = {f"f{n:02d}": Decimal(100 - n) for n in range(20)}
    found = grades(scores)
    assert [found[f"f{n:02d}"] for n in (4, 5, 13, 14, 18, 19)] == ["A", "B", "B", "C", "C", "D"]
    tied = grades({**scores, "f05": scores["f04"]})
    assert tied["f04"] == tied["f05"] == "A"
    assert grades({"a": Decimal(1), "b": None, "c": Decimal(2)}, excluded=["c"]) == {"a": "D", "b": None, "c": None}
