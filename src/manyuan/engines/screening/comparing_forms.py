"""A comparison of two rational forms as an elementary condition: whole factors, whole bounds, nothing divided."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from manyuan.engines.screening.conditions import And, AtLeast, Constant, Equals, Formula, Linear, Not, Ratio, negated
from manyuan.engines.screening.rational_forms import CannotCompile, Rational, sum_of


def ordered(operator: str, left: Rational, right: Rational) -> Formula:
    """`left operator right` as a condition. Raises CannotCompile where it has no exact form on columns."""
    if left.is_date != right.is_date:
        raise CannotCompile
    if right.bottom is not None:
        if left.bottom is not None or not left.is_constant:
            raise CannotCompile
        flipped = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
        return ordered(flipped, right, left)
    if left.bottom is not None:
        if not right.is_constant:
            raise CannotCompile
        return _ratio(operator, left, right.constant)
    both = sum_of(Rational(left.terms, left.constant), Rational(right.terms, right.constant), -1)
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
        return found if operator == "=" else negated(found)
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
        return found if operator == "=" else negated(found)
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
