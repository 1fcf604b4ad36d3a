"""Institutes and service bodies: invited to a meeting, they see it, answer and stand in the minutes; a campaign may be told to them too."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml
from icalendar import Calendar

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.services import drain
from manyuan.site.reactions import REACTIONS
from manyuan.work.meetings import errors, feeds
from manyuan.work.meetings.guests import answer_as_institute, invite_institutes, note_guests
from manyuan.work.meetings.holding import cancel_meeting
from manyuan.work.meetings.models import Guest, Meeting
from manyuan.work.meetings.outreach import draft_outreach, note_acted, note_clicked, send_outreach
from manyuan.work.meetings.queries import bodies_reached, funnel, meeting_seen, visible_meetings, visible_outreach
from manyuan.work.meetings.tests.conftest import BY, NOW, PACK
from manyuan.work.meetings.tests.test_feeds_and_outreach import told
from manyuan.work.notices.models import Notice
from manyuan.work.notices.services import mark_read
from manyuan.work.notices.texts import install_templates

__all__ = ["told"]


@pytest.fixture
def invited(hall) -> Meeting:
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=BY, now=NOW)
    meeting = hall.announced()
    body = hall.town["institute"].organisation_id
    assert invite_institutes(meeting=meeting, organisations=[body, hall.town["committee"].organisation_id, 999_999], by=hall.actor("committee"), now=NOW) == 1
    return Meeting.objects.get(pk=meeting.pk)


def codes(hall) -> list[str]:
    while drain(REACTIONS, now=NOW):
        pass
    return list(Notice.objects.filter(organisation=hall.town["institute"].organisation).order_by("pk").values_list("template__code", flat=True))


def test_an_invited_institute_is_told_sees_the_meeting_and_answers(hall, invited):
    body = hall.actor("institute")
    assert codes(hall) == ["meeting-invited"] and list(visible_meetings(body)) == [invited]
    assert Notice.objects.filter(template__code="meeting-invited", organisation__isnull=False).get().link == f"/meetings/{invited.pk}/"
    for comes, state, people in ((True, "registered", 2), (False, "declined", 0), (True, "registered", 2)):
        found = answer_as_institute(meeting=invited, comes=comes, people=2, note="可介绍中试平台", by=body, now=NOW)
        assert (found.state, found.people) == (state, people)
    with pytest.raises(errors.TooLate):
        answer_as_institute(meeting=invited, comes=False, by=body, now=invited.starts_at)
    cancel_meeting(meeting=invited, reason="台风", by=hall.actor("committee"), now=NOW)
    assert codes(hall) == ["meeting-invited", "meeting-cancelled"]


def test_invited_twice_is_invited_once(hall, invited):
    body = hall.town["institute"].organisation_id
    assert invite_institutes(meeting=invited, organisations=[body], by=hall.actor("committee"), now=NOW) == 0
    assert Guest.objects.count() == 1 and codes(hall) == ["meeting-invited"]


@pytest.mark.parametrize("who", ["committee_west", "company", "enterprise", "institute", "stray"])
def test_only_who_runs_a_meeting_invites_and_only_the_institute_answers(hall, who):
    meeting = hall.announced()
    body = hall.town["institute"].organisation_id
    with pytest.raises(NotAllowed):
        invite_institutes(meeting=meeting, organisations=[body], by=hall.actor(who), now=NOW)
    assert not Guest.objects.exists()
    invite_institutes(meeting=meeting, organisations=[body], by=hall.actor("city"), now=NOW)
    if who != "institute":
        with pytest.raises(NotAllowed):
            answer_as_institute(meeting=meeting, comes=True, by=hall.actor(who), now=NOW)
        assert Guest.objects.get().state == "invited"


def test_an_institute_that_was_not_invited_sees_nothing(hall):
    with pytest.raises(NotFound):
        meeting_seen(hall.actor("institute"), hall.announced().pk)


def test_without_theme_and_place_and_without_an_institute_nobody_is_invited(hall):
    body = hall.town["institute"].organisation_id
    with pytest.raises(errors.AgendaEmpty):
        invite_institutes(meeting=hall.meeting(), organisations=[body], by=hall.actor("committee"), now=NOW)
    with pytest.raises(errors.NobodyFits):
        invite_institutes(meeting=hall.announced(), organisations=[hall.town["enterprise"].organisation_id], by=hall.actor("committee"), now=NOW)


def test_on_the_pages_it_is_invited_registers_attends_and_stands_in_the_calendar(hall, client):
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=BY, now=NOW)
    meeting = hall.announced()
    address, body = f"/meetings/{meeting.pk}/", hall.town["institute"].organisation
    client.force_login(hall.town["committee"])
    assert body.name_zh in client.get(address).content.decode()
    client.post(f"{address}act/", {"act": "invite-institutes", "institute": [str(body.pk)]})
    client.force_login(hall.town["institute"])
    Meeting.objects.update(starts_at=NOW + timedelta(days=3650), ends_at=NOW + timedelta(days=3650, hours=2))
    assert 'value="guest-come"' in client.get(address).content.decode()
    client.post(f"{address}act/", {"act": "guest-come", "people": "3", "note": "可介绍中试平台"})
    assert Guest.objects.values_list("state", "people", "note").get() == ("registered", 3, "可介绍中试平台")
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=meeting.starts_at, ends_at=meeting.ends_at)
    client.force_login(hall.town["committee"])
    assert "可介绍中试平台" in client.get(address).content.decode()
    note_guests(meeting=meeting, attended=[body.pk], by=hall.actor("committee"), now=NOW)
    assert Guest.objects.get().state == "attended"


def test_the_calendar_of_an_institute_holds_what_it_is_invited_to_and_not_what_it_declined(hall, invited, client, monkeypatch):
    monkeypatch.setattr("manyuan.surfaces.web.meetings.calendar_pages.now", lambda: NOW)
    secret = feeds.make_address(by=hall.actor("institute"), now=NOW)

    def events() -> int:
        return len(Calendar.from_ical(client.get(f"/calendar/{secret}.ics").content).walk("VEVENT"))

    assert events() == 1
    answer_as_institute(meeting=invited, comes=False, by=hall.actor("institute"), now=NOW)
    assert events() == 0


@pytest.mark.parametrize(("park", "lies_in", "reached"), [(None, None, 1), ("east", None, 0), ("east", "east", 1), ("east", "west", 0)])
def test_a_campaign_is_told_to_institutes_where_it_says_so(told, park, lies_in, reached):
    town, body = told.town, told.town["institute"].organisation
    Organisation.objects.filter(pk=body.pk).update(park=getattr(town, lies_in) if lies_in else None)
    for institutes in (False, True):
        made = draft_outreach(
            title_zh="智转数改", text="诊断服务", condition="high_tech = false", park=getattr(town, park) if park else None, institutes=institutes,
            by=told.actor("city"), now=NOW,
        )  # fmt: skip
        send_outreach(outreach=made, by=told.actor("city"), now=NOW)
        assert made.bodies.count() == (reached if institutes else 0)
    who = told.actor("institute")
    assert visible_outreach(who).count() == reached == Notice.objects.filter(organisation=body).count()
    if reached:
        firms = funnel(made)
        assert bodies_reached(made) == (1, 0, 0)
        mark_read(notices=None, by=who, now=NOW)
        assert bodies_reached(made) == (1, 1, 0)
        note_clicked(outreach=made, by=who, now=NOW)
        note_acted(outreach=made, by=who, now=NOW)
        assert bodies_reached(made) == (1, 1, 1) and funnel(made) == firms, "firms are counted apart"
    else:
        with pytest.raises(NotFound):
            note_acted(outreach=made, by=who, now=NOW)
