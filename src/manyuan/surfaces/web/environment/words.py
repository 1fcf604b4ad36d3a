"""How figures of a scorecard are said: on the pages, in the reports and over the API alike."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext, pgettext

from manyuan.engines.analytics import Rate
from manyuan.surfaces.web import figures
from manyuan.work.environment.definition import Item

GOOD, FAIR = 80, 60
"""Points from which a bar is green, and from which it is amber."""


def value(found: Decimal | None, unit: str) -> str:
    """A value in its unit; a dash where it is missing."""
    if found is None:
        return figures.NOTHING
    if unit in ("percent", "share"):
        return f"{found.quantize(Decimal('0.1'))}%"
    if unit == "grade":
        return pgettext("grade", "%(grade)s of 5") % {"grade": found.quantize(Decimal("0.01"))}
    if unit == "trips":
        return pgettext("trips", "%(n)s trips") % {"n": found.quantize(Decimal("0.01"))}
    return str(figures.figure(found, unit))


def points(found: Decimal | None) -> str:
    """Points to one decimal; a dash where there are none."""
    return figures.NOTHING if found is None else f"{found.quantize(Decimal('0.1'))}"


def out_of(rate: Rate | None, whole: int, is_counted: bool) -> str:
    """What a figure is out of; nothing for an indicator."""
    if rate is not None:
        return f"{rate.part:,} / {rate.whole:,}"
    return "" if not is_counted else f"{whole:,}"


def interval(rate: Rate | None) -> str:
    """Where the true share lies, 95 times in 100."""
    found = rate.interval if rate is not None else None
    return figures.NOTHING if found is None else f"{100 * found.low:.0f}–{100 * found.high:.0f}%"


def tone(found: Decimal | None) -> str:
    """The colour of a bar of points."""
    return "" if found is None else "good" if found >= GOOD else "risk" if found >= FAIR else "late"


def signal(code: str | None, item: Item | None) -> tuple[str, str] | None:
    """Tone and words of a signal of the control chart: for the better or for the worse."""
    if code is None:
        return None
    up = code in ("above", "row-above")
    better = up is not (item is not None and item.less_is_better)
    words = {
        "above": gettext("above the limit"),
        "below": gettext("below the limit"),
        "row-above": gettext("eight or more above the mean"),
        "row-below": gettext("eight or more below the mean"),
    }
    return "good" if better else "late", words[code]


def against(code: str | None) -> tuple[str, str] | None:
    """Tone and words of a park beside all together."""
    return {
        "better": ("good", gettext("better than the city, beyond chance")),
        "worse": ("late", gettext("worse than the city, beyond chance")),
        "same": ("mute", gettext("within chance")),
    }.get(code or "")


def unit(code: str) -> str:
    return {"grade": gettext("grade 1 to 5"), "trips": gettext("trips"), "share": "%"}.get(code) or figures.unit_name(code)
