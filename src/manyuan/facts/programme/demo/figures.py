"""Invented values for any form: known fields follow from the firm's size, others from their kind; so another city's forms are filled too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from manyuan.facts.filings.definition import Definition, Field
from manyuan.facts.filings.periods import Period
from manyuan.facts.parks.models import Park
from manyuan.facts.programme.demo.firms import BASE_YEAR, FIRST_YEAR, SEED, DemoFirm

_SEASON = (0.86, 0.74, 1.03, 1.0, 1.02, 1.07, 0.98, 0.99, 1.06, 1.03, 1.08, 1.14)


def firm_values(firm: DemoFirm, definition: Definition, period: Period) -> dict[str, Any]:
    """The values of a firm for a period, stored as filings store them; a field that a firm of its kind leaves blank is absent."""
    chance = firm.chance(f"{definition.code}:{period}")
    facts = _Facts(firm, period, chance)
    out = {}
    for field in definition.fields:
        recipe = _RECIPES.get(field.key)
        value = recipe(facts) if recipe else _generic(field, chance)
        if value is not None:
            out[field.key] = _stored(field, value)
    _hold_together(definition, out)
    return out


def park_values(park: Park, definition: Definition, period: Period, firms: int) -> dict[str, Any]:
    """The values of a park's report."""
    steady = Random(f"{SEED}:park:{park.code}")  # noqa: S311 -- made up figures
    chance = Random(f"{SEED}:park:{park.code}:{period}")  # noqa: S311
    age = (period.end - date(2025, 1, 1)).days / 365
    premises = round(steady.uniform(900, 2200) * max(4, firms) * (1 + 0.05 * age))
    known: dict[str, Any] = {
        "premises": premises, "premises_let": round(premises * min(0.97, steady.uniform(0.7, 0.86) + 0.02 * age + chance.uniform(-0.01, 0.01))),
        "premises_upstairs": round(premises * min(0.6, steady.uniform(0.12, 0.3) + 0.03 * age)), "goods_lifts": round(premises / 9000),
        "land_planned": round(premises / 400), "land_supplied": round(premises / 400 * min(0.96, steady.uniform(0.55, 0.85) + 0.03 * age)),
        "investment": round(chance.uniform(800, 9000)) * 10_000, "projects_signed": chance.randrange(1, 9), "projects_started": chance.randrange(1, 7),
        "projects_running": chance.randrange(0, 6), "facility_gaps": max(0, round(steady.uniform(3, 14) - 2 * age)), "facility_gaps_closed": chance.randrange(0, 4),
        "world_class": False,
    }  # fmt: skip
    out = {}
    for field in definition.fields:
        value = known.get(field.key, _generic(field, chance) if field.key not in known else None)
        if value is not None:
            out[field.key] = _stored(field, value)
    return out


class _Facts:
    def __init__(self, firm: DemoFirm, period: Period, chance: Random) -> None:
        self.firm, self.period, self.chance = firm, period, chance

    def revenue(self, year: int) -> float:
        firm = self.firm
        if year in firm.revenue:
            return firm.revenue[year]
        if year < FIRST_YEAR:
            return firm.revenue[FIRST_YEAR] * 0.92 ** (FIRST_YEAR - year)
        pace = firm.revenue[BASE_YEAR] / max(1, firm.revenue[BASE_YEAR - 1])
        return firm.revenue[BASE_YEAR] * min(1.25, max(0.8, pace)) ** (year - BASE_YEAR)

    def industrial(self, share: float = 0.93) -> float | None:
        return self.revenue(self.period.year) * share if self.firm.is_industrial else None

    def output(self, back: int = 0, ahead: int = 0) -> float:
        """Output of the period; `back` years earlier, `ahead` periods later."""
        months = {"month": 1, "quarter": 3, "year": 12}[self.period.kind]
        start = (self.period.number - 1 + ahead) * months
        year = self.period.year - back + start // 12
        weights = sum(_SEASON[(start + m) % 12] for m in range(months)) / 12
        wobble = self.firm.chance(f"output:{year}:{start}").gauss(1, 0.05)
        return self.revenue(year) * weights * max(0.6, wobble)

    def often(self, odds: float) -> bool:
        return self.chance.random() < odds


def _money(yuan: float | None) -> int | None:
    """Whole hundreds of yuan, in yuan."""
    return None if yuan is None else round(yuan / 100) * 100


