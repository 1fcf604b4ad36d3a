"""How cultivation is said: outcomes, states, changes and conditions in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext, pgettext

from manyuan.engines.screening import Policy, Schema
from manyuan.surfaces.web import figures, policy_words
from manyuan.surfaces.web.templatetags.manyuan import mark
from manyuan.work.cultivation.ladders import Ladders

_TONES = {
    "meets": "good", "near": "accent", "not": "mute", "undetermined": "mute",
    "proposed": "accent", "running": "good", "declined": "risk", "closing": "accent", "closed": "mute",
    "open": "accent", "kept": "good", "broken": "late", "late": "late",
}  # fmt: skip


def said(code: str) -> str:
    """A code of cultivation in words, as a heading or a button has it."""
    words = {
        "meets": gettext("Meets the rules"), "near": gettext("One step away"), "not": gettext("Not met"), "undetermined": gettext("Facts are missing"),
        "fallen-back": gettext("No longer by rule"), "wish": gettext("At its own wish"), "moved": gettext("Moved away"), "missed": gettext("Not reached"),
        "level-park": gettext("Park level"), "level-city": gettext("City level"),
    }  # fmt: skip
    text = words.get(code) or pgettext("cultivation", code)
    return text[:1].upper() + text[1:]


def state(code: str) -> tuple[str, str]:
    """Tone and words of an outcome or a state."""
    return _TONES.get(code, "mute"), said(code)


def fact(schema: Schema, name: str, language: str) -> str:
    return schema[name].label(language) if name in schema else name


def amount(schema: Schema, name: str, value: int | None) -> str:
    """A stored value of a fact as a reader writes it."""
    if value is None or name not in schema:
        return figures.NOTHING
    column = schema[name]
    if column.kind == "boolean":
        return gettext("yes") if value else gettext("no")
    if column.kind == "money":
        return str(figures.figure(value, "fen"))
    if column.kind == "rate":
        return str(figures.figure(Decimal(value).scaleb(-column.decimals), "ratio"))
    return str(figures.figure(value, {"people": "persons"}.get(column.unit, column.unit)))


def change(schema: Schema, name: str, found: int | None, needed: int | None, language: str) -> str:
    """What has to change, in its own unit: “R&D of last year: 30万元 more, to 180万元”."""
    if not name:
        return ""
    label = fact(schema, name, language)
    if name in schema and schema[name].kind == "boolean":
        return gettext("%(fact)s: needed") % {"fact": label}
    if found is None or needed is None:
        return label
    by, to = amount(schema, name, abs(needed - found)), amount(schema, name, needed)
    if needed >= found:
        return gettext("%(fact)s: %(by)s more, to %(to)s") % {"fact": label, "by": by, "to": to}
    return gettext("%(fact)s: %(by)s less, to %(to)s") % {"fact": label, "by": by, "to": to}


def share(ten_thousandths: int | None) -> str:
    """How far, as a percentage of what is needed."""
    return figures.NOTHING if ten_thousandths is None else str(figures.figure(Decimal(ten_thousandths) / 10_000, "ratio"))


def proof(ladders: Ladders, name: str, today: date, until: date | None = None) -> tuple[str, str]:
    """What proves a fact, and by when it has to be so: the end of the year for a figure of the year, at the latest the day on which the title ends."""
    lever = ladders.levers.get(name)
    if lever is None:
        return "", ""
    days = [date(today.year, 12, 31)] if lever.yearly else []
    days += [until] if until is not None and until > today else []
    by = figures.day(min(days)) if days else gettext("at any time")
    return figures.pick(lever.proof, ""), by


def conditions(policy: Policy | None, ids: list[str], language: str) -> str:
    """Conditions of a rule set by their words."""
    if policy is None:
        return ""
    known = {one.id: one.text.in_language(language) for one in policy.conditions}
    return ("；" if language == "zh" else "; ").join(known.get(one, one) for one in ids)


def firm(row: Any) -> str:
    """An enterprise's name with its mark, as a cell."""
    return format_html("{} {}", row.enterprise.name, mark("synthetic") if row.synthetic else "")


@dataclass(frozen=True)
class Rungs:
    """The names of rungs and ladders in the reader's language."""

    ladders: Ladders
    language: str

    def name(self, code: str) -> str:
        found = next((one for one in self.ladders.rungs if one.code == code), None)
        return figures.pick(found.name, "") if found else code

    def ladder(self, code: str) -> str:
        found = next((one for one in self.ladders.ladders if one.code == code), None)
        return figures.pick(found.name, "") if found else code

    def policy(self, code: str) -> Policy | None:
        return next((one for rung in self.ladders.rungs for one in (*rung.rules, *rung.review) if one.code == code), None)

    def choices(self) -> list[tuple[str, str]]:
        return [(one.code, figures.pick(one.name, "")) for one in self.ladders.rungs]

    def ladder_choices(self) -> list[tuple[str, str]]:
        return [(one.code, figures.pick(one.name, "")) for one in self.ladders.ladders]


def lines(explanation: Any, origins: Mapping[str, Any], language: str) -> list[policy_words.ConditionLine]:
    """Why yes or no, condition by condition, as policies say it."""
    return policy_words.lines(explanation, origins, language)
