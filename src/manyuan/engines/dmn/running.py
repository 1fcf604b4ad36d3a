"""Runs a model: requirements give each decision its scope, expressions are compiled once, values are held to their types.

>>> model = Model(read_dmn("tier.dmn"))
>>> model.decide("Tier", {"Revenue": 30000000}).value
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import Fault, ModelInvalid
from manyuan.engines.dmn.logic import broken, logic_faults, text_fault
from manyuan.engines.dmn.structure import structure_faults
from manyuan.engines.dmn.tables import compile_table
from manyuan.engines.dmn.typing import TypeBook
from manyuan.engines.feel import budget, tree, types
from manyuan.engines.feel.interpreter import Frame, Runtime, build, invoke
from manyuan.engines.feel.parser import MAX_DEPTH
from manyuan.engines.feel.values import Function

Code = Callable[[Frame], Any]
Resolver = Callable[[m.Import], m.Definitions | None]


@dataclass
class Trace:
    """What happened on the way: the value of each decision, the rules that matched, the reasons for nulls."""

    values: dict[str, object] = field(default_factory=dict)
    rules: dict[str, list[int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Decided:
    """A value and how it came about. notes: reasons for nulls from FEEL."""

    value: object
    trace: Trace
    notes: tuple[feel.Note, ...]


class Model:
    """A model ready to run. resolve: finds the model of an import (by namespace); None where it has none.

    Raises ModelInvalid with what keeps it from running: references that lead nowhere, cycles, texts that are not FEEL, types that do not exist.
    """

    def __init__(self, definitions: m.Definitions, *, resolve: Resolver | None = None) -> None:
        self._prepare(definitions, resolve, frozenset())
        faults = [*self.structure(), *broken(self.logic())]
        if faults:
            raise ModelInvalid(faults)

    @classmethod
    def as_written(cls, definitions: m.Definitions, *, resolve: Resolver | None = None) -> Model:
        """A model whatever is wrong with it; what is wrong shows in `check`, and when a decision is asked that needs it: its value is null and the
        trace says why. A requirement that leads nowhere brings nothing; a type that does not exist is Any."""
        model = cls.__new__(cls)
        model._prepare(definitions, resolve, frozenset())
        return model

    def _prepare(self, definitions: m.Definitions, resolve: Resolver | None, above: frozenset[str]) -> None:
        self.definitions = definitions
        self.imported: dict[str, Model] = {}
        self._missing: list[Fault] = []
        above |= {definitions.namespace}
        for one in definitions.imports:
            found = resolve(one) if resolve else None
            if found is None or found.namespace in above:
                if "DMN" in one.kind.upper() or found is not None:
                    self._missing.append(Fault("model.import", definitions.file, 0, {"found": one.namespace}))
                continue
            self.imported[one.name] = inner = Model.__new__(Model)
            inner._prepare(found, resolve, above)
        self.types: TypeBook = TypeBook(definitions, {name: inner.types for name, inner in self.imported.items()})
        self._by_id: dict[str, m.Element] = {}
        for element in (*definitions.inputs, *definitions.decisions, *definitions.knowledge, *definitions.services, *definitions.sources):
            self._by_id[element.id] = element
        self.names = self._known_names()
        self._code: dict[int, Code] = {}
        self._trees: dict[tuple[bool, str], tree.Node | feel.FeelError] = {}

    # checking
    def check(self) -> list[Fault]:
        """Every fault of the model and of those it imports."""
        return [*self.structure(), *self.logic()]

    def structure(self) -> list[Fault]:
        """Imports, references, ids, aggregations and cycles, the imported models' first."""
        return [*(fault for inner in self.imported.values() for fault in inner.structure()), *self._missing, *structure_faults(self)]

    def logic(self) -> list[Fault]:
        """Syntax, types and names, the imported models' first."""
        return [*(fault for inner in self.imported.values() for fault in inner.logic()), *logic_faults(self)]

    def parsed(self, text: str) -> tree.Node:
        """The tree of an expression of this model, parsed once. Raises FeelError."""
        return self._tree(text, False)

    def parsed_tests(self, text: str) -> tree.UnaryTests:
        """The tree of unary tests of this model, parsed once; an empty cell is `-`. Raises FeelError."""
        found = self._tree(text or "-", True)
        assert isinstance(found, tree.UnaryTests)
        return found

    def _tree(self, text: str, tests: bool) -> tree.Node:
        found = self._trees.get((tests, text))
        if found is None:
            try:
                found = (feel.parse_unary_tests if tests else feel.parse)(text, names=self.names)
            except feel.FeelError as error:
                found = error
            self._trees[tests, text] = found
        if isinstance(found, feel.FeelError):
            raise found
        return found

    # asking
    def decide(
        self,
        name: str,
        inputs: Mapping[str, object],
        *,
        clock: feel.DateTime | None = None,
        limits: feel.Limits | None = None,
    ) -> Decided:
        """The value of a decision, or of a decision service given its inputs by name. Raises ModelInvalid for an unknown name."""
        run = _Run(self, inputs, clock, limits)
        element = next(
            (e for e in (*self.definitions.decisions, *self.definitions.services, *self.definitions.knowledge) if e.name == name),
            None,
        )
        if element is None:
            raise ModelInvalid([Fault("model.name", self.definitions.file, 0, {"found": name})])
        before = budget.begin(run.runtime.limits.steps, run.runtime.limits.seconds)
        try:
            if isinstance(element, m.Decision):
                value = run.decision(self, element)
            else:
                function = run.service(self, element) if isinstance(element, m.DecisionService) else run.knowledge(self, element)  # type: ignore[arg-type]
                given = [feel.from_python(inputs.get(parameter), parameter) for parameter in function.parameters] if function else []
                value = function.call(given) if function else None
        except RecursionError:
            raise feel.FeelLimitError("limit.depth", limit=MAX_DEPTH) from None
        finally:
            budget.restore(before)
        return Decided(value, run.trace, tuple(run.runtime.notes))

    # knowing
    def find(self, href: str) -> tuple[Model, m.Element, str] | None:
        """The element of an href, the model it is in, and the name of the import ('' for this model)."""
        namespace, _, identity = href.rpartition("#")
        if not namespace or namespace == self.definitions.namespace:
            element = self._by_id.get(identity)
            return (self, element, "") if element else None
        for name, inner in self.imported.items():
            if inner.definitions.namespace == namespace:
                element = inner._by_id.get(identity)
                return (inner, element, name) if element else None
            deeper = inner.find(href)
            if deeper is not None:
                return deeper[0], deeper[1], f"{name}.{deeper[2]}" if deeper[2] else name
        return None

    def _known_names(self) -> set[str]:
        names = set(self.types.names)
        for element in self._by_id.values():
            names.add(element.name)
        for name, inner in self.imported.items():
            names.add(name)
            names |= inner.names
        for expression in self.expressions():
            names |= _introduced(expression)
        return names

    def expressions(self) -> list[m.Expression]:
        """Every expression of the decisions and functions, nested ones among them."""
        found: list[m.Expression] = []
        waiting: list[object] = [d.expression for d in self.definitions.decisions]
        waiting += [b.function for b in self.definitions.knowledge]
        while waiting:
            one = waiting.pop()
            if isinstance(one, m.Expression):
                found.append(one)
            if isinstance(one, (m.Expression, m.Entry, m.Binding)):
                waiting.extend(getattr(one, name) for name in one.__dataclass_fields__)
            elif isinstance(one, tuple):
                waiting.extend(one)
        return found

    # compiling
    def code(self, expression: m.Expression) -> Code:
        """The closure of an expression, compiled on first use."""
        found = self._code.get(id(expression))
        if found is None:
            found = self._code[id(expression)] = self._compile(expression)
        return found

    def feel(self, text: str) -> Code:
        """A FEEL text of this model as a closure; a text that cannot be parsed gives null and says why."""
        try:
            return build(self.parsed(text))
        except feel.FeelError as error:
            fault = text_fault("model.expression", self.definitions.file, text, error, text[:40])

            def wrong(frame: Frame) -> object:
                trace_of(frame.runtime).faults.append(fault)
                return None

            return wrong

    def tests(self, text: str) -> Callable[[object, Frame], bool | None]:
        """Unary tests of this model as a function of value and frame."""
        from manyuan.engines.feel.interpreter import build_tests

        try:
            return build_tests(self.parsed_tests(text))
        except feel.FeelError as error:
            fault = text_fault("model.expression", self.definitions.file, text, error, text[:40])

            def wrong(value: object, frame: Frame) -> bool | None:
                trace_of(frame.runtime).faults.append(fault)
                return None

            return wrong

    def _optional(self, expression: m.Expression | None) -> Code:
        return self.code(expression) if expression is not None else lambda frame: None

    def _compile(self, expression: m.Expression) -> Code:
        inner = _COMPILERS[type(expression)](self, expression)
        if not expression.type_ref:
            return inner
        return lambda frame: self.held(inner(frame), expression.type_ref, frame.runtime, expression.type_ref)

    def held(self, value: object, type_ref: str, runtime: Runtime, element: str) -> object:
        """A value held to a type: converted where the standard converts, else null with a reason."""
        kind = self.types.get(type_ref)
        if kind is None:
            return value
        fits, converted = types.coerce(value, kind)
        if not fits:
            data: dict[str, object] = {"element": element, "found": feel.text_of(value)[:60], "expected": type_ref}
            trace_of(runtime).faults.append(Fault("value.type", self.definitions.file, 0, data))
            return None
        return converted

    def _literal(self, expression: m.Literal) -> Code:
        return self.feel(expression.text) if expression.text else lambda frame: None

    def _context(self, expression: m.ContextExpression) -> Code:
        entries = [(entry.name, entry.type_ref, self._optional(entry.expression)) for entry in expression.entries]

        def run(frame: Frame) -> object:
            out: dict[str, object] = {}
            inside = frame.inner(out)
            for name, type_ref, code in entries:
                value = code(inside)
                if type_ref:
                    value = self.held(value, type_ref, frame.runtime, name)
                if not name:
                    return value
                out[name] = value
            return dict(out)

        return run

    def _invocation(self, expression: m.Invocation) -> Code:
        callee = self.code(expression.function)
        bindings = [(b.name, self._optional(b.expression)) for b in expression.bindings]
        name = expression.function.text if isinstance(expression.function, m.Literal) else ""

        def run(frame: Frame) -> object:
            function = callee(frame)
            if not isinstance(function, Function):
                frame.runtime.note("null.call", (0, 0), found=feel.kind_of(function))
                return None
            values = {key: code(frame) for key, code in bindings}
            if name in feel.builtin_names():
                from manyuan.engines.feel.builtins import call

                return call(name, list(values.values()), list(values), frame.runtime, (0, 0))
            return invoke(function, list(values.values()), list(values), frame.runtime, (0, 0))

        return run

    def _list(self, expression: m.ListExpression) -> Code:
        codes = [self._optional(item) for item in expression.items]
        return lambda frame: [code(frame) for code in codes]

    def _relation(self, expression: m.Relation) -> Code:
        rows = [[(name, self._optional(cell)) for name, cell in zip(expression.columns, row)] for row in expression.rows]
        return lambda frame: [{name: code(frame) for name, code in row} for row in rows]

    def _function(self, expression: m.FunctionExpression) -> Code:
        return lambda frame: self.function_value(expression, frame, "function")

    def function_value(self, expression: m.FunctionExpression, frame: Frame, name: str) -> object:
        """A function definition as a value in a frame; Java and PMML are refused."""
        parameters = tuple(key for key, _ in expression.parameters)
        if expression.kind == "Java" and expression.body is not None:
            from manyuan.engines.feel.interpreter import external_function

            return external_function({"java": self.code(expression.body)(frame)}, parameters, frame.runtime, (0, 0))
        if expression.kind != "FEEL":
            data: dict[str, object] = {"element": name, "found": expression.kind}
            trace_of(frame.runtime).faults.append(Fault("value.external", self.definitions.file, expression.line, data))
            return Function(name, parameters, lambda values: None)
        body = self._optional(expression.body)
        kinds = tuple(self.types.get(type_ref) or types.ANY for _, type_ref in expression.parameters)

        def call(values: list[object]) -> object:
            budget.spend()
            scope: dict[str, object] = {}
            for key, kind, value in zip(parameters, kinds, values):
                fits, converted = types.coerce(value, kind)
                if not fits:
                    data: dict[str, object] = {"element": key, "found": feel.text_of(value)[:60], "expected": str(kind)}
                    trace_of(frame.runtime).faults.append(Fault("value.type", self.definitions.file, 0, data))
                    return None
                scope[key] = converted
            return body(frame.inner(scope))

        return Function(name, parameters, call, kinds)

    def _conditional(self, expression: m.Conditional) -> Code:
        condition, then, otherwise = (self._optional(e) for e in (expression.condition, expression.then, expression.otherwise))

        def run(frame: Frame) -> object:
            found = condition(frame)
            if found is True:
                return then(frame)
            if found is None or found is False:
                return otherwise(frame)
            frame.runtime.note("null.condition", (0, 0), found=feel.kind_of(found))
            return None

        return run

    def _iteration(self, expression: m.Iteration) -> Code:
        domain, body, kind, variable = (
            self._optional(expression.domain),
            self._optional(expression.body),
            expression.kind,
            expression.variable,
        )

        def run(frame: Frame) -> object:
            items = domain(frame)
            if isinstance(items, feel.Range):
                from manyuan.engines.feel.interpreter import span_of

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

    def _filter(self, expression: m.FilterExpression) -> Code:
        domain, condition = self._optional(expression.domain), self._optional(expression.condition)

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

    def _table(self, expression: m.DecisionTable) -> Code:
        return compile_table(expression, self)


