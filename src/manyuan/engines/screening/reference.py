"""The slow twin of the kernel: one pair at a time, in plain Python over FEEL. It shares neither the formulas nor the arithmetic of the kernel
(only how `between` and `in` are written out), so that the two can be held against each other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening.amounts import fen_of
from manyuan.engines.screening.formula import desugar, leaf_truth
from manyuan.engines.screening.policy import Policy, PolicySet

Row = dict[str, object]


@dataclass(frozen=True)
class Judged:
    """One pair: outcome as the kernel names it (before groups and ceilings), truth of each condition, gross fen where entitled."""

    outcome: str
    truths: tuple[bool | None, ...]
    gross: int
    missing: frozenset[str]


def truth(node: tree.Node, row: Row) -> bool | None:
    """A condition on a row: Kleene logic over elementary conditions, each unknown where a fact it uses is missing."""
    return _truth(desugar(node), row)


def _truth(node: tree.Node, row: Row) -> bool | None:
    if isinstance(node, tree.Logic):
        left, right = _truth(node.left, row), _truth(node.right, row)
        decisive = node.operator == "or"
        if left is decisive or right is decisive:
            return decisive
        return None if left is None or right is None else not decisive
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name == "not" and len(node.arguments) == 1:
        inner = _truth(node.arguments[0], row)
        return None if inner is None else not inner
    nodes = tree.walk(node)
    used = {one.name for one in nodes if isinstance(one, tree.Name) and one.name in row}
    names_null = any(isinstance(one, tree.Literal) and one.value is None for one in nodes)
    if not names_null and any(row[name] is None for name in used):
        return None
    return leaf_truth(node, {name: row[name] for name in used})


def judge(policy: Policy, row: Row) -> Judged:
    """One policy on one row (values as FEEL values; None: not known)."""
    names = list(row)
    truths = []
    missing: set[str] = set()
    for condition in policy.conditions:
        node = feel.parse(condition.when, names=names)
        found = truth(node, row)
        truths.append(found)
        if found is None:
            missing |= {one.name for one in tree.walk(node) if isinstance(one, tree.Name) and row.get(one.name, 0) is None}
    gross: int | None = 0
    amount_known = True
    if policy.amount.value:
        node = feel.parse(policy.amount.value, names=names)
        used = {one.name for one in tree.walk(node) if isinstance(one, tree.Name) and one.name in row}
        absent: set[str] = set()
        amount_known = _computable(node, row, absent)
        if all(truths) and amount_known:
            gross = fen_of(feel.Program(node).run({name: row[name] for name in used}), policy.amount)
            amount_known = gross is not None
        missing |= absent
    unmet = sum(1 for found in truths if found is False)
    unknown = any(found is None for found in truths) or not amount_known
    if unmet == 0:
        outcome = "undetermined" if unknown else "entitled"
    else:
        outcome = "near" if unmet == 1 and not unknown else "refused"
    return Judged(outcome, tuple(truths), gross or 0 if outcome == "entitled" else 0, frozenset(missing))


_EAGER = (tree.Literal, tree.Name, tree.Negate, tree.Arithmetic, tree.Comparison, tree.ListLiteral, tree.Call)


def _computable(node: tree.Node, row: Row, absent: set[str]) -> bool:
    """Whether the row has the facts that an amount needs: of a branching those of its condition and of the branch taken. What is absent is added."""
    used = {one.name for one in tree.walk(node) if isinstance(one, tree.Name) and one.name in row}
    if isinstance(node, tree.If):
        taken = truth(node.condition, row)
        if taken is not None:
            return _computable(node.then if taken else node.otherwise, row, absent)
        absent |= {one.name for one in tree.walk(node.condition) if isinstance(one, tree.Name) and row.get(one.name, 0) is None}
        return not used  # without any fact it is a constant, and FEEL's own rule holds: null takes the other branch
    if isinstance(node, _EAGER) and not isinstance(node, (tree.Literal, tree.Name)):
        found = [_computable(part, row, absent) for part in tree.children(node)]  # all are asked: each adds what is absent
        return all(found)
    missing = {name for name in used if row[name] is None}
    absent |= missing
    return not missing


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
