"""The demo city's ladders: facts that some firms declared, everybody judged, a pool, plans at every stage, anchor enterprises and their promises. All synthetic."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.enterprises.queries import titles_on
from manyuan.facts.enterprises.services import award_title
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.queries import current_definition
from manyuan.facts.factsheet.services import declare_facts
from manyuan.work.cases.models import Kind
from manyuan.work.cases.services import move_case
from manyuan.work.cultivation import anchors, plans
from manyuan.work.cultivation.ladders import current_ladders, has_ladders
from manyuan.work.cultivation.models import Anchor, Place, Plan, Run, Standing
from manyuan.work.cultivation.pool import by_rule, enter_pool, leave_pool
from manyuan.work.cultivation.running import judge_tiers

DECLARING = 110
"""Firms that declared what no form holds."""
PLANS = 14
ANCHORS = 12
_SAID = "演示数据 demo"
_LEADS = ("园区管委会主任", "园区管委会副主任", "市级园区主管部门处长")
_PROMISES = ("扩建厂房用地指标", "专用变电站增容", "人才公寓一百套", "厂区北侧道路拓宽", "申报国家级研发平台一对一辅导", "通关绿色通道")
_ACTIONS = ("对接专利代理机构，梳理可申报的发明专利", "联系会计师事务所做研发费用专项审计", "辅导申报材料", "对接银行授信")


def play_tiers(*, folder: Path, now: datetime) -> int:
    """Play once. Returns how many enterprises were judged; 0 where it was played, or there are no ladders or demo people."""
    people = {user.username: user for user in User.objects.filter(is_demo=True, is_active=True).select_related("organisation")}
    if Run.objects.exists() or not has_ladders() or not {"city", "park1"} <= set(people):
        return 0
    dice = random.Random(20_260_401)  # noqa: S311  a demo that is the same each time
    _declared(dice, people, now - timedelta(days=70))
    run = judge_tiers(cause=Run.Cause.DEMAND, by=system("demo", at="demo"), now=now)
    _pool(dice, people, now)
    _plans(dice, people, now)
    _anchors(dice, people, now)
    return run.enterprises


def _declared(dice: random.Random, people: dict[str, User], at: datetime) -> None:
    """What firms declared, in proportion to what they filed; the two demo firms get a title and stand one step below the next."""
    on = timezone.localdate(at)
    own = [user.organisation.enterprise for name, user in people.items() if name.startswith("firm") and user.organisation and user.organisation.enterprise]
    titled = Title.objects.filter(titles_on(on), kind__in=("innovative-sme", "srdi-sme", "little-giant", "high-tech", "tech-sme")).values("enterprise")
    firms = list(Enterprise.objects.filter(pk__in=titled, status="active", park__isnull=False).exclude(pk__in=[one.pk for one in own]).order_by("uscc")[:2_000])
    chosen = own + dice.sample(firms, min(DECLARING, len(firms)))
    wanted = {"revenue", "revenue_before", "revenue_two_before", "rd", "rd_before", "rd_two_before"}
    sheet = build_sheet(current_definition().narrowed(wanted), as_of=on, only=[one.pk for one in chosen])
    figures = dict(zip(sheet.ids, sheet.table.to_pylist(), strict=True))
    for firm in own:
        award_title(enterprise=firm, kind="innovative-sme", valid_from=date(on.year - 1, 5, 1), valid_to=date(on.year + 2, 5, 1), proof=_SAID, source="demo", mark="synthetic", by=system("demo", at="demo"), now=at)  # fmt: skip
    for firm in chosen:
        row = figures.get(firm.pk)
        if row and row["revenue"] and row["revenue_before"] and row["revenue_two_before"]:
            by = Actor(id=None, label=firm.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}), at="demo")
            declare_facts(enterprise=firm, values=_values(dice, row, firm in own), on=on, proof=_SAID, by=by, now=at, mark="synthetic")


def _values(dice: random.Random, row: dict[str, Any], near: bool) -> dict[str, Any]:
    """Yuan. near: a demo firm, short of one thing only."""
    revenue = row["revenue"] // 100
    main = dice.uniform(0.82, 0.97) if near else dice.uniform(0.7, 0.98)
    assets = round(revenue * dice.uniform(0.8, 1.6))
    rd = sum(row[name] or 0 for name in ("rd", "rd_before", "rd_two_before")) // 100
    return {
        "years_in_field": dice.randint(3, 12), "main_revenue": round(revenue * main), "main_revenue_before": round(row["revenue_before"] // 100 * main),
        "main_revenue_two_before": round(row["revenue_two_before"] // 100 * main), "high_tech_revenue": round(revenue * dice.uniform(0.45, 0.8)), "rd_in_china": rd,
        "cost": round(revenue * dice.uniform(0.8, 0.95)), "net_profit": round(revenue * dice.uniform(0.01, 0.12)), "assets": assets,
        "liabilities": round(assets * (0.55 if near else dice.uniform(0.3, 0.9))), "equity_two_years": 0, "equity_three_years": dice.choice((0, 0, 3_000_000, 6_000_000)),
        "ip_class1": dice.choice((1, 2, 3, 4, 5, 6)) if near else dice.choice((0, 0, 1, 2, 3, 4, 6)), "ip_class1_own": dice.choice((0, 1, 2)), "ip_class1_high_value": dice.choice((0, 0, 1)), "ip_class2": dice.randint(0, 12),
        "core_systems": dice.choice((0, 1, 1, 2)), "digital_level": dice.randint(1, 4), "quality_items": dice.randint(0, 3), "market_share": str(dice.choice(("0.04", "0.08", "0.11", "0.15"))),
        "market_rank": dice.randint(1, 9), "local_score": dice.randint(5, 15), "development_score": 62 if near else dice.randint(44, 72), "field": dice.choice(("strategic", "related", "other")),
        "rd_body": dice.choice(("provincial", "city", "city", "lower", "none")), "national_award": "none", "provincial_award": "none", "maker_china": "none",
        "innovation_title": False, "certified": dice.random() < 0.8, "own_brand": dice.random() < 0.8, "core_ip": dice.random() < 0.85, "in_field_list": dice.random() < 0.8,
        "no_incident": dice.random() < 0.97,
    }  # fmt: skip


def _for(people: dict[str, User], park_id: int | None) -> User:
    """Whose business a firm of the park is in the demo: its committee's where it has a demo person, else the city's."""
    for name in ("park1", "park2"):
        if name in people and park_id in actor_of(people[name]).park_ids:
            return people[name]
    return people["city"]


def _parks(people: dict[str, User]) -> set[int]:
    return {pk for name in ("park1", "park2") if name in people for pk in actor_of(people[name]).park_ids}


def _spread(rows: list[Any], people: dict[str, User], most: int) -> list[Any]:
    """Rows of the parks with demo people first, then of others; the order within stays."""
    mine = _parks(people)
    return [*[row for row in rows if row.park_id in mine][: most // 2], *[row for row in rows if row.park_id not in mine]][:most]


def _pool(dice: random.Random, people: dict[str, User], now: datetime) -> None:
    rows = list(Place.objects.filter(by_rule(current_ladders())).select_related("enterprise").order_by("enterprise__uscc", "ladder")[:400])
    dice.shuffle(rows)
    for number, place in enumerate(_spread(rows, people, 16)):
        user = _for(people, place.park_id)
        entry = enter_pool(
            enterprise=place.enterprise,
            rung=place.next,
            decision=f"培育工作会议第{number + 1}号（演示）",
            by=actor_of(user, "demo"),
            now=now - timedelta(days=40 - number),
            synthetic=True,
        )
        if number % 6 == 5:
            leave_pool(entry=entry, reason="wish", note=_SAID, by=actor_of(user, "demo"), now=now - timedelta(days=5))


def _plans(dice: random.Random, people: dict[str, User], now: datetime) -> None:
    """Plans at every stage: two for the demo firms, the others across parks."""
    own = [
        user.organisation.enterprise for name, user in sorted(people.items()) if name.startswith("firm") and user.organisation and user.organisation.enterprise
    ]
    near = (
        Standing.objects.filter(when="current", review=False, held=False, share__isnull=False)
        .exclude(enterprise__in=own)
        .select_related("enterprise")
        .order_by("share", "pk")[:200]
    )
    seen: set[int] = set()
    others = [row for row in near if row.enterprise_id not in seen and not seen.add(row.enterprise_id)]  # type: ignore[func-returns-value]
    chosen: list[tuple[Enterprise, str]] = [(firm, "srdi") for firm in own] + [(row.enterprise, row.rung) for row in _spread(others, people, PLANS)]
    ladders = current_ladders()
    for number, (firm, rung) in enumerate(chosen):
        user = _for(people, firm.park_id)
        by, start = actor_of(user, "demo"), now - timedelta(days=60 if number > 1 else 3)
        today = timezone.localdate(start)
        days = 90 + 10 * number if number not in (5, 6) else 40  # two of them run late
        due = today + timedelta(days=days)
        goal = f"认定{ladders.rung(rung).name['zh']}"
        plan = plans.make_plan(enterprise=firm, goal=goal, officer=user, due_on=due, expires_on=due + timedelta(days=10 if number == 6 else 90), rung=rung, by=by, now=start, synthetic=True)  # fmt: skip
        _live(plan, number, by, user.organisation, start)


def _live(plan: Plan, number: int, by: Actor, unit: Organisation | None, start: datetime) -> None:
    """One plan's life so far."""
    firm = Actor(id=None, label=plan.enterprise.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({plan.enterprise_id}), at="demo")
    if number == 0:
        return  # waits for firm1
    if number == 3:
        plans.decline_plan(plan=plan, reason="目标年份过紧，建议推迟半年（演示）", by=firm, now=start + timedelta(days=2))
        return
    plans.confirm_plan(plan=plan, by=firm, now=start + timedelta(days=1))
    if Kind.objects.filter(code=plans.KIND, is_current=True).exists():
        for at, text in enumerate(_ACTIONS[: 1 + number % 3]):
            due = timezone.localdate(start) + timedelta(days=20 + 25 * at)
            action = plans.add_action(plan=plan, text=text, due_on=due, unit=unit, by=by, now=start + timedelta(days=2))
            if at == 0 and number % 2:
                move_case(case=action.case, move="finish", note=_SAID, by=by, now=start + timedelta(days=2, hours=3))
    if number == 1:
        return
    plans.note_progress(plan=plan, text="已完成材料初审，正在补充佐证（演示）", by=by, now=start + timedelta(days=15))
    if number in (4, 7):
        plans.ask_closing(plan=plan, result="reached", note="已公告认定（演示）", by=by, now=start + timedelta(days=30))
        if number == 7:
            plans.confirm_closing(plan=plan, by=firm, now=start + timedelta(days=31))
    if number == 8:
        plans.close_unconfirmed(plan=plan, result="dropped", note="企业外迁（演示）", reason="企业已外迁，联系不上", by=by, now=start + timedelta(days=35))


