"""The slow twin of the kernel: one pair at a time, in plain Python over FEEL. It shares neither the formulas nor the arithmetic of the kernel
(only how `between` and `in` are written out), so that the two can be held against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening.amounts import fen_of
from manyuan.engines.screening.formula import desugar, leaf_test
from manyuan.engines.screening.policy import Policy, PolicySet

Row = dict[str, object]


@dataclass(frozen=True)
class Judged:
    """One pair: outcome as the kernel names it (before groups and ceilings), truth of each condition, gross fen where entitled."""

    outcome: str
    truths: tuple[bool | None, ...]
    gross: int
    missing: frozenset[str]


Test = Callable[[Row], "bool | None"]
Needs = Callable[[Row, "set[str]"], bool]
"""Whether a row has what is needed; what it lacks is added to the set."""


@dataclass(frozen=True)
class Read:
    """A condition read over the columns in scope: its tree, the columns that it names in their order, the tree without short forms, its test of a row."""

    node: tree.Node
    names: tuple[str, ...]
    plain: tree.Node
    test: Test


@lru_cache(maxsize=8192)
def read(text: str, names: frozenset[str]) -> Read:
    """A condition, read once for as long as it is asked for."""
    node = parsed(text, names)
    plain = desugar(node)
    return Read(
        node, tuple(dict.fromkeys(one.name for one in tree.walk(node) if isinstance(one, tree.Name) and one.name in names)), plain, test_of(plain, names)
    )


@lru_cache(maxsize=8192)
def parsed(text: str, names: frozenset[str]) -> tree.Node:
    """The tree of an expression over the columns in scope, read once."""
    return feel.parse(text, names=names)


def test_of(node: tree.Node, columns: frozenset[str]) -> Test:
    """A condition without short forms, ready for rows that have these columns: Kleene logic, unknown where a fact that is used is missing."""
    if isinstance(node, tree.Logic):
        return _both(test_of(node.left, columns), test_of(node.right, columns), node.operator == "or")
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name == "not" and len(node.arguments) == 1:
        return _opposite(test_of(node.arguments[0], columns))
    names_null = any(isinstance(one, tree.Literal) and one.value is None for one in tree.walk(node))
    return _elementary(leaf_test(node), _named(node, columns), names_null)


def _both(left: Test, right: Test, decisive: bool) -> Test:
    def test(row: Row) -> bool | None:
        one, other = left(row), right(row)
        if one is decisive or other is decisive:
            return decisive
        return None if one is None or other is None else not decisive

    return test


def _opposite(inner: Test) -> Test:
    def test(row: Row) -> bool | None:
        found = inner(row)
        return None if found is None else not found

    return test


def _elementary(leaf: Callable[[Mapping[str, object]], bool | None], used: tuple[str, ...], names_null: bool) -> Test:
    def test(row: Row) -> bool | None:
        if not names_null and any(row[name] is None for name in used):
            return None
        return leaf({name: row[name] for name in used})

    return test


def judge(policy: Policy, row: Row) -> Judged:
    """One policy on one row (values as FEEL values; None: not known)."""
    names = frozenset(row)
    truths = [read(condition.when, names).test(row) for condition in policy.conditions]
    gross: int | None = 0
    missing, amount_known = lacking(policy, row, truths)
    if policy.amount.value and all(truths) and amount_known:
        node = parsed(policy.amount.value, names)
        gross = fen_of(feel.Program(node).run({name: row[name] for name in _named(node, names)}), policy.amount)
        amount_known = gross is not None
    unmet = sum(1 for found in truths if found is False)
    unknown = any(found is None for found in truths) or not amount_known
    if unmet == 0:
        outcome = "undetermined" if unknown else "entitled"
    else:
        outcome = "near" if unmet == 1 and not unknown else "refused"
    return Judged(outcome, tuple(truths), gross or 0 if outcome == "entitled" else 0, missing)


def lacking(policy: Policy, row: Row, truths: Sequence[bool | None]) -> tuple[frozenset[str], bool]:
    """The facts that are missing to the conditions not known and to the amount; and whether the row has what the amount needs."""
    names = frozenset(row)
    missing: set[str] = set()
    for condition, found in zip(policy.conditions, truths):
        if found is None:
            missing |= {name for name in read(condition.when, names).names if row[name] is None}
    absent: set[str] = set()
    known = _needs(policy.amount.value, names)(row, absent) if policy.amount.value else True
    return frozenset(missing | absent), known


_EAGER = (tree.Literal, tree.Name, tree.Negate, tree.Arithmetic, tree.Comparison, tree.ListLiteral, tree.Call)


@lru_cache(maxsize=8192)
def _needs(text: str, names: frozenset[str]) -> Needs:
    """What an amount needs, made ready once for as long as it is asked for."""
    return _needs_of(parsed(text, names), names)


def _needs_of(node: tree.Node, columns: frozenset[str]) -> Needs:
    """Whether a row has the facts that an amount needs: of a branching those of its condition and of the branch taken. What is absent is added."""
    used = _named(node, columns)
    if isinstance(node, tree.If):
        return _of_branch_taken(node, columns, constant=not used)
    if isinstance(node, _EAGER) and not isinstance(node, (tree.Literal, tree.Name)):
        parts = [_needs_of(part, columns) for part in tree.children(node)]
        return lambda row, absent: not [part for part in parts if not part(row, absent)]  # all are asked: each adds what is absent
    return lambda row, absent: not _absent_of(used, row, absent)


def _of_branch_taken(node: tree.If, columns: frozenset[str], *, constant: bool) -> Needs:
    test, asked = test_of(desugar(node.condition), columns), _named(node.condition, columns)
    then, otherwise = _needs_of(node.then, columns), _needs_of(node.otherwise, columns)

    def needs(row: Row, absent: set[str]) -> bool:
        taken = test(row)
        if taken is not None:
            return (then if taken else otherwise)(row, absent)
        _absent_of(asked, row, absent)
        return constant  # without any fact it is a constant, and FEEL's own rule holds: null takes the other branch

    return needs


def _named(node: tree.Node, columns: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted({one.name for one in tree.walk(node) if isinstance(one, tree.Name) and one.name in columns}))


def _absent_of(names: tuple[str, ...], row: Row, absent: set[str]) -> bool:
    """Whether any of these is not known in the row; which are is added."""
    missing = [name for name in names if row[name] is None]
    absent.update(missing)
    return bool(missing)


def settle_row(policies: PolicySet, judged: dict[str, Judged]) -> dict[str, tuple[str, int]]:
    """Requirements, groups and ceilings of one row: code -> (outcome, net fen)."""
    out = {code: (one.outcome, one.gross) for code, one in judged.items()}
    listed = {one.code: one for one in policies.policies}

    def granted(code: str, path: tuple[str, ...] = ()) -> bool:
        one = listed.get(code)
        return one is not None and code not in path and judged[code].outcome == "entitled" and all(granted(other, (*path, code)) for other in one.requires)

    alive = [code for code, one in judged.items() if one.outcome == "entitled"]
    for code in alive:
        if not granted(code):
            out[code] = ("set aside", 0)
    alive = [code for code in alive if granted(code)]
    order = {one.code: at for at, one in enumerate(policies.policies)}
    for name in {listed[code].group for code in alive if listed[code].group}:
        members = sorted((code for code in alive if listed[code].group == name), key=lambda code: (-out[code][1], order[code]))
        for code in members[1:]:
            out[code] = ("set aside", 0)
            alive.remove(code)
    for ceiling in policies.ceilings:
        left = int(Decimal(ceiling.amount) * 100)
        for code in sorted((code for code in alive if listed[code].ceiling == ceiling.name), key=order.__getitem__):
            net = min(out[code][1], left)
            if net < out[code][1] and left == 0:
                out[code] = ("set aside", 0)
            else:
                out[code] = ("entitled", net)
            left -= net
    return out
