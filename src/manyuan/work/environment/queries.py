"""Reading scorecards: who sees which, an item over time with its limits, parks side by side, and the records behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from manyuan.engines.analytics import Chart, Place, Rate, individuals, p_chart, ranked
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks.models import Park
from manyuan.facts.parks.queries import descendants, parents_on
from manyuan.facts.programme.rights import is_insider
from manyuan.work.environment.definition import Item, Sheet
from manyuan.work.environment.installing import sheet_of
from manyuan.work.environment.models import Answer, Definition, ItemValue, Publication, Scorecard
from manyuan.work.environment.publishing import standing
from manyuan.work.environment.readers import Reader, Span, reader_named

MOST = 500
"""Records shown behind a figure at most."""


def visible(actor: Actor) -> QuerySet[Scorecard]:
    """Current scorecards that the actor may see: the city all, park people those of their parks and the city's; others none (but what is published)."""
    rows = Scorecard.objects.filter(superseded_at=None).select_related("definition", "park")
    if actor.sees_all:
        return rows
    if is_insider(actor):
        return rows.filter(park=None) | rows.filter(park_id__in=actor.park_ids)
    return rows.none()


def definitions() -> list[Definition]:
    """The current ones, in the pack's order."""
    return list(Definition.objects.filter(is_current=True))


def definition_named(code: str) -> Definition:
    """The current definition. Raises NotFound."""
    found = Definition.objects.filter(code=code, is_current=True).first()
    if found is None:
        raise NotFound()
    return found


def scorecard_seen(actor: Actor, code: str, park: Park | None, period: str) -> Scorecard:
    """The current scorecard of a park (None: of the city) and period. Raises NotFound."""
    found = visible(actor).filter(definition__code=code, park=park, period=period).first()
    if found is None:
        raise NotFound()
    return found


def periods(actor: Actor, code: str, park: Park | None) -> list[str]:
    """Periods that have a scorecard, the newest first, months before the quarter that they end."""
    found = visible(actor).filter(definition__code=code, park=park).values_list("period", flat=True)
    return sorted(found, key=lambda text: (parse_period(text).end, parse_period(text).start), reverse=True)


def published() -> QuerySet[Publication]:
    """What everybody may see."""
    return standing().select_related("scorecard__definition", "scorecard__park")


def publication_of(scorecard: Scorecard) -> Publication | None:
    """The standing publication of the same park and period, perhaps of an earlier state."""
    same = {"scorecard__definition__code": scorecard.definition.code, "scorecard__park": scorecard.park_id, "scorecard__period": scorecard.period}
    return standing().filter(**same).select_related("scorecard").first()


@dataclass(frozen=True)
class Line:
    """An item of a scorecard as it is shown. rate: for a rate, what it is out of; few: fewer cases than may be ranked."""

    item: Item
    value: ItemValue
    rate: Rate | None
    few: bool


def lines(scorecard: Scorecard, sheet: Sheet | None = None) -> list[Line]:
    """The items in the definition's order."""
    sheet = sheet or sheet_of(scorecard.definition)
    values = {value.code: value for value in scorecard.values.all()}
    out = []
    for item in sheet.items:
        value = values.get(item.code)
        if value is not None:
            out.append(Line(item, value, rate_of(item, value), item.is_counted and value.whole < sheet.minimum))
    return out


def rate_of(item: Item, value: ItemValue | None) -> Rate | None:
    """The rate behind a percentage; None for a mean."""
    if value is None or item.unit != "percent":
        return None
    return Rate(int(value.part), value.whole)


@dataclass(frozen=True)
class Trend:
    """An item over its periods, the oldest first, with the control chart over them."""

    periods: tuple[str, ...]
    values: tuple[Decimal | None, ...]
    chart: Chart


