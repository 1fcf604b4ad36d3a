"""Faults found before anything runs: unknown names, functions and parameters, types that do not fit, units that differ.

Every fault is reported. A name whose type is not known (Any) silences what follows from it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from decimal import Decimal

from manyuan.engines.feel import literals, properties, tree, types
from manyuan.engines.feel.builtins import TABLE
from manyuan.engines.feel.errors import Fault
from manyuan.engines.feel.types import ANY, BOOLEAN, NUMBER, ContextType, FunctionType, ListType, RangeType, Type
from manyuan.engines.feel.values import Date, DateTime, DaysTime, Time, YearsMonths

_LITERAL_TYPES = ((bool, "boolean"), (Decimal, "number"), (str, "string"), (type(None), "Null"))
_RESULTS = {
    "number": NUMBER, "sum": NUMBER, "count": NUMBER, "mean": NUMBER, "abs": NUMBER, "floor": NUMBER, "ceiling": NUMBER, "decimal": NUMBER, "modulo": NUMBER,
    "sqrt": NUMBER, "log": NUMBER, "exp": NUMBER, "median": NUMBER, "stddev": NUMBER, "product": NUMBER, "string length": NUMBER, "round up": NUMBER,
    "round down": NUMBER, "round half up": NUMBER, "round half down": NUMBER, "day of year": NUMBER, "week of year": NUMBER,
    "string": types.STRING, "substring": types.STRING, "upper case": types.STRING, "lower case": types.STRING, "replace": types.STRING,
    "string join": types.STRING, "day of week": types.STRING, "month of year": types.STRING, "not": BOOLEAN, "contains": BOOLEAN, "starts with": BOOLEAN,
    "ends with": BOOLEAN, "matches": BOOLEAN, "list contains": BOOLEAN, "all": BOOLEAN, "any": BOOLEAN, "odd": BOOLEAN, "even": BOOLEAN,
    "date": types.DATE, "time": types.TIME, "date and time": types.DATE_TIME, "years and months duration": types.YEARS_MONTHS,
}  # fmt: skip
_KEEPS_UNIT = frozenset(
    {
        "sum",
        "mean",
        "min",
        "max",
        "median",
        "abs",
        "floor",
        "ceiling",
        "decimal",
        "round up",
        "round down",
        "round half up",
        "round half down",
    }
)
_ARITHMETIC = {
    ("+", "number", "number"), ("-", "number", "number"), ("*", "number", "number"), ("/", "number", "number"), ("**", "number", "number"),
    ("+", "string", "string"), ("-", "date", "date"), ("-", "date and time", "date and time"), ("-", "time", "time"), ("-", "date", "date and time"),
    ("-", "date and time", "date"),
}  # fmt: skip
_DURATIONS = ("years and months duration", "days and time duration")
_TEMPORAL = ("date", "date and time", "time")


def nearest(name: str, known: list[str]) -> str | None:
    """The known name most like a wrong one, if any is near."""
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return found[0] if found else None


class Checker:
    """Walks one tree. faults: what was found, in the order of the text."""

    def __init__(self, source: str, scope: Mapping[str, Type], known_types: Mapping[str, Type] | None = None) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.known_types = known_types or {}
        self.scopes: list[Mapping[str, Type]] = [scope]
        self.open = 0  # inside a filter of something unknown, any name may be a property

    def fault(self, code: str, span: tuple[int, int], **data: object) -> None:
        self.faults.append(Fault(code, self.source, span, data))

    def visit(self, node: tree.Node) -> Type:
        method = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node)

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

    def _lookup(self, name: str) -> Type | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def _name(self, node: tree.Name) -> Type:
        found = self._lookup(node.name)
        if found is not None:
            return found
        if node.name in TABLE:
            return types.FUNCTION_ANY
        if not self.open:
            self.fault("check.name", node.span, name=node.name, hint=self._hint(node.name, [n for s in self.scopes for n in s]))
        return ANY

    @staticmethod
    def _hint(name: str, known: list[str]) -> str:
        near = nearest(name, known)
        return f"“{near}”?" if near else ""

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

    def _rangeliteral(self, node: tree.RangeLiteral) -> Type:
        kinds = [self.visit(end) for end in (node.start, node.end) if end is not None]
        if len(kinds) == 2:
            self._comparable("..", kinds[0], kinds[1], node.span)
        return RangeType(item=kinds[0]) if kinds else types.RANGE_ANY

    def _negate(self, node: tree.Negate) -> Type:
        return self.visit(node.operand)

    def _arithmetic(self, node: tree.Arithmetic) -> Type:
        left, right, sign = _plain(self.visit(node.left)), _plain(self.visit(node.right)), node.operator
        a, b = left.name, right.name
        if "Any" in (a, b) or "Null" in (a, b):
            return NUMBER if sign in "*/**" and "number" in (a, b) and "Any" not in (a, b) else ANY
        if (sign, a, b) in _ARITHMETIC:
            if a == "number":
                return self._number(node, left, right)
            return types.STRING if a == "string" else types.DAYS_TIME
        if sign in "+-" and a in _TEMPORAL and b in _DURATIONS:
            return left
        if sign == "+" and b in _TEMPORAL and a in _DURATIONS:
            return right
        if a in _DURATIONS and ((a == b and sign in "+-/") or (b == "number" and sign in "*/")):
            return NUMBER if sign == "/" and a == b else left
        if b in _DURATIONS and a == "number" and sign == "*":
            return right
        self.fault("check.operands", node.span, operator=sign, left=str(left), right=str(right))
        return ANY

    def _number(self, node: tree.Arithmetic, left: Type, right: Type) -> Type:
        """Units: sums need the same one; products and quotients combine them (a pure number has none)."""
        sign = node.operator
        if sign in ("+", "-"):
            zero = any(isinstance(side, tree.Literal) for side in (node.left, node.right))
            if left.unit != right.unit and not zero:
                self.fault("check.units", node.span, operator=sign, left=left.unit or "–", right=right.unit or "–")
            return Type("number", left.unit or right.unit)
        if sign == "*":
            return Type(
                "number",
                left.unit if right.unit is None else right.unit if left.unit is None else f"{left.unit}*{right.unit}",
            )
        if sign == "/":
            if left.unit == right.unit:
                return NUMBER
            return Type("number", left.unit if right.unit is None else f"{left.unit or '1'}/{right.unit}")
        return Type("number", left.unit)

    def _comparable(self, sign: str, left: Type, right: Type, span: tuple[int, int], literal: bool = False) -> None:
        left, right = _plain(left), _plain(right)
        if "Any" in (left.name, right.name) or "Null" in (left.name, right.name):
            return
        if left.name != right.name:
            self.fault("check.operands", span, operator=sign, left=str(left), right=str(right))
        elif left.unit != right.unit and not literal:
            self.fault("check.units", span, operator=sign, left=left.unit or "–", right=right.unit or "–")
        elif sign not in ("=", "!=", "..", "in") and left.name in ("boolean", "list", "context", "function"):
            self.fault("check.operands", span, operator=sign, left=str(left), right=str(right))

    def _comparison(self, node: tree.Comparison) -> Type:
        left, right = self.visit(node.left), self.visit(node.right)
        self._comparable(node.operator, left, right, node.span, any(_constant(side) for side in (node.left, node.right)))
        return BOOLEAN

    def _logic(self, node: tree.Logic) -> Type:
        for side in (node.left, node.right):
            self._condition(side)
        return BOOLEAN

    def _condition(self, node: tree.Node) -> None:
        kind = _plain(self.visit(node))
        if kind.name not in ("boolean", "Any", "Null"):
            self.fault("check.condition", node.span, found=str(kind))

    def _between(self, node: tree.Between) -> Type:
        value = self.visit(node.value)
        for end in (node.low, node.high):
            self._comparable("between", value, self.visit(end), end.span, _constant(end))
        return BOOLEAN

    def _test(self, node: tree.Test, value: Type) -> None:
        self.scopes.append({"?": value})
        kind = _plain(self.visit(node.operand))
        self.scopes.pop()
        if node.operator is not None:
            self._comparable(node.operator, value, kind, node.span, _constant(node.operand))
        elif isinstance(kind, (ListType, RangeType)):
            self._held(value, kind, node.span)
        elif kind.name != "boolean" or not any(isinstance(n, tree.Name) and n.name == "?" for n in tree.walk(node.operand)):
            self._comparable("in", value, kind, node.span, True)

    def _held(self, value: Type, kind: Type, span: tuple[int, int]) -> None:
        """A value in a list or range: a range holds it, or an item equals it or holds it in turn; a list may equal the whole list."""
        value, kind = _plain(value), _plain(kind)
        if isinstance(kind, ListType):
            if not isinstance(value, ListType):
                self._held(value, kind.item, span)
        elif isinstance(kind, RangeType) and not isinstance(value, RangeType):
            self._comparable("in", value, kind.item, span, True)
        else:
            self._comparable("in", value, kind, span, True)

    def _in(self, node: tree.In) -> Type:
        value = self.visit(node.value)
        for test in node.tests:
            self._test(test, value)
        return BOOLEAN

    def tests(self, node: tree.UnaryTests, value: Type) -> None:
        """Check unary tests against the type of their input."""
        for test in node.tests:
            self._test(test, value)

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
            kind = _plain(self.visit(iterator.domain))
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
        kind = _plain(self.visit(node.value))
        item = kind.item if isinstance(kind, ListType) else kind
        entries = dict(item.entries) if isinstance(item, ContextType) else {}
        self.scopes.append({"item": item, **entries})
        self.open += item.name in ("Any", "context")
        condition = _plain(self.visit(node.condition))
        self.open -= item.name in ("Any", "context")
        self.scopes.pop()
        if condition.name == "number":
            return item
        if condition.name not in ("boolean", "Any", "Null"):
            self.fault("check.condition", node.condition.span, found=str(condition))
        return ListType(item=item) if condition.name == "boolean" else ANY

    def _path(self, node: tree.Path) -> Type:
        kind = _plain(self.visit(node.value))
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

    def _call(self, node: tree.Call) -> Type:
        kinds = [self.visit(argument) for argument in node.arguments]
        if isinstance(node.function, tree.Name):
            name = node.function.name
            own = self._lookup(name)
            if own is None and name in TABLE:
                return self._builtin(node, name, kinds)
            if own is None:
                if not self.open:
                    hint = self._hint(name, [*TABLE, *(n for s in self.scopes for n in s)])
                    self.fault("check.function", node.function.span, name=name, hint=hint)
                return ANY
            return self._own(node, own, name, kinds)
        kind = self.visit(node.function)
        return kind.result if isinstance(kind, FunctionType) else ANY

    def _own(self, node: tree.Call, own: Type, name: str, kinds: list[Type]) -> Type:
        if isinstance(own, FunctionType):
            if len(kinds) != len(own.parameters):
                self.fault("check.arity", node.span, name=name, found=len(kinds), expected=len(own.parameters))
            return own.result
        if own.name not in ("Any", "function"):
            self.fault("check.call", node.function.span, found=str(own))
        return ANY

    def _builtin(self, node: tree.Call, name: str, kinds: list[Type]) -> Type:
        overloads = TABLE[name]
        if node.names:
            known = {p.name for o in overloads for p in o.parameters}
            for given in node.names:
                if given not in known:
                    self.fault("check.parameter", node.span, name=name, found=given, expected=", ".join(sorted(known)))
        else:
            fits = any(o.required <= len(kinds) and (len(kinds) <= len(o.parameters) or (o.parameters and o.parameters[-1].rest)) for o in overloads)
            if not fits:
                counts = sorted({n for o in overloads for n in range(o.required, len(o.parameters) + 1)})
                self.fault("check.arity", node.span, name=name, found=len(kinds), expected=" / ".join(map(str, counts)))
            else:
                self._arguments(node, name, kinds)
        if name in ("min", "max", "sum") and kinds:
            first = _plain(kinds[0])
            item = first.item if isinstance(first, ListType) else first
            return item if item.name != "Any" else ANY
        result = _RESULTS.get(name, ANY)
        if name in _KEEPS_UNIT and kinds:
            first = _plain(kinds[0])
            first = first.item if isinstance(first, ListType) else first
            return Type("number", first.unit) if first.name == "number" else result if name == "mean" else ANY if name == "abs" else result
        return result

    def _arguments(self, node: tree.Call, name: str, kinds: list[Type]) -> None:
        overloads = [o for o in TABLE[name] if o.required <= len(kinds) and (len(kinds) <= len(o.parameters) or o.parameters[-1].rest)]
        for index, kind in enumerate(kinds):
            wanted = {o.parameters[min(index, len(o.parameters) - 1)].type for o in overloads if o.parameters}
            plain = _plain(kind)
            if not wanted or "any" in wanted or plain.name in ("Any", "Null") or "list" in wanted or isinstance(plain, ListType):
                continue
            accepted = (
                wanted | ({*_DURATIONS} if "duration" in wanted else set()) | ({"number", "string", *_TEMPORAL, *_DURATIONS} if "point" in wanted else set())
            )
            if plain.name not in accepted:
                parameter = overloads[0].parameters[min(index, len(overloads[0].parameters) - 1)].name
                self.fault(
                    "check.argument",
                    node.arguments[index].span,
                    name=name,
                    parameter=parameter,
                    found=str(plain),
                    expected=" / ".join(sorted(wanted)),
                )

    def _functionliteral(self, node: tree.FunctionLiteral) -> Type:
        kinds = []
        for _, reference in node.parameters:
            try:
                kinds.append(types.resolve(reference, self.known_types) if reference else ANY)
            except types.UnknownType as error:
                self.fault("check.type", node.span, name=str(error), hint="")
                kinds.append(ANY)
        self.scopes.append({name: kind for (name, _), kind in zip(node.parameters, kinds)})
        result = ANY if node.external else self.visit(node.body)
        self.scopes.pop()
        return FunctionType(parameters=tuple(kinds), result=result)


def _plain(kind: Type) -> Type:
    while isinstance(kind, types.ConstrainedType):
        kind = kind.base
    return kind


def _constant(node: tree.Node) -> bool:
    """A plain number written in the text takes the unit of the other side."""
    return isinstance(node, tree.Literal) or (isinstance(node, tree.Negate) and _constant(node.operand))
