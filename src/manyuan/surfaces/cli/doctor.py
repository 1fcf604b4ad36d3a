"""`manyuan doctor`: is this deployment sound? One line for each check, with what to do."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from manyuan.surfaces.cli.speaking import chinese

Line = tuple[str, str, str, str]
"""state (ok | warn | fail), what, and what was found or is to be done, in Chinese and English."""


@click.command()
def doctor() -> None:
    """Check this deployment. Exit code 1 when something fails."""
    at = 2 if chinese() else 3
    failed = False
    for line in _lines():
        failed |= line[0] == "fail"
        click.echo(f"{line[0]:<5} {line[1]:<16} {line[at]}")
    sys.exit(1 if failed else 0)


def _lines() -> Iterator[Line]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield ("ok" if sys.version_info >= (3, 11) else "fail", "python", f"{version}（需要 3.11 以上）", f"{version} (3.11 or newer)")
    yield from _database()
    built = settings.STATIC_BUILD / "manyuan" / "app.js"
    yield (
        "ok" if built.exists() else "fail",
        "front end",
        "已构建" if built.exists() else "未构建：make run",
        "built" if built.exists() else "not built: make run",
    )
    catalogues = [path for path in Path(settings.SOURCE).rglob("django.po") if not path.with_suffix(".mo").exists()]
    yield ("fail" if catalogues else "ok", "messages", f"{len(catalogues)} 个未编译", f"{len(catalogues)} not compiled")
    weak = len(settings.SECRET_KEY) < 50
    yield ("fail" if weak else "ok", "secret key", "过短" if weak else "足够长", "too short" if weak else "long enough")
    yield ("warn" if settings.DEBUG else "ok", "debug", "开启，仅限开发" if settings.DEBUG else "关闭", "on: development only" if settings.DEBUG else "off")
    yield (
        "warn" if settings.DEMO else "ok",
        "demo mode",
        "开启：账号公开，仅限本机" if settings.DEMO else "关闭",
        "on: published accounts, loopback only" if settings.DEMO else "off",
    )
    command = shlex.split(settings.VIRUS_SCANNER)
    if not command:
        yield "ok" if settings.DEMO else "warn", "virus scanner", "未设置：MANYUAN_VIRUS_SCANNER", "none: MANYUAN_VIRUS_SCANNER"
    else:
        there = shutil.which(command[0]) is not None
        yield (
            "ok" if there else "fail",
            "virus scanner",
            command[0] if there else f"找不到命令 {command[0]}",
            command[0] if there else f"no command {command[0]}",
        )
    free = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else Path("/")).free / 2**30
    yield ("ok" if free > 2 else "warn", "disk", f"剩余 {free:.1f} GB", f"{free:.1f} GB free")


def _database() -> Iterator[Line]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            mode = ""
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA journal_mode")
                mode = str(cursor.fetchone()[0])
    except Exception as error:
        yield "fail", "database", f"无法连接：{error}", f"not reachable: {error}"
        return
    yield ("warn" if mode not in ("", "wal") else "ok", "database", f"{connection.vendor} {mode}", f"{connection.vendor} {mode}")
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield ("fail" if waiting else "ok", "migrations", f"{len(waiting)} 个未执行：manyuan init", f"{len(waiting)} not applied: manyuan init")
    if waiting:
        return
    from manyuan.facts.audit.models import Event
    from manyuan.facts.audit.services import verify
    from manyuan.facts.programme.calendar import calendar
    from manyuan.facts.programme.holidays import years_needed
    from manyuan.facts.programme.programme import installed

    pack = installed()
    yield (
        "ok" if pack else "fail",
        "programme",
        f"{pack.code} {pack.version}" if pack else "未安装：manyuan init",
        f"{pack.code} {pack.version}" if pack else "none: manyuan init",
    )
    missing = [str(one) for one in years_needed(timezone.localdate()) if not calendar().assured(one)]
    yield (
        "warn" if missing else "ok",
        "holidays",
        f"缺 {'、'.join(missing)}，按周一至周五计：manyuan calendar load" if missing else "已有",
        f"{', '.join(missing)} missing, Monday to Friday: manyuan calendar load" if missing else "there",
    )
    found = verify()
    yield (
        "ok" if found.ok else "fail",
        "audit chain",
        "完好" if found.ok else "已被改动：manyuan audit verify",
        "whole" if found.ok else "tampered with: manyuan audit verify",
    )
    stuck = Event.objects.filter(done_at=None, attempts__gte=3).count()
    yield ("warn" if stuck else "ok", "events", f"{stuck} 个卡住", f"{stuck} stuck")
