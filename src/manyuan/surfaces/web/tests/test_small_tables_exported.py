"""Tables that stand on a page of something else are taken along as a workbook too, with the rights of the page."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest

from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.parks.models import ReportedFact
from manyuan.facts.programme.models import Indicator, IndicatorValue, Release
from manyuan.work.matters.tests.conftest import desk  # noqa: F401 -- a fixture
from manyuan.work.policies.tests.conftest import office  # noqa: F401 -- a fixture

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def town(db):
    made = build_town()
    indicator = Indicator.objects.create(code="x", name_zh="营收", name_en="Revenue", unit="yuan", period_kind="year", order=1, definition={"group": "scale"})
    for period, value in (("2024", 1), ("2025", 1234567890123)):
        IndicatorValue.objects.create(indicator=indicator, park=made.east, period=period, value=Decimal(value), synthetic=1, computed_at=NOW)
    return made


def _sign(client, town, name):
    client.force_login(town[name], backend="django.contrib.auth.backends.ModelBackend")


def _table(answer):
    assert answer.status_code == 200 and "spreadsheet" in answer["Content-Type"], answer.content[:300]
    return list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)


def test_a_parks_figures_are_exported_exactly_with_unit_and_mark(town, client):
    _sign(client, town, "committee")
    answer = client.get("/parks/east/?export=figures")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[1][1:4] == ("营收", "2025", 1234567890123) and rows[1][5] and len(rows) == 2


def test_a_foreign_parks_figures_are_not_exported(town, client):
    _sign(client, town, "committee_west")
    answer = client.get("/parks/east/?export=figures")
    assert "spreadsheet" not in answer["Content-Type"] and "1,234" not in answer.content.decode()


def test_a_visitor_takes_along_what_the_public_page_of_a_park_shows_and_no_more(town, client):
    for mark, name in (("V", "公报产值"), ("GK", "听说产值")):
        ReportedFact.objects.create(park=town.east, key=mark, name_zh=name, name_en=name, value=7, unit="yuan", period="2024", source="s", place="p", mark=mark)
    indicator = Indicator.objects.get(code="x")
    Release.objects.create(
        indicator=indicator, park=town.east, period="2025", value=Decimal("1234567890123"), released_by=town["city"], released_by_name="某官员", released_at=NOW
    )
    rows = _table(client.get("/public/parks/east/?export=1"))
    assert [row[:2] for row in rows[1:]] == [("营收", 1234567890123), ("公报产值", 7)] and rows[1][4] == "某官员"


def test_the_duties_of_a_park_are_taken_along_body_by_body(desk, client):  # noqa: F811
    client.force_login(desk.town["committee"], backend="django.contrib.auth.backends.ModelBackend")
    rows = _table(client.get("/duties/?export=1"))
    assert len(rows) > 3 and len({len(row) for row in rows}) == 1
    assert {letter for row in rows[1:] for letter in row[2:] if letter} <= {"R", "A", "RA", "C", "I"}


def test_a_try_out_is_taken_along_with_its_thresholds(office, client):  # noqa: F811
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published()
    client.force_login(office.town["city"], backend="django.contrib.auth.backends.ModelBackend")
    rows = _table(client.get(f"/policies/{version.policy.code}/try/?export=1&m-revenue=1500"))
    assert rows[1][2:4] == (1, 20) and any(row[4] == "1500" for row in rows)
    assert _table(client.get(f"/policies/{version.policy.code}/try/?export=1&m-revenue=5000"))[1][2:4] == (0, 0)
