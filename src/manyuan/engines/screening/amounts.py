"""What an entitled enterprise gets, in whole fen: exact rational arithmetic on integer columns, rounded once, at the end.

Constants, columns, + - * and division by a number with a finite decimal inverse, min, max and if/then/else run on columns; anything else is run
by FEEL row by row. Order: value, then floor and cap, then rounding. A negative value is 0. An amount that needs a missing fact is unknown; a branch
that is not taken needs none (`needs`).
"""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.columns import evaluate
from manyuan.engines.screening.factsheet import FactSheet, Schema, value_of
from manyuan.engines.screening.policy import Amount

ROUNDINGS = {"half-up": decimal.ROUND_HALF_UP, "half-even": decimal.ROUND_HALF_EVEN, "down": decimal.ROUND_DOWN, "up": decimal.ROUND_UP}


class _CannotCompile(Exception):
    pass


@dataclass(frozen=True)
class _Form:
    """Numerators (an array or one integer) over one denominator; size: a bound of the numerators."""

    top: Any
    bottom: int
    size: int


class AmountProgram:
    """An amount compiled for a schema. `values` gives fen for chosen rows; `interpreted` tells whether FEEL runs it row by row."""

    def __init__(self, amount: Amount, schema: Schema) -> None:
        self.amount = amount
        self.node = feel.parse(amount.value, names=schema.names) if amount.value else None
        self.columns = frozenset() if self.node is None else frozenset(n.name for n in tree.walk(self.node) if isinstance(n, tree.Name) and n.name in schema)
        self.conditions: dict[int, f.Formula] = {}
        self.interpreted = self.node is not None and not self._compiles(self.node, schema)
        self.constant: int | None = None
        self.share: tuple[str, int, int, int] | None = None
        self._short_ways(schema)
        self._program = feel.Program(self.node, amount.value or "") if self.node is not None else None

    def terms(self, sheet: FactSheet) -> tuple[int, ...] | None:
        """A share of one column as the kernel takes it (`granting.share` names the terms); None where 64 bits could overflow or it is no such share."""
        scale = self.amount.scale
        if self.share is None or not 0 <= scale <= 2:
            return None
        name, factor, constant, bottom = self.share
        data, unit = sheet.columns[name], 10**scale
        low, high, bottom, grown = self._limits(bottom)
        size = max(abs(factor * grown) * max(abs(data.low), abs(data.high)) + abs(constant * grown), low, high or 0, bottom)
        if size * unit * 200 >= f.INT64:
            return None
        top = high if high is not None else f.INT64 // (unit * 200)
        cap = int(self.amount.cap * 100) if self.amount.cap is not None else f.INT64 - 1
        narrow = max(min(size, top) * unit, low * unit, bottom) < 2**52
        rule = list(ROUNDINGS).index(self.amount.rounding)
        return factor * grown, constant * grown, bottom, low, top, unit, rule, 10 ** (2 - scale), cap, int(narrow)

    def _limits(self, bottom: int) -> tuple[int, int | None, int, int]:
        """Floor and cap as numerators over a denominator that both fit, and by how much that denominator grew."""
        low = Fraction(self.amount.floor if self.amount.floor is not None else Decimal(0))
        high = Fraction(self.amount.cap) if self.amount.cap is not None else None
        grown = low.denominator * (high.denominator if high is not None else 1)
        bottom *= grown
        return int(low * bottom), None if high is None else int(high * bottom), bottom, grown

    def _short_ways(self, schema: Schema) -> None:
        """A constant amount in fen, or (column, factor, constant, denominator) for factor * raw column + constant."""
        if self.node is None or self.interpreted:
            return
        if not self.columns:
            self.constant = fen_of(feel.Program(self.node).run(), self.amount)
            self.interpreted = self.constant is None
            return
        try:
            form = f.rational_of(self.node, schema)
        except f.CannotCompile:
            return
        if len(form.terms) == 1 and form.bottom is None:
            name, factor = next(iter(form.terms.items()))
            bottom = factor.denominator * form.constant.denominator
            self.share = (name, int(factor * bottom), int(form.constant * bottom), bottom)

    def values(self, sheet: FactSheet, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(fen, known) for rows; rows must know the facts that the amount needs (`needs_of`)."""
        if self.node is None:
            return np.zeros(len(rows), np.int64), np.ones(len(rows), np.bool_)
        if self.interpreted:
            return self._by_interpreter(sheet, rows)
        form = self._form(self.node, sheet, rows)
        top = form.top if isinstance(form.top, np.ndarray) else np.full(len(rows), form.top, dtype=object if abs(form.top) >= f.INT64 else np.int64)
        return self._fen(top, form.bottom, form.size)

    # what can be compiled
    def _compiles(self, node: tree.Node, schema: Schema) -> bool:
        if isinstance(node, tree.Literal):
            return isinstance(node.value, Decimal) and not isinstance(node.value, bool) and len(node.value.as_tuple().digits) <= 18
        if isinstance(node, tree.Name):
            return node.name in schema and schema[node.name].kind in ("money", "rate", "count")
        if isinstance(node, tree.Negate):
            return self._compiles(node.operand, schema)
        if isinstance(node, tree.Arithmetic):
            if node.operator == "/":
                inverse = _finite_inverse(node.right)
                return inverse is not None and self._compiles(node.left, schema)
            constant = any(not _columns(side, schema) for side in (node.left, node.right))
            fits = node.operator in "+-" or (node.operator == "*" and constant)
            return fits and self._compiles(node.left, schema) and self._compiles(node.right, schema)
        if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name in ("min", "max") and not node.names:
            return bool(node.arguments) and all(self._compiles(argument, schema) for argument in node.arguments)
        if isinstance(node, tree.If):
            formula = f.formula_of(node.condition, schema)
            if _has_interpreted(formula):
                return False
            self.conditions[id(node)] = formula
            return self._compiles(node.then, schema) and self._compiles(node.otherwise, schema)
        return False

    # running
    def _form(self, node: tree.Node, sheet: FactSheet, rows: np.ndarray) -> _Form:
        match node:
            case tree.Literal(value):
                exact = Fraction(value)  # type: ignore[arg-type]
                return _Form(exact.numerator, exact.denominator, abs(exact.numerator))
            case tree.Name(name):
                data = sheet.columns[name]
                return _Form(data.values[rows].astype(np.int64), 10**data.column.decimals, max(abs(data.low), abs(data.high)))
            case tree.Negate(operand):
                inner = self._form(operand, sheet, rows)
                return _Form(-inner.top, inner.bottom, inner.size)
            case tree.Arithmetic(operator, left, right):
                a, b = self._form(left, sheet, rows), self._form(right, sheet, rows)
                if operator == "*":
                    return _times(a, b)
                if operator == "/":
                    return _times(a, _Form(b.bottom if b.top > 0 else -b.bottom, abs(b.top), b.bottom))
                return _plus(a, b, 1 if operator == "+" else -1)
            case tree.Call(tree.Name(name), arguments):
                found = self._form(arguments[0], sheet, rows)
                for argument in arguments[1:]:
                    found = _extreme(found, self._form(argument, sheet, rows), name == "min")
                return found
            case tree.If(_, then, otherwise):
                true, _known = evaluate(self.conditions[id(node)], sheet, rows)
                a, b = _same_bottom(self._form(then, sheet, rows), self._form(otherwise, sheet, rows))
                return _Form(np.where(true, a.top, b.top), a.bottom, max(a.size, b.size))
        raise _CannotCompile

    def _fen(self, top: np.ndarray, bottom: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Numerators over a denominator, in yuan, to fen: floor, cap, rounding, and never more than the cap; which fit into 64 bits."""
        scale = self.amount.scale
        low, high, bottom, grown = self._limits(bottom)
        unit = 10**scale if scale >= 0 else 1
        coarse = 1 if scale >= 0 else 10**-scale
        if max(size * grown, low, high or 0, bottom * coarse) * unit * 10 ** (2 + max(0, -scale)) >= f.INT64:
            top = top.astype(object)
        values = np.maximum(top * grown, low)
        if high is not None:
            values = np.minimum(values, high)
        scaled, bottom = values * unit, bottom * coarse
        whole = scaled // bottom
        rest = scaled - whole * bottom
        twice = rest * 2
        rule = self.amount.rounding
        if rule == "half-up":
            whole = whole + (twice >= bottom)
        elif rule == "half-even":
            whole = whole + ((twice > bottom) | ((twice == bottom) & (whole % 2 == 1)))
        elif rule == "up":
            whole = whole + (rest > 0)
        fen = whole * 10 ** (2 - scale) if scale <= 2 else whole // 10 ** (scale - 2)
        if self.amount.cap is not None:
            fen = np.minimum(fen, int(self.amount.cap * 100))
        known = np.asarray(fen < f.INT64, np.bool_)
        return np.where(known, fen, 0).astype(np.int64), known

    def _by_interpreter(self, sheet: FactSheet, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        assert self._program is not None
        out, known = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
        for at, row in enumerate(rows):
            found = self._program.run({name: value_of(sheet.columns[name], int(row)) for name in self.columns})
            fen = fen_of(found, self.amount)
            if fen is not None:
                out[at], known[at] = fen, True
        return out, known


def fen_of(value: object, amount: Amount) -> int | None:
    """A FEEL value in yuan as fen by the amount's rules; None where it is not a number."""
    if not isinstance(value, Decimal) or isinstance(value, bool):
        return None
    low = amount.floor if amount.floor is not None else Decimal(0)
    value = max(value, low)
    if amount.cap is not None:
        value = min(value, amount.cap)
    with decimal.localcontext(decimal.Context(prec=200)):
        rounded = value.quantize(Decimal(1).scaleb(-amount.scale), rounding=ROUNDINGS[amount.rounding])
        fen = int(rounded.scaleb(2).to_integral_value(decimal.ROUND_DOWN))
        if amount.cap is not None:
            fen = min(fen, int(amount.cap * 100))
        return fen if fen < f.INT64 else None


def _columns(node: tree.Node, schema: Schema) -> set[str]:
    return {n.name for n in tree.walk(node) if isinstance(n, tree.Name) and n.name in schema}


def _finite_inverse(node: tree.Node) -> Fraction | None:
    """1/constant where that is a finite decimal (only then do FEEL's 34 digits and exact fractions agree to the last fen)."""
    if not isinstance(node, tree.Literal) or not isinstance(node.value, Decimal) or node.value == 0:
        return None
    inverse = 1 / Fraction(node.value)
    rest = inverse.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return inverse if rest == 1 else None


def _has_interpreted(formula: f.Formula) -> bool:
    if isinstance(formula, (f.And, f.Or)):
        return any(_has_interpreted(part) for part in formula.parts)
    return _has_interpreted(formula.inner) if isinstance(formula, f.Not) else isinstance(formula, f.Interpreted)


def _wide(value: Any) -> Any:
    return value.astype(object) if isinstance(value, np.ndarray) and value.dtype != object else value


def _times(a: _Form, b: _Form) -> _Form:
    size = a.size * b.size
    left, right = (a.top, b.top) if size < f.INT64 else (_wide(a.top), _wide(b.top))
    return _Form(left * right, a.bottom * b.bottom, size)


def _same_bottom(a: _Form, b: _Form) -> tuple[_Form, _Form]:
    bottom = a.bottom * b.bottom // int(np.gcd(a.bottom, b.bottom)) if max(a.bottom, b.bottom) < f.INT64 else a.bottom * b.bottom
    out = []
    for one in (a, b):
        factor = bottom // one.bottom
        size = one.size * factor
        out.append(_Form((one.top if size < f.INT64 else _wide(one.top)) * factor, bottom, size))
    return out[0], out[1]


def _plus(a: _Form, b: _Form, sign: int) -> _Form:
    a, b = _same_bottom(a, b)
    size = a.size + b.size
    left, right = (a.top, b.top) if size < f.INT64 else (_wide(a.top), _wide(b.top))
    return _Form(left + sign * right, a.bottom, size)


def _extreme(a: _Form, b: _Form, least: bool) -> _Form:
    a, b = _same_bottom(a, b)
    pick = np.minimum if least else np.maximum
    if not isinstance(a.top, np.ndarray) and not isinstance(b.top, np.ndarray):
        return _Form(min(a.top, b.top) if least else max(a.top, b.top), a.bottom, max(a.size, b.size))
    return _Form(pick(a.top, b.top), a.bottom, max(a.size, b.size))
