"""Forms installed, periods opened: who owes what, by when; who is late; how many are where."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.services import NewEnterprise, award_title, leave_park, register_enterprise, settle_enterprise
from manyuan.facts.filings.errors import FormIsFiled, PeriodNotOver, WrongPeriod, WrongPeriodKind, WrongTemplate
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.opening import definition_for, install_form, open_period
from manyuan.facts.filings.quality import due_state
from manyuan.facts.filings.queries import counts, counts_by_park, current_forms, form_named, late, periods_of, visible
from manyuan.facts.filings.services import return_filings, submit_filings
from manyuan.facts.filings.templates import template
from manyuan.facts.filings.tests.conftest import NOW, everything, pack_form
from manyuan.facts.filings.tests.sheets import filled, grid
from manyuan.facts.filings.uploads import commit_upload, preview_upload


def _owing(period: str, form: str = "enterprise-annual") -> set[int]:
    return set(Filing.objects.filter(form_code=form, period=period).values_list("enterprise_id", flat=True))


def test_every_firm_that_sat_in_a_park_owes_one_filing(desk):
    town = desk.town
    firms = {firm.pk for firm in desk.firms.values()} | {town.firm_east.pk, town.firm_sub.pk, town.firm_west.pk}
    assert _owing("2025") == firms
    assert desk.filing("gamma").park == town.east_sub
    assert desk.filing("alpha").due_on == date(2026, 3, 1)  # 60 days after 2025-12-31


def test_opening_again_adds_only_who_is_new(desk):
    before = everything()
    assert open_period(form=desk.annual, period="2025", by=desk.people["city"], now=desk.now()) == 0
    assert everything() == before
    settle_enterprise(enterprise=desk.firms["alpha"], park=desk.town.west, since=date(2026, 1, 1), by=system(), now=desk.now())
    assert open_period(form=desk.annual, period="2025", by=desk.people["city"], now=desk.now()) == 0


@pytest.mark.parametrize(
    ("left", "owes"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True)],  # on the day it leaves it is no longer there
)
def test_who_left_before_the_last_day_owes_nothing(desk, left, owes):
    leave_park(enterprise=desk.firms["beta"], on=left, by=system(), now=desk.now())
    Filing.objects.filter(enterprise=desk.firms["beta"]).delete()
    open_period(form=desk.annual, period="2025", by=system(), now=desk.now())
    assert (desk.firms["beta"].pk in _owing("2025")) is owes


@pytest.mark.parametrize(
    ("start", "stop", "owes"),
    [
        (date(2025, 12, 31), None, True),
        (date(2026, 1, 1), None, False),
        (date(2024, 1, 1), date(2025, 12, 31), False),
        (date(2024, 1, 1), date(2026, 1, 1), True),
    ],
)
def test_a_form_for_titled_firms_is_owed_by_those_who_hold_the_title_on_the_last_day(desk, start, stop, owes):
    award_title(
        enterprise=desk.firms["alpha"], kind="above-scale", valid_from=start, valid_to=stop, proof="名录第 1 号", source="test", mark="example",
        by=system(), now=desk.now(),
    )  # fmt: skip
    form = install_form(definition=pack_form("six-clear-year"), by=system(), now=NOW)
    assert open_period(form=form, period="2025", by=system(), now=desk.now()) == int(owes)
    assert _owing("2025", "six-clear-year") == ({desk.firms["alpha"].pk} if owes else set())


def test_a_park_form_is_owed_by_every_park_of_the_day(desk):
    form = install_form(definition=pack_form("park-quarterly"), by=system(), now=NOW)
    assert open_period(form=form, period="2019Q4", by=system(), now=desk.now()) == 0  # nothing was founded yet
    assert open_period(form=form, period="2020Q1", by=system(), now=desk.now()) == 3


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), False),  # 23:59 in Chengdu
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), True),
    ],
)
def test_a_period_opens_when_its_last_day_is_over_in_chengdu(desk, now, opens):
    if opens:
        assert open_period(form=desk.annual, period="2026", by=system(), now=now) > 0
        return
    with pytest.raises(PeriodNotOver):
        open_period(form=desk.annual, period="2026", by=system(), now=now)
    assert not Filing.objects.filter(period="2026").exists()


@pytest.mark.parametrize(("period", "error"), [("2025Q1", WrongPeriodKind), ("2025-01", WrongPeriodKind), ("二〇二五", WrongPeriod), ("", WrongPeriod)])
def test_a_wrong_period_opens_nothing(desk, period, error):
    before = everything()
    with pytest.raises(error):
        open_period(form=desk.annual, period=period, by=system(), now=desk.now())
    assert everything() == before


@pytest.mark.parametrize("role", ["committee", "company", "enterprise", "institute", "stray"])
def test_only_the_city_opens_periods_and_installs_forms(desk, role):
    before = everything()
    with pytest.raises(NotAllowed):
        open_period(form=desk.annual, period="2024", by=desk.people[role], now=desk.now())
    with pytest.raises(NotAllowed):
        install_form(definition=pack_form("six-clear-year"), by=desk.people[role], now=desk.now())
    assert everything() == before and Form.objects.count() == 1


def test_installing_the_same_form_again_changes_nothing(desk):
    before = AuditRecord.objects.count()
    assert install_form(definition=pack_form("enterprise-annual"), by=system(), now=desk.now()) == desk.annual
    assert AuditRecord.objects.count() == before and Form.objects.count() == 1


def test_a_new_version_becomes_current_and_filings_stay_on_theirs(desk):
    text = pack_form("enterprise-annual")
    text["version"] += 1
    text["name"] = {"zh": "企业年报（新）", "en": "Annual report, new"}
    newer = install_form(definition=text, by=system(), now=desk.now())
    assert form_named("enterprise-annual") == newer and [form.pk for form in current_forms()] == [newer.pk]
    assert desk.filing("alpha").form == desk.annual
    assert definition_for(newer).zh == "企业年报（新）"
    again = install_form(definition=pack_form("enterprise-annual"), by=system(), now=desk.now())
    assert again == desk.annual and form_named("enterprise-annual") == desk.annual


def _second_version(desk) -> Form:
    """The annual report with a new field that is required, and revenue in yuan."""
    text = pack_form("enterprise-annual")
    text["version"] += 1
    text["fields"][0]["unit"] = "元"
    text["fields"].append({**text["fields"][-2], "key": "robots", "name": {"zh": "工业机器人", "en": "Robots"}, "required": True})
    return install_form(definition=text, by=system(), now=desk.now())


def test_an_opened_period_stays_on_its_version_and_a_new_one_takes_the_new(desk):
    newer = _second_version(desk)
    late_comer = register_enterprise(new=NewEnterprise(demo_code(50), "后来的企业"), park=desk.town.east, since=date(2025, 1, 1), by=system(), now=NOW)
    assert open_period(form=newer, period="2025", by=system(), now=desk.now()) == 1
    assert desk.filing(late_comer).form == desk.annual
    open_period(form=newer, period="2024", by=system(), now=desk.now())
    assert desk.filing("alpha", "2024").form == newer


def test_workbooks_of_an_opened_period_are_read_on_the_version_it_was_opened_with(desk):
    newer, by = _second_version(desk), desk.people["committee"]
    content, _ = template(form=newer, period="2025", by=by, language="zh")
    headings = [str(cell) for cell in grid(content)[0]]
    assert "营业收入（万元） *" in headings and not any("机器人" in heading for heading in headings)
    upload = preview_upload(form=newer, period="2025", file_name="a.xlsx", content=filled(content, {desk.firms["alpha"].uscc: {
        "营业收入": 1, "实缴税金": 1, "从业人员平均人数": 1}}), by=by, now=desk.now())  # fmt: skip
    assert (upload.form, upload.counts["new"]) == (desk.annual, 1)
    commit_upload(upload=upload, by=by, now=desk.now())
    assert desk.filing("alpha").latest.values["revenue"] == 1_000_000
    assert submit_filings(filings=[desk.filing("alpha")], by=by, now=desk.now()) == 1


def test_a_template_of_another_version_is_refused(desk):
    by = desk.people["committee"]
    content, _ = template(form=desk.annual, period="2025", by=by, language="zh")
    newer = _second_version(desk)
    Filing.objects.filter(period="2025").delete()
    open_period(form=newer, period="2025", by=system(), now=desk.now())
    with pytest.raises(WrongTemplate):
        preview_upload(form=newer, period="2025", file_name="a.xlsx", content=content, by=by, now=desk.now())


def test_a_text_that_changed_without_a_new_version_replaces_it_while_nothing_was_filed(desk):
    text = pack_form("enterprise-annual")
    text["due_days"] = 90
    assert definition_for(install_form(definition=text, by=system(), now=desk.now())).due_days == 90
    assert Form.objects.count() == 1


def test_a_text_on_which_something_was_filed_needs_a_new_version(desk):
    desk.fill(desk.filing("alpha"))
    text = pack_form("enterprise-annual")
    text["fields"][0]["unit"] = "元"
    before = everything()
    with pytest.raises(FormIsFiled) as raised:
        install_form(definition=text, by=system(), now=desk.now())
    assert str(text["version"] + 1) in raised.value.message("zh-hans") and raised.value.next == text["version"] + 1
    assert everything() == before and definition_for(form_named("enterprise-annual")).field("revenue").unit == "万元"
    assert install_form(definition={**text, "version": text["version"] + 1}, by=system(), now=desk.now()).version == text["version"] + 1


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 3, 1), "due"), (date(2026, 3, 2), "overdue")])
def test_a_draft_is_overdue_the_day_after_it_was_due(desk, day, expected):
    assert due_state(desk.filing("alpha"), day) == expected
    assert late(desk.people["city"], day).filter(enterprise=desk.firms["alpha"]).exists() is (expected == "overdue")


@pytest.mark.parametrize(
    ("at", "expected"),
    [(datetime(2026, 3, 1, 15, 59, tzinfo=UTC), "in-time"), (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "late")],  # midnight in Chengdu
)
def test_in_time_is_judged_by_the_day_in_chengdu(desk, at, expected):
    desk.fill(desk.filing("alpha"))
    submit_filings(filings=[desk.filing("alpha")], by=system(), now=at)
    assert due_state(desk.filing("alpha"), date(2026, 11, 1)) == expected
    assert counts(Filing.objects.filter(enterprise=desk.firms["alpha"]), date(2026, 11, 1)).in_time == int(expected == "in-time")


def test_counts_say_how_many_are_where(desk):
    names = ("alpha", "beta", "gamma", "omega")
    for name in names:
        desk.fill(desk.filing(name), by="system")
    submit_filings(filings=[desk.filing(name) for name in names[:3]], by=system(), now=desk.now())
    return_filings(filings=[desk.filing("gamma")], reason="x", by=system(), now=desk.now())
    found = counts(Filing.objects.filter(period="2025"), date(2026, 11, 1))
    assert (found.owed, found.draft, found.submitted, found.returned, found.approved, found.locked) == (7, 4, 2, 1, 0, 0)
    assert (found.late, found.in_time) == (4, 0)
    by_park = counts_by_park("enterprise-annual", "2025", date(2026, 11, 1))
    assert sum(one.owed for one in by_park.values()) == found.owed
    assert (by_park[desk.town.east_sub.pk].owed, by_park[desk.town.east_sub.pk].returned) == (2, 1)


def test_who_sees_which_filings(desk):
    town, mine = desk.town, {desk.firms["alpha"].pk, desk.firms["beta"].pk, desk.firms["gamma"].pk, desk.town.firm_east.pk, desk.town.firm_sub.pk}
    seen = {role: set(visible(by).values_list("enterprise_id", flat=True)) for role, by in desk.people.items()}
    assert seen["city"] == seen["system"] == _owing("2025")
    assert seen["committee"] == mine
    assert seen["committee_west"] == {desk.firms["omega"].pk, town.firm_west.pk}
    assert seen["alpha"] == {desk.firms["alpha"].pk} and seen["enterprise_west"] == {town.firm_west.pk}
    assert seen["company"] == seen["institute"] == seen["stray"] == set()


def test_the_opened_periods_newest_first(desk):
    for period in ("2023", "2024"):
        open_period(form=desk.annual, period=period, by=system(), now=desk.now())
    assert periods_of("enterprise-annual") == ["2025", "2024", "2023"]
