"""The columns of the fact sheet and where each comes from, read from a pack's facts.yaml.

    columns:
      revenue: {kind: money, unit: yuan, zh: 营业收入, en: Revenue, from: {form: enterprise-annual, field: revenue}}
      revenue_before: {…, from: {form: enterprise-annual, field: revenue, back: 1}}     # the period before
      output_12: {…, from: {form: six-clear-month, field: output, sum: 12}}             # sum of the last twelve periods, all of them known
      high_tech: {kind: boolean, …, from: {title: high-tech}}                           # held on the day
      high_tech_until: {kind: date, …, from: {title: high-tech, what: until}}           # since | until
      park: {kind: category, …, from: {enterprise: park}}
      rent: {…, from: {declared: true}}                                                 # asked for once, then held
      dishonest: {kind: boolean, …, from: {register: dishonesty}}                       # false for who is not in a register that was loaded
      per_mu_grade: {kind: category, …, from: {assigned: per-mu-grade}}                 # given by an evaluation, never declared by the firm

The newest period of a form is the newest one that is over and of which any filing is in force; `back` counts from there for everybody alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from manyuan.engines.screening import Schema
from manyuan.facts.factsheet.errors import FactsInvalid

# what the register of enterprises gives, by the kind of column that takes it
REGISTER = {
    "credit_code": "category", "name": "category", "park": "category", "district": "category", "industry": "category", "section": "category",
    "registered_on": "date", "capital": "money", "status": "category", "kind": "category",
}  # fmt: skip
_FIELD_KINDS = {
    "money": ("money",), "integer": ("count", "rate"), "decimal": ("rate", "count"), "percent": ("rate",), "date": ("date",), "boolean": ("boolean",),
    "choice": ("category",), "text": ("category",),
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where a column comes from. what: enterprise | form | title | declared | register | assigned."""

    what: str
    name: str  # of the register's entry, form, title or list
    field: str = ""  # of a form; since or until of a title
    back: int = 0
    sum: int = 0


@dataclass(frozen=True)
class Definition:
    """The columns, and where each comes from."""

    schema: Schema
    sources: Mapping[str, Source]

    def narrowed(self, names: Collection[str]) -> Definition:
        """Only these columns and the key."""
        kept = tuple(column for column in self.schema.columns if column.name in names or column.name == self.schema.key)
        return Definition(Schema(kept, self.schema.key), {column.name: self.sources[column.name] for column in kept})

    def naming(self, choices: Mapping[tuple[str, str], tuple[tuple[str, str, str], ...]]) -> Definition:
        """The categories that come from a choice of a form have its names. choices: form and field to (code, Chinese, English)."""
        named = [
            replace(column, names=choices.get((source.name, source.field), ())) if column.kind == "category" and not column.names and source.what == "form" else column
            for column, source in ((one, self.sources[one.name]) for one in self.schema.columns)
        ]  # fmt: skip
        return Definition(Schema(tuple(named), self.schema.key), self.sources)

    def named_as(self, other: Definition) -> Definition:
        """The categories without names bear those that the other definition gives them."""
        named = (replace(one, names=other.schema[one.name].names) if not one.names and one.name in other.schema else one for one in self.schema.columns)
        return Definition(Schema(tuple(named), self.schema.key), self.sources)

    def asked(self) -> list[str]:
        """Columns that no form, title or register holds: they are declared."""
        return [name for name, source in self.sources.items() if source.what == "declared"]


def read_definition(content: Mapping[str, Any], forms: Mapping[str, Mapping[str, str]], titles: set[str]) -> Definition:
    """The definition in a pack's facts.yaml. forms: form code to field key to kind of field; titles: kinds of title there are.

    Raises FactsInvalid with every fault: a column without source, an unknown form, field or title (the nearest is not guessed), a kind that does not fit.
    """
    faults: list[str] = []
    sources: dict[str, Source] = {}
    columns: dict[str, Any] = {}
    given = content.get("columns")
    if not isinstance(given, Mapping) or not given:
        raise FactsInvalid(faults="columns: found nothing, expected a mapping of columns")
    for name, entry in given.items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("from"), Mapping):
            faults.append(f"{name}: found no `from`, expected where the column comes from")
            continue
        columns[name] = {key: value for key, value in entry.items() if key not in ("from", "note", "mark")}
        source = _source(entry["from"])
        if source is None:
            faults.append(f"{name}: from: found {dict(entry['from'])}, expected one of enterprise, form and field, title, declared, register, assigned")
            continue
        sources[name] = source
        if fault := _fault(source, str(entry.get("kind")), forms, titles):
            faults.append(f"{name}: {fault}")
    schema = None
    try:
        schema = Schema.from_dict({"key": content.get("key", "id"), "columns": columns})
    except (TypeError, KeyError) as error:
        faults.append(f"columns: {error}")
    if faults or schema is None:
        raise FactsInvalid(faults="\n".join(faults))
    return Definition(schema, sources)


def _source(given: Mapping[str, Any]) -> Source | None:
    if set(given) == {"enterprise"}:
        return Source("enterprise", str(given["enterprise"]))
    if {"form", "field"} <= set(given) <= {"form", "field", "back", "sum"}:
        return Source("form", str(given["form"]), str(given["field"]), int(given.get("back", 0)), int(given.get("sum", 0)))
    if "title" in given and set(given) <= {"title", "what"}:
        return Source("title", str(given["title"]), str(given.get("what", "")))
    if dict(given) == {"declared": True}:
        return Source("declared", "")
    if set(given) == {"register"}:
        return Source("register", str(given["register"]))
    if set(given) == {"assigned"}:
        return Source("assigned", str(given["assigned"]))
    return None


def _fault(source: Source, kind: str, forms: Mapping[str, Mapping[str, str]], titles: set[str]) -> str:
    if source.what == "enterprise":
        expected = REGISTER.get(source.name)
        if expected is None:
            return f"from: enterprise: found {source.name}, expected one of {', '.join(REGISTER)}"
        return "" if kind == expected else f"kind: found {kind}, expected {expected} for {source.name}"
    if source.what == "form":
        if source.name not in forms:
            return f"from: form: found {source.name}, expected one of {', '.join(forms)}"
        field_kind = forms[source.name].get(source.field)
        if field_kind is None:
            return f"from: field: found {source.field}, expected a field of {source.name}"
        fitting = _FIELD_KINDS.get(field_kind, ())
        return "" if kind in fitting else f"kind: found {kind}, expected {' or '.join(fitting) or 'another field'} for a field of kind {field_kind}"
    if source.what == "title":
        if source.name not in titles:
            return f"from: title: found {source.name}, expected one of {', '.join(sorted(titles))}"
        if source.field not in ("", "since", "until"):
            return f"from: what: found {source.field}, expected since or until"
        expected = "date" if source.field else "boolean"
        return "" if kind == expected else f"kind: found {kind}, expected {expected}"
    if source.what == "register":
        return "" if kind == "boolean" else f"kind: found {kind}, expected boolean for a register"
    return ""
