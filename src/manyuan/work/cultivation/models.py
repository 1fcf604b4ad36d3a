"""Ladders as installed, where every enterprise stands on them, the growth pool, plans for one enterprise, anchor enterprises and what they were promised."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.cases.models import Case


class LadderSet(models.Model):
    """The ladders of a pack with the text of every rule set they name and of the criteria of anchors. One is current; older ones stay for what was judged by them."""

    content = models.JSONField()
    content_hash = models.CharField(max_length=64, unique=True)
    installed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_ladder_set")]


class Run(models.Model):
    """One judging of enterprises against the ladders. counts: rung -> rules -> outcome -> enterprises, for runs over everybody."""

    class Cause(models.TextChoices):
        NIGHTLY = "nightly", "每日"
        DEMAND = "demand", "手动"
        CHANGED = "changed", "变更"

    cause = models.CharField(max_length=8, choices=Cause)
    as_of = models.DateField()
    ladders = models.ForeignKey(LadderSet, on_delete=models.PROTECT)
    facts_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=20)
    enterprises = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["cause", "as_of"])]


class Standing(models.Model):
    """What one rule set of a rung says of one enterprise, by its newest run.

    failing: conditions not met; missing: facts that nobody knows. lever: the one fact whose change suffices, from found to needed (whole units of its
    scale: fen; yes and no as 1 and 0); share: what is missing as a part of what is needed, in ten-thousandths; empty where no number has to move.
    when: the rules judge today (current), from a later day on (coming), or judged up to an earlier one (ended). review: for who holds the title.
    run: the one that wrote it; since then nothing of it has changed.
    """

    class Outcome(models.TextChoices):
        MEETS = "meets", "达标"
        NEAR = "near", "差一步"
        NOT = "not", "未达标"
        UNDETERMINED = "undetermined", "无法判定"

    class When(models.TextChoices):
        CURRENT = "current", "现行"
        COMING = "coming", "将施行"
        ENDED = "ended", "已停止"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="standings")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="+")
    ladder = models.CharField(max_length=40)
    rung = models.CharField(max_length=40)
    rules = models.CharField(max_length=60)
    when = models.CharField(max_length=8, choices=When)
    review = models.BooleanField(default=False)
    held = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=Outcome)
    failing = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    lever = models.CharField(max_length=60, blank=True)
    found = models.BigIntegerField(null=True)
    needed = models.BigIntegerField(null=True)
    share = models.PositiveIntegerField(null=True)
    mark = models.CharField(max_length=12, blank=True)
    synthetic = models.BooleanField(default=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="standings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "rung", "rules"], name="one_standing_a_rule_set")]
        indexes = [
            models.Index(fields=["park", "share"], condition=Q(share__isnull=False), name="standing_cheapest_of_park"),
            models.Index(fields=["share"], condition=Q(share__isnull=False), name="standing_cheapest"),
            models.Index(fields=["rung", "rules", "outcome"]),
        ]


class Place(models.Model):
    """Where one enterprise stands on one ladder by the newest run. held: the rung of its highest title; by_rule: the highest rung whose rules it meets;
    next: the rung above the held one, with what its rules say. held_until: the day on which the title ends. run: the one that wrote it; since then nothing
    of it has changed."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="places")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="+")
    ladder = models.CharField(max_length=40)
    held = models.CharField(max_length=40, blank=True)
    held_rank = models.PositiveSmallIntegerField(default=0)
    held_until = models.DateField(null=True)
    by_rule = models.CharField(max_length=40, blank=True)
    by_rule_rank = models.PositiveSmallIntegerField(default=0)
    next = models.CharField(max_length=40, blank=True)
    next_outcome = models.CharField(max_length=12, blank=True)
    share = models.PositiveIntegerField(null=True)
    synthetic = models.BooleanField(default=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="places")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "ladder"], name="one_place_a_ladder")]
        indexes = [
            models.Index(fields=["park", "ladder"]),
            models.Index(fields=["ladder", "held_rank"]),
            models.Index(fields=["ladder", "next_outcome", "share"]),
        ]


