"""What a policy is, as data: conditions and an amount in FEEL, each with its clause; and what a set of policies shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return (self.zh or self.en) if language.startswith("zh") else (self.en or self.zh)


@dataclass(frozen=True)
class Condition:
    """One condition: all of a policy's must hold. when: FEEL, a boolean; clause: where the document says so."""

    id: str
    when: str
    clause: str
    text: Text


@dataclass(frozen=True)
class Amount:
    """What an entitled enterprise gets. value: FEEL, in yuan; rounding: half-up | half-even | down | up, to the fen (scale 2) or coarser;
    cap and floor in yuan. value is None for a policy that grants a title and no money."""

    value: str | None = None
    rounding: str = "half-up"
    scale: int = 2
    cap: Decimal | None = None
    floor: Decimal | None = None
    clause: str = ""


@dataclass(frozen=True)
class ScoreItem:
    """An item of a score: at most `points`; least and most: FEEL, what the known facts leave possible (null: not known, anything from 0 to all)."""

    id: str
    text: Text
    points: Decimal
    least: str
    most: str


@dataclass(frozen=True)
class Score:
    """A score that experts give in part; more than `above` is needed."""

    above: Decimal
    clause: str
    text: Text
    items: tuple[ScoreItem, ...]


@dataclass(frozen=True)
class Policy:
    """A policy in one version. group: of several policies of one group an enterprise gets the highest only; ceiling: the name of a
    yearly ceiling that it counts towards; requires: codes of policies to which the enterprise must be entitled first; mark: how far
    verified (V, C, GK, example), shown with every result; score: what experts judge in points, whose reachability is the last condition."""

    code: str
    name: Text
    source: str
    mark: str
    start: date
    end: date | None
    conditions: tuple[Condition, ...]
    amount: Amount = Amount()
    group: str = ""
    ceiling: str = ""
    delivery: str = "application"
    kind: str = "money"
    requires: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()  # what experts judge and this policy cannot decide
    file: str = ""
    line: int = 0
    score: Score | None = None

    def in_force(self, on: date) -> bool:
        """Whether the policy holds on a day (end excluded)."""
        return self.start <= on and (self.end is None or on < self.end)


@dataclass(frozen=True)
class Ceiling:
    """What one enterprise may get in a year from all policies that name this ceiling, in yuan; spent in the order of their codes."""

    name: str
    amount: Decimal


@dataclass(frozen=True)
class PolicySet:
    """Policies screened together, in the order of their codes."""

    policies: tuple[Policy, ...]
    ceilings: tuple[Ceiling, ...] = ()
    _by_code: dict[str, Policy] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self._by_code.update({policy.code: policy for policy in self.policies})

    def __getitem__(self, code: str) -> Policy:
        return self._by_code[code]

    def on(self, day: date) -> PolicySet:
        """Only what is in force on a day."""
        return PolicySet(tuple(policy for policy in self.policies if policy.in_force(day)), self.ceilings)
