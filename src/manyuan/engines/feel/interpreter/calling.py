"""Properties, calls, and functions as values."""

from __future__ import annotations

from collections.abc import Sequence

from manyuan.engines.feel import budget, properties, tree, types
from manyuan.engines.feel.builtins import TABLE
from manyuan.engines.feel.builtins import call as call_builtin
from manyuan.engines.feel.builtins.conversion import text_of
from manyuan.engines.feel.errors import FeelLimitError
from manyuan.engines.feel.external import Refused, external
from manyuan.engines.feel.interpreter.building import Code, build, builds
from manyuan.engines.feel.interpreter.frames import Frame, Runtime
from manyuan.engines.feel.values import Function, kind_of

MAX_CALLS = 300


@builds(tree.Path)
def _path(node: tree.Path) -> Code:
    value, name, span = build(node.value), node.name, node.span

    def run(frame: Frame) -> object:
        return property_of(value(frame), name, frame.runtime, span)

    return run


def property_of(value: object, name: str, runtime: Runtime, span: tuple[int, int]) -> object:
    """`value.name`: of a context, of each item of a list, of a temporal value or a range; null with a reason else."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
    elif isinstance(value, list):
        budget.spend(len(value))
        return [property_of(item, name, runtime, span) for item in value]
    elif properties.has(value, name):
        return properties.read(value, name)
    elif value is None:
        return None
    runtime.note("null.property", span, kind=kind_of(value), name=name)
    return None


@builds(tree.Call)
def _call(node: tree.Call) -> Code:
    arguments, names, span = [build(argument) for argument in node.arguments], node.names, node.span
    callee = build(node.function)
    built = node.function.name if isinstance(node.function, tree.Name) and node.function.name in TABLE else None

    def run(frame: Frame) -> object:
        runtime = frame.runtime
        budget.spend()
        if built is not None and not _is_shadowed(built, frame):
            values = [code(frame) for code in arguments]
            found = call_builtin(built, values, names, runtime, span)
            if isinstance(found, (list, str)) and len(found) > runtime.limits.size:
                raise FeelLimitError("limit.size", limit=runtime.limits.size)
            return found
        function = callee(frame)
        if not isinstance(function, Function):
            runtime.note("null.call", span, found=kind_of(function))
            return None
        values = [code(frame) for code in arguments]
        return invoke(function, values, names, runtime, span)

    return run


def _is_shadowed(name: str, frame: Frame) -> bool:
    at: Frame | None = frame
    while at is not None:
        if name in at.variables:
            return True
        at = at.around
    return False


def invoke(function: Function, values: Sequence[object], names: Sequence[str], runtime: Runtime, span: tuple[int, int]) -> object:
    """Call a function value with positional or named arguments; null with a reason where they do not fit."""
    if names:
        given = dict(zip(names, values))
        if set(given) != set(function.parameters) or len(given) != len(names):
            runtime.note("null.arguments", span, name=function.name, found=", ".join(names))
            return None
        values = [given[name] for name in function.parameters]
    elif len(values) != len(function.parameters) and function.name not in TABLE:
        runtime.note("null.arguments", span, name=function.name, found=", ".join(kind_of(v) for v in values) or "()")
        return None
    runtime.calls += 1
    if runtime.calls > MAX_CALLS:
        raise FeelLimitError("limit.depth", limit=MAX_CALLS)
    try:
        return function.call(list(values))
    finally:
        runtime.calls -= 1


def external_function(mapping: object, names: tuple[str, ...], runtime: Runtime, span: tuple[int, int]) -> Function:
    """An external function as a value: one of the safe table, else one that gives null and says why."""

    def refused(values: list[object]) -> object:
        runtime.note("null.external", span, found=text_of(mapping)[:120])
        return None

    try:
        safe = external(mapping)
    except Refused:
        return Function("external", names, refused)

    def call(values: list[object]) -> object:
        try:
            return safe(values)
        except Refused:
            return refused(values)

    return Function("external", names, call)


@builds(tree.FunctionLiteral)
def _function(node: tree.FunctionLiteral) -> Code:
    names = tuple(name for name, _ in node.parameters)
    references = [kind for _, kind in node.parameters]
    body = build(node.body)

    def run(frame: Frame) -> object:
        runtime = frame.runtime
        if node.external:
            return external_function(body(frame), names, runtime, node.span)
        kinds: list[types.Type] = []
        for reference in references:
            try:
                kinds.append(types.resolve(reference, runtime.known_types) if reference else types.ANY)
            except types.UnknownType as error:
                runtime.note("null.type", node.span, name=str(error))
                return None

        def call(values: list[object]) -> object:
            converted = []
            for value, kind in zip(values, kinds):
                fits, value = types.coerce(value, kind)
                if not fits:
                    runtime.note("null.arguments", node.span, name="function", found=kind_of(value))
                    return None
                converted.append(value)
            budget.spend()
            return body(frame.inner(dict(zip(names, converted))))

        return Function("", names, call, tuple(kinds))

    return run
