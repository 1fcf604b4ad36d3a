"""A visit written down: once, by whoever made it, with what it found passed on in one tap and the survey saved into the firm's own filing."""

from __future__ import annotations

import io
from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection
from PIL import Image

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.filings.models import Filing, FilingVersion, Form
from manyuan.facts.filings.opening import open_period
from manyuan.facts.filings.services import submit_filings
from manyuan.work.cases.models import Case
from manyuan.work.cases.rights import open_moves
from manyuan.work.cases.services import move_case
from manyuan.work.visits import errors
from manyuan.work.visits.capturing import Capture, Found, Heard, add_finding, capture_visit, pass_on, settle_space
from manyuan.work.visits.models import Outcome, Photo, Survey, Visit
from manyuan.work.visits.photos import LARGEST, redraw
from manyuan.work.visits.planning import plan_visits
from manyuan.work.visits.queries import visible_visits
from manyuan.work.visits.tests.conftest import BY, NOW, TODAY

KEY = "6b0f2f0e-0d0f-4f9e-9a51-2f6d0b6f0a11"
DAY = timedelta(days=1)


def _picture(size=(40, 30), kind="JPEG", **more):
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **more)
    return out.getvalue()


def test_the_same_capture_sent_twice_is_one_visit(desk):
    found = [Found("difficulty", "缺技工")]
    first = desk.capture(key=KEY, found=found, photos=[redraw("a.jpg", _picture())])
    again = desk.capture(key=KEY, found=found, photos=[redraw("a.jpg", _picture())], now=NOW + DAY)
    assert first.pk == again.pk and Visit.objects.count() == 1
    assert Outcome.objects.count() == 1 and Photo.objects.count() == 1
    assert len(desk.events("visit.done")) == 1 and len(desk.events("visit.difficulty")) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_capture_sent_twice_at_once_is_one_visit(desk):
    made, wrong = [], []

    def send():
        try:
            made.append(desk.capture(key=KEY, found=[Found("difficulty", "缺技工")]).pk)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not wrong and len(set(made)) == 1 and Visit.objects.count() == 1 and len(desk.events("visit.difficulty")) == 1


def test_the_number_of_another_visit_is_refused(desk):
    desk.capture(key=KEY)
    with pytest.raises(errors.KeyTaken):
        desk.capture(key=KEY, firm=desk.town.firm_sub)
    with pytest.raises(errors.KeyTaken):
        desk.capture("ben", key=KEY)
    with pytest.raises(errors.KeyTaken):
        desk.capture(key=KEY, text="后来改过的话")
    assert Visit.objects.count() == 1


def test_what_somebody_else_wrote_on_the_device_is_not_sent_in_my_name(desk):
    with pytest.raises(errors.OtherPerson):
        desk.capture("ben", person_id=desk["ann"].pk)
    assert Visit.objects.count() == 0


def test_a_planned_visit_becomes_the_one_that_was_made(desk):
    plan_visits(stops=[(desk.firm, desk["ben"], TODAY + DAY)], by=desk.actor("committee"), now=NOW)
    made = desk.capture()
    assert Visit.objects.count() == 1 and made.officer == desk["ann"] and made.planned_on == TODAY + DAY and made.state == "done"


@pytest.mark.parametrize(("on", "taken"), [(TODAY, True), (TODAY + DAY, False), (TODAY - 366 * DAY, True), (TODAY - 367 * DAY, False)])
def test_a_visit_was_made_today_or_within_the_last_year(desk, on, taken):
    if taken:
        desk.capture(on=on)
    else:
        with pytest.raises(errors.WrongDay):
            desk.capture(on=on)
    assert Visit.objects.count() == taken


@pytest.mark.parametrize("who", ["enterprise", "institute", "committee_west", "stray"])
def test_only_officers_who_see_the_firm_write_a_visit_down(desk, who):
    with pytest.raises(NotAllowed):
        desk.capture(who)
    assert Visit.objects.count() == 0 and not desk.events("visit.done")


