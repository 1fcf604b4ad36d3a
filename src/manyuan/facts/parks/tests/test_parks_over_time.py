"""Parks over time: what held on a day, what was known of it, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manyuan.facts.audit.actors import Actor, NotAllowed, Role, system
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.parks import errors, queries, services
from manyuan.facts.parks.models import Park, ParkName, ParkParent
from manyuan.facts.parks.services import NewDirection, NewPark

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 4, tzinfo=UTC)
OPENED = date(2020, 1, 1)
CITY = system()


def park(code, parent=None, opened_on=OPENED, now=NOW - timedelta(days=30)):
    new = NewPark(code, f"园{code}", f"Park {code}")
    return services.found_park(new=new, opened_on=opened_on, source="test", mark="example", by=CITY, now=now, parent=parent)


def act(on=date(2023, 1, 1), now=NOW):
    return {"effective_on": on, "reason": "市政府批复", "by": CITY, "now": now}


def codes(nodes):
    return {node.code: codes(node.children) for node in nodes}


def test_a_name_holds_from_its_day_and_the_old_one_before():
    a = park("A")
    services.rename_park(park=a, name_zh="新名", name_en="New", **act())
    assert queries.name_on(a.id, date(2022, 12, 31)).name_zh == "园A"
    assert queries.name_on(a.id, date(2023, 1, 1)).name_zh == "新名"
    assert queries.name_on(a.id, date(2023, 1, 1), known_at=NOW - timedelta(days=1)).name_zh == "园A"
    assert queries.name_on(a.id, date(2019, 12, 31)) is None
    assert ParkName.objects.filter(park=a, superseded_at=NOW, name_zh="园A", valid_to=None).exists()


def test_a_correction_of_the_same_day_leaves_one_name():
    a = park("A")
    services.rename_park(park=a, name_zh="错名", name_en="Wrong", **act())
    services.rename_park(park=a, name_zh="正名", name_en="Right", **act(now=NOW + timedelta(hours=1)))
    assert queries.name_on(a.id, date(2023, 1, 1)).name_zh == "正名"
    assert queries.name_on(a.id, date(2023, 1, 1), known_at=NOW).name_zh == "错名"


def test_merge_into_an_existing_park_moves_what_lies_below():
    a, b = park("A"), park("B")
    below = park("A1", parent=a)
    services.merge_parks(sources=[a], into=b, **act())
    assert codes(queries.tree(date(2022, 12, 31))) == {"A": {"A1": {}}, "B": {}}
    assert codes(queries.tree(date(2023, 1, 1))) == {"B": {"A1": {}}}
    assert codes(queries.tree(date(2023, 1, 1), known_at=NOW - timedelta(days=1))) == {"A": {"A1": {}}, "B": {}}
    assert queries.descendants(b.id, date(2023, 1, 1)) == {b.id, below.id}
    assert queries.ancestors(below.id, date(2022, 1, 1)) == [a.id]
    assert queries.successors(a.id, date(2022, 12, 31), date(2023, 1, 1)) == {b.id}
    assert queries.successors(a.id, date(2022, 12, 30), date(2022, 12, 31)) == {a.id}


def test_merge_into_a_subpark_of_the_source_puts_it_at_the_top():
    a = park("A")
    low = park("A1", parent=a)
    services.merge_parks(sources=[a], into=low, **act())
    assert codes(queries.tree(date(2023, 1, 1))) == {"A1": {}}


def test_merge_of_a_park_and_its_subpark_into_a_new_one():
    a = park("A")
    low = park("A1", parent=a)
    services.merge_parks(sources=[a, low], into=NewPark("N", "新园", "New"), **act())
    assert codes(queries.tree(date(2023, 1, 1))) == {"N": {}}


def test_split_then_merge_is_followed_to_today():
    top = park("T")
    a = park("A", parent=top)
    low = park("A1", parent=a)
    services.split_park(park=a, into=[NewPark("X", "甲", "X"), NewPark("Y", "乙", "Y")], children={"A1": "Y"}, **act(date(2021, 1, 1)))
    x, y = Park.objects.get(code="X"), Park.objects.get(code="Y")
    services.merge_parks(sources=[x], into=NewPark("Z", "丙", "Z"), **act())
    z = Park.objects.get(code="Z")
    assert queries.successors(a.id, OPENED, date(2024, 1, 1)) == {y.id, z.id}
    assert queries.ancestors(low.id, date(2021, 1, 1)) == [y.id, top.id]
    assert [step.kind for step in queries.timeline(a.id)] == ["found", "split"]


def test_a_kept_park_goes_on_beside_what_was_split_off():
    a = park("A")
    services.split_park(park=a, into=[NewPark("X", "甲", "X")], keep=True, **act())
    assert queries.successors(a.id, OPENED, date(2024, 1, 1)) == {a.id, Park.objects.get(code="X").id}
    assert Park.objects.get(code="A").closed_on is None
    assert queries.successors(a.id, date(2023, 1, 1), date(2024, 1, 1)) == {a.id}  # on its own day the change is already in


def test_a_closed_park_has_no_successor_and_takes_no_change():
    a = park("A")
    services.close_park(park=a, **act())
    assert queries.successors(a.id, OPENED, date(2024, 1, 1)) == set()
    with pytest.raises(errors.ParkIsClosed):
        services.rename_park(park=a, name_zh="新", name_en="N", **act(date(2024, 1, 1)))


def test_directions_boundary_and_directory():
    a = park("A")
    services.set_boundary(park=a, geometry=None, area_m2=100, **act())
    services.set_directions(park=a, directions=[NewDirection("bio", "生物医药", "Biomedicine", ("27",))], effective_on=OPENED, by=CITY, now=NOW)
    assert queries.boundary_on(a.id, date(2022, 1, 1)) is None
    assert queries.boundary_on(a.id, date(2023, 1, 1)).area_m2 == 100
    assert [(e.code, e.directions_zh) for e in queries.directory(date(2023, 1, 1))] == [("A", ("生物医药",))]
    with pytest.raises(errors.WrongValue):
        services.set_boundary(park=a, geometry={"type": "Point"}, area_m2=None, **act(date(2024, 1, 1)))


def test_refusals_change_nothing():
    a = park("A")
    low = park("A1", parent=a)
    counted = AuditRecord.objects.count(), Event.objects.count(), ParkParent.objects.count(), ParkName.objects.count()
    with pytest.raises(errors.WouldBeCircular):
        services.move_park(park=a, parent=low, **act())
    with pytest.raises(errors.TooEarly):
        services.rename_park(park=a, name_zh="早", name_en="Early", **act(date(2019, 1, 1)))
    with pytest.raises(errors.InTheFuture):
        services.close_park(park=low, **act(date(2025, 6, 2)))
    with pytest.raises(errors.HasSubparks):
        services.close_park(park=a, **act())
    with pytest.raises(errors.HasSubparks):
        services.split_park(park=a, into=[NewPark("X", "甲", "X"), NewPark("Y", "乙", "Y")], **act())
    with pytest.raises(errors.WrongParks):
        services.merge_parks(sources=[a], into=a, **act())
    with pytest.raises(errors.CodeIsTaken):
        park("A")
    with pytest.raises(NotAllowed):
        officer = Actor(id=1, label="王", role=Role.COMMITTEE, park_ids=frozenset({a.id}))
        services.close_park(park=low, effective_on=OPENED, reason="", by=officer, now=NOW)
    assert counted == (AuditRecord.objects.count(), Event.objects.count(), ParkParent.objects.count(), ParkName.objects.count())


def test_a_circle_that_would_only_arise_later_is_refused():
    a, b = park("A"), park("B")
    services.move_park(park=b, parent=a, **act(date(2024, 1, 1)))
    with pytest.raises(errors.WouldBeCircular):
        services.move_park(park=a, parent=b, **act(date(2021, 1, 1)))


def test_every_refusal_speaks_chinese():
    said = errors.ParkIsClosed(park="甲园", closed_on=date(2023, 1, 1)).message("zh-hans")
    assert said == "甲园已于2023-01-01撤销，不能再变更。请选择仍在运行的园区。"


MOVES = st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(0, 4)), st.integers(0, 5)), max_size=12)


@given(MOVES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_moved_a_park_has_one_parent_and_no_circle(django_db_blocker, moves):
    from django.db import transaction

    with transaction.atomic():
        parks = [park(f"P{n}") for n in range(5)]
        for which, goal, year in moves:
            try:
                services.move_park(park=parks[which], parent=None if goal is None else parks[goal], **act(date(2020 + year, 1, 1)))
            except (errors.WouldBeCircular, errors.TooEarly):
                continue
        for year in range(6):
            day = date(2020 + year, 6, 1) if year < 5 else date(2025, 1, 1)
            rows = ParkParent.objects.filter(superseded_at=None, valid_from__lte=day).exclude(valid_to__lte=day)
            assert rows.count() == len({row.park_id for row in rows})

            def count(nodes):
                return sum(1 + count(node.children) for node in nodes)

            assert count(queries.tree(day)) == 5  # a circle would hang below nothing and be missing
        transaction.set_rollback(True)
