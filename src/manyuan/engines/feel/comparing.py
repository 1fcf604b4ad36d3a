"""Equality and order of FEEL values (DMN 1.5, tables 42 and 43). None is FEEL's null: the two cannot be compared.

Times are compared by the second: the standard gives time and date-and-time values by `value time` in seconds, and the conformance
kit expects that fractions do not count.
"""

from __future__ import annotations

from decimal import Decimal

from manyuan.engines.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths, kind_of


def equal(left: object, right: object) -> bool | None:
    """FEEL's `=`: null equals only null; values of two kinds cannot be compared (None)."""
    if left is None or right is None:
        return left is None and right is None
    if isinstance(left, list) and isinstance(right, list):
        return _equal_lists(left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        return _all_equal([(left[key], right[key]) for key in left])
    if kind_of(left) != kind_of(right):
        return None
    if isinstance(left, (Time, DateTime)):
        return _equal_moments(left, right)
    if isinstance(left, Range) and isinstance(right, Range):
        if (left.operator, left.start_included, left.end_included) != (
            right.operator,
            right.start_included,
            right.end_included,
        ):
            return False
        return _all_equal([(left.start, right.start), (left.end, right.end)])
    if isinstance(left, Function):
        return left is right
    return left == right


def _equal_lists(left: list[object], right: list[object]) -> bool | None:
    return False if len(left) != len(right) else _all_equal(list(zip(left, right)))


def _all_equal(pairs: list[tuple[object, object]]) -> bool | None:
    unknown = False
    for left, right in pairs:
        found = equal(left, right)
        if found is False:
            return False
        unknown = unknown or found is None
    return None if unknown else True


def _equal_moments(left: Time | DateTime, right: object) -> bool | None:
    one, two = _moment(left), _moment(right)
    return one == two if one[0] == two[0] else False


def _moment(value: object) -> tuple[bool, int]:
    """(is local, seconds): comparable only between two local or two zoned values."""
    if isinstance(value, DateTime):
        instant = value.instant
        return (True, value.local_seconds) if instant is None else (False, instant)
    assert isinstance(value, Time)
    offset = value.offset_on(Date(1970, 1, 1))
    return (True, value.seconds) if offset is None else (False, value.seconds - offset)


def compare(left: object, right: object) -> int | None:
    """-1, 0 or 1 for values in an order; None where there is none (null, two kinds, booleans, lists, contexts …)."""
    if isinstance(left, bool) or isinstance(right, bool):
        return None
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    a: int
    b: int
    if isinstance(left, Date) and isinstance(right, Date):
        a, b = left.days, right.days
    elif isinstance(left, (Time, DateTime)) and type(left) is type(right):
        one, two = _moment(left), _moment(right)
        if one[0] != two[0]:
            return None
        a, b = one[1], two[1]
    elif isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        a, b = left.months, right.months
    elif isinstance(left, DaysTime) and isinstance(right, DaysTime):
        a, b = left.nanoseconds, right.nanoseconds
    else:
        return None
    return (a > b) - (a < b)


def within(value: object, bounds: Range) -> bool | None:
    """Whether a value lies in a range; None where it cannot be compared with an end."""
    if bounds.operator in ("=", "!="):
        found = equal(value, bounds.start)
        return found if bounds.operator == "=" or found is None else not found
    if bounds.start is not None:
        low = compare(value, bounds.start)
        if low is None:
            return None
        if low < 0 or (low == 0 and not bounds.start_included):
            return False
    if bounds.end is not None:
        high = compare(value, bounds.end)
        if high is None:
            return None
        if high > 0 or (high == 0 and not bounds.end_included):
            return False
    return True if bounds.start is not None or bounds.end is not None else None
