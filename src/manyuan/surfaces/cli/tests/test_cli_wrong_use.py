"""What is typed wrongly on the command line is named with what was expected, in the reader's language; nothing is written."""

from __future__ import annotations

import os
import sys

import pytest

from manyuan.facts.audit.models import AuditRecord
from manyuan.surfaces.cli.main import main


@pytest.fixture
def run(db, capsys, monkeypatch):
    def call(language, *arguments):
        monkeypatch.setattr(sys, "argv", ["manyuan", "--language", language, *map(str, arguments)])
        for name in ("MANYUAN_LANGUAGE", "LANGUAGE"):
            monkeypatch.setitem(os.environ, name, "")
        return main(), "".join(capsys.readouterr())

    return call


WRONG = [
    (("parks", "clos"), "没有命令 'clos'", "No such command 'clos'"),
    (("parks", "close", "west"), "缺少选项", "Missing option"),
    (("parks", "list", "--x"), "没有选项 '--x'", "No such option '--x'"),
    (("parks", "list", "--on", "2026-02-30"), "得到 2026-02-30，应为 2026-11-23 这样的日期", "found 2026-02-30, expected a date such as 2026-11-23"),
    (("tiers", "judge", "--on", "30.2."), "得到 '30.2.'，应为 2026-11-23 这样的日期", "'30.2.' does not match"),
    (("money", "funds", "--year", "abc"), "得到 'abc'，应为数字", "'abc' is not a valid integer"),
    (("serve", "--port", "0"), "得到 0，应在", "0 is not in the range"),
    (("import", "enterprises", "/no/file.csv"), "'/no/file.csv' 不存在", "'/no/file.csv' does not exist"),
    (("parks", "found", "x", "--level", "high"), "应为其中之一：'national'", "is not one of 'national'"),
    (("export", "filings", "/tmp/none.csv", "--form", "nope", "--period", "2025"), "没有报表 nope", "no form nope"),
]


@pytest.mark.parametrize(("arguments", "chinese", "english"), WRONG)
def test_wrong_use_is_said_in_both_languages_with_exit_code_2(run, arguments, chinese, english):
    before = AuditRecord.objects.count()
    for language, expected in (("zh", chinese), ("en", english), ("zh", chinese)):
        code, said = run(language, *arguments)
        assert code == 2 and expected in said, said
    assert AuditRecord.objects.count() == before


def test_a_file_in_another_encoding_is_named_with_its_line(run, tmp_path):
    file = tmp_path / "list.csv"
    file.write_bytes(b"name,uscc\n\xff\xfe\x81,2\n")
    code, said = run("zh", "import", "enterprises", file)
    assert code == 3 and "list.csv:2" in said and "ff fe" in said and "UTF-8, GB18030" in said
