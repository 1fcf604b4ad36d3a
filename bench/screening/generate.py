"""Generated enterprises and policies for the benchmark: the same for every engine, by seed. All figures are synthetic."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa

from manyuan.engines.screening import Amount, Column, Condition, FactSheet, Policy, PolicySet, Schema, Text

MONEY = ("revenue", "last_revenue", "tax", "rd", "last_rd", "assets", "debt", "export", "equity", "wages", "profit", "invest")
COUNTS = ("staff", "rd_staff", "patents1", "patents2", "years_in_field", "projects", "land_m2", "floor_m2")
SECTORS = tuple(f"C{n}" for n in range(13, 44))
DISTRICTS = tuple(f"5101{n:02d}" for n in range(4, 24))
SCHEMA = Schema(
    (
        Column("id", "count"),
        *(Column(name, "money", unit="yuan") for name in MONEY),
        *(Column(name, "count") for name in COUNTS),
        Column("main_share", "rate", scale=4),
        Column("debt_ratio", "rate", scale=4),
        Column("founded", "date"),
        Column("titled", "date"),
        Column("sector", "category"),
        Column("district", "category"),
        Column("size", "category"),
        Column("tier", "category"),
        Column("honest", "boolean"),
        Column("listed", "boolean"),
        Column("has_lab", "boolean"),
    )
)


def table(rows: int, seed: int = 1) -> pa.Table:
    """A fact sheet as an Arrow table: about 4 % of each fact is missing; money is log-normal."""
    rng = np.random.default_rng(seed)
    columns: dict[str, pa.Array] = {"id": pa.array(np.arange(rows))}

    def holes(values: np.ndarray, kind: pa.DataType) -> pa.Array:
        return pa.array(values, kind, mask=rng.random(rows) < 0.04)

    for at, name in enumerate(MONEY):
        columns[name] = holes(np.exp(rng.normal(19 + at % 3, 1.6, rows)).astype(np.int64), pa.int64())
    for name in COUNTS:
        columns[name] = holes(np.exp(rng.normal(3, 1.3, rows)).astype(np.int64), pa.int64())
    for name in ("main_share", "debt_ratio"):
        columns[name] = holes(rng.integers(0, 10001, rows), pa.int64())
    for name in ("founded", "titled"):
        columns[name] = holes(rng.integers(10000, 20500, rows).astype(np.int32), pa.date32())
    for name, words in (
        ("sector", SECTORS),
        ("district", DISTRICTS),
        ("size", ("large", "medium", "small", "micro")),
        ("tier", ("none", "innovative", "special", "giant")),
    ):
        codes = holes(rng.integers(0, len(words), rows).astype(np.int8), pa.int8())
        columns[name] = pa.DictionaryArray.from_arrays(codes, pa.array(words))
    for name in ("honest", "listed", "has_lab"):
        columns[name] = holes(rng.random(rows) < 0.6, pa.bool_())
    return pa.table(columns)


def sheet(rows: int, seed: int = 1) -> FactSheet:
    return FactSheet(table(rows, seed), SCHEMA)


@dataclass(frozen=True)
class Atom:
    """An elementary condition as each engine writes it: kind and operands."""

    kind: str  # at_least at_most in boolean since ratio growth
    column: str
    value: object

    def feel(self) -> str:
        match self.kind:
            case "at_least":
                return f"{self.column} >= {self.value}"
            case "at_most":
                return f"{self.column} <= {self.value}"
            case "in":
                return f"{self.column} in ({', '.join(chr(34) + str(v) + chr(34) for v in self.value)})"  # type: ignore[attr-defined]
            case "boolean":
                return self.column
            case "since":
                return f'{self.column} <= date("{self.value}")'
            case "ratio":
                top, bottom = self.column.split("/")
                return f"{top} / {bottom} >= {self.value}"
        now, before = self.column.split("/")
        return f"{now} / {before} - 1 >= {self.value}"


@dataclass(frozen=True)
class Pays:
    """fixed: yuan; share: rate of a column, at most a cap in yuan."""

    kind: str
    value: Decimal
    column: str = ""
    cap: int = 0

    def feel(self) -> str:
        return str(self.value) if self.kind == "fixed" else f"{self.column} * {self.value}"


def atoms_of(count: int, seed: int = 2) -> list[tuple[list[Atom], Pays]]:
    """For each policy about six conditions and an amount. Thresholds repeat between policies, as they do in life."""
    rng = random.Random(seed)
    levels = (500000, 1000000, 2000000, 4000000, 5000000, 10000000, 20000000, 50000000, 100000000, 400000000)
    made = []
    for _ in range(count):
        own: list[Atom] = []
        size = rng.choice((5, 6, 6, 6, 7))
        while len(own) < size:
            kind = rng.choices(("at_least", "at_most", "in", "boolean", "since", "ratio", "growth", "count"), (24, 6, 22, 12, 10, 7, 5, 14))[0]
            if kind in ("at_least", "at_most"):
                atom = Atom(kind, rng.choice(MONEY), rng.choice(levels))
            elif kind == "count":
                atom = Atom("at_least", rng.choice(COUNTS), rng.choice((1, 2, 3, 5, 10, 20, 50, 100)))
            elif kind == "in":
                column, words = rng.choice(
                    (
                        ("sector", SECTORS),
                        ("district", DISTRICTS),
                        ("size", ("large", "medium", "small", "micro")),
                        ("tier", ("none", "innovative", "special", "giant")),
                    )
                )
                start = rng.randrange(len(words))
                atom = Atom("in", column, tuple(sorted({words[(start + k) % len(words)] for k in range(rng.choice((1, 2, 3)))})))
            elif kind == "boolean":
                atom = Atom("boolean", rng.choice(("honest", "listed", "has_lab")), True)
            elif kind == "since":
                atom = Atom("since", rng.choice(("founded", "titled")), date(rng.choice((2012, 2015, 2018, 2020, 2022)), 1, 1))
            elif kind == "ratio":
                atom = Atom("ratio", rng.choice(("rd/revenue", "export/revenue", "debt/assets")), Decimal(rng.choice(("0.02", "0.03", "0.05", "0.1"))))
            else:
                atom = Atom("growth", rng.choice(("revenue/last_revenue", "rd/last_rd")), Decimal(rng.choice(("0", "0.05", "0.1", "0.15", "0.2"))))
            if atom.column not in {one.column for one in own}:
                own.append(atom)
        if rng.random() < 0.5:
            pays = Pays("fixed", Decimal(rng.choice((50000, 100000, 200000, 500000, 1000000))))
        else:
            pays = Pays(
                "share",
                Decimal(rng.choice(("0.01", "0.03", "0.05", "0.1", "0.2"))),
                rng.choice(("rd", "invest", "tax")),
                rng.choice((300000, 500000, 1000000, 5000000)),
            )
        made.append((own, pays))
    return made


def policies(count: int, seed: int = 2) -> PolicySet:
    """The generated policies for the kernel."""
    out = []
    for at, (own, pays) in enumerate(atoms_of(count, seed)):
        conditions = tuple(Condition(f"c{k}", atom.feel(), f"art. {k}", Text(atom.feel(), atom.feel())) for k, atom in enumerate(own))
        amount = Amount(pays.feel(), "half-up", 2, Decimal(pays.cap) if pays.cap else None)
        out.append(Policy(f"B{at:04d}", Text(f"示例 {at}", f"example {at}"), "generated", "synthetic", date(2020, 1, 1), None, conditions, amount))
    return PolicySet(tuple(out))
