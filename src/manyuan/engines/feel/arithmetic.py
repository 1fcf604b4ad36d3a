"""+ - * / ** on numbers, strings, dates and durations (DMN 1.5, tables 45 to 51). None: not defined for these operands."""

from __future__ import annotations

from decimal import Decimal

from manyuan.engines.feel.values import CONTEXT, Date, DateTime, DaysTime, Time, YearsMonths

_NANO = 10**9
MAX_NANOSECONDS = 10**30
MAX_MONTHS = 10**12


class Undefined(ArithmeticError):
    """A result beyond the range of its type."""


def _days(nanoseconds: int) -> DaysTime:
    if abs(nanoseconds) > MAX_NANOSECONDS:
        raise Undefined
    return DaysTime(nanoseconds)


def _months(months: int) -> YearsMonths:
    if abs(months) > MAX_MONTHS:
        raise Undefined
    return YearsMonths(months)


def _whole(number: Decimal) -> int:
    if abs(number) > Decimal(10) ** 40:
        raise Undefined
    return int(number)


def _moment(value: DateTime, nanoseconds: int) -> DateTime:
    total = value.local_seconds * _NANO + value.time.nanosecond + nanoseconds
    try:
        return DateTime.from_local(total // _NANO, total % _NANO, value.time)
    except ValueError:
        raise Undefined from None


def _shift(value: object, duration: object, sign: int) -> object:
    """A date, time or date and time, moved by a duration."""
    try:
        if isinstance(duration, YearsMonths):
            if isinstance(value, Date):
                return value.plus_months(sign * duration.months)
            if isinstance(value, DateTime):
                return DateTime(value.date.plus_months(sign * duration.months), value.time)
        if isinstance(duration, DaysTime):
            moved = sign * duration.nanoseconds
            if isinstance(value, Date):
                return _moment(DateTime(value, Time(0, 0, 0)), moved).date
            if isinstance(value, DateTime):
                return _moment(value, moved)
            if isinstance(value, Time):
                total = (value.seconds * _NANO + value.nanosecond + moved) % (86400 * _NANO)
                seconds = total // _NANO
                return Time(seconds // 3600, seconds // 60 % 60, seconds % 60, total % _NANO, value.offset, value.zone)
    except ValueError:
        raise Undefined from None
    return None


def add(left: object, right: object) -> object:
    """Numbers to 34 digits, half even; strings joined; durations of one kind; a date or time moved by a duration, months clamped to the end of the month (DMN 1.5, 10.3.2.3). None where the two do not add up; raises Undefined beyond the bounds."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return CONTEXT.add(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return _months(left.months + right.months)
    if isinstance(left, DaysTime) and isinstance(right, DaysTime):
        return _days(left.nanoseconds + right.nanoseconds)
    if isinstance(right, (YearsMonths, DaysTime)):
        return _shift(left, right, 1)
    if isinstance(left, (YearsMonths, DaysTime)):
        return _shift(right, left, 1)
    return None


def subtract(left: object, right: object) -> object:
    """As `add`; two dates or times give a days-and-time duration, a date standing for its midnight in UTC. None where only one has an offset."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return CONTEXT.subtract(left, right)
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return _months(left.months - right.months)
    if isinstance(left, DaysTime) and isinstance(right, DaysTime):
        return _days(left.nanoseconds - right.nanoseconds)
    if isinstance(right, (YearsMonths, DaysTime)):
        return _shift(left, right, -1)
    if isinstance(left, Date) and isinstance(right, Date):
        return DaysTime((left.days - right.days) * 86400 * _NANO)
    if isinstance(left, Time) and isinstance(right, Time):
        return _difference(DateTime(Date(1970, 1, 1), left), DateTime(Date(1970, 1, 1), right))
    if isinstance(left, (Date, DateTime)) and isinstance(right, (Date, DateTime)):
        return _difference(_midnight(left), _midnight(right))
    return None


def _midnight(value: Date | DateTime) -> DateTime:
    """A date stands for its midnight in UTC (DMN 1.5, 10.3.2.3.6)."""
    return DateTime(value, Time(0, 0, 0, 0, 0)) if isinstance(value, Date) else value


def _difference(left: DateTime, right: DateTime) -> object:
    one, two = left.instant, right.instant
    if (one is None) != (two is None):
        return None
    seconds = one - two if one is not None and two is not None else left.local_seconds - right.local_seconds
    return _days(seconds * _NANO + left.time.nanosecond - right.time.nanosecond)


def multiply(left: object, right: object) -> object:
    """Numbers, or a duration by a number, cut to whole months or nanoseconds. None for anything else; raises Undefined beyond the bounds."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return CONTEXT.multiply(left, right)
    if isinstance(left, Decimal) and isinstance(right, (YearsMonths, DaysTime)):
        left, right = right, left
    if isinstance(left, YearsMonths) and isinstance(right, Decimal):
        return _months(_whole(CONTEXT.multiply(Decimal(left.months), right)))
    if isinstance(left, DaysTime) and isinstance(right, Decimal):
        return _days(_whole(CONTEXT.multiply(Decimal(left.nanoseconds), right)))
    return None


def divide(left: object, right: object) -> object:
    """Division by zero raises ZeroDivisionError."""
    if (
        (isinstance(right, Decimal) and right == 0)
        or (isinstance(right, YearsMonths) and right.months == 0)
        or (isinstance(right, DaysTime) and right.nanoseconds == 0)
    ):
        raise ZeroDivisionError
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return CONTEXT.divide(left, right)
    if isinstance(left, YearsMonths):
        if isinstance(right, Decimal):
            return _months(_whole(CONTEXT.divide(Decimal(left.months), right)))
        if isinstance(right, YearsMonths):
            return CONTEXT.divide(Decimal(left.months), Decimal(right.months))
    if isinstance(left, DaysTime):
        if isinstance(right, Decimal):
            return _days(_whole(CONTEXT.divide(Decimal(left.nanoseconds), right)))
        if isinstance(right, DaysTime):
            return CONTEXT.divide(Decimal(left.nanoseconds), Decimal(right.nanoseconds))
    return None


def power(left: object, right: object) -> object:
    """A number to a power, to 34 digits. None for anything else."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return CONTEXT.power(left, right)
    return None


def negate(value: object) -> object:
    """The opposite of a number or a duration. None for anything else."""
    if isinstance(value, Decimal):
        return CONTEXT.minus(value)
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    if isinstance(value, DaysTime):
        return DaysTime(-value.nanoseconds)
    return None


OPERATORS = {"+": add, "-": subtract, "*": multiply, "/": divide, "**": power}
