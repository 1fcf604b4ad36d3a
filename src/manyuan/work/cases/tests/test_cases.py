"""Cases: moved by those whose move it is, closed by the firm's own word, handed on, searched, seen by those whose they are."""

from __future__ import annotations

import pytest

from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.programme.evidence import File
from manyuan.work.cases import searching
from manyuan.work.cases.errors import KindsFaulty, MoveNotOpen, NoteMissing, TransferTooLate, WrongCase, WrongFile
from manyuan.work.cases.kinds import kind_of, read_kinds
from manyuan.work.cases.models import Case, Clock, Kind
from manyuan.work.cases.queries import case_seen, open_moves, search, trail, visible, worklist
from manyuan.work.cases.services import attach, comment, gather, hand_over, install_kinds, move_case, reassign
from manyuan.work.cases.tests.conftest import KINDS


def test_a_demand_is_closed_only_when_the_firm_says_so(office):
    case = office.open()
    office.move(case, "accept", "committee")
    office.move(case, "answer", "committee")
    for who in ("committee", "city"):
        with pytest.raises(NotAllowed):
            office.move(case, "confirm", who)
    with pytest.raises(NotAllowed):
        move_case(case=case, move="confirm", by=system("night"), now=office.at)
    case.refresh_from_db()
    assert (case.state, case.phase, case.closed_at) == ("answered", "answered", None)
    done = office.move(case, "confirm", "enterprise")
    assert (done.state, done.phase, done.outcome) == ("solved", "closed", "solved")


def test_what_the_firm_does_not_accept_goes_on_and_is_counted(office):
    case = office.open()
    office.move(case, "resolve", "committee")
    with pytest.raises(NoteMissing):
        office.move(case, "reject", "enterprise", note=" ")
    again = office.move(case, "reject", "enterprise", note="水压还是不够")
    assert (again.state, again.phase, again.reopened) == ("reopened", "open", 1)
    assert [one.round for one in Clock.objects.filter(case=case, code="handling").order_by("round")] == [1, 2]


def test_of_two_moves_at_once_one_wins_and_the_other_is_told(office):
    case = office.open()
    stale = Case.objects.get(pk=case.pk)
    office.move(case, "accept", "committee")
    steps = case.steps.count()
    with pytest.raises(MoveNotOpen) as told:
        office.move(stale, "accept", "committee")
    assert "办理中" in told.value.message("zh-hans") and "In hand" in told.value.message("en")
    assert case.steps.count() == steps


def test_numbers_run_by_day_and_a_key_sent_twice_is_one_case(office):
    first, second = office.open(key="a"), office.open(key="b")
    assert (first.number, second.number) == ("SQ-20261124-0001", "SQ-20261124-0002")
    assert office.open(key="a").pk == first.pk
    assert Case.objects.count() == 2
    office.now(days=1)
    assert office.open().number == "SQ-20261125-0001"


def test_not_ours_names_whose_within_a_working_day_and_the_third_time_goes_up(office):
    case = office.open()
    committee, company = office.unit("committee"), office.unit("company")
    with pytest.raises(WrongCase):
        hand_over(case=case, unit=committee, note="不归我们", by=office.who("committee"), now=office.at)
    with pytest.raises(NotAllowed):
        hand_over(case=case, unit=company, note="不归我们", by=office.who("company"), now=office.at)
    for to, by in ((company, "committee"), (committee, "company"), (company, "committee")):
        case = hand_over(case=case, unit=to, note="属于物业范围", by=office.who(by), now=office.now(minutes=20))
    assert (case.transfers, case.level, case.unit_id) == (3, 1, company.pk)
    office.now(days=1, hours=9)
    with pytest.raises(TransferTooLate):
        hand_over(case=case, unit=committee, note="不归我们", by=office.who("company"), now=office.at)
    assert reassign(case=case, unit=committee, note="由管委会牵头", by=office.who("city"), now=office.at).unit_id == committee.pk


def test_each_sees_what_is_theirs(office):
    case = office.open()
    secret = office.open(direct=True, unit=office.unit("city"), title="反映园区收费")
    seen = {name: set(visible(office.who(name)).values_list("pk", flat=True)) for name in office.town.people}
    assert seen["city"] == seen["enterprise"] == {case.pk, secret.pk}
    assert seen["committee"] == {case.pk}
    for name in ("committee_west", "enterprise_west", "company", "institute", "stray"):
        assert seen[name] == set()
    with pytest.raises(NotFound):
        case_seen(office.who("committee"), secret.number)
    assert [one.pk for one in worklist(office.who("committee"))] == [case.pk]


def test_the_firm_does_not_read_what_is_said_within_the_house(office):
    case = office.open()
    comment(case=case, text="内部：先问水务公司", public=False, by=office.who("committee"), now=office.at)
    comment(case=case, text="今天下午上门", by=office.who("committee"), now=office.at)
    said = comment(case=case, text="好的", public=False, by=office.who("enterprise"), now=office.at)
    assert said.public
    assert {one.note for one in trail(case, office.who("enterprise"))} == {"今天下午上门", "好的", ""}
    assert "内部：先问水务公司" in {one.note for one in trail(case, office.who("committee"))}
    with pytest.raises(NotAllowed):
        comment(case=case, text="看看", by=office.who("company"), now=office.at)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [("a.exe", b"MZ", "a.exe"), ("a.pdf", b"<script>", "a.pdf"), ("a.pdf", b"", "0 B"), ("a.png", b"\x89PNG" + b"0" * (10 * 1024 * 1024), "10.0 MB")],
)
def test_files_that_are_not_what_they_say_are_refused(office, name, content, found):
    case = office.open()
    with pytest.raises(WrongFile) as refused:
        attach(case=case, file=File(name, content), by=office.who("enterprise"), now=office.at)
    assert refused.value.found == found and case.attachments.count() == 0


