"""Units that stand in a header or behind a number, and exact conversion between those of one family.

Money is counted in fen. Factors are integers over the smallest unit of the family; 1 mu = 2000/3 m2 is not a finite decimal, so mu is a family of its own.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final, NamedTuple


class Unit(NamedTuple):
    """A unit: names in both languages, its family, and how many smallest units of the family it holds."""

    zh: str
    en: str
    family: str
    factor: int


MONEY_UNITS: Final = ("元", "千元", "万元", "百万元", "亿元")

_UNITS: Final[tuple[tuple[Unit, tuple[str, ...]], ...]] = (
    (Unit("元", "yuan", "money", 100), ("cny", "rmb", "圆", "块", "人民币")),
    (Unit("千元", "1,000 yuan", "money", 100_000), ("thousandyuan", "1000yuan", "千", "千圆")),
    (Unit("万元", "10,000 yuan", "money", 1_000_000), ("10000yuan", "10kyuan", "wanyuan", "wan_yuan", "tenthousandyuan", "万", "万圆")),
    (Unit("百万元", "million yuan", "money", 100_000_000), ("1000000yuan", "millionyuan", "百万")),
    (Unit("亿元", "100 million yuan", "money", 10_000_000_000), ("100millionyuan", "yiyuan", "yi_yuan", "100000000yuan", "亿", "亿圆")),
    (Unit("平方米", "m2", "area", 1), ("㎡", "m²", "sqm", "平米", "平方")),
    (Unit("万平方米", "10,000 m2", "area", 10_000), ("万㎡", "万m2", "10000m2", "万平米", "万平方")),
    (Unit("公顷", "ha", "area", 10_000), ("hectare", "hectares")),
    (Unit("平方公里", "km2", "area", 1_000_000), ("km²", "平方千米", "sqkm")),
    (Unit("亩", "mu", "mu", 1), ()),
    (Unit("万亩", "10,000 mu", "mu", 10_000), ("10000mu",)),
    (Unit("人", "people", "people", 1), ("persons", "person", "人数", "名")),
    (Unit("万人", "10,000 people", "people", 10_000), ("10000people",)),
    (Unit("家", "enterprises", "firms", 1), ("户", "enterprise", "firms")),
    (Unit("万家", "10,000 enterprises", "firms", 10_000), ("万户",)),
    (Unit("台", "sets", "sets", 1), ("台套", "套")),
    (Unit("个", "count", "count", 1), ("项", "件", "次", "pieces")),
    (Unit("万个", "10,000 count", "count", 10_000), ("万件", "万项", "万次")),
    (Unit("千克", "kg", "mass", 1), ("公斤",)),
    (Unit("吨", "t", "mass", 1_000), ("ton", "tons", "tonne", "tonnes")),
    (Unit("万吨", "10,000 t", "mass", 10_000_000), ("10000t", "10000tons")),
    (Unit("千瓦时", "kWh", "energy", 1), ("度",)),
    (Unit("万千瓦时", "10,000 kWh", "energy", 10_000), ("万度", "10000kwh")),
    (Unit("亿千瓦时", "100 million kWh", "energy", 100_000_000), ("亿度",)),
    (Unit("吨标准煤", "tce", "coal equivalent", 1), ("tce", "吨标煤")),
    (Unit("万吨标准煤", "10,000 tce", "coal equivalent", 10_000), ("10000tce", "万吨标煤")),
    (Unit("立方米", "m3", "volume", 1), ("m³", "方", "立方")),
    (Unit("万立方米", "10,000 m3", "volume", 10_000), ("万m3", "万方")),
    (Unit("‰", "per mille", "share", 1), ("permille",)),
    (Unit("%", "%", "share", 10), ("percent", "百分比", "百分点", "pct")),
)


def squeezed(text: str) -> str:
    """The text for comparing: NFKC (full-width becomes half-width), lower case, without spaces and commas."""
    return re.sub(r"[\s,，]+", "", unicodedata.normalize("NFKC", text)).lower()


_NAMED: Final[dict[str, Unit]] = {}
for _unit, _others in _UNITS:
    for _name in (_unit.zh, _unit.en, *_others):
        _NAMED.setdefault(squeezed(_name), _unit)

FOREIGN: Final = ("美元", "美金", "usd", "$", "us$", "港元", "港币", "hkd", "欧元", "eur", "€", "日元", "jpy", "英镑", "gbp", "£", "韩元", "新台币")


def unit_named(text: str) -> Unit | None:
    """The unit that this text names ('万元', '(万元人民币)', 'CNY 10,000', '㎡'), or None. Currencies other than yuan are None."""
    name = squeezed(text).strip("()[]【】:：")
    name = re.sub(r"^单位", "", name).strip(":：")
    found = _NAMED.get(name)
    if found is not None:
        return found
    bare = re.sub(r"人民币|rmb|cny|¥", "", name).strip("()[] ")
    if bare != name:
        return _NAMED.get(bare) or _NAMED.get(f"{bare}yuan") or (_NAMED["元"] if not bare else None)
    return None


def foreign_currency(text: str) -> bool:
    """Whether the text names a currency that is not yuan."""
    name = squeezed(text)
    return any(word in name for word in FOREIGN)


def factor_between(found: Unit, wanted: Unit) -> Fraction | None:
    """What a number in `found` is multiplied by to be in `wanted`; None when they are of different families."""
    if found.family != wanted.family:
        return None
    return Fraction(found.factor, wanted.factor)
