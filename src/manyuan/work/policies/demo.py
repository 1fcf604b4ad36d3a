"""The demo city's year of policies: published by its demo people, screened, told, answered, on public lists, approved. Everything in it is synthetic."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import ANONYMOUS, Actor, Role, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.services import declare_facts, load_register
from manyuan.work.policies import delivering
from manyuan.work.policies.demo_money import play_money
from manyuan.work.policies.drafting import publish_policy, review_policy, submit_draft
from manyuan.work.policies.importing import import_policies
from manyuan.work.policies.models import Entitlement, PolicyVersion, Review
from manyuan.work.policies.scheduling import screen_due

BEGAN = timedelta(days=75)
"""How long ago the policies were drafted."""
KEPT_BACK = {"CD-FIRSTSET": 0, "CD-PILOT": 1}
"""Policies left as a draft (0) or under review (1), so that the way to publication can be tried."""
ANSWERING = ("CD-RD", "CD-HIGHTECH", "CD-REVENUE", "CD-EXHIBIT", "CD-SRDI", "CD-DIGITAL")
"""Policies whose firms have answered; the first three went through their public list, the fourth is on one now."""
EARLY = "CD-REVENUE"
"""The policy whose firms answered first and were paid, most by the day promised; of the others nothing is overdue yet."""
MOST = 60
"""Firms that answer one policy: the demo shows the work, it does not repeat it."""
DECLARING = 240
"""Firms that have declared facts."""


def play_policies(*, folder: Path, now: datetime) -> int:
    """Play the demo's policies once. Returns how many were published; 0 where there are policies already or no demo people."""
    people = {user.username: actor_of(user, "demo") for user in User.objects.filter(is_demo=True, is_active=True)}
    if PolicyVersion.objects.exists() or not {"city", "clerk", "finance"} <= set(people) or not (folder / "policies").is_dir():
        return 0
    dice = random.Random(20_260_101)  # noqa: S311  a demo that is the same each time
    start = now - BEGAN
    _declared(dice, start)
    published = _publish(folder, people["clerk"], people["city"], start)
    screen_due(now=start + timedelta(days=6))
    for version in published:
        if version.entitlements.filter(state=Entitlement.State.LISTED).exists():
            delivering.notify_listed(version=version, by=people["clerk"], now=start + timedelta(days=8))
    _answer(dice, [one for one in published if one.policy.code == EARLY], people, start + timedelta(days=12))
    _answer(dice, [one for one in published if one.policy.code != EARLY], people, now - timedelta(days=22))
    approved = _lists(published, people, start, now)
    play_money(dice=dice, people=people, approved=approved, now=now)
    return len(published)


def _declared(dice: random.Random, at: datetime) -> None:
    """Facts that some firms declared, and a register of dishonesty with a few firms in it."""
    firms = list(Enterprise.objects.filter(status="active", park__isnull=False).order_by("uscc")[:5_000])
    on = timezone.localdate(at)
    for firm in dice.sample(firms, min(DECLARING, len(firms))):
        by = _for(firm)
        money = dice.choice
        kinds: list[dict[str, Any]] = [
            {"equipment_spend": money((800_000, 2_400_000, 6_500_000, 31_000_000))},
            {"rent_paid": money((60_000, 180_000, 420_000, 2_600_000)), "rent_since": f"202{dice.randint(2, 5)}-0{dice.randint(1, 9)}-01"},
            {"digital_spend": money((120_000, 360_000, 1_500_000, 7_200_000))},
            {"loan_interest": money((9_000, 36_000, 240_000, 1_300_000))},
            {"exhibition_spend": money((6_000, 28_000, 95_000, 240_000))},
            {"graduates_hired": dice.randint(1, 24)},
            {"tech_contracts": money((200_000, 900_000, 5_400_000))},
            {"drug_phase": money(("phase-1", "phase-2", "phase-3")), "drug_phase_spend": money((2_400_000, 11_000_000, 38_000_000))},
        ]
        values = {name: value for chosen in dice.sample(kinds, 2) for name, value in chosen.items()}
        declare_facts(enterprise=firm, values=values, on=on, proof="demo", by=by, now=at, mark="synthetic")
    barred = [firm.uscc for firm in dice.sample(firms, min(12, len(firms)))]
    load_register(register="dishonesty", credit_codes=barred, on=on, source="demo", by=system("demo", at="demo"), now=at, mark="synthetic")


