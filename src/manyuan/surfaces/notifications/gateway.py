"""The way out of the house: mail by Django, robots of WeCom, DingTalk and Feishu and SMS gateways by Apprise. Addresses and keys are never logged."""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused
from urllib.parse import quote

import apprise
from django.conf import settings
from django.core.mail import send_mail

from manyuan.work.notices.errors import SendFailed

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
        except SMTPRecipientsRefused:
            raise SendFailed("the mail server refuses this mailbox", lasting=True) from None
        except Exception as error:
            raise SendFailed(type(error).__name__) from None

    def _apprise(self, kind: str, address: str, subject: str, body: str) -> None:
        url = settings.NOTICE_SMS_URL.replace("{phone}", quote(address)) if kind == "sms" else _ROBOTS[kind].format(quote(address))
        sender = apprise.Apprise()
        if not sender.add(url):
            raise SendFailed("the address of the gateway cannot be read", lasting=True)
        try:
            done = sender.notify(title="" if kind == "sms" else subject, body=f"{subject} {body}" if kind == "sms" else body)
        except Exception as error:
            raise SendFailed(type(error).__name__) from None
        if not done:
            raise SendFailed("the gateway did not take it")
