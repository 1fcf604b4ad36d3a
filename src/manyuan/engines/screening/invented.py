"""Invented enterprises that a policy entitles, to see what its text alone can do: found by a search that always runs in the same way.

A crowd of rows is made of values near the numbers in the policy; those that miss fewest conditions are kept, and copied with changes, until some
miss none. A policy that asks for a rare combination may find none.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

import numpy as np

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening.compiled import Compiled
from manyuan.engines.screening.factsheet import Column, Data, FactSheet, ranged
from manyuan.engines.screening.trials import trial_of

_CROWD, _KEPT, _ENOUGH, _GENERATIONS = 512, 32, 32, 60
_LARGEST = 10**15
_OTHER = "—"
DAYS = (*range(0, 36500, 183),)
"""Days from which a date is chosen, counted from 1970-01-01: two of each year."""


def invent(compiled: Compiled) -> FactSheet | None:
    """Rows that the one policy of the set entitles; None where the search finds none."""
    makers = _makers(compiled)
    rng = np.random.default_rng(1)
    crowd = _CROWD // 4 if compiled.slow else _CROWD
    rows = {maker.name: maker.any(rng, crowd) for maker in makers}
    for _ in range(_GENERATIONS):
        trial = trial_of(compiled, _sheet(compiled, makers, rows))
        misses = (~trial.truths).sum(axis=1)
        best = np.argsort(misses, kind="stable")[:_KEPT]
        if len(trial.entitled) >= _ENOUGH:
            return trial.sheet.chosen(trial.entitled[:_ENOUGH])
        rows = _changed(makers, rows, np.resize(best, crowd), rng, keep=_KEPT)
    trial = trial_of(compiled, _sheet(compiled, makers, rows))
    return trial.sheet.chosen(trial.entitled) if len(trial.entitled) else None


def mutants(compiled: Compiled, entitled: FactSheet, seed: int) -> FactSheet:
    """Changed copies of entitled rows: some are entitled by another branch, some not at all."""
    makers = _makers(compiled)
    rows = {maker.name: maker.read(entitled) for maker in makers}
    rng = np.random.default_rng(seed + 2)
    return _sheet(compiled, makers, _changed(makers, rows, np.resize(np.arange(entitled.rows), _CROWD // 4 if compiled.slow else _CROWD * 2), rng, keep=0))


class _Maker:
    """Values of one column that a policy reads."""

    def __init__(self, column: Column, numbers: list[Decimal], texts: list[str], days: list[int]) -> None:
        self.column, self.name = column, column.name
        self.categories = tuple(dict.fromkeys([*column.values, *texts, _OTHER]))
        self.factors = [float(number) for number in numbers if number] or [1.0]
        if column.kind == "category":
            self.choices = np.arange(len(self.categories), dtype=np.int64)
        elif column.kind == "boolean":
            self.choices = np.array([0, 1], np.int64)
        elif column.kind == "date":
            self.choices = np.array(sorted({*DAYS, *(day + step for day in days for step in (-1, 0, 1))}), np.int64)
        else:
            unit = 10**column.decimals
            scales = [10**k * n for k in range(12) for n in (1, 3)] if column.kind == "money" else [*range(21), 50, 100, 200, 500, 1000, 10**4]
            near = [int(number * unit) + step for number in numbers for step in (-1, 0, 1)] + [int(number * unit * 2) for number in numbers]
            fine = [unit * n // 20 for n in range(21)] if column.kind == "rate" else []
            found = {0, *(n * unit for n in scales), *near, *fine}
            self.choices = np.array(sorted(n for n in found if abs(n) <= _LARGEST), np.int64)

    def any(self, rng: np.random.Generator, count: int) -> np.ndarray:
        return self.choices[rng.integers(0, len(self.choices), count)]

    def read(self, sheet: FactSheet) -> np.ndarray:
        return sheet.columns[self.name].values.astype(np.int64)

    def data(self, values: np.ndarray) -> Data:
        known = np.ones(len(values), np.bool_)
        if self.column.kind == "category":
            return Data(self.column, values.astype(np.int32 if len(self.categories) > 256 else np.uint8), known, self.categories, 0, len(self.categories) - 1)
        if self.column.kind == "boolean":
            return Data(self.column, values.astype(np.uint8), known, (), 0, 1)
        return ranged(self.column, values.astype(np.int32) if self.column.kind == "date" else values, known)


def _makers(compiled: Compiled) -> list[_Maker]:
    nodes = _nodes(*_read_by(compiled))
    literals = [node.value for node in nodes if isinstance(node, tree.Literal)]
    numbers = sorted({value for value in literals if isinstance(value, Decimal)})
    words = sorted({value for value in literals if isinstance(value, str)})
    read = {node.name for node in nodes if isinstance(node, tree.Name)}
    days = dates_in(compiled)
    return [_Maker(column, numbers, words, days) for column in compiled.schema.columns if column.name in read]


def dates_in(compiled: Compiled) -> list[int]:
    """The days that the one policy of the set names, counted from 1970-01-01."""
    return _days(*_read_by(compiled))


def _read_by(compiled: Compiled) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The expressions of the one policy of the set, and the names in scope."""
    policy = compiled.policies.policies[0]
    return (*(one.when for one in policy.conditions), *([policy.amount.value] if policy.amount.value else [])), tuple(compiled.schema.names)


