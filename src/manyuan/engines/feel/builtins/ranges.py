"""Relations between points and ranges (DMN 1.5, table 78), and range() from text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from manyuan.engines.feel.builtins.registry import Unfit, builtin
from manyuan.engines.feel.comparing import compare, equal
from manyuan.engines.feel.values import Range


def _order(left: object, right: object) -> int:
    found = compare(left, right)
    if found is None:
        raise Unfit("两端不可比较", "the ends cannot be compared")
    return found


def _less(left: object, right: object) -> bool:
    return _order(left, right) < 0


def _same(left: object, right: object) -> bool:
    return _order(left, right) == 0


def _starts_before(a: Range, b: Range) -> bool:
    """a's start is before b's, open and closed ends told apart."""
    found = _order(a.start, b.start)
    return found < 0 or (found == 0 and a.start_included and not b.start_included)


def _ends_after(a: Range, b: Range) -> bool:
    found = _order(a.end, b.end)
    return found > 0 or (found == 0 and a.end_included and not b.end_included)


def _declare(name: str, first: str, second: str, body: Callable[[Any, Any], bool]) -> None:
    kinds = {"point": "point", "range": "range"}
    builtin(f"{name}({first}: {kinds[first.rstrip('12')]}, {second}: {kinds[second.rstrip('12')]})")(body)


_declare("before", "point1", "point2", _less)
_declare("before", "point", "range", lambda p, r: _less(p, r.start) or (_same(p, r.start) and not r.start_included))
_declare("before", "range", "point", lambda r, p: _less(r.end, p) or (_same(r.end, p) and not r.end_included))
_declare(
    "before",
    "range1",
    "range2",
    lambda a, b: _less(a.end, b.start) or (_same(a.end, b.start) and not (a.end_included and b.start_included)),
)
_declare("after", "point1", "point2", lambda a, b: _less(b, a))
_declare("after", "point", "range", lambda p, r: _less(r.end, p) or (_same(r.end, p) and not r.end_included))
_declare("after", "range", "point", lambda r, p: _less(p, r.start) or (_same(p, r.start) and not r.start_included))
_declare(
    "after",
    "range1",
    "range2",
    lambda a, b: _less(b.end, a.start) or (_same(a.start, b.end) and not (a.start_included and b.end_included)),
)
_declare("meets", "range1", "range2", lambda a, b: a.end_included and b.start_included and _same(a.end, b.start))
_declare("met by", "range1", "range2", lambda a, b: a.start_included and b.end_included and _same(a.start, b.end))


def _overlaps(a: Range, b: Range) -> bool:
    left = _less(b.start, a.end) or (_same(a.end, b.start) and a.end_included and b.start_included)
    right = _less(a.start, b.end) or (_same(a.start, b.end) and a.start_included and b.end_included)
    return left and right


def _overlaps_before(a: Range, b: Range) -> bool:
    starts = _less(a.start, b.start) or (_same(a.start, b.start) and a.start_included and not b.start_included)
    reaches = _less(b.start, a.end) or (_same(a.end, b.start) and a.end_included and b.start_included)
    ends = _less(a.end, b.end) or (_same(a.end, b.end) and (not a.end_included or b.end_included))
    return starts and reaches and ends


_declare("overlaps", "range1", "range2", _overlaps)
_declare("overlaps before", "range1", "range2", _overlaps_before)


def _overlaps_after(a: Range, b: Range) -> bool:
    starts = _less(b.start, a.start) or (_same(a.start, b.start) and b.start_included and not a.start_included)
    reaches = _less(a.start, b.end) or (_same(a.start, b.end) and a.start_included and b.end_included)
    ends = _less(b.end, a.end) or (_same(a.end, b.end) and (a.end_included or not b.end_included))
    return starts and reaches and ends


_declare("overlaps after", "range1", "range2", _overlaps_after)
_declare("finishes", "point", "range", lambda p, r: r.end_included and _same(p, r.end))
_declare(
    "finishes",
    "range1",
    "range2",
    lambda a, b: (
        a.end_included == b.end_included
        and _same(a.end, b.end)
        and (_less(b.start, a.start) or (_same(a.start, b.start) and (not a.start_included or b.start_included)))
    ),
)
_declare("finished by", "range", "point", lambda r, p: r.end_included and _same(p, r.end))
_declare(
    "finished by",
    "range1",
    "range2",
    lambda a, b: (
        a.end_included == b.end_included
        and _same(a.end, b.end)
        and (_less(a.start, b.start) or (_same(a.start, b.start) and (a.start_included or not b.start_included)))
    ),
)


def _includes_point(r: Range, p: object) -> bool:
    low = _less(r.start, p) or (r.start_included and _same(r.start, p))
    return low and (_less(p, r.end) or (r.end_included and _same(r.end, p)))


def _includes(a: Range, b: Range) -> bool:
    low = _less(a.start, b.start) or (_same(a.start, b.start) and (a.start_included or not b.start_included))
    return low and (_less(b.end, a.end) or (_same(a.end, b.end) and (a.end_included or not b.end_included)))


_declare("includes", "range", "point", _includes_point)
_declare("includes", "range1", "range2", _includes)
_declare("during", "point", "range", lambda p, r: _includes_point(r, p))
_declare("during", "range1", "range2", lambda a, b: _includes(b, a))
_declare("starts", "point", "range", lambda p, r: r.start_included and _same(p, r.start))
_declare(
    "starts",
    "range1",
    "range2",
    lambda a, b: (
        _same(a.start, b.start)
        and a.start_included == b.start_included
        and (_less(a.end, b.end) or (_same(a.end, b.end) and (not a.end_included or b.end_included)))
    ),
)
_declare("started by", "range", "point", lambda r, p: r.start_included and _same(p, r.start))
_declare(
    "started by",
    "range1",
    "range2",
    lambda a, b: (
        _same(a.start, b.start)
        and a.start_included == b.start_included
        and (_less(b.end, a.end) or (_same(a.end, b.end) and (a.end_included or not b.end_included)))
    ),
)
_declare("coincides", "point1", "point2", _same)
_declare(
    "coincides",
    "range1",
    "range2",
    lambda a, b: _same(a.start, b.start) and _same(a.end, b.end) and a.start_included == b.start_included and a.end_included == b.end_included,
)


@builtin("range(from: string)", runtime=True)
def _range(runtime: Any, text: str) -> Range:
    """A range from text such as "[1..5)"; its ends must be literals."""
    found = runtime.read_range(text)
    if not isinstance(found, Range):
        raise Unfit(f"“{text}”不是区间", f"{text!r} is not a range")
    if found.start is not None and found.end is not None:
        order = compare(found.start, found.end)
        if (order is None and equal(found.start, found.end) is None) or (order is not None and order > 0):
            raise Unfit("区间的两端不成序", "the ends of the range are not in order")
    return found
