"""Tables that stand on a page of something else are taken along as a workbook too, with the rights of the page."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest

from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.programme.models import Indicator, IndicatorValue

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


def test_a_parks_figures_are_exported_exactly_with_unit_and_mark(town, client):
    _sign(client, town, "committee")
    answer = client.get("/parks/east/?export=figures")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[1][1:4] == ("营收", "2025", 1234567890123) and rows[1][5] and len(rows) == 2


def test_a_foreign_parks_figures_are_not_exported(town, client):
    _sign(client, town, "committee_west")
    answer = client.get("/parks/east/?export=figures")
    assert "spreadsheet" not in answer["Content-Type"] and "1,234" not in answer.content.decode()
