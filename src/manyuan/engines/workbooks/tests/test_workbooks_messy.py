"""Messy files as they arrive: the header is found, odd cells are understood, and whatever is wrong is named with its cell."""

from datetime import date, datetime

import pytest
import xlsxwriter

from manyuan.engines.workbooks import INVALID, MISSING, Column, Sheet, Unreadable, read_table
from manyuan.engines.workbooks.tests.cast import CODES, annual, saved, workbook


def messy() -> bytes:
    """Title rows, a merged header over two rows, blank rows, full-width digits, formulas, six shapes of dates, a hidden row, a total and a note."""
    book = workbook(
        [
            ["2025 年度企业年报表", None, None, None, None, None, None],
            ["填报单位：示范园区（演示）", None, None, None, None, None, "单位：万元"],
            [None],
            ["序号", "统一社会信用代码", "企业名称", "营业收入", None, "研发强度（%）", "成立日期"],
            [None, None, None, "营业收入", "上年营业收入", None, None],
            [1, CODES[0], "甲公司", 1234.5, "１，２００．５", "１２．５％", "2024-01-05"],
            [None],
            [2, CODES[1], "乙公司", "66(万元人民币)", "—", 3, "2024/1/5"],
            [3, CODES[2], "丙公司", "1.2亿元", 0, "0.5%", "2024年1月5日"],
            [4, f"'{CODES[3]}", "丁公司", "=D6*2", "12,3O0", None, 20240105],
            ["　", None, " ", None, None, None, None],
            [5, CODES[4], "戊公司", "#REF!", "无", 4, "05-Jan-2024"],
            [6, CODES[5], "己公司", 7, 8, 5, datetime(2024, 1, 5)],
            ["合 计", None, None, "=SUM(D6:D13)", 100, None, None],
            ["注：数据截至年末", None, None, None, None, None, None],
        ],
        ["A1:G1", "A4:A5", "B4:B5", "C4:C5", "D4:E4", "F4:F5", "G4:G5"],
    )
    page = book["数据"]
    page["D12"].data_type = "e"
    page["G13"].number_format = "yyyy-mm-dd"
    page.row_dimensions[8].hidden = True
    page.column_dimensions["A"].hidden = True
    return saved(book)


def test_a_messy_workbook_is_read_cell_by_cell():
    reading = read_table(messy(), "年报.xlsx", annual())
    assert reading.numbers.tolist() == [6, 8, 9, 10, 12, 13]
    assert reading.header_row == 5
    assert reading.values("uscc") == list(CODES)
    assert reading.values("revenue") == [1_234_500_000, 66_000_000, 12_000_000_000, INVALID, INVALID, 7_000_000]
    assert reading.values("revenue_before") == [1_200_500_000, MISSING, 0, INVALID, MISSING, 8_000_000]
    assert reading.values("intensity") == ["12.5", "3", "0.5", MISSING, "4", "5"]
    assert reading.values("founded") == [date(2024, 1, 5)] * 6


def test_every_fault_names_its_cell_and_what_to_do():
    reading = read_table(messy(), "年报.xlsx", annual())
    assert [(fault.cell, fault.code) for fault in reading.faults] == [("D10", "cell.formula"), ("E10", "number.letter"), ("D12", "cell.error")]
    assert reading.fault_count == 3
    assert reading.wrong.tolist() == [False, False, False, True, True, False]
    assert "D10" in reading.faults[0].message("zh")
    assert reading.faults[2].message("zh").startswith('第 12 行"营业收入"：得到 "#REF!"，应为数字（万元）。')
    for fault in reading.faults:
        assert "{" not in fault.message("zh") + fault.message("en")


def test_what_was_left_out_is_said():
    reading = read_table(messy(), "年报.xlsx", annual())
    said = {remark.code: remark.message("zh") for remark in reading.remarks}
    assert said["remark.total_row"] == '第 14 行是"合 计"行，已略过。'
    assert "第 15 行" in said["remark.footer_row"]
    assert said["remark.blank_rows"] == "略过 2 个空行。"
    assert "（第 8 行）" in said["remark.hidden_rows"]
    assert said["remark.hidden_columns"].endswith("A。")
    assert 'A5 的标题"序号"' in said["remark.unknown_column"]
    for remark in reading.remarks:
        assert "{" not in remark.message("en")


