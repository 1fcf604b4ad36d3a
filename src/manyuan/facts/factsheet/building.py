"""From the register, titles, filings and declared facts to the Arrow table that the decisions engine reads.

Each source is read once, set-wise; a value that is not there stays null: missing is not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import pyarrow as pa

from manyuan.engines.screening import Column, FactSheet
from manyuan.facts.enterprises.models import Enterprise, Tenancy, Title
from manyuan.facts.factsheet.definition import Definition, Source
from manyuan.facts.factsheet.models import DeclaredFact
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.periods import Period, parse_period
from manyuan.facts.filings.queries import rows_in_force, rows_of_firms
from manyuan.facts.parks.dated import holding, known

_MANY = 5_000  # of so many enterprises or fewer only their own rows are read
_ARROW = {"money": pa.int64(), "count": pa.int64(), "rate": pa.int64(), "date": pa.date32(), "category": pa.string(), "boolean": pa.bool_()}


@dataclass(frozen=True)
class Sheet:
    """A fact sheet as of a day. ids: the enterprise (primary key) of each row; table: the columns of the definition; synthetic: rows of invented firms;
    newest: of each form the newest period that was read."""

    as_of: date
    known_at: datetime | None
    definition: Definition
    ids: list[int]
    table: pa.Table
    synthetic: list[bool]
    newest: Mapping[str, Period | None]

    @cached_property
    def facts(self) -> FactSheet:
        """The table as the engine takes it."""
        return FactSheet(self.table, self.definition.schema)


def build_sheet(definition: Definition, *, as_of: date, known_at: datetime | None = None, only: Iterable[int] | None = None) -> Sheet:
    """The fact sheet of the day, one row for each active enterprise in the order of their credit codes.

    known_at: filings, titles, tenancies and declared facts as recorded at that moment (None: now). only: these enterprises (primary keys).
    """
    return _Builder(definition, as_of, known_at, None if only is None else sorted(set(only))).build()


def newest_period(form_code: str, as_of: date) -> Period | None:
    """The newest period of a form that was over on the day and of which any filing is in force; None where there is none."""
    rows = Filing.objects.filter(form_code=form_code)
    period = rows.order_by("-period").values_list("period", flat=True).first()
    while period is not None:
        if parse_period(period).end <= as_of and rows.filter(period=period, in_force__isnull=False).exists():
            return parse_period(period)
        period = rows.filter(period__lt=period).order_by("-period").values_list("period", flat=True).first()
    return None


class _Builder:
    def __init__(self, definition: Definition, as_of: date, known_at: datetime | None, only: list[int] | None) -> None:
        self.definition, self.as_of, self.known_at, self.only = definition, as_of, known_at, only
        self.few = only is not None and len(only) <= _MANY
        self.at: dict[int, int] = {}
        self.lists: dict[str, list[Any]] = {}
        self.newest: dict[str, Period | None] = {}

    def build(self) -> Sheet:
        ids, synthetic, register = self._register()
        self.at = {pk: at for at, pk in enumerate(ids)}
        self.lists = {name: [None] * len(ids) for name in self.definition.schema.names}
        for name, source in self.definition.sources.items():
            if source.what == "enterprise":
                self.lists[name] = register[source.name]
        self._parks()
        self._titles()
        self._declared()
        self._filed()
        arrays = {column.name: self._array(column) for column in self.definition.schema.columns}
        return Sheet(self.as_of, self.known_at, self.definition, ids, pa.table(arrays), synthetic, self.newest)

    def _columns(self, what: str) -> list[tuple[Column, Source]]:
        return [(self.definition.schema[name], source) for name, source in self.definition.sources.items() if source.what == what]

    def _narrow(self, rows: Any, name: str = "enterprise_id") -> Any:
        return rows.filter(**{f"{name}__in": self.only}) if self.few else rows

    def _each(self, rows: Any) -> Any:
        """The rows of a few enterprises at once, those of a city piece by piece."""
        return rows if self.few else rows.iterator(chunk_size=10_000)

    def _register(self) -> tuple[list[int], list[bool], dict[str, list[Any]]]:
        rows = self._narrow(Enterprise.objects.filter(status="active"), "pk").order_by("uscc")
        names = (
            "pk",
            "uscc",
            "name",
            "district__adcode",
            "industry_id",
            "industry__section",
            "registered_on",
            "capital_fen",
            "capital_currency",
            "status",
            "kind",
            "mark",
        )
        kept = None if self.only is None else set(self.only)
        found = [row for row in self._each(rows.values_list(*names)) if kept is None or row[0] in kept]
        columns = list(zip(*found, strict=True)) if found else [()] * len(names)
        ids, code, name, district, industry, section, registered, capital, currency, status, kind, mark = (list(column) for column in columns)
        yuan = [fen if unit in ("", "CNY") else None for fen, unit in zip(capital, currency, strict=True)]
        return ids, [one == "synthetic" for one in mark], {
            "credit_code": code, "name": name, "district": district, "industry": industry, "section": section, "registered_on": registered,
            "capital": yuan, "status": status, "kind": [one or None for one in kind], "park": [None] * len(ids),
        }  # fmt: skip

    def _parks(self) -> None:
        taking = [column.name for column, source in self._columns("enterprise") if source.name == "park"]
        if not taking:
            return
        rows = self._narrow(Tenancy.objects.filter(holding(self.as_of, self.known_at)))
        for enterprise, park in self._each(rows.values_list("enterprise_id", "park__code")):
            if (at := self.at.get(enterprise)) is not None:
                for name in taking:
                    self.lists[name][at] = park

    def _titles(self) -> None:
        columns = self._columns("title")
        kinds = {source.name for _, source in columns}
        for column, source in columns:
            if not source.field:
                self.lists[column.name] = [False] * len(self.at)
        rows = self._narrow(Title.objects.filter(holding(self.as_of, self.known_at), kind__in=kinds))
        by_kind: dict[str, list[tuple[list[Any], str]]] = {}
        for column, source in columns:
            by_kind.setdefault(source.name, []).append((self.lists[column.name], source.field))
        for enterprise, kind, since, until in self._each(rows.values_list("enterprise_id", "kind", "valid_from", "valid_to")):
            if (at := self.at.get(enterprise)) is not None:
                for values, field in by_kind[kind]:
                    values[at] = True if not field else since if field == "since" else until

    def _declared(self) -> None:
        taking: dict[str, tuple[list[Any], Callable[[Any], Any]]] = {}
        for column, _ in self._columns("declared"):
            taking[column.name] = (self.lists[column.name], _converter(column))
        loaded = set(DeclaredFact.objects.filter(known(self.known_at), fact__startswith="register:").values_list("fact", flat=True).distinct())
        for column, source in self._columns("register"):
            fact = f"register:{source.name}"
            if fact in loaded:  # who is not in a register that was loaded is not in it; before it is loaded nobody knows
                self.lists[column.name] = [False] * len(self.at)
            taking[fact] = (self.lists[column.name], bool)
        for column, source in self._columns("assigned"):
            taking[f"assigned:{source.name}"] = (self.lists[column.name], _converter(column))
        rows = self._narrow(DeclaredFact.objects.filter(holding(self.as_of, self.known_at), fact__in=list(taking))).order_by("valid_from", "pk")
        for enterprise, fact, value in self._each(rows.values_list("enterprise_id", "fact", "value")):
            if (at := self.at.get(enterprise)) is not None:
                values, convert = taking[fact]
                values[at] = convert(value)

    def _filed(self) -> None:
        wanted: dict[tuple[str, str], list[tuple[Column, Source]]] = {}
        newest = self.newest = {name: newest_period(name, self.as_of) for name in {source.name for _, source in self._columns("form")}}
        for column, source in self._columns("form"):
            period = newest[source.name]
            for _ in range(source.back):
                period = period.previous if period is not None else None
            for _ in range(max(1, source.sum)):
                if period is None:
                    break
                wanted.setdefault((source.name, str(period)), []).append((column, source))
                period = period.previous
        few = rows_of_firms(self.only or (), wanted, self.known_at) if self.few else {}
        sums: dict[str, list[int]] = {column.name: [0] * len(self.at) for column, source in self._columns("form") if source.sum}
        for (form, period_text), columns in wanted.items():
            plain = [(source.field, self.lists[column.name], _converter(column)) for column, source in columns if not source.sum]
            summed = [(source.field, self.lists[column.name], sums[column.name], _converter(column)) for column, source in columns if source.sum]
            for _, enterprise_id, _, values, _ in few[form, period_text] if self.few else rows_in_force(form, period_text, self.known_at):
                at = self.at.get(enterprise_id) if enterprise_id is not None else None
                if at is None:
                    continue
                for field, taking, convert in plain:
                    if (value := values.get(field)) is not None:
                        taking[at] = convert(value)
                for field, taking, counts, convert in summed:
                    if (value := values.get(field)) is not None:
                        counts[at] += 1
                        taking[at] = (taking[at] or 0) + convert(value)
        for column, source in self._columns("form"):
            if source.sum:  # a sum of fewer periods than asked for would look like less business
                counts = sums[column.name]
                self.lists[column.name] = [value if counts[at] == source.sum else None for at, value in enumerate(self.lists[column.name])]

    def _array(self, column: Column) -> pa.Array:
        values = self.lists[column.name]
        array = pa.array(values, _ARROW[column.kind])
        return array.dictionary_encode() if column.kind == "category" else array


def _converter(column: Column) -> Callable[[Any], Any]:
    """From a stored value to the column's: money in fen and counts as they are, rates in whole units of their scale (half-even), days as dates."""
    if column.kind == "rate":
        return lambda value: _scaled(value, column.scale)
    if column.kind == "count":
        return lambda value: value if isinstance(value, int) else _scaled(value, 0)
    if column.kind == "date":
        return date.fromisoformat
    if column.kind == "boolean":
        return bool
    return (lambda value: value) if column.kind == "money" else str


def _scaled(value: Any, scale: int) -> int | None:
    try:
        return int(Decimal(str(value)).scaleb(scale).to_integral_value(ROUND_HALF_EVEN))
    except InvalidOperation:
        return None


def row_values(sheet: Sheet, at: int) -> Mapping[str, Any]:
    """One row as plain JSON values by column: money fen, dates ISO text; null where unknown. What a decision keeps of the facts it stood on."""
    out = {}
    for name in sheet.table.column_names:
        value = sheet.table.column(name)[at].as_py()
        out[name] = value.isoformat() if isinstance(value, date) else value
    return out


def table_of(definition: Definition, rows: list[Mapping[str, Any]]) -> pa.Table:
    """The table that rows kept by `row_values` stand for: the inverse, for deciding again on the facts of then."""
    arrays = {}
    for column in definition.schema.columns:
        values = [row.get(column.name) for row in rows]
        if column.kind == "date":
            values = [date.fromisoformat(value) if value else None for value in values]
        array = pa.array(values, _ARROW[column.kind])
        arrays[column.name] = array.dictionary_encode() if column.kind == "category" else array
    return pa.table(arrays)
