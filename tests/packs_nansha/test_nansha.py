"""Golden cases of the Nansha pack: thresholds and bracket edges from both sides, caps, groups, missing facts; clauses, document, figures."""

import os
import re
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from manyuan.engines.screening import FactSheet, check_policies, read_policies, screen
from manyuan.engines.screening.commands import load_schema

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "packs" / "nansha"
SCHEMA = load_schema(PACK / "facts.yaml")
POLICIES = read_policies([PACK / "policies"], SCHEMA)
SOURCES = yaml.safe_load((PACK / "sources.yaml").read_text("utf-8"))
ZERO = {"money": 0, "count": 0, "boolean": False, "category": "none"}
TYPES = {"money": pa.int64(), "count": pa.int64(), "boolean": pa.bool_(), "category": pa.string()}
FIRM = {"in_district": True, "independent": True, "ten_year_commitment": True}

MAKER = {"sector": "manufacturing", "manufacturing_class": "advanced"}
BUILDER = {"sector": "construction", "construction_grade": "first", "new_settler": True}
FOREIGN = {**MAKER, "new_settler": True, "foreign_invested": True, "in_production": True}
DOMESTIC = {**MAKER, "new_settler": True, "in_production": True}
UPGRADE = {**MAKER, "project_kind": "smart", "project_completed": True, "revenue": 2, "revenue_before": 1}
AFTER = {**MAKER, "above_scale": True, "project_kind": "technical", "project_investment": 5_000_000, "contribution": 300, "contribution_base": 100}
SETTLED = {"hightech": True, "new_settler": True}
INSTITUTE = {"body": "rd-institute"}
AGENCY = {
    "body": "referral-agency", "registered_capital": 10_000_000, "agency_record": True, "referral_filed": True, "project_qualifies": True,
    "project_capital": 50_000_000, "project_paid_in": 15_000_000, "project_contribution": 50_000,
}  # fmt: skip
PATENTS = {"invention_applications": 1}
REFUSED = None
CASES = [  # code, facts, what is paid in yuan (None: not entitled)
    ("NS-M-02", {"sector": "manufacturing", "manufacturing_class": "strategic", "revenue": 50_000_000, "paid_tax": 10_000_000}, 0),
    ("NS-M-02", {"sector": "manufacturing", "manufacturing_class": "strategic", "revenue": 49_999_999, "paid_tax": 10_000_000}, REFUSED),
    ("NS-M-02", {**MAKER, "revenue": 500_000_000, "paid_tax": 70_000_000}, 0),
    ("NS-M-02", {**MAKER, "revenue": 500_000_000, "paid_tax": 69_999_999}, REFUSED),
    ("NS-M-02", {"sector": "construction", "revenue": 500_000_000, "paid_tax": 30_000_000}, 0),
    ("NS-M-02", {"sector": "construction", "revenue": 499_999_999, "paid_tax": 30_000_000}, REFUSED),
    *(("NS-M-03-1", {**FOREIGN, "paid_in_usd": usd}, paid) for usd, paid in [
        (9_999_999, REFUSED), (10_000_000, 5_000_000), (29_999_999, 5_000_000), (30_000_000, 8_000_000), (99_999_999, 8_000_000), (100_000_000, 10_000_000)]),
    *(("NS-M-03-2", {**DOMESTIC, "paid_in_capital": yuan}, paid) for yuan, paid in [
        (199_999_999, REFUSED), (200_000_000, 8_000_000), (499_999_999, 8_000_000), (500_000_000, 10_000_000), (999_999_999, 10_000_000), (1_000_000_000, 12_000_000)]),
    ("NS-M-03-2", {**DOMESTIC, "world_1000_investor": True, "paid_in_capital": 50_000_000}, 5_000_000),
    ("NS-M-03-2", {**DOMESTIC, "world_1000_investor": True, "paid_in_capital": 49_999_999}, REFUSED),
    ("NS-M-03-3", BUILDER, 5_000_000),
    ("NS-M-03-3", {**BUILDER, "construction_grade": "special"}, 10_000_000),
    ("NS-M-03-3", {**BUILDER, "construction_grade": "other"}, REFUSED),
    ("NS-M-04-1", {**MAKER, "output": 108_000_000, "output_before": 100_000_000, "contribution": 50, "contribution_before": 20}, 3),
    ("NS-M-04-1", {**MAKER, "output": 107_999_999, "output_before": 100_000_000, "contribution": 50}, REFUSED),
    ("NS-M-04-1", {**MAKER, "output": 2_100_000_000, "output_before": 2_000_000_000, "contribution": 50}, 5),
    ("NS-M-04-1", {**MAKER, "output": 2_099_999_999, "output_before": 2_000_000_000, "contribution": 50}, REFUSED),
    ("NS-M-04-2", {**BUILDER, "output": 200_000_000, "contribution": 10_000_000}, 100_000),
    ("NS-M-04-2", {**BUILDER, "output": 199_999_999, "contribution": 10_000_000}, REFUSED),
    ("NS-M-04-2", {**BUILDER, "output": 200_000_000, "provincial_output": 200_000_000, "provincial_output_before": 100_000_000, "contribution": 10_000_000}, 400_000),
    ("NS-M-04-2", {**BUILDER, "output": 200_000_000, "provincial_output": 199_999_999, "provincial_output_before": 199_999_999, "contribution": 10_000_000}, 100_000),
    ("NS-M-04-2", {**BUILDER, "output": 200_000_000, "contribution": 100_000}, 80_000),
    ("NS-M-04-2", {**BUILDER, "output": 30_000_000_000, "contribution": 100_000_000}, 10_000_000),
    ("NS-M-05", {"sector": "construction", "upgraded_to": "first"}, 5_000_000),
    ("NS-M-05", {"sector": "construction", "upgraded_to": "first", "grade_award_used": True}, REFUSED),
    ("NS-M-07-1", {**BUILDER, "office_area": 100, "rent_months": 12, "rent_paid": 100_000, "rent_years_used": 2}, 48_000),
    ("NS-M-07-1", {**BUILDER, "office_area": 100, "rent_months": 12, "rent_paid": 40_000}, 40_000),
    ("NS-M-07-1", {**BUILDER, "office_area": 9_000, "rent_months": 12, "rent_paid": 9_000_000}, 2_500_000),
    ("NS-M-07-1", {**BUILDER, "office_area": 100, "rent_months": 12, "rent_paid": 100_000, "rent_years_used": 3}, REFUSED),
    ("NS-M-07-2", {**BUILDER, "office_area": 10_001, "office_cost": 90_000_000}, 8_000_000),
    ("NS-M-08-1", {**DOMESTIC, "fixed_investment": 500_000_000}, 10_000_000),
    ("NS-M-08-1", {**DOMESTIC, "fixed_investment": 499_999_999}, REFUSED),
    ("NS-M-08-1", {**DOMESTIC, "fixed_investment": 20_000_000_000}, 200_000_000),
    ("NS-M-08-2-1", {**UPGRADE, "project_investment": 5_000_000, "fixed_investment": 1_000_000}, 40_000),
    ("NS-M-08-2-1", {**UPGRADE, "project_investment": 4_999_999, "fixed_investment": 1_000_000}, REFUSED),
    ("NS-M-08-2-1", {**UPGRADE, "project_investment": 5_000_000, "revenue": 1}, REFUSED),
    ("NS-M-08-2-1", {**UPGRADE, "project_investment": 5_000_000, "fixed_investment": 900_000_000}, 8_000_000),
    ("NS-M-08-2-2", {**UPGRADE, "project_kind": "other-upgrade", "project_investment": 5_000_000, "fixed_investment": 900_000_000}, 6_000_000),
    ("NS-M-08-3-1", {**MAKER, "conversion_role": "original", "promises_met": True, "project_investment": 5_000_000, "fixed_investment": 9_000_000_000}, 50_000_000),
    ("NS-M-08-3-2", {**MAKER, "conversion_role": "investor", "promises_met": True, "project_investment": 5_000_000, "fixed_investment": 9_000_000_000}, 100_000_000),
    ("NS-M-08-3-2", {**MAKER, "conversion_role": "investor", "promises_met": True, "project_investment": 4_999_999}, REFUSED),
    *(("NS-M-09", {**AFTER, "years_since_completion": year}, paid) for year, paid in [(0, REFUSED), (1, 160), (3, 160), (4, REFUSED)]),
    ("NS-M-10", {**MAKER, "local_purchases": 10_000_000, "revenue": 2, "revenue_before": 1}, 200_000),
    ("NS-M-10", {**MAKER, "local_purchases": 9_999_999, "revenue": 2, "revenue_before": 1}, REFUSED),
    ("NS-M-10", {**MAKER, "local_purchases": 100_000_001, "revenue": 2, "revenue_before": 1}, 2_000_000),
    ("NS-M-11-1", {**MAKER, "grant_national": 5_000_001}, 5_000_000),
    ("NS-M-11-2", {**MAKER, "grant_provincial": 1_000_000}, 700_000),
    ("NS-M-11-3", {**MAKER, "grant_city": 2_000_001}, 1_000_000),
    ("NS-T-01-1", SETTLED, 500_000),
    ("NS-T-01-2", {**SETTLED, "above_scale": True, "years_since_settling": 3}, 200_000),
    ("NS-T-01-2", {**SETTLED, "above_scale": True, "years_since_settling": 4}, REFUSED),
    *(("NS-T-01-3", {**SETTLED, "contribution": 100, "years_since_settling": year}, paid) for year, paid in [(0, REFUSED), (1, 95), (5, 95), (6, REFUSED)]),
    ("NS-T-02", {"hightech_new": True}, 300_000),
    ("NS-T-03", {"high_growth": True, "growth_year": 3, "rd_subsidy": 2_000_001}, 2_000_000),
    ("NS-T-03", {"high_growth": True, "growth_year": 4, "rd_subsidy": 1}, REFUSED),
    ("NS-T-04", {"body": "incubator", "hightech_raised": 3}, 600_000),
    ("NS-T-07-1", {"science_national": 6_000_000}, 5_000_000),
    ("NS-T-07-2", {"science_provincial": 6_000_000}, 3_000_000),
    ("NS-T-07-3", {"science_city": 6_000_000}, 2_000_000),
    ("NS-T-07-4", {"leading_team": True, "science_national": 6_000_000, "self_raised": 20_000_000}, 6_000_000),
    ("NS-T-07-4", {"leading_team": True, "science_national": 6_000_000, "self_raised": 7_000_000}, 1_000_000),
    ("NS-T-09-1", {**INSTITUTE, "office_area": 9_000, "rent_months": 12, "rent_paid": 9_000_000, "rent_years_used": 4}, 2_000_000),
    ("NS-T-09-1", {**INSTITUTE, "rent_years_used": 5}, REFUSED),
    ("NS-T-09-2", {**INSTITUTE, "office_area": 12_501}, 10_000_000),
    ("NS-T-10", {**INSTITUTE, "joint_reviewed": True, "joint_investment": 10_000_001}, 3_000_000),
    ("NS-T-11", {**INSTITUTE, "institute_recognised": True, "phd_staff": 2, "master_staff": 1}, 210_000),
    ("NS-T-11", {**INSTITUTE, "institute_recognised": True, "phd_staff": 63}, 5_000_000),
    ("NS-T-12", {**INSTITUTE, "service_income": 40_000_001}, 2_000_000),
    ("NS-T-13", {"spin_off": True, "venture_received": 2_000_001}, 1_000_000),
    ("NS-T-14", {**INSTITUTE, "wide_meeting": True, "attendees": 100}, 150_000),
    ("NS-T-14", {**INSTITUTE, "wide_meeting": True, "attendees": 99}, REFUSED),
    ("NS-T-16-3", {**INSTITUTE, "body_city": 1_000_000}, 500_000),
    ("NS-T-18-1", {**SETTLED, "office_area": 600, "rent_months": 1, "rent_paid": 90_000}, 10_000),
    ("NS-T-18-1", {**SETTLED, "key_project": True, "office_area": 2_100, "rent_months": 1, "rent_paid": 90_000}, 40_000),
    ("NS-T-18-2", {"body": "incubator", "exited_rent": 400_001}, 200_000),
    ("NS-T-19", {"body": "service-platform", "platform_managed": True, "service_income": 20_000_001}, 1_000_000),
    ("NS-T-20-1", {"body": "testing", "test_national_new": True}, 2_000_000),
    ("NS-T-20-2", {"body": "testing", "test_provincial_new": True}, 1_000_000),
    ("NS-T-23", {"body": "venture-fund", "venture_counted": 60_000_001}, 3_000_000),
    ("NS-T-24-1", {"listing_reserve": True, "listed": True}, 5_000_000),
    ("NS-T-24-3", {"listing_reserve": True, "neeq_quoted": True, "neeq_innovation": True}, 2_000_000),
    ("NS-T-25", {"tech_sme": True, "base_rate_interest": 1_000_001}, 1_000_000),
    ("NS-T-26-1", {**PATENTS, "invention_grants": 1, "utility_grants": 1, "design_grants": 1, "pct_reports": 1, "us_jp_eu_grants": 1, "other_grants": 1}, 72_500),
    ("NS-T-26-1", {"us_jp_eu_grants": 76}, 3_000_000),
    ("NS-T-26-2", {"patent_first_time": True, "invention_applications": 6}, 10_000),
    *(("NS-T-27", {"invention_applications_before": n}, paid) for n, paid in [(29, REFUSED), (30, 30_000), (59, 30_000), (60, 60_000)]),
    ("NS-T-27", {"invention_applications_before": 90, "invention_applications_rewarded": 31}, 30_000),
    ("NS-T-31", {"body": "ip-service", "main_revenue": 2_000_000}, 200_000),
    ("NS-T-31", {"body": "ip-service", "main_revenue": 1_999_999}, REFUSED),
    ("NS-T-33", {"patent_age": 3, "patent_output": 10_000_000}, 0),
    ("NS-T-33", {"patent_age": 3, "patent_output": 9_999_999}, REFUSED),
    ("NS-T-34", {"military_to_civil": True, "civil_sales": 20_000_000}, 1_000_000),
    ("NS-T-34", {"military_to_civil": True, "civil_sales": 19_999_999}, REFUSED),
    ("NS-R-03-2", AGENCY, 45_000),
    ("NS-R-03-2", {**AGENCY, "registered_capital": 9_999_999}, REFUSED),
    ("NS-R-03-2", {**AGENCY, "project_paid_in": 14_999_999}, REFUSED),
    ("NS-R-03-2", {**AGENCY, "project_capital": 49_999_999}, REFUSED),
    ("NS-R-03-2", {**AGENCY, "project_contribution": 45_000}, REFUSED),
    ("NS-R-03-2", {**AGENCY, "project_foreign": True, "project_capital_usd": 7_999_999}, REFUSED),
    ("NS-R-03-2", {**AGENCY, "project_foreign": True, "project_capital_usd": 8_000_000, "project_contribution": 0}, 45_000),
    *((f"NS-T-05-{n}", {f"platform_{level}": True}, paid) for n, level, paid in [(1, "national", 3_000_000), (2, "provincial", 2_000_000), (3, "city", 500_000)]),
    *(
        (f"NS-T-28-{n}", {f"patent_award_{level}": award}, paid)
        for n, level, awards in [(1, "national", (150_000, 100_000)), (2, "provincial", (100_000, 80_000)), (3, "city", (80_000, 50_000))]
        for award, paid in zip(("gold", "merit"), awards, strict=True)
    ),
    *((f"NS-T-16-{n}", {**INSTITUTE, f"body_{level}": 90_000_000}, 5_000_000) for n, level in [(1, "national"), (2, "provincial"), (3, "city")]),
    ("NS-T-16-2", {**INSTITUTE, "body_provincial": 1_000_000}, 700_000),
    ("NS-T-17", {"body": "incubator", "incubator_recognised": True}, 0),
    ("NS-T-24-2", {"listing_reserve": True, "neeq_quoted": True}, 1_500_000),
    ("NS-T-24-4", {"listing_reserve": True, "regional_quoted": True}, 300_000),
    ("NS-T-24-4", {"regional_quoted": True}, REFUSED),
    ("NS-T-29", {"ip_standard": True}, 150_000),
    ("NS-T-30", {"body": "patent-defender", "defender_approved": True}, 300_000),
    ("NS-T-32", {"body": "ip-society", "ip_body_reviewed": True}, 100_000),
    ("NS-R-03-1", {**AGENCY, "project_top_list": True}, 49_500),
    ("NS-R-03-1", {**AGENCY, "project_top_list": True, "project_contribution": 49_500}, REFUSED),
    ("NS-H-11-1", {"academician_station": True}, 0),
    ("NS-H-11-4", {"postdoc_outstanding": True}, 0),
    ("NS-H-12", {"body": "talent-agency", "talent_referred": True}, 0),
    ("NS-H-11-2", {"postdoc_station": True}, 300_000),
    ("NS-H-11-3", {"postdoc_base": True}, 100_000),
]  # fmt: skip


