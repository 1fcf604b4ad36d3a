"""`manyuan policies` and `manyuan decisions`: policies of a running city: bring in, list, screen; applications, checks, the year in figures; decisions worked out again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from manyuan.surfaces.cli import speaking

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


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

    with translation.override(speaking.locale()):
        done = import_policies(folder=folder, by=system("cli", at="cli"), now=timezone.now())
    said = "新起草 {} 项，更新草稿 {} 项，未变 {} 项" if speaking.chinese() else "{} drafted, {} drafts changed, {} as they were"
    click.echo(said.format(len(done.drafted), len(done.changed), len(done.same)))


@policies.command(name="list")
def list_() -> None:
    """Every version that is not dropped: code, number, state, name, days in force; tab-separated."""
    from manyuan.work.policies.models import PolicyVersion

    language = speaking.language()
    for row in PolicyVersion.objects.exclude(state=PolicyVersion.State.DROPPED).select_related("policy").order_by("policy__code", "number"):
        state = row.get_state_display() if speaking.chinese() else row.state
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
        said = "第 {} 次筛查（{}）：{:,} 家企业 × {} 项政策，符合 {:,} 项次，用时 {:.1f} 秒" if speaking.chinese() else \
            "screening {} ({}): {:,} enterprises × {} policies, {:,} entitlements, {:.1f} s"  # fmt: skip
        cause = made.get_cause_display() if speaking.chinese() else made.cause
        click.echo(said.format(made.pk, cause, made.enterprises, len(made.versions), entitled, made.seconds))
    if not found:
        click.echo("没有要筛查的" if speaking.chinese() else "nothing to screen")


@policies.command()
@click.option("--state", default="", help="Only those in this state: submitted, sent-back, assessing, arbitration, judged.")
def applications(state: str) -> None:
    """Applications for policies that people judge: number, policy, credit code, state, handed in, promised, total, share; tab-separated."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.work.policies.application_queries import applications_seen

    rows = applications_seen(system("cli", at="cli")).order_by("pk")
    for one in rows.filter(state=state) if state else rows:
        row, result = one.entitlement, one.result
        handed = timezone.localdate(one.submitted_at) if one.submitted_at else ""
        shown = (
            one.pk,
            row.version.policy.code,
            row.enterprise.uscc,
            one.get_state_display() if speaking.chinese() else one.state,
            handed,
            row.promised_on or "",
        )
        click.echo("\t".join(str(each) for each in (*shown, result.get("total", ""), f"{result['share']}%" if result else "")))


@policies.command()
@click.option("--state", default="", help="Only those in this state: open, in-order, wrong, recalled.")
def checks(state: str) -> None:
    """Payments to be looked at afterwards: number, policy, credit code, state, why, due, to come back (yuan), finding; tab-separated."""
    from manyuan.facts.audit.actors import system
    from manyuan.work.money.ledger import yuan
    from manyuan.work.policies.after_payment import checks_seen

    rows = checks_seen(system("cli", at="cli")).order_by("pk")
    for one in rows.filter(state=state) if state else rows:
        row, zh = one.entitlement, speaking.chinese()
        words = (one.get_state_display(), one.get_cause_display()) if zh else (one.state, one.cause)
        back = yuan(one.recall_fen) if one.recall_fen else ""
        click.echo("\t".join([str(one.pk), row.version.policy.code, row.enterprise.uscc, *words, str(one.due_on), back, one.finding]))


@policies.command()
@click.argument("code")
@click.option("--year", type=int, help="A year other than this one.")
def report(code: str, year: int | None) -> None:
    """A policy's year in figures, as JSON (money in fen, times in working days): coverage, cost, days to the payment, who was not reached and why,
    objections, checks, what was asked back."""
    import json

    from django.utils import timezone

    from manyuan.work.policies.models import PolicyVersion
    from manyuan.work.policies.reporting import report_figures

    version = PolicyVersion.objects.filter(policy__code=code, published_at__isnull=False).select_related("policy").order_by("-number").first()
    if version is None:
        raise click.ClickException(f"没有已发布的政策 {code}" if speaking.chinese() else f"there is no published policy {code}")
    found = report_figures(version, year or timezone.localdate().year)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))


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
    click.echo(f"核验 {looked:,} 项，不一致 {len(found)} 项" if speaking.chinese() else f"{looked:,} worked out again, {len(found)} differ", err=bool(found))
    if found:
        sys.exit(1)
