"""`manyuan calendar`: the working days of each year and where they are from; loading the holidays of a year, taking them back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from manyuan.surfaces.cli import speaking

_SOURCES = {
    "loaded": ("已加载", "loaded"),
    "pack": ("规则包", "pack"),
    "library": ("公开日历库", "library"),
    "none": ("缺，按周一至周五计", "none: Monday to Friday"),
}


@click.group()
def calendar() -> None:
    """Working days: the years that are known, a template, loading a year, taking it back."""


@calendar.command(name="list")
def list_() -> None:
    """Year, source, working days, weekdays off, Saturdays and Sundays worked, the notice; tab-separated. Exit 1 where this year (in December also the next) is not known."""
    from django.utils import timezone

    from manyuan.facts.programme.holidays import years_known, years_needed

    today, unknown = timezone.localdate(), False
    for one in years_known(today):
        source = _SOURCES[one.source][0 if speaking.chinese() else 1]
        unknown |= one.source == "none" and one.year in years_needed(today)
        click.echo(f"{one.year}\t{source}\t{one.working}\t{len(one.off)}\t{len(one.on)}\t{one.table.source if one.table else ''}")
    sys.exit(1 if unknown else 0)


@calendar.command()
@click.argument("year", type=click.IntRange(2004, 2100))
def show(year: int) -> None:
    """Days of YEAR that are not as Monday to Friday would have them: date, off or worked, holiday; tab-separated."""
    from manyuan.facts.programme.holidays import year_read

    found = year_read(year)
    off, worked = ("放假", "上班") if speaking.chinese() else ("off", "worked")
    names = {day: one.called(speaking.language()) for one in found.holidays for day in one.days()}
    for day in sorted((*found.off, *found.on)):
        click.echo(f"{day}\t{off if day in found.off else worked}\t{names.get(day, '')}")


@calendar.command()
@click.argument("year", type=click.IntRange(2004, 2100))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(year: int, file: Path) -> None:
    """Write a workbook to fill in to FILE (.xlsx), with what is in force for YEAR."""
    from manyuan.facts.programme.holidays import template as made

    file.write_bytes(made(year, speaking.language()))
    click.echo(str(file))


@calendar.command()
@click.argument("year", type=click.IntRange(2004, 2100))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="The notice that the days are from: number and date.")
@click.option("--check", is_flag=True, help="Only say what would change.")
def load(year: int, file: Path, source: str, check: bool) -> None:
    """Take the holidays of YEAR from FILE (xlsx, xls or csv), whole or not at all; running clocks are reckoned again at once. Exit 1 where a cell is wrong."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.facts.programme.holidays import load_holidays, preview_holidays
    from manyuan.work.cases.reckoning import reckon_again

    shown, zh = preview_holidays(year=year, name=file.name, content=file.read_bytes()), speaking.chinese()
    for one in shown.faults:
        click.echo(f"{file.name} {one.cell}\t{one.message(speaking.language())}", err=True)
    if shown.faults:
        sys.exit(1)
    for day in sorted((*shown.off, *shown.on)):
        click.echo(f"{day}\t{('放假' if zh else 'off') if day in shown.off else ('上班' if zh else 'worked')}")
    if check:
        return
    now = timezone.now()
    load_holidays(year=year, holidays=shown.holidays, source=source, file_name=file.name, by=system("cli", at="cli"), now=now)
    moved = len(reckon_again(now=now))
    click.echo(f"{year} 年已加载；{moved} 件事项的时限已重新计算" if zh else f"{year} loaded; deadlines of {moved} cases reckoned again")


@calendar.command()
@click.argument("year", type=click.IntRange(2004, 2100))
def withdraw(year: int) -> None:
    """Take the loaded table of YEAR back: the pack's counts again, or the library's, or Monday to Friday."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.facts.programme.holidays import withdraw_holidays
    from manyuan.work.cases.reckoning import reckon_again

    now = timezone.now()
    withdraw_holidays(year=year, by=system("cli", at="cli"), now=now)
    moved = len(reckon_again(now=now))
    click.echo(f"{year} 年已撤回；{moved} 件事项的时限已重新计算" if speaking.chinese() else f"{year} taken back; deadlines of {moved} cases reckoned again")