def _anchors(dice: random.Random, people: dict[str, User], now: datetime) -> None:
    """Firms that bear the demo's anchor title, and some that meet or nearly meet the criteria, become anchor enterprises with what they were promised."""
    on = timezone.localdate(now)
    held = dict(Title.objects.filter(titles_on(on), kind=anchors.TITLE).order_by("-valid_from").values_list("enterprise_id", "valid_from"))
    fitting = (
        Standing.objects.filter(ladder="anchor", outcome__in=("meets", "near"))
        .order_by("outcome", "enterprise__uscc")
        .values_list("enterprise_id", flat=True)[:400]
    )
    known = Enterprise.objects.filter(pk__in=[*held, *fitting], status="active", park__isnull=False).in_bulk()
    firms = [known[pk] for pk in dict.fromkeys([*sorted(held), *fitting]) if pk in known]
    for number, firm in enumerate(_spread(firms, people, ANCHORS)):
        user = people["city"] if number % 4 == 0 else _for(people, firm.park_id)
        row = anchors.enter_anchor(
            enterprise=firm, level="city" if number % 4 == 0 else "park", reason="园区主攻方向龙头，带动本地配套（演示）", decision=f"园区办公会第{number + 1}号（演示）",
            lead_post=_LEADS[2] if number % 4 == 0 else _LEADS[number % 2], on=held.get(firm.pk, on - timedelta(days=200)), by=actor_of(user, "demo"),
            now=now - timedelta(days=180) if firm.pk not in held else now, synthetic=True,
        )  # fmt: skip
        _promised(dice, row, people, now)


def _promised(dice: random.Random, row: Anchor, people: dict[str, User], now: datetime) -> None:
    by = actor_of(_for(people, row.park_id), "demo")
    unit = _for(people, row.park_id).organisation
    start = now - timedelta(days=150)
    for at, text in enumerate(dice.sample(_PROMISES, 3)):
        due = timezone.localdate(start) + timedelta(days=(60, 120, 240)[at])
        made = anchors.promise(anchor=row, text=text, unit=unit, due_on=due, by=by, now=start, synthetic=True)
        luck = dice.random()
        if at == 0 or (at == 1 and luck < 0.5):
            kept = "kept" if luck < 0.85 or at == 1 else "broken"
            anchors.settle_promise(
                given=made,
                kept=kept,
                note="验收单（演示）" if kept == "kept" else "规划调整，另行选址（演示）",
                by=by,
                now=start + timedelta(days=50 + at * 40),
            )
