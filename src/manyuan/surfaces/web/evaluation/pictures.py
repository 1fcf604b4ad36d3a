"""Pictures of a run: how the totals are spread, and land against what it yields."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from manyuan.surfaces.web import figures
from manyuan.surfaces.web.evaluation import words
from manyuan.work.evaluation.models import Line
from manyuan.work.evaluation.schemes import Plan
from manyuan.work.evaluation.scoring import number

_BINS = 16


def spread(plan: Plan, rows: Sequence[tuple[Decimal, str]]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """How many enterprises have which total, by grade. The highest twentieth stands in the last bar, so that a few do not flatten the rest."""
    if not rows:
        return None
    ordered = sorted(total for total, _ in rows)
    top = ordered[int(len(ordered) * 0.95)] if len(ordered) > 20 else ordered[-1]
    width = _width(max(top - min(Decimal(0), ordered[0]), Decimal(1)))
    low = (ordered[0] // width) * width if ordered[0] < 0 else Decimal(0)
    last = max(0, int((top - low) // width))
    names = [name for name, _ in plan.grades.edges]
    counts = {name: [0] * (last + 1) for name in names}
    for total, letter in rows:
        counts[letter][min(last, int((total - low) // width))] += 1
    edges = [low + width * at for at in range(last + 1)]
    labels = [f"{figures.plain(edge, 0)}–{figures.plain(edge + width, 0)}" for edge in edges[:-1]] + [f"≥ {figures.plain(edges[-1], 0)}"]
    option = {
        "tooltip": {"trigger": "axis", "valueFormatter": {"format": ""}}, "legend": {"top": 0, "right": 0}, "xAxis": {"type": "category", "data": labels, "axisLabel": {"rotate": 40, "fontSize": 11}},
        "yAxis": {"type": "value", "name": gettext("Enterprises"), "minInterval": 1, "nameTextStyle": {"align": "left"}},
        "series": [{"name": words.grade(plan, name)[1], "type": "bar", "stack": "all", "data": counts[name], "itemStyle": {"color": words.COLOURS[min(at, 3)]}} for at, name in enumerate(names)],
    }  # fmt: skip
    return option, {"head": [gettext("Total"), *names], "rows": [[label, *(counts[name][at] for name in names)] for at, label in enumerate(labels)]}


def _width(span: Decimal) -> Decimal:
    """A round width of a bar."""
    for width in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 20_000, 100_000):
        if span / width <= _BINS:
            return Decimal(width)
    return span / _BINS


def land(plan: Plan, lines: Sequence[Line], language: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Each enterprise as a point: what the first item divides by (land) against the item's value, coloured by grade; a point opens its page."""
    first = plan.items[0]
    names = [name for name, _ in plan.grades.edges]
    series: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    table = []
    for line in lines:
        held, value = number(line.inputs.get(first.per)), line.values.get(first.code)
        if held is None or value is None or line.grade not in series:
            continue
        across, up = round(float(held / first.per_fen), 2), round(float(value), 2)
        series[line.grade].append({"name": line.enterprise.name, "value": [across, up], "url": reverse("web:per_mu_firm", args=[line.enterprise.uscc])})
        table.append([line.enterprise.name, across, up, line.grade])
    if not table:
        return None
    by, unit = words.field_names(plan, language)[first.per], words.unit_name(first.per_unit)
    option = {
        "tooltip": {"trigger": "item", "formatter": "{b}"}, "legend": {"top": 0, "right": 0}, "grid": {"left": 8, "right": 24, "top": 40, "bottom": 28, "containLabel": True},
        "xAxis": {"type": "value", "name": f"{by}（{unit}）", "nameLocation": "middle", "nameGap": 26}, "yAxis": {"type": "value", "name": f"{first.name(language)}（{words.unit_name(first.unit)}）", "nameTextStyle": {"align": "left"}},
        "series": [{"name": words.grade(plan, name)[1], "type": "scatter", "data": series[name], "symbolSize": 8, "cursor": "pointer", "itemStyle": {"color": words.COLOURS[min(at, 3)], "opacity": 0.75}} for at, name in enumerate(names)],
    }  # fmt: skip
    return option, {"head": [gettext("Enterprise"), by, first.name(language), gettext("Grade")], "rows": table[:200]}


def years(lines: Sequence[Line]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """An enterprise's totals over the years, one line for each scheme."""
    known = [line for line in lines if line.total is not None]
    if len({line.run.year for line in known}) < 2:
        return None
    names = sorted({line.run.year for line in known})
    schemes = {line.run.code: line.run.scheme for line in known}
    language = "zh" if figures.chinese() else "en"
    at = {(line.run.code, line.run.year): line for line in reversed(known)}
    series = [
        {
            "name": scheme.title(language),
            "type": "line",
            "symbolSize": 8,
            "data": [float(at[code, year].total or 0) if (code, year) in at else None for year in names],
        }
        for code, scheme in schemes.items()
    ]
    option = {
        "tooltip": {"trigger": "axis"}, "legend": {"top": 0, "right": 0}, "xAxis": {"type": "category", "data": [str(year) for year in names]},
        "yAxis": {"type": "value", "name": gettext("Total"), "nameTextStyle": {"align": "left"}}, "series": series,
    }  # fmt: skip
    rows = [[str(line.run.year), line.run.scheme.title(language), words.decimal(line.total, 2), line.grade] for line in known]
    return option, {"head": [gettext("Year"), gettext("Scheme"), gettext("Total"), gettext("Grade")], "rows": rows}
