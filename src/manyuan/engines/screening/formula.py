"""A condition in FEEL as a formula over elementary conditions, each of which is exact integer arithmetic on columns where that is possible.

The rule for what is not known: an elementary condition that uses a missing fact, or compares with a value that cannot be computed (a
division by zero), is unknown, except where it names null itself (`x = null`). FEEL alone would call `null = "a"` false; for an entitlement,
not known is not no. and, or and not follow Kleene.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import gcd

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening.factsheet import Schema

MAX_DIGITS = 30
INT64 = 2**63


@dataclass(frozen=True)
class Linear:
    """Whole-number combination of raw columns: sum of factor * column (terms sorted by name) plus a constant."""

    terms: tuple[tuple[str, int], ...]
    constant: int = 0

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.terms)


@dataclass(frozen=True)
class AtLeast:
    """linear >= bound (raw units)."""

    linear: Linear
    bound: int


@dataclass(frozen=True)
class Equals:
    """linear = value (raw units)."""

    linear: Linear
    value: int


@dataclass(frozen=True)
class Ratio:
    """top / bottom >= numerator / denominator, or = where `equal`; unknown where bottom is 0 (FEEL's division by zero is null)."""

    top: Linear
    bottom: Linear
    numerator: int
    denominator: int
    equal: bool = False


@dataclass(frozen=True)
class Is:
    """column = category."""

    column: str
    category: str


@dataclass(frozen=True)
class True_:
    """A boolean column."""

    column: str


@dataclass(frozen=True)
class Missing:
    """column = null."""

    column: str


@dataclass(frozen=True)
class Known:
    """True where all of the columns are known, unknown elsewhere: what an amount needs."""

    columns: frozenset[str]


@dataclass(frozen=True)
class Constant:
    value: bool


@dataclass(frozen=True)
class Interpreted:
    """What columns cannot do exactly: run by FEEL row by row, and reported by name. null_aware: it names null, so it runs on missing facts too."""

    text: str
    columns: frozenset[str]
    null_aware: bool


@dataclass(frozen=True)
class Not:
    inner: Formula


@dataclass(frozen=True)
class And:
    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Formula, ...]


Atom = AtLeast | Equals | Ratio | Is | True_ | Missing | Known | Constant | Interpreted
Formula = Atom | Not | And | Or


class CannotCompile(Exception):
    pass


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


def formula_of(node: tree.Node, schema: Schema) -> Formula:
    """The formula of a boolean FEEL expression over the columns of a schema."""
    return _formula(desugar(node), schema)


def _formula(node: tree.Node, schema: Schema) -> Formula:
    if isinstance(node, tree.Literal) and isinstance(node.value, bool):
        return Constant(node.value)
    if isinstance(node, tree.Logic):
        parts = (_formula(node.left, schema), _formula(node.right, schema))
        return _joined(And if node.operator == "and" else Or, parts)
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name == "not" and len(node.arguments) == 1:
        return _negated(_formula(node.arguments[0], schema))
    try:
        return _leaf(node, schema)
    except CannotCompile:
        return interpreted(node, schema)


def interpreted(node: tree.Node, schema: Schema) -> Interpreted:
    """A leaf left to the interpreter."""
    names = {one.name for one in tree.walk(node) if isinstance(one, tree.Name)}
    null_aware = any(isinstance(one, tree.Literal) and one.value is None for one in tree.walk(node))
    return Interpreted(feel.format_expression(node), frozenset(name for name in names if name in schema), null_aware)


def _joined(kind: type[And] | type[Or], parts: tuple[Formula, ...]) -> Formula:
    flat: list[Formula] = []
    for part in parts:
        for one in part.parts if isinstance(part, kind) else (part,):
            if one not in flat:
                flat.append(one)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _negated(inner: Formula) -> Formula:
    if isinstance(inner, Not):
        return inner.inner
    return Constant(not inner.value) if isinstance(inner, Constant) else Not(inner)


def _leaf(node: tree.Node, schema: Schema) -> Formula:
    if isinstance(node, tree.Name) and node.name in schema and schema[node.name].kind == "boolean":
        return True_(node.name)
    if isinstance(node, tree.Comparison):
        return _comparison(node.operator, node.left, node.right, schema)
    raise CannotCompile


