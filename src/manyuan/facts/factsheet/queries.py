"""Reading facts: the definition in force, what an enterprise declared, and where each value of a row comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import QuerySet

from manyuan.facts.audit.once import once
from manyuan.facts.enterprises.models import Enterprise, Industry
from manyuan.facts.factsheet.definition import Definition, read_definition
from manyuan.facts.factsheet.errors import NoFacts
from manyuan.facts.factsheet.models import DeclaredFact, FactDefinitions
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.opening import definition_for
from manyuan.facts.parks.dated import holding
from manyuan.facts.parks.models import District, Park
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
    found = current_hash()
    if not found:
        raise NoFacts()
    return _definition(found)


def current_hash() -> str:
    """The hash of the definition in force; empty where there is none."""
    return once("facts", lambda: FactDefinitions.objects.filter(is_current=True).values_list("content_hash", flat=True).first() or "")


def definition_of(content_hash: str) -> Definition:
    """A definition that was in force once, by its hash; codes that had no name then are called as they are today. Raises NoFacts."""
    if not FactDefinitions.objects.filter(content_hash=content_hash).exists():
        raise NoFacts()
    found, today = _definition(content_hash), current_hash()
    return found if today in ("", content_hash) else found.named_as(_definition(today))


@lru_cache(maxsize=8)
def _definition(content_hash: str) -> Definition:
    content = FactDefinitions.objects.get(content_hash=content_hash).content
    return read_definition(content, known_forms(), known_titles()).naming(_choices())


def _choices() -> dict[tuple[str, str], tuple[tuple[str, str, str], ...]]:
    """What the choices of the forms are called: form and field to (code, Chinese, English)."""
    forms = Form.objects.filter(is_current=True, subject="enterprise")
    fields = ((form.code, field) for form in forms for field in definition_for(form).fields if field.choices)
    return {(form, field.key): tuple((one.code, one.zh, one.en) for one in field.choices) for form, field in fields}


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


class Origins(dict[str, Origin]):
    """Column to where its value comes from; it also knows what the codes of the register are called."""

    def called(self, name: str, code: str, language: str) -> str:
        """What a code of a column is called where the register of parks, districts or industries names it; itself elsewhere."""
        found = self.get(name)
        key = found.name if found is not None and found.what == "enterprise" else ""
        if key == "park":
            zh, en = self._parks.get(code, (code, code))
        elif key == "district":
            zh, en = self._districts.get(code, (code, code))
        elif key in ("section", "industry"):
            zh = self._industry(code)
            en = f"{code} {zh}" if zh != code else code
        else:
            return code
        return zh if language.startswith("zh") else en or zh

    @cached_property
    def _parks(self) -> dict[str, tuple[str, str]]:
        return {code: (zh, en) for code, zh, en in Park.objects.values_list("code", "name_zh", "name_en")}

    @cached_property
    def _districts(self) -> dict[str, tuple[str, str]]:
        return {code: (zh, en) for code, zh, en in District.objects.values_list("adcode", "name_zh", "name_en")}

    def _industry(self, code: str) -> str:
        kept = self.__dict__.setdefault("_industries", {})
        if code not in kept:
            kept[code] = Industry.objects.filter(code=code).values_list("name_zh", flat=True).first() or code
        return str(kept[code])


def origins(definition: Definition, enterprise: Enterprise, as_of: date, known_at: datetime | None = None, newest: Mapping[str, Any] | None = None) -> Origins:
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
    out = Origins()
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
