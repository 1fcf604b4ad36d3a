"""Data quality: contradictions and outliers are found, each in its filing, and only among what the reader may see."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.services import NewEnterprise, Settled, register_many
from manyuan.facts.filings.definition import definition_of, in_formula
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.opening import install_form, open_period
from manyuan.facts.filings.quality import findings
from manyuan.facts.filings.services import NewValues, save_values
from manyuan.facts.filings.templates import shown
from manyuan.facts.filings.tests.conftest import NOW, RIGHT, pack_form

GROWTH = (100, 104, 97, 110, 102, 99, 105, 101, 95)


@pytest.fixture
def street(desk):
    """Nine firms in the east park with two years each, growing by a few per cent."""
    firms = [Settled(NewEnterprise(demo_code(100 + n), f"街坊{n}"), desk.town.east, date(2020, 1, 1)) for n in range(len(GROWTH))]
    register_many(firms=firms, by=system(), now=NOW)
    for period in ("2024", "2025"):
        open_period(form=desk.annual, period=period, by=system(), now=NOW)
    return desk


def _file(desk, growth=GROWTH, **odd) -> list[Filing]:
    """Both years of the street; odd: number of a firm ("n3") to other values of 2025."""
    rows = {period: list(Filing.objects.filter(period=period, enterprise__name__startswith="街坊").order_by("enterprise__uscc")) for period in ("2024", "2025")}
    given = [NewValues(row, {**RIGHT, "revenue": 1_000_000}) for row in rows["2024"]]
    for number, row in enumerate(rows["2025"]):
        given.append(NewValues(row, {**RIGHT, "revenue": 10_000 * growth[number], **odd.get(f"n{number}", {})}))
    save_values(given=given, channel="form", by=system(), now=desk.now())
    return rows["2025"]


def _found(desk, role="city", **more):
    return [(one.kind, one.field, one.filing_id) for one in findings(desk.people[role], desk.annual, "2025", **more)]


def test_a_quiet_street_has_no_findings(street):
    _file(street)
    assert _found(street) == []


def test_yuan_written_where_ten_thousand_were_asked_stands_out_and_leads_to_its_filing(street):
    rows = _file(street, n3={"revenue": 110 * 10_000 * 10_000})
    [one] = findings(street.people["city"], street.annual, "2025")
    assert (one.kind, one.field, one.filing_id, one.subject) == ("outlier", "revenue", rows[3].pk, "街坊3")
    assert "11,000.0" in one.zh and "11,000.0" in one.en and one.park_id == street.town.east.pk


def test_a_collapse_stands_out_too(street):
    rows = _file(street, n3={"revenue": 900})
    assert _found(street) == [("outlier", "revenue", rows[3].pk)]


def test_few_firms_are_no_ground_for_an_outlier(street):
    rows = _file(street, n3={"revenue": 110 * 10_000 * 10_000})
    Filing.objects.filter(pk__in=[row.pk for row in rows[4:6]]).update(latest=None)
    assert _found(street) == []  # seven pairs are left, eight are needed


def test_contradictions_and_warnings_are_found_missing_ones_are_not(street):
    rows = _file(street, n1={"rd_staff": 13}, n2={"exports": 10**9}, n4={"employees": None})
    assert _found(street) == [("consistency", "employees", rows[1].pk), ("consistency", "revenue", rows[2].pk)]


@pytest.mark.parametrize(
    ("role", "sees"), [("system", 1), ("committee", 1), ("committee_west", 0), ("company", 0), ("alpha", 0), ("institute", 0), ("stray", 0)]
)
def test_findings_are_told_to_who_sees_the_filing(street, role, sees):
    _file(street, n1={"rd_staff": 13})
    assert len(_found(street, role)) == sees


def test_findings_can_be_asked_for_some_parks(street):
    _file(street, n1={"rd_staff": 13})
    assert len(_found(street, park_ids=[street.town.east.pk])) == 1
    assert _found(street, park_ids=[street.town.west.pk]) == _found(street, park_ids=[]) == []


def test_a_parks_reports_are_looked_at_by_its_own_people(desk):
    form = install_form(definition=pack_form("park-quarterly"), by=system(), now=NOW)
    open_period(form=form, period="2026Q3", by=system(), now=NOW)
    report = Filing.objects.get(form_code="park-quarterly", park=desk.town.east)
    save_values(given=[NewValues(report, {"premises": "10", "premises_let": "11"})], channel="form", by=system(), now=NOW)
    for role, sees in (("city", 1), ("company", 1), ("committee", 1), ("committee_west", 0), ("alpha", 0)):
        assert len(findings(desk.people[role], form, "2026Q3")) == sees, role


@pytest.mark.parametrize(
    ("key", "value", "formula", "zh", "en"),
    [
        ("revenue", 12_345_678, Decimal("123456.78"), "12.345678 万元", "12.345678 × 10,000 yuan"),
        ("revenue", 0, Decimal(0), "0 万元", "0 × 10,000 yuan"),
        ("profit", -1, Decimal("-0.01"), "-0.000001 万元", "-0.000001 × 10,000 yuan"),
        ("employees", 1200, Decimal(1200), "1,200 人", None),
        ("land", "12.50", Decimal("12.5"), "12.5 亩", None),
        ("digital_stage", "partial", "partial", "部分环节完成", "Some stages done"),
        ("revenue", None, None, "–", "–"),
    ],
)
def test_a_stored_value_in_a_formula_and_as_people_read_it(key, value, formula, zh, en):
    field = definition_of("enterprise-annual", 1, pack_form("enterprise-annual")).field(key)
    assert in_formula(field, value) == formula
    assert shown(field, value, "zh") == zh
    if en is not None:
        assert shown(field, value, "en") == en
