"""A policy and its versions, the screenings they went through, and what each enterprise is entitled to, step by step to the payment."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.money.models import Claim


class Policy(models.Model):
    """A policy by its code; what it says is in its versions."""

    code = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class PolicyVersion(models.Model):
    """One version. text: the rules as YAML with FEEL, one policy (docs/policies.md); delivery: how it reaches the enterprise and who pays.

    A published version is never changed, only superseded; it fixes the definition of the facts and the engine's version.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "起草"
        REVIEW = "review", "审核"
        PUBLISHED = "published", "已发布"
        SUPERSEDED = "superseded", "已被新版取代"
        ENDED = "ended", "已终止"
        DROPPED = "dropped", "已作废"

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, default="money")  # money | title
    way = models.CharField(max_length=16)  # no-application | short-form | application
    mark = models.CharField(max_length=12)
    source = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # half-open
    delivery = models.JSONField(default=dict)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    drafted_label = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_label = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True)
    facts_hash = models.CharField(max_length=64, blank=True)
    engine_version = models.CharField(max_length=20, blank=True)
    screened_at = models.DateTimeField(null=True)  # when everybody was first screened against it
    end_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["policy", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="one_policy_version_a_number"),
            models.UniqueConstraint(fields=["policy"], condition=Q(state="published"), name="one_published_version"),
            models.UniqueConstraint(fields=["policy"], condition=Q(state__in=["draft", "review"]), name="one_version_at_work"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="version_ends_after_start"),
        ]

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en or self.name_zh


class Review(models.Model):
    """What a reviewer made of a version: content, legal and finance, each by another person than who drafted it."""

    class Kind(models.TextChoices):
        CONTENT = "content", "业务审核"
        LEGAL = "legal", "合法性审核"
        FINANCE = "finance", "资金审核"

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=8, choices=Kind)
    agreed = models.BooleanField()
    note = models.TextField(blank=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reviewer_label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class Screening(models.Model):
    """One run over enterprises: on publication, at night, or for those whose facts changed. counts: policy code to outcome to number, and money in fen."""

    class Cause(models.TextChoices):
        PUBLICATION = "publication", "发布"
        NIGHTLY = "nightly", "夜间全量"
        CHANGED = "changed", "事实变化"

    cause = models.CharField(max_length=12, choices=Cause)
    as_of = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    facts_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=20)
    enterprises = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    versions = models.JSONField(default=list)  # ids of the versions that were screened together
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]


class Changed(models.Model):
    """An enterprise whose facts changed since it was last screened; taken away in the transaction that writes its screening."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["enterprise"])]


class FactRow(models.Model):
    """The facts of an enterprise on which a screening decided, exactly (money fen, days ISO): kept where it listed or changed something, so that
    the decision can be worked out again, byte for byte."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="rows")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["screening", "enterprise"], name="one_fact_row")]


class Entitlement(models.Model):
    """What an enterprise gets from a policy in a year, as the screening found it; what it stood on is the screening's `FactRow` of the enterprise."""

    class State(models.TextChoices):
        LISTED = "listed", "已列入"  # found by the screening; nobody was told
        HELD = "held", "待核查"  # a check stopped it (register of dishonesty)
        NOTIFIED = "notified", "已告知"
        DISPUTED = "disputed", "企业有异议"  # the enterprise says a fact is wrong
        REFUSED = "refused", "企业放弃"
        ASSESSING = "assessing", "评审中"  # applied for with documents; two assessors judge it
        ACCEPTED = "accepted", "企业确认"
        PUBLIC = "public", "公示中"
        OBJECTED = "objected", "异议核查"
        CLEARED = "cleared", "公示无异议"
        APPROVED = "approved", "已审定"
        PAID = "paid", "已兑付"
        RETURNED = "returned", "退款待更正"  # the bank sent the money back
        RECALLED = "recalled", "追回中"
        RECOVERED = "recovered", "已追回"
        REJECTED = "rejected", "不予兑付"
        LAPSED = "lapsed", "不再符合"  # facts changed before it was decided

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="entitlements")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="entitlements")
    year = models.PositiveSmallIntegerField()
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="+")  # where it sat when it was listed
    amount_fen = models.BigIntegerField()
    screened_fen = models.BigIntegerField(null=True)  # what the screening gave, where assessors then granted a part of it
    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, null=True, related_name="entitlement")  # from the first approval on
    state = models.CharField(max_length=10, choices=State, default=State.LISTED)
    synthetic = models.BooleanField(default=False)
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    listed_at = models.DateTimeField()
    promised_on = models.DateField(null=True)  # counted from the enterprise's yes
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "enterprise", "year"], name="one_entitlement_a_year"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="entitlement_is_not_negative"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "state"]),
            models.Index(fields=["version", "state", "park"]),
            models.Index(fields=["park", "state"]),
            models.Index(fields=["state", "changed_at"]),
        ]

    @property
    def due_fen(self) -> int:
        """What is paid: the claim's sum once there is one (less than the amount where the money ran short), else the amount."""
        return self.claim.amount_fen if self.claim is not None else self.amount_fen


