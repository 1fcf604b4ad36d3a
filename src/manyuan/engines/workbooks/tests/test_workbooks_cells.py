"""Every kind of cell against the table of cases, alone and as a column: the careful way and the quick way agree."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from manyuan.engines.workbooks.cells import Given, read_cell
from manyuan.engines.workbooks.columns import INVALID, MISSING, Column
from manyuan.engines.workbooks.credit_codes import ALPHABET, check_character, credit_code
from manyuan.engines.workbooks.problems import Problem
from manyuan.engines.workbooks.tests.cast import COLUMNS
from manyuan.engines.workbooks.units import unit_named
from manyuan.engines.workbooks.vectors import read_column

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
LINES = [(kind, case) for kind, cases in CASES.items() for case in cases]


def raw(cell: object) -> object:
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


@pytest.mark.parametrize(("kind", "case"), LINES, ids=[f"{kind}-{case['cell']!r}" for kind, case in LINES])
def test_a_cell_means_what_the_table_says(kind, case):
    value = read_cell(COLUMNS[kind], raw(case["cell"]), Given())
    if case.get("missing"):
        assert value is MISSING
    elif "fault" in case:
        assert isinstance(value, Problem), value
        assert value.code == case["fault"]
        assert value.expected.zh and value.expected.en and value.next_step.zh.endswith(("。", "？")) and value.next_step.en.endswith((".", "?"))
    else:
        assert value == case["is"]
        assert type(value) is type(case["is"])


@pytest.mark.parametrize("kind", CASES)
def test_a_whole_column_reads_as_its_cells_do(kind):
    cells = [raw(case["cell"]) for case in CASES[kind]] * 3
    data = read_column(COLUMNS[kind], cells, Given())
    for at, case in enumerate(CASES[kind] * 3):
        if case.get("missing"):
            assert data.values[at] is MISSING and data.missing[at]
        elif "fault" in case:
            assert data.values[at] is INVALID and data.problems[at].code == case["fault"]
        else:
            assert data.values[at] == case["is"] and type(data.values[at]) is type(case["is"])


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**16), 10**16).map(float),
    st.integers(-(10**9), 10**9).map(lambda n: n / 100),
    st.integers(-(10**12), 10**12).map(lambda n: n / 1_000_000),
    st.sampled_from([0.1 + 0.2, -0.0, 1e15, 1e-9, 123456789012.345]),
)
TEXTS = st.one_of(st.sampled_from(["", "-", "12,3O0", "66(万元人民币)", "1,234", "无"]), st.text("0123456789.,-%万亿元 ", max_size=12))


@given(
    st.sampled_from(["money", "integer", "decimal", "percent"]),
    st.lists(st.one_of(NUMBERS, TEXTS), max_size=12),
    st.sampled_from([None, "元", "亿元", "%", "万吨", "万人"]),
)
def test_the_quick_way_and_the_careful_way_agree(kind, cells, unit):
    column = COLUMNS[kind]
    given_unit = unit_named(unit) if unit else None
    context = Given(given_unit)
    data = read_column(column, cells, context)
    for at, cell in enumerate(cells):
        alone = read_cell(column, cell, context)
        assert (data.values[at] if data.values[at] is not INVALID else data.problems[at]) == alone


@given(st.lists(st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,8})?", fullmatch=True), min_size=1, max_size=5), st.sampled_from(["money", "integer", "decimal"]))
def test_many_numeric_texts_read_as_one_does(texts, kind):
    column = COLUMNS[kind]
    many = texts * (2_000 // len(texts) + 1)
    data = read_column(column, many, Given())
    for at, text in enumerate(texts):
        assert (data.values[at] if data.values[at] is not INVALID else data.problems[at]) == read_cell(column, text, Given())


@given(st.text(ALPHABET, min_size=17, max_size=17), st.sampled_from(ALPHABET))
def test_credit_codes_agree_with_stdnum(body, last):
    code = "91" + "510100" + body[8:] + last
    assert (credit_code(COLUMNS["uscc"], code) == code) == uscc.is_valid(code)
    right = code[:17] + check_character(code[:17])
    assert credit_code(COLUMNS["uscc"], right) == right


def test_a_letter_in_a_number_is_named_as_the_style_asks():
    from manyuan.engines.workbooks.faults import Fault

    column = Column("revenue_before", "上年营业收入", "Revenue of the year before", "money", "万元")
    problem = read_cell(column, "12,3O0", Given())
    fault = Fault(problem.code, "数据", 14, column.key, "D14", "12,3O0", problem.expected, problem.next_step, column.title)
    assert fault.message("zh") == '第 14 行"上年营业收入"：得到 "12,3O0"，应为数字（万元）。请把字母 O 改为数字 0。'
    assert fault.message("en") == 'Row 14, "Revenue of the year before": found "12,3O0", expected a number (10,000 yuan). Replace the letter O by the digit 0.'
    assert Fault.from_json(fault.as_json()) == fault


def test_bounds_are_inclusive_and_in_the_columns_unit():
    column = Column("x", "收入", "Income", "money", "万元", minimum=1, maximum=2)
    texts = {"0.999999": "cell.too_small", "1": None, "2": None, "2.000001": "cell.too_large", "10000元": None, "9999.99元": "cell.too_small"}
    for text, code in texts.items():
        value = read_cell(column, text, Given())
        assert (value.code if isinstance(value, Problem) else None) == code, text
    day = Column("d", "日期", "Day", "date", minimum=date(2024, 1, 1))
    assert read_cell(day, "2023-12-31", Given()).code == "cell.too_small"
    assert read_cell(day, "2024-01-01", Given()) == date(2024, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "colour"}, {"kind": "money", "unit": "美元"}, {"kind": "choice"}, {"kind": "decimal", "minimum": 0.5}],
    ids=lambda wrong: "-".join(map(str, wrong.values())),
)
def test_a_column_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="column x"):
        Column("x", "某列", **wrong)
