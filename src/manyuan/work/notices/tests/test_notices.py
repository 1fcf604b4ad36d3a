"""Notices: each once, to whom it concerns, in the reader's language; channels; sending in working hours, gathered, tried again, never twice."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.db import connection, connections

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.models import Title
from manyuan.work.notices import queries, services
from manyuan.work.notices.errors import NotOffered, SendFailed, UnknownTemplate, WrongAddress, WrongTemplates
from manyuan.work.notices.models import Channel, Delivery, Notice, Template
from manyuan.work.notices.reminding import remind_titles
from manyuan.work.notices.sending import ABANDONED, AT_ONCE, TRIES, send_due
from manyuan.work.notices.services import Told, add_channel, drop_channel, mark_read, notify
from manyuan.work.notices.texts import PLACEHOLDERS, install_templates, said

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TEXTS = yaml.safe_load((Path(__file__).resolve().parents[5] / "packs" / "chengdu" / "notices.yaml").read_text("utf-8"))
ROBOT = "0123456789abcdef-robot"


class Fake:
    """A gateway that remembers; fails for those in `broken`."""

    def __init__(self, broken: int = 0, lasting: bool = False) -> None:
        self.sent: list[tuple[str, str, str, str]] = []
        self.broken, self.lasting = broken, lasting

    def send(self, kind, address, subject, body):
        if self.broken:
            self.broken -= 1
            raise SendFailed("no route", lasting=self.lasting)
        self.sent.append((kind, address, subject, body))


@pytest.fixture
def town(db, settings):
    settings.NOTICE_EMAIL = True
    install_templates(content=TEXTS, by=system(), now=NOW)
    return build_town()


def firm(town):
    return actor_of(town["enterprise"])


def tell(town, count=1, **more):
    rows = [
        Told(f"k{n}", {"title": {"zh": f"款项{n}", "en": f"payment {n}"}, "amount": "5"}, "/money/payments/", enterprise_id=town.firm_east.pk, **more)
        for n in range(count)
    ]
    return notify(template="paid", told=rows, now=NOW)


def send(gateway, now=NOW, is_open=True):
    return send_due(now=now, gateway=gateway, is_open=lambda moment: is_open, site="https://city")


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_one_key_is_one_notice(town):
    assert [tell(town, 2), tell(town, 3)] == [2, 1]
    assert Notice.objects.count() == 3


def test_each_reads_their_own_and_in_their_language(town):
    tell(town)
    notify(
        template="paid",
        told=[Told("park", {}, park_id=town.east.pk), Told("city"), Told("body", {}, organisation_id=town["institute"].organisation_id)],
        now=NOW,
    )
    seen = {
        name: [one.key for one in queries.visible(actor_of(town[name]))]
        for name in ("city", "committee", "committee_west", "enterprise", "enterprise_west", "institute")
    }
    assert seen == {"city": ["city"], "committee": ["park"], "committee_west": [], "enterprise": ["k0"], "enterprise_west": [], "institute": ["body"]}
    one = queries.visible(firm(town)).get()
    assert said(one.template, one.data, "zh-hans")[0] == "已支付：款项0" and said(one.template, one.data, "en")[0] == "Paid: payment 0"
    with pytest.raises(NotFound):
        queries.notice_seen(actor_of(town["enterprise_west"]), one.pk)


def test_reading_is_recorded_by_person_and_once(town):
    tell(town, 3)
    assert queries.unread_count(firm(town)) == 3
    ids = list(Notice.objects.values_list("pk", flat=True))
    assert [mark_read(notices=ids[:1], by=firm(town), now=NOW) for _ in range(2)] == [1, 0]
    assert mark_read(notices=ids, by=actor_of(town["enterprise_west"]), now=NOW) == 0
    assert mark_read(notices=None, by=firm(town), now=NOW) == 2
    assert queries.unread_count(firm(town)) == 0
    with pytest.raises(NotAllowed):
        mark_read(notices=None, by=system(), now=NOW)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"paid": None}, "paid.zh.subject"),
        ({"paid": {**TEXTS["paid"], "zh": {"subject": "{nobody}", "body": "x"}}}, "{nobody}"),
        ({"paid": {**TEXTS["paid"], "zh": {"subject": "{", "body": "x"}}}, "paid.zh.subject"),
        ({"strange": TEXTS["paid"]}, "strange"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_whole(town, change, fault):
    with pytest.raises(WrongTemplates) as found:
        install_templates(content={**TEXTS, **change}, by=system(), now=NOW)
    assert fault in found.value.message("zh-hans")
    assert Template.objects.count() == len(PLACEHOLDERS)


def test_a_missing_template_is_named_and_a_changed_one_leaves_what_was_told(town):
    with pytest.raises(WrongTemplates) as found:
        install_templates(content={key: value for key, value in TEXTS.items() if key != "paid"}, by=system(), now=NOW)
    assert "paid: missing" in str(found.value)
    tell(town)
    changed = {**TEXTS, "paid": {**TEXTS["paid"], "zh": {"subject": "新", "body": "新"}}}
    assert [install_templates(content=changed, by=system(), now=NOW) for _ in range(2)] == [1, 0]
    one = Notice.objects.get()
    assert said(one.template, one.data, "zh")[0] == "已支付：款项0"
    with pytest.raises(UnknownTemplate):
        notify(template="nothing", told=[], now=NOW)


@pytest.mark.parametrize(
    ("kind", "given", "shown"),
    [
        ("email", "someone@example.com", "so…@example.com"),
        ("wecom", f"https://qyapi.example/cgi-bin/webhook/send?key={ROBOT}", "01…obot"),
        ("dingtalk", ROBOT, "01…obot"),
        ("feishu", f"https://open.example/open-apis/bot/v2/hook/{ROBOT}", "01…obot"),
    ],
)
def test_a_channel_is_sealed_masked_and_on_record(town, kind, given, shown):
    made = add_channel(kind=kind, address=given, by=firm(town), now=NOW)
    assert made.shown == shown
    assert add_channel(kind=kind, address=given, rhythm="daily", by=firm(town), now=NOW).pk == made.pk and Channel.objects.get().rhythm == "daily"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notices_channel")
        row = str(cursor.fetchall())
    assert ROBOT not in row and "someone@example.com" not in row
    assert not AuditRecord.objects.filter(after__icontains=ROBOT).exists()
    with pytest.raises(NotFound):
        drop_channel(channel=made.pk, by=actor_of(town["enterprise_west"]), now=NOW)
    drop_channel(channel=made.pk, by=firm(town), now=NOW)
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    ("kind", "given"), [("email", "nobody"), ("wecom", "short"), ("wecom", "http://127.0.0.1/x y"), ("dingtalk", "https://evil.example/hook")]
)
def test_an_address_that_is_none_is_refused_and_not_repeated(town, kind, given):
    with pytest.raises(WrongAddress) as found:
        add_channel(kind=kind, address=given, by=firm(town), now=NOW)
    assert given not in found.value.message("zh-hans")


def test_a_channel_that_is_not_set_up_is_not_offered(town, settings):
    settings.NOTICE_EMAIL = False
    for kind in ("email", "sms", "pigeon"):
        with pytest.raises(NotOffered):
            add_channel(kind=kind, address="a@example.com", by=firm(town), now=NOW)
    assert services.offered() == ["wecom", "dingtalk", "feishu"]
    settings.NOTICE_SMS_URL = "x://{phone}"
    assert add_channel(kind="sms", address="+86 138-0000-0000", by=firm(town), now=NOW).shown == "13…0000"


def test_sent_in_working_hours_only_and_once(town):
    add_channel(kind="wecom", address=ROBOT, by=firm(town), now=NOW)
    tell(town)
    gateway = Fake()
    assert send(gateway, is_open=False) == [] and states() == ["waiting"]
    send(gateway)
    send(gateway)
    assert [(kind, address, subject) for kind, address, subject, _ in gateway.sent] == [("wecom", ROBOT, "已支付：款项0")]
    assert gateway.sent[0][3].endswith("https://city/money/payments/")
    assert states() == ["sent"]


def test_many_at_once_are_one_digest(town):
    add_channel(kind="wecom", address=ROBOT, language="en", by=firm(town), now=NOW)
    tell(town, 40)
    gateway = Fake()
    send(gateway)
    assert len(gateway.sent) == 1
    _, _, subject, body = gateway.sent[0]
    assert subject == "40 notices of Manyuan" and "and 10 more" in body and body.endswith("https://city/notices/")
    assert set(Delivery.objects.values_list("state", "together")) == {("sent", 40)}
    tell(town, 40 + AT_ONCE)
    send(gateway)
    assert len(gateway.sent) == 1 + AT_ONCE


def test_a_daily_channel_waits_for_its_day(town):
    add_channel(kind="wecom", address=ROBOT, rhythm="daily", by=firm(town), now=NOW)
    gateway = Fake()
    tell(town, 1)
    send(gateway)
    tell(town, 3)
    send(gateway, NOW + timedelta(hours=3))
    assert len(gateway.sent) == 1
    send(gateway, NOW + timedelta(hours=22))
    assert len(gateway.sent) == 2 and gateway.sent[1][2].startswith("满园：2")


def test_a_gateway_that_fails_is_tried_again_later_and_not_for_ever(town):
    add_channel(kind="wecom", address=ROBOT, by=firm(town), now=NOW)
    tell(town)
    gateway = Fake(broken=1)
    send(gateway)
    assert states() == ["waiting"] and Delivery.objects.get().error == "no route"
    send(gateway)
    assert not gateway.sent, "not before its time"
    send(gateway, NOW + timedelta(minutes=3))
    assert len(gateway.sent) == 1 and states() == ["sent"]
    tell(town, 2)
    gateway, when = Fake(broken=99), NOW
    for _ in range(TRIES + 3):
        when += timedelta(hours=2)
        send(gateway, when)
    assert states() == ["sent", "failed"] and Delivery.objects.last().tries == TRIES


def test_a_lasting_failure_is_not_tried_again(town):
    add_channel(kind="wecom", address=ROBOT, by=firm(town), now=NOW)
    tell(town)
    send(Fake(broken=1, lasting=True))
    assert states() == ["failed"]


def test_who_was_switched_off_is_sent_nothing(town):
    add_channel(kind="wecom", address=ROBOT, by=firm(town), now=NOW)
    tell(town)
    user = town["enterprise"]
    user.is_active = False
    user.save()
    gateway = Fake()
    send(gateway)
    assert not gateway.sent and states() == ["failed"]


_SENDER = """
import os, signal, sys
from datetime import UTC, datetime
import django
django.setup()
from manyuan.work.notices.sending import send_due
class Dying:
    def send(self, kind, address, subject, body):
        print("sent", flush=True)
        if sys.argv[1] == "die":
            os.kill(os.getpid(), signal.SIGKILL)
