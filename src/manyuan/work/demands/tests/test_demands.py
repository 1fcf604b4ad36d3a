"""A firm says once what is wrong; the right unit has it; it is closed when the firm says so; five rates say how well that works."""

from __future__ import annotations

import io
from email.message import EmailMessage

import openpyxl
import pytest
import yaml
from django.utils import timezone

from manyuan.engines.analytics.five_rates import five_rates
from manyuan.facts.audit.actors import ANONYMOUS, NotAllowed, system
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import Event
from manyuan.facts.enterprises.models import Industry
from manyuan.work.cases.models import Case
from manyuan.work.cases.tests.conftest import KINDS
from manyuan.work.demands.errors import NotAlike, NotSaidYet, TopicsFaulty, WrongDemand, WrongMail
from manyuan.work.demands.models import Demand, Recheck
from manyuan.work.demands.queries import by_code, common_candidates, counts_by, counts_of, demands
from manyuan.work.demands.routing import alike, propose
from manyuan.work.demands.services import (
    Contact,
    answer_common,
    answer_recheck,
    ask_again,
    confirm_with_code,
    file_demand,
    gather_common,
    import_demands,
    install_topics,
    note_move,
    preview_demands,
    rate_demand,
    receive_mail,
    set_topic,
)


def test_a_sentence_is_enough_and_the_unit_has_it_at_once(desk):
    case = desk.file()
    assert case.unit == desk.unit("company") and case.demand.topic == "utilities"
    assert case.title == "三车间每天下午供水压力不足，水压只有平时一半，影响生产"
    assert case.pk in demands(desk.who("city")).values_list("pk", flat=True)
    assert case.demand.routed["proposals"][0]["words"] == ["供水", "水压"]


@pytest.mark.parametrize(
    ("text", "topic", "unit"),
    [
        ("停电三次，变压器要增容", "utilities", "company"),
        ("贷款到期，银行不给续贷，缺资金", "finance", "city"),
        ("扩产缺厂房，想租标准厂房和仓库", "space", "committee"),
        ("执法检查太频繁，还有乱收费和摊派", "inspection", "city"),
        ("天气不错", "", "committee"),
    ],
)
def test_who_has_it_follows_from_what_it_is_about(desk, text, topic, unit):
    case = desk.file(text)
    assert (case.demand.topic, case.unit) == (topic, desk.unit(unit))


def test_one_word_alone_is_a_hint_and_the_desk_of_the_park_decides(desk):
    case = desk.file("想问一下用电的事情")
    assert case.demand.topic == "utilities" and not case.demand.routed["sure"]
    assert case.unit == desk.unit("committee")
    set_topic(case=case, topic="tax", by=desk.who("committee"), now=desk.at)
    assert Demand.objects.get(pk=case.pk).topic == "tax"
    with pytest.raises(NotAllowed):
        set_topic(case=case, topic="tax", by=desk.who("company"), now=desk.at)


def test_the_firms_sector_makes_a_topic_surer_but_speaks_for_none_by_itself(desk):
    plain, with_sector = propose("想问一下用电的事情")[0], propose("想问一下用电的事情", industry="3011")[0]
    assert plain.topic.code == with_sector.topic.code == "utilities" and with_sector.sector and not plain.sector
    assert with_sector.confidence == pytest.approx(plain.confidence + (1 - plain.confidence) * 0.15)
    assert propose("天气不错", industry="3011") == [] and not propose("想问一下用电的事情", industry="1311")[0].sector
    assert [one.topic.code for one in propose("审批和技术", industry="3990")] == ["technology", "approval"]
    assert [one.topic.code for one in propose("审批和技术", industry="1411")] == ["approval", "technology"]
    Industry.objects.get_or_create(code="3011", defaults={"name_zh": "水泥制造", "section": "C", "level": 4})
    desk.town.firm_east.industry_id = "3011"
    assert desk.file("想问一下用电的事情").demand.routed["proposals"][0]["sector"] is True


def test_what_is_about_the_park_itself_goes_past_it(desk):
    case = desk.file("管委会推诿、不作为，还有摊派", park=desk.town.east)
    assert case.direct and case.unit == desk.unit("city")
    assert case.pk not in demands(desk.who("committee")).values_list("pk", flat=True)


