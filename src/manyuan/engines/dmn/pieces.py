"""A column of a decision table cut into pieces on which every cell is wholly true or wholly false: what the lint counts with.

Values in an order (numbers, dates, times, durations; strings where a cell compares them) are cut at every constant that a cell names, into the
points and what lies between and beside them. Days, months and seconds have neighbours: nothing lies between two of them, and no string comes
before the empty one. Other strings and booleans are cut into the named values and, for strings, any other. Columns over one expression are one
axis: a row accepts there what all its cells accept. What the allowed values leave out is no piece. Null is a piece
where a cell names it, else it is left out.
"""

from __future__ import annotations

import bisect
import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.feel import tree
from manyuan.engines.feel.comparing import _moment, compare
from manyuan.engines.feel.interpreter import matches

OTHER, NULL = object(), object()


class Unjudged(Exception):
    """A cell that is not a test against constants."""


@dataclass(frozen=True)
class Piece:
    """A point (low is high), an open piece between two cuts (None: unbounded), any other value (OTHER), or NULL. text: what it is, as FEEL."""

    low: object
    high: object
    text: str

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low is self.high


class Axis:
    """Columns over one expression, cut into pieces. A set of pieces is an integer, bit by bit: `whole` has those that the allowed values leave,
    null not among them, `cells[row]` those that a row accepts in all its columns, null among them."""

    columns: tuple[int, ...] = ()
    """The numbers of its columns, from 1."""

    def __init__(self, clauses: Sequence[m.InputClause], texts: Sequence[Sequence[str]], allowed: Sequence[str] = (), kinds: Sequence[str] = ()) -> None:
        """texts[column][row]: the cells. allowed: unary tests that the value meets besides the clauses' own, those of its type; kinds: names of its
        type. `judged` is False where a cell is not a test against constants."""
        self.name = clauses[0].label or clauses[0].expression
        self.judged = True
        self.pieces: list[Piece] = []
        self.whole = 0
        self.cells: list[int] = []
        try:
            columns = [[_read(text or "-") for text in column] for column in texts]
            listed = [_read(text) for text in (*(clause.values for clause in clauses), *allowed) if text]
            named = {*kinds, *(clause.type_ref for clause in clauses)}
            cut = _Cut([alternative for cell in (*listed, *(cell for column in columns for cell in column)) for alternative in cell.alternatives], named)
            self.pieces = cut.pieces
            self.whole = functools.reduce(operator.and_, (cut.accepted(cell) for cell in listed), cut.known)
            possible = self.whole | cut.null  # a null input is not held to the allowed values
            self.cells = [functools.reduce(operator.and_, (cut.accepted(cell) for cell in row), possible) for row in zip(*columns, strict=True)]
        except (Unjudged, feel.FeelError):
            self.judged = False

    def text_at(self, pieces: int) -> str:
        """The lowest of some pieces, as FEEL."""
        return self.pieces[(pieces & -pieces).bit_length() - 1].text


def axes_of(table: m.DecisionTable, allowed: Sequence[Sequence[str]] = (), kinds: Sequence[str] = ()) -> list[Axis]:
    """The columns of a table, those over one expression together, in the order in which they first stand. allowed: for each input clause the unary
    tests of its types; kinds: the name of its type."""
    together: dict[str, list[int]] = {}
    for at, clause in enumerate(table.inputs):
        together.setdefault(_same(clause.expression) or f"\0{at}", []).append(at)
    found = []
    for group in together.values():
        axis = Axis(
            [table.inputs[at] for at in group],
            [[rule.inputs[at] for rule in table.rules] for at in group],
            [text for at in group for text in allowed[at]] if allowed else (),
            [kinds[at] for at in group] if kinds else (),
        )
        axis.columns = tuple(at + 1 for at in group)
        found.append(axis)
    return found


def _same(expression: str) -> str:
    """Two expressions with this in common are one: blanks do not count, but for those within a string."""
    return expression.strip() if '"' in expression else " ".join(expression.split())


# constants
def _value(node: tree.Node) -> object:
    """The value of a constant expression."""
    if any(isinstance(one, (tree.Name, tree.For, tree.Quantified, tree.FunctionLiteral)) and not _is_constructor(one) for one in tree.walk(node)):
        raise Unjudged
    value = feel.Program(node).run()
    if value is None and not (isinstance(node, tree.Literal) and node.value is None):
        raise Unjudged
    return value


