from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import validate

from manyuan.facts.accounts.models import ApiToken
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import change_password_by_admin, disable_user
from manyuan.facts.accounts.tests.town import NOW
from manyuan.facts.audit.actors import system
from manyuan.facts.audit.models import AuditRecord
from manyuan.surfaces.api.problems import CONTENT_TYPE


def assert_problem(answer, status: int, code: str) -> dict:
    assert (answer.status_code, answer["Content-Type"]) == (status, CONTENT_TYPE)
    body = json.loads(answer.content)
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:manyuan:error:{code}")
    assert body["detail"] and body["title"] and body["instance"].startswith("/api/")
    return body


def test_the_document_is_valid_openapi(client):
    document = client.get("/api/v1/openapi.json").json()
    validate(document)
    assert {"/api/v1/me", "/api/v1/tokens", "/api/v1/audit"} <= set(document["paths"])
    assert CONTENT_TYPE in document["paths"]["/api/v1/me"]["get"]["responses"]["default"]["content"]
    assert set(document["components"]["securitySchemes"]) == {"ByToken", "BySession"}


def test_a_token_shows_who_calls(town, program):
    body = program(town["committee"])("get", "me").json()
    assert body["role"] == "committee" and body["parks"] == ["east", "east-sub"]
    assert body["by_token"] is True and body["may_write"] is False and body["sees_all"] is False
    assert program(town["enterprise"])("get", "me").json()["enterprise_uscc"] == town.firm_east.uscc
    assert program(town["city"], read_only=False)("get", "me").json()["may_write"] is True


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic Y2l0eTp4", "mny_abc"])
def test_a_wrong_token_is_refused_even_beside_a_good_session(town, header):
    client = Client()
    client.force_login(town["city"])
    answer = client.get("/api/v1/me", headers={"Authorization": header, "Accept-Language": "en"})
    assert_problem(answer, 401, "api.sign_in_needed")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_without_a_login_there_is_nothing_to_see(db, program):
    for method, path in [("get", "me"), ("get", "tokens"), ("post", "tokens"), ("get", "audit"), ("delete", "tokens/1")]:
        assert_problem(program()(method, path), 401, "api.sign_in_needed")


def test_an_ended_token_opens_nothing(town, program):
    call = program(town["company"])
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert_problem(call("get", "me"), 401, "api.sign_in_needed")
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert call("get", "me").status_code == 200
    disable_user(user=town["company"], reason="left", by=system(), now=NOW)
    assert_problem(call("get", "me"), 401, "api.sign_in_needed")


def test_a_reading_token_cannot_write_and_nothing_is_written(town, program):
    call = program(town["city"])
    token = ApiToken.objects.get()
    assert_problem(call("delete", f"tokens/{token.pk}"), 403, "api.read_only_token")
    assert ApiToken.objects.get().revoked_at is None


def test_a_token_cannot_make_tokens(town, program):
    assert_problem(program(town["city"], read_only=False)("post", "tokens", {"name": "more"}), 403, "api.session_needed")
    assert ApiToken.objects.count() == 1


def test_a_session_writes_only_with_its_csrf_token(town):
    client = Client(enforce_csrf_checks=True)
    client.force_login(town["city"])
    sent = {"data": json.dumps({"name": "script", "days": 30}), "content_type": "application/json"}
    assert_problem(client.post("/api/v1/tokens", **sent), 403, "api.csrf")
    assert not ApiToken.objects.exists()
    client.get("/accounts/login/")
    client.cookies["csrftoken"] = "a" * 32
    made = client.post("/api/v1/tokens", headers={"X-CSRFToken": "a" * 32}, **sent)
    assert made.status_code == 201 and made.json()["secret"].startswith("mny_") and made.json()["read_only"] is True
    listed = client.get("/api/v1/tokens").json()
    assert [t["name"] for t in listed["items"]] == ["script"] and "secret" not in listed["items"][0]


def test_one_sees_and_revokes_only_ones_own_tokens(town, program):
    program(town["city"])
    foreign = ApiToken.objects.get()
    call = program(town["company"], read_only=False)
    assert [t["id"] for t in call("get", "tokens").json()["items"]] == [ApiToken.objects.get(user=town["company"]).pk]
    missing = assert_problem(call("delete", "tokens/999999"), 404, "rights.not_found")
    others = assert_problem(call("delete", f"tokens/{foreign.pk}"), 404, "rights.not_found")
    assert {**missing, "instance": ""} == {**others, "instance": ""}
    own = ApiToken.objects.get(user=town["company"])
    assert call("delete", f"tokens/{own.pk}").json()["revoked_at"]
    assert_problem(call("get", "me"), 401, "api.sign_in_needed")


