"""Pictures as ECharts options (plain JSON), each with the table behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from manyuan.facts.programme.goals import GoalState
from manyuan.facts.programme.models import IndicatorValue
from manyuan.surfaces.web import figures, words


def scale(values: Iterable[Decimal | None], unit: str) -> tuple[Decimal, str]:
    """What to divide by so that axis labels stay short, and the unit that then holds."""
    largest = max((abs(value) for value in values if value is not None), default=Decimal(0))
    if unit == "yuan":
        if figures.chinese():
            return (Decimal(10**8), "亿元") if largest >= 10**8 else (Decimal(10**4), "万元")
        return (Decimal(10**9), "bn yuan") if largest >= 10**9 else (Decimal(10**6), "m yuan")
    return Decimal(1), figures.unit_name(unit)


def goal_line(state: GoalState) -> tuple[dict[str, Any], dict[str, Any]]:
    """Value over time against the dated targets, with the path still needed."""
    unit = state.goal.indicator.unit if state.goal.indicator else ""
    divide, shown = scale([p.value for p in state.points] + [t.value for t in state.targets], unit)
    real = [[p.on.isoformat(), _float(p.value, divide)] for p in state.points if p.value is not None]
    path = [[state.now.on.isoformat(), _float(state.now.value, divide)]] if state.now and state.now.value is not None else []
    path += [[t.due_on.isoformat(), _float(t.value, divide)] for t in state.targets if not path or t.due_on.isoformat() > path[0][0]]
    option = {
        "tooltip": {"trigger": "axis", "valueFormatter": {"format": " " + shown if shown else ""}},
        "legend": {"top": 0, "right": 0},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "value", "name": shown, "nameTextStyle": {"align": "left"}},
        "series": [
            {"name": gettext("Value"), "type": "line", "data": real, "symbolSize": 6, "lineStyle": {"width": 3}},
            {"name": gettext("Path to the targets"), "type": "line", "data": path, "lineStyle": {"type": "dashed"}, "symbol": "diamond", "symbolSize": 10},
        ],
    }
    rows = [[words.period(p.period), figures.figure(p.value, unit)] for p in state.points]
    rows += [[f"{gettext('Target')} {t.due_on}", figures.figure(t.value, unit)] for t in state.targets]
    return option, {"head": [gettext("Period"), gettext("Value")], "rows": rows}


def series_line(values: Sequence[IndicatorValue], unit: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """One indicator over its periods."""
    divide, shown = scale([row.value for row in values], unit)
    option = {
        "tooltip": {"trigger": "axis", "valueFormatter": {"format": " " + shown if shown else ""}},
        "xAxis": {"type": "category", "data": [words.period(row.period) for row in values]},
        "yAxis": {"type": "value", "name": shown, "scale": unit != "percent", "nameTextStyle": {"align": "left"}},
        "series": [{"name": name, "type": "line", "data": [_float(row.value, divide) for row in values], "symbolSize": 6, "areaStyle": {"opacity": 0.07}}],
    }
    return option, {"head": [gettext("Period"), name], "rows": [[words.period(row.period), figures.figure(row.value, unit)] for row in values]}


def district_map(points: Sequence[dict[str, Any]], version: str) -> dict[str, Any]:
    """The districts with the parks as points. points: name, longitude, latitude, size (0 to 1), url, text, synthetic."""
    groups = [(gettext("Named in the programme"), False, "#0f6b58"), (gettext("Demo (made up)"), True, "#c98a1b")]
    series = []
    for name, synthetic, colour in groups:
        data = [
            {
                "name": p["name"],
                "label": {"position": "left" if p["longitude"] > 104 else "right"},
                "value": [float(p["longitude"]), float(p["latitude"]), p["text"]],
                "symbolSize": 9 + 22 * p["size"],
                "url": p["url"],
            }
            for p in points
            if p["synthetic"] is synthetic
        ]
        if data:
            series.append(
                {
                    "name": name, "type": "scatter", "coordinateSystem": "geo", "data": data, "itemStyle": {"color": colour, "opacity": 0.85, "borderColor": "#fff"},
                    "label": {"show": not synthetic, "formatter": "{b}", "position": "right", "fontSize": 11, "width": 150, "overflow": "truncate"}, "labelLayout": {"hideOverlap": True},
                    "tooltip": {"formatter": "{b}"}, "cursor": "pointer",
                }
            )  # fmt: skip
    return {
        "map": {"name": "districts", "url": reverse("web:map") + f"?v={version}"},
        "tooltip": {"trigger": "item"},
        "legend": {"left": 0, "bottom": 0} if len(series) > 1 else {"show": False},
        "geo": {
            "map": "districts", "roam": False, "top": 8, "bottom": 28, "left": 8, "right": 8, "nameProperty": "name" if figures.chinese() else "name_en",
            "itemStyle": {"areaColor": "#eef3ef", "borderColor": "#b9c6bf"}, "emphasis": {"itemStyle": {"areaColor": "#e3f0ec"}, "label": {"show": True, "color": "#5c6b67"}},
            "label": {"show": False},
        },
        "series": series,
    }  # fmt: skip


def sides(rows: Sequence[tuple[str, Decimal | None, Decimal | None]], unit: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A figure on the boundary of its day beside the same on today's boundary. rows: period, then, today."""
    divide, shown = scale([value for row in rows for value in row[1:]], unit)
    then, now = gettext("Boundary of its day"), gettext("Boundary of today")
    option = {
        "tooltip": {"trigger": "axis", "valueFormatter": {"format": " " + shown if shown else ""}},
        "legend": {"top": 0, "right": 0},
        "xAxis": {"type": "category", "data": [words.period(row[0]) for row in rows]},
        "yAxis": {"type": "value", "name": shown, "nameTextStyle": {"align": "left"}},
        "series": [
            {"name": then, "type": "bar", "data": [_float(row[1], divide) for row in rows], "barMaxWidth": 28},
            {"name": now, "type": "bar", "data": [_float(row[2], divide) for row in rows], "barMaxWidth": 28},
        ],
    }
    table = [[words.period(p), figures.figure(a, unit), figures.figure(b, unit)] for p, a, b in rows]
    return option, {"head": [gettext("Period"), then, now], "rows": table}


def shares(names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], head: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Shares in per cent of several groups beside each other, lying bars; a share that is not known is left out."""
    option = {
        "tooltip": {"trigger": "axis", "valueFormatter": {"format": "%"}},
        "legend": {"top": 0, "right": 0},
        "grid": {"left": 8, "right": 24, "containLabel": True},
        "xAxis": {"type": "value", "max": 100},
        "yAxis": {"type": "category", "data": list(names), "inverse": True, "axisLabel": {"width": 140, "overflow": "truncate"}},
        "series": [{"name": name, "type": "bar", "data": list(values), "barMaxWidth": 14} for name, values in series],
    }
    rows = [[name, *("–" if values[at] is None else f"{values[at]:.1f}%" for _, values in series)] for at, name in enumerate(names)]
    return option, {"head": [head, *(name for name, _ in series)], "rows": rows}


def _float(value: Decimal | None, divide: Decimal) -> float | None:
    return None if value is None else round(float(value / divide), 4)
