"""Judging: the facts of the city as the standard rules read them, screened by the engine; what each rung says of each enterprise, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening import Column, FactSheet, Policy, PolicySet, Schema, screen
from manyuan.engines.screening.steps import Change, columns_of, smallest_changes
from manyuan.facts.factsheet.building import Sheet, build_sheet
from manyuan.facts.factsheet.queries import current_definition
from manyuan.work.cultivation.ladders import AS_OF, Ladders

_ARROW = {"money": pa.int64(), "count": pa.int64(), "rate": pa.int64(), "date": pa.date32(), "category": pa.string(), "boolean": pa.bool_()}
MOST = 3
"""A rule of which more conditions fail is not searched for the one fact that would do."""
_OUTCOMES = {"entitled": "meets", "set aside": "meets", "near": "near", "refused": "not", "undetermined": "undetermined"}


@dataclass(frozen=True)
class RuleSheet:
    """The facts of enterprises as the standards name them. city: the sheet they came from; sources: fact -> the city's columns it is made of."""

    city: Sheet
    schema: Schema
    table: pa.Table
    sources: dict[str, list[str]]

    @property
    def ids(self) -> list[int]:
        return self.city.ids

    @property
    def facts(self) -> FactSheet:
        return FactSheet(self.table, self.schema)


@dataclass(frozen=True)
class Judgement:
    """One rule set on one enterprise. failing: conditions by id; missing: facts of the standards that nobody knows; change: the one fact that would do."""

    outcome: str
    failing: tuple[str, ...]
    missing: tuple[str, ...]
    change: Change | None = None


def rule_sheet(ladders: Ladders, *, as_of: date, only: Iterable[int] | None = None) -> RuleSheet:
    """The fact sheet that the standard rules read, made from the city's, as of a day."""
    definition = current_definition()
    nodes = {name: feel.parse(text, names=[*definition.schema.names, AS_OF]) for name, text in ladders.facts.items()}
    sources = {name: _names(node, definition.schema) for name, node in nodes.items()}
    anchors = columns_of(ladders.anchors, definition.schema) if ladders.anchors else []
    city = build_sheet(definition.narrowed({"park", *anchors, *(one for names in sources.values() for one in names)}), as_of=as_of, only=only)
    n = len(city.ids)
    columns: dict[str, Any] = {ladders.schema.key: city.table.column(definition.schema.key)}
    for column in ladders.schema.columns:
        node = nodes.get(column.name)
        if node is None:
            columns[column.name] = pa.nulls(n, _ARROW[column.kind])
        elif isinstance(node, tree.Name):
            columns[column.name] = city.table.column(node.name)
        else:
            columns[column.name] = _worked_out(column, node, sources[column.name], city, as_of)
    return RuleSheet(city, ladders.schema, pa.table(columns), sources)


def _names(node: tree.Node, schema: Schema) -> list[str]:
    return sorted({one.name for one in tree.walk(node) if isinstance(one, tree.Name)} & set(schema.names))


def _worked_out(column: Column, node: tree.Node, names: Sequence[str], city: Sheet, as_of: date) -> pa.Array:
    """FEEL over the city's columns, row by row; the same inputs are worked out once."""
    program, schema = feel.Program(node), city.definition.schema
    day = feel.Date.from_days((as_of - date(1970, 1, 1)).days)
    known: dict[tuple[Any, ...], Any] = {}
    out = []
    for row in zip(*(city.table.column(name).to_pylist() for name in names), strict=True):
        if row not in known:
            given = {name: _feel_value(schema[name], value) for name, value in zip(names, row, strict=True)}
            known[row] = _stored(column, program.run({**given, AS_OF: day}))
        out.append(known[row])
    return pa.array(out, _ARROW[column.kind])


def _feel_value(column: Column, value: Any) -> Any:
    if value is None or column.kind in ("boolean", "category"):
        return value
    if column.kind == "date":
        return feel.Date.from_days((value - date(1970, 1, 1)).days)
    return Decimal(value).scaleb(-column.decimals)


def _stored(column: Column, value: Any) -> Any:
    """A FEEL value as the column keeps it; what is of another kind is not known."""
    if column.kind in ("money", "count", "rate"):
        return int(value.scaleb(column.decimals)) if isinstance(value, Decimal) else None
    if column.kind == "boolean":
        return value if isinstance(value, bool) else None
    return value if isinstance(value, str) else None


def judge_all(policies: Sequence[Policy], sheet: RuleSheet, ways: dict[str, str], *, searched: bool = True) -> dict[str, list[Judgement]]:
    """Policy code -> the judgement of each row. searched: whether the one fact that would do is looked for."""
    out: dict[str, list[Judgement]] = {}
    for policy in policies:
        out[policy.code] = judge_table(policy, sheet.table, sheet.schema, ways if searched else {})
    return out


def judge_table(policy: Policy, table: pa.Table, schema: Schema, ways: dict[str, str]) -> list[Judgement]:
    """One policy on every row of a table, condition by condition, with the cheapest single change of a lever (ways: column -> up, down, yes)."""
    read = columns_of(policy, schema)
    narrow = Schema(tuple(schema[name] for name in read), schema.key)
    part = table.select(read)
    result = screen(PolicySet((policy,)), FactSheet(part, narrow))
    nodes = result.compiled.conditions[0]
    reads = [set(columns_of_condition(one.when, schema)) for one in policy.conditions]
    nulls = {name: part.column(name).is_null().to_pylist() for name in read}
    found: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    tried = []
    for row in range(table.num_rows):
        outcome = _OUTCOMES[result.outcome(row, policy.code)[0]]
        failing: tuple[str, ...] = ()
        missing: tuple[str, ...] = ()
        if outcome != "meets":
            block = result.block_of(row)
            truths = [block.truth(result.compiled, row, node) for node in nodes[: len(policy.conditions)]]
            failing = tuple(one.id for one, holds in zip(policy.conditions, truths, strict=True) if holds is False)
            absent = {name for names, holds in zip(reads, truths, strict=True) if holds is None for name in names if nulls[name][row]}
            missing = tuple(name for name in read if name in absent)
            if not missing and None not in truths and len(failing) <= MOST:
                tried.append(row)
        found.append((outcome, failing, missing))
    changes: dict[int, Change] = {}
    for change in smallest_changes(policy, table, schema, tried, ways) if ways else ():
        best = changes.get(change.row)
        if best is None or _cost(change, schema) < _cost(best, schema):
            changes[change.row] = change
    return [Judgement(*one, changes.get(row)) for row, one in enumerate(found)]


def columns_of_condition(when: str, schema: Schema) -> list[str]:
    """The columns that one condition reads."""
    return [one.name for one in tree.walk(feel.parse(when, names=schema.names)) if isinstance(one, tree.Name) and one.name in schema]


def _cost(change: Change, schema: Schema) -> tuple[int, Decimal, str]:
    """The order of changes: numbers by their share, then yes-or-no."""
    measured = schema[change.column].kind != "boolean"
    return (0 if measured else 1, change.share or Decimal(0), change.column)
