"""Two at once and a process that is killed: one wins and the other is told; a step happened wholly or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, connections

from manyuan.facts.audit.errors import DomainError
from manyuan.work.matters import stepping
from manyuan.work.matters.errors import StepTaken
from manyuan.work.matters.mandates import give_mandate, revoke_mandate
from manyuan.work.matters.models import AgentAct, Application, StepRun


@pytest.mark.django_db(transaction=True)
def test_the_same_step_twice_at_once_is_done_once_and_the_other_is_told(desk):
    row = desk.file("production-permit")
    step, by, barrier, said = desk.step(row, "accept"), desk["committee"], threading.Barrier(4), []
    moments = [desk.now() for _ in range(4)]

    def work(number: int) -> None:
        barrier.wait()
        try:
            stepping.complete_step(step=step, by=by, now=moments[number])
            said.append("done")
        except StepTaken:
            said.append("told")
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert sorted(said) == ["done", "told", "told", "told"]
    assert desk.open(row) == ["papers", "site"] and row.steps.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_parallel_steps_at_once_are_both_kept_and_the_join_opens_once(desk):
    desk.hold("site-inspection")
    row = desk.file("production-permit")
    desk.do(row, "accept")
    steps, by, barrier, moments = [desk.step(row, "papers"), desk.step(row, "site")], desk["committee"], threading.Barrier(2), [desk.now(), desk.now()]
    failed = []

    def work(number: int) -> None:
        barrier.wait()
        try:
            stepping.complete_step(step=steps[number], by=by, now=moments[number])
        except DomainError as error:
            failed.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert not failed and desk.open(row) == ["issue"] and row.steps.filter(code="issue").count() == 1
    assert desk.again(row).outcomes == {"accept": "ok", "papers": "ok", "site": "ok"}


@pytest.mark.django_db(transaction=True)
def test_a_mandate_taken_back_at_the_same_moment_is_used_before_or_not_at_all(desk):
    firm = desk["enterprise"]
    given = give_mandate(enterprise=desk.town.firm_east, agent=desk.town["company"], acts=("file",), until=date(2027, 1, 1), by=firm, now=desk.now())
    barrier, moment = threading.Barrier(2), desk.now()

    def file() -> None:
        barrier.wait()
        try:
            desk.file(by="company")
        except DomainError:
            pass
        finally:
            connections.close_all()

    def revoke() -> None:
        barrier.wait()
        try:
            revoke_mandate(mandate=given, by=firm, now=moment)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=one) for one in (file, revoke)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    given.refresh_from_db()
    assert given.revoked_at is not None and Application.objects.count() == AgentAct.objects.count()
    with pytest.raises(DomainError):
        desk.file(by="company")


_WORKER = """
import os, signal, sys
from datetime import UTC, datetime
import django
django.setup()
from manyuan.facts.audit.actors import system
from manyuan.work.matters import stepping
from manyuan.work.matters.models import StepRun
when = sys.argv[2]
def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
if when == "engine":      # the engine has gone on, nothing is written
    stepping.casework.accepted = die
elif when == "steps":     # the step is written, the next ones are not
    stepping.StepRun.objects.bulk_create = die
elif when == "event":     # all is written but the last event
    stepping.audit.emit = die
stepping.complete_step(step=StepRun.objects.get(pk=int(sys.argv[1])), by=system("test"), now=datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
if when == "committed":
    die()
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("when", "after"), [("engine", "accept"), ("steps", "accept"), ("event", "accept"), ("committed", "papers site")])
def test_killed_in_the_middle_of_a_step_it_happened_wholly_or_not_at_all(desk, when, after):
    if connection.vendor != "sqlite":
        address = connection.settings_dict
        host = address["HOST"].replace("/", "%2F") if address["HOST"] else ""
        database = f"postgresql://{address['USER']}:{address['PASSWORD']}@{host}:{address['PORT']}/{address['NAME']}"
    else:
        database = f"sqlite:///{connection.settings_dict['NAME']}"
    row = desk.file("production-permit")
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "manyuan.site.settings", "PYTHONPATH": str(Path(__file__).resolve().parents[4]), "MANYUAN_DATABASE": database,
        "MANYUAN_SECRET_KEY": "x" * 50, "MANYUAN_FIELD_KEY": "y" * 50,
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", _WORKER, str(desk.step(row, "accept").pk), when], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == -9, done.stderr
    assert desk.open(row) == after.split()
    if when != "committed":
        assert desk.again(row).case.state == "filed"
        desk.do(row, "accept")
    assert desk.open(row) == ["papers", "site"] and desk.again(row).case.state == "running"
    assert StepRun.objects.filter(application=row, code="accept").count() == 1
