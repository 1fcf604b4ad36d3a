"""Properties of dates, times, durations and ranges: `x.year`, `r.start included` (DMN 1.5, tables 53 to 55)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from manyuan.engines.feel.values import Date, DateTime, DaysTime, Range, Time, YearsMonths


def _offset(time: Time, on: Date) -> DaysTime | None:
    found = time.offset_on(on)
    return None if found is None else DaysTime(found * 10**9)


_EPOCH = Date(1970, 1, 1)


def _parts(value: DaysTime) -> tuple[int, int, int, int]:
    """Days, hours, minutes, seconds, each with the sign of the duration."""
    sign = -1 if value.nanoseconds < 0 else 1
    seconds = abs(value.nanoseconds) // 10**9
    return sign * (seconds // 86400), sign * (seconds // 3600 % 24), sign * (seconds // 60 % 60), sign * (seconds % 60)


def _months(value: YearsMonths) -> tuple[int, int]:
    sign = -1 if value.months < 0 else 1
    return sign * (abs(value.months) // 12), sign * (abs(value.months) % 12)


Reader = Callable[[Any], object]
_TABLE: dict[type, dict[str, Reader]] = {
    Date: {
        "year": lambda d: Decimal(d.year),
        "month": lambda d: Decimal(d.month),
        "day": lambda d: Decimal(d.day),
        "weekday": lambda d: Decimal(d.weekday),
        "value": lambda d: Decimal(d.days * 86400),
    },
    Time: {
        "hour": lambda t: Decimal(t.hour),
        "minute": lambda t: Decimal(t.minute),
        "second": lambda t: Decimal(t.second),
        "time offset": lambda t: _offset(t, _EPOCH),
        "timezone": lambda t: t.zone,
        "value": lambda t: Decimal(t.seconds),
    },
    DateTime: {
        "year": lambda m: Decimal(m.date.year),
        "month": lambda m: Decimal(m.date.month),
        "day": lambda m: Decimal(m.date.day),
        "weekday": lambda m: Decimal(m.date.weekday),
        "hour": lambda m: Decimal(m.time.hour),
        "minute": lambda m: Decimal(m.time.minute),
        "second": lambda m: Decimal(m.time.second),
        "time offset": lambda m: _offset(m.time, m.date),
        "timezone": lambda m: m.time.zone,
        "value": lambda m: Decimal(m.local_seconds if m.instant is None else m.instant),
    },
    YearsMonths: {
        "years": lambda d: Decimal(_months(d)[0]),
        "months": lambda d: Decimal(_months(d)[1]),
        "value": lambda d: Decimal(d.months),
    },
    DaysTime: {
        "days": lambda d: Decimal(_parts(d)[0]),
        "hours": lambda d: Decimal(_parts(d)[1]),
        "minutes": lambda d: Decimal(_parts(d)[2]),
        "seconds": lambda d: Decimal(_parts(d)[3]),
        "value": lambda d: d.seconds,
    },
    Range: {
        "start": lambda r: r.start,
        "end": lambda r: r.end,
        "start included": lambda r: r.start_included,
        "end included": lambda r: r.end_included,
    },
}
NAMES = frozenset(name for table in _TABLE.values() for name in table)


def has(value: object, name: str) -> bool:
    """Whether a value of this class has a property of this name (DMN 1.5, 10.3.2.15)."""
    return name in _TABLE.get(type(value), {})


def read(value: object, name: str) -> object:
    """The property's value; KeyError where the value has none of that name."""
    return _TABLE[type(value)][name](value)


def of_type(name: str) -> frozenset[str]:
    """Names of the properties of a FEEL type."""
    classes = {
        "date": Date,
        "time": Time,
        "date and time": DateTime,
        "years and months duration": YearsMonths,
        "days and time duration": DaysTime,
        "range": Range,
    }
    return frozenset(_TABLE[classes[name]]) if name in classes else frozenset()
