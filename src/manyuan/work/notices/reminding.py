"""Titles that run out: told 60, 30 and 7 days before, each once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from manyuan.facts.audit.actors import system
from manyuan.facts.enterprises.queries import expiring_titles
from manyuan.facts.programme.programme import title_names
from manyuan.work.notices.models import Template
from manyuan.work.notices.services import Told, notify

AHEAD = (60, 30, 7)
"""Days before the end of a title."""


def remind_titles(*, now: datetime) -> list[Any]:
    """Tell every enterprise whose title runs out within the days ahead; what was told stays told. Returns a list of the number told, [] for none."""
    if not Template.objects.filter(code="title-ends", is_current=True).exists():
        return []
    on = timezone.localdate(now)
    names = title_names()
    told = []
    for title in expiring_titles(system("reminder"), on, on + timedelta(days=AHEAD[0])).select_related("enterprise"):
        days = (title.valid_to - on).days
        step = min(ahead for ahead in AHEAD if ahead >= days)
        name = {tongue: names.get(title.kind, {}).get(tongue, title.kind) for tongue in ("zh", "en")}
        data = {"title": name, "on": title.valid_to.isoformat(), "days": days}
        told.append(Told(f"title/{title.pk}/{step}", data, f"/enterprises/{title.enterprise.uscc}/#titles", enterprise_id=title.enterprise_id))
    made = notify(template="title-ends", told=told, now=now) if told else 0
    return [made] if made else []
