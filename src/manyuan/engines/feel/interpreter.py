"""Tree to closures: each node becomes one Python function of a frame, compiled once and run as often as wanted. One meaning for one
expression: `evaluate`, DMN and the screening kernel's fall-back all run these closures."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from manyuan.engines.feel import arithmetic, budget, literals, properties, tree, types
from manyuan.engines.feel.builtins import TABLE
from manyuan.engines.feel.builtins import call as call_builtin
from manyuan.engines.feel.builtins.conversion import text_of
from manyuan.engines.feel.comparing import compare, equal, within
from manyuan.engines.feel.errors import FeelLimitError, Note
from manyuan.engines.feel.external import Refused, external
from manyuan.engines.feel.values import Date, DateTime, Function, Range, kind_of

MAX_CALLS = 300


@dataclass(frozen=True)
class Limits:
    """Bounds of one evaluation. steps: loop turns, calls and compared items; seconds: wall time; size: items of a list, characters of
    a string."""

    steps: int = 5_000_000
    seconds: float = 20.0
    size: int = 2_000_000


_LIMITS = Limits()
_NO_TYPES: Mapping[str, types.Type] = {}


def _no_range(text: str) -> object:
    return None


class Runtime:
    """What one evaluation shares: the reasons for nulls, the clock, the types in scope, the bounds; trace is for engines above."""

    __slots__ = ("calls", "clock", "known_types", "language", "limits", "notes", "read_range", "trace")

    def __init__(
        self, limits: Limits = _LIMITS, clock: DateTime | None = None, language: str = "en", known_types: Mapping[str, types.Type] = _NO_TYPES,
        read_range: Callable[[str], object] = _no_range,
    ) -> None:  # fmt: skip
        self.limits = limits
        self.clock = clock
        self.language = language
        self.known_types = known_types
        self.notes: list[Note] = []
        self.calls = 0
        self.read_range = read_range
        self.trace: object = None

    def note(self, code: str, span: tuple[int, int], **data: object) -> None:
        if len(self.notes) < 200:
            self.notes.append(Note(code, span, data))


class Frame:
    """Variables, with the frame around them."""

    __slots__ = ("around", "runtime", "variables")

    def __init__(self, variables: Mapping[str, object], around: Frame | None, runtime: Runtime) -> None:
        self.variables = variables
        self.around = around
        self.runtime = runtime

    def inner(self, variables: Mapping[str, object]) -> Frame:
        return Frame(variables, self, self.runtime)


Code = Callable[[Frame], Any]


def build(node: tree.Node) -> Code:
    """The closure of a node."""
    return _BUILDERS[type(node)](node)


def _literal(node: tree.Literal) -> Code:
    value = node.value
    return lambda frame: value


def _at(node: tree.At) -> Code:
    value = literals.parse_at(node.text)
    if value is not None:
        return lambda frame: value

    def nothing(frame: Frame) -> object:
        frame.runtime.note("null.literal", node.span, found=node.text)
        return None

    return nothing


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


def _list(node: tree.ListLiteral) -> Code:
    codes = [build(item) for item in node.items]

    def run(frame: Frame) -> object:
        budget.spend(len(codes))
        return [code(frame) for code in codes]

    return run


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


def _negate(node: tree.Negate) -> Code:
    operand, span = build(node.operand), node.span

    def run(frame: Frame) -> object:
        value = operand(frame)
        found = arithmetic.negate(value)
        if found is None:
            frame.runtime.note("null.unary", span, found=kind_of(value))
        return found

    return run


def _arithmetic(node: tree.Arithmetic) -> Code:
    left, right, span = build(node.left), build(node.right), node.span
    sign = node.operator
    operation = arithmetic.OPERATORS[sign]

    def run(frame: Frame) -> object:
        a, b = left(frame), right(frame)
        try:
            found = operation(a, b)
        except ZeroDivisionError:
            frame.runtime.note("null.division", span)
            return None
        except (ArithmeticError, decimal.DecimalException):
            frame.runtime.note("null.number", span)
            return None
        if found is None:
            frame.runtime.note("null.operand", span, operator=sign, left=kind_of(a), right=kind_of(b))
        elif type(found) is str and len(found) > frame.runtime.limits.size:
            raise FeelLimitError("limit.size", limit=frame.runtime.limits.size)
        return found

    return run


def compared(operator: str, a: object, b: object) -> bool | None:
    """One comparison; None where the two cannot be compared."""
    if operator == "=":
        return equal(a, b)
    if operator == "!=":
        same = equal(a, b)
        return None if same is None else not same
    order = compare(a, b)
    if order is None:
        return None
    if operator == "<":
        return order < 0
    if operator == "<=":
        return order <= 0
    return order > 0 if operator == ">" else order >= 0


def _comparison(node: tree.Comparison) -> Code:
    left, right, span, operator = build(node.left), build(node.right), node.span, node.operator

    def run(frame: Frame) -> object:
        a, b = left(frame), right(frame)
        found = compared(operator, a, b)
        if found is None:
            frame.runtime.note("null.compare", span, left=kind_of(a), right=kind_of(b))
        return found

    return run


def _logic(node: tree.Logic) -> Code:
    left, right = build(node.left), build(node.right)
    decisive = node.operator == "or"

    def run(frame: Frame) -> object:
        a = left(frame)
        if a is decisive:
            return decisive
        b = right(frame)
        if b is decisive:
            return decisive
        return not decisive if isinstance(a, bool) and isinstance(b, bool) else None

    return run


def _between(node: tree.Between) -> Code:
    value, low, high, span = build(node.value), build(node.low), build(node.high), node.span

    def run(frame: Frame) -> object:
        v, a, b = value(frame), low(frame), high(frame)
        first, second = compared(">=", v, a), compared("<=", v, b)
        if first is False or second is False:
            return False
        if first is None or second is None:
            frame.runtime.note("null.compare", span, left=kind_of(v), right=kind_of(a if first is None else b))
            return None
        return True

    return run


def _uses_input(node: tree.Node) -> bool:
    return any(isinstance(one, tree.Name) and one.name == "?" for one in tree.walk(node))


def test_code(test: tree.Test) -> Callable[[object, Frame], bool | None]:
    """One unary test as a function of the input and the frame (whose `?` is the input)."""
    code = build(test.operand)
    operator, span = test.operator, test.span
    if operator is not None:

        def by_operator(value: object, frame: Frame) -> bool | None:
            other = code(frame)
            found = compared(operator, value, other)
            if found is None:
                frame.runtime.note("null.compare", span, left=kind_of(value), right=kind_of(other))
            return found

        return by_operator
    asks = _uses_input(test.operand)
    literal = isinstance(test.operand, tree.RangeLiteral)

    def by_value(value: object, frame: Frame) -> bool | None:
        found = code(frame)
        if (asks and (found is None or isinstance(found, bool))) or (found is None and literal):
            return None if found is None else found
        return matches(value, found)

    return by_value


def matches(value: object, test: object) -> bool | None:
    """Whether an input meets a test that is a value: a range holds it, a list holds it (or a range of the list does), or it is equal."""
    if isinstance(test, Range) and not isinstance(value, Range):
        return within(value, test)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test) is True:
            return True
        found = [matches(value, item) for item in test]
        return True in found
    same = equal(value, test)
    if same is None and isinstance(value, list):
        return equal(value, [test])
    return same


def _any_test(codes: Sequence[Callable[[object, Frame], bool | None]], value: object, frame: Frame) -> bool | None:
    unknown = False
    for code in codes:
        found = code(value, frame)
        if found is True:
            return True
        unknown = unknown or found is None
    return None if unknown else False


def _in(node: tree.In) -> Code:
    value = build(node.value)
    codes = [test_code(test) for test in node.tests]

    def run(frame: Frame) -> object:
        v = value(frame)
        return _any_test(codes, v, frame.inner({"?": v}))

    return run


def build_tests(node: tree.UnaryTests) -> Callable[[object, Frame], bool | None]:
    """Unary tests as a function of the input and the frame around."""
    codes = [test_code(test) for test in node.tests]

    def run(value: object, frame: Frame) -> bool | None:
        if not codes:
            return True
        found = _any_test(codes, value, frame.inner({"?": value}))
        return found if not node.negated or found is None else not found

    return run


def _instance(node: tree.InstanceOf) -> Code:
    value, reference = build(node.value), node.type

    def run(frame: Frame) -> object:
        try:
            kind = types.resolve(reference, frame.runtime.known_types)
        except types.UnknownType as error:
            frame.runtime.note("null.type", reference.span, name=str(error))
            return None
        return types.instance_of(value(frame), kind)

    return run


def _if(node: tree.If) -> Code:
    condition, then, otherwise, span = (
        build(node.condition),
        build(node.then),
        build(node.otherwise),
        node.condition.span,
    )

    def run(frame: Frame) -> object:
        found = condition(frame)
        if found is True:
            return then(frame)
        if found is not False:
            frame.runtime.note("null.condition", span, found=kind_of(found))
        return otherwise(frame)

    return run


def _domain(iterator: tree.Iterator) -> Callable[[Frame], Iterable[object] | None]:
    start = build(iterator.domain)
    end = build(iterator.end) if iterator.end is not None else None
    span = iterator.span

    def run(frame: Frame) -> Iterable[object] | None:
        first = start(frame)
        if end is None:
            if isinstance(first, list):
                return first
            if isinstance(first, Range):
                found = span_of(first)
            else:
                found = None if first is None else [first]
        else:
            found = _steps(first, end(frame))
        if found is None:
            frame.runtime.note("null.iterate", span, found=kind_of(first))
        return found

    return run


def _steps(first: object, last: object) -> Iterable[object] | None:
    """first..last by one, upwards or downwards: whole numbers or dates."""
    if isinstance(first, Decimal) and isinstance(last, Decimal):
        if first != first.to_integral_value() or last != last.to_integral_value():
            return None
        a, b = int(first), int(last)
        return map(Decimal, range(a, b + 1) if a <= b else range(a, b - 1, -1))
    if isinstance(first, Date) and isinstance(last, Date):
        a, b = first.days, last.days
        return map(Date.from_days, range(a, b + 1) if a <= b else range(a, b - 1, -1))
    return None


def span_of(bounds: Range) -> Iterable[object] | None:
    """The whole numbers or dates of a range, open ends left out."""
    low, high = bounds.start, bounds.end
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        if low != low.to_integral_value() or high != high.to_integral_value():
            return None
        if low > high:
            return None
        return map(Decimal, range(int(low) + (not bounds.start_included), int(high) + bounds.end_included))
    if isinstance(low, Date) and isinstance(high, Date):
        if low.days > high.days:
            return None
        return map(Date.from_days, range(low.days + (not bounds.start_included), high.days + bounds.end_included))
    return None


def _each(domains: Sequence[tuple[str, Callable[[Frame], Iterable[object] | None]]], frame: Frame, fixed: Mapping[str, object]) -> Iterable[Frame | None]:
    """A frame for each combination, the last iterator turning fastest; None once where a domain cannot be iterated."""
    name, domain = domains[0]
    found = domain(frame)
    if found is None:
        yield None
        return
    for value in found:
        budget.spend()
        inside = frame.inner({**fixed, name: value})
        if len(domains) == 1:
            yield inside
        else:
            yield from _each(domains[1:], inside, {})


def _for(node: tree.For) -> Code:
    domains = [(iterator.name, _domain(iterator)) for iterator in node.iterators]
    body = build(node.body)

    def run(frame: Frame) -> object:
        out: list[object] = []
        base = frame.inner({"partial": out})
        for inside in _each(domains, base, {}):
            if inside is None:
                return None
            out.append(body(_snapshot(inside, out)))
            if len(out) > frame.runtime.limits.size:
                raise FeelLimitError("limit.size", limit=frame.runtime.limits.size)
        return out

    wants_partial = any(isinstance(one, tree.Name) and one.name == "partial" for one in tree.walk(node.body))

    def _snapshot(inside: Frame, out: list[object]) -> Frame:
        if not wants_partial:
            return inside
        budget.spend(1 + len(out) // 4)
        return inside.inner({"partial": list(out)})

    return run


def _quantified(node: tree.Quantified) -> Code:
    domains = [(iterator.name, _domain(iterator)) for iterator in node.iterators]
    condition, decisive, span = build(node.condition), node.kind == "some", node.condition.span

    def run(frame: Frame) -> object:
        unknown = False
        for inside in _each(domains, frame, {}):
            if inside is None:
                return None
            found = condition(inside)
            if found is decisive:
                return decisive
            if not isinstance(found, bool):
                unknown = True
        if unknown:
            frame.runtime.note("null.condition", span, found="null")
            return None
        return not decisive

    return run


def _filter(node: tree.Filter) -> Code:
    value, condition, span = build(node.value), build(node.condition), node.span

    def inside(frame: Frame, item: object) -> Frame:
        if isinstance(item, dict):
            return frame.inner(item if "item" in item else {**item, "item": item})
        return frame.inner({"item": item})

    constant = isinstance(node.condition, (tree.Literal, tree.Negate))

    def run(frame: Frame) -> object:
        found = value(frame)
        if found is None:
            return None if constant else []
        items = found if isinstance(found, list) else [found]
        first = condition(inside(frame, items[0]) if items else frame.inner({"item": None}))
        if isinstance(first, Decimal):
            return _at_position(items, first, frame, span)
        out = []
        for at, item in enumerate(items):
            budget.spend()
            chosen = first if at == 0 else condition(inside(frame, item))
            if chosen is True:
                out.append(item)
        return out

    return run


def _at_position(items: list[object], position: Decimal, frame: Frame, span: tuple[int, int]) -> object:
    at = int(position) if abs(position) < 10**12 else 0
    if position != at or at == 0 or abs(at) > len(items):
        frame.runtime.note("null.index", span, found=str(position))
        return None
    return items[at - 1] if at > 0 else items[at]


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


_BUILDERS: dict[type, Callable[[Any], Code]] = {
    tree.Literal: _literal,
    tree.At: _at,
    tree.Name: _name,
    tree.ListLiteral: _list,
    tree.ContextLiteral: _context,
    tree.RangeLiteral: _range,
    tree.Negate: _negate,
    tree.Arithmetic: _arithmetic,
    tree.Comparison: _comparison,
    tree.Logic: _logic,
    tree.Between: _between,
    tree.In: _in,
    tree.InstanceOf: _instance,
    tree.If: _if,
    tree.For: _for,
    tree.Quantified: _quantified,
    tree.Filter: _filter,
    tree.Path: _path,
    tree.Call: _call,
    tree.FunctionLiteral: _function,
}
