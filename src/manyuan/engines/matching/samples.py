"""Made-up demands with their topic, for tests, trials and the demo: SYNTHETIC, no real firm or person. Deterministic: the same number gives the same texts."""

from __future__ import annotations

import hashlib

MARK = "（示例数据）"
"""Stands at the end of every made-up text."""

_OPENINGS = (
    "我司位于{place}，",
    "{place}的生产车间反映，",
    "您好，我们在{place}，",
    "{place}一带的几家企业都遇到：",
    "",
    "{time}以来，",
    "{time}，{place}这边",
)
_ENDINGS = ("，希望尽快协调解决", "，请问找哪个部门办理", "，已影响{effect}", "，请予以帮助", "", "，能否给个明确答复", "，{effect}受到影响")
_PLACES = ("一号标准厂房", "南区二期", "创新中心", "生物园B3栋", "智造基地三号楼", "孵化器", "物流园东侧", "配套服务区")
_TIMES = ("上周", "本月", "国庆前后", "入冬", "扩产", "投产")
_EFFECTS = ("正常生产", "订单交付", "员工生活", "新产线调试", "客户验厂", "资金周转")
TOPICS: dict[str, tuple[str, ...]] = {
    "水电气网": ("水压不足、早班经常停水", "用电容量不够需要增容", "车间频繁停电和电压不稳", "天然气管道迟迟没有接通", "转供电电价偏高且加价不透明", "园区网络经常断网、带宽不够", "污水管网堵塞返水"),
    "用工招工": ("一线普工招不到人", "熟练焊工和数控技工缺口大", "想参加校园招聘会", "员工流失率高，需要技能培训", "外籍工程师工作许可不会办", "季节性用工调剂有困难", "急需操作工和质检员"),
    "融资贷款": ("流动资金紧张，想申请贷款", "银行抽贷，续贷有困难", "缺少抵押物，需要担保", "想了解知识产权质押融资", "设备贷款贴息怎么申请", "融资租赁成本太高", "应收账款质押贷款批不下来"),
    "用地厂房": ("现有厂房面积不够，想增租", "需要一块工业用地扩建", "厂房层高和承重不满足设备要求", "土地证办理历时太久", "租金上涨，想续签租约", "标准厂房货梯太小", "想购买自用的标准厂房"),
    "政策兑现": ("专精特新奖励资金还没有到账", "申报的技改补贴一直没有结果", "不清楚免申即享有哪些政策", "高新技术企业奖励怎么兑现", "去年的升规入统奖励没有拨付", "研发补助名单里没有我们", "首台套补贴的条件看不懂"),
    "审批证照": ("消防验收一直没有通过", "环评批复时间太长", "施工许可证卡在图审", "食品生产许可证变更材料要求不一致", "营业执照地址变更跑了几次", "排污许可办理流程不清楚", "规划验收迟迟不能办结"),
    "交通配套": ("园区到地铁站没有通勤班车", "上下班高峰路口堵车严重", "货车限行进出不便", "员工宿舍和公租房不够", "附近没有食堂和便利店", "停车位太少", "夜间路灯不亮、道路破损"),
    "市场订单": ("产品缺少销路，想对接医院采购", "想成为链主企业的配套供应商", "出口订单下滑，想参加展会", "原材料涨价，找不到本地供应商", "希望组织供需对接会", "产能闲置，想承接代工", "想进入政府采购目录"),
}  # fmt: skip


def made_up(count: int, seed: int = 1) -> list[tuple[str, str]]:
    """(text, topic), `count` of them, topics unevenly spread as in life; each text ends with MARK."""
    topics = tuple(TOPICS)
    weights = [len(topics) * 2 - at for at in range(len(topics))]
    out = []
    for number in range(count):
        draw = _Draw(f"{seed}:{number}")
        topic = draw.weighted(topics, weights)
        parts: tuple[str, ...] = draw.one(_OPENINGS), draw.one(TOPICS[topic]), draw.one(_ENDINGS)
        if draw.below(5) == 0:
            parts = (*parts, "，另外" + draw.one(TOPICS[draw.one(topics)]))
        text = "".join(parts).format(place=draw.one(_PLACES), time=draw.one(_TIMES), effect=draw.one(_EFFECTS))
        out.append((f"{text}。{MARK}", topic))
    return out


class _Draw:
    """Draws that depend on a text only, the same on every machine and version."""

    def __init__(self, start: str) -> None:
        self._start, self._count = start, 0

    def below(self, bound: int) -> int:
        self._count += 1
        return int.from_bytes(hashlib.sha256(f"{self._start}:{self._count}".encode()).digest()[:8], "big") % bound

    def one(self, values: tuple[str, ...]) -> str:
        return values[self.below(len(values))]

    def weighted(self, values: tuple[str, ...], weights: list[int]) -> str:
        left = self.below(sum(weights))
        for value, weight in zip(values, weights, strict=True):
            left -= weight
            if left < 0:
                return value
        raise AssertionError
