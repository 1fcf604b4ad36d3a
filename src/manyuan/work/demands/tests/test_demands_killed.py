"""Killed while a demand is filed, comes by mail, is handed on, is moved, and while the clocks are swept: no case lost, none twice, no clock skipped, nothing told twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from manyuan.facts.audit.models import Event
from manyuan.facts.audit.services import verify
from manyuan.work.cases.models import Case, Clock
from manyuan.work.demands.models import Demand

_WORKER = """
import os, signal, sys
from datetime import datetime
import django
django.setup()
from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import system
from manyuan.work.cases import clocks, services
from manyuan.work.demands import filing, following, incoming
from manyuan.work.cases.models import Case
MAIL = "\\r\\n".join([
    "From: x@example.com", "Subject: need help", "Message-ID: <1@example.com>", "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="B"', "",
    "--B", 'Content-Type: text/plain; charset="utf-8"', "", "the street lamp at gate 3 is broken", "--B",
    'Content-Type: text/plain; name="a.txt"', 'Content-Disposition: attachment; filename="a.txt"', "", "x", "--B",
    'Content-Type: text/plain; name="b.txt"', 'Content-Disposition: attachment; filename="b.txt"', "", "y", "--B--", ""]).encode()
def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
def act(what, when, at):
    if when == "inside":
        if what == "file":
            filing.Demand.objects.create = die          # the case is there, the demand is not
        elif what == "mail":
            real = incoming.attach                      # one file is there, the next is not
            incoming.attach = lambda **given: die() if given["file"].name == "b.txt" else real(**given)
        elif what == "route":
            services.audit.record = die                 # another unit has it, nothing says so
        elif what == "move":
            services.audit.emit = die                   # the state has changed, the event is not out
        else:
            clocks.Clock.objects.bulk_update = die      # events are out, clocks not marked
            services.audit.record = die
    by = actor_of(User.objects.get(username="enterprise"))
    if what == "file":
        filing.file_demand(text="三车间每天下午供水压力不足", enterprise=User.objects.get(username="enterprise").organisation.enterprise, key="k", by=by, now=at)
    elif what == "mail":
        incoming.receive_mail(raw=MAIL, now=at)
    elif what == "route":
        case, town = Case.objects.get(key="k"), User.objects.get(username="committee")
        if case.unit_id != town.organisation_id:
            services.hand_over(case=case, unit=town.organisation, note="属于园区事项", by=actor_of(User.objects.get(username="company")), now=at)
    elif what == "move":
        case = Case.objects.get(key="k")
        if case.state == "filed":
            following.move_demand(case=case, move="withdraw", by=by, now=at)
    else:
        clocks.sweep_clocks(now=at)
    if when == "after":
        die()
for line in sys.stdin:                                  # each act in a process of its own; the product is loaded once
    what, when, at = line.split()
    if (child := os.fork()) == 0:
        code = 1
        try:
            act(what, when, datetime.fromisoformat(at))
            code = 0
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def _worker() -> Iterator[Callable[[str, str, datetime], int]]:
    """Runs acts on the test's own database, each in a process that may be killed: (what, when, at) -> how the process ended."""
    if connection.vendor == "sqlite":
        database = f"sqlite:///{connection.settings_dict['NAME']}"
    else:
        address = connection.settings_dict
        host = address["HOST"].replace("/", "%2F") if address["HOST"] else ""
        database = f"postgresql://{address['USER']}:{address['PASSWORD']}@{host}:{address['PORT']}/{address['NAME']}"
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "manyuan.site.settings", "PYTHONPATH": str(Path(__file__).resolve().parents[4]), "MANYUAN_DATABASE": database,
        "MANYUAN_SECRET_KEY": "x" * 50, "MANYUAN_FIELD_KEY": "y" * 50,
    }  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", _WORKER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def run(what: str, when: str, at: datetime) -> int:
            connections.close_all()
            print(what, when, at.isoformat(), file=process.stdin, flush=True)
            ended = int(process.stdout.readline())
            assert ended in (0, -9), (what, when)
            connections.close_all()
            return ended

        yield run
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_at_any_point_no_case_is_lost_no_clock_skipped_and_nothing_told_twice(desk):
    with _worker() as run:
        assert run("file", "inside", desk.at) == -9
        assert not Case.objects.exists() and not Clock.objects.exists() and not Event.objects.filter(name="case.opened").exists()
        assert run("file", "after", desk.at) == -9
        assert run("file", "never", desk.at) == 0  # the form is sent once more: it has its own key
        assert (Case.objects.count(), Demand.objects.count(), Clock.objects.count()) == (1, 1, 2)
        assert run("route", "inside", desk.at) == -9
        assert Case.objects.get().unit == desk.unit("company") and Case.objects.get().transfers == 0 and not Event.objects.filter(name="case.assigned").exists()
        assert run("route", "after", desk.at) == -9
        assert run("route", "never", desk.at) == 0
        assert (Case.objects.get().unit, Case.objects.get().transfers) == (desk.unit("committee"), 1)
        late = desk.at + timedelta(hours=3, minutes=30)  # 13:30, the first response was due at 11:00
        for when in ("inside", "inside", "after", "never"):
            run("sweep", when, late)
        case = Case.objects.get()
        assert case.level == 1
        told = [(one.data["clock"], one.data["colour"]) for one in Event.objects.filter(name="case.reminder")]
        assert told == [("contact", "red")]
        assert Event.objects.filter(name="case.escalated").count() == 1
        assert run("move", "inside", late) == -9
        assert Case.objects.get().state == "filed" and Clock.objects.filter(state="running").count() == 2
        assert run("move", "never", late) == 0
        assert Case.objects.get().state == "withdrawn" and not Clock.objects.filter(state="running").exists()
        for when in ("inside", "after", "never"):  # a mail is handed over again until it was taken
            run("mail", when, late)
        mailed = Case.objects.get(key__startswith="mail:")
        assert list(mailed.attachments.values_list("name", flat=True)) == ["a.txt", "b.txt"] and Case.objects.count() == 2
        assert verify().ok
