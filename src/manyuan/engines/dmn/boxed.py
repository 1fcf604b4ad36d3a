"""Boxed expressions as closures (DMN 1.5, chapter 10.2): each takes a frame and gives a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import Fault
from manyuan.engines.dmn.tables import compile_table
from manyuan.engines.dmn.trace import trace_of
from manyuan.engines.feel import budget, types
from manyuan.engines.feel.builtins import call as call_builtin
from manyuan.engines.feel.interpreter import Frame, external_function, invoke, span_of
from manyuan.engines.feel.values import Function

if TYPE_CHECKING:
    from manyuan.engines.dmn.running import Model

Code = Callable[[Frame], Any]


def compile_expression(model: Model, expression: m.Expression) -> Code:
    """An expression of a model as a closure; what it is is not yet held to its type."""
    return _COMPILERS[type(expression)](model, expression)


def _optional(model: Model, expression: m.Expression | None) -> Code:
    return model.code(expression) if expression is not None else lambda frame: None


def _literal(model: Model, expression: m.Literal) -> Code:
    return model.feel(expression.text) if expression.text else lambda frame: None


def _context(model: Model, expression: m.ContextExpression) -> Code:
    entries = [(entry.name, entry.type_ref, _optional(model, entry.expression)) for entry in expression.entries]

    def run(frame: Frame) -> object:
        out: dict[str, object] = {}
        inside = frame.inner(out)
        for name, type_ref, code in entries:
            value = code(inside)
            if type_ref:
                value = model.held(value, type_ref, frame.runtime, name)
            if not name:
                return value
            out[name] = value
        return dict(out)

    return run


def _invocation(model: Model, expression: m.Invocation) -> Code:
    callee = model.code(expression.function)
    bindings = [(b.name, _optional(model, b.expression)) for b in expression.bindings]
    name = expression.function.text if isinstance(expression.function, m.Literal) else ""

    def run(frame: Frame) -> object:
        function = callee(frame)
        if not isinstance(function, Function):
            frame.runtime.note("null.call", (0, 0), found=feel.kind_of(function))
            return None
        values = {key: code(frame) for key, code in bindings}
        if name in feel.builtin_names():
            return call_builtin(name, list(values.values()), list(values), frame.runtime, (0, 0))
        return invoke(function, list(values.values()), list(values), frame.runtime, (0, 0))

    return run


def _list(model: Model, expression: m.ListExpression) -> Code:
    codes = [_optional(model, item) for item in expression.items]
    return lambda frame: [code(frame) for code in codes]


def _relation(model: Model, expression: m.Relation) -> Code:
    rows = [[(name, _optional(model, cell)) for name, cell in zip(expression.columns, row)] for row in expression.rows]
    return lambda frame: [{name: code(frame) for name, code in row} for row in rows]


def _function(model: Model, expression: m.FunctionExpression) -> Code:
    return lambda frame: function_value(model, expression, frame, "function")


def function_value(model: Model, expression: m.FunctionExpression, frame: Frame, name: str) -> object:
    """A function definition as a value in a frame; Java and PMML are refused."""
    parameters = tuple(key for key, _ in expression.parameters)
    if expression.kind == "Java" and expression.body is not None:
        return external_function({"java": model.code(expression.body)(frame)}, parameters, frame.runtime, (0, 0))
    if expression.kind != "FEEL":
        data: dict[str, object] = {"element": name, "found": expression.kind}
        trace_of(frame.runtime).faults.append(Fault("value.external", model.definitions.file, expression.line, data))
        return Function(name, parameters, lambda values: None)
    body = _optional(model, expression.body)
    kinds = tuple(model.types.get(type_ref) or types.ANY for _, type_ref in expression.parameters)

    def call(values: list[object]) -> object:
        budget.spend()
        scope: dict[str, object] = {}
        for key, kind, value in zip(parameters, kinds, values):
            fits, converted = types.coerce(value, kind)
            if not fits:
                data: dict[str, object] = {"element": key, "found": feel.text_of(value)[:60], "expected": str(kind)}
                trace_of(frame.runtime).faults.append(Fault("value.type", model.definitions.file, 0, data))
                return None
            scope[key] = converted
        return body(frame.inner(scope))

    return Function(name, parameters, call, kinds)


def _conditional(model: Model, expression: m.Conditional) -> Code:
    condition, then, otherwise = (_optional(model, e) for e in (expression.condition, expression.then, expression.otherwise))

    def run(frame: Frame) -> object:
        found = condition(frame)
        if found is True:
            return then(frame)
        if found is None or found is False:
            return otherwise(frame)
        frame.runtime.note("null.condition", (0, 0), found=feel.kind_of(found))
        return None

    return run


def _iteration(model: Model, expression: m.Iteration) -> Code:
    domain, body, kind, variable = (
        _optional(model, expression.domain),
        _optional(model, expression.body),
        expression.kind,
        expression.variable,
    )

    def run(frame: Frame) -> object:
        items = domain(frame)
        if isinstance(items, feel.Range):
            items = list(span_of(items) or [])
        if items is None:
            return None
        if not isinstance(items, list):
            items = [items]
        if kind == "for":
            out: list[object] = []
            for item in items:
                budget.spend()
                out.append(body(frame.inner({variable: item, "partial": list(out)})))
            return out
        decisive, unknown = kind == "some", False
        for item in items:
            budget.spend()
            found = body(frame.inner({variable: item}))
            if found is not None and not isinstance(found, bool):
                frame.runtime.note("null.condition", (0, 0), found=feel.kind_of(found))
                return None
            if found is decisive:
                return decisive
            unknown = unknown or found is None
        return None if unknown else not decisive

    return run


def _filter(model: Model, expression: m.FilterExpression) -> Code:
    domain, condition = _optional(model, expression.domain), _optional(model, expression.condition)

    def run(frame: Frame) -> object:
        items = domain(frame)
        if items is None:
            return None
        if not isinstance(items, list):
            items = [items]
        out = []
        for item in items:
            budget.spend()
            scope = {**item, "item": item} if isinstance(item, dict) else {"item": item}
            found = condition(frame.inner(scope))
            if found is True:
                out.append(item)
            elif found is not None and not isinstance(found, bool):
                return None
        return out

    return run


def _table(model: Model, expression: m.DecisionTable) -> Code:
    return compile_table(expression, model)


_COMPILERS: dict[type, Callable[[Model, Any], Code]] = {
    m.Literal: _literal,
    m.ContextExpression: _context,
    m.Invocation: _invocation,
    m.ListExpression: _list,
    m.Relation: _relation,
    m.FunctionExpression: _function,
    m.Conditional: _conditional,
    m.Iteration: _iteration,
    m.FilterExpression: _filter,
    m.DecisionTable: _table,
}
