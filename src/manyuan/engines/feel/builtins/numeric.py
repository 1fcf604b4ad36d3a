"""Numeric functions (DMN 1.5, 10.3.4.5)."""

from __future__ import annotations

import decimal
from decimal import Decimal

from manyuan.engines.feel.builtins.registry import Unfit, builtin
from manyuan.engines.feel.values import CONTEXT, DaysTime, YearsMonths

MAX_SCALE, MIN_SCALE = 6176, -6111


def scale_of(value: Decimal) -> int:
    """A scale argument as an integer within the range of decimal128."""
    if not MIN_SCALE <= value <= MAX_SCALE:
        raise Unfit("小数位数超出范围", "the scale is out of range")
    return int(value)


def rounded(n: Decimal, scale: int, mode: str) -> Decimal:
    """n at `scale` decimals by one of decimal's rounding modes; n itself where it has no more digits than that."""
    if n.as_tuple().exponent == "F" or (-scale <= int(n.as_tuple().exponent) and scale >= 0):
        return n
    found = n.quantize(
        Decimal(1).scaleb(-scale, decimal.Context(Emin=-6300, Emax=6300)),
        rounding=mode,
        context=decimal.Context(prec=7000, Emax=9000, Emin=-9000),
    )
    return CONTEXT.plus(found)


@builtin("decimal(n: number, scale: number)")
def _decimal(n: Decimal, scale: Decimal) -> Decimal:
    """n rounded half to even at the scale."""
    return rounded(n, scale_of(scale), decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number)")
@builtin("floor(n: number, scale: number)")
def _floor(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
    """n rounded towards minus infinity."""
    return rounded(n, scale_of(scale), decimal.ROUND_FLOOR)


@builtin("ceiling(n: number)")
@builtin("ceiling(n: number, scale: number)")
def _ceiling(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
    """n rounded towards plus infinity."""
    return rounded(n, scale_of(scale), decimal.ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def _round_up(n: Decimal, scale: Decimal) -> Decimal:
    """n rounded away from zero."""
    return rounded(n, scale_of(scale), decimal.ROUND_UP)


@builtin("round down(n: number, scale: number)")
def _round_down(n: Decimal, scale: Decimal) -> Decimal:
    """n rounded towards zero."""
    return rounded(n, scale_of(scale), decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def _round_half_up(n: Decimal, scale: Decimal) -> Decimal:
    """n rounded to the nearest, ties away from zero."""
    return rounded(n, scale_of(scale), decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def _round_half_down(n: Decimal, scale: Decimal) -> Decimal:
    """n rounded to the nearest, ties towards zero."""
    return rounded(n, scale_of(scale), decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number)")
def _abs(n: Decimal) -> Decimal:
    """The absolute value of a number or a duration."""
    return n.copy_abs()


@builtin("abs(n: days and time duration)")
def _abs_days(n: DaysTime) -> DaysTime:
    return DaysTime(abs(n.nanoseconds))


@builtin("abs(n: years and months duration)")
def _abs_months(n: YearsMonths) -> YearsMonths:
    return YearsMonths(abs(n.months))


@builtin("modulo(dividend: number, divisor: number)")
def _modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """dividend - divisor * floor(dividend / divisor): the sign is the divisor's."""
    if divisor == 0:
        raise Unfit("除数为零", "the divisor is zero")
    wide = decimal.Context(prec=120, Emax=9000, Emin=-9000)
    if dividend.adjusted() - divisor.adjusted() > 100:
        raise Unfit("商的位数过多", "the quotient has too many digits")
    rest = wide.remainder(dividend, divisor)
    if rest != 0 and (rest < 0) != (divisor < 0):
        rest = wide.add(rest, divisor)
    return CONTEXT.plus(rest)


@builtin("sqrt(number: number)")
def _sqrt(number: Decimal) -> Decimal:
    """The square root."""
    if number < 0:
        raise Unfit("负数没有平方根", "a negative number has no square root")
    return CONTEXT.sqrt(number)


@builtin("log(number: number)")
def _log(number: Decimal) -> Decimal:
    """The natural logarithm."""
    if number <= 0:
        raise Unfit("只有正数有对数", "only positive numbers have a logarithm")
    return CONTEXT.ln(number)


@builtin("exp(number: number)")
def _exp(number: Decimal) -> Decimal:
    """e to the power of the number."""
    return CONTEXT.exp(number)


@builtin("odd(number: number)")
def _odd(number: Decimal) -> bool | None:
    """Whether a whole number is odd; null for others."""
    return _parity(number) == 1


@builtin("even(number: number)")
def _even(number: Decimal) -> bool | None:
    """Whether a whole number is even; null for others."""
    return _parity(number) == 0


def _parity(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise Unfit("只有整数有奇偶", "only whole numbers are odd or even")
    exponent = int(number.as_tuple().exponent)
    return 0 if exponent > 0 else int(number.to_integral_value().as_tuple().digits[-1]) % 2 if exponent == 0 else int(number) % 2
