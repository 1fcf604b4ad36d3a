"""What keeps floods from the open form without any outside service: a hidden field, a signed moment, rates, and a question once it gets busy."""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext

from manyuan.facts.accounts.middleware import address_of
from manyuan.surfaces.web.acting import language

AN_HOUR = 20
"""Demands that one address may file in an hour."""
ASKED_FROM = 3
"""From the so-many-th demand of an address in an hour on, a question is asked."""
PARK_BUSY = 60
"""So many demands of one park in an hour, from whatever address: everybody is asked."""
QUICKEST, LONGEST = 2, 6 * 3600
_SALT = "manyuan.open-form"
_DIGITS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Gate:
    """What the form carries: token (signed moment and answer), question ('' where none is asked)."""

    token: str
    question: str


def open_gate(request: HttpRequest, park: str) -> Gate:
    """A form for this address."""
    busy = _count(_mine(request), add=False) >= ASKED_FROM or _count(_park(park), add=False) >= PARK_BUSY
    if not busy:
        return Gate(signing.dumps({"answer": None}, salt=_SALT), "")
    left, right = random.SystemRandom().randint(2, 9), random.SystemRandom().randint(1, 9)
    text = f"{_DIGITS[left]}加{_DIGITS[right]}等于几？" if language() == "zh" else f"What is {left} plus {right}?"
    return Gate(signing.dumps({"answer": left + right}, salt=_SALT), text)


def pass_gate(request: HttpRequest, park: str) -> str:
    """What keeps this form out, or nothing; one that passes is counted."""
    post = request.POST
    if post.get("website"):  # a field that people do not see
        return gettext("This form could not be taken. Load the page again.")
    try:
        held = signing.loads(post.get("gate", ""), salt=_SALT, max_age=LONGEST)
    except signing.BadSignature:
        return gettext("The page was open for too long. Your text is kept; send it once more.")
    try:
        signing.loads(post.get("gate", ""), salt=_SALT, max_age=QUICKEST)
    except signing.SignatureExpired:
        pass
    else:
        return gettext("That was quicker than one can write. Send it once more.")
    asked = _count(_mine(request), add=False) >= ASKED_FROM or _count(_park(park), add=False) >= PARK_BUSY
    if asked or held["answer"] is not None:
        given = post.get("answer", "").strip()
        if held["answer"] is None or not given.isdigit() or int(given) != held["answer"]:
            return gettext("Many demands come in just now: answer the small question below.")
    if _count(_mine(request), add=True) > AN_HOUR:
        return gettext("From here %(n)s demands came within an hour. Try again later, or call the park.") % {"n": AN_HOUR}
    _count(_park(park), add=True)
    return ""


def guesses_left(request: HttpRequest) -> bool:
    """Whether this address may still try codes of demands; ten wrong ones an hour."""
    return _count(f"codes:{address_of(request)}", add=False) < 10


def note_wrong_code(request: HttpRequest) -> None:
    _count(f"codes:{address_of(request)}", add=True)


def _mine(request: HttpRequest) -> str:
    return f"open-form:{address_of(request)}"


def _park(park: str) -> str:
    return f"open-form-park:{park}"


def _count(key: str, *, add: bool) -> int:
    cache.add(key, 0, 3600)
    return int(cache.incr(key) if add else cache.get(key) or 0)
