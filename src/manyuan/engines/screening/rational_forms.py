"""Number and date expressions as exact rational forms over columns: sums of fractions of columns, perhaps divided by another such sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening.factsheet import Schema

MAX_DIGITS = 30


class CannotCompile(Exception):
    """An expression has no exact form on columns: it is left to the interpreter."""


@dataclass(frozen=True)
class Rational:
    """A linear form with fractions over columns in natural units, perhaps divided by another."""

    terms: Mapping[str, Fraction]
    constant: Fraction
    bottom: Rational | None = None
    is_date: bool = False
    rounded: bool = False  # FEEL rounds this quotient to 34 digits: it may be compared and shifted, not multiplied again

    @property
    def is_constant(self) -> bool:
        return not self.terms and self.bottom is None


def rational_of(node: tree.Node, schema: Schema) -> Rational:
    """A number or date expression as an exact rational form over columns. Raises CannotCompile."""
    if isinstance(node, tree.Name) and node.name in schema:
        kind = schema[node.name].kind
        if kind in ("category", "boolean"):
            raise CannotCompile
        return Rational({node.name: Fraction(1, 10 ** schema[node.name].decimals)}, Fraction(0), None, kind == "date")
    if not any(isinstance(one, tree.Name) and one.name in schema for one in tree.walk(node)):
        return _constant(node)
    if isinstance(node, tree.Negate):
        return _scaled(rational_of(node.operand, schema), Fraction(-1))
    if isinstance(node, tree.Arithmetic):
        left, right = rational_of(node.left, schema), rational_of(node.right, schema)
        if left.is_date or right.is_date:
            raise CannotCompile
        if node.operator in ("+", "-"):
            return sum_of(left, right, 1 if node.operator == "+" else -1)
        if node.operator == "*":
            if right.is_constant:
                return _scaled(left, right.constant)
            if left.is_constant:
                return _scaled(right, left.constant)
        if node.operator == "/" and right.is_constant and right.constant != 0:
            out = _scaled(left, 1 / right.constant)
            return replace(out, rounded=out.rounded or not _is_finite(1 / right.constant))
        if node.operator == "/" and right.bottom is None and left.bottom is None and right.terms:
            return Rational(left.terms, left.constant, right)
    raise CannotCompile


def _is_finite(value: Fraction) -> bool:
    """Whether a fraction is a finite decimal."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _constant(node: tree.Node) -> Rational:
    """A constant number or date; functions of the clock are no constants."""
    if any(isinstance(one, tree.Name) and one.name in ("now", "today") for one in tree.walk(node)):
        raise CannotCompile
    value = feel.Program(node).run()
    if isinstance(value, feel.Date):
        return Rational({}, Fraction(value.days), None, True)
    if not isinstance(value, Decimal) or isinstance(value, bool) or len(value.as_tuple().digits) > MAX_DIGITS:
        raise CannotCompile
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > 18:
        raise CannotCompile
    return Rational({}, Fraction(value))


def _scaled(one: Rational, factor: Fraction) -> Rational:
    if one.is_date or factor == 0 or ((one.rounded or one.bottom is not None) and abs(factor) != 1):
        raise CannotCompile
    return Rational({name: value * factor for name, value in one.terms.items()}, one.constant * factor, one.bottom, False, one.rounded)


def sum_of(left: Rational, right: Rational, sign: int) -> Rational:
    """left + sign · right. Raises CannotCompile where a column cancels out (it must still be known) or a rounded quotient would be added to another."""
    if left.bottom is None and right.bottom is None:
        terms = dict(left.terms)
        for name, value in right.terms.items():
            terms[name] = terms.get(name, Fraction(0)) + sign * value
        if not all(terms.values()):
            raise CannotCompile  # a column that cancels out must still be known
        if (left.rounded or right.rounded) and not (left.is_constant or right.is_constant):
            raise CannotCompile
        return Rational(terms, left.constant + sign * right.constant, None, False, left.rounded or right.rounded)
    if left.bottom is not None and right.is_constant:  # a/b + c = (a + c*b)/b
        if right.constant == 0:
            return left
        top = sum_of(Rational(left.terms, left.constant), _scaled(left.bottom, right.constant), sign)
        return Rational(top.terms, top.constant, left.bottom)
    if right.bottom is not None and left.is_constant:
        return sum_of(_scaled(right, Fraction(sign)), left, 1)
    raise CannotCompile
