"""Only values of a field's kind and within its bounds are stored, whatever the channel; what is held already is not judged again."""

from __future__ import annotations

from datetime import date

import pytest

from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.services import award_title
from manyuan.facts.filings.definition import definition_of
from manyuan.facts.filings.errors import ValuesWrong, WrongFile
from manyuan.facts.filings.models import FilingVersion
from manyuan.facts.filings.opening import install_form, open_period
from manyuan.facts.filings.services import NewValues, save_values
from manyuan.facts.filings.shapes import misshapen
from manyuan.facts.filings.tests.conftest import NOW, RIGHT, everything, pack_form
from manyuan.facts.filings.tests.sheets import csv_of
from manyuan.facts.filings.uploads import commit_upload, preview_upload


def _codes(form: str, **values) -> list[str]:
    return [fault.code for fault in misshapen(definition_of(form, 1, pack_form(form)), values)]


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("revenue", [0, 1, 10**17], [1.5, "100", True, 10**19, float("nan"), [1]]),
        ("employees", [0, 500_000], ["12", 12.0, False]),
        ("land", ["0", "12.5", "100000"], [12.5, 12, "1e3", "NaN", "Infinity", "１２", "", " 1", "-"]),
        ("digital_stage", ["none", "partial"], ["未开展", "", 1, None.__class__]),
    ],
)
def test_a_value_is_of_its_fields_kind(key, right, wrong):
    assert [_codes("enterprise-annual", **{key: value}) for value in right] == [[]] * len(right)
    assert [_codes("enterprise-annual", **{key: value}) for value in wrong] == [["field.kind"]] * len(wrong)


@pytest.mark.parametrize(
    ("value", "fits"), [("订单不足\n用工紧", True), ("字" * 500, True), ("字" * 501, False), ("甲\x00乙", False), ("半个\ud83c", False), (3, False)]
)
def test_a_text_has_no_control_characters_and_is_not_too_long(value, fits):
    assert (_codes("six-clear-month", difficulty_text=value) == []) is fits


@pytest.mark.parametrize(("key", "value", "fits"), [
    ("revenue", 0, True), ("revenue", -1, False), ("profit", -1, True), ("employees", 500_000, True), ("employees", 500_001, False),
    ("land", "100000", True), ("land", "100000.000001", False), ("land", "-0.1", False),
])  # fmt: skip
def test_a_value_lies_within_the_bounds_of_its_field(key, value, fits):
    assert _codes("enterprise-annual", **{key: value}) == ([] if fits else ["field.bounds"])


def test_bounds_of_money_stand_in_the_unit_of_the_field():
    text = pack_form("enterprise-annual")
    text["fields"][0] |= {"minimum": "1.5", "maximum": "2"}
    definition = definition_of("x", 1, text)
    fits = {fen: not misshapen(definition, {"revenue": fen}) for fen in (1_499_999, 1_500_000, 2_000_000, 2_000_001)}
    assert list(fits.values()) == [False, True, True, False]


def test_every_fault_is_told_in_both_languages_and_nothing_is_written(desk):
    filing, before = desk.filing("alpha"), everything()
    values = {**RIGHT, "revenue": 1.5, "employees": 500_001, "robots": 3}
    with pytest.raises(ValuesWrong) as raised:
        save_values(given=[NewValues(filing, values)], channel="api", by=system(), now=desk.now())
    assert [(fault.code, fault.keys) for fault in raised.value.faults] == [
        ("field.kind", ("revenue",)), ("field.bounds", ("employees",)), ("field.unknown", ("robots",)),
    ]  # fmt: skip
    assert all(fault.zh and fault.en.isascii() for fault in raised.value.faults)
    assert everything() == before


def test_a_value_that_is_held_already_is_not_judged_again(desk):
    desk.fill(desk.filing("alpha"))
    FilingVersion.objects.filter(filing=desk.filing("alpha")).update(values={**RIGHT, "employees": 500_001})
    assert desk.fill(desk.filing("alpha"), employees=500_001, tax=5) == 1
    with pytest.raises(ValuesWrong):
        desk.fill(desk.filing("alpha"), employees=500_002, tax=5)


@pytest.mark.parametrize(("key", "value", "zh", "en"), [
    ("employees", -1, "从业人员平均人数：应不小于 0 人、不大于 500000 人。", "Employees (average): expected at least 0 people and at most 500000 people."),
    ("revenue", -1, "营业收入：应不小于 0 万元。", "Revenue: expected at least 0 × 10,000 yuan."),
])  # fmt: skip
def test_bounds_are_said_with_their_unit(key, value, zh, en):
    [fault] = misshapen(definition_of("enterprise-annual", 1, pack_form("enterprise-annual")), {key: value})
    assert (fault.zh, fault.en) == (zh, en)


@pytest.mark.parametrize("text", ["甲\x0b乙", "甲\x7f乙", "甲\x01", "甲\t乙", "甲\n乙", "🏭工厂", "\u200b甲", "甲\x00乙"])
def test_whatever_text_a_file_holds_the_commit_writes_what_the_preview_said(desk, text):
    award_title(
        enterprise=desk.firms["alpha"], kind="above-scale", valid_from=date(2020, 1, 1), valid_to=None, proof="文", source="t", mark="example",
        by=system(), now=NOW,
    )  # fmt: skip
    form, by = install_form(definition=pack_form("six-clear-month"), by=system(), now=NOW), desk.people["committee"]
    open_period(form=form, period="2026-10", by=system(), now=NOW)
    rows = [
        ["统一社会信用代码", "本期实际产值（万元）", "产能负荷率（%）", "产能转移扩产计划", "困难说明"],
        [desk.firms["alpha"].uscc, "1", "80", "本园扩产", text],
    ]
    try:
        upload = preview_upload(form=form, period="2026-10", file_name="a.csv", content=csv_of(rows), by=by, now=desk.now())
    except WrongFile:
        assert "\x00" in text
        return
    commit_upload(upload=upload, by=by, now=desk.now())
    written = [values.get("difficulty_text") for values in FilingVersion.objects.values_list("values", flat=True)]
    assert written == [new for row in upload.preview["rows"] for key, _, new in row["changes"] if key == "difficulty_text" and row["status"] == "new"]
    assert upload.counts["new"] + upload.counts["wrong"] == 1
