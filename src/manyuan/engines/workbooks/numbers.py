"""Numbers as people write them: 1,234.50 · １２．５％ · 66(万元人民币) · (300) · 1.2亿元. Exact: Decimal and Fraction, never a float sum."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from manyuan.engines.workbooks.columns import Column
from manyuan.engines.workbooks.problems import Problem, expected_of
from manyuan.engines.workbooks.units import Unit, factor_between, foreign_currency, unit_named

_LARGEST: Final = 10**18
_LONGEST: Final = 40
_NUMBER = re.compile(r"([+-]?)([0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,4}(?:,\d{4})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+")
_TIMES: Final = {"千": 1_000, "万": 10_000, "百万": 1_000_000, "亿": 100_000_000}
_LIKE_DIGITS: Final = {"o": "0", "O": "0", "l": "1", "I": "1", "i": "1", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2"}
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "‚": ",", "、": ",", "〇": "0", "￥": "¥"})


def as_number(column: Column, raw: Any, unit: Unit | None, is_percent: bool) -> Any:
    """The canonical number of the column (fen, int or decimal text), or a Problem. unit: of bare numbers, None for the column's own."""
    if isinstance(raw, bool):
        return Problem("number.unreadable", expected_of(column), "number_only")
    if isinstance(raw, date | datetime | time | timedelta):
        return Problem("number.date", expected_of(column), "not_a_date")
    own = column.measured_in
    if isinstance(raw, int | float):
        number = exact(raw)
        if number is None:
            return Problem("number.too_large", expected_of(column), "finite")
        return canonical(column, Fraction(number) * 100 if is_percent and column.kind == "percent" else _in_own(Fraction(number), unit, own, column))
    return _of_text(column, str(raw), unit, own)


def exact(number: int | float) -> Decimal | None:
    """A number of a spreadsheet at the 15 significant digits that it shows; None when it is not finite."""
    if isinstance(number, int):
        return Decimal(number)
    found = Decimal(format(number, ".15g"))
    return found if found.is_finite() else None


def canonical(column: Column, number: Fraction | Problem) -> Any:
    """A number in the column's unit (money: in fen) as its canonical value."""
    if isinstance(number, Problem):
        return number
    if abs(number) >= _LARGEST:
        return Problem("number.too_large", expected_of(column), "finite")
    if column.kind == "money":
        if number.denominator != 1:
            unit = column.measured_in
            return Problem("money.finer_than_fen", expected_of(column), "fen", {"places": len(str(unit.factor)) - 1 if unit else 2})
        return int(number)
    if column.kind == "integer":
        return int(number) if number.denominator == 1 else Problem("integer.fraction", expected_of(column), "whole")
    text = plain(number)
    return text if text is not None else Problem("number.endless", expected_of(column), "number_only")


def plain(number: Fraction) -> str | None:
    """A fraction as plain decimal text without exponent and trailing zeros; None when its decimals do not end."""
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if number < 0 else text


def _in_own(number: Fraction, unit: Unit | None, own: Unit | None, column: Column) -> Fraction | Problem:
    """A number in `unit` (None: the column's own) brought to the column's unit; money to fen."""
    if own is None:
        return number
    if unit is None:
        unit = own
    if column.kind == "money":
        return number * unit.factor if unit.family == "money" else _other_unit(column)
    factor = factor_between(unit, own)
    return number * factor if factor is not None else _other_unit(column)


def _other_unit(column: Column) -> Problem:
    own = column.measured_in
    return (
        Problem("number.unit", expected_of(column), "other_unit", {"unit": (own.zh, own.en)})
        if own
        else Problem("number.unit", expected_of(column), "number_only")
    )


def _of_text(column: Column, raw: str, unit: Unit | None, own: Unit | None) -> Any:
    text = unicodedata.normalize("NFKC", raw).translate(_SIGNS)
    text = re.sub(r"\s+", "", text).lstrip("'")
    text = re.sub(r"^(?:rmb|cny|¥|人民币)(?=[\d.+(-])", "", text, flags=re.IGNORECASE)
    negative = re.fullmatch(r"\(([\d.,]+)\)", text)
    if negative:
        text = f"-{negative[1]}"
    match = _NUMBER.match(text)
    if match is None or match.end() > _LONGEST or not _is_end_of_number(text, match.end()):
        return _unreadable(column, raw, text)
    if match[2].rstrip(".") and _GROUPED.fullmatch(match[2]) is None:
        return Problem("number.commas", expected_of(column), "commas")
    try:
        number = Fraction(Decimal(f"{match[1]}{match[2].replace(',', '')}{match[3] or ''}"))
    except (InvalidOperation, OverflowError):
        return _unreadable(column, raw, text)
    return _with_unit(column, number, text[match.end() :], unit, own, raw)


def _is_end_of_number(text: str, end: int) -> bool:
    rest = text[end:]
    return not rest or not (
        rest[0].isdigit() or rest[0] in ".,-+~" or (rest[0] in _LIKE_DIGITS and (len(rest) == 1 or rest[1:2].isdigit() or rest[1] in _LIKE_DIGITS))
    )


def _with_unit(column: Column, number: Fraction, words: str, unit: Unit | None, own: Unit | None, raw: str) -> Any:
    words = words.strip().strip("()[]【】")
    if not words:
        return canonical(column, _in_own(number, unit, own, column))
    named = unit_named(words)
    if words in _TIMES and (own is None or own.family != "money"):
        base = Unit("", "", own.family, 1 if own.family != "share" else 10) if own else None
        return canonical(column, _in_own(number * _TIMES[words], base, own, column))
    if named is not None and own is not None and named.family == own.family:
        return canonical(column, _in_own(number, named, own, column))
    if own is None and named is not None and named.factor == 1:
        return canonical(column, number)
    if column.kind == "money" and foreign_currency(words):
        return Problem("money.currency", expected_of(column), "currency")
    if own is not None and words.lower() in (own.zh.lower(), own.en.lower()):
        return canonical(column, number)
    if named is not None:
        return _other_unit(column)
    return _unreadable(column, raw, raw)


def _unreadable(column: Column, raw: str, text: str) -> Problem:
    for letter, digit in _LIKE_DIGITS.items():
        if letter in text and re.fullmatch(r"[+-]?[\d.,]+", text.replace(letter, digit)) and any(sign.isdigit() for sign in text):
            return Problem("number.letter", expected_of(column), "letter_for_digit", {"letter": letter, "digit": digit})
    if re.search(r"\d.*(?:[-~至到—]|左右|约|以上|以下|余|多)|[约近超<>≥≤]\s*\d", text):
        return Problem("number.range", expected_of(column), "one_number")
    return Problem("number.unreadable", expected_of(column), "number_only")
