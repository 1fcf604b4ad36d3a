"""`manyuan init`: make or bring up to date the database, and in demo mode the demo accounts. May be called again at any time."""

from __future__ import annotations

import click
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone


@click.command()
@click.option("--demo", is_flag=True, help="Make the demo accounts (demo mode only).")
def init(demo: bool) -> None:
    """Prepare the database."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        call_command("createcachetable", verbosity=0)
    click.echo("· database ready")
    if demo:
        if not settings.DEMO:
            raise click.UsageError("--demo needs demo mode: MANYUAN_DEMO=1")
        from manyuan.facts.accounts.errors import NoCityYet
        from manyuan.facts.accounts.services import make_city_demo_accounts, make_demo_accounts

        try:
            made = make_demo_accounts(now=timezone.now())
        except NoCityYet:  # accounts of committees and firms need parks and firms
            made = make_city_demo_accounts(now=timezone.now())
        click.echo(f"· {len(made)} demo accounts ready (the demo city of parks and enterprises is not built yet)")
