"""Wrong tries at one web process lock the name at every other, when the cache is shared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
import sys, warnings, django
warnings.filterwarnings("ignore", message="No directory at")
django.setup()
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.test import Client
act, password, times = sys.argv[1:]
if act == "prepare":
    from datetime import UTC, datetime
    from manyuan.facts.accounts.services import make_user
    from manyuan.facts.audit.actors import system
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    make_user(username="clerk", organisation=None, password=password, by=system(), now=datetime.now(UTC))
else:
    for number in range(int(times)):
        client = Client(SERVER_NAME="localhost")
        client.post("/accounts/login/", {"login": "clerk", "password": password})
    print(SESSION_KEY in client.session)
"""


@pytest.mark.slow
def test_wrong_tries_at_one_process_lock_the_name_at_another(tmp_path):
    def process(act: str, password: str, times: int = 1, shared: str = "1") -> str:
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, act, password, str(times)],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "manyuan.site.settings",
                "PYTHONPATH": str(Path(__file__).resolve().parents[4]),
                "MANYUAN_DATABASE": f"sqlite:///{tmp_path / 'city.sqlite3'}",
                "MANYUAN_SECRET_KEY": "x" * 50,
                "MANYUAN_SHARED_CACHE": shared,
                "MANYUAN_HTTPS": "0",
            },
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    process("prepare", "correct-horse-22")
    assert process("try", "correct-horse-22") == "True"
    assert process("try", "wrong-guess-1", times=5) == "False"
    assert process("try", "correct-horse-22") == "False"
    assert process("try", "correct-horse-22", shared="0") == "True"  # a process that counts for itself knows of no wrong try
