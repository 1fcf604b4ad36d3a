"""States, colours and acts of cases in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from manyuan.facts.accounts.models import Organisation
from manyuan.surfaces.web import figures
from manyuan.surfaces.web.acting import language
from manyuan.work.cases.models import Case, Step
from manyuan.work.cases.queries import ClockReading
from manyuan.work.cases.rights import kind_at, kind_for

TONES = {"new": "accent", "open": "accent", "answered": "risk", "closed": "good"}


Choices = list[tuple[str, list[tuple[int, str]]]]
"""Units to choose from, by kind: [(kind, [(key, name), …]), …]."""


def choices(units: Iterable[Organisation]) -> Choices:
    """Units under the name of their kind: the city's, committees, companies, institutes and service bodies."""
    kinds = {
        "city": gettext("City offices"), "committee": gettext("Park committees"), "company": gettext("Park companies"), "institute": gettext("Institutes and service bodies"),
    }  # fmt: skip
    found: dict[str, list[tuple[int, str]]] = {kind: [] for kind in kinds}
    for one in units:
        found[one.kind].append((one.pk, figures.pick(one)))
    return [(kinds[kind], rows) for kind, rows in found.items() if rows]


def said(name: Any) -> str:
    """{zh, en} in the reader's language."""
    return str(name[language()])


def kind(case: Case) -> str:
    return said(kind_at(case.kind_id).name)


def state(case: Case) -> tuple[str, str]:
    """Tone and words of where a case stands."""
    found = kind_at(case.kind_id).states[case.state]
    tone = TONES[found.phase]
    if found.phase == "closed" and found.outcome not in ("solved", "told", "settled", "done", "kept"):
        tone = "mute"
    return tone, said(found.name)


def level(case: Case) -> str:
    """How far up it is; nothing where it lies with its unit."""
    levels = kind_at(case.kind_id).levels
    return said(levels[case.level]) if 0 < case.level < len(levels) else ""


def colour(code: str) -> tuple[str, str]:
    """Tone and words of a clock's colour."""
    return {
        "green": ("good", pgettext("clock", "in time")),
        "yellow": ("accent", pgettext("clock", "half of the time is used")),
        "orange": ("risk", pgettext("clock", "due")),
        "red": ("late", pgettext("clock", "overdue")),
        "paused": ("mute", pgettext("clock", "paused")),
        "met": ("good", pgettext("clock", "kept")),
        "missed": ("late", pgettext("clock", "missed")),
    }[code]


def due(case: Case, now: datetime) -> tuple[str, str] | None:
    """Tone and words of the nearest deadline, for lists."""
    if case.due_at is None:
        return None
    local, here = timezone.localtime(case.due_at), timezone.localtime(now)
    if now > case.due_at:
        return "late", gettext("overdue %(at)s") % {"at": f"{local:%m-%d %H:%M}"}
    tone = "risk" if local.date() == here.date() else "good"
    return tone, f"{local:%m-%d %H:%M}" if local.date() != here.date() else gettext("today %(at)s") % {"at": f"{local:%H:%M}"}


def clock(reading: ClockReading) -> dict[str, Any]:
    """A clock as the component shows it."""
    tone, text = colour(reading.colour)
    whole, used = reading.whole / 60, reading.used / 60
    return {
        "code": reading.clock.code, "name": said(reading.name), "tone": tone, "text": text, "due": timezone.localtime(reading.clock.due_at), "share": reading.share,
        "running": reading.clock.state == "running", "paused": reading.clock.state == "paused", "reason": reading.reason, "used": f"{used:.1f}", "whole": f"{whole:.1f}",
        "round": reading.clock.round, "extensions": reading.extensions_left,
    }  # fmt: skip


def act(step: Step) -> str:
    """What somebody did, in words."""
    moves = kind_for(step.case).moves
    if step.act in moves:
        return said(moves[step.act].name)
    data = step.data
    if step.act == "reckon":
        clock = next((said(one.name) for one in kind_for(step.case).clocks if one.code == data["clock"]), data["clock"])
        days = {key: f"{datetime.fromisoformat(data[key]):%Y-%m-%d %H:%M}" for key in ("before", "due_at")}
        return gettext("%(clock)s: the calendar changed, due %(due_at)s instead of %(before)s") % {"clock": clock, **days}
    words = {
        "open": gettext("filed"), "comment": gettext("said"), "attach": gettext("added the file %(file)s"), "transfer": gettext("handed it on to %(to_unit)s"),
        "reassign": gettext("gave it to %(to_unit)s"), "assign": gettext("handled by %(handler)s"), "escalate": gettext("went up a level"),
        "pause": gettext("stopped a clock"), "resume": gettext("let a clock run on"), "extend": gettext("gave a clock %(days)s working days more"),
        "gather": gettext("gathered under %(under)s"), "slip": gettext("made a slip with a code for the firm"),
    }  # fmt: skip
    return words.get(step.act, step.act) % {key: data.get(key, "") for key in ("file", "to_unit", "handler", "days", "under")}


def channel(code: str) -> str:
    """How a case came in."""
    return {
        "portal": gettext("by the portal"), "open": gettext("by the park's code, without login"), "officer": gettext("by an officer on behalf"),
        "workbook": gettext("from a workbook"), "api": gettext("over the API"), "mail": gettext("by mail"), "visit": gettext("on a visit"),
        "meeting": gettext("at a meeting"), "system": gettext("by the system"),
    }[code]  # fmt: skip


def rate(code: str) -> str:
    """The name of one of the five rates."""
    return {
        "responded": gettext("Responded"), "closed": pgettext("rate", "Closed"), "solved": gettext("Solved, the firm says so"), "satisfied": gettext("Satisfied"),
        "recurred_30": gettext("Recurred within 30 days"), "recurred_90": gettext("Recurred within 90 days"),
    }[code]  # fmt: skip
