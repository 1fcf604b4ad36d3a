"""What is written is read again as the same: templates, exports, and workbooks given back with their faults marked."""

import io
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manyuan.engines.workbooks import MISSING, Choice, Column, Identity, Limits, Sheet, mark_faults, read_table, write_csv, write_table, write_template
from manyuan.engines.workbooks.credit_codes import ALPHABET, check_character
from manyuan.engines.workbooks.numbers import plain
from manyuan.engines.workbooks.tests.cast import CODES, annual, saved, workbook
from manyuan.engines.workbooks.tests.test_workbooks_messy import messy

SHEET = Sheet(
    "every", "各类列", "Every kind",
    (
        Column("row", "编号", "Number", "integer", required=True),
        Column("text", "名称", "Name"),
        Column("integer", "人数", "Staff", "integer", "人"),
        Column("decimal", "用量", "Use", "decimal", "吨"),
        Column("money", "收入", "Income", "money", "万元"),
        Column("fen", "税额", "Tax", "money", "元"),
        Column("percent", "占比", "Share", "percent"),
        Column("date", "日期", "Day", "date"),
        Column("month", "月份", "Month", "month"),
        Column("quarter", "季度", "Quarter", "quarter"),
        Column("year", "年份", "Year", "year"),
        Column("boolean", "是否规上", "Above scale", "boolean"),
        Column("choice", "梯队", "Tier", "choice", choices=(Choice("a", "领军", "Leader"), Choice("b", "无", "None"), Choice("c", "骨干, 二", "Core, two"))),
        Column("uscc", "信用代码", "Credit code", "uscc"),
    ),
    ("row",),
)  # fmt: skip

YEARS = st.integers(1900, 2200)
DECIMALS = st.builds(lambda digits, places: plain(Fraction(digits, 10**places)), st.integers(-(10**17), 10**17), st.integers(0, 12))
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20).filter(
    lambda text: (
        "_x" not in text
        and text.strip("'‘’＇") == text
        and any(sign.isalpha() for sign in text)
        and text.lower() not in ("n/a", "na", "nil", "null", "none", "n.a.")
    )
)
OF_KIND = {
    "text": st.one_of(TEXTS.filter(lambda text: len(text) > 5), st.sampled_from(["=1+1公司", "+86 公司", "@甲公司甲公司", "甲\n乙公司"])),
    "integer": st.integers(-(10**17), 10**17),
    "decimal": DECIMALS,
    "money": st.integers(-(10**17), 10**17),
    "fen": st.integers(-(10**17), 10**17),
    "percent": DECIMALS,
    "date": st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    "month": st.builds(lambda year, month: f"{year}-{month:02d}", YEARS, st.integers(1, 12)),
    "quarter": st.builds(lambda year, quarter: f"{year}Q{quarter}", YEARS, st.integers(1, 4)),
    "year": YEARS.map(str),
    "boolean": st.booleans(),
    "choice": st.sampled_from(["a", "b", "c"]),
    "uscc": st.text(ALPHABET, min_size=9, max_size=9).map(lambda tail: f"91510100{tail}" + check_character(f"91510100{tail}")),
}
ROWS = st.lists(st.fixed_dictionaries({}, optional=OF_KIND), max_size=5).map(lambda rows: [{"row": at, **row} for at, row in enumerate(rows, 1)])


def same(reading, rows):
    assert [fault.message("zh") for fault in reading.faults] == []
    assert len(reading) == len(rows)
    for found, row in zip(reading.rows, rows, strict=True):
        for column in SHEET.columns:
            expected = row.get(column.key, MISSING)
            assert found.values[column.key] == expected, (column.key, found.raw[column.key])
            assert type(found.values[column.key]) is type(expected)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, st.sampled_from(["zh", "en"]))
def test_a_template_is_read_as_it_was_written(rows, language):
    same(read_table(write_template(SHEET, rows, language=language, blank_rows=3), "t.xlsx", SHEET), rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, st.sampled_from(["zh", "en"]))
def test_an_export_is_read_as_it_was_written(rows, language):
    same(read_table(write_table(rows, SHEET.columns, language), "t.xlsx", SHEET), rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, st.sampled_from(["zh", "en"]))
def test_a_csv_is_read_as_it_was_written(rows, language):
    same(read_table(write_csv(rows, SHEET.columns, language), "t.csv", SHEET), rows)


