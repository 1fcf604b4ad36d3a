"""The demo city's year of demands: filed, routed, answered in time and late, confirmed, sent back, come again. Everything in it is synthetic."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from manyuan.facts.accounts.models import Organisation, User
from manyuan.facts.accounts.queries import actor_of, park_and_below
from manyuan.facts.accounts.services import make_organisation
from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.cases.clocks import hours, sweep_clocks
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import hand_over
from manyuan.work.demands.bodies import appoint_body
from manyuan.work.demands.filing import Contact, file_demand
from manyuan.work.demands.following import answer_recheck, ask_again, move_demand
from manyuan.work.demands.gathering import gather_common
from manyuan.work.demands.models import Demand, Recheck
from manyuan.work.demands.topics import rules

MANY = 150
"""Demands of the past year, whatever the size of the city: the demo shows the work, it does not repeat it."""
TEXTS: dict[str, tuple[str, ...]] = {
    "utilities": (
        "{where}下午供水压力不足，{line}用水跟不上",
        "{line}增加设备，变压器容量不够，申请增容",
        "本月停电两次，影响{line}连续生产",
        "天然气压力不稳，{line}温度达不到工艺要求",
    ),
    "space": ("计划扩产，需要约{n}00平方米标准厂房，希望在园区内解决", "现有仓库租赁到期，需要就近租赁仓库", "厂房货梯载重不够，工业上楼后设备运不上去"),
    "roads": ("{where}道路破损，货车通行困难", "早晚高峰班车不够，工人通勤不便", "园区停车位不足，外来车辆占用消防通道"),
    "property": ("{where}雨后积水，排水不畅", "宿舍漏水多次报修未解决", "食堂就餐排队时间长，希望增加窗口"),
    "workers": ("{line}缺技工{n}名，招工困难", "外来技术人员子女入学问题，希望协调", "申请人才公寓，不清楚办理流程"),
    "finance": ("流动资金贷款到期，续贷手续慢", "有订单缺资金，缺少抵押物，希望对接担保", "下游账款拖欠，资金周转困难"),
    "policy": ("去年设备奖补申报已通过，资金何时兑现", "不清楚专精特新申报条件，希望上门辅导", "研发补助与其他政策能否同时申报"),
    "approval": ("扩建项目环评审批时间长，希望并联办理", "消防验收整改标准前后不一致，希望明确", "营业执照变更地址，需要园区出具证明"),
    "market": ("希望对接本地配套企业，采购{line}零部件", "出口物流运费上涨，希望协调班列舱位", "希望参加行业展会，拓展订单"),
    "technology": ("{line}良品率低，希望对接院所技术攻关", "需要中试场地和检测设备", "智改数转不知从何入手，希望诊断"),
    "tax": ("留抵退税进度查询", "发票额度不够，申请提高"),
    "inspection": ("一个月内多部门重复检查，影响生产",),
}
_WHERE = ("厂区东侧", "三号路", "西门外", "二期地块", "五号厂房")
_LINE = ("总装线", "注塑车间", "一车间", "二车间", "喷涂线", "包装线")
_ANSWERS = (
    "已协调相关单位现场处理，并与企业联系人确认",
    "已安排专人上门，问题已处理",
    "已列入改造计划，本月内完成施工",
    "已与主管部门会商，按政策办理并书面答复",
    "已完成对接，后续由专员跟进",
)
_REJECTS = ("问题仍然存在", "只是口头答复，没有实际处理", "处理后两天又出现")


def play_demands(*, folder: Path, now: datetime) -> int:
    """Play the demo's year once. Returns how many demands were filed; 0 where there are some already or nobody could have filed them."""
    firms = list(Enterprise.objects.filter(status="active", park__isnull=False).select_related("park").order_by("uscc")[:4_000])
    if Demand.objects.exists() or not firms or not Organisation.objects.filter(kind="city").exists():
        return 0
    dice = random.Random(20_260_102)  # noqa: S311  a demo that is the same each time
    _desks(now)
    _institutes(now)
    own = [one for one in (Enterprise.objects.filter(organisation__people__username=name).first() for name in ("firm1", "firm2")) if one is not None]
    shown = set(User.objects.filter(is_demo=True, organisation__kind="committee").values_list("organisation__park_id", flat=True))
    near = [one for one in firms if one.park_id in shown]  # the parks of the demo people have more to show
    work = hours()
    moments = sorted(_moment(dice, now, work) for _ in range(MANY))
    topics = [topic for topic, texts in TEXTS.items() for _ in texts]
    for number, at in enumerate(moments):
        firm = own[number % len(own)] if own and number % 19 == 0 else dice.choice(near if near and number % 3 == 0 else firms)
        _one(dice, firm, dice.choice(topics), at, now)
    _wave(dice, firms, now)
    for days in range(300, -1, -12):
        sweep_clocks(now=now - timedelta(days=days))
        _asked(dice, now - timedelta(days=days))
    return Demand.objects.count()


