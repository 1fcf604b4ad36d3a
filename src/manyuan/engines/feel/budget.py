"""One allowance of work for an evaluation, shared by all that loops: steps and time. Per thread; reset when an evaluation begins."""

from __future__ import annotations

import threading
import time

from manyuan.engines.feel.errors import FeelLimitError


class _Allowance(threading.local):
    def __init__(self) -> None:
        self.left = 10_000_000
        self.limit = 10_000_000
        self.deadline = 0.0
        self.seconds = 0.0
        self.check = 0


_ALLOWANCE = _Allowance()


def begin(steps: int, seconds: float) -> tuple[int, int, float, float]:
    """Start an allowance; returns what was before, for `restore` (evaluations may be nested)."""
    values = _ALLOWANCE.__dict__
    before = (values["left"], values["limit"], values["deadline"], values["seconds"])
    values["left"] = values["limit"] = steps
    values["seconds"] = seconds
    values["deadline"] = time.monotonic() + seconds
    values["check"] = 0
    return before


def restore(before: tuple[int, int, float, float]) -> None:
    values = _ALLOWANCE.__dict__
    values["left"], values["limit"], values["deadline"], values["seconds"] = before


def spend(steps: int = 1) -> None:
    """Use some steps; FeelLimitError when they, or the time, are used up."""
    a = _ALLOWANCE
    a.left -= steps
    if a.left < 0:
        raise FeelLimitError("limit.steps", limit=a.limit)
    a.check += steps
    if a.check >= 4096:
        a.check = 0
        if a.deadline and time.monotonic() > a.deadline:
            raise FeelLimitError("limit.time", limit=a.seconds)
