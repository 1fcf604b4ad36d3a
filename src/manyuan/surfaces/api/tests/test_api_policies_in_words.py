"""Over the API each code has its words beside it, in the language asked for: policies, entitlements, what is mine, payments."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.utils import timezone

from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.tests.conftest import BY, office  # noqa: F401 -- a fixture

ON = date(2026, 11, 23)


@pytest.fixture
def call(office, client, monkeypatch):  # noqa: F811
    """The firm of the east park files too little revenue for NEAR, has no staff known for OPEN and is entitled to RD."""
    day_of = timezone.localdate
    monkeypatch.setattr("django.utils.timezone.localdate", lambda moment=None, *rest: day_of(moment, *rest) if moment else ON)
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    rd = office.published("RD")
    office.screen(rd)
    deliver.notify_listed(version=rd, by=BY, now=office.now())
    office.published("NEAR", revenue=3000)
    client.force_login(office.town["enterprise"], backend="django.contrib.auth.backends.ModelBackend")
    return lambda path, language: client.get(f"/api/v1/{path}", headers={"Accept-Language": language}).json()


def both(call, path):
    return call(path, "zh-CN,zh;q=0.9"), call(path, "en")


def test_what_is_mine_says_outcomes_conditions_facts_and_values_in_both_languages(office, call):  # noqa: F811
    zh, en = both(call, f"enterprises/{office.town.firm_east.uscc}/policies")
    (near_zh,), (near_en,) = ([one for one in found["outcomes"] if one["policy"] == "NEAR"] for found in (zh, en))
    assert near_zh["outcome"] == near_en["outcome"] == "near"
    assert (near_zh["outcome_words"], near_en["outcome_words"]) == ("只差一步", "One step away")
    assert (near_zh["policy_name"], near_en["policy_name"]) == ("研发奖补NEAR", "R&D award NEAR")
    first_zh, first_en = near_zh["conditions"][0], near_en["conditions"][0]
    assert (first_zh["text"], first_en["text"]) == ("营业收入不低于 3000 元", "Revenue at least 3000 yuan")
    assert first_zh["truth"] is False and (first_zh["truth_words"], first_en["truth_words"]) == ("不符合", "not met")
    assert first_zh["rule"] == first_en["rule"] == "revenue >= 3000"
    assert (first_zh["rule_words"], first_en["rule_words"]) == ("营业收入 ≥ 3000", "Revenue ≥ 3000")
    assert first_zh["facts"] == {"revenue": "2000"}
    (used_zh,), (used_en,) = first_zh["used"], first_en["used"]
    assert (used_zh["name"], used_zh["value"]) == ("revenue", "2000")
    assert (used_zh["label"], used_zh["value_words"]) == ("营业收入", "2,000元")
    assert (used_en["label"], used_en["value_words"]) == ("Revenue", "2,000 yuan")
    assert "2025" in used_zh["source"] and used_zh["source"] != used_en["source"]
    assert (first_zh["distance"], first_zh["unit"]) == ("1000", "yuan")
    assert "1,000元" in first_zh["short"] and "1,000 yuan" in first_en["short"]
    assert near_zh["conditions"][1]["truth_words"] == "符合" and near_en["conditions"][1]["short"] == ""


def test_a_missing_fact_is_named_and_whether_the_firm_can_declare_it(office, call):  # noqa: F811
    text = "rent_paid >= 100"
    office.published("RENT", amount="100")
    version = office.published("RENT2", more="requires: []", amount="if " + text + " then 10 else 20")
    zh, en = both(call, f"enterprises/{office.town.firm_sub.uscc}/policies")
    assert "detail" in zh and "detail" in en  # another's: not to be seen
    zh, en = both(call, f"enterprises/{office.town.firm_east.uscc}/policies")
    found = {one["policy"]: one for one in zh["outcomes"]}[version.policy.code]
    assert found["outcome"] == "undetermined" and found["outcome_words"] == "缺少信息"
    assert found["missing"] == [one["name"] for one in found["missing_facts"]] == ["rent_paid"]
    assert found["missing_facts"][0]["label"] == "上年实付租金" and found["missing_facts"][0]["asked"] is True


def test_entitlements_say_policy_way_state_and_amount(office, call):  # noqa: F811
    zh, en = both(call, "entitlements")
    (zh,), (en,) = zh["items"], en["items"]
    assert (zh["state"], zh["way"], zh["amount_fen"]) == (en["state"], en["way"], en["amount_fen"])
    assert zh["policy"] == "RD" and (zh["policy_name"], en["policy_name"]) == ("研发奖补RD", "R&D award RD")
    assert (zh["way_words"], en["way_words"]) == ("免申即享", "No application needed")
    assert zh["state_words"] and en["state_words"] and zh["state_words"] != en["state_words"]
    assert (zh["amount_words"], en["amount_words"]) == ("20元", "20 yuan")


def test_a_policy_says_its_conditions_and_amount_as_feel_and_in_words(office, call):  # noqa: F811
    zh, en = both(call, "policies/RD")
    assert [one["rule"] for one in zh["conditions"]] == ["revenue >= 1000", "rd >= 100"]
    assert [one["rule_words"] for one in zh["conditions"]] == ["营业收入 ≥ 1000", "研发费用 ≥ 100"]
    assert [one["clause"] for one in en["conditions"]] == ["第一条", "第二条"]
    assert (zh["amount"]["rule"], zh["amount"]["rule_words"]) == ("rd * 0.1", "研发费用 × 0.1")
    assert (zh["state"], zh["state_words"], en["state_words"]) == ("published", "已发布", "Published")
    assert (zh["mark"], en["mark_words"]) == ("example", "An example, not an official figure.")
    assert (zh["kind"], zh["kind_words"], en["kind_words"]) == ("money", "资金", "money")
    listed = call("policies", "en")["items"][0]
    assert listed["name"] == "R&D award NEAR" and "text" not in listed and "conditions" not in listed


def test_funds_and_payments_say_who_receives_what_for_and_where_it_stands(office, call, client):  # noqa: F811
    row = office.entitlement(office.town.firm_east)
    deliver.accept_entitlement(entitlement=row, by=office.firm_actor(), now=office.now())
    notice = deliver.open_public_notice(version=row.version, by=office.drafter, now=office.now())
    office.later(12)
    deliver.close_notice(notice=notice, by=office.drafter, now=office.now())
    deliver.approve_entitlements(entitlements=[row], by=office.second, now=office.now())
    client.force_login(office.town["city"], backend="django.contrib.auth.backends.ModelBackend")
    zh, en = (found["items"] for found in both(call, "funds"))
    assert [(one["code"], one["name"], one["recipients"], one["recipients_words"]) for one in zh] == [("test", "测试资金", "enterprises", "企业")]
    assert en[0]["recipients_words"] == "Enterprises"
    (paid_zh,), (paid_en,) = (found["items"] for found in both(call, "payments"))
    assert paid_zh["state"] == "reserved" and (paid_zh["state_words"], paid_en["state_words"]) == ("待审定", "Reserved")
    assert paid_zh["title_words"].startswith("研发奖补RD") and (paid_zh["amount_words"], paid_en["amount_words"]) == ("20元", "20 yuan")


def test_the_document_says_which_fields_are_words(client, db):
    document = json.loads(client.get("/api/v1/openapi.json").content)
    shapes = document["components"]["schemas"]
    for shape, fields in {
        "OutcomeOut": ("outcome_words", "policy_name"), "ConditionOut": ("text", "rule_words", "truth_words", "short"), "FactOut": ("label", "value_words", "source"),
        "EntitlementOut": ("state_words", "way_words", "amount_words"), "PolicyOut": ("state_words", "mark_words"), "PaymentOut": ("state_words", "title_words"),
    }.items():  # fmt: skip
        for name in fields:
            assert "language asked for" in shapes[shape]["properties"][name]["description"], (shape, name)
    assert "Accept-Language" in document["info"]["description"] and "state_words" in document["info"]["description"]
