"""How the per-mu evaluation is said: states, grades, reasons, figures in their units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, pgettext

from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.queries import form_named
from manyuan.surfaces.web import figures
from manyuan.work.evaluation.models import Run
from manyuan.work.evaluation.schemes import Plan
from manyuan.work.evaluation.scoring import number

_TONES = {
    "computed": "mute",
    "open": "accent",
    "closed": "risk",
    "confirmed": "good",
    "superseded": "mute",
    "dropped": "mute",
    "upheld": "late",
    "dismissed": "good",
}
_GRADES = {0: "good", 1: "accent", 2: "risk", 3: "late"}
COLOURS = ("#1f7a4d", "#3c6e9f", "#c98a1b", "#b3261e")
"""The grades' colours in pictures, the best first."""


def state(code: str) -> tuple[str, str]:
    """Tone and words of a run's state."""
    text = pgettext("evaluation", code)
    return _TONES[code], text[:1].upper() + text[1:]


def objection(code: str) -> tuple[str, str]:
    """Tone and words of an objection's state."""
    return ("risk", gettext("To be looked at")) if code == "open" else state(code)


def grade(plan: Plan, letter: str) -> tuple[str, str]:
    """Tone and words of a grade."""
    names = [name for name, _ in plan.grades.edges]
    place = names.index(letter) if letter in names else len(names)
    return _GRADES.get(place * 4 // max(4, len(names)), "late"), gettext("Grade %(letter)s") % {"letter": letter}


def ungraded(plan: Plan, code: str, language: str) -> str:
    """Why an enterprise has no grade."""
    known = {one.code: one.name(language) for one in plan.ungraded}
    return known.get(code) or {"no-report": gettext("no locked report"), "missing": gettext("a figure is missing")}.get(code, code)


def place(run: Run) -> str:
    """The area of a run."""
    return figures.pick(run.park) if run.park else gettext("The whole city")


def title(run: Run) -> str:
    """A run's heading."""
    return gettext("Per-mu evaluation %(year)s, %(where)s") % {"year": run.year, "where": place(run)}


def field_names(plan: Plan, language: str) -> dict[str, str]:
    """The scheme's fields as the form names them."""
    known = {one.key: one.name(language) for one in definition_for(form_named(plan.report)).fields}
    return {name: known.get(name, name) for name in plan.fields}


def filed(stored: Any, unit: str, size: int) -> str:
    """A figure as filed, in the unit that an item divides by (size: stored units in one of it)."""
    held = number(stored)
    if held is None:
        return figures.NOTHING
    value = held / size
    return f"{figures.plain(Decimal(value.numerator) / Decimal(value.denominator), 2)} {unit_name(unit)}"


def unit_name(unit: str) -> str:
    """A unit of the scheme in the reader's language."""
    if figures.chinese():
        return unit if unit != "1" else ""
    words = {"万元": "10k yuan", "元": "yuan", "亩": "mu", "吨标准煤": "tce", "吨": "t", "人": "person", "千瓦时": "kWh", "1": ""}
    return "/".join(words.get(part, part) for part in unit.split("/"))


def decimal(text: str | Decimal | None, places: int = 4) -> str:
    """A value or points, as a page shows it."""
    return figures.NOTHING if text is None else figures.plain(Decimal(text), places)
