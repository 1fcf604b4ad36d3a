"""A seat that was entered by mistake is taken back: where the firm sat before holds on, and what was known stays readable."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.enterprises.correcting import withdraw_seat
from manyuan.facts.enterprises.errors import NotATenant, ReasonMissing, SeatOfAChange
from manyuan.facts.enterprises.models import Tenancy
from manyuan.facts.enterprises.park_changes import merge_parks
from manyuan.facts.enterprises.queries import tenancies_of
from manyuan.facts.enterprises.services import leave_park, settle_enterprise
from manyuan.facts.parks.errors import ParkIsClosed
from manyuan.facts.parks.services import close_park

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MOVED = date(2026, 5, 1)


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def firm(town):
    return town.firm_east


def _seats(firm):
    return [(row.park.code, row.valid_from, row.valid_to) for row in tenancies_of(firm)]


def _everything():
    return list(Tenancy.objects.order_by("pk").values()), AuditRecord.objects.count(), Event.objects.count()


def _take_back(firm, by=None, reason="录错", after=1):
    withdraw_seat(enterprise=firm, reason=reason, by=by or system(), now=NOW + timedelta(hours=after))
    firm.refresh_from_db()


def test_a_move_that_never_was_is_taken_back_and_the_filings_are_told(town, firm):
    before = _seats(firm)
    settle_enterprise(enterprise=firm, park=town.west, since=MOVED, by=system(), now=NOW)
    assert len(_seats(firm)) == 2
    _take_back(firm)
    assert _seats(firm) == before and firm.park == town.east
    assert Event.objects.filter(name="enterprise.moved").order_by("-pk").first().data == {"enterprise_ids": [firm.pk], "since": MOVED.isoformat()}
    known_then = Tenancy.objects.filter(enterprise=firm, park=town.west, superseded_at__gt=NOW)
    assert known_then.count() == 1, "as known before, it sat there"


def test_a_leaving_that_never_was_is_taken_back(town, firm):
    before = _seats(firm)
    leave_park(enterprise=firm, on=MOVED, by=system(), now=NOW, reason="迁出")
    _take_back(firm)
    assert _seats(firm) == before and firm.park == town.east


def test_a_move_on_the_very_first_day_gives_the_first_seat_back(town, firm):
    before = _seats(firm)
    settle_enterprise(enterprise=firm, park=town.west, since=before[0][1], by=system(), now=NOW)
    assert [code for code, _, _ in _seats(firm)] == ["west"]
    _take_back(firm)
    assert _seats(firm) == before


def test_a_first_seat_taken_back_leaves_the_firm_nowhere(town, firm):
    _take_back(firm)
    assert _seats(firm) == [] and firm.park is None
    with pytest.raises(NotATenant):
        _take_back(firm, after=2)


@pytest.mark.parametrize(("who", "reason", "refusal"), [("committee", "录错", NotAllowed), ("enterprise", "录错", NotAllowed), (None, "  ", ReasonMissing)])
def test_who_may_not_or_gives_no_reason_changes_nothing(town, firm, who, reason, refusal):
    before = _everything()
    by = actor_of(town.people[who]) if who else system()
    with pytest.raises(refusal):
        _take_back(firm, by=by, reason=reason)
    assert _everything() == before


def test_a_seat_in_a_park_that_is_closed_by_now_does_not_come_back(town, firm):
    leave_park(enterprise=town.firm_west, on=date(2026, 3, 1), by=system(), now=NOW, reason="迁出")
    close_park(park=town.west, effective_on=date(2026, 4, 1), reason="撤销", by=system(), now=NOW)
    before = _everything()
    with pytest.raises(ParkIsClosed):
        _take_back(town.firm_west)
    assert _everything() == before


def test_what_a_change_of_parks_did_is_not_undone_here(town, firm):
    merge_parks(sources=[town.west], into=town.east, effective_on=MOVED, reason="合并", by=system(), now=NOW)
    before = _everything()
    with pytest.raises(SeatOfAChange):
        _take_back(town.firm_west)
    assert _everything() == before
