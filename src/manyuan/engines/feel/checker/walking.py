"""The walk itself: literals, names, contexts, loops, filters and paths."""

from __future__ import annotations

from decimal import Decimal

from manyuan.engines.feel import literals, properties, tree, types
from manyuan.engines.feel.builtins import TABLE
from manyuan.engines.feel.checker.calls import Calls
from manyuan.engines.feel.checker.scopes import plain
from manyuan.engines.feel.types import ANY, BOOLEAN, NUMBER, ContextType, ListType, RangeType, Type
from manyuan.engines.feel.values import Date, DateTime, DaysTime, Time, YearsMonths

_LITERAL_TYPES = ((bool, "boolean"), (Decimal, "number"), (str, "string"), (type(None), "Null"))


class Checker(Calls):
    """Walks one tree: `visit` gives its type, `tests` checks unary tests; faults: what was found, in the order of the text."""

    def _literal(self, node: tree.Literal) -> Type:
        return next(types.SIMPLE[name] for cls, name in _LITERAL_TYPES if isinstance(node.value, cls))

    def _at(self, node: tree.At) -> Type:
        value = literals.parse_at(node.text)
        if value is None:
            self.fault("null.literal", node.span, found=node.text)
            return ANY
        names = {
            Date: "date",
            Time: "time",
            DateTime: "date and time",
            YearsMonths: "years and months duration",
            DaysTime: "days and time duration",
        }
        return types.SIMPLE[names[type(value)]]

    def _name(self, node: tree.Name) -> Type:
        found = self._lookup(node.name)
        if found is not None:
            return found
        if node.name in TABLE:
            return types.FUNCTION_ANY
        if not self.open:
            self.fault("check.name", node.span, name=node.name, hint=self._hint(node.name, [n for s in self.scopes for n in s]))
        return ANY

    def _listliteral(self, node: tree.ListLiteral) -> Type:
        kinds = [self.visit(item) for item in node.items]
        return ListType(item=kinds[0]) if kinds and all(kind == kinds[0] for kind in kinds) else ListType(item=ANY)

    def _contextliteral(self, node: tree.ContextLiteral) -> Type:
        entries: dict[str, Type] = {}
        self.scopes.append(entries)
        for key, value in node.entries:
            entries[key] = self.visit(value)
        self.scopes.pop()
        return ContextType(entries=tuple(entries.items()))

    def _instanceof(self, node: tree.InstanceOf) -> Type:
        self.visit(node.value)
        try:
            types.resolve(node.type, self.known_types)
        except types.UnknownType as error:
            self.fault(
                "check.type",
                node.type.span,
                name=str(error),
                hint=self._hint(str(error), [*types.SIMPLE, *self.known_types]),
            )
        return BOOLEAN

    def _if(self, node: tree.If) -> Type:
        self._condition(node.condition)
        then, otherwise = self.visit(node.then), self.visit(node.otherwise)
        if then.name == "Null":
            return otherwise
        return then if then == otherwise or otherwise.name == "Null" else ANY if then.name != otherwise.name else Type(then.name)

    def _iterators(self, iterators: tuple[tree.Iterator, ...]) -> int:
        for iterator in iterators:
            kind = plain(self.visit(iterator.domain))
            if iterator.end is not None:
                self._comparable("..", kind, self.visit(iterator.end), iterator.span, True)
                item: Type = kind
            else:
                item = kind.item if isinstance(kind, (ListType, RangeType)) else kind
            self.scopes.append({iterator.name: item})
        return len(iterators)

    def _for(self, node: tree.For) -> Type:
        count = self._iterators(node.iterators)
        self.scopes.append({"partial": types.LIST_ANY})
        body = self.visit(node.body)
        del self.scopes[-count - 1 :]
        return ListType(item=body)

    def _quantified(self, node: tree.Quantified) -> Type:
        count = self._iterators(node.iterators)
        self._condition(node.condition)
        del self.scopes[-count:]
        return BOOLEAN

    def _filter(self, node: tree.Filter) -> Type:
        kind = plain(self.visit(node.value))
        item = kind.item if isinstance(kind, ListType) else kind
        entries = dict(item.entries) if isinstance(item, ContextType) else {}
        self.scopes.append({"item": item, **entries})
        self.open += item.name in ("Any", "context")
        condition = plain(self.visit(node.condition))
        self.open -= item.name in ("Any", "context")
        self.scopes.pop()
        if condition.name == "number":
            return item
        if condition.name not in ("boolean", "Any", "Null"):
            self.fault("check.condition", node.condition.span, found=str(condition))
        return ListType(item=item) if condition.name == "boolean" else ANY

    def _path(self, node: tree.Path) -> Type:
        kind = plain(self.visit(node.value))
        if isinstance(kind, ListType):
            inner = self._property(kind.item, node)
            return ListType(item=inner)
        return self._property(kind, node)

    def _property(self, kind: Type, node: tree.Path) -> Type:
        if isinstance(kind, ContextType):
            found = kind.get(node.name)
            if found is None:
                self.fault(
                    "check.property",
                    node.span,
                    kind=str(kind.name),
                    name=node.name,
                    hint=self._hint(node.name, [k for k, _ in kind.entries]),
                )
                return ANY
            return found
        names = properties.of_type(kind.name)
        if names and node.name not in names:
            self.fault("check.property", node.span, kind=kind.name, name=node.name, hint=self._hint(node.name, sorted(names)))
        elif kind.name in ("number", "string", "boolean"):
            self.fault("check.property", node.span, kind=kind.name, name=node.name, hint="")
        if names and node.name in ("start", "end") and isinstance(kind, RangeType):
            return kind.item
        return NUMBER if names and node.name not in ("timezone", "time offset", "start included", "end included") else ANY