def test_a_template_says_what_it_is_and_equal_input_gives_equal_bytes():
    identity = Identity("annual", "3", "2025", "示范园区", {"language": "zh"})
    rows = [{"uscc": CODES[0], "name": "甲公司", "revenue": 66_000_000}]
    content = write_template(annual(), rows, identity=identity, notes=["截止日期 2026-03-31。"], hints=[{"revenue": "上年 60 万元"}])
    assert content == write_template(annual(), rows, identity=identity, notes=["截止日期 2026-03-31。"], hints=[{"revenue": "上年 60 万元"}])
    reading = read_table(content, "t.xlsx", annual())
    assert reading.identity == identity
    assert reading.rows[0].values["revenue"] == 66_000_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_helps_its_writer(language):
    content = write_template(SHEET, [{"row": 1, "money": 1}], language=language, hints=[{"money": "上期 1"}])
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    assert page["E1"].value == ("收入（万元）" if language == "zh" else "Income (10,000 yuan)")
    assert page["A1"].value.endswith("*") and page["A1"].comment and page["E2"].comment.text == "上期 1"
    assert page.freeze_panes == "C2" and page.protection.sheet and page["A1"].protection.locked and not page["E2"].protection.locked
    assert page["E2"].fill.fgColor.rgb != page["E3"].fill.fgColor.rgb
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert len(rules) == len(SHEET.columns)
    assert rules["L2:L202"].formula1 == ('"是,否"' if language == "zh" else '"Yes,No"')
    assert "_manyuan_lists" in rules["M2:M202"].formula1  # a choice with a comma cannot stand in the rule itself
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "visible", "veryHidden", "veryHidden"]
    assert not any(name.startswith("xl/externalLinks") for name in __import__("zipfile").ZipFile(io.BytesIO(content)).namelist())


def test_a_value_of_another_kind_is_refused_and_not_written():
    for value in ("12", 1.5):
        with pytest.raises(ValueError, match="column money"):
            write_template(SHEET, [{"money": value}])
    with pytest.raises(ValueError, match="too long"):
        write_template(SHEET, [{"text": "长" * 40_000}])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "http://example.test", "00123"])
def test_no_text_becomes_a_formula_or_link(text):
    page = openpyxl.load_workbook(io.BytesIO(write_table([[text]], ["说明"]))).worksheets[0]
    assert (page["A2"].value, page["A2"].data_type, page["A2"].hyperlink) == (text, "s", None)
    line = write_csv([[text]], ["说明"]).decode("utf-8-sig").split("\r\n")[1]
    assert not line.lstrip('"').startswith(("=", "+", "-", "@", "\t"))


def test_plain_values_are_exported_with_their_types():
    rows = [[1, Decimal("1.50"), True, date(2024, 1, 5), "甲", None, 0.25, Decimal("12345678901234567.89")]]
    page = openpyxl.load_workbook(io.BytesIO(write_table(rows, list("abcdefgh")))).worksheets[0]
    assert [cell.value for cell in page[2]][:3] == [1, 1.5, "是"]
    assert page["D2"].value.date() == date(2024, 1, 5)
    assert [page[f"{letter}2"].value for letter in "EFGH"] == ["甲", None, 0.25, "12345678901234567.89"]


def test_an_export_takes_rows_from_a_generator_and_may_be_empty():
    assert openpyxl.load_workbook(io.BytesIO(write_table(([at] for at in range(500)), ["a"]))).worksheets[0].max_row == 501
    assert openpyxl.load_workbook(io.BytesIO(write_table([], ["a"]))).worksheets[0].max_row == 1


def marked_book(content, sheet, language="zh", limits=None, name="a.xlsx"):
    reading = read_table(content, name, sheet)
    marked = mark_faults(content, reading, language, limits)
    return reading, marked, openpyxl.load_workbook(io.BytesIO(marked))


def test_each_wrong_cell_is_coloured_and_explained_and_the_layout_kept():
    reading, _, book = marked_book(messy(), annual())
    page = book["数据"]
    for fault in reading.faults:
        assert page[fault.cell].fill.fgColor.rgb == "FFF4B6B6"
        assert fault.message("zh") in page[fault.cell].comment.text
    assert page["C6"].fill.fgColor.rgb != "FFF4B6B6"
    assert {str(area) for area in page.merged_cells.ranges} >= {"A1:G1", "D4:E4"}
    assert page.row_dimensions[8].hidden and page["D14"].value == "=SUM(D6:D13)"
    faults = book["错误清单"]
    links = {cell.hyperlink.location for row in faults.iter_rows() for cell in row if cell.hyperlink}
    assert links == {"'数据'!D10", "'数据'!E10", "'数据'!D12"}


def test_a_marked_workbook_mended_is_read_without_its_marks():
    _, marked, book = marked_book(messy(), annual(), "en")
    again = read_table(marked, "a.xlsx", annual())
    assert again.sheet_name == "数据" and again.fault_count == 3
    page = book["数据"]
    page["D10"], page["E10"], page["D12"] = 1, 12300, 5
    mended = read_table(saved(book), "a.xlsx", annual())
    assert mended.faults == [] and mended.values("revenue")[3:5] == [1_000_000, 5_000_000]
    clean = openpyxl.load_workbook(io.BytesIO(mark_faults(saved(book), mended, "zh")))
    assert "Faults" not in clean.sheetnames
    assert clean["数据"]["E10"].comment is None and clean["数据"]["E10"].fill.fgColor.rgb != "FFF4B6B6"


