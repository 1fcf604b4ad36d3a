"""`manyuan policies` and `manyuan decisions`: policies of a running city: bring in, list, screen; decisions worked out again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _chinese() -> bool:
    return os.environ.get("MANYUAN_LANGUAGE", "zh") == "zh"


@click.group()
def policies() -> None:
    """Bring policies in, list them, screen every enterprise against them."""


@policies.command(name="import")
@click.argument("folder", type=FOLDER)
def import_(folder: Path) -> None:
    """Draft the policies of a pack's FOLDER (policies/*.yaml, delivery.yaml), all or none. They are reviewed and published by people, on the pages."""
    from django.utils import timezone, translation

    from manyuan.facts.audit.actors import system
    from manyuan.work.policies.importing import import_policies

    with translation.override("zh-hans" if _chinese() else "en"):
        done = import_policies(folder=folder, by=system("cli", at="cli"), now=timezone.now())
    said = "新起草 {} 项，更新草稿 {} 项，未变 {} 项" if _chinese() else "{} drafted, {} drafts changed, {} as they were"
    click.echo(said.format(len(done.drafted), len(done.changed), len(done.same)))


@policies.command(name="list")
def list_() -> None:
    """Every version that is not dropped: code, number, state, name, days in force; tab-separated."""
    from manyuan.work.policies.models import PolicyVersion

    language = "zh" if _chinese() else "en"
    for row in PolicyVersion.objects.exclude(state=PolicyVersion.State.DROPPED).select_related("policy").order_by("policy__code", "number"):
        state = row.get_state_display() if _chinese() else row.state
        click.echo(f"{row.policy.code}\t{row.number}\t{state}\t{row.name(language)}\t{row.starts_on} – {row.ends_on or ''}")


@policies.command()
@click.option("--due", is_flag=True, help="Only what is due: published and not screened, changed enterprises, the nightly run.")
def screen(due: bool) -> None:
    """Screen every enterprise against every policy in force, now."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.work.policies.models import Screening
    from manyuan.work.policies.scheduling import screen_due
    from manyuan.work.policies.screening import in_force, screen_enterprises

    now = timezone.now()
    if due:
        found = screen_due(now=now)
    else:
        versions = in_force(timezone.localdate(now))
        found = [screen_enterprises(versions=versions, cause=Screening.Cause.NIGHTLY, by=system("cli", at="cli"), now=now)] if versions else []
    for made in found:
        entitled = sum(row["entitled"] for row in made.counts.values())
        said = "第 {} 次筛查（{}）：{:,} 家企业 × {} 项政策，符合 {:,} 项次，用时 {:.1f} 秒" if _chinese() else \
            "screening {} ({}): {:,} enterprises × {} policies, {:,} entitlements, {:.1f} s"  # fmt: skip
        cause = made.get_cause_display() if _chinese() else made.cause
        click.echo(said.format(made.pk, cause, made.enterprises, len(made.versions), entitled, made.seconds))
    if not found:
        click.echo("没有要筛查的" if _chinese() else "nothing to screen")


@click.group()
def decisions() -> None:
    """Decisions that were made."""


@decisions.command()
@click.option("--screening", type=int, help="Only what this screening found (default: all).")
def verify(screening: int | None) -> None:
    """Work every entitlement out again from the facts it kept and the version it stood on. Exit code 1 where one comes out otherwise."""
    from manyuan.work.policies.models import Screening
    from manyuan.work.policies.verifying import verify_decisions

    looked, found = verify_decisions(None if screening is None else Screening.objects.filter(pk=screening))
    for one in found:
        click.echo(f"{one.policy}\t{one.credit_code}\t{one.what}\t{one.found}\t{one.expected}")
    click.echo(f"核验 {looked:,} 项，不一致 {len(found)} 项" if _chinese() else f"{looked:,} worked out again, {len(found)} differ", err=bool(found))
    if found:
        sys.exit(1)
