"""Templates, notices, who read them, the channels of people, and each delivery with what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park


class Template(models.Model):
    """A text of the pack, in both languages, with named placeholders. A changed text is a new version: what was sent stays as it was."""

    code = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    subject_zh = models.CharField(max_length=200)
    subject_en = models.CharField(max_length=200)
    body_zh = models.TextField()
    body_en = models.TextField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="one_template_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="one_current_template"),
        ]


class Notice(models.Model):
    """Something that its recipient should know: one person, everybody of the enterprise, of the park, of an institute
    or service body, or of the city office. key: the same thing twice is one notice.

    data: the placeholders; a value {zh, en} is said in the reader's language. link: a path of this site.
    """

    key = models.CharField(max_length=120, unique=True)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, null=True, related_name="notices")
    park = models.ForeignKey(Park, on_delete=models.CASCADE, null=True, related_name="notices")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="notices")  # an institute or service body
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="notices")  # what this one has to do
    data = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [  # none: the city office
            models.CheckConstraint(
                condition=Q(enterprise=None, park=None, organisation=None)
                | Q(enterprise=None, park=None, person=None)
                | Q(enterprise=None, organisation=None, person=None)
                | Q(park=None, organisation=None, person=None),
                name="notice_has_one_recipient",
            )
        ]
        indexes = [
            models.Index(fields=["enterprise", "-id"]),
            models.Index(fields=["park", "-id"]),
            models.Index(fields=["organisation", "-id"]),
            models.Index(fields=["person", "-id"]),
        ]


class Reading(models.Model):
    """A person has read a notice."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="one_reading_a_person")]


class Channel(models.Model):
    """A way by which a person wants notices besides the application. address_sealed: mailbox, telephone or robot key, encrypted."""

    class Kind(models.TextChoices):
        EMAIL = "email", "电子邮件"
        WECOM = "wecom", "企业微信群机器人"
        DINGTALK = "dingtalk", "钉钉群机器人"
        FEISHU = "feishu", "飞书群机器人"
        SMS = "sms", "短信"

    class Rhythm(models.TextChoices):
        SOON = "soon", "随时"
        DAILY = "daily", "每日汇总"
        WEEKLY = "weekly", "每周汇总"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=8, choices=Kind)
    address_sealed = models.TextField()
    shown = models.CharField(max_length=60)  # masked
    fingerprint = models.CharField(max_length=64)
    rhythm = models.CharField(max_length=6, choices=Rhythm, default=Rhythm.SOON)
    language = models.CharField(max_length=8, default="zh-hans")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "kind", "fingerprint"], name="one_channel_an_address")]


class Delivery(models.Model):
    """A notice on its way by a channel. unknown: the process ended while it was being handed over; it is not sent again, and is shown as perhaps sent."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        UNKNOWN = "unknown", "结果不明"

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    together = models.PositiveSmallIntegerField(default=1)  # how many notices went in the same message
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_a_channel")]
        indexes = [models.Index(fields=["state", "due_at"]), models.Index(fields=["channel", "state"])]
