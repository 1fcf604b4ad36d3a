"""The demo city's applications: one policy that people judge, with applications at every stage. All synthetic."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.queries import current_definition
from manyuan.facts.factsheet.services import declare_facts
from manyuan.facts.programme.evidence import File
from manyuan.work.policies.applying import add_paper, send_back, submit_application
from manyuan.work.policies.assessing import assign_assessors, conflict, give_marks
from manyuan.work.policies.delivering import notify_listed
from manyuan.work.policies.models import Application, Assessment, Entitlement, PolicyVersion
from manyuan.work.policies.rules import delivery_of
from manyuan.work.policies.screening import linked, screen_enterprises

POLICY = "CD-NEWDRUG-MADE"
MARKS = {4: ((34, 33, 16), (36, 31, 17)), 5: ((38, 36, 18), (20, 18, 8))}
"""Applications whose two assessors have given their marks: the fifth is judged, the sixth goes to a third person."""


def play_applications(*, folder: Path, now: datetime) -> int:
    """Play it once; returns how many applications there are then, 0 where there are some already or the policy is not published."""
    people = {user.username: user for user in User.objects.filter(is_demo=True, is_active=True).select_related("organisation")}
    version = PolicyVersion.objects.filter(policy__code=POLICY, state=PolicyVersion.State.PUBLISHED).select_related("policy").first()
    if Application.objects.exists() or version is None or delivery_of(version).judging is None or not {"city", "institute", "park1", "park2"} <= set(people):
        return 0
    at, city = now - timedelta(days=25), actor_of(people["city"], "demo")
    firms = _firms(now)
    for firm in firms:
        by = _for(firm)
        declare_facts(
            enterprise=firm,
            values={"drug_phase": "approved", "drug_phase_spend": 30_000_000},
            on=timezone.localdate(at),
            proof="demo",
            by=by,
            now=at,
            mark="synthetic",
        )
    screen_enterprises(versions=linked(version, timezone.localdate(at)), cause="changed", only=[firm.pk for firm in firms], by=system("screening"), now=at)
    rows = list(
        Entitlement.objects.filter(version=version, state=Entitlement.State.LISTED).select_related("enterprise", "version__policy").order_by("enterprise__uscc")
    )
    if not rows:
        return 0
    notify_listed(version=version, by=city, now=at + timedelta(days=1))
    for number, row in enumerate(rows[:6]):
        _one(number, row, people, city, at + timedelta(days=2, hours=number))
    return Application.objects.count()


def _firms(now: datetime) -> list[Enterprise]:
    """Six firms that invested enough, none of them a demo login's."""
    sheet = build_sheet(current_definition().narrowed({"investment"}), as_of=timezone.localdate(now))
    enough = [pk for pk, fen in zip(sheet.ids, sheet.table.column("investment").to_pylist(), strict=True) if (fen or 0) >= 50_000_000_00]
    return list(Enterprise.objects.filter(pk__in=enough[:400], mark="synthetic", organisation=None, park__isnull=False).order_by("uscc")[:6])


def _one(number: int, row: Entitlement, people: dict[str, User], city: Actor, at: datetime) -> None:
    """The first has handed in one document, the second is submitted, the third sent back, the fourth being assessed, the others marked."""
    by = _for(row.enterprise)
    for name in delivery_of(row.version).documents[: 1 if number == 0 else None]:
        add_paper(entitlement=row, wanted=name, file=File(f"{name}（演示）.txt", f"{name}：演示材料，不是真实文件".encode()), by=by, now=at)
    if number == 0:
        return
    application = submit_application(entitlement=row, by=by, now=at)
    if number == 2:
        send_back(application=application, reason="项目备案文件缺少盖章页（演示）", by=city, now=at + timedelta(days=2))
    if number < 3:
        return
    asked = [people[name] for name in ("institute", "park2", "park1", "finance") if not conflict(people[name], application)][:2]
    assign_assessors(application=application, people=asked, by=city, now=at + timedelta(days=2))
    for user, marks in zip(asked, MARKS.get(number, ((34, 33, 16),)), strict=False):
        own = Assessment.objects.get(application=application, assessor=user)
        codes = [one["code"] for one in (delivery_of(row.version).judging or {})["items"]]
        given = dict(zip(codes, marks, strict=True))
        give_marks(assessment=own, marks=given, note="依据申报材料和现场核查（演示）", by=actor_of(user, "demo"), now=at + timedelta(days=6))


def _for(firm: Enterprise) -> Actor:
    """The demo's word in a firm's name."""
    return Actor(id=None, label=firm.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}), at="demo")
