"""The other engines, each given the same generated policies and rows in its own best form. Every one returns, for each policy, how many rows
are entitled and the sum of the amounts in fen, so that the answers can be compared before anything is timed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import generate
import numpy as np
import pyarrow as pa

Answer = list[tuple[int, int]]
EPOCH = np.datetime64("1970-01-01")


def _fen(value: Any) -> int:
    return int(value * 100)


def polars_engine(table: pa.Table, made: list) -> Callable[[], Answer]:
    """Polars, lazy: integer fen, categories as they are, one expression for a policy; 64-bit literals throughout."""
    import polars as pl

    frame = pl.from_arrow(table).lazy()  # type: ignore[union-attr]

    def literal(n: int) -> pl.Expr:
        return pl.lit(n, dtype=pl.Int64)

    def atom(a: generate.Atom) -> pl.Expr:
        match a.kind:
            case "at_least":
                return pl.col(a.column) >= literal(_fen(a.value) if a.column in generate.MONEY else int(a.value))  # type: ignore[call-overload]
            case "at_most":
                return pl.col(a.column) <= literal(_fen(a.value))
            case "in":
                return pl.col(a.column).cast(pl.String).is_in(list(a.value))  # type: ignore[call-overload]
            case "boolean":
                return pl.col(a.column)
            case "since":
                return pl.col(a.column) <= pl.lit(a.value)
        top, bottom = a.column.split("/")
        rate = int(a.value * 100) + (100 if a.kind == "growth" else 0)  # type: ignore[operator]
        return pl.col(top) * literal(100) >= pl.col(bottom) * literal(rate)

    def amount(p: generate.Pays) -> pl.Expr:
        if p.kind == "fixed":
            return literal(_fen(p.value))
        scaled = pl.col(p.column) * literal(int(p.value * 100))
        return pl.min_horizontal((scaled + literal(50)) // literal(100), literal(p.cap * 100))

    out = []
    for at, (own, pays) in enumerate(made):
        hit = atom(own[0])
        for one in own[1:]:
            hit = hit & atom(one)
        if pays.kind == "share":
            hit = hit & pl.col(pays.column).is_not_null()
        hit = hit.fill_null(False)
        out += [hit.sum().alias(f"n{at}"), pl.when(hit).then(amount(pays)).otherwise(literal(0)).sum().alias(f"s{at}")]
    query = frame.select(out)

    def run() -> Answer:
        row = query.collect().row(0)
        return [(int(row[2 * k]), int(row[2 * k + 1])) for k in range(len(made))]

    return run


def _sql_atom(a: generate.Atom) -> str:
    match a.kind:
        case "at_least":
            return f"{a.column} >= {_fen(a.value) if a.column in generate.MONEY else a.value}"
        case "at_most":
            return f"{a.column} <= {_fen(a.value)}"
        case "in":
            return f"{a.column} in ({', '.join(repr(v) for v in a.value)})"  # type: ignore[attr-defined]
        case "boolean":
            return a.column
        case "since":
            return f"{a.column} <= date '{a.value}'"
    top, bottom = a.column.split("/")
    rate = int(a.value * 100) + (100 if a.kind == "growth" else 0)  # type: ignore[operator]
    return f"{top} * 100 >= {bottom} * {rate}"


def duckdb_engine(table: pa.Table, made: list) -> Callable[[], Answer]:
    """DuckDB: one query, a filtered count and sum for each policy, integer fen, categories as enum."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads to 2")
    connection.register("arrow_facts", table)
    connection.execute("create table facts as select * from arrow_facts")
    for name in ("sector", "district", "size", "tier"):
        connection.execute(f"create type {name}_t as enum (select distinct {name}::varchar from facts where {name} is not null order by 1)")
        connection.execute(f"alter table facts alter {name} type {name}_t")
    parts = []
    for own, pays in made:
        where = " and ".join(_sql_atom(a) for a in own)
        pay = str(_fen(pays.value)) if pays.kind == "fixed" else f"least(({pays.column} * {int(pays.value * 100)} + 50) // 100, {pays.cap * 100})"
        if pays.kind == "share":
            where += f" and {pays.column} is not null"
        parts += [f"count(*) filter (where {where})", f"coalesce(sum({pay}) filter (where {where}), 0)"]
    query = f"select {', '.join(parts)} from facts"

    def run() -> Answer:
        row = connection.execute(query).fetchone()
        assert row is not None
        return [(int(row[2 * k]), int(row[2 * k + 1])) for k in range(len(made))]

    return run


