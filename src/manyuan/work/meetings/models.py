"""Meetings with agenda, invitations and items; private calendar addresses; information campaigns and whom they reached."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.cases.models import Case


class MeetingKinds(models.Model):
    """The kinds of meeting as the pack gives them (meetings.yaml as JSON). One is current."""

    content = models.JSONField()
    content_hash = models.CharField(max_length=64, unique=True)
    installed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_meeting_kinds")]


class Meeting(models.Model):
    """A meeting of a kind on a day. park: of a park's meeting; none: the city's. key: kind, place and the day of the cadence; never twice."""

    class State(models.TextChoices):
        PLANNED = "planned", "已排期"
        ANNOUNCED = "announced", "报名中"
        HELD = "held", "已召开"
        CANCELLED = "cancelled", "已取消"

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="meetings")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="meetings")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    theme = models.CharField(max_length=200, blank=True)
    sections = models.JSONField(default=list)  # GB/T 4754 sections that it is about
    place = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seats = models.PositiveSmallIntegerField(null=True)
    minutes = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was cancelled
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=0)  # how often it changed: calendars ask
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["park", "starts_at"]), models.Index(fields=["state", "starts_at"]), models.Index(fields=["kind", "starts_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_start"),
            models.CheckConstraint(condition=~Q(state="held") | Q(held_at__isnull=False), name="meeting_held_has_its_moment"),
        ]


class AgendaPoint(models.Model):
    """A point of the agenda: a theme, for a sector or for all."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    order = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    section = models.CharField(max_length=1, blank=True)
    speaker = models.CharField(max_length=100, blank=True)
    minutes = models.PositiveSmallIntegerField(default=15)

    class Meta:
        ordering = ["order", "pk"]


class Invitation(models.Model):
    """A firm and a meeting: invited, registered with what it wants to ask, there or not."""

    class State(models.TextChoices):
        INVITED = "invited", "已邀请"
        REGISTERED = "registered", "已报名"
        DECLINED = "declined", "不参加"
        ATTENDED = "attended", "已到会"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitations")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="invitations")
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    people = models.PositiveSmallIntegerField(default=0)
    question = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_label = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "enterprise"], name="one_invitation_a_firm")]
        indexes = [models.Index(fields=["enterprise", "state"])]


class Guest(models.Model):
    """An institute or service body and a meeting. note: what it brings or wants to talk about."""

    State = Invitation.State

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="guests")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="guest_at")
    state = models.CharField(max_length=10, choices=Invitation.State, default=Invitation.State.INVITED)
    people = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_label = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "organisation"], name="one_guest_a_meeting")]


class MeetingItem(models.Model):
    """What a firm raised: a case that stays open until the firm confirms. carried_from: the item of the level below that was not solved there."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="meeting_items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meeting_items")
    carried_from = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="carried_to")
    made_at = models.DateTimeField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "case"], name="a_case_once_a_meeting")]


class CalendarAddress(models.Model):
    """A private address by which a calendar program reads a person's calendar; only the digest of its secret is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_addresses")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="one_calendar_address")]


class Outreach(models.Model):
    """An information campaign: a text for the firms that meet a condition over the fact sheet."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SENT = "sent", "已发送"

    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, blank=True)
    text = models.TextField()
    condition = models.TextField()
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="outreach")
    policy_code = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    facts_hash = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    made_label = models.CharField(max_length=200)
    sent_at = models.DateTimeField(null=True)
    institutes = models.BooleanField(default=False)  # told to the institutes and service bodies too
    unknown = models.PositiveIntegerField(default=0)  # firms of whom it is not known whether they meet the condition
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]

    @property
    def name_zh(self):  # type: ignore[no-untyped-def]
        return self.title_zh

    @property
    def name_en(self):  # type: ignore[no-untyped-def]
        return self.title_en or self.title_zh


class Reached(models.Model):
    """A firm that a campaign was sent to, and how far it came."""

    outreach = models.ForeignKey(Outreach, on_delete=models.CASCADE, related_name="reached")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="reached_by")
    told_at = models.DateTimeField()
    clicked_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    act = models.CharField(max_length=20, blank=True)  # said: the firm's own word; approved: its entitlement was approved

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outreach", "enterprise"], name="one_reach_a_firm")]
        indexes = [models.Index(fields=["enterprise", "acted_at"])]


class ReachedBody(models.Model):
    """An institute or service body that a campaign was sent to; counted beside the firms."""

    outreach = models.ForeignKey(Outreach, on_delete=models.CASCADE, related_name="bodies")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="reached_by")
    told_at = models.DateTimeField()
    clicked_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outreach", "organisation"], name="one_reach_a_body")]
