"""The holidays of a year are loaded by the city office: a workbook is shown first, a wrong cell is named, and the loaded table goes before the pack's."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest

from manyuan.facts.audit.actors import NotAllowed, Role, system
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.programme.calendar import calendar, calendar_marked
from manyuan.facts.programme.errors import NoHolidayTable, WrongHolidays
from manyuan.facts.programme.holidays import Holiday, load_holidays, preview_holidays, template, withdraw_holidays, year_read, years_known
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.models import CalendarVersion, HolidayTable
from manyuan.facts.programme.pack import read_pack

CITY, NOW = system("test"), datetime(2030, 1, 2, 3, 0, tzinfo=UTC)
NEW_YEAR = Holiday("元旦", date(2031, 1, 1), date(2031, 1, 3), (date(2031, 1, 4),))
SPRING = Holiday("春节", date(2031, 1, 22), date(2031, 1, 28), (date(2031, 1, 19), date(2031, 2, 2)))
SOURCE = "示例通知〔2030〕1号"
HEADS = ("节日", "放假首日", "放假末日", "调休上班日1", "调休上班日2")


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in (HEADS, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_year_without_data_is_counted_by_weekdays_and_says_so_until_its_table_is_loaded():
    assert (year_read(2031).source, calendar().assured(2031)) == ("none", False)
    assert calendar().is_working_day(date(2031, 1, 1)) and not calendar().is_working_day(date(2031, 1, 4))
    load_holidays(year=2031, holidays=[SPRING, NEW_YEAR], source=SOURCE, by=CITY, now=NOW)
    read = year_read(2031)
    assert (read.source, calendar().assured(2031)) == ("loaded", True)
    assert not calendar().is_working_day(date(2031, 1, 1)) and calendar().is_working_day(date(2031, 1, 4))
    assert read.on == (date(2031, 1, 4), date(2031, 1, 19), date(2031, 2, 2)) and date(2031, 1, 22) in read.off
    assert [one.called("en") for one in read.holidays] == ["New Year", "Spring Festival"]  # by date, in both languages
    assert read.working == 261 - 3 - 5 + 3  # weekdays of 2031, those off, those worked
    record = AuditRecord.objects.get(action="programme.load_holidays")
    assert record.after["source"] == SOURCE and record.before == {"holidays": None}
    assert Event.objects.filter(name="calendar.changed").count() == 1


@pytest.mark.django_db
def test_another_table_takes_its_place_and_taking_it_back_leads_to_what_was_there_before():
    load_holidays(year=2031, holidays=[NEW_YEAR], source=SOURCE, by=CITY, now=NOW)
    first = calendar()
    load_holidays(year=2031, holidays=[SPRING], source=SOURCE, by=CITY, now=NOW)
    assert calendar().is_working_day(date(2031, 1, 1)) and HolidayTable.objects.filter(ended_at=None).count() == 1
    assert not calendar_marked(first.mark).is_working_day(date(2031, 1, 1))  # as it was
    withdraw_holidays(year=2031, by=CITY, now=NOW)
    assert year_read(2031).source == "none" and calendar().is_working_day(date(2031, 1, 22))
    with pytest.raises(NoHolidayTable):
        withdraw_holidays(year=2031, by=CITY, now=NOW)


@pytest.mark.django_db
def test_the_same_table_twice_is_loaded_once():
    made = load_holidays(year=2031, holidays=[NEW_YEAR], source=SOURCE, by=CITY, now=NOW)
    assert load_holidays(year=2031, holidays=[NEW_YEAR], source=SOURCE, by=CITY, now=NOW) == made
    assert (CalendarVersion.objects.count(), AuditRecord.objects.count()) == (2, 1)  # as it was before, and with the table


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.COMPANY, Role.ENTERPRISE, Role.INSTITUTE, Role.PUBLIC])
def test_only_the_city_office_loads_and_takes_back(role):
    from manyuan.facts.audit.actors import Actor

    who = Actor(id=None, label="x", role=role)
    with pytest.raises(NotAllowed):
        load_holidays(year=2031, holidays=[NEW_YEAR], source=SOURCE, by=who, now=NOW)
    with pytest.raises(NotAllowed):
        withdraw_holidays(year=2031, by=who, now=NOW)
    assert not HolidayTable.objects.exists() and not CalendarVersion.objects.exists()


@pytest.mark.django_db
def test_a_workbook_is_shown_with_the_days_that_change_and_nothing_is_written():
    content = workbook(("元旦", date(2031, 1, 1), "2031年1月3日", date(2031, 1, 4), None), ("春节", "2031-01-22", "2031/1/28", None, "2031-02-02"))
    shown = preview_holidays(year=2031, name="2031.xlsx", content=content)
    assert not shown.faults and shown.holidays[0] == Holiday("元旦", date(2031, 1, 1), date(2031, 1, 3), (date(2031, 1, 4),))
    assert shown.holidays[1].make_up == (date(2031, 2, 2),)
    assert shown.on == [date(2031, 1, 4), date(2031, 2, 2)] and len(shown.off) == 8
    assert not HolidayTable.objects.exists()
    text = "节日,放假首日,放假末日,调休上班日1\n元旦,2031-01-01,2031-01-03,2031-01-04\n".encode("gb18030")
    assert preview_holidays(year=2031, name="2031.csv", content=text).holidays == [NEW_YEAR]


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "cell", "found", "expected"), [
    (("元旦", "一月一日起", "2031-01-03"), "B3", "一月一日起", "日期"),
    (("元旦", None, "2031-01-03"), "B3", "", "日期"),
    (("元旦", "2031-01-03", "2031-01-01"), "C3", "2031-01-01", "不早于放假首日 2031-01-03"),
    (("元旦", "2031-01-01", "2031-03-01"), "C3", "2031-03-01", "连续放假不超过 16 天"),
    (("元旦", "2013-01-01", "2031-01-03"), "B3", "2013-01-01", "2030-12-20 至 2032-01-10 之间的日期"),
    (("元旦", "2032-01-01", "2032-01-03"), "B3", "2032-01-01", "2031 年的节日"),
    (("元旦", "2031-01-27", "2031-01-29"), "B3", "2031-01-27", "不与“春节”重叠"),
    (("元旦", "2031-01-01", "2031-01-03", "2031-01-06"), "D3", "2031-01-06", "星期六或星期日"),
    (("元旦", "2031-01-01", "2031-01-03", None, "2031-01-25"), "E3", "2031-01-25", "不在假期内（春节）"),
    (("元旦", "2031-01-01", "2031-01-03", "2031-02-02"), "D3", "2031-02-02", "每个上班日只写一次"),
])  # fmt: skip
def test_what_cannot_be_is_named_with_its_cell_what_was_found_and_what_was_expected(row, cell, found, expected):
    shown = preview_holidays(year=2031, name="x.xlsx", content=workbook(("春节", "2031-01-22", "2031-01-28", "2031-02-02"), row))
    fault = shown.faults[0]
    assert (fault.cell, fault.found) == (cell, found) and expected in fault.expected.zh
    assert shown.holidays == [] and fault.message("en").startswith("Row 3")


@pytest.mark.django_db
def test_the_template_is_filled_with_what_is_in_force_and_can_be_loaded_again():
    load_holidays(year=2031, holidays=[NEW_YEAR, SPRING], source=SOURCE, by=CITY, now=NOW)
    shown = preview_holidays(year=2031, name="t.xlsx", content=template(2031, "en"))
    assert [(one.first, one.last, one.make_up) for one in shown.holidays] == [(one.first, one.last, one.make_up) for one in (NEW_YEAR, SPRING)]
    assert not shown.off and not shown.on
    empty = preview_holidays(year=2032, name="t.xlsx", content=template(2032, "zh"))
    assert {one.column for one in empty.faults} == {"first", "last"} and len(empty.faults) == 14  # seven names wait for their days


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "holidays", "source"), [(2031, [], SOURCE), (2031, [NEW_YEAR], " "), (1999, [NEW_YEAR], SOURCE), (2032, [NEW_YEAR], SOURCE)])
def test_a_table_that_cannot_be_is_not_taken_over(year, holidays, source):
    with pytest.raises(WrongHolidays):
        load_holidays(year=year, holidays=holidays, source=source, by=CITY, now=NOW)
    assert not HolidayTable.objects.exists()


@pytest.mark.django_db
def test_the_years_shown_are_last_year_to_the_year_after_next_and_those_with_a_table():
    load_holidays(year=2035, holidays=[Holiday("元旦", date(2035, 1, 1), date(2035, 1, 1))], source=SOURCE, by=CITY, now=NOW)
    assert [(one.year, one.source) for one in years_known(date(2026, 11, 25))] == [
        (2035, "loaded"),
        (2028, "none"),
        (2027, "none"),
        (2026, "library"),
        (2025, "library"),
    ]


@pytest.mark.django_db
def test_a_newer_pack_with_another_calendar_is_another_version_and_what_was_loaded_stays_before_it():
    pack = read_pack("tests/packs/lakeside")
    install_pack(pack=pack, by=CITY, now=NOW)
    before = calendar()
    assert before.mark == 0 and not CalendarVersion.objects.exists()
    year = replace(pack.calendar[0], year=2031, holidays=(replace(pack.calendar[0].holidays[0], first=date(2031, 1, 1), last=date(2031, 1, 2), make_up=()),))
    install_pack(pack=replace(pack, version="9.9", calendar=(*pack.calendar, year)), by=CITY, now=NOW)
    assert year_read(2031).source == "pack" and calendar().mark > 0 and not calendar().is_working_day(date(2031, 1, 2))
    assert calendar_marked(0).is_working_day(date(2031, 1, 2))
    load_holidays(year=2031, holidays=[SPRING], source=SOURCE, by=CITY, now=NOW)
    assert year_read(2031).source == "loaded" and calendar().is_working_day(date(2031, 1, 2))
    withdraw_holidays(year=2031, by=CITY, now=NOW)
    assert year_read(2031).source == "pack" and not calendar().is_working_day(date(2031, 1, 2))
