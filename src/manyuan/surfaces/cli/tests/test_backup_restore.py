"""Backup while somebody writes, restore into another database: the contents are equal, table by table; what is broken changes nothing.

The commands run as people run them, in processes of their own, on a database of their own: SQLite always, PostgreSQL in its run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

Manyuan = Callable[..., subprocess.CompletedProcess[str]]
POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")

_CONTENT = """
import django, hashlib, json
django.setup()
from django.db import connection
out = {}
with connection.cursor() as cursor:
    for name in sorted(connection.introspection.table_names(cursor)):
        cursor.execute(f'SELECT * FROM "{name}" ORDER BY 1')
        out[name] = hashlib.sha256(repr([tuple(map(str, row)) for row in cursor.fetchall()]).encode()).hexdigest()
print(json.dumps(out))
"""
_WRITER = """
import django, time
django.setup()
from django.utils import timezone
from manyuan.facts.audit.actors import system
from manyuan.facts.audit.services import record
end = time.monotonic() + 4
while time.monotonic() < end:
    record(by=system(), now=timezone.now(), action='test.write', subject_kind='x', subject_id='1')
"""


def _place(tmp_path: Path) -> dict[str, str]:
    """The environment of a new, empty deployment."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("MANYUAN_DATA", "MANYUAN_DEMO"))}
    data = tmp_path / uuid.uuid4().hex
    clean |= {"MANYUAN_DATA_DIR": str(data), "MANYUAN_LANGUAGE": "en", "DJANGO_SETTINGS_MODULE": "manyuan.site.settings", "MANYUAN_DATABASE": ""}
    if POSTGRES:
        import psycopg

        chosen, name = settings.DATABASES["default"], f"manyuan_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(
            host=chosen["HOST"], port=chosen["PORT"], user=chosen["USER"], password=chosen["PASSWORD"], dbname="postgres", autocommit=True
        ) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
        clean["MANYUAN_DATABASE"] = f"postgresql://{chosen['USER']}:{chosen['PASSWORD']}@{chosen['HOST'] or 'localhost'}:{chosen['PORT'] or 5432}/{name}"
    return clean


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Callable[[], Manyuan]]:
    def new() -> Manyuan:
        environment = _place(tmp_path)

        def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-c", arguments[1]] if arguments[0] == "python" else [sys.executable, "-m", "manyuan.surfaces.cli.main", *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == code, done.stdout + done.stderr
            return done

        run.environment = environment  # type: ignore[attr-defined]
        return run

    yield new


def _content(manyuan: Manyuan) -> dict[str, str]:
    return json.loads(manyuan("python", _CONTENT).stdout)


def test_a_backup_taken_while_somebody_writes_is_consistent_and_restores_equal(place, tmp_path):
    first, second = place(), place()
    first("init")
    writer = subprocess.Popen([sys.executable, "-c", _WRITER], env=first.environment)
    file = tmp_path / "backup.tar.gz"
    first("backup", str(file))
    assert writer.wait(timeout=60) == 0
    second("restore", str(file))
    with tarfile.open(file) as packed:
        manifest = json.load(packed.extractfile("manifest.json"))
        assert set(packed.getnames()) == {"manifest.json", manifest["member"]}
    restored = _content(second)
    assert set(restored) == set(manifest["rows"])
    second("audit", "verify")
    again = tmp_path / "again.tar.gz"
    second("backup", str(again))
    third = place()
    third("restore", str(again))
    assert _content(third) == restored
    assert not list(tmp_path.glob("*.part")) and not list(tmp_path.glob("tmp*"))


def test_what_holds_data_is_replaced_only_when_told_and_kept_beside(place, tmp_path):
    first, second = place(), place()
    first("init")
    second("init")
    file = tmp_path / "b.tar.gz"
    first("backup", str(file))
    before = _content(second)
    assert "--replace" in second("restore", str(file), code=3).stderr
    assert _content(second) == before
    second("restore", str(file), "--replace")
    assert _content(second) == _content(first)
    if not POSTGRES:
        assert list(Path(second.environment["MANYUAN_DATA_DIR"]).glob("*.before-*")), "the old database stays beside"


@pytest.mark.parametrize("harm", ["cut", "changed", "other"])
def test_a_broken_backup_changes_nothing(place, tmp_path, harm):
    first = place()
    first("init")
    file = tmp_path / "b.tar.gz"
    first("backup", str(file))
    content = file.read_bytes()
    file.write_bytes({"cut": content[: len(content) // 2], "changed": content[:3000] + b"\x00" * 40 + content[3040:], "other": b"no backup"}[harm])
    before = _content(first)
    assert "whole backup" in first("restore", str(file), "--replace", code=3).stderr
    assert _content(first) == before


def test_the_doctor_finds_a_sound_deployment_and_a_tampered_chain(place):
    manyuan = place()
    manyuan("init")
    found = manyuan("doctor")
    assert "fail" not in found.stdout and "audit chain" in found.stdout
    empty = place()
    assert "migrations" in empty("doctor", code=1).stdout
