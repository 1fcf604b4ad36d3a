"""One pair in words: each condition, the value used, where it came from, the threshold, the clause; and what would change the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.feel.checker import Checker
from manyuan.engines.screening.factsheet import Column, FactSheet, Schema
from manyuan.engines.screening.policy import Condition, Policy
from manyuan.engines.screening.reference import Row, Test, judge, read, test_of
from manyuan.engines.screening.scoring import CONDITION, VERDICTS, Range, range_of

_OUTCOMES = {
    "entitled": ("符合条件", "entitled"),
    "near": ("只差一步", "one step away"),
    "refused": ("不符合条件", "refused"),
    "undetermined": ("无法判定（缺少信息）", "undetermined for want of facts"),
}
_SIGNS = {
    ">=": ("不低于", "at least"),
    ">": ("高于", "more than"),
    "<=": ("不高于", "at most"),
    "<": ("低于", "less than"),
    "=": ("为", "equal to"),
    "!=": ("不为", "other than"),
}
_UNITS_ZH = {
    "yuan": "元", "m2": "平方米", "mu": "亩", "people": "人", "persons": "人", "person": "人", "years": "年", "year": "年", "months": "个月", "month": "个月",
    "days": "天", "percent": "%", "points": "分", "kWh": "千瓦时", "tce": "吨标准煤", "t": "吨", "km": "公里",
}  # fmt: skip
_MARKS = {
    "C": ("二手来源，非官方", "from a secondary source, not official"),
    "GK": ("未经核实", "not verified"),
    "example": ("示例", "an example"),
    "synthetic": ("演示数据", "synthetic"),
}


@dataclass(frozen=True)
class Used:
    """A value that a condition used: column, value as FEEL, where it came from, and the same in Chinese."""

    name: str
    value: object
    source: str
    source_zh: str = ""


@dataclass(frozen=True)
class Step:
    """One condition of the pair. distance: by how much a comparison is missed, in the natural unit; None where that has no meaning."""

    condition: Condition
    truth: bool | None
    used: tuple[Used, ...]
    found: object
    sign: str
    threshold: object
    distance: object
    unit: str


@dataclass(frozen=True)
class Explanation:
    """Why one enterprise does or does not get one policy."""

    policy: Policy
    outcome: str
    gross: int
    missing: tuple[str, ...]
    steps: tuple[Step, ...]
    schema: Schema
    range: Range | None = None

    def in_words(self, language: str = "zh") -> str:
        """The whole explanation as text."""
        zh = language.startswith("zh")
        at = 0 if zh else 1
        outcome = _OUTCOMES[self.outcome]
        if self.range is not None and self.outcome == "entitled":
            verdict = VERDICTS[self.range.verdict]
            outcome = (verdict.zh, verdict.en)
        lines = [
            f"{self.policy.name.in_language(language)}（{self.policy.code}）：{outcome[0]}"
            if zh
            else f"{self.policy.name.in_language(language)} ({self.policy.code}): {outcome[1]}"
        ]
        if self.policy.mark in _MARKS:
            lines.append(("依据：" if zh else "Basis: ") + _MARKS[self.policy.mark][at])
        if self.outcome == "entitled" and self.policy.amount.value:
            lines.append(f"金额：{_money(self.gross)} 元" if zh else f"Amount: {_money(self.gross)} yuan")
        lines += [self._line(step, zh) for step in self.steps if self.range is None or step.condition.id != CONDITION]
        if self.range is not None:
            lines += self.range.lines(language)
        if self.missing and self.outcome == "undetermined":
            names = [self.schema[name].label(language) for name in self.missing]
            lines.append(f"补充以下信息即可判定：{'、'.join(names)}" if zh else f"To decide it, these facts are needed: {', '.join(names)}")
        change = self.change()
        if change is not None:
            lines.append(self._change(change, zh))
        if self.policy.judged:
            lines.append(("另需评审：" if zh else "Also judged by experts: ") + "；".join(self.policy.judged))
        return "\n".join(lines)

    def change(self) -> Step | None:
        """The one condition that would have to change, for a pair one step away."""
        return next((step for step in self.steps if step.truth is False), None) if self.outcome == "near" else None

    def _line(self, step: Step, zh: bool) -> str:
        mark = "✓" if step.truth is True else "✗" if step.truth is False else "?"
        text = step.condition.text.in_language("zh" if zh else "en")
        parts = []
        for used in step.used:
            column = self.schema[used.name] if used.name in self.schema else Column(used.name, "category")
            label, value = column.label("zh" if zh else "en"), value_in_words(used.value, column, "zh" if zh else "en")
            source = f"，来自{used.source_zh or used.source}" if zh and used.source else f", from {used.source}" if used.source else ""
            parts.append(f"{label} = {value}{source}")
        facts = ("；" if zh else "; ").join(parts)
        return f"{mark} {text}（{step.condition.clause}）：{facts}" if zh else f"{mark} {text} ({step.condition.clause}): {facts}"

    def _change(self, step: Step, zh: bool) -> str:
        text = step.condition.text.in_language("zh" if zh else "en")
        if step.distance is None:
            return f"若“{text}”成立，即可享受。" if zh else f"It would be granted if this held: {text}."
        distance, threshold = _shown(step.distance, step.unit, zh), _shown(step.threshold, step.unit, zh)
        sign = _SIGNS[step.sign][0 if zh else 1]
        return f"差 {distance}：须{sign} {threshold}（{text}）。" if zh else f"Short by {distance}: {sign} {threshold} is needed ({text})."


def value_in_words(value: object, column: Column, language: str) -> str:
    """A value of a column as people read it: categories by their name, numbers with their unit."""
    zh = language.startswith("zh")
    if value is None:
        return "未知" if zh else "not known"
    if isinstance(value, bool):
        return ("是" if value else "否") if zh else ("yes" if value else "no")
    return column.called(value, language) if isinstance(value, str) else _shown(value, column.unit, zh)


def explain(policy: Policy, sheet: FactSheet, row: int, *, sources: dict[str, str] | None = None) -> Explanation:
    """Explain one pair. sources: where each value of this row came from (a filing, a register), else the column's source."""
    return explain_row(policy, sheet.row(row), sheet.schema, sources=sources)