def test_a_row_gives_values_addresses_and_what_stood_there():
    row = read_table(messy(), "年报.xlsx", annual()).rows[1]
    assert (row.number, row.sheet, row.is_wrong) == (8, "数据", False)
    assert row.values["revenue"] == 66_000_000
    assert (row.cells["revenue"], row.raw["revenue"]) == ("D8", "66(万元人民币)")
    assert row.values["revenue_before"] is MISSING and row.raw["revenue_before"] == "—"


def test_the_unit_in_the_header_converts_exactly():
    rows = [["统一社会信用代码", "企业名称", "营业收入（亿元）", "上年营业收入(元)"], [CODES[0], "甲", 1.23456789, 0.07], [CODES[1], "乙", "3万元", "1.5亿"]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    assert reading.values("revenue") == [12_345_678_900, 3_000_000]
    assert reading.values("revenue_before") == [7, 15_000_000_000]
    assert [remark.message("zh") for remark in reading.remarks if remark.code == "remark.unit_converted"] == [
        '"营业收入"的表头单位是亿元，已换算为万元。', '"上年营业收入"的表头单位是元，已换算为万元。',
    ]  # fmt: skip


def test_a_unit_above_the_table_holds_for_columns_without_one():
    rows = [["年报", "单位：亿元"], ["统一社会信用代码", "企业名称", "营业收入", "上年营业收入（元）"], [CODES[0], "甲", 2, 300]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    assert (reading.values("revenue"), reading.values("revenue_before")) == ([20_000_000_000], [30_000])


def test_a_wrong_unit_in_the_header_is_a_fault_and_spoils_the_rows():
    rows = [["统一社会信用代码", "企业名称", "营业收入（万美元）"], [CODES[0], "甲", 2]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    assert [(fault.code, fault.cell) for fault in reading.faults] == [("header.unit", "C1")]
    assert reading.wrong.all()


def test_headings_may_stand_in_any_order_in_either_language():
    rows = [["Founded", "Revenue (10,000 yuan) *", "Name", "Credit code"], [date(2020, 2, 29), 5, "A", CODES[0]]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    row = reading.rows[0]
    assert (row.values["revenue"], row.values["founded"], row.cells["uscc"]) == (5_000_000, date(2020, 2, 29), "D2")
    assert not reading.faults


def test_a_required_column_that_is_missing_is_told_once_with_the_nearest_heading():
    rows = [["统一社会信用代码", "企业名称", "营业总收入"], [CODES[0], "甲", 2], [CODES[1], "乙", 2]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    assert [fault.code for fault in reading.faults] == ["header.missing"]
    assert "营业收入" in reading.faults[0].message("zh") and "营业总收入" in reading.faults[0].message("zh") and "C1" in reading.faults[0].message("zh")
    assert reading.wrong.all()


def test_two_columns_of_one_name_are_a_fault():
    rows = [["统一社会信用代码", "企业名称", "营业收入", "营业收入（元）"], [CODES[0], "甲", 2, 3]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    assert [(fault.code, fault.cell) for fault in reading.faults] == [("header.twice", "D1")]
    assert reading.wrong.all()


def test_a_file_without_a_header_is_refused_with_what_was_expected():
    with pytest.raises(Unreadable) as refused:
        read_table(saved(workbook([["a", "b"], [1, 2]])), "a.xlsx", annual())
    assert refused.value.code == "file.no_header"
    assert "统一社会信用代码" in refused.value.message("zh") and "Credit code" in refused.value.message("en")


def test_missing_is_not_zero_and_required_is_told():
    rows = [["统一社会信用代码", "企业名称", "营业收入", "上年营业收入"], [CODES[0], "甲", None, 0], [CODES[1], "乙", 0, None]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    assert reading.values("revenue") == [MISSING, 0]
    assert reading.values("revenue_before") == [0, MISSING]
    assert [(fault.cell, fault.code) for fault in reading.faults] == [("C2", "cell.required")]


def test_missing_marks_can_be_chosen():
    rows = [["统一社会信用代码", "企业名称", "营业收入", "上年营业收入"], [CODES[0], "甲", 1, "未知"]]
    assert read_table(saved(workbook(rows)), "a.xlsx", annual()).values("revenue_before") == [INVALID]
    assert read_table(saved(workbook(rows)), "a.xlsx", annual(), missing_marks=frozenset({"", "未知"})).values("revenue_before") == [MISSING]


def test_a_key_that_stands_twice_is_a_fault_at_both_places():
    rows = [["统一社会信用代码", "企业名称", "营业收入"], [CODES[0], "甲", 1], [CODES[1], "乙", 1], [CODES[0], "丙", 1], [None, "丁", 1], [None, "戊", 1]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    twice = [fault for fault in reading.faults if fault.code == "row.duplicate"]
    assert [(fault.cell, fault.expected.zh) for fault in twice] == [("A2", "第 4 行"), ("A4", "第 2 行")]
    assert reading.wrong.tolist() == [True, False, True, True, True]


def test_a_total_in_between_is_a_fault_and_a_firm_named_like_one_is_not():
    sheet = Sheet("s", "表", columns=(Column("name", "企业名称"), Column("staff", "人数", kind="integer")), key_columns=("name",))
    rows = [["企业名称", "人数"], ["甲", 1], ["小计", 1], ["乙", 2], ["总计", 3]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", sheet)
    assert [(fault.code, fault.row) for fault in reading.faults] == [("row.total_inside", 3)]
    rows = [["统一社会信用代码", "企业名称", "营业收入"], [CODES[0], "甲", 1], [CODES[1], "汇总", 1]]
    assert len(read_table(saved(workbook(rows)), "a.xlsx", annual())) == 2


def test_faults_beyond_the_cap_are_counted_and_their_rows_still_wrong():
    from manyuan.engines.workbooks import Limits

    rows = [["统一社会信用代码", "企业名称", "营业收入"], *([f"X{at}", "甲", "很多"] for at in range(30))]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual(), Limits(faults=10))
    assert (len(reading.faults), reading.fault_count) == (10, 60)
    assert reading.wrong.all()
    assert reading.remarks[-1].message("zh") == "另有 50 处错误没有逐条列出。"


def test_the_sheet_with_most_known_headings_is_read_and_said():
    book = workbook([["目录"], ["见后"]], name="封面")
    page = book.create_sheet("2025")
    page.append(["统一社会信用代码", "企业名称", "营业收入"])
    page.append([CODES[0], "甲", 1])
    reading = read_table(saved(book), "a.xlsx", annual())
    assert (reading.sheet_name, len(reading)) == ("2025", 1)
    assert any(remark.code == "remark.sheet_chosen" and "封面" in remark.message("zh") for remark in reading.remarks)


def test_percent_formats_and_bare_numbers_are_told_apart(tmp_path):
    path = tmp_path / "p.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    share = book.add_format({"num_format": "0.0%"})
    for at, text in enumerate(["统一社会信用代码", "企业名称", "营业收入", "研发强度"]):
        page.write(0, at, text)
    for row, (value, style) in enumerate([(0.125, share), (12.5, None), ("12.5%", share), (0.07, share)], 1):
        page.write_row(row, 0, [CODES[row], f"企业{row}", 1])
        page.write(row, 3, value, style)
    book.close()
    assert read_table(path, "p.xlsx", annual()).values("intensity") == ["12.5", "12.5", "12.5", "7"]


def test_bare_shares_without_a_format_are_questioned():
    rows = [["统一社会信用代码", "企业名称", "营业收入", "研发强度"], [CODES[0], "甲", 1, 0.05], [CODES[1], "乙", 1, 0.12]]
    reading = read_table(saved(workbook(rows)), "a.xlsx", annual())
    assert reading.values("intensity") == ["0.05", "0.12"]
    assert any(remark.code == "remark.percent_unsure" for remark in reading.remarks)


def test_day_counts_from_1904_are_counted_from_1904():
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = workbook([["统一社会信用代码", "企业名称", "营业收入", "成立日期"], [CODES[0], "甲", 1, 43834]])
    book.epoch = CALENDAR_MAC_1904
    assert read_table(saved(book), "a.xlsx", annual()).values("founded") == [date(2024, 1, 5)]
