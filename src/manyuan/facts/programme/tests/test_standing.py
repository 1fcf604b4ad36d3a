"""The mark by which pages know that what they kept still holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from manyuan.facts.accounts.tests.town import build_land
from manyuan.facts.audit.actors import system
from manyuan.facts.parks.services import merge_parks
from manyuan.facts.programme.models import Indicator, IndicatorValue
from manyuan.facts.programme.programme import standing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def test_it_is_another_one_after_a_new_figure_a_merge_and_on_another_day():
    land = build_land()
    indicator = Indicator.objects.create(code="revenue", order=1, name_zh="营收", name_en="Revenue", unit="yuan", period_kind="year", definition={})
    seen = [standing(TODAY)]
    assert standing(TODAY) == seen[0]
    IndicatorValue.objects.create(indicator=indicator, period="2025", value=1, formula="revenue", computed_at=NOW)
    seen.append(standing(TODAY))
    merge_parks(sources=[land.west], into=land.east, effective_on=TODAY, reason="test", by=system("test"), now=NOW)
    seen.append(standing(TODAY))
    seen.append(standing(date(2026, 11, 24)))
    assert len(set(seen)) == 4
