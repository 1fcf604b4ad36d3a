"""`manyuan backup` and `manyuan restore`: the whole database in one file, consistent while serving; restored whole or not at all.

SQLite is copied by its online backup, PostgreSQL dumped by pg_dump in one snapshot. The file is a gzipped tar: `manifest.json` (version,
migrations, rows of each table, head of the audit chain, SHA-256 of the database file) and the database. Secrets are not in it: without the key
that sealed them (MANYUAN_FIELD_KEY, or `field_key` in the data directory) account numbers of a restored database cannot be opened.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.db import connection

OUT = click.Path(dir_okay=False, path_type=Path)
_MEMBERS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class CannotRestore(Exception):
    """A backup that cannot be restored here; nothing was changed. message: in the reader's language."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)

    def message(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@click.command()
@click.argument("file", type=OUT)
def backup(file: Path) -> None:
    """Write a backup to FILE (.tar.gz). May run while the product serves."""
    made = write_backup(file)
    click.echo(f"{file}  {file.stat().st_size / 1048576:.1f} MB  {sum(made['rows'].values()):,} rows  {made['sha256'][:16]}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace a database that holds data; the old one is kept beside (SQLite) or dumped first (PostgreSQL).")
def restore(file: Path, replace: bool) -> None:
    """Restore a backup. Stop the product first. Sums, migrations and the audit chain are checked."""
    manifest = restore_backup(file, replace=replace)
    click.echo(f"{sum(manifest['rows'].values()):,} rows restored; audit chain ok")


def write_backup(file: Path) -> dict[str, Any]:
    """Write a backup aside, then rename; returns its manifest."""
    vendor = connection.vendor
    with tempfile.TemporaryDirectory(dir=file.resolve().parent) as folder:
        copy = Path(folder, _MEMBERS[vendor])
        if vendor == "sqlite":
            _copy_sqlite(copy)
            rows, facts = _counted_in(copy)
        else:
            rows, facts = _dump_postgresql(copy)
        manifest = {
            "product": "manyuan",
            "format": 1,
            "vendor": vendor,
            "member": copy.name,
            "made_at": datetime.now(UTC).isoformat(),
            "sha256": _sum(copy),
            "rows": rows,
            **facts,
        }
        described = Path(folder, "manifest.json")
        described.write_text(json.dumps(manifest, indent=1, sort_keys=True))
        aside = Path(folder, "backup.tar.gz")
        with tarfile.open(aside, "w:gz", compresslevel=3) as packed:
            packed.add(described, "manifest.json")
            packed.add(copy, copy.name)
        os.replace(aside, file)
    return manifest


def restore_backup(file: Path, *, replace: bool = False) -> dict[str, Any]:
    """Check a backup, put it beside, and change over. Raises CannotRestore; then nothing was changed."""
    from manyuan.facts.audit.services import verify

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        manifest, copy = _unpacked(file, Path(folder))
        _fits(manifest)
        if _holds_data() and not replace:
            raise CannotRestore("数据库中已有数据；确认要替换时请加 --replace。", "The database holds data already; give --replace to replace it.")
        if connection.vendor == "sqlite":
            _change_over(copy)
        else:
            _load_postgresql(copy)
    connection.close()
    found = verify()
    if not found.ok:
        raise CannotRestore("恢复后的审计链校验失败。", "The audit chain of the restored database is broken.")
    return manifest


def _copy_sqlite(copy: Path) -> None:
    source, target = sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=60), sqlite3.connect(copy)
    try:
        source.backup(target, pages=4_096)
    finally:
        source.close()
        target.close()


