"""What is done with a case beside its steps, over the API: the same rules as on its page, for whoever may; the others learn nothing."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from manyuan.facts.accounts.services import make_user
from manyuan.facts.accounts.tests.town import PASSWORD
from manyuan.facts.audit.actors import system
from manyuan.work.cases.models import Attachment, Case, Clock, Watcher
from manyuan.work.cases.tests.conftest import office  # noqa: F401 -- a fixture
from manyuan.work.demands.services import ask_again, gather_common
from manyuan.work.demands.tests.conftest import desk  # noqa: F401 -- a fixture

BACKEND = "django.contrib.auth.backends.ModelBackend"
PDF = b"%PDF-1.7 test"


@pytest.fixture
def api(desk, client, monkeypatch):  # noqa: F811
    """api(name, address, body): what somebody of the town is answered; without a body it is a GET."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.at)

    def ask(name, address, body=None):
        client.force_login(desk.town[name], backend=BACKEND)
        if body is None:
            return client.get(f"/api/v1/{address}")
        return client.post(f"/api/v1/{address}", json.dumps(body), content_type="application/json")

    ask.client, ask.desk = client, desk
    return ask


@pytest.fixture
def case(api):
    """A demand that the committee has accepted."""
    found = api.desk.file()
    if found.unit != api.desk.unit("committee"):
        Case.objects.filter(pk=found.pk).update(unit=api.desk.unit("committee"))
        found.refresh_from_db()
    return api.desk.does(found, "accept", "committee")


def send(api, name, case, content=PDF, file="现场照片.pdf", **more):
    api.client.force_login(api.desk.town[name], backend=BACKEND)
    return api.client.post(f"/api/v1/cases/{case.number}/files", {"file": SimpleUploadedFile(file, content), **more})


def test_a_file_goes_in_is_listed_and_comes_out_as_it_came(api, case):
    answer = send(api, "committee", case)
    assert answer.status_code == 201 and answer.json()["name"] == "现场照片.pdf" and answer.json()["size"] == len(PDF)
    (listed,) = api("enterprise", f"cases/{case.number}/files").json()
    taken = api("enterprise", f"cases/{case.number}/files/{listed['id']}")
    assert taken.content == PDF
    assert taken["Content-Disposition"].startswith("attachment") and "sandbox" in taken["Content-Security-Policy"]


def test_a_file_kept_within_the_house_is_not_listed_for_who_raised_it_nor_taken(api, case):
    kept = send(api, "committee", case, public="false").json()
    assert api("enterprise", f"cases/{case.number}/files").json() == []
    assert api("enterprise", f"cases/{case.number}/files/{kept['id']}").status_code == 404
    assert [one["id"] for one in api("city", f"cases/{case.number}/files").json()] == [kept["id"]]


def test_who_wrote_it_down_and_has_no_part_in_it_takes_no_file_kept_within_the_house_by_its_number(api):
    case = api.desk.file("厂房不够用，想租两千平方米扩产", by="company", channel="officer")
    assert case.unit == api.desk.unit("committee")
    kept = send(api, "committee", case, public="false").json()
    shown = send(api, "committee", case, file="答复.pdf").json()
    assert [one["id"] for one in api("company", f"cases/{case.number}/files").json()] == [shown["id"]]
    assert api("company", f"cases/{case.number}/files/{shown['id']}").status_code == 200
    assert api("company", f"cases/{case.number}/files/{kept['id']}").status_code == 404
    api.client.force_login(api.desk.town["company"], backend=BACKEND)
    assert api.client.get(f"/cases/{case.number}/files/{kept['id']}/").status_code == 404


@pytest.mark.parametrize(("content", "file"), [(b"", "空.pdf"), (b"MZ not a pdf", "假.pdf"), (PDF, "脚本.exe")])
def test_a_wrong_file_is_refused_with_what_is_expected_and_nothing_is_kept(api, case, content, file):
    answer = send(api, "committee", case, content, file)
    assert answer.status_code == 422 and answer["Content-Type"].startswith("application/problem+json")
    assert not Attachment.objects.exists()


def test_a_clock_is_stopped_for_a_reason_runs_on_and_is_given_more_time(api, case):
    clock = Clock.objects.filter(case=case, state="running").order_by("-pk").first()
    where = f"cases/{case.number}/clocks/{clock.code}"
    assert api("committee", f"{where}/pause", {"reason": ""}).status_code == 422
    assert api("enterprise", f"{where}/pause", {"reason": "等一等"}).status_code == 403
    clock.refresh_from_db()
    assert clock.state == "running"
    paused = api("committee", f"{where}/pause", {"reason": "等供水公司的检修单"})
    assert paused.status_code == 200, paused.content
    assert {one["code"]: one["colour"] for one in paused.json()["clocks"]}[clock.code] == "paused"
    resumed = api("committee", f"{where}/resume", {})
    assert {one["code"]: one["colour"] for one in resumed.json()["clocks"]}[clock.code] == "green"
    before = Clock.objects.get(pk=clock.pk).due_at
    assert api("city", f"{where}/extend", {"reason": "需要更换管道"}).status_code == 200
    assert Clock.objects.get(pk=clock.pk).due_at > before
    assert api("committee", f"cases/{case.number}/clocks/nothing/pause", {"reason": "等"}).status_code == 409


