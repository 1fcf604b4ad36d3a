"""Who takes part in a run and on which figures: locked annual reports, the register, titles and excuses on the last day of the year."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.enterprises.queries import present_on, titles_on
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.parks.models import Park
from manyuan.facts.parks.queries import descendants
from manyuan.work.evaluation.models import Excuse
from manyuan.work.evaluation.schemes import Plan

_CHUNK = 500


@dataclass(frozen=True)
class Entrant:
    """An enterprise of a run. inputs: the scheme's fields as filed and locked; filing, version: where; ungraded: why it takes no part."""

    enterprise_id: int
    park_id: int | None
    inputs: dict[str, Any]
    filing_id: int | None
    version_id: int | None
    ungraded: str
    synthetic: bool


def entrants(plan: Plan, year: int, park: Park | None, only: Collection[int] | None = None) -> list[Entrant]:
    """Everybody who sat in the area on the last day of the year and whom the scheme is for (only: of these), by credit code.

    Read are the figures in force: what was locked last. A draft, a submitted or returned correction is never read.
    """
    period = str(year)
    last = parse_period(period).end - timedelta(days=1)
    sits = present_on(last)
    if park is not None:
        sits = sits.filter(park__in=descendants(park.pk, last))
    where = dict(sits.values_list("enterprise_id", "park_id"))
    if only is not None:
        where = {pk: at for pk, at in where.items() if pk in only}
    if plan.title:
        holders = set(Title.objects.filter(titles_on(last), kind=plan.title).values_list("enterprise_id", flat=True))
        where = {pk: at for pk, at in where.items() if (pk in holders) == plan.held}
    excused = dict(Excuse.objects.filter(year=year, withdrawn_at=None).values_list("enterprise_id", "code"))
    filed = _filed(plan, period)
    rows = Enterprise.objects.order_by("uscc").values_list("pk", "registered_on", "industry__section", "mark")
    out = []
    for pk, registered, section, mark in rows.iterator(chunk_size=5_000):
        if pk not in where:
            continue
        filing, version, inputs = filed.get(pk, (None, None, {}))
        why = _ungraded(plan, last, registered, section, excused.get(pk, "")) or ("no-report" if version is None else "")
        out.append(Entrant(pk, where[pk], inputs, filing, version, why, mark == "synthetic"))
    return out


def _filed(plan: Plan, period: str) -> dict[int, tuple[int, int, dict[str, Any]]]:
    rows = Filing.objects.filter(form_code=plan.report, period=period, in_force__isnull=False, enterprise__isnull=False)
    fields = plan.fields
    return {
        firm: (filing, version, {name: values[name] for name in fields if values.get(name) is not None})
        for firm, filing, version, values in rows.values_list("enterprise_id", "id", "in_force_id", "in_force__values").iterator(chunk_size=5_000)
    }


def _ungraded(plan: Plan, last: date, registered: date | None, section: str | None, entered: str) -> str:
    if entered:
        return entered
    for rule in plan.ungraded:
        if rule.sections and section in rule.sections:
            return rule.code
        if rule.months and registered is not None and add_months(registered, rule.months) > last:
            return rule.code
    return ""


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, the last one where the month is shorter."""
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
