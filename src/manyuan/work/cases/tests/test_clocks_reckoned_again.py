"""When holidays become known, clocks that run are reckoned again from where they began; what has ended stays as it was judged."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from manyuan.facts.programme.holidays import Holiday, load_holidays, withdraw_holidays
from manyuan.work.cases.clocks import colour
from manyuan.work.cases.models import Case, Clock
from manyuan.work.cases.queries import unsure_years
from manyuan.work.cases.reckoning import reckon_again
from manyuan.work.cases.services import extend_clock, pause_clock, resume_clock, sweep_clocks
from manyuan.work.cases.tests.conftest import BY

NEW_YEAR = Holiday("元旦", date(2027, 1, 1), date(2027, 1, 3), (date(2027, 1, 9),))
LONG = Holiday("元旦", date(2027, 1, 1), date(2027, 1, 10))


def clock(case, code="handling"):
    return Clock.objects.get(case=case, code=code)


def due(case, code="handling"):
    return f"{timezone.localtime(clock(case, code).due_at):%m-%d %H:%M}"


def load(office, *holidays):
    return load_holidays(year=2027, holidays=holidays, source="示例通知", by=BY, now=office.at)


@pytest.fixture
def december(office):
    """Monday, 28 December 2026, ten in the morning; the holidays of 2027 are not known."""
    office.at = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
    return office


@pytest.mark.parametrize(("holidays", "then"), [
    ((NEW_YEAR,), "01-07 18:00"), ((LONG,), "01-14 18:00"), ((Holiday("元旦", date(2027, 1, 1), date(2027, 1, 1), (date(2027, 1, 2), date(2027, 1, 3))),), "01-05 18:00"),
])  # fmt: skip
def test_a_deadline_follows_the_table_in_both_directions(december, holidays, then):
    case = december.open()
    assert due(case) == "01-06 18:00" and unsure_years(case) == [2027]
    load(december, *holidays)
    assert sweep_clocks(now=december.now(minutes=1)) == [case.pk] and due(case) == then
    assert unsure_years(Case.objects.get(pk=case.pk)) == []
    step = case.steps.get(act="reckon")
    assert step.public and (step.data["clock"], step.data["before"][:16], step.data["due_at"][5:16]) == ("handling", "2027-01-06T18:00", then.replace(" ", "T"))
    assert timezone.localtime(clock(case).orange_at).strftime("%m-%d %H:%M") == then.replace("18:00", "09:00")
    assert case.due_at == clock(case, "contact").due_at  # the nearest of a case is of its own clocks
    assert reckon_again(now=december.at) == []  # once


def test_a_case_opened_under_the_new_table_is_not_touched(december):
    load(december, NEW_YEAR)
    case = december.open()
    assert due(case) == "01-07 18:00"
    assert sweep_clocks(now=december.now(minutes=1)) == [] and not case.steps.filter(act="reckon").exists()


def test_a_table_that_comes_late_gives_back_the_days_that_were_counted(december):
    case = december.open()
    december.at = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
    load(december, NEW_YEAR)
    reckon_again(now=december.at)
    assert due(case) == "01-07 18:00"


def test_a_missed_deadline_that_lies_ahead_again_is_told_again_and_the_level_stays(december):
    case = december.move(december.open(), "accept", "committee")
    december.at = datetime(2027, 1, 7, 2, 0, tzinfo=UTC)
    sweep_clocks(now=december.at)
    assert (colour(clock(case), december.at), clock(case).told, Case.objects.get(pk=case.pk).level) == ("red", "red", 1)
    load(december, LONG)
    reckon_again(now=december.at)
    case.refresh_from_db()
    assert (colour(clock(case), december.at), clock(case).told, case.level) == ("yellow", "yellow", 1)
    assert clock(case).escalate_at > clock(case).due_at  # not up twice for one deadline
    sweep_clocks(now=datetime(2027, 1, 15, 2, 0, tzinfo=UTC))
    assert clock(case).told == "red"


def test_what_has_ended_stays_as_it_was_judged(december):
    case = december.open()
    december.at = datetime(2027, 1, 7, 2, 0, tzinfo=UTC)
    december.move(case, "accept", "committee")
    december.move(case, "answer", "committee")
    assert clock(case).state == Clock.State.MISSED
    load(december, LONG)
    reckon_again(now=december.at)
    assert clock(case).state == Clock.State.MISSED and due(case) == "01-06 18:00"


def test_a_clock_is_judged_by_the_new_table_even_before_the_sweep(december):
    case = december.open()
    december.at = datetime(2027, 1, 7, 2, 0, tzinfo=UTC)
    load(december, LONG)
    december.move(case, "accept", "committee")
    december.move(case, "answer", "committee")
    assert clock(case).state == Clock.State.MET and due(case) == "01-14 18:00"
    assert clock(case, "contact").state == Clock.State.MISSED  # an hour of 28 December is an hour


def test_a_pause_and_an_extension_keep_what_was_given(december):
    case, who = december.open(), december.who("committee")
    pause_clock(case=case, clock="handling", reason="等待企业补充材料", by=who, now=december.now(hours=1))
    december.at = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    resume_clock(case=case, clock="handling", by=who, now=december.at)
    assert due(case) == "01-08 18:00"  # seven days were left
    extend_clock(case=case, clock="handling", reason="需要检测", by=who, now=december.now(minutes=5))
    assert due(case) == "01-19 18:00"  # and seven more
    load(december, NEW_YEAR)
    reckon_again(now=december.at)
    assert due(case) == "01-19 18:00"  # 1 January is off, 9 January is worked
    load(december, LONG)
    reckon_again(now=december.at)
    assert due(case) == "01-27 18:00"  # six weekdays off


def test_a_paused_clock_runs_on_by_the_new_table(december):
    case, who = december.open(), december.who("committee")
    pause_clock(case=case, clock="handling", reason="等待企业补充材料", by=who, now=december.now(hours=1))
    load(december, LONG)
    reckon_again(now=december.at)
    resume_clock(case=case, clock="handling", by=who, now=december.now(hours=1))
    assert due(case) == "01-14 18:00"


def test_taking_the_table_back_leads_to_the_deadline_from_before(december):
    case = december.open()
    load(december, LONG)
    reckon_again(now=december.at)
    withdraw_holidays(year=2027, by=BY, now=december.at)
    reckon_again(now=december.at)
    assert due(case) == "01-06 18:00" and case.steps.filter(act="reckon").count() == 2


def test_working_hours_are_moved_to_the_minute(december):
    december.at = datetime(2026, 12, 31, 9, 30, tzinfo=UTC)  # 17:30 on the last working day
    case = december.open()
    assert due(case, "contact") == "01-01 09:30"
    load(december, NEW_YEAR)
    reckon_again(now=december.at)
    assert due(case, "contact") == "01-04 09:30"
    assert Case.objects.get(pk=case.pk).due_at == clock(case, "contact").due_at
