"""A compiled set bound to a sheet: the tables of whole numbers by which the kernel works through a block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from manyuan.engines.screening import columns, granting, kernel, wide
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.compiled import Compiled
from manyuan.engines.screening.factsheet import FactSheet
from manyuan.engines.screening.memory import Memory
from manyuan.engines.screening.results import Block, Grants
from manyuan.engines.screening.settling import settle

Source = tuple[str, object]  # ("values", column) ("known", column) ("linear", form) ("flags" or "defined", node) ("nonzero", form)
_NOTHING, _COPY, _BOTH, _WITHOUT = range(4)
_WIDTH = {1: kernel.EQUALS_8, 4: kernel.EQUALS_32, 8: kernel.EQUALS_64}


class Plan:
    """Which source is compared with which bound, into which row of bits. Rows of bits: the nodes, their known rows, the columns' known rows."""

    def __init__(self, compiled: Compiled, sheet: FactSheet) -> None:
        self.compiled, self.sheet = compiled, sheet
        self.nodes = max(1, len(compiled.nodes))
        self.live = self.nodes  # known set 0: nothing has to be known
        self.height = self.nodes + len(compiled.known_sets)
        self.sources: dict[Source, int] = {}
        self._column_rows: dict[str, int] = {}
        self._single = {next(iter(names)): at for at, names in enumerate(compiled.known_sets) if names and len(names) == 1 and at not in compiled.known_divided}
        self._packs: list[tuple[int, ...]] = []
        sets = [step for at, names in enumerate(compiled.known_sets) if at and names is not None for step in self._known_set(at, names)]
        compares = [step for at, bottom in compiled.known_divided.items() for step in self._divided(at, bottom)]
        ratios: list[tuple[int, ...]] = []
        for at, node in enumerate(compiled.nodes):
            self._node(at, node, sets, compares, ratios)
        first = len(compiled.known_divided)
        compares[first:] = sorted(compares[first:], key=lambda step: (step[1], step[0]))
        self._tables = (_table(self._packs, 5), _table(sets, 4), _table(compares, 5), _table(ratios, 7), _table(compiled.program, 4))
        self.known_of = np.array(compiled.known_of or [0], np.int64) + self.nodes
        listed = compiled.policies.policies
        self.settles = any(one.group or one.requires for one in listed) or any(one.ceiling for one in listed)
        self.starts = np.cumsum([0, *(len(own) for own in compiled.conditions)]).astype(np.int64)
        own = np.array([node for own in compiled.conditions for node in own] or [0], np.int64)
        self.places = np.stack([own, self.known_of[own]], axis=1) * (kernel.TILE * 8)
        self.pays, self.otherwise = self._payments()
        self._names = list(self.sources)

    # planning
    def _source(self, *source: object) -> int:
        return self.sources.setdefault((str(source[0]), source[1]), len(self.sources))

    def _column_row(self, name: str) -> int:
        """The row of bits that says where a column is known."""
        row = self._column_rows.get(name)
        if row is None:
            single = self._single.get(name)
            row = self.height if single is None else self.nodes + single
            self.height += single is None
            self._column_rows[name] = row
            self._packs.append((kernel.EQUALS_8, self._source("known", name), 1, row, self.live))
        return row

    def _known_set(self, at: int, names: frozenset[str]) -> list[tuple[int, ...]]:
        row = self.nodes + at
        rows = [self._column_row(name) for name in sorted(names)]
        if rows == [row]:
            return []
        if not rows:
            return [(_COPY, row, self.live, 0)]
        return [(_COPY, row, rows[0], 0), *((_BOTH, row, row, other) for other in rows[1:])]

    def _divided(self, at: int, bottom: f.Linear) -> Iterable[tuple[int, ...]]:
        """Known only where the bottom is not 0."""
        row = self.nodes + at
        if columns.bound_of(bottom, self.sheet) < f.INT64:
            return [(kernel.DIFFERS_64, self._linear(bottom), 0, row, row)]
        return [(kernel.EQUALS_8, self._source("nonzero", bottom), 1, row, row)]

    def _linear(self, linear: f.Linear) -> int:
        """A source of 64-bit integers with the values of a linear form."""
        if len(linear.terms) == 1 and linear.terms[0][1] == 1 and not linear.constant:
            name = linear.terms[0][0]
            if self.sheet.columns[name].values.dtype == np.int64:
                return self._source("values", name)
        return self._source("linear", linear)

    def _node(self, at: int, node: f.Formula, sets: list[tuple[int, ...]], compares: list[tuple[int, ...]], ratios: list[tuple[int, ...]]) -> None:
        known = self.nodes + self.compiled.known_of[at]
        match node:
            case f.AtLeast(linear, bound):
                self._comparison(at, linear, bound, False, known, sets, compares)
            case f.Equals(linear, value):
                self._comparison(at, linear, value, True, known, sets, compares)
            case f.Is(column, category):
                categories = self.sheet.columns[column].categories
                if category in categories:
                    kind = _WIDTH[self.sheet.columns[column].values.itemsize]
                    compares.append((kind, self._source("values", column), categories.index(category), at, known))
                else:
                    sets.append((_NOTHING, at, 0, 0))
            case f.True_(column):
                compares.append((kernel.EQUALS_8, self._source("values", column), 1, at, known))
            case f.Known():
                sets.append((_COPY, at, known, 0))
            case f.Constant(value):
                sets.append((_COPY if value else _NOTHING, at, self.live, 0))
            case f.Missing(column):
                sets.append((_WITHOUT, at, self.live, self._column_row(column)))
            case f.Ratio() if self._narrow(node):
                ratios.append((*self._ratio(node), at, known))
            case f.Ratio():
                compares.append((kernel.EQUALS_8, self._source("flags", node), 1, at, known))
            case f.Interpreted():
                compares.append((kernel.EQUALS_8, self._source("defined", node), 1, known, self.live))
                compares.append((kernel.EQUALS_8, self._source("flags", node), 1, at, self.live))

    def _comparison(self, at: int, linear: f.Linear, bound: int, equal: bool, known: int, sets: list[tuple[int, ...]], compares: list[tuple[int, ...]]) -> None:  # fmt: skip
        """A linear form against a bound: what its range decides needs no look at the rows."""
        single = linear.terms[0][0] if len(linear.terms) == 1 and linear.terms[0][1] == 1 and not linear.constant else None
        size = columns.bound_of(linear, self.sheet)
        low, high = (-size, size) if single is None else (self.sheet.columns[single].low, self.sheet.columns[single].high)
        if (equal and not low <= bound <= high) or (not equal and bound > high):
            sets.append((_NOTHING, at, 0, 0))
        elif not equal and bound <= low:
            sets.append((_COPY, at, known, 0))
        elif single is None and size >= f.INT64:  # 64 bits could overflow: Python's integers, exact
            node = f.Equals(linear, bound) if equal else f.AtLeast(linear, bound)
            compares.append((kernel.EQUALS_8, self._source("flags", node), 1, at, known))
        elif single is not None and self.sheet.columns[single].values.dtype == np.int32:
            compares.append((kernel.EQUALS_32 if equal else kernel.AT_LEAST_32, self._source("values", single), bound, at, known))
        else:
            compares.append((kernel.EQUALS_64 if equal else kernel.AT_LEAST_64, self._linear(linear), bound, at, known))

    def _narrow(self, node: f.Ratio) -> bool:
        """Whether a ratio's products fit into 64 bits, so that the kernel can take it."""
        top, bottom, numerator = self._shifted(node)
        sizes = (columns.bound_of(top, self.sheet), columns.bound_of(bottom, self.sheet))
        return max(sizes[0] * node.denominator, sizes[1] * abs(numerator), *sizes, node.denominator, abs(numerator)) < f.INT64

    def _shifted(self, node: f.Ratio) -> tuple[f.Linear, f.Linear, int]:
        """(a - b) / b >= c is a / b >= c + 1: growth needs no subtraction. Top, bottom, numerator."""
        if len(node.bottom.terms) == 1 and not node.bottom.constant and len(node.top.terms) == 2 and not node.top.constant:
            name, factor = node.bottom.terms[0]
            other, mine = sorted(node.top.terms, key=lambda term: term[0] == name)
            if mine[0] == name and mine[1] % factor == 0:
                return f.Linear((other,)), node.bottom, node.numerator - mine[1] // factor * node.denominator
        return node.top, node.bottom, node.numerator

    def _ratio(self, node: f.Ratio) -> tuple[int, ...]:
        """(equal, top, bottom, a, b): top * a / bottom >= b. A factor of a single column goes into a and b, which turn their sign with the bottom's."""
        top, bottom, b = self._shifted(node)
        a = node.denominator
        if len(top.terms) == 1 and not top.constant:
            a *= top.terms[0][1]
            top = f.Linear(((top.terms[0][0], 1),))
        if len(bottom.terms) == 1 and not bottom.constant:
            factor = bottom.terms[0][1]
            a, b = (a, b * factor) if factor > 0 else (-a, -b * factor)
            bottom = f.Linear(((bottom.terms[0][0], 1),))
        return int(node.equal), self._linear(top), self._linear(bottom), a, b

    def _payments(self) -> tuple[np.ndarray, list[int]]:
        """The table of what the kernel pays, and the policies whose amounts it leaves."""
        table = np.zeros((len(self.compiled.amounts), 12), np.int64)
        otherwise = []
        for at, amount in enumerate(self.compiled.amounts):
            terms = amount.terms(self.sheet)
            if amount.constant is not None:
                table[at, 0], table[at, 2] = granting.PAYS_CONSTANT, amount.constant
            elif terms is not None and amount.share is not None:
                table[at] = (granting.PAYS_SHARE, self._source("values", amount.share[0]), *terms)
            elif amount.node is None:
                table[at, 0] = granting.PAYS_CONSTANT
            else:
                otherwise.append(at)
        return table, otherwise

    # running
    def run(self, first: int, rows: int, memory: Memory) -> Block:
        """Screen `rows` rows from `first` on."""
        tiles = -(-rows // kernel.TILE_ROWS)
        words = tiles * kernel.TILE
        width = words + kernel.LANES * (1 + words // kernel.LANES % 2)  # an odd number of cache lines, so that policies do not meet in the cache
        count = len(self.compiled.policies.policies)
        bits = memory.take(tiles * self.height * kernel.TILE, np.uint64).reshape(tiles, self.height, kernel.TILE)
        low, high = memory.take(2 * count * width, np.uint64).reshape(2, count, width)
        low[:, words:] = 0
        high[:, words:] = 0
        tally = np.zeros((count, kernel.LANES), np.uint64)
        arrays = self._arrays(first, rows)
        addresses, widths = _places(arrays)
        fixed = (*self._tables, self.known_of, self.starts, self.places, bits, low, high, tally)
        whole = rows // kernel.TILE_ROWS
        kernel.screen_tiles(0, whole, rows, self.live, addresses, widths, *fixed)
        if whole < tiles:  # the columns end within the last tile
            begin = whole * kernel.TILE_ROWS
            padded = [np.zeros(kernel.TILE_ROWS, array.dtype) for array in arrays]
            for place, array in zip(padded, arrays):
                place[: rows - begin] = array[begin:]
            ends, _ = _places(padded)
            kernel.screen_tiles(whole, tiles, rows, self.live, ends - begin * widths, widths, *fixed)
        grants = self._grants(first, low, high, tally.sum(axis=1).astype(np.int64), addresses, widths, memory)
        return Block(first, rows, low, high, bits, self.nodes, grants)

    def _arrays(self, first: int, rows: int) -> list[np.ndarray]:
        window = slice(first, first + rows)
        made: dict[Source, np.ndarray] = {}
        for source in self._names:
            if source in made:
                continue
            kind, what = source
            if kind == "values":
                made[source] = np.ascontiguousarray(self.sheet.columns[str(what)].values[window])
            elif kind == "known":
                made[source] = np.ascontiguousarray(self.sheet.columns[str(what)].known[window]).view(np.uint8)
            elif kind == "linear":
                made[source] = np.ascontiguousarray(columns.linear_values(what, self.sheet, window))  # type: ignore[arg-type]
            elif kind == "nonzero":
                made[source] = np.asarray(columns.linear_values(what, self.sheet, window) != 0, np.bool_).view(np.uint8)  # type: ignore[arg-type]
            else:
                true, known = self._atom(what, window, rows)  # type: ignore[arg-type]
                made["flags", what], made["defined", what] = true.view(np.uint8), known.view(np.uint8)
        return [made[source] for source in self._names]

    def _atom(self, node: f.Atom, window: slice, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """What the tiles do not do: ratios beyond 64 bits, forms beyond 64 bits, the interpreter."""
        sheet = self.sheet
        if not isinstance(node, f.Ratio) or max(abs(node.numerator), node.denominator) >= f.INT64:
            return columns.atom(node, sheet, window)
        top, bottom = columns.linear_values(node.top, sheet, window), columns.linear_values(node.bottom, sheet, window)
        if top.dtype == object or bottom.dtype == object:
            return columns.atom(node, sheet, window)
        flags, defined = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
        wide.compare_ratio(top, bottom, np.int64(node.numerator), np.int64(node.denominator), node.equal, False, flags, defined)
        return flags, defined

    # amounts
    def _grants(self, first: int, low: np.ndarray, high: np.ndarray, sizes: np.ndarray, addresses: np.ndarray, widths: np.ndarray, memory: Memory) -> Grants:  # fmt: skip
        total = int(sizes.sum())
        inside, gross = memory.take(total + granting.SPARE, np.uint32), memory.take(total + granting.SPARE, np.int64)
        granting.grant(low, high, sizes, self.pays, addresses, widths, inside, gross)
        inside, gross = inside[:total], gross[:total]
        ends = np.cumsum(sizes)
        sure = None
        for at in self.otherwise:
            begin, end = int(ends[at] - sizes[at]), int(ends[at])
            if end == begin:
                continue
            gross[begin:end], known = self.compiled.amounts[at].values(self.sheet, inside[begin:end].astype(np.int64) + first)
            if not known.all():  # the interpreter gave null: for how much cannot be said
                sure = np.ones(total, np.bool_) if sure is None else sure
                sure[begin:end] = known
                for row in inside[begin:end][~known].tolist():
                    high[at, row // 64] |= np.uint64(1) << np.uint64(row % 64)
        grants = Grants(first, sizes, inside, gross)
        if sure is not None:
            grants = grants.only(sure)
        if self.settles:
            grants.net = grants.gross.copy()
            settle(self.compiled.policies.policies, self.compiled.policies, grants.row, grants.policy, grants.gross, grants.net, grants.status)
        return grants


def _table(steps: Sequence[tuple[int, ...]], width: int) -> np.ndarray:
    return np.array(steps, np.int64).reshape(len(steps), width)


def _places(arrays: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The addresses and the widths in bytes."""
    return np.array([array.ctypes.data for array in arrays] or [0], np.int64), np.array([array.itemsize for array in arrays] or [1], np.int64)
