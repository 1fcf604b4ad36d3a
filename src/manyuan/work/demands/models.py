"""What a demand has beside its case: topic, contact, what the firm said and when; the topics of the pack; the questions asked again later."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.parks.models import Park
from manyuan.work.cases.models import Case


class Topics(models.Model):
    """The pack's topics and the rules that go with them, by version."""

    number = models.PositiveSmallIntegerField(unique=True)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    installed_at = models.DateTimeField()


class TopicBody(models.Model):
    """An institute or service body that takes the demands of a topic: for one park with what lies below it, or (park None) for all. One at a time."""

    topic = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="topics")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="+")
    appointed_at = models.DateTimeField()
    appointed_label = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "park"], condition=Q(ended_at=None, park__isnull=False), name="one_body_a_topic_and_park"),
            models.UniqueConstraint(fields=["topic"], condition=Q(ended_at=None, park=None), name="one_body_a_topic_for_all"),
        ]


class Demand(models.Model):
    """A demand of an enterprise. The case has its state and clocks; here is what it is about and what the five rates are counted from.

    contact_sealed, mail_sealed: telephone and mailbox, encrypted. secret_digest: of the code by which somebody without login follows it. routed: what was proposed (topic,
    unit, confidence, reason) and whether the officer kept it. responded_at, answered_at: the first time. solved: the firm's word, None while it said nothing. told_at: somebody of the house noted that the firm said so by telephone; counted apart.
    recurred_at: when it came back. satisfaction: 1 to 5.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="demand")
    topic = models.CharField(max_length=40, blank=True)
    enterprise_text = models.CharField(max_length=200, blank=True)  # as typed on the open page, where no enterprise of the register is meant
    contact_name = models.CharField(max_length=60, blank=True)
    contact_sealed = models.TextField(blank=True)
    contact_shown = models.CharField(max_length=20, blank=True)
    mail_sealed = models.TextField(blank=True)
    mail_shown = models.CharField(max_length=80, blank=True)
    secret_digest = models.CharField(max_length=64, blank=True)
    routed = models.JSONField(default=dict)
    counted = models.BooleanField(default=True)  # not once it was withdrawn or not accepted
    responded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    solved = models.BooleanField(null=True)
    solved_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    recurred_at = models.DateTimeField(null=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    said = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)), name="satisfaction_from_1_to_5"),
            models.CheckConstraint(condition=~Q(solved=True) | Q(answered_at__isnull=False), name="solved_was_answered"),
        ]
        indexes = [models.Index(fields=["topic"])]


class Recheck(models.Model):
    """Asked again some time after the firm said “solved”: is it still? holds: None while nothing was said."""

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="rechecks")
    days = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    holds = models.BooleanField(null=True)

    class Meta:
        ordering = ["due_on"]
        constraints = [models.UniqueConstraint(fields=["demand", "days", "due_on"], name="one_recheck_a_term")]
        indexes = [models.Index(fields=["due_on"], condition=Q(asked_at=None), name="recheck_due")]


class Letter(models.Model):
    """A demand's code on its way to the contact. unknown: the process ended while it was being handed over; not sent again. What is over keeps no code."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        UNKNOWN = "unknown", "结果不明"

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=8)  # email | sms
    address_sealed = models.TextField()
    code_sealed = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="letter_due")]
