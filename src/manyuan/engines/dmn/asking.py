"""One question to a model: the inputs, the values found so far, one runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.boxed import function_value
from manyuan.engines.dmn.errors import Fault
from manyuan.engines.dmn.trace import trace_of
from manyuan.engines.feel import types
from manyuan.engines.feel.interpreter import Frame
from manyuan.engines.feel.values import Function

if TYPE_CHECKING:
    from manyuan.engines.dmn.running import Model


class Question:
    """One question to a model: inputs, values found so far, one runtime."""

    def __init__(self, model: Model, inputs: Mapping[str, object], clock: feel.DateTime | None, limits: feel.Limits | None) -> None:
        self.inputs = {str(name): feel.from_python(value, str(name)) for name, value in inputs.items()}
        self.runtime = feel.new_runtime(limits=limits, clock=clock, known_types=model.types.all)
        self.trace = trace_of(self.runtime)
        self.found: dict[tuple[int, str], object] = {}

    def scope(self, model: Model, requires: m.Requirements) -> dict[str, object]:
        """The variables that requirements bring into scope; imported ones under the name of their import."""
        out: dict[str, object] = {}
        for href in (*requires.inputs, *requires.decisions, *requires.knowledge):
            place = model.find(href)
            if place is None:
                continue
            owner, element, prefix = place
            self._put(out, prefix, element.name, self.value(owner, element, prefix))
        return out

    @staticmethod
    def _put(out: dict[str, object], prefix: str, name: str, value: object) -> None:
        for part in filter(None, prefix.split(".")):
            inner = out.setdefault(part, {})
            assert isinstance(inner, dict)
            out = inner
        out[name] = value

    def value(self, model: Model, element: m.Element, prefix: str = "") -> object:
        key = (id(model), element.id)
        if key in self.found:
            return self.found[key]
        if isinstance(element, m.InputData):
            value = self.input(model, element, prefix)
        elif isinstance(element, m.Decision):
            value = self.decision(model, element)
        elif isinstance(element, m.BusinessKnowledge):
            value = self.knowledge(model, element)
        else:
            assert isinstance(element, m.DecisionService)
            value = self.service(model, element)
        self.found[key] = value
        return value

    def input(self, model: Model, element: m.InputData, prefix: str) -> object:
        given: object = self.inputs
        for part in filter(None, prefix.split(".")):
            given = given.get(part, {}) if isinstance(given, dict) else {}
        value = given.get(element.name) if isinstance(given, dict) else None
        if value is None and prefix:
            value = self.inputs.get(element.name)
        return model.held(value, element.type_ref, self.runtime, element.name) if element.type_ref else value

    def decision(self, model: Model, element: m.Decision) -> object:
        key = (id(model), element.id)
        if key in self.found:
            return self.found[key]
        if element.expression is None:
            self.trace.faults.append(Fault("value.none", model.definitions.file, element.line, {"element": element.name}))
            return None
        frame = Frame(self.scope(model, element.requires), None, self.runtime)
        value = model.code(element.expression)(frame)
        if element.type_ref:
            value = model.held(value, element.type_ref, self.runtime, element.name)
        self.found[key] = value
        self.trace.values[element.name] = value
        return value

    def knowledge(self, model: Model, element: m.BusinessKnowledge) -> Function | None:
        if element.function is None:
            return None
        scope = self.scope(
            model,
            m.Requirements(knowledge=tuple(h for h in element.requires.knowledge if (f := model.find(h)) and f[1].id != element.id)),
        )
        function = function_value(model, element.function, Frame(scope, None, self.runtime), element.name)
        assert isinstance(function, Function)
        scope[element.name] = function
        if not element.type_ref:
            return function
        kind = model.types.get(element.type_ref)
        if isinstance(kind, types.FunctionType):
            return function

        def held(values: list[object]) -> object:
            return model.held(function.call(values), element.type_ref, self.runtime, element.name)

        return Function(element.name, function.parameters, held, function.types)

    def service(self, model: Model, element: m.DecisionService) -> Function:
        inputs = [found for href in (*element.input_data, *element.input_decisions) if (found := model.find(href))]
        outputs = [found for href in element.outputs if (found := model.find(href))]
        kinds = []
        for owner, one, _ in inputs:
            kinds.append(owner.types.get(getattr(one, "type_ref", "")) or types.ANY)

        def call(values: list[object]) -> object:
            inner = Question(model, {}, self.runtime.clock, self.runtime.limits)
            inner.runtime = self.runtime
            inner.trace = self.trace
            for (owner, one, _), kind, value in zip(inputs, kinds, values):
                fits, converted = types.coerce(value, kind)
                if not fits:
                    return None
                inner.found[(id(owner), one.id)] = converted
            results = {one.name: inner.value(owner, one) for owner, one, _ in outputs}
            value = next(iter(results.values())) if len(results) == 1 else results
            return model.held(value, element.type_ref, self.runtime, element.name) if element.type_ref else value

        return Function(element.name, tuple(one.name for _, one, _ in inputs), call, tuple(kinds))
