"""A small table becomes a workbook out of the page: numbers as numbers and exact, units in the titles, the rights of the page."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.parks.models import ReportedFact
from manyuan.surfaces.web.figures import figure
from manyuan.surfaces.web.page_tables import table_of

PAGE = """<table data-export="other"><tbody><tr><td>no</td></tr></tbody></table>
<table class="my-table" data-export="x"><thead><tr><th>园区</th><th>营收</th><th>占比</th><th>混合</th></tr></thead><tbody>
<tr><td><a href="/">东园 &amp; 西园</a><br><small>east</small></td><td data-value="123456789012.34" data-unit="元">1,234.57 亿元</td><td>12.5%</td><td>3</td></tr>
<tr><td>=1+1</td><td>–</td><td>0%</td><td>没有</td></tr></tbody></table><table data-export="x"><tr><td>second</td></tr></table>"""


def test_numbers_are_exact_and_units_stand_in_the_titles():
    assert table_of(PAGE, "x") == [
        ["园区", "营收（元）", "占比（%）", "混合"],
        ["东园 & 西园 east", Decimal("123456789012.34"), Decimal("12.5"), "3"],
        ["=1+1", None, Decimal(0), "没有"],
    ]
    assert table_of(PAGE, "none") is None


@pytest.mark.parametrize(
    ("value", "unit", "exact", "measure"),
    [(123456, "fen", Decimal("1234.56"), "元"), ("1234567890123", "yuan", Decimal("1234567890123"), "元"), ("0.1234", "ratio", Decimal("12.34"), "%"),
     ("12.3456", "percent", Decimal("12.3456"), "%"), (7, "enterprises", Decimal(7), "家"), (None, "yuan", None, "")],
)  # fmt: skip
def test_a_figure_keeps_what_it_was_before_rounding(value, unit, exact, measure):
    found = figure(value, unit)
    assert (found.exact, found.measure) == (exact, measure)


@pytest.fixture
def town(db):
    made = build_town()
    ReportedFact.objects.create(
        park=made.east, key="v", name_zh="公报产值", name_en="Output", value=7, unit="parks", period="2024", source="s", place="p", mark="V"
    )
    return made


def test_a_table_is_taken_along_with_the_rights_of_its_page(town, client):
    assert client.get("/parks/east/?export=t-facts").status_code == 302
    client.force_login(town["enterprise"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/parks/east/?export=t-facts")
    assert "spreadsheet" in answer["Content-Type"] and "parks-east-facts.xlsx" in answer["Content-Disposition"]
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[1][0] == "公报产值" and len(rows) == 2 and all(rows[0])
    page = client.get("/parks/east/?export=t-nothing")
    assert "text/html" in page["Content-Type"]
