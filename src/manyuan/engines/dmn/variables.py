"""What the cells of tables speak of: the names that a text takes from outside, and a model made around tables that stand alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.feel import tree
from manyuan.engines.feel.builtins import TABLE


@dataclass(frozen=True)
class Variable:
    """A name that cells may use. kind: Input, or what else it is (Decision, Function, Name); type_ref: its type, where it is known."""

    name: str
    kind: str = "Input"
    type_ref: str = ""


def free_names(node: tree.Node) -> set[str]:
    """The names that an expression takes from outside: not those of iterators, parameters and entries before it, nor `?`, `item`, `partial` and built-ins
    that are called. A name within a filter counts, since what the items hold is not known here."""
    match node:
        case tree.Name(name=name):
            return set() if name in ("?", "item", "partial") else {name}
        case tree.Call(function=tree.Name(name=name), arguments=arguments) if name in TABLE:
            return _of_all(arguments)
        case tree.For(iterators=iterators, body=inner) | tree.Quantified(iterators=iterators, condition=inner):
            found: set[str] = set()
            bound: set[str] = set()
            for one in iterators:
                found |= _of_all([one.domain, *([one.end] if one.end else [])]) - bound
                bound.add(one.name)
            return found | (free_names(inner) - bound)
        case tree.FunctionLiteral(parameters=parameters, body=inner):
            return free_names(inner) - {name for name, _ in parameters}
        case tree.ContextLiteral(entries=entries):
            found, bound = set(), set()
            for name, value in entries:
                found |= free_names(value) - bound
                bound.add(name)
            return found
    return _of_all(tree.children(node))


def _of_all(nodes: Iterable[tree.Node]) -> set[str]:
    return set().union(*map(free_names, nodes))


def names_in(table: m.DecisionTable, names: Iterable[str]) -> set[str]:
    """The names that a table takes from outside. names: those with blanks that its texts may use. Raises FeelError for a text that is not FEEL."""
    known = set(names)
    expressions = [text for rule in table.rules for text in rule.outputs] + [clause.default for clause in table.outputs]
    tests = [text for rule in table.rules for text in rule.inputs]
    tests += [clause.values for clause in table.inputs] + [clause.values for clause in table.outputs]
    found = _of_all(feel.parse(text, names=known) for text in [*expressions, *(clause.expression for clause in table.inputs)] if text)
    return found | _of_all(feel.parse_unary_tests(text, names=known) for text in tests if text and text != "-")


def model_around(tables: Mapping[str, m.DecisionTable], variables: Iterable[Variable], name: str) -> m.Definitions:
    """A model in which each table is a decision and whatever else the tables speak of is input data, so that it can be asked and drawn as it is.

    A table that speaks of another one requires it. The type of an input is that of its variable, else that of a column over it.
    """
    known = {one.name: one for one in variables}
    columns = {clause.expression: clause.type_ref for table in tables.values() for clause in table.inputs}
    spoken = {key: names_in(table, {*known, *tables, *columns}) for key, table in tables.items()}
    inputs = [one for one in known.values() if one.kind == "Input"]
    inputs += [Variable(one) for one in sorted(set().union(*spoken.values()) - known.keys() - tables.keys())]
    ids = {one.name: f"_input{at}" for at, one in enumerate(inputs, 1)}
    decided = {key: f"_{at}" for at, key in enumerate(tables, 1)}
    data = tuple(m.InputData(name=one.name, id=ids[one.name], type_ref=one.type_ref or columns.get(one.name, "")) for one in inputs)
    decisions = tuple(
        m.Decision(name=key, id=decided[key], expression=table, requires=m.Requirements(
            inputs=tuple(f"#{ids[one]}" for one in sorted(spoken[key]) if one in ids),
            decisions=tuple(f"#{decided[one]}" for one in sorted(spoken[key]) if one in decided and one != key),
        ))
        for key, table in tables.items()
    )  # fmt: skip
    return m.Definitions(name=name, id="_definitions", namespace="urn:manyuan:tables", inputs=data, decisions=decisions)