def desugar(node: tree.Node) -> tree.Node:
    """between and in, written out in comparisons joined by and / or, so that each part is known or unknown by itself."""
    if isinstance(node, tree.Logic):
        return tree.Logic(node.operator, desugar(node.left), desugar(node.right), span=node.span)
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name == "not" and len(node.arguments) == 1:
        return tree.Call(node.function, (desugar(node.arguments[0]),), node.names, span=node.span)
    if isinstance(node, tree.Between):
        return _both(_compared(">=", node.value, node.low), _compared("<=", node.value, node.high))
    if isinstance(node, tree.In):
        return _either([_member(node.value, test) for test in node.tests])
    return node


def _compared(operator: str, left: tree.Node, right: tree.Node) -> tree.Node:
    return tree.Comparison(operator, left, right, span=(left.span[0], right.span[1]))


def _both(left: tree.Node, right: tree.Node) -> tree.Node:
    return tree.Logic("and", left, right, span=(left.span[0], right.span[1]))


def _either(parts: list[tree.Node]) -> tree.Node:
    out = parts[0]
    for part in parts[1:]:
        out = tree.Logic("or", out, part, span=(out.span[0], part.span[1]))
    return out


def _member(value: tree.Node, test: tree.Test) -> tree.Node:
    """One test of an `in`."""
    operand = test.operand
    if test.operator is not None:
        return _compared(test.operator, value, operand)
    if isinstance(operand, tree.RangeLiteral):
        if operand.operator is not None:
            end = operand.end if operand.start is None else operand.start
            assert end is not None
            return _compared(operand.operator, value, end)
        assert operand.start is not None and operand.end is not None
        low = _compared(">=" if operand.start_included else ">", value, operand.start)
        return _both(low, _compared("<=" if operand.end_included else "<", value, operand.end))
    if isinstance(operand, tree.ListLiteral) and operand.items:
        return _either([_member(value, tree.Test(None, item, span=item.span)) for item in operand.items])
    if isinstance(operand, tree.Literal):
        return _compared("=", value, operand)
    return tree.In(value, (test,), span=test.span)


def _comparison(operator: str, left: tree.Node, right: tree.Node, schema: Schema) -> Formula:
    null = [side for side in (left, right) if isinstance(side, tree.Literal) and side.value is None]
    if null:
        other = right if left is null[0] else left
        if operator not in ("=", "!=") or not (isinstance(other, tree.Name) and other.name in schema):
            raise CannotCompile
        return Missing(other.name) if operator == "=" else Not(Missing(other.name))
    for one, other in ((left, right), (right, left)):
        if isinstance(one, tree.Name) and one.name in schema and schema[one.name].kind in ("category", "boolean"):
            return _category(operator, one.name, schema[one.name].kind, other)
    return _ordered(operator, rational_of(left, schema), rational_of(right, schema))


def _category(operator: str, name: str, kind: str, other: tree.Node) -> Formula:
    if operator not in ("=", "!=") or not isinstance(other, tree.Literal):
        raise CannotCompile
    found: Formula
    if kind == "category" and isinstance(other.value, str):
        found = Is(name, other.value)
    elif kind == "boolean" and isinstance(other.value, bool):
        found = True_(name) if other.value else Not(True_(name))
    else:
        raise CannotCompile
    return found if operator == "=" else _negated(found)


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
            return _sum(left, right, 1 if node.operator == "+" else -1)
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


def _sum(left: Rational, right: Rational, sign: int) -> Rational:
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
        top = _sum(Rational(left.terms, left.constant), _scaled(left.bottom, right.constant), sign)
        return Rational(top.terms, top.constant, left.bottom)
    if right.bottom is not None and left.is_constant:
        return _sum(_scaled(right, Fraction(sign)), left, 1)
    raise CannotCompile


def _ordered(operator: str, left: Rational, right: Rational) -> Formula:
    if left.is_date != right.is_date:
        raise CannotCompile
    if right.bottom is not None:
        if left.bottom is not None or not left.is_constant:
            raise CannotCompile
        flipped = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
        return _ordered(flipped, right, left)
    if left.bottom is not None:
        if not right.is_constant:
            raise CannotCompile
        return _ratio(operator, left, right.constant)
    both = _sum(Rational(left.terms, left.constant), Rational(right.terms, right.constant), -1)
    if not both.terms:
        holds = {
            "=": both.constant == 0,
            "!=": both.constant != 0,
            "<": both.constant < 0,
            "<=": both.constant <= 0,
            ">": both.constant > 0,
            ">=": both.constant >= 0,
        }
        if left.terms or right.terms:
            raise CannotCompile  # x >= x: unknown where x is missing
        return Constant(holds[operator])
    linear, bound = _whole(both)
    return _against(operator, linear, bound)


