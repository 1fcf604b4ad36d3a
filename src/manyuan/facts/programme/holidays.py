"""The holidays and make-up days of a year, loaded by the city office from a workbook or over the API: read, shown first, taken over whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.engines.clocks import Calendar, day_of
from manyuan.engines.workbooks import MISSING, Column, Fault, Sheet, Text, read_table, write_template
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.programme.calendar import calendar, keep_version, tables_in_force
from manyuan.facts.programme.errors import NoHolidayTable, WrongHolidays
from manyuan.facts.programme.models import HolidayTable, InstalledPack
from manyuan.facts.programme.programme import installed
from manyuan.facts.scanning import refuse_infected

LOAD = gettext_noop("say which days are holidays")
FIRST_YEAR, LAST_YEAR = 2004, 2100
LONGEST = 16
"""Days of a holiday at most; a longer one is a slip of the pen."""
_MAKE_UP = ("make_up_1", "make_up_2", "make_up_3")
_ENGLISH = {
    "元旦": "New Year", "春节": "Spring Festival", "清明节": "Qingming", "劳动节": "Labour Day", "端午节": "Dragon Boat Festival", "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day", "国庆节、中秋节": "National Day and Mid-Autumn Festival",
}  # fmt: skip


@dataclass(frozen=True)
class Holiday:
    """Days off from first to last, both included, and the Saturdays or Sundays that are worked for them."""

    name: str
    first: date
    last: date
    make_up: tuple[date, ...] = ()
    name_en: str = ""

    def called(self, language: str) -> str:
        """Its name; an English one that was not given is known of the seven holidays."""
        return self.name if language == "zh" else self.name_en or _ENGLISH.get(self.name, self.name)

    def days(self) -> list[date]:
        """The days off."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "name": {"zh": self.name, "en": self.called("en")}, "first": self.first.isoformat(), "last": self.last.isoformat(),
            "make_up": [one.isoformat() for one in self.make_up],
        }  # fmt: skip

    @staticmethod
    def of_plain(kept: Mapping[str, Any]) -> Holiday:
        """As it was kept, or as a pack has it: days as dates or ISO text."""
        made_up = tuple(day_of(one) for one in kept.get("make_up") or ())
        return Holiday(kept["name"]["zh"], day_of(kept["first"]), day_of(kept["last"]), made_up, kept["name"]["en"])


@dataclass
class Preview:
    """What a file would do. off, on: days of which it says otherwise than the calendar in force: now off, now worked."""

    year: int
    holidays: list[Holiday] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    off: list[date] = field(default_factory=list)
    on: list[date] = field(default_factory=list)


@dataclass(frozen=True)
class YearReading:
    """A year as it is counted. source: `loaded`, `pack`, `library` or `none` (Monday to Friday, with a warning). off, on: weekdays off, Saturdays and Sundays
    worked; working: how many working days it has."""

    year: int
    source: str
    table: HolidayTable | None
    holidays: tuple[Holiday, ...]
    off: tuple[date, ...]
    on: tuple[date, ...]
    working: int


def sheet() -> Sheet:
    """What a workbook of holidays holds: a row for each holiday, as the yearly notice of the State Council words it."""
    days = [Column(key, f"调休上班日{n}", f"Worked for it {n}", "date", aliases=(f"补班日{n}", f"上班日{n}")) for key, n in zip(_MAKE_UP, "123")]
    return Sheet(
        "holidays", "节假日安排", "Holidays",
        (
            Column("name", "节日", "Holiday", "text", required=True, minimum=1, maximum=30, aliases=("名称", "节日名称", "假期")),
            Column("first", "放假首日", "First day off", "date", required=True, aliases=("开始日期", "放假开始", "首日")),
            Column("last", "放假末日", "Last day off", "date", required=True, aliases=("结束日期", "放假结束", "末日")),
            *days,
            Column("name_en", "英文名称", "English name", "text", maximum=60),
        ),
    )  # fmt: skip


def template(year: int, language: str) -> bytes:
    """A workbook to fill in, with what is in force for the year, else with the names of the seven holidays."""
    known = next((one for one in tables_in_force() if one["year"] == year), None)
    rows = [_row(Holiday.of_plain(one)) for one in known["holidays"]] if known else [{"name": name} for name in list(_ENGLISH)[:7]]
    return write_template(sheet(), rows, language="zh" if language == "zh" else "en")


