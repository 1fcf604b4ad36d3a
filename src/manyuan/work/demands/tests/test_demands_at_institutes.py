"""An institute or service body is a unit like the others: demands are routed and handed to it, it does what a unit does, and sees exactly what it has."""

from __future__ import annotations

import json

import pytest

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import AuditRecord
from manyuan.work.cases.errors import TransferTooLate, WrongCase
from manyuan.work.cases.models import Case
from manyuan.work.cases.queries import case_seen, units, units_open, visible, worklist
from manyuan.work.cases.services import assign, comment, hand_over, pause_clock, reassign
from manyuan.work.demands.bodies import bodies
from manyuan.work.demands.errors import BodyEnded, WrongDemand
from manyuan.work.demands.models import TopicBody
from manyuan.work.demands.queries import counts_by, units_for
from manyuan.work.demands.services import answer_common, appoint_body, end_body, gather_common, may_make_slip
from manyuan.work.demands.topics import rules

TECHNOLOGY = "良品率低，希望对接院所做技术研发攻关，共用实验室"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def named(desk):
    """A desk whose institute takes what is about technology."""
    appoint_body(topic="technology", body=desk.unit("institute"), by=desk.who("city"), now=desk.at)
    return desk


def seen(desk, name):
    return set(visible(desk.who(name)).values_list("pk", flat=True))


def test_a_topic_goes_straight_to_the_institute_that_the_city_named_for_it(desk):
    before = desk.file(TECHNOLOGY)
    assert before.unit == desk.unit("city")
    appoint_body(topic="technology", body=desk.unit("institute"), by=desk.who("city"), now=desk.now(minutes=1))
    after = desk.file(TECHNOLOGY + "，二期")
    assert (after.demand.topic, after.unit) == ("technology", desk.unit("institute"))
    assert Case.objects.get(pk=before.pk).unit == desk.unit("city")  # what is under way stays
    assert list(worklist(desk.who("institute"))) == [after]


@pytest.mark.parametrize(("text", "park", "unit"), [
    (TECHNOLOGY, "east", "near"), (TECHNOLOGY, "east_sub", "near"), (TECHNOLOGY, "west", "institute"), ("想问一下专利的事", "east", "committee"),
    ("执法检查太频繁，还有乱收费和摊派", "east", "city"),
])  # fmt: skip
def test_the_nearest_one_named_takes_it_and_a_mere_hint_stays_with_the_desk(named, text, park, unit):
    near = Organisation.objects.create(kind="institute", name_zh="东园检测中心", park=named.town.east)
    appoint_body(topic="technology", body=near, park=named.town.east, by=named.who("city"), now=named.at)
    firm = {"east": named.town.firm_east, "east_sub": named.town.firm_sub, "west": named.town.firm_west}[park]
    assert named.file(text, by="city", enterprise=firm).unit == (near if unit == "near" else named.unit(unit))


def test_one_institute_at_a_time_and_none_after_the_end(named):
    other = Organisation.objects.create(kind="institute", name_zh="另一研究院")
    with pytest.raises(NotAllowed):
        appoint_body(topic="technology", body=other, by=named.who("committee"), now=named.at)
    for topic, body in (("nonsense", other), ("inspection", other), ("technology", named.unit("company"))):
        with pytest.raises(WrongDemand):
            appoint_body(topic=topic, body=body, by=named.who("city"), now=named.at)
    assert [one.organisation_id for one in bodies()] == [named.unit("institute").pk]
    assert appoint_body(topic="technology", body=named.unit("institute"), by=named.who("city"), now=named.at) == bodies().get()
    second = appoint_body(topic="technology", body=other, by=named.who("city"), now=named.now(minutes=1))
    assert [one.pk for one in bodies()] == [second.pk] and TopicBody.objects.count() == 2
    with pytest.raises(NotAllowed):
        end_body(appointed=second, by=named.who("institute"), now=named.at)
    end_body(appointed=second, by=named.who("city"), now=named.at)
    with pytest.raises(BodyEnded):
        end_body(appointed=second, by=named.who("city"), now=named.at)
    assert named.file(TECHNOLOGY).unit == named.unit("city")
    assert list(AuditRecord.objects.filter(subject_kind="topic_body").values_list("action", flat=True)) == ["demands.appoint_body"] * 2 + ["demands.end_body"]


def test_it_does_what_a_unit_does_and_the_firm_has_the_last_word(named):
    case = named.file(TECHNOLOGY)
    case = named.does(case, "accept", "institute", note="")
    pause_clock(case=case, clock="handling", reason="等待样品送达", by=named.who("institute"), now=named.now(minutes=1))
    comment(case=case, text="请寄送样品", by=named.who("institute"), now=named.now(minutes=1))
    assign(case=case, handler=named.town["institute"], by=named.who("institute"), now=named.at)
    case = named.does(case, "answer", "institute", note="已安排专家对接")
    with pytest.raises(NotAllowed):
        named.does(case, "confirm", "institute")
    assert named.does(case, "confirm", "enterprise").outcome == "solved"
    found = counts_by(visible(system()), named.at.date(), ("unit_id",))
    assert found[(named.unit("institute").pk,)].solved == 1


def test_it_sees_exactly_what_it_has(named):
    mine, other = named.file(TECHNOLOGY), named.file("停电三次，变压器要增容")
    assert seen(named, "institute") == {mine.pk}
    with pytest.raises(NotFound):
        case_seen(named.who("institute"), other.number)
    with pytest.raises(NotAllowed):
        comment(case=other, text="我们能做", by=named.who("institute"), now=named.at)
    hand_over(case=mine, unit=named.unit("committee"), note="属于园区事项", by=named.who("institute"), now=named.now(minutes=5))
    assert seen(named, "institute") == set()
    assert not may_make_slip(mine, named.who("institute"))


