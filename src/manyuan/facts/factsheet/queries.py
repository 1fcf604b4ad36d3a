"""Reading facts: the definition in force, what an enterprise declared, and where each value of a row comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.definition import Definition, read_definition
from manyuan.facts.factsheet.errors import NoFacts
from manyuan.facts.factsheet.models import DeclaredFact, FactDefinitions
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.parks.dated import holding
from manyuan.facts.programme.programme import title_names


def known_forms() -> dict[str, dict[str, str]]:
    """Forms about enterprises: code to field key to kind of field."""
    forms = Form.objects.filter(is_current=True, subject="enterprise")
    return {form.code: {field.key: field.kind for field in definition_for(form).fields} for form in forms}


def known_titles() -> set[str]:
    """The kinds of title of the pack."""
    return set(title_names())


def current_definition() -> Definition:
    """The definition of the fact sheet in force. Raises NoFacts."""
    found = FactDefinitions.objects.filter(is_current=True).values_list("content_hash", flat=True).first()
    if found is None:
        raise NoFacts()
    return _definition(found)


def current_hash() -> str:
    """The hash of the definition in force; empty where there is none."""
    return FactDefinitions.objects.filter(is_current=True).values_list("content_hash", flat=True).first() or ""


def definition_of(content_hash: str) -> Definition:
    """A definition that was in force once, by its hash. Raises NoFacts."""
    if not FactDefinitions.objects.filter(content_hash=content_hash).exists():
        raise NoFacts()
    return _definition(content_hash)


@lru_cache(maxsize=8)
def _definition(content_hash: str) -> Definition:
    content = FactDefinitions.objects.get(content_hash=content_hash).content
    return read_definition(content, known_forms(), known_titles())


def declared_of(enterprise: Enterprise, on: date) -> QuerySet[DeclaredFact]:
    """What the enterprise declared and holds on the day, registers and what was assigned to it left out; of one fact the newest last."""
    return (
        DeclaredFact.objects.filter(holding(on), enterprise=enterprise)
        .exclude(fact__startswith="register:")
        .exclude(fact__startswith="assigned:")
        .order_by("fact", "valid_from", "pk")
    )


@dataclass(frozen=True)
class Origin:
    """Where a value of the fact sheet comes from. what: enterprise | form | title | declared | register | assigned; period and filing for a form; when and by whom declared."""

    what: str
    name: str
    field: str = ""
    period: str = ""
    filing_id: int | None = None
    on: date | None = None
    by: str = ""
    proof: str = ""


def origins(
    definition: Definition, enterprise: Enterprise, as_of: date, known_at: datetime | None = None, newest: Mapping[str, Any] | None = None
) -> dict[str, Origin]:
    """For every column where the enterprise's value of that day comes from; columns without a value name where it would come from.
    newest: of each form the newest period, where a sheet of that day told it."""
    from manyuan.facts.factsheet.building import newest_period

    declared: dict[str, Any] = {
        row.fact: row for row in DeclaredFact.objects.filter(holding(as_of, known_at), enterprise=enterprise).order_by("valid_from", "pk")
    }
    periods: dict[str, Any] = dict(newest or {})
    filings: dict[tuple[str, str], int] = {}
    for form, period, pk in Filing.objects.filter(enterprise=enterprise).values_list("form_code", "period", "pk"):
        filings[form, period] = pk
    out = {}
    for name, source in definition.sources.items():
        if source.what == "form":
            if source.name not in periods:
                periods[source.name] = newest_period(source.name, as_of)
            period = periods[source.name]
            for _ in range(source.back):
                period = period.previous if period is not None else None
            text = str(period) if period is not None else ""
            out[name] = Origin("form", source.name, source.field, text, filings.get((source.name, text)))
        elif source.what in ("declared", "register", "assigned"):
            row = declared.get(name if source.what == "declared" else f"{source.what}:{source.name}")
            out[name] = Origin(source.what, source.name, on=row.valid_from if row else None, by=row.actor_label if row else "", proof=row.proof if row else "")
        else:
            out[name] = Origin(source.what, source.name, source.field)
    return out