def test_a_file_name_cannot_carry_a_path_or_a_script(office):
    case = office.open()
    made = attach(case=case, file=File('../../<img src=x>".txt', "水压记录".encode()), by=office.who("enterprise"), now=office.at)
    assert made.name == "_.._img src=x_.txt"


def test_similar_cases_gather_under_one(office):
    first, second = office.open(), office.open()
    gather(case=second, under=first, by=office.who("committee"), now=office.at)
    assert [one.pk for one in first.children.all()] == [second.pk]
    with pytest.raises(WrongCase):
        gather(case=first, under=second, by=office.who("committee"), now=office.at)


@pytest.mark.parametrize("text", ["水压", "三车间", "供水压力", "SQ-20261124-0001", "东企"])
def test_a_search_finds_words_numbers_and_names(office, text):
    case = office.open()
    office.open(title="用电增容", text="变压器容量不够", enterprise=office.town.firm_west, by="enterprise_west")
    assert [one.pk for one in search(visible(office.who("city")), text)] == [case.pk]
    assert not search(visible(office.who("committee_west")), text)


def test_of_many_that_hold_a_word_the_newest_are_found_and_a_rare_word_however_old_its_case(office, monkeypatch):
    monkeypatch.setattr(searching, "MOST", 2)
    rare = office.open(title="锅炉房改造", text="锅炉房要改造")
    for pk in (9_000, 40_000, 41_000, 900_000):  # keys far apart: what lies between is looked through in ever longer stretches
        copy = office.open(title="路灯不亮", text="厂门口路灯不亮")
        copy.pk, copy.number, copy.key = pk, f"SQ-{pk}", None
        copy.save(force_insert=True)
    whole = visible(office.who("city"))
    assert sorted(search(whole, "路灯").values_list("pk", flat=True))[-1] == 900_000
    assert search(whole, "路灯").count() == 2
    assert [one.pk for one in search(whole, "锅炉房")] == [rare.pk]


def test_a_running_case_stays_on_the_version_of_its_kind(office, tmp_path):
    case = office.open()
    old = "name: {zh: 确认已解决, en: It is solved}, from: [answered, resolved-on-spot, told-solved], to: solved, by: [reporter]"
    text = (KINDS / "demand.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "demand.yaml").write_text(text.replace(old, old.replace("[reporter]", "[reporter, city]")), "utf-8")
    assert install_kinds(content=tmp_path, by=system("test"), now=office.at) == 1
    office.move(case, "resolve", "committee")
    with pytest.raises(NotAllowed):
        office.move(case, "confirm", "city")
    newer = office.open()
    office.move(newer, "resolve", "committee")
    assert office.move(newer, "confirm", "city").phase == "closed"


def test_every_state_of_every_kind_can_be_reached_and_left():
    found, faults = read_kinds(KINDS)
    assert found and not faults
    for plain in found:
        assert "closed" in {one.phase for one in kind_of(plain).states.values()}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("to: handling, by", "to: handing, by"), "是否指“handling”"),
        (("start: filed", "start: field"), "是否指“filed”"),
        (("phase: closed, outcome: withdrawn", "phase: closed"), "outcome"),
        (("from: [answered, resolved-on-spot], to: explained", "from: [answered, resolved-on-spot], to: solved"), "explained"),
        (("hours: 1, escalates: 1", "escalates: 1"), "minutes, hours, days"),
        (("by: [unit, handler, city], main", "by: [unit, mayor], main"), "mayor"),
        (("moves: [answer, resolve], text", "moves: [anser, resolve], text"), "是否指“answer”"),
    ],
)
def test_a_faulty_kind_is_refused_with_its_place(office, tmp_path, change, said):
    text = (KINDS / "demand.yaml").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "demand.yaml").write_text(text.replace(*change), "utf-8")
    before = Kind.objects.count()
    with pytest.raises(KindsFaulty) as refused:
        install_kinds(content=tmp_path, by=system("test"), now=office.at)
    told = refused.value.message("zh-hans")
    assert said in told and f"{tmp_path.name}/demand.yaml:" in told
    assert Kind.objects.count() == before


def test_templates_come_from_the_kind_for_the_moves_that_are_open_and_to_the_house_only(office, client):
    case = office.open()
    shown = {}
    for name in ("committee", "enterprise"):
        client.force_login(office.town[name], backend="django.contrib.auth.backends.ModelBackend")
        shown[name] = client.get(f"/cases/{case.number}/").content.decode()
    assert "不属于本渠道受理范围" in shown["committee"] and "您反映的［事项］已由［单位］" in shown["committee"]  # refuse, resolve
    assert "按照［文件及条款］" not in shown["committee"]  # an answer comes after it is accepted
    assert "data-fills" not in shown["enterprise"]


def test_every_act_is_on_the_audit_record_and_in_the_outbox(office):
    case = office.open()
    office.move(case, "accept", "committee")
    assert list(AuditRecord.objects.filter(subject_kind="case").values_list("action", flat=True)) == ["cases.open", "cases.move"]
    assert list(Event.objects.filter(name__startswith="case.").values_list("name", flat=True)) == ["case.opened", "case.moved"]


def test_the_firm_is_offered_its_own_moves_only(office):
    case = office.open()
    assert [one.code for one in open_moves(case, office.who("enterprise"))] == ["withdraw"]
    assert [one.code for one in open_moves(case, office.who("committee"))] == ["accept", "resolve", "refuse"]
    assert open_moves(case, office.who("committee_west")) == []
