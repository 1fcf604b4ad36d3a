"""Parks changed on pages: a preview that writes nothing and says exactly what a commit does, and the commit."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.industries import load_industries
from manyuan.facts.enterprises.models import Enterprise, Tenancy
from manyuan.facts.enterprises.services import NewEnterprise, register_enterprise
from manyuan.facts.parks.models import Direction, Park, ParkBoundary, ParkChange, ParkParent

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = "2026-11-23"
SQUARE = {"type": "Polygon", "coordinates": [[[104.0, 30.0], [104.01, 30.0], [104.01, 30.01], [104.0, 30.01], [104.0, 30.0]]]}


@pytest.fixture
def town(db, monkeypatch, client):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    made = build_town()
    client.force_login(made["city"], backend="django.contrib.auth.backends.ModelBackend")
    return made


def _ask(client, address, act="preview", **fields):
    return client.post(address, {"act": act, "effective_on": TODAY, "reason": "川办〔2026〕1号", **fields})


def _carry_out(client, address, **fields):
    """Preview it, then carry out what was shown."""
    page = _ask(client, address, **fields).content.decode()
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert shown, re.findall(r"my-message error.*?</div>", page, re.S)
    return _ask(client, address, act="commit", shown=shown[1], **fields)


def _all():
    return [list(table.objects.order_by("pk").values()) for table in (Park, ParkChange, Tenancy, ParkParent, ParkBoundary)] + [AuditRecord.objects.count()]


def test_a_preview_writes_nothing_and_a_commit_without_one_neither(town, client):
    before = _all()
    page = _ask(client, "/parks/west/change/rename/", name_zh="西部新园", name_en="New West")
    assert page.status_code == 200 and "西部新园" in page.content.decode() and _all() == before
    assert _ask(client, "/parks/west/change/rename/", act="commit", name_zh="西部新园", name_en="x").status_code == 422 and _all() == before
    assert _carry_out(client, "/parks/west/change/rename/", name_zh="西部新园", name_en="New West").status_code == 302
    assert Park.objects.get(code="west").name_zh == "西部新园"


def test_what_changed_since_the_preview_is_not_carried_out(town, client):
    fields = {"sources": ["east-sub"], "into": "east"}
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', _ask(client, "/parks/merge/", **fields).content.decode())[1]
    Tenancy.objects.create(enterprise=Enterprise.objects.create(uscc=demo_code(9), name="新来", park=town.east_sub, source="t", mark="example", recorded_at=NOW, changed_at=NOW), park=town.east_sub, valid_from=date(2025, 1, 1), recorded_at=NOW)  # fmt: skip
    before = _all()
    page = _ask(client, "/parks/merge/", act="commit", shown=shown, **fields)
    assert page.status_code == 422 and "不一致" in page.content.decode() and "新来" in page.content.decode() and _all() == before


def test_a_park_is_founded_under_another(town, client):
    answer = _carry_out(client, "/parks/new/", code="new-park", name_zh="新园", kind="park-in-park", level="municipal", parent="west")
    made = Park.objects.get(code="new-park")
    assert answer["Location"] == "/parks/new-park/" and made.kind == "park-in-park" and ParkParent.objects.get(park=made).parent == town.west
    assert ParkChange.objects.get().reason == "川办〔2026〕1号"


def test_a_park_is_put_under_another_and_never_under_itself(town, client):
    _carry_out(client, "/parks/west/change/move/", parent="east")
    assert ParkParent.objects.get(park=town.west, valid_to=None).parent == town.east
    before = _all()
    assert _ask(client, "/parks/east/change/move/", parent="west").status_code == 422 and _all() == before


@pytest.mark.parametrize(
    ("fields", "area"),
    [({"geometry": json.dumps(SQUARE)}, None), ({"longitude": "104.06", "latitude": "30.66", "area": "2.5", "area_unit": "km2"}, 2_500_000),
     ({"area": "1,500", "area_unit": "mu"}, 1_000_000), ({"geometry": json.dumps({"type": "Feature", "geometry": SQUARE}), "area": "107", "area_unit": "hm2"}, 1_070_000)],
)  # fmt: skip
def test_a_boundary_is_an_outline_or_a_point_and_an_area(town, client, fields, area):
    _carry_out(client, "/parks/west/change/boundary/", **fields)
    row = ParkBoundary.objects.get(park=town.west)
    assert row.area_m2 == area and (row.geometry is not None) == ("geometry" in fields)
    park = Park.objects.get(code="west")
    if "geometry" in fields:
        assert (str(park.longitude), str(park.latitude), park.place_is_approximate) == ("104.005000", "30.005000", True)
    if "longitude" in fields:
        assert (str(park.longitude), park.place_is_approximate) == ("104.060000", False)


@pytest.mark.parametrize(
    "fields",
    [{}, {"area": "0"}, {"area": "abc"}, {"area": "NaN"}, {"geometry": "{"}, {"geometry": '{"type":"Point","coordinates":[1,2]}'},
     {"geometry": '{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}'}, {"geometry": '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1]]]}'},
     {"geometry": '{"type":"Polygon","coordinates":[[[0,0],[1,NaN],[1,0],[0,0]]]}'}, {"geometry": '{"type":"Polygon","coordinates":[[[30,104],[31,104],[31,105],[30,104]]]}'},
     {"geometry": '{"type":"Polygon","coordinates":"x"}'}, {"longitude": "200", "latitude": "30"}],
)  # fmt: skip
def test_what_is_no_boundary_is_refused(town, client, fields):
    before = _all()
    assert _ask(client, "/parks/west/change/boundary/", **fields).status_code == 422 and _all() == before


def test_directions_are_stated_by_the_city_and_by_the_parks_own_committee(town, client):
    fields = {
        "direction_code": ["ic", ""],
        "direction_zh": ["集成电路", ""],
        "direction_en": ["Integrated circuits", ""],
        "direction_industries": ["39，652", ""],
    }
    _carry_out(client, "/parks/east/directions/", **fields)
    assert list(Direction.objects.values_list("code", "industry_prefixes")) == [("ic", ["39", "652"])]
    client.force_login(town["committee"], backend="django.contrib.auth.backends.ModelBackend")
    fields["direction_zh"][1] = "软件"
    _carry_out(client, "/parks/east/directions/", **fields)
    assert Direction.objects.filter(superseded_at=None, valid_to=None).count() == 2
    assert _ask(client, "/parks/west/directions/", **fields).status_code == 403


@pytest.fixture
def firms(town):
    load_industries(by=_system(), now=NOW)
    made = {}
    for n, (name, industry) in enumerate({"chip": "3973", "soft": "6513", "food": "1411", "none": None}.items(), 50):
        new = NewEnterprise(demo_code(n), f"企业{name}", industry_id=industry)
        made[name] = register_enterprise(new=new, park=town.west, since=date(2021, 1, 1), by=_system(), now=NOW)
    return made


def _system():
    from manyuan.facts.audit.actors import system

    return system("test")


SPLIT = {
    "new_code": ["north", "south"], "new_zh": ["北园", "南园"], "new_en": ["", ""], "new_industries": ["39", "I"], "new_firms": ["", "企业food"], "rest": "1", "keep": "no"
}  # fmt: skip


def _seats():
    return dict(Tenancy.objects.filter(valid_to=None, superseded_at=None).values_list("enterprise__name", "park__code"))


def test_a_split_sends_each_firm_where_name_industry_or_the_rest_says(town, firms, client):
    page = _ask(client, "/parks/west/change/split/", **SPLIT).content.decode()
    assert page.count('name="goes-') == 5 and Park.objects.count() == 3
    _carry_out(client, "/parks/west/change/split/", **SPLIT)
    seats = _seats()
    assert {name: seats[f"企业{name}"] for name in firms} == {"chip": "north", "soft": "south", "food": "south", "none": "north"}
    assert Park.objects.get(code="west").closed_on == date(2026, 11, 23)


def test_a_choice_in_the_preview_wins_and_where_the_park_goes_on_a_firm_may_stay(town, firms, client):
    fields = {**SPLIT, "keep": "yes", "rest": "", f"goes-{firms['chip'].uscc}": "south", f"goes-{firms['soft'].uscc}": ""}
    _carry_out(client, "/parks/west/change/split/", **fields)
    seats = _seats()
    assert {name: seats[f"企业{name}"] for name in firms} == {"chip": "south", "soft": "west", "food": "south", "none": "west"}


@pytest.mark.parametrize(
    "wrong",
    [{"rest": ""}, {"new_firms": ["企业food", "企业food"]}, {"new_firms": ["东企EASTFIRM", ""]}, {"new_industries": ["39", "39"]}, {"new_code": ["north", "east"]},
     {"new_code": ["north", "north"]}, {"new_code": ["", ""], "new_zh": ["", ""]}, {"effective_on": "2026-11-24"}, {"effective_on": "gestern"}, {"reason": ""}],
)  # fmt: skip
def test_a_split_that_leaves_something_open_is_refused_and_changes_nothing(town, firms, client, wrong):
    before = _all()
    page = _ask(client, "/parks/west/change/split/", **{**SPLIT, **wrong})
    assert page.status_code == 422 and "my-message error" in page.content.decode() and _all() == before


def test_a_merge_names_the_committee_that_loses_its_park_and_the_city_gives_it_another(town, client):
    page = _ask(client, "/parks/merge/", sources=["west"], into="east").content.decode()
    body = town["committee_west"].organisation
    assert f"/organisations/{body.pk}/" in page and town.firm_west.name in page
    assert _carry_out(client, "/parks/merge/", sources=["west"], into="east")["Location"] == "/parks/east/"
    assert _seats()[town.firm_west.name] == "east"
    client.post(f"/organisations/{body.pk}/", {"act": "park", "park": "east", "reason": "合并"})
    body.refresh_from_db()
    assert body.park == town.east


def test_a_closed_park_leaves_its_firms_in_no_park(town, client):
    page = _ask(client, "/parks/west/change/close/").content.decode()
    assert "1 家企业将不在任何园区" in page
    _carry_out(client, "/parks/west/change/close/")
    assert town.firm_west.name not in _seats() and Enterprise.objects.get(pk=town.firm_west.pk).park is None
    assert Tenancy.objects.get(enterprise=town.firm_west, superseded_at=None).valid_to == date(2026, 11, 23)
    before = _all()
    assert _ask(client, "/parks/east/change/close/").status_code == 422, "a park lies under it"
    assert _all() == before


def test_nobody_but_the_city_changes_parks(town, client):
    for name in ("committee", "company", "enterprise"):
        client.force_login(town[name], backend="django.contrib.auth.backends.ModelBackend")
        before = _all()
        for address in ("/parks/new/", "/parks/merge/", "/parks/east/change/rename/", "/parks/east/change/split/", "/parks/east/change/close/"):
            assert client.get(address).status_code == 403 and _ask(client, address).status_code == 403
        assert _all() == before