send_due(now=datetime.fromisoformat(sys.argv[2]), gateway=Dying(), is_open=lambda moment: True)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_while_it_sends_nothing_is_sent_twice(settings, tmp_path):
    install_templates(content=TEXTS, by=system(), now=NOW)
    town = build_town()
    add_channel(kind="wecom", address=ROBOT, by=firm(town), now=NOW)
    tell(town)
    given = connection.settings_dict
    database = (
        f"sqlite:///{given['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    )
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "manyuan.site.settings", "PYTHONPATH": str(Path(__file__).resolve().parents[4]), "MANYUAN_DATABASE": database,
        "MANYUAN_SECRET_KEY": "x" * 50, "MANYUAN_FIELD_KEY": settings.FIELD_KEYS[0],
    }  # fmt: skip
    connections.close_all()
    said_ = []
    for how, when in (("die", NOW), ("live", NOW + timedelta(minutes=1)), ("live", NOW + ABANDONED + timedelta(minutes=2))):
        done = subprocess.run([sys.executable, "-c", _SENDER, how, when.isoformat()], env=environment, capture_output=True, text=True, timeout=60)
        assert (done.returncode == 0) == (how == "live"), done.stderr
        said_.append(done.stdout)
    assert said_ == ["sent\n", "", ""]
    assert states() == ["unknown"]


