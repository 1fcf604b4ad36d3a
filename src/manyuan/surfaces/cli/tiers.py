"""`manyuan tiers`: the ladders of the running city: in figures, judged now or as of a day, the cheapest upgrades, who fails when rules turn."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from manyuan.surfaces.cli.speaking import chinese, language


@click.group()
def tiers() -> None:
    """The tier ladders of the running city (the rules themselves: `manyuan rules`)."""


@tiers.command(name="list")
def list_rungs() -> None:
    """Every rung by the newest judging: who holds it; without the title: meets, one step away, facts missing. Tab-separated."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.work.cultivation.ladders import current_ladders
    from manyuan.work.cultivation.queries import rung_counts

    zh = chinese()
    click.echo(
        "\t".join(
            ("梯度", "梯级", "规则", "持有", "达标未获称号", "差一步", "缺少信息")
            if zh
            else ("ladder", "rung", "rules", "held", "meets", "near", "undetermined")
        )
    )
    for one in rung_counts(system("cli", at="cli"), current_ladders(), timezone.localdate()):
        rules = f"{one.policy.code} [{one.policy.mark}]" if one.policy else "–"
        click.echo("\t".join([one.rung.ladder, one.rung.code, rules, str(one.held), str(one.open), str(one.near), str(one.undetermined)]))


@tiers.command()
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="As of a day: the rules and facts of then, nothing is stored.")
@click.option(
    "--facts",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write the fact sheet that was judged as Parquet (for `manyuan rules`).",
)
def judge(day: datetime | None, out: Path | None) -> None:
    """Judge every enterprise now and keep the result; with --on as of a day, only counted."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.work.cultivation.ladders import current_ladders
    from manyuan.work.cultivation.models import Run
    from manyuan.work.cultivation.running import judge_on, judge_tiers

    now = timezone.now()
    on = day.date() if day else timezone.localdate(now)
    if day is None:
        counts = judge_tiers(cause=Run.Cause.DEMAND, by=system("cli", at="cli"), now=now).counts
    if day is not None or out is not None:
        judged = judge_on(current_ladders(), on, searched=False)
        counts = judged.counts()
        if out is not None:
            import pyarrow.parquet as pq

            pq.write_table(judged.sheet.table, out)
    for rung, by_rules in counts.items():
        for rules, found in by_rules.items():
            click.echo("\t".join([on.isoformat(), rung, rules, *(f"{outcome} {n}" for outcome, n in found.items())]))


@tiers.command()
@click.option("--park", default="", help="Code of a park (default: the whole city).")
@click.option("--rung", default="", help="Only for this rung.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
def upgrades(park: str, rung: str, limit: int) -> None:
    """The cheapest upgrades: credit code, name, rung, what is missing as a part of what is needed, the fact, found, needed. Tab-separated."""
    from manyuan.facts.audit.actors import system
    from manyuan.facts.parks.models import Park
    from manyuan.work.cultivation.ladders import current_ladders
    from manyuan.work.cultivation.queries import cheapest_upgrades

    ladders, ids = current_ladders(), None
    if rung:
        ladders.rung(rung)
    if park:
        ids = list(Park.objects.filter(code=park).values_list("pk", flat=True))
        if not ids:
            raise click.BadParameter(f"{park}: {', '.join(Park.objects.filter(closed_on=None).order_by('code').values_list('code', flat=True))}")
    for row in cheapest_upgrades(system("cli", at="cli"), park_ids=ids, rung=rung, limit=limit):
        column = ladders.schema[row.lever]
        found, needed = (f"{value / 100:.2f}" if column.kind == "money" else str(value) for value in (row.found, row.needed))
        click.echo("\t".join([row.enterprise.uscc, row.enterprise.name, row.rung, f"{(row.share or 0) / 100:.2f}%", column.label(language()), found, needed]))


@tiers.command()
def turns() -> None:
    """For each change of rules: who passes the earlier set and fails the later, and of how many facts are missing. Tab-separated."""
    from manyuan.facts.audit.actors import system
    from manyuan.work.cultivation.ladders import current_ladders
    from manyuan.work.cultivation.queries import losers, turns, undecided

    by = system("cli", at="cli")
    for turn in turns(current_ladders()):
        click.echo(
            "\t".join([turn.rung.code, turn.earlier.code, turn.later.code, turn.later.mark, str(losers(by, turn).count()), str(undecided(by, turn).count())])
        )
        for row in losers(by, turn).order_by("enterprise__uscc"):
            click.echo("\t".join(["", row.enterprise.uscc, row.enterprise.name, ", ".join(row.failing)]))
