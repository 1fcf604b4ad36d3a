"""FEEL's values as Python values (DMN 1.5, chapter 10.3.2).

number: decimal.Decimal (34 digits, decimal128) · string: str · boolean: bool · null: None · list: list · context: dict · range: Range ·
date, time, date and time, durations, function: the classes here. Years run from -999999999 to 999999999, so the standard library's
dates do not serve. All classes are immutable.
"""

from __future__ import annotations

import datetime as std
import decimal
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from manyuan.engines.feel.errors import FeelInputError

CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
MIN_YEAR, MAX_YEAR = -999_999_999, 999_999_999
ZERO = Decimal(0)


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar (year 0 exists), for any year."""
    year -= month <= 2
    era = year // 400
    yoe = year - era * 400
    doy = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Year, month, day of a number of days since 1970-01-01."""
    days += 719468
    era = days // 146097
    doe = days - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1


def days_in_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@dataclass(frozen=True, slots=True)
class Date:
    """A date of the proleptic Gregorian calendar. Raises ValueError where there is no such day."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not (MIN_YEAR <= self.year <= MAX_YEAR and 1 <= self.month <= 12 and 1 <= self.day <= days_in_month(self.year, self.month)):
            raise ValueError(f"no such date: {self.year}-{self.month}-{self.day}")

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return days_from_civil(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 is Monday, 7 is Sunday."""
        return (self.days + 3) % 7 + 1

    @staticmethod
    def from_days(days: int) -> Date:
        return Date(*civil_from_days(days))

    def plus_months(self, months: int) -> Date:
        """Months later; the day is cut to the end of the month."""
        index = self.year * 12 + self.month - 1 + months
        year, month = index // 12, index % 12 + 1
        return Date(year, month, min(self.day, days_in_month(year, month)))

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The zone of the IANA name; ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except Exception as error:
        raise ValueError(f"no such zone: {name}") from error


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day. nanosecond 0..999999999; offset in seconds east of UTC, or a zone's IANA name, or neither (local)."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    offset: int | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 23 and 0 <= self.minute <= 59 and 0 <= self.second <= 59 and 0 <= self.nanosecond < 10**9):
            raise ValueError("no such time")
        if self.offset is not None and abs(self.offset) > 18 * 3600:
            raise ValueError("an offset is at most 18 hours")

    @property
    def seconds(self) -> int:
        """Whole seconds since midnight on its own clock."""
        return self.hour * 3600 + self.minute * 60 + self.second

    @property
    def is_local(self) -> bool:
        return self.offset is None and self.zone is None

    def offset_on(self, on: Date) -> int | None:
        """Seconds east of UTC on a date; None where local."""
        if self.offset is not None:
            return self.offset
        if self.zone is None:
            return None
        year = min(max(on.year, 1), 9998)
        day = min(on.day, days_in_month(year, on.month))
        found = std.datetime(year, on.month, day, self.hour, self.minute, self.second, tzinfo=zone(self.zone)).utcoffset()
        return int(found.total_seconds()) if found is not None else 0

    def clock(self) -> str:
        """hh:mm:ss with the fraction, without the zone."""
        fraction = f".{self.nanosecond:09d}".rstrip("0") if self.nanosecond else ""
        return f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction}"

    def zone_text(self) -> str:
        if self.zone is not None:
            return f"@{self.zone}"
        if self.offset is None:
            return ""
        if self.offset == 0:
            return "Z"
        sign, rest = ("-" if self.offset < 0 else "+"), abs(self.offset)
        seconds = f":{rest % 60:02d}" if rest % 60 else ""
        return f"{sign}{rest // 3600:02d}:{rest // 60 % 60:02d}{seconds}"

    def __str__(self) -> str:
        return self.clock() + self.zone_text()


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and a time of day."""

    date: Date
    time: Time

    @property
    def local_seconds(self) -> int:
        """Whole seconds since 1970-01-01T00:00:00 on its own clock."""
        return self.date.days * 86400 + self.time.seconds

    @property
    def instant(self) -> int | None:
        """Whole seconds since the epoch in UTC; None where local."""
        offset = self.time.offset_on(self.date)
        return None if offset is None else self.local_seconds - offset

    @staticmethod
    def from_local(seconds: int, nanosecond: int, like: Time) -> DateTime:
        days, rest = divmod(seconds, 86400)
        return DateTime(Date.from_days(days), Time(rest // 3600, rest // 60 % 60, rest % 60, nanosecond, like.offset, like.zone))

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A years and months duration, in whole months."""

    months: int

    def __str__(self) -> str:
        if self.months == 0:
            return "P0M"
        years, months = divmod(abs(self.months), 12)
        return ("-" if self.months < 0 else "") + "P" + (f"{years}Y" if years else "") + (f"{months}M" if months else "")