def test_titles_are_told_at_sixty_thirty_and_seven_days_once_each(town):
    ends = date(2027, 1, 20)
    Title.objects.create(enterprise=town.firm_east, kind="high_tech", valid_from=date(2024, 1, 1), valid_to=ends, proof="x", recorded_at=NOW)
    made = []
    for before in (61, 60, 59, 31, 30, 8, 7, 1, 0):
        day = datetime(2027, 1, 20, 4, tzinfo=UTC) - timedelta(days=before)
        made += remind_titles(now=day) or [0]
    assert made == [0, 1, 0, 0, 1, 0, 1, 0, 0]
    assert [one.data["days"] for one in Notice.objects.order_by("pk")] == [60, 30, 7]


def test_what_concerns_an_institute_goes_to_its_people_and_not_to_the_park_that_it_lies_in(town):
    body = town["institute"].organisation
    body.park = town.east
    body.save()
    for name in ("institute", "committee", "city"):
        add_channel(kind="wecom", address=f"{name:-<16}", by=actor_of(town[name]), now=NOW)
    told = [Told("body", {}, organisation_id=body.pk), Told("park", {}, park_id=town.east.pk)]
    notify(template="paid", told=told, now=NOW)
    went = set(Delivery.objects.values_list("notice__key", "channel__user__username"))
    assert went == {("body", "institute"), ("park", "committee")}
    one = Notice.objects.get(key="body")
    assert mark_read(notices=[one.pk], by=actor_of(town["institute"]), now=NOW) == 1
    for name in ("committee", "city", "enterprise", "stray"):
        with pytest.raises(NotFound):
            queries.notice_seen(actor_of(town[name]), one.pk)
