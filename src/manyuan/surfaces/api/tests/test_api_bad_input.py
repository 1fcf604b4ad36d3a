"""Wrong requests name the place, what was found and what was expected, in the reader's language; lists come in pages."""

from __future__ import annotations

import pytest
from django.test import Client

from manyuan.facts.audit.models import AuditRecord
from manyuan.surfaces.api.api import api
from manyuan.surfaces.api.tests.test_api_frame import assert_problem

CALCULATIONS = {"demands/rates", "tiers/upgrades"}  # what they list is worked out whole: five rates, the nearest `limit` enterprises


def _lists():
    for path, operations in api.get_openapi_schema(path_prefix="")["paths"].items():
        schema = operations.get("get", {}).get("responses", {}).get(200, {}).get("content", {}).get("application/json", {}).get("schema", {})
        if "{" not in path and (schema.get("type") == "array" or "Page" in schema.get("$ref", "")):
            yield path.strip("/"), schema, {p["name"] for p in operations["get"].get("parameters", [])}


def test_every_list_comes_in_pages():
    lists = list(_lists())
    assert len(lists) > 25
    plain = {path for path, schema, names in lists if schema.get("type") == "array" or not {"limit", "offset", "with_count"} <= names}
    assert plain == CALCULATIONS


@pytest.fixture
def call(town, program):
    return program(town["city"], read_only=False)


@pytest.mark.parametrize(
    ("query", "where", "found"),
    [("filings?state=foo", "query.state", "foo"), ("filings?period=2025-13", "query.period", "2025-13"), ("filings?form=nope", "query.form", "nope"),
     ("enterprises?park=nope", "query.park", "nope"), ("enterprises?q=%00", "query.q", "\\0"), ("enterprises?q=%cc%ec", "query.q", "\ufffd\ufffd"),
     ("parks?level=x", "query.level", "x"), ("parks?on=2026-02-30", "query.on", "2026-02-30"), ("commitments?status=done", "query.status", "done"),
     ("indicators/x/values?known_at=yesterday", "query.known_at", "yesterday")],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_named_and_not_answered_with_an_empty_list(call, query, where, found):
    answers = [call("get", query, **{"Accept-Language": language}) for language in ("en", "zh-Hans")]
    english, chinese = (assert_problem(answer, 422, "api.invalid")["errors"][0] for answer in answers)
    assert (english["where"], english["found"]) == (where, found) and english["expected"] and english["found"] == chinese["found"]


def test_what_was_expected_is_said_in_the_language_of_the_reader(call):
    said = call("get", "filings?state=foo", **{"Accept-Language": "zh-Hans"}).json()["errors"][0]["expected"]
    assert said == "其中之一：draft, submitted, returned, approved, locked"
    assert call("get", "parks?level=x").json()["errors"][0]["expected"] == "one of national, provincial, municipal, unknown"


@pytest.mark.parametrize(
    ("content", "where", "found"),
    [(b'{"name": 1,}', "body: line 1, column 12", "}"), ('{"name":\n "西'.encode(), "body: line 2, column 2", '"西'), (b'{"name": "\xce\xf7"}', "body: byte 11", "ce f7 22 7d")],
)  # fmt: skip
def test_a_body_that_cannot_be_read_says_where(call, content, where, found):
    before = AuditRecord.objects.count()
    answer = call.client.post("/api/v1/park-merges", data=content, content_type="application/json", headers=call.headers)
    (fault,) = assert_problem(answer, 400, "api.bad_request")["errors"]
    assert (fault["where"], fault["found"]) == (where, found) and AuditRecord.objects.count() == before


@pytest.mark.parametrize(
    ("path", "kind"), [("park-merges", "text/plain"), ("park-merges", "application/xml"), ("uploads?form=x&period=2025", "application/json")]
)
def test_another_kind_of_content_is_refused_with_the_kind_expected(call, path, kind):
    body = assert_problem(call.client.post(f"/api/v1/{path}", data=b"<a/>", content_type=kind, headers=call.headers), 415, "api.wrong_content")
    assert kind in body["detail"] and ("multipart/form-data" if "uploads" in path else "application/json") in body["detail"]


def test_a_body_too_large_is_refused(call, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = call("post", "park-merges", {"sources": ["x" * 200], "into": "y", "reason": "z"})
    assert_problem(answer, 413, "api.too_large")


def test_a_missing_field_is_named_where_it_belongs(call):
    faults = assert_problem(call("post", "parks/west/split", {"parts": [{"new": {"code": "x"}}]}), 422, "api.invalid")["errors"]
    assert {fault["where"] for fault in faults} == {"body.reason", "body.parts.0.new.name_zh"}


def test_an_unknown_form_is_named_with_those_there_are(call):
    answer = call.client.post("/api/v1/uploads?form=nope&period=2025", data={"file": _file()}, headers=call.headers)
    (fault,) = assert_problem(answer, 422, "api.invalid")["errors"]
    assert (fault["where"], fault["found"]) == ("query.form", "nope")


def test_an_upload_without_a_file_says_so(call):
    answer = call.client.post("/api/v1/uploads?form=x&period=2025", data={"other": "1"}, headers=call.headers)
    assert [fault["where"] for fault in assert_problem(answer, 422, "api.invalid")["errors"]] == ["file.file"]


def test_without_a_login_a_wrong_filter_learns_nothing(db):
    assert_problem(Client().get("/api/v1/enterprises?park=nope"), 401, "api.sign_in_needed")


def _file():
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("a.csv", b"a,b\n1,2\n")


def test_a_nul_in_a_body_is_no_text(call):
    faults = assert_problem(call("post", "parks/west/close", {"reason": "a\0b"}), 422, "api.invalid")["errors"]
    assert (faults[0]["where"], faults[0]["found"]) == ("body", "\\u0000")