def test_a_users_own_comment_survives_marking_and_mending():
    from openpyxl.comments import Comment

    book = workbook([["统一社会信用代码", "企业名称", "营业收入"], [CODES[0], "甲", "很多"]])
    book["数据"]["C2"].comment = Comment("问一下财务", "小李")
    _, marked, once = marked_book(saved(book), annual())
    assert "问一下财务" in once["数据"]["C2"].comment.text and "应为" in once["数据"]["C2"].comment.text
    twice = openpyxl.load_workbook(io.BytesIO(mark_faults(marked, read_table(marked, "a.xlsx", annual()), "zh")))
    assert twice["数据"]["C2"].comment.text.count("应为") == 1 and twice["数据"]["C2"].comment.text.count("问一下财务") == 1


def test_a_csv_comes_back_as_a_workbook_with_its_cells_in_place():
    text = f'统一社会信用代码,企业名称,营业收入\n\n{CODES[0]},=甲,"12,3O0"\n{CODES[1]},乙,5\n'
    reading, marked, book = marked_book(text.encode("gb18030"), annual(), name="a.csv")
    page = book.worksheets[0]
    assert [fault.cell for fault in reading.faults] == ["C3"]
    assert page["C3"].fill.fgColor.rgb == "FFF4B6B6" and "字母 O" in page["C3"].comment.text
    assert (page["B3"].value, page["B3"].data_type, page["A4"].value) == ("=甲", "s", CODES[1])
    assert read_table(marked, "b.xlsx", annual()).values("revenue") == reading.values("revenue")


def test_a_large_file_comes_back_as_its_wrong_rows_and_says_so():
    rows = [["统一社会信用代码", "企业名称", "营业收入"], *([code, "甲公司", "5" if at % 2 else "五"] for at, code in enumerate(CODES))]
    reading, marked, book = marked_book(saved(workbook(rows)), annual(), limits=Limits(marked_cells=5))
    page = book["数据"]
    assert [cell.value for cell in page["A"]] == ["统一社会信用代码", CODES[0], CODES[2], CODES[4]]
    assert page["C3"].fill.fgColor.rgb == "FFF4B6B6"
    words = " ".join(str(cell.value) for row in book["错误清单"].iter_rows() for cell in row)
    assert "只放有错的行（3 行）" in words and "C4" in words
    assert {cell.hyperlink.location for row in book["错误清单"].iter_rows() for cell in row if cell.hyperlink} == {"'数据'!C2", "'数据'!C3", "'数据'!C4"}
    assert read_table(marked, "b.xlsx", annual()).values("uscc") == [CODES[0], CODES[2], CODES[4]]
    assert reading.fault_count == 3


def test_a_marked_template_still_says_what_it_is():
    identity = Identity("annual", "1", "2025", "p")
    content = write_template(annual(), [{"uscc": CODES[0], "name": "甲公司"}], identity=identity)
    for limits in (None, Limits(marked_cells=5)):
        _, marked, _ = marked_book(content, annual(), limits=limits)
        assert read_table(marked, "a.xlsx", annual()).identity == identity


def test_an_xls_is_read_like_any_other():
    """The smallest BIFF workbook that holds what is needed, written here record by record."""
    from manyuan.engines.workbooks.tests.old_format import old_workbook

    content = old_workbook(
        [["统一社会信用代码", "企业名称", "营业收入（元）"], [CODES[0], "甲公司", 12.34], [CODES[1], "乙公司", "12,3O0"], [CODES[2], "丙公司", "#REF!"]]
    )
    reading, _, book = marked_book(content, annual(), name="a.xls")
    assert (reading.format, reading.values("revenue")[0]) == ("xls", 1234)
    assert [(fault.cell, fault.code, fault.found) for fault in reading.faults] == [("C3", "number.letter", "12,3O0"), ("C4", "cell.error", "#REF!")]
    assert book.worksheets[0]["C3"].fill.fgColor.rgb == "FFF4B6B6"


def test_an_xls_that_does_not_begin_in_its_first_cell_keeps_its_addresses():
    from manyuan.engines.workbooks.tests.old_format import old_workbook

    content = old_workbook([[""], ["", "统一社会信用代码", "企业名称", "营业收入"], ["", CODES[0], "甲公司", 5.0], ["", CODES[1], "乙公司", "#REF!"]])
    reading = read_table(content, "a.xls", annual())
    assert reading.rows[0].cells["revenue"] == "D3"
    assert [(fault.cell, fault.found) for fault in reading.faults] == [("D4", "#REF!")]


def test_dates_before_march_1900_stay_what_they_are():
    day = date(1900, 2, 28)
    assert read_table(write_table([{"row": 1, "date": day}, {"row": 2, "date": day + timedelta(days=1)}], SHEET.columns), "t.xlsx", SHEET).values("date") == [
        day, day + timedelta(days=1),
    ]  # fmt: skip
