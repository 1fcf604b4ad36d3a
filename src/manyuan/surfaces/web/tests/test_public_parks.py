"""The public page of a park shows its register entry and released figures, and nothing that is not released."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from manyuan.facts.accounts.tests.town import NOW, build_town
from manyuan.facts.parks.models import Direction, Park, ReportedFact
from manyuan.facts.programme.models import Indicator, IndicatorValue, Release


@pytest.fixture
def town(db):
    made = build_town()
    Direction.objects.create(park=made.east, code="ic", name_zh="集成电路", name_en="IC", valid_from=date(2020, 1, 1), recorded_at=NOW)
    return made


def test_a_visitor_reads_the_register_entry(town, client):
    page = client.get("/public/parks/east/").content.decode()
    assert "集成电路" in page and "/public/parks/east-sub/" in page and town.firm_east.name not in page


def test_only_facts_of_published_sources_are_shown(town, client):
    for mark, name in (("V", "公报产值"), ("C", "转载产值"), ("GK", "听说产值"), ("synthetic", "演示产值")):
        ReportedFact.objects.create(park=town.east, key=mark, name_zh=name, name_en=name, value=1, unit="yuan", period="2024", source="s", place="p", mark=mark)
    page = client.get("/public/parks/east/").content.decode()
    assert "公报产值" in page and not any(name in page for name in ("转载产值", "听说产值", "演示产值"))


def test_a_figure_shows_when_it_is_released_and_no_more_when_it_is_withdrawn(town, client):
    indicator = Indicator.objects.create(code="x", name_zh="营收", name_en="Revenue", unit="count", period_kind="year", order=1, definition={})
    IndicatorValue.objects.create(indicator=indicator, park=town.east, period="2025", value=Decimal(4321), computed_at=NOW)
    assert "4,321" not in client.get("/public/parks/east/").content.decode()
    row = Release.objects.create(
        indicator=indicator, park=town.east, period="2025", value=Decimal(4321), released_by=town["city"], released_by_name="某官员", released_at=NOW
    )
    page = client.get("/public/parks/east/").content.decode()
    assert "4,321" in page and "某官员" in page and "4,321" not in client.get("/public/parks/west/").content.decode()
    Release.objects.filter(pk=row.pk).update(withdrawn_at=NOW)
    assert "4,321" not in client.get("/public/parks/east/").content.decode()


def test_a_park_made_up_for_the_demo_is_not_in_the_public_directory(town, client):
    Park.objects.filter(code="west").update(mark="synthetic")
    assert client.get("/public/parks/west/").status_code == 404 and "/public/parks/west/" not in client.get("/public/").content.decode()