def screened(**facts):
    """One enterprise with nothing but the given facts; None is a fact not known."""
    columns = {}
    for column in SCHEMA.columns:
        value = facts.get(column.name, FIRM.get(column.name, ZERO[column.kind]))
        value = value * 100 if column.kind == "money" and value is not None else value
        columns[column.name] = pa.array([value], TYPES[column.kind])
    return screen(POLICIES, FactSheet(pa.table(columns), SCHEMA))


@pytest.mark.parametrize(("code", "facts", "paid"), CASES)
def test_golden_cases(code, facts, paid):
    outcome, _, gross = screened(**facts).outcome(0, code)
    assert (outcome == "entitled", gross) == ((False, 0) if paid is None else (True, paid * 100))


@pytest.mark.parametrize(
    ("facts", "kept", "aside"),
    [
        ({"platform_national": True, "platform_city": True}, "NS-T-05-1", "NS-T-05-3"),
        ({"patent_award_provincial": "merit", "patent_award_city": "merit"}, "NS-T-28-2", "NS-T-28-3"),
        ({**AGENCY, "project_top_list": True}, "NS-R-03-1", "NS-R-03-2"),
        ({**INSTITUTE, "body_national": 100, "body_provincial": 100}, "NS-T-16-1", "NS-T-16-2"),
        ({**BUILDER, "hightech": True, "office_area": 100, "rent_months": 1, "rent_paid": 9_000}, "NS-M-07-1", "NS-T-18-1"),
    ],
)
def test_of_a_group_the_higher_one_only(facts, kept, aside):
    result = screened(**facts)
    assert (result.outcome(0, kept)[0], result.outcome(0, aside)[0]) == ("entitled", "set aside")


