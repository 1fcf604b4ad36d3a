"""Figures worked out by hand: sums, ratios, counts, bands, years ago; nothing counted twice, missing is not zero, corrections supersede."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from manyuan.facts.accounts.tests.town import build_land
from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.park_changes import merge_parks, split_park
from manyuan.facts.enterprises.services import award_title
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.services import (
    NewValues,
    approve_filings,
    install_form,
    lock_filings,
    open_period,
    return_filings,
    save_values,
    submit_filings,
    unlock_filings,
)  # fmt: skip
from manyuan.facts.parks.services import NewPark
from manyuan.facts.programme import goals
from manyuan.facts.programme.computing import compute, compute_period
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.lineage import filings_behind
from manyuan.facts.programme.models import Goal, Indicator, IndicatorValue
from manyuan.facts.programme.pack import read_pack

pytestmark = pytest.mark.django_db
BY = system("test")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
FORM = "enterprise-annual"


@pytest.fixture(scope="session")
def pack():
    return read_pack("packs/chengdu")


@pytest.fixture
def land(pack):
    found = build_land()
    install_pack(pack=pack, by=BY, now=NOW)
    return found


def file(firm, yuan, *, period="2025", now=NOW, locked=True, **values):
    """The firm files a revenue (yuan) and other values for a year, up to the lock."""
    form = Form.objects.get(code=FORM, is_current=True)
    open_period(form=form, period=period, by=BY, now=now)
    filing = Filing.objects.get(enterprise=firm, form_code=FORM, period=period)
    given = {"revenue": yuan * 100, "tax": 100, "employees": 10} | values
    save_values(given=[NewValues(filing, given)], channel="form", by=BY, now=now)
    submit_filings(filings=[filing], by=BY, now=now)
    if locked:
        approve_filings(filings=[filing], by=BY, now=now)
        lock_filings(filings=[filing], by=BY, now=now)
    return Filing.objects.get(pk=filing.pk)


def value(code, park=None, period="2025"):
    return IndicatorValue.objects.get(indicator__code=code, park=park, period=period, superseded_at=None)


def test_a_sum_over_park_and_sub_park_counts_each_filing_once(land):
    file(land.firm_east, 300)
    file(land.firm_sub, 20)
    file(land.firm_west, 7)
    compute_period(period="2025", by=BY, now=NOW)
    assert [value("revenue", park).value for park in (land.east, land.east_sub, land.west, None)] == [320, 20, 7, 327]
    assert value("revenue").counted == 3
    behind = filings_behind(BY, FORM, "2025", land.east.pk)
    assert {filing.enterprise_id for filing in behind} == {land.firm_east.pk, land.firm_sub.pk}


def test_missing_is_not_zero_and_says_so(land):
    file(land.firm_east, 300)
    compute_period(period="2025", by=BY, now=NOW)
    assert (value("revenue").value, value("revenue").counted, value("revenue").missing) == (300, 1, 2)
    west = value("revenue", land.west)
    assert west.value is None and west.why_null and west.missing == 1
    assert value("rd-intensity").value is None, "nobody filed R&D: no share, not zero"


def test_a_ratio_is_made_of_the_sums_not_of_ratios(land):
    file(land.firm_east, 1000, rd_spend=100_00)
    file(land.firm_sub, 10, rd_spend=5_00)
    compute_period(period="2025", by=BY, now=NOW)
    assert value("rd-intensity", land.east).value == (Decimal(105) / Decimal(1010) * 100).quantize(Decimal("0.00000001"))
    assert value("rd-intensity", land.east_sub).value == 50


def test_growth_looks_a_year_back(land):
    file(land.firm_east, 100, period="2024")
    file(land.firm_east, 110)
    compute_period(period="2024", by=BY, now=NOW)
    compute_period(period="2025", by=BY, now=NOW)
    assert value("revenue-growth", land.east).value == 10
    assert value("revenue-growth", land.west).value is None


def test_titles_and_presence_are_counted_on_the_last_day(land):
    for firm, start, stop in (
        (land.firm_east, date(2025, 1, 1), None),
        (land.firm_sub, date(2025, 1, 1), date(2026, 9, 30)),
        (land.firm_west, date(2026, 10, 1), None),
    ):
        award_title(enterprise=firm, kind="high-tech", valid_from=start, valid_to=stop, proof="x", source="t", mark="example", by=BY, now=NOW)
    compute_period(period="2026Q3", by=BY, now=NOW)
    assert value("high-tech-enterprises", None, "2026Q3").value == 1, "one ran out on the last day, one begins the day after"
    assert value("high-tech-enterprises", land.east, "2026Q3").value == 1
    assert value("enterprises", None, "2026Q3").value == 3
    assert value("high-tech-share", land.east, "2026Q3").value == 50


def test_bands_count_the_parks_at_the_top_and_name_the_nearest(land):
    file(land.firm_east, 60_000_000_000)
    file(land.firm_sub, 40_000_000_000)
    file(land.firm_west, 49_000_000_000)
    compute_period(period="2025", by=BY, now=NOW)
    assert value("parks-over-100bn").value == 1, "the park and its sub-park together, to the yuan"
    assert value("parks-over-50bn").value == 1
    band = goals.band_of(Indicator.objects.get(code="parks-over-50bn"))
    assert [(one.park.code, one.gap) for one in band.nearest] == [("west", 1_000_000_000)]
    assert [one.park.code for one in band.over] == ["east"]


def test_a_goal_knows_its_gap_and_the_path_still_needed(land):
    file(land.firm_east, 100_000_000_000)
    compute_period(period="2025", by=BY, now=NOW)
    state = goals.state_of(Goal.objects.get(code="parks-100bn"), TODAY)
    first = state.targets[0]
    years = Decimal((date(2027, 12, 31) - date(2025, 12, 31)).days) / Decimal("365.25")
    assert (state.now.value, first.gap, first.per_year) == (1, 16, 16 / years)
    assert state.status == "behind"


def test_a_correction_supersedes_and_the_old_figure_is_known_on_its_day(land):
    filing = file(land.firm_east, 300, now=NOW)
    compute_period(period="2025", by=BY, now=NOW)
    later = NOW + timedelta(days=3)
    unlock_filings(filings=[filing], reason="错", by=BY, now=later)
    compute_period(period="2025", by=BY, now=later)
    assert value("revenue").value == 300, "what was locked stays in force until the correction is locked"
    file(land.firm_east, 350, now=later + timedelta(hours=1))
    compute_period(period="2025", by=BY, now=later + timedelta(hours=2))
    assert value("revenue").value == 350
    assert [row.value for row in IndicatorValue.objects.filter(indicator__code="revenue", park=None, period="2025").order_by("id")] == [300, 350]
    before = compute("2025", codes=["revenue"], known_at=NOW + timedelta(days=1))[("revenue", None)]
    assert (before.value, before.counted) == (300, 1)
    assert compute("2025", codes=["revenue"], known_at=NOW - timedelta(days=1))[("revenue", None)].value is None


def test_what_is_not_locked_counts_for_nothing(land):
    filing = file(land.firm_east, 300, locked=False)
    return_filings(filings=[filing], reason="核对", by=BY, now=NOW)
    compute_period(period="2025", by=BY, now=NOW)
    assert value("revenue").value is None


def test_computing_again_changes_nothing(land):
    file(land.firm_east, 300)
    assert compute_period(period="2025", by=BY, now=NOW) > 0
    assert compute_period(period="2025", by=BY, now=NOW + timedelta(hours=1)) == 0


def test_a_merge_shows_both_boundaries(land):
    file(land.firm_east, 300)
    file(land.firm_west, 7)
    compute_period(period="2025", by=BY, now=NOW)
    change = merge_parks(sources=[land.east, land.west], into=NewPark("both", "合园", "Both"), effective_on=date(2026, 6, 1), reason="优化", by=BY, now=NOW)
    both = change.lines.first().to_park
    then = compute("2025", codes=["revenue"])
    today = compute("2025", codes=["revenue"], boundary="today", today=TODAY)
    assert (then["revenue", land.east.pk].value, then.get(("revenue", both.pk))) == (300, None)
    assert (today["revenue", both.pk].value, today.get(("revenue", land.east.pk))) == (307, None)
    assert then["revenue", None].value == today["revenue", None].value == 307, "the city is the same on both"


def test_a_split_puts_each_firm_where_it_went(land):
    file(land.firm_west, 7)
    compute_period(period="2025", by=BY, now=NOW)
    split_park(
        park=land.west, into=[NewPark("w1", "西一", "W1"), NewPark("w2", "西二", "W2")], tenants={land.firm_west.pk: "w2"}, effective_on=date(2026, 6, 1), reason="r", by=BY, now=NOW
    )  # fmt: skip
    today = compute("2025", codes=["revenue"], boundary="today", today=TODAY)
    by_code = {park.code: park.pk for park in type(land.west).objects.filter(code__in=["w1", "w2"])}
    assert today["revenue", by_code["w2"]].value == 7
    assert today["revenue", by_code["w1"]].value is None


def test_a_city_that_nobody_knows_installs_and_computes():
    found = build_land()
    install_pack(pack=read_pack("tests/packs/lakeside"), by=BY, now=datetime(2034, 1, 5, tzinfo=UTC))
    assert Goal.objects.exists() and not Goal.objects.filter(code="parks-100bn").exists()
    kinds = set(Indicator.objects.values_list("period_kind", flat=True))
    period = {"quarter": "2032Q4", "year": "2032", "month": "2032-12"}[sorted(kinds)[0]]
    assert compute_period(period=period, by=BY, now=datetime(2034, 1, 5, tzinfo=UTC)) >= 0
    assert found.east.pk


def test_the_same_pack_again_changes_nothing_and_another_city_is_refused(land, pack):
    from manyuan.facts.programme.errors import OtherPack

    before = IndicatorValue.objects.count(), Goal.objects.count(), Form.objects.count()
    install_pack(pack=pack, by=BY, now=NOW)
    assert (IndicatorValue.objects.count(), Goal.objects.count(), Form.objects.count()) == before
    with pytest.raises(OtherPack):
        install_pack(pack=read_pack("tests/packs/lakeside"), by=BY, now=NOW)


def test_a_changed_form_without_filings_keeps_one_current_version(land, pack):
    definition = pack.form(FORM).plain() | {"version": 2}
    install_form(definition=definition, by=BY, now=NOW)
    assert [form.version for form in Form.objects.filter(code=FORM, is_current=True)] == [2]
