"""A firm without login: the officer who files for it hands on a code, by which the firm speaks itself; what it said by telephone is counted apart."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.test import Client
from django.utils import timezone

from manyuan.engines.analytics.five_rates import five_rates
from manyuan.facts.accounts.tests.town import PASSWORD
from manyuan.facts.audit.actors import ANONYMOUS, NotAllowed
from manyuan.work.cases.models import Case, Step
from manyuan.work.demands.errors import OwnAnswer, WrongDemand
from manyuan.work.demands.models import Demand, Letter
from manyuan.work.demands.queries import by_code, counts_of
from manyuan.work.demands.services import BY_TELEPHONE, Contact, confirm_with_code, file_demand, make_slip, receive_mail, send_letters
from manyuan.work.notices.errors import SendFailed
from manyuan.work.notices.sending import ABANDONED, TRIES

TEXT = "三车间每天下午供水压力不足，水压只有平时一半，影响生产"


class Gateway:
    """Remembers what it was given; refuses as long as it is told to."""

    def __init__(self, broken: int = 0) -> None:
        self.sent: list[tuple[str, str, str, str]] = []
        self.broken = broken

    def send(self, kind, address, subject, body):
        if self.broken:
            self.broken -= 1
            raise SendFailed("no route")
        self.sent.append((kind, address, subject, body))


def file(desk, by="committee", channel="officer", **more):
    return file_demand(text=TEXT, enterprise=desk.town.firm_east, channel=channel, by=desk.who(by), now=desk.at, **more)


def letters(desk, gateway, **later):
    return send_letters(now=desk.now(**later), gateway=gateway, address=lambda number, code: f"https://city/raise/{number}/{code}/")


def counts(desk):
    return counts_of(Case.objects.all(), timezone.localdate(desk.at))


@pytest.mark.parametrize(
    ("by", "channel", "code"),
    [
        ("committee", "officer", True), ("company", "workbook", True), ("city", "api", True), ("committee", "visit", False), ("committee", "meeting", False),
        ("enterprise", "portal", False), ("enterprise", "api", False),
    ],
)  # fmt: skip
def test_who_files_on_behalf_is_given_a_code_for_the_firm_and_the_firm_needs_none(desk, by, channel, code):
    filed = file(desk, by, channel)
    assert bool(filed.code) is code is bool(Demand.objects.get().secret_digest)
    assert filed.code not in str(Demand.objects.values()) or not code


def test_the_firm_speaks_by_the_code_of_the_slip_and_the_officer_does_not(desk):
    filed = file(desk)
    case = filed.demand.case
    desk.does(case, "resolve", "company")
    for who in ("committee", "city", "company"):
        with pytest.raises(NotAllowed):
            desk.does(case, "confirm", who)
    confirm_with_code(demand=by_code(case.number, filed.code), move="reject", note="还是没水", by=ANONYMOUS, now=desk.at)
    desk.does(case, "answer", "company")
    confirm_with_code(demand=by_code(case.number, filed.code), move="confirm", satisfaction=5, by=ANONYMOUS, now=desk.at)
    demand = Demand.objects.get()
    assert (demand.solved, demand.satisfaction, demand.told_at) == (True, 5, None) and Case.objects.get().reopened == 1


def test_a_new_slip_ends_the_earlier_code_and_stands_on_the_trail(desk):
    filed = file(desk)
    number = filed.demand.case.number
    slip = make_slip(case=filed.demand.case, by=desk.who("company"), now=desk.at)
    assert by_code(number, filed.code) is None and by_code(number, slip.code) == filed.demand
    step = Step.objects.get(act="slip")
    assert step.public and step.actor_id == desk.town["company"].pk and slip.code not in str(step.data)


@pytest.mark.parametrize("who", ["enterprise", "enterprise_west", "committee_west", "institute", "stray"])
def test_nobody_else_makes_a_slip(desk, who):
    case = file(desk).demand.case
    before = Demand.objects.get().secret_digest
    with pytest.raises(NotAllowed):
        make_slip(case=case, by=desk.who(who), now=desk.at)
    assert Demand.objects.get().secret_digest == before and not Step.objects.filter(act="slip").exists()


def test_what_the_firm_said_by_telephone_closes_and_is_in_no_rate_until_the_firm_says_it_itself(desk):
    filed = file(desk)
    case = filed.demand.case
    desk.does(case, "resolve", "company")
    with pytest.raises(OwnAnswer):
        desk.does(case, BY_TELEPHONE, "company")
    case = desk.does(case, BY_TELEPHONE, "committee", note="11月24日电话联系李某，称已恢复供水")
    assert (case.state, case.phase, case.outcome) == ("told-solved", "closed", "told")
    found = counts(desk)
    assert (found.closed, found.solved, found.told) == (1, 0, 1) and dict(five_rates(found))["solved"].part == 0
    assert Demand.objects.get().rechecks.count() == 2
    confirm_with_code(demand=by_code(case.number, filed.code), move="confirm", by=ANONYMOUS, now=desk.at)
    found = counts(desk)
    assert (found.closed, found.solved, found.told) == (1, 1, 0) and Demand.objects.get().rechecks.count() == 2


def test_a_firm_that_was_not_asked_opens_it_again(desk):
    filed = file(desk)
    desk.does(filed.demand.case, "resolve", "company")
    desk.does(filed.demand.case, BY_TELEPHONE, "city", note="电话确认")
    confirm_with_code(demand=by_code(filed.demand.case.number, filed.code), move="recur", note="没有人打过电话", by=ANONYMOUS, now=desk.at)
    found = counts(desk)
    assert (found.solved, found.told) == (0, 0) and Case.objects.get().phase == "open"


def test_in_the_citys_own_cases_somebody_who_did_not_answer_notes_the_call(desk):
    case = file_demand(text="贷款到期，银行不给续贷，缺资金", enterprise=desk.town.firm_east, channel="officer", by=desk.who("city"), now=desk.at).demand.case
    assert case.unit == desk.unit("city")
    desk.does(case, "resolve", "city")
    with pytest.raises(OwnAnswer):
        desk.does(case, BY_TELEPHONE, "city", note="电话确认")
    assert desk.does(case, BY_TELEPHONE, "committee", note="电话确认").phase == "closed"


def test_the_code_is_written_to_the_contact_where_that_can_be_sent(desk, settings):
    settings.NOTICE_EMAIL, settings.NOTICE_SMS_URL = True, "json://127.0.0.1/{phone}"
    filed = file(desk, contact=Contact("联系人", "138 0000 1234", "someone@example.com"))
    stored = str(list(Letter.objects.values())) + str(list(Demand.objects.values()))
    assert filed.code not in stored and "someone@" not in stored and "13800001234" not in stored
    gateway = Gateway()
    letters(desk, gateway)
    letters(desk, gateway)
    assert [(kind, address) for kind, address, _, _ in gateway.sent] == [("sms", "13800001234"), ("email", "someone@example.com")]
    assert all(filed.code in body and f"https://city/raise/{filed.demand.case.number}/{filed.code}/" in body for _, _, _, body in gateway.sent)
    assert "凭查询码" in gateway.sent[0][3] and "With the code" in gateway.sent[1][3] and "With the code" not in gateway.sent[0][3]
    assert set(Letter.objects.values_list("state", "code_sealed")) == {("sent", "")}


@pytest.mark.parametrize(("mail", "sms", "phone"), [(False, "", "13800001234"), (False, "json://127.0.0.1/{phone}", "028-61234567")])
def test_without_a_way_out_nothing_waits_to_be_sent(desk, settings, mail, sms, phone):
    settings.NOTICE_EMAIL, settings.NOTICE_SMS_URL = mail, sms
    assert file(desk, contact=Contact("联系人", phone, "someone@example.com")).code
    assert not Letter.objects.exists()


def test_a_letter_that_cannot_be_sent_is_tried_again_then_given_up_and_one_in_an_unknown_state_is_not_sent_twice(desk, settings):
    settings.NOTICE_EMAIL = True
    file(desk, contact=Contact(mail="someone@example.com"))
    gateway = Gateway(broken=99)
    for _ in range(TRIES + 2):
        letters(desk, gateway, hours=2)
    assert Letter.objects.values_list("state", "tries", "code_sealed").get() == ("failed", TRIES, "")
    make_slip(case=Case.objects.get(), by=desk.who("committee"), now=desk.at)
    Letter.objects.filter(state="waiting").update(state="sending", tried_at=desk.at)
    gateway = Gateway()
    letters(desk, gateway, seconds=int(ABANDONED / timedelta(seconds=1)) + 1)
    assert gateway.sent == [] and Letter.objects.latest("pk").state == "unknown" and Letter.objects.latest("pk").code_sealed == ""


def test_a_new_slip_takes_back_the_letter_with_the_old_code(desk, settings):
    settings.NOTICE_EMAIL = True
    filed = file(desk, contact=Contact(mail="someone@example.com"))
    slip = make_slip(case=filed.demand.case, by=desk.who("committee"), now=desk.at)
    gateway = Gateway()
    letters(desk, gateway)
    assert len(gateway.sent) == 1 and slip.code in gateway.sent[0][3] and slip.sent_to == ("so…@example.com",)


def test_who_writes_a_mail_without_login_is_written_the_code(desk, settings):
    settings.NOTICE_EMAIL = True
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "firm@example.com", "供水不足", "<1@example.com>"
    mail.set_content(TEXT)
    filed = receive_mail(raw=mail.as_bytes(), now=desk.at)
    gateway = Gateway()
    letters(desk, gateway)
    assert gateway.sent[0][1] == "firm@example.com" and filed.code in gateway.sent[0][3]
    receive_mail(raw=mail.as_bytes(), now=desk.at)
    letters(desk, gateway)
    assert len(gateway.sent) == 1


def test_a_wrong_mailbox_is_named_and_nothing_is_filed(desk):
    with pytest.raises(WrongDemand, match="example"):
        file(desk, contact=Contact(mail="not a mailbox"))
    assert not Case.objects.exists()


def _signed_in(name: str) -> Client:
    client = Client()
    assert client.login(username=name, password=PASSWORD)
    return client


def test_the_officer_sees_the_slip_once_and_the_firm_confirms_by_it_on_the_open_page(desk):
    officer = _signed_in("committee")
    post = {"enterprise": desk.town.firm_east.uscc, "text": TEXT, "key": "k1"}
    assert officer.post("/demands/new/", post)["Location"] == "/demands/slips/"
    page = officer.get("/demands/slips/")
    (row,) = page.context["rows"]
    assert row["code"] in page.content.decode() and "<svg" in page.content.decode() and "no-store" in page["Cache-Control"]
    assert row["code"] not in officer.get("/demands/slips/").content.decode()
    desk.does(Case.objects.get(), "resolve", "company")
    address = row["address"].replace("http://testserver", "")
    seen = officer.get(address)
    assert seen.status_code == 200 and "move:confirm" not in seen.content.decode()
    assert officer.post(address, {"act": "move:confirm"}).status_code == 403 and Case.objects.get().phase == "answered"
    assert Client().post(address, {"act": "move:confirm", "satisfaction": "4"}).status_code == 302
    assert Case.objects.get().phase == "closed" and Demand.objects.get().satisfaction == 4


def test_the_page_of_a_case_makes_a_slip_and_offers_the_call_to_whom_it_is_open(desk):
    case = desk.file(by="committee", channel="visit")
    desk.does(case, "resolve", "company")
    for name, slip, call in (("company", True, False), ("committee", True, True), ("city", True, True), ("enterprise", False, False)):
        text = _signed_in(name).get(f"/cases/{case.number}/").content.decode()
        assert (f"/cases/{case.number}/slip/" in text, f"move:{BY_TELEPHONE}" in text) == (slip, call), name
    officer = _signed_in("company")
    assert officer.post(f"/cases/{case.number}/slip/")["Location"] == "/demands/slips/"
    (row,) = officer.get("/demands/slips/").context["rows"]
    assert by_code(case.number, row["code"]) is not None
