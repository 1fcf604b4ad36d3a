"""Constants of an expression that cannot mean anything: a date that no calendar has, a category that its column never holds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening.factsheet import Schema
from manyuan.engines.screening.spelling_out import desugar

Said = tuple[tuple[int, int], str, str]
"""Where in the text, and what is wrong in Chinese and in English."""
_MADE = {
    "date": ("日期，如 2024-01-31", "a date such as 2024-01-31"),
    "time": ("时间，如 09:30:00", "a time such as 09:30:00"),
    "date and time": ("日期和时间，如 2024-01-31T09:30:00", "a date and time such as 2024-01-31T09:30:00"),
    "duration": ("时长，如 P1Y6M 或 P10D", "a duration such as P1Y6M or P10D"),
    "number": ("数字，如 1000.5", "a number such as 1000.5"),
}


def wrong_constants(node: tree.Node, schema: Schema) -> list[Said]:
    """Each of them, in the order of the text; without them the condition would never be known, or never hold."""
    found: dict[tuple[int, int], Said] = {}
    for one in tree.walk(node):
        parts = tree.walk(desugar(one)) if isinstance(one, tree.In) else [one]
        for part in parts:
            for said in _made(part) if isinstance(part, tree.Call) else _categories(part, schema) if isinstance(part, tree.Comparison) else ():
                found.setdefault(said[0], said)
    return [found[span] for span in sorted(found)]


def _categories(node: tree.Comparison, schema: Schema) -> Iterator[Said]:
    if node.operator not in ("=", "!="):
        return
    for name, other in ((node.left, node.right), (node.right, node.left)):
        if not (isinstance(name, tree.Name) and name.name in schema and isinstance(other, tree.Literal) and isinstance(other.value, str)):
            continue
        column = schema[name.name]
        if column.kind != "category" or not column.values or other.value in column.values:
            continue
        near = difflib.get_close_matches(other.value, column.values, n=1)
        shown = [*column.values[:12], *(["…"] if len(column.values) > 12 else [])]
        hint_zh, hint_en = (f"是否指“{near[0]}”？", f" Did you mean {near[0]!r}?") if near else ("", "")
        zh = f"“{column.name}”没有“{other.value}”，应为 {'、'.join(shown)} 之一。{hint_zh}"
        yield other.span, zh, f"{column.name!r} is never {other.value!r}; expected one of {', '.join(shown)}.{hint_en}"


def _made(node: tree.Call) -> Iterator[Said]:
    """A call that makes a date, a time, a duration or a number of one text, and makes none."""
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    (argument, *more) = node.arguments or (None,)
    if name not in _MADE or more or not isinstance(argument, tree.Literal) or not isinstance(argument.value, str):
        return
    if feel.Program(node).run() is None:
        zh, en = _MADE[name]
        yield argument.span, f"得到“{argument.value}”，应为{zh}", f"found {argument.value!r}, expected {en}"
