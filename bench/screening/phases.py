"""`python bench/screening/phases.py`: where the kernel's CPU time goes. One step after the other is left out, from the last to the first; what the
time falls by is what the step costs. One thread, the best of fifteen turns, results in memory used again."""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import generate

from manyuan.engines.screening import compile_set
from manyuan.engines.screening.memory import Memory
from manyuan.engines.screening.plan import Plan
from manyuan.engines.screening.results import Grants
from manyuan.engines.screening.screen import BLOCK

ROWS = 1_000_000
RUNS = 15


class _NoGrants(Plan):
    def _grants(self, *_: object) -> Grants:  # type: ignore[override]
        none = np.zeros(0, np.int64)
        return Grants(0, none, none, none)


def phases(count: int, sheet: generate.FactSheet) -> list[tuple[str, float]]:
    """(step, milliseconds) from the first step to the last."""
    compiled, memory = compile_set(generate.policies(count), generate.SCHEMA), Memory()
    plans: list[tuple[str, Plan]] = [("amounts", Plan(compiled, sheet)), ("outcomes", _NoGrants(compiled, sheet))]
    tables = plans[0][1]._tables
    for name, at in (("logic", 5), ("ratios", 4), ("comparisons", 3), ("sets of known columns", 2), ("which cells are known", 1), ("blocks and tiles", 0)):
        plan = _NoGrants(compiled, sheet)
        plan.starts = plan.starts[:1]
        plan._tables = (*tables[:at], *(table[:0] for table in tables[at:]))
        plans.append((name, plan))
    least = [float("inf")] * len(plans)
    for _ in range(RUNS):
        for at, (_, plan) in enumerate(plans):
            memory.recycle()
            began = time.process_time()
            for first in range(0, ROWS, BLOCK):
                plan.run(first, min(BLOCK, ROWS - first), memory)
            least[at] = min(least[at], time.process_time() - began)
    costs = [here - after for here, after in pairwise([*least, 0.0])]
    return [(name, cost * 1000) for (name, _), cost in zip(plans, costs)][::-1]


def main() -> int:
    sheet = generate.sheet(ROWS)
    for count in (100, 500):
        found = phases(count, sheet)
        print(f"{count} policies, {ROWS:,} rows: {sum(cost for _, cost in found):.0f} ms of CPU")
        for name, cost in found:
            print(f"  {name:<24}{cost:6.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
