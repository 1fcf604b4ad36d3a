"""One policy by itself on changed rows of a sheet: what it would give if a fact were another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening import kernel
from manyuan.engines.screening.compiled import Compiled
from manyuan.engines.screening.factsheet import FactSheet
from manyuan.engines.screening.results import Screening
from manyuan.engines.screening.screen import screen

UNKNOWN = -1


@dataclass(frozen=True)
class Trial:
    """A compiled set of one policy on a sheet. truths[row, condition]: whether it holds (not known counts as not)."""

    compiled: Compiled
    sheet: FactSheet
    truths: np.ndarray
    entitled: np.ndarray

    @property
    def unit(self) -> int:
        """The smallest step of what is given: one unit of the rounding in fen; of a title less than the title."""
        amount = self.compiled.policies.policies[0].amount
        return 0 if amount.value is None else int(10 ** max(0, 2 - amount.scale))

    def fen(self, given: int) -> int:
        """What is given as money: a title is none."""
        return 0 if self.compiled.policies.policies[0].amount.value is None else given

    def live(self, fact: str) -> np.ndarray:
        """The rows for which a change of the fact can matter: it is known, and every condition that does not read it holds."""
        policy, schema = self.compiled.policies.policies[0], self.compiled.schema
        others = [at for at, one in enumerate(policy.conditions) if fact not in _names(one.when, tuple(schema.names))]
        return np.flatnonzero(self.truths[:, others].all(axis=1) & self.sheet.columns[fact].known)

    def few(self, most: int) -> np.ndarray:
        """At most so many entitled rows, spread over the sheet."""
        return self.entitled[:: max(1, -(-len(self.entitled) // most))]

    def given(self, rows: np.ndarray, instead: Mapping[str, np.ndarray]) -> np.ndarray:
        """What each row gets with other raw values of columns: fen, of a title 1 or 0; UNKNOWN where that is undetermined."""
        found = screen(self.compiled, self.sheet.chosen(rows, instead), threads=1)
        out = np.zeros(len(rows), np.int64)
        title = self.compiled.policies.policies[0].amount.value is None
        for block in found.blocks:
            out[np.flatnonzero(_bits(block.open[0], block.rows)) + block.first] = UNKNOWN
            out[block.grants.row] = 1 if title else block.grants.gross
        return out


def trial_of(compiled: Compiled, sheet: FactSheet) -> Trial:
    """Screen a sheet by the one policy of a compiled set; of the sheet only the columns that it reads are kept."""
    policy, names = compiled.policies.policies[0], tuple(compiled.schema.names)
    read = set().union(*(_names(text, names) for text in [*(one.when for one in policy.conditions), policy.amount.value or "0"]))
    sheet = FactSheet.of_data({name: data for name, data in sheet.columns.items() if name in read}, sheet.schema, sheet.rows)
    found = screen(compiled, sheet)
    entitled = np.concatenate([block.grants.row for block in found.blocks])
    return Trial(compiled, sheet, truths_of(found), entitled)


def truths_of(found: Screening) -> np.ndarray:
    """Of the first policy: whether each of its conditions holds, rows by conditions."""
    compiled = found.compiled
    nodes = compiled.conditions[0][: len(compiled.policies.policies[0].conditions)]
    out = np.zeros((found.rows, len(nodes)), np.bool_)
    for block in found.blocks:
        words = -(-block.rows // kernel.WORD)
        for place, node in enumerate(nodes):
            known, true = (block.bits[:, one, :].reshape(-1)[:words] for one in (block.nodes + compiled.known_of[node], node))
            out[block.first : block.first + block.rows, place] = _bits(known & true, block.rows)
    return out


def _bits(words: np.ndarray, rows: int) -> np.ndarray:
    return np.unpackbits(np.ascontiguousarray(words).view(np.uint8), bitorder="little")[:rows].astype(np.bool_)


@lru_cache(maxsize=256)
def _names(text: str, known: tuple[str, ...]) -> set[str]:
    return {one.name for one in tree.walk(feel.parse(text, names=known)) if isinstance(one, tree.Name)}
