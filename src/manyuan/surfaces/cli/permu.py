"""`manyuan permu`: the per-mu evaluation: list runs, compute one, write it as a workbook, work it out again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from manyuan.surfaces.cli.speaking import chinese, locale


@click.group()
def permu() -> None:
    """Per-mu evaluation: runs, workbooks, verification."""


@permu.command(name="list")
def list_() -> None:
    """Every run: id, year, park (- is the whole city), scheme, version, state, numbers by grade; tab-separated."""
    from django.utils import timezone

    from manyuan.work.evaluation.models import Run
    from manyuan.work.evaluation.queries import state_of

    for run in Run.objects.select_related("park", "scheme").order_by("-year", "code", "number"):
        counts = " ".join(f"{name}={n}" for name, n in sorted(run.counts.items()))
        click.echo(
            f"{run.pk}\t{run.year}\t{run.park.code if run.park else '-'}\t{run.code} ({run.scheme.mark})\t{run.number}\t{state_of(run, timezone.localdate())}\t{counts}"
        )


@permu.command()
@click.option("--year", type=int, required=True, help="The year of the annual reports; it must be over.")
@click.option("--scheme", required=True, help="Code of a scheme of the pack.")
@click.option("--park", help="Code of a park; left out: the whole city.")
def compute(year: int, scheme: str, park: str | None) -> None:
    """Compute a run from the locked reports. It is published by a person, on the pages."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.facts.parks.models import Park
    from manyuan.work.evaluation.queries import current_schemes
    from manyuan.work.evaluation.services import compute_run

    known = {one.code: one for one in current_schemes()}
    if scheme not in known:
        raise click.BadParameter(f"--scheme {scheme}: {', '.join(known) or '—'}")
    area = Park.objects.filter(code=park).first() if park else None
    if park and area is None:
        raise click.BadParameter(f"--park {park}")
    run = compute_run(scheme=known[scheme], year=year, park=area, by=system("cli", at="cli"), now=timezone.now())
    counts = " ".join(f"{name}={n}" for name, n in sorted(run.counts.items()))
    click.echo(
        (f"已计算 {run.pk}：{counts}（示例方案，非官方排名）" if run.scheme.mark == "example" else f"已计算 {run.pk}：{counts}")
        if chinese()
        else f"computed {run.pk}: {counts}"
    )


@permu.command()
@click.argument("run_id", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--anonymous", is_flag=True, help="Without names and filed figures: what everybody may have.")
def export(run_id: int, file: Path, anonymous: bool) -> None:
    """Write run RUN_ID to FILE (.xlsx) with the arithmetic as formulas."""
    from manyuan.work.evaluation.workbook import run_workbook

    run = _run(run_id)
    named = [] if anonymous else list(run.lines.values_list("pk", flat=True))
    content = run_workbook(run, named, locale())
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
    click.echo(f"{file}  {len(content)} B")


@permu.command()
@click.argument("run_id", type=int)
def verify(run_id: int) -> None:
    """Work run RUN_ID out again from its own figures and scheme. Exit 1 where anything differs; each is named."""
    from manyuan.work.evaluation.services import verify_run

    run = _run(run_id)
    wrong = verify_run(run)
    for one in wrong:
        click.echo(one)
    n = run.lines.count()
    if chinese():
        click.echo(f"{n} 家，{f'{len(wrong)} 处不一致' if wrong else '一致'}")
    else:
        click.echo(f"{n} enterprises, {f'{len(wrong)} differences' if wrong else 'agrees'}")
    if wrong:
        sys.exit(1)


def _run(pk: int):  # type: ignore[no-untyped-def]
    from manyuan.work.evaluation.models import Run

    found = Run.objects.select_related("scheme", "park").filter(pk=pk).first()
    if found is None:
        raise click.BadParameter(f"{pk}: {', '.join(map(str, Run.objects.order_by('-pk').values_list('pk', flat=True)[:20])) or '—'}")
    return found