def test_every_policy_has_a_golden_case():
    assert {code for code, _, _ in CASES} == {policy.code for policy in POLICIES.policies}


def test_patents_share_a_yearly_ceiling():
    result = screened(us_jp_eu_grants=75, patent_first_time=True, invention_applications=1)
    assert sum(result.outcome(0, code)[1] for code in ("NS-T-26-1", "NS-T-26-2")) == 300_000_000


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("NS-M-03-1", {**FOREIGN, "paid_in_usd": None}),
        ("NS-M-03-3", {**BUILDER, "ten_year_commitment": None}),
        ("NS-M-04-2", {**BUILDER, "output": 200_000_000, "contribution": None}),
        ("NS-R-03-1", {**AGENCY, "project_top_list": None}),
    ],
)
def test_a_missing_fact_leaves_it_undetermined(code, facts):
    assert screened(**facts).outcome(0, code)[0] == "undetermined"


def test_no_fault_every_condition_cites_a_clause_and_sources_exist():
    assert check_policies([PACK / "policies"], SCHEMA) == []
    assert all(re.match(r"第.+条", c.clause) and c.text.zh and c.text.en for p in POLICIES.policies for c in p.conditions)
    assert {policy.source for policy in POLICIES.policies} == set(SOURCES)


def test_the_document_names_every_policy():
    text = (ROOT / "docs" / "nansha.md").read_text("utf-8")
    assert [policy.code for policy in POLICIES.policies if f"`{policy.code}`" not in text] == []


