"""`manyuan screen`, `explain`, `simulate`, `policy`: the screening engine at the command line. No database is needed."""

from __future__ import annotations

import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click

from manyuan.surfaces.cli.speaking import language

FILE = click.Path(exists=True, path_type=Path)


def _day(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


def _leave(code: int) -> None:
    if code:
        sys.exit(code)


def _common(command):  # type: ignore[no-untyped-def]
    for option in (
        click.option("--policies", "paths", multiple=True, required=True, type=FILE, help="Policy files or folders."),
        click.option("--schema", type=FILE, help="facts.yaml; left out for a list of registrations (csv, csv.gz)."),
        click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="The day on which ages are counted (registrations)."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("facts", type=FILE)
@_common
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="Only policies in force that day.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder for all pairs as Parquet; an interrupted run resumes.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True)
@click.option("--block", default=1 << 19, show_default=True, type=click.IntRange(64), help="Rows in memory at a time.")
def screen(facts: Path, paths: tuple[Path, ...], schema: Path | None, as_of: date | None, on: date | None, out: Path | None, engine: str, block: int) -> None:
    """Screen every row of FACTS (Parquet, or registrations as csv) against every policy."""
    from rich.progress import Progress

    from manyuan.engines.screening.commands import run_screen

    with Progress(transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("screen", total=None)
        code = run_screen(
            facts, paths, schema=schema, out=out, on=on, as_of=as_of, engine=engine, block=block, language=language(), write=click.echo,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )  # fmt: skip
    _leave(code)


@click.command()
@click.argument("facts", type=FILE)
@click.argument("code")
@click.argument("row", type=int)
@_common
def explain(facts: Path, code: str, row: int, paths: tuple[Path, ...], schema: Path | None, as_of: date | None) -> None:
    """Explain policy CODE for row ROW (from 0) of FACTS in words."""
    from manyuan.engines.screening.commands import run_explain

    _leave(run_explain(facts, paths, code, row, schema=schema, as_of=as_of, language=language(), write=click.echo))


@click.command()
@click.argument("facts", type=FILE)
@click.argument("code")
@_common
@click.option("--change", "changes", multiple=True, help="condition=number, cap=…, floor=…, amount=FEEL, start=…, end=…")
@click.option("--budget", type=int, help="Fit the threshold of --condition to this budget, in yuan.")
@click.option("--condition", help="Which condition's threshold to fit.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="The day on which the policy must be in force.")
@click.option("--by", multiple=True, help="Distribute over this column.")
def simulate(facts: Path, code: str, paths: tuple[Path, ...], schema: Path | None, as_of: date | None, changes: tuple[str, ...], budget: int | None,
             condition: str | None, on: date | None, by: tuple[str, ...]) -> None:  # fmt: skip
    """Change policy CODE and see cost, number, winners and losers; or fit a threshold to a budget."""
    from manyuan.engines.screening.commands import run_simulate

    _leave(
        run_simulate(
            facts,
            paths,
            code,
            changes=changes,
            budget=budget,
            condition=condition,
            by=by,
            on=on,
            schema=schema,
            as_of=as_of,
            language=language(),
            write=click.echo,
        )
    )


@click.group()
def policy() -> None:
    """Check policies; decision tables to and from Excel and DMN."""


@policy.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--schema", type=FILE, help="facts.yaml: names, types and units are checked against it.")
@click.option("--cliffs/--no-cliffs", "notes", default=True, help="Name the cliffs of policies that are right, as notes.")
def check(paths: tuple[Path, ...], schema: Path | None, notes: bool) -> None:
    """Every fault of policy files and decision models (.dmn) with file and line; of decision tables also overlaps and gaps; cliffs as notes."""
    from manyuan.engines.screening.commands import run_check

    _leave(run_check(paths, schema, language=language(), write=click.echo, notes=notes))


@policy.command()
@click.argument("paths", nargs=-1, required=True, type=FILE)
@click.option("--schema", type=FILE, help="facts.yaml; left out for a list of registrations.")
@click.option("--facts", type=FILE, help="A fact sheet: count who stands just below and just above each cliff.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="The day on which ages are counted (registrations).")
@click.option("--code", "codes", multiple=True, help="Only this policy.")
@click.option("--within", default=5.0, show_default=True, type=click.FloatRange(0, 100, min_open=True, max_open=True), help="How near is near, in percent.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1), help="How near is near for a date, in days.")
def cliffs(paths: tuple[Path, ...], schema: Path | None, facts: Path | None, as_of: date | None, codes: tuple[str, ...], within: float, days: int) -> None:
    """Where one smallest step of a fact (of a date: a day) makes the amount jump: how much, at which value, by which clause."""
    from manyuan.engines.screening.commands import run_cliffs

    share = Decimal(str(within)) / 100
    _leave(run_cliffs(paths, schema=schema, facts=facts, as_of=as_of, codes=codes, within=share, days=days, language=language(), write=click.echo))


@policy.command()
@click.argument("source", type=FILE)
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--schema", type=FILE, help="facts.yaml: names and types that the cells of a workbook made by hand may use.")
def table(source: Path, target: Path, schema: Path | None) -> None:
    """SOURCE.dmn to TARGET.xlsx, or the other way; doubtful rows are named."""
    from manyuan.engines.screening.commands import run_table

    _leave(run_table(source, target, schema=schema, language=language(), write=click.echo))
