"""A real Chromium and the real product: a small demo city made by `manyuan init`, served by `manyuan serve` with its worker, on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

PASSWORD = "manyuan-demo-2026"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = os.environ.get("MANYUAN_CHROMIUM")
    if not path:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: set MANYUAN_CHROMIUM or install Debian's chromium")
        pytest.skip("no Chromium here; MANYUAN_CHROMIUM names one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield browser
        browser.close()


@dataclass
class City:
    """The served city. open: a page as a demo person (or a visitor), at a width, in a language."""

    url: str
    browser: Any
    environment: dict[str, str]

    def manyuan(self, *arguments: str) -> str:
        """What a command prints, in the city's own surroundings. `python CODE` runs code with Django set up."""
        code = ["-c", f"import django; django.setup()\n{arguments[1]}"] if arguments[0] == "python" else ["-m", "manyuan.surfaces.cli.main", *arguments]
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "manyuan.site.settings"}
        done = subprocess.run([sys.executable, *code], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def open(self, person: str = "", width: int = 1440, language: str = "zh-hans") -> Any:
        context = self.browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", accept_downloads=True)
        context.add_cookies([{"name": "manyuan_language", "value": language, "url": self.url}])
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        if person:
            page.goto(self.url + "/accounts/login/")
            page.fill("input[name=login]", person)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(self.url + "/")
        return page


def wait_for(what: Callable[[], Any], seconds: float = 120, every: float = 0.5) -> Any:
    """Ask until the answer is true; fails after a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(every)
    pytest.fail(f"not within {seconds:.0f} s")


@pytest.fixture(scope="session")
def city(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    data = tmp_path_factory.mktemp("city")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if key not in ("MANYUAN_DATABASE", "DJANGO_SETTINGS_MODULE")}
    environment |= {"MANYUAN_DEMO": "1", "MANYUAN_DATA_DIR": str(data), "MANYUAN_LANGUAGE": "zh"}
    command = [sys.executable, "-m", "manyuan.surfaces.cli.main"]
    if ready := os.environ.get("MANYUAN_BROWSER_CITY"):  # a city made before: a copy of its folder is as good, and two minutes sooner
        shutil.copytree(ready, data, dirs_exist_ok=True)
    else:
        made = subprocess.run(
            [*command, "init", "--demo", "--enterprises", "300", "--months", "3"], env=environment, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stdout + made.stderr
    serving = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def up() -> bool:
        try:
            return urllib.request.urlopen(url + "/public/", timeout=2).status == 200
        except OSError:
            return False

    try:
        wait_for(up, 180)
        yield City(url, chromium, environment)
    finally:
        serving.terminate()
        serving.wait(timeout=30)
