"""A condition in FEEL as a formula over elementary conditions, each of which is exact integer arithmetic on columns where that is possible.

The rule for what is not known: an elementary condition that uses a missing fact, or compares with a value that cannot be computed (a
division by zero), is unknown, except where it names null itself (`x = null`). FEEL alone would call `null = "a"` false; for an entitlement,
not known is not no. and, or and not follow Kleene.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening.comparing_forms import ordered
from manyuan.engines.screening.conditions import (
    INT64,
    And,
    AtLeast,
    Atom,
    Constant,
    Equals,
    Formula,
    Interpreted,
    Is,
    Known,
    Linear,
    Missing,
    Not,
    Or,
    Ratio,
    True_,
    columns_of,
    joined,
    negated,
)
from manyuan.engines.screening.factsheet import Schema
from manyuan.engines.screening.rational_forms import CannotCompile, Rational, rational_of
from manyuan.engines.screening.spelling_out import desugar

__all__ = [
    "INT64", "And", "AtLeast", "Atom", "CannotCompile", "Constant", "Equals", "Formula", "Interpreted", "Is", "Known", "Linear", "Missing", "Not", "Or",
    "Ratio", "Rational", "True_", "columns_of", "desugar", "formula_of", "interpreted", "leaf_test", "rational_of",
]  # fmt: skip


def formula_of(node: tree.Node, schema: Schema) -> Formula:
    """The formula of a boolean FEEL expression over the columns of a schema."""
    return _formula(desugar(node), schema)


def _formula(node: tree.Node, schema: Schema) -> Formula:
    if isinstance(node, tree.Literal) and isinstance(node.value, bool):
        return Constant(node.value)
    if isinstance(node, tree.Logic):
        parts = (_formula(node.left, schema), _formula(node.right, schema))
        return joined(And if node.operator == "and" else Or, parts)
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name == "not" and len(node.arguments) == 1:
        return negated(_formula(node.arguments[0], schema))
    try:
        return _leaf(node, schema)
    except CannotCompile:
        return interpreted(node, schema)


def interpreted(node: tree.Node, schema: Schema) -> Interpreted:
    """A leaf left to the interpreter."""
    names = {one.name for one in tree.walk(node) if isinstance(one, tree.Name)}
    null_aware = any(isinstance(one, tree.Literal) and one.value is None for one in tree.walk(node))
    return Interpreted(feel.format_expression(node), frozenset(name for name in names if name in schema), null_aware)


def _leaf(node: tree.Node, schema: Schema) -> Formula:
    if isinstance(node, tree.Name) and node.name in schema and schema[node.name].kind == "boolean":
        return True_(node.name)
    if isinstance(node, tree.Comparison):
        return _comparison(node.operator, node.left, node.right, schema)
    raise CannotCompile


def _comparison(operator: str, left: tree.Node, right: tree.Node, schema: Schema) -> Formula:
    null = [side for side in (left, right) if isinstance(side, tree.Literal) and side.value is None]
    if null:
        other = right if left is null[0] else left
        if operator not in ("=", "!=") or not (isinstance(other, tree.Name) and other.name in schema):
            raise CannotCompile
        return Missing(other.name) if operator == "=" else Not(Missing(other.name))
    for one, other in ((left, right), (right, left)):
        if isinstance(one, tree.Name) and one.name in schema and schema[one.name].kind in ("category", "boolean"):
            return _category(operator, one.name, schema[one.name].kind, other)
    return ordered(operator, rational_of(left, schema), rational_of(right, schema))


def _category(operator: str, name: str, kind: str, other: tree.Node) -> Formula:
    if operator not in ("=", "!=") or not isinstance(other, tree.Literal):
        raise CannotCompile
    found: Formula
    if kind == "category" and isinstance(other.value, str):
        found = Is(name, other.value)
    elif kind == "boolean" and isinstance(other.value, bool):
        found = True_(name) if other.value else Not(True_(name))
    else:
        raise CannotCompile
    return found if operator == "=" else negated(found)


def leaf_test(node: tree.Node) -> Callable[[Mapping[str, object]], bool | None]:
    """An elementary condition that FEEL runs, ready for rows whose facts are all in scope: a comparison with a side that is null is unknown."""
    whole = feel.Program(node)
    sides: tuple[feel.Program, ...] = ()
    if isinstance(node, tree.Comparison) and not any(isinstance(one, tree.Literal) and one.value is None for one in tree.walk(node)):
        sides = (feel.Program(node.left), feel.Program(node.right))

    def test(scope: Mapping[str, object]) -> bool | None:
        if any(side.run(scope) is None for side in sides):
            return None
        found = whole.run(scope)
        return found if isinstance(found, bool) else None

    return test