def test_an_empty_capture_or_a_novel_is_refused(desk):
    with pytest.raises(errors.NothingSaid):
        desk.capture(text=" ")
    with pytest.raises(errors.NothingSaid):
        desk.capture(found=[Found("difficulty", "")])
    with pytest.raises(errors.TooLong):
        desk.capture(text="长" * 4_001)
    assert Visit.objects.count() == 0


def test_one_tap_makes_a_demand_and_a_second_tap_does_not_make_another(desk):
    visit = desk.capture(found=[Found("difficulty", "缺技工", at_once=False)])
    assert not desk.events("visit.difficulty")
    outcome = visit.outcomes.get()
    pass_on(outcome=outcome, by=desk.actor("ann"), now=NOW)
    with pytest.raises(errors.PassedAlready):
        pass_on(outcome=outcome, by=desk.actor("ann"), now=NOW)
    event = desk.events("visit.difficulty")
    assert len(event) == 1 and event[0]["text"] == "缺技工" and event[0]["by_id"] == desk["ann"].pk and event[0]["enterprise_id"] == desk.firm.pk


def test_expansion_becomes_a_space_need_and_idle_capacity_an_offer(desk):
    visit = desk.capture(found=[
        Found("space", "扩建二期", {"area_m2": "3000"}), Found("capacity", "数控机床空闲", {"category": "machining", "quantity": "3", "unit": "台", "until": "2027-01-31"}),
    ])  # fmt: skip
    assert desk.events("visit.space_need")[0]["area_m2"] == "3000"
    offer = desk.events("visit.idle_capacity")[0]
    assert (offer["quantity"], offer["unit"], offer["until"], offer["category"]) == ("3", "台", "2027-01-31", "machining")
    need = visit.outcomes.get(kind="space")
    with pytest.raises(errors.ReasonNeeded):
        settle_space(outcome=need, note="", by=desk.actor("committee"), now=NOW)
    with pytest.raises(NotAllowed):
        settle_space(outcome=need, note="x", by=desk.actor("committee_west"), now=NOW)
    assert settle_space(outcome=need, note="二期厂房三层", by=desk.actor("committee"), now=NOW).settled_at == NOW


@pytest.mark.parametrize("data", [{}, {"quantity": "3"}, {"quantity": "0", "unit": "台"}, {"quantity": "-1", "unit": "台"}, {"quantity": "NaN", "unit": "台"}])
def test_idle_capacity_says_how_much_of_what(desk, data):
    with pytest.raises(errors.WrongCapacity):
        desk.capture(found=[Found("capacity", "空闲", data)])
    assert Visit.objects.count() == 0


def test_a_task_is_a_case_that_the_firm_confirms_not_who_wrote_it_down(desk):
    visit = desk.capture(found=[Found("task", "对接人社局")])
    case = visit.outcomes.get().case
    assert case.kind_code == "visit-task" and case.handler == desk["ann"] and (case.about_kind, case.about_id) == ("visit", visit.pk)
    move_case(case=case, move="answer", note="已对接", by=desk.actor("ann"), now=NOW)
    case = Case.objects.get(pk=case.pk)
    assert "confirm" not in {move.code for move in open_moves(case, desk.actor("ann"))}
    move_case(case=case, move="confirm", by=desk.actor("enterprise"), now=NOW)
    assert Case.objects.get(pk=case.pk).outcome == "solved"


def test_a_finding_can_be_added_afterwards_by_the_park_only(desk):
    visit = desk.capture()
    add_finding(visit=visit, found=Found("difficulty", "电价"), by=desk.actor("committee"), now=NOW)
    with pytest.raises(NotAllowed):
        add_finding(visit=visit, found=Found("difficulty", "x"), by=desk.actor("committee_west"), now=NOW)
    assert visit.outcomes.count() == 1


def _survey(desk, form="six-clear-month", period="2026-10"):
    desk.title("above-scale")
    open_period(form=Form.objects.get(code=form, is_current=True), period=period, by=BY, now=NOW)
    return Filing.objects.get(form_code=form, enterprise=desk.firm)


