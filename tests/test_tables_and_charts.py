"""Every table of a template says how it is taken along, every chart has a title, a table and a picture; the role walk holds pages to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.rolewalk.taking_along import NO_DATA, WAYS, faults

TEMPLATES = Path(__file__).resolve().parents[1] / "src/manyuan/surfaces/web/templates/web"


def _tables():
    for path in sorted(TEMPLATES.rglob("*.html")):
        for tag in re.findall(r"<table\b(?:\{[%{].*?[%}]\}|[^>])*>", path.read_text()):
            yield pytest.param(tag, id=f"{path.relative_to(TEMPLATES)}: {tag[:60]}")


@pytest.mark.parametrize("tag", list(_tables()))
def test_a_table_says_how_it_is_taken_along_or_why_it_is_no_data(tag):
    reason = re.search(r'data-no-export="(\w+)"', tag)
    assert reason[1] in NO_DATA if reason else any(f"{way}=" in tag for way in WAYS)


def test_a_chart_is_given_a_title_and_a_table():
    calls = [(path.name, call) for path in TEMPLATES.rglob("*.html") for call in re.findall(r"\{% chart (.*?) %\}", path.read_text())]
    assert len(calls) > 10
    for name, call in calls:
        parts = re.findall(r'_\("[^"]*"\)|"[^"]*"|\S+', call.replace(" cached=True", ""))
        assert parts[2] != '""' and ("table=" in call or len(parts) == 5), (name, call)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<table data-export="x"></table><a href="?a=1&amp;export=t-x">', 0),
        ('<table data-export="x"></table><a href="?export=t-xy">', 1),
        ('<table data-list="1"></table><a href="?export=1">', 0),
        ('<table data-exported="f"></table>', 1),
        ("<table></table>", 1),
        ('<table data-no-export="form"></table>', 0),
        ('<table data-no-export="because"></table>', 1),
        ('<div data-chart="d" id="chart-a"></div>', 2),
        ('<div data-chart="d" id="chart-a"></div><b data-chart-picture="chart-a"></b><table data-export="chart-a"></table><a href="?export=t-chart-a">', 0),
    ],
)
def test_what_is_missing_is_seen(page, found):
    assert len(faults(page)) == found
