"""The demo city's per-mu evaluation: one year confirmed, the newest one published with objections and a corrected version, one not published. All synthetic."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.services import NewValues, approve_filings, lock_filings, save_values, submit_filings, unlock_filings
from manyuan.facts.programme.calendar import calendar
from manyuan.work.evaluation.models import Line, Run, Scheme
from manyuan.work.evaluation.services import compute_run, confirm_run, correct_run, decide_objection, excuse_enterprise, object_to_line, publish_run

_BY = system("demo", at="demo")


def play_evaluation(*, folder: Path, now: datetime) -> int:
    """Play it once; returns how many runs there are then, 0 where there are runs already, no scheme or no demo people."""
    people = {user.username: actor_of(user, "demo") for user in User.objects.filter(is_demo=True, is_active=True)}
    scheme = Scheme.objects.filter(code="above-scale", is_current=True).first()
    small = Scheme.objects.filter(code="below-scale", is_current=True).first()
    if Run.objects.exists() or scheme is None or small is None or not {"city", "clerk"} <= set(people):
        return 0
    clerk, city, year = people["clerk"], people["city"], timezone.localdate(now).year - 1
    _excused(year, clerk, now - timedelta(days=60))
    for one in (scheme, small):
        _confirmed(one, year - 1, clerk, city, now - timedelta(days=200))
    shown = publish_run(run=compute_run(scheme=scheme, year=year, by=clerk, now=now - timedelta(days=9)), by=city, now=now - timedelta(days=8))
    _corrected(shown, clerk, city, now)
    compute_run(scheme=small, year=year, by=clerk, now=now - timedelta(days=1))
    return Run.objects.count()


def _excused(year: int, by: Actor, at: datetime) -> None:
    firms = Enterprise.objects.filter(status="active", park__isnull=False, mark="synthetic", organisation=None).order_by("uscc")[40:44]
    for number, firm in enumerate(firms):
        proof = f"施工许可证 演示-{year}-{number + 1:03d}"
        excuse_enterprise(enterprise=firm, year=year, code="construction", proof=proof, by=by, now=at, synthetic=True)


def _confirmed(scheme: Scheme, year: int, clerk: Actor, city: Actor, at: datetime) -> Run:
    run = publish_run(run=compute_run(scheme=scheme, year=year, by=clerk, now=at), by=city, now=at + timedelta(days=2))
    assert run.closes_on is not None
    days = calendar().working_days_between(timezone.localdate(at), run.closes_on)
    return confirm_run(run=run, by=city, now=at + timedelta(days=2 * days + 14))


def _corrected(run: Run, clerk: Actor, city: Actor, now: datetime) -> None:
    """Of three objections one is upheld and corrected in a second version, one dismissed, one waits."""
    lines = list(Line.objects.filter(run=run, synthetic=True).exclude(grade="").exclude(filing_id=None).select_related("enterprise").order_by("rank"))
    if len(lines) < 12:
        return
    texts = ("占地面积含已退还地块，请核减（演示）", "研发费用口径应含委托研发（演示）", "税收未计入异地分公司（演示）")
    chosen = [lines[len(lines) * part // 5] for part in (3, 2, 4)]
    at = now - timedelta(days=6)
    made = [object_to_line(line=line, text=text, by=_for(line.enterprise), now=at) for line, text in zip(chosen, texts, strict=True)]
    decide_objection(objection=made[0], upheld=True, reason="经核对土地证，占地面积核减（演示）", by=city, now=at + timedelta(days=1))
    decide_objection(objection=made[1], upheld=False, reason="与审计报告口径一致，不予调整（演示）", by=city, now=at + timedelta(days=1))
    _less_land(chosen[0], at + timedelta(days=2))
    publish_run(run=correct_run(run=run, by=clerk, now=at + timedelta(days=3)), by=city, now=at + timedelta(days=4))
    again = Line.objects.filter(run__previous=run, changed=True).exclude(grade="").exclude(enterprise=chosen[0].enterprise).select_related("enterprise").first()
    if again is not None:
        object_to_line(line=again, text="增加值应按生产法核算，请复核（演示）", by=_for(again.enterprise), now=now - timedelta(days=1))


def _less_land(line: Line, at: datetime) -> None:
    filing = Filing.objects.select_related("in_force").get(pk=line.filing_id)
    assert filing.in_force is not None
    values = {**filing.in_force.values, "land": f"{float(filing.in_force.values['land']) * 0.6:.1f}"}
    if filing.state == Filing.State.LOCKED:
        unlock_filings(filings=[filing], reason="核减占地面积（演示）", by=_BY, now=at)
    save_values(given=[NewValues(filing, values, synthetic=True)], channel="demo", by=_BY, now=at, note="核减占地面积（演示）")
    for step in (submit_filings, approve_filings, lock_filings):
        step(filings=[filing], by=_BY, now=at)


def _for(firm: Enterprise) -> Actor:
    """The demo's word in a firm's name."""
    return Actor(id=None, label=firm.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}), at="demo")
