"""Runs a model: requirements give each decision its scope, expressions are compiled once, values are held to their types.

>>> model = Model(read_dmn("tier.dmn"))
>>> model.decide("Tier", {"Revenue": 30000000}).value
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.asking import Question
from manyuan.engines.dmn.boxed import Code, compile_expression
from manyuan.engines.dmn.errors import Fault, ModelInvalid
from manyuan.engines.dmn.logic import broken, logic_faults, text_fault
from manyuan.engines.dmn.structure import structure_faults
from manyuan.engines.dmn.trace import Decided, trace_of
from manyuan.engines.dmn.typing import TypeBook
from manyuan.engines.feel import budget, tree, types
from manyuan.engines.feel.interpreter import Frame, Runtime, build, build_tests
from manyuan.engines.feel.parser import MAX_DEPTH

_WORDS = re.compile(r"\w+")
Resolver = Callable[[m.Import], m.Definitions | None]


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
        self._named = _NamesByWord(self.names)
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
                found = (feel.parse_unary_tests if tests else feel.parse)(text, names=self._named.that_may_be_in(text))
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
        run = Question(self, inputs, clock, limits)
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
        try:
            return build_tests(self.parsed_tests(text))
        except feel.FeelError as error:
            fault = text_fault("model.expression", self.definitions.file, text, error, text[:40])

            def wrong(value: object, frame: Frame) -> bool | None:
                trace_of(frame.runtime).faults.append(fault)
                return None

            return wrong

    def _compile(self, expression: m.Expression) -> Code:
        inner = compile_expression(self, expression)
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


class _NamesByWord:
    """Names by their rarest word, so that a text is parsed with the few that it may hold: a large model has thousands."""

    def __init__(self, names: set[str]) -> None:
        words = {name: _WORDS.findall(name) for name in names}
        counts = Counter(word for found in words.values() for word in found)
        self._by_word: dict[str, list[tuple[str, list[str]]]] = {}
        for name, found in words.items():
            self._by_word.setdefault(min(found, key=lambda word: counts[word]) if found else "", []).append((name, found))

    def that_may_be_in(self, text: str) -> list[str]:
        """The names all of whose words stand in a text, and those without words."""
        here = set(_WORDS.findall(text))
        here |= {word.lstrip("0123456789") for word in here} | {""}  # a name may follow a number at once
        return [name for word in here for name, words in self._by_word.get(word, ()) if here.issuperset(words)]


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