@pytest.mark.parametrize("field", ["text", "topic", "phone"])
def test_what_cannot_be_filed_names_its_place_and_nothing_is_kept(desk, field):
    wrong = {"text": {"text": "水"}, "topic": {"topic": "weather"}, "phone": {"contact": Contact("联系人", "12345")}}[field]
    with pytest.raises(WrongDemand):
        desk.file(**wrong)
    assert not Case.objects.exists() and not Demand.objects.exists()


def test_nobody_files_for_a_firm_that_is_not_theirs(desk):
    for who in ("enterprise_west", "committee_west", "institute", "stray"):
        with pytest.raises(NotAllowed):
            desk.file(by=who)
    assert desk.file(by="committee", channel="officer").channel == "officer"
    assert Demand.objects.count() == 1


def test_who_files_on_behalf_of_a_firm_does_not_speak_for_it(desk):
    case = desk.file(by="committee", channel="officer")
    desk.does(case, "resolve", "company")
    for who in ("committee", "city"):
        with pytest.raises(NotAllowed):
            desk.does(case, "confirm", who)
    assert desk.does(case, "confirm", "enterprise").outcome == "solved"


def test_a_form_sent_twice_is_one_demand(desk):
    assert desk.file(key="k1").pk == desk.file(key="k1").pk
    assert Demand.objects.count() == 1


def test_the_telephone_is_kept_sealed_and_shown_masked(desk):
    case = desk.file(contact=Contact("联系人", "138 0000 1234"))
    found = Demand.objects.get(pk=case.pk)
    assert found.contact_shown == "138****1234" and "13800001234" not in found.contact_sealed


def test_without_login_a_code_follows_and_confirms_it(desk):
    filed = file_demand(text="园区门口路灯不亮，夜班不安全", enterprise_text="某企业", park=desk.town.east, channel="open", by=ANONYMOUS, now=desk.at)
    number = filed.demand.case.number
    assert by_code(number, filed.code.lower()) == filed.demand
    assert by_code(number, "AAAAAAAAAA") is None and by_code("SQ-20260101-0001", filed.code) is None
    desk.does(filed.demand.case, "resolve", "committee")
    case = confirm_with_code(demand=filed.demand, move="confirm", satisfaction=5, by=ANONYMOUS, now=desk.at)
    assert case.phase == "closed" and Demand.objects.get(pk=case.pk).satisfaction == 5
    own = desk.file()
    assert by_code(own.number, "") is None


def _rates(desk, **where):
    counts = counts_of(Case.objects.filter(**where), timezone.localdate(desk.at))
    return {name: (rate.part, rate.whole) for name, rate in five_rates(counts)}


def test_the_five_rates_are_right_at_each_step(desk):
    case = desk.file()
    nothing = (0, 0)
    assert _rates(desk) == {"responded": (0, 1), "closed": (0, 1), "solved": (0, 0), "satisfied": nothing, "recurred_30": nothing, "recurred_90": nothing}
    desk.does(case, "accept", "company")
    assert _rates(desk)["responded"] == (1, 1)
    desk.now(days=9)  # late
    desk.does(case, "answer", "company")
    assert (_rates(desk)["closed"], _rates(desk)["solved"]) == ((1, 1), (0, 1))
    desk.does(case, "confirm", "enterprise", satisfaction=4)
    assert (_rates(desk)["solved"], _rates(desk)["satisfied"]) == ((1, 1), (1, 1))
    desk.now(days=10)
    desk.does(case, "recur", "enterprise", note="又没水压了")
    assert (_rates(desk)["closed"], _rates(desk)["solved"]) == ((1, 1), (0, 1))  # reopened: never the closed rate
    desk.does(case, "answer", "company")
    desk.does(case, "reject", "enterprise", note="还是不行")
    assert _rates(desk)["solved"] == (0, 1)
    desk.does(case, "answer", "company")
    desk.does(case, "confirm", "enterprise")
    assert _rates(desk)["solved"] == (1, 1)
    desk.now(days=30)
    assert _rates(desk)["recurred_30"] == (1, 1)
    assert _rates(desk)["recurred_90"] == (0, 0)  # not watched for so long yet


def test_what_is_withdrawn_or_not_accepted_does_not_count(desk):
    first, second = desk.file(), desk.file("停电三次，变压器要增容")
    desk.does(first, "withdraw", "enterprise")
    desk.does(second, "refuse", "company", note="不属于园区事项，应向供电公司申请")
    assert _rates(desk)["responded"] == (0, 0)
    assert Case.objects.get(pk=second.pk).outcome == "not-accepted"


