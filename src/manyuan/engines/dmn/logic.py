"""Faults in what a model says, found without running it: texts that are not FEEL, types that do not exist, names that are not in scope.

A walk over every expression with the scope that running would give it: what the requirements bring, parameters, entries of contexts so far, the
variable of an iteration, `?` in a cell. What is required but not known more closely is Any, which silences what follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import Fault
from manyuan.engines.dmn.places import Text
from manyuan.engines.dmn.typing import allowed_texts
from manyuan.engines.feel import tree, types
from manyuan.engines.feel.builtins import TABLE
from manyuan.engines.feel.checker import Checker
from manyuan.engines.feel.errors import Place
from manyuan.engines.feel.messages import word

if TYPE_CHECKING:
    from manyuan.engines.dmn.running import Model

Scope = dict[str, types.Type]


@dataclass(frozen=True)
class Reason:
    """What FEEL says of a text, in either language, with the line and a caret under the place."""

    code: str
    data: Mapping[str, object]
    place: Place

    def __call__(self, language: str) -> str:
        return f"{word(self.code, language, **self.data)}\n{self.place.caret()}"


@dataclass(frozen=True)
class TypedTable:
    """A decision table of a model. path: where it stands; kinds: the type of each input; allowed: for each the tests that its types hold it to."""

    path: str
    table: m.DecisionTable
    kinds: tuple[types.Type, ...]
    allowed: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class NamedFunction(types.FunctionType):
    """The type of a function whose parameters have known names."""

    names: tuple[str, ...] = ()


def logic_faults(model: Model) -> list[Fault]:
    """`model.expression`: a text that is not FEEL. `model.type`: a type that does not exist. `model.binding`: an argument that the
    function has no parameter for. `model.logic`: an unknown name or what else the checker of
    FEEL finds. In the order of the elements; those of imported models are their own."""
    return _walked(model).faults


def typed_tables(model: Model) -> list[TypedTable]:
    """The decision tables of a model, those within other expressions too."""
    return _walked(model).tables


def broken(faults: Sequence[Fault]) -> list[Fault]:
    """The faults with which a model is not run: what is no FEEL and what is no type. A name out of scope is null, with its reason, as FEEL has it."""
    return [fault for fault in faults if fault.code in ("model.expression", "model.type")]


def text_fault(code: str, file: str, text: str, found: feel.FeelError | feel.Fault, element: str, line: int = 0) -> Fault:
    """What FEEL found in a text as a fault of the model. Line and column are those of the file where the text came from one, else the element's line
    and the column in the text."""
    reason = Reason(found.code, found.data, found.place)
    line, column = text.place(found.span[0]) if isinstance(text, Text) and text.marks else (line, reason.place.column)
    return Fault(code, file, line, {"element": element, "found": reason}, column)


def _walked(model: Model) -> _Walk:
    walk = _Walk(model)
    found = model.definitions
    for item in found.items:
        walk.item(item, item.name)
    for one in found.inputs:
        walk.type(one.type_ref, one.name, one.line)
    for decision in found.decisions:
        walk.type(decision.type_ref, decision.name, decision.line)
        walk.expression(decision.expression, walk.scope_of(decision.requires), decision.name, decision.line)
    for business in found.knowledge:
        walk.type(business.type_ref, business.name, business.line)
        own = walk.scope_of(m.Requirements(knowledge=business.requires.knowledge))
        own[business.name] = walk.kind_of(model, business)
        walk.expression(business.function, own, business.name, business.line)
    for service in found.services:
        walk.type(service.type_ref, service.name, service.line)
    return walk


class _Walk:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.file = model.definitions.file
        self.faults: list[Fault] = []
        self.tables: list[TypedTable] = []
        self.open = 0  # within a filter of something unknown, any name may be an entry
        self.dotted = [name for name in model.names if "." in name]  # parameters named like paths, as older tools write them

    # types
    def type(self, reference: str, path: str, line: int) -> types.Type:
        """The type of a reference; Any where there is none."""
        if not reference:
            return types.ANY
        found = self.model.types.get(reference)
        if found is None:
            self.faults.append(Fault("model.type", self.file, line, {"element": path, "found": reference}))
        return found or types.ANY

    def item(self, item: m.ItemDefinition, path: str) -> None:
        self.type(item.type_ref, path, item.line)
        if item.function is not None:
            for name, reference in item.function.parameters:
                self.type(reference, path_under(path, name), item.line)
            self.type(item.function.output_type, path, item.line)
        for text in (item.allowed, item.constraint):
            self.tests(text, types.ANY, {}, path, item.line)
        for component in item.components:
            self.item(component, path_under(path, component.name))

    def scope_of(self, requires: m.Requirements) -> Scope:
        """The names that requirements bring into scope; imported ones under the name of their import."""
        nested: dict[str, Any] = {}
        for href in (*requires.inputs, *requires.decisions, *requires.knowledge):
            place = self.model.find(href)
            if place is None:
                continue
            owner, element, prefix = place
            inner = nested
            for part in filter(None, prefix.split(".")):
                inner = inner.setdefault(part, {})
            inner[element.name] = self.kind_of(owner, element)
        return {name: _nested(kind) for name, kind in nested.items()}

    @staticmethod
    def kind_of(owner: Model, element: m.Element) -> types.Type:
        """The type of what an element gives to those who require it."""
        if isinstance(element, (m.InputData, m.Decision)):
            return owner.types.get(element.type_ref) or types.ANY
        if isinstance(element, m.BusinessKnowledge) and element.function is not None:
            parameters = tuple(owner.types.get(reference) or types.ANY for _, reference in element.function.parameters)
            return NamedFunction(parameters=parameters, names=tuple(name for name, _ in element.function.parameters))
        if isinstance(element, m.DecisionService):
            inputs = [owner.find(href) for href in (*element.input_data, *element.input_decisions)]
            return NamedFunction(parameters=(types.ANY,) * len(inputs), names=tuple(found[1].name if found else "" for found in inputs))
        return types.ANY

    # texts
    def text(self, text: str, scope: Scope, path: str, line: int) -> types.Type:
        """An expression in FEEL; its type, as far as it can be told."""
        node = self._parsed(text, self.model.parsed, path, line)
        if node is None:
            return types.ANY
        checker = self._checker(text, scope)
        found = checker.visit(node)
        self._report(checker, text, path, line)
        return found

    def tests(self, text: str, value: types.Type, scope: Scope, path: str, line: int) -> None:
        """Unary tests of a value of a type."""
        if not text or text == "-":
            return
        node = self._parsed(text, self.model.parsed_tests, path, line)
        if isinstance(node, tree.UnaryTests):
            checker = self._checker(text, scope)
            checker.tests(node, value)
            self._report(checker, text, path, line)

    def _parsed(self, text: str, parse: Any, path: str, line: int) -> tree.Node | None:
        try:
            found: tree.Node = parse(text)
        except feel.FeelError as error:
            self.faults.append(text_fault("model.expression", self.file, text, error, path, line))
            return None
        return found

    def _checker(self, text: str, scope: Scope) -> Checker:
        paths = {name: types.ANY for name in self.dotted if name.partition(".")[0] in scope}
        checker = Checker(text, {**paths, **scope}, self.model.types.all)
        checker.open = self.open
        return checker

    def _report(self, checker: Checker, text: str, path: str, line: int) -> None:
        for fault in checker.faults:
            self.faults.append(text_fault("model.logic", self.file, text, fault, path, line))

    # expressions
    def expression(self, expression: m.Expression | None, scope: Scope, path: str, line: int) -> types.Type:
        """Any boxed expression; its type, as far as it can be told. line: that of what is around it, where it has none."""
        if expression is None:
            return types.ANY
        line = expression.line or line
        found = _KINDS[type(expression)](self, expression, scope, path, line)
        return self.type(expression.type_ref, path, line) if expression.type_ref else found

    def _literal(self, expression: m.Literal, scope: Scope, path: str, line: int) -> types.Type:
        return self.text(expression.text, scope, path, line) if expression.text else types.ANY

    def _context(self, expression: m.ContextExpression, scope: Scope, path: str, line: int) -> types.Type:
        inside, entries = dict(scope), {}
        for entry in expression.entries:
            where = path_under(path, entry.name)
            found = self.expression(entry.expression, inside, where, line)
            if entry.type_ref:
                found = self.type(entry.type_ref, where, line)
            if not entry.name:
                return found
            inside[entry.name] = entries[entry.name] = found
        return types.ContextType(entries=tuple(entries.items()))

    def _invocation(self, expression: m.Invocation, scope: Scope, path: str, line: int) -> types.Type:
        function = self.expression(expression.function, scope, path, line)
        called = expression.function.text if isinstance(expression.function, m.Literal) else ""
        known = _parameters_of(called, function)
        for binding in expression.bindings:
            where = path_under(path, binding.name)
            if known and binding.name not in known:
                data: dict[str, object] = {"element": path, "name": called, "found": binding.name, "expected": ", ".join(known)}
                self.faults.append(Fault("model.binding", self.file, line, data))
            self.type(binding.type_ref, where, line)
            self.expression(binding.expression, scope, where, line)
        return function.result if isinstance(function, types.FunctionType) else types.ANY

    def _list(self, expression: m.ListExpression, scope: Scope, path: str, line: int) -> types.Type:
        for at, item in enumerate(expression.items, 1):
            self.expression(item, scope, path_under(path, str(at)), line)
        return types.LIST_ANY

    def _relation(self, expression: m.Relation, scope: Scope, path: str, line: int) -> types.Type:
        for at, row in enumerate(expression.rows, 1):
            for name, cell in zip(expression.columns, row):
                self.expression(cell, scope, path_under(path, str(at), name), line)
        return types.ListType(item=types.ContextType(entries=tuple((name, types.ANY) for name in expression.columns)))

    def _function(self, expression: m.FunctionExpression, scope: Scope, path: str, line: int) -> types.Type:
        kinds = [(name, self.type(reference, path_under(path, name), line)) for name, reference in expression.parameters]
        result = types.ANY
        if expression.kind == "FEEL":
            result = self.expression(expression.body, {**scope, **dict(kinds)}, path, line)
        return NamedFunction(parameters=tuple(kind for _, kind in kinds), result=result, names=tuple(name for name, _ in kinds))

    def _conditional(self, expression: m.Conditional, scope: Scope, path: str, line: int) -> types.Type:
        for part in (expression.condition, expression.then, expression.otherwise):
            self.expression(part, scope, path, line)
        return types.ANY

    def _iteration(self, expression: m.Iteration, scope: Scope, path: str, line: int) -> types.Type:
        item = _item(self.expression(expression.domain, scope, path, line))
        inside = {**scope, expression.variable: item}
        if expression.kind == "for":
            inside["partial"] = types.LIST_ANY
        body = self.expression(expression.body, inside, path, line)
        return types.ListType(item=body) if expression.kind == "for" else types.BOOLEAN

    def _filter(self, expression: m.FilterExpression, scope: Scope, path: str, line: int) -> types.Type:
        item = _item(self.expression(expression.domain, scope, path, line))
        entries = dict(item.entries) if isinstance(item, types.ContextType) else {}
        unknown = item.name in ("Any", "context")
        self.open += unknown
        self.expression(expression.condition, {**scope, **entries, "item": item}, path, line)
        self.open -= unknown
        return types.ListType(item=item)

    def _table(self, table: m.DecisionTable, scope: Scope, path: str, line: int) -> types.Type:
        kinds: list[types.Type] = []
        allowed: list[tuple[str, ...]] = []
        for clause in table.inputs:
            where = path_under(path, clause.label or clause.expression)
            found = self.text(clause.expression, scope, where, line) if clause.expression else types.ANY
            kinds.append(self.type(clause.type_ref, where, line) if clause.type_ref else found)
            allowed.append(tuple(dict.fromkeys((*allowed_texts(found), *allowed_texts(kinds[-1])))))
            self.tests(clause.values, kinds[-1], scope, where, line)
        self.tables.append(TypedTable(path, table, tuple(kinds), tuple(allowed)))
        results = []
        for output in table.outputs:
            where = path_under(path, output.label or output.name)
            results.append(self.type(output.type_ref, where, line))
            self.tests(output.values, types.ANY, scope, where, line)
            if output.default:
                self.text(output.default, scope, where, line)
        for number, rule in enumerate(table.rules, 1):
            for clause, kind, cell in zip(table.inputs, kinds, rule.inputs):
                self.tests(cell, kind, scope, path_under(path, str(number), clause.label or clause.expression), rule.line or line)
            for output, cell in zip(table.outputs, rule.outputs):
                if cell:
                    self.text(cell, scope, path_under(path, str(number), output.label or output.name), rule.line or line)
        single = len(results) == 1 and table.hit_policy in ("UNIQUE", "ANY", "FIRST", "PRIORITY")
        return results[0] if single else types.ANY


_KINDS: dict[type, Any] = {
    m.Literal: _Walk._literal,
    m.ContextExpression: _Walk._context,
    m.Invocation: _Walk._invocation,
    m.ListExpression: _Walk._list,
    m.Relation: _Walk._relation,
    m.FunctionExpression: _Walk._function,
    m.Conditional: _Walk._conditional,
    m.Iteration: _Walk._iteration,
    m.FilterExpression: _Walk._filter,
    m.DecisionTable: _Walk._table,
}


def path_under(path: str, *parts: str) -> str:
    """The path of a part: `Tier › 2 › Revenue` is the cell of rule 2 in the column Revenue."""
    return " › ".join(part for part in (path, *parts) if part)


def _parameters_of(called: str, kind: types.Type) -> list[str]:
    """The names of a function's parameters; none where they are not known."""
    if isinstance(kind, NamedFunction):
        return list(kind.names)
    if kind == types.FUNCTION_ANY and called in TABLE:
        return list(dict.fromkeys(parameter.name for overload in TABLE[called] for parameter in overload.parameters))
    return []


def _nested(kind: Any) -> types.Type:
    if isinstance(kind, dict):
        return types.ContextType(entries=tuple((name, _nested(inner)) for name, inner in kind.items()))
    assert isinstance(kind, types.Type)
    return kind


def _item(kind: types.Type) -> types.Type:
    """The type of an item of a list; what is no list is its own item."""
    while isinstance(kind, types.ConstrainedType):
        kind = kind.base
    found = kind.item if isinstance(kind, (types.ListType, types.RangeType)) else kind
    while isinstance(found, types.ConstrainedType):
        found = found.base
    return found
