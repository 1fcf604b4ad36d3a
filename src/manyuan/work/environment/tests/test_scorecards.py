"""Scorecards from what happened: counted, rolled up, kept, seen, published."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
import yaml

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import AuditRecord
from manyuan.work.environment import queries
from manyuan.work.environment.computing import compute_due, compute_scorecards, periods_due
from manyuan.work.environment.errors import AlreadyPublished, NothingToPublish, NotPublished, ReasonNeeded, WrongScorecards
from manyuan.work.environment.installing import install_scorecards, sheet_of
from manyuan.work.environment.models import Definition, Publication, Scorecard
from manyuan.work.environment.publishing import publish_scorecard, withdraw_scorecard
from manyuan.work.environment.tests.conftest import BY, PACK, SHEET


def counted(measured, park=None, period="2026-03"):
    return {code: (int(one.part), one.whole) for code, one in measured.items(park, period).items()}


def test_the_rates_at_each_step_of_a_demand(measured):
    case = measured.demand()
    steps = [
        ("filed", (), {"closed": (0, 1), "solved": (0, 0)}),
        ("accepted", ("accept",), {"closed": (0, 1), "solved": (0, 0)}),
        ("answered", ("answer",), {"closed": (1, 1), "solved": (0, 1)}),
        ("the firm does not agree", ("reject",), {"closed": (1, 1), "solved": (0, 1)}),
        ("answered again and confirmed", ("answer", "confirm"), {"closed": (1, 1), "solved": (1, 1)}),
        ("it came back", ("recur",), {"closed": (1, 1), "solved": (0, 1)}),
    ]
    for name, moves, expected in steps:
        case = measured.move(case, *moves)
        measured.compute()
        assert {code: counted(measured)[code] for code in expected} == expected, name


def test_a_withdrawn_demand_is_not_counted(measured):
    measured.demand()
    measured.move(measured.demand(), "withdraw")
    measured.compute()
    assert counted(measured)["closed"] == (0, 1)


@pytest.mark.parametrize(("minutes", "kept"), [(60, (1, 1)), (61, (0, 1))])
def test_the_first_contact_is_in_time_to_the_minute(measured, minutes, kept):
    case = measured.demand()
    measured.later(minutes=minutes - 20)
    measured.move(case, "accept")
    measured.later(minutes=30)
    measured.compute()
    assert counted(measured)["contact"] == kept


def test_a_deadline_that_nobody_met_counts_as_missed_although_its_clock_still_runs(measured):
    measured.demand()
    measured.later(days=1)
    measured.compute()
    assert counted(measured)["contact"] == (0, 1)


@pytest.mark.parametrize(("back_after", "expected"), [(29, (1, 1)), (31, (0, 1))])
def test_what_comes_back_within_30_days_is_counted_once_the_30_days_are_over(measured, back_after, expected):
    case = measured.solved()
    closed = measured.at
    measured.later(days=20)
    measured.compute()
    assert counted(measured)["recurred"] == (0, 0)
    measured.at = closed + timedelta(days=back_after, minutes=-20)
    measured.move(case, "recur")
    measured.at = closed + timedelta(days=32)
    measured.compute()
    assert counted(measured)["recurred"] == expected


def test_a_park_holds_what_lies_below_it_and_the_city_holds_all(measured):
    town = measured.town
    measured.solved("firm_east")
    measured.solved("firm_sub")
    measured.demand("firm_west")
    measured.compute()
    assert counted(measured, town.east_sub)["solved"] == (1, 1)
    assert counted(measured, town.east)["solved"] == (2, 2)
    assert counted(measured, town.west)["closed"] == (0, 1)
    assert counted(measured)["closed"] == (2, 3)


def test_a_demand_belongs_to_the_month_of_the_place_not_of_greenwich(measured):
    measured.at = measured.at.replace(month=3, day=31, hour=15, minute=59)  # 23:59 in Chengdu
    measured.demand()
    measured.later(minutes=1)
    measured.demand()
    measured.compute()
    measured.compute("2026-04")
    assert counted(measured)["closed"] == (0, 1)
    assert counted(measured, period="2026-04")["closed"] == (0, 1)


def test_the_quarter_is_the_sum_of_its_months(measured):
    measured.solved()
    measured.later(days=-40)
    measured.solved()
    measured.later(days=60)
    for period in ("2026-01", "2026-02", "2026-03", "2026Q1"):
        measured.compute(period)
    months = [counted(measured, period=one)["closed"] for one in ("2026-01", "2026-03")]
    assert months == [(1, 1), (1, 1)]
    assert counted(measured, period="2026Q1")["closed"] == (2, 2)


def test_a_missing_item_is_left_out_and_nothing_counted_is_no_scorecard(measured):
    measured.solved()
    measured.later(days=1)
    measured.compute()
    card = measured.card(measured.town.east)
    effect = measured.items(measured.town.east)["effect"]
    assert (effect.value, effect.points) == (None, None)
    assert card.points is None  # of practice a third of the weight is known, and a half is needed
    assert card.pillars["practice"] == {"points": None, "known": "0.3333"}
    assert not Scorecard.objects.filter(park=measured.town.west).exists()


def test_a_known_scorecard_has_its_points_by_hand(measured):
    case = measured.solved()
    measured.solved()
    measured.demand()
    measured.later(days=40)
    measured.move(case, "recur")
    measured.compute()
    card = measured.card(measured.town.east)
    # rules: contact 2 of 3; services: closed 2 of 3; practice: solved 1 of 2 and recurred 0 of 2, one of the two back after more than 30 days
    assert {code: one["points"] for code, one in card.pillars.items()} == {"rules": "66.6667", "services": "66.6667", "practice": "75.0000"}
    assert card.points == D("69.4444")


def test_computing_again_changes_nothing_until_something_happened(measured):
    case = measured.demand()
    first = measured.compute()
    assert (first.changed, first.of) == (2, 2)  # the park and the city
    records = AuditRecord.objects.count()
    assert measured.compute().changed == 0
    assert AuditRecord.objects.count() == records
    before = measured.card(measured.town.east)
    measured.move(case, "accept", "answer")
    assert measured.compute().changed == 2
    before.refresh_from_db()
    assert before.superseded_at == measured.at
    assert {value.code: int(value.part) for value in before.values.all()}["closed"] == 0  # what was known then stays readable


def test_what_is_due_are_the_finished_months_with_their_quarters():
    from datetime import date

    assert periods_due(date(2026, 3, 2)) == ["2025-11", "2025-12", "2026-01", "2026-02", "2025Q4", "2025"]
    assert periods_due(date(2026, 4, 1)) == ["2025-12", "2026-01", "2026-02", "2026-03", "2025Q4", "2026Q1", "2025"]


def test_the_worker_computes_what_is_due_and_the_second_time_nothing(measured):
    measured.solved()
    measured.later(days=40)
    assert [made.period for made in compute_due(now=measured.at)] == ["2026-03", "2026Q1"]
    assert compute_due(now=measured.at) == []


def test_only_the_city_computes(measured):
    measured.demand()
    with pytest.raises(NotAllowed):
        compute_scorecards(period="2026-03", by=measured.who("committee"), now=measured.at)
    assert not Scorecard.objects.exists()


@pytest.fixture
def two_parks(measured):
    measured.solved("firm_east")
    measured.demand("firm_west")
    measured.later(days=1)
    measured.compute()
    return measured


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("city", {"east", "west", None}),
        ("committee", {"east", None}),
        ("company", {"east", None}),
        ("enterprise", set()),
        ("institute", set()),
        ("stray", set()),
    ],
)
def test_who_sees_which_scorecards(two_parks, name, sees):
    rows = queries.visible(two_parks.who(name))
    assert {row.park.code if row.park else None for row in rows} == sees


def test_another_parks_scorecard_is_not_there(two_parks):
    with pytest.raises(NotFound):
        queries.scorecard_seen(two_parks.who("committee"), "small", two_parks.town.west, "2026-03")


def test_behind_a_figure_stand_only_the_cases_that_the_reader_may_see(two_parks):
    sheet = sheet_of(Definition.objects.get())
    found = {}
    for name in ("city", "committee", "committee_west"):
        _, rows = queries.behind(two_parks.card(), sheet.item("closed"), two_parks.who(name))
        found[name] = [row.park.code for row in rows]
    assert found == {"city": ["west", "east"], "committee": ["east"], "committee_west": ["west"]}  # what brings the figure down comes first


def test_parks_with_too_few_cases_are_shown_and_not_ranked(measured):
    for _ in range(3):
        measured.solved("firm_east")
    for _ in range(2):
        measured.solved("firm_west")
    measured.later(days=1)
    measured.compute()
    sheet = sheet_of(Definition.objects.get())
    rows = queries.side_by_side(measured.who("city"), "small", "2026-03", sheet.item("closed"), sheet)
    assert [(row.scorecard.park.code, row.place) for row in rows] == [("east", 1), ("west", None)]
    own = queries.side_by_side(measured.who("committee_west"), "small", "2026-03", sheet.item("closed"), sheet)
    assert [row.scorecard.park.code for row in own] == ["west"]


def test_a_score_that_stands_on_few_cases_has_no_place(measured):
    measured.solved("firm_east")
    measured.later(days=40)
    measured.compute()
    sheet = sheet_of(Definition.objects.get())
    row = queries.side_by_side(measured.who("city"), "small", "2026-03", None, sheet)[0]
    assert row.scorecard.points == D(100)
    assert row.place is None


def test_the_trend_has_limits_from_six_months_on(measured):
    measured.later(days=-190)
    for _ in range(7):
        measured.solved()
        measured.later(days=30)
    for month in ("2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"):
        measured.compute(month)
    sheet = sheet_of(Definition.objects.get())
    found = queries.trends("small", measured.town.east.pk, "month", sheet)["closed"]
    assert found.chart.has_limits
    assert list(found.periods) == sorted(found.periods)
    short = queries.trends("small", measured.town.east.pk, "month", sheet, until="2025-11")["closed"]
    assert not short.chart.has_limits


@pytest.fixture
def scored(measured):
    measured.solved()
    measured.later(days=40)
    measured.compute()
    return measured


def test_a_named_official_publishes_and_it_stays_as_it_was(scored):
    card = scored.card(scored.town.east)
    made = publish_scorecard(scorecard=card, by=scored.who("city"), now=scored.at)
    assert made.published_label.startswith("city")
    scored.at = scored.at.replace(month=3, day=20)
    scored.demand()
    scored.later(days=40)
    scored.compute()
    assert scored.card(scored.town.east).pk != card.pk
    assert queries.published().get().scorecard_id == card.pk


@pytest.mark.parametrize("name", ["committee", "company", "enterprise"])
def test_nobody_else_publishes(scored, name):
    with pytest.raises(NotAllowed):
        publish_scorecard(scorecard=scored.card(scored.town.east), by=scored.who(name), now=scored.at)
    assert not Publication.objects.exists()


def test_nothing_is_published_twice_and_nothing_without_a_score(scored):
    card, city = scored.card(scored.town.east), scored.who("city")
    publish_scorecard(scorecard=card, by=city, now=scored.at)
    with pytest.raises(AlreadyPublished):
        publish_scorecard(scorecard=card, by=city, now=scored.at)
    scored.demand("firm_west")
    scored.compute(period=scored.at.strftime("%Y-%m"))
    with pytest.raises(NothingToPublish):
        publish_scorecard(scorecard=scored.card(scored.town.west, scored.at.strftime("%Y-%m")), by=city, now=scored.at)
    assert Publication.objects.count() == 1


def test_withdrawing_needs_a_reason_and_leaves_the_record(scored):
    card, city = scored.card(scored.town.east), scored.who("city")
    with pytest.raises(NotPublished):
        withdraw_scorecard(scorecard=card, reason="误发", by=city, now=scored.at)
    publish_scorecard(scorecard=card, by=city, now=scored.at)
    with pytest.raises(ReasonNeeded):
        withdraw_scorecard(scorecard=card, reason=" ", by=city, now=scored.at)
    assert queries.published().exists()
    withdraw_scorecard(scorecard=card, reason="误发", by=city, now=scored.at)
    assert not queries.published().exists()
    assert Publication.objects.get().withdrawn_reason == "误发"
    publish_scorecard(scorecard=card, by=city, now=scored.at)
    assert queries.published().count() == 1


FAULTS = [
    ("source: demands.closed", "source: demands.happy", "items[2].source: found 'demands.happy'"),
    ("floor: 0, target: 100}", "floor: 100, target: 100}", "the same as the floor"),
    ("pillar: services", "pillar: luck", "found 'luck'"),
    ("mark: example", "mark: sure", "found 'sure'"),
    ("minimum: 3", "minimum: 0", "found 0"),
    ("code: closed", "code: contact", "more than once"),
    ("{code: rules, name: {zh: 规则, en: Rules}}", "{code: rules, name: 规则}", "expected {zh"),
    ("floor: 1, target: 5", "floor: one, target: 5", "expected a number"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), FAULTS, ids=[row[1] for row in FAULTS])
def test_a_faulty_definition_is_refused_with_its_place(measured, right, wrong, said):
    with pytest.raises(WrongScorecards) as refused:
        install_scorecards(content=yaml.safe_load(SHEET.replace(right, wrong, 1)), by=BY, now=measured.at)
    assert said in refused.value.faults
    assert Definition.objects.count() == 1


def test_the_packs_own_scorecards_are_installed_once(measured):
    content = yaml.safe_load((PACK / "scorecard.yaml").read_text("utf-8"))
    assert install_scorecards(content=content, by=BY, now=measured.at) >= 1
    assert install_scorecards(content=content, by=BY, now=measured.at) == 0
    assert not Definition.objects.filter(code="small", is_current=True).exists()


def test_a_changed_definition_is_a_new_version_and_scores_anew(scored):
    old = scored.card(scored.town.east)
    install_scorecards(content=yaml.safe_load(SHEET.replace("floor: 0, target: 100}", "floor: 0, target: 200}", 1)), by=BY, now=scored.at)
    scored.compute()
    new = scored.card(scored.town.east)
    assert (old.definition.number, new.definition.number) == (1, 2)
    assert new.points < old.points


LEVEL = """
scorecards:
  - code: upper
    name: {zh: 省级表, en: Provincial}
    mark: example
    periods: [year]
    levels: [provincial]
    minimum: 50
    pillars: [{code: scale, weight: 2, name: {zh: 规模, en: Scale}}]
    items: [{code: revenue, pillar: scale, name: {zh: 营收, en: Revenue}, source: indicators.enterprises, floor: 0, target: 200}]
