"""A scorecard ready to be shown: one and the same for the page, the Word file, the PDF and the API."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from manyuan.facts.parks.models import Park
from manyuan.surfaces.web import figures
from manyuan.surfaces.web import words as common
from manyuan.surfaces.web.environment import words
from manyuan.work.environment import queries
from manyuan.work.environment.definition import Item, Sheet
from manyuan.work.environment.installing import sheet_of
from manyuan.work.environment.models import Scorecard
from manyuan.work.environment.queries import Line, Trend

CITY = "city"


@dataclass(frozen=True)
class Row:
    """An item as it is shown."""

    item: Item
    name: str
    meaning: str
    value: str
    out_of: str
    interval: str
    target: str
    points: str
    share: int
    tone: str
    few: bool
    missing: bool
    signal: tuple[str, str] | None


@dataclass(frozen=True)
class PillarShown:
    """A pillar with its items. known: the share of its weight that is known, in percent."""

    name: str
    points: str
    share: int
    tone: str
    known: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Shown:
    """A scorecard with its words. solid: it stands on enough cases to be ranked."""

    card: Scorecard
    sheet: Sheet
    name: str
    note: str
    place: str
    place_code: str
    period: str
    points: str
    solid: bool
    pillars: tuple[PillarShown, ...]
    trends: dict[str, Trend]

    @property
    def rows(self) -> list[Row]:
        return [row for pillar in self.pillars for row in pillar.rows]

    @property
    def missing(self) -> list[str]:
        return [row.name for row in self.rows if row.missing]

    @property
    def signals(self) -> list[Row]:
        return [row for row in self.rows if row.signal]


def place_name(park: Park | None) -> str:
    return figures.pick(park) if park is not None else gettext("Whole city")


def place_code(park: Park | None) -> str:
    return park.code if park is not None else CITY


def show(card: Scorecard) -> Shown:
    """Everything of a scorecard in the reader's language, the trend up to its period."""
    sheet = sheet_of(card.definition)
    trends = queries.trends(sheet.code, card.park_id, _kind(card.period), sheet, until=card.period)
    rows = [_row(line, trends) for line in queries.lines(card, sheet)]
    pillars = []
    for pillar in sheet.pillars:
        found = card.pillars.get(pillar.code, {})
        points = Decimal(found["points"]) if found.get("points") is not None else None
        own = tuple(row for row in rows if row.item.pillar == pillar.code)
        name, known = figures.pick(pillar.name, ""), round(100 * Decimal(found.get("known", "0")))
        pillars.append(PillarShown(name, words.points(points), _share(points), words.tone(points), known, own))
    return Shown(
        card, sheet, figures.pick(sheet.name, ""), figures.pick(sheet.note, ""), place_name(card.park), place_code(card.park), common.period(card.period),
        words.points(card.points), card.solid >= sheet.least, tuple(pillars), trends,
    )  # fmt: skip


def _row(line: Line, trends: dict[str, Trend]) -> Row:
    item, value = line.item, line.value
    trend = trends.get(item.code)
    last = trend.chart.points[-1].signal if trend and trend.chart.points else None
    return Row(
        item, figures.pick(item.name, ""), figures.pick(item.meaning, ""), words.value(value.value, item.unit), words.out_of(line.rate, value.whole, item.is_counted),
        words.interval(line.rate), words.value(item.target, item.unit), words.points(value.points), _share(value.points), words.tone(value.points),
        line.few and value.value is not None, value.value is None, words.signal(last, item),
    )  # fmt: skip


def _share(points: Decimal | None) -> int:
    return 0 if points is None else int(points)


def _kind(period: str) -> str:
    return "month" if "-" in period else "quarter" if "Q" in period else "year"
