"""Kinds of meeting and their cadence: on which days they fall, over the working calendar. Plain Python, no database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from manyuan.engines.clocks import Calendar

LEVELS = ("park", "city")
EVERY = ("week", "month", "quarter")
SHIFTS = ("skip", "before", "after")


@dataclass(frozen=True)
class Kind:
    """weekday: 1 Monday to 7 Sunday; nth: which one of the month; month: which of the quarter; shift: what happens on a day off; next: the level above."""

    code: str
    zh: str
    en: str
    level: str
    every: str
    weekday: int
    nth: int
    month: int
    starts: time
    minutes: int
    shift: str
    next: str


@dataclass(frozen=True)
class Kinds:
    """The kinds of the pack. ahead_days: how far the calendar is filled; mark: how far verified."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    ahead_days: int = 92
    mark: str = "example"


def days_of(kind: Kind, first: date, last: date, calendar: Calendar) -> list[tuple[date, date]]:
    """(day of the cadence, day on which it is held) for every meeting whose day of the cadence lies from first to last. A day off is skipped, or the
    meeting is moved to the working day before or after, as the kind says."""
    out = []
    for day in _nominal(kind, first, last):
        if calendar.is_working_day(day):
            out.append((day, day))
        elif kind.shift != "skip":
            out.append((day, calendar.add_working_days(day, -1 if kind.shift == "before" else 1)))
    return out


def _nominal(kind: Kind, first: date, last: date) -> list[date]:
    if kind.every == "week":
        start = first + timedelta(days=(kind.weekday - first.isoweekday()) % 7)
        return [start + timedelta(days=7 * n) for n in range(max(0, (last - start).days // 7 + 1))] if start <= last else []
    out = []
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        month = date(number // 12, number % 12 + 1, 1)
        if kind.every == "quarter" and (month.month - 1) % 3 + 1 != kind.month:
            continue
        day = month + timedelta(days=(kind.weekday - month.isoweekday()) % 7 + 7 * (kind.nth - 1))
        if first <= day <= last:
            out.append(day)
    return out


def read_kinds(content: Any) -> tuple[Kinds, list[str]]:
    """The kinds of a file and everything that is wrong with it."""
    if not isinstance(content, Mapping):
        return Kinds(), ["expected kinds, ahead_days"]
    faults = [f"{key}: unknown; expected kinds, ahead_days, mark" for key in sorted(set(content) - {"kinds", "ahead_days", "mark"})]
    kinds: dict[str, Kind] = {}
    for at, given in enumerate(content.get("kinds") or (), 1):
        kind = _kind(given, f"kinds[{at}]", faults)
        if kind is not None and kind.code in kinds:
            faults.append(f"kinds[{at}]: {kind.code} stands there twice")
        elif kind is not None:
            kinds[kind.code] = kind
    for kind in kinds.values():
        seen, above = {kind.code}, kind.next
        while above:
            if above not in kinds:
                faults.append(f"{kind.code}.next: {above} is no kind of meeting")
                break
            if above in seen:
                faults.append(f"{kind.code}.next: the levels go round in a circle")
                break
            seen.add(above)
            above = kinds[above].next
    ahead = content.get("ahead_days", 92)
    if not isinstance(ahead, int) or isinstance(ahead, bool) or not 7 <= ahead <= 400:
        faults.append(f"ahead_days: found {ahead!r}, expected 7 to 400")
        ahead = 92
    return Kinds(kinds, ahead, str(content.get("mark") or "example")), faults


def _kind(given: Any, where: str, faults: list[str]) -> Kind | None:
    if not isinstance(given, Mapping):
        faults.append(f"{where}: expected code, name, level, cadence, starts, minutes")
        return None
    begun = len(faults)
    name, cadence = given.get("name") or {}, given.get("cadence") or {}
    if not isinstance(name, Mapping) or not name.get("zh") or not name.get("en"):
        faults.append(f"{where}.name: expected {{zh, en}}")
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", str(given.get("code") or "")):
        faults.append(f"{where}.code: found {given.get('code')!r}, expected small letters, digits and hyphens")
    if given.get("level") not in LEVELS:
        faults.append(f"{where}.level: found {given.get('level')!r}, expected one of {', '.join(LEVELS)}")
    if not isinstance(cadence, Mapping) or cadence.get("every") not in EVERY:
        faults.append(f"{where}.cadence.every: expected one of {', '.join(EVERY)}")
        cadence = {}
    numbers = {}
    for key, default, most in (("weekday", None, 7), ("nth", 1, 4), ("month", 1, 3)):
        value = cadence.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            faults.append(f"{where}.cadence.{key}: found {value!r}, expected 1 to {most}")
        numbers[key] = value
    shift = given.get("shift", "skip")
    if shift not in SHIFTS:
        faults.append(f"{where}.shift: found {shift!r}, expected one of {', '.join(SHIFTS)}")
    starts = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", str(given.get("starts")))
    if starts is None:
        faults.append(f"{where}.starts: found {given.get('starts')!r}, expected a time as 14:00, in quotation marks")
    minutes = given.get("minutes", 120)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 15 <= minutes <= 600:
        faults.append(f"{where}.minutes: found {minutes!r}, expected 15 to 600")
    if len(faults) > begun or starts is None:
        return None
    return Kind(
        str(given["code"]), str(name["zh"]), str(name["en"]), str(given["level"]), str(cadence["every"]), numbers["weekday"], numbers["nth"], numbers["month"],
        time(int(starts[1]), int(starts[2])), minutes, shift, str(given.get("next") or ""),
    )  # fmt: skip
