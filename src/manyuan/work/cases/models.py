"""Kinds of case by version, cases, their clocks, their trail, files and watchers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park


class Kind(models.Model):
    """A version of a kind of case, as the pack has it. A running case stays on the version it started under."""

    code = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
    installed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="one_kind_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="one_current_kind"),
        ]


class Sequence(models.Model):
    """The last number given on a day."""

    prefix = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Case(models.Model):
    """Something with an owner, a state, clocks and a trail.

    unit: the organisation that has it; handler: the person in it. reporter: the person who speaks for who raised it; opened_by: who wrote it down. level: how far up it has gone (0: the unit). direct: past the park, only the unit,
    the city and who raised it see it. about: what it is a case of, in another app. key: the sender's own key; the same key twice is one case.
    due_at: the earliest deadline that runs. terms: what a search finds it by.
    """

    class Phase(models.TextChoices):
        NEW = "new", "待受理"
        OPEN = "open", "办理中"
        ANSWERED = "answered", "待确认"
        CLOSED = "closed", "已办结"

    opened_with: tuple[list[Clock], list[Step]] | None = None  # the clocks and the step written with it, on the row that `open_case` gives back

    number = models.CharField(max_length=24, unique=True)
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="cases")
    kind_code = models.CharField(max_length=40)
    key = models.CharField(max_length=80, unique=True, null=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=40)
    phase = models.CharField(max_length=8, choices=Phase)
    outcome = models.CharField(max_length=20, blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    direct = models.BooleanField(default=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="cases")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="cases")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="cases")
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="cases")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reporter_label = models.CharField(max_length=200)
    channel = models.CharField(max_length=12)
    about_kind = models.CharField(max_length=40, blank=True)
    about_id = models.BigIntegerField(null=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    opened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    transfers = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    synthetic = models.BooleanField(default=False)
    terms = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(phase="closed", closed_at__isnull=False) | (~Q(phase="closed") & Q(closed_at=None)), name="closed_cases_have_their_moment"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["unit", "due_at"], condition=~Q(phase="closed"), name="case_worklist"),
            models.Index(fields=["due_at"], condition=~Q(phase="closed"), name="case_due"),
            models.Index(fields=["kind_code", "-opened_at"], name="case_of_kind"),
            models.Index(fields=["enterprise", "-opened_at"], name="case_of_firm"),
            models.Index(fields=["park", "kind_code", "-opened_at"], name="case_of_park"),
            models.Index(fields=["unit", "-opened_at"], name="case_of_unit"),
            models.Index(fields=["about_kind", "about_id"], name="case_about"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Clock(models.Model):
    """A clock of a case. yellow_at, orange_at, due_at: when it changes colour (red after due_at). told: the last colour a reminder was sent for.

    A pause stops it with a reason; what was left runs on afterwards. round: how often this clock has begun for the case.
    """

    class State(models.TextChoices):
        RUNNING = "running", "计时中"
        PAUSED = "paused", "已暂停"
        MET = "met", "按时"
        MISSED = "missed", "超时"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    code = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    yellow_at = models.DateTimeField()
    orange_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=8, blank=True)
    extended = models.PositiveSmallIntegerField(default=0)
    calendar = models.PositiveBigIntegerField(default=0)  # the mark of the calendar that it was reckoned by

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "code", "round"], name="one_clock_a_round")]
        indexes = [models.Index(fields=["state", "escalate_at"]), models.Index(fields=["state", "due_at"]), models.Index(fields=["code", "state"])]


class Step(models.Model):
    """One thing done to a case. public: whether who raised it reads it. data: from, to, and what else belongs to the act."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    act = models.CharField(max_length=40)
    state = models.CharField(max_length=40)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    public = models.BooleanField(default=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]


class Attachment(models.Model):
    """A file of a case, kept as it came; only ever handed out as a download."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    public = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_label = models.CharField(max_length=200)


class Watcher(models.Model):
    """A person who wants to hear of a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watched")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="one_watch_a_person")]
