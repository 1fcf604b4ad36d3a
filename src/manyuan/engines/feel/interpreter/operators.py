"""Arithmetic, comparisons, logic, `instance of` and `if`."""

from __future__ import annotations

import decimal

from manyuan.engines.feel import arithmetic, tree, types
from manyuan.engines.feel.comparing import compare, equal
from manyuan.engines.feel.errors import FeelLimitError
from manyuan.engines.feel.interpreter.building import Code, build, builds
from manyuan.engines.feel.interpreter.frames import Frame
from manyuan.engines.feel.values import kind_of


@builds(tree.Negate)
def _negate(node: tree.Negate) -> Code:
    operand, span = build(node.operand), node.span

    def run(frame: Frame) -> object:
        value = operand(frame)
        found = arithmetic.negate(value)
        if found is None:
            frame.runtime.note("null.unary", span, found=kind_of(value))
        return found

    return run


@builds(tree.Arithmetic)
def _arithmetic(node: tree.Arithmetic) -> Code:
    left, right, span = build(node.left), build(node.right), node.span
    sign = node.operator
    operation = arithmetic.OPERATORS[sign]

    def run(frame: Frame) -> object:
        a, b = left(frame), right(frame)
        try:
            found = operation(a, b)
        except ZeroDivisionError:
            frame.runtime.note("null.division", span)
            return None
        except (ArithmeticError, decimal.DecimalException):
            frame.runtime.note("null.number", span)
            return None
        if found is None:
            frame.runtime.note("null.operand", span, operator=sign, left=kind_of(a), right=kind_of(b))
        elif type(found) is str and len(found) > frame.runtime.limits.size:
            raise FeelLimitError("limit.size", limit=frame.runtime.limits.size)
        return found

    return run


def compared(operator: str, a: object, b: object) -> bool | None:
    """One comparison; None where the two cannot be compared."""
    if operator == "=":
        return equal(a, b)
    if operator == "!=":
        same = equal(a, b)
        return None if same is None else not same
    order = compare(a, b)
    if order is None:
        return None
    if operator == "<":
        return order < 0
    if operator == "<=":
        return order <= 0
    return order > 0 if operator == ">" else order >= 0


@builds(tree.Comparison)
def _comparison(node: tree.Comparison) -> Code:
    left, right, span, operator = build(node.left), build(node.right), node.span, node.operator

    def run(frame: Frame) -> object:
        a, b = left(frame), right(frame)
        found = compared(operator, a, b)
        if found is None:
            frame.runtime.note("null.compare", span, left=kind_of(a), right=kind_of(b))
        return found

    return run


@builds(tree.Logic)
def _logic(node: tree.Logic) -> Code:
    left, right = build(node.left), build(node.right)
    decisive = node.operator == "or"

    def run(frame: Frame) -> object:
        a = left(frame)
        if a is decisive:
            return decisive
        b = right(frame)
        if b is decisive:
            return decisive
        return not decisive if isinstance(a, bool) and isinstance(b, bool) else None

    return run


@builds(tree.Between)
def _between(node: tree.Between) -> Code:
    value, low, high, span = build(node.value), build(node.low), build(node.high), node.span

    def run(frame: Frame) -> object:
        v, a, b = value(frame), low(frame), high(frame)
        first, second = compared(">=", v, a), compared("<=", v, b)
        if first is False or second is False:
            return False
        if first is None or second is None:
            frame.runtime.note("null.compare", span, left=kind_of(v), right=kind_of(a if first is None else b))
            return None
        return True

    return run


@builds(tree.InstanceOf)
def _instance(node: tree.InstanceOf) -> Code:
    value, reference = build(node.value), node.type

    def run(frame: Frame) -> object:
        try:
            kind = types.resolve(reference, frame.runtime.known_types)
        except types.UnknownType as error:
            frame.runtime.note("null.type", reference.span, name=str(error))
            return None
        return types.instance_of(value(frame), kind)

    return run


@builds(tree.If)
def _if(node: tree.If) -> Code:
    condition, then, otherwise, span = (
        build(node.condition),
        build(node.then),
        build(node.otherwise),
        node.condition.span,
    )

    def run(frame: Frame) -> object:
        found = condition(frame)
        if found is True:
            return then(frame)
        if found is not False:
            frame.runtime.note("null.condition", span, found=kind_of(found))
        return otherwise(frame)

    return run
