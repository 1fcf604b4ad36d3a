"""Officers of enterprises, their absences and hand-overs; visits, planned and made, with what each left behind."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.filings.models import Filing
from manyuan.facts.parks.models import Park
from manyuan.work.cases.models import Case


class VisitRules(models.Model):
    """Who is visited how often, as the pack gives it (visits.yaml as JSON). One is current."""

    content = models.JSONField()
    content_hash = models.CharField(max_length=64, unique=True)
    installed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_visit_rules")]


class Assignment(models.Model):
    """The officer of an enterprise for a half-open period; at most one at a time."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="assignments")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_label = models.CharField(max_length=200)
    superseded_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-valid_from", "-pk"]
        indexes = [models.Index(fields=["officer", "valid_from"]), models.Index(fields=["enterprise", "valid_from"])]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="assignment_ends_after_start"),
            models.UniqueConstraint(fields=["enterprise"], condition=Q(valid_to=None, superseded_at=None), name="one_open_assignment"),
        ]


class Absence(models.Model):
    """An officer is away from first_on until the day before back_on; the substitute does the work."""

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="substitutions")
    first_on = models.DateField()
    back_on = models.DateField()
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    recorded_label = models.CharField(max_length=200)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(back_on__gt=F("first_on")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=~Q(officer=F("substitute")), name="nobody_substitutes_themselves"),
        ]


class LentCase(models.Model):
    """A case that went to the substitute for the time of an absence, and back."""

    absence = models.ForeignKey(Absence, on_delete=models.CASCADE, related_name="lent")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    taken_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["absence", "case"], name="a_case_is_lent_once")]


class HandOver(models.Model):
    """An officer handed over what was open; every line says what became of it."""

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="handed_over")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="taken_over")
    effective_on = models.DateField()
    reason = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    made_label = models.CharField(max_length=200)

    class Meta:
        ordering = ["-pk"]


class HandOverLine(models.Model):
    """One open thing and whether it moved; what was left has a reason."""

    class Kind(models.TextChoices):
        FIRM = "firm", "联系企业"
        VISIT = "visit", "走访"
        CASE = "case", "事项"
        SUBSTITUTION = "substitution", "代班"

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=12, choices=Kind)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=300)
    moved = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["hand_over", "kind", "subject_id"], name="one_line_a_thing"),
            models.CheckConstraint(condition=Q(moved=True) | ~Q(reason=""), name="what_is_left_has_a_reason"),
        ]


class Visit(models.Model):
    """A visit to an enterprise, or both ways between it and an institute. key: made by the device that captured it; the same capture twice is one."""

    class State(models.TextChoices):
        PLANNED = "planned", "已计划"
        DONE = "done", "已走访"
        CANCELLED = "cancelled", "已取消"

    class Scene(models.TextChoices):
        SERVICE = "service", "走访服务"
        CAMPUS_TO_FIRM = "campus-to-firm", "高校院所进企业"
        FIRM_TO_CAMPUS = "firm-to-campus", "企业进高校院所"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="visits")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="visits")  # where the firm sat
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    partner = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="visits")
    scene = models.CharField(max_length=16, choices=Scene, default=Scene.SERVICE)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    rule = models.CharField(max_length=40, blank=True)  # empty: on need
    key = models.CharField(max_length=36, unique=True, null=True)
    planned_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    met = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    offline = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)  # why it was cancelled
    made_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["enterprise", "state", "done_on"]),
            models.Index(fields=["officer", "state", "planned_on"]),
            models.Index(fields=["park", "state", "planned_on"]),
            models.Index(fields=["state", "done_on"]),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="done") | Q(done_on__isnull=False), name="a_visit_made_has_its_day"),
            models.CheckConstraint(condition=~Q(state="planned") | Q(planned_on__isnull=False), name="a_planned_visit_has_its_day"),
            models.CheckConstraint(condition=Q(scene="service") | Q(partner__isnull=False), name="an_exchange_has_its_institute"),
        ]

    @property
    def on(self):  # type: ignore[no-untyped-def]
        """The day of the visit, made or planned."""
        return self.done_on or self.planned_on


class Outcome(models.Model):
    """What a visit found: a difficulty, a need of space, idle capacity, a follow-up task. passed_at: when it went to those who act on it."""

    class Kind(models.TextChoices):
        DIFFICULTY = "difficulty", "困难诉求"
        SPACE = "space", "扩产用地用房"
        CAPACITY = "capacity", "闲置产能"
        TASK = "task", "跟进任务"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="outcomes")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField()
    data = models.JSONField(default=dict)
    passed_at = models.DateTimeField(null=True)
    passed_label = models.CharField(max_length=200, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)  # a need of space that was met
    settled_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "passed_at"])]


class Survey(models.Model):
    """What of the six-clear survey was heard at a visit: saved into the firm's filing, or why it could not be."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="surveys")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, null=True, related_name="+")
    form_code = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    typed = models.JSONField(default=dict)
    fault = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "form_code"], name="one_survey_a_rhythm")]


class Photo(models.Model):
    """A photo of a visit, drawn anew without what the camera wrote into it."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "sha256"], name="one_photo_a_picture")]