def _desks(now: datetime) -> None:
    """A committee for each park with firms that has none yet: without people, marked as demo."""
    there = set(Organisation.objects.filter(kind="committee").values_list("park_id", flat=True))
    below = {pk for park in there if park for pk in park_and_below(park)}
    for park in (
        Park.objects.filter(closed_on=None, pk__in=Enterprise.objects.filter(park__isnull=False).values("park_id")).exclude(pk__in=below).order_by("code")
    ):
        make_organisation(
            kind="committee", name_zh=f"{park.name_zh}管委会"[:120], name_en=f"Committee of {park.name_en}"[:160], park=park, is_demo=True, by=system("demo", at="demo"), now=now
        )  # fmt: skip


def _institutes(now: datetime) -> None:
    """The demo's institute takes what is about technology."""
    body = Organisation.objects.filter(kind="institute", is_demo=True).order_by("pk").first()
    if body is not None and "technology" in rules().topics:
        appoint_body(topic="technology", body=body, by=system("demo", at="demo"), now=now - timedelta(days=340))


def _moment(dice: random.Random, now: datetime, work: object) -> datetime:
    at = now - timedelta(days=dice.randint(1, 330), minutes=dice.randint(0, 1_400))
    return work.next_open(timezone.localtime(at))  # type: ignore[attr-defined, no-any-return]


def _text(dice: random.Random, topic: str) -> str:
    return dice.choice(TEXTS[topic]).format(where=dice.choice(_WHERE), line=dice.choice(_LINE), n=dice.randint(2, 30))


def _firm(firm: Enterprise) -> Actor:
    return Actor(id=None, label=f"{firm.name}（演示）", role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}), at="demo")


def _unit(unit: Organisation) -> Actor:
    """Somebody of the unit: a demo person where there is one."""
    person = User.objects.filter(organisation=unit, is_demo=True, is_active=True).order_by("pk").first()
    if person is not None:
        return actor_of(person, "demo")
    parks = frozenset(park_and_below(unit.park_id)) if unit.park_id else frozenset()
    return Actor(id=None, label=f"{unit.name_zh}（演示）", role=Role(unit.kind), park_ids=parks, organisation_id=unit.pk, at="demo")


