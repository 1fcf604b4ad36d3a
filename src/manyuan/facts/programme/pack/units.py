"""Units of indicators, goals and reported figures; and which of them a form's unit (as filers see it) becomes in a formula.

Money is in yuan whatever the form shows (万元, 亿元 are displays); a percentage is in percent points; a plain count has no unit in a formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from manyuan.engines.feel import types
from manyuan.engines.feel.types import Type
from manyuan.facts.programme.pack.model import Text


@dataclass(frozen=True)
class PackUnit:
    """A unit. pure: a number without dimension, so that any dimensionless formula may yield it."""

    code: str
    name: Text
    pure: bool = False
    display: tuple[str, ...] = ()  # larger units in which pages may show it


UNITS: Final[dict[str, PackUnit]] = {
    unit.code: unit
    for unit in (
        PackUnit("yuan", Text("元", "yuan"), display=("万元", "亿元")),
        PackUnit("percent", Text("%", "%"), pure=True),
        PackUnit("count", Text("个", "count"), pure=True),
        PackUnit("enterprises", Text("家", "enterprises"), pure=True),
        PackUnit("parks", Text("个园区", "parks"), pure=True),
        PackUnit("times", Text("倍", "times"), pure=True),
        PackUnit("people", Text("人", "people")),
        PackUnit("mu", Text("亩", "mu")),
        PackUnit("m2", Text("平方米", "m2"), display=("万平方米",)),
        PackUnit("kWh", Text("千瓦时", "kWh"), display=("万千瓦时",)),
        PackUnit("tce", Text("吨标准煤", "tce")),
        PackUnit("t", Text("吨", "t")),
        PackUnit("days", Text("天", "days")),
        PackUnit("accessions", Text("份", "accessions"), pure=True),
        PackUnit("yuan/mu", Text("元/亩", "yuan/mu"), display=("万元/亩",)),
        PackUnit("yuan/m2", Text("元/平方米", "yuan/m2")),
        PackUnit("yuan/people", Text("元/人", "yuan per person"), display=("万元/人",)),
        PackUnit("yuan/kWh", Text("元/千瓦时", "yuan/kWh")),
        PackUnit("people/mu", Text("人/亩", "people/mu")),
    )
}

MONEY: Final = ("元", "千元", "万元", "百万元", "亿元")
_FORM_UNITS: Final[dict[str, str]] = {
    **dict.fromkeys(MONEY, "yuan"),
    "%": "percent", "家": "enterprises", "个": "count", "项": "count", "次": "count", "台": "count", "份": "accessions", "人": "people", "亩": "mu",
    "平方米": "m2", "万平方米": "m2", "千瓦时": "kWh", "万千瓦时": "kWh", "吨标准煤": "tce", "吨": "t", "天": "days",
}  # fmt: skip
# The engine of spreadsheets keeps a number in the unit of its column; these are the columns whose unit is larger than the formula's.
FACTORS: Final[dict[str, int]] = {"万平方米": 10_000, "万千瓦时": 10_000}

FIELD_UNITS: Final[dict[str, tuple[str, ...]]] = {
    "money": MONEY,
    "percent": ("%",),
    "integer": ("", *(unit for unit in _FORM_UNITS if unit not in MONEY and unit != "%")),
    "decimal": ("", *(unit for unit in _FORM_UNITS if unit not in MONEY and unit != "%")),
}
"""Units that a field of a kind may have; kinds that are not listed have none."""

_OTHER: Final[dict[str, Type]] = {"date": types.DATE, "boolean": types.BOOLEAN}


def unit_of_field(unit: str) -> str | None:
    """The unit code that a form's unit becomes, None for a number without one. KeyError for an unknown unit."""
    return _FORM_UNITS[unit] if unit else None


def number(unit: str | None) -> Type:
    """FEEL's type of a number in a unit; pure units leave no trace."""
    if unit is None or UNITS[unit].pure:
        return types.NUMBER
    return Type("number", unit)


def field_type(kind: str, unit: str) -> Type:
    """FEEL's type of a field's value in a formula or check."""
    if kind in ("money", "percent", "integer", "decimal"):
        return number(_FORM_UNITS.get(unit or ("元" if kind == "money" else "")))
    return _OTHER.get(kind, types.STRING)