def _counted_in(copy: Path) -> tuple[dict[str, int], dict[str, Any]]:
    database = sqlite3.connect(copy)
    try:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
        rows = {name: database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 -- names of the schema itself
        return rows, _facts(database.execute)
    finally:
        database.close()


def _facts(execute: Any) -> dict[str, Any]:
    migrations = [f"{app}.{name}" for app, name in execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()]
    head = execute("SELECT record_id, digest FROM audit_chainhead").fetchall()
    return {"migrations": migrations, "audit_head": [list(map(str, row)) for row in head]}


def _dump_postgresql(copy: Path) -> tuple[dict[str, int], dict[str, Any]]:
    """One snapshot for the dump and for the counts."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            _run(["pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", "--file", str(copy)])
            rows = {}
            for name in sorted(connection.introspection.table_names(cursor)):
                cursor.execute(f'SELECT COUNT(*) FROM "{name}"')  # noqa: S608 -- names of the schema itself
                rows[name] = cursor.fetchone()[0]

            def execute(text: str) -> Any:
                cursor.execute(text)
                return cursor

            return rows, _facts(execute)
        finally:
            cursor.execute("ROLLBACK")


def _load_postgresql(copy: Path) -> None:
    kept = Path(tempfile.gettempdir(), f"manyuan-before-restore-{datetime.now(UTC):%Y%m%d%H%M%S}.dump")
    _run(["pg_dump", "--format=custom", "--no-owner", "--file", str(kept)])
    click.echo(f"old database kept in {kept}", err=True)
    connection.close()
    _run(["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={settings.DATABASES['default']['NAME']}", str(copy)])


def _run(command: list[str]) -> None:
    chosen = settings.DATABASES["default"]
    environment = {
        **os.environ,
        "PGHOST": chosen["HOST"],
        "PGPORT": chosen["PORT"],
        "PGUSER": chosen["USER"],
        "PGPASSWORD": chosen["PASSWORD"],
        "PGDATABASE": str(chosen["NAME"]),
    }
    if shutil.which(command[0]) is None:
        raise CannotRestore(
            f"本机没有 {command[0]}，请安装 PostgreSQL 客户端。", f"{command[0]} is not on this machine; install the PostgreSQL client programs."
        )
    done = subprocess.run(command, env={key: value for key, value in environment.items() if value}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRestore(f"{command[0]} 失败：{done.stderr[-500:]}", f"{command[0]} failed: {done.stderr[-500:]}")


def _unpacked(file: Path, folder: Path) -> tuple[dict[str, Any], Path]:
    broken = CannotRestore(f"{file.name} 不是完整的备份文件。", f"{file.name} is no whole backup.")
    try:
        with tarfile.open(file, "r:gz") as packed:
            names = set(packed.getnames())
            if "manifest.json" not in names or len(names) != 2:
                raise broken
            packed.extractall(folder, filter="data")
        manifest = json.loads((folder / "manifest.json").read_text())
        copy = folder / manifest["member"]
        if manifest.get("product") != "manyuan" or _sum(copy) != manifest["sha256"]:
            raise broken
    except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError, KeyError):
        raise broken from None
    return manifest, copy


def _fits(manifest: dict[str, Any]) -> None:
    from django.db.migrations.loader import MigrationLoader

    if manifest["vendor"] != connection.vendor:
        raise CannotRestore(
            f"备份来自 {manifest['vendor']}，本系统使用 {connection.vendor}。",
            f"The backup is of {manifest['vendor']}, this deployment runs {connection.vendor}.",
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    newer = sorted(set(manifest["migrations"]) - known)
    if newer:
        raise CannotRestore(f"备份来自较新的版本（{newer[0]}），请先升级。", f"The backup is of a newer version ({newer[0]}); upgrade first.")


def _holds_data() -> bool:
    with connection.cursor() as cursor:
        if "programme_installedpack" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM programme_installedpack)")
        return bool(cursor.fetchone()[0])


def _change_over(copy: Path) -> None:
    """The new database takes the old one's place by renaming; the old one stays beside."""
    place = Path(settings.DATABASES["default"]["NAME"])
    connection.close()
    aside = place.with_name(place.name + ".restoring")
    shutil.copyfile(copy, aside)
    if place.exists():
        with sqlite3.connect(place) as old:  # what is still in the journal goes into the file that is kept
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        old.close()
        os.replace(place, place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%d%H%M%S}"))
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    os.replace(aside, place)


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
