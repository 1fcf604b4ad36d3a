"""Decision tables as sheets: there and back without a change of meaning; a slip is named by sheet and cell."""

import datetime
import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines import dmn
from manyuan.engines.dmn import model as m

CONDITIONS = ["-", "< 5", "[1..9)", ">= 10", "1, 2, 3", "not(4)", '"规上", "规下"', '@"2026-11-23"', "true", "= 5", "!= 5", "? > 3 and ? < 7", "null"]
RESULTS = ["1", "-0.10", '"是"', "x * 2", 'if x > 3 then "a" else "b"', "null", "[1, 2]", '"_x0041_"', '"=1+1"', '" blanks "']

POLICIES = [(policy, "") for policy in ("UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT")]
POLICIES += [("COLLECT", aggregation) for aggregation in ("SUM", "MIN", "MAX", "COUNT")]


@st.composite
def tables(draw):
    inputs = draw(st.integers(1, 4))
    outputs = draw(st.integers(1, 3))
    notes = draw(st.integers(0, 2))
    word = st.text("abc规上 ", max_size=6).map(lambda text: " ".join(text.split()))
    policy, aggregation = draw(st.sampled_from(POLICIES))
    rules = st.builds(
        m.Rule, st.tuples(*[st.sampled_from(CONDITIONS)] * inputs), st.tuples(*[st.sampled_from(RESULTS)] * outputs), st.tuples(*[word] * notes)
    )  # fmt: skip
    return m.DecisionTable(
        tuple(m.InputClause("xyzw"[at], draw(st.sampled_from(["", "number"])), draw(word), draw(st.sampled_from(["", "[0..99]"]))) for at in range(inputs)),
        tuple(m.OutputClause("pqr"[at], "", draw(word), "", draw(st.sampled_from(["", "0"]))) for at in range(outputs)),
        tuple(draw(st.lists(rules, min_size=1, max_size=6))),
        policy, aggregation, draw(word), tuple(f"note {at + 1}" for at in range(notes)),
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text("档次Tier [:*]", min_size=1, max_size=40).map(str.strip).filter(bool), tables(), min_size=1, max_size=3))
def test_tables_come_back_as_they_went(given_tables):
    assert dmn.read_tables(dmn.write_tables(given_tables)) == given_tables


def test_the_same_tables_give_the_same_bytes():
    assert dmn.write_tables({"d": steps()}) == dmn.write_tables({"d": steps()})


def test_long_and_alike_names_keep_their_tables_apart():
    names = ["档" * 40, "档" * 41, "a/b", "a:b", "A_B"]
    given_tables = {name: steps(str(at)) for at, name in enumerate(names)}
    assert dmn.read_tables(dmn.write_tables(given_tables)) == given_tables


def steps(first: str = "1") -> m.DecisionTable:
    rules = (m.Rule(("< 5",), (first,)), m.Rule((">= 5",), ("2",)))
    return m.DecisionTable((m.InputClause("x"),), (m.OutputClause("y"),), rules)


def edited(table: m.DecisionTable | None = None, merge: str = "", copy: bool = False, **cells) -> dict[str, m.DecisionTable]:
    """What is read after somebody changed cells of a written sheet."""
    book = openpyxl.load_workbook(io.BytesIO(dmn.write_tables({"d": table or steps()})))
    sheet = book.worksheets[0]
    for cell, value in cells.items():
        sheet[cell] = value
    if merge:
        sheet.merge_cells(merge)
    if copy:
        book.copy_worksheet(sheet)
    out = io.BytesIO()
    book.save(out)
    return dmn.read_tables(out.getvalue())


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (5, "5"), (5.0, "5"), (0.1, "0.1"), (20000000, "20000000"), (True, "true"), (False, "false"), ("  < 7 ", "< 7"), (None, "-"),
        (datetime.date(2026, 1, 2), '@"2026-01-02"'), (datetime.datetime(2026, 1, 2, 3, 4), '@"2026-01-02T03:04:00"'),
    ],
)  # fmt: skip
def test_what_people_type_into_a_cell_is_read_as_feel(typed, text):
    assert edited(B9=typed)["d"].rules[0].inputs == (text,)


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ({"B9": "< < 5"}, "B9"), ({"C10": "1 +"}, "C10"), ({"B2": "LUCKY"}, "B2"), ({"B2": "COLLECT AVG"}, "B2"), ({"B3": "Inputt"}, "B3"),
        ({"B9": "#N/A"}, "B9"), ({"B4": "1 +"}, "B4"), ({"C3": None, "B3": "Input"}, "C3"),
    ],
)  # fmt: skip
def test_a_slip_is_named_by_sheet_and_cell_in_both_languages(cells, place):
    with pytest.raises(dmn.SheetInvalid) as caught:
        edited(**cells)
    assert (caught.value.faults[0][0], caught.value.faults[0][1]) == ("d", place)
    for language in ("zh", "en"):
        assert caught.value.message(language).startswith(f"d!{place}: ")
    assert caught.value.message("zh") != caught.value.message("en")


def test_all_slips_are_reported_not_the_first():
    with pytest.raises(dmn.SheetInvalid) as caught:
        edited(B9="< <", C10="1 +", B2="LUCKY")
    assert sorted(fault[1] for fault in caught.value.faults) == ["B2", "B9", "C10"]


@pytest.mark.parametrize("content", [b"", b"PK junk", b"<html/>"])
def test_what_is_no_workbook_is_refused(content):
    with pytest.raises(dmn.SheetInvalid):
        dmn.read_tables(content)


def test_a_workbook_without_a_table_is_refused():
    book = openpyxl.Workbook()
    book.active["A1"] = "备注"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(dmn.SheetInvalid, match="A1"):
        dmn.read_tables(out.getvalue())


def test_names_with_blanks_are_known_where_they_are_given():
    table = m.DecisionTable((m.InputClause("x"),), (m.OutputClause("y"),), (m.Rule(("-",), ("net income * 2",)),))
    assert dmn.read_tables(dmn.write_tables({"d": table}), names=["net income"])["d"] == table
    with pytest.raises(dmn.SheetInvalid, match="C9"):
        dmn.read_tables(dmn.write_tables({"d": table}))


def test_a_table_read_from_a_sheet_decides_as_before():
    given_table = m.DecisionTable(
        (m.InputClause("x"),), (m.OutputClause("y"),), (m.Rule(("> 0",), ("5",)), m.Rule(("> 10",), ("7",))), "COLLECT", "SUM"
    )  # fmt: skip
    back = dmn.read_tables(dmn.write_tables({"d": given_table}))["d"]
    for x, expected in ((0, None), (5, 5), (11, 12)):
        decision = m.Decision(name="d", id="d", expression=back, requires=m.Requirements(("#x",)))
        model = dmn.Model(m.Definitions(name="m", namespace="u", inputs=(m.InputData(name="x", id="x"),), decisions=(decision,)))
        assert model.decide("d", {"x": x}).value == expected
