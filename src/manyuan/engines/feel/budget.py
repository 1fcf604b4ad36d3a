"""One allowance of work for an evaluation, shared by all that loops: steps and time. Per thread; reset when an evaluation begins."""

from __future__ import annotations

import math
import threading
import time

from manyuan.engines.feel.errors import FeelLimitError


class Allowance:
    """What is left of the steps and the time of one evaluation."""

    __slots__ = ("check", "deadline", "left", "limit", "seconds")

    def __init__(self, steps: int, seconds: float) -> None:
        self.left = self.limit = steps
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds
        self.check = 0


class _Thread(threading.local):
    def __init__(self) -> None:
        self.now = Allowance(10_000_000, math.inf)


THREAD = _Thread()


def begin(steps: int, seconds: float) -> Allowance:
    """Start an allowance; returns the one before, for `restore` (evaluations may be nested)."""
    before = THREAD.now
    THREAD.now = Allowance(steps, seconds)
    return before


def restore(before: Allowance) -> None:
    """Ends an evaluation: what `begin` gave is in force again."""
    THREAD.now = before


def spend(steps: int = 1) -> None:
    """Use some steps; FeelLimitError when they, or the time, are used up."""
    a = THREAD.now
    a.left -= steps
    if a.left < 0:
        raise FeelLimitError("limit.steps", limit=a.limit)
    a.check += steps
    if a.check >= 4096:
        a.check = 0
        if time.monotonic() > a.deadline:
            raise FeelLimitError("limit.time", limit=a.seconds)
