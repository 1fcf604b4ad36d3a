"""Overlaps, gaps and rows that can never match, found exactly.

Each column is cut at every constant that its cells name, into points and the open pieces between them (numbers, dates, durations), or into
its listed values and "any other" (strings, booleans). On these pieces a cell is a set, a row a box, and the questions become set algebra.
A column with a cell that is no constant test cannot be judged; the report says so instead of guessing. Null is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.feel import tree
from manyuan.engines.feel.comparing import compare, equal
from manyuan.engines.feel.interpreter import matches

MAX_BOXES = 200_000
OTHER = object()


@dataclass(frozen=True)
class Finding:
    """kind: overlap | gap | never | unjudged. rows: numbers from 1; text: what, by column, as FEEL (gap, overlap) or the column's name."""

    kind: str
    rows: tuple[int, ...]
    text: str
    severity: str

    def message(self, language: str = "en") -> str:
        rows = ", ".join(map(str, self.rows))
        words = {
            "overlap": (f"第 {rows} 行重叠，例如 {self.text}", f"rows {rows} overlap, for instance at {self.text}"),
            "gap": (f"没有规则覆盖 {self.text}", f"no rule covers {self.text}"),
            "never": (f"第 {rows} 行永远不会命中：{self.text}", f"row {rows} can never match: {self.text}"),
            "unjudged": (
                f"列“{self.text}”含有无法静态判断的条件，未检查",
                f"the column {self.text!r} has conditions that cannot be judged; it was not checked",
            ),
        }[self.kind]
        return words[0] if language.startswith("zh") else words[1]


@dataclass(frozen=True)
class _Piece:
    """A point (low is high), an open piece between two cuts (None: unbounded), or a listed value."""

    low: object
    high: object
    text: str

    @property
    def sample(self) -> object:
        """A value inside: comparisons with constants all give the same answer on the whole piece."""
        return self.low


class _Column:
    """A column cut into pieces; `cells[row]` is the set of pieces that a row accepts."""

    def __init__(self, clause: m.InputClause, texts: Sequence[str]) -> None:
        self.name = clause.label or clause.expression
        self.judged = True
        self.pieces: list[_Piece] = []
        self.cells: list[frozenset[int]] = []
        try:
            nodes = [feel.parse_unary_tests(text or "-", names=("?",)) for text in texts]
            listed = feel.parse_unary_tests(clause.values) if clause.values else None
            constants: list[object] = []
            for node in (*nodes, *([listed] if listed else [])):
                constants += _constants(node)
            self.pieces = _cut(constants, clause, listed)
            self.cells = [frozenset(at for at, piece in enumerate(self.pieces) if _accepts(node, piece)) for node in nodes]
        except (_Unjudged, feel.FeelError):
            self.judged = False


class _Unjudged(Exception):
    """A cell that is not a test against constants."""


def lint_table(table: m.DecisionTable) -> list[Finding]:
    """What is doubtful about a table, worst first. Severity: error where the hit policy forbids it, else warning."""
    columns = [_Column(clause, [rule.inputs[at] for rule in table.rules]) for at, clause in enumerate(table.inputs)]
    findings = [Finding("unjudged", (), column.name, "warning") for column in columns if not column.judged]
    judged = [column for column in columns if column.judged]
    rows = [tuple(column.cells[at] for column in judged) for at in range(len(table.rules))]
    findings += _empty(judged, rows)
    if len(judged) < len(columns):
        return findings
    live = [at for at, row in enumerate(rows) if all(row)]
    findings += _overlaps(table, judged, rows, live)
    findings += _covered(table, rows, live)
    if not any(output.default for output in table.outputs) and table.hit_policy != "COLLECT":
        findings += _gaps(judged, rows)
    return sorted(findings, key=lambda f: (f.severity != "error", f.kind, f.rows))


def _empty(columns: list[_Column], rows: list[tuple[frozenset[int], ...]]) -> list[Finding]:
    found = []
    for at, row in enumerate(rows):
        empty = [column.name for column, cell in zip(columns, row) if not cell]
        if empty:
            found.append(Finding("never", (at + 1,), ", ".join(empty), "error"))
    return found


def _overlaps(table: m.DecisionTable, columns: list[_Column], rows: list[tuple[frozenset[int], ...]], live: list[int]) -> list[Finding]:
    if table.hit_policy not in ("UNIQUE", "ANY"):
        return []
    found = []
    for index, a in enumerate(live):
        for b in live[index + 1 :]:
            shared = [x & y for x, y in zip(rows[a], rows[b])]
            if not all(shared):
                continue
            if table.hit_policy == "ANY" and table.rules[a].outputs == table.rules[b].outputs:
                continue
            found.append(Finding("overlap", (a + 1, b + 1), _words(columns, [min(s) for s in shared]), "error"))
    return found


def _covered(table: m.DecisionTable, rows: list[tuple[frozenset[int], ...]], live: list[int]) -> list[Finding]:
    """FIRST: a row that earlier rows cover whole is never reached."""
    if table.hit_policy != "FIRST":
        return []
    found = []
    for at in live:
        rest: list[tuple[frozenset[int], ...]] = [rows[at]]
        for earlier in (one for one in live if one < at):
            rest = [piece for box in rest for piece in _minus(box, rows[earlier])]
            if not rest or len(rest) > MAX_BOXES:
                break
        if not rest:
            found.append(Finding("never", (at + 1,), "FIRST", "error"))
    return found


