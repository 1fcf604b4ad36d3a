"""`manyuan init`: make or bring up to date the database, install the programme pack, and in demo mode build the demo city. May be called again."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

DEMOS: list[tuple[str, str, str]] = [
    ("demands", "manyuan.work.demands.demo", "play_demands"),
    ("enterprises judged against the ladders", "manyuan.work.cultivation.demo", "play_tiers"),
    ("policy applications", "manyuan.work.policies.demo_applications", "play_applications"),
    ("checks after the payment", "manyuan.work.policies.demo_after", "play_after"),
    ("per-mu evaluation", "manyuan.work.evaluation.demo", "play_evaluation"),
    ("scorecards", "manyuan.work.environment.demo", "play_environment"),
    ("visits", "manyuan.work.visits.demo", "play_visits"),
    ("meetings", "manyuan.work.meetings.demo", "play_meetings"),
    ("supply and demand", "manyuan.work.supply.demo", "play_supply"),
    ("matters", "manyuan.work.matters.demo", "play_matters"),
    ("notices of the year", "manyuan.site.demo_notices", "play_notices"),
]
"""What else the demo city lives through: (title, module, function). Each function takes the pack's folder and the moment, plays once, returns how much."""


@click.command()
@click.option("--pack", "pack_path", type=click.Path(path_type=Path), default=None, help="Folder of the programme pack (default: MANYUAN_PACK).")
@click.option("--demo", is_flag=True, help="Build the demo city with its accounts (demo mode only).")
@click.option("--enterprises", default=3000, show_default=True, type=click.IntRange(100, 500_000), help="Firms of the demo city.")
@click.option("--months", default=12, show_default=True, type=click.IntRange(1, 60), help="Monthly periods of the demo city.")
def init(pack_path: Path | None, demo: bool, enterprises: int, months: int) -> None:
    """Prepare the database, the programme and, with --demo, the demo city."""
    if demo and not settings.DEMO:
        raise click.UsageError("--demo needs demo mode: MANYUAN_DEMO=1")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        call_command("createcachetable", verbosity=0)
    click.echo("· database ready")
    _programme(pack_path or settings.PACK_DIR)
    if demo:
        _demo(pack_path or settings.PACK_DIR, enterprises, months)


def _programme(path: Path) -> None:
    from manyuan.facts.audit.actors import system
    from manyuan.facts.enterprises.industries import load_industries
    from manyuan.facts.programme.installing import install_pack
    from manyuan.facts.programme.pack import read_pack
    from manyuan.surfaces.cli.pack import install_parts

    by, now = system("init", at="cli"), timezone.now()
    load_industries(by=by, now=now)
    pack = read_pack(path)
    install_pack(pack=pack, by=by, now=now)
    install_parts(path, by=by, now=now)
    click.echo(f"· programme {pack.code} {pack.version}: {len(pack.goals)} goals, {len(pack.commitments)} commitments, {len(pack.parks)} parks")


def _demo(path: Path, enterprises: int, months: int) -> None:
    from manyuan.facts.accounts.services import make_demo_accounts
    from manyuan.facts.programme.demo.city import build_demo_city
    from manyuan.facts.programme.demo.showing import release_some
    from manyuan.facts.programme.models import IndicatorValue
    from manyuan.facts.programme.pack import read_pack
    from manyuan.facts.programme.reacting import compute_all
    from manyuan.work.policies.demo import play_policies

    started = time.monotonic()
    shown = _Shown()
    count = build_demo_city(pack=read_pack(path), enterprises=enterprises, months=months, now=timezone.now(), progress=shown)
    shown.end()
    if count:
        click.echo(f"· demo city built: {count:,} filings in {time.monotonic() - started:.0f} s; every value in it is made up and marked")
    if count or not IndicatorValue.objects.exists():
        click.echo("· computing the figures …")
        compute_all(now=timezone.now())
        click.echo(f"· figures ready ({time.monotonic() - started:.0f} s)")
    made = make_demo_accounts(now=timezone.now())
    release_some(now=timezone.now())
    click.echo(f"· {len(made)} demo accounts ready")
    click.echo("· playing the demo's policies …")
    played = play_policies(folder=path, now=timezone.now())
    click.echo(f"· {played} policies published and screened ({time.monotonic() - started:.0f} s)" if played else "· policies are there already")
    for title, module, play in DEMOS:
        found = getattr(import_module(module), play)(folder=path, now=timezone.now())
        click.echo(f"· {title}: {found:,} ({time.monotonic() - started:.0f} s)" if found else f"· {title}: there already")


class _Shown:
    """Progress: one line that renews itself on a terminal, a line every ten seconds in a log."""

    def __init__(self) -> None:
        self.last = 0.0
        self.open = False
        self.terminal = sys.stdout.isatty()

    def __call__(self, what: str, done: int, of: int) -> None:
        if time.monotonic() - self.last < (0.5 if self.terminal else 10):
            return
        self.last, self.open = time.monotonic(), True
        text = f"  building the demo city … {100 * done // max(1, of):3d} %  {what:<34}"
        click.echo(f"\r{text}" if self.terminal else text, nl=not self.terminal)

    def end(self) -> None:
        if self.open and self.terminal:
            click.echo("\r" + " " * 78 + "\r", nl=False)
