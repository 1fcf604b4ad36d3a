"""`manyuan export`: enterprises, filings and indicator values as CSV or xlsx, for other programs."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from manyuan.surfaces.cli.speaking import form_known

OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def export() -> None:
    """Write data to files (CSV, UTF-8 with BOM). The file is written aside, then renamed."""


@export.command()
@click.argument("file", type=OUT)
@click.option("--park", default="", help="Only firms of this park (code).")
def enterprises(file: Path, park: str) -> None:
    """The register of enterprises."""
    from manyuan.facts.enterprises.models import Enterprise

    rows = Enterprise.objects.order_by("uscc")
    rows = rows.filter(park__code=park) if park else rows
    names = ("uscc", "name", "park__code", "industry_id", "district__adcode", "registered_on", "capital_fen", "status", "source", "mark")
    _write(file, names, rows.values_list(*names).iterator(chunk_size=2_000))


@export.command()
@click.argument("file", type=OUT)
@click.option("--form", required=True)
@click.option("--period", required=True)
def filings(file: Path, form: str, period: str) -> None:
    """The figures in force of a form and period: money in fen, missing left empty."""
    from manyuan.facts.filings.models import Filing
    from manyuan.facts.filings.opening import definition_for

    keys = [field.key for field in definition_for(form_known(form)).fields]
    rows = Filing.objects.filter(form_code=form, period=period, in_force__isnull=False).order_by("enterprise__uscc", "park__code")
    found = rows.values_list("enterprise__uscc", "enterprise__name", "park__code", "in_force__locked_at", "in_force__is_synthetic", "in_force__values")

    def lines() -> Iterator[list[Any]]:
        for uscc, name, park, locked, synthetic, values in found.iterator(chunk_size=2_000):
            yield [uscc, name, park, locked.isoformat(), synthetic, *(values.get(key) for key in keys)]

    _write(file, ("uscc", "name", "park", "locked_at", "synthetic", *keys), lines())


@export.command()
@click.argument("file", type=OUT)
@click.option("--indicator", default="", help="Only this indicator (code).")
def indicators(file: Path, indicator: str) -> None:
    """The current indicator values of the city and of every park."""
    from manyuan.facts.programme.models import IndicatorValue

    rows = IndicatorValue.objects.filter(superseded_at=None).order_by("indicator__order", "park__code", "period")
    rows = rows.filter(indicator__code=indicator) if indicator else rows
    names = ("indicator__code", "indicator__unit", "park__code", "period", "value", "why_null", "counted", "missing", "synthetic", "computed_at")
    _write(file, names, rows.values_list(*names).iterator(chunk_size=2_000))


def _write(path: Path, names: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    aside = path.with_name(path.name + ".part")
    count = 0
    with aside.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([name.replace("__code", "").replace("__", "_") for name in names])
        for row in rows:
            out.writerow(["" if value is None else value for value in row])
            count += 1
    os.replace(aside, path)
    click.echo(f"{path}: {count:,}")
