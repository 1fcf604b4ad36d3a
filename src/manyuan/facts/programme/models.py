"""The programme as it stands: the installed pack, its goals, commitments and indicators, their evidence and computed values."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from manyuan.facts.parks.models import Park


class InstalledPack(models.Model):
    """A pack as installed: the content that was read, whole, so that an old reading can be repeated."""

    code = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    content_hash = models.CharField(max_length=64)
    content = models.JSONField()
    installed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_pack")]


class HolidayTable(models.Model):
    """The holidays and make-up days of a year as an administrator loaded them; they go before the pack's. source: the notice that they are from. ended_at: when
    another took its place or it was taken back."""

    year = models.PositiveSmallIntegerField()
    holidays = models.JSONField()  # [{name: {zh, en}, first, last, make_up: […]}]
    source = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200, blank=True)
    loaded_at = models.DateTimeField()
    loaded_label = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year"], condition=Q(ended_at=None), name="one_holiday_table_a_year")]


class CalendarVersion(models.Model):
    """The tables of every year as they were in force since a moment, the pack's and those loaded: by it what was reckoned earlier can be reckoned again."""

    tables = models.JSONField()
    digest = models.CharField(max_length=64)
    since = models.DateTimeField()


class Campaign(models.Model):
    """A campaign (攻坚), a guarantee (保障) or the group of goals; the heads under which commitments stand."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12)  # goals | campaign | guarantee
    order = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    summary_zh = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)

    class Meta:
        ordering = ["order"]


class Indicator(models.Model):
    """An indicator of the pack; `definition` is the pack's entry as JSON (inputs, FEEL formula, how it adds up)."""

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    unit = models.CharField(max_length=20)
    direction = models.CharField(max_length=6)  # more | less | none
    period_kind = models.CharField(max_length=10)
    definition = models.JSONField()
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "code"]


class Goal(models.Model):
    """A goal: quantitative (an indicator and dated targets) or qualitative (evidence and a sign-off)."""

    code = models.CharField(max_length=60, unique=True)
    order = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, null=True, related_name="goals")
    definition = models.JSONField()

    class Meta:
        ordering = ["order"]


class GoalTarget(models.Model):
    """What a quantitative goal is to reach by a date."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="targets")
    due_on = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=6)

    class Meta:
        ordering = ["due_on"]
        constraints = [models.UniqueConstraint(fields=["goal", "due_on"], name="one_target_a_date")]


class Commitment(models.Model):
    """One of the programme's commitments (88 in Chengdu's)."""

    number = models.PositiveSmallIntegerField(unique=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="commitments")
    term = models.CharField(max_length=120)  # the official term, in Chinese
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    machinery = models.CharField(max_length=10)  # built | not-yet
    definition = models.JSONField()  # owners, parks, measure, place, what it arrives with

    class Meta:
        ordering = ["number"]


class Evidence(models.Model):
    """Proof laid before a qualitative goal or a commitment, and what the reviewer made of it. One of goal and commitment is set."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待审核"
        ACCEPTED = "accepted", "已认可"
        REJECTED = "rejected", "未认可"

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, null=True, related_name="evidence")
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, null=True, related_name="evidence")
    item = models.CharField(max_length=60, blank=True)  # which required piece of evidence it answers
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="evidence")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    is_demo = models.BooleanField(default=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.SUBMITTED)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-submitted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(goal__isnull=True, commitment__isnull=False) | Q(goal__isnull=False, commitment__isnull=True),
                name="evidence_is_for_one_thing",
            )
        ]


class IndicatorValue(models.Model):
    """A computed value: of the whole city (park null) or of a park and all that lies under it. Superseded, never overwritten."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="values")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="indicator_values")
    period = models.CharField(max_length=7)
    value = models.DecimalField(max_digits=30, decimal_places=8, null=True)  # null: not computable, `why_null` says why
    why_null = models.CharField(max_length=200, blank=True)
    counted = models.PositiveIntegerField(default=0)  # filings or rows that went in
    missing = models.PositiveIntegerField(default=0)  # expected but absent: missing is not zero
    synthetic = models.PositiveIntegerField(default=0)  # of those counted, how many are synthetic
    inputs = models.JSONField(default=dict)  # input name -> aggregate used
    formula = models.TextField()
    computed_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["indicator", "park", "period"]),
            models.Index(fields=["park", "period"], condition=Q(superseded_at=None), name="value_current"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "park", "period"], condition=Q(superseded_at=None, park__isnull=False), name="one_current_park_value"),
            models.UniqueConstraint(fields=["indicator", "period"], condition=Q(superseded_at=None, park__isnull=True), name="one_current_city_value"),
        ]


class Release(models.Model):
    """A figure released to the public by a named official; the value is fixed at release."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="releases")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="releases")
    period = models.CharField(max_length=7)
    value = models.DecimalField(max_digits=30, decimal_places=8)
    is_synthetic = models.BooleanField(default=False)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_by_name = models.CharField(max_length=160)
    released_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(blank=True)
