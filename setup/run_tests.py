"""Runs the whole suite: on SQLite, then what touches the database again on PostgreSQL, with a browser where there is one.

In CI (CI=true) nothing may be missing: no Chromium, no PostgreSQL or no Spark is a failure, never a skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CI = os.environ.get("CI") == "true"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def main() -> int:
    missing = []
    browser = os.environ.get("MANYUAN_CHROMIUM") or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not browser:
        missing.append("Chromium (Debian: chromium, fonts-noto-cjk)")
    postgres = _postgres_tools()
    if not postgres and not os.environ.get("MANYUAN_TEST_POSTGRES"):
        missing.append("PostgreSQL server programs (Debian: postgresql)")
    spark = os.environ.get("MANYUAN_TEST_SPARK") == "1"
    if CI and not spark:
        missing.append("Spark (MANYUAN_TEST_SPARK=1 with requirements/spark.txt)")
    for item in missing:
        print(f"{'MISSING' if CI else 'not here, its tests are left out'}: {item}", flush=True)
    if CI and missing:
        return 1
    environment = {**os.environ, "PYTHONWARNINGS": "default"}
    if browser:
        environment["MANYUAN_CHROMIUM"] = browser
    leave = [*(["not browser"] if not browser else []), *(["not spark"] if not spark else []), "not postgres"]
    code = _pytest("SQLite", [*sys.argv[1:], "-m", " and ".join(leave)], environment)
    if code:
        return code
    if postgres or os.environ.get("MANYUAN_TEST_POSTGRES"):
        with _server(postgres) as url:
            folders = [
                "src/manyuan/facts",
                "src/manyuan/work",
                "src/manyuan/surfaces",
                "tests/rolewalk",
                *sorted(map(str, (ROOT / "tests").glob("test_reactions*.py"))),
            ]
            return _pytest("PostgreSQL", [*sys.argv[1:], "-m", "not browser and not spark", *folders], {**environment, "MANYUAN_DATABASE": url})
    return 0


def _pytest(title: str, arguments: list[str], environment: dict[str, str]) -> int:
    print(f"\n== {title} ==", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *arguments], cwd=ROOT, env=environment, check=False
    ).returncode


def _postgres_tools() -> Path | None:
    """The folder with initdb and pg_ctl: on the PATH or where Debian keeps it."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextmanager
def _server(tools: Path | None) -> Iterator[str]:
    """A PostgreSQL server of the tests' own, on loopback, gone afterwards. As root it runs as the user postgres."""
    given = os.environ.get("MANYUAN_TEST_POSTGRES")
    if given:
        yield given
        return
    assert tools is not None
    port = os.environ.get("MANYUAN_TEST_POSTGRES_PORT", "54329")
    folder = Path(tempfile.mkdtemp(prefix="manyuan-postgres-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run(str(tools / "initdb"), "-D", str(folder / "data"), "-U", "manyuan", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    run(str(tools / "pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield f"postgresql://manyuan@127.0.0.1:{port}/postgres"
    finally:
        run(str(tools / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
