"""Cases under load on PostgreSQL: worklist, search and case pages with 16 clients; filings at a steady rate with none lost; the monthly scorecards.

    python bench/product/cases.py                   # the whole: 1,000,000 cases, 100 filings a second for 60 seconds
    python bench/product/cases.py --cases 50000     # smaller

It starts a PostgreSQL server of its own on loopback (fsync on) in a folder that goes away with it, or takes the empty database of MANYUAN_BENCH_DATABASE.
Every load is bounded in requests and seconds, and all stops by itself. Prints a line for each bar, writes them into docs/benchmarks.md where the whole
million was measured, and exits 1 where one is missed.

This process is the load generator: 16 threads with a connection each, which ask, wait for the whole answer and ask again at once (closed loop). The product
(two web processes, its worker) and PostgreSQL are processes of their own on the same cores; what they use of the processor is read from /proc.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT), str(ROOT / "src")]
CLIENTS, REQUESTS = 16, 20
PAGE_BAR_MS, SCORECARD_BAR_S = 300, 30


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of an empty PostgreSQL database; with a server of its own, gone afterwards."""
    given = os.environ.get("MANYUAN_BENCH_DATABASE")
    if given:
        yield given
        return
    found = shutil.which("initdb")
    tools = Path(found).resolve().parent if found else next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if tools is None:
        sys.exit("no PostgreSQL server programs (Debian: postgresql); or name an empty database in MANYUAN_BENCH_DATABASE")
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    home = folder / "postgres"
    home.mkdir()
    if as_user:
        folder.chmod(0o711)
        shutil.chown(home, "postgres")

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, cwd=home, stdout=subprocess.DEVNULL)

    port = _free_port()
    run(str(tools / "initdb"), "-D", str(home / "data"), "-U", "manyuan", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c shared_buffers=1GB -c work_mem=32MB -c maintenance_work_mem=1GB -c max_wal_size=8GB"
    run(str(tools / "pg_ctl"), "-D", str(home / "data"), "-l", str(home / "log"), "-w", "-o", options, "start")
    OURS.add(int((home / "data" / "postmaster.pid").read_text().split()[0]))
    try:
        yield f"postgresql://manyuan@127.0.0.1:{port}/postgres"
    finally:
        run(str(tools / "pg_ctl"), "-D", str(home / "data"), "-m", "fast", "stop")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served() -> Iterator[int]:
    """The product with two web processes and its worker, on loopback; its port."""
    port = _free_port()
    command = [sys.executable, "-m", "manyuan.surfaces.cli.main", "serve", "--port", str(port), "--workers", "2"]
    serving = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    OURS.add(serving.pid)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/public/", timeout=5).read()
                break
            except OSError:
                time.sleep(0.5)
        yield port
    finally:
        serving.terminate()
        serving.wait(timeout=60)


def cookies(names: list[str]) -> list[str]:
    """A session for each of the demo people, made beside the login page: hashing passwords is not what is measured."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from manyuan.facts.accounts.models import User

    out = []
    for name in names:
        user, session = User.objects.get(username=name), SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        out.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    return out


def used() -> float:
    """Seconds of processor time that web processes, worker and database have used until now (ended processes included where their parent waited)."""
    ticks, rows = os.sysconf("SC_CLK_TCK"), []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = stat.read_text().rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        rows.append((int(name.split(" ", 1)[0]), int(fields[1]), name, sum(map(int, fields[11:15]))))
    parents = {pid: parent for pid, parent, _, _ in rows}

    def is_ours(pid: int) -> bool:
        while pid > 1:
            if pid in OURS:
                return True
            pid = parents.get(pid, 0)
        return False

    return sum(spent for pid, _, _, spent in rows if is_ours(pid)) / ticks


OURS: set[int] = set()
"""The processes whose children, and themselves, are counted by `used`."""


def pages(port: int) -> dict[str, tuple[list[float], float]]:
    """(milliseconds of every request, processor milliseconds of each) by kind: each of 16 clients asks 20 times, one kind of page after the other."""
    from manyuan.work.cases.models import Case

    who = cookies((["city", "clerk", "park1", "park2"] * CLIENTS)[:CLIENTS])
    made = Case.objects.filter(number__startswith="BQ-").order_by("-pk")
    halves = [list(rows.values_list("number", flat=True)[: CLIENTS * REQUESTS // 2]) for rows in (made.filter(phase="open"), made.filter(phase="closed"))]
    numbers = [number for pair in zip(*halves, strict=True) for number in pair]  # open ones, which have more to show, as often as closed ones
    words = ["%E4%BE%9B%E6%B0%B4", "%E5%8E%82%E6%88%BF", "%E8%B4%B7%E6%AC%BE", numbers[0]]
    asked: dict[str, Any] = {
        "worklist": lambda client, turn: "/cases/",
        "all cases": lambda client, turn: f"/cases/?all=1&page={1 + turn % 3}",
        "search": lambda client, turn: f"/cases/?all=1&q={words[(client + turn) % len(words)]}",
        "case": lambda client, turn: f"/cases/{numbers[client * REQUESTS + turn]}/",
        "what is like it": lambda client, turn: f"/cases/{numbers[client * REQUESTS + turn - turn % 2]}/alike/",
    }
    out: dict[str, tuple[list[float], float]] = {}
    for name, address in asked.items():

        def cookie(client: int, name: str = name) -> str:
            return who[client - client % 4 if name in ("case", "what is like it") else client]  # a case page of somebody else's park would be a short 404

        load(port, 1, address, cookie)  # warms what the database keeps of its tables
        before = used()
        times = load(port, CLIENTS, address, cookie)
        out[name] = times, 1000 * (used() - before) / len(times)
    return out


def load(port: int, clients: int, address: Callable[[int, int], str], cookie: Callable[[int], str], requests: int = REQUESTS) -> list[float]:
    """Milliseconds of every request, in order: so many clients, each of which asks again as soon as it is answered. address: (client, turn); another answer
    than 200 ends the bench."""
    times: list[float] = []
    wrong: list[str] = []

    def ask(client: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        for turn in range(requests):
            began = time.monotonic()
            line.request("GET", address(client, turn), headers={"Cookie": cookie(client)})
            answer = line.getresponse()
            answer.read()
            times.append((time.monotonic() - began) * 1000)
            if answer.status != 200:
                wrong.append(f"{answer.status} {address(client, turn)}")
        line.close()

    together([lambda client=client: ask(client) for client in range(clients)])
    if wrong:
        sys.exit(f"{len(wrong)} wrong answers, the first {wrong[0]}")
    return sorted(times)


def filings(port: int, rate: int, seconds: int) -> tuple[int, int, int, float, list[float]]:
    """File demands at a steady rate. Returns (asked, accepted, found in the database, seconds taken, milliseconds of each)."""
    from django.utils import timezone

    from manyuan.facts.accounts.models import User
    from manyuan.facts.accounts.queries import actor_of
    from manyuan.facts.accounts.services import issue_token
    from manyuan.facts.enterprises.models import Enterprise
    from manyuan.work.cases.models import Case

    clerk = User.objects.get(username="clerk")
    made = issue_token(user=clerk, name="bench", days=1, read_only=False, by=actor_of(clerk), now=timezone.now())
    token = made[1] if isinstance(made, tuple) else made.token
    firms = list(Enterprise.objects.filter(status="active", park__isnull=False).values_list("uscc", flat=True)[:300])
    count, began, lock = rate * seconds, time.monotonic() + 0.5, threading.Lock()
    times: list[float] = []
    accepted: list[str] = []
    state = {"next": 0}

    def file() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                number = state["next"]
                state["next"] += 1
            if number >= count or time.monotonic() - began > 4 * seconds:  # whatever happens, it ends
                break
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            body = json.dumps(
                {
                    "text": f"三车间供水压力不足，第{number}次压测",
                    "topic": "utilities",
                    "credit_code": firms[number % len(firms)],
                    "key": f"bench-{began:.0f}-{number}",
                }
            )
            sent = time.monotonic()
            line.request("POST", "/api/v1/demands", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            answer = line.getresponse()
            answer.read()
            with lock:
                times.append((time.monotonic() - sent) * 1000)
                if answer.status == 201:
                    accepted.append(f"api:{clerk.pk}:bench-{began:.0f}-{number}")
        line.close()

    together([file] * CLIENTS)
    taken = time.monotonic() - began
    there = Case.objects.filter(key__in=accepted).count()
    return count, len(accepted), there, taken, sorted(times)


def scorecards() -> tuple[str, int, int, float]:
    """(period, cases in it, scorecards, seconds) of a whole month, every park and the city."""
    from django.utils import timezone
    from filling import newest_month

    from manyuan.facts.audit.actors import system
    from manyuan.facts.filings.periods import parse_period
    from manyuan.work.cases.models import Case
    from manyuan.work.environment.computing import compute_scorecards
    from manyuan.work.environment.models import Scorecard
    from manyuan.work.environment.readers.shapes import midnight

    period = newest_month()
    Scorecard.objects.filter(period=period, publications=None).delete()
    began = time.monotonic()
    made = compute_scorecards(period=period, by=system("bench"), now=timezone.now(), codes=("environment",))
    seconds = time.monotonic() - began
    span = parse_period(period)
    return period, Case.objects.filter(opened_at__gte=midnight(span.start), opened_at__lt=midnight(span.end)).count(), made.of, seconds


def settled(longest: float = 120) -> None:
    """Wait until the worker has done what it does when it starts: until nothing of ours uses more than a tenth of a processor for three seconds."""
    deadline, quiet, before = time.monotonic() + longest, 0, used()
    while quiet < 3 and time.monotonic() < deadline:
        time.sleep(1)
        after = used()
        quiet, before = quiet + 1 if after - before < 0.1 else 0, after


def together(works: list[Any]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def environment(folder: Path) -> None:
    """The product's settings for what is measured."""
    given = {"MANYUAN_DEMO": "1", "MANYUAN_DATA_DIR": str(folder / "city"), "MANYUAN_API_RATE": "1000000", "PYTHONPATH": str(ROOT / "src")}
    os.environ |= given | {"DJANGO_SETTINGS_MODULE": "manyuan.site.settings"}


def run_command(*words: str) -> None:
    """A command of the product, to its end."""
    subprocess.run([sys.executable, "-m", "manyuan.surfaces.cli.main", *words], check=True, stdout=subprocess.DEVNULL)


def measure(given: argparse.Namespace, folder: Path) -> bool:
    """Everything, printed as it comes. Whether every bar is kept."""
    environment(folder)
    began = time.monotonic()
    run_command("init", "--demo", "--enterprises", "600", "--months", "2")
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone
    from filling import fill

    fill(given.cases, timezone.now())
    print(f"{given.cases:,} cases on PostgreSQL, filled in {time.monotonic() - began:.0f} s; {os.cpu_count()} cores", flush=True)
    kept = True
    with served() as port:
        settled()
        for name, (times, cost) in pages(port).items():
            p95 = times[int(0.95 * (len(times) - 1))]
            said = (
                f"{name}: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms ({CLIENTS} clients, {len(times)} requests; {cost:.0f} ms of processor each)"
            )
            kept &= _bar(said, p95 <= PAGE_BAR_MS)
        before = used()
        asked, accepted, there, taken, times = filings(port, given.rate, given.seconds)
        cost = 1000 * (used() - before) / max(1, accepted)
        late = times[int(0.95 * (len(times) - 1))]
        whole = accepted == asked == there and taken <= given.seconds * 1.05 + 1
        said = f"filings: {accepted:,} of {asked:,} accepted in {taken:.0f} s ({accepted / taken:.0f} a second), {there:,} in the database, p95 {late:.0f} ms, {cost:.0f} ms of processor each with the worker's share"
        kept &= _bar(said + ("" if there == accepted else f"; LOST {accepted - there}"), whole)
    connection.close()
    period, cases, cards, seconds = scorecards()
    kept &= _bar(
        f"scorecards of {period}: {cards} of them from {cases:,} cases of the month (of {given.cases:,}) in {seconds:.1f} s", seconds <= SCORECARD_BAR_S
    )
    connection.close()
    return kept


SAID: list[str] = []


def _bar(said: str, is_kept: bool) -> bool:
    line = f"{'ok    ' if is_kept else 'MISSED'} {said}"
    SAID.append(line)
    print(line, flush=True)
    return is_kept


def write_down(cases: int, seconds: float) -> None:
    """What was measured, with how, into docs/benchmarks.md."""
    head = (
        f"{cases:,} cases on PostgreSQL, {os.cpu_count()} cores, Python {sys.version.split()[0]}, the whole bench in {seconds / 60:.0f} minutes; other work on the"
        " machine not excluded. The load generator is a process of its own beside the product's (two web processes, its worker) and the database's, all on the same"
        " cores: 16 clients that ask again as soon as they are answered. Half of the case pages are of open cases; “what is like it” is fetched by such a page after"
        " it is shown. Bars: p95 at most 300 ms; 100 filings a second for a minute, none lost; scorecards of 50 parks in at most 30 s."
    )
    write_between("cases", f"{head}\n\n```\n" + "\n".join(SAID) + "\n```")


def write_between(name: str, text: str) -> None:
    """Put a text between its marks in docs/benchmarks.md."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    page = ROOT / "docs" / "benchmarks.md"
    there = page.read_text()
    page.write_text(f"{there.split(begin)[0]}{begin}\n\n{text}\n\n{end}{there.split(end)[1]}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--rate", type=int, default=100, help="filings a second")
    options.add_argument("--seconds", type=int, default=60)
    given = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="manyuan-bench-") as name:
        folder = Path(name)
        with database(folder) as address:
            os.environ["MANYUAN_DATABASE"] = address
            kept = measure(given, folder)
    if given.cases >= 1_000_000:
        write_down(given.cases, time.monotonic() - began)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