@dataclass(frozen=True, slots=True)
class DaysTime:
    """A days and time duration, in whole nanoseconds."""

    nanoseconds: int

    @staticmethod
    def of_seconds(seconds: Decimal | int) -> DaysTime:
        return DaysTime(int(Decimal(seconds).scaleb(9, CONTEXT).to_integral_value(decimal.ROUND_DOWN)))

    @property
    def seconds(self) -> Decimal:
        return Decimal(self.nanoseconds).scaleb(-9, decimal.Context(prec=60))

    def __str__(self) -> str:
        if self.nanoseconds == 0:
            return "PT0S"
        total, nano = divmod(abs(self.nanoseconds), 10**9)
        days, rest = divmod(total, 86400)
        hours, minutes, seconds = rest // 3600, rest // 60 % 60, rest % 60
        out = ("-" if self.nanoseconds < 0 else "") + "P" + (f"{days}D" if days else "")
        if hours or minutes or seconds or nano:
            fraction = f".{nano:09d}".rstrip("0") if nano else ""
            out += "T" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
            out += f"{seconds}{fraction}S" if seconds or nano else ""
        return out


@dataclass(frozen=True, slots=True)
class Range:
    """A range. An end that is None is open to that side; `operator` is set for ranges written as a comparison, such as (< 10)."""

    start: object
    end: object
    start_included: bool
    end_included: bool
    operator: str | None = None


@dataclass(frozen=True, eq=False)
class Function:
    """Something to call. parameters: names in order; `call` takes the arguments in that order; variadic: the last one takes many."""

    name: str
    parameters: tuple[str, ...]
    call: Callable[..., object]
    types: tuple[object, ...] = ()
    result: object = None


def from_python(value: object, name: str = "") -> object:
    """A value of the host as FEEL's: int and Decimal become numbers, the standard library's dates and durations FEEL's own, tuples
    and mappings lists and contexts. Raises FeelInputError for floats (say Decimal) and unknown classes."""
    if value is None or isinstance(value, (bool, str, Date, Time, DateTime, YearsMonths, DaysTime, Range, Function)):
        return value
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        raise FeelInputError("input.float", name=name, found=value)
    if isinstance(value, std.datetime):
        moved = value.utcoffset()
        offset = int(moved.total_seconds()) if moved is not None else None
        return DateTime(
            Date(value.year, value.month, value.day),
            Time(value.hour, value.minute, value.second, value.microsecond * 1000, offset),
        )
    if isinstance(value, std.date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, std.time):
        return Time(value.hour, value.minute, value.second, value.microsecond * 1000)
    if isinstance(value, std.timedelta):
        return DaysTime(((value.days * 86400 + value.seconds) * 10**6 + value.microseconds) * 1000)
    if isinstance(value, dict):
        return {str(key): from_python(inner, f"{name}.{key}") for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [from_python(inner, f"{name}[{index + 1}]") for index, inner in enumerate(value)]
    raise FeelInputError("input.class", name=name, found=type(value).__name__)


def to_python(value: object) -> object:
    """FEEL's date, date and time, and days duration as the standard library's where they fit; all else as it is."""
    if isinstance(value, Date) and 1 <= value.year <= 9999:
        return std.date(value.year, value.month, value.day)
    if isinstance(value, list):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {key: to_python(item) for key, item in value.items()}
    return value


def kind_of(value: object) -> str:
    """The name of the value's FEEL type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    for cls, name in _KINDS:
        if isinstance(value, cls):
            return name
    return type(value).__name__


_KINDS: tuple[tuple[type, str], ...] = (
    (Decimal, "number"),
    (str, "string"),
    (list, "list"),
    (dict, "context"),
    (Date, "date"),
    (DateTime, "date and time"),
    (Time, "time"),
    (YearsMonths, "years and months duration"),
    (DaysTime, "days and time duration"),
    (Range, "range"),
    (Function, "function"),
)
