"""Parks changed by programs: a dry run writes nothing and says what the change does; refusals change nothing; history reads on both boundaries."""

from __future__ import annotations

import pytest

from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.models import Tenancy
from manyuan.facts.parks.models import Direction, Park, ParkBoundary, ParkChange, ParkName, ParkParent
from manyuan.surfaces.api.tests.test_api_frame import assert_problem

DAY = "2026-11-01"
WHY = {"effective_on": DAY, "reason": "川办〔2026〕1号"}
NEW = {"code": "north", "name_zh": "北园", "name_en": "North"}
SQUARE = {"type": "Polygon", "coordinates": [[[104.0, 30.0], [104.01, 30.0], [104.01, 30.01], [104.0, 30.01], [104.0, 30.0]]]}
TABLES = (Park, ParkName, ParkChange, Tenancy, ParkParent, ParkBoundary, Direction, AuditRecord)


def _all():
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.fixture
def call(town, program):
    return program(town["city"], read_only=False)


def _seats():
    return dict(Tenancy.objects.filter(valid_to=None, superseded_at=None).values_list("enterprise__uscc", "park__code"))


CHANGES = {
    "found": ("parks", {"new": NEW, "parent": "west"}),
    "rename": ("parks/west/rename", {"name_zh": "西部新园"}),
    "move": ("parks/west/move", {"parent": "east"}),
    "boundary": ("parks/west/boundary", {"outline": SQUARE, "area_m2": "1000.50"}),
    "directions": ("parks/west/directions", {"directions": [{"code": "ic", "name_zh": "集成电路", "name_en": "", "industries": ["39"]}]}),
    "merge": ("park-merges", {"sources": ["west"], "into": "east"}),
    "merge-new": ("park-merges", {"sources": ["west", "east"], "new": NEW}),
    "split": ("parks/west/split", {"parts": [{"new": NEW}, {"new": {"code": "south", "name_zh": "南园"}}], "rest": "south"}),
    "close": ("parks/west/close", {}),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_dry_run_says_what_the_change_does_and_writes_nothing(town, call, kind):
    path, body = CHANGES[kind]
    before = _all()
    seen = call("post", f"{path}?dry_run=true", WHY | body)
    assert seen.status_code == 200, seen.content
    assert seen.json()["written"] is False and seen.json()["parks"] and _all() == before
    done = call("post", path, WHY | body | {"shown": seen.json()["digest"]})
    assert done.json() == seen.json() | {"written": True} and _all() != before


def test_a_merge_takes_the_firms_along_and_can_be_read_afterwards(town, call):
    done = call("post", "park-merges", WHY | {"sources": ["west"], "into": "east"}).json()
    assert done["moves"] == [{"origin": "west", "goal": "east", "firms": 1}] and done["without_park"] == ["西园管委会WESTBODY"]
    assert _seats()[town.firm_west.uscc] == "east"
    west = call("get", "parks/west").json()
    assert (west["existed"], west["closed_on"], west["went_to"]) == (False, DAY, ["east"])
    assert call("get", "parks/west?on=2026-10-31").json()["existed"] is True
    assert [e["code"] for e in call("get", "parks").json()["items"]] == ["east", "east-sub"]
    assert [e["code"] for e in call("get", "parks?on=2026-10-31&q=we").json()["items"]] == ["west"]
    (step,) = call("get", "parks/east/changes").json()["items"]
    assert (step["kind"], step["from_parks"], step["to_parks"], step["reason"]) == ("merge", ["east", "west"], ["east"], WHY["reason"])


def test_a_split_sends_each_firm_where_it_is_said(town, call):
    parts = [{"new": NEW, "firms": [town.firm_east.uscc]}, {"new": {"code": "south", "name_zh": "南园"}}]
    done = call("post", "parks/east/split", WHY | {"parts": parts, "rest": "south", "below": {"east-sub": "south"}})
    assert done.status_code == 200, done.content
    assert _seats()[town.firm_east.uscc] == "north" and call("get", "parks/east-sub").json()["parent"] == "south"
    assert call("get", "parks/south").json()["below"] == ["east-sub"]


REFUSED = [
    ("parks", {"new": NEW | {"code": "west"}}, "parks.code_taken", 409),
    ("parks", {"new": NEW | {"code": "a/b"}}, "parks.wrong_value", 422),
    ("parks", {"new": NEW, "parent": "nowhere"}, "parks.unknown", 422),
    ("parks", {"new": NEW, "district": "999999"}, "parks.wrong_value", 422),
    ("parks/west/rename", {"name_zh": " "}, "parks.wrong_value", 422),
    ("parks/nowhere/rename", {"name_zh": "x"}, "rights.not_found", 404),
    ("parks/east/move", {"parent": "east-sub"}, "parks.circular", 422),
    ("parks/west/boundary", {}, "parks.wrong_value", 422),
    ("parks/west/boundary", {"outline": {"type": "Point", "coordinates": [1, 2]}}, "parks.wrong_value", 422),
    ("parks/west/boundary", {"point": [200, 30]}, "parks.wrong_value", 422),
    ("park-merges", {"sources": ["west"], "into": "west"}, "parks.wrong_parks", 422),
    ("park-merges", {"sources": ["west"]}, "parks.unknown", 422),
    ("parks/west/split", {"parts": [{"new": NEW}]}, "parks.wrong_parks", 422),
    ("parks/west/split", {"parts": [{"new": NEW}, {"new": NEW | {"code": "south"}}]}, "enterprises.tenants_without_place", 422),
    ("parks/west/split", {"parts": [{"new": NEW, "firms": ["没有"]}], "keep": True}, "enterprises.not_tenants_of", 422),
    ("parks/east/close", {}, "parks.has_subparks", 409),
    ("parks/west/close", {"effective_on": "2999-01-01"}, "parks.in_the_future", 422),
    ("parks/west/close", {"effective_on": "2019-01-01"}, "parks.too_early", 422),
    ("parks/west/close", {"reason": " "}, "enterprises.reason_missing", 422),
    ("parks/west/close", {"shown": "0" * 64}, "enterprises.changed_since_preview", 409),
    ("parks/west/close", {"effective_on": "23.11.2026"}, "api.invalid", 422),
    ("parks/west/close", {"because": "x"}, "api.invalid", 422),
]


@pytest.mark.parametrize(("path", "body", "code", "status"), REFUSED)
def test_what_is_refused_changes_nothing(call, path, body, code, status):
    before = _all()
    for dry in ("", "?dry_run=true") if "shown" not in body else ("",):  # a dry run is compared with nothing
        assert_problem(call("post", path + dry, WHY | body), status, code)
    assert _all() == before


@pytest.mark.parametrize("kind", CHANGES)
def test_only_the_city_changes_parks_and_the_committee_its_own_directions(town, program, kind):
    path, body = CHANGES[kind]
    before = _all()
    for who in ("committee_west", "company", "enterprise", "institute"):
        answer = program(town[who], read_only=False)("post", f"{path}?dry_run=true", WHY | body)
        if (who, kind) == ("committee_west", "directions"):
            assert answer.status_code == 200
        else:
            assert_problem(answer, 403, "rights.not_allowed")
    assert_problem(program(town["city"])("post", path, WHY | body), 403, "api.read_only_token")
    assert _all()[:-1] == before[:-1]


def test_history_needs_an_indicator_and_the_right_to_see_the_park(town, program, call):
    assert_problem(call("get", "parks/east/history?indicator=none"), 404, "rights.not_found")
    assert_problem(program(town["committee_west"])("get", "parks/east/history"), 403, "rights.not_allowed")
