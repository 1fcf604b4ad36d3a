"""Screens every row against every policy.

    >>> screening = screen(policies, sheet)
    >>> screening.counts()["CD-001"]
    {'entitled': 12, 'near': 30, 'refused': 950, 'undetermined': 8, 'set aside': 0}

A set is compiled once: distinct elementary conditions are found, each evaluated once per block as bit vectors (true, known), joined by
bitwise Kleene logic and counted. Amounts are computed only for rows that are entitled. Then groups ("the higher one, not both") and yearly
ceilings settle what is paid.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from manyuan.engines import feel
from manyuan.engines.screening import columns, kernel
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.amounts import AmountProgram
from manyuan.engines.screening.factsheet import Data, FactSheet, Schema
from manyuan.engines.screening.policy import Policy, PolicySet

BLOCK = 1 << 18
ENTITLED, NEAR, REFUSED, UNDETERMINED, SET_ASIDE = "entitled", "near", "refused", "undetermined", "set aside"
OUTCOMES = (ENTITLED, NEAR, REFUSED, UNDETERMINED, SET_ASIDE)
VERSION = "1"


@dataclass
class Compiled:
    """A set of policies compiled for a schema: nodes, their order of work, each policy's conditions. Made once, used for any number of sheets."""

    policies: PolicySet
    schema: Schema
    nodes: list[f.Formula] = field(default_factory=list)
    index: dict[f.Formula, int] = field(default_factory=dict)
    known_of: list[int] = field(default_factory=list)
    known_sets: list[frozenset[str] | None] = field(default_factory=lambda: [frozenset()])
    program: list[tuple[int, int, int, int]] = field(default_factory=list)
    conditions: list[list[int]] = field(default_factory=list)
    amounts: list[AmountProgram] = field(default_factory=list)
    seconds: float = 0.0
    _sets: dict[frozenset[str], int] = field(default_factory=lambda: {frozenset(): 0})

    def report(self) -> dict[str, Any]:
        """What was compiled and what is left to the interpreter, by name."""
        interpreted = sorted({node.text for node in self.nodes if isinstance(node, f.Interpreted)})
        amounts = sorted(policy.code for policy, amount in zip(self.policies.policies, self.amounts) if amount.interpreted)
        atoms = sum(1 for node in self.nodes if not isinstance(node, (f.And, f.Or, f.Not)))
        total = sum(len(policy.conditions) for policy in self.policies.policies)
        return {
            "policies": len(self.policies.policies), "conditions": total, "distinct elementary conditions": atoms, "interpreted conditions": interpreted,
            "interpreted amounts": amounts, "seconds": self.seconds,
        }  # fmt: skip

    # building
    def add(self, formula: f.Formula) -> int:
        found = self.index.get(formula)
        if found is not None:
            return found
        if isinstance(formula, f.Not):
            inner = self.add(formula.inner)
            return self._node(formula, (0, inner, inner), self.known_of[inner])
        if isinstance(formula, (f.And, f.Or)):
            kind = f.And if isinstance(formula, f.And) else f.Or
            left = self.add(formula.parts[0])
            for at, part in enumerate(formula.parts[1:], 2):
                right = self.add(part)
                whole = kind(formula.parts[:at])
                known = self.known_of[left] if self.known_of[left] == self.known_of[right] else -1
                left = self.index.get(whole, -1) if whole in self.index else self._node(whole, (1 if kind is f.And else 2, left, right), known)
            return left
        return self._node(formula, None, self._known(formula))

    def _node(self, formula: f.Formula, step: tuple[int, int, int] | None, known: int) -> int:
        at = len(self.nodes)
        self.nodes.append(formula)
        self.index[formula] = at
        if known < 0:
            known = len(self.known_sets)
            self.known_sets.append(None)
        self.known_of.append(known)
        if step is not None:
            self.program.append((step[0], step[1], step[2], at))
        return at

    def _known(self, formula: f.Formula) -> int:
        if isinstance(formula, (f.Ratio, f.Interpreted)):
            return -1
        names = frozenset() if isinstance(formula, (f.Missing, f.Constant)) else f.columns_of(formula)
        found = self._sets.get(names)
        if found is None:
            found = self._sets[names] = len(self.known_sets)
            self.known_sets.append(names)
        return found


