"""`manyuan audit`: is the record of what was done whole?"""

from __future__ import annotations

import sys

import click

from manyuan.surfaces.cli.speaking import locale


@click.group()
def audit() -> None:
    """The append-only, hash-chained record of every write."""


@audit.command()
def verify() -> None:
    """Recompute the chain; exit code 1 and the first bad record where it was tampered with."""
    from manyuan.facts.audit.services import verify as check

    found = check()
    click.echo(found.message(locale()))
    sys.exit(0 if found.ok else 1)
