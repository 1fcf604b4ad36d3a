"""The demo city's money: accounts, batches, what the bank said, and awards for parks. Everything in it is synthetic."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from manyuan.engines.workbooks import write_csv
from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.money.accounts import give_account
from manyuan.work.money.awards import draft_awards, report_use
from manyuan.work.money.claims import approve_claims
from manyuan.work.money.models import BankAccount, Batch, Claim, Fund
from manyuan.work.money.payments import export_batch, make_batch, payable
from manyuan.work.money.results import SHEET, take_results
from manyuan.work.policies.delivering import note_payment

BANKS = ("示范银行高新支行", "示范商业银行天府支行", "示范农商银行双流支行")
_DEMO = system("demo", at="demo")


def play_money(*, dice: random.Random, people: dict[str, Actor], approved: Mapping[str, datetime], now: datetime) -> None:
    """What is approved goes out: of the policy that was approved first the bank has answered, in time but for the firms that gave their account late;
    of the others not yet. Parks have awards, one of them reports its use. approved: policies and when."""
    year = timezone.localdate(now).year
    funds = [fund for fund in Fund.objects.filter(recipients="enterprises") if payable(fund, year)]
    first = min(approved.values(), default=now)
    for fund in funds:
        firms = [one.claim.enterprise for one in payable(fund, year) if one.account is None and one.claim.enterprise]
        early = any(row.approved_at and row.approved_at <= first for row in Claim.objects.filter(fund=fund, state=Claim.State.APPROVED))
        if not early:
            _accounts(dice, firms, now - timedelta(days=5))
            _sent(fund, year, people["finance"], now - timedelta(days=4))
            continue
        late = firms[4::9]
        _accounts(dice, [one for one in firms if one not in late], first)
        _answered(_sent(fund, year, people["finance"], first + timedelta(days=2)), people["finance"], first + timedelta(days=4))
        if late[1:]:
            _accounts(dice, late[1:], now - timedelta(days=24))
            _answered(_sent(fund, year, people["finance"], now - timedelta(days=22)), people["finance"], now - timedelta(days=19), fails=False)
    _awards(people, year, now)


def _sent(fund: Fund, year: int, by: Actor, at: datetime) -> Batch:
    batch = make_batch(fund=fund, year=year, by=by, now=at)
    export_batch(batch=batch, format="xlsx", by=by, now=at)
    return batch


def _accounts(dice: random.Random, firms: Sequence[Enterprise], at: datetime) -> None:
    """The firms have given an account."""
    for firm in {firm.pk: firm for firm in firms}.values():
        if not BankAccount.objects.filter(enterprise=firm).exists():
            by = Actor(id=None, label=firm.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}), at="demo")
            number = "".join(str(dice.randint(0, 9)) for _ in range(16))
            give_account(owner=firm, holder=firm.name, bank=dice.choice(BANKS), number=number, by=by, now=at)


def _answered(batch: Batch, by: Actor, at: datetime, *, fails: bool = True) -> None:
    """The bank's answer; one payment comes back where it fails."""
    day = timezone.localdate(at)
    rows = [
        {
            "key": one.key, "amount": one.fen, "result": "failed" if fails and number == 1 else "paid", "settled_on": day, "reference": f"DEMO{one.pk:08d}",
            "note": "账号与户名不符（演示）" if fails and number == 1 else "",
        }
        for number, one in enumerate(batch.payments.order_by("pk"))
    ]  # fmt: skip
    take_results(batch=batch, content=write_csv(rows, SHEET.columns), filename="bank-demo.csv", today=day, by=by, now=at)
    for state, what in ((Claim.State.PAID, "paid"), (Claim.State.RETURNED, "returned")):
        found = list(batch.payments.filter(claim__state=state).values_list("claim__reference", "bank_note"))
        note_payment(references=[one for one, _ in found], what=what, notes=[note or batch.number for _, note in found], by=_DEMO, now=at)


def _awards(people: dict[str, Actor], year: int, now: datetime) -> None:
    fund = Fund.objects.filter(recipients="parks").first()
    parks = list(Park.objects.filter(pk__in=people["park1"].park_ids).order_by("pk")[:1]) if "park1" in people else []
    parks += list(Park.objects.exclude(pk__in=[one.pk for one in parks]).filter(kind=Park.Kind.PARK, enterprises__isnull=False).distinct().order_by("pk")[:3])
    if fund is None or not parks:
        return
    sums = (8_000_000_00, 6_000_000_00, 5_000_000_00, 3_000_000_00)
    claims = draft_awards(
        fund=fund, year=year, awards=list(zip(parks, sums, strict=False)), title="园区提质增效奖补（演示）", by=people["clerk"], now=now - timedelta(days=40)
    )
    for name in ("city", "finance"):
        approve_claims(claims=claims[:-1], by=people[name], now=now - timedelta(days=38))
    for claim in claims[:-1]:
        assert claim.park is not None
        by = Actor(id=None, label=claim.park.name_zh, role=Role.COMMITTEE, park_ids=frozenset({claim.park_id or 0}), at="demo")
        give_account(
            owner=claim.park, holder=f"{claim.park.name_zh}管理委员会", bank=BANKS[0], number=f"6200{claim.pk:012d}", by=by, now=now - timedelta(days=37)
        )
    batch = make_batch(fund=fund, year=year, by=people["finance"], now=now - timedelta(days=36))
    export_batch(batch=batch, format="xlsx", by=people["finance"], now=now - timedelta(days=36))
    day = timezone.localdate(now - timedelta(days=33))
    rows = [
        {"key": one.key, "amount": one.fen, "result": "paid", "settled_on": day, "reference": f"DEMO{one.pk:08d}", "note": ""}
        for one in batch.payments.order_by("pk")
    ]
    take_results(batch=batch, content=write_csv(rows, SHEET.columns), filename="bank-demo.csv", today=day, by=people["finance"], now=now - timedelta(days=33))
    first = Claim.objects.get(pk=claims[0].pk)
    by = Actor(id=None, label=parks[0].name_zh, role=Role.COMMITTEE, park_ids=frozenset({parks[0].pk}), at="demo")
    report_use(
        claim=first,
        used_fen=6_200_000_00,
        text="用于中试平台设备购置和公共实验室改造（演示）",
        proof="采购合同 DEMO-001、DEMO-002",
        by=by,
        now=now - timedelta(days=6),
    )
