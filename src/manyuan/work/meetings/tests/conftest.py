"""A town under the Chengdu pack whose eastern park holds service days: for the tests of meetings and campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import Town, build_town
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.audit.models import Event
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.pack import Pack, read_pack
from manyuan.work.cases.services import install_kinds as install_case_kinds
from manyuan.work.meetings.holding import Point, invite, set_agenda
from manyuan.work.meetings.installing import install_kinds
from manyuan.work.meetings.models import Meeting
from manyuan.work.meetings.scheduling import schedule

BY = system("test")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Chengdu
TODAY = date(2026, 11, 23)
PACK = Path("packs/chengdu")


@cache
def _pack() -> Pack:
    return read_pack(PACK)


@dataclass
class Hall:
    town: Town

    def actor(self, name: str) -> Actor:
        return actor_of(self.town[name])

    @property
    def firm(self) -> Enterprise:
        return self.town.firm_east

    def meeting(self, kind: str = "service-day", park: str | None = "east") -> Meeting:
        """The first coming one."""
        rows = Meeting.objects.filter(kind=kind, starts_at__gt=NOW)
        return (rows.filter(park=getattr(self.town, park)) if park and kind != "talk" else rows).order_by("starts_at")[0]

    def announced(self, kind: str = "service-day", seats: int | None = None) -> Meeting:
        meeting, by = self.meeting(kind), self.actor("city" if kind == "talk" else "committee")
        set_agenda(meeting=meeting, theme="用工", place="服务中心", points=[Point("用工政策", "C", "人社局")], seats=seats, by=by, now=NOW)
        invite(meeting=Meeting.objects.get(pk=meeting.pk), by=by, now=NOW)
        return Meeting.objects.get(pk=meeting.pk)

    def events(self, name: str) -> list[dict[str, Any]]:
        return list(Event.objects.filter(name=name).order_by("pk").values_list("data", flat=True))


@pytest.fixture
def hall(db: Any) -> Hall:
    town = build_town()
    install_pack(pack=_pack(), by=BY, now=NOW)
    install_case_kinds(content=PACK / "cases", by=BY, now=NOW)
    install_kinds(content=yaml.safe_load((PACK / "meetings.yaml").read_text("utf-8")), by=BY, now=NOW)
    schedule(first=TODAY, last=TODAY + timedelta(days=120), by=BY, now=NOW)
    return Hall(town)
