"""Days, months, quarters and years as people write them.

A number without a date format is a day count of the spreadsheet when it falls between 1920 and 2100; eight digits are year, month and day.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from manyuan.engines.workbooks.columns import Column
from manyuan.engines.workbooks.problems import Problem, expected_of

_SERIALS: Final = range(7306, 73416)  # 1920-01-01 to 2100-12-31, counted from 1899-12-30
_FROM_1900, _FROM_1904 = date(1899, 12, 30), date(1904, 1, 1)
_YEARS: Final = range(1900, 2201)
_MONTHS: Final = {name: at for at, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}
_CHINESE: Final = {"〇": 0, "零": 0, "○": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})"
_NAME = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:[ t]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?"

_DATES: Final = tuple(
    re.compile(pattern + _CLOCK)
    for pattern in (
        rf"{_YEAR} ?(?P<mark>[-/.]) ?(?P<month>\d{{1,2}}) ?(?P=mark) ?{_DAY}",
        rf"{_YEAR} ?年 ?(?P<month>\d{{1,2}}) ?月 ?{_DAY} ?[日号]?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        rf"{_DAY}(?:st|nd|rd|th)?[ -]*{_NAME}[ ,-]*{_YEAR}",
        rf"{_NAME}[ -]*{_DAY}(?:st|nd|rd|th)?[ ,-]*{_YEAR}",
    )
)
_DAY_FIRST: Final = re.compile(rf"(?P<one>\d{{1,2}})(?P<mark>[-/.])(?P<two>\d{{1,2}})(?P=mark){_YEAR}{_CLOCK}")
_MONTH_SHAPES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR} ?[-/.] ?{_MONTH}", rf"{_YEAR} ?年 ?{_MONTH} ?月?份?", r"(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])", rf"{_NAME}[ ,-]*{_YEAR}", rf"{_YEAR}[ -]*{_NAME}",
    )
)  # fmt: skip
_QUARTER_SHAPES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}[ -]*年?[ -]*q(?P<quarter>[1-4])", rf"q(?P<quarter>[1-4])[ ,-]*{_YEAR}", rf"(?P<quarter>[1-4])q[ ,-]*{_YEAR}",
        rf"{_YEAR} ?年?度? ?第? ?(?P<quarter>[1-4]) ?季度?",
    )
)  # fmt: skip
_YEAR_SHAPE: Final = re.compile(rf"(?:fy ?)?{_YEAR} ?(?:年度?|年末|年底)?")


def as_date(column: Column, raw: Any, dates_from_1904: bool = False) -> Any:
    """A datetime.date, or a Problem. A time of day is left off."""
    found = _whole_day(raw, dates_from_1904)
    if isinstance(found, date):
        return found if found.year in _YEARS else _wrong(column, "real_date")
    return _wrong(column, found)


def as_month(column: Column, raw: Any, dates_from_1904: bool = False) -> Any:
    """'2025-09', or a Problem; a whole date stands for its month."""
    text = _text_of(raw)
    for shape in _MONTH_SHAPES if text is not None else ():
        match = shape.fullmatch(text or "")
        if match:
            return _month(column, match)
    found = _whole_day(raw, dates_from_1904) if not isinstance(raw, float) or raw.is_integer() else "write_month"
    if isinstance(found, date) and found.year in _YEARS:
        return f"{found.year:04d}-{found.month:02d}"
    return _wrong(column, "write_month")


def as_quarter(column: Column, raw: Any, dates_from_1904: bool = False) -> Any:
    """'2025Q3', or a Problem."""
    text = _text_of(raw)
    for shape in _QUARTER_SHAPES if text is not None else ():
        match = shape.fullmatch(text or "")
        if match and int(match["year"]) in _YEARS:
            return f"{match['year']}Q{match['quarter']}"
    return _wrong(column, "write_quarter")


def as_year(column: Column, raw: Any, dates_from_1904: bool = False) -> Any:
    """'2025', or a Problem."""
    match = _YEAR_SHAPE.fullmatch(_text_of(raw) or "")
    if match and int(match["year"]) in _YEARS:
        return match["year"]
    return _wrong(column, "write_year")


def _month(column: Column, match: re.Match[str]) -> Any:
    groups = match.groupdict()
    month = _MONTHS[groups["name"][:3]] if groups.get("name") else int(groups["month"])
    return f"{groups['year']}-{month:02d}" if int(groups["year"]) in _YEARS else _wrong(column, "write_month")


def _wrong(column: Column, advice: str) -> Problem:
    return Problem(f"{column.kind}.unreadable" if advice != "real_date" else "date.no_such_day", expected_of(column), advice)


def _text_of(raw: Any) -> str | None:
    """The raw cell as comparable text; whole numbers as their digits; None for dates and fractions."""
    if isinstance(raw, bool | date | time | timedelta):
        return None
    if isinstance(raw, int | float):
        return str(int(raw)) if abs(raw) < 1e9 and raw == int(raw) else None
    text = unicodedata.normalize("NFKC", str(raw)).lower().replace("⁄", "/").replace("−", "-").replace("—", "-")
    text = re.sub(r"\s+", " ", text).strip(" '")
    return _digits(text) if len(text) <= 60 and any(sign in text for sign in (*_CHINESE, "十")) else text


def _digits(text: str) -> str:
    """Chinese numerals as digits: 二〇二四年十二月三十一日, 第三季度."""
    text = "".join(str(_CHINESE[sign]) if sign in _CHINESE else sign for sign in text)
    text = re.sub(r"(\d)十(\d)", r"\1\2", text)
    text = re.sub(r"(\d)十", r"\g<1>0", text)
    return text.replace("十", "1") if re.search(r"十\d", text) else text.replace("十", "10")


def _whole_day(raw: Any, dates_from_1904: bool) -> date | str:
    """The day, or the name of the advice why there is none."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, bool | time | timedelta):
        return "write_date"
    if isinstance(raw, float) and abs(raw) < 1e9 and raw != int(raw):
        return _counted(int(raw), dates_from_1904)
    text = _text_of(raw)
    if text is None:
        return "write_date"
    for shape in _DATES:
        match = shape.fullmatch(text)
        if match:
            groups = match.groupdict()
            month = _MONTHS[groups["name"][:3]] if groups.get("name") else int(groups["month"])
            return _day(int(groups["year"]), month, int(groups["day"]))
    match = _DAY_FIRST.fullmatch(text)
    if match:
        one, two = int(match["one"]), int(match["two"])
        if (one > 12) == (two > 12) and one != two:
            return "ambiguous_date"
        return _day(int(match["year"]), *((two, one) if one > 12 else (one, two)))
    if re.fullmatch(r"\d{4,5}(?:\.\d+)?", text):
        return _counted(int(text.partition(".")[0]), dates_from_1904)
    return "write_date"


def _counted(serial: int, dates_from_1904: bool) -> date | str:
    if dates_from_1904:
        serial_1900 = serial + (_FROM_1904 - _FROM_1900).days
    else:
        serial_1900 = serial
    return _FROM_1900 + timedelta(days=serial_1900) if serial_1900 in _SERIALS else "write_date"


def _day(year: int, month: int, day: int) -> date | str:
    try:
        return date(year, month, day)
    except ValueError:
        return "real_date"
