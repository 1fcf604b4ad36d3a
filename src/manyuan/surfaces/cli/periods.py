"""`manyuan periods`: which reporting periods are open, and opening the next one."""

from __future__ import annotations

import sys

import click

from manyuan.surfaces.cli.speaking import chinese


@click.group()
def periods() -> None:
    """List the reporting periods, or open one."""


@periods.command(name="list")
def list_() -> None:
    """Form, period, filings, handed in, locked; tab-separated. The next one to open stands in brackets."""
    from django.utils import timezone

    from manyuan.facts.filings import queries
    from manyuan.facts.filings.models import Filing
    from manyuan.facts.filings.opening import next_to_open

    today = timezone.localdate()
    for form in queries.current_forms():
        for period in queries.periods_of(form.code):
            counts = queries.counts(Filing.objects.filter(form_code=form.code, period=period), today)
            click.echo(f"{form.code}\t{period}\t{counts.owed}\t{counts.handed_in}\t{counts.locked}")
        if upcoming := next_to_open(form, today):
            click.echo(f"{form.code}\t[{upcoming}]")


@periods.command(name="open")
@click.argument("form")
@click.argument("period")
def open_(form: str, period: str) -> None:
    """Open PERIOD of FORM for everybody who owes it; the same again adds only who is new."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.facts.filings import queries
    from manyuan.facts.filings.opening import open_period

    known = {one.code: one for one in queries.current_forms()}
    if form not in known:
        expected = ", ".join(sorted(known))
        click.echo(f"没有报表 {form}；已有：{expected}" if chinese() else f"no form {form}; known: {expected}", err=True)
        sys.exit(2)
    added = open_period(form=known[form], period=period, by=system("cli", at="cli"), now=timezone.now())
    click.echo(f"新增 {added} 份" if chinese() else f"{added} added")
