"""Filings: what enterprises and parks report on the pack's forms. Versions are only ever added.

draft -> submitted -> approved (park) -> locked (city); back with a reason. A figure counts from the moment its version is locked
until a later version of the same filing is locked, so every reading can be asked "as known on date D".
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park


class Form(models.Model):
    """A form of the pack in one version; `definition` is the pack's form as JSON."""

    class Subject(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        PARK = "park", "园区"

    code = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    subject = models.CharField(max_length=12, choices=Subject)
    period_kind = models.CharField(max_length=10)  # month | quarter | year
    definition = models.JSONField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_form_a_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="one_current_form_version"),
        ]


class Upload(models.Model):
    """A workbook that came in: kept as it was, previewed, then committed or discarded; re-upload supersedes."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", "已预览"
        COMMITTED = "committed", "已写入"
        DISCARDED = "discarded", "已放弃"

    form = models.ForeignKey(Form, on_delete=models.PROTECT)
    period = models.CharField(max_length=7)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    uploaded_at = models.DateTimeField()
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True)
    state = models.CharField(max_length=12, choices=State, default=State.PREVIEWED)
    committed_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)  # new, changed, unchanged, wrong
    preview = models.JSONField(default=dict)  # rows and faults as shown


class Filing(models.Model):
    """One form, one subject, one period (2025, 2025Q3 or 2025-09). `park` is the park that answers for it at the period's end."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已提交"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "园区已审核"
        LOCKED = "locked", "市级已锁定"

    form_code = models.CharField(max_length=60)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="filings")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="filings")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="filings")
    period = models.CharField(max_length=7)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    due_on = models.DateField()
    first_submitted_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True)  # whether it was first submitted by the due day, on the clock of the place; null: never submitted
    changed_at = models.DateTimeField()
    latest = models.ForeignKey("FilingVersion", on_delete=models.PROTECT, null=True, related_name="+")
    in_force = models.ForeignKey("FilingVersion", on_delete=models.PROTECT, null=True, related_name="+")  # latest locked

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form_code", "period", "enterprise"], condition=Q(enterprise__isnull=False), name="one_filing_an_enterprise"),
            models.UniqueConstraint(fields=["form_code", "period", "park"], condition=Q(enterprise__isnull=True), name="one_filing_a_park"),
        ]
        indexes = [
            models.Index(fields=["form_code", "period", "park", "state", "in_time", "due_on"]),  # counts need nothing but this
            models.Index(fields=["form_code", "period", "id"]),
            models.Index(fields=["enterprise", "form_code", "period"]),
            models.Index(fields=["park", "state", "due_on"]),
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["due_on", "id"]),
        ]


class FilingVersion(models.Model):
    """The values of a filing as given once. `values`: field key -> canonical value: money integer fen, counts integer, decimals and
    dates text, choices their code; a key that is absent is *missing*, never zero. `cells`: field key -> "sheet!cell" of the upload."""

    class Channel(models.TextChoices):
        FORM = "form", "网页填报"
        WORKBOOK = "workbook", "表格导入"
        API = "api", "接口"
        CLI = "cli", "命令行"
        DEMO = "demo", "演示数据"

    filing = models.ForeignKey(Filing, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    values = models.JSONField()
    cells = models.JSONField(default=dict)
    row = models.PositiveIntegerField(null=True)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="versions")
    channel = models.CharField(max_length=10, choices=Channel)
    is_synthetic = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    locked_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filing", "number"], name="one_version_a_number")]
        ordering = ["number"]


class FilingStep(models.Model):
    """The trail of a filing: who moved it, when, why."""

    class Action(models.TextChoices):
        SAVE = "save", "保存"
        SUBMIT = "submit", "提交"
        RETURN = "return", "退回"
        APPROVE = "approve", "审核通过"
        LOCK = "lock", "锁定"
        UNLOCK = "unlock", "解锁"

    filing = models.ForeignKey(Filing, on_delete=models.CASCADE, related_name="steps")
    version = models.ForeignKey(FilingVersion, on_delete=models.PROTECT, null=True)
    action = models.CharField(max_length=8, choices=Action)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
