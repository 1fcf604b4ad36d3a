"""What if: change a threshold, a rate, a cap or a date of a policy and see cost, number, who wins and who loses; fit a threshold to a budget."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening.factsheet import FactSheet, value_of
from manyuan.engines.screening.faults import Said
from manyuan.engines.screening.policy import Condition, Policy, PolicySet
from manyuan.engines.screening.screen import screen

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")


class ChangeInvalid(Said):
    """A change that names nothing of the policy."""


@dataclass(frozen=True)
class Outcome:
    """What a policy comes to: enterprises entitled, cost in fen, and both by the values of a column (None: not known)."""

    count: int
    cost: int
    by: dict[str, dict[str | None, tuple[int, int]]]
    paid: dict[int, int]


@dataclass(frozen=True)
class Comparison:
    """Before and after. winners and losers: row -> difference in fen (a row newly entitled to nothing but a title counts with 0)."""

    before: Outcome
    after: Outcome
    winners: dict[int, int]
    losers: dict[int, int]


def outcome_of(policy: Policy, sheet: FactSheet, *, by: Sequence[str] = (), on: date | None = None) -> Outcome:
    """What a policy by itself comes to on a sheet, distributed over columns; on: a day on which it must be in force to come to anything."""
    if on is not None and not policy.in_force(on):
        return Outcome(0, 0, {name: {} for name in by}, {})
    result = screen(PolicySet((replace(policy, group="", ceiling="", requires=()),)), sheet)
    paid: dict[int, int] = {}
    for block in result.blocks:
        paid.update(zip(block.grants.row.tolist(), block.grants.net.tolist()))
    spread: dict[str, dict[str | None, tuple[int, int]]] = {}
    for name in by:
        counts: Counter[str | None] = Counter()
        sums: Counter[str | None] = Counter()
        for row, fen in paid.items():
            value = value_of(sheet.columns[name], row)
            key = None if value is None else feel.text_of(value)
            counts[key] += 1
            sums[key] += fen
        spread[name] = {key: (counts[key], sums[key]) for key in counts}
    return Outcome(len(paid), sum(paid.values()), spread, paid)


def compare(before: Policy, after: Policy, sheet: FactSheet, *, by: Sequence[str] = (), on: date | None = None) -> Comparison:
    """Two versions of a policy on the same sheet (and day, where the dates of the policy matter)."""
    one, two = outcome_of(before, sheet, by=by, on=on), outcome_of(after, sheet, by=by, on=on)
    winners = {row: fen - one.paid.get(row, 0) for row, fen in two.paid.items() if row not in one.paid or fen > one.paid[row]}
    losers = {row: two.paid.get(row, 0) - fen for row, fen in one.paid.items() if row not in two.paid or two.paid[row] < fen}
    return Comparison(one, two, winners, losers)


def changed(policy: Policy, change: str, names: Sequence[str] = ()) -> Policy:
    """A policy with one change: `revenue=25000000` (the threshold of condition `revenue`), `cap=…`, `amount=…` (FEEL), `start=…`, `end=…`.
    Raises ChangeInvalid where nothing of that name has exactly one number."""
    name, _, value = (part.strip() for part in change.partition("="))
    if not value:
        raise ChangeInvalid(f"“{change}”应为 名称=值", f"{change!r}: expected name=value")
    if name in ("start", "end"):
        return _moved(policy, name, value)
    if name in ("cap", "floor"):
        if not _NUMBER.fullmatch(value) or Decimal(value) < 0:
            raise ChangeInvalid(f"“{change}”应为不小于 0 的金额（元）", f"{change!r}: expected an amount of 0 or more in yuan")
        bound: Any = {name: Decimal(value)}
        return replace(policy, amount=replace(policy.amount, **bound))
    if name == "amount":
        return replace(policy, amount=replace(policy.amount, value=value))
    for at, condition in enumerate(policy.conditions):
        if condition.id == name:
            if not _NUMBER.fullmatch(value):
                raise ChangeInvalid(f"“{change}”应为数字", f"{change!r}: expected a number")
            found = _numbers(feel.parse(condition.when, names=names))
            if len(found) != 1:
                zh = f"条件“{name}”有 {len(found)} 个数字（{condition.when}），应只有一个"
                raise ChangeInvalid(zh, f"the condition {name!r} has {len(found)} numbers ({condition.when}); expected one")
            begin, end = found[0]
            own = replace(condition, when=f"{condition.when[:begin]}{value}{condition.when[end:]}")
            return replace(policy, conditions=(*policy.conditions[:at], own, *policy.conditions[at + 1 :]))
    known = ", ".join(["cap", "floor", "amount", "start", "end", *(c.id for c in policy.conditions)])
    raise ChangeInvalid(f"{policy.code} 没有“{name}”，应为：{known}", f"{policy.code} has nothing named {name!r}; expected one of: {known}")


def _moved(policy: Policy, name: str, value: str) -> Policy:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ChangeInvalid(f"“{name}={value}”应为日期，如 2024-01-31", f"'{name}={value}': expected a date such as 2024-01-31") from None
    changes: Any = {name: day}
    moved = replace(policy, **changes)
    if moved.end is not None and moved.end <= moved.start:
        zh = f"政策在开始（{moved.start}）之前就结束（{moved.end}），结束应晚于开始"
        raise ChangeInvalid(zh, f"the policy ends ({moved.end}) before it begins ({moved.start}); expected an end after the start")
    return moved


def _numbers(node: tree.Node) -> list[tuple[int, int]]:
    """Where the numbers of an expression stand, with their sign."""
    if isinstance(node, tree.Literal) and isinstance(node.value, Decimal):
        return [node.span]
    if isinstance(node, tree.Negate) and isinstance(node.operand, tree.Literal) and isinstance(node.operand.value, Decimal):
        return [node.span]
    return [span for child in tree.children(node) for span in _numbers(child)]


def fit(policy: Policy, sheet: FactSheet, condition: str, budget: int) -> tuple[Decimal, Outcome] | None:
    """The most generous threshold of a condition (a column compared with one number) whose cost stays within the budget in fen, found
    among the values that occur (the cost changes nowhere else). None where even the strictest costs more."""
    one = next((c for c in policy.conditions if c.id == condition), None)
    if one is None:
        known = ", ".join(c.id for c in policy.conditions)
        raise ChangeInvalid(f"{policy.code} 没有条件“{condition}”，应为：{known}", f"{policy.code} has no condition {condition!r}; expected one of: {known}")
    name, looser_is_lower = _threshold(one, sheet)
    data = sheet.columns[name]
    values = sorted({int(v) for v in data.values[data.known].tolist()})
    if not looser_is_lower:
        values.reverse()
    low, high, best = 0, len(values) - 1, None
    while low <= high:
        middle = (low + high) // 2
        bound = Decimal(values[middle]).scaleb(-data.column.decimals)
        found = outcome_of(changed(policy, f"{condition}={bound:f}", sheet.schema.names), sheet)
        if found.cost <= budget:
            best, high = (bound, found), middle - 1
        else:
            low = middle + 1
    return best


def _threshold(condition: Condition, sheet: FactSheet) -> tuple[str, bool]:
    """The column of a condition `column >= number` or `<=`, and whether a lower number lets more in."""
    node = feel.parse(condition.when, names=sheet.schema.names)
    if isinstance(node, tree.Comparison) and isinstance(node.left, tree.Name) and node.left.name in sheet.schema and node.operator in (">=", "<="):
        return node.left.name, node.operator == ">="
    raise ChangeInvalid(f"{condition.when}：应为 列 >= 数 或 列 <= 数", f"{condition.when}: expected a column, >= or <=, and a number")
