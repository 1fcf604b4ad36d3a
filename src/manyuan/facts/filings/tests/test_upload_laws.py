"""Laws of an upload: what the preview says is exactly what a commit writes; importing twice is importing once; two at once lose nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.filings.errors import UploadChanged
from manyuan.facts.filings.models import Filing, FilingStep, FilingVersion, Upload
from manyuan.facts.filings.services import approve_filings, submit_filings
from manyuan.facts.filings.tests.conftest import RIGHT, build_desk
from manyuan.facts.filings.tests.sheets import csv_of
from manyuan.facts.filings.uploads import commit_upload, preview_upload, renew_preview

COLUMNS = {
    "revenue": "营业收入（万元）", "tax": "实缴税金（元）", "employees": "从业人员平均人数（人）", "exports": "出口额（亿元）", "land": "占地面积（亩）",
    "digital_stage": "智转数改阶段", "patents": "有效发明专利（个）",
}  # fmt: skip

amounts = st.one_of(
    st.decimals(0, 10**7, places=4).map(str),
    st.integers(0, 10**6).map(lambda n: f"{n:,}"),
    st.sampled_from(["", "-", "无", "0", "６６", "66(万元人民币)", "1O0", "-5", "0.00000001", "十二", "=1+1"]),
)
numbers = st.one_of(st.integers(0, 400).map(str), st.sampled_from(["", "0", "１２", "12人", "3.5", "-1", "很多", "500001"]))
cells = st.fixed_dictionaries({
    "revenue": amounts, "tax": amounts, "employees": numbers, "exports": amounts, "land": amounts,
    "digital_stage": st.sampled_from(["", "未开展", "无", "已规划", "部分环节完成", "不知道"]), "patents": numbers,
})  # fmt: skip
codes = st.sampled_from([*(demo_code(n) for n in range(1, 5)), demo_code(77), "", "91510100000000001X"])  # the fourth sits in another park
files = st.tuples(
    st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True).map(lambda keys: sorted({*keys, "tax"})),
    st.lists(st.tuples(codes, cells), min_size=1, max_size=6),
)


def _content(file: tuple[list[str], list[tuple[str, dict[str, str]]]]) -> bytes:
    keys, rows = file
    return csv_of([["统一社会信用代码", *(COLUMNS[key] for key in keys)], *([code, *(row[key] for key in keys)] for code, row in rows)])


def _latest() -> dict[int, dict[str, Any]]:
    return {f.pk: (f.latest.values if f.latest else {}) for f in Filing.objects.select_related("latest")}


def _said(upload: Upload) -> dict[int, list[tuple[str, Any, Any]]]:
    return {row["filing"]: row["changes"] for row in upload.preview["rows"] if row["status"] in ("new", "changed")}


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files, held=st.lists(st.sampled_from(["alpha", "beta", "gamma"]), unique=True), sent=st.booleans())
def test_what_the_preview_says_is_exactly_what_a_commit_writes(desk, file, held, sent):
    by = desk.people["committee"]
    with transaction.atomic():
        for name in held:
            desk.fill(desk.filing(name), exports=5, land="1.5")
        if held and sent:
            submit_filings(filings=[desk.filing(held[0])], by=by, now=desk.now())
        before, versions = _latest(), FilingVersion.objects.count()
        upload = Upload.objects.get(
            pk=preview_upload(form=desk.annual, period="2025", file_name="a.csv", content=_content(file), by=by, now=desk.now()).pk
        )  # fmt: skip
        assert _latest() == before
        assert sum(upload.counts.values()) == len(upload.preview["rows"])
        expected = {}
        for filing, values in before.items():
            expected[filing] = dict(values)
            for key, old, new in _said(upload).get(filing, []):
                assert values.get(key) == old
                expected[filing][key] = new
        commit_upload(upload=upload, by=by, now=desk.now())
        after = _latest()
        assert after == {filing: {k: v for k, v in values.items() if v is not None} for filing, values in expected.items()}
        assert FilingVersion.objects.count() - versions == upload.counts["new"] + upload.counts["changed"]
        assert after[desk.filing("omega").pk] == {}

        again = preview_upload(form=desk.annual, period="2025", file_name="a.csv", content=_content(file), by=by, now=desk.now())
        assert again.counts["new"] == again.counts["changed"] == 0
        assert again.counts["wrong"] == upload.counts["wrong"]  # what was wrong is wrong still, what was written is unchanged
        commit_upload(upload=again, by=by, now=desk.now())
        assert _latest() == after
        transaction.set_rollback(True)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fen=st.integers(0, 10**15 - 1), unit=st.sampled_from([("元", 100), ("千元", 100_000), ("万元", 1_000_000), ("百万元", 10**8), ("亿元", 10**10)]))
def test_every_amount_comes_in_to_the_fen_whatever_the_unit_in_the_heading(desk, fen, unit):
    name, factor = unit
    given_amount = format(Decimal(fen) / factor, "f")
    content = csv_of([["统一社会信用代码", f"营业收入（{name}）", "实缴税金（元）", "从业人员平均人数"], [demo_code(1), given_amount, "0", "1"]])
    with transaction.atomic():
        upload = preview_upload(form=desk.annual, period="2025", file_name="a.csv", content=content, by=desk.people["committee"], now=desk.now())
        assert upload.counts["new"] == 1
        commit_upload(upload=upload, by=desk.people["committee"], now=desk.now())
        assert desk.filing("alpha").latest.values == {"revenue": fen, "tax": 0, "employees": 1}
        transaction.set_rollback(True)


def _at_once(*works) -> list[Any]:
    """Runs each in a thread of its own, with a connection of its own, from one start signal; answers or the errors they raised."""
    start = threading.Barrier(len(works))

    def run(work) -> Any:
        start.wait()
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def _row(revenue: str) -> bytes:
    return csv_of([["统一社会信用代码", "营业收入（元）", "实缴税金（元）", "从业人员平均人数"], *([demo_code(n), revenue, "1", "1"] for n in (1, 2, 3))])


@pytest.mark.django_db(transaction=True)
def test_of_two_commits_at_once_one_is_written_whole_and_one_refused():
    desk = build_desk()
    by = desk.people["committee"]
    sent = [preview_upload(form=desk.annual, period="2025", file_name="a.csv", content=_row(n), by=by, now=desk.now()) for n in ("1", "2")]
    answers = _at_once(*(lambda upload=upload: commit_upload(upload=upload, by=by, now=desk.now()) for upload in sent))
    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [UploadChanged]
    assert FilingVersion.objects.count() == 3 and {v.number for v in FilingVersion.objects.all()} == {1}
    assert len({v.values["revenue"] for v in FilingVersion.objects.all()}) == 1
    assert sorted(Upload.objects.values_list("state", flat=True)) == ["committed", "previewed"]
    refused = Upload.objects.get(state="previewed")
    renew_preview(upload=refused, by=by)
    commit_upload(upload=refused, by=by, now=desk.now())
    assert FilingVersion.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_one_upload_committed_twice_at_once_is_written_once():
    desk = build_desk()
    by = desk.people["committee"]
    upload = preview_upload(form=desk.annual, period="2025", file_name="a.csv", content=_row("1"), by=by, now=desk.now())
    answers = _at_once(*[lambda: commit_upload(upload=upload, by=by, now=desk.now())] * 3)
    assert sorted(type(answer).__name__ for answer in answers) == ["Upload", "UploadIsDone", "UploadIsDone"]
    assert FilingVersion.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_figures_are_never_changed_under_a_submission():
    """A save and a submission at once: either the save comes first and is submitted, or it is refused."""
    desk = build_desk()
    by, moments = desk.people["committee"], [desk.now() for _ in range(9)]
    desk.fill(desk.filing("alpha"))
    upload = preview_upload(form=desk.annual, period="2025", file_name="a.csv", content=_row("7"), by=by, now=moments[0])
    filing = desk.filing("alpha")
    committed, submitted = _at_once(
        lambda: commit_upload(upload=upload, by=by, now=moments[1]), lambda: submit_filings(filings=[filing], by=by, now=moments[1])
    )
    assert submitted == 1
    row = desk.filing("alpha")
    step = FilingStep.objects.get(filing=row, action="submit")
    assert row.state == Filing.State.SUBMITTED and step.version_id == row.latest_id
    assert row.latest.values == (RIGHT if isinstance(committed, UploadChanged) else {"revenue": 700, "tax": 100, "employees": 1})
    assert isinstance(committed, UploadChanged | Upload)


@pytest.mark.django_db(transaction=True)
def test_a_filing_approved_by_two_at_once_is_approved_once():
    desk = build_desk()
    desk.fill(desk.filing("alpha"))
    filing, by = desk.filing("alpha"), desk.people["committee"]
    submit_filings(filings=[filing], by=by, now=desk.now())
    answers = _at_once(*[lambda: approve_filings(filings=[filing], by=by, now=desk.now())] * 3)
    assert sorted(str(answer) for answer in answers)[0] == "1" and sum(answer == 1 for answer in answers) == 1
    assert FilingStep.objects.filter(filing=filing, action="approve").count() == 1
