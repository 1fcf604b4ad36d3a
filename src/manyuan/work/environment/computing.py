"""Scorecards of a period, for every park and the city at once: read each source set-wise, roll up the tree, score, keep what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.engines.analytics import scored
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, system
from manyuan.facts.filings.periods import Period, parse_period, period_of
from manyuan.facts.parks.models import Park
from manyuan.facts.parks.queries import parents_on, successors, tree
from manyuan.work.environment.definition import Sheet
from manyuan.work.environment.installing import sheet_of
from manyuan.work.environment.models import Definition, ItemValue, Scorecard
from manyuan.work.environment.readers import Counted, Span, reader_named

COMPUTE = gettext_noop("compute scorecards")
BACK = 4
"""Months that are counted again each day: recurrence within 90 days comes late."""


@dataclass(frozen=True)
class Computed:
    """How many scorecards of a period were new or changed, of how many."""

    period: str
    changed: int
    of: int


@transaction.atomic
def compute_scorecards(*, period: str, by: Actor, now: datetime, codes: tuple[str, ...] = ()) -> Computed:
    """Compute the current scorecards of the period, those named by `codes` or all, as of today. What did not change is left alone. Raises NotAllowed, WrongPeriod."""
    if not by.sees_all:
        raise NotAllowed(COMPUTE, by)
    asked = parse_period(period)
    today = timezone.localdate(now)
    span = Span(asked, today)
    changed, of = 0, 0
    definitions = Definition.objects.filter(is_current=True)
    kept: dict[str, dict[int | None, Counted]] = {}
    for definition in definitions.filter(code__in=codes) if codes else definitions:
        sheet = sheet_of(definition)
        if asked.kind not in sheet.periods:
            continue
        done, all_ = _keep(definition, sheet, _values(sheet, span, kept), span, now)
        changed, of = changed + done, of + all_
    if changed:
        audit.record(by=by, now=now, action="environment.compute", subject_kind="scorecards", subject_id=period, after={"changed": changed, "of": of})
    return Computed(period, changed, of)


def compute_due(*, now: datetime) -> list[Computed]:
    """The finished months of late, with the quarters and years that they lie in: what the worker does each day. Twice is the same as once."""
    out = []
    for period in periods_due(timezone.localdate(now)):
        made = compute_scorecards(period=period, by=system("scorecards"), now=now)
        if made.changed:
            out.append(made)
    return out


def periods_due(today: date, back: int = BACK) -> list[str]:
    """The newest `back` finished months, the finished quarters that they touch, and the finished year before."""
    months: list[Period] = [period_of(today, "month").previous]
    while len(months) < back:
        months.append(months[-1].previous)
    quarters = {str(quarter) for month in months if (quarter := period_of(month.start, "quarter")).end <= today}
    return sorted(str(month) for month in months) + sorted(quarters) + [str(today.year - 1)]


def _values(sheet: Sheet, span: Span, kept: dict[str, dict[int | None, Counted]]) -> dict[str, dict[int | None, Counted]]:
    """Item -> park (None: the city) -> counted, rolled up. kept: sources that were read already."""
    for source in {item.source for item in sheet.items} - set(kept):
        reader, to_roll = reader_named(source)
        found = reader.read(span)
        kept[source] = _rolled(found, span) if to_roll else dict(found)
    return {item.code: kept[item.source] for item in sheet.items}


def _rolled(found: Mapping[int | None, Counted], span: Span) -> dict[int | None, Counted]:
    """Each park with all below it on the last day of the period, and the city. What stands under a park that was merged away goes where the park went."""
    day = span.after - timedelta(days=1)
    parents = parents_on(day)
    there = {node_id for node in tree(day) for node_id in _ids(node)}
    out: dict[int | None, Counted] = {}
    for park, counted in found.items():
        own = park if park is None or park in there else _heir(park, span.first, day)
        places: list[int | None] = [None]
        while own is not None and own not in places:
            places.append(own)
            own = parents.get(own)
        for place in places:
            out[place] = out[place] + counted if place in out else counted
    return out


def _heir(park: int, first: date, day: date) -> int | None:
    into = successors(park, first - timedelta(days=1), day)
    return next(iter(into)) if len(into) == 1 else None


def _ids(node):  # type: ignore[no-untyped-def]
    yield node.id
    for child in node.children:
        yield from _ids(child)


def _keep(definition: Definition, sheet: Sheet, values: dict[str, dict[int | None, Counted]], span: Span, now: datetime) -> tuple[int, int]:
    """Write what is new or changed. A park without anything counted has no scorecard."""
    levels = dict(Park.objects.values_list("pk", "level"))
    places = {place for counted in values.values() for place, one in counted.items() if one.whole and (place is None or levels.get(place) in sheet.levels)}
    if len(sheet.levels) < 4:
        places.discard(None)  # the city is of no level
    standing = {row.park_id: row for row in Scorecard.objects.filter(definition__code=sheet.code, period=str(span.period), superseded_at=None).prefetch_related("values").select_related("definition")}  # fmt: skip
    made, lines, gone = [], [], []
    for place in sorted(places, key=lambda one: (one is not None, one or 0)):
        row, items = _scored(definition, sheet, {code: counted[place] for code, counted in values.items() if place in counted}, span, now)
        row.park_id = place
        old = standing.pop(place, None)
        if old is not None and old.definition_id == definition.pk and _same(old, row, items):
            continue
        if old is not None:
            gone.append(old.pk)
        made.append(row)
        lines.append(items)
    gone += [row.pk for row in standing.values()]
    Scorecard.objects.filter(pk__in=gone).update(superseded_at=now)
    Scorecard.objects.bulk_create(made)
    for row, items in zip(made, lines, strict=True):
        for item in items:
            item.scorecard = row
    ItemValue.objects.bulk_create([item for items in lines for item in items], batch_size=2000)
    return len(made) + len(standing), len(places)


def _scored(definition: Definition, sheet: Sheet, counted: Mapping[str, Counted], span: Span, now: datetime) -> tuple[Scorecard, list[ItemValue]]:
    values = {item.code: counted[item.code].value(item.unit) if item.code in counted else None for item in sheet.items}
    card = scored([item.scoring for item in sheet.items], values, sheet.least, sheet.weights)
    points = {one.item.code: one.points for pillar in card.pillars for one in pillar.items}
    enough = sum(
        (item.weight for item in sheet.items if item.code in counted and (not item.is_counted or counted[item.code].whole >= sheet.minimum)), Decimal(0)
    )
    row = Scorecard(
        definition=definition, period=str(span.period), points=card.points, solid=(enough / sum(item.weight for item in sheet.items)).quantize(Decimal("0.0001")),
        pillars={one.code: {"points": None if one.points is None else str(one.points), "known": str(one.known)} for one in card.pillars},
        synthetic=any(one.made_up for one in counted.values()), counted_on=span.on, computed_at=now,
    )  # fmt: skip
    none = Counted(Decimal(0), 0)
    items = [ItemValue(code=code, part=counted.get(code, none).part.quantize(Decimal("0.0001")), whole=counted.get(code, none).whole, value=_kept(values[code]), points=points[code]) for code in values]  # fmt: skip
    return row, items


def _kept(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.0001"))


def _same(old: Scorecard, new: Scorecard, items: list[ItemValue]) -> bool:
    before = {item.code: (item.part, item.whole, item.value, item.points) for item in old.values.all()}
    return before == {item.code: (item.part, item.whole, item.value, item.points) for item in items} and old.synthetic == new.synthetic