def _publish(folder: Path, drafter: Actor, reviewer: Actor, at: datetime) -> list[PolicyVersion]:
    out = []
    for version in import_policies(folder=folder, by=drafter, now=at).drafted:
        stage = KEPT_BACK.get(version.policy.code, 2)
        if stage > 0:
            version = submit_draft(version=version, by=drafter, now=at + timedelta(days=1))
            for kind in Review.Kind.values[: len(Review.Kind.values) if stage > 1 else 1]:
                review_policy(version=version, kind=kind, agreed=True, note="", by=reviewer, now=at + timedelta(days=3))
        if stage > 1:
            out.append(publish_policy(version=version, by=reviewer, now=at + timedelta(days=5)))
    return out


def _answer(dice: random.Random, published: Iterable[PolicyVersion], people: dict[str, Actor], at: datetime) -> None:
    waiting = {pk for name in ("firm1", "firm2") if name in people for pk in people[name].enterprise_ids}
    for version in published:
        if version.policy.code not in ANSWERING:
            continue
        rows = (
            version.entitlements.filter(state=Entitlement.State.NOTIFIED)
            .exclude(enterprise__in=waiting)
            .select_related("enterprise")
            .order_by("enterprise__uscc")
        )
        for number, row in enumerate(rows[:MOST]):
            when, by = at + timedelta(hours=number), _for(row.enterprise)
            luck = dice.random()
            if luck < 0.04:
                delivering.refuse_entitlement(entitlement=row, reason="本年度不需要", by=by, now=when)
            elif luck < 0.07:
                delivering.dispute_entitlement(entitlement=row, text="上年研发费用与年报不一致，应以审计报告为准", by=by, now=when)
            elif luck < 0.92:
                delivering.accept_entitlement(entitlement=row, by=by, now=when)


def _lists(published: Iterable[PolicyVersion], people: dict[str, Actor], start: datetime, now: datetime) -> dict[str, datetime]:
    """Public lists, and the approvals where they are over in time; returns when each policy was approved."""
    approved: dict[str, datetime] = {}
    by_code = {version.policy.code: version for version in published}
    done = [by_code[code] for code in ANSWERING[:3] if code in by_code and by_code[code].entitlements.filter(state=Entitlement.State.ACCEPTED).exists()]
    for version in done:
        opened = start + timedelta(days=16) if version.policy.code == EARLY else now - timedelta(days=18)
        notice = delivering.open_public_notice(version=version, by=people["clerk"], now=opened)
        closed = opened + (notice.closes_on - timezone.localdate(opened)) + timedelta(days=1)
        if closed > now - timedelta(days=6):  # a holiday lies in between: it is still open
            continue
        delivering.close_notice(notice=notice, by=people["clerk"], now=closed)
        approved[version.policy.code] = closed + timedelta(days=1)
    for version in (by_code[code] for code in approved):
        rows = delivering.fitting(version, list(version.entitlements.filter(state=Entitlement.State.CLEARED).order_by("pk")), timezone.localdate(now).year)
        for name in ("city", "finance") if rows else ():
            delivering.approve_entitlements(entitlements=rows, by=people[name], now=approved[version.policy.code])
    current = by_code.get(ANSWERING[3])
    if current is not None and current.entitlements.filter(state=Entitlement.State.ACCEPTED).exists():
        notice = delivering.open_public_notice(version=current, by=people["clerk"], now=now - timedelta(days=2))
        row = notice.entitlements.order_by("pk").first()
        if row is not None:
            text = "该企业去年产值口径似乎包含外地分公司，请核实（演示）"
            delivering.object_to(notice=notice, entitlement=row, text=text, contact="演示联系人", by=ANONYMOUS, now=now - timedelta(days=1))
    return approved


def _for(firm: Enterprise) -> Actor:
    """The demo's answer in a firm's name."""
    return Actor(id=None, label=firm.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}), at="demo")
