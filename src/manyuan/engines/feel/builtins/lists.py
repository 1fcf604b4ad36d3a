"""List functions (DMN 1.5, 10.3.4.4). Positions count from 1; negative ones from the end."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from manyuan.engines.feel.builtins.registry import Unfit, builtin
from manyuan.engines.feel.comparing import compare, equal
from manyuan.engines.feel.values import CONTEXT, DaysTime, Function, YearsMonths, kind_of

Items = list[object]


def numbers(items: Items) -> list[Decimal]:
    """All items as numbers, or Unfit."""
    for item in items:
        if not isinstance(item, Decimal):
            raise Unfit(f"应都是数字，其中有 {kind_of(item)}", f"expected numbers, found {kind_of(item)}")
    return items  # type: ignore[return-value]


def same(left: object, right: object) -> bool:
    """Whether two values are equal for membership: null equals null."""
    return equal(left, right) is True


@builtin("list contains(list: list, element: any)")
def _list_contains(list: Items, element: object) -> bool:
    """Whether the element is in the list (null may be)."""
    return any(same(item, element) for item in list)


@builtin("count(list: list)")
def _count(list: Items) -> Decimal:
    """How many items."""
    return Decimal(len(list))


@builtin("count(c: any...)")
def _count_all(*c: object) -> Decimal:
    return Decimal(len(c))


def _extreme(items: Items, sign: int) -> object:
    if not items:
        return None
    best = items[0]
    if compare(best, best) is None:
        raise Unfit(f"{kind_of(best)} 没有大小", f"{kind_of(best)} has no order")
    for item in items[1:]:
        found = compare(item, best)
        if found is None:
            raise Unfit(
                f"{kind_of(item)} 与 {kind_of(best)} 不可比较",
                f"{kind_of(item)} and {kind_of(best)} cannot be compared",
            )
        if found * sign > 0:
            best = item
    return best


@builtin("min(list: list)")
def _min(list: Items) -> object:
    """The least item; null for none."""
    return _extreme(list, -1)


@builtin("min(c: any...)")
def _min_all(*c: object) -> object:
    return _extreme([*c], -1)


@builtin("max(list: list)")
def _max(list: Items) -> object:
    """The greatest item; null for none."""
    return _extreme(list, 1)


@builtin("max(c: any...)")
def _max_all(*c: object) -> object:
    return _extreme([*c], 1)


def _sum(items: Items) -> object:
    if not items:
        return None
    if all(isinstance(item, DaysTime) for item in items):
        return DaysTime(sum(item.nanoseconds for item in items))  # type: ignore[attr-defined]
    if all(isinstance(item, YearsMonths) for item in items):
        return YearsMonths(sum(item.months for item in items))  # type: ignore[attr-defined]
    return functools.reduce(CONTEXT.add, numbers(items))


@builtin("sum(list: list)")
def _sum_list(list: Items) -> object:
    """The sum; null for none."""
    return _sum(list)


@builtin("sum(n: any...)")
def _sum_all(*n: object) -> object:
    return _sum([*n])


def _mean(items: Items) -> object:
    if not items:
        return None
    return CONTEXT.divide(functools.reduce(CONTEXT.add, numbers(items)), Decimal(len(items)))


@builtin("mean(list: list)")
def _mean_list(list: Items) -> object:
    """The arithmetic mean; null for none."""
    return _mean(list)


@builtin("mean(n: any...)")
def _mean_all(*n: object) -> object:
    return _mean([*n])


def _truth(items: Items, decisive: bool) -> bool | None:
    """all: decisive False; any: decisive True. A null item leaves the result open, anything else than a boolean is refused."""
    if any(item is not None and not isinstance(item, bool) for item in items):
        raise Unfit("列表中须都是真假值", "the list must hold booleans")
    if any(item is decisive for item in items):
        return decisive
    return None if any(item is None for item in items) else not decisive


@builtin("all(list: list)")
def _all(list: Items) -> bool | None:
    """False if an item is false, true if all are true."""
    return _truth(list, False)


@builtin("all(b: any...)")
def _all_all(*b: object) -> bool | None:
    return _truth([*b], False)


@builtin("any(list: list)")
def _any(list: Items) -> bool | None:
    """True if an item is true, false if all are false."""
    return _truth(list, True)


@builtin("any(b: any...)")
def _any_all(*b: object) -> bool | None:
    return _truth([*b], True)


def _index(position: Decimal, size: int) -> int:
    """A position as an index from 0, or Unfit."""
    at = int(position)
    if at == 0 or abs(at) > size or position != at:
        raise Unfit(f"位置 {position} 超出列表", f"the position {position} is outside the list")
    return at - 1 if at > 0 else size + at


@builtin("sublist(list: list, start position: number, length: number?)")
def _sublist(list: Items, start_position: Decimal, length: Decimal | None = None) -> Items:
    """Items from a position, at most `length` of them."""
    begin = _index(start_position, len(list))
    if length is not None and length < 1:
        raise Unfit("长度至少为 1", "the length is at least 1")
    end = len(list) if length is None else begin + int(length)
    if end > len(list):
        raise Unfit("超出列表末尾", "beyond the end of the list")
    return list[begin:end]


@builtin("append(list: list, item: any...)")
def _append(list: Items, *item: object) -> Items:
    """The list with items put after it."""
    return [*list, *item]


@builtin("concatenate(list: list...)")
def _concatenate(*list: Items) -> Items:
    """The lists one after another."""
    return [item for one in list for item in one]


@builtin("insert before(list: list, position: number, newItem: any)")
def _insert_before(list: Items, position: Decimal, new_item: object) -> Items:
    """The list with an item put before a position."""
    at = _index(position, len(list))
    return [*list[:at], new_item, *list[at:]]


@builtin("remove(list: list, position: number)")
def _remove(list: Items, position: Decimal) -> Items:
    """The list without the item at a position."""
    at = _index(position, len(list))
    return [*list[:at], *list[at + 1 :]]


@builtin("list replace(list: list, position: number, newItem: any)")
def _list_replace(list: Items, position: Decimal, new_item: object) -> Items:
    """The list with the item at a position, or the items that a function chooses, replaced."""
    at = _index(Decimal(int(position)), len(list))
    return [*list[:at], new_item, *list[at + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def _list_replace_matching(list: Items, match: Function, new_item: object) -> Items:
    if len(match.parameters) != 2:
        raise Unfit("判定函数应有两个参数", "the matching function takes two parameters")
    out: Items = []
    for item in list:
        chosen = match.call([item, new_item])
        if not isinstance(chosen, bool):
            raise Unfit("判定函数应得出真假值", "the matching function must give a boolean")
        out.append(new_item if chosen else item)
    return out


@builtin("reverse(list: list)")
def _reverse(list: Items) -> Items:
    """The items from last to first."""
    return list[::-1]


@builtin("index of(list: list, match: any)")
def _index_of(list: Items, match: object) -> Items:
    """The positions of all items equal to the match."""
    return [Decimal(at + 1) for at, item in enumerate(list) if same(item, match)]


def distinct(items: Items) -> Items:
    """The items without repetition, in order."""
    out: Items = []
    seen: set[tuple[str, object]] = set()
    for item in items:
        if isinstance(item, (str, bool, Decimal)):  # hashed: the common case stays linear
            key = (kind_of(item), item)
            if key not in seen:
                seen.add(key)
                out.append(item)
        elif not any(same(item, other) for other in out):
            out.append(item)
    return out


@builtin("union(list: list...)")
def _union(*list: Items) -> Items:
    """All items of the lists, each once."""
    return distinct([item for one in list for item in one])


@builtin("distinct values(list: list)")
def _distinct_values(list: Items) -> Items:
    """The items, each once."""
    return distinct(list)


@builtin("flatten(list: list)")
def _flatten(list: Items) -> Items:
    """Nested lists made one."""
    out: Items = []
    waiting: Items = [*reversed(list)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, type(waiting)):
            waiting.extend(reversed(item))
        else:
            out.append(item)
    return out


def _product(items: Items) -> object:
    return functools.reduce(CONTEXT.multiply, numbers(items)) if items else None


@builtin("product(list: list)")
def _product_list(list: Items) -> object:
    """The product; null for none."""
    return _product(list)


@builtin("product(n: any...)")
def _product_all(*n: object) -> object:
    return _product([*n])


def _median(items: Items) -> object:
    if not items:
        return None
    ordered = sorted(numbers(items))
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else CONTEXT.divide(CONTEXT.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("median(list: list)")
def _median_list(list: Items) -> object:
    """The middle value; of an even number the mean of the two."""
    return _median(list)


@builtin("median(n: any...)")
def _median_all(*n: object) -> object:
    return _median([*n])


def _stddev(items: Items) -> object:
    found = numbers(items)
    if len(found) < 2:
        raise Unfit("标准差至少要两个数", "a standard deviation needs two numbers")
    mean = CONTEXT.divide(functools.reduce(CONTEXT.add, found), Decimal(len(found)))
    squares = [CONTEXT.multiply(CONTEXT.subtract(n, mean), CONTEXT.subtract(n, mean)) for n in found]
    return CONTEXT.sqrt(CONTEXT.divide(functools.reduce(CONTEXT.add, squares), Decimal(len(found) - 1)))


@builtin("stddev(list: list)")
def _stddev_list(list: Items) -> object:
    """The sample standard deviation."""
    return _stddev(list)


@builtin("stddev(n: any...)")
def _stddev_all(*n: object) -> object:
    return _stddev([*n])


def _mode(items: Items) -> Items:
    counts: dict[Decimal, int] = {}
    for number in numbers(items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return [*sorted(number for number, times in counts.items() if times == most)]


@builtin("mode(list: list)")
def _mode_list(list: Items) -> Items:
    """The numbers that occur most often, in order."""
    return _mode(list)


@builtin("mode(n: any...)")
def _mode_all(*n: object) -> Items:
    return _mode([*n])


@builtin("sort(list: list, precedes: function?)")
def _sort(list: Items, precedes: Function | None = None) -> Items:
    """The items in order; `precedes(x, y)` says whether x comes before y, else the natural order."""
    if precedes is not None and len(precedes.parameters) != 2:
        raise Unfit("排序函数应有两个参数", "the ordering function takes two parameters")

    def order(left: object, right: object) -> int:
        if precedes is None:
            found = compare(left, right)
            if found is None:
                raise Unfit("元素之间没有大小", "the items have no order")
            return found
        if precedes.call([left, right]) is True:
            return -1
        return 1 if precedes.call([right, left]) is True else 0

    key: Callable[[Any], Any] = functools.cmp_to_key(order)
    return sorted(list, key=key)
