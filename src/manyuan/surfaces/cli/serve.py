"""`manyuan serve` and `manyuan worker`: the pages and API in granian, and beside them one process that does the waiting work."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import click
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes (2 threads each).")
def serve(host: str, port: int, workers: int) -> None:
    """Serve until stopped. Demo mode serves on loopback only."""
    if settings.DEMO and host not in LOOPBACK:
        raise click.UsageError(
            f"Demo mode has published passwords and serves on 127.0.0.1 only; found --host {host}. Leave demo mode (MANYUAN_DEMO=0) to serve others."
        )
    call_command("collectstatic", interactive=False, verbosity=0)
    beside = subprocess.Popen([sys.executable, "-m", "manyuan.surfaces.cli.main", "worker", "--gives-way"])
    web = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers),
         "--blocking-threads", "2", "--no-ws", "--log-level", "warning", "manyuan.site.wsgi:application"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "manyuan.site.settings"},
    )  # fmt: skip
    click.echo(f"\n  满园 Manyuan  →  http://{host}:{port}/\n")
    if settings.DEMO:
        from manyuan.facts.accounts.services import DEMO_PASSWORD, demo_people

        click.echo("  Demo accounts / 演示账号 (password / 密码: " + DEMO_PASSWORD + ")")
        for name, who in demo_people():
            click.echo(f"    {name:<12} {who}")
        click.echo("\n  Stop with Ctrl-C / 按 Ctrl-C 停止\n")

    def stop(number: int, frame: FrameType | None) -> None:
        web.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        code = web.wait()
    finally:
        beside.terminate()
        beside.wait(timeout=20)
    sys.exit(0 if code in (0, -signal.SIGTERM, 128 + signal.SIGTERM) else code)


A_LITTLE_LATER = timedelta(seconds=10)
"""So long at most does an event wait for a rush to pass; then it is told, whatever else wants the processor."""
REST = 60.0
"""Seconds that a step of the worker rests after it failed."""


class _Step:
    """Work that the worker does when nothing waits; one that fails is logged and rests, the others go on."""

    def __init__(self, work: Callable[..., list[Any]]) -> None:
        self.work, self.rests_until = work, 0.0

    def __call__(self) -> int:
        if time.monotonic() < self.rests_until:
            return 0
        try:
            return len(self.work(now=timezone.now()))
        except Exception:
            logging.getLogger("manyuan.worker").exception("%s failed", self.work.__name__)
            self.rests_until = time.monotonic() + REST
            return 0


def _daily(work: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Once on each local day, and once when the worker starts; what it does twice must be the same as once."""
    done: list[Any] = []

    def at_most_daily(now: datetime) -> list[Any]:
        if done and done[-1] == timezone.localdate(now):
            return []
        found = work(now=now)
        done[:] = [timezone.localdate(now)]
        return found

    return at_most_daily


def _every_minute(work: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Once in each minute at most; what it does twice must be the same as once."""
    last: list[float] = []

    def at_most_each_minute(now: datetime) -> list[Any]:
        if last and time.monotonic() - last[-1] < 60:
            return []
        last[:] = [time.monotonic()]
        return work(now=now)

    return at_most_each_minute


def crowded(pressure: Path = Path("/proc/pressure/cpu")) -> bool:
    """Whether work of this machine has waited for a processor for a fifth of the last ten seconds, as Linux tells; False where it tells nothing."""
    try:
        return float(pressure.read_text().split("avg10=", 1)[1].split()[0]) > 20
    except (OSError, IndexError, ValueError):
        return False


def _sender() -> Callable[..., list[Any]]:
    """Sends notices that are due, in the working hours of the pack's calendar."""
    from manyuan.engines.clocks import WorkingHours
    from manyuan.facts.programme.calendar import calendar
    from manyuan.surfaces.notifications.gateway import Outside
    from manyuan.work.notices.sending import send_due

    gateway = Outside()

    def send_notices(now: datetime) -> list[Any]:
        hours = WorkingHours.parse(settings.NOTICE_HOURS, calendar())
        return send_due(now=now, gateway=gateway, is_open=lambda moment: hours.is_open(timezone.localtime(moment)), site=settings.SITE_URL)

    return send_notices


def _writer() -> Callable[..., list[Any]]:
    """Writes codes of demands to the firms' contacts, at once."""
    from django.urls import reverse

    from manyuan.surfaces.notifications.gateway import Outside
    from manyuan.work.demands.services import send_letters

    gateway = Outside()

    def write_codes(now: datetime) -> list[Any]:
        return send_letters(
            now=now, gateway=gateway, address=lambda number, code: settings.SITE_URL and settings.SITE_URL + reverse("web:raised", args=[number, code])
        )

    return write_codes


@click.command()
@click.option("--once", is_flag=True, help="Do what is waiting now, then stop.")
@click.option("--every", default=2.0, show_default=True, help="Seconds between looks.")
@click.option("--gives-way", is_flag=True, help="Leave the processor to others who want it (as `serve` runs it, beside the pages).")
def worker(once: bool, every: float, gives_way: bool) -> None:
    """Hand waiting events to those who react; run until stopped (or the parent is gone)."""
    if gives_way:
        os.nice(10)
    from django.utils.module_loading import import_string

    from manyuan.facts.audit.services import drain, waited
    from manyuan.work.cases.services import sweep_clocks
    from manyuan.work.cultivation.running import judge_due
    from manyuan.work.demands.services import ask_again
    from manyuan.work.environment.computing import compute_due
    from manyuan.work.environment.surveying import draw_due
    from manyuan.work.meetings.scheduling import schedule_meetings
    from manyuan.work.notices.reminding import remind_titles
    from manyuan.work.policies.reminding import remind_windows
    from manyuan.work.policies.scheduling import screen_due
    from manyuan.work.visits.officers import move_for_absences

    reactions = import_string(settings.REACTIONS)
    screening = _Step(screen_due)
    steps = [
        screening,
        _Step(judge_due),
        _Step(_every_minute(sweep_clocks)),
        _Step(_daily(remind_titles)),
        _Step(_daily(remind_windows)),
        _Step(_daily(ask_again)),
        _Step(_daily(schedule_meetings)),
        _Step(_daily(move_for_absences)),
        _Step(_daily(draw_due)),
        _Step(_daily(compute_due)),
        _Step(_sender()),
        _Step(_writer()),
    ]
    running = True

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    parent = os.getppid()
    while running:
        began = time.monotonic()
        done = drain(reactions, now=timezone.now(), limit=20 if gives_way else 200)
        if done and gives_way and crowded() and waited(timezone.now()) < A_LITTLE_LATER:
            time.sleep(min(3 * (time.monotonic() - began), 1.0))  # events of a rush are told a little later, so that the rush itself is answered
        if done:
            screening()  # a policy that was published does not wait for the events of others
        else:
            done = sum(step() for step in steps)
        if once and not done:
            return
        if not done:
            time.sleep(every)
        if not once and os.getppid() != parent:
            return
