"""How a figure is written: unit chosen by size, separators, the reader's language. Exact values in, text out; nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from manyuan.facts.programme.pack.units import UNITS

NOTHING = "–"


@dataclass(frozen=True)
class Figure:
    """A number as text, and its unit as text (perhaps empty). exact: the number not rounded, in `measure`, the unit it is kept in."""

    text: str
    unit: str
    exact: Decimal | None = field(default=None, compare=False)
    measure: str = field(default="", compare=False)

    def __str__(self) -> str:
        gap = " " if self.unit and self.unit[0].isascii() and self.unit[0].isalpha() else ""
        return f"{self.text}{gap}{self.unit}"


def chinese() -> bool:
    """Whether the reader reads Chinese at this moment."""
    return (get_language() or "zh").startswith("zh")


def plain(value: Decimal | int, places: int | None = None) -> str:
    """Thousands separators; at most `places` decimals (default: 2 below 100, 1 below 10,000, else 0), superfluous zeros dropped."""
    number = Decimal(value)
    if places is None:
        size = abs(number)
        places = 2 if size < 100 else 1 if size < 10000 else 0
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _money(yuan: Decimal) -> Figure:
    size = abs(yuan)
    if chinese():
        if size >= 10**8:
            return Figure(plain(yuan / 10**8), "亿元")
        if size >= 10**4:
            return Figure(plain(yuan / 10**4), "万元")
        return Figure(plain(yuan, 2), "元")
    if size >= 10**9:
        return Figure(plain(yuan / 10**9), "bn yuan")
    if size >= 10**6:
        return Figure(plain(yuan / 10**6), "m yuan")
    return Figure(plain(yuan, 2), "yuan")


def unit_name(unit: str) -> str:
    """The unit as readers write it; an unknown unit is shown as it is."""
    names = {
        "count": "",
        "number": "",
        "yuan": gettext("yuan"),
        "fen": gettext("fen"),
        "percent": "%",
        "ratio": "",
        "m2": "m²",
        "mu": gettext("mu"),
        "persons": pgettext("unit", "people"),
        "person": pgettext("unit", "people"),
        "enterprises": pgettext("unit", "firms"),
        "entries": pgettext("unit", "entries"),
        "parks": pgettext("unit", "parks"),
        "days": pgettext("unit", "days"),
        "points": pgettext("unit", "points"),
    }
    if unit in names:
        return names[unit]
    known = UNITS.get(unit)
    return known.name.said("zh" if chinese() else "en") if known else unit


def figure(value: object, unit: str = "") -> Figure:
    """A value in its unit, ready to be shown. None is shown as a dash: missing is not zero."""
    if value is None or value == "":
        return Figure(NOTHING, "")
    number = Decimal(str(value))
    if unit in ("fen", "yuan"):
        yuan = number / 100 if unit == "fen" else number
        return replace(_money(yuan), exact=yuan, measure=gettext("yuan"))
    if unit in ("yuan_per_mu", "yuan/mu"):
        inner = _money(number)
        return Figure(inner.text, f"{inner.unit}/{gettext('mu')}", number, f"{gettext('yuan')}/{gettext('mu')}")
    if unit in ("percent", "ratio"):
        share = number if unit == "percent" else number * 100
        return Figure(plain(share, 1), "%", share, "%")
    return Figure(plain(number), unit_name(unit), number, unit_name(unit))


def day(value: date | datetime | None) -> str:
    """2026-11-23; with the time of day for a moment: 2026-11-23 09:05, on the clock of the place."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat()


def pick(thing: object, stem: str = "name") -> str:
    """`name_zh` or `name_en` of an object or a dict (or of {zh, en}), by the reader's language; the other one where it is empty."""

    def read(key: str) -> str:
        if isinstance(thing, dict):
            return str(thing.get(f"{stem}_{key}") or (thing.get(stem) or {}).get(key, "") if stem else thing.get(key, "") or "")
        return str(getattr(thing, f"{stem}_{key}", "") or "")

    first, second = ("zh", "en") if chinese() else ("en", "zh")
    return read(first) or read(second)
