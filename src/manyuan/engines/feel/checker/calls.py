"""Whether a call fits its function: how many arguments, which parameters, their types and units; and what comes out."""

from __future__ import annotations

from manyuan.engines.feel import tree, types
from manyuan.engines.feel.builtins import TABLE
from manyuan.engines.feel.checker.operands import DURATIONS, TEMPORAL, Operands
from manyuan.engines.feel.checker.scopes import is_constant, plain
from manyuan.engines.feel.types import ANY, BOOLEAN, NUMBER, FunctionType, ListType, Type

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


class Calls(Operands):
    """Calls and functions."""

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
            return self._aggregated(node, name, kinds)
        result = _RESULTS.get(name, ANY)
        if name in _KEEPS_UNIT and kinds:
            first = plain(kinds[0])
            first = first.item if isinstance(first, ListType) else first
            return Type("number", first.unit) if first.name == "number" else result if name == "mean" else ANY if name == "abs" else result
        return result

    def _aggregated(self, node: tree.Call, name: str, kinds: list[Type]) -> Type:
        """The type of a sum, least or greatest. Its arguments must have one unit; a plain number takes that of the others, and so does so many of one unit
        for each of another (`800 * area`), whose figure has a unit that the text does not say."""
        items = [kind.item if isinstance(kind, ListType) else kind for kind in map(plain, kinds)]
        measured = [kind for kind, argument in zip(items, node.arguments) if kind.name == "number" and kind.unit and not _is_so_many_each(argument)]
        for kind in measured[1:]:
            if kind.unit != measured[0].unit:
                self.fault("check.mixed", node.span, name=name, left=measured[0].unit, right=kind.unit)
                break
        return measured[0] if measured and all(kind.name == "number" for kind in items) else items[0]

    def _arguments(self, node: tree.Call, name: str, kinds: list[Type]) -> None:
        overloads = [o for o in TABLE[name] if o.required <= len(kinds) and (len(kinds) <= len(o.parameters) or o.parameters[-1].rest)]
        for index, kind in enumerate(kinds):
            wanted = {o.parameters[min(index, len(o.parameters) - 1)].type for o in overloads if o.parameters}
            found = plain(kind)
            if not wanted or "any" in wanted or found.name in ("Any", "Null") or "list" in wanted or isinstance(found, ListType):
                continue
            accepted = (
                wanted | ({*DURATIONS} if "duration" in wanted else set()) | ({"number", "string", *TEMPORAL, *DURATIONS} if "point" in wanted else set())
            )
            if found.name not in accepted:
                parameter = overloads[0].parameters[min(index, len(overloads[0].parameters) - 1)].name
                self.fault(
                    "check.argument",
                    node.arguments[index].span,
                    name=name,
                    parameter=parameter,
                    found=str(found),
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


def _is_so_many_each(node: tree.Node) -> bool:
    return isinstance(node, tree.Arithmetic) and node.operator == "*" and any(is_constant(side) or _is_so_many_each(side) for side in (node.left, node.right))