@pytest.mark.parametrize(("form", "period"), [("six-clear-month", "2026-10"), ("six-clear-quarter", "2026Q3"), ("six-clear-year", "2025")])
def test_what_was_heard_goes_into_the_firms_own_filing(desk, form, period):
    filing = _survey(desk, form, period)
    desk.capture("committee", heard=[Heard(form, {"output": 100_000_00, "capacity_load": "85", "difficulty": "labour"})])
    filing.refresh_from_db()
    assert filing.latest.values["capacity_load"] == "85" and filing.latest.recorded_by == desk.town["committee"]
    assert Survey.objects.get().fault == ""


def test_a_survey_that_the_filing_no_longer_takes_is_kept_with_the_reason_and_the_visit_too(desk):
    filing = _survey(desk)
    good = {"output": 100_000_00, "capacity_load": "85", "move_plan": "none", "difficulty": "none"}
    desk.capture("committee", heard=[Heard("six-clear-month", good)])
    submit_filings(filings=[Filing.objects.get(pk=filing.pk)], by=desk.actor("committee"), now=NOW)
    visit = desk.capture("committee", heard=[Heard("six-clear-month", good | {"capacity_load": "60"})])
    kept = Survey.objects.get(visit=visit)
    assert kept.fault and kept.values["capacity_load"] == "60"
    assert FilingVersion.objects.filter(filing=filing).count() == 1


def test_the_city_does_not_fill_in_filings_and_says_so_with_the_visit(desk):
    _survey(desk)
    visit = desk.capture("dora", heard=[Heard("six-clear-month", {"output": 1})])
    assert visit.state == "done" and Survey.objects.get().fault
    assert FilingVersion.objects.count() == 0


@pytest.mark.parametrize(("name", "content"), [
    ("page.jpg", b"<html><script>alert(1)</script>"), ("vector.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("empty.jpg", b""), ("cut.jpg", _picture()[:40]),
    ("moving.gif", _picture(kind="GIF")), ("huge.jpg", b"\xff\xd8\xff" + b"0" * LARGEST),
])  # fmt: skip
def test_what_is_no_picture_or_too_large_is_not_taken(name, content):
    with pytest.raises(errors.WrongPhoto):
        redraw(name, content)


def test_a_photo_is_drawn_anew_without_what_the_camera_wrote(desk):
    exif = Image.Exif()
    exif[0x010E] = "SECRETPLACE"
    picture = redraw("../../etc/照片<b>.jpg", _picture((3200, 200), exif=exif))
    assert b"SECRETPLACE" not in picture.content and (picture.width, picture.height) == (1600, 100)
    assert picture.name == "照片<b>.jpg"
    with pytest.raises(errors.WrongPhoto):
        desk.capture(photos=[redraw(f"{n}.png", _picture((10 + n, 10), "PNG")) for n in range(7)])
    assert Visit.objects.count() == 0


def test_exchanges_name_the_institute_which_then_sees_them(desk):
    with pytest.raises(errors.NoInstitute):
        desk.capture(scene="campus-to-firm")
    institute = Organisation.objects.get(kind="institute")
    visit = desk.capture(scene="campus-to-firm", partner=institute, found=[Found("task", "共建实验室")])
    assert list(visible_visits(desk.actor("institute"))) == [visit]
    desk.capture()
    assert visible_visits(desk.actor("institute")).count() == 1


@pytest.mark.parametrize(
    ("who", "seen"),
    [("city", 1), ("committee", 1), ("company", 1), ("enterprise", 1), ("committee_west", 0), ("enterprise_west", 0), ("institute", 0), ("stray", 0)],
)
def test_who_sees_a_visit(desk, who, seen):
    capture_visit(enterprise=desk.firm, given=Capture(KEY, date(2026, 11, 20), "谈话"), by=desk.actor("ann"), now=NOW)
    assert visible_visits(desk.actor(who)).count() == seen
