"""The decision tables of a model wherever they stand: those of decisions, and those within contexts, functions, lists and the other boxed expressions.

A table is known by its path: `Tier`, or `Tier › entry` within another expression. Two tables never have the same path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.logic import path_under

Change = Callable[[str, m.DecisionTable], m.DecisionTable]
E = TypeVar("E", bound="m.Expression | None")


def tables_of(definitions: m.Definitions) -> dict[str, m.DecisionTable]:
    """Every decision table of a model by its path, in the order of the model."""
    found: dict[str, m.DecisionTable] = {}

    def keep(path: str, table: m.DecisionTable) -> m.DecisionTable:
        found[path] = table
        return table

    with_tables(definitions, keep)
    return found


def with_tables(definitions: m.Definitions, change: Change) -> m.Definitions:
    """The model with every decision table replaced by what `change` makes of its path and the table; all else stays as it is."""
    walk = _Walk(change)
    decisions = tuple(replace(one, expression=walk.changed(one.expression, one.name)) for one in definitions.decisions)
    knowledge = tuple(replace(one, function=walk.changed(one.function, one.name)) for one in definitions.knowledge)
    return replace(definitions, decisions=decisions, knowledge=knowledge)


class _Walk:
    def __init__(self, change: Change) -> None:
        self.change = change
        self.seen: set[str] = set()

    def changed(self, expression: E, path: str) -> E:
        return self._changed(expression, path)  # type: ignore[return-value]

    def _changed(self, expression: m.Expression | None, path: str) -> m.Expression | None:
        match expression:
            case m.DecisionTable():
                return self.change(self._own(path), expression)
            case m.ContextExpression(entries=entries):
                return replace(expression, entries=tuple(replace(e, expression=self.changed(e.expression, path_under(path, e.name))) for e in entries))
            case m.Invocation(function=function, bindings=bindings):
                given = tuple(replace(b, expression=self.changed(b.expression, path_under(path, b.name))) for b in bindings)
                return replace(expression, function=self.changed(function, path), bindings=given)
            case m.ListExpression(items=items):
                return replace(expression, items=tuple(self.changed(item, path_under(path, str(at))) for at, item in enumerate(items, 1)))
            case m.Relation(columns=columns, rows=rows):
                cells = tuple(tuple(self.changed(cell, path_under(path, str(at), name)) for name, cell in zip(columns, row)) for at, row in enumerate(rows, 1))
                return replace(expression, rows=cells)
            case m.FunctionExpression(body=body):
                return replace(expression, body=self.changed(body, path))
            case m.Conditional(condition=condition, then=then, otherwise=otherwise):
                parts = zip((condition, then, otherwise), ("if", "then", "else"))
                first, second, third = (self.changed(part, path_under(path, word)) for part, word in parts)
                return replace(expression, condition=first, then=second, otherwise=third)
            case m.Iteration(domain=domain, body=body):
                return replace(expression, domain=self.changed(domain, path_under(path, "in")), body=self.changed(body, path_under(path, "return")))
            case m.FilterExpression(domain=domain, condition=test):
                return replace(expression, domain=self.changed(domain, path_under(path, "in")), condition=self.changed(test, path_under(path, "match")))
        return expression

    def _own(self, path: str) -> str:
        found, number = path, 2
        while found in self.seen:
            found = f"{path} ({number})"
            number += 1
        self.seen.add(found)
        return found
