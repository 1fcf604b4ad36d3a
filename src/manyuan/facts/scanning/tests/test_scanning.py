"""A file that the scanner does not find clean is not taken in, wherever it comes from; nothing of it is kept."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from manyuan.facts.scanning import refuse_infected
from manyuan.facts.scanning.errors import FileInfected, ScannerFailed

EVIL = b"an EVIL file"


@pytest.fixture
def scanner(settings, tmp_path):
    """A tiny scanner: refuses what holds EVIL, breaks on CRASH, sleeps on SLOW; notes what it was given."""
    path = tmp_path / "scan.py"
    path.write_text(
        f"#!{sys.executable}\n"
        "import sys, time, pathlib\n"
        "content = pathlib.Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else sys.stdin.buffer.read()\n"
        f"pathlib.Path({str(tmp_path)!r}, 'seen').write_text(repr(sys.argv[1:]))\n"
        "if b'SLOW' in content: time.sleep(30)\n"
        "sys.exit(2 if b'CRASH' in content else 1 if b'EVIL' in content else 0)\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    settings.VIRUS_SCANNER_SECONDS = 20
    settings.VIRUS_SCANNER = str(path)
    return path


def _by_path(settings, scanner):
    settings.VIRUS_SCANNER = f"{scanner} {{file}}"


@pytest.mark.parametrize("by_path", [False, True])
@pytest.mark.parametrize(
    ("content", "error"),
    [(b"clean", None), (b"", None), (b"x" * 300_000, None), (EVIL, FileInfected), (b"y" * 300_000 + EVIL, FileInfected), (b"CRASH", ScannerFailed)],
)
def test_only_what_the_scanner_calls_clean_passes(settings, scanner, content, error, by_path):
    if by_path:
        _by_path(settings, scanner)
    if error is None:
        refuse_infected("报表.xlsx", content)
    else:
        with pytest.raises(error) as refused:
            refuse_infected("报表.xlsx", content)
        assert refused.value.file == "报表.xlsx" and "报表.xlsx" in refused.value.message("zh-hans")


def test_a_scanner_that_does_not_answer_in_time_or_is_not_there_lets_nothing_pass(settings, scanner):
    settings.VIRUS_SCANNER_SECONDS = 0.5
    with pytest.raises(ScannerFailed):
        refuse_infected("a.pdf", b"SLOW")
    settings.VIRUS_SCANNER = str(scanner.with_name("nowhere"))
    with pytest.raises(ScannerFailed):
        refuse_infected("a.pdf", b"clean")


def test_the_senders_name_never_reaches_the_command_and_the_copy_is_removed(settings, scanner):
    _by_path(settings, scanner)
    refuse_infected("; rm -rf x.pdf", b"clean")
    (path,) = __import__("ast").literal_eval((scanner.parent / "seen").read_text())
    assert "rm" not in path and not Path(path).exists()


def test_without_the_setting_nothing_is_called(settings, scanner):
    settings.VIRUS_SCANNER = ""
    refuse_infected("a.pdf", EVIL)
    assert not (scanner.parent / "seen").exists()


def test_an_infected_piece_of_evidence_is_not_kept(db, scanner):
    from manyuan.facts.accounts.queries import actor_of
    from manyuan.facts.accounts.tests.town import NOW, build_town
    from manyuan.facts.programme.evidence import File, submit_evidence
    from manyuan.facts.programme.models import Evidence, Goal

    town = build_town()
    goal = Goal.objects.create(code="g", **_goal_fields())
    given = {"goal": goal, "item": "a", "title": "t", "by": actor_of(town["city"]), "now": NOW}
    with pytest.raises(FileInfected):
        submit_evidence(file=File("a.txt", EVIL), **given)
    assert not Evidence.objects.exists()
    assert submit_evidence(file=File("a.txt", b"clean"), **given).file_name == "a.txt"


def _goal_fields():
    return {"order": 1, "name_zh": "目标", "name_en": "goal", "definition": {"evidence": [{"code": "a"}]}}


def test_an_infected_workbook_is_not_kept(db, scanner):
    from manyuan.facts.accounts.queries import actor_of
    from manyuan.facts.accounts.tests.town import NOW, build_town
    from manyuan.facts.filings.models import Form, Upload
    from manyuan.facts.filings.uploads import preview_upload

    town = build_town()
    form = Form(code="f", period_kind="year", version=1)
    with pytest.raises(FileInfected):
        preview_upload(form=form, period="2025", file_name="a.csv", content=EVIL, by=actor_of(town["city"]), now=NOW)
    assert not Upload.objects.exists()


def test_a_file_of_somebody_without_the_right_is_not_even_scanned(db, scanner):
    from manyuan.facts.accounts.queries import actor_of
    from manyuan.facts.accounts.tests.town import NOW, build_town
    from manyuan.facts.audit.actors import NotAllowed
    from manyuan.facts.programme.evidence import File, submit_evidence
    from manyuan.facts.programme.models import Goal

    town = build_town()
    goal = Goal(code="g", **_goal_fields())
    with pytest.raises(NotAllowed):
        submit_evidence(goal=goal, item="a", title="t", file=File("a.txt", EVIL), by=actor_of(town["enterprise"]), now=NOW)
    assert not os.path.exists(scanner.parent / "seen")
