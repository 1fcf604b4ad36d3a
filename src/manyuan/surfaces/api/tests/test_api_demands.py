"""Demands over the API: what is answered to whoever files is what is read afterwards; a rush of events lets those be answered who wait."""

from __future__ import annotations

import json

from manyuan.surfaces.cli.serve import crowded
from manyuan.work.cases.tests.conftest import office  # noqa: F401 -- a fixture
from manyuan.work.demands.tests.conftest import desk  # noqa: F401 -- a fixture


def test_the_answer_to_who_files_says_what_is_read_afterwards(desk, client, monkeypatch):  # noqa: F811
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.at)
    client.force_login(desk.town["committee"], backend="django.contrib.auth.backends.ModelBackend")
    body = {"text": "三车间供水压力不足，影响生产", "credit_code": desk.town.firm_east.uscc, "key": "7"}
    answer = client.post("/api/v1/demands", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content
    filed = answer.json()
    filed.pop("follow_code")
    read = client.get(f"/api/v1/cases/{filed['number']}").json()
    read.pop("follow_code", None)
    assert filed == read and filed["clocks"] and [one["act"] for one in filed["trail"]] == ["open"]
    again = client.post("/api/v1/demands", json.dumps(body), content_type="application/json").json()
    assert again["number"] == filed["number"] and again["trail"] == filed["trail"]


def test_the_worker_knows_when_others_wait_for_a_processor(tmp_path):
    pressure = tmp_path / "cpu"
    pressure.write_text("some avg10=63.10 avg60=23.86 avg300=28.56 total=12981134208\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")
    assert crowded(pressure)
    pressure.write_text("some avg10=3.10 avg60=63.86 avg300=28.56 total=12981134208\n")
    assert not crowded(pressure)
    pressure.write_text("nonsense")
    assert not crowded(pressure) and not crowded(tmp_path / "none")
