"""Hostile packages are refused before a reader builds anything from them, each for its own reason; the quick scan and the parser agree."""

import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines.workbooks import LimitExceeded, Limits, Unreadable, WorkbookError, read_table
from manyuan.engines.workbooks.package import inspect
from manyuan.engines.workbooks.tests.cast import CODES, annual, saved, workbook

HEAD = ["统一社会信用代码", "企业名称", "营业收入"]


def plain() -> bytes:
    return saved(workbook([HEAD, *([code, "甲公司", 5] for code in CODES)]))


def changed(content: bytes, part: str, change, *, store: bool = False) -> bytes:
    """The package with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if store else zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def refusal(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(WorkbookError) as refused:
        read_table(content, "a.xlsx", annual(), limits or Limits())
    assert "{" not in refused.value.message("zh") + refused.value.message("en")
    return refused.value.code


def test_the_plain_file_is_taken():
    assert len(read_table(plain(), "a.xlsx", annual())) == 6


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=100), "file.file_bytes"), (Limits(unpacked_bytes=2_000), "file.unpacked_bytes"), (Limits(parts=3), "file.parts"),
        (Limits(cells=20), "file.cells"), (Limits(columns=2), "file.columns"), (Limits(rows=6), "file.rows"), (Limits(sheets=0), "file.sheets"),
    ],
)  # fmt: skip
def test_each_limit_has_its_own_error(limits, code):
    assert refusal(plain(), limits) == code


def test_the_limits_are_inclusive():
    assert len(read_table(plain(), "a.xlsx", annual(), Limits(cells=21, columns=3, rows=7, sheets=1))) == 6


def test_a_zip_bomb_is_refused_by_its_ratio():
    bomb = changed(plain(), SHEET, lambda old: old.replace(b"</sheetData>", b"</sheetData>" + b" " * 30_000_000))
    assert len(bomb) < 100_000
    assert refusal(bomb) == "file.ratio"


def test_a_directory_that_understates_a_part_is_refused():
    content = bytearray(plain())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert size in content
    assert refusal(bytes(content).replace(size, (100).to_bytes(4, "little"))) in ("file.damaged", "file.ratio")


def test_two_cells_far_apart_are_refused_before_a_rectangle_is_built():
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    content = changed(plain(), SHEET, lambda old: old.replace(b"</sheetData>", far))
    assert refusal(content) == "file.columns"
    assert refusal(content, Limits(columns=20_000)) == "file.cells"


@pytest.mark.parametrize(
    "cell",
    [
        b"<c r='ZZ900000'><v>1</v></c>",
        b'<c r="ZZ900000" ><v>1</v></c>',
        b'<c\nr="ZZ900000"><v>1</v></c>',
        b'<c s="0" r="ZZ900000"><v>1</v></c>',
        b'<c r="zz900000"><v>1</v></c>',
    ],
)
def test_unusual_spelling_does_not_hide_a_far_cell(cell):
    assert refusal(changed(plain(), SHEET, lambda old: old.replace(b"</row></sheetData>", cell + b"</row></sheetData>"))) == "file.cells"


def test_prefixes_do_not_hide_a_far_cell():
    def prefixed(old: bytes) -> bytes:
        far = b'<x:row r="1"><x:c r="ZZ900000"><x:v>1</x:v></x:c></x:row></sheetData>'
        return old.replace(b"<worksheet ", b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ').replace(b"</sheetData>", far)

    assert refusal(changed(plain(), SHEET, prefixed)) == "file.cells"


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "docProps/core.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_wherever_they_are(part, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'

    def with_bomb(old: bytes) -> bytes:
        text = re.sub(r"<\?xml[^>]*\?>", "", old.decode("utf-8"))
        return (bomb.replace('"1.0"', f'"1.0" encoding="{encoding}"') + text).encode(encoding)

    assert refusal(changed(plain(), part, with_bomb)) == "file.entities"


def test_a_long_text_that_many_cells_repeat_is_refused():
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.write_row(0, 0, HEAD)
    for row in range(1, 2001):
        page.write_row(row, 0, [CODES[0], "长" * 10_000, 1])
    book.close()
    assert refusal(out.getvalue(), Limits(text_bytes=10_000_000)) == "file.text_bytes"
    assert len(read_table(out.getvalue(), "a.xlsx", annual(), Limits(text_bytes=70_000_000))) == 2000


def test_a_password_is_named_as_the_reason():
    content = changed(plain(), SHEET, lambda old: old)
    flagged = bytearray(content)
    for match in re.finditer(rb"PK\x01\x02", content):
        flagged[match.start() + 8] |= 1
    assert refusal(bytes(flagged)) == "file.encrypted"


def test_macros_and_links_are_not_run_and_said():
    out = io.BytesIO(plain())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\0" * 100)
    reading = read_table(out.getvalue(), "a.xlsm", annual())
    assert any(remark.code == "remark.macros" for remark in reading.remarks)


SIGNS = [b"<v>5</v>", b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 120), st.integers(1, 60), st.sampled_from(["", ' t="e"', ' t="str"']), st.sampled_from(["<v>5</v>", "<f>A1&gt;2</f><v></v>", "<f>B2</f><v/>", "<f>1+1</f><v>2</v>", "<v>#REF!</v>", "", '<f t="shared" si="0"/>'])),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_the_quick_scan_and_the_parser_find_the_same(cells):
    from manyuan.engines.workbooks.addresses import address
    from manyuan.engines.workbooks.sheet_parse import parse_sheet
    from manyuan.engines.workbooks.sheet_scan import SheetFacts, scan_sheet

    body = "".join(
        f'<row r="{row}"{" hidden=" + chr(34) + "1" + chr(34) if row % 3 == 0 else ""}><c r="{address(row, column)}"{kind}>{inner}</c></row>'
        for row, column, kind, inner in cells
    )
    xml = f'<?xml version="1.0" encoding="UTF-8"?><worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData>{body}</sheetData></worksheet>'.encode()
    quick = scan_sheet(lambda: [xml[:200], xml[200:]], "s", Limits(), "a.xlsx")
    slow = parse_sheet([xml], SheetFacts("s"), Limits(), "a.xlsx")
    assert quick.plain
    assert quick == slow


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.xlsx", "a.xls", "a.csv"]), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]))
def test_random_bytes_never_crash(content, name, start):
    with pytest.raises(WorkbookError):
        read_table(start + content, name, annual())


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_workbooks_never_crash(changes):
    content = bytearray(plain())
    for where, byte in changes:
        content[int(where * len(content))] = byte
    try:
        read_table(bytes(content), "a.xlsx", annual())
    except WorkbookError as error:
        assert error.message("zh")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_random_texts_under_a_right_header_never_crash(text):
    content = (",".join(HEAD) + "\n" + text).encode("utf-8", "ignore")
    try:
        reading = read_table(content, "a.csv", annual())
    except WorkbookError:
        return
    for row in reading.rows:
        assert set(row.values) == {column.key for column in annual().columns}
    for fault in reading.faults:
        assert fault.message("zh") and fault.message("en")


def test_every_error_and_fault_has_whole_sentences_in_both_languages():
    from manyuan.engines.workbooks.messages import FILE, FRAMES
    from manyuan.engines.workbooks.problems import NEXT

    for texts in (*FILE.values(), *FRAMES.values(), *NEXT.values()):
        assert texts[0].endswith(("。", "？", "{next}")) and texts[1].endswith((".", "?", "{next}"))
        assert sorted(re.findall(r"{(\w+)}", texts[0])) == sorted(re.findall(r"{(\w+)}", texts[1])) or "next" in texts[0]
    assert issubclass(LimitExceeded, WorkbookError) and issubclass(Unreadable, WorkbookError)


def test_inspect_reports_what_a_plain_reader_hides():
    content = saved(workbook([[1, "=A1"], ["x", "y"]]))
    facts = inspect(content, "a.xlsx", Limits()).sheets["数据"]
    assert (facts.rows, facts.columns, list(facts.formulas_without_value)) == (2, 2, [1 * 32768 + 2])