def test_rates_by_park_and_topic_come_from_one_query(desk, django_assert_num_queries):
    desk.file()
    desk.file("贷款到期，银行不给续贷", enterprise=desk.town.firm_west, by="enterprise_west")
    with django_assert_num_queries(1):
        found = counts_by(Case.objects.all(), timezone.localdate(desk.at), ("park_id", "demand__topic"))
    assert {key: one.received for key, one in found.items()} == {(desk.town.east.pk, "utilities"): 1, (desk.town.west.pk, "finance"): 1}


def test_a_move_noted_twice_is_noted_once(desk):
    case = desk.file()
    desk.does(case, "resolve", "company")
    before = Demand.objects.values().get(pk=case.pk)
    note_move(case_id=case.pk, move="resolve", at=desk.now(hours=3))
    assert Demand.objects.values().get(pk=case.pk) == before


def test_satisfaction_is_the_firms_to_say_and_only_after_an_answer(desk):
    case = desk.file()
    with pytest.raises(NotSaidYet):
        rate_demand(case=case, satisfaction=5, by=desk.who("enterprise"), now=desk.at)
    desk.does(case, "resolve", "company")
    with pytest.raises(NotAllowed):
        rate_demand(case=case, satisfaction=5, by=desk.who("company"), now=desk.at)
    with pytest.raises(WrongDemand):
        rate_demand(case=case, satisfaction=6, by=desk.who("enterprise"), now=desk.at)
    assert Demand.objects.get(pk=case.pk).satisfaction is None


def test_it_is_asked_again_after_30_and_90_days_each_once(desk):
    case = desk.file()
    desk.does(case, "resolve", "company")
    desk.does(case, "confirm", "enterprise")
    assert [one.days for one in Recheck.objects.all()] == [30, 90]
    desk.now(days=29)
    assert ask_again(now=desk.at) == []
    desk.now(days=1)
    assert [one.days for one in ask_again(now=desk.at)] == [30]
    assert ask_again(now=desk.at) == []
    assert Event.objects.filter(name="demand.recheck").count() == 1
    first = Recheck.objects.get(days=30)
    answer_recheck(recheck=first, holds=True, by=desk.who("enterprise"), now=desk.at)
    desk.now(days=60)
    (second,) = ask_again(now=desk.at)
    with pytest.raises(NotAllowed):
        answer_recheck(recheck=second, holds=False, note="又来了", by=desk.who("company"), now=desk.at)
    answer_recheck(recheck=second, holds=False, note="又来了", by=desk.who("enterprise"), now=desk.at)
    case.refresh_from_db()
    assert case.state == "recurred" and case.demand.recurred_at == desk.at


def test_the_like_are_shown_and_gather_into_a_common_problem_with_one_answer(desk):
    first = desk.file()
    second = desk.file("四车间下午供水压力不足，水压太低，生产受影响", enterprise=desk.town.firm_sub, by="committee", channel="officer")
    third = desk.file("仓库旁车间供水压力不足，下午水压低，影响生产", by="committee", channel="officer")
    other = desk.file("贷款到期，银行不给续贷，缺资金")
    near = alike("二车间供水压力不足，水压低", demands(desk.who("city")), desk.at)
    assert {one.case.pk for one in near} == {first.pk, second.pk, third.pk} and "供水" in near[0].shared
    (group,) = common_candidates(desk.who("city"), desk.at)
    assert {one.pk for one in group.cases} == {first.pk, second.pk, third.pk} and other.pk not in {one.pk for one in group.cases}
    with pytest.raises(NotAlike):
        gather_common(cases=[first], title="供水压力", unit=desk.unit("committee"), by=desk.who("city"), now=desk.at)
    common = gather_common(cases=list(group.cases), title="园区东侧供水压力不足", unit=desk.unit("committee"), by=desk.who("city"), now=desk.at)
    assert answer_common(common=common, note="增压泵 12 月 5 日前投用", by=desk.who("committee"), now=desk.at) == 3
    assert set(Case.objects.filter(parent=common).values_list("state", flat=True)) == {"answered"}
    assert first.steps.filter(act="answer").get().note == f"{common.number}：增压泵 12 月 5 日前投用"
    desk.does(first, "confirm", "enterprise")
    assert Case.objects.get(pk=second.pk).phase == "answered"  # each firm says so for itself


