"""How states are said: tone (colour with a symbol) and words, in one place for every page."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from manyuan.facts.audit.actors import ANONYMOUS
from manyuan.facts.filings.definition import Definition


def goal_status(status: str) -> tuple[str, str]:
    """Tone and words of a goal's status."""
    return {
        "met": ("good", gettext("Reached")),
        "on-path": ("good", gettext("On path")),
        "behind": ("risk", gettext("Behind the path")),
        "no-figure": ("mute", gettext("No figure yet")),
        "evidenced": ("good", gettext("Evidence accepted")),
        "in-review": ("accent", gettext("Evidence in review")),
        "owed": ("mute", gettext("Evidence owed")),
        "overdue": ("late", gettext("Evidence overdue")),
        "heading": ("mute", ""),
    }[status]


def commitment_status(status: str) -> tuple[str, str]:
    """Tone and words of a commitment's status."""
    return {
        "shown": ("good", gettext("Shown by evidence")),
        "under-way": ("accent", gettext("Under way")),
        "waiting": ("risk", gettext("Nothing on record yet")),
        "not-yet": ("mute", gettext("Not built yet")),
    }[status]


def filing_state(state: str) -> tuple[str, str]:
    """Tone and words of a filing's state."""
    return {
        "draft": ("mute", pgettext("filing", "Draft")),
        "submitted": ("accent", pgettext("filing", "Submitted")),
        "returned": ("risk", pgettext("filing", "Returned")),
        "approved": ("accent", pgettext("filing", "Approved by park")),
        "locked": ("good", pgettext("filing", "Locked by city")),
    }[state]


def due_state(state: str) -> tuple[str, str]:
    """Tone and words of how a filing stands against its due day."""
    return {
        "in-time": ("good", gettext("In time")),
        "late": ("risk", gettext("Came late")),
        "overdue": ("late", gettext("Overdue")),
        "due": ("mute", gettext("Not due yet")),
    }[state]


def evidence_state(state: str) -> tuple[str, str]:
    """Tone and words of a piece of evidence."""
    return {
        "accepted": ("good", gettext("Accepted")),
        "submitted": ("accent", gettext("Waits for review")),
        "rejected": ("late", gettext("Not accepted")),
        "owed": ("mute", gettext("Not there yet")),
    }[state]


def row_status(status: str) -> tuple[str, str]:
    """Tone and words of a row of an upload."""
    return {
        "new": ("good", pgettext("row", "New")),
        "changed": ("accent", pgettext("row", "Changed")),
        "unchanged": ("mute", pgettext("row", "Unchanged")),
        "wrong": ("late", pgettext("row", "Wrong")),
    }[status]


def step(action: str) -> str:
    """What somebody did with a filing."""
    return {
        "save": pgettext("step", "filled in"),
        "submit": pgettext("step", "submitted"),
        "return": pgettext("step", "returned it"),
        "approve": pgettext("step", "approved it"),
        "lock": pgettext("step", "locked it"),
        "unlock": pgettext("step", "unlocked it"),
    }[action]


def channel(name: str) -> str:
    """How figures came in."""
    return {
        "form": gettext("entered on the page"),
        "workbook": gettext("from a workbook"),
        "api": gettext("over the API"),
        "cli": gettext("at the command line"),
        "demo": gettext("made up for the demo"),
    }[name]


def level(code: str) -> str:
    """The level of a park."""
    return {
        "national": gettext("national"), "provincial": gettext("provincial"), "municipal": gettext("municipal"), "unknown": gettext("level not stated")
    }[code]  # fmt: skip


def park_kind(code: str) -> str:
    """The kind of a park."""
    return {"park": gettext("park"), "subpark": gettext("sub-park"), "park-in-park": gettext("park within a park")}[code]


def park_change(kind: str) -> str:
    """What happened to a park."""
    return {
        "found": gettext("entered in the register"), "merge": gettext("merged"), "split": gettext("split"), "rename": gettext("renamed"),
        "boundary": gettext("boundary changed"), "move": gettext("put under another park"), "close": gettext("closed"),
    }[kind]  # fmt: skip


def title(kinds: dict[str, dict[str, str]], code: str, language: str) -> str:
    """The name of a kind of title; the code where the pack no longer has it."""
    return kinds.get(code, {}).get(language, code)


def form_name(definition: Definition, language: str) -> str:
    """The name of a form."""
    return definition.zh if language == "zh" else definition.en


def period(text: str) -> str:
    """A period as people read it: 2025年9月, 2025年第3季度, 2025年; 2025-09, 2025 Q3, 2025."""
    from manyuan.surfaces.web.figures import chinese

    if not chinese():
        return text.replace("Q", " Q")
    if "Q" in text:
        year, quarter = text.split("Q")
        return f"{year}年{'一二三四'[int(quarter) - 1]}季度"
    if "-" in text:
        year, month = text.split("-")
        return f"{year}年{int(month)}月"
    return f"{text}年"


def comparison(sign: str) -> str:
    """余, 超, 突破 in front of a reported figure."""
    return {"=": "", ">": gettext("over") + " ", ">=": gettext("at least") + " ", "~": gettext("about") + " "}.get(sign, "")


_SYSTEM = frozenset(
    [
        "system",
        "cli",
        "init",
        "people",
        "demo",
        "screening",
        "visit",
        "visits",
        "tiers",
        "survey",
        "scorecards",
        "reminder",
        "programme",
        "officers",
        "night",
        "money",
        "meetings",
        "filings",
        "cultivation",
        "corrections",
        "assessment",
    ]
)
"""Labels of `audit.actors.system`: what works by itself or at the command line."""


def doer(label: str) -> str:
    """Who did something, from the label that stands on the trail: people as they are named, the rest in the reader's language."""
    if label in _SYSTEM:
        return gettext("the system")
    return gettext("A visitor without login") if label == ANONYMOUS.label else label
