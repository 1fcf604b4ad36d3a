"""Parks merge and split with their tenants: every firm sits in one park on every day, before and after, and can be counted on either boundary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import FOUNDED, build_town
from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.errors import DomainError
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.errors import NotTenantsOf, TenantsWithoutPlace, TooEarly
from manyuan.facts.enterprises.models import Enterprise, Tenancy
from manyuan.facts.enterprises.park_changes import merge_parks, split_park
from manyuan.facts.enterprises.queries import holders_by_park, present_by_park, present_on
from manyuan.facts.enterprises.services import NewEnterprise, award_title, leave_park, register_enterprise, settle_enterprise
from manyuan.facts.parks.errors import HasSubparks, InTheFuture, ParkIsClosed, WrongParks
from manyuan.facts.parks.models import Park, ParkChange
from manyuan.facts.parks.services import NewPark

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DAY = timedelta(days=1)
ON = date(2025, 7, 1)
NORTH, SOUTH = NewPark("north", "北园", "North"), NewPark("south", "南园", "South")


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def firms(town):
    """a and b in the east park, w in the west park; `a` holds a title."""
    places = {"a": town.east, "b": town.east, "w": town.west}
    made = {
        name: register_enterprise(new=NewEnterprise(demo_code(n), f"企业{name}"), park=park, since=FOUNDED, by=system(), now=NOW)
        for n, (name, park) in enumerate(places.items(), 1)
    }  # fmt: skip
    award_title(
        enterprise=made["a"], kind="high-tech", valid_from=FOUNDED, valid_to=None, proof="文", source="t", mark="example", by=system(), now=NOW
    )  # fmt: skip
    return made


def _all() -> tuple:
    tables = (Park, ParkChange, Enterprise, Tenancy)
    return (*(list(table.objects.order_by("pk").values()) for table in tables), AuditRecord.objects.count(), Event.objects.count())


def _merge(town, into=None, on=ON, sources=None, by=None):
    return merge_parks(sources=sources or [town.east], into=into or town.west, effective_on=on, reason="合并", by=by or system(), now=LATER)


def _split(town, firms, on=ON, keep=False, by=None, **tenants):
    goes = {firms[name].pk: code for name, code in tenants.items()}
    if not keep:
        goes.setdefault(town.firm_east.pk, "north")
    children = {} if keep else {"east-sub": "north"}
    return split_park(
        park=town.east, into=[NORTH, SOUTH], tenants=goes, effective_on=on, reason="拆分", by=by or system(), now=LATER, keep=keep, children=children
    )  # fmt: skip


def _sits(firm, on: date, known_at=None) -> str | None:
    rows = list(present_on(on, known_at).filter(enterprise=firm).values_list("park__code", flat=True))
    assert len(rows) <= 1
    return rows[0] if rows else None


def test_a_merge_takes_every_tenant_along_from_its_day(town, firms):
    _merge(town)
    assert [_sits(firms["a"], day) for day in (FOUNDED, ON - DAY, ON, date(2026, 1, 1))] == ["east", "east", "west", "west"]
    assert {firm.park.code for firm in Enterprise.objects.filter(pk__in=[f.pk for f in firms.values()])} == {"west"}
    assert Event.objects.get(name="park.tenants_moved").data["moved"] == 3


def test_history_before_the_merge_was_known_reads_as_it_did(town, firms):
    before = present_by_park(ON)
    _merge(town)
    assert present_by_park(ON, NOW) == before != present_by_park(ON)
    assert (_sits(firms["a"], ON, NOW), _sits(firms["a"], ON, LATER)) == ("east", "west")


def test_every_firm_is_counted_once_on_every_day_around_a_merge(town, firms):
    for day in (FOUNDED, ON - DAY, ON, ON + DAY):
        assert sum(present_by_park(day).values()) == 6
    _merge(town)
    for day in (FOUNDED, ON - DAY, ON, ON + DAY):
        assert sum(present_by_park(day).values()) == 6
    assert holders_by_park("high-tech", ON - DAY) == {town.east.pk: 1} and holders_by_park("high-tech", ON) == {town.west.pk: 1}


def test_a_merge_of_two_into_a_new_one_counts_nobody_twice(town, firms):
    change = _merge(town, into=NewPark("union", "联合园", "Union"), sources=[town.east, town.west])
    union = Park.objects.get(code="union")
    assert present_by_park(ON) == {union.pk: 5, town.east_sub.pk: 1}
    assert set(Tenancy.objects.filter(change=change, superseded_at=None).values_list("basis", "valid_from")) == {("merge", ON)}


def test_a_merge_on_the_day_a_firm_settled_leaves_no_day_in_the_old_park(town, firms):
    settle_enterprise(enterprise=firms["w"], park=town.east, since=ON, by=system(), now=NOW)
    _merge(town, into=NORTH, sources=[town.east])
    assert [_sits(firms["w"], day) for day in (ON - DAY, ON)] == ["west", "north"]


def test_a_merge_before_a_firm_settled_there_is_refused_whole(town, firms):
    settle_enterprise(enterprise=firms["w"], park=town.east, since=ON + DAY, by=system(), now=NOW)
    before = _all()
    with pytest.raises(TooEarly) as raised:
        _merge(town, into=NORTH, sources=[town.east])
    assert "企业w" in raised.value.message("zh-hans")
    assert _all() == before


@pytest.mark.parametrize("goes", ["away", "nowhere"])
def test_a_merge_before_a_firm_left_is_refused_since_it_would_sit_in_a_closed_park(town, firms, goes):
    if goes == "away":
        settle_enterprise(enterprise=firms["b"], park=town.west, since=ON + DAY, by=system(), now=NOW)
    else:
        leave_park(enterprise=firms["b"], on=ON + DAY, by=system(), now=NOW)
    before = _all()
    with pytest.raises(TooEarly):
        _merge(town, into=NORTH, sources=[town.east])
    with pytest.raises(TooEarly):
        _split(town, firms, a="north")
    assert _all() == before
    _merge(town, into=NORTH, sources=[town.east], on=ON + DAY)  # from the day it left the merge stands
    assert _sits(firms["a"], ON + DAY) == "north"


@pytest.mark.parametrize("role", ["committee", "committee_west", "company", "enterprise", "institute", "stray"])
def test_only_the_city_merges_and_splits(town, firms, role):
    by = actor_of(town[role])
    before = _all()
    with pytest.raises(NotAllowed):
        _merge(town, by=by)
    with pytest.raises(NotAllowed):
        _split(town, firms, a="north", by=by)  # and b's place missing: who may not split is not told of it
    assert _all() == before


def test_a_change_ahead_of_its_day_or_of_a_closed_park_is_refused(town, firms):
    before = _all()
    with pytest.raises(InTheFuture):
        _merge(town, on=date(2026, 11, 24))
    assert _all() == before
    _merge(town)
    town.east.refresh_from_db()
    with pytest.raises(ParkIsClosed):
        _merge(town, on=ON + DAY)


def test_a_split_sends_each_firm_where_it_was_said(town, firms):
    _split(town, firms, a="north", b="south")
    assert [_sits(firms["a"], day) for day in (ON - DAY, ON)] == ["east", "north"]
    assert [_sits(firms["b"], day) for day in (ON - DAY, ON)] == ["east", "south"]
    assert _sits(firms["w"], ON) == "west"
    assert sum(present_by_park(ON).values()) == sum(present_by_park(ON - DAY).values()) == 6


def test_a_split_that_closes_the_park_needs_a_place_for_everyone(town, firms):
    before = _all()
    with pytest.raises(TenantsWithoutPlace) as raised:
        _split(town, firms, a="north")
    assert raised.value.count == 1 and "企业b" in raised.value.message("en")
    assert _all() == before
    with pytest.raises(HasSubparks):
        split_park(
            park=town.east, into=[NORTH, SOUTH], tenants={firm.pk: "north" for firm in Enterprise.objects.filter(park=town.east)},
            effective_on=ON, reason="拆分", by=system(), now=LATER,
        )  # fmt: skip
    assert _all() == before


def test_with_keep_those_not_named_stay(town, firms):
    _split(town, firms, keep=True, a="north")
    assert [_sits(firms[name], ON) for name in ("a", "b", "w")] == ["north", "east", "west"]


@pytest.mark.parametrize("wrong", ["park", "firm"])
@pytest.mark.parametrize("keep", [True, False])
def test_a_split_refuses_places_and_firms_that_are_not_its_own(town, firms, wrong, keep):
    """A code that is no new park's, and a firm that does not sit in the park that is split."""
    before = _all()
    tenants = {"a": "north", "b": "nowhere"} if wrong == "park" else {"a": "north", "b": "south", "w": "south"}
    with pytest.raises(WrongParks if wrong == "park" else NotTenantsOf) as raised:
        _split(town, firms, keep=keep, **tenants)
    assert ("nowhere" if wrong == "park" else "企业w") in raised.value.message("zh-hans")
    assert _all() == before