def trends(code: str, park_id: int | None, kind: str, sheet: Sheet, until: str = "", count: int = 24) -> dict[str, Trend]:
    """Item code, and "" for the score itself, to its trend over the newest `count` periods of a kind up to `until`."""
    cards = [row for row in Scorecard.objects.filter(definition__code=code, park_id=park_id, superseded_at=None) if parse_period(row.period).kind == kind]
    cards = [row for row in cards if not until or parse_period(row.period).end <= parse_period(until).end]
    cards.sort(key=lambda row: parse_period(row.period).start)
    cards = cards[-count:]
    values: dict[int, dict[str, ItemValue]] = {}
    for value in ItemValue.objects.filter(scorecard__in=cards):
        values.setdefault(value.scorecard_id, {})[value.code] = value
    names = tuple(row.period for row in cards)
    points = [row.points for row in cards]
    out = {"": Trend(names, tuple(points), individuals([None if one is None else float(one) for one in points]))}
    for item in sheet.items:
        own = [values.get(row.pk, {}).get(item.code) for row in cards]
        shown = tuple(one.value if one else None for one in own)
        chart = p_chart([rate_of(item, one) for one in own]) if item.unit == "percent" else individuals([None if one is None else float(one) for one in shown])
        out[item.code] = Trend(names, shown, chart)
    return out


@dataclass(frozen=True)
class Side:
    """A park beside the others. place: by the item or the score, None where too few stand behind it."""

    scorecard: Scorecard
    place: int | None
    value: ItemValue | None = None
    against: str | None = None


def side_by_side(actor: Actor, code: str, period: str, item: Item | None, sheet: Sheet) -> list[Side]:
    """Parks of the top level that the actor may see, by the score or by one item; those that stand on too few cases are not ranked. Places are the city's."""
    below = set(parents_on(parse_period(period).end - timedelta(days=1)))
    every = Scorecard.objects.filter(definition__code=code, period=period, superseded_at=None, park__isnull=False).exclude(park_id__in=below)
    cards = {str(row.park_id): row for row in every.select_related("park", "definition")}
    seen = set(visible(actor).filter(pk__in=[row.pk for row in cards.values()]).values_list("pk", flat=True))
    values = (
        {str(v.scorecard.park_id): v for v in ItemValue.objects.filter(scorecard__in=cards.values(), code=item.code).select_related("scorecard")}
        if item
        else {}
    )
    if item is not None and item.unit == "percent":
        order = ranked({key: rate_of(item, values.get(key)) or Rate(0, 0) for key in cards}, sheet.minimum, less_is_better=item.less_is_better)
    else:
        figures = {key: _figure(row, values.get(key), item, sheet) for key, row in cards.items()}
        order = _by_figure(figures, item is not None and item.less_is_better)
    return [Side(cards[one.key], one.place, values.get(one.key), one.against) for one in order if cards[one.key].pk in seen]


def _figure(row: Scorecard, value: ItemValue | None, item: Item | None, sheet: Sheet) -> Decimal | None:
    """What a park is ranked by; None where it must not be."""
    if item is None:
        return row.points if row.solid >= sheet.least else None
    return value.value if value is not None and (not item.is_counted or value.whole >= sheet.minimum) else None


def _by_figure(figures: dict[str, Decimal | None], less_is_better: bool) -> Sequence[Place]:
    known = {key: value for key, value in figures.items() if value is not None}
    order = sorted(known, key=lambda key: (known[key] if less_is_better else -known[key], int(key)))
    places = {key: 1 + sum((known[o] < known[key]) if less_is_better else (known[o] > known[key]) for o in order) for key in order}
    rest = sorted((key for key in figures if key not in known), key=int)
    return [Place(key, Rate(0, 0), places.get(key), None) for key in (*order, *rest)]


def behind(scorecard: Scorecard, item: Item, actor: Actor) -> tuple[Reader, QuerySet[Any] | None]:
    """The records that a figure stands on, as far as the actor may see them: those that bring it down first; None where the source shows none."""
    reader, _ = reader_named(item.source)
    if reader.behind is None:
        return reader, None
    period = parse_period(scorecard.period)
    parks = descendants(scorecard.park_id, period.end - timedelta(days=1)) if scorecard.park_id else set(Park.objects.values_list("pk", flat=True))
    return reader, reader.behind(Span(period, scorecard.counted_on), actor, parks)


def free_texts(actor: Actor, period: str, park_id: int | None = None) -> list[str]:
    """What was written freely in the survey of a month or quarter, in no order that tells; the city alone reads it."""
    if actor.role is not Role.CITY:
        return []
    asked = parse_period(period)
    rows = Answer.objects.exclude(text="")
    rows = (
        rows.filter(round__period=period)
        if asked.kind == "month"
        else rows.filter(round__period__gte=str(asked.start)[:7], round__period__lt=str(asked.end)[:7])
    )
    if park_id is not None:
        rows = rows.filter(park_id__in=descendants(park_id, asked.end - timedelta(days=1)))
    return sorted(rows.values_list("text", flat=True))
