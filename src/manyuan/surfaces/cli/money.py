"""`manyuan money`: funds and where their money stands; reconciliation; a payment batch as a file, and the bank's results read back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from manyuan.surfaces.cli.speaking import chinese, language, locale

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def money() -> None:
    """Funds, reconciliation, payment batches and the bank's results."""


@money.command()
@click.option("--year", type=int, help="A year other than this one.")
def funds(year: int | None) -> None:
    """Every fund: code, name, budget, free, kept, reserved, approved, at the bank, paid, returned; in yuan, tab-separated."""
    from django.utils import timezone

    from manyuan.work.money.ledger import yuan
    from manyuan.work.money.models import Fund
    from manyuan.work.money.queries import standing

    for fund in Fund.objects.all():
        whole, _ = standing(fund, year or timezone.localdate().year)
        sums = (whole.budget, whole.free, whole.earmarked, whole.reserved, whole.approved, whole.paying, whole.paid, whole.returned)
        click.echo("\t".join([fund.code, fund.name(language()), *(yuan(fen) for fen in sums)]))


@money.command()
def reconcile() -> None:
    """Hold the ledger against claims and payments, to the fen. Exit 1 where anything differs; every difference is named."""
    from manyuan.work.money.ledger import yuan
    from manyuan.work.money.models import Claim, Fund
    from manyuan.work.money.reconciling import reconcile as found_by

    wrong = 0
    for fund in Fund.objects.all():
        found = found_by(fund)
        wrong += len(found)
        claims = Claim.objects.filter(fund=fund).count()
        if chinese():
            click.echo(f"{fund.code}：{claims} 笔款项，{f'{len(found)} 处不一致' if found else '一致'}")
        else:
            click.echo(f"{fund.code}: {claims} claims, {f'{len(found)} differences' if found else 'agrees'}")
        for one in found:
            click.echo(f"  {one.kind}\t{one.what}\t{yuan(one.ledger_fen)}\t{yuan(one.other_fen)}")
    if wrong:
        sys.exit(1)


@money.command()
@click.argument("number")
@click.argument("file", type=FILE)
def export(number: str, file: Path) -> None:
    """Write batch NUMBER to FILE (.xlsx or .csv) for the treasury, with whole account numbers; recorded."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.work.money.payments import export_batch

    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise click.BadParameter(f"{file.name}: .xlsx | .csv")
    content = export_batch(
        batch=_batch(number),
        format="csv" if file.suffix.lower() == ".csv" else "xlsx",
        language=language(),
        by=system("cli", at="cli"),
        now=timezone.now(),
    )
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
    click.echo(f"{file}  {len(content)} B")


@money.command()
@click.argument("number")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--take", is_flag=True, help="Write it; without it the file is only looked at.")
def results(number: str, file: Path, take: bool) -> None:
    """Read the bank's results of batch NUMBER. The same file twice changes nothing; one fault and nothing is taken (exit 1)."""
    from django.utils import timezone, translation

    from manyuan.facts.audit.actors import system
    from manyuan.work.money.results import read_results, take_results

    given = {"batch": _batch(number), "content": file.read_bytes(), "filename": file.name, "today": timezone.localdate(), "by": system("cli", at="cli")}
    with translation.override(locale()):
        found = read_results(**given)
        for fault in found.faults:
            click.echo(fault)
        if found.fault_count:
            sys.exit(1)
        if take:
            found = take_results(**given, now=timezone.now())
    said = (
        "成功 {}，失败 {}，退汇 {}，此前已登记 {}，尚无结果 {}{}" if chinese() else "{} paid, {} failed, {} returned, {} known already, {} without a result{}"
    )
    end = "" if take else ("（未写入，加 --take 写入）" if chinese() else " (not written; give --take)")
    click.echo(said.format(found.count("paid"), found.count("failed"), found.count("returned"), found.same, found.open, end))


def _batch(number: str):  # type: ignore[no-untyped-def]
    from manyuan.work.money.models import Batch

    found = Batch.objects.select_related("fund").filter(number=number).first()
    if found is None:
        raise click.BadParameter(f"{number}: {', '.join(Batch.objects.values_list('number', flat=True)[:20]) or '—'}")
    return found
