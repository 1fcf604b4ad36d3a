"""Who is visited how often: the pack's rules, and the spans of days in which a visit is owed. Plain Python, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


@dataclass(frozen=True)
class Window:
    """A half-open span in which one visit is owed."""

    start: date
    end: date


@dataclass(frozen=True)
class Rule:
    """Firms that hold one of the titles are visited `times` in every calendar period, evenly: twice a year is once in each half-year."""

    code: str
    zh: str
    en: str
    titles: tuple[str, ...]
    every: str
    times: int

    def window(self, day: date) -> Window:
        """The span that contains the day."""
        length = MONTHS[self.every] // self.times
        at = (day.year * 12 + day.month - 1) // length * length
        return Window(_month(at), _month(at + length))

    def before(self, window: Window) -> Window:
        """The span before."""
        length = MONTHS[self.every] // self.times
        at = window.start.year * 12 + window.start.month - 1
        return Window(_month(at - length), window.start)


@dataclass(frozen=True)
class Rules:
    """The rules in order: the first that holds for a firm counts; who comes under none is visited on need. soon_days: working days before the end
    of a span from which a visit is due soon; per_day: visits that an officer can make in a day; surveys: forms of the six-clear survey."""

    rules: tuple[Rule, ...] = ()
    per_day: int = 3
    soon_days: int = 10
    surveys: tuple[str, ...] = ()
    mark: str = "example"
    by_code: Mapping[str, Rule] = field(default_factory=dict)


def read_rules(content: Any, titles: set[str], forms: set[str]) -> tuple[Rules, list[str]]:
    """The rules of a file and everything that is wrong with it."""
    faults: list[str] = []
    if not isinstance(content, Mapping):
        return Rules(), ["expected rules, per_day, soon_days, surveys"]
    for key in sorted(set(content) - {"rules", "per_day", "soon_days", "surveys", "mark"}):
        faults.append(f"{key}: unknown; expected rules, per_day, soon_days, surveys, mark")
    rules: list[Rule] = []
    for at, given in enumerate(content.get("rules") or (), 1):
        rule = _rule(given, f"rules[{at}]", titles, faults)
        if rule is not None:
            rules.append(rule)
    codes = [rule.code for rule in rules]
    faults += [f"rules: {code} stands there twice" for code in sorted({one for one in codes if codes.count(one) > 1})]
    numbers = {}
    for key, default, most in (("per_day", 3, 20), ("soon_days", 10, 60)):
        value = content.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            faults.append(f"{key}: found {value!r}, expected 1 to {most}")
            value = default
        numbers[key] = value
    surveys = tuple(str(one) for one in content.get("surveys") or ())
    faults += [f"surveys: {one} is no form of an enterprise" for one in surveys if one not in forms]
    return Rules(tuple(rules), numbers["per_day"], numbers["soon_days"], surveys, str(content.get("mark") or "example"), {r.code: r for r in rules}), faults


def _rule(given: Any, where: str, titles: set[str], faults: list[str]) -> Rule | None:
    if not isinstance(given, Mapping):
        faults.append(f"{where}: expected code, name, titles, every, times")
        return None
    begun = len(faults)
    name = given.get("name") or {}
    if not isinstance(name, Mapping) or not name.get("zh") or not name.get("en"):
        faults.append(f"{where}.name: expected {{zh, en}}")
    named = tuple(str(one) for one in given.get("titles") or ())
    faults += [f"{where}.titles: {one} is no title of the pack" for one in named if one not in titles]
    if not named:
        faults.append(f"{where}.titles: nothing found, expected kinds of title")
    every, times = given.get("every"), given.get("times", 1)
    if every not in MONTHS:
        faults.append(f"{where}.every: found {every!r}, expected one of {', '.join(MONTHS)}")
    elif not isinstance(times, int) or isinstance(times, bool) or times < 1 or MONTHS[every] % times:
        faults.append(f"{where}.times: found {times!r}, expected a number that divides the months of a {every}")
    if not given.get("code"):
        faults.append(f"{where}.code: nothing found")
    if len(faults) > begun:
        return None
    return Rule(str(given["code"])[:40], str(name["zh"]), str(name["en"]), named, str(every), int(times))


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