def _minus(box: tuple[frozenset[int], ...], other: tuple[frozenset[int], ...]) -> list[tuple[frozenset[int], ...]]:
    """A box without another, as disjoint boxes."""
    if not all(a & b for a, b in zip(box, other)):
        return [box]
    out = []
    for at, (a, b) in enumerate(zip(box, other)):
        outside = a - b
        if outside:
            out.append((*(x & y for x, y in zip(box[:at], other[:at])), outside, *box[at + 1 :]))
    return out


def _gaps(columns: list[_Column], rows: list[tuple[frozenset[int], ...]]) -> list[Finding]:
    rest = [tuple(frozenset(range(len(column.pieces))) for column in columns)]
    for row in rows:
        if all(row):
            rest = [piece for box in rest for piece in _minus(box, row)]
        if len(rest) > MAX_BOXES:
            return [Finding("unjudged", (), "…", "warning")]
    return [Finding("gap", (), _words(columns, [min(cell) for cell in box]), "warning") for box in rest[:20]]


def _words(columns: list[_Column], at: list[int]) -> str:
    return " · ".join(f"{column.name}: {column.pieces[piece].text}" for column, piece in zip(columns, at))


def _value(node: tree.Node) -> object:
    """The value of a constant expression."""
    if any(isinstance(one, (tree.Name, tree.For, tree.Quantified, tree.FunctionLiteral)) and not _is_constructor(one) for one in tree.walk(node)):
        raise _Unjudged
    value = feel.Program(node).run()
    if value is None:
        raise _Unjudged
    return value


def _is_constructor(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name in ("date", "time", "date and time", "duration")


def _constants(node: tree.UnaryTests) -> list[object]:
    found: list[object] = []
    for test in node.tests:
        operand = test.operand
        if isinstance(operand, tree.RangeLiteral) and test.operator is None:
            found += [_value(end) for end in (operand.start, operand.end) if end is not None]
        elif isinstance(operand, tree.ListLiteral) and test.operator is None:
            found += [_value(item) for item in operand.items]
        else:
            found.append(_value(operand))
    return found


def _cut(constants: list[object], clause: m.InputClause, listed: tree.UnaryTests | None) -> list[_Piece]:
    distinct: list[object] = []
    for value in constants:
        if not any(equal(value, other) is True for other in distinct):
            distinct.append(value)
    if clause.type_ref == "boolean" or any(isinstance(value, bool) for value in distinct):
        return [_Piece(True, True, "true"), _Piece(False, False, "false")]
    if all(isinstance(value, str) for value in distinct) and (distinct or clause.type_ref == "string"):
        pieces = [_Piece(value, value, feel.text_of(value)) for value in sorted(map(str, distinct))]
        if listed is not None and all(isinstance(test.operand, tree.Literal) and test.operator is None for test in listed.tests):
            return pieces
        return [*pieces, _Piece(OTHER, OTHER, "*")]
    if not distinct:
        return [_Piece(OTHER, OTHER, "*")]
    if any(compare(a, distinct[0]) is None for a in distinct):
        raise _Unjudged
    ordered = sorted(distinct, key=functools.cmp_to_key(lambda a, b: compare(a, b) or 0))
    pieces = [_Piece(None, ordered[0], f"< {feel.text_of(ordered[0])}")]
    for at, value in enumerate(ordered):
        pieces.append(_Piece(value, value, feel.text_of(value)))
        following = ordered[at + 1] if at + 1 < len(ordered) else None
        text = f"({feel.text_of(value)}..{feel.text_of(following)})" if following is not None else f"> {feel.text_of(value)}"
        pieces.append(_Piece(value, following, text))
    if listed is not None:
        pieces = [piece for piece in pieces if _accepts(listed, piece)]
    return pieces


def _accepts(node: tree.UnaryTests, piece: _Piece) -> bool:
    if not node.tests:
        return True
    found = any(_test(test, piece) for test in node.tests)
    return not found if node.negated else found


def _test(test: tree.Test, piece: _Piece) -> bool:
    operand = test.operand
    if test.operator is None and isinstance(operand, tree.RangeLiteral):
        if operand.operator is not None:
            return _against(operand.operator, piece, _value(operand.end if operand.start is None else operand.start))  # type: ignore[arg-type]
        assert operand.start is not None and operand.end is not None
        low = _against(">=" if operand.start_included else ">", piece, _value(operand.start))
        return low and _against("<=" if operand.end_included else "<", piece, _value(operand.end))
    if test.operator is None and isinstance(operand, tree.ListLiteral):
        return any(_against("=", piece, _value(item)) for item in operand.items)
    return _against(test.operator or "=", piece, _value(operand))


def _against(operator: str, piece: _Piece, value: object) -> bool:
    """Whether a whole piece meets a comparison; pieces are cut so that all of it does or none."""
    if piece.low is OTHER:
        return operator == "!="
    if (piece.low is not None and piece.low is piece.high) or isinstance(piece.low, (str, bool)):
        if operator in ("=", "!="):
            return (matches(piece.low, value) is True) == (operator == "=")
        order = compare(piece.low, value)
        if order is None:
            raise _Unjudged
        return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]
    if operator in ("=", "!="):
        return operator == "!="
    # an open piece lies below a value if its upper cut is not above it
    below = piece.high is not None and (compare(piece.high, value) or 0) <= 0
    return below if operator in ("<", "<=") else not below


__all__ = ["Finding", "lint_table"]
