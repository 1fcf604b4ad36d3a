"""Golden cases of packs/chengdu/policies: both sides of every threshold and cap, missing facts; sources, forms, deliveries."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from manyuan.engines.screening import FactSheet, PolicySet, check_policies, read_policies, screen
from manyuan.engines.screening.commands import load_schema

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "packs" / "chengdu"
SCHEMA = load_schema(PACK / "facts.yaml")
POLICIES = read_policies([PACK / "policies"], SCHEMA)
FACTS = yaml.safe_load((PACK / "facts.yaml").read_text("utf-8"))["columns"]
DELIVERY = yaml.safe_load((PACK / "delivery.yaml").read_text("utf-8"))
SOURCES = yaml.safe_load((PACK / "sources.yaml").read_text("utf-8"))
CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
TYPES = {"money": pa.int64(), "count": pa.int64(), "boolean": pa.bool_(), "category": pa.string(), "date": pa.date32()}


def outcome(code, facts):
    """What the policy alone says of a firm with these facts; (outcome, yuan)."""
    alone = [replace(one, group="") for one in POLICIES.policies if one.code == code]
    return together(facts, PolicySet(tuple(alone), POLICIES.ceilings))[code]


def together(facts, policies=POLICIES):
    """Policy code to (outcome, yuan) of one firm."""
    data = {}
    for column in SCHEMA.columns:
        value = facts.get(column.name, "X" if column.name == "id" else None)
        if column.kind == "money" and value is not None:
            value = int(Decimal(str(value)) * 100)
        kind = pa.decimal128(18, column.decimals) if column.kind == "rate" else TYPES[column.kind]
        if column.kind == "rate" and value is not None:
            value = Decimal(str(value))
        data[column.name] = pa.array([value], kind)
    result = screen(policies, FactSheet(pa.table(data), SCHEMA))
    return {one.code: (lambda found: (found[0], Decimal(found[1]) / 100))(result.outcome(0, one.code)) for one in policies.policies}


def raw(policy):
    """The policy as its file has it."""
    return yaml.safe_load((PACK / "policies" / f"{policy.code.lower()}.yaml").read_text("utf-8"))["policies"][0]


def rows(kind):
    for code, case in CASES.items():
        for one in case.get(kind, ()):
            yield pytest.param(code, one, id=f"{code}-{one}")


def test_every_policy_has_a_case_and_every_case_a_policy():
    assert set(CASES) == {one.code for one in POLICIES.policies} == set(DELIVERY["policies"])
    assert len(CASES) >= 25
    assert all(case.get("refused") and case.get("unknown") for case in CASES.values())


def test_the_files_hold_one_policy_each_and_no_fault():
    assert not check_policies([PACK / "policies"], SCHEMA)
    assert {path.stem.upper() for path in (PACK / "policies").glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize("code", CASES)
def test_entitled_with_its_amount(code):
    case = CASES[code]
    assert outcome(code, case["give"]) == ("entitled", Decimal(case.get("amount", 0)))
    for change, amount in case.get("steps", ()):
        assert outcome(code, {**case["give"], **change}) == ("entitled", Decimal(amount)), change


@pytest.mark.parametrize(("code", "change"), [*rows("refused")])
def test_refused_one_step_below(code, change):
    assert outcome(code, {**CASES[code]["give"], **change})[0] in ("refused", "near")


@pytest.mark.parametrize(("code", "fact"), [*rows("unknown")])
def test_undetermined_without_the_fact(code, fact):
    assert outcome(code, {**CASES[code]["give"], fact: None})[0] == "undetermined"


def test_of_one_ladder_the_highest_award_only():
    found = together({"innovative_sme": True, "srdi": True, "little_giant": True})
    assert [found[code][1] for code in ("CD-INNOVATIVE", "CD-SRDI", "CD-GIANT")] == [0, 0, 500_000]


def test_equipment_and_investment_exclude_each_other():
    found = together({"section": "C", "equipment_spend": 30_000_000, "investment": 11_000_000, "investment_before": 1})
    assert (found["CD-EQUIP"][1], found["CD-INVEST"][1]) == (3_000_000, 0)


def test_a_yearly_ceiling_binds_what_is_given_together():
    found = together({"rd": 100_000_000, "rd_before": 0, "revenue": 200_000_000})
    assert found["CD-RD"][1] + found["CD-RD-INTENSITY"][1] == Decimal(2_500_000)
    drugs = together({"drug_phase": "approved", "drug_phase_spend": 40_000_000, "investment": 300_000_000})
    assert drugs["CD-DRUG"][1] + drugs["CD-NEWDRUG-MADE"][1] == Decimal(30_000_000)


def test_sources_and_marks():
    for one in POLICIES.policies:
        source = SOURCES[one.source]
        assert one.mark == source["mark"] == ("example" if one.source == "example" else "C"), one.code
        assert raw(one)["note"], f"{one.code}: what is public and what is invented must be said"
        assert all(condition.clause for condition in one.conditions) and (one.amount.value is None or one.amount.clause), one.code


def test_the_spread_is_that_of_a_real_city():
    ways = [one.delivery for one in POLICIES.policies]
    assert {way: ways.count(way) for way in set(ways)} == {"no-application": 20, "short-form": 9, "application": 3}
    assert {one.start for one in POLICIES.policies} == {date(2026, 1, 1)}


def test_deliveries_name_funds_and_declared_facts():
    funds = {one["code"] for one in DELIVERY["funds"]}
    declared = {name for name, column in FACTS.items() if column["from"] == {"declared": True}}
    read = {one.code: " ".join([*(c.when for c in one.conditions), str(one.amount.value or "")]) for one in POLICIES.policies}
    for code, one in DELIVERY["policies"].items():
        policy = next(each for each in POLICIES.policies if each.code == code)
        assert one.get("fund") in funds or policy.kind == "title", code
        assert set(one.get("asks", ())) <= declared, code
        needs = {name for name in declared if name in read[code].replace("(", " ").replace(")", " ").replace(",", " ").split()}
        assert needs == set(one.get("asks", ())), f"{code}: asks {one.get('asks')}, reads {needs}"
        assert (policy.delivery == "no-application") == (not needs), code
