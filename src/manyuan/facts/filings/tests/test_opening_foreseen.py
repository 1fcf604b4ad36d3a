"""Before a period is opened: how many will owe it, and which period is the next one."""

from __future__ import annotations

from datetime import date

import pytest

from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.filings.errors import PeriodNotOver, WrongPeriodKind
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.opening import foresee, next_to_open, open_period
from manyuan.facts.filings.queries import openings
from manyuan.facts.filings.tests.conftest import everything


def test_what_is_foreseen_is_what_opening_adds(desk):
    city = desk.people["city"]
    before = everything()
    seen = foresee(form=desk.annual, period="2024", by=city, now=desk.now())
    assert everything() == before
    assert seen.known == 0 and seen.due == date(2025, 3, 1)
    assert open_period(form=desk.annual, period="2024", by=city, now=desk.now()) == seen.new > 0
    again = foresee(form=desk.annual, period="2024", by=city, now=desk.now())
    assert (again.new, again.known) == (0, seen.new)


@pytest.mark.parametrize(("period", "error"), [("2026", PeriodNotOver), ("2025-01", WrongPeriodKind)])
def test_what_cannot_be_opened_cannot_be_foreseen_either(desk, period, error):
    with pytest.raises(error):
        foresee(form=desk.annual, period=period, by=desk.people["city"], now=desk.now())


def test_only_the_city_foresees(desk):
    with pytest.raises(NotAllowed):
        foresee(form=desk.annual, period="2024", by=desk.people["committee"], now=desk.now())


def test_the_next_period_is_the_one_after_the_newest_once_it_is_over(desk):
    assert next_to_open(desk.annual, date(2026, 12, 31)) is None
    assert next_to_open(desk.annual, date(2027, 1, 1)) == "2026"


def test_a_form_never_opened_starts_with_the_last_period_that_is_over(desk):
    Filing.objects.all().delete()
    assert next_to_open(desk.annual, date(2026, 11, 1)) == "2025"


def test_the_first_opening_is_remembered(desk):
    first = openings()["enterprise-annual", "2025"]
    open_period(form=desk.annual, period="2025", by=desk.people["city"], now=desk.now())
    assert openings()["enterprise-annual", "2025"] == first
