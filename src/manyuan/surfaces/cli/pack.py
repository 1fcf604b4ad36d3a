"""`manyuan pack`: check a programme pack, show what it holds, install it."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import yaml

from manyuan.surfaces.cli import speaking

if TYPE_CHECKING:
    from datetime import datetime

    from manyuan.facts.audit.actors import Actor

PARTS: list[tuple[str, str, str]] = [
    ("facts.yaml", "manyuan.facts.factsheet.services", "install_facts"),
    ("notices.yaml", "manyuan.work.notices.texts", "install_templates"),
    ("permu.yaml", "manyuan.work.evaluation.schemes", "install_schemes"),
    ("cases", "manyuan.work.cases.services", "install_kinds"),
    ("demands.yaml", "manyuan.work.demands.services", "install_topics"),
    ("scenes.yaml", "manyuan.work.supply.services", "install_scenes"),
    ("scorecard.yaml", "manyuan.work.environment.installing", "install_scorecards"),
    ("survey.yaml", "manyuan.work.environment.installing", "install_survey"),
    ("matters", "manyuan.work.matters.installing", "install_matters"),
    ("visits.yaml", "manyuan.work.visits.installing", "install_rules"),
    ("meetings.yaml", "manyuan.work.meetings.installing", "install_kinds"),
    ("ladders", "manyuan.work.cultivation.ladders", "install_ladders"),
]
"""Files and folders of a pack that apps read themselves: (name in the pack, module, function). The function takes `content` (the parsed file; for a folder
its path), `by` and `now`, installs whole or not at all, raises a DomainError that lists every fault, and does nothing where nothing changed."""

CHECKS: list[tuple[str, str]] = [
    ("manyuan.work.matters.installing", "check_matters"),
]
"""Who else has something to say when a pack is checked: (module, function). The function takes the pack's folder and returns faults; it needs no database."""

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def pack() -> None:
    """Check, show or install a programme pack."""


@pack.command()
@click.argument("path", type=FOLDER)
def check(path: Path) -> None:
    """Report every fault of a pack with file, line and what was expected. Exit code 1 when there is one."""
    from manyuan.facts.programme.pack import check_pack

    faults = [*check_pack(path), *(fault for module, function in CHECKS for fault in getattr(import_module(module), function)(path))]
    for fault in faults:
        click.echo(fault.message(speaking.language()))
    chinese = speaking.chinese()
    if faults:
        click.echo(f"{len(faults)} 处问题" if chinese else f"{len(faults)} faults", err=True)
        sys.exit(1)
    click.echo("没有问题" if chinese else "no faults")


@pack.command()
@click.argument("path", type=FOLDER)
def show(path: Path) -> None:
    """What a pack holds: its name, span and the number of entries of each kind."""
    from manyuan.facts.programme.pack.model import CODED
    from manyuan.facts.programme.pack.reader import read_pack

    found = _read(read_pack, path)
    click.echo(f"{found.code} {found.version}\t{found.name.said(speaking.language())}\t{found.starts} – {found.ends}")
    for kind in CODED:
        click.echo(f"{kind}\t{len(getattr(found, kind))}")
    built = sum(one.machinery == "built" for one in found.commitments)
    click.echo(f"commitments built\t{built}\t{found.content_hash()[:16]}")


@pack.command()
@click.argument("path", type=FOLDER)
def install(path: Path) -> None:
    """Install a pack, or a newer version of it; whole or not at all. The same pack again changes nothing."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.facts.programme.installing import install_pack
    from manyuan.facts.programme.pack.reader import read_pack

    found = _read(read_pack, path)
    made = install_pack(pack=found, by=system("cli", at="cli"), now=timezone.now())
    click.echo(f"{made.code} {made.version} {made.content_hash[:16]}")
    for name in install_parts(path, by=system("cli", at="cli"), now=timezone.now()):
        click.echo(name)


def install_parts(path: Path, *, by: Actor, now: datetime) -> list[str]:
    """Install the files of a pack that apps read themselves, in order; a pack may leave any of them out. Returns those that were there."""
    found = []
    for name, module, function in PARTS:
        part = path / name
        if part.exists():
            content = part if part.is_dir() else yaml.safe_load(part.read_text(encoding="utf-8"))
            getattr(import_module(module), function)(content=content, by=by, now=now)
            found.append(name)
    return found


def _read(read, path: Path):  # type: ignore[no-untyped-def]
    from manyuan.facts.programme.pack import PackInvalid

    try:
        return read(path)
    except PackInvalid as error:
        click.echo(error.message(speaking.language()), err=True)
        sys.exit(1)