class EntitlementStep(models.Model):
    """One step of an entitlement, who took it and why. Append-only."""

    entitlement = models.ForeignKey(Entitlement, on_delete=models.CASCADE, related_name="steps")
    to_state = models.CharField(max_length=10, choices=Entitlement.State)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]


class NearMiss(models.Model):
    """One step away by something that has a distance: the single condition that an enterprise misses. Replaced by each screening of the pair."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="near")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="near_misses")
    condition = models.CharField(max_length=60)
    park = models.ForeignKey(Park, on_delete=models.CASCADE, null=True, related_name="+")
    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "enterprise"], name="one_near_miss")]
        indexes = [models.Index(fields=["enterprise"]), models.Index(fields=["version", "park"])]


class PublicNotice(models.Model):
    """A list shown to everybody for some working days before it is approved; who doubts an entry objects."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="public_notices")
    number = models.CharField(max_length=40, unique=True)
    opened_on = models.DateField()
    closes_on = models.DateField()  # the last day on which an objection is in time
    opened_by_label = models.CharField(max_length=200)
    entitlements = models.ManyToManyField(Entitlement, related_name="public_notices")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_on", "-pk"]


class Objection(models.Model):
    """Somebody doubts an entry of a public list. Decided by a person who did not open the list, with a reason."""

    class State(models.TextChoices):
        OPEN = "open", "待核查"
        UPHELD = "upheld", "成立"
        DISMISSED = "dismissed", "不成立"

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="objections")
    text = models.TextField()
    contact = models.CharField(max_length=120, blank=True)  # seen by the city alone
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    decided_by_label = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)


class Application(models.Model):
    """What an enterprise hands in for an entitlement that needs judgement, and how it stands with its assessors.

    result: {"points": item -> decimal text, "total", "share", "arbitrated", "full_fen"} once it is judged.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", "准备材料"
        SUBMITTED = "submitted", "已提交"
        SENT_BACK = "sent-back", "退回补正"
        ASSESSING = "assessing", "评审中"
        ARBITRATION = "arbitration", "第三人评审"
        JUDGED = "judged", "已评定"

    entitlement = models.OneToOneField(Entitlement, on_delete=models.PROTECT, related_name="application")
    state = models.CharField(max_length=12, choices=State, default=State.PREPARING)
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "submitted_at"])]


class Paper(models.Model):
    """A document of an application, kept as it came and only ever handed out as a download. wanted: which of the policy's documents it is."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="papers")
    wanted = models.CharField(max_length=120)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_label = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)  # replaced or taken away before submission

    class Meta:
        ordering = ["pk"]


class Assessment(models.Model):
    """One person's marks for an application, not shown to anybody else before both are in. An arbiter is the third, who sees neither of the two before."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="assessments")
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assessor_label = models.CharField(max_length=200)
    is_arbiter = models.BooleanField(default=False)
    assigned_at = models.DateTimeField()
    assigned_label = models.CharField(max_length=200)
    due_on = models.DateField()
    marks = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    given_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)  # 回避: somebody else is asked
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "assessor"], name="one_assessment_a_person")]
        indexes = [models.Index(fields=["assessor", "given_at"])]


class AfterCheck(models.Model):
    """A payment looked at afterwards: drawn by lot or all, or because a fact was corrected, with a finding; what was wrong is asked back through the fund.

    corrected_fen: what the corrected facts would have given.
    """

    class Cause(models.TextChoices):
        LOT = "lot", "抽查"
        FACTS = "facts", "数据更正"

    class State(models.TextChoices):
        OPEN = "open", "待检查"
        IN_ORDER = "in-order", "无问题"
        WRONG = "wrong", "有问题"
        RECALLED = "recalled", "已要求退回"

    entitlement = models.OneToOneField(Entitlement, on_delete=models.PROTECT, related_name="after_check")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    cause = models.CharField(max_length=5, choices=Cause, default=Cause.LOT)
    corrected_fen = models.BigIntegerField(null=True)
    drawn_at = models.DateTimeField()
    drawn_label = models.CharField(max_length=200)
    due_on = models.DateField()
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    checked_label = models.CharField(max_length=200, blank=True)
    finding = models.TextField(blank=True)
    recall_fen = models.BigIntegerField(null=True)
    recalled_at = models.DateTimeField(null=True)
    recalled_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["state", "due_on"])]


class PolicyReport(models.Model):
    """A policy evaluated for a year: the figures as they stood when it was made, what was done for those not reached, and what follows."""

    class Conclusion(models.TextChoices):
        KEEP = "keep", "继续实施"
        CHANGE = "change", "修订"
        END = "end", "终止"

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    made_label = models.CharField(max_length=200)
    figures = models.JSONField()
    done = models.TextField()
    conclusion = models.CharField(max_length=8, choices=Conclusion)

    class Meta:
        ordering = ["-year", "-pk"]
