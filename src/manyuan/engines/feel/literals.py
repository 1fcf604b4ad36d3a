"""Text to dates, times and durations (XML Schema lexical forms, extended by @zone), shared by @"…" literals and the conversion functions."""

from __future__ import annotations

import re
from decimal import Decimal

from manyuan.engines.feel.values import Date, DateTime, DaysTime, Time, YearsMonths, zone

_DATE = re.compile(r"(-?)([1-9]\d{4,8}|\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][\w+\-/]*)?")
_YEARS_MONTHS = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?")
_DAYS_TIME = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d*))?S)?)?")


def parse_date(text: str) -> Date | None:
    """2017-12-31; years of five to nine digits and negative ones too. None where it is not a date."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        return Date(int(found[1] + found[2]), int(found[3]), int(found[4]))
    except ValueError:
        return None


def parse_time(text: str) -> Time | None:
    """23:59:00 with a fraction and Z, an offset or @zone."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    try:
        return _time(found)
    except ValueError:
        return None


def _time(found: re.Match[str]) -> Time:
    nano = int((found[4] or "0")[:9].ljust(9, "0"))
    where = found[5] or ""
    offset, name = None, None
    if where == "Z":
        offset = 0
    elif where.startswith("@"):
        name = where[1:]
        zone(name)
    elif where:
        hours, minutes, *rest = (int(part) for part in where[1:].split(":"))
        if hours > 14 or minutes > 59 or (rest and rest[0] > 59):
            raise ValueError("no such offset")
        offset = (hours * 3600 + minutes * 60 + (rest[0] if rest else 0)) * (-1 if where[0] == "-" else 1)
    return Time(int(found[1]), int(found[2]), int(found[3]), nano, offset, name)


def parse_date_time(text: str) -> DateTime | None:
    """A date, T, a time; or a date alone, which means its midnight."""
    day, mark, clock = text.partition("T")
    date = parse_date(day)
    if date is None:
        return None
    if not mark:
        return DateTime(date, Time(0, 0, 0))
    if re.match(r"24:00:00(?:\.0+)?", clock):
        time = parse_time("00" + clock[2:])
        return DateTime(Date.from_days(date.days + 1), time) if time else None
    time = parse_time(clock)
    return DateTime(date, time) if time else None


def parse_duration(text: str) -> YearsMonths | DaysTime | None:
    """P1Y2M or P1DT2H3M4.5S, each perhaps negative."""
    found = _YEARS_MONTHS.fullmatch(text)
    if found and (found[2] or found[3]):
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return YearsMonths(-months if found[1] else months)
    found = _DAYS_TIME.fullmatch(text)
    if not found or not any(found.group(n) for n in (2, 3, 4, 5)) or text.endswith("T"):
        return None
    if sum(len(found.group(n) or "") for n in (2, 3, 4, 5)) > 60:
        return None
    seconds = int(found[2] or 0) * 86400 + int(found[3] or 0) * 3600 + int(found[4] or 0) * 60 + int(found[5] or 0)
    nano = seconds * 10**9 + int((found[6] or "0")[:9].ljust(9, "0"))
    return DaysTime(-nano if found[1] else nano)


def parse_at(text: str) -> object | None:
    """Whatever @"text" means; None where it means nothing."""
    return parse_date(text) or parse_time(text) or (parse_date_time(text) if "T" in text else None) or parse_duration(text)


def number_text(number: Decimal) -> str:
    """A number as FEEL writes it: no exponent, no superfluous zeros."""
    if number == 0:
        return "0"
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text
