"""Meetings: on the days of their cadence, from the agenda to the last item; an item is closed by nobody but the firm."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import pytest
import yaml
from django.utils import timezone
from docx import Document

from manyuan.engines.clocks import Calendar
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.work.cases.models import Case
from manyuan.work.cases.queries import trail
from manyuan.work.cases.rights import open_moves
from manyuan.work.cases.services import move_case
from manyuan.work.meetings import errors
from manyuan.work.meetings.carrying import carry_up
from manyuan.work.meetings.holding import (
    Point,
    answer_invitation,
    answer_on_spot,
    audience,
    cancel_meeting,
    hold_meeting,
    invite,
    move_meeting,
    raise_item,
    set_agenda,
)
from manyuan.work.meetings.installing import current_kinds, install_kinds
from manyuan.work.meetings.kinds import Kind, days_of, read_kinds
from manyuan.work.meetings.minutes import minutes_document
from manyuan.work.meetings.models import Invitation, Meeting, MeetingItem
from manyuan.work.meetings.queries import invitations_of, items_of, visible_meetings
from manyuan.work.meetings.scheduling import schedule
from manyuan.work.meetings.tests.conftest import BY, NOW, PACK, TODAY

DAY = timedelta(days=1)
CALENDAR = Calendar.from_tables([yaml.safe_load((PACK / "calendar" / "2026.yaml").read_text("utf-8"))])


def _kind(every="week", weekday=3, nth=1, month=1, shift="skip"):
    return Kind("k", "甲", "A", "park", every, weekday, nth, month, time(14), 120, shift, "")


@pytest.mark.parametrize(("kind", "first", "last", "held"), [
    (_kind(), date(2026, 11, 25), date(2026, 11, 25), [date(2026, 11, 25)]),  # the Wednesday itself
    (_kind(), date(2026, 11, 26), date(2026, 12, 1), []),  # the days between two Wednesdays
    (_kind(), date(2026, 11, 26), date(2026, 12, 9), [date(2026, 12, 2), date(2026, 12, 9)]),
    (_kind(), date(2026, 12, 2), date(2026, 12, 1), []),
    (_kind("month", 5, 2), date(2026, 11, 1), date(2026, 11, 30), [date(2026, 11, 13)]),  # the second Friday
    (_kind("month", 5, 2), date(2026, 11, 14), date(2026, 12, 10), []),  # the day after, the day before
    (_kind("month", 5, 2), date(2026, 11, 13), date(2026, 12, 11), [date(2026, 11, 13), date(2026, 12, 11)]),
    (_kind("quarter", 4, 2, 3), date(2026, 7, 1), date(2026, 12, 31), [date(2026, 9, 10), date(2026, 12, 10)]),
])  # fmt: skip
def test_meetings_fall_on_the_days_of_their_cadence(kind, first, last, held):
    assert [day for _, day in days_of(kind, first, last, CALENDAR)] == held


def test_on_a_day_off_a_meeting_is_skipped_or_moved_to_the_working_day_before_or_after():
    """1 October 2026 is a Thursday and a holiday."""
    off = date(2026, 10, 1)
    assert not CALENDAR.is_working_day(off)
    assert days_of(_kind(weekday=4), off, off, CALENDAR) == []
    before = days_of(_kind(weekday=4, shift="before"), off, off, CALENDAR)[0][1]
    after = days_of(_kind(weekday=4, shift="after"), off, off, CALENDAR)[0][1]
    assert before == date(2026, 9, 30) and after > date(2026, 10, 7)
    assert CALENDAR.is_working_day(before) and CALENDAR.is_working_day(after)


def test_a_year_without_holidays_known_falls_back_to_weekdays():
    assert [day for _, day in days_of(_kind(), date(2031, 1, 1), date(2031, 1, 8), Calendar())] == [date(2031, 1, 1), date(2031, 1, 8)]


def test_the_calendar_is_filled_once_for_each_park_with_a_committee_and_for_the_city(hall):
    made = Meeting.objects.count()
    assert schedule(first=TODAY, last=TODAY + 120 * DAY, by=BY, now=NOW + DAY) == [] and Meeting.objects.count() == made
    assert set(Meeting.objects.filter(kind="service-day").values_list("park__code", flat=True)) == {"east", "west"}
    assert set(Meeting.objects.filter(kind="talk").values_list("park", flat=True)) == {None}
    assert timezone.localtime(hall.meeting().starts_at).isoweekday() == 3


def test_kinds_with_faults_are_refused_whole_and_each_fault_is_named(hall):
    content = {
        "kinds": [
            {"code": "A b", "name": {"zh": "甲"}, "level": "moon", "cadence": {"every": "day", "weekday": 9}, "starts": 14, "minutes": 1, "shift": "up"},
            {"code": "x", "name": {"zh": "甲", "en": "A"}, "level": "park", "cadence": {"every": "week", "weekday": 1}, "starts": "14:00", "next": "y"},
        ],
        "ahead_days": 1,
    }  # fmt: skip
    text = "\n".join(read_kinds(content)[1])
    for part in (
        "code: found 'A b'",
        "name",
        "moon",
        "cadence.every",
        "weekday",
        "starts: found 14",
        "minutes: found 1",
        "shift: found 'up'",
        "y is no kind",
        "ahead_days",
    ):
        assert part in text
    with pytest.raises(errors.WrongKinds):
        install_kinds(content=content, by=BY, now=NOW)
    circle = {"kinds": [{**content["kinds"][1], "next": "x"}]}
    assert "circle" in read_kinds(circle)[1][0]
    assert len(current_kinds().kinds) == 3


def test_nobody_is_invited_before_there_is_an_agenda(hall):
    with pytest.raises(errors.AgendaEmpty):
        invite(meeting=hall.meeting(), by=hall.actor("committee"), now=NOW)
    assert Invitation.objects.count() == 0 and not hall.events("meeting.announced")


def test_firms_are_invited_by_park_and_once(hall):
    meeting = hall.announced()
    assert set(meeting.invitations.values_list("enterprise_id", flat=True)) == {hall.firm.pk, hall.town.firm_sub.pk}
    assert invite(meeting=meeting, by=hall.actor("committee"), now=NOW) == 0
    assert len(hall.events("meeting.announced")[0]["enterprise_ids"]) == 2


def test_the_audience_is_chosen_by_sector_size_and_park(hall):
    from manyuan.facts.enterprises.models import Enterprise, Industry, Title

    Industry.objects.create(code="C39", section="C", level=2, name_zh="电子")
    Enterprise.objects.filter(pk=hall.firm.pk).update(industry_id="C39")
    Title.objects.create(enterprise=hall.firm, kind="above-scale", valid_from=date(2024, 1, 1), proof="t", source="t", mark="example", recorded_at=NOW)
    meeting, talk = hall.meeting(), hall.meeting("talk")
    assert list(audience(meeting, sections=["C"])) == [hall.firm]
    assert list(audience(meeting, size="above-scale")) == [hall.firm] and list(audience(meeting, size="below")) == [hall.town.firm_sub]
    assert audience(talk).count() == 3 and list(audience(talk, parks=[hall.town.west.pk])) == [hall.town.firm_west]
    set_agenda(meeting=meeting, theme="t", place="p", points=[], by=hall.actor("committee"), now=NOW)
    with pytest.raises(errors.NobodyFits):
        invite(meeting=meeting, sections=["Z"], by=hall.actor("committee"), now=NOW)


@pytest.mark.parametrize(("who", "may"), [("city", True), ("committee", True), ("company", False), ("committee_west", False), ("enterprise", False)])
def test_a_meeting_is_prepared_by_the_city_and_its_own_committee(hall, who, may):
    if may:
        set_agenda(meeting=hall.meeting(), theme="用工", place="厅", points=[Point("一")], by=hall.actor(who), now=NOW)
    else:
        with pytest.raises(NotAllowed):
            set_agenda(meeting=hall.meeting(), theme="用工", place="厅", points=[Point("一")], by=hall.actor(who), now=NOW)
    assert hall.meeting().agenda.count() == may


def test_a_committee_does_not_run_the_citys_meeting(hall):
    with pytest.raises(NotAllowed):
        set_agenda(meeting=hall.meeting("talk"), theme="x", place="y", points=[], by=hall.actor("committee"), now=NOW)


def _register(hall, meeting, who="enterprise", firm=None, comes=True, question="", now=NOW):
    return answer_invitation(meeting=meeting, enterprise=firm or hall.firm, comes=comes, question=question, by=hall.actor(who), now=now)


def test_a_firm_registers_changes_its_mind_and_is_too_late_at_the_very_minute_it_begins(hall):
    meeting = hall.announced()
    assert _register(hall, meeting).state == "registered"
    assert _register(hall, meeting, comes=False).state == "declined"
    assert _register(hall, meeting, now=meeting.starts_at - timedelta(minutes=1)).state == "registered"
    with pytest.raises(errors.TooLate):
        _register(hall, meeting, comes=False, now=meeting.starts_at)
    assert Invitation.objects.get(enterprise=hall.firm).state == "registered"


def test_the_last_seat_is_given_once(hall):
    meeting = hall.announced(seats=1)
    _register(hall, meeting)
    _register(hall, meeting)
    with pytest.raises(errors.Full):
        _register(hall, meeting, "committee", hall.town.firm_sub)
    assert meeting.invitations.filter(state="registered").count() == 1


def test_a_firm_registers_itself_only_and_not_in_a_foreign_park(hall):
    meeting = hall.announced()
    with pytest.raises(NotAllowed):
        _register(hall, meeting, "enterprise", hall.town.firm_sub)
    with pytest.raises(NotFound):
        _register(hall, meeting, "enterprise_west", hall.town.firm_west)
    with pytest.raises(NotAllowed):
        _register(hall, meeting, "committee_west", hall.town.firm_west)


def _item(hall, answer="", meeting=None):
    return raise_item(meeting=meeting or hall.announced(), enterprise=hall.firm, text="员工宿舍不足", answer=answer, by=hall.actor("committee"), now=NOW)


def test_an_item_closes_only_when_the_firm_confirms(hall):
    item = _item(hall)
    for who in ("committee", "city", "company"):
        assert not {"confirm", "confirm-on-spot", "understand", "withdraw"} & {move.code for move in open_moves(item.case, hall.actor(who))}
    move_case(case=item.case, move="accept", by=hall.actor("committee"), now=NOW)
    move_case(case=item.case, move="answer", note="已协调二十间", by=hall.actor("committee"), now=NOW)
    for who in ("committee", "city", "company", "enterprise_west"):
        with pytest.raises(NotAllowed):
            move_case(case=item.case, move="confirm", by=hall.actor(who), now=NOW)
        with pytest.raises(NotAllowed):
            move_case(case=item.case, move="understand", by=hall.actor(who), now=NOW)
    with pytest.raises(NotAllowed):
        move_case(case=item.case, move="confirm", by=BY, now=NOW)
    assert Case.objects.get(pk=item.case_id).phase == "answered"
    move_case(case=item.case, move="confirm", by=hall.actor("enterprise"), now=NOW)
    assert (Case.objects.get(pk=item.case_id).phase, Case.objects.get(pk=item.case_id).outcome) == ("closed", "solved")


def test_solved_on_the_spot_is_an_outcome_of_its_own_and_waits_for_the_firm_too(hall):
    item = _item(hall, answer="当场开通班车")
    case = Case.objects.get(pk=item.case_id)
    assert (case.state, case.phase) == ("resolved-on-spot", "answered")
    move_case(case=case, move="confirm-on-spot", by=hall.actor("enterprise"), now=NOW)
    assert Case.objects.get(pk=case.pk).outcome == "on-spot"


def test_a_firm_that_is_not_content_reopens_the_item(hall):
    item = _item(hall, answer="会研究")
    move_case(case=item.case, move="reject", note="没有时间表", by=hall.actor("enterprise"), now=NOW)
    assert Case.objects.get(pk=item.case_id).phase == "open" and Case.objects.get(pk=item.case_id).reopened == 1


def test_a_meeting_is_held_once_it_has_begun_and_what_firms_wanted_to_ask_is_not_lost(hall):
    meeting = hall.announced()
    _register(hall, meeting, question="电价能否优惠？")
    _register(hall, meeting, "committee", hall.town.firm_sub, question="")
    with pytest.raises(errors.NotYet):
        hold_meeting(meeting=meeting, minutes="x", attended=[], by=hall.actor("committee"), now=meeting.starts_at - timedelta(seconds=1))
    held = hold_meeting(meeting=meeting, minutes="已召开", attended=[hall.firm.pk], by=hall.actor("committee"), now=meeting.starts_at)
    assert held.state == "held" and meeting.invitations.get(enterprise=hall.firm).state == "attended"
    assert [one.case.text for one in meeting.items.all()] == ["电价能否优惠？"]
    with pytest.raises(errors.WrongState):
        hold_meeting(meeting=held, minutes="x", attended=[], by=hall.actor("committee"), now=meeting.ends_at)


def test_a_question_is_lost_neither_to_another_item_of_its_firm_nor_noted_twice(hall):
    meeting = hall.announced()
    _register(hall, meeting, question="电价能否优惠？")
    _register(hall, meeting, "committee", hall.town.firm_sub, question="何时  通燃气")
    for firm, text in ((hall.firm, "希望开通班车"), (hall.town.firm_sub, "企业问：何时 通燃气")):
        raise_item(meeting=meeting, enterprise=firm, text=text, answer="现场答复", by=hall.actor("committee"), now=meeting.starts_at)
    hold_meeting(meeting=meeting, minutes="已召开", attended=[], by=hall.actor("committee"), now=meeting.starts_at)
    assert [one.case.text for one in meeting.items.order_by("pk")] == ["希望开通班车", "企业问：何时 通燃气", "电价能否优惠？"]


def test_what_a_level_cannot_solve_goes_to_the_next_coming_meeting_of_the_level_above(hall):
    first = _item(hall)
    tea = carry_up(item=first, note="需市级部门", by=hall.actor("committee"), now=NOW)
    assert tea.meeting.kind == "tea" and tea.meeting.park == hall.town.east and tea.case_id == first.case_id
    with pytest.raises(errors.CarriedAlready):
        carry_up(item=first, note="x", by=hall.actor("committee"), now=NOW)
    talk = carry_up(item=MeetingItem.objects.get(pk=tea.pk), note="需市级统筹", by=hall.actor("committee"), now=NOW)
    case = Case.objects.get(pk=first.case_id)
    assert talk.meeting.kind == "talk" and talk.meeting.park is None and case.unit == talk.meeting.unit
    assert talk.meeting.starts_at > tea.meeting.starts_at > first.meeting.starts_at
    assert {step.act for step in trail(case, hall.actor("city"))} >= {"open", "carry", "reassign"}
    with pytest.raises(errors.NoLevelAbove):
        carry_up(item=MeetingItem.objects.get(pk=talk.pk), note="x", by=hall.actor("city"), now=NOW)
    assert len(hall.events("meeting.carried_up")) == 2


def test_without_a_coming_meeting_above_nothing_is_carried(hall):
    item = _item(hall)
    Meeting.objects.filter(kind="tea").update(state="cancelled")
    with pytest.raises(errors.NoNextMeeting):
        carry_up(item=item, note="x", by=hall.actor("committee"), now=NOW)
    assert MeetingItem.objects.count() == 1 and Case.objects.get(pk=item.case_id).state == "raised"


def test_an_item_that_waits_for_the_firm_is_not_carried(hall):
    item = _item(hall, answer="已解决")
    with pytest.raises(errors.CarriedAlready):
        carry_up(item=MeetingItem.objects.get(pk=item.pk), note="x", by=hall.actor("committee"), now=NOW)


@pytest.mark.parametrize(
    ("who", "seen"),
    [("city", 1), ("committee", 1), ("company", 1), ("enterprise", 1), ("committee_west", 0), ("enterprise_west", 0), ("institute", 0), ("stray", 0)],
)
def test_who_sees_a_parks_meeting(hall, who, seen):
    meeting = hall.announced()
    assert visible_meetings(hall.actor(who)).filter(pk=meeting.pk).count() == seen


def test_a_firm_sees_neither_what_others_asked_nor_who_else_was_invited(hall):
    meeting = hall.announced()
    _item(hall, meeting=meeting)
    raise_item(meeting=meeting, enterprise=hall.town.firm_sub, text="别人的事", by=hall.actor("committee"), now=NOW)
    assert [one.enterprise for one in items_of(meeting, hall.actor("enterprise"))] == [hall.firm]
    assert [one.enterprise for one in invitations_of(meeting, hall.actor("enterprise"))] == [hall.firm]
    assert items_of(meeting, hall.actor("committee")).count() == 2


def test_a_planned_meeting_is_not_yet_for_firms(hall):
    assert visible_meetings(hall.actor("enterprise")).count() == 0


def test_a_meeting_is_moved_and_cancelled_with_a_reason(hall):
    meeting = hall.announced()
    moved = move_meeting(meeting=meeting, starts_at=meeting.starts_at + DAY, by=hall.actor("committee"), now=NOW)
    assert moved.ends_at - moved.starts_at == meeting.ends_at - meeting.starts_at and moved.sequence == meeting.sequence + 1
    with pytest.raises(errors.TooLate):
        move_meeting(meeting=meeting, starts_at=NOW, by=hall.actor("committee"), now=NOW)
    with pytest.raises(errors.TextNeeded):
        cancel_meeting(meeting=meeting, reason="", by=hall.actor("committee"), now=NOW)
    cancel_meeting(meeting=meeting, reason="防汛", by=hall.actor("committee"), now=NOW)
    with pytest.raises(errors.WrongState):
        _register(hall, meeting)
    assert hall.events("meeting.cancelled")


def test_the_minutes_are_a_word_document_with_items_answers_and_their_state(hall):
    meeting = hall.announced()
    item = _item(hall, answer="当场开通班车", meeting=meeting)
    hold_meeting(meeting=meeting, minutes="第一段\n第二段", attended=[hall.firm.pk], by=hall.actor("committee"), now=meeting.starts_at)
    content = minutes_document(
        Meeting.objects.get(pk=meeting.pk), kind={"zh": "周三企业服务日", "en": "Wednesday service day"}, items=[MeetingItem.objects.get(pk=item.pk)],
        states={item.pk: "现场已解决"}, language="zh-hans",
    )  # fmt: skip
    read = Document(io.BytesIO(content))
    text = "\n".join(paragraph.text for paragraph in read.paragraphs)
    assert "周三企业服务日" in text and "第二段" in text and hall.firm.name in text and "用工政策" in text
    assert [cell.text for cell in read.tables[0].rows[1].cells][2:] == ["员工宿舍不足", "当场开通班车", "现场已解决"]


def test_an_item_is_answered_on_the_spot_during_the_meeting(hall):
    item = _item(hall)
    with pytest.raises(NotAllowed):
        answer_on_spot(item=item, answer="好", by=hall.actor("committee_west"), now=NOW)
    assert answer_on_spot(item=item, answer="当场答复", by=hall.actor("committee"), now=NOW).case.state == "resolved-on-spot"


def test_meetings_begin_at_the_kinds_local_time(hall):
    local = timezone.localtime(hall.meeting().starts_at)
    assert (local.hour, local.minute) == (14, 0) and isinstance(local, datetime)