@pytest.mark.shared_data
def test_every_article_of_the_four_texts_has_its_row_and_no_row_is_without_its_article(shared_folder):
    sections = re.split(r"^## ", (ROOT / "docs" / "nansha.md").read_text("utf-8"), flags=re.MULTILINE)
    rows = {title: re.findall(r"^\| ([^|]+?) \|", section, flags=re.MULTILINE) for section in sections for title in [section.split(" (")[0]]}
    files = sorted((shared_folder / "data" / "policies").glob("*.txt"))
    assert len(files) == 4
    for file in files:
        text = file.read_text("utf-8")
        own = next(found for title, found in rows.items() if title in file.stem)
        articles = list(dict.fromkeys(re.findall(r"第[一二三四五六七八九十]+条", text))) or re.findall(
            r"^\s*([一二三四五六七八九十]+)、", text, flags=re.MULTILINE
        )
        listed = [one for one in own if one not in ("clause", "---", "closing")]
        assert len(listed) == len(set(listed)) and set(listed) == set(articles), file.stem


def written(number: Decimal) -> set[str]:
    """How a text may write a figure of an amount."""
    forms = {f"{number.normalize():f}", *(f"{(number / unit).normalize():f}{word}" for unit, word in ((10**4, "万"), (10**8, "亿")))}
    if number <= 1:
        forms = {f"{(number * 100).normalize():f}%", f"{(number * 1000).normalize():f}‰"}
    return forms


@pytest.mark.shared_data
@pytest.mark.parametrize("policy", POLICIES.policies, ids=lambda policy: policy.code)
def test_each_figure_of_an_amount_stands_in_its_text(policy):
    text = (Path(os.environ["MANYUAN_SHARED"]) / "data" / "policies" / SOURCES[policy.source]["file"]).read_text("utf-8")
    figures = [Decimal(n) for n in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", policy.amount.value or "")] + [policy.amount.cap or Decimal(0)]
    missing = [n for n in figures if n != 0 and not any(re.search(rf"(?<![\d.]){re.escape(form)}", text) for form in written(n))]
    assert missing == []
