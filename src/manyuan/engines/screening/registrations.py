"""A fact sheet from plain business registrations (name, credit code, date, type, capital, scope, province, city, address), for trials on public
lists: what such rows hold is age, capital, district words and sector words. Nothing is guessed: what cannot be read is null."""

from __future__ import annotations

import csv
import gzip
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from manyuan.engines.screening.factsheet import Column, FactSheet, Schema

_CAPITAL = re.compile(r"([\d,，.]+)\s*[（(]?\s*(万|亿)?\s*(?:元)?\s*(人民币|元人民币|万元人民币|元|CNY|RMB)?")
_FOREIGN = re.compile(r"美元|港元|港币|日元|欧元|英镑|USD|HKD|JPY|EUR|GBP|AUD|CAD|SGD|TWD|新台币|澳元|加元|韩元|瑞士法郎|新加坡")
SECTORS = {
    "software": ("软件", "信息技术", "计算机", "互联网", "数据处理"),
    "medicine": ("药品", "医药", "医疗器械", "生物技术", "制药"),
    "food": ("食品", "饮料", "餐饮", "酒"),
    "machinery": ("机械", "设备制造", "模具", "机电"),
    "construction": ("建筑", "装饰", "房屋", "工程施工"),
    "trade": ("批发", "零售", "销售"),
    "transport": ("运输", "物流", "仓储"),
}
SCHEMA = Schema(
    (
        Column("credit code", "category", "统一社会信用代码", "Credit code", source="registration", source_zh="登记信息"),
        Column("registered on", "date", "注册日期", "Registered on", source="registration", source_zh="登记信息"),
        Column("age in years", "count", "成立年数", "Age in whole years", source="registration date and the day asked", source_zh="注册日期和计算日期"),
        Column("capital", "money", "注册资本", "Registered capital", "yuan", source="registration", source_zh="登记信息"),
        Column("district words", "category", "地址中的区县", "District named in the address", source="address", source_zh="注册地址"),
        Column(
            "sector",
            "category",
            "经营范围中的行业词",
            "Sector by words of the scope",
            source="scope of business",
            values=(*SECTORS, "other"),
            source_zh="经营范围",
        ),
    ),
    key="row",
)


def capital_fen(text: str) -> int | None:
    """`66(万元人民币)`, `16万人民币`, `24.7万人民币` to fen; None for another currency or no number."""
    plain = text.translate(str.maketrans("０１２３４５６７８９．，（）", "0123456789.,()")).replace(" ", "")
    found = _CAPITAL.match(plain)
    if not found or _FOREIGN.search(plain):
        return None
    digits = found.group(1).replace(",", "").strip(".")
    if not re.fullmatch(r"\d+(\.\d+)?", digits):
        return None
    unit = {"万": 10**4, "亿": 10**8}.get(found.group(2) or ("万" if "万" in plain else ""), 1)
    fen = Decimal(digits) * unit * 100
    return int(fen) if fen == fen.to_integral_value() and fen < 2**63 else None


def sector_of(scope: str) -> str:
    """The sector whose words come first in the scope; `other` where none does."""
    places = [(min((scope.find(word) for word in words if word in scope), default=len(scope) + 1), sector) for sector, words in SECTORS.items()]
    first, sector = min(places)
    return sector if first <= len(scope) else "other"


_DISTRICT = re.compile(r"(?:四川省)?成都市?(?:市)?([\u4e00-\u9fff]{1,4}?(?:区|县|市))")


def from_registrations(path: str | Path, *, as_of: date) -> FactSheet:
    """Read registrations (csv or csv.gz, UTF-8, Chinese headers) into a fact sheet; ages are as of a day."""
    opener = gzip.open if str(path).endswith(".gz") else open
    columns: dict[str, list[object]] = {"row": [], **{column.name: [] for column in SCHEMA.columns}}
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        for number, record in enumerate(csv.DictReader(file)):
            registered = _day(record.get("注册日期") or "")
            age = None if registered is None else as_of.year - registered.year - ((as_of.month, as_of.day) < (registered.month, registered.day))
            district = _DISTRICT.search(record.get("注册地址") or "")
            columns["row"].append(number)
            columns["credit code"].append((record.get("统一社会信用代码") or "").strip() or None)
            columns["registered on"].append(registered)
            columns["age in years"].append(age)
            columns["capital"].append(capital_fen(record.get("注册资金") or ""))
            columns["district words"].append(district.group(1) if district else None)
            columns["sector"].append(sector_of(record.get("经营范围") or "") if record.get("经营范围") else None)
    kinds = {"money": pa.int64(), "count": pa.int64(), "date": pa.date32(), "category": pa.string()}
    arrays = {"row": pa.array(columns["row"], pa.int64())} | {c.name: pa.array(columns[c.name], kinds[c.kind]) for c in SCHEMA.columns}
    return FactSheet(pa.table(arrays), SCHEMA)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
