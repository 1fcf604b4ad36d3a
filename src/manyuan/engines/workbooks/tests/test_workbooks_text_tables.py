"""CSV and .xls as they arrive: encodings, separators, quotes."""

import pytest

from manyuan.engines.workbooks import MISSING, LimitExceeded, Limits, Unreadable, read_table
from manyuan.engines.workbooks.tests.cast import CODES, annual

TEXT = f'统一社会信用代码,企业名称,营业收入（万元）,成立日期\n{CODES[0]},成都（演示）公司,"1,234.5",2024/1/5\n\n{CODES[1]},乙公司,-,\n合计,,1,\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_encoding_is_found(encoding):
    reading = read_table(TEXT.encode(encoding), "a.csv", annual())
    assert reading.values("name") == ["成都（演示）公司", "乙公司"]
    assert reading.values("revenue") == [1_234_500_000, MISSING]
    assert reading.numbers.tolist() == [2, 4]
    assert reading.rows[1].cells["revenue"] == "C4"
    said = [remark.message("zh") for remark in reading.remarks if remark.code == "remark.encoding"]
    assert bool(said) == (encoding in ("gb18030", "gbk", "utf-16"))


@pytest.mark.parametrize("separator", ["\t", ";", "|", ","])
def test_the_separator_is_found(separator):
    rows = [["统一社会信用代码", "企业名称", "营业收入"], [CODES[0], "甲，乙；丙", "5"], [CODES[1], "丁", "6"]]
    text = "\r\n".join(separator.join(row) for row in rows)
    assert read_table(text.encode(), "a.csv", annual()).values("revenue") == [5_000_000, 6_000_000]


def test_a_declared_separator_and_quoted_numbers_of_a_spreadsheet_program_are_understood():
    text = f'sep=;\n统一社会信用代码;企业名称;营业收入\n="{CODES[0]}";甲;5\n'
    reading = read_table(text.encode(), "a.csv", annual())
    assert (reading.values("uscc"), reading.rows[0].cells["uscc"]) == ([CODES[0]], "A3")


def test_a_broken_utf8_file_is_refused_with_its_line_and_not_read_as_rubbish():
    content = TEXT.encode().replace("乙公司".encode(), b"\xe4\xb9\xff\xe5\x85\xac")
    with pytest.raises(Unreadable) as refused:
        read_table(content, "a.csv", annual())
    assert (refused.value.code, refused.value.data["line"]) == ("file.encoding", 4)


def test_bytes_that_are_neither_encoding_are_refused():
    with pytest.raises(Unreadable) as refused:
        read_table(b"abc\xff\xff,1\n\x81", "a.csv", annual())
    assert refused.value.code == "file.encoding"


def test_a_quotation_mark_that_is_never_closed_is_refused():
    with pytest.raises(Unreadable) as refused:
        read_table((TEXT + f'{CODES[2]},"丙公司,1,\n{CODES[3]},丁,1,\n').encode(), "a.csv", annual())
    assert refused.value.code == "file.separated"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "file.empty"),
        (b"%PDF-1.7 \n", "a.csv", "file.kind"),
        (b"<html><table></table></html>", "a.xls", "file.kind"),
        (b"\x00\x01\x02binary", "a.csv", "file.kind"),
        (b"no zip at all", "a.xlsx", "file.kind"),
        (b"PK\x03\x04 cut off", "a.xlsx", "file.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", "file.damaged"),
    ],
)
def test_what_is_no_table_is_refused_in_both_languages(content, name, code):
    with pytest.raises(Unreadable) as refused:
        read_table(content, name, annual())
    assert refused.value.code == code
    for language in ("zh", "en"):
        assert "{" not in refused.value.message(language)


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(file_bytes=50), "file.file_bytes"), (Limits(rows=3), "file.rows"), (Limits(columns=3), "file.columns"), (Limits(cells=10), "file.cells")],
)
def test_each_limit_has_its_own_error(limits, code):
    with pytest.raises(LimitExceeded) as refused:
        read_table(TEXT.encode(), "a.csv", annual(), limits)
    assert refused.value.code == code
    assert "{" not in refused.value.message("zh") + refused.value.message("en")


def test_a_path_is_read_as_bytes_are(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode())
    assert read_table(str(path), "a.csv", annual()).values("uscc") == read_table(TEXT.encode(), "a.csv", annual()).values("uscc")
