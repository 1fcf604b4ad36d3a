"""What a report says: plain texts, tables and series; how they look is the writers' business."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext, pgettext

from manyuan.facts.audit.actors import Actor
from manyuan.surfaces.web import figures
from manyuan.surfaces.web import words as common
from manyuan.surfaces.web.environment import words
from manyuan.surfaces.web.environment.showing import Row, Shown, place_name
from manyuan.work.environment import queries
from manyuan.work.environment.definition import Item
from manyuan.work.environment.queries import Trend

MOST_CHARTS = 8


@dataclass(frozen=True)
class Grid:
    """A table. numbers: columns that are set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int]


@dataclass(frozen=True)
class Series:
    """A picture: points over periods with mean and limits (None: none); marks: places of signals; unit at the axis."""

    title: str
    names: tuple[str, ...]
    values: tuple[float | None, ...]
    unit: str
    mean: float | None
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]
    marks: tuple[bool, ...]


@dataclass(frozen=True)
class Bars:
    """A picture of shares of 100. value: points as shown."""

    title: str
    bars: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True)
class Section:
    title: str
    texts: tuple[str, ...] = ()
    grid: Grid | None = None
    pictures: tuple[Series | Bars, ...] = ()


@dataclass(frozen=True)
class Report:
    title: str
    subtitle: str
    file_name: str
    language: str
    sections: tuple[Section, ...] = field(default_factory=tuple)


def report_of(shown: Shown, reader: Actor) -> Report:
    """The report of a scorecard; that of the city holds the parks that the reader may see side by side."""
    sections = [_summary(shown), *_pillars(shown)]
    if shown.card.park_id is None:
        sections.append(_parks(shown, reader))
    sections += [_courses(shown), _notes(shown)]
    title = pgettext("report", "%(place)s: %(name)s") % {"place": shown.place, "name": shown.name}
    subtitle = pgettext("report", "%(period)s · counted up to %(on)s") % {"period": shown.period, "on": figures.day(shown.card.counted_on)}
    file_name = f"{shown.sheet.code}-{shown.place_code}-{shown.card.period}"
    return Report(title, subtitle, file_name, "zh" if figures.chinese() else "en", tuple(one for one in sections if one.texts or one.grid or one.pictures))


def _summary(shown: Shown) -> Section:
    texts = [gettext("Score: %(points)s of 100.") % {"points": shown.points}]
    if shown.card.points is None:
        texts = [gettext("No score: too little is known of at least one pillar.")]
    elif not shown.solid:
        texts.append(gettext("It stands on few cases and is not ranked."))
    for row in shown.signals:
        assert row.signal is not None
        texts.append(gettext("Signal: %(item)s, %(what)s (%(value)s).") % {"item": row.name, "what": row.signal[1], "value": row.value})
    if shown.missing:
        texts.append(gettext("Missing: %(items)s.") % {"items": ("、" if figures.chinese() else ", ").join(shown.missing)})
    if shown.card.synthetic:
        texts.append(gettext("Made up for the demo city; not a real figure."))
    bars = Bars(gettext("The pillars"), tuple((one.name, float(one.share), one.points) for one in shown.pillars))
    return Section(gettext("At a glance"), tuple(texts), None, (bars,))


def _pillars(shown: Shown) -> list[Section]:
    head = (gettext("Item"), gettext("Value"), gettext("Out of"), gettext("Interval"), gettext("Target"), gettext("Points"))
    out = []
    for pillar in shown.pillars:
        rows = tuple((_named(row), row.value, row.out_of or figures.NOTHING, row.interval, row.target, row.points) for row in pillar.rows)
        title = pgettext("report", "%(name)s: %(points)s") % {"name": pillar.name, "points": pillar.points}
        out.append(Section(title, (), Grid(head, rows, frozenset({1, 2, 3, 4, 5}))))
    return out


def _named(row: Row) -> str:
    return pgettext("report", "%(item)s (few cases)") % {"item": row.name} if row.few else row.name


def _parks(shown: Shown, reader: Actor) -> Section:
    rows = []
    for one in queries.side_by_side(reader, shown.sheet.code, shown.card.period, None, shown.sheet):
        pillars = [one.scorecard.pillars.get(pillar.code, {}).get("points") for pillar in shown.sheet.pillars]
        place = str(one.place) if one.place else figures.NOTHING
        rows.append((place, place_name(one.scorecard.park), words.points(one.scorecard.points), *(words.points(_number(found)) for found in pillars)))
    head = (gettext("Place"), gettext("Park"), gettext("Score"), *(figures.pick(pillar.name, "") for pillar in shown.sheet.pillars))
    return Section(gettext("Parks side by side"), (), Grid(head, tuple(rows), frozenset(range(2, len(head))))) if rows else Section("")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _courses(shown: Shown) -> Section:
    """The score, then items with a signal, then the others, as far as there is room."""
    pictures = []
    if len(shown.trends[""].periods) > 1:
        pictures.append(_series(gettext("Score"), shown.trends[""], None))
    for row in sorted(shown.rows, key=lambda one: one.signal is None):
        trend = shown.trends[row.item.code]
        if sum(value is not None for value in trend.values) > 1 and len(pictures) < MOST_CHARTS:
            pictures.append(_series(row.name, trend, row.item))
    text = gettext("Between the limits is noise. A signal is a point beyond a limit, or the eighth in a row on one side of the mean.")
    return Section(gettext("Over time, with control limits"), (text,), None, tuple(pictures)) if pictures else Section("")


def _series(title: str, trend: Trend, item: Item | None) -> Series:
    scale = 100 if item is not None and item.unit == "percent" else 1
    points = trend.chart.points

    def scaled(value: float | None) -> float | None:
        return None if value is None else value * scale

    return Series(
        title, tuple(common.period(one) for one in trend.periods), tuple(scaled(one.value) for one in points), words.unit(item.unit) if item else gettext("points"),
        scaled(trend.chart.mean), tuple(scaled(one.low) for one in points), tuple(scaled(one.high) for one in points), tuple(one.signal is not None for one in points),
    )  # fmt: skip


def _notes(shown: Shown) -> Section:
    counting = gettext(
        "An item earns 0 points at its floor and 100 at its target. A missing item is left out, not counted as zero; a pillar of which less than half the weight is known has no score."
    )
    few = gettext("Parks with fewer than %(n)s cases behind a figure are shown and not ranked. The interval says where the true share lies, 95 times in 100.")
    meanings = [pgettext("report", "%(item)s: %(meaning)s") % {"item": row.name, "meaning": row.meaning} for row in shown.rows if row.meaning]
    return Section(gettext("How it is counted"), tuple(one for one in (shown.note, counting, few % {"n": shown.sheet.minimum}, *meanings) if one))
