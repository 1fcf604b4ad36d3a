"""The way out of the house against servers on this machine: delivered, refused and recorded, tried again, in working hours, gathered, never twice."""

from __future__ import annotations

import email
import email.policy
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot
from django.db import connection, connections

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.actors import system
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.pack import read_pack
from manyuan.surfaces.cli.serve import _sender
from manyuan.surfaces.notifications.gateway import Outside
from manyuan.work.notices.models import Delivery
from manyuan.work.notices.sending import ABANDONED, TRIES, send_due
from manyuan.work.notices.services import Told, add_channel, notify
from manyuan.work.notices.texts import install_templates

PACK = Path(__file__).resolve().parents[5] / "packs" / "chengdu"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # a Tuesday, ten in the morning in Chengdu
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # a module that a plugin of Apprise loads
ROBOT = "0123456789abcdef" * 4


class Web:
    """A gateway on this machine. answers: (status, body) for the requests to come, the last one for all after it; seen: path and JSON of each."""

    def __init__(self) -> None:
        self.seen, self.answers, self.on_request = [], [(200, {})], None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.seen.append((self.path, given))
                if outer.on_request:
                    return outer.on_request()
                status, body = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *given):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Mail:
    """A mail server on this machine. refuse: the answer to every recipient, '' to take them; taken: the letters."""

    def __init__(self) -> None:
        self.taken, self.refuse = [], ""
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(f"{text}\r\n".encode())

            def handle(self):
                self.say("220 here")
                while line := self.rfile.readline().decode().strip():
                    word = line.upper()
                    if word.startswith(("EHLO", "HELO")):
                        self.say("250 here")
                    elif word.startswith("RCPT"):
                        self.say(outer.refuse or "250 ok")
                    elif word == "DATA":
                        self.say("354 go on")
                        lines = []
                        while (given := self.rfile.readline()) != b".\r\n":
                            lines.append(given)
                        outer.taken.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
                        self.say("250 taken")
                    else:
                        self.say("221 bye" if word == "QUIT" else "250 ok")
                        if word == "QUIT":
                            return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def web():
    found = Web()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def mail(settings):
    found = Mail()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_SSL = "127.0.0.1", found.port, False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def town(db, settings):
    settings.NOTICE_EMAIL = True
    return made()


def made():
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=system(), now=NOW)
    return build_town()


def tell(town, count=1):
    rows = [Told(f"k{n}", {"title": {"zh": f"款项{n}", "en": f"payment {n}"}, "amount": "5"}, "/money/payments/", town.firm_east.pk) for n in range(count)]
    notify(template="paid", told=rows, now=NOW)


def channel(town, kind, address, **more):
    add_channel(kind=kind, address=address, by=actor_of(town["enterprise"]), now=NOW, **more)


def send(now=NOW):
    send_due(now=now, gateway=Outside(), is_open=lambda moment: True, site="https://city")


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "error"))


def test_a_letter_arrives_with_its_subject_its_text_and_its_link(town, mail):
    channel(town, "email", "someone@example.com")
    tell(town)
    send()
    send(NOW + timedelta(minutes=1))
    [letter] = mail.taken
    assert letter["To"] == "someone@example.com" and letter["Subject"] == "已支付：款项0"
    assert letter.get_content().strip().endswith("https://city/money/payments/")
    assert states() == [("sent", "")]


@pytest.mark.parametrize(
    ("answer", "state", "after"), [("550 no such mailbox", "failed", "failed"), ("451 busy, come again", "waiting", "sent")]
)  # fmt: skip
def test_a_refused_mailbox_is_final_only_where_the_server_says_so(town, mail, answer, state, after):
    channel(town, "email", "someone@example.com")
    tell(town)
    mail.refuse = answer
    send()
    [(found, error)] = states()
    assert found == state and error and "someone" not in error and not mail.taken
    mail.refuse = ""
    send(NOW + timedelta(minutes=3))
    assert states()[0][0] == after and len(mail.taken) == (after == "sent")


def test_a_mail_server_that_is_away_is_tried_again(town, mail, settings):
    channel(town, "email", "someone@example.com")
    tell(town)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9  # nobody listens there
    send()
    assert states()[0][0] == "waiting" and states()[0][1] == "ConnectionRefusedError"
    settings.EMAIL_PORT = port
    send(NOW + timedelta(minutes=3))
    assert states() == [("sent", "")] and len(mail.taken) == 1


def test_a_daily_mailbox_gets_one_letter_for_all(town, mail):
    channel(town, "email", "someone@example.com", rhythm="daily", language="en")
    tell(town, 5)
    send()
    [letter] = mail.taken
    assert letter["Subject"] == "5 notices of Manyuan" and "Paid: payment 4" in letter.get_content()
    assert set(Delivery.objects.values_list("state", "together")) == {("sent", 5)}


