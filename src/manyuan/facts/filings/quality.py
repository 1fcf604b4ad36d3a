"""How good the filings are: complete, in time, consistent, without outliers; by park and form, each finding leading to its filing."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from manyuan.facts.audit.actors import Actor
from manyuan.facts.filings.definition import Definition
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.queries import visible

OUTLIER = Decimal(6)
"""A ratio to the last period counts as an outlier when it lies more than this many median absolute deviations from the median ratio."""
_MOST = 500
LOOKED_AT = 20_000
"""How many filings of a period are looked at for findings."""


@dataclass(frozen=True)
class Finding:
    """Something to look at in one filing. kind: consistency | outlier; the text in both languages."""

    filing_id: int
    subject: str
    park_id: int
    kind: str
    field: str
    zh: str
    en: str


def findings(actor: Actor, form: Form, period: str, park_ids: Iterable[int] | None = None) -> list[Finding]:
    """Inconsistent values (the form's checks, warnings among them) and outliers against the last period; at most 500, by filing.

    Looks at LOOKED_AT filings at most, by number of the enterprise or park; where there are more, ask park by park.
    Computed from the latest versions of what the actor sees in one period; values of fields that they may not see are not looked at.
    """
    definition = definition_for(form)
    rows = _rows(actor, form.code, period, park_ids)
    earlier = _rows(actor, form.code, str(parse_period(period).previous), park_ids)
    before = {_subject_key(row): row["latest__values"] for row in earlier.iterator(2_000)}
    found: list[Finding] = []
    pairs: dict[str, list[tuple[float, dict[str, Any]]]] = {}
    hidden = {field.key for field in definition.fields if not field.seen_by(actor)}
    watched = [field for field in definition.fields if field.kind in ("money", "integer", "decimal") and field.key not in hidden]
    for row in rows.iterator(2_000):
        values = row["latest__values"]
        for fault in definition.faults(values):
            if fault.code != "required" and len(found) < _MOST and not hidden.intersection(fault.keys):
                found.append(_finding(row, "consistency", fault.keys[0] if fault.keys else "", fault.zh, fault.en))
        last = before.get(_subject_key(row))
        for field in watched if last else ():
            new, old = values.get(field.key), (last or {}).get(field.key)
            if new is not None and old is not None and float(old) > 0 and float(new) > 0:
                pairs.setdefault(field.key, []).append((float(new) / float(old), row))
    for key, ratios in pairs.items():
        found += _outliers(definition, key, ratios)
    return found[:_MOST]


def _rows(actor: Actor, form_code: str, period: str, park_ids: Iterable[int] | None) -> QuerySet[Any]:
    rows = visible(actor).filter(form_code=form_code, period=period, latest__isnull=False)
    if park_ids is not None:
        rows = rows.filter(park_id__in=list(park_ids))
    named = rows.values("id", "enterprise_id", "enterprise__name", "park_id", "park__name_zh", "latest__values")
    return named.order_by("enterprise_id", "park_id")[:LOOKED_AT]


def _subject_key(row: dict[str, Any]) -> tuple[int | None, int]:
    return (row["enterprise_id"], 0) if row["enterprise_id"] else (None, row["park_id"])


def _finding(row: dict[str, Any], kind: str, key: str, zh: str, en: str) -> Finding:
    return Finding(row["id"], row["enterprise__name"] or row["park__name_zh"], row["park_id"], kind, key, zh, en)


def _outliers(definition: Definition, key: str, ratios: list[tuple[float, dict[str, Any]]]) -> list[Finding]:
    """Robust: median and median absolute deviation of the ratios to the last period; needs eight of them."""
    if len(ratios) < 8:
        return []
    middle = statistics.median(ratio for ratio, _ in ratios)
    spread = max(statistics.median(abs(ratio - middle) for ratio, _ in ratios), 0.05)
    field, out = definition.field(key), []
    for ratio, row in ratios:
        if abs(ratio - middle) > float(OUTLIER) * spread and (ratio > 3 or ratio < 1 / 3):
            times = f"{ratio:,.1f}" if ratio >= 1 else f"1/{1 / ratio:,.0f}"
            zh = f"{field.zh}是上期的 {times} 倍，同类的中位数是 {middle:.2f} 倍。"
            en = f"{field.en}: {times} times the last period; the median is {middle:.2f}."
            out.append(_finding(row, "outlier", key, zh, en))
    return out


def due_state(filing: Filing, today: date) -> str:
    """in-time | late | overdue | due: how the filing stands against its due day."""
    if filing.in_time is not None:
        return "in-time" if filing.in_time else "late"
    return "overdue" if filing.due_on < today else "due"