def _whole(form: Rational) -> tuple[Linear, Fraction]:
    """The linear part with whole factors, the first one positive or the sign moved, and what it is compared with: linear op bound."""
    scale = 1
    for value in form.terms.values():
        scale = scale * value.denominator // gcd(scale, value.denominator)
    factors = {name: int(value * scale) for name, value in sorted(form.terms.items())}
    shared = 0
    for factor in factors.values():
        shared = gcd(shared, factor)
    return Linear(tuple((name, factor // shared) for name, factor in factors.items())), -form.constant * scale / shared


def _against(operator: str, linear: Linear, bound: Fraction) -> Formula:
    if linear.terms[0][1] < 0:
        linear = Linear(tuple((name, -factor) for name, factor in linear.terms))
        bound = -bound
        operator = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
    floor = bound.numerator // bound.denominator
    ceiling = -((-bound.numerator) // bound.denominator)
    if operator in ("=", "!="):
        found: Formula = Equals(linear, floor) if floor == ceiling else And((AtLeast(linear, 1), Not(AtLeast(linear, 1))))
        return found if operator == "=" else _negated(found)
    if operator == ">=":
        return AtLeast(linear, ceiling)
    if operator == ">":
        return AtLeast(linear, floor + 1)
    return Not(AtLeast(linear, ceiling if operator == "<" else floor + 1))


def _ratio(operator: str, form: Rational, bound: Fraction) -> Formula:
    """(top)/(bottom) op bound, with whole factors in top and bottom (the factor between them moves into the bound)."""
    assert form.bottom is not None
    top, top_scale = _integral(Rational(form.terms, form.constant))
    bottom, bottom_scale = _integral(form.bottom)
    bound = bound * top_scale / bottom_scale
    numerator, denominator = bound.numerator, bound.denominator
    if operator in ("=", "!="):
        found: Formula = Ratio(top, bottom, numerator, denominator, equal=True)
        return found if operator == "=" else _negated(found)
    if operator == ">=":
        return Ratio(top, bottom, numerator, denominator)
    if operator == "<":
        return Not(Ratio(top, bottom, numerator, denominator))
    negative = Ratio(_flipped(top), bottom, -numerator, denominator)  # x > c is not (-x >= -c)
    return Not(negative) if operator == ">" else negative


def _flipped(linear: Linear) -> Linear:
    return Linear(tuple((name, -factor) for name, factor in linear.terms), -linear.constant)


def _integral(form: Rational) -> tuple[Linear, Fraction]:
    """The form times a scale, with whole factors and constant; the scale."""
    scale = form.constant.denominator
    for value in form.terms.values():
        scale = scale * value.denominator // gcd(scale, value.denominator)
    terms = tuple(sorted((name, int(value * scale)) for name, value in form.terms.items()))
    return Linear(terms, int(form.constant * scale)), Fraction(scale)


def leaf_test(node: tree.Node) -> Callable[[Mapping[str, object]], bool | None]:
    """An elementary condition that FEEL runs, ready for rows whose facts are all in scope: a comparison with a side that is null is unknown."""
    whole = feel.Program(node)
    sides: tuple[feel.Program, ...] = ()
    if isinstance(node, tree.Comparison) and not any(isinstance(one, tree.Literal) and one.value is None for one in tree.walk(node)):
        sides = (feel.Program(node.left), feel.Program(node.right))

    def test(scope: Mapping[str, object]) -> bool | None:
        if any(side.run(scope) is None for side in sides):
            return None
        found = whole.run(scope)
        return found if isinstance(found, bool) else None

    return test


def leaf_truth(node: tree.Node, scope: Mapping[str, object]) -> bool | None:
    """`leaf_test` of one row."""
    return leaf_test(node)(scope)


def columns_of(formula: Formula) -> frozenset[str]:
    """The columns that a formula reads."""
    if isinstance(formula, (And, Or)):
        return frozenset().union(*(columns_of(part) for part in formula.parts))
    if isinstance(formula, Not):
        return columns_of(formula.inner)
    if isinstance(formula, (AtLeast, Equals)):
        return formula.linear.columns
    if isinstance(formula, Ratio):
        return formula.top.columns | formula.bottom.columns
    if isinstance(formula, (Is, True_, Missing)):
        return frozenset({formula.column})
    return formula.columns if isinstance(formula, (Interpreted, Known)) else frozenset()
