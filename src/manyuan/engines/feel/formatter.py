"""Tree to text: one canonical way to write an expression; parsing it again gives the same tree."""

from __future__ import annotations

from decimal import Decimal

from manyuan.engines.feel import tree
from manyuan.engines.feel.literals import number_text
from manyuan.engines.feel.scanner import is_name

_LEVELS = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6, "**": 7}


def format_expression(node: tree.Node) -> str:
    """The canonical text of an expression or of unary tests."""
    if isinstance(node, tree.UnaryTests):
        inner = ", ".join(_test(test) for test in node.tests)
        return "-" if not node.tests else f"not({inner})" if node.negated else inner
    return _text(node, 0)


def quoted(text: str) -> str:
    """A string literal."""
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return f'"{out}"'


def _level(node: tree.Node) -> int:
    if isinstance(node, (tree.If, tree.For, tree.Quantified, tree.FunctionLiteral)):
        return 0
    if isinstance(node, (tree.Logic, tree.Arithmetic)):
        return _LEVELS[node.operator]
    if isinstance(node, (tree.Comparison, tree.Between, tree.In)):
        return 3
    if isinstance(node, tree.Negate) or (isinstance(node, tree.Literal) and isinstance(node.value, Decimal) and node.value < 0):
        return 8
    if isinstance(node, tree.InstanceOf):
        return 9
    return 10


def _text(node: tree.Node, level: int) -> str:
    text = _plain(node)
    return f"({text})" if _level(node) < level else text


def _plain(node: tree.Node) -> str:
    match node:
        case tree.Literal(value):
            if value is None:
                return "null"
            if isinstance(value, bool):
                return "true" if value else "false"
            return number_text(value) if isinstance(value, Decimal) else quoted(value)
        case tree.At(text):
            return f"@{quoted(text)}"
        case tree.Name(name):
            return name
        case tree.ListLiteral(items):
            return "[" + ", ".join(_text(item, 0) for item in items) + "]"
        case tree.ContextLiteral(entries):
            return "{" + ", ".join(f"{_key(key)}: {_text(value, 0)}" for key, value in entries) + "}"
        case tree.RangeLiteral(start, end, first, last, operator):
            if operator:
                return f"({operator} {_text(end if start is None else start, 0)})"  # type: ignore[arg-type]
            assert start is not None and end is not None
            return f"{'[' if first else '('}{_text(start, 0)}..{_end(end)}{']' if last else ')'}"
        case tree.Negate(operand):
            return f"-{_text(operand, 8)}"
        case tree.Arithmetic(operator, left, right) | tree.Logic(operator, left, right):
            own = _LEVELS[operator]
            return f"{_text(left, own)} {operator} {_text(right, own + 1)}"
        case tree.Comparison(operator, left, right):
            return f"{_text(left, 3)} {operator} {_text(right, 5)}"
        case tree.Between(value, low, high):
            return f"{_text(value, 3)} between {_text(low, 5)} and {_text(high, 5)}"
        case tree.In(value, tests):
            return f"{_text(value, 3)} in ({', '.join(_test(test) for test in tests)})"
        case tree.InstanceOf(value, kind):
            return f"{_text(value, 9)} instance of {_type(kind)}"
        case tree.If(condition, then, otherwise):
            return f"if {_text(condition, 0)} then {_text(then, 0)} else {_text(otherwise, 0)}"
        case tree.For(iterators, body):
            return f"for {_iterators(iterators)} return {_text(body, 0)}"
        case tree.Quantified(kind, iterators, condition):
            return f"{kind} {_iterators(iterators)} satisfies {_text(condition, 0)}"
        case tree.Filter(value, condition):
            return f"{_text(value, 10)}[{_text(condition, 0)}]"
        case tree.Path(value, name):
            return f"{_text(value, 10)}.{name}"
        case tree.Call(function, arguments, names):
            shown = [f"{name}: {_text(a, 0)}" for name, a in zip(names, arguments)] if names else [_text(a, 0) for a in arguments]
            return f"{_text(function, 10)}({', '.join(shown)})"
        case tree.FunctionLiteral(parameters, body, external):
            shown = [f"{name}: {_type(kind)}" if kind else name for name, kind in parameters]
            return f"function({', '.join(shown)}) {'external ' if external else ''}{_text(body, 0)}"
    raise TypeError(type(node).__name__)


def _end(node: tree.Node) -> str:
    """The end of a range: a `[` after it would close the range, so only plain ends stand bare."""
    return _text(node, 8 if isinstance(node, (tree.Literal, tree.Name, tree.At)) else 99)


def _key(key: str) -> str:
    return key if all(is_name(word) for word in key.split(" ")) and key else quoted(key)


def _test(test: tree.Test) -> str:
    return f"{test.operator} {_text(test.operand, 5)}" if test.operator else _text(test.operand, 0)


def _iterators(iterators: tuple[tree.Iterator, ...]) -> str:
    return ", ".join(f"{i.name} in {_text(i.domain, 0)}" + (f"..{_text(i.end, 0)}" if i.end is not None else "") for i in iterators)


def _type(kind: tree.TypeRef) -> str:
    if kind.name == "context" and kind.keys:
        return "context<" + ", ".join(f"{key}: {_type(inner)}" for key, inner in zip(kind.keys, kind.arguments)) + ">"
    if kind.result is not None:
        return "function<" + ", ".join(_type(inner) for inner in kind.arguments) + f"> -> {_type(kind.result)}"
    return f"{kind.name}<{_type(kind.arguments[0])}>" if kind.arguments else kind.name
