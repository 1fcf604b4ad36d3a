"""Calling the scanner's command: the file on its standard input, or as a path where the command says `{file}`; exit code 0 is clean."""

from __future__ import annotations

import contextlib
import logging
import shlex
import subprocess
import tempfile
from collections.abc import Iterator

from django.conf import settings

from manyuan.facts.scanning.errors import FileInfected, ScannerFailed

_INFECTED = 1  # what clamscan, clamdscan and most others answer; anything else but 0 means that the scan itself failed
_log = logging.getLogger("manyuan.scanning")


def refuse_infected(name: str, content: bytes) -> None:
    """Let a clean file pass. name: what the sender calls it, for the message only; it never reaches the command.

    Raises FileInfected (exit code 1), ScannerFailed (any other code, no such command, or no answer in time): what was not found
    clean is not taken.
    """
    command = shlex.split(settings.VIRUS_SCANNER)
    if not command:
        return
    code = _answer(command, name, content)
    if code == _INFECTED:
        _log.warning("the virus scanner refused a file of %d bytes", len(content))
        raise FileInfected(file=_short(name))
    if code != 0:
        _log.error("the virus scanner ended with %d", code)
        raise ScannerFailed(file=_short(name))


def _answer(command: list[str], name: str, content: bytes) -> int:
    try:
        with _arguments(command, content) as (arguments, stdin):
            ended = subprocess.run(  # noqa: S603 -- the administrator's own command, no word of it comes from the sender
                arguments, input=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=settings.VIRUS_SCANNER_SECONDS, check=False
            )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.error("the virus scanner did not answer: %s", error)
        raise ScannerFailed(file=_short(name)) from error
    return ended.returncode


@contextlib.contextmanager
def _arguments(command: list[str], content: bytes) -> Iterator[tuple[list[str], bytes]]:
    if not any("{file}" in word for word in command):
        yield command, content
        return
    with tempfile.NamedTemporaryFile(prefix="manyuan-scan-") as kept:
        kept.write(content)
        kept.flush()
        yield [word.replace("{file}", kept.name) for word in command], b""


def _short(name: str) -> str:
    return name[-60:] or "-"
