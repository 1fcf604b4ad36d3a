"""The working-day calendar over the API: the years as they are counted, and for the city office loading a year and taking it back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema, Status
from pydantic import Field

from manyuan.facts.audit.actors import Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.programme.holidays import Holiday, YearReading, load_holidays, withdraw_holidays, year_read, years_known
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page

router = Router()


class HolidayOut(Schema):
    """Days off from first to last, both included; make_up: Saturdays and Sundays worked for them."""

    name_zh: str
    name_en: str
    first: date
    last: date
    make_up: list[date]


class YearOut(Schema):
    """A year as it is counted. source: loaded, pack, library, or none (Monday to Friday: deadlines may still move). off: weekdays off; worked: Saturdays and
    Sundays that are worked; notice: of a loaded year, what it is from."""

    year: int
    source: str
    notice: str
    loaded_at: datetime | None
    working_days: int
    holidays: list[HolidayOut]
    off: list[date]
    worked: list[date]


class HolidayIn(Body):
    name: str = Field(min_length=1, max_length=30)
    name_en: str = Field("", max_length=60)
    first: date
    last: date
    make_up: list[date] = Field(default_factory=list, max_length=6)


class YearIn(Body):
    """holidays: all of the year. source: the notice that they are from."""

    source: str = Field(min_length=2, max_length=200)
    holidays: list[HolidayIn] = Field(min_length=1, max_length=40)


def _year(one: YearReading) -> dict[str, Any]:
    holidays = [{"name_zh": h.name, "name_en": h.called("en"), "first": h.first, "last": h.last, "make_up": h.make_up} for h in one.holidays]
    return {
        "year": one.year, "source": one.source, "notice": one.table.source if one.table else "", "loaded_at": one.table.loaded_at if one.table else None,
        "working_days": one.working, "holidays": holidays, "off": one.off, "worked": one.on,
    }  # fmt: skip


def _for_members(request: HttpRequest) -> None:
    if request.actor.role is Role.PUBLIC:  # type: ignore[attr-defined]
        raise NotFound()


_YEAR = Path(ge=2004, le=2100)


@router.get(
    "working-days", response=Page[YearOut], operation_id="working_days_list", summary="The years by which clocks and promises are counted, the latest first"
)
def years(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    _for_members(request)
    return page(list(years_known(timezone.localdate())), wanted, _year)


@router.get("working-days/{year}", response=YearOut, operation_id="working_days_get", summary="One year: its holidays, days off and days worked for them")
def one_year(request: HttpRequest, year: int = _YEAR) -> dict[str, Any]:
    _for_members(request)
    return _year(year_read(year))


@router.put(
    "working-days/{year}",
    response=YearOut,
    operation_id="working_days_load",
    summary="Load the holidays of a year, whole; running clocks are reckoned again within a minute",
)
def load(request: HttpRequest, given: YearIn, year: int = _YEAR) -> dict[str, Any]:
    holidays = [Holiday(one.name, one.first, one.last, tuple(one.make_up), one.name_en) for one in given.holidays]
    load_holidays(year=year, holidays=holidays, source=given.source, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    return _year(year_read(year))


@router.delete("working-days/{year}", response={200: YearOut}, operation_id="working_days_withdraw", summary="Take the loaded table of a year back")
def withdraw(request: HttpRequest, year: int = _YEAR) -> Status:
    withdraw_holidays(year=year, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    return Status(200, _year(year_read(year)))
