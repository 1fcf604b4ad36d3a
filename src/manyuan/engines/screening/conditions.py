"""What a formula is made of: elementary conditions on columns, each exact in whole numbers, joined by `not`, `and` and `or`."""

from __future__ import annotations

from dataclasses import dataclass

INT64 = 2**63


@dataclass(frozen=True)
class Linear:
    """Whole-number combination of raw columns: sum of factor * column (terms sorted by name) plus a constant."""

    terms: tuple[tuple[str, int], ...]
    constant: int = 0

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.terms)


@dataclass(frozen=True)
class AtLeast:
    """linear >= bound (raw units)."""

    linear: Linear
    bound: int


@dataclass(frozen=True)
class Equals:
    """linear = value (raw units)."""

    linear: Linear
    value: int


@dataclass(frozen=True)
class Ratio:
    """top / bottom >= numerator / denominator, or = where `equal`; unknown where bottom is 0 (FEEL's division by zero is null)."""

    top: Linear
    bottom: Linear
    numerator: int
    denominator: int
    equal: bool = False


@dataclass(frozen=True)
class Is:
    """column = category."""

    column: str
    category: str


@dataclass(frozen=True)
class True_:
    """A boolean column."""

    column: str


@dataclass(frozen=True)
class Missing:
    """column = null."""

    column: str


@dataclass(frozen=True)
class Known:
    """True where all of the columns are known, unknown elsewhere: what an amount needs."""

    columns: frozenset[str]


@dataclass(frozen=True)
class Constant:
    """Always so."""

    value: bool


@dataclass(frozen=True)
class Interpreted:
    """What columns cannot do exactly: run by FEEL row by row, and reported by name. null_aware: it names null, so it runs on missing facts too."""

    text: str
    columns: frozenset[str]
    null_aware: bool


@dataclass(frozen=True)
class Not:
    """True where the inner is false; unknown where it is unknown."""

    inner: Formula


@dataclass(frozen=True)
class And:
    """False where a part is false; else unknown where one is; no part twice, no `And` within."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Or:
    """True where a part is true; else unknown where one is; no part twice, no `Or` within."""

    parts: tuple[Formula, ...]


Atom = AtLeast | Equals | Ratio | Is | True_ | Missing | Known | Constant | Interpreted
Formula = Atom | Not | And | Or


def columns_of(formula: Formula) -> frozenset[str]:
    """The columns that a formula reads."""
    if isinstance(formula, (And, Or)):
        return frozenset().union(*(columns_of(part) for part in formula.parts))
    if isinstance(formula, Not):
        return columns_of(formula.inner)
    if isinstance(formula, (AtLeast, Equals)):
        return formula.linear.columns
    if isinstance(formula, Ratio):
        return formula.top.columns | formula.bottom.columns
    if isinstance(formula, (Is, True_, Missing)):
        return frozenset({formula.column})
    return formula.columns if isinstance(formula, (Interpreted, Known)) else frozenset()


def joined(kind: type[And] | type[Or], parts: tuple[Formula, ...]) -> Formula:
    """Parts joined, those of parts of the same kind among them, each once; a single one is itself."""
    flat: list[Formula] = []
    for part in parts:
        for one in part.parts if isinstance(part, kind) else (part,):
            if one not in flat:
                flat.append(one)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def negated(inner: Formula) -> Formula:
    """Not, without two in a row."""
    if isinstance(inner, Not):
        return inner.inner
    return Constant(not inner.value) if isinstance(inner, Constant) else Not(inner)
