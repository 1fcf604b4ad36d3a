"""Fields that the pack shows to some roles only: neither in templates nor in previews, reports or findings of the others, and never lost."""

from __future__ import annotations

import pytest

from manyuan.facts.audit.actors import system
from manyuan.facts.filings.models import Filing, Form, Upload
from manyuan.facts.filings.opening import install_form, open_period
from manyuan.facts.filings.quality import findings
from manyuan.facts.filings.queries import shown_fields
from manyuan.facts.filings.services import NewValues, save_values
from manyuan.facts.filings.templates import template
from manyuan.facts.filings.tests.conftest import NOW, RIGHT, pack_form
from manyuan.facts.filings.tests.sheets import csv_of, grid
from manyuan.facts.filings.uploads import commit_upload, marked_workbook, preview_upload

SECRET = 31_415_926


@pytest.fixture
def form(desk) -> Form:
    """A form of an invented city: profit is for the city and the firm, not for the park that fills in on the firm's behalf."""
    text = pack_form("enterprise-annual")
    text |= {"code": "private-annual", "fields": [dict(one) for one in text["fields"]]}
    for one in text["fields"]:
        if one["key"] == "profit":
            one |= {"visible_to": ["city", "enterprise"], "prefill": "last"}
    text["checks"] = [
        *text["checks"],
        {"code": "profit-within-revenue", "holds": "profit <= revenue", "level": "error", "message": {"zh": "利润不能大于营业收入。", "en": "Profit exceeds revenue."}},
    ]  # fmt: skip
    made = install_form(definition=text, by=system(), now=NOW)
    for period in ("2024", "2025"):
        open_period(form=made, period=period, by=system(), now=NOW)
    return made


def _filing(desk, period: str = "2025") -> Filing:
    return Filing.objects.select_related("latest").get(form_code="private-annual", period=period, enterprise=desk.firms["alpha"])


def _hold(desk, period: str = "2025", **values) -> None:
    given = [NewValues(_filing(desk, period), {**RIGHT, "revenue": 10**10, "profit": SECRET, **values})]
    save_values(given=given, channel="form", by=system(), now=desk.now())


@pytest.mark.parametrize(("role", "sees"), [("city", True), ("alpha", True), ("committee", False), ("company", False)])
def test_a_field_is_shown_to_the_roles_that_the_pack_names(desk, form, role, sees):
    _, fields = shown_fields(_filing(desk), desk.people[role])
    assert ("profit" in {field.key for field in fields}) is sees


def test_a_template_leaves_out_what_its_reader_may_not_see(desk, form):
    _hold(desk)
    _hold(desk, "2024")
    for held in ("2025", "2026"):
        content, _ = template(form=form, period=held, by=desk.people["committee"], language="zh")
        assert not any(str(cell).startswith("利润总额") for cell in grid(content)[0])
        assert b"31.415926" not in _unpacked(content)
    own, _ = template(form=form, period="2025", by=desk.people["alpha"], language="zh")
    assert 31.415926 in grid(own)[1]


def test_an_upload_neither_tells_nor_changes_what_its_sender_may_not_see(desk, form):
    _hold(desk)
    by = desk.people["committee"]
    rows = [
        ["统一社会信用代码", "营业收入（万元）", "实缴税金（万元）", "从业人员平均人数", "利润总额（万元）"],
        [desk.firms["alpha"].uscc, "20000", "1", "1", "1"],
    ]
    made = preview_upload(form=form, period="2025", file_name="a.csv", content=csv_of(rows), by=by, now=desk.now())
    upload = Upload.objects.get(pk=made.pk)
    assert upload.counts["changed"] == 1
    assert str(SECRET) not in str(upload.preview) and "profit" not in str(upload.preview["rows"])
    commit_upload(upload=upload, by=by, now=desk.now())
    assert _filing(desk).latest.values == {"revenue": 2 * 10**10, "tax": 10**6, "employees": 1, "profit": SECRET}


def test_a_check_on_a_hidden_field_does_not_tell_its_value(desk, form):
    _hold(desk)
    by = desk.people["committee"]
    rows = [["统一社会信用代码", "营业收入（万元）", "实缴税金（万元）", "从业人员平均人数"], [desk.firms["alpha"].uscc, "31", "1", "1"]]
    upload = preview_upload(form=form, period="2025", file_name="a.csv", content=csv_of(rows), by=by, now=desk.now())
    assert str(SECRET) not in str(upload.preview)
    assert b"31.415926" not in _unpacked(marked_workbook(upload=upload, by=by, language="zh"))


def test_findings_say_nothing_of_hidden_fields(desk, form):
    _hold(desk, profit=10**10 + 1)
    assert [one.field for one in findings(desk.people["city"], form, "2025")] == ["revenue"]
    assert findings(desk.people["committee"], form, "2025") == []


def _unpacked(content: bytes) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