def _row(one: Holiday) -> dict[str, Any]:
    return {"name": one.name, "name_en": one.name_en, "first": one.first, "last": one.last, **dict(zip(_MAKE_UP, one.make_up))}


def preview_holidays(*, year: int, name: str, content: bytes) -> Preview:
    """Read a workbook (xlsx, xls or csv); nothing is written. Raises WorkbookError where the file cannot be read, FileInfected."""
    refuse_infected(name, content)
    reading = read_table(content, name, sheet())
    out = Preview(year, faults=list(reading.faults))
    rows = [row for row in reading.rows if not row.is_wrong]
    found = [_holiday(row.values) for row in rows]
    keys = [[key for key in _MAKE_UP if row.values[key] is not MISSING] for row in rows]
    titles = {one.key: one.title for one in sheet().columns}
    for at, key, what, expected, step in _wrong(year, found, keys) if found or not out.faults else ():
        row = rows[at] if at < len(rows) else None
        place = (row.sheet, row.number, row.cells.get(key, "")) if row else (reading.sheet_name, reading.header_row, "")
        out.faults.append(Fault("holidays.row", place[0], place[1], key, place[2], what, expected, step, titles[key]))
    if not out.faults:
        out.holidays = found
        out.off, out.on = _changes(year, found)
    return out


def _holiday(values: Mapping[str, Any]) -> Holiday:
    made_up = tuple(values[key] for key in _MAKE_UP if values[key] is not MISSING)
    english = values["name_en"]
    return Holiday(str(values["name"]).strip(), values["first"], values["last"], made_up, "" if english is MISSING else str(english).strip())


def _wrong(year: int, holidays: Sequence[Holiday], keys: Sequence[Sequence[str]] = ()) -> Iterator[tuple[int, str, str, Text, Text]]:
    """(row counted from 0, column, found, expected, what to do) of everything that cannot be. keys: the columns from which each row has its make-up days."""
    worked_by = [list(zip(keys[at] if at < len(keys) else _MAKE_UP, one.make_up)) for at, one in enumerate(holidays)]
    mend = Text("请核对节假日通知后修改。", "Compare it with the notice of the holidays.")
    if not holidays:
        yield 0, "name", "-", Text("至少一个节日", "at least one holiday"), Text("填写后再上传。", "Fill it in first.")
    near = date(year - 1, 12, 20), date(year + 1, 1, 10)
    span = Text(f"{near[0]} 至 {near[1]} 之间的日期", f"a day from {near[0]} to {near[1]}")
    taken: dict[date, str] = {}
    for at, one in enumerate(holidays):
        for key, day in (("first", one.first), ("last", one.last), *worked_by[at]):
            if not near[0] <= day <= near[1]:
                yield at, key, str(day), span, mend
        if one.first.year != year and one.last.year != year:
            yield at, "first", str(one.first), Text(f"{year} 年的节日", f"a holiday of {year}"), mend
        if one.last < one.first:
            yield at, "last", str(one.last), Text(f"不早于放假首日 {one.first}", f"not before the first day {one.first}"), mend
            continue
        if (one.last - one.first).days >= LONGEST:
            yield at, "last", str(one.last), Text(f"连续放假不超过 {LONGEST} 天", f"at most {LONGEST} days in a row"), mend
            continue
        for day in one.days():
            if day in taken:
                yield at, "first", str(one.first), Text(f"不与“{taken[day]}”重叠", f"no overlap with {taken[day]}"), mend
                break
        for day in one.days():
            taken.setdefault(day, one.name)
    worked: set[date] = set()
    for at in range(len(holidays)):
        for key, day in worked_by[at]:
            if day.weekday() < 5:
                yield at, key, str(day), Text("星期六或星期日", "a Saturday or Sunday"), mend
            elif day in taken:
                yield at, key, str(day), Text(f"不在假期内（{taken[day]}）", f"no day off ({taken[day]})"), mend
            elif day in worked:
                yield at, key, str(day), Text("每个上班日只写一次", "each day once"), mend
            worked.add(day)


def _changes(year: int, holidays: Sequence[Holiday]) -> tuple[list[date], list[date]]:
    before = calendar()
    tables = [one for one in tables_in_force() if one["year"] != year]
    after = Calendar.from_tables([*tables, {"year": year, "holidays": [one.plain() for one in holidays]}])
    days = [date(year - 1, 12, 20) + timedelta(days=n) for n in range(390)]
    moved = [day for day in days if before.is_working_day(day) != after.is_working_day(day)]
    return [day for day in moved if not after.is_working_day(day)], [day for day in moved if after.is_working_day(day)]