_COMPILERS: dict[type, Callable[[Model, Any], Code]] = {
    m.Literal: Model._literal,
    m.ContextExpression: Model._context,
    m.Invocation: Model._invocation,
    m.ListExpression: Model._list,
    m.Relation: Model._relation,
    m.FunctionExpression: Model._function,
    m.Conditional: Model._conditional,
    m.Iteration: Model._iteration,
    m.FilterExpression: Model._filter,
    m.DecisionTable: Model._table,
}


def _introduced(expression: m.Expression) -> set[str]:
    """Names that an expression brings in: entries, parameters, columns, outputs, iterators."""
    if isinstance(expression, m.ContextExpression):
        return {entry.name for entry in expression.entries}
    if isinstance(expression, m.FunctionExpression):
        return {name for name, _ in expression.parameters}
    if isinstance(expression, m.Relation):
        return set(expression.columns)
    if isinstance(expression, m.DecisionTable):
        return {output.name for output in expression.outputs}
    if isinstance(expression, m.Iteration):
        return {expression.variable}
    if isinstance(expression, m.Invocation):
        return {binding.name for binding in expression.bindings}
    return set()


def trace_of(runtime: Runtime) -> Trace:
    """The trace that belongs to a runtime."""
    found = getattr(runtime, "trace", None)
    if found is None:
        found = Trace()
        runtime.trace = found
    return found


class _Run:
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
        function = model.function_value(element.function, Frame(scope, None, self.runtime), element.name)
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
            inner = _Run(model, {}, self.runtime.clock, self.runtime.limits)
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
