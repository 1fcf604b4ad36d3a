"""Tests of one value: `in`, and the cells of decision tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from manyuan.engines.feel import tree
from manyuan.engines.feel.comparing import equal, within
from manyuan.engines.feel.interpreter.building import Code, build, builds
from manyuan.engines.feel.interpreter.frames import Frame
from manyuan.engines.feel.interpreter.operators import compared
from manyuan.engines.feel.values import Range, kind_of


def build_tests(node: tree.UnaryTests) -> Callable[[object, Frame], bool | None]:
    """Unary tests as a function of the input and the frame around."""
    codes = [test_code(test) for test in node.tests]

    def run(value: object, frame: Frame) -> bool | None:
        if not codes:
            return True
        found = _any_test(codes, value, frame.inner({"?": value}))
        return found if not node.negated or found is None else not found

    return run


def test_code(test: tree.Test) -> Callable[[object, Frame], bool | None]:
    """One unary test as a function of the input and the frame (whose `?` is the input)."""
    code = build(test.operand)
    operator, span = test.operator, test.span
    if operator is not None:

        def by_operator(value: object, frame: Frame) -> bool | None:
            other = code(frame)
            found = compared(operator, value, other)
            if found is None:
                frame.runtime.note("null.compare", span, left=kind_of(value), right=kind_of(other))
            return found

        return by_operator
    asks = _uses_input(test.operand)
    literal = isinstance(test.operand, tree.RangeLiteral)

    def by_value(value: object, frame: Frame) -> bool | None:
        found = code(frame)
        if (asks and (found is None or isinstance(found, bool))) or (found is None and literal):
            return None if found is None else found
        return matches(value, found)

    return by_value


def matches(value: object, test: object) -> bool | None:
    """Whether an input meets a test that is a value: a range holds it, a list holds it (or a range of the list does), or it is equal."""
    if isinstance(test, Range) and not isinstance(value, Range):
        return within(value, test)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test) is True:
            return True
        found = [matches(value, item) for item in test]
        return True in found
    same = equal(value, test)
    if same is None and isinstance(value, list):
        return equal(value, [test])
    return same


@builds(tree.In)
def _in(node: tree.In) -> Code:
    value = build(node.value)
    codes = [test_code(test) for test in node.tests]

    def run(frame: Frame) -> object:
        v = value(frame)
        return _any_test(codes, v, frame.inner({"?": v}))

    return run


def _any_test(codes: Sequence[Callable[[object, Frame], bool | None]], value: object, frame: Frame) -> bool | None:
    unknown = False
    for code in codes:
        found = code(value, frame)
        if found is True:
            return True
        unknown = unknown or found is None
    return None if unknown else False


def _uses_input(node: tree.Node) -> bool:
    return any(isinstance(one, tree.Name) and one.name == "?" for one in tree.walk(node))
