"""Literals, names, lists, contexts and ranges."""

from __future__ import annotations

from manyuan.engines.feel import budget, literals, tree
from manyuan.engines.feel.builtins import TABLE
from manyuan.engines.feel.builtins import call as call_builtin
from manyuan.engines.feel.comparing import compare
from manyuan.engines.feel.interpreter.building import Code, build, builds
from manyuan.engines.feel.interpreter.frames import Frame, Runtime
from manyuan.engines.feel.values import Function, Range, kind_of


@builds(tree.Literal)
def _literal(node: tree.Literal) -> Code:
    value = node.value
    return lambda frame: value


@builds(tree.At)
def _at(node: tree.At) -> Code:
    value = literals.parse_at(node.text)
    if value is not None:
        return lambda frame: value

    def nothing(frame: Frame) -> object:
        frame.runtime.note("null.literal", node.span, found=node.text)
        return None

    return nothing


@builds(tree.Name)
def _name(node: tree.Name) -> Code:
    name, span = node.name, node.span
    built = name in TABLE
    dotted = _dotted(node) if "." in name else None

    def run(frame: Frame) -> object:
        at: Frame | None = frame
        while at is not None:
            variables = at.variables
            if name in variables:
                return variables[name]
            at = at.around
        if built:
            return as_function(name, frame.runtime)
        if dotted:
            return dotted(frame)
        frame.runtime.note("null.name", span, name=name)
        return None

    return run


def _dotted(node: tree.Name) -> Code:
    """A name with a period, known somewhere as a whole but not here, is a path."""
    first, *rest = node.name.split(".")
    path: tree.Node = tree.Name(first.strip(), span=node.span)
    for piece in rest:
        path = tree.Path(path, piece.strip(), span=node.span)
    return build(path)


def as_function(name: str, runtime: Runtime) -> Function:
    """A built-in as a value that can be passed about."""
    parameters = TABLE[name][0].parameters
    return Function(name, tuple(p.name for p in parameters), lambda arguments: call_builtin(name, arguments, (), runtime, (0, 0)))


@builds(tree.ListLiteral)
def _list(node: tree.ListLiteral) -> Code:
    codes = [build(item) for item in node.items]

    def run(frame: Frame) -> object:
        budget.spend(len(codes))
        return [code(frame) for code in codes]

    return run


@builds(tree.ContextLiteral)
def _context(node: tree.ContextLiteral) -> Code:
    codes = [(key, build(value)) for key, value in node.entries]

    def run(frame: Frame) -> object:
        budget.spend(len(codes) + 1)
        out: dict[str, object] = {}
        inside = frame.inner(out)
        for key, code in codes:
            out[key] = code(inside)
        return dict(out)

    return run


@builds(tree.RangeLiteral)
def _range(node: tree.RangeLiteral) -> Code:
    start = build(node.start) if node.start is not None else None
    end = build(node.end) if node.end is not None else None
    first, last, operator, span = node.start_included, node.end_included, node.operator, node.span

    def run(frame: Frame) -> object:
        low = start(frame) if start else None
        high = end(frame) if end else None
        if operator in ("=", "!="):
            low = high
        if operator is None and (low is None or high is None or compare(low, high) is None):
            frame.runtime.note("null.compare", span, left=kind_of(low), right=kind_of(high))
            return None
        return Range(low, high, first, last, operator)

    return run