def _is_constructor(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name in ("date", "time", "date and time", "duration")


# cells
@dataclass(frozen=True)
class _Cell:
    """Unary tests against constants: any of the alternatives, each of which is comparisons that all hold."""

    tests: tree.UnaryTests
    alternatives: tuple[tuple[tuple[str, object], ...], ...]


def _read(text: str) -> _Cell:
    node = feel.parse_unary_tests(text, names=("?",))
    return _Cell(node, tuple(alternative for test in node.tests for alternative in _alternatives(test)))


def _alternatives(test: tree.Test) -> list[tuple[tuple[str, object], ...]]:
    operand = test.operand
    if test.operator is None and isinstance(operand, tree.RangeLiteral):
        if operand.operator is not None:
            end = operand.end if operand.start is None else operand.start
            assert end is not None
            return [((operand.operator, _value(end)),)]
        assert operand.start is not None and operand.end is not None
        low, high = ">=" if operand.start_included else ">", "<=" if operand.end_included else "<"
        return [((low, _value(operand.start)), (high, _value(operand.end)))]
    if test.operator is None and isinstance(operand, tree.ListLiteral):
        return [(("=", _value(item)),) for item in operand.items]
    return [((test.operator or "=", _value(operand)),)]


# pieces
class _Cut:
    """The pieces that the comparisons of all cells make, and which of them a cell accepts."""

    def __init__(self, alternatives: Sequence[tuple[tuple[str, object], ...]], kinds: set[str]) -> None:
        if any(value is None and sign not in ("=", "!=") for alternative in alternatives for sign, value in alternative):
            raise Unjudged
        comparisons = [comparison for alternative in alternatives for comparison in alternative if comparison[1] is not None]
        values = [value for _, value in comparisons]
        ordered = any(sign not in ("=", "!=") for sign, _ in comparisons)
        self.points: list[object] = []
        if "boolean" in kinds or any(isinstance(value, bool) for value in values):
            if "boolean" not in kinds and not all(isinstance(value, bool) for value in values):
                raise Unjudged
            self.pieces = [Piece(True, True, "true"), Piece(False, False, "false")]
        elif not ordered and all(isinstance(value, str) for value in values):
            self.pieces = [*(Piece(value, value, feel.text_of(value)) for value in sorted({str(value) for value in values})), Piece(OTHER, OTHER, "*")]
        else:
            if any(compare(value, values[0]) is None for value in values):
                raise Unjudged
            for value in sorted(values, key=_ORDER):
                if not self.points or compare(value, self.points[-1]) != 0:
                    self.points.append(value)
            self.pieces = _between(self.points)
        self._at = [at for at, piece in enumerate(self.pieces) if piece.is_point] if self.points else []
        self.known = (1 << len(self.pieces)) - 1
        self.null = 0
        if len(comparisons) < sum(map(len, alternatives)):
            self.null = 1 << len(self.pieces)
            self.pieces.append(Piece(NULL, NULL, "null"))

    def accepted(self, cell: _Cell) -> int:
        if not cell.tests.tests:
            return self.known | self.null
        found = 0
        for alternative in cell.alternatives:
            found |= functools.reduce(operator.and_, (self._against(sign, value) for sign, value in alternative))
        null = self.null if self.null and feel.evaluate_unary_tests(cell.tests, None) is True else 0
        return (self.known & ~found if cell.tests.negated else found) | null

    def _against(self, sign: str, value: object) -> int:
        """The pieces but null that meet a comparison; they are cut so that all of a piece does or none."""
        if value is None:
            return self.known if sign == "!=" else 0
        if not self.points:
            if sign not in ("=", "!="):
                raise Unjudged
            same = sum(1 << at for at, piece in enumerate(self.pieces) if piece.low not in (OTHER, NULL) and matches(piece.low, value) is True)
            return same if sign == "=" else self.known & ~same
        at = self._at[bisect.bisect_left(self.points, _ORDER(value), key=_ORDER)]
        point, below = 1 << at, (1 << at) - 1
        return {"=": point, "!=": self.known & ~point, "<": below, "<=": below | point, ">": self.known & ~(below | point), ">=": self.known & ~below}[sign]


_ORDER = functools.cmp_to_key(lambda a, b: compare(a, b) or 0)


def _between(cuts: list[object]) -> list[Piece]:
    """The cuts and what lies below, between and above them."""
    pieces = [] if _is_least(cuts[0]) else [Piece(None, cuts[0], f"< {feel.text_of(cuts[0])}")]
    for at, value in enumerate(cuts):
        pieces.append(Piece(value, value, feel.text_of(value)))
        if at + 1 == len(cuts):
            if not _is_greatest(value):
                pieces.append(Piece(value, None, f"> {feel.text_of(value)}"))
        elif not _are_neighbours(value, cuts[at + 1]):
            pieces.append(Piece(value, cuts[at + 1], f"({feel.text_of(value)}..{feel.text_of(cuts[at + 1])})"))
    return pieces


def _number_of(value: object) -> int | None:
    """The place of a value among whole steps: days, months, seconds (times are compared by the second), nanoseconds. None where there are none."""
    match value:
        case feel.Date():
            return value.days
        case feel.YearsMonths():
            return value.months
        case feel.DaysTime():
            return value.nanoseconds
        case feel.Time() | feel.DateTime():
            return _moment(value)[1]
    return None


def _are_neighbours(low: object, high: object) -> bool:
    """Whether no value lies between two."""
    if isinstance(low, str) and isinstance(high, str):
        return high == low + "\0"
    one, two = _number_of(low), _number_of(high)
    return one is not None and two is not None and two - one == 1


def _is_local_time(value: object) -> bool:
    return isinstance(value, feel.Time) and _moment(value)[0]


def _is_least(value: object) -> bool:
    return value == "" if isinstance(value, str) else _is_local_time(value) and _number_of(value) == 0


def _is_greatest(value: object) -> bool:
    return _is_local_time(value) and _number_of(value) == 86_399
