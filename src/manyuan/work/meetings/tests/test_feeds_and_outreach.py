"""A calendar that ordinary programs read, behind an address that can be taken back; campaigns from the condition to who acted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from icalendar import Calendar

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.factsheet.services import install_facts
from manyuan.work.meetings import errors, feeds
from manyuan.work.meetings.models import Outreach, Reached
from manyuan.work.meetings.outreach import draft_outreach, note_acted, note_approved, note_clicked, send_outreach
from manyuan.work.meetings.queries import funnel, visible_outreach
from manyuan.work.meetings.tests.conftest import BY, NOW, PACK
from manyuan.work.notices.models import Notice
from manyuan.work.notices.services import mark_read
from manyuan.work.notices.texts import install_templates


def test_the_calendar_is_read_by_the_icalendar_library_with_moments_whole_days_and_what_was_cancelled():
    starts = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    entries = [
        feeds.Entry(
            "meeting-1",
            "周三企业服务日：用工；社保, 等",
            starts,
            starts + timedelta(hours=3),
            NOW,
            place="服务中心",
            link="https://x.example/meetings/1/",
            sequence=3,
        ),
        feeds.Entry("visit-2", "走访：甲公司", date(2026, 11, 26), date(2026, 11, 27), NOW, cancelled=True),
    ]
    read = Calendar.from_ical(feeds.calendar_text(entries, name="满园", host="city.example"))
    meeting, visit = read.walk("VEVENT")
    assert str(meeting["summary"]) == entries[0].title and meeting["dtstart"].dt == starts and meeting["sequence"] == 3
    assert str(meeting["uid"]) == "meeting-1@city.example" and str(meeting["location"]) == "服务中心"
    assert visit["dtstart"].dt == date(2026, 11, 26) and str(visit["status"]) == "CANCELLED"
    assert str(read["version"]) == "2.0" and str(read["x-wr-calname"]) == "满园"


def test_an_address_works_until_it_is_replaced_or_taken_back(hall):
    first = feeds.make_address(by=hall.actor("committee"), now=NOW)
    assert feeds.owner_of(first, NOW) == hall.town["committee"]
    second = feeds.make_address(by=hall.actor("committee"), now=NOW)
    with pytest.raises(NotFound):
        feeds.owner_of(first, NOW)
    feeds.revoke_address(by=hall.actor("committee"), now=NOW)
    for secret in (second, "", "guess"):
        with pytest.raises(NotFound):
            feeds.owner_of(secret, NOW)


def test_the_address_of_somebody_whose_login_is_off_is_refused(hall, client):
    secret = feeds.make_address(by=hall.actor("enterprise"), now=NOW)
    answer = client.get(f"/calendar/{secret}.ics")
    assert answer.status_code == 200 and Calendar.from_ical(answer.content).walk("VEVENT") == []
    person = hall.town["enterprise"]
    person.is_active = False
    person.save()
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


@pytest.fixture
def told(hall):
    install_facts(content=yaml.safe_load((PACK / "facts.yaml").read_text("utf-8")), by=BY, now=NOW)
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=BY, now=NOW)
    return hall


def _draft(hall, by="committee", condition="high_tech = false", park="east"):
    return draft_outreach(
        title_zh="智转数改",
        text="政策要点",
        condition=condition,
        park=getattr(hall.town, park) if park else None,
        policy_code="CD-DIGITAL",
        by=hall.actor(by),
        now=NOW,
    )


def test_a_campaign_goes_to_the_firms_that_meet_the_condition_and_is_followed_to_the_act(told):
    made = _draft(told)
    assert send_outreach(outreach=made, by=told.actor("committee"), now=NOW) == 2
    assert set(Reached.objects.values_list("enterprise_id", flat=True)) == {told.firm.pk, told.town.firm_sub.pk}
    assert funnel(made) == [("reached", 2), ("read", 0), ("clicked", 0), ("acted", 0)]
    mark_read(notices=[Notice.objects.get(enterprise=told.firm).pk], by=told.actor("enterprise"), now=NOW)
    assert dict(funnel(made))["read"] == 1
    note_clicked(outreach=made, by=told.actor("enterprise"), now=NOW)
    note_acted(outreach=made, by=told.actor("enterprise"), now=NOW)
    note_acted(outreach=made, by=told.actor("enterprise"), now=NOW)
    assert funnel(made) == [("reached", 2), ("read", 1), ("clicked", 1), ("acted", 1)]
    assert note_approved(enterprise_ids=[told.firm.pk, told.town.firm_sub.pk], policy_code="CD-DIGITAL", now=NOW) == 1
    with pytest.raises(errors.SentAlready):
        send_outreach(outreach=made, by=told.actor("committee"), now=NOW)


def test_a_firm_that_was_not_reached_neither_sees_the_campaign_nor_acts_on_it(told):
    made = _draft(told)
    send_outreach(outreach=made, by=told.actor("committee"), now=NOW)
    assert visible_outreach(told.actor("enterprise")).count() == 1 and visible_outreach(told.actor("enterprise_west")).count() == 0
    with pytest.raises(NotFound):
        note_clicked(outreach=made, by=told.actor("enterprise_west"), now=NOW)


@pytest.mark.parametrize("condition", ["", "no_such_column = 1", "high_tech =", "x" * 1_001])
def test_a_condition_that_cannot_be_used_is_refused_and_nothing_is_drafted(told, condition):
    with pytest.raises(errors.WrongCondition) as refused:
        _draft(told, condition=condition)
    for language in ("zh-hans", "en"):
        assert "PolicyFault" not in refused.value.message(language)
    assert Outreach.objects.count() == 0


def test_nobody_is_informed_where_nobody_fits_and_no_committee_informs_the_city(told):
    with pytest.raises(errors.NobodyFits):
        send_outreach(outreach=_draft(told, condition="high_tech = true"), by=told.actor("committee"), now=NOW)
    for by, park in (("committee", None), ("committee", "west"), ("company", "east"), ("enterprise", "east")):
        with pytest.raises(NotAllowed):
            _draft(told, by=by, park=park)
    assert Notice.objects.count() == 0
