"""The result of a screening: by block of rows the outcome of every pair as two bits, why, and what the entitled get."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from manyuan.engines.screening import kernel
from manyuan.engines.screening.compiled import Compiled
from manyuan.engines.screening.granting import count

ENTITLED, NEAR, REFUSED, UNDETERMINED, SET_ASIDE = "entitled", "near", "refused", "undetermined", "set aside"
OUTCOMES = (ENTITLED, NEAR, REFUSED, UNDETERMINED, SET_ASIDE)
GRANT_STATUS = (
    "entitled",
    "set aside: a higher one of its group",
    "cut by the yearly ceiling",
    "set aside: the yearly ceiling is used up",
    "set aside: a required policy is not granted",
)


class Grants:
    """The entitled pairs of a block, ordered by policy and row: row (in the sheet), policy (position in the set), what the policy gives and what
    remains after groups and ceilings, in fen; status 0 entitled, 1 set aside by its group, 2 cut by a ceiling, 3 used up by a ceiling, 4
    requirement not met. Kept: `inside`, the row within the block, and `sizes`, how many each policy has; the rest is made when asked for."""

    def __init__(self, first: int, sizes: np.ndarray, inside: np.ndarray, gross: np.ndarray) -> None:
        self.first, self.sizes, self.inside, self.gross = first, sizes, inside, gross
        self.net = gross

    @cached_property
    def row(self) -> np.ndarray:
        return self.inside.astype(np.int64) + self.first

    @cached_property
    def policy(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.sizes), dtype=np.int32), self.sizes)

    @cached_property
    def status(self) -> np.ndarray:
        return np.zeros(len(self.inside), np.uint8)

    def only(self, chosen: np.ndarray) -> Grants:
        """The chosen ones (a boolean for each)."""
        sizes = np.bincount(self.policy[chosen], minlength=len(self.sizes)).astype(np.int64)
        return Grants(self.first, sizes, self.inside[chosen], self.gross[chosen])


@dataclass
class Block:
    """One block screened. rows: how many; first: the number of its first row. `low` and `high` have a row of bits for each policy: refused 00,
    entitled 01 (low), near 10 (high), open 11. bits[tile, node] has the true bits of every node of the compiled set and, from `nodes` on, the known
    bits (`Compiled.known_of` says which): from them every outcome can be told condition by condition."""

    first: int
    rows: int
    low: np.ndarray
    high: np.ndarray
    bits: np.ndarray
    nodes: int
    grants: Grants

    @property
    def entitled(self) -> np.ndarray:
        return self.low & ~self.high

    @property
    def near(self) -> np.ndarray:
        return self.high & ~self.low

    @property
    def open(self) -> np.ndarray:
        return self.low & self.high

    def truth(self, compiled: Compiled, row: int, node: int) -> bool | None:
        """Whether a node holds for a row of the sheet; None where that is not known."""
        tile, rest = divmod(row - self.first, kernel.TILE_ROWS)
        word, bit = divmod(rest, kernel.WORD)

        def has(at: int) -> bool:
            return bool(int(self.bits[tile, at, word]) >> bit & 1)

        return has(node) if has(self.nodes + compiled.known_of[node]) else None


@dataclass
class Screening:
    """The whole result. Row and policy numbers are positions; `outcome` and `counts` give words."""

    compiled: Compiled
    rows: int
    keys: Any
    blocks: list[Block]
    seconds: float

    def counts(self) -> dict[str, dict[str, int]]:
        """Outcome counts of every policy."""
        codes = [policy.code for policy in self.compiled.policies.policies]
        totals = np.zeros((len(codes), 3), np.int64)
        aside = np.zeros(len(codes), np.int64)
        for block in self.blocks:
            totals += count(block.low, block.high)
            dropped = np.isin(block.grants.status, (1, 3, 4))
            if dropped.any():
                aside += np.bincount(block.grants.policy[dropped], minlength=len(codes))
        out = {}
        for at, code in enumerate(codes):
            entitled, near, undetermined = (int(n) for n in totals[at])
            rest = self.rows - entitled - near - undetermined
            out[code] = {ENTITLED: entitled - int(aside[at]), NEAR: near, REFUSED: rest, UNDETERMINED: undetermined, SET_ASIDE: int(aside[at])}
        return out

    def totals(self) -> dict[str, int]:
        """What each policy pays in all, in fen."""
        codes = [policy.code for policy in self.compiled.policies.policies]
        sums = [0] * len(codes)
        for block in self.blocks:
            ends = np.cumsum(block.grants.sizes)
            for at, (begin, end) in enumerate(zip([0, *ends[:-1]], ends)):
                sums[at] += exact_sum(block.grants.net[begin:end])
        return dict(zip(codes, sums))

    def one_step_away(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of every pair one step away: row, position of the policy, position of the one condition of it that is not met."""
        found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        for block in self.blocks:
            words = -(-block.rows // kernel.WORD)
            near = block.near[:, :words]
            for at, nodes in enumerate(self.compiled.conditions):
                if not near[at].any():
                    continue
                for place, node in enumerate(nodes):
                    known, true = (block.bits[:, one, :].reshape(-1)[:words] for one in (block.nodes + self.compiled.known_of[node], node))
                    missed = np.ascontiguousarray(known & ~true & near[at])
                    inside = np.flatnonzero(np.unpackbits(missed.view(np.uint8), bitorder="little")[: block.rows])
                    if len(inside):
                        found.append((inside + block.first, np.full(len(inside), at), np.full(len(inside), place)))
        if not found:
            none = np.zeros(0, np.int64)
            return none, none, none
        rows, policies, conditions = (np.concatenate(one) for one in zip(*found))
        order = np.lexsort((policies, rows))
        return rows[order], policies[order], conditions[order]

    def outcome(self, row: int, code: str) -> tuple[str, int, int]:
        """(outcome, net fen, gross fen) of one pair."""
        at = next(i for i, policy in enumerate(self.compiled.policies.policies) if policy.code == code)
        block = self.block_of(row)
        inside = row - block.first
        word, bit = inside // 64, inside % 64
        low, high = (int(bits[at, word]) >> bit & 1 for bits in (block.low, block.high))
        if low and not high:
            grants = block.grants
            begin = int(grants.sizes[:at].sum())
            found = begin + int(np.searchsorted(grants.inside[begin : begin + int(grants.sizes[at])], inside))
            return (SET_ASIDE if grants.status[found] in (1, 3, 4) else ENTITLED), int(grants.net[found]), int(grants.gross[found])
        return (UNDETERMINED if low else NEAR if high else REFUSED), 0, 0

    def block_of(self, row: int) -> Block:
        return next(block for block in self.blocks if block.first <= row < block.first + block.rows)


def exact_sum(values: np.ndarray) -> int:
    """The sum of 64-bit integers without wrapping round."""
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())