def test_a_committee_and_the_city_give_to_an_institute_and_it_hands_back_in_its_day(desk):
    case = desk.file("停电三次，变压器要增容")
    assert {one.kind for one in units(desk.who("city"))} == {"city", "committee", "company", "institute"}
    assert desk.unit("institute") in units_open(case, desk.who("committee")) and desk.unit("committee_west") not in units_open(case, desk.who("committee"))
    assert units_open(case, desk.who("enterprise")) == units_open(case, desk.who("institute")) == []
    with pytest.raises(WrongCase):
        reassign(case=case, unit=desk.unit("enterprise"), note="请自行处理", by=desk.who("city"), now=desk.at)
    assert Case.objects.get(pk=case.pk).unit == desk.unit("company")
    case = reassign(case=case, unit=desk.unit("institute"), note="由研究院检测", by=desk.who("committee"), now=desk.now(minutes=5))
    assert desk.unit("committee") in units_open(case, desk.who("institute"))
    with pytest.raises(TransferTooLate):
        hand_over(case=case, unit=desk.unit("committee"), note="不归我们", by=desk.who("institute"), now=desk.now(days=3))


def test_an_institute_of_another_park_is_not_a_committees_to_give_to(desk):
    far = Organisation.objects.create(kind="institute", name_zh="西园检测中心", park=desk.town.west)
    case = desk.file("停电三次，变压器要增容")
    assert far not in units_open(case, desk.who("committee"))
    with pytest.raises(NotAllowed):
        reassign(case=case, unit=far, note="请检测", by=desk.who("committee"), now=desk.at)
    assert reassign(case=case, unit=far, note="请检测", by=desk.who("city"), now=desk.at).unit == far


def test_the_proposal_names_the_institute_of_each_topic(named):
    known = rules().topics
    assert units_for([known["technology"], None, known["utilities"]], named.town.east.pk) == [
        named.unit(name) for name in ("institute", "committee", "company")
    ]


def test_with_a_common_problem_it_answers_all_but_reads_only_its_own(named, client):
    cases = [named.file(f"希望共用实验室做技术研发检测，{n}车间", by=who, enterprise=firm) for n, who, firm in (
        (1, "enterprise", named.town.firm_east), (2, "enterprise_west", named.town.firm_west))]  # fmt: skip
    for case in cases:
        reassign(case=case, unit=named.unit("city"), note="市级统筹", by=named.who("city"), now=named.at)
    common = gather_common(cases=cases, title="共用实验室", unit=named.unit("institute"), by=named.who("city"), now=named.at)
    client.force_login(named.town["institute"], backend=BACKEND)
    page = client.get(f"/cases/{common.number}/").content.decode()
    assert all(case.number in page and f"/cases/{case.number}/" not in page for case in cases) and "FIRM" not in page
    assert client.get(f"/cases/{cases[0].number}/").status_code == 404
    assert answer_common(common=common, note="实验室开放预约", by=named.who("institute"), now=named.now(minutes=9)) == 2


def test_pages_and_api_hand_a_case_to_an_institute_and_back(desk, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.at)
    case, institute = desk.file("停电三次，变压器要增容"), desk.unit("institute")
    client.force_login(desk.town["company"], backend=BACKEND)
    assert f'<option value="{institute.pk}">{institute.name_zh}' in client.get(f"/cases/{case.number}/").content.decode()
    client.post(f"/cases/{case.number}/act/", {"act": "transfer", "unit": institute.pk, "note": "请检测"})
    assert Case.objects.get(pk=case.pk).unit == institute
    client.force_login(desk.town["institute"], backend=BACKEND)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "/enterprises/" not in page.split("<main", 1)[1] and "FIRM" in page  # whose it is, without the way into the register
    offered = client.get(f"/api/v1/cases/{case.number}/units").json()
    assert {"id": desk.unit("company").pk, "kind": "company", "name_zh": desk.unit("company").name_zh, "name_en": ""} in offered
    body = json.dumps({"unit": desk.unit("enterprise").pk, "note": "请自行处理"})
    assert client.post(f"/api/v1/cases/{case.number}/unit", body, content_type="application/json").status_code == 404
    body = json.dumps({"unit": desk.unit("company").pk, "note": "已检测，请更换"})
    assert client.post(f"/api/v1/cases/{case.number}/unit", body, content_type="application/json").json()["kind"] == "company"
    assert client.get(f"/api/v1/cases/{case.number}").status_code == 404


def test_the_city_names_institutes_on_a_page_and_over_the_api(desk, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.at)
    institute = desk.unit("institute")
    client.force_login(desk.town["city"], backend=BACKEND)
    client.post("/demands/institutes/", {"act": "appoint", "topic": "technology", "institute": institute.pk, "park": "east"})
    row = bodies().get()
    assert (row.organisation, row.park) == (institute, desk.town.east)
    assert institute.name_zh in client.get("/demands/institutes/").content.decode()
    client.post("/demands/institutes/", {"act": "end", "appointed": row.pk})
    assert not bodies().exists()
    body = json.dumps({"topic": "technology", "institute": institute.pk})
    made = client.post("/api/v1/demands/institutes", body, content_type="application/json").json()
    assert [made] == client.get("/api/v1/demands/institutes").json()["items"] and made["park"] is None
    client.force_login(desk.town["committee"], backend=BACKEND)
    assert client.post("/demands/institutes/", {"act": "end", "appointed": made["id"]}).status_code == 403
    assert client.post(f"/api/v1/demands/institutes/{made['id']}/end").status_code == 403
    assert bodies().count() == 1