def _columns(table: pa.Table) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Values (0 where missing) and which are known, as numpy."""
    sheet = generate.FactSheet(table, generate.SCHEMA)
    return {name: data.values for name, data in sheet.columns.items()}, {name: data.known for name, data in sheet.columns.items()}


def openfisca_engine(table: pa.Table, made: list) -> Callable[[], Answer]:
    """OpenFisca-core: one entity, a variable for each column and each policy. Its money is float32, so that it can be off by some fen and at
    thresholds; missing facts are kept apart by boolean variables, since OpenFisca would read them as 0."""
    from openfisca_core import periods
    from openfisca_core.entities import Entity
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    firm = Entity("firm", "firms", "enterprise", "")
    system = TaxBenefitSystem([firm])
    values, known = _columns(table)
    sheet = generate.FactSheet(table, generate.SCHEMA)
    period = periods.period("2024")

    def variable(name: str, kind: type, formula: Callable | None = None) -> None:
        body: dict[str, Any] = {"value_type": kind, "entity": firm, "definition_period": periods.DateUnit.YEAR, "label": name}
        if formula is not None:
            body["formula"] = formula
        system.add_variable(type(name, (Variable,), body))

    money = set(generate.MONEY)
    for name in generate.SCHEMA.names:
        variable(name, float if name in money else bool if sheet.columns[name].column.kind == "boolean" else int)
        variable(f"{name}_known", bool)

    def atom(a: generate.Atom) -> Callable[[Any, Any], np.ndarray]:
        if a.kind == "in":
            codes = [sheet.columns[a.column].categories.index(v) for v in a.value]  # type: ignore[attr-defined]
            return lambda e, p: np.isin(e(a.column, p), codes) & e(f"{a.column}_known", p)
        if a.kind == "boolean":
            return lambda e, p: e(a.column, p) & e(f"{a.column}_known", p)
        if a.kind == "since":
            bound = (np.datetime64(a.value) - EPOCH).astype(int)  # type: ignore[call-overload]
            return lambda e, p: (e(a.column, p) <= bound) & e(f"{a.column}_known", p)
        if a.kind in ("at_least", "at_most"):
            bound = float(a.value)  # type: ignore[arg-type]
            least = a.kind == "at_least"
            return lambda e, p: ((e(a.column, p) >= bound) if least else (e(a.column, p) <= bound)) & e(f"{a.column}_known", p)
        top, bottom = a.column.split("/")
        rate = float(a.value) + (1 if a.kind == "growth" else 0)  # type: ignore[arg-type]
        return lambda e, p: (e(top, p) >= rate * e(bottom, p)) & e(f"{top}_known", p) & e(f"{bottom}_known", p)

    for at, (own, pays) in enumerate(made):
        tests = [atom(a) for a in own]

        variable(f"policy_{at}", float, _openfisca_formula(tests, pays))

    def run() -> Answer:
        simulation = SimulationBuilder().build_default_simulation(system, count=table.num_rows)
        for name in generate.SCHEMA.names:
            simulation.set_input(name, period, values[name] / 100 if name in money else values[name])
            simulation.set_input(f"{name}_known", period, known[name])
        out = []
        for at in range(len(made)):
            paid = simulation.calculate(f"policy_{at}", period)
            out.append((int(np.count_nonzero(paid)), round(float(paid.sum(dtype=np.float64)) * 100)))
        return out

    return run


def _openfisca_formula(tests: list, pays: generate.Pays) -> Callable:
    """The formula of a policy's variable."""

    def formula(firm: Any, period: Any) -> np.ndarray:
        hit = tests[0](firm, period)
        for test in tests[1:]:
            hit = hit & test(firm, period)
        if pays.kind == "fixed":
            return hit * float(pays.value)
        return hit * firm(f"{pays.column}_known", period) * np.minimum(firm(pays.column, period) * float(pays.value), float(pays.cap))

    return formula


def zen_engine(table: pa.Table, made: list) -> Callable[[], Answer]:
    """zen-engine: one graph with one expression node that holds every policy, evaluated row by row (it has no other way)."""
    import zen

    expressions = []
    for at, (own, pays) in enumerate(made):
        tests = []
        for a in own:
            names = a.column.split("/")
            guard = " and ".join(f"{name} != null" for name in names)
            match a.kind:
                case "at_least":
                    test = f"{a.column} >= {_fen(a.value) if a.column in generate.MONEY else a.value}"
                case "at_most":
                    test = f"{a.column} <= {_fen(a.value)}"
                case "in":
                    test = f"{a.column} in [{', '.join(repr(v) for v in a.value)}]"  # type: ignore[attr-defined]
                case "boolean":
                    test = f"{a.column} == true"
                case "since":
                    test = f"{a.column} <= {(np.datetime64(a.value) - EPOCH).astype(int)}"  # type: ignore[call-overload]
                case _:
                    rate = int(a.value * 100) + (100 if a.kind == "growth" else 0)  # type: ignore[operator]
                    test = f"{names[0]} * 100 >= {names[1]} * {rate}"
            tests.append(f"({guard} and {test})")
        pay = str(_fen(pays.value)) if pays.kind == "fixed" else f"min([floor(({pays.column} * {int(pays.value * 100)} + 50) / 100), {pays.cap * 100}])"
        if pays.kind == "share":
            tests.append(f"{pays.column} != null")
        expressions.append({"id": str(at), "key": f"p{at}", "value": f"{' and '.join(tests)} ? {pay} : 0"})
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
            {"id": "e", "name": "e", "type": "expressionNode", "position": {"x": 0, "y": 0}, "content": {"expressions": expressions}},
            {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
        ],
        "edges": [{"id": "a", "sourceId": "in", "targetId": "e", "type": "edge"}, {"id": "b", "sourceId": "e", "targetId": "out", "type": "edge"}],
    }
    decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(json.dumps(graph)))
    rows = table.to_pylist()
    for row in rows:
        for name in ("founded", "titled"):
            row[name] = None if row[name] is None else int((np.datetime64(row[name]) - EPOCH).astype(int))

    def run() -> Answer:
        counts, sums = [0] * len(made), [0] * len(made)
        for row in rows:
            result = decision.evaluate(row)["result"]
            for at in range(len(made)):
                paid = round(result[f"p{at}"])
                counts[at] += paid != 0
                sums[at] += paid
        return list(zip(counts, sums))

    return run
