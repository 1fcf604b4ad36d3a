"""The way of a spreadsheet: template, messy workbook, preview, marked workbook, mended, uploaded again, committed. And every way to go wrong."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from manyuan.engines.workbooks import Limits
from manyuan.facts.audit.actors import system
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.services import NewEnterprise, Settled, register_many
from manyuan.facts.filings.errors import UploadChanged, UploadIsDone, WrongFile, WrongPeriod, WrongPeriodKind, WrongTemplate
from manyuan.facts.filings.models import Filing, FilingVersion, Upload
from manyuan.facts.filings.opening import install_form, open_period
from manyuan.facts.filings.services import NewValues, save_values, submit_filings
from manyuan.facts.filings.templates import template
from manyuan.facts.filings.tests.conftest import NOW, RIGHT, everything, pack_form
from manyuan.facts.filings.tests.sheets import csv_of, filled, grid, marked_cells, workbook
from manyuan.facts.filings.uploads import commit_upload, discard_upload, marked_workbook, preview_upload, renew_preview, visible_uploads

HEADER = ["统一社会信用代码", "企业名称", "营业收入（万元）", "实缴税金（万元）", "从业人员平均人数（人）"]


@pytest.fixture
def send(desk):
    def send(content: bytes, name: str = "年报.xlsx", by: str = "committee", period: str = "2025", **more) -> Upload:
        made = preview_upload(form=desk.annual, period=period, file_name=name, content=content, by=desk.people[by], now=desk.now(), **more)
        return Upload.objects.get(pk=made.pk)

    return send


@pytest.fixture
def commit(desk):
    def commit(upload: Upload, by: str = "committee") -> Upload:
        return commit_upload(upload=upload, by=desk.people[by], now=desk.now())

    return commit


def _counts(new: int = 0, changed: int = 0, unchanged: int = 0, wrong: int = 0) -> dict[str, int]:
    return {"new": new, "changed": changed, "unchanged": unchanged, "wrong": wrong}


def _row(desk, firm: str, *figures) -> list:
    return [desk.firms[firm].uscc, desk.firms[firm].name, *figures]


def _values(desk, firm: str) -> dict | None:
    latest = desk.filing(firm).latest
    return latest and latest.values


def test_the_template_holds_a_row_for_each_firm_and_what_is_held_already(desk):
    desk.fill(desk.filing("alpha"), land="12.5", digital_stage="partial")
    content, name = template(form=desk.annual, period="2025", by=desk.people["committee"], language="zh", park_id=desk.town.east.pk)
    rows = grid(content)
    assert name == "企业年度报表-2025.xlsx"
    held = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert {desk.firms["alpha"].uscc, desk.firms["beta"].uscc} <= set(held) and desk.firms["omega"].uscc not in held
    alpha = held[desk.firms["alpha"].uscc]
    assert (alpha["营业收入（万元） *"], alpha["智转数改阶段"], alpha["占地面积（亩）"], alpha["出口额（万元）"]) == (12.345678, "部分环节完成", 12.5, None)
    english, _ = template(form=desk.annual, period="2025", by=desk.people["committee"], language="en")
    assert grid(english)[0][:2] == ["Unified social credit code *", "Enterprise"]


def test_last_periods_values_are_prefilled_where_the_pack_says_so(desk):
    open_period(form=desk.annual, period="2024", by=system(), now=NOW)
    save_values(given=[NewValues(desk.filing("alpha", "2024"), {**RIGHT, "land": "8.5", "patents": 3})], channel="form", by=system(), now=NOW)
    content, _ = template(form=desk.annual, period="2025", by=desk.people["alpha"], language="zh")
    rows = grid(content)
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["占地面积（亩）"], row["有效发明专利（个）"], row["营业收入（万元） *"]) == (8.5, 3, None)


def test_from_template_to_commit_by_way_of_a_marked_workbook(desk, send, commit):
    alpha, beta = desk.firms["alpha"].uscc, desk.firms["beta"].uscc
    desk.fill(desk.filing("gamma"))
    content, _ = template(form=desk.annual, period="2025", by=desk.people["committee"], language="zh")
    first = filled(
        content,
        {
            alpha: {"营业收入": "６６（万元人民币）", "实缴税金": "1,234.56", "从业人员平均人数": " 30 "},
            beta: {"营业收入": "12,3O0", "实缴税金": 5, "从业人员平均人数": 7},
        },
    )
    others = 2  # the town's own firms, whose codes no office ever gave out: wrong in every upload
    upload = send(first)
    assert upload.counts == _counts(new=1, unchanged=1, wrong=1 + others)
    assert FilingVersion.objects.filter(filing=desk.filing("alpha")).count() == 0  # a preview writes nothing

    marked = marked_workbook(upload=upload, by=desk.people["committee"], language="zh")
    where = {row["code"]: row["row"] for row in upload.preview["rows"]}
    said = marked_cells(marked)[f"C{where[beta]}"]
    assert "12,3O0" in said and "营业收入" in said
    assert f"C{where[alpha]}" not in marked_cells(marked)

    again = send(filled(marked, {beta: {"营业收入": 123}}))
    assert again.counts == _counts(new=2, unchanged=1, wrong=others)
    commit(again)
    assert _values(desk, "alpha") == {"revenue": 66_000_000, "tax": 1_234_560_000, "employees": 30}
    assert _values(desk, "beta") == {"revenue": 123_000_000, "tax": 5_000_000, "employees": 7}
    assert FilingVersion.objects.filter(filing=desk.filing("gamma")).count() == 1
    version = desk.filing("beta").latest
    assert version.upload == again and version.row == where[beta] and version.cells["revenue"].endswith(f"!C{where[beta]}")

    third = send(filled(marked, {beta: {"营业收入": 123}}))
    assert third.counts == _counts(unchanged=3, wrong=others)
    commit(third)
    assert FilingVersion.objects.count() == 3  # nothing twice


def test_a_messy_workbook_is_read_as_its_people_meant_it(desk, send, commit):
    rows = [
        ["东园 2025 年企业年报", None, None, None, None],
        ["填报单位：东园管委会", None, None, None, None],
        ["企业", None, "经济指标", None, "人员"],
        ["统一社会信用代码", "企业名称", "营业收入（亿元）", "实缴税金（元）", "从业人员平均人数"],
        [None] * 5,
        _row(desk, "alpha", "１．５", "¥1,000.05", "１２人"),
        [None] * 5,
        _row(desk, "beta", 0.00000001, "-", 0),
        _row(desk, "gamma", 2, 0, 3),
        ["合计", None, 3.5, 1000.05, 15],
    ]
    upload = send(workbook(rows, ["A1:E1", "A2:E2", "A3:B3", "C3:D3"]))
    assert upload.counts == _counts(new=2, wrong=1)  # beta has no tax, and tax is required
    assert [(fault["row"], fault["code"]) for fault in upload.preview["faults"]] == [(8, "cell.required")]
    commit(upload)
    assert _values(desk, "alpha") == {"revenue": 15_000_000_000, "tax": 100_005, "employees": 12}
    assert _values(desk, "gamma") == {"revenue": 20_000_000_000, "tax": 0, "employees": 3}
    assert _values(desk, "beta") is None
    assert any("合计" in zh for zh, _ in upload.preview["remarks"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_either_encoding(desk, send, commit, encoding):
    upload = send(csv_of([HEADER, _row(desk, "alpha", "66(万元人民币)", "１２", "30")], encoding), "年报.csv")
    assert upload.counts == _counts(new=1)
    commit(upload)
    assert _values(desk, "alpha") == {"revenue": 66_000_000, "tax": 12_000_000, "employees": 30}
    assert any("GB18030" in zh for zh, _ in upload.preview["remarks"]) is (encoding == "gb18030")


def test_a_cell_that_is_emptied_takes_the_value_away_and_a_column_that_is_absent_keeps_it(desk, send, commit):
    desk.fill(desk.filing("alpha"), exports=500, rd_spend=700)
    upload = send(csv_of([[*HEADER, "出口额（万元）"], _row(desk, "alpha", "12.345678", "0.0001", "12", "无")]), "a.csv")
    assert upload.preview["rows"][0]["changes"] == [["exports", 500, None]]
    commit(upload)
    assert _values(desk, "alpha") == {**RIGHT, "rd_spend": 700}


def test_zero_in_a_cell_is_zero(desk, send, commit):
    desk.fill(desk.filing("alpha"))
    commit(send(csv_of([[*HEADER, "出口额（万元）"], _row(desk, "alpha", "12.345678", "0.0001", "12", "0")]), "a.csv"))
    assert _values(desk, "alpha") == {**RIGHT, "exports": 0}


def test_less_than_a_fen_is_refused_not_rounded(desk, send):
    upload = send(csv_of([HEADER, _row(desk, "alpha", "0.00000099", "1", "1")]), "a.csv")
    assert upload.counts == _counts(wrong=1)
    assert [fault["column"] for fault in upload.preview["faults"]] == ["revenue"]


def test_a_check_across_fields_refuses_the_row_and_a_warning_is_shown(desk, send):
    header = [*HEADER, "出口额（万元）", "研发人员（人）"]
    upload = send(csv_of([header, _row(desk, "alpha", "100", "1", "3", "50", "4"), _row(desk, "beta", "100", "1", "3", "500", "3")]), "a.csv")
    assert upload.counts == _counts(new=1, wrong=1)
    [fault] = upload.preview["faults"]
    assert (fault["code"], fault["row"]) == ("check.rd-staff-within-employees", 2)
    assert [(row, name) for row, name, _, _ in upload.preview["warnings"]] == [(3, desk.firms["beta"].name)]


def test_the_same_firm_twice_in_a_file_is_wrong_both_times(desk, send):
    upload = send(csv_of([HEADER, _row(desk, "alpha", "1", "1", "1"), _row(desk, "beta", "1", "1", "1"), _row(desk, "alpha", "2", "1", "1")]), "a.csv")
    assert upload.counts == _counts(new=1, wrong=2)


@pytest.mark.parametrize("by", ["committee", "alpha", "company", "institute", "stray", "city"])
def test_rows_of_others_are_neither_written_nor_told(desk, send, commit, by):
    desk.fill(desk.filing("omega"), by="system", revenue=424_242)
    upload = send(csv_of([HEADER, _row(desk, "omega", "1", "1", "1")]), "a.csv", by)
    assert upload.counts == _counts(wrong=1)
    [row] = upload.preview["rows"]
    assert (row["filing"], row["changes"]) == (None, [])
    assert "424242" not in str(upload.preview)
    commit(upload, by)
    assert _values(desk, "omega") == {**RIGHT, "revenue": 424_242}
    marked = marked_workbook(upload=upload, by=desk.people[by], language="en")
    assert list(marked_cells(marked)) == ["A2"]


@pytest.mark.parametrize("by", ["company", "city", "institute", "stray", "enterprise"])
def test_who_does_not_fill_in_a_firms_report_gets_no_rows_of_it_and_writes_none(desk, send, commit, by):
    content, _ = template(form=desk.annual, period="2025", by=desk.people[by], language="zh")
    assert desk.firms["alpha"].uscc not in [row[0] for row in grid(content)]
    upload = send(csv_of([HEADER, _row(desk, "alpha", "1", "1", "1")]), "a.csv", by)
    assert upload.counts == _counts(wrong=1)
    commit(upload, by)
    assert _values(desk, "alpha") is None


def test_many_rows_need_no_more_queries_than_few(desk, send, commit):
    def queries(count: int, first: int) -> tuple[int, int]:
        firms = [Settled(NewEnterprise(demo_code(first + n), f"街坊{n}"), desk.town.east, date(2020, 1, 1)) for n in range(count)]
        register_many(firms=firms, by=system(), now=NOW)
        open_period(form=desk.annual, period="2025", by=system(), now=NOW)
        content = csv_of([HEADER, *([demo_code(first + n), "", "1", "1", "1"] for n in range(count))])
        with CaptureQueriesContext(connection) as reading:
            upload = send(content, "a.csv")
        with CaptureQueriesContext(connection) as writing:
            commit(upload)
        assert upload.counts == _counts(new=count)
        return len(reading), len(writing)

    assert queries(3, 100) == queries(60, 200)


def test_an_unknown_code_and_a_wrong_one_are_told_apart(desk, send):
    unknown = demo_code(999)
    spoilt = unknown[:-1] + ("0" if unknown[-1] != "0" else "1")
    upload = send(csv_of([HEADER, [unknown, "某企业", 1, 1, 1], [spoilt, "某企业", 1, 1, 1], ["", "某企业", 1, 1, 1]]), "a.csv")
    faults = [(fault["row"], fault["code"]) for fault in upload.preview["faults"]]
    assert upload.counts == _counts(wrong=3)
    assert faults[-1] == (2, "row.subject_unknown") and {row for row, _ in faults} == {2, 3, 4}
    assert all(code != "row.subject_unknown" for row, code in faults if row != 2)


def test_a_filing_that_is_submitted_takes_no_new_figures_and_says_so(desk, send, commit):
    desk.fill(desk.filing("alpha"))
    submit_filings(filings=[desk.filing("alpha")], by=system(), now=desk.now())
    same = send(csv_of([HEADER, _row(desk, "alpha", "12.345678", "0.0001", "12")]), "a.csv")
    assert same.counts == _counts(unchanged=1)
    other = send(csv_of([HEADER, _row(desk, "alpha", "13", "0.0001", "12")]), "a.csv")
    [fault] = other.preview["faults"]
    assert other.counts == _counts(wrong=1) and fault["code"] == "row.filing_closed"
    before = _values(desk, "alpha")
    commit(other)
    assert _values(desk, "alpha") == before


def test_a_commit_after_somebody_elses_change_is_refused_and_writes_nothing(desk, send, commit):
    upload = send(csv_of([HEADER, _row(desk, "alpha", "1", "1", "1"), _row(desk, "beta", "1", "1", "1")]), "a.csv")
    desk.fill(desk.filing("beta"), by="committee", tax=31)
    before = everything()
    with pytest.raises(UploadChanged):
        commit(upload)
    assert everything() == before

    renewed = renew_preview(upload=upload, by=desk.people["committee"])
    assert renewed.counts == _counts(new=1, changed=1)
    commit(renewed)
    assert _values(desk, "beta")["tax"] == 1_000_000


def test_a_change_of_the_very_figures_that_would_be_overwritten_counts_too(desk, send, commit):
    """The file would write the same values as before; but what its sender was shown as the old value is no longer the old value."""
    desk.fill(desk.filing("beta"), tax=5)
    upload = send(csv_of([HEADER, _row(desk, "beta", "1", "1", "1")]), "a.csv")
    desk.fill(desk.filing("beta"), tax=31)
    before = everything()
    with pytest.raises(UploadChanged):
        commit(upload)
    assert everything() == before


def test_a_commit_after_a_submission_in_between_is_refused(desk, send, commit):
    desk.fill(desk.filing("alpha"))
    upload = send(csv_of([HEADER, _row(desk, "alpha", "1", "1", "1")]), "a.csv")
    submit_filings(filings=[desk.filing("alpha")], by=desk.people["alpha"], now=desk.now())
    before = everything()
    with pytest.raises(UploadChanged):
        commit(upload)
    assert everything() == before


def test_of_two_uploads_of_the_same_rows_the_second_commit_is_refused(desk, send, commit):
    one = send(csv_of([HEADER, _row(desk, "alpha", "1", "1", "1")]), "one.csv")
    two = send(csv_of([HEADER, _row(desk, "alpha", "2", "1", "1")]), "two.csv", by="alpha")
    commit(one)
    before = everything()
    with pytest.raises(UploadChanged):
        commit(two, "alpha")
    assert everything() == before and _values(desk, "alpha")["revenue"] == 1_000_000


def test_an_upload_is_committed_once_and_a_discarded_one_never(desk, send, commit):
    content = csv_of([HEADER, _row(desk, "alpha", "1", "1", "1")])
    done, dropped = send(content, "a.csv"), send(content, "a.csv")
    discard_upload(upload=dropped, by=desk.people["committee"], now=desk.now())
    with pytest.raises(UploadIsDone):
        commit(dropped)
    assert _values(desk, "alpha") is None
    commit(done)
    before = everything()
    for act in (commit, lambda u: renew_preview(upload=u, by=desk.people["committee"])):
        with pytest.raises(UploadIsDone):
            act(done)
    with pytest.raises(UploadIsDone):
        discard_upload(upload=done, by=desk.people["committee"], now=desk.now())
    assert everything() == before


@pytest.mark.parametrize("other", ["alpha", "committee_west", "company", "institute", "stray"])
def test_an_upload_belongs_to_who_sent_it(desk, send, commit, other):
    upload = send(csv_of([HEADER, _row(desk, "alpha", "1", "1", "1")]), "a.csv")
    before = everything()
    by = desk.people[other]
    assert upload not in visible_uploads(by) and upload in visible_uploads(desk.people["committee"])
    with pytest.raises(NotFound):
        commit(upload, other)
    with pytest.raises(NotFound):
        discard_upload(upload=upload, by=by, now=desk.now())
    with pytest.raises(NotFound):
        renew_preview(upload=upload, by=by)
    with pytest.raises(NotFound):
        marked_workbook(upload=upload, by=by, language="zh")
    assert everything() == before


def test_the_template_of_another_period_or_form_is_refused(desk, send):
    survey = install_form(definition=pack_form("park-quarterly"), by=system(), now=NOW)
    open_period(form=survey, period="2026Q3", by=system(), now=NOW)
    open_period(form=desk.annual, period="2024", by=system(), now=NOW)
    old, _ = template(form=desk.annual, period="2024", by=desk.people["committee"], language="zh")
    foreign, _ = template(form=survey, period="2026Q3", by=desk.people["committee"], language="zh")
    before = everything()
    for content in (old, foreign):
        with pytest.raises((WrongTemplate, WrongFile)) as raised:
            send(content)
        assert raised.value.message("zh-hans") != raised.value.message("en")
    assert everything() == before
    with pytest.raises(WrongTemplate):
        send(old)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.xlsx"),
        (b"PK\x03\x04 no zip at all", "a.xlsx"),
        (b"%PDF-1.7", "a.pdf"),
        ("统一社会信用代码,营业收入\n".encode() + b"\xff\xfe\xfa\xff\x81", "a.csv"),
        (csv_of([["甲", "乙"], ["1", "2"]]), "a.csv"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_both_languages_and_not_kept(desk, send, content, name):
    before = everything()
    with pytest.raises(WrongFile) as raised:
        send(content, name)
    chinese, english = raised.value.message("zh-hans"), raised.value.message("en")
    assert chinese and english and chinese != english and english.isascii() is not chinese.isascii()
    assert everything() == before


def test_a_file_above_the_limit_is_refused_and_not_kept(desk, send):
    before = everything()
    with pytest.raises(WrongFile):
        send(csv_of([HEADER, _row(desk, "alpha", "1", "1", "1")]), "a.csv", limits=Limits(file_bytes=50))
    with pytest.raises(WrongFile):
        send(csv_of([HEADER, *[_row(desk, "alpha", "1", "1", "1")] * 4]), "a.csv", limits=Limits(cells=20))
    assert everything() == before


@pytest.mark.parametrize(("period", "error"), [("2025Q4", WrongPeriodKind), ("25", WrongPeriod)])
def test_a_wrong_period_is_refused(desk, send, period, error):
    with pytest.raises(error):
        send(csv_of([HEADER]), "a.csv", period=period)
    assert not Upload.objects.exists()


def test_rows_for_a_period_that_was_not_opened_are_unknown(desk, send):
    upload = send(csv_of([HEADER, _row(desk, "alpha", "1", "1", "1")]), "a.csv", period="2024")
    assert upload.counts == _counts(wrong=1)
    assert upload.preview["faults"][0]["code"] == "row.subject_unknown"
    assert not Filing.objects.filter(period="2024").exists()


def test_strange_characters_in_a_cell_do_not_break_the_upload(desk, send, commit):
    """PostgreSQL keeps no NUL and no half of a surrogate pair in JSON."""
    rows = [HEADER, _row(desk, "alpha", "1\x00", "1", "1"), [desk.firms["beta"].uscc, "甲\x00乙\x1f🏭", "1", "1", "1"]]
    try:
        upload = send(csv_of(rows), "a.csv")
    except WrongFile:
        assert not Upload.objects.exists()
        return
    commit(upload)
    assert sum(upload.counts.values()) == 2


def test_a_kept_file_is_the_one_that_came(desk, send):
    content = csv_of([HEADER, _row(desk, "alpha", "1", "1", "1")])
    upload = Upload.objects.get(pk=send(content, "东园.csv").pk)
    assert (bytes(upload.content), upload.size, upload.file_name) == (content, len(content), "东园.csv")
