"""`manyuan matters`: the catalogue before and after, the meter of delegated powers, the ask-once ledger."""

from __future__ import annotations

import click

from manyuan.surfaces.cli.speaking import chinese, language


@click.group()
def matters() -> None:
    """Matters, delegated powers and what enterprises are spared."""


@matters.command("list")
def list_() -> None:
    """Every matter: code, version, name, then papers, fields, steps, days and trips as before>now; tab-separated."""
    from manyuan.work.matters.catalogue import current_matters, reform_of

    for row in current_matters():
        reform = reform_of(row)
        counts = [f"{getattr(reform.before, name)}>{getattr(reform.after, name)}" for name in ("materials", "fields", "steps", "days", "trips")]
        click.echo("\t".join([row.code, str(row.number), row.name(language()), *counts]))


@matters.command()
@click.option("--on-paper", is_flag=True, help="Only those that nobody uses.")
def powers(on_paper: bool) -> None:
    """Every power that a park holds: code, park, since, times used, days on average, sent up, months idle, paper or used; tab-separated."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.work.matters.powers import meters

    for one in meters(system("cli", at="cli"), timezone.localdate()):
        if on_paper and not one.on_paper:
            continue
        days = "-" if one.days is None else f"{one.days:.1f}"
        state = ("纸面" if chinese() else "paper") if one.on_paper else ("在用" if chinese() else "used")
        parts = [one.holding.power.code, one.holding.park.code, str(one.holding.since), str(one.used), days, str(one.sent_up), str(one.idle_months), state]
        click.echo("\t".join(parts))


@matters.command()
def ledger() -> None:
    """The ask-once ledger: held and not asked, asked once, corrected, asked although held, trips saved; share of ended applications that never left."""
    from manyuan.facts.audit.actors import system
    from manyuan.work.matters.powers import leaving
    from manyuan.work.matters.queries import ledger as counted
    from manyuan.work.matters.queries import visible_applications

    rows = visible_applications(system("cli", at="cli"))
    one, out = counted(rows), leaving(rows)
    said = "已有未再要 {}，首次收取 {}，企业更正 {}，已有仍再要 {}，少跑 {} 次；{} 件已结束，{} 件未出园"
    if not chinese():
        said = "{} held and not asked, {} asked once, {} corrected, {} asked although held, {} trips saved; {} ended, {} never left the park"
    click.echo(said.format(one.reused, one.asked, one.corrected, one.again, one.trips_saved, out.applications, out.stayed))