def test_every_error_is_a_problem(town, program):
    call = program(town["city"], read_only=False)
    assert_problem(call("get", "nowhere"), 404, "api.no_such_address")
    assert_problem(call("get", "tokens/abc"), 404, "api.no_such_address")
    wrong = call("put", "me", {})
    assert_problem(wrong, 405, "api.method_not_allowed")
    assert wrong["Allow"] == "GET"
    assert_problem(Client().get("/api/v2/me"), 404, "api.no_such_address")
    assert_problem(Client().post("/api/"), 404, "api.no_such_address")


def test_malformed_json_is_named_as_such(town):
    client = Client()
    client.force_login(town["city"])
    answer = client.post("/api/v1/tokens", data="{not json", content_type="application/json")
    assert_problem(answer, 400, "api.bad_request")


@pytest.mark.parametrize(
    ("query", "where", "found"),
    [("limit=0", "query.limit", "0"), ("limit=501", "query.limit", "501"), ("limit=x", "query.limit", "x"), ("offset=-1", "query.offset", "-1")],
)
def test_a_wrong_parameter_is_named_with_what_was_found_and_expected(town, program, query, where, found):
    answer = program(town["city"])("get", f"audit?{query}")
    (fault,) = assert_problem(answer, 422, "api.invalid")["errors"]
    assert (fault["where"], fault["found"]) == (where, found) and fault["expected"]


def test_an_unknown_parameter_is_refused_not_ignored(town, program):
    body = assert_problem(program(town["city"])("get", "audit?acton=filings."), 422, "api.unknown_parameter")
    assert "acton" in body["detail"] and "action" in body["detail"]


def test_an_unknown_field_of_a_body_is_refused(town):
    client = Client()
    client.force_login(town["city"])
    answer = client.post("/api/v1/tokens", data=json.dumps({"name": "x", "readonly": False}), content_type="application/json")
    (fault,) = assert_problem(answer, 422, "api.invalid")["errors"]
    assert fault["where"].endswith("readonly") and not ApiToken.objects.exists()


def test_errors_speak_the_language_asked_for(town, program):
    call = program(town["city"])
    assert "There is nothing" not in call("get", "audit?x=1", **{"Accept-Language": "zh-Hans"}).content.decode()
    zh = call("get", "audit?limit=0", **{"Accept-Language": "zh-CN"}).json()
    assert "请求有误" in zh["detail"] and "至少 1" in zh["errors"][0]["expected"]
    en = call("get", "audit?limit=0").json()
    assert "has faults" in en["detail"] and en["errors"][0]["expected"] == "at least 1"


def test_too_many_requests_are_refused_for_that_token_only_and_told_how_long(town, program, settings):
    settings.API_RATE = 3
    call, other = program(town["city"]), program(town["company"])
    answers = [call("get", "me") for _ in range(4)]
    if answers[3].status_code == 200:  # a minute began in between
        answers += [call("get", "me") for _ in range(3)]
    assert_problem(answers[-1], 429, "api.too_many_requests")
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert other("get", "me").status_code == 200


def test_the_audit_trail_shows_the_city_all_and_others_their_own(town, program):
    change_password_by_admin(user=town["company"], password="entirely-new-7", by=actor_of(town["committee"]), now=NOW)
    everything = program(town["city"])("get", "audit?limit=500").json()["items"]
    assert len(everything) == AuditRecord.objects.count()
    own = program(town["committee"])("get", "audit?action=accounts.change_password").json()["items"]
    assert [r["action"] for r in own] == ["accounts.change_password"]
    labels = {r["actor_label"] for r in program(town["enterprise"])("get", "audit").json()["items"]}
    assert labels == {actor_of(town["enterprise"]).label}


def test_pages_follow_each_other_without_gap_or_overlap(town, program):
    call = program(town["city"])
    seen, offset = [], 0
    while offset is not None:
        got = call("get", f"audit?limit=4&offset={offset}&with_count=true").json()
        seen += [r["id"] for r in got["items"]]
        offset = got["next_offset"]
    assert seen == sorted(seen, reverse=True) and len(seen) == got["count"] == AuditRecord.objects.count()


def test_a_failure_of_ours_tells_nothing_about_the_inside(town, program, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("inner secret")

    monkeypatch.setattr("manyuan.surfaces.api.accounts.park_codes", fail)
    answer = program(town["city"])("get", "me")
    assert_problem(answer, 500, "api.failed")
    assert "inner secret" not in answer.content.decode() and "inner secret" in caplog.text