def _one(dice: random.Random, firm: Enterprise, topic: str, at: datetime, now: datetime) -> None:
    """One demand's way, as far as it came by now."""
    on_behalf = dice.random() < 0.3
    by = _firm(firm)
    case = file_demand(
        text=_text(dice, topic), enterprise=firm, contact=Contact("联系人", f"1390000{dice.randint(1000, 9999)}"), channel="portal" if not on_behalf else "api", synthetic=True,
        by=by, now=at,
    ).demand.case  # fmt: skip
    if dice.random() < 0.07 and (other := Organisation.objects.filter(kind="committee", park=case.park).exclude(pk=case.unit_id).first()):
        case = hand_over(case=case, unit=other, note="属于园区管委会职责", by=_unit(case.unit), now=at + timedelta(minutes=30))
    assert case.unit is not None
    desk = _unit(case.unit)
    later = at + timedelta(minutes=dice.choice((12, 25, 40, 55, 55, 180, 1_500)))
    if later > now:
        return
    luck = dice.random()
    if luck < 0.03:
        move_demand(case=case, move="refuse", note="不属于园区和市级园区工作事项，已告知申请途径", by=desk, now=later)
        return
    if luck < 0.2:
        move_demand(case=case, move="resolve", note=dice.choice(_ANSWERS), by=desk, now=later)
        answered = later
    else:
        move_demand(case=case, move="accept", note="", by=desk, now=later)
        answered = later + timedelta(days=dice.choice((1, 2, 3, 5, 6, 8, 9, 13, 18)), hours=dice.randint(0, 5))
        if answered > now:
            return
        move_demand(case=case, move="answer", note=dice.choice(_ANSWERS), by=desk, now=answered)
    said = answered + timedelta(days=dice.randint(0, 4), hours=dice.randint(1, 6))
    if said > now or dice.random() < 0.08:
        return
    luck = dice.random()
    if luck < 0.13:
        move_demand(case=case, move="reject", note=dice.choice(_REJECTS), by=by, now=said)
        again = said + timedelta(days=dice.randint(1, 7))
        if again > now:
            return
        move_demand(case=case, move="answer", note="再次到现场核实并完成处理", by=desk, now=again)
        said = again + timedelta(days=1)
        if said > now:
            return
    elif luck < 0.18:
        move_demand(case=case, move="understand", note="", satisfaction=dice.choice((2, 3)), by=by, now=said)
        return
    move_demand(case=case, move="confirm", satisfaction=dice.choice((3, 4, 4, 5, 5, 5)), by=by, now=said)


def _wave(dice: random.Random, firms: list[Enterprise], now: datetime) -> None:
    """Firms of one park that say the same within days: a common problem, and one that could be gathered."""
    park = next((one.park for one in firms if sum(other.park_id == one.park_id for other in firms) >= 8), None)
    if park is None:
        return
    near = [one for one in firms if one.park_id == park.pk]
    waves = (
        (40, ("下午供水压力不足，{line}用水跟不上，影响生产", "供水压力低，{line}下午用水不足影响生产", "园区供水压力不足，{line}下午无法正常用水")),
        (4, ("班车末班太早，夜班工人通勤困难", "夜班结束没有班车，工人通勤困难", "希望延长班车，夜班工人通勤困难没有车")),
    )
    for days, texts in waves:
        cases: list[Case] = []
        for at, text in enumerate(texts):
            firm = near[(at * 3 + days) % len(near)]
            when = hours().next_open(timezone.localtime(now - timedelta(days=days, hours=at)))
            cases.append(file_demand(text=text.format(line=dice.choice(_LINE)), enterprise=firm, synthetic=True, by=_firm(firm), now=when).demand.case)
        if days > 30 and cases[0].unit is not None:
            when = now - timedelta(days=days - 1)
            gather_common(cases=cases, title="园区东区下午供水压力不足", unit=cases[0].unit, by=system("demo", at="demo"), now=when)


def _asked(dice: random.Random, now: datetime) -> None:
    """Firms are asked again after 30 and 90 days; a few say that it has come back."""
    ask_again(now=now)
    done: set[int] = set()
    for one in list(Recheck.objects.filter(asked_at__isnull=False, answered_at=None).select_related("demand__case__enterprise").order_by("pk")):
        case = one.demand.case
        if case.pk in done:
            continue
        done.add(case.pk)
        if case.enterprise is None or case.phase != Case.Phase.CLOSED or dice.random() < 0.3:
            continue
        holds = dice.random() > 0.08
        answer_recheck(recheck=one, holds=holds, note="" if holds else "问题又出现了", by=_firm(case.enterprise), now=now)
