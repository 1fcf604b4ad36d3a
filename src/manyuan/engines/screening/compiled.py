"""A set of policies compiled for a schema: its distinct elementary conditions, in which order they are joined, what each policy asks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from manyuan.engines import feel
from manyuan.engines.screening import formula as f
from manyuan.engines.screening.amounts import AmountProgram
from manyuan.engines.screening.factsheet import Schema
from manyuan.engines.screening.needs import needs_of
from manyuan.engines.screening.policy import PolicySet


@dataclass
class Compiled:
    """A set of policies compiled for a schema: nodes, their order of work, each policy's conditions. Made once, used for any number of sheets.

    known_of[node] is the number of its known rows. known_sets gives for each number the columns that must be known, or None where the rows are
    found in working; known_divided[number] is the linear form that must not be 0 besides.
    """

    policies: PolicySet
    schema: Schema
    nodes: list[f.Formula] = field(default_factory=list)
    index: dict[f.Formula, int] = field(default_factory=dict)
    known_of: list[int] = field(default_factory=list)
    known_sets: list[frozenset[str] | None] = field(default_factory=lambda: [frozenset()])
    known_divided: dict[int, f.Linear] = field(default_factory=dict)
    program: list[tuple[int, int, int, int]] = field(default_factory=list)
    conditions: list[list[int]] = field(default_factory=list)
    amounts: list[AmountProgram] = field(default_factory=list)
    seconds: float = 0.0
    _sets: dict[tuple[frozenset[str], f.Linear | None], int] = field(default_factory=lambda: {(frozenset(), None): 0})

    def report(self) -> dict[str, Any]:
        """What was compiled and what is left to the interpreter, by name."""
        interpreted = sorted({node.text for node in self.nodes if isinstance(node, f.Interpreted)})
        amounts = sorted(policy.code for policy, amount in zip(self.policies.policies, self.amounts) if amount.interpreted)
        atoms = sum(1 for node in self.nodes if not isinstance(node, (f.And, f.Or, f.Not)))
        total = sum(len(policy.conditions) for policy in self.policies.policies)
        return {
            "policies": len(self.policies.policies), "conditions": total, "distinct elementary conditions": atoms, "interpreted conditions": interpreted,
            "interpreted amounts": amounts, "seconds": self.seconds,
        }  # fmt: skip

    @property
    def slow(self) -> bool:
        """Whether anything is left to the interpreter."""
        return any(isinstance(node, f.Interpreted) for node in self.nodes) or any(amount.interpreted for amount in self.amounts)

    # building
    def add(self, formula: f.Formula) -> int:
        found = self.index.get(formula)
        if found is not None:
            return found
        if isinstance(formula, f.Not):
            inner = self.add(formula.inner)
            return self._node(formula, (0, inner, inner), self.known_of[inner])
        if isinstance(formula, (f.And, f.Or)):
            kind = f.And if isinstance(formula, f.And) else f.Or
            left = self.add(formula.parts[0])
            for at, part in enumerate(formula.parts[1:], 2):
                right = self.add(part)
                whole = kind(formula.parts[:at])
                known = self.known_of[left] if self.known_of[left] == self.known_of[right] else -1
                left = self.index.get(whole, -1) if whole in self.index else self._node(whole, (1 if kind is f.And else 2, left, right), known)
            return left
        return self._node(formula, None, self._known(formula))

    def _node(self, formula: f.Formula, step: tuple[int, int, int] | None, known: int) -> int:
        at = len(self.nodes)
        self.nodes.append(formula)
        self.index[formula] = at
        if known < 0:
            known = len(self.known_sets)
            self.known_sets.append(None)
        self.known_of.append(known)
        if step is not None:
            self.program.append((step[0], step[1], step[2], at))
        return at

    def _known(self, formula: f.Formula) -> int:
        if isinstance(formula, f.Interpreted):
            return -1
        names = frozenset() if isinstance(formula, (f.Missing, f.Constant)) else f.columns_of(formula)
        divided = formula.bottom if isinstance(formula, f.Ratio) else None
        found = self._sets.get((names, divided))
        if found is None:
            found = self._sets[names, divided] = len(self.known_sets)
            self.known_sets.append(names)
            if divided is not None:
                self.known_divided[found] = divided
        return found


def compile_set(policies: PolicySet, schema: Schema) -> Compiled:
    """Compile a set for a schema. Raises FeelError for a condition that cannot be parsed (check the set first)."""
    began = time.perf_counter()
    compiled = Compiled(policies, schema)
    for policy in policies.policies:
        own = [compiled.add(f.formula_of(feel.parse(condition.when, names=schema.names), schema)) for condition in policy.conditions]
        amount = AmountProgram(policy.amount, schema)
        compiled.amounts.append(amount)
        if amount.node is not None and amount.columns:  # entitled, but the amount needs a fact that is missing: undetermined, not entitled
            own.append(compiled.add(needs_of(amount.node, schema)))
        compiled.conditions.append(own)
    compiled.seconds = time.perf_counter() - began
    return compiled
