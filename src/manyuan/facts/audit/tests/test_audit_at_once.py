from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from manyuan.facts.audit.actors import system
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.audit.services import drain, emit, record, verify

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def at_once():
    """Runs the work in four threads with connections of their own."""

    def run(work, times: int) -> list:
        def one(number: int):
            try:
                return work(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(one, range(times)))

    return run


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_unbroken_chain(at_once):
    def write(number: int) -> None:
        with transaction.atomic():
            record(by=system(), now=NOW, action="a.b", subject_kind="x", subject_id=number)

    at_once(write, 200)
    assert verify().ok and verify().records == 200
    assert {r.subject_id for r in AuditRecord.objects.all()} == {str(n) for n in range(200)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_at_once_hand_each_event_over_once_and_in_order(at_once):
    for number in range(30):
        emit(name="a.b", data={"n": number}, now=NOW)

    def react(event, now) -> None:
        record(by=system(), now=now, action="a.b", subject_kind="event", subject_id=event.data["n"])

    at_once(lambda _: drain({"a.b": [react]}, now=NOW, limit=100), 4)
    drain({"a.b": [react]}, now=NOW, limit=100)
    assert not Event.objects.filter(done_at=None).exists()
    assert list(AuditRecord.objects.values_list("subject_id", flat=True)) == [str(n) for n in range(30)]


_WRITER = """
import sys, django
django.setup()
from datetime import UTC, datetime
from django.db import transaction
from manyuan.facts.audit.actors import system
from manyuan.facts.audit.services import record, verify
if sys.argv[1] == "verify":
    found = verify()
    print(found.ok, found.records)
else:
    print("ready", flush=True)
    for number in range(int(sys.argv[2])):
        with transaction.atomic():
            record(by=system(), now=datetime.now(UTC), action="a.b", subject_kind=sys.argv[1], subject_id=number)
        if number == 0:
            print("wrote", flush=True)
"""


@pytest.mark.slow
def test_a_killed_writer_beside_others_leaves_the_chain_whole(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "manyuan.site.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parents[4]),
        "MANYUAN_DATABASE": f"sqlite:///{tmp_path / 'city.sqlite3'}",
        "MANYUAN_SECRET_KEY": "x" * 50,
    }

    def start(*arguments: str) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    made, trouble = start("-m", "manyuan.site.manage", "migrate", "audit", "--verbosity", "0"), ""
    _, trouble = made.communicate(timeout=60)
    assert made.returncode == 0, trouble
    doomed, steady = start("-c", _WRITER, "doomed", "1000000"), start("-c", _WRITER, "steady", "200")
    assert [doomed.stdout.readline(), doomed.stdout.readline()] == ["ready\n", "wrote\n"]
    time.sleep(0.2)
    doomed.kill()
    doomed.communicate()
    _, trouble = steady.communicate(timeout=60)
    assert steady.returncode == 0, trouble
    told, trouble = start("-c", _WRITER, "verify").communicate(timeout=60)
    ok, records = told.split()
    assert ok == "True" and int(records) > 200, trouble
