"""Offers and needs, and the introductions that bring two of them together. Deal values are integer fen."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise


class Scenes(models.Model):
    """The pack's scenes, by version."""

    number = models.PositiveSmallIntegerField(unique=True)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    installed_at = models.DateTimeField()


class Posting(models.Model):
    """Something offered or needed by an enterprise, or by an organisation that is none (a hospital, a school, an institute).

    scene, category, attributes: codes of the pack. attributes: numbers as text, choices as lists. is_public: shown to all members, else to its owner, the
    owner's park and the city. contact_sealed: encrypted; shown to the other side only after both agreed. origin: what it came from, never twice.
    """

    class Side(models.TextChoices):
        OFFER = "offer", "供应"
        NEED = "need", "需求"

    class State(models.TextChoices):
        OPEN = "open", "有效"
        CLOSED = "closed", "已关闭"

    side = models.CharField(max_length=5, choices=Side)
    scene = models.CharField(max_length=40)
    category = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    attributes = models.JSONField(default=dict)
    quantity = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="postings")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="postings")
    until = models.DateField(null=True)
    is_public = models.BooleanField(default=False)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_sealed = models.TextField(blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    origin = models.CharField(max_length=80, null=True, unique=True)
    synthetic = models.BooleanField(default=False)
    made_label = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(enterprise=None) ^ Q(organisation=None), name="posting_has_one_owner"),
            models.CheckConstraint(condition=Q(quantity=None) | Q(quantity__gt=0), name="posting_quantity_is_positive"),
        ]
        indexes = [models.Index(fields=["category", "side", "state"]), models.Index(fields=["enterprise"]), models.Index(fields=["changed_at"])]

    def __str__(self) -> str:
        return self.title

    @property
    def owner_name(self) -> str:
        owner = self.enterprise or self.organisation
        return str(owner) if owner else ""


class Introduction(models.Model):
    """An offer and a need brought together. Each side says yes for itself; then contacts are shown; then a result is recorded and the other side confirms it."""

    class State(models.TextChoices):
        INVITED = "invited", "待同意"
        AGREED = "agreed", "洽谈中"
        DECLINED = "declined", "未同意"
        DEALT = "dealt", "已成交"
        FAILED = "failed", "未成交"

    offer = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="introductions_of_offer")
    need = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="introductions_of_need")
    state = models.CharField(max_length=8, choices=State, default=State.INVITED)
    score = models.PositiveSmallIntegerField()
    message = models.CharField(max_length=500, blank=True)
    invited_label = models.CharField(max_length=200)
    invited_at = models.DateTimeField()
    offer_agreed_at = models.DateTimeField(null=True)
    need_agreed_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    value_fen = models.BigIntegerField(null=True)
    why_not = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    recorded_side = models.CharField(max_length=5, blank=True)  # offer | need | "" where the park or the city recorded it
    confirmed_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "need"], condition=Q(state__in=["invited", "agreed"]), name="one_open_introduction"),
            models.CheckConstraint(condition=~Q(state="dealt") | Q(value_fen__gt=0), name="deal_has_a_value"),
            models.CheckConstraint(condition=Q(state="dealt") | Q(value_fen=None), name="only_a_deal_has_a_value"),
            models.CheckConstraint(condition=~Q(state__in=["declined", "failed"]) | ~Q(why_not=""), name="what_failed_says_why"),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "dealt", "failed"]) | Q(offer_agreed_at__isnull=False, need_agreed_at__isnull=False), name="both_agreed_first"
            ),
        ]
        indexes = [models.Index(fields=["state", "closed_at"]), models.Index(fields=["changed_at"])]

    def __str__(self) -> str:
        return f"{self.offer_id}→{self.need_id}"
