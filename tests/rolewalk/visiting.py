"""What the walk finds of officers, visits, meetings and campaigns: one of each on either side."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import yaml
from PIL import Image

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import Town
from manyuan.facts.audit.actors import system
from manyuan.work.meetings.holding import Point, hold_meeting, invite, raise_item, set_agenda
from manyuan.work.meetings.installing import install_kinds
from manyuan.work.meetings.models import Meeting, Outreach
from manyuan.work.meetings.outreach import draft_outreach, send_outreach
from manyuan.work.meetings.scheduling import schedule
from manyuan.work.visits.capturing import Capture, Found, capture_visit
from manyuan.work.visits.installing import install_rules
from manyuan.work.visits.models import Visit
from manyuan.work.visits.officers import assign_officer, note_absence
from manyuan.work.visits.photos import redraw


def visit_and_meet(town: Town, now: datetime) -> None:
    """A visit with a photo and findings, a meeting with an item, a campaign sent: in the east and in the west."""
    by, at = system("test"), now - timedelta(days=1)
    install_rules(content=yaml.safe_load(Path("packs/chengdu/visits.yaml").read_text("utf-8")), by=by, now=at)
    install_kinds(content=yaml.safe_load(Path("packs/chengdu/meetings.yaml").read_text("utf-8")), by=by, now=at)
    schedule(first=at.date() - timedelta(days=14), last=at.date() + timedelta(days=30), by=by, now=at)
    city = town.people["city"]
    for number, (side, firm, park, name) in enumerate(
        (("EAST", town.firm_east, town.east, "committee"), ("WEST", town.firm_west, town.west, "committee_west"))
    ):
        officer = town.people[name]
        who = actor_of(officer)
        assign_officer(enterprises=[firm], officer=officer, since=at.date(), by=by, now=at)
        note_absence(
            officer=officer,
            substitute=city,
            first_on=at.date() + timedelta(days=9),
            back_on=at.date() + timedelta(days=12),
            reason=f"{side}BODY",
            by=by,
            now=at,
        )
        out = io.BytesIO()
        Image.new("RGB", (4 + number, 4)).save(out, "PNG")
        found = [Found("difficulty", f"{side}BODY"), Found("space", f"{side}BODY", {"area_m2": "10"}), Found("task", f"{side}BODY")]
        given = Capture(str(UUID(int=number)), at.date(), f"{side}BODY", met=f"{side}BODY", found=found, photos=[redraw(f"{side}BODY.png", out.getvalue())])
        capture_visit(enterprise=firm, given=given, by=who, now=at)
        meeting = Meeting.objects.filter(park=park, starts_at__lt=at).order_by("starts_at")[0]
        set_agenda(meeting=meeting, theme=f"{side}BODY", place=f"{side}BODY", points=[Point(f"{side}BODY")], by=who, now=at)
        invite(meeting=meeting, by=who, now=at)
        raise_item(meeting=meeting, enterprise=firm, text=f"{side}BODY", by=who, now=at)
        hold_meeting(meeting=meeting, minutes=f"{side}BODY", attended=[firm.pk], by=who, now=at)
        made = draft_outreach(title_zh=f"{side}BODY", text=f"{side}BODY", condition="high_tech = false", park=park, by=who, now=at)
        send_outreach(outreach=made, by=who, now=at)


def a_visit(town: Town, role: str, side: str) -> Visit:
    """The visit of a side."""
    return Visit.objects.get(enterprise=town.firm_east if side == "own" else town.firm_west)


def a_meeting(town: Town, role: str, side: str) -> Meeting:
    """The meeting of a side that was held."""
    return Meeting.objects.get(park=town.east if side == "own" else town.west, state="held")


def an_outreach(town: Town, role: str, side: str) -> Outreach:
    """The campaign of a side."""
    return Outreach.objects.get(park=town.east if side == "own" else town.west)


def an_officer(town: Town, role: str, side: str) -> object:
    """The officer of a side."""
    return town.people["committee" if side == "own" else "committee_west"]