@transaction.atomic
def load_holidays(*, year: int, holidays: Sequence[Holiday], source: str, file_name: str = "", by: Actor, now: datetime) -> HolidayTable:
    """From now on the year is counted by these; they go before the pack's. source: the notice that they are from.

    Clocks of cases that run are reckoned again from where they began (`cases.reckoning`). Dates that were promised or announced before (of matters, payments,
    public lists, objections) are kept. The same again changes nothing. Raises NotAllowed, WrongHolidays.
    """
    if not by.sees_all:
        raise NotAllowed(LOAD, by)
    faults = [f"{one}" for one in _in_words(year, holidays, source)]
    if faults:
        raise WrongHolidays(faults="\n".join(faults))
    list(InstalledPack.objects.select_for_update().filter(is_current=True).values_list("pk", flat=True))  # of two at once the second waits
    plain = [one.plain() for one in sorted(holidays, key=lambda one: one.first)]
    before, current = tables_in_force(), HolidayTable.objects.select_for_update().filter(year=year, ended_at=None).first()
    if current is not None and current.holidays == plain and current.source == source.strip():
        return current
    if current is not None:
        current.ended_at = now
        current.save(update_fields=["ended_at"])
    made = HolidayTable.objects.create(year=year, holidays=plain, source=source.strip(), file_name=file_name[-200:], loaded_at=now, loaded_label=by.label[:200])
    _kept(made, before, "programme.load_holidays", by, now)
    return made


def _in_words(year: int, holidays: Sequence[Holiday], source: str) -> Iterator[str]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        yield f"year: {year} ≠ {FIRST_YEAR}–{LAST_YEAR}"
        return
    if not 2 <= len(source.strip()) <= 200:
        yield "source: 2–200"
    for at, key, found, expected, _ in _wrong(year, holidays):
        yield f"[{at + 1}].{key}: {found} ≠ {expected.zh} / {expected.en}"


@transaction.atomic
def withdraw_holidays(*, year: int, by: Actor, now: datetime) -> HolidayTable:
    """The loaded table of a year is taken back: the pack's counts again, or the library's, or Monday to Friday. Raises NotAllowed, NoHolidayTable."""
    if not by.sees_all:
        raise NotAllowed(LOAD, by)
    before, row = tables_in_force(), HolidayTable.objects.select_for_update().filter(year=year, ended_at=None).first()
    if row is None:
        raise NoHolidayTable(year=year)
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    _kept(row, before, "programme.withdraw_holidays", by, now)
    return row


def _kept(row: HolidayTable, before: list[dict[str, Any]], action: str, by: Actor, now: datetime) -> None:
    version = keep_version(before, now)
    was = next((one.get("holidays") for one in before if one["year"] == row.year), None)
    after = {"year": row.year, "source": row.source, "file": row.file_name, "holidays": row.holidays if row.ended_at is None else None}
    audit.record(by=by, now=now, action=action, subject_kind="holidays", subject_id=row.year, before={"holidays": was}, after=after)
    audit.emit(name="calendar.changed", data={"year": row.year, "version": version.pk if version else None}, now=now)


def year_read(year: int) -> YearReading:
    """A year as it is counted now."""
    known = calendar()
    table = HolidayTable.objects.filter(year=year, ended_at=None).first()
    pack = installed()
    of_pack = next((one for one in (pack.content["calendar"] if pack else ()) if one["year"] == year), None)
    source = "loaded" if table else "pack" if of_pack else "library" if known.by_library(year) else "none"
    holidays = table.holidays if table else of_pack["holidays"] if of_pack else ()
    off, on = known.unusual(year)
    working = sum(known.is_working_day(date(year, 1, 1) + timedelta(days=n)) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days))
    return YearReading(year, source, table, tuple(map(Holiday.of_plain, holidays)), tuple(off), tuple(on), working)


def years_needed(today: date) -> list[int]:
    """The years whose holidays should be known by now: this one, in December the next as well, whose notice is out by then."""
    return [today.year, today.year + 1] if today.month == 12 else [today.year]


def years_known(today: date) -> list[YearReading]:
    """The years that a page speaks of, the latest first: last year to the year after next, and every one with a table."""
    years = {today.year + n for n in (-1, 0, 1, 2)} | {one["year"] for one in tables_in_force()}
    return [year_read(one) for one in sorted(years, reverse=True)]