def test_area_and_holding_go_along(town, firms):
    settle_enterprise(enterprise=firms["w"], park=town.east, since=date(2024, 1, 1), area_m2=Decimal("1234.56"), holding="rented", by=system(), now=NOW)
    _merge(town, into=NORTH, sources=[town.east])
    rows = Tenancy.objects.filter(enterprise=firms["w"], superseded_at=None).order_by("valid_from").values_list("park__code", "area_m2", "holding", "basis")
    assert list(rows) == [("west", None, "", "given"), ("east", Decimal("1234.56"), "rented", "moved"), ("north", Decimal("1234.56"), "rented", "merge")]


acts = st.lists(
    st.tuples(st.sampled_from(["settle-east", "settle-west", "settle-sub", "leave", "merge", "split"]), st.sampled_from(["a", "b", "w"]), st.integers(0, 1500)),
    max_size=8,
)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
def test_whatever_is_entered_a_firm_sits_in_one_open_park_at_most_and_its_card_says_which(town, firms, acts):
    with transaction.atomic():
        for number, (act, name, days) in enumerate(acts):
            on, firm = date(2022, 1, 1) + days * DAY, firms[name]
            when = NOW + timedelta(minutes=number)
            try:
                with transaction.atomic():
                    _act(town, act, firm, number, on, when)
            except DomainError:
                continue
        closed = dict(Park.objects.exclude(closed_on=None).values_list("pk", "closed_on"))
        for on in (FOUNDED, date(2022, 1, 1), date(2024, 1, 1), date(2026, 11, 23)):
            rows = list(present_on(on).values_list("enterprise_id", "park_id"))
            assert len(rows) == len(dict(rows))
            assert all(on < closed.get(park, on + DAY) for _, park in rows)
        card = dict(Enterprise.objects.exclude(park=None).values_list("pk", "park_id"))
        assert dict(present_on(date(2026, 11, 23)).values_list("enterprise_id", "park_id")) == card
        transaction.set_rollback(True)


def _act(town, act: str, firm: Enterprise, number: int, on: date, now: datetime) -> None:
    parks = {"settle-east": town.east, "settle-west": town.west, "settle-sub": town.east_sub}
    if act in parks:
        settle_enterprise(enterprise=firm, park=Park.objects.get(pk=parks[act].pk), since=on, by=system(), now=now)
    elif act == "leave":
        leave_park(enterprise=firm, on=on, by=system(), now=now)
    elif act == "merge":
        merge_parks(sources=[town.east], into=town.west, effective_on=on, reason="合并", by=system(), now=now)
    else:
        into = [NewPark(f"{side}-{number}", side, side) for side in ("n", "s")]
        goes = dict.fromkeys(Enterprise.objects.filter(park=town.west).values_list("pk", flat=True), f"n-{number}")
        split_park(park=town.west, into=into, tenants=goes, effective_on=on, reason="拆分", by=system(), now=now)