def test_sms_goes_through_the_gateway_that_the_setting_names_and_a_failure_is_recorded_and_tried_again(town, web, settings):
    settings.NOTICE_SMS_URL = f"json://127.0.0.1:{web.port}/sms/{{phone}}"
    channel(town, "sms", "13800000000")
    tell(town)
    web.answers = [(500, {}), (200, {})]
    send()
    assert states() == [("waiting", "the gateway did not take it")]
    send(NOW + timedelta(seconds=30))
    assert len(web.seen) == 1, "not before its time"
    send(NOW + timedelta(minutes=3))
    assert states() == [("sent", "")]
    assert [path for path, _ in web.seen] == ["/sms/13800000000"] * 2
    assert "已支付：款项0" in web.seen[1][1]["message"]


def test_a_gateway_that_never_takes_it_is_given_up(town, web, settings):
    settings.NOTICE_SMS_URL = f"json://127.0.0.1:{web.port}/{{phone}}"
    channel(town, "sms", "13800000000")
    tell(town)
    web.answers = [(503, {})]
    for hour in range(TRIES + 3):
        send(NOW + timedelta(hours=hour))
    assert len(web.seen) == TRIES and states()[0][0] == "failed"


ROBOTS = {"wecom": (NotifyWeComBot, "errcode"), "dingtalk": (NotifyDingTalk, "errcode"), "feishu": (NotifyFeishu, "code")}


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize(("code", "state"), [(0, "sent"), (45009, "waiting"), (None, "failed")])
def test_a_robot_that_refuses_with_a_code_in_its_answer_has_not_delivered(town, web, monkeypatch, kind, code, state):
    plugin, key = ROBOTS[kind]
    monkeypatch.setattr(plugin, "notify_url", f"http://127.0.0.1:{web.port}/hook/{{{'key' if kind == 'wecom' else 'token'}}}")
    code = {"wecom": 93000, "dingtalk": 300001, "feishu": 19001}[kind] if code is None else code
    web.answers = [(200, {key: code, "msg": "x"})]
    channel(town, kind, ROBOT)
    tell(town)
    send()
    assert [path for path, _ in web.seen] == [f"/hook/{ROBOT}"] and "款项0" in json.dumps(web.seen[0][1], ensure_ascii=False)
    [(found, error)] = states()
    assert found == state and error == (f"the robot refuses it ({code})" if code else "")


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (datetime(2026, 11, 24, 0, 59, tzinfo=UTC), False),  # 08:59
        (datetime(2026, 11, 24, 1, 0, tzinfo=UTC), True),  # 09:00
        (datetime(2026, 11, 24, 10, 1, tzinfo=UTC), False),  # 18:01
        (datetime(2026, 11, 28, 2, 0, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 10, 1, 2, 0, tzinfo=UTC), False),  # National Day
        (datetime(2026, 10, 10, 2, 0, tzinfo=UTC), True),  # a Saturday that is worked
    ],
)
def test_the_worker_sends_in_the_working_hours_of_the_packs_calendar(town, mail, moment, sent):
    install_pack(pack=read_pack(PACK), by=system(), now=NOW)
    channel(town, "email", "someone@example.com")
    tell(town)
    Delivery.objects.update(due_at=moment)
    _sender()(moment)
    assert (len(mail.taken), states()[0][0]) == ((1, "sent") if sent else (0, "waiting"))


_WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from manyuan.surfaces.notifications.gateway import Outside
from manyuan.work.notices.sending import send_due
send_due(now=datetime.fromisoformat(sys.argv[1]), gateway=Outside(), is_open=lambda moment: True)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_when_the_gateway_has_it_and_has_not_answered_it_is_not_sent_again(settings, web):
    address = f"json://127.0.0.1:{web.port}/{{phone}}"
    settings.NOTICE_SMS_URL = address
    town = made()
    channel(town, "sms", "13800000000")
    tell(town)
    given = connection.settings_dict
    database = f"sqlite:///{given['NAME']}" if connection.vendor == "sqlite" else "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**given)
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "manyuan.site.settings", "PYTHONPATH": str(Path(__file__).resolve().parents[4]), "MANYUAN_DATABASE": database,
        "MANYUAN_SECRET_KEY": "x" * 50, "MANYUAN_FIELD_KEY": settings.FIELD_KEYS[0], "MANYUAN_SMS_URL": address,
    }  # fmt: skip
    connections.close_all()
    running: list[subprocess.Popen] = []
    web.on_request = lambda: os.kill(running[0].pid, signal.SIGKILL)
    codes = []
    for when in (NOW, NOW + timedelta(minutes=1), NOW + ABANDONED + timedelta(minutes=2)):
        running[:] = [subprocess.Popen([sys.executable, "-c", _WORKER, when.isoformat()], env=environment)]
        codes.append(running[0].wait(timeout=60))
    assert codes == [-signal.SIGKILL, 0, 0]
    assert len(web.seen) == 1 and states() == [("unknown", "")]
