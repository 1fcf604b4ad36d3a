"""Matters and their versions, delegated powers, applications with their steps, what was asked and what was held, agents, duties, reforms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Mark, Park
from manyuan.work.cases.models import Case


def _said(row: Any, language: str) -> str:
    return row.name_zh if language.startswith("zh") else row.name_en or row.name_zh


class MatterVersion(models.Model):
    """A matter (政务服务事项) as it was from one installation to the next. One is current; applications stay on theirs."""

    code = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=300)
    group = models.CharField(max_length=20)
    mark = models.CharField(max_length=12, choices=Mark)
    content = models.JSONField()
    process = models.TextField()  # BPMN
    content_hash = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
    installed_at = models.DateTimeField()

    class Meta:
        ordering = ["group", "code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="one_matter_version_a_number"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="one_current_matter"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"

    def name(self, language: str) -> str:
        return _said(self, language)


class Power(models.Model):
    """A power (赋权事项) that a higher level delegated, with its document."""

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=300)
    from_zh = models.CharField(max_length=120)
    from_en = models.CharField(max_length=300)
    document_zh = models.CharField(max_length=200)
    document_en = models.CharField(max_length=300)
    granted_on = models.DateField()
    unused_months = models.PositiveSmallIntegerField(default=6)  # after so long without use it is flagged
    mark = models.CharField(max_length=12, choices=Mark)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def name(self, language: str) -> str:
        return _said(self, language)


class Holding(models.Model):
    """A park that holds a power: since when, on which conditions, with how many people able to use it. Half-open period."""

    power = models.ForeignKey(Power, on_delete=models.PROTECT, related_name="holdings")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="powers")
    since = models.DateField()
    until = models.DateField(null=True)
    conditions = models.TextField(blank=True)
    staff = models.PositiveSmallIntegerField()
    mark = models.CharField(max_length=12, choices=Mark, default=Mark.REPORTED)
    recorded_label = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["power__code", "park__code"]
        constraints = [models.UniqueConstraint(fields=["power", "park"], condition=Q(until=None), name="one_open_holding")]


class Mandate(models.Model):
    """What an enterprise lets an agent (代办员) do in its name, until when; may be taken back at any moment."""

    class Act(models.TextChoices):
        FILE = "file", "代为申请"
        SUPPLY = "supply", "代为补充材料"
        WITHDRAW = "withdraw", "代为撤回"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="mandates")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandates")
    agent_label = models.CharField(max_length=200)
    acts = models.JSONField()
    matters = models.JSONField(default=list)  # codes; [] for all
    since = models.DateField()
    until = models.DateField()  # the last day
    given_label = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_label = models.CharField(max_length=200, blank=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-given_at", "-pk"]
        indexes = [models.Index(fields=["agent", "enterprise"])]


class Application(models.Model):
    """An enterprise's application for a matter. engine: the process's state as the engine wrote it; values: what is known of its fields."""

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        GRANTED = "granted", "已办结"
        REFUSED = "refused", "不予办理"
        WITHDRAWN = "withdrawn", "已撤回"

    class Lane(models.TextChoices):
        NONE = "", "普通"
        PARK = "park", "园区绿色通道"
        CITY = "city", "市级绿色通道"

    number = models.CharField(max_length=40, unique=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="application")  # null only while it is being made
    version = models.ForeignKey(MatterVersion, on_delete=models.PROTECT, related_name="applications")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="applications")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="applications")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="applications")
    filed_by_id = models.BigIntegerField(null=True)
    filed_label = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    lane = models.CharField(max_length=4, choices=Lane, default=Lane.NONE, blank=True)
    values = models.JSONField(default=dict)
    outcomes = models.JSONField(default=dict)
    engine = models.TextField()
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    trips = models.PositiveSmallIntegerField(default=0)  # the enterprise had to go outside the park
    left_park = models.PositiveSmallIntegerField(default=0)  # steps that were done outside the park
    changed_at = models.DateTimeField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-filed_at", "-pk"]
        indexes = [models.Index(fields=["enterprise", "state"]), models.Index(fields=["park", "state", "due_on"]), models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return self.number


class StepRun(models.Model):
    """One opening of a step: whose it is, where it is done, by when; how it ended. task: the engine's id of it."""

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已完成"
        DROPPED = "dropped", "不再需要"

    class Cause(models.TextChoices):
        """Why a step left the park."""

        NONE = "", ""
        NO_POWER = "no-power", "未赋权"
        NO_CAPACITY = "no-capacity", "有权但承接能力不足"
        OUTSIDE_CONDITIONS = "outside-conditions", "超出赋权条件"
        SYSTEM = "system", "业务系统未贯通"
        ORIGINALS = "originals", "须核验原件"
        LEVEL = "level", "法定由上级办理"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    task = models.CharField(max_length=40, unique=True)
    node = models.CharField(max_length=80)
    code = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=300)
    by = models.CharField(max_length=12)  # committee | company | city | enterprise
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="steps")
    power = models.ForeignKey(Power, on_delete=models.PROTECT, null=True, related_name="steps")
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, null=True, related_name="steps")  # the park's own, where it had the power
    outside = models.BooleanField(default=False)
    cause = models.CharField(max_length=20, choices=Cause, default=Cause.NONE, blank=True)
    sent_up = models.BooleanField(default=False)
    sent_up_reason = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=8, blank=True)
    note = models.TextField(blank=True)
    trips = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(sent_up=False) | ~Q(cause=""), name="sent_up_has_a_cause")]
        indexes = [models.Index(fields=["unit", "state", "due_on"]), models.Index(fields=["power", "state"]), models.Index(fields=["application", "state"])]

    def name(self, language: str) -> str:
        return _said(self, language)


