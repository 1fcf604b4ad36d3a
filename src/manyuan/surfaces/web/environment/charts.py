"""A series with its control limits, as an ECharts option and as the table behind it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from manyuan.surfaces.web import words as common
from manyuan.surfaces.web.environment import words
from manyuan.work.environment.definition import Item
from manyuan.work.environment.queries import Trend

INK = {"good": "#1f7a4d", "late": "#b3261e"}


def trend(found: Trend, item: Item | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Points with mean and limits; a signal has another shape and colour and its words in the table. item None: the score itself."""
    scale = 100 if item is not None and item.unit == "percent" else 1  # the chart of a rate is in shares
    unit = words.unit(item.unit) if item is not None else gettext("points")
    chart = found.chart
    data = [_point(point.value, scale, words.signal(point.signal, item)) for point in chart.points]
    names = [common.period(one) for one in found.periods]
    series: list[dict[str, Any]] = [{"name": gettext("Value"), "type": "line", "data": data, "symbolSize": 7, "lineStyle": {"width": 2}}]
    if chart.mean is not None:
        series.append(_line(gettext("Mean"), [_scaled(chart.mean, scale)] * len(names), "dashed", "#5c6b67"))
    if chart.has_limits:
        series.append(_line(gettext("Upper limit"), [_scaled(point.high, scale) for point in chart.points], "dotted", "#9a5b84"))
        series.append(_line(gettext("Lower limit"), [_scaled(point.low, scale) for point in chart.points], "dotted", "#9a5b84"))
    option = {
        "tooltip": {"trigger": "axis", "valueFormatter": {"format": unit if unit == "%" else f" {unit}"}},
        "legend": {"top": 0, "left": 0, "type": "scroll"},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "scale": True, "name": unit, "nameTextStyle": {"align": "left"}},
        "grid": {"left": 8, "right": 16, "top": 60, "bottom": 8, "containLabel": True},
        "series": series,
    }
    rows = []
    for name, value, point in zip(names, found.values, chart.points, strict=True):
        said = words.signal(point.signal, item)
        shown = words.value(value, item.unit) if item is not None else words.points(value)
        rows.append([name, shown, _limits(point.low, point.high, scale), said[1] if said else "–"])
    return option, {"head": [gettext("Period"), gettext("Value"), gettext("Limits"), gettext("Signal")], "rows": rows}


def _point(value: float | None, scale: int, said: tuple[str, str] | None) -> Any:
    if said is None:
        return _scaled(value, scale)
    return {"value": _scaled(value, scale), "symbol": "diamond", "symbolSize": 14, "itemStyle": {"color": INK[said[0]]}}


def _line(name: str, data: list[Any], kind: str, colour: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "line",
        "data": data,
        "symbol": "none",
        "step": "middle",
        "lineStyle": {"type": kind, "width": 1.5, "color": colour},
        "itemStyle": {"color": colour},
    }


def _scaled(value: float | None, scale: int) -> float | None:
    return None if value is None else round(value * scale, 2)


def _limits(low: float | None, high: float | None, scale: int) -> str:
    return "–" if low is None or high is None else f"{low * scale:.1f} – {high * scale:.1f}"
