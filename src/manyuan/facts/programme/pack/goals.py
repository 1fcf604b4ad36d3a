"""Goals: dated targets that follow one another, bands that hold what they include, dates within the programme, units of the indicator."""

from __future__ import annotations

from datetime import date

from manyuan.facts.programme.pack.folder import Drafts
from manyuan.facts.programme.pack.model import At
from manyuan.facts.programme.pack.shapes import Draft


def check_goals(drafts: Drafts) -> None:
    """Report what does not fit in goals and their targets."""
    indicators = drafts.codes("indicators")
    taken: dict[tuple[str, date], Draft] = {}
    for goal in drafts.entries["goals"]:
        _parts(drafts, goal)
        _targets(drafts, goal)
        indicator = indicators.get(goal["indicator"])
        if indicator is not None and goal["unit"] is not None and indicator["unit"] is not None and goal["unit"] != indicator["unit"]:
            drafts.fault("unit.goal", goal.place("unit"), goal["unit"], indicator["unit"], indicator=goal["indicator"])
        for target in goal.each("targets"):
            _within(drafts, target["due_on"], target.place("due_on"))
            slot = (goal["indicator"], target["due_on"])
            if None not in slot:
                other = taken.setdefault(slot, goal)
                if other is not goal:
                    drafts.fault("target.other-goal", target.place("due_on"), str(target["due_on"]), other["code"] or "?", indicator=goal["indicator"])
        _within(drafts, goal["due_on"], goal.place("due_on"))
    _bands(drafts)
    _span(drafts)


def _span(drafts: Drafts) -> None:
    pack = drafts.pack
    if pack["starts"] and pack["ends"] and pack["starts"] > pack["ends"]:
        drafts.fault("value.order", pack.place("ends"), "starts", "ends")
    for park in drafts.entries["parks"]:
        if park["known_from"] and pack["register_starts"] and park["known_from"] < pack["register_starts"]:
            drafts.fault("value.order", park.place("known_from"), "register_starts", "known_from")
    for year in drafts.entries["calendar"]:
        for holiday in year.each("holidays"):
            if holiday["first"] and holiday["last"] and holiday["first"] > holiday["last"]:
                drafts.fault("value.order", holiday.place("last"), "first", "last")


def _parts(drafts: Drafts, goal: Draft) -> None:
    """A goal is quantitative (indicator, targets), qualitative (evidence, sign-off, date) or both."""
    if "indicator" in goal.places and not goal.each("targets") and "targets" not in goal.places:
        drafts.fault("target.none", goal.at)
    for key, needed in (("targets", "indicator"), ("evidence", "sign_off"), ("sign_off", "evidence"), ("unit", "indicator"), ("includes", "indicator")):
        if key in goal.places and needed not in goal.places:
            drafts.fault("key.together", goal.place(key), key, needed)
    if "evidence" in goal.places and "indicator" not in goal.places and "due_on" not in goal.places:
        drafts.fault("key.together", goal.place("evidence"), "evidence", "due_on")


def _within(drafts: Drafts, day: date | None, at: At) -> None:
    starts, ends = drafts.pack["starts"], drafts.pack["ends"]
    if day is not None and starts and ends and starts <= ends and not starts <= day <= ends:
        drafts.fault("date.outside", at, str(day), f"{starts} – {ends}")


def _targets(drafts: Drafts, goal: Draft) -> None:
    """One target a day, in the order of days, never against the goal's direction."""
    seen: dict[date, Draft] = {}
    before: Draft | None = None
    for target in goal.each("targets"):
        day, value = target["due_on"], target["value"]
        if day is None:
            continue
        if day in seen:
            drafts.fault("target.same-day", target.place("due_on"), str(day), str(seen[day].place("due_on").line))
            continue
        seen[day] = target
        if before is not None:
            if day < before["due_on"]:
                drafts.fault("target.order", target.place("due_on"), str(day), str(before["due_on"]))
            elif value is not None and before["value"] is not None:
                backwards = value > before["value"] if goal["direction"] == "less" else value < before["value"]
                if backwards:
                    drafts.fault("target.backwards", target.place("value"), str(day), f"{before['value']} → {value}")
        before = target


def _bands(drafts: Drafts) -> None:
    """A goal that includes another is at no date smaller than it."""
    goals = drafts.codes("goals")
    for outer in drafts.entries["goals"]:
        inner = goals.get(outer["includes"])
        if inner is None or inner is outer:
            continue
        later = sorted(((t["due_on"], t["value"], t) for t in outer.each("targets") if t["due_on"] and t["value"] is not None), key=lambda one: one[0])
        for target in inner.each("targets"):
            if target["due_on"] is None or target["value"] is None:
                continue
            holding = next(((day, value, t) for day, value, t in later if day >= target["due_on"]), None)
            if holding is not None and target["value"] > holding[1]:
                place = target.place("value")
                drafts.fault(
                    "target.band",
                    holding[2].place("value"),
                    str(holding[1]),
                    str(target["value"]),
                    inner=inner["code"] or "?",
                    where=f"{place.file}:{place.line}",
                    day=str(target["due_on"]),
                )