"""


def test_a_scorecard_of_a_level_holds_the_parks_of_that_level_and_stands_on_indicators(measured):
    from manyuan.facts.parks.models import Park
    from manyuan.facts.programme.installing import install_pack
    from manyuan.facts.programme.models import Indicator, IndicatorValue
    from manyuan.facts.programme.pack import read_pack

    install_pack(pack=read_pack(PACK), by=BY, now=measured.at)
    Park.objects.filter(pk=measured.town.west.pk).update(level="provincial")
    indicator = Indicator.objects.get(code="enterprises")
    for park, period, value in ((measured.town.west, "2025Q4", 100), (measured.town.west, "2025Q3", 10), (measured.town.east, "2025Q4", 200)):
        IndicatorValue.objects.create(indicator=indicator, park=park, period=period, value=value, counted=1, formula="x", computed_at=measured.at)
    install_scorecards(content=yaml.safe_load(LEVEL), by=BY, now=measured.at)
    measured.compute("2025")
    card = Scorecard.objects.get(definition__code="upper")
    assert (card.park, card.points, card.solid) == (measured.town.west, D(50), D(1))
    IndicatorValue.objects.create(indicator=indicator, park=measured.town.west, period="2025", value=150, counted=1, formula="x", computed_at=measured.at)
    measured.compute("2025")
    assert Scorecard.objects.get(definition__code="upper", superseded_at=None).points == D(75)