def compile_set(policies: PolicySet, schema: Schema) -> Compiled:
    """Compile a set for a schema. Raises FeelError for a condition that cannot be parsed (check the set first)."""
    began = time.perf_counter()
    compiled = Compiled(policies, schema)
    for policy in policies.policies:
        own = [compiled.add(f.formula_of(feel.parse(condition.when, names=schema.names), schema)) for condition in policy.conditions]
        amount = AmountProgram(policy.amount, schema)
        compiled.amounts.append(amount)
        if amount.columns:  # entitled, but the amount needs a fact that is missing: undetermined, not entitled
            own.append(compiled.add(f.Known(amount.columns)))
        compiled.conditions.append(own)
    compiled.seconds = time.perf_counter() - began
    return compiled


@dataclass
class Block:
    """One block screened: bit vectors by policy, and what the entitled get. rows: how many; first: the number of its first row."""

    first: int
    rows: int
    entitled: np.ndarray
    near: np.ndarray
    open: np.ndarray
    true: np.ndarray
    known: np.ndarray
    grants: Grants


@dataclass
class Grants:
    """The entitled pairs of a block: row (in the sheet), policy (position in the set), what the policy gives and what remains after groups
    and ceilings, in fen; status 0 entitled, 1 set aside by its group, 2 cut by a ceiling, 3 used up by a ceiling, 4 requirement not met."""

    row: np.ndarray
    policy: np.ndarray
    gross: np.ndarray
    net: np.ndarray
    status: np.ndarray


GRANT_STATUS = (
    "entitled",
    "set aside: a higher one of its group",
    "cut by the yearly ceiling",
    "set aside: the yearly ceiling is used up",
    "set aside: a required policy is not granted",
)


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
            totals[:, 0] += kernel.count(block.entitled)
            totals[:, 1] += kernel.count(block.near)
            totals[:, 2] += kernel.count(block.open)
            dropped = np.isin(block.grants.status, (1, 3, 4))
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
            ends = np.cumsum(np.bincount(block.grants.policy, minlength=len(codes)))  # grants lie in the order of the policies
            for at, (begin, end) in enumerate(zip([0, *ends[:-1]], ends)):
                sums[at] += exact_sum(block.grants.net[begin:end])
        return dict(zip(codes, sums))

    def outcome(self, row: int, code: str) -> tuple[str, int, int]:
        """(outcome, net fen, gross fen) of one pair."""
        at = next(i for i, policy in enumerate(self.compiled.policies.policies) if policy.code == code)
        block = self.block_of(row)
        inside = row - block.first
        word, bit = inside // 64, np.uint64(inside % 64)

        def has(bits: np.ndarray) -> bool:
            return bool((bits[at, word] >> bit) & np.uint64(1))

        if has(block.entitled):
            grants = block.grants
            found = np.flatnonzero((grants.row == row) & (grants.policy == at))[0]
            status = int(grants.status[found])
            return (SET_ASIDE if status in (1, 3, 4) else ENTITLED), int(grants.net[found]), int(grants.gross[found])
        return (NEAR if has(block.near) else UNDETERMINED if has(block.open) else REFUSED), 0, 0

    def block_of(self, row: int) -> Block:
        return next(block for block in self.blocks if block.first <= row < block.first + block.rows)


def screen(policies: PolicySet | Compiled, sheet: FactSheet, *, on: date | None = None, threads: int | None = None, block: int = BLOCK,
           progress: Callable[[int, int], None] | None = None) -> Screening:  # fmt: skip
    """Screen a sheet. on: only policies in force that day (None: all); block: rows at a time, a multiple of 64; progress(done, of) rows."""
    if isinstance(policies, PolicySet):
        policies = compile_set(policies.on(on) if on is not None else policies, sheet.schema)
    compiled = policies
    began = time.perf_counter()
    starts = range(0, max(sheet.rows, 1), block)
    done = 0
    plan = _Plan(compiled, sheet)
    if (threads or os.cpu_count() or 1) > 1 and len(starts) > 1:
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            blocks = []
            for found in pool.map(lambda first: plan.run(first, min(block, sheet.rows - first)), starts):
                blocks.append(found)
                done += found.rows
                if progress:
                    progress(done, sheet.rows)
    else:
        blocks = []
        for first in starts:
            blocks.append(plan.run(first, min(block, sheet.rows - first)))
            if progress:
                progress(min(first + block, sheet.rows), sheet.rows)
    return Screening(compiled, sheet.rows, sheet.keys, blocks, time.perf_counter() - began)