def test_nobody_gathers_what_they_may_not_read(desk):
    first = desk.file()
    west = desk.file("四车间下午供水压力不足，水压太低", enterprise=desk.town.firm_west, by="enterprise_west")
    with pytest.raises(NotFound):
        gather_common(cases=[first, west], title="供水", unit=desk.unit("committee"), by=desk.who("committee"), now=desk.at)
    assert not Case.objects.filter(kind_code="common-problem").exists()


EAST, WEST = "91510100MA6000002W", "91510100MA600001XH"


@pytest.fixture
def coded(desk):
    """The firms with credit codes whose check character is right."""
    for firm, code in ((desk.town.firm_east, EAST), (desk.town.firm_west, WEST)):
        firm.uscc = code
        firm.save()
    return desk


def _book(*rows):
    book = openpyxl.Workbook()
    book.active.append(["统一社会信用代码", "诉求内容", "诉求类别", "联系人", "联系电话"])
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_files_what_its_preview_says_and_never_twice(coded):
    content = _book([EAST, "三车间供水压力不足", "水电气保障", "联系人", "13800001234"], [EAST, "停车位太少", None, None, None])
    seen = preview_demands(name="a.xlsx", content=content, by=coded.who("committee"))
    assert (len(seen.new), seen.known, seen.faults) == (2, 0, []) and not Case.objects.exists()
    assert len(import_demands(name="a.xlsx", content=content, by=coded.who("committee"), now=coded.at).new) == 2
    assert Case.objects.count() == 2
    again = import_demands(name="a.xlsx", content=content, by=coded.who("committee"), now=coded.at)
    assert (len(again.new), again.known, Case.objects.count()) == (0, 2, 2)


def test_a_workbook_with_a_wrong_row_files_nothing(coded):
    content = _book([EAST, "三车间供水压力不足", None, None, None], [WEST, "西园的企业", None, None, None])
    found = import_demands(name="a.xlsx", content=content, by=coded.who("committee"), now=coded.at)
    assert [one.cell for one in found.faults] == ["A3"] and "您可办理的企业" in found.faults[0].message("zh")
    assert not Case.objects.exists()


def _mail(sender, body="园区停水两天了，请尽快恢复供水", subject="停水", **headers):
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = sender, subject, headers.get("id", "<1@example.com>")
    message.set_content(body)
    if "file" in headers:
        message.add_attachment(headers["file"], maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def test_a_mail_of_a_known_person_is_a_demand_of_their_firm_once(desk):
    person = desk.town["enterprise"]
    person.email = "firm@example.com"
    person.save()
    raw = _mail("Firm <FIRM@example.com>", body="园区停水两天了\n\n> 旧邮件", file=b"%PDF-1.4")
    case = receive_mail(raw=raw, now=desk.at).demand.case
    assert (case.enterprise, case.channel, case.title, case.text) == (desk.town.firm_east, "mail", "停水", "园区停水两天了")
    assert receive_mail(raw=raw, now=desk.at).demand.pk == case.pk
    assert Case.objects.count() == 1 and case.attachments.count() == 1


def test_a_mail_of_a_stranger_goes_to_the_city_and_names_no_firm(desk):
    case = receive_mail(raw=_mail("stranger@example.com"), now=desk.at).demand.case
    assert (case.enterprise, case.unit, case.direct) == (None, desk.unit("city"), True)
    with pytest.raises(WrongMail):
        receive_mail(raw=_mail("stranger@example.com", body=" ", id="<2@example.com>"), now=desk.at)


def test_faulty_topics_are_refused_all_at_once(desk):
    content = yaml.safe_load((KINDS.parent / "demands.yaml").read_text("utf-8"))
    content["topics"][0]["unit"] = "mayor"
    content["topics"][1].pop("name")
    content["minimum_cases"] = 0
    content["colour"] = "red"
    with pytest.raises(TopicsFaulty) as refused:
        install_topics(content=content, by=system("test"), now=desk.at)
    for said in ("topics[0].unit: found 'mayor'", "topics[1].name", "minimum_cases: found 0", "colour: unknown"):
        assert said in refused.value.message("zh-hans")


def test_nothing_points_anywhere_without_words(desk):
    assert propose("你好") == []
