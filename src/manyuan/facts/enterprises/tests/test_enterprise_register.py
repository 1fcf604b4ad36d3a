"""The register of enterprises: entered, renamed, settled, gone; titles with their period; who may, and what a refusal leaves untouched."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import FOUNDED, build_town
from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.errors import DomainError, NotFound
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.enterprises.credit_codes import checked, demo_code, is_demo_code
from manyuan.facts.enterprises.errors import (
    CreditCodeIsTaken,
    InTheFuture,
    NotATenant,
    ParkNotThere,
    TooEarly,
    WrongCreditCode,
    WrongTitle,
    WrongValue,
)
from manyuan.facts.enterprises.models import Enterprise, EnterpriseName, Tenancy, Title
from manyuan.facts.enterprises.queries import (
    enterprise_by_code,
    expiring_titles,
    holders_by_park,
    other_names_of,
    present_by_park,
    present_on,
    searched,
    tenancies_of,
    titles_of,
    visible,
    with_title,
)
from manyuan.facts.enterprises.services import (
    NewEnterprise,
    Settled,
    award_title,
    leave_park,
    register_enterprise,
    register_many,
    rename_enterprise,
    settle_enterprise,
)
from manyuan.facts.parks.errors import ParkIsClosed
from manyuan.facts.parks.services import NewPark, close_park, found_park

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def people(town):
    return {name: actor_of(user) for name, user in town.people.items()} | {"system": system()}


@pytest.fixture
def firm(town):
    """A firm that sits in the east park since 2020."""
    return register_enterprise(new=NewEnterprise(demo_code(1), "锦江机电有限公司"), park=town.east, since=FOUNDED, by=system(), now=NOW)


def _all() -> tuple:
    tables = (Enterprise, EnterpriseName, Tenancy, Title)
    return (*(list(table.objects.order_by("pk").values()) for table in tables), AuditRecord.objects.count(), Event.objects.count())


def _award(firm, kind="high-tech", start=date(2024, 1, 1), stop=date(2027, 1, 1), by=None, now=NOW, proof="川高企〔2024〕7号"):
    return award_title(enterprise=firm, kind=kind, valid_from=start, valid_to=stop, proof=proof, source="test", mark="example", by=by or system(), now=now)


def _sits(firm, on: date, known_at=None) -> str | None:
    rows = list(present_on(on, known_at).filter(enterprise=firm).values_list("park__code", flat=True))
    assert len(rows) <= 1
    return rows[0] if rows else None


@pytest.mark.parametrize("number", [0, 1, 4711, 9_999_999])
def test_a_demo_code_is_a_right_code_in_a_block_of_its_own(number):
    code = demo_code(number)
    assert checked(code) == checked(f" {code.lower()} ") == code and is_demo_code(code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "91510100",
        demo_code(1)[:-1],
        demo_code(1) + "0",
        demo_code(1)[:-1] + ("0" if demo_code(1)[-1] != "0" else "1"),
        "91510100MAI0000001",
        "９１５１",
    ],
)
def test_a_wrong_code_is_refused_and_nothing_entered(town, text):
    before = _all()
    with pytest.raises(WrongCreditCode) as raised:
        register_enterprise(new=NewEnterprise(text, "某企业"), by=system(), now=NOW)
    assert "GB 32100" in raised.value.message("zh-hans")
    assert _all() == before


def test_a_firm_is_entered_once(town, firm):
    before = _all()
    with pytest.raises(CreditCodeIsTaken) as raised, transaction.atomic():
        register_enterprise(new=NewEnterprise(firm.uscc.lower(), "另一个名字"), by=system(), now=NOW)
    assert firm.name in raised.value.message("zh-hans")
    assert _all() == before


@pytest.mark.parametrize("name", ["", "  ", "名" * 201])
def test_a_firm_needs_a_name_that_fits(town, firm, name):
    before = _all()
    with pytest.raises(WrongValue):
        register_enterprise(new=NewEnterprise(demo_code(2), name), by=system(), now=NOW)
    with pytest.raises(WrongValue):
        rename_enterprise(enterprise=firm, name=name, on=TODAY, by=system(), now=NOW)
    assert _all() == before


@pytest.mark.parametrize(
    ("role", "park", "may"),
    [
        ("city", None, True),
        ("city", "west", True),
        ("committee", "east", True),
        ("committee", "east_sub", True),
        ("committee", "west", False),
        ("committee", None, False),
        ("committee_west", "east", False),
        ("company", "east", False),
        ("enterprise", "east", False),
        ("institute", "east", False),
        ("stray", None, False),
    ],
)
def test_the_city_enters_any_firm_and_a_committee_firms_of_its_own_parks(town, people, role, park, may):
    new, place = NewEnterprise(demo_code(2), "新企业"), park and getattr(town, park)
    if may:
        made = register_enterprise(new=new, park=place, since=date(2025, 1, 1) if place else None, by=people[role], now=NOW)
        assert made.park == place and AuditRecord.objects.filter(action="enterprises.register", subject_id=str(made.pk)).exists()
        return
    before = _all()
    with pytest.raises(NotAllowed):
        register_enterprise(new=new, park=place, since=date(2025, 1, 1) if place else None, by=people[role], now=NOW)
    assert _all() == before


@pytest.mark.parametrize(("since", "error"), [(TODAY + DAY, InTheFuture), (FOUNDED - DAY, ParkNotThere)])
def test_a_firm_whose_seat_is_refused_is_not_entered_either(town, since, error):
    before = _all()
    with pytest.raises(error):
        register_enterprise(new=NewEnterprise(demo_code(2), "新企业"), park=town.east, since=since, by=system(), now=NOW)
    assert _all() == before


def test_today_is_the_day_in_chengdu(town):
    just_after_midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    made = register_enterprise(new=NewEnterprise(demo_code(2), "新企业"), park=town.east, since=TODAY + DAY, by=system(), now=just_after_midnight)
    assert _sits(made, TODAY + DAY) == "east" and _sits(made, TODAY) is None


def test_many_are_entered_with_seat_and_titles_under_one_audit_record(town):
    before = AuditRecord.objects.count()
    firms = [
        Settled(NewEnterprise(demo_code(n), f"企业{n}"), town.east if n % 2 else None, FOUNDED if n % 2 else None, titles=(("high-tech", FOUNDED, None, "文"),))
        for n in range(10, 20)
    ]
    assert register_many(firms=firms, by=system(), now=NOW) == 10
    assert AuditRecord.objects.count() == before + 1
    assert present_by_park(TODAY)[town.east.pk] == 5 + 1 and holders_by_park("high-tech", TODAY) == {town.east.pk: 5}
    assert register_many(firms=[], by=system(), now=NOW) == 0


@pytest.mark.parametrize("wrong", ["double", "known", "code", "name"])
def test_one_wrong_firm_in_many_and_none_is_entered(town, firm, wrong):
    odd = {
        "double": NewEnterprise(demo_code(10), "又一个"),
        "known": NewEnterprise(firm.uscc, "已有的"),
        "code": NewEnterprise("123", "坏码"),
        "name": NewEnterprise(demo_code(12), " "),
    }[wrong]
    before = _all()
    with pytest.raises((IntegrityError, DomainError)), transaction.atomic():
        register_many(firms=[Settled(NewEnterprise(demo_code(n), f"企业{n}"), town.east) for n in (10, 11)] + [Settled(odd, None)], by=system(), now=NOW)
    assert _all() == before


def test_many_cannot_sit_in_a_park_before_it_was_founded(town):
    before = _all()
    with pytest.raises(ParkNotThere):
        register_many(firms=[Settled(NewEnterprise(demo_code(10), "甲"), town.east, FOUNDED - DAY)], by=system(), now=NOW)
    assert _all() == before


def test_only_the_city_enters_many(town, people):
    for role in ("committee", "company", "enterprise", "institute", "stray"):
        with pytest.raises(NotAllowed):
            register_many(firms=[Settled(NewEnterprise(demo_code(10), "甲"), town.east)], by=people[role], now=NOW)
    assert not Enterprise.objects.filter(uscc=demo_code(10)).exists()


def test_a_former_name_still_finds_the_firm(town, firm):
    renamed = rename_enterprise(enterprise=firm, name=" 锦江精密机电有限公司 ", on=date(2026, 1, 1), by=system(), now=NOW)
    assert renamed.name == "锦江精密机电有限公司"
    assert [(row.name, row.kind, row.valid_to) for row in other_names_of(firm)] == [("锦江机电有限公司", "former", date(2026, 1, 1))]
    for text in ("锦江机电", "精密", firm.uscc[:10], firm.uscc.lower()):
        assert list(searched(Enterprise.objects.filter(source="given"), text)) == [renamed], text
    assert not searched(Enterprise.objects.all(), "不存在的名字").exists()


def test_former_names_follow_one_another(town, firm):
    first = firm.name
    rename_enterprise(enterprise=firm, name="甲公司", on=date(2024, 1, 1), by=system(), now=NOW)
    rename_enterprise(enterprise=firm, name="乙公司", on=date(2025, 1, 1), by=system(), now=NOW)
    spans = [(first, None, date(2024, 1, 1)), ("甲公司", date(2024, 1, 1), date(2025, 1, 1))]
    assert [(row.name, row.valid_from, row.valid_to) for row in other_names_of(firm)] == spans
    before = _all()
    for on in (date(2024, 6, 1), date(2025, 1, 1)):
        with pytest.raises(TooEarly):
            rename_enterprise(enterprise=firm, name="丙公司", on=on, by=system(), now=NOW)
    assert _all() == before


def test_a_name_ahead_of_its_day_is_refused(town, firm):
    before = _all()
    with pytest.raises(InTheFuture):
        rename_enterprise(enterprise=firm, name="新名字", on=TODAY + DAY, by=system(), now=NOW)
    assert _all() == before


def test_a_firm_that_moves_sits_in_one_park_on_every_day(town, firm):
    settle_enterprise(enterprise=firm, park=town.west, since=date(2023, 5, 1), by=system(), now=NOW)
    settle_enterprise(enterprise=firm, park=town.east_sub, since=date(2025, 5, 1), by=system(), now=NOW)
    days = [FOUNDED - DAY, FOUNDED, date(2023, 4, 30), date(2023, 5, 1), date(2025, 4, 30), date(2025, 5, 1), TODAY]
    assert [_sits(firm, day) for day in days] == [None, "east", "east", "west", "west", "east-sub", "east-sub"]
    firm.refresh_from_db()
    assert firm.park == town.east_sub
    assert [row.park.code for row in tenancies_of(firm)] == ["east-sub", "west", "east"]
    for day in days[1:]:
        assert sum(present_by_park(day).values()) == 4  # the town's three and this one, each once


def test_where_a_firm_sat_can_be_read_as_it_was_known_before_a_move_was_entered(town, firm):
    later = NOW + timedelta(hours=1)
    settle_enterprise(enterprise=firm, park=town.west, since=date(2023, 5, 1), by=system(), now=later)
    assert (_sits(firm, TODAY), _sits(firm, TODAY, later), _sits(firm, TODAY, NOW)) == ("west", "west", "east")
    assert present_by_park(TODAY, NOW)[town.east.pk] == 2 and present_by_park(TODAY, later)[town.east.pk] == 1
    assert _sits(firm, TODAY, NOW - timedelta(seconds=1)) is None  # not entered yet


def test_a_seat_corrected_on_its_first_day_leaves_no_trace_in_todays_reading(town, firm):
    settle_enterprise(enterprise=firm, park=town.west, since=FOUNDED, by=system(), now=NOW)
    assert _sits(firm, FOUNDED) == "west" and tenancies_of(firm).count() == 1


@pytest.mark.parametrize(
    ("since", "park", "error"),
    [(TODAY + DAY, "west", InTheFuture), (FOUNDED - DAY, "west", ParkNotThere)],
)
def test_a_seat_that_cannot_be_is_refused(town, firm, since, park, error):
    before = _all()
    with pytest.raises(error):
        settle_enterprise(enterprise=firm, park=getattr(town, park), since=since, by=system(), now=NOW)
    assert _all() == before


def test_a_seat_before_a_later_one_is_refused(town, firm):
    settle_enterprise(enterprise=firm, park=town.west, since=date(2025, 1, 1), by=system(), now=NOW)
    before = _all()
    with pytest.raises(TooEarly):
        settle_enterprise(enterprise=firm, park=town.east, since=date(2024, 12, 31), by=system(), now=NOW)
    assert _all() == before
    leave_park(enterprise=firm, on=date(2026, 1, 1), by=system(), now=NOW)
    with pytest.raises(TooEarly):
        settle_enterprise(enterprise=firm, park=town.east, since=date(2025, 12, 31), by=system(), now=NOW)
    settle_enterprise(enterprise=firm, park=town.east, since=date(2026, 1, 1), by=system(), now=NOW)
    assert _sits(firm, TODAY) == "east"


@pytest.mark.parametrize("since", [date(2023, 12, 31), date(2024, 1, 1), TODAY])
def test_a_closed_park_takes_nobody(town, firm, since):
    """Not even from a day on which it was open: the seat would go on after it closed."""
    stale = found_park(new=NewPark("small", "小园", "Small"), opened_on=date(2022, 1, 1), source="t", mark="example", by=system(), now=NOW)
    close_park(park=stale, effective_on=date(2024, 1, 1), reason="停办", by=system(), now=NOW)
    before = _all()
    with pytest.raises(ParkIsClosed):
        settle_enterprise(enterprise=firm, park=stale, since=since, by=system(), now=NOW)
    assert _all() == before


@pytest.mark.parametrize(
    ("role", "target", "may"),
    [
        ("city", "west", True),
        ("committee", "east_sub", True),
        ("committee", "west", False),  # away into a park of others: the city's
        ("committee_west", "west", False),  # taken from another committee
        ("company", "east_sub", False),
        ("enterprise", "east_sub", False),
        ("institute", "east_sub", False),
    ],
)
def test_who_moves_a_firm(town, people, firm, role, target, may):
    act = lambda: settle_enterprise(enterprise=firm, park=getattr(town, target), since=date(2025, 1, 1), by=people[role], now=NOW)  # noqa: E731
    if may:
        act()
        assert _sits(firm, TODAY) == getattr(town, target).code
        return
    before = _all()
    with pytest.raises(NotAllowed):
        act()
    assert _all() == before


@pytest.mark.parametrize("role", ["committee_west", "company", "enterprise", "institute", "stray"])
def test_others_neither_rename_it_nor_see_it_off_nor_give_it_titles(town, people, firm, role):
    before = _all()
    with pytest.raises(NotAllowed):
        rename_enterprise(enterprise=firm, name="新名", on=TODAY, by=people[role], now=NOW)
    with pytest.raises(NotAllowed):
        leave_park(enterprise=firm, on=TODAY, by=people[role], now=NOW)
    with pytest.raises(NotAllowed):
        _award(firm, by=people[role])
    assert _all() == before


def test_who_left_sits_nowhere_and_leaves_once(town, firm, people):
    leave_park(enterprise=firm, on=date(2026, 1, 1), by=people["committee"], now=NOW)
    assert (_sits(firm, date(2025, 12, 31)), _sits(firm, date(2026, 1, 1))) == ("east", None)
    firm.refresh_from_db()
    assert firm.park is None and not visible(people["committee"]).filter(pk=firm.pk).exists()
    before = _all()
    with pytest.raises(NotATenant):
        leave_park(enterprise=firm, on=TODAY, by=system(), now=NOW)
    assert _all() == before


@pytest.mark.parametrize(
    ("day", "state", "holds"),
    [(date(2023, 12, 31), "ahead", 0), (date(2024, 1, 1), "held", 1), (date(2026, 12, 31), "held", 1), (date(2027, 1, 1), "over", 0)],
)
def test_a_title_holds_from_its_first_day_until_the_day_before_its_end(town, firm, day, state, holds):
    _award(firm)
    assert [title.state for title in titles_of(firm, day)] == [state]
    assert sum(holders_by_park("high-tech", day).values()) == holds == with_title(Enterprise.objects.all(), "high-tech", day).count()


def test_a_title_entered_again_replaces_and_the_old_entry_can_still_be_read(town, firm):
    _award(firm)
    later = NOW + timedelta(days=1)
    _award(firm, stop=date(2025, 1, 1), now=later)
    assert [title.valid_to for title in titles_of(firm, TODAY)] == [date(2025, 1, 1)]
    assert (holders_by_park("high-tech", TODAY), holders_by_park("high-tech", TODAY, NOW)) == ({}, {town.east.pk: 1})


def test_a_firm_with_two_overlapping_awards_is_one_holder(town, firm):
    _award(firm)
    _award(firm, start=date(2026, 1, 1), stop=None)
    assert holders_by_park("high-tech", TODAY) == {town.east.pk: 1}
    assert with_title(Enterprise.objects.all(), "high-tech", TODAY).count() == 1


def test_a_holder_is_counted_in_the_park_where_it_sat_that_day(town, firm):
    _award(firm)
    settle_enterprise(enterprise=firm, park=town.west, since=date(2025, 7, 1), by=system(), now=NOW)
    assert holders_by_park("high-tech", date(2025, 6, 30)) == {town.east.pk: 1}
    assert holders_by_park("high-tech", date(2025, 7, 1)) == {town.west.pk: 1}


@pytest.mark.parametrize(("stop", "proof"), [(date(2024, 1, 1), "文"), (date(2023, 12, 31), "文"), (None, "  ")])
def test_a_title_without_proof_or_with_its_end_before_its_start_is_refused(town, firm, stop, proof):
    before = _all()
    with pytest.raises(WrongTitle):
        _award(firm, stop=stop, proof=proof)
    assert _all() == before


@pytest.mark.parametrize(("stop", "told"), [(TODAY, False), (TODAY + DAY, True), (TODAY + 30 * DAY, True), (TODAY + 31 * DAY, False), (None, False)])
def test_titles_that_end_soon_are_told_to_who_sees_the_firm(town, people, firm, stop, told):
    _award(firm, stop=stop)
    for role, sees in (("city", True), ("committee", True), ("committee_west", False), ("enterprise", False), ("stray", False)):
        assert expiring_titles(people[role], TODAY, TODAY + 30 * DAY).exists() is (told and sees), role


def test_everybody_sees_their_own_firms_and_a_foreign_one_is_not_there(town, people, firm):
    own = {town.firm_east.pk, town.firm_sub.pk, firm.pk}
    seen = {role: set(visible(by).values_list("pk", flat=True)) for role, by in people.items()}
    assert seen["city"] == seen["system"] == own | {town.firm_west.pk}
    assert seen["committee"] == seen["company"] == own
    assert (seen["committee_west"], seen["enterprise"], seen["enterprise_west"]) == ({town.firm_west.pk}, {town.firm_east.pk}, {town.firm_west.pk})
    assert seen["institute"] == seen["stray"] == set()
    for role, code in (("committee_west", firm.uscc), ("enterprise", firm.uscc), ("city", "no such code")):
        with pytest.raises(NotFound):
            enterprise_by_code(people[role], code)
    assert enterprise_by_code(people["committee"], firm.uscc) == firm