def test_the_unit_gives_the_case_to_one_of_its_people_and_to_nobody_else(api, case):
    second = make_user(username="second", organisation=api.desk.unit("committee"), password=PASSWORD, display_name="第二人", by=system(), now=api.desk.at)
    listed = api("committee", f"cases/{case.number}/people").json()
    assert {"id": second.pk, "name": "第二人"} in listed
    assert api("enterprise", f"cases/{case.number}/people").json() == []
    outside = api.desk.town["city"]
    assert api("committee", f"cases/{case.number}/handler", {"person": outside.pk}).status_code == 404
    assert api("enterprise", f"cases/{case.number}/handler", {"person": second.pk}).status_code == 403
    assert Case.objects.get(pk=case.pk).handler_id is None
    assert api("committee", f"cases/{case.number}/handler", {"person": second.pk}).status_code == 200
    assert Case.objects.get(pk=case.pk).handler == second


def test_the_page_does_not_name_people_of_other_units_either(api, case):
    outside = api.desk.town["committee_west"]
    api.client.force_login(api.desk.town["committee"], backend=BACKEND)
    answer = api.client.post(f"/cases/{case.number}/act/", {"act": "assign", "person": outside.pk})
    assert answer.status_code == 404 and outside.username not in answer.content.decode()
    assert Case.objects.get(pk=case.pk).handler_id is None


def test_whoever_sees_a_case_hears_of_it_until_they_say_no(api, case):
    assert api("city", f"cases/{case.number}/watch", {"watching": True}).json() == {"watching": True}
    assert Watcher.objects.filter(case=case, user=api.desk.town["city"]).exists()
    assert api("city", f"cases/{case.number}/watch", {"watching": False}).json() == {"watching": False}
    assert not Watcher.objects.filter(case=case).exists()
    assert api("committee_west", f"cases/{case.number}/watch", {"watching": True}).status_code == 404


def test_the_unit_decides_what_a_demand_is_about(api, case):
    codes = {one["code"]: one["name_zh"] for one in api("committee", "demands/topics").json()["items"]}
    assert codes["utilities"] == "水电气保障"
    assert api("enterprise", f"demands/{case.number}/topic", {"topic": "property"}).status_code == 403
    assert api("committee", f"demands/{case.number}/topic", {"topic": "weather"}).status_code == 422
    assert Case.objects.get(pk=case.pk).demand.topic == case.demand.topic
    assert api("committee", f"demands/{case.number}/topic", {"topic": "property"}).status_code == 200
    assert Case.objects.get(pk=case.pk).demand.topic == "property"


def test_the_firm_asked_again_says_that_it_came_back_and_the_demand_is_open_again(api, case):
    assert api("enterprise", f"demands/{case.number}/recheck", {"holds": True}).status_code == 404  # not asked yet
    api.desk.does(case, "answer", "committee")
    api.desk.does(case, "confirm", "enterprise")
    api.desk.now(days=31)
    assert ask_again(now=api.desk.at)
    assert api("committee", f"demands/{case.number}/recheck", {"holds": False, "note": "没有"}).status_code == 403
    assert Case.objects.get(pk=case.pk).phase == "closed"
    answer = api("enterprise", f"demands/{case.number}/recheck", {"holds": False, "note": "又停水了"})
    assert answer.status_code == 200 and answer.json()["phase"] == "open"


def test_an_answer_to_a_common_problem_over_the_api_is_the_answer_to_all(api, case):
    other = api.desk.file("四车间下午供水压力不足，水压太低", enterprise=api.desk.town.firm_sub, by="committee", channel="officer")
    common = gather_common(cases=[case, other], title="供水压力", unit=api.desk.unit("committee"), by=api.desk.who("city"), now=api.desk.at)
    move = next(one["code"] for one in api("committee", f"cases/{common.number}").json()["moves"] if one["code"] in ("answer", "accept"))
    assert move == "answer"
    assert api("committee", f"cases/{common.number}/moves", {"move": "answer", "note": "增压泵下月投用"}).status_code == 200
    assert set(Case.objects.filter(pk__in=[case.pk, other.pk]).values_list("phase", flat=True)) == {"answered"}
