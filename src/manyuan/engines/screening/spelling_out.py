"""`between` and `in` written out in comparisons joined by `and` and `or`."""

from __future__ import annotations

from manyuan.engines.feel import tree


def desugar(node: tree.Node) -> tree.Node:
    """between and in, written out in comparisons joined by and / or, so that each part is known or unknown by itself."""
    if isinstance(node, tree.Logic):
        return tree.Logic(node.operator, desugar(node.left), desugar(node.right), span=node.span)
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name == "not" and len(node.arguments) == 1:
        return tree.Call(node.function, (desugar(node.arguments[0]),), node.names, span=node.span)
    if isinstance(node, tree.Between):
        return _both(_compared(">=", node.value, node.low), _compared("<=", node.value, node.high))
    if isinstance(node, tree.In):
        return _either([_member(node.value, test) for test in node.tests])
    return node


def _compared(operator: str, left: tree.Node, right: tree.Node) -> tree.Node:
    return tree.Comparison(operator, left, right, span=(left.span[0], right.span[1]))


def _both(left: tree.Node, right: tree.Node) -> tree.Node:
    return tree.Logic("and", left, right, span=(left.span[0], right.span[1]))


def _either(parts: list[tree.Node]) -> tree.Node:
    out = parts[0]
    for part in parts[1:]:
        out = tree.Logic("or", out, part, span=(out.span[0], part.span[1]))
    return out


def _member(value: tree.Node, test: tree.Test) -> tree.Node:
    """One test of an `in`."""
    operand = test.operand
    if test.operator is not None:
        return _compared(test.operator, value, operand)
    if isinstance(operand, tree.RangeLiteral):
        if operand.operator is not None:
            end = operand.end if operand.start is None else operand.start
            assert end is not None
            return _compared(operand.operator, value, end)
        assert operand.start is not None and operand.end is not None
        low = _compared(">=" if operand.start_included else ">", value, operand.start)
        return _both(low, _compared("<=" if operand.end_included else "<", value, operand.end))
    if isinstance(operand, tree.ListLiteral) and operand.items:
        return _either([_member(value, tree.Test(None, item, span=item.span)) for item in operand.items])
    if isinstance(operand, tree.Literal):
        return _compared("=", value, operand)
    return tree.In(value, (test,), span=test.span)
