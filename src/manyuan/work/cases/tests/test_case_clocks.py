"""Clocks of cases, to the minute: holidays, make-up days, colours, steps up, reminders, pauses, more time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.models import Event
from manyuan.work.cases.errors import AskedTooLate, ExtendedEnough, NoteMissing
from manyuan.work.cases.queries import clocks_of, unsure_years
from manyuan.work.cases.services import extend_clock, pause_clock, resume_clock, sweep_clocks

HERE = timezone(timedelta(hours=8))


def _here(at: datetime) -> str:
    return at.astimezone(HERE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("arrives", "contact", "handling"),
    [  # Chengdu time; contact within one working hour, handling within seven working days; 09:00-12:00 and 13:00-18:00
        ("2026-11-24 10:00", "2026-11-24 11:00", "2026-12-03 18:00"),
        ("2026-11-24 11:30", "2026-11-24 13:30", "2026-12-03 18:00"),
        ("2026-09-30 17:59", "2026-10-08 09:59", "2026-10-15 18:00"),  # the minute before a holiday of seven days; the 10th is a make-up Saturday
        ("2026-09-30 18:00", "2026-10-08 10:00", "2026-10-16 18:00"),
        ("2026-10-10 16:00", "2026-10-10 17:00", "2026-10-20 18:00"),  # on the make-up Saturday itself
        ("2026-11-28 10:00", "2026-11-30 10:00", "2026-12-09 18:00"),  # on a Saturday
    ],
)
def test_clocks_end_to_the_minute(office, arrives, contact, handling):
    office.at = datetime.fromisoformat(arrives).replace(tzinfo=HERE).astimezone(UTC)
    due = {one.code: _here(one.due_at) for one in office.open().clocks.all()}
    assert due == {"contact": contact, "handling": handling}


def test_a_clock_is_met_at_its_last_minute_and_missed_after_it(office):
    in_time, late = office.open(), office.open()
    office.now(minutes=60)
    office.move(in_time, "accept", "committee")
    office.now(minutes=1)
    office.move(late, "accept", "committee")
    assert in_time.clocks.get(code="contact").state == "met"
    assert late.clocks.get(code="contact").state == "missed"


def test_colours_come_before_at_and_after_the_deadline(office):
    case, seen = office.open(), []
    for later in (0, 30 * 60, 15 * 60, 15 * 60, 1):
        office.now(seconds=later)
        seen.append({one.clock.code: one.colour for one in clocks_of(case, office.at)}["contact"])
    assert seen == ["green", "yellow", "orange", "orange", "red"]


def test_a_missed_deadline_goes_up_level_by_level_each_once(office):
    case, levels = office.open(), []
    for later in ({"hours": 1, "seconds": 1}, {}, {"days": 1, "hours": 8}, {"days": 20}):  # the third: after the close of the next working day
        office.now(**later)
        sweep_clocks(now=office.at)
        case.refresh_from_db()
        levels.append(case.level)
    assert levels == [1, 1, 2, 2]  # there is nothing above the city
    assert list(case.steps.filter(act="escalate").values_list("data__level", flat=True)) == [1, 2]


def test_reminders_go_out_in_working_hours_only_and_once_for_each_colour(office):
    office.open()
    told = []
    for later in ({"minutes": 35}, {}, {"hours": 1, "minutes": 30}, {"hours": 1}):  # 10:35, again, 12:05 at lunch, 13:05
        office.now(**later)
        sweep_clocks(now=office.at)
        told.append([one.data["colour"] for one in Event.objects.filter(name="case.reminder", data__clock="contact").order_by("pk")])
    assert told == [["yellow"], ["yellow"], ["yellow"], ["yellow", "red"]]


def test_a_pause_needs_a_reason_and_gives_back_the_days_that_were_left(office):
    case = office.open()
    office.move(case, "accept", "committee")
    with pytest.raises(NoteMissing):
        pause_clock(case=case, clock="handling", reason="", by=office.who("committee"), now=office.at)
    with pytest.raises(NotAllowed):
        pause_clock(case=case, clock="handling", reason="等", by=office.who("company"), now=office.at)
    office.now(days=2)
    pause_clock(case=case, clock="handling", reason="等待企业补充用水检测报告", by=office.who("committee"), now=office.at)
    case.refresh_from_db()
    assert case.due_at is None and clocks_of(case, office.at)[0].reason == "等待企业补充用水检测报告"
    office.now(days=14)
    assert sweep_clocks(now=office.at) == []
    clock = resume_clock(case=case, clock="handling", by=office.who("committee"), now=office.at)
    assert _here(clock.due_at) == "2026-12-17 18:00"  # five days were left on Thursday 26 November


def test_more_time_is_asked_for_in_time_with_a_reason_and_once(office):
    case = office.open()
    office.now(days=9)  # Thursday 3 December, the last day
    with pytest.raises(AskedTooLate):
        extend_clock(case=case, clock="handling", reason="管网改造需停水", by=office.who("committee"), now=office.at)
    office.now(days=-1)
    clock = extend_clock(case=case, clock="handling", reason="管网改造需停水", by=office.who("committee"), now=office.at)
    assert _here(clock.due_at) == "2026-12-14 18:00"
    with pytest.raises(ExtendedEnough):
        extend_clock(case=case, clock="handling", reason="再延长", by=office.who("committee"), now=office.at)
    assert extend_clock(case=case, clock="handling", reason="市级同意再延长", by=office.who("city"), now=office.at).extended == 2


@pytest.mark.parametrize(("arrives", "years"), [("2026-11-24 10:00", []), ("2089-12-30 10:00", [2089, 2090]), ("2090-06-05 10:00", [2090])])
def test_a_year_whose_holidays_nobody_told_counts_weekdays_and_says_so_on_the_case(office, client, arrives, years):
    office.at = datetime.fromisoformat(arrives).replace(tzinfo=HERE).astimezone(UTC)
    case = office.open()
    assert unsure_years(case) == years
    client.force_login(office.town["enterprise"])
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert all(str(year) in page for year in years) and (("放假安排尚未载入" in page) is bool(years))
    if years:
        office.move(case, "withdraw", "enterprise")
        assert unsure_years(case) == [], "nothing runs any more"


def test_without_holidays_a_friday_in_a_holiday_week_is_a_working_day_and_saturday_is_none(office):
    office.at = datetime.fromisoformat("2090-10-06 17:30").replace(tzinfo=HERE).astimezone(UTC)  # a Friday, in the National Day week of other years
    assert _here(office.open().clocks.get(code="contact").due_at) == "2090-10-09 09:30"
