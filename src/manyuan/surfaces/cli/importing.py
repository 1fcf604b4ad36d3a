"""`manyuan import`: registrations of enterprises, and workbooks of filings, with the counts of what was found."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from django.utils import timezone
from django.utils.translation import override

from manyuan.surfaces.cli.speaking import chinese, form_known

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NAMES = {
    "read": ("读取", "read"), "new": ("新增", "new"), "changed": ("变更", "changed"), "unchanged": ("未变", "unchanged"), "duplicate": ("重复（已剔除）", "duplicate, rejected"),
    "wrong": ("错误（已剔除）", "wrong, rejected"), "by_address": ("区县：按地址", "district by address"), "by_name": ("区县：按名称", "district by name"),
    "by_code": ("区县：按代码", "district by code"), "no_district": ("区县：未识别", "no district"), "disagrees": ("代码与地址不一致", "code disagrees with address"),
    "no_capital": ("注册资本不明", "capital not known"), "foreign_capital": ("外币注册资本", "capital in another currency"),
}  # fmt: skip


@click.group(name="import")
def import_() -> None:
    """Bring data in from files."""


@import_.command()
@click.argument("file", type=FILE)
@click.option("--reject", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Where rejected rows go, with the reason of each (CSV).")
def enterprises(file: Path, reject: Path | None) -> None:
    """Import business registrations (CSV or CSV.GZ; UTF-8 or GB18030). The same file twice changes nothing."""
    from manyuan.facts.audit.actors import system
    from manyuan.facts.enterprises.registrations import import_registrations

    with click.progressbar(length=file.stat().st_size, label=file.name, show_eta=False, item_show_func=lambda n: f"{n or 0:,}", file=sys.stderr) as bar:
        counts = import_registrations(path=file, by=system("cli", at="cli"), now=timezone.now(), reject_to=reject, progress=lambda done: bar.update(0, done))
        bar.update(file.stat().st_size, counts.read)
    for key, names in _NAMES.items():
        click.echo(f"{names[0 if chinese() else 1]}\t{getattr(counts, key):,}")
    click.echo(f"{'识别出区县的比例' if chinese() else 'share with a district'}\t{counts.matched:.1%}")
    if reject:
        click.echo(f"{'剔除的行' if chinese() else 'rejected rows'}\t{reject}")
    sys.exit(1 if counts.wrong or counts.duplicate else 0)


@import_.command()
@click.argument("file", type=FILE)
@click.option("--form", required=True, help="Code of the form, for instance enterprise-annual.")
@click.option("--period", required=True, help="2025, 2025Q3 or 2025-09.")
@click.option("--marked", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Where the workbook with marked faults goes.")
@click.option("--commit", is_flag=True, help="Write what the preview says; without it nothing is written.")
def filings(file: Path, form: str, period: str, marked: Path | None, commit: bool) -> None:
    """Read a workbook of filings: preview, and with --commit write it as drafts."""
    from manyuan.facts.audit.actors import system
    from manyuan.facts.filings import uploads
    from manyuan.facts.filings.models import FilingVersion

    by, language = system("cli", at="cli"), "zh" if chinese() else "en"
    with override("zh-hans" if chinese() else "en"):
        row = uploads.preview_upload(form=form_known(form), period=period, file_name=file.name, content=file.read_bytes(), by=by, now=timezone.now())
        for key in uploads.STATUSES:
            click.echo(f"{key}\t{row.counts[key]:,}")
        from manyuan.engines.workbooks import Fault

        for data in row.preview["faults"][:50]:
            click.echo(Fault.from_json(data).message(language), err=True)
        if marked is not None and row.preview["fault_count"]:
            marked.write_bytes(uploads.marked_workbook(upload=row, by=by, language=language))
            click.echo(str(marked))
        if commit:
            uploads.commit_upload(upload=row, by=by, now=timezone.now(), channel=FilingVersion.Channel.CLI)
            click.echo("已写入" if chinese() else "written")
    sys.exit(1 if row.preview["fault_count"] else 0)