@lru_cache(maxsize=64)
def _nodes(texts: tuple[str, ...], names: tuple[str, ...]) -> list[tree.Node]:
    """Every node of the expressions; they are asked for with every round and every edge."""
    return [node for text in texts for node in tree.walk(feel.parse(text, names=names))]


@lru_cache(maxsize=64)
def _days(texts: tuple[str, ...], names: tuple[str, ...]) -> list[int]:
    found = set()
    for node in _nodes(texts, names):
        value: object = None
        match node:
            case tree.At():
                value = feel.Program(node).run()
            case tree.Call(tree.Name("date"), arguments) if all(isinstance(one, tree.Literal) for one in arguments):
                value = feel.Program(node).run()
        if isinstance(value, feel.Date):
            found.add(value.days)
    return sorted(found)


def _sheet(compiled: Compiled, makers: list[_Maker], rows: dict[str, np.ndarray]) -> FactSheet:
    """A sheet of the columns read; the others are not known."""
    size = len(rows[makers[0].name]) if makers else _CROWD
    made = {maker.name: maker.data(rows[maker.name]) for maker in makers}
    for column in compiled.schema.columns:
        if column.name not in made:
            kind = np.uint8 if column.kind in ("category", "boolean") else np.int32
            made[column.name] = Data(column, np.zeros(size, kind), np.zeros(size, np.bool_))
    return FactSheet.of_data(made, compiled.schema, size)


def _changed(makers: list[_Maker], rows: dict[str, np.ndarray], parents: np.ndarray, rng: np.random.Generator, *, keep: int) -> dict[str, np.ndarray]:
    """Copies of parents, the first `keep` as they are, the others with one to three columns changed: to any value, or to a multiple of another
    column by a number of the policy (so that shares are met)."""
    out = {maker.name: rows[maker.name][parents] for maker in makers}
    count = len(parents)
    numeric = [maker for maker in makers if maker.column.kind in ("money", "rate", "count")]
    for _ in range(3):
        which = rng.integers(0, len(makers), count)
        which[:keep] = -1
        for at, maker in enumerate(makers):
            mine = np.flatnonzero(which == at)
            fresh = maker.any(rng, len(mine))
            if maker in numeric:
                factors = np.array([*maker.factors, *(1 + n for n in maker.factors)])[rng.integers(0, 2 * len(maker.factors), len(mine))]
                other = np.array([out[one.name][mine] for one in numeric])[rng.integers(0, len(numeric), len(mine)), np.arange(len(mine))]
                share = np.clip(np.ceil(other * factors), -_LARGEST, _LARGEST).astype(np.int64)
                fresh = np.where(rng.random(len(mine)) < 0.5, share, fresh)
            out[maker.name][mine] = fresh
        which = np.where(rng.random(count) < 0.5, which, -1)
    return out