_Recipe = Callable[[_Facts], Any]
_RECIPES: dict[str, _Recipe] = {
    "revenue": lambda f: _money(f.revenue(f.period.year)),
    "revenue_prior": lambda f: _money(f.revenue(f.period.year - 1)),
    "industrial_output": lambda f: _money(f.industrial()),
    "above_scale_output": lambda f: _money(f.industrial()) if f.revenue(f.period.year) >= 20_000_000 else None,
    "main_direction_revenue": lambda f: _money(f.revenue(f.period.year) * f.firm.chance("direction").betavariate(5, 2.2)),
    "value_added": lambda f: _money(f.revenue(f.period.year) * f.firm.chance("added").uniform(0.18, 0.32)),
    "profit": lambda f: _money(f.revenue(f.period.year) * f.chance.gauss(0.06, 0.05)),
    "tax": lambda f: _money(f.revenue(f.period.year) * f.firm.chance("tax").uniform(0.02, 0.07)),
    "exports": lambda f: _money(f.revenue(f.period.year) * f.firm.chance("exports").uniform(0.02, 0.4)) if f.firm.chance("abroad").random() < 0.3 else None,
    "rd_spend": lambda f: _money(f.revenue(f.period.year) * f.firm.rd_share),
    "investment": lambda f: _money(f.revenue(f.period.year) * f.chance.betavariate(1.2, 18)),
    "employees": lambda f: max(2, round(f.firm.staff * f.revenue(f.period.year) / max(1, f.firm.revenue[BASE_YEAR]))),
    "rd_staff": lambda f: round(f.firm.staff * min(0.5, f.firm.rd_share * 3) * 0.8),
    "land": lambda f: f.firm.land,
    "floor_area": lambda f: round(float(f.firm.land) * 667 * f.firm.chance("far").uniform(0.7, 1.8)),
    "upstairs_area": lambda f: round(float(f.firm.land) * 667 * f.firm.chance("up").uniform(0.05, 0.4)),
    "electricity": lambda f: round(f.revenue(f.period.year) / f.firm.chance("power").uniform(18, 70)),
    "energy": lambda f: round(f.revenue(f.period.year) / f.firm.chance("energy").uniform(90_000, 420_000), 2) or None,
    "emissions": lambda f: (
        f"{f.revenue(f.period.year) / f.firm.chance('emissions').uniform(1.5e8, 9e8):.3f}" if f.firm.chance("metered").random() < 0.62 else None
    ),
    "patents": lambda f: round(f.firm.rd_share * f.firm.staff * 0.25),
    "digital_stage": lambda f: f.firm.chance(f"digital:{f.period.year // 2}").choices(("none", "planned", "partial", "whole"), (24, 26, 36, 14))[0],
    "output": lambda f: _money(f.output()),
    "output_year_ago": lambda f: _money(f.output(back=1)),
    "output_plan": lambda f: _money(f.output() * f.chance.gauss(1.03, 0.06)),
    "output_plan_next": lambda f: _money(f.output(ahead=1) * 1.03),
    "change_reason": lambda f: f.chance.choices(("orders", "price", "capacity", "season", "supply", "other"), (44, 14, 12, 18, 8, 4))[0],
    "capacity_load": lambda f: f"{min(115, max(18, f.chance.gauss(76, 13))):.1f}",
    "move_plan": lambda f: f.chance.choices(("none", "expand-here", "expand-elsewhere", "relocate-part", "relocate-whole"), (88, 7, 3, 1.4, 0.6))[0],
    "expansion_area": lambda f: None,
    "expansion_investment": lambda f: None,
    "capacity_total": lambda f: _money(f.output() * 1.3),
    "main_product": lambda f: None,
    "market_trend": lambda f: f.chance.choices(("better", "same", "worse"), (28, 52, 20))[0],
    "difficulty": lambda f: f.chance.choices(
        ("none", "finance", "orders", "labour", "land", "energy", "logistics", "approvals", "technology"), (70, 6, 8, 5, 3, 2, 2, 2, 2)
    )[0],
    "difficulty_text": lambda f: None,
    "orders_in_hand": lambda f: _money(f.output(ahead=1) * f.chance.uniform(0.6, 1.6)),
    "share_city": lambda f: f"{f.firm.chance('markets').uniform(10, 45):.0f}",
    "share_country": lambda f: f"{f.firm.chance('markets').uniform(45, 55):.0f}",
    "share_abroad": lambda f: None,
}


def _hold_together(definition: Definition, values: dict[str, Any]) -> None:
    """What hangs together by the forms' own checks."""
    if values.get("move_plan") == "expand-here" and any(field.key == "expansion_area" for field in definition.fields):
        values["expansion_area"] = "1200"
    for part, whole in (("upstairs_area", "floor_area"), ("rd_staff", "employees")):
        if part in values and whole in values and Decimal(values[part]) > Decimal(values[whole]):
            values[part] = values[whole]


def _generic(field: Field, chance: Random) -> Any:
    if field.kind == "choice":
        return chance.choice(field.choices).code
    if field.kind == "boolean":
        return chance.random() < 0.5
    if field.kind == "date":
        return (date(2024, 1, 1) + timedelta(days=chance.randrange(700))).isoformat()
    if field.kind in ("money", "integer", "decimal", "percent"):
        low = float(field.minimum or 0)
        high = float(field.maximum) if field.maximum is not None else max(low + 100, 1000)
        return round(chance.uniform(low, min(high, low + 1000)))
    return None


def _stored(field: Field, value: Any) -> Any:
    """As filings store it; money is given here in yuan."""
    if field.kind == "money":
        return int(value) * 100
    if field.kind == "integer":
        return int(value)
    if field.kind in ("decimal", "percent"):
        return str(value)
    return value
