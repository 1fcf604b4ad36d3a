"""Cliffs: where one smallest step of one fact makes what an enterprise gets jump; how much, at which value, by which clause; and how many
enterprises stand just below.

    >>> for cliff in cliffs(policies, sheet=sheet):
    ...     print(cliff.fact, cliff.comparison, cliff.jump, cliff.below)

A policy is taken by itself, without groups, ceilings and requirements. Every edge (`edges`) is tried on real enterprises of the sheet, and on
invented ones (`invented`) where none of the sheet shows it: one fact is moved to the edge, all others are left as they are, and the policy is
screened on both sides of it. It is a cliff where that step changes what is given more than the steps next to it do, so that a bracket that
goes on where the last one ended is none. Dates are named (`edges.dates_of`), not measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np

from manyuan.engines.screening.compiled import compile_set
from manyuan.engines.screening.edges import Edge, edges_of
from manyuan.engines.screening.factsheet import EPOCH, Column, FactSheet, Schema
from manyuan.engines.screening.invented import DAYS, dates_in, invent, mutants
from manyuan.engines.screening.policy import Policy, PolicySet
from manyuan.engines.screening.trials import UNKNOWN, Trial, trial_of

WITHIN = Decimal("0.05")
WITHIN_DAYS = 30
_TRIED = 96
_CROWD = 512
_ROUNDS = 3


@dataclass(frozen=True)
class Cliff:
    """One jump. place: the condition's id or `amount`; comparison: FEEL; at: the value of the fact at its better side (a day where the fact
    is a date), None where that depends on other facts; rises: more of the fact, or a later day, gives more; decides: it decides whether anything is given at all; jump and least: the largest and the
    smallest jump found, in fen (0 for a title); worse and better: what is given on the two sides of the largest, one step apart, in fen; invented:
    no enterprise of the sheet shows it, only an invented one. With a sheet: below and above are the enterprises within reach of the edge on its worse and on its better side, gain is what those below would get, in fen."""

    policy: str
    fact: str
    place: str
    clause: str
    comparison: str
    at: Decimal | date | None
    rises: bool
    decides: bool
    jump: int
    least: int
    invented: bool
    below: int | None = None
    above: int | None = None
    gain: int | None = None
    worse: int = 0
    better: int = 0


def cliffs(policies: PolicySet | Policy, schema: Schema | None = None, *, sheet: FactSheet | None = None, within: Decimal = WITHIN,
           days: int = WITHIN_DAYS) -> list[Cliff]:  # fmt: skip
    """The cliffs of policies, the largest jump of each policy first. within: how near to an edge counts as just below or just above it, as a share
    of the value at the edge (and one whole unit for counts); days: how near to it a date is. A schema or a sheet is needed; counts are of the sheet.
    Raises ValueError."""
    schema = schema or (sheet.schema if sheet is not None else None)
    if schema is None:
        raise ValueError("cliffs: a schema or a sheet is needed")
    if not 0 < within < 1:
        raise ValueError(f"cliffs: within is {within}, expected more than 0 and less than 1")
    if days < 1:
        raise ValueError(f"cliffs: days is {days}, expected 1 or more")
    listed = (policies,) if isinstance(policies, Policy) else policies.policies
    return [cliff for policy in listed for cliff in _of(policy, schema, sheet, _Near(Fraction(within), days))]


def quickly_found(policy: Policy, schema: Schema) -> bool:
    """Whether the cliffs of a policy take a moment: it runs in columns throughout. What the interpreter runs row by row may take seconds."""
    return not compile_set(PolicySet((policy,)), schema).slow


Key = tuple[Edge, str, bool]
"""An edge, a fact, and whether more of the fact gives more."""


def _clauses(edge: Edge) -> str:
    return "、".join(one for one in edge.clauses if one)


@dataclass
class _Seen:
    """What was found of one edge, one fact and one direction."""

    jumps: list[int] = field(default_factory=list)
    sides: list[tuple[int, int]] = field(default_factory=list)
    at: set[int] = field(default_factory=set)
    invented: bool = False
    below: int = 0
    above: int = 0
    gain: int = 0


@dataclass(frozen=True)
class _Near:
    """How far from an edge a value still is just below or just above it."""

    share: Fraction
    days: int

    def around(self, column: Column, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each value the lowest and the highest at which an edge may lie for it to be near."""
        if column.kind == "date":
            return values - self.days, values + self.days
        whole, less, more = self.share.denominator, self.share.denominator - self.share.numerator, self.share.denominator + self.share.numerator
        up = np.where(values >= 0, values * whole // less, values * whole // more)
        down = np.where(values >= 0, -(-values * whole // more), -(-values * whole // less))
        return np.minimum(down, values - 1), np.maximum(up, values + 1)

    def holds(self, column: Column, own: int, better: int) -> bool:
        """Whether a value is near to the better side of an edge."""
        far = abs(own - better)
        return far <= self.days if column.kind == "date" else far <= 1 or far <= abs(better) * self.share


def _of(policy: Policy, schema: Schema, sheet: FactSheet | None, near: _Near) -> list[Cliff]:
    alone = compile_set(PolicySet((policy,)), schema)
    pairs = [(edge, fact) for edge in edges_of(policy, schema) for fact in edge.facts]
    seen: dict[Key, _Seen] = {}
    real = trial_of(alone, sheet) if sheet is not None else None
    if real is not None:
        some = real.few(_TRIED)
        for edge, fact in pairs:
            _look(seen, real, edge, fact, _reach(real, fact, near), near=near)
            _look(seen, real, edge, fact, _spread(real, edge, fact, some))
    left = [pair for pair in pairs if not any((*pair, rises) in seen for rises in (True, False))]
    if left:
        entitled = invent(alone)
        for round_ in range(_ROUNDS if entitled is not None else 0):
            assert entitled is not None
            tried = trial_of(alone, mutants(alone, entitled, round_) if round_ else entitled)
            for edge, fact in left:
                _look(seen, tried, edge, fact, _spread(tried, edge, fact, tried.live(fact)[: 64 if alone.slow else _CROWD]), invented=True)
            left = [pair for pair in left if not any((*pair, rises) in seen for rises in (True, False))]
    out = []
    for (edge, fact, rises), one in seen.items():
        alone_at = edge.facts == (fact,) and len(one.at) == 1
        at = _value(schema[fact], next(iter(one.at))) if alone_at else None
        worse, better = one.sides[one.jumps.index(max(one.jumps))]
        out.append(
            Cliff(
                policy=policy.code,
                fact=fact,
                place=edge.place,
                clause=_clauses(edge),
                comparison=edge.text,
                at=at,
                rises=rises,
                decides=edge.decides,
                jump=max(one.jumps),
                least=min(one.jumps),
                invented=one.invented,
                below=one.below if sheet is not None else None,
                above=one.above if sheet is not None else None,
                gain=one.gain if sheet is not None else None,
                worse=worse,
                better=better,
            )
        )
    return sorted(out, key=lambda cliff: (-cliff.jump, -(cliff.below or 0)))


def _value(column: Column, raw: int) -> Decimal | date:
    return EPOCH + timedelta(raw) if column.kind == "date" else Decimal(raw).scaleb(-column.decimals)


Moves = Iterable[tuple[np.ndarray, np.ndarray]]
"""Rows, and the raw value of the fact to which each is moved."""


def _reach(trial: Trial, fact: str, near: _Near) -> Moves:
    """Each row that can be moved, as far up and as far down as an edge may lie away for the row to be near it, and one unit more: across it."""
    rows = trial.live(fact)
    low, high = near.around(trial.compiled.schema[fact], trial.sheet.columns[fact].values[rows].astype(object))
    yield rows, high.astype(np.int64) + 1
    yield rows, low.astype(np.int64) - 1


def _spread(trial: Trial, edge: Edge, fact: str, rows: np.ndarray) -> Moves:
    """Rows moved up, and down, to the nearest of some values at which the edge turns, wherever it lies."""
    rows = rows[trial.sheet.columns[fact].known[rows]]
    if not len(rows):
        return
    places = _places(trial, fact)
    begins = trial.sheet.columns[fact].values[rows].astype(np.int64)
    here, known = edge.side(trial.sheet.chosen(rows))
    there, known_there = (one.reshape(len(rows), -1) for one in edge.side(trial.sheet.chosen(np.repeat(rows, len(places)), {fact: np.tile(places, len(rows))})))
    turned = known[:, None] & known_there & (there != here[:, None])
    for side in (1, -1):
        far = (places[None, :] - begins[:, None]) * side
        far = np.where(turned & (far > 0), far, _FAR)
        nearest = far.argmin(axis=1)
        found = far[np.arange(len(rows)), nearest] < _FAR
        yield rows[found], places[nearest[found]]


def _places(trial: Trial, fact: str) -> np.ndarray:
    """Raw values to which a fact is moved: numbers of every size, of a date the days that the policy names and days of every year."""
    if trial.compiled.schema[fact].kind != "date":
        return _PLACES
    named = dates_in(trial.compiled)
    return np.array(sorted({*DAYS[::2], *(day + step for day in named for step in (-1, 0, 1))}), np.int64)


def _look(seen: dict[Key, _Seen], trial: Trial, edge: Edge, fact: str, moves: Moves, *, near: _Near | None = None, invented: bool = False) -> None:
    """Move rows towards an edge; of those that cross it, see what the crossing step changes. near: count them where they are that near."""
    for moved, ends in moves:
        rows, low, high = _crossing(trial, edge, fact, moved, ends)
        if not len(rows):
            continue
        before, after = trial.given(rows, {fact: low}), trial.given(rows, {fact: high})
        changed = (before != UNKNOWN) & (after != UNKNOWN) & (before != after)
        if not changed.any():
            continue
        rows, low, high, before, after = (one[changed] for one in (rows, low, high, before, after))
        step = np.sign(high - low)
        beside = (np.abs(before - trial.given(rows, {fact: low - step})), np.abs(after - trial.given(rows, {fact: high + step})))
        jump = after - before
        for at in np.flatnonzero(np.abs(jump) > np.maximum(*beside) + trial.unit):
            gains = bool(jump[at] > 0)
            better, own = int(high[at] if gains else low[at]), int(trial.sheet.columns[fact].values[rows[at]])
            if near is not None and not near.holds(trial.compiled.schema[fact], own, better):
                continue
            one = seen.setdefault((edge, fact, gains == bool(step[at] > 0)), _Seen(invented=invented))
            fen = trial.fen(abs(int(jump[at])))
            one.jumps.append(fen)
            worse, better_given = sorted((trial.fen(int(before[at])), trial.fen(int(after[at]))))
            one.sides.append((worse, better_given))
            one.at.add(better)
            if near is not None:
                one.below, one.above, one.gain = one.below + gains, one.above + (not gains), one.gain + fen * gains


def _crossing(trial: Trial, edge: Edge, fact: str, rows: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows that cross the edge on their way, the last value before it and the first behind it: the way is halved until they are neighbours."""
    low, high = trial.sheet.columns[fact].values[rows].astype(np.int64), ends
    here, known = edge.side(trial.sheet.chosen(rows))
    there, known_there = edge.side(trial.sheet.chosen(rows, {fact: ends}))
    crossing = known & known_there & (here != there)
    rows, low, high, here = rows[crossing], low[crossing], high[crossing], here[crossing]
    while (open_ := np.abs(high - low) > 1).any():
        middle = np.where(open_, low + (high - low) // 2, low)
        found, known = edge.side(trial.sheet.chosen(rows, {fact: middle}))
        same = known & (found == here)
        low, high = np.where(open_ & same, middle, low), np.where(open_ & ~same, middle, high)
    _, known = edge.side(trial.sheet.chosen(rows, {fact: high}))  # not where a division by zero lies between
    return rows[known], low[known], high[known]


_TENS = [n * 10**k for k in range(15) for n in (1, 2, 5)]
_PLACES = np.array(sorted({-1, *range(41), *_TENS}), np.int64)
_FAR = np.int64(2**62)
