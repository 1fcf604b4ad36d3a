"""Where what a policy gives may jump: every comparison of numbers or dates in its conditions and in its amount, over the columns of the fact sheet.

Names of a context (`{share: rd / sales, …}`) are replaced by what they stand for, and a comparison with an `if`, `min` or `max` on a side is
taken apart into one for each branch, so that each edge is a comparison of facts. `floor` and `ceiling` have an edge at every whole number, the years and
months of a duration at every year and month where they are counted and not compared.
What a `for`, `some`, `every`, filter or function does with names of its own is not looked into (`unseen`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

import numpy as np

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.columns import evaluate
from manyuan.engines.screening.factsheet import FactSheet, Schema, value_of
from manyuan.engines.screening.policy import Policy

AMOUNT = "amount"
STEPPED = ("money", "rate", "count", "date")
"""Kinds of columns whose values lie in order, a smallest step apart: a fen, a decimal, one, a day."""
_MAX_NODES = 4000
_LARGEST = 2**62
_NAMING = (tree.For, tree.Quantified, tree.Filter, tree.FunctionLiteral)


@dataclass(frozen=True, eq=False)
class Edge:
    """A comparison, or a floor or ceiling, on which something turns. place: the id of the condition where it stands, or `amount`; clauses: all that name it; decides: it
    stands in a condition, not in the amount alone; facts: the columns of numbers and dates whose change can cross it."""

    place: str
    clauses: tuple[str, ...]
    decides: bool
    text: str
    facts: tuple[str, ...]
    test: f.Formula | feel.Program

    def side(self, sheet: FactSheet) -> tuple[np.ndarray, np.ndarray]:
        """On which side of the edge each row stands (a whole number: of a comparison 1 where it holds, else 0), and where that is known."""
        if not isinstance(self.test, feel.Program):
            true, known = evaluate(self.test, sheet, slice(None))
            return true.astype(np.int64), known
        found = [self.test.run({name: value_of(sheet.columns[name], row) for name in sheet.columns}) for row in range(sheet.rows)]
        known = np.array([isinstance(value, Decimal) and abs(value) < _LARGEST for value in found], np.bool_)
        return np.array([int(value) if ok else 0 for value, ok in zip(found, known)], np.int64), known  # type: ignore[call-overload]

    def joined(self, other: Edge) -> Edge:
        """This edge, met again at another place."""
        return replace(self, clauses=tuple(dict.fromkeys([*self.clauses, *other.clauses])), decides=self.decides or other.decides)


def edges_of(policy: Policy, schema: Schema) -> list[Edge]:
    """Every edge of a policy, in the order of its text, each once: `x >= 5` and `x < 5` are the same edge."""
    parts = [(True, one.id, one.clause, one.when) for one in policy.conditions]
    if policy.amount.value:
        parts.append((False, AMOUNT, policy.amount.clause, policy.amount.value))
    out: dict[f.Formula | str, Edge] = {}
    for decides, place, clause, text in parts:
        for test in _Walk(schema).tests(feel.parse(text, names=schema.names)):
            facts = tuple(dict.fromkeys(name for name in _valued(test) if name in schema and schema[name].kind in STEPPED))
            if facts:
                shown = feel.format_expression(test)
                formula = f.formula_of(test, schema) if isinstance(test, tree.Comparison) else feel.Program(test, shown)
                same = shown if isinstance(formula, feel.Program) else formula.inner if isinstance(formula, f.Not) else formula
                edge = Edge(place, (clause,), decides, shown, facts, formula)
                out[same] = out[same].joined(edge) if same in out else edge
    return list(out.values())


def unseen(policy: Policy, schema: Schema) -> list[str]:
    """The places of a policy that are not looked into."""
    texts = [(one.id, one.when) for one in policy.conditions] + ([(AMOUNT, policy.amount.value)] if policy.amount.value else [])
    return [place for place, text in texts if any(isinstance(one, _NAMING) for one in tree.walk(feel.parse(text, names=schema.names)))]


class _Walk:
    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.found: list[tree.Node] = []

    def tests(self, node: tree.Node) -> list[tree.Node]:
        self._visit(node, {})
        return self.found

    def _visit(self, node: tree.Node, names: Mapping[str, tree.Node], compared: bool = False) -> None:
        node = f.desugar(node)
        match node:
            case tree.ContextLiteral(entries):
                inner = dict(names)
                for key, value in entries:
                    self._visit(value, inner)
                    inner[key] = _named(value, inner)
                return
            case tree.Comparison(operator, left, right):
                for one in _branches(_named(left, names)):
                    for other in _branches(_named(right, names)):
                        if any(_valued(side) for side in (one, other)):
                            self.found.append(tree.Comparison(operator, one, other, span=node.span))
                compared = True
            case tree.Call(tree.Name("floor" | "ceiling"), (_,), ()):
                self.found.append(_named(node, names))
            case tree.Path(_, "years" | "months") if not compared:
                self.found.append(_named(node, names))
            case tree.For() | tree.Quantified() | tree.Filter() | tree.FunctionLiteral():
                return
        for part in tree.children(node):
            self._visit(part, names, compared)


def _named(node: tree.Node, names: Mapping[str, tree.Node]) -> tree.Node:
    """The node with the names of a context replaced by what they stand for; left as it is where that would grow too large."""
    if not names:
        return node
    out = _replaced(node, names)
    return out if len(tree.walk(out)) <= _MAX_NODES else node


def _replaced(value: Any, names: Mapping[str, tree.Node]) -> Any:
    if isinstance(value, tree.Name):
        return names.get(value.name, value)
    if isinstance(value, tuple):
        return tuple(_replaced(one, names) for one in value)
    if isinstance(value, tree.Node) and not isinstance(value, _NAMING):
        kept: Any = {one.name: _replaced(getattr(value, one.name), names) for one in fields(value) if one.name != "span"}
        return replace(value, **kept)
    return value


def _branches(node: tree.Node) -> list[tree.Node]:
    """What a value may be: a comparison with an `if`, min or max turns where one with a branch of it does."""
    match node:
        case tree.If(_, then, otherwise):
            return [*_branches(then), *_branches(otherwise)]
        case tree.Call(tree.Name("min" | "max"), arguments, ()) if arguments and not isinstance(arguments[0], tree.ListLiteral):
            return [branch for argument in arguments for branch in _branches(argument)]
    return [node]


def _valued(node: tree.Node) -> list[str]:
    """The names on which the value of a node depends other than by the condition of an `if`."""
    if isinstance(node, tree.Name):
        return [node.name]
    parts = [node.then, node.otherwise] if isinstance(node, tree.If) else [*node.arguments] if isinstance(node, tree.Call) else tree.children(node)
    return [name for part in parts for name in _valued(part)]
