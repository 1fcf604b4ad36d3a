"""`manyuan pack`: check a programme pack, show what it holds, install it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import yaml

if TYPE_CHECKING:
    from datetime import datetime

    from manyuan.facts.audit.actors import Actor

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _language() -> str:
    return os.environ.get("MANYUAN_LANGUAGE", "zh")


@click.group()
def pack() -> None:
    """Check, show or install a programme pack."""


@pack.command()
@click.argument("path", type=FOLDER)
def check(path: Path) -> None:
    """Report every fault of a pack with file, line and what was expected. Exit code 1 when there is one."""
    from manyuan.facts.programme.pack import check_pack

    faults = check_pack(path)
    for fault in faults:
        click.echo(fault.message(_language()))
    chinese = _language() == "zh"
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
    click.echo(f"{found.code} {found.version}\t{found.name.said(_language())}\t{found.starts} – {found.ends}")
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
    if install_facts_of(path, by=system("cli", at="cli"), now=timezone.now()):
        click.echo("facts.yaml")
    if install_notices_of(path, by=system("cli", at="cli"), now=timezone.now()):
        click.echo("notices.yaml")


def install_facts_of(path: Path, *, by: Actor, now: datetime) -> bool:
    """Install the fact sheet's definition of a pack; False where the pack has none."""
    from manyuan.facts.factsheet.services import install_facts

    file = path / "facts.yaml"
    if not file.is_file():
        return False
    install_facts(content=yaml.safe_load(file.read_text(encoding="utf-8")), by=by, now=now)
    return True


def install_notices_of(path: Path, *, by: Actor, now: datetime) -> bool:
    """Install the texts of notices of a pack; False where the pack has none."""
    from manyuan.work.notices.texts import install_templates

    file = path / "notices.yaml"
    if not file.is_file():
        return False
    install_templates(content=yaml.safe_load(file.read_text(encoding="utf-8")), by=by, now=now)
    return True


def _read(read, path: Path):  # type: ignore[no-untyped-def]
    from manyuan.facts.programme.pack import PackInvalid

    try:
        return read(path)
    except PackInvalid as error:
        click.echo(error.message(_language()), err=True)
        sys.exit(1)
