"""The demo city's year of visits: officers with their firms, visits made and planned, difficulties, needs of space, exchanges with an institute. Everything is synthetic."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.people import make_user
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.work.visits.capturing import Capture, Found, capture_visit
from manyuan.work.visits.due import due_list
from manyuan.work.visits.models import Outcome, Visit
from manyuan.work.visits.officers import assign_officer, note_absence
from manyuan.work.visits.planning import plan_visits

MADE, PLANNED, FIRMS = 70, 14, 40
"""Visits made and planned, and firms of an officer, whatever the size of the city: the demo shows the work, it does not repeat it."""
_SAID = (
    "订单排到明年一季度，产能利用率约八成，正在调试新产线。", "上半年产值同比增长，原材料价格上涨压缩利润，正与上游谈长协。", "主要客户转向新能源，企业正在做产品转型，计划新增两条产线。",
    "员工稳定，研发投入持续增加，准备申报专精特新。", "出口订单有所回落，正在开拓国内市场，希望参加对接活动。", "设备更新基本完成，正在接入数字化管理系统。",
)  # fmt: skip
_DIFFICULT = (
    "一线技工缺口较大，希望组织专场招聘",
    "厂区外道路夜间照明不足，员工下班不安全",
    "用电容量不足，影响新产线投产",
    "流动资金紧张，希望对接银行",
    "员工子女入学办理不清楚",
)
_TASKS = ("协调人社部门开展专场招聘", "送达最新设备更新政策并辅导申报", "对接数字化服务商上门诊断")
_OFFICERS = (("officer1", "专员甲"), ("officer2", "专员乙"), ("officer3", "专员丙"))


@transaction.atomic
def play_visits(*, folder: Path, now: datetime) -> int:
    """Play the demo's visits once. Returns how many there are; 0 where there were some already or nobody could make them."""
    committee = User.objects.filter(username="park1", is_demo=True).select_related("organisation__park").first()
    if Visit.objects.exists() or committee is None or committee.organisation is None:
        return 0
    dice = random.Random(20_261_115)  # noqa: S311  a demo that is the same each time
    people = [committee, *_people(committee.organisation, now)]
    lead = actor_of(committee)
    firms = list(Enterprise.objects.filter(park_id__in=lead.park_ids, status="active").order_by("uscc")[: FIRMS * len(people)])
    if not firms:
        return 0
    begin = timezone.localdate(now) - timedelta(days=330)
    for number, person in enumerate(people):
        mine = firms[number :: len(people)]
        if mine:
            assign_officer(enterprises=mine, officer=person, since=begin, reason="演示", synthetic=True, by=lead, now=now - timedelta(days=330))
    _made(dice, people, firms, now)
    _exchange(dice, people[0], firms, now)
    _absent(people, now)
    _planned(people, lead, now)
    return Visit.objects.count()


def _people(committee: Organisation, now: datetime) -> list[User]:
    """Officers of the first demo park, beside its committee's clerk. They have no password: nobody signs in as them."""
    by = system("demo", at="demo")
    out = []
    for username, name in _OFFICERS:
        known = User.objects.filter(username=username).first()
        out.append(
            known or make_user(username=username, organisation=committee, password=None, display_name=name, post="企业专员", is_demo=True, by=by, now=now)
        )
    return out


def _made(dice: random.Random, people: Sequence[User], firms: Sequence[Enterprise], now: datetime) -> None:
    ruled = [one.enterprise for one in due_list(system("demo"), timezone.localdate(now)) if one.enterprise.park_id == firms[0].park_id] or list(firms)
    for number in range(MADE):
        ago = 3 + number * 320 // MADE
        at = now - timedelta(days=ago)
        firm = dice.choice(ruled) if number % 3 else firms[number % len(firms)]
        found = []
        if number % 4 == 0:
            found.append(Found("difficulty", dice.choice(_DIFFICULT), at_once=number % 8 == 0))
        if number % 9 == 0:
            found.append(Found("space", "计划扩产，希望在园区内增加厂房", {"area_m2": str(dice.randrange(8, 60) * 100)}))
        if number % 11 == 0:
            found.append(
                Found("capacity", "数控加工设备有富余工时", {"category": "machining", "quantity": str(dice.randrange(2, 9)), "unit": "台", "until": ""})
            )
        if number % 6 == 0:
            found.append(Found("task", dice.choice(_TASKS)))
        given = Capture(_key(number), timezone.localdate(at), dice.choice(_SAID), "企业负责人", found, offline=number % 5 == 0, synthetic=True)
        capture_visit(enterprise=firm, given=given, by=actor_of(people[number % len(people)]), now=at)
    settled = Outcome.objects.filter(kind=Outcome.Kind.SPACE).order_by("pk").first()
    if settled is not None:
        Outcome.objects.filter(pk=settled.pk).update(settled_at=now - timedelta(days=40), settled_note="二期标准厂房三层（演示）")


def _exchange(dice: random.Random, person: User, firms: Sequence[Enterprise], now: datetime) -> None:
    """Visits both ways between firms and an institute, with something to follow up."""
    institute = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTE).order_by("pk").first()
    if institute is None:
        return
    for number, scene in enumerate((Visit.Scene.CAMPUS_TO_FIRM, Visit.Scene.FIRM_TO_CAMPUS, Visit.Scene.CAMPUS_TO_FIRM)):
        at = now - timedelta(days=20 + 35 * number)
        found = [Found("task", "约定联合攻关方向，两周内交换技术方案")] if number != 1 else []
        given = Capture(
            _key(500 + number),
            timezone.localdate(at),
            "就工艺改进和联合培养交流，参观中试平台。",
            "技术负责人、课题组",
            found,
            scene=scene,
            partner=institute,
            synthetic=True,
        )
        capture_visit(enterprise=firms[(number * 7) % len(firms)], given=given, by=actor_of(person), now=at)


def _absent(people: Sequence[User], now: datetime) -> None:
    if len(people) >= 3:
        first = timezone.localdate(now) + timedelta(days=3)
        note_absence(
            officer=people[1], substitute=people[2], first_on=first, back_on=first + timedelta(days=5), reason="培训（演示）", by=actor_of(people[0]), now=now
        )


def _planned(people: Sequence[User], lead: Actor, now: datetime) -> None:
    """The coming two weeks of the park, and one visit that is overdue."""
    day = timezone.localdate(now)
    waiting = [one.enterprise for one in due_list(lead, day) if one.state in ("missed", "soon", "open")]
    waiting += [one for one in Enterprise.objects.filter(park_id__in=lead.park_ids, status="active").order_by("-uscc")[:PLANNED] if one not in waiting]
    stops = [(firm, people[at % len(people)], _weekday(day + timedelta(days=1 + at // 2))) for at, firm in enumerate(waiting[:PLANNED])]
    made = plan_visits(stops=stops, by=lead, now=now, synthetic=True)
    if made:
        Visit.objects.filter(pk=made[0].pk).update(planned_on=_weekday(day - timedelta(days=6)))


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.isoweekday() + 1) if day.isoweekday() > 5 else 0)


def _key(number: int) -> str:
    return str(UUID(int=0x5EED_0000 + number))