def explain_row(policy: Policy, row: Row, schema: Schema, *, sources: dict[str, str] | None = None) -> Explanation:
    """Explain a policy for a row of FEEL values."""
    judged = judge(policy, row)
    steps = tuple(step_of(condition, row, schema, sources or {}) for condition in policy.conditions)
    return Explanation(policy, judged.outcome, judged.gross, tuple(sorted(judged.missing)), steps, schema, range_of(policy, row))


def step_of(condition: Condition, row: Row, schema: Schema, sources: dict[str, str]) -> Step:
    """One condition on a row of FEEL values."""
    how = read(condition.when, frozenset(row))
    used = tuple(_used(name, row[name], schema, sources) for name in how.names)
    found = how.test(row)
    missed = _missed(_parts(condition.when, frozenset(row)), {name: row[name] for name in how.names}) if found is False else None
    if missed is None:
        return Step(condition, found, used, None, "", None, None, "")
    node, left, right = missed
    columns = {one.name for one in tree.walk(node.left) if isinstance(one, tree.Name) and one.name in row}
    sign = node.operator
    if not columns:
        left, right = right, left
        sign = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)
    unit = _unit(node, schema)
    return Step(condition, found, used, left, sign, right, _distance(left, right), unit)


def _used(name: str, value: object, schema: Schema, sources: dict[str, str]) -> Used:
    if name in sources or name not in schema:
        return Used(name, value, sources.get(name, ""))
    return Used(name, value, schema[name].source, schema[name].source_zh)


def _unit(node: tree.Node, schema: Schema) -> str:
    checker = Checker("", schema.feel_types)
    assert isinstance(node, tree.Comparison)
    kinds = [checker.visit(side) for side in (node.left, node.right)]
    return next((kind.unit for kind in kinds if kind.unit), "")


@dataclass(frozen=True)
class _Part:
    """A part of a condition ready to be asked: whether it holds, what it is joined from, and the two sides of a comparison."""

    node: tree.Node
    test: Test
    joined: tuple[_Part, ...] = ()
    sides: tuple[feel.Program, ...] = ()


@lru_cache(maxsize=8192)
def _parts(text: str, names: frozenset[str]) -> _Part:
    """A condition in its parts, taken apart once."""
    return _part(read(text, names).plain, names)


def _part(node: tree.Node, names: frozenset[str]) -> _Part:
    joined = (_part(node.left, names), _part(node.right, names)) if isinstance(node, tree.Logic) else ()
    sides = (feel.Program(node.left), feel.Program(node.right)) if isinstance(node, tree.Comparison) else ()
    return _Part(node, test_of(node, names), joined, sides)


def _missed(part: _Part, row: Row) -> tuple[tree.Comparison, object, object] | None:
    """The one comparison of numbers or dates that makes a condition false, with the values of its sides; None where there are several or it is of another kind."""
    failing: list[_Part] = []

    def visit(one: _Part) -> None:
        if one.test(row) is not False:
            return
        for inner in one.joined:
            visit(inner)
        if one.sides:
            failing.append(one)

    visit(part)
    if len(failing) != 1 or (isinstance(part.node, tree.Logic) and part.node.operator == "or"):
        return None
    node = failing[0].node
    assert isinstance(node, tree.Comparison)
    left, right = (side.run(row) for side in failing[0].sides)
    orderly = all(isinstance(value, (Decimal, feel.Date)) for value in (left, right))
    return (node, left, right) if orderly and node.operator not in ("=", "!=") else None


def _distance(left: object, right: object) -> object:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return abs(left - right)
    if isinstance(left, feel.Date) and isinstance(right, feel.Date):
        return feel.DaysTime(abs(left.days - right.days) * 86400 * 10**9)
    return None


def _money(fen: int) -> str:
    return f"{Decimal(fen) / 100:,.2f}"


def _shown(value: object, unit: str, zh: bool) -> str:
    """A value with its unit; composite units (`yuan/m2`) are put into Chinese part by part."""
    if zh:
        unit = "/".join("·".join(_UNITS_ZH.get(factor, factor) for factor in part.split("*")) for part in unit.split("/"))
    if isinstance(value, Decimal):
        text = f"{value:,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return f"{text} {unit}".strip()
    return feel.text_of(value)
