"""Funds and their ledger, claims on them, and the payments that settle claims. Money is integer fen; a balance is derived from transfers, never stored."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Mark, Park


class Fund(models.Model):
    """Money set aside for a purpose, year by year. limit_fen: a claim above it needs a third approval (None: never)."""

    class Recipients(models.TextChoices):
        ENTERPRISES = "enterprises", "企业"
        PARKS = "parks", "园区"

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    recipients = models.CharField(max_length=12, choices=Recipients, default=Recipients.ENTERPRISES)
    limit_fen = models.BigIntegerField(null=True)
    mark = models.CharField(max_length=12, choices=Mark, default=Mark.REPORTED)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en or self.name_zh


class Account(models.Model):
    """An account of the ledger: where the money of a fund's year stands. line: a policy's own budget in the fund, "" for what all share."""

    class Kind(models.TextChoices):
        GRANTED = "granted", "预算来源"  # the treasury's side: its balance is minus the budget
        AVAILABLE = "available", "可用"
        EARMARKED = "earmarked", "已预留"  # for those whom a screening found, one sum a line
        RESERVED = "reserved", "待审定"  # for a claim that waits for its approvals
        APPROVED = "approved", "已审定"
        PAYING = "paying", "支付中"
        PAID = "paid", "已支付"
        RETURNED = "returned", "退汇"
        RECEIVABLE = "receivable", "应收回"

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="accounts")
    year = models.PositiveSmallIntegerField()
    line = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=12, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fund", "year", "line", "kind"], name="one_ledger_account")]

    def __str__(self) -> str:
        return "/".join(str(part) for part in (self.fund_id, self.year, self.line, self.kind))


class Claim(models.Model):
    """A sum for one recipient out of a fund's year. reference: what it is for, as its owner calls it; never twice. Where its money stands is in the ledger; state repeats it for reading."""

    class State(models.TextChoices):
        RESERVED = "reserved", "待审定"
        APPROVED = "approved", "已审定"
        PAYING = "paying", "支付中"
        PAID = "paid", "已支付"
        RETURNED = "returned", "退汇待更正"
        RECALLED = "recalled", "追回中"
        RECOVERED = "recovered", "已追回"
        RELEASED = "released", "已撤销"

    reference = models.CharField(max_length=80, unique=True)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="claims")
    year = models.PositiveSmallIntegerField()
    line = models.CharField(max_length=40, blank=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="claims")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="claims")
    title = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    drafted_by_id = models.BigIntegerField(null=True)
    drafted_label = models.CharField(max_length=200)
    needs = models.PositiveSmallIntegerField(default=2)  # how many people must approve
    synthetic = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="claim_is_positive"),
            models.CheckConstraint(condition=Q(enterprise=None) ^ Q(park=None), name="claim_has_one_recipient"),
            models.CheckConstraint(condition=Q(needs__gte=2), name="claim_needs_two"),
        ]
        indexes = [models.Index(fields=["fund", "year", "line", "state"]), models.Index(fields=["enterprise", "state"]), models.Index(fields=["park", "state"])]

    def __str__(self) -> str:
        return self.reference


class Approval(models.Model):
    """One person's yes to a claim."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver_label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["claim", "approver"], name="one_yes_a_person")]


class AppendOnly(RuntimeError):
    """Somebody tried to change or remove what the ledger holds. A defect of the caller, never a user's mistake."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise AppendOnly("the ledger is only ever added to, by money.ledger.post")


class _AddOnly(models.QuerySet[Any]):
    update = delete = bulk_update = get_or_create = update_or_create = _refuse


class Posting(models.Model):
    """One act on the ledger: why and by whom. key: the same act twice is one."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="postings")
    key = models.CharField(max_length=120, unique=True)
    act = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    reason = models.TextField(blank=True)

    objects = models.Manager.from_queryset(_AddOnly)()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["fund", "-id"])]


class Transfer(models.Model):
    """Money from one account to another: both sides of the double entry in one row, so that the ledger cannot be out of balance."""

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="transfers")
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="given")
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="taken")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="transfers")
    fen = models.BigIntegerField()

    objects = models.Manager.from_queryset(_AddOnly)()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="transfer_is_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_has_two_sides"),
        ]
        indexes = [models.Index(fields=["source", "fen"]), models.Index(fields=["target", "fen"])]


class BankAccount(models.Model):
    """Where a recipient is paid. number_sealed: the number, encrypted; fingerprint: keyed, so that equal numbers can be found without opening any."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="bank_accounts")
    park = models.ForeignKey(Park, on_delete=models.PROTECT, null=True, related_name="bank_accounts")
    holder = models.CharField(max_length=200)
    bank = models.CharField(max_length=200)
    number_sealed = models.TextField()
    last_digits = models.CharField(max_length=4)
    fingerprint = models.CharField(max_length=64)
    entered_by_id = models.BigIntegerField(null=True)
    entered_label = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    confirmed_label = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-entered_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(enterprise=None) ^ Q(park=None), name="account_has_one_owner"),
            models.UniqueConstraint(fields=["enterprise"], condition=Q(replaced_at=None, park=None), name="one_current_account"),
            models.UniqueConstraint(fields=["park"], condition=Q(replaced_at=None, enterprise=None), name="one_current_park_account"),
        ]

    @property
    def masked(self) -> str:
        return f"**** {self.last_digits}"


class Batch(models.Model):
    """Payments that go to the treasury in one file."""

    class State(models.TextChoices):
        OPEN = "open", "待导出"
        SENT = "sent", "已送国库"
        DONE = "done", "已办结"
        CANCELLED = "cancelled", "已撤销"

    number = models.CharField(max_length=40, unique=True)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="batches")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_by_id = models.BigIntegerField(null=True)
    made_label = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]


class Payment(models.Model):
    """One line of a batch. key: the number under which the bank pays it at most once."""

    class State(models.TextChoices):
        WAITING = "waiting", "待支付"
        PAID = "paid", "已支付"
        FAILED = "failed", "支付失败"
        RETURNED = "returned", "退汇"
        CANCELLED = "cancelled", "已撤销"

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="payments")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payments")
    key = models.CharField(max_length=60, unique=True)
    fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    bank_reference = models.CharField(max_length=80, blank=True)
    bank_note = models.CharField(max_length=200, blank=True)
    settled_on = models.DateField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["claim"], condition=Q(state__in=["waiting", "paid"]), name="one_living_payment_a_claim")]
        indexes = [models.Index(fields=["batch", "state"])]


class UseReport(models.Model):
    """What a park did with an award, and what the city made of it."""

    class State(models.TextChoices):
        OPEN = "open", "待核查"
        AGREED = "agreed", "核查通过"
        REFUSED = "refused", "核查不通过"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="use_reports")
    used_fen = models.BigIntegerField()
    text = models.TextField()
    proof = models.CharField(max_length=200)
    made_label = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    checked_label = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["claim"], condition=Q(state="open"), name="one_open_use_report")]
