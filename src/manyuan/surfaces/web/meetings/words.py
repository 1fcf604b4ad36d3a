"""States of meetings, invitations, items and campaigns as the reader says them."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from manyuan.surfaces.web.acting import language
from manyuan.work.cases.models import Case
from manyuan.work.cases.rights import kind_for
from manyuan.work.meetings.installing import kind_names

_TONES = {
    "planned": "mute",
    "announced": "accent",
    "held": "good",
    "cancelled": "late",
    "invited": "mute",
    "registered": "accent",
    "declined": "mute",
    "attended": "good",
}


def meeting_state(state: str) -> tuple[str, str]:
    """(tone, words) of a meeting."""
    return _TONES[state], pgettext("meeting", state)


def invitation_state(state: str) -> tuple[str, str]:
    """(tone, words) of an invitation."""
    words = {
        "invited": pgettext("invitation", "invited"), "registered": pgettext("invitation", "registered"), "declined": pgettext("invitation", "does not come"),
        "attended": pgettext("invitation", "was there"),
    }  # fmt: skip
    return _TONES[state], words[state]


def kind_name(code: str) -> str:
    """The kind of a meeting."""
    return kind_names().get(code, {}).get("zh" if language() == "zh" else "en", code)


def item_state(case: Case) -> tuple[str, str]:
    """(tone, words) of an item: where its case stands."""
    tone = {"new": "risk", "open": "risk", "answered": "accent", "closed": "good"}[case.phase]
    return tone, kind_for(case).states[case.state].name["zh" if language() == "zh" else "en"]


def step(code: str) -> str:
    """A step of the funnel."""
    return {"reached": gettext("Reached"), "read": gettext("Read"), "clicked": gettext("Clicked"), "acted": gettext("Acted upon")}[code]
