"""Kinds of record that a commitment may be counted by, and whether the product keeps them today. A commitment on one that it does not cannot say `built`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from manyuan.facts.programme.pack.model import Text


@dataclass(frozen=True)
class RecordKind:
    """A kind of record. of: the kind of code that narrows the count ('' for none)."""

    name: Text
    built: bool
    of: str = ""


RECORDS: Final[dict[str, RecordKind]] = {
    "enterprises": RecordKind(Text("企业", "enterprises"), True),
    "titles": RecordKind(Text("企业称号", "titles held"), True, "titles"),
    "parks": RecordKind(Text("园区", "parks"), True),
    "subparks": RecordKind(Text("分园", "sub-parks"), True),
    "parks-in-parks": RecordKind(Text("园中园", "parks within parks"), True),
    "park-changes": RecordKind(Text("园区调整", "changes of parks"), True),
    "boundaries": RecordKind(Text("园区边界", "park boundaries"), True),
    "directions": RecordKind(Text("主攻方向", "primary directions"), True),
    "tenancies": RecordKind(Text("入园记录", "tenancies"), True),
    "reported-figures": RecordKind(Text("公开数据", "reported figures"), True),
    "filings": RecordKind(Text("填报", "filings"), True, "forms"),
    "evidence": RecordKind(Text("佐证材料", "accepted evidence"), True),
    "goals": RecordKind(Text("目标", "goals"), True, "goals"),
    "releases": RecordKind(Text("公开发布", "figures released"), True),
    "commitments": RecordKind(Text("任务", "commitments"), True, "campaigns"),
    "park-plans": RecordKind(Text("园区规划", "park plans"), False),
    "facilities": RecordKind(Text("配套设施", "facilities"), False),
    "spaces": RecordKind(Text("生产空间", "production spaces"), False),
    "building-templates": RecordKind(Text("厂房样板", "building templates"), False),
    "ledger-items": RecordKind(Text("整合台账", "items of the integration ledgers"), False),
    "benchmark-cases": RecordKind(Text("对标案例", "benchmark cases"), False),
    "anchors": RecordKind(Text("镇园之宝", "anchor enterprises"), True),
    "leads": RecordKind(Text("招商线索", "investment leads"), False),
    "projects": RecordKind(Text("项目", "projects"), False),
    "clusters": RecordKind(Text("产业集群", "clusters"), False),
    "chain-stages": RecordKind(Text("产业链环节", "chain stages"), False),
    "labs": RecordKind(Text("实验室与平台", "laboratories and platforms"), False),
    "funds": RecordKind(Text("基金", "funds"), False),
    "teams": RecordKind(Text("人才团队", "teams of experts"), False),
    "innovation-cases": RecordKind(Text("转化案例", "innovation cases"), False),
    "pilot-runs": RecordKind(Text("中试", "pilot runs"), False),
    "public-platforms": RecordKind(Text("公共平台", "public platforms"), False),
    "tech-needs": RecordKind(Text("技术需求", "technical needs"), False),
    "achievements": RecordKind(Text("科技成果", "achievements"), False),
    "reforms": RecordKind(Text("改革事项", "reform items"), True),
    "delegated-powers": RecordKind(Text("赋权事项", "delegated powers"), True),
    "duties": RecordKind(Text("职责事项", "duties"), True),
    "matters": RecordKind(Text("政务服务事项", "matters"), True),
    "green-channels": RecordKind(Text("绿色通道", "green channels"), True),
    "agent-mandates": RecordKind(Text("代办委托", "agent mandates"), True),
    "visits": RecordKind(Text("走访", "visits"), True),
    "exchanges": RecordKind(Text("校企互访", "visits between firms and institutes"), True),
    "demands": RecordKind(Text("企业诉求", "demands"), True),
    "demands-on-the-spot": RecordKind(Text("现场解决的诉求", "demands resolved on the spot"), True),
    "scorecards": RecordKind(Text("营商环境评价", "scorecards"), True),
    "meetings": RecordKind(Text("政企会议", "meetings"), True),
    "meeting-items": RecordKind(Text("会议事项", "meeting items"), True),
    "policies": RecordKind(Text("政策", "policies"), False),
    "entitlements": RecordKind(Text("应享待遇", "entitlements"), True),
    "payments": RecordKind(Text("兑现", "payments"), True),
    "enterprise-plans": RecordKind(Text("一企一策", "enterprise plans"), True),
    "deals": RecordKind(Text("供需成交", "supply-demand deals"), True),
    "officers": RecordKind(Text("企业专员", "one-to-one officers"), True),
    "advisers": RecordKind(Text("首席顾问", "chief advisers"), False),
    "awards": RecordKind(Text("奖补资金", "awards from the park fund"), True),
    "pay-rules": RecordKind(Text("薪酬办法", "pay rules"), False),
    "land-quotas": RecordKind(Text("用地指标", "land quotas"), False),
    "transport-links": RecordKind(Text("交通联络", "transport links"), False),
    "outreach": RecordKind(Text("政策宣传", "information campaigns"), True),
}  # fmt: skip
