"""`for`, `some`, `every` and filters; what can be iterated over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from manyuan.engines.feel import budget, tree
from manyuan.engines.feel.errors import FeelLimitError
from manyuan.engines.feel.interpreter.building import Code, build, builds
from manyuan.engines.feel.interpreter.frames import Frame
from manyuan.engines.feel.values import Date, Range, kind_of


@builds(tree.For)
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


@builds(tree.Quantified)
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


@builds(tree.Filter)
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
