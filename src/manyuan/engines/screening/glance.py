"""One row against a whole set at a glance: the outcome of every policy by the kernel, and in words only what somebody can act upon.

    >>> [seen.outcome for seen in glance(compiled, sheet)]
    ['near', 'refused', 'undetermined']

A page that shows one enterprise two hundred policies needs two hundred outcomes and a handful of reasons; `explain_row` gives the rest when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from manyuan.engines.screening.compiled import Compiled
from manyuan.engines.screening.explain import Step, step_of
from manyuan.engines.screening.factsheet import FactSheet
from manyuan.engines.screening.policy import Policy
from manyuan.engines.screening.reference import lacking
from manyuan.engines.screening.results import ENTITLED, NEAR, REFUSED, UNDETERMINED
from manyuan.engines.screening.screen import screen


@dataclass(frozen=True)
class Glance:
    """One policy for one row, before groups and ceilings. truths: of each condition; unmet: how many are false; step: the one condition that is not
    met, where it is one step away; missing: the facts that are not known, where it is undetermined, in the order of their names."""

    policy: Policy
    outcome: str
    truths: tuple[bool | None, ...]
    step: Step | None = None
    missing: tuple[str, ...] = ()

    @property
    def unmet(self) -> int:
        return sum(one is False for one in self.truths)

    def change(self) -> Step | None:
        """The one condition that would have to change, for a pair one step away."""
        return self.step


def glance(compiled: Compiled, sheet: FactSheet, row: int = 0) -> list[Glance]:
    """Every policy of a compiled set for one row of a small sheet, in the order of the set."""
    (block,) = screen(compiled, sheet, threads=1, block=max(sheet.rows, 1)).blocks
    values = sheet.row(row)
    word, bit = divmod(row, 64)
    out = []
    for at, policy in enumerate(compiled.policies.policies):
        low, high = (int(bits[at, word]) >> bit & 1 for bits in (block.low, block.high))
        truths = tuple(block.truth(compiled, row, node) for node in compiled.conditions[at][: len(policy.conditions)])
        if low and high:
            out.append(Glance(policy, UNDETERMINED, truths, missing=tuple(sorted(lacking(policy, values, truths)[0]))))
        elif high:
            out.append(Glance(policy, NEAR, truths, step_of(policy.conditions[truths.index(False)], values, sheet.schema, {})))
        else:
            out.append(Glance(policy, ENTITLED if low else REFUSED, truths))
    return out
