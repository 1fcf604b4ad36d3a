"""The product under load, written into docs/benchmarks.md: workbooks against python-calamine, commits, pages of a small and a large city.

    python bench/product/run.py                      # the whole: 20,000 and 200,000 enterprises; takes about an hour on two cores
    python bench/product/run.py --cities 2000,20000  # smaller
    python bench/product/run.py --city-dir DIR       # a data directory that stands already, in place of the last city

Servers listen on 127.0.0.1, every load is bounded in requests, and all stops by itself.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from cases import database

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "manyuan-demo-2026"
PAGES = {
    "home": "/",
    "goals": "/goals/",
    "park": "/parks/demo-tianhe/",
    "enterprise": "/enterprises/{uscc}/",
    "data quality": "/quality/?form=six-clear-month",
    "filings": "/filings/?form=six-clear-month",
}
CLIENTS, REQUESTS = 8, 15  # requests of each client to each page


def manyuan(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "manyuan.surfaces.cli.main", *arguments]


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "MANYUAN_DEMO": "1", "MANYUAN_DATA_DIR": str(data), "MANYUAN_LANGUAGE": "en", "PYTHONPATH": str(ROOT / "src")}


def build(data: Path, enterprises: int, months: int) -> float:
    """Build a city; seconds."""
    started = time.monotonic()
    command = manyuan(data, "init", "--demo", "--enterprises", str(enterprises), "--months", str(months))
    subprocess.run(command, env=environment(data), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


class Client:
    """A signed-in browser without a picture."""

    def __init__(self, base: str, person: str) -> None:
        self.base = base
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        page = self.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        form = urllib.parse.urlencode({"login": person, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}).encode()
        self.opener.open(urllib.request.Request(base + "/accounts/login/", form, {"Referer": base}), timeout=60).read()

    def get(self, address: str) -> str:
        return self.opener.open(self.base + address, timeout=60).read().decode()


def load(data: Path) -> dict[str, dict[str, float]]:
    """p50 and p95 in milliseconds of each page, with 8 clients at once; pages one after the other."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving = subprocess.Popen(
        manyuan(data, "serve", "--port", str(port), "--workers", "2"), env=environment(data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(base + "/public/", timeout=5).read()
                break
            except OSError:
                time.sleep(0.5)
        clients = [Client(base, "city") for _ in range(CLIENTS)]
        listed = clients[0].get("/enterprises/")
        uscc = re.search(r"/enterprises/([0-9A-Z]{18})/", listed)
        assert uscc is not None, "the city has no enterprise"
        out = {}
        for name, address in PAGES.items():
            address = address.format(uscc=uscc[1])
            clients[0].get(address)  # the first one warms caches of the database's pages
            times: list[float] = []
            threads = [threading.Thread(target=_ask, args=(client, address, times)) for client in clients]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            times.sort()
            out[name] = {"p50": statistics.median(times), "p95": times[int(0.95 * (len(times) - 1))]}
        return out
    finally:
        serving.terminate()
        serving.wait(timeout=60)


def _ask(client: Client, address: str, times: list[float]) -> None:
    for _ in range(REQUESTS):
        started = time.monotonic()
        client.get(address)
        times.append((time.monotonic() - started) * 1000)


def workbook() -> dict[str, float]:
    """Reading and checking 200,000 × 30 against python-calamine alone (see bench/workbooks)."""
    done = subprocess.run([sys.executable, str(ROOT / "bench" / "workbooks" / "run.py")], capture_output=True, text=True, check=True, env=environment(ROOT))
    return json.loads(done.stdout)


def commits(rows: int) -> dict[str, float]:
    """Rows a second of a workbook committed as filings, on a new SQLite and on a PostgreSQL of the bench's own."""

    def rate(place: Path, **more: str) -> float:
        command = [sys.executable, str(Path(__file__).with_name("commit.py")), str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment(place) | more)
        return float(json.loads(done.stdout)["rows_per_second"])

    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": rate(Path(folder, "sqlite"), MANYUAN_DATABASE="")}
        with database(Path(folder)) as address:
            found["PostgreSQL"] = rate(Path(folder, "files"), MANYUAN_DATABASE=address)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cities", default="20000,200000")
    options.add_argument("--months", type=int, default=36)
    options.add_argument("--city-dir", type=Path, help="a data directory that stands already, in place of the last city")
    options.add_argument("--commit-rows", type=int, default=20_000)
    options.add_argument("--skip-workbook", action="store_true")
    given = options.parse_args()
    text = [f"Machine: {os.cpu_count()} cores, Python {sys.version.split()[0]}; other work on the machine not excluded.", ""]
    if not given.skip_workbook:
        found = workbook()
        text += ["Workbook of 200,000 rows × 30 columns (bar: at most 3 × python-calamine, 1.5 GB):", "", "```", json.dumps(found, indent=1), "```", ""]
    rates = " and ".join(f"{rate:,.0f} rows a second on {name}" for name, rate in commits(given.commit_rows).items())
    text += [f"Committing a previewed workbook of {given.commit_rows:,} filings: {rates}.", ""]
    sizes = [int(size) for size in given.cities.split(",")]
    columns = []
    with tempfile.TemporaryDirectory() as folder:
        for at, size in enumerate(sizes):
            last = at == len(sizes) - 1 and given.city_dir is not None
            data = given.city_dir if last else Path(folder, str(size))
            if not last:
                print(f"building {size:,} …", file=sys.stderr)
                build(data, size, given.months)
            columns.append(load(data))
    text += [
        f"Pages with {CLIENTS} clients at once, milliseconds (bar: p95 at most 300), monthly filings of {given.months} months for the firms above scale:",
        "",
    ]
    text += ["| page | " + " | ".join(f"p50, p95 at {size:,}" for size in sizes) + " | growth of p95 |", "|---" * (len(sizes) + 2) + "|"]
    for name in PAGES:
        cells = [f"{column[name]['p50']:.0f}, {column[name]['p95']:.0f}" for column in columns]
        text.append(f"| {name} | " + " | ".join(cells) + f" | {columns[-1][name]['p95'] / columns[0][name]['p95']:.1f} × |")
    print("\n".join(text))
    write("\n".join(text))


def write(text: str) -> None:
    """Put the text between its markers in docs/benchmarks.md."""
    target = ROOT / "docs" / "benchmarks.md"
    begin, end = "<!-- product:begin -->", "<!-- product:end -->"
    content = target.read_text(encoding="utf-8")
    if begin not in content:
        content += f"\n## The product (`make bench-product`)\n\n{begin}\n{end}\n"
    head, _, rest = content.partition(begin)
    _, _, tail = rest.partition(end)
    target.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