class _Plan:
    """A compiled set bound to a sheet: which bounds to compare with which column, in the column's own width."""

    def __init__(self, compiled: Compiled, sheet: FactSheet) -> None:
        self.compiled, self.sheet = compiled, sheet
        self.direct: dict[str, list[tuple[int, int, bool]]] = {}
        self.derived: dict[f.Linear, list[tuple[int, int, bool]]] = {}
        self.others: list[tuple[int, f.Formula]] = []
        for at, node in enumerate(compiled.nodes):
            if isinstance(node, (f.AtLeast, f.Equals)):
                bound = node.bound if isinstance(node, f.AtLeast) else node.value
                entry = (at, bound, isinstance(node, f.Equals))
                if len(node.linear.terms) == 1 and node.linear.terms[0][1] == 1:
                    self.direct.setdefault(node.linear.terms[0][0], []).append(entry)
                else:
                    self.derived.setdefault(node.linear, []).append(entry)
            elif isinstance(node, f.Is):
                categories = sheet.columns[node.column].categories
                self.direct.setdefault(node.column, []).append((at, categories.index(node.category) if node.category in categories else -1, True))
            elif isinstance(node, f.True_):
                self.direct.setdefault(node.column, []).append((at, 1, True))
            elif not isinstance(node, (f.And, f.Or, f.Not)):
                self.others.append((at, node))
        program = compiled.program
        self.operations = np.array([step[0] for step in program], np.int64)
        self.first = np.array([step[1] for step in program], np.int64)
        self.second = np.array([step[2] for step in program], np.int64)
        self.target = np.array([step[3] for step in program], np.int64)
        self.known_row = np.array(compiled.known_of or [0], np.int64) + max(1, len(compiled.nodes))
        listed = compiled.policies.policies
        self.settles = any(one.group or one.requires for one in listed) or any(one.ceiling for one in listed)
        self.starts = np.cumsum([0, *(len(own) for own in compiled.conditions)]).astype(np.int64)
        self.condition_nodes = np.array([node for own in compiled.conditions for node in own] or [0], np.int64)

    def run(self, first: int, rows: int) -> Block:
        compiled, sheet = self.compiled, self.sheet
        words = -(-rows // 512) * 8
        nodes = max(1, len(compiled.nodes))
        bits = np.zeros((nodes + len(compiled.known_sets), words), np.uint64)
        true, known = bits[:nodes], bits[nodes:]
        window = slice(first, first + rows)
        live = np.zeros(words, np.uint64)
        self._pack(np.ones(rows, np.uint8), live)
        valid: dict[str, np.ndarray] = {}
        for at, names in enumerate(compiled.known_sets):
            if names is None:
                continue
            known[at] = live
            for name in names:
                if name not in valid:
                    valid[name] = np.zeros(words, np.uint64)
                    self._pack(sheet.columns[name].known[window].view(np.uint8), valid[name])
                known[at] &= valid[name]
        for name, entries in self.direct.items():
            data = sheet.columns[name]
            self._compare(data.values[window], data.low, data.high, entries, bits)
        for linear, entries in self.derived.items():
            self._compare_derived(linear, window, rows, entries, bits)
        for at, node in self.others:
            self._other(at, node, window, rows, true, known, live)
        if len(self.operations):
            kernel.combine(self.operations, self.first, self.second, self.target, bits, self.known_row)
        size = len(compiled.policies.policies)
        entitled, near, open_ = (np.empty((size, words), np.uint64) for _ in range(3))
        kernel.decide(self.starts, self.condition_nodes, bits, self.known_row, live, entitled, near, open_)
        grants = self._grants(entitled, open_, first, rows)
        return Block(first, rows, entitled, near, open_, true, known, grants)

    def _pack(self, flags: np.ndarray, out: np.ndarray) -> None:
        """Bytes of any length into words; the rows beyond the end are 0."""
        padded = np.zeros(len(out) * 64, np.uint8)
        padded[: len(flags)] = flags
        kernel.pack(padded, out)

    def _compare(self, values: np.ndarray, low: int, high: int, entries: Sequence[tuple[int, int, bool]], bits: np.ndarray) -> None:
        """Comparisons of one column: those that its range decides need no look at the rows."""
        work = []
        for at, bound, equal in entries:
            if (equal and not low <= bound <= high) or (not equal and bound > high):
                continue  # never true: the bits are 0
            if not equal and bound <= low:
                bits[at] = bits[self.known_row[at]]
            else:
                work.append((at, bound, equal))
        if not work:
            return
        padded = values
        if len(values) != bits.shape[1] * 64:
            padded = np.zeros(bits.shape[1] * 64, values.dtype)
            padded[: len(values)] = values
        kernel.compare_many(
            np.ascontiguousarray(padded), np.array([bound for _, bound, _ in work], values.dtype), np.array([equal for _, _, equal in work], np.bool_),
            int(self.known_row[work[0][0]]), bits, np.array([at for at, _, _ in work], np.int64),
        )  # fmt: skip

    def _compare_derived(self, linear: f.Linear, window: slice, rows: int, entries: Sequence[tuple[int, int, bool]], bits: np.ndarray) -> None:
        values = columns.linear_values(linear, self.sheet, window)
        if values.dtype == object:  # 64 bits could overflow: Python's integers, exact
            for at, bound, equal in entries:
                flags = np.asarray(values == bound if equal else values >= bound, np.bool_).view(np.uint8)
                self._pack(flags, bits[at])
                bits[at] &= bits[self.known_row[at]]
            return
        size = columns.bound_of(linear, self.sheet)
        self._compare(values, -size, size, entries, bits)

    def _other(self, at: int, node: f.Formula, window: slice, rows: int, true: np.ndarray, known: np.ndarray, live: np.ndarray) -> None:
        mine = self.compiled.known_of[at]
        if isinstance(node, f.Ratio):
            self._ratio(at, node, window, rows, true, known)
        elif isinstance(node, f.Known):
            true[at] = known[mine]
        elif isinstance(node, f.Constant):
            true[at] = live if node.value else 0
        elif isinstance(node, f.Missing):
            self._pack((~self.sheet.columns[node.column].known[window]).view(np.uint8), true[at])
        else:
            flags, defined = columns.atom(node, self.sheet, window)  # type: ignore[arg-type]
            self._pack(flags.view(np.uint8), true[at])
            self._pack(defined.view(np.uint8), known[mine])

    def _ratio(self, at: int, node: f.Ratio, window: slice, rows: int, true: np.ndarray, known: np.ndarray) -> None:
        sheet = self.sheet
        top, bottom = columns.linear_values(node.top, sheet, window), columns.linear_values(node.bottom, sheet, window)
        mine = self.compiled.known_of[at]
        flags, defined = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
        if top.dtype == object or bottom.dtype == object or max(abs(node.numerator), node.denominator) >= f.INT64:
            flags, defined = columns.atom(node, sheet, window)
        else:
            biggest = max(columns.bound_of(node.top, sheet) * node.denominator, columns.bound_of(node.bottom, sheet) * abs(node.numerator))
            kernel.compare_ratio(top, bottom, np.int64(node.numerator), np.int64(node.denominator), node.equal, biggest < f.INT64, flags, defined)
            names = columns.known_rows(f.columns_of(node), sheet, window)
            flags &= names
            defined &= names
        self._pack(flags.view(np.uint8), true[at])
        self._pack(defined.view(np.uint8), known[mine])

    # amounts
    def _grants(self, entitled: np.ndarray, open_: np.ndarray, first: int, rows: int) -> Grants:
        sizes = kernel.count(entitled)
        total = int(sizes.sum())
        row, gross = np.empty(total, np.int64), np.empty(total, np.int64)
        policy = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        begin, holes = 0, False
        known = np.ones(total, np.bool_)
        for at, amount in enumerate(self.compiled.amounts):
            end = begin + int(sizes[at])
            if end > begin:
                kernel.rows_of(entitled[at], row[begin:end])
                row[begin:end] += first
                sure = amount.fill(self.sheet, row[begin:end], gross[begin:end])
                if sure is not None and not sure.all():  # the interpreter gave null: for how much cannot be said
                    known[begin:end] = sure
                    holes = True
                    for inside in (row[begin:end][~sure] - first).tolist():
                        bit = np.uint64(1) << np.uint64(inside % 64)
                        entitled[at, inside // 64] &= ~bit
                        open_[at, inside // 64] |= bit
            begin = end
        if holes:
            row, policy, gross = row[known], policy[known], gross[known]
        status = np.zeros(len(row), np.uint8)
        if not self.settles:
            return Grants(row, policy, gross, gross, status)
        net = gross.copy()
        settle(self.compiled.policies.policies, self.compiled.policies, row, policy, gross, net, status)
        return Grants(row, policy, gross, net, status)


def exact_sum(values: np.ndarray) -> int:
    """The sum of 64-bit integers without wrapping round."""
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())


def settle(listed: Sequence[Policy], policies: PolicySet, row: np.ndarray, policy: np.ndarray, gross: np.ndarray, net: np.ndarray, status: np.ndarray) -> None:
    """Requirements, then groups, then ceilings, in place. In a group the highest amount stays, at equal amounts the lower code; a ceiling is
    spent in the order of the codes."""
    position = {one.code: at for at, one in enumerate(listed)}
    for code in _in_order(listed):
        one = listed[position[code]]
        if one.requires:
            mine = np.flatnonzero(policy == position[code])
            for other in one.requires:
                holders = row[(policy == position.get(other, -1)) & (status != 4)]
                missing = mine[~np.isin(row[mine], holders)]
                status[missing], net[missing] = 4, 0
    for name in sorted({one.group for one in listed if one.group}):
        members = np.array([at for at, one in enumerate(listed) if one.group == name])
        mine = np.flatnonzero(np.isin(policy, members) & (status == 0))
        order = mine[np.lexsort((policy[mine], -gross[mine], row[mine]))]
        later = np.zeros(len(order), np.bool_)
        later[1:] = row[order[1:]] == row[order[:-1]]
        status[order[later]], net[order[later]] = 1, 0
    for ceiling in policies.ceilings:
        members = np.array([at for at, one in enumerate(listed) if one.ceiling == ceiling.name] or [-1])
        mine = np.flatnonzero(np.isin(policy, members) & (status == 0))
        order = mine[np.lexsort((policy[mine], row[mine]))]
        if not len(order):
            continue
        limit = min(int(ceiling.amount * 100), 2**53)
        own = np.minimum(net[order], limit)  # no more can count towards it, and sums stay small
        sums = np.cumsum(own) - own
        begins = np.r_[True, row[order[1:]] != row[order[:-1]]]
        first = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
        before = sums - sums[first]
        left = np.clip(limit - before, 0, None)
        cut = net[order] > left
        status[order[cut]] = np.where(left[cut] > 0, 2, 3)
        net[order] = np.minimum(net[order], left)


def _in_order(listed: Sequence[Policy]) -> list[str]:
    """Codes, required ones first; a cycle (which the checker refuses) leaves the given order."""
    out: list[str] = []
    by_code = {one.code: one for one in listed}

    def visit(code: str, path: tuple[str, ...]) -> None:
        if code in out or code in path or code not in by_code:
            return
        for other in by_code[code].requires:
            visit(other, (*path, code))
        out.append(code)

    for one in listed:
        visit(one.code, ())
    return out


__all__ = ["BLOCK", "OUTCOMES", "Block", "Compiled", "Data", "Grants", "Screening", "compile_set", "screen", "settle"]
