"""The open form behind a park's code: floods, spam, scripts, wrong files and guessed codes get a clear answer; nothing is lost, nothing leaks."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import gettext, override

from manyuan.surfaces.web.cases import gate
from manyuan.work.cases.models import Attachment, Case
from manyuan.work.cases.tests.conftest import office
from manyuan.work.demands.models import Demand
from manyuan.work.demands.tests.conftest import Desk, desk

__all__ = ["desk", "office"]
TEXT = "园区门口路灯不亮，夜班不安全"
FAULTS = (
    "This form could not be taken. Load the page again.",
    "The page was open for too long. Your text is kept; send it once more.",
    "That was quicker than one can write. Send it once more.",
)


@pytest.fixture(autouse=True)
def empty_counts():
    cache.clear()
    yield
    cache.clear()


def written(after: int = 60, answer: int | None = None) -> str:
    """The token of a form that was opened so many seconds ago."""
    signer = signing.TimestampSigner(salt=gate._SALT)
    signer.timestamp = lambda: signing.b62_encode(int(__import__("time").time()) - after)
    return signer.sign_object({"answer": answer})


def send(number: int = 0, token: str | None = None, address: str = "192.0.2.1", **more):
    given = {"text": f"{TEXT} {number}", "key": f"k{number}", "gate": token if token is not None else written()} | more
    return Client(REMOTE_ADDR=address).post("/raise/east/", given)


def asked(page) -> int:
    """What the question of the page comes to."""
    return signing.loads(page.context["gate"].token, salt=gate._SALT)["answer"]


@pytest.mark.parametrize(
    ("token", "more", "said"),
    [
        ("", {}, "open for too long"), ("no:token", {}, "open for too long"), (0, {}, "quicker"), (gate.LONGEST + 5, {}, "open for too long"),
        (60, {"website": "http://spam.example"}, "could not be taken"),
    ],
)  # fmt: skip
def test_what_no_person_writes_is_not_taken_and_the_text_is_kept(desk: Desk, token, more, said):
    page = send(token=token if isinstance(token, str) else written(token), **more)
    with override("zh-hans"):
        fault = gettext(next(one for one in FAULTS if said in one))
    assert (page.status_code, page.context["given"]["text"], page.context["fault"]) == (422, f"{TEXT} 0", fault)
    assert not Case.objects.exists()
    assert send(1).status_code == 302 and Case.objects.count() == 1


def test_from_the_fourth_on_an_address_is_asked_a_question_and_others_are_not(desk: Desk):
    assert [send(n).status_code for n in range(gate.ASKED_FROM)] == [302] * gate.ASKED_FROM
    page = send(9)
    assert page.status_code == 422 and page.context["gate"].question and Case.objects.count() == gate.ASKED_FROM
    result = asked(page)
    assert send(9, written(answer=result), answer=str(result + 1)).status_code == 422
    assert send(9, written(answer=result), answer=str(result)).status_code == 302
    assert send(10, address="192.0.2.2").status_code == 302


def test_an_address_that_goes_on_is_told_to_wait_and_what_it_filed_stays(desk: Desk):
    for number in range(gate.AN_HOUR):
        assert send(number, written(answer=7), answer="7").status_code == 302
    page = send(99, written(answer=7), answer="7")
    assert page.status_code == 422 and str(gate.AN_HOUR) in page.context["fault"] and Case.objects.count() == gate.AN_HOUR


def test_a_busy_park_asks_everybody(desk: Desk):
    cache.set(gate._park("east"), gate.PARK_BUSY, 3600)
    page = send(0, address="198.51.100.7")
    assert page.status_code == 422 and page.context["gate"].question
    assert Client(REMOTE_ADDR="198.51.100.8").get("/raise/east/").context["gate"].question


def test_behind_a_proxy_each_visitor_is_counted_and_nobody_chooses_their_own_address(desk: Desk, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(gate.ASKED_FROM):
        given = {"text": f"{TEXT} {number}", "key": f"p{number}", "gate": written()}
        forged = f"203.0.113.{number}, 192.0.2.50"
        assert Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forged).post("/raise/east/", given).status_code == 302
    page = Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.99, 192.0.2.50").get("/raise/east/")
    assert page.context["gate"].question, "the last entry is the proxy's own word"
    assert not Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.51").get("/raise/east/").context["gate"].question


def test_a_form_sent_twice_is_one_demand(desk: Desk):
    assert [send(1)["Location"].startswith("/raise/SQ-"), send(1)["Location"]] == [True, "/raise/?again=1"]
    assert Demand.objects.count() == 1


def test_codes_cannot_be_guessed_for_long(desk: Desk):
    address = send(1)["Location"].split("?")[0]
    guesser = Client(REMOTE_ADDR="192.0.2.66")
    number = Case.objects.get().number
    assert {guesser.get(f"/raise/{number}/AAAAAAAA{n:02d}/").status_code for n in range(10)} == {404}
    assert guesser.get(address).status_code == 404, "even the right code, after ten wrong ones"
    assert Client(REMOTE_ADDR="192.0.2.67").get(address).status_code == 200


def test_scripts_stay_text_on_every_page_that_shows_them(desk: Desk):
    bad = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    file = SimpleUploadedFile('"><script>alert(3)</script>.txt', "水压".encode())
    address = send(1, text=f"路灯不亮 {bad}", contact=bad[:60], firm=bad, file=file)["Location"].split("?")[0]
    case = Case.objects.get()
    staff = Client()
    staff.force_login(desk.town["committee"])
    for page in (
        Client().get(address),
        *(staff.get(f) for f in (f"/cases/{case.number}/", "/cases/?all=1", "/demands/", "/demands/common/", f"/demands/alike/?text={bad}路灯不亮")),
    ):
        text = page.content.decode()
        assert page.status_code == 200 and "<script>alert" not in text and "<img src=x" not in text
    assert "&lt;script&gt;" in staff.get(f"/cases/{case.number}/").content.decode()
    assert not re.search(r'[<>"/\\]', Attachment.objects.get().name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.html", b"<script>"),
        ("a.svg", b"<svg onload=alert(1)>"),
        ("a.pdf", b"<html>"),
        ("a.png", b""),
        ("a.docx", b"PK\x03\x04 no package"),
    ],
)
def test_a_wrong_file_is_named_and_the_demand_is_there_with_its_code(desk: Desk, name, content):
    client = Client()
    given = {"text": TEXT, "key": "k1", "gate": written(), "file": SimpleUploadedFile(name, content)}
    page = client.post("/raise/east/", given, follow=True)
    demand = Demand.objects.get()
    assert not Attachment.objects.exists() and [one.level_tag for one in page.context["messages"]] == ["warning"]
    assert page.context["demand"] == demand and page.context["code"] in page.content.decode()
    here = page.redirect_chain[-1][0].split("?")[0]
    client.post(here, {"act": "attach", "file": SimpleUploadedFile("a.txt", "水压".encode())})
    assert Attachment.objects.get().public


def test_a_file_is_handed_out_to_save_and_never_shown_by_this_site(desk: Desk):
    address = send(1, file=SimpleUploadedFile("页面.txt", b"<script>alert(1)</script>"))["Location"].split("?")[0]
    row = Attachment.objects.get()
    staff = Client()
    staff.force_login(desk.town["committee"])
    for page in (Client().get(f"{address}files/{row.pk}/"), staff.get(f"/cases/{row.case.number}/files/{row.pk}/")):
        assert page["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert (
            page["X-Content-Type-Options"] == "nosniff"
            and page["Content-Security-Policy"].startswith("sandbox")
            and page["Content-Type"].startswith("text/plain")
        )
    row.public = False
    row.save()
    assert Client().get(f"{address}files/{row.pk}/").status_code == 404
