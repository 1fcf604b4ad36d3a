"""Which facts an amount needs, as a formula: true where it can be computed, unknown where a fact is missing; never false.

A branch that is not taken needs nothing. Of `if c then a else b` the condition must be known, and then the facts of the branch taken:
(c and needs of a) or (not c and needs of b), which Kleene logic answers as it answers conditions.
"""

from __future__ import annotations

from manyuan.engines.feel import tree
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.factsheet import Schema

_PLAIN = (tree.Literal, tree.Name, tree.Negate, tree.Arithmetic, tree.Comparison, tree.ListLiteral, tree.Call, tree.If)  # their parts speak of the same names


def needs_of(node: tree.Node, schema: Schema) -> f.Formula:
    """What an amount needs. A form that brings names of its own (`for`, a filter, a context …) needs every column that it names."""
    parts = _parts(node, schema)
    return parts[0] if len(parts) == 1 else f.And(tuple(parts)) if parts else f.Constant(True)


def _parts(node: tree.Node, schema: Schema) -> list[f.Formula]:
    """Needs that must all be met: one for the facts that are needed in any case, one for each branching."""
    sure: set[str] = set()
    branchings: list[f.Formula] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tree.If) and _names(one, schema):
            branching = _branching(one, schema)
            if branching not in branchings:
                branchings.append(branching)
        elif isinstance(one, _PLAIN):
            sure |= {one.name} & set(schema.names) if isinstance(one, tree.Name) else set()
            waiting += tree.children(one)
        else:
            sure |= _names(one, schema)
    return [*([f.Known(frozenset(sure))] if sure else []), *branchings]


def _branching(node: tree.If, schema: Schema) -> f.Formula:
    condition = f.formula_of(node.condition, schema)
    then, otherwise = needs_of(node.then, schema), needs_of(node.otherwise, schema)
    return f.Or((f.And((condition, then)), f.And((f.Not(condition), otherwise))))


def _names(node: tree.Node, schema: Schema) -> set[str]:
    return {one.name for one in tree.walk(node) if isinstance(one, tree.Name)} & set(schema.names)
