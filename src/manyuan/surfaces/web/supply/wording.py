"""Words and tones of supply and demand."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext

from manyuan.engines.matching import Reason
from manyuan.surfaces.web.acting import language, today
from manyuan.surfaces.web.figures import plain
from manyuan.work.supply.models import Posting
from manyuan.work.supply.queries import is_open
from manyuan.work.supply.scenes import book

_TONES = {"open": "good", "closed": "mute", "over": "mute", "invited": "accent", "agreed": "accent", "declined": "mute", "dealt": "good", "failed": "risk"}


def state(code: str) -> tuple[str, str]:
    """Tone and words of a state."""
    text = pgettext("supply", code)
    return _TONES.get(code, "mute"), text[:1].upper() + text[1:]


def standing(posting: Posting) -> tuple[str, str]:
    """Open, run out or closed."""
    return state("open" if is_open(posting, today()) else "closed" if posting.state == "closed" else "over")


def side(code: str) -> str:
    """Offer or need."""
    return pgettext("supply", code)


def scene(code: str) -> str:
    """A scene in the reader's language."""
    found = book().scenes.get(code)
    return found.name[language()] if found else code


def category(code: str) -> str:
    """A category in the reader's language."""
    found = book().categories.get(code)
    return found.name[language()] if found else code


def why_not(code: str) -> str:
    """A reason why not."""
    return (book().why_not.get(code) or {}).get(language(), code)


def quantity(posting: Posting) -> str:
    """How much, with its unit."""
    if posting.quantity is None:
        return ""
    found = book().categories.get(posting.category)
    return f"{plain(posting.quantity.normalize(), 2).rstrip('0').rstrip('.') if posting.quantity % 1 else plain(int(posting.quantity))} {found.unit[language()] if found else ''}".strip()


def attributes(posting: Posting) -> list[tuple[str, str]]:
    """Attributes with their values as readers write them."""
    found, place = book().categories.get(posting.category), 0 if language() == "zh" else 1
    out = []
    for one in found.attributes if found else ():
        value: Any = posting.attributes.get(one.code)
        if value is None:
            continue
        if isinstance(value, bool):
            text = pgettext("supply", "yes") if value else pgettext("supply", "no")
        elif isinstance(value, list):
            text = ("、" if place == 0 else ", ").join(one.names.get(code, (code, code))[place] for code in value)
        else:
            text = f"{value} {one.unit[place]}".strip()
        out.append((one.title[place], text))
    return out


def reasons(found: tuple[Reason, ...]) -> list[tuple[str, str, str]]:
    """Each criterion: tone, met or not in words, why."""
    tones = {"met": "good", "unmet": "late", "unknown": "mute"}
    return [(tones[one.verdict], pgettext("supply", one.verdict), one.message(language())) for one in found]
