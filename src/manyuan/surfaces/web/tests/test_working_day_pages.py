"""The city office loads the holidays of a year on a page, over the API and on the command line: shown first, then taken over, and running clocks follow."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from manyuan.facts.programme.calendar import calendar
from manyuan.facts.programme.models import HolidayTable
from manyuan.surfaces.cli.calendar import calendar as command
from manyuan.work.cases.models import Clock
from manyuan.work.cases.services import sweep_clocks
from manyuan.work.cases.tests.conftest import office  # noqa: F401  a fixture

BACKEND = "django.contrib.auth.backends.ModelBackend"
TABLE = "节日,放假首日,放假末日,调休上班日1\n元旦,2027-01-01,2027-01-03,2027-01-09\n"
WRONG = "节日,放假首日,放假末日,调休上班日1\n元旦,2027-01-01,2027-01-03,2027-01-08\n"


@pytest.fixture
def december(office, monkeypatch):  # noqa: F811
    office.at = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: office.at)
    return office


def shown(client, text, year="2027"):
    given = {"act": "preview", "year": year, "source": "示例通知〔2026〕9号", "file": SimpleUploadedFile("2027.csv", text.encode())}
    return client.post("/working-days/", given)


def test_a_year_is_loaded_from_what_was_shown_and_running_clocks_follow(december, client):
    case = december.open()
    client.force_login(december.town["city"], backend=BACKEND)
    assert "2027" in client.get("/working-days/").content.decode().split("my-message warning")[1][:400]  # the warning names the year
    page = shown(client, TABLE)
    assert page.status_code == 200 and page.context["running"] == 1  # the contact clock ends on the 28th of December already
    assert page.context["off"] == [date(2027, 1, 1)] and page.context["on"] == [date(2027, 1, 9)] and not HolidayTable.objects.exists()
    given = {"act": "load", "year": "2027", "source": "示例通知〔2026〕9号", "name": "2027.csv", "kept": page.context["kept"]}
    assert client.post("/working-days/", given).status_code == 302
    row = HolidayTable.objects.get()
    assert (row.year, row.source, row.file_name) == (2027, "示例通知〔2026〕9号", "2027.csv")
    sweep_clocks(now=december.at)
    assert Clock.objects.get(case=case, code="handling").due_at == datetime(2027, 1, 7, 10, 0, tzinfo=UTC)
    trail = client.get(f"/cases/{case.number}/").content.decode()
    assert "2027-01-07 18:00" in trail and "2027-01-06 18:00" in trail
    page = client.get("/working-days/").content.decode()
    assert "示例通知〔2026〕9号" in page and "my-message warning" not in page
    client.post("/working-days/", {"act": "withdraw", "year": "2027"})
    assert not calendar().assured(2027)


def test_a_wrong_cell_is_named_and_nothing_can_be_taken_over(december, client):
    client.force_login(december.town["city"], backend=BACKEND)
    page = shown(client, WRONG)
    text = page.content.decode()
    assert page.status_code == 422 and "D2" in text and "2027-01-08" in text and 'name="kept"' not in text
    assert shown(client, "x").status_code == 422  # a file without the columns
    assert client.post("/working-days/", {"act": "preview", "year": "2027"}).status_code == 422
    forged = json.dumps([["元旦", "", "2027-01-01", "2027-01-03", ["2027-01-08"]]])
    client.post("/working-days/", {"act": "load", "year": "2027", "source": "示例", "kept": forged})
    assert client.post("/working-days/", {"act": "load", "year": "2027", "source": "示例", "kept": "[1]"}).status_code == 404
    assert not HolidayTable.objects.exists()


@pytest.mark.parametrize("name", ["committee", "company"])
def test_others_of_the_house_read_it_only(december, client, name):
    client.force_login(december.town[name], backend=BACKEND)
    page = client.get("/working-days/").content.decode()
    assert "2027" in page and 'type="file"' not in page
    kept = json.dumps([["元旦", "", "2027-01-01", "2027-01-03", []]])
    assert client.post("/working-days/", {"act": "load", "year": "2027", "source": "示例", "kept": kept}).status_code == 403
    assert shown(client, TABLE).status_code == 404 and not HolidayTable.objects.exists()


def test_the_api_takes_a_year_whole_or_not_at_all(december, client):
    client.force_login(december.town["city"], backend=BACKEND)
    body = {"source": "示例通知", "holidays": [{"name": "元旦", "first": "2027-01-01", "last": "2027-01-03", "make_up": ["2027-01-09"]}]}
    made = client.put("/api/v1/working-days/2027", json.dumps(body), content_type="application/json").json()
    assert (made["source"], made["off"], made["worked"], made["holidays"][0]["name_en"]) == ("loaded", ["2027-01-01"], ["2027-01-09"], "New Year")
    assert made in client.get("/api/v1/working-days").json()["items"] and client.get("/api/v1/working-days/2027").json() == made
    body["holidays"][0]["last"] = "2026-12-31"
    answer = client.put("/api/v1/working-days/2027", json.dumps(body), content_type="application/json")
    assert answer.status_code == 422 and answer.json()["code"] == "programme.wrong_holidays" and HolidayTable.objects.count() == 1
    assert client.delete("/api/v1/working-days/2027").json()["source"] == "none"
    assert client.delete("/api/v1/working-days/2027").status_code == 409


def test_the_command_shows_loads_and_takes_back(december, tmp_path, monkeypatch):
    monkeypatch.setenv("MANYUAN_LANGUAGE", "zh")
    december.open()
    right, wrong = tmp_path / "2027.csv", tmp_path / "wrong.csv"
    right.write_text(TABLE), wrong.write_text(WRONG)

    def run(*arguments):
        found = CliRunner().invoke(command, [str(one) for one in arguments])
        return found.exit_code, found.output

    code, said = run("load", 2027, wrong, "--source", "示例通知")
    assert code == 1 and "wrong.csv D2" in said and not HolidayTable.objects.exists()
    assert run("load", 2027, right, "--source", "示例通知", "--check") == (0, "2027-01-01\t放假\n2027-01-09\t上班\n") and not HolidayTable.objects.exists()
    code, said = run("load", 2027, right, "--source", "示例通知")
    assert code == 0 and "1 件事项的时限已重新计算" in said
    assert run("show", 2027) == (0, "2027-01-01\t放假\t元旦\n2027-01-09\t上班\t\n")
    assert "2027\t已加载\t261\t1\t1\t示例通知" in run("list")[1]
    assert run("template", 2027, tmp_path / "t.xlsx")[0] == 0 and (tmp_path / "t.xlsx").read_bytes()[:2] == b"PK"
    assert run("withdraw", 2027)[0] == 0 and not calendar().assured(2027)
    assert run("list")[0] == 1  # in December the next year has to be there
