"""Invented firms: where they sit, how large they are, how they grow, which titles they hold. Deterministic: firm number and city size decide all."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.models import Industry
from manyuan.facts.enterprises.services import NewEnterprise, Settled
from manyuan.facts.parks.models import Direction, Park
from manyuan.facts.programme.pack import Pack

SEED = "manyuan-demo-1"
BASE_YEAR = 2025
FIRST_YEAR = 2022
_SCALES = {"over-100bn": (116, 185), "over-50bn": (60, 96), "over-10bn": (11, 46), "small": (2, 9)}  # bn yuan in the base year
_FIRST, _SECOND, _THIRD = "天锦蓉川西蜀云瑞宏鼎恒启明远华新安泰盛嘉", "禾程桥澜湖岭科源芯能达博创维智联信捷弘越", "精诚合成同力凌众卓立工业优德格特海航星辰"
_SECTORS = {
    "C": ("精密机械", "电子", "新材料", "轨道装备", "生物医药", "食品", "智能装备", "能源装备", "汽车零部件", "光电", "包装", "仪器仪表"),
    "F": ("商贸", "供应链"),
    "G": ("物流", "航空货运"),
    "I": ("软件", "信息技术", "数据"),
    "M": ("检测技术", "设计研究"),
}


@dataclass(frozen=True)
class DemoFirm:
    """A firm. revenue: yuan by year; land in mu, staff in the base year; section: letter of GB/T 4754-2017; care: how well it files (0 to 1)."""

    number: int
    uscc: str
    name: str
    section: str
    park: Park
    since: date
    revenue: dict[int, int]
    staff: int
    land: Decimal
    rd_share: float
    care: float

    def chance(self, what: str) -> random.Random:
        """A source of chance of its own for each thing, so that one more field changes no other."""
        return random.Random(f"{SEED}:{self.number}:{what}")  # noqa: S311 -- made up figures, not secrets

    @property
    def is_industrial(self) -> bool:
        return self.section == "C"


def demo_firms(pack: Pack, parks: Sequence[Park], count: int) -> Iterator[DemoFirm]:
    """`count` firms over the pack's demo parks. A tenth to four tenths are large and carry the park's scale; the rest are small."""
    scales = {entry.code: entry.scale for entry in pack.demo_parks}
    leaves = _leaves(parks)
    tops = [code for code in scales if code in leaves]
    weights = [sum(_SCALES[scales[code]]) ** 0.5 for code in tops]
    large_share = 0.09 + 0.31 * min(1.0, 3000 / count)
    sizes = _shares(count, weights)
    number = 0
    for code, size in zip(tops, sizes, strict=True):
        chance = random.Random(f"{SEED}:park:{code}")  # noqa: S311
        target = chance.uniform(*_SCALES[scales[code]]) * 1e9
        large = max(1, round(size * large_share))
        raw = sorted((chance.lognormvariate(0, 1.1) for _ in range(large)), reverse=True)
        factor = target / sum(raw)
        for at in range(size):
            revenue = raw[at] * factor if at < large else chance.lognormvariate(15.4, 0.9)
            yield _firm(number, leaves[code][at % len(leaves[code])], revenue)
            number += 1


def _firm(number: int, park: Park, revenue: float) -> DemoFirm:
    chance = random.Random(f"{SEED}:{number}")  # noqa: S311
    section = chance.choices("CFGIM", (70, 8, 7, 9, 6))[0]
    growth, by_year, value = chance.gauss(0.085, 0.09), {}, revenue
    for year in range(BASE_YEAR, FIRST_YEAR - 1, -1):
        by_year[year] = round(value)
        value /= 1 + max(-0.3, growth + chance.gauss(0, 0.03))
    staff = max(2, round(revenue / 1e4 / chance.uniform(60, 190)))
    began = date(2003, 1, 1) + timedelta(days=chance.randrange(365 * 19))
    came = max(began, park.opened_on) if chance.random() < 0.88 else park.opened_on + timedelta(days=chance.randrange(1, 1400))
    land = Decimal(max(1, round(revenue / 1e4 / chance.uniform(350, 900)))) if section == "C" else Decimal(max(1, staff // 40))
    return DemoFirm(
        number, demo_code(number), _name(number, section, chance), section, park, came, by_year, staff, land, chance.betavariate(1.6, 30), chance.betavariate(9, 1)
    )  # fmt: skip


def _name(number: int, section: str, chance: random.Random) -> str:
    n = len(_FIRST)
    stem = _FIRST[number % n] + _SECOND[number // n % n] + _THIRD[number // n**2 % n]
    more = _SECOND[number // n**3 % n] if number >= n**3 else ""
    return f"{stem}{more}{chance.choice(_SECTORS[section])}有限公司（演示）"


def settled(firms: Iterator[DemoFirm], today: date) -> Iterator[Settled]:
    """The firms as the register takes them."""
    industries = _industries()
    directions: dict[int, list[str]] = {}
    for park, prefixes in Direction.objects.filter(superseded_at=None, valid_to=None).values_list("park_id", "industry_prefixes"):
        directions.setdefault(park, []).extend(prefixes)
    for firm in firms:
        chance = firm.chance("register")
        codes = industries.get(firm.section, ())
        fitting = [code for code in codes if code.startswith(tuple(directions.get(firm.park.pk, ())))] if firm.park.pk in directions else []
        pool = fitting if fitting and chance.random() < 0.7 else codes
        new = NewEnterprise(
            uscc=firm.uscc, name=firm.name, registered_on=min(firm.since, date(2003, 1, 1) + timedelta(days=chance.randrange(365 * 18))),
            capital_fen=round(firm.revenue[BASE_YEAR] * chance.uniform(0.05, 0.3) / 1e4) * 1_000_000, district_id=firm.park.district_id,
            industry_id=chance.choice(pool) if pool else None, kind="有限责任公司", source="demo", mark="synthetic",
        )  # fmt: skip
        yield Settled(new, firm.park, firm.since, firm.land * 600 if firm.is_industrial else None, tuple(_titles(firm, today)))


def _titles(firm: DemoFirm, today: date) -> Iterator[tuple[str, date, date | None, str]]:
    chance = firm.chance("titles")
    first = next((year for year in sorted(firm.revenue) if firm.revenue[year] >= 20_000_000), None)
    if first is not None:
        start = max(date(first + 1, 1, 1), firm.since)
        for kind in ("above-scale", "four-above", *(("above-scale-industry",) if firm.is_industrial else ())):
            yield kind, start, None, "演示名录 demo register"
    large = firm.revenue[BASE_YEAR] >= 20_000_000
    for kind, months, odds in (
        ("high-tech", 36, 0.3 if large else 0.05), ("tech-sme", 12, 0.12), ("innovative-sme", 36, 0.14 if large else 0.04), ("srdi-sme", 36, 0.08 if large else 0.01),
        ("little-giant", 36, 0.015 if large else 0.0), ("listed", 0, 0.006 if large else 0.0), ("chain-leader", 0, 0.004 if large else 0.0), ("anchor", 0, 0.012 if large else 0.0),
    ):  # fmt: skip
        if chance.random() < odds:
            start = max(date(2022, 1, 1) + timedelta(days=chance.randrange(0, 1500)), firm.since)
            stop = start + timedelta(days=round(months * 30.44)) if months else None
            yield kind, start, stop, f"演示证书 demo certificate {firm.number:06d}"


def _industries() -> dict[str, tuple[str, ...]]:
    out: dict[str, list[str]] = {}
    for code, section in Industry.objects.filter(level=4).values_list("code", "section").order_by("code"):
        out.setdefault(section, []).append(code)
    return {section: tuple(codes) for section, codes in out.items()}


def _leaves(parks: Sequence[Park]) -> dict[str, list[Park]]:
    """Top park's code to the parks where its firms sit: its sub-parks, or itself."""
    out: dict[str, list[Park]] = {}
    children: dict[int, list[Park]] = {}
    for park in parks:
        row = park.parents.filter(valid_to=None, superseded_at=None).first()
        if row is not None:
            children.setdefault(row.parent_id, []).append(park)
    below = {child.pk for found in children.values() for child in found}
    for park in parks:
        if park.pk not in below:
            out[park.code] = children.get(park.pk, []) or [park]
    return out


def _shares(count: int, weights: Sequence[float]) -> list[int]:
    whole = sum(weights)
    out = [int(count * weight / whole) for weight in weights]
    for at in range(count - sum(out)):
        out[at % len(out)] += 1
    return out
