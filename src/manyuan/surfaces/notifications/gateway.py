"""The way out of the house: mail by Django, robots of WeCom, DingTalk and Feishu and SMS gateways by Apprise. Addresses and keys are never logged."""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import quote

import apprise
import requests
from apprise.plugins import dingtalk, feishu, wecombot
from django.conf import settings
from django.core.mail import send_mail

from manyuan.work.notices.errors import SendFailed

_GONE = frozenset({93000, 300001, 19001})
"""What robots of WeCom, DingTalk and Feishu answer when there is no such robot (any more): nothing to try again."""


class _Answers:
    """`requests` for the robots: they answer 200 with a code in the body when they refuse, which Apprise would take for a delivery."""

    def __init__(self) -> None:
        self.refused = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def post(self, *args: Any, **more: Any) -> requests.Response:
        answer = requests.post(*args, **more)  # noqa: S113 -- Apprise gives the timeout
        try:
            said = answer.json()
        except ValueError:
            return answer
        self.refused = next((code for key in ("errcode", "code") if isinstance(code := said.get(key), int) and code), 0) if isinstance(said, dict) else 0
        if self.refused:
            answer.status_code = requests.codes.bad_request
        return answer


_robots = _Answers()
wecombot.requests = dingtalk.requests = feishu.requests = _robots

_ROBOTS = {"wecom": "wecombot://{}", "dingtalk": "dingtalk://{}", "feishu": "feishu://{}"}
logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its messages hold the addresses


class Outside:
    """Sends for real. What it cannot hand over is a SendFailed with a reason that holds no address."""

    def send(self, kind: str, address: str, subject: str, body: str) -> None:
        if kind == "email":
            self._mail(address, subject, body)
        else:
            self._apprise(kind, address, subject, body)

    def _mail(self, address: str, subject: str, body: str) -> None:
        try:
            send_mail(subject.replace("\n", " "), body, settings.DEFAULT_FROM_EMAIL, [address])
        except SMTPRecipientsRefused as error:
            final = all(code >= 500 for code, _ in error.recipients.values())
            raise SendFailed("the mail server refuses this mailbox" if final else "the mail server does not take it now", lasting=final) from None
        except Exception as error:
            raise SendFailed(type(error).__name__) from None

    def _apprise(self, kind: str, address: str, subject: str, body: str) -> None:
        url = settings.NOTICE_SMS_URL.replace("{phone}", quote(address)) if kind == "sms" else _ROBOTS[kind].format(quote(address))
        sender = apprise.Apprise()
        if not sender.add(url):
            raise SendFailed("the address of the gateway cannot be read", lasting=True)
        _robots.refused = 0
        try:
            done = sender.notify(title="" if kind == "sms" else subject, body=f"{subject} {body}" if kind == "sms" else body)
        except Exception as error:
            raise SendFailed(type(error).__name__) from None
        if not done and _robots.refused:
            raise SendFailed(f"the robot refuses it ({_robots.refused})", lasting=_robots.refused in _GONE)
        if not done:
            raise SendFailed("the gateway did not take it")
