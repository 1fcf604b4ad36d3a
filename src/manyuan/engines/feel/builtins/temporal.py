"""Dates, times and durations (DMN 1.5, 10.3.4.1 and 10.3.4.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from manyuan.engines.feel.builtins.registry import Unfit, builtin
from manyuan.engines.feel.literals import parse_date, parse_date_time, parse_duration, parse_time
from manyuan.engines.feel.values import Date, DateTime, DaysTime, Time, YearsMonths

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _whole(value: Decimal, name: str) -> int:
    if value != value.to_integral_value() or abs(value) > 10**12:
        raise Unfit(f"{name} 应为整数", f"{name} must be a whole number")
    return int(value)


@builtin("date(from: string)")
def _date_text(text: str) -> Date:
    """A date from text, from a date and time, or from year, month and day."""
    found = parse_date(text)
    if found is None:
        raise Unfit(f"“{text}”不是日期", f"{text!r} is not a date")
    return found


@builtin("date(from: date and time)")
def _date_of(value: DateTime) -> Date:
    return value.date


@builtin("date(from: date)")
def _date_same(value: Date) -> Date:
    return value


@builtin("date(year: number, month: number, day: number)")
def _date_parts(year: Decimal, month: Decimal, day: Decimal) -> Date:
    try:
        return Date(_whole(year, "year"), _whole(month, "month"), _whole(day, "day"))
    except ValueError:
        raise Unfit("没有这一天", "there is no such day") from None


@builtin("time(from: string)")
def _time_text(text: str) -> Time:
    """A time from text, from a date and time, or from hour, minute, second and offset."""
    found = parse_time(text)
    if found is None:
        raise Unfit(f"“{text}”不是时间", f"{text!r} is not a time")
    return found


@builtin("time(from: date and time)")
def _time_of(value: DateTime) -> Time:
    return value.time


@builtin("time(from: date)")
def _time_of_date(value: Date) -> Time:
    return Time(0, 0, 0, 0, 0)


@builtin("time(from: time)")
def _time_same(value: Time) -> Time:
    return value


@builtin("time(hour: number, minute: number, second: number, offset: days and time duration?)")
def _time_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None) -> Time:
    whole = int(second)
    nano = int((second - whole) * 10**9)
    try:
        return Time(_whole(hour, "hour"), _whole(minute, "minute"), whole, nano, None if offset is None else int(offset.seconds))
    except ValueError:
        raise Unfit("没有这个时间", "there is no such time") from None


@builtin("date and time(from: string)")
def _moment_text(text: str) -> DateTime:
    """A date and time from text, from a date and a time, or moved to a zone."""
    found = parse_date_time(text)
    if found is None:
        raise Unfit(f"“{text}”不是日期时间", f"{text!r} is not a date and time")
    return found


@builtin("date and time(from: date and time)")
def _moment_same(value: DateTime) -> DateTime:
    return value


@builtin("date and time(from: date)")
def _moment_of_date(value: Date) -> DateTime:
    return DateTime(value, Time(0, 0, 0))


@builtin("date and time(date: date, time: time)")
def _moment_parts(date: Date, time: Time) -> DateTime:
    return DateTime(date, time)


@builtin("date and time(date: date and time, time: time)")
def _moment_with_time(date: DateTime, time: Time) -> DateTime:
    return DateTime(date.date, time)


@builtin("date and time(date: date and time, timezone: string)")
def _moment_in_zone(date: DateTime, timezone: str) -> DateTime:
    probe = parse_time(f"00:00:00@{timezone}")
    if probe is None:
        raise Unfit(f"没有时区“{timezone}”", f"there is no zone {timezone!r}")
    instant = date.instant
    if instant is None:
        return DateTime(date.date, Time(date.time.hour, date.time.minute, date.time.second, date.time.nanosecond, None, timezone))
    guess = DateTime.from_local(instant, date.time.nanosecond, probe)
    for _ in range(2):
        guess = DateTime.from_local(instant + (guess.time.offset_on(guess.date) or 0), date.time.nanosecond, probe)
    return guess


@builtin("duration(from: string)")
def _duration(text: str) -> YearsMonths | DaysTime:
    """A duration from text."""
    found = parse_duration(text)
    if found is None:
        raise Unfit(f"“{text}”不是时长", f"{text!r} is not a duration")
    return found


@builtin("duration(from: duration)")
def _duration_same(value: YearsMonths | DaysTime) -> YearsMonths | DaysTime:
    return value


def _between(start: Date, end: Date) -> YearsMonths:
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


@builtin("years and months duration(from: date, to: date)")
def _months_between(start: Date, end: Date) -> YearsMonths:
    """Whole months between two dates."""
    return _between(start, end)


@builtin("years and months duration(from: date and time, to: date and time)")
def _months_between_moments(start: DateTime, end: DateTime) -> YearsMonths:
    return _between(start.date, end.date)


@builtin("years and months duration(from: date, to: date and time)")
def _months_to_moment(start: Date, end: DateTime) -> YearsMonths:
    return _between(start, end.date)


@builtin("years and months duration(from: date and time, to: date)")
def _months_from_moment(start: DateTime, end: Date) -> YearsMonths:
    return _between(start.date, end)


def _day_of_year(date: Date) -> Decimal:
    return Decimal(date.days - Date(date.year, 1, 1).days + 1)


def _week_of_year(date: Date) -> Decimal:
    """ISO 8601: the week belongs to the year of its Thursday."""
    thursday = Date.from_days(date.days - date.weekday + 4)
    return Decimal((thursday.days - Date(thursday.year, 1, 1).days) // 7 + 1)


def _declare(name: str, read: Any, doc: str) -> None:
    def of_date(date: Date) -> object:
        return read(date)

    def of_moment(date: DateTime) -> object:
        return read(date.date)

    of_date.__doc__ = doc
    builtin(f"{name}(date: date)")(of_date)
    builtin(f"{name}(date: date and time)")(of_moment)


_declare("day of year", _day_of_year, "1 for the first of January.")
_declare("day of week", lambda d: _DAYS[d.weekday - 1], "Monday to Sunday.")
_declare("month of year", lambda d: _MONTHS[d.month - 1], "January to December.")
_declare("week of year", _week_of_year, "The ISO week.")


@builtin("now()", runtime=True)
def _now(runtime: Any) -> DateTime | None:
    """The moment passed in by the caller; null without one."""
    if runtime.clock is None:
        raise Unfit("调用者没有给出当前时刻", "the caller has not passed the moment in")
    return runtime.clock


@builtin("today()", runtime=True)
def _today(runtime: Any) -> Date | None:
    """The day of the moment passed in by the caller; null without one."""
    if runtime.clock is None:
        raise Unfit("调用者没有给出当前时刻", "the caller has not passed the moment in")
    return runtime.clock.date
