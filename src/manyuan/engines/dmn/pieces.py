"""A column of a decision table cut into pieces on which every cell is wholly true or wholly false: what the lint counts with.

Values in an order (numbers, dates, times, durations; strings where a cell compares them) are cut at every constant that a cell names, into the
points and what lies between and beside them. Days, months and seconds have neighbours: nothing lies between two of them, and no string comes
before the empty one. Other strings and booleans are cut into the named values and, for strings, any other. Columns over one expression are one
axis: a row accepts there what all its cells accept. What the allowed values leave out is no piece. Null is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.feel import tree
from manyuan.engines.feel.comparing import _moment, compare, equal
from manyuan.engines.feel.interpreter import matches

OTHER = object()


class Unjudged(Exception):
    """A cell that is not a test against constants."""


@dataclass(frozen=True)
class Piece:
    """A point (low is high), an open piece between two cuts (None: unbounded), or any other value (OTHER). text: what it is, as FEEL."""

    low: object
    high: object
    text: str

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low is self.high


class Axis:
    """Columns over one expression, cut into pieces; `cells[row]` is the set of pieces that a row accepts in all of them."""

    def __init__(self, clauses: Sequence[m.InputClause], texts: Sequence[Sequence[str]], allowed: Sequence[str] = (), kinds: Sequence[str] = ()) -> None:
        """texts[column][row]: the cells. allowed: unary tests that the value meets besides the clauses' own, those of its type; kinds: names of its type. `judged` is False
        where a cell is not a test against constants."""
        self.name = clauses[0].label or clauses[0].expression
        self.judged = True
        self.pieces: list[Piece] = []
        self.cells: list[frozenset[int]] = []
        try:
            columns = [[feel.parse_unary_tests(text or "-", names=("?",)) for text in column] for column in texts]
            listed = [feel.parse_unary_tests(text) for text in (*(clause.values for clause in clauses), *allowed) if text]
            tests = [test for node in (*listed, *(node for column in columns for node in column)) for test in node.tests]
            named = {*kinds, *(clause.type_ref for clause in clauses)}
            cut = _cut([value for test in tests for value in _constants(test)], named, any(_orders(test) for test in tests))
            self.pieces = [piece for piece in cut if all(_accepts(node, piece) for node in listed)]
            self.cells = [
                frozenset(at for at, piece in enumerate(self.pieces) if all(_accepts(node, piece) for node in row)) for row in zip(*columns, strict=True)
            ]
        except (Unjudged, feel.FeelError):
            self.judged = False


def axes_of(table: m.DecisionTable, allowed: Sequence[Sequence[str]] = (), kinds: Sequence[str] = ()) -> list[Axis]:
    """The columns of a table, those over one expression together, in the order in which they first stand. allowed: for each input clause the unary
    tests of its types; kinds: the name of its type."""
    together: dict[str, list[int]] = {}
    for at, clause in enumerate(table.inputs):
        together.setdefault(_same(clause.expression) or f"\0{at}", []).append(at)
    return [
        Axis(
            [table.inputs[at] for at in group],
            [[rule.inputs[at] for rule in table.rules] for at in group],
            [text for at in group for text in allowed[at]] if allowed else (),
            [kinds[at] for at in group] if kinds else (),
        )
        for group in together.values()
    ]


def _same(expression: str) -> str:
    """Two expressions with this in common are one: blanks do not count, but for those within a string."""
    return expression.strip() if '"' in expression else " ".join(expression.split())


# constants
def _value(node: tree.Node) -> object:
    """The value of a constant expression."""
    if any(isinstance(one, (tree.Name, tree.For, tree.Quantified, tree.FunctionLiteral)) and not _is_constructor(one) for one in tree.walk(node)):
        raise Unjudged
    value = feel.Program(node).run()
    if value is None:
        raise Unjudged
    return value


def _is_constructor(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name in ("date", "time", "date and time", "duration")


def _constants(test: tree.Test) -> list[object]:
    operand = test.operand
    if isinstance(operand, tree.RangeLiteral) and test.operator is None:
        return [_value(end) for end in (operand.start, operand.end) if end is not None]
    if isinstance(operand, tree.ListLiteral) and test.operator is None:
        return [_value(item) for item in operand.items]
    return [_value(operand)]


def _orders(test: tree.Test) -> bool:
    """Whether a test asks for more than equality."""
    operand = test.operand
    operator = operand.operator or "<" if test.operator is None and isinstance(operand, tree.RangeLiteral) else test.operator
    return operator not in (None, "=", "!=")


# pieces
def _cut(constants: list[object], kinds: set[str], ordered: bool) -> list[Piece]:
    distinct: list[object] = []
    for value in constants:
        if not any(equal(value, other) is True for other in distinct):
            distinct.append(value)
    if "boolean" in kinds or any(isinstance(value, bool) for value in distinct):
        if "boolean" not in kinds and not all(isinstance(value, bool) for value in distinct):
            raise Unjudged
        return [Piece(True, True, "true"), Piece(False, False, "false")]
    if not ordered and distinct and all(isinstance(value, str) for value in distinct):
        return [*(Piece(value, value, feel.text_of(value)) for value in sorted(map(str, distinct))), Piece(OTHER, OTHER, "*")]
    if not distinct:
        return [Piece(OTHER, OTHER, "*")]
    if any(compare(a, distinct[0]) is None for a in distinct):
        raise Unjudged
    return _between(sorted(distinct, key=functools.cmp_to_key(lambda a, b: compare(a, b) or 0)))


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


# tests
def _accepts(node: tree.UnaryTests, piece: Piece) -> bool:
    if not node.tests:
        return True
    found = any(_test(test, piece) for test in node.tests)
    return not found if node.negated else found


def _test(test: tree.Test, piece: Piece) -> bool:
    operand = test.operand
    if test.operator is None and isinstance(operand, tree.RangeLiteral):
        if operand.operator is not None:
            end = operand.end if operand.start is None else operand.start
            assert end is not None
            return _against(operand.operator, piece, _value(end))
        assert operand.start is not None and operand.end is not None
        low = _against(">=" if operand.start_included else ">", piece, _value(operand.start))
        return low and _against("<=" if operand.end_included else "<", piece, _value(operand.end))
    if test.operator is None and isinstance(operand, tree.ListLiteral):
        return any(_against("=", piece, _value(item)) for item in operand.items)
    return _against(test.operator or "=", piece, _value(operand))


def _against(operator: str, piece: Piece, value: object) -> bool:
    """Whether a whole piece meets a comparison; pieces are cut so that all of it does or none."""
    if piece.low is OTHER:
        return operator == "!="
    if piece.is_point:
        if operator in ("=", "!="):
            return (matches(piece.low, value) is True) == (operator == "=")
        order = compare(piece.low, value)
        if order is None:
            raise Unjudged
        return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]
    if operator in ("=", "!="):
        return operator == "!="
    # an open piece lies below a value if its upper cut is not above it
    below = piece.high is not None and (compare(piece.high, value) or 0) <= 0
    return below if operator in ("<", "<=") else not below
