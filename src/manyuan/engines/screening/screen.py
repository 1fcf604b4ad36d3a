"""Screens every row against every policy.

    >>> screening = screen(policies, sheet)
    >>> screening.counts()["CD-001"]
    {'entitled': 12, 'near': 30, 'refused': 950, 'undetermined': 8, 'set aside': 0}

A set is compiled once (`compiled`): distinct elementary conditions are found, each evaluated once per row as bits (true, known), joined by
bitwise Kleene logic and counted (`plan`, `kernel`). Amounts are computed only for rows that are entitled. Then groups ("the higher one, not
both") and yearly ceilings settle what is paid (`settling`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from manyuan.engines.screening.compiled import Compiled, compile_set
from manyuan.engines.screening.factsheet import FactSheet
from manyuan.engines.screening.memory import Memory
from manyuan.engines.screening.plan import Plan
from manyuan.engines.screening.policy import PolicySet
from manyuan.engines.screening.results import ENTITLED, NEAR, OUTCOMES, REFUSED, SET_ASIDE, UNDETERMINED, Block, Screening, exact_sum

BLOCK = 1 << 17
VERSION = "1"


def screen(policies: PolicySet | Compiled, sheet: FactSheet, *, on: date | None = None, threads: int | None = None, block: int = BLOCK,
           progress: Callable[[int, int], None] | None = None, memory: Memory | None = None) -> Screening:  # fmt: skip
    """Screen a sheet. on: only policies in force that day (None: all); block: rows at a time; progress(done, of) rows; memory: the same one given
    to every call lets a result take the room of an earlier one that is no longer used."""
    if isinstance(policies, PolicySet):
        policies = compile_set(policies.on(on) if on is not None else policies, sheet.schema)
    compiled = policies
    began = time.perf_counter()
    starts = range(0, max(sheet.rows, 1), block)
    done = 0
    plan = Plan(compiled, sheet)
    room = memory or Memory()
    room.recycle()
    if (threads or os.cpu_count() or 1) > 1 and len(starts) > 1:
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            blocks = []
            for found in pool.map(lambda first: plan.run(first, min(block, sheet.rows - first), room), starts):
                blocks.append(found)
                done += found.rows
                if progress:
                    progress(done, sheet.rows)
    else:
        blocks = []
        for first in starts:
            blocks.append(plan.run(first, min(block, sheet.rows - first), room))
            if progress:
                progress(min(first + block, sheet.rows), sheet.rows)
    return Screening(compiled, sheet.rows, sheet.keys, blocks, time.perf_counter() - began)


__all__ = [
    "BLOCK", "ENTITLED", "NEAR", "OUTCOMES", "REFUSED", "SET_ASIDE", "UNDETERMINED", "VERSION", "Block", "Compiled", "Screening", "compile_set",
    "exact_sum", "screen",
]  # fmt: skip
