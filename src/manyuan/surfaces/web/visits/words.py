"""States and kinds of visits as the reader says them, with the tone of their tag."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from manyuan.surfaces.web.acting import language
from manyuan.work.visits.installing import current_rules

_TONES = {"missed": "late", "soon": "risk", "open": "mute", "planned": "accent", "done": "good", "cancelled": "mute"}


def due_state(state: str) -> tuple[str, str]:
    """(tone, words) of a firm on the due list."""
    words = {
        "missed": pgettext("due", "missed"), "soon": pgettext("due", "due soon"), "open": pgettext("due", "to be visited"), "planned": pgettext("due", "planned"),
        "done": pgettext("due", "visited"),
    }  # fmt: skip
    return _TONES[state], words[state]


def visit_state(state: str) -> tuple[str, str]:
    """(tone, words) of a visit."""
    return _TONES[state], pgettext("visit", state)


def scene(code: str) -> str:
    """What kind of visit it is."""
    return {
        "service": gettext("Service visit"), "campus-to-firm": gettext("Institute visits firm"), "firm-to-campus": gettext("Firm visits institute"),
    }[code]  # fmt: skip


def finding(kind: str) -> str:
    """What a visit found."""
    return {"difficulty": gettext("Difficulty"), "space": gettext("Needs space"), "capacity": gettext("Idle capacity"), "task": gettext("Task")}[kind]


def passed(kind: str) -> str:
    """What became of a finding that was passed on."""
    return {
        "difficulty": gettext("filed as a demand"), "space": gettext("noted as a need of space"), "capacity": gettext("offered to others"), "task": gettext("a task since"),
    }[kind]  # fmt: skip


def to_pass(kind: str) -> str:
    """What the button says that passes a finding on."""
    return {
        "difficulty": gettext("Make it a demand"), "space": gettext("Note the need of space"), "capacity": gettext("Offer it"), "task": gettext("Make it a task"),
    }[kind]  # fmt: skip


def rule_name(code: str) -> str:
    """The rule under which a visit is owed."""
    rule = current_rules().by_code.get(code)
    if rule is None:
        return gettext("on need")
    return rule.zh if language() == "zh" else rule.en


def line_kind(kind: str) -> str:
    """What kind of thing is handed over."""
    return {"firm": gettext("Firm"), "visit": gettext("Planned visit"), "case": gettext("Case"), "substitution": gettext("Standing in for")}[kind]