class PoolEntry(models.Model):
    """An enterprise in the growth pool (培育库) for a rung, by rule and decision; one that left says why."""

    class Left(models.TextChoices):
        REACHED = "reached", "已晋级"
        FALLEN_BACK = "fallen-back", "不再符合入库条件"
        MOVED = "moved", "迁出"
        WISH = "wish", "企业自愿退出"
        OTHER = "other", "其他"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="pool_entries")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="+")
    ladder = models.CharField(max_length=40)
    rung = models.CharField(max_length=40)
    by_rule = models.CharField(max_length=12)
    decision = models.CharField(max_length=200)
    entered_on = models.DateField()
    entered_label = models.CharField(max_length=200)
    left_on = models.DateField(null=True)
    left_reason = models.CharField(max_length=12, choices=Left, blank=True)
    left_note = models.CharField(max_length=300, blank=True)
    left_label = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "rung"], condition=Q(left_on=None), name="one_pool_entry_a_rung"),
            models.CheckConstraint(condition=Q(left_on=None) | ~Q(left_reason=""), name="pool_exit_has_its_reason"),
        ]


class Plan(models.Model):
    """A cultivation plan for one enterprise (一企一策): what for, who looks after it, by when, and when it expires. The firm confirms it, and confirms its end.

    origin: the rung and rule set it began from, and the fact that was to move, as it stood then. closed without the firm: `unconfirmed_reason` says why.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待企业确认"
        RUNNING = "running", "实施中"
        DECLINED = "declined", "企业未同意"
        CLOSING = "closing", "待企业确认结果"
        CLOSED = "closed", "已结束"

    class Result(models.TextChoices):
        REACHED = "reached", "达成"
        PARTLY = "partly", "部分达成"
        MISSED = "missed", "未达成"
        DROPPED = "dropped", "中止"

    number = models.CharField(max_length=20, unique=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="plans")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="+")
    goal = models.CharField(max_length=300)
    ladder = models.CharField(max_length=40, blank=True)
    rung = models.CharField(max_length=40, blank=True)
    origin = models.JSONField(default=dict)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="plans")
    due_on = models.DateField()
    expires_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    result = models.CharField(max_length=10, choices=Result, blank=True)
    result_note = models.TextField(blank=True)
    unconfirmed_reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_label = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_on__gte=F("due_on")), name="plan_expires_after_due"),
            models.CheckConstraint(condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)), name="closed_plans_have_their_moment"),
            models.CheckConstraint(condition=~Q(state="closed") | ~Q(result=""), name="closed_plans_have_a_result"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["park", "state"]), models.Index(fields=["enterprise", "state"]), models.Index(fields=["state", "expires_on"])]

    def __str__(self) -> str:
        return f"{self.number} {self.goal}"


class PlanStep(models.Model):
    """One thing that happened to a plan: made, confirmed, progress, review, put off, closing … note: what was said."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="steps")
    act = models.CharField(max_length=20)
    state = models.CharField(max_length=10)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]


class PlanAction(models.Model):
    """An action of a plan; its work is a case of kind `plan-action`."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="actions")
    text = models.CharField(max_length=200)
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["due_on", "pk"]


class Anchor(models.Model):
    """An anchor enterprise (镇园之宝): entered by decision with its reason, led by an official named by post, and left with a reason.

    met: whether it met the criteria on the day (yes | no | unknown); one that did not needs the reason all the more.
    """

    class Level(models.TextChoices):
        PARK = "park", "园区级"
        CITY = "city", "市级"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="anchors")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="anchors")
    level = models.CharField(max_length=4, choices=Level)
    met = models.CharField(max_length=7)
    reason = models.CharField(max_length=300)
    decision = models.CharField(max_length=200)
    lead_post = models.CharField(max_length=80)
    entered_on = models.DateField()
    entered_label = models.CharField(max_length=200)
    left_on = models.DateField(null=True)
    left_reason = models.CharField(max_length=300, blank=True)
    left_decision = models.CharField(max_length=200, blank=True)
    left_label = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise"], condition=Q(left_on=None), name="one_open_anchor"),
            models.CheckConstraint(condition=Q(left_on=None) | ~Q(left_reason=""), name="anchor_exit_has_its_reason"),
        ]


class Promise(models.Model):
    """A commitment to an anchor enterprise: what, by when, which unit answers for it, and what became of it."""

    class State(models.TextChoices):
        OPEN = "open", "待兑现"
        KEPT = "kept", "已兑现"
        BROKEN = "broken", "未兑现"

    anchor = models.ForeignKey(Anchor, on_delete=models.CASCADE, related_name="promises")
    text = models.CharField(max_length=300)
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    settled_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    made_label = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(state="open", settled_on=None) | (~Q(state="open") & Q(settled_on__isnull=False)), name="settled_promises_have_their_day")]  # fmt: skip
