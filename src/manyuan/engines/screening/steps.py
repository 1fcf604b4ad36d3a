"""The smallest change of one fact after which a rule holds: for every enterprise that misses it, in the fact's own unit.

A condition may be a sum of points in which a threshold cannot be read off; so the change is found by trying, with the same kernel that decides:
first in growing strides, then by halving. What is found always suffices, and one unit less would not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.compiled import Compiled, compile_set
from manyuan.engines.screening.factsheet import Column, FactSheet, Schema
from manyuan.engines.screening.policy import Policy, PolicySet
from manyuan.engines.screening.screen import screen

YUAN = 100
"""Money is moved by whole yuan."""
_FURTHEST = {"money": 10**14, "count": 10**6, "rate": 10**12}
"""How far a fact is moved at most: a thousand billion yuan, a million people."""


@dataclass(frozen=True)
class Change:
    """The rule of a row holds once `column` goes from `found` to `needed` (whole units of its scale: fen; true and false as 1 and 0)."""

    row: int
    column: str
    found: int
    needed: int

    @property
    def share(self) -> Decimal | None:
        """What is missing as a part of what is needed (upwards) or of what there is (downwards): how far it is, whatever the unit."""
        whole = max(abs(self.needed), abs(self.found))
        return Decimal(abs(self.needed - self.found)) / whole if whole else None


def columns_of(policy: Policy, schema: Schema) -> list[str]:
    """The columns that the conditions of a policy read, in the schema's order."""
    read = {one.name for condition in policy.conditions for one in tree.walk(feel.parse(condition.when, names=schema.names)) if isinstance(one, tree.Name)}
    return [name for name in schema.names if name in read]


def smallest_changes(policy: Policy, table: pa.Table, schema: Schema, rows: Sequence[int], levers: Mapping[str, str]) -> list[Change]:
    """For each of the rows (all of whose facts are known, and which do not meet the policy) the changes of one lever that suffice, by row.

    levers: the columns that an enterprise can move, with `up`, `down` or, for a yes-or-no, `yes`. Raises nothing: a row that no single lever helps has no change.
    """
    if not len(rows):
        return []
    read = columns_of(policy, schema)
    narrow = Schema(tuple(schema[name] for name in read), schema.key)
    compiled = compile_set(PolicySet((policy,)), narrow)
    part = table.select(read).take(pa.array(rows, pa.int64()))
    out: list[Change] = []
    for name in read:
        if name in levers:
            known = np.flatnonzero(part.column(name).is_valid().to_numpy())  # a rule may be decided without the lever: then it is not known how far
            search = _Search(compiled, narrow, part.take(pa.array(known)), narrow[name], levers[name])
            out += [Change(rows[known[at]], name, before, after) for at, before, after in search.found()]
    return sorted(out, key=lambda one: (one.row, one.column))


class _Search:
    """One lever over all rows."""

    def __init__(self, compiled: Compiled, schema: Schema, table: pa.Table, column: Column, way: str) -> None:
        self.compiled, self.schema, self.table, self.column, self.way = compiled, schema, table, column, way
        self.slow = any(isinstance(node, f.Interpreted) for node in compiled.nodes)
        self.unit = YUAN if column.kind == "money" else 1

    def found(self) -> list[tuple[int, int, int]]:
        """(row, value before, value after)."""
        values = self.table.column(self.column.name)
        if self.way == "yes":
            return self._switched(np.array([value is False for value in values.to_pylist()]))
        before = np.array(values.to_pylist(), np.int64)
        failing, passing = self._strides(before)
        rows = np.flatnonzero(passing >= 0)
        low, high = failing[rows], passing[rows]
        while len(rows):
            wide = high - low > self.unit
            if not wide.any():
                break
            middle = (low + high) // 2 // self.unit * self.unit
            middle = np.where(middle <= low, low + self.unit, middle)
            holds = np.zeros(len(rows), bool)
            holds[wide] = self._holds(rows[wide], self._moved(before[rows[wide]], middle[wide]))
            high = np.where(wide & holds, middle, high)
            low = np.where(wide & ~holds, middle, low)
        after = self._moved(before[rows], high)
        return list(zip(rows.tolist(), before[rows].tolist(), after.tolist(), strict=True))

    def _switched(self, off: np.ndarray) -> list[tuple[int, int, int]]:
        rows = np.flatnonzero(off)
        if not len(rows):
            return []
        holds = self._holds(rows, np.ones(len(rows), bool))
        return [(int(row), 0, 1) for row in rows[holds]]

    def _strides(self, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each row the last stride that does not suffice and the first that does (-1: none)."""
        n, factor = len(before), 4 if self.slow else 2
        failing, passing = np.zeros(n, np.int64), np.full(n, -1, np.int64)
        start = np.maximum(np.abs(before) // 100, 1_000_000 if self.column.kind == "money" else 1)
        stride = np.maximum(start // self.unit, 1) * self.unit
        waiting = np.arange(n)
        while len(waiting):
            holds = self._holds(waiting, self._moved(before[waiting], stride[waiting]))
            passing[waiting[holds]] = stride[waiting[holds]]
            left = waiting[~holds]
            failing[left] = stride[left]
            stride[left] = stride[left] * factor
            inside = stride[left] <= (_FURTHEST[self.column.kind] if self.way == "up" else np.maximum(before[left], 0) * factor)
            waiting = left[inside]
        return failing, passing

    def _moved(self, before: np.ndarray, stride: np.ndarray) -> np.ndarray:
        return before + stride if self.way == "up" else np.maximum(before - stride, 0)

    def _holds(self, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        part = self.table.take(pa.array(rows))
        part = part.set_column(part.column_names.index(self.column.name), self.column.name, pa.array(values))
        result = screen(self.compiled, FactSheet(part, self.schema))
        out = [np.unpackbits(block.entitled[:1].view(np.uint8), bitorder="little")[: block.rows] for block in result.blocks]
        return np.concatenate(out).astype(bool)