class Asked(models.Model):
    """A line of the ask-once ledger: a field or material of an application, whether it was asked, reused, or asked though it was held."""

    class How(models.TextChoices):
        REUSED = "reused", "已有，未再要"
        ASKED = "asked", "首次收取"
        CORRECTED = "corrected", "企业更正"
        AGAIN = "again", "已有仍再要"

    class Kind(models.TextChoices):
        FIELD = "field", "字段"
        MATERIAL = "material", "材料"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="asked")
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=60)
    how = models.CharField(max_length=10, choices=How)
    source = models.JSONField(default=dict)  # where it is held: {what, name, period, on, number}
    value = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    asked_label = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    given_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(how__in=["again", "corrected"]) | ~Q(reason=""), name="again_has_a_reason"),
            models.UniqueConstraint(fields=["application", "kind", "key"], condition=Q(given_at=None), name="one_open_question"),
        ]
        indexes = [models.Index(fields=["kind", "key", "how"])]


class GreenLane(models.Model):
    """The green channel (绿色通道) of an application: why, who granted it, what it sped up."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="green")
    lane = models.CharField(max_length=4, choices=[("park", "园区绿色通道"), ("city", "市级绿色通道")])
    reason = models.TextField()
    granted_by_id = models.BigIntegerField(null=True)
    granted_label = models.CharField(max_length=200)
    granted_at = models.DateTimeField()
    sped_up = models.JSONField(default=list)  # [{step, how: parallel | shortened, with, from, to}]
    due_before = models.DateField()
    due_after = models.DateField()


class AgentAct(models.Model):
    """What an agent did in an enterprise's name. Never changed, never removed."""

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="done")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="agent_acts")
    act = models.CharField(max_length=12, choices=Mandate.Act)
    agent_id = models.BigIntegerField()
    label = models.CharField(max_length=400)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class ServiceRequest(models.Model):
    """A value-added service (增值服务) that an applicant asked for beside the basic one."""

    class State(models.TextChoices):
        WANTED = "wanted", "已申请"
        GIVEN = "given", "已提供"
        DECLINED = "declined", "未提供"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="services")
    code = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    note = models.TextField(blank=True)
    label = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "code"], name="one_request_a_service")]


class Duty(models.Model):
    """A duty (职责事项) of running a park. kind: regulatory work is the committee's alone."""

    class Kind(models.TextChoices):
        REGULATORY = "regulatory", "行政监管"
        SERVICE = "service", "公共服务"
        MARKET = "market", "市场运营"

    code = models.CharField(max_length=60, unique=True)
    order = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=Kind)
    roles = models.JSONField()  # body -> R | A | C | I, as the pack proposes
    mark = models.CharField(max_length=12, choices=Mark)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["order"]

    def name(self, language: str) -> str:
        return _said(self, language)


class DutyRole(models.Model):
    """Where a park has a duty otherwise than the pack proposes. letter: R, A, C, I, or empty for no part in it."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="own")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="duty_roles")
    body = models.CharField(max_length=12)
    letter = models.CharField(max_length=2, blank=True)
    label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "park", "body"], name="one_role_a_body")]


class Kpi(models.Model):
    """What a body is measured by. indicator: the code of the pack's indicator, where there is one."""

    body = models.CharField(max_length=12)
    code = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=300)
    indicator = models.CharField(max_length=60, blank=True)
    mark = models.CharField(max_length=12, choices=Mark)

    class Meta:
        ordering = ["body", "order"]
        constraints = [models.UniqueConstraint(fields=["body", "code"], name="one_kpi_a_body")]

    def name(self, language: str) -> str:
        return _said(self, language)


class Post(models.Model):
    """Who holds the post of a stage of 招投融建管营 in a park. Half-open period."""

    class Stage(models.TextChoices):
        ATTRACT = "attract", "招"
        INVEST = "invest", "投"
        FINANCE = "finance", "融"
        BUILD = "build", "建"
        MANAGE = "manage", "管"
        OPERATE = "operate", "营"

    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="posts")
    stage = models.CharField(max_length=8, choices=Stage)
    body = models.CharField(max_length=12)
    title = models.CharField(max_length=80)
    holder = models.CharField(max_length=80)
    since = models.DateField()
    until = models.DateField(null=True)
    label = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["park", "stage", "-since"]
        constraints = [models.UniqueConstraint(fields=["park", "stage"], condition=Q(until=None), name="one_holder_a_stage")]


class Reform(models.Model):
    """A reform item (改革事项)."""

    class State(models.TextChoices):
        PLANNED = "planned", "谋划"
        PILOT = "pilot", "试点"
        IN_FORCE = "in-force", "已推行"
        DROPPED = "dropped", "已终止"

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=300)
    about_zh = models.TextField()
    about_en = models.TextField()
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="reforms")  # None: the whole city
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    since = models.DateField()
    due_on = models.DateField(null=True)
    mark = models.CharField(max_length=12, choices=Mark)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]

    def name(self, language: str) -> str:
        return _said(self, language)


class ReformNote(models.Model):
    """A step of a reform item, or evidence laid to it: a document with its day and place."""

    reform = models.ForeignKey(Reform, on_delete=models.PROTECT, related_name="notes")
    state = models.CharField(max_length=10, choices=Reform.State, blank=True)  # set where it moved
    title = models.CharField(max_length=200)
    document = models.CharField(max_length=200, blank=True)
    on = models.DateField()
    label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
