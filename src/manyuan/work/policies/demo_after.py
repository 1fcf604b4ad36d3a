"""The demo city after the payment: some payments looked at, one of them wrong and asked back, and a policy evaluated. All synthetic."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Count
from django.utils import timezone

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role
from manyuan.work.policies.after_payment import draw_checks, evaluate_policy, recall_checked, record_check
from manyuan.work.policies.models import AfterCheck, Entitlement, PolicyReport, PolicyVersion

_DONE = "对未确认的企业由园区专员逐户联系，告知政策内容和办理方式；对信息缺失的企业提示补报（演示）。"


def play_after(*, folder: Path, now: datetime) -> int:
    """Play it once; returns how many payments were drawn, 0 where some were before or nothing is paid. A committee looks, the city asks back."""
    city = User.objects.filter(is_demo=True, username="city").first()
    paid = Entitlement.objects.filter(state=Entitlement.State.PAID, version__kind="money", park__isnull=False)
    most = paid.values("version").annotate(n=Count("pk")).order_by("-n", "version").first()
    if city is None or most is None or AfterCheck.objects.exists():
        return 0
    version, by = PolicyVersion.objects.select_related("policy").get(pk=most["version"]), actor_of(city, "demo")
    year = timezone.localdate(now).year
    drawn = draw_checks(version=version, year=year, everybody=most["n"] <= 4, by=by, now=now - timedelta(days=14))
    for number, check in enumerate(drawn[:3]):
        row = check.entitlement
        committee = Actor(id=None, label="园区管委会（演示）", role=Role.COMMITTEE, park_ids=frozenset({row.park_id or 0}), at="demo")
        wrong = number == 1
        found = record_check(
            check=check, wrong=wrong, recall_fen=row.due_fen // 2 if wrong else None, by=committee if row.park_id else by, now=now - timedelta(days=9 - number),
            finding="发票中有一张不在申报期内，对应部分应退回（演示）" if wrong else "凭证齐全，金额相符（演示）",
        )  # fmt: skip
        if wrong:
            recall_checked(check=found, by=by, now=now - timedelta(days=5))
    if not PolicyReport.objects.exists():
        evaluate_policy(version=version, year=year, done=_DONE, conclusion=PolicyReport.Conclusion.KEEP, by=by, now=now - timedelta(days=2))
    return len(drawn)
