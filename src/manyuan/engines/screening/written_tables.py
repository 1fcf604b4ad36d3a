"""Decision tables written into a policy file itself, so that a policy is one text with everything it decides by.

tables:
  Pays:
    hit: FIRST                              # UNIQUE (left out) | ANY | FIRST
    inputs: [revenue, {expression: staff, label: 人数, type: number, values: "[0..100]"}]
    output: {name: pays, default: "0"}      # left out: no name, no default
    notes: [依据]                            # headings of remarks
    rules:
      - [">= 1000", "-", "500", 第二条]      # a cell for each input, the output, the remarks

A condition or an amount names it with a hash: `table: "#Pays"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from manyuan.engines import dmn, feel

HITS = ("UNIQUE", "ANY", "FIRST")
MAX_CELLS = 20_000
_KEYS = ("hit", "inputs", "output", "notes", "rules")
_INPUT = ("expression", "label", "type", "values")
_OUTPUT = ("name", "label", "type", "values", "default")
Fault = Callable[[tuple[str | int, ...], str, str], None]


def read_table(entry: Any, names: Iterable[str], fault: Fault) -> dmn.DecisionTable | None:
    """A table as a file writes it. names: variables that the cells may use. Every fault is told with the path within the entry; None where there is one."""
    faults: list[tuple[str | int, ...]] = []

    def wrong(path: tuple[str | int, ...], zh: str, en: str) -> None:
        faults.append(path)
        fault(path, zh, en)

    if not isinstance(entry, Mapping):
        wrong((), f"得到“{entry}”，应为 {{inputs: …, output: …, rules: …}}", f"found {entry!r}, expected {{inputs: …, output: …, rules: …}}")
        return None
    for key in entry:
        if key not in _KEYS:
            wrong((key,), f"没有名为“{key}”的键，应为 {'、'.join(_KEYS)} 之一", f"there is no key named {key!r}; expected one of {', '.join(_KEYS)}")
    hit = str(entry.get("hit") or HITS[0])
    if hit not in HITS:
        wrong(("hit",), f"命中策略“{hit}”应为 {'、'.join(HITS)} 之一", f"the hit policy {hit!r} is not one that decides; expected one of {', '.join(HITS)}")
    inputs = [_clause(one, ("inputs", at), _INPUT, wrong) for at, one in enumerate(_listed(entry, "inputs", wrong))]
    if not inputs:
        wrong(("inputs",), "没有输入列，应至少有一列", "there is no input; expected at least one input")
    output = _clause(entry.get("output") or {}, ("output",), _OUTPUT, wrong)
    notes = tuple(_text(one) for one in _listed(entry, "notes", wrong))
    scope = {*names, *(one["expression"] for one in inputs), "?"}
    for at, one in enumerate(inputs):
        for zh, en in _parsed(one["expression"], False, scope):
            wrong(("inputs", at), zh, en)
    rules, width = [], len(inputs) + 1
    rows = _listed(entry, "rules", wrong)
    if len(rows) * width > MAX_CELLS:
        wrong(("rules",), f"单元格有 {len(rows) * width} 个，应不超过 {MAX_CELLS}", f"the table has {len(rows) * width} cells; expected at most {MAX_CELLS}")
        return None
    for at, row in enumerate(rows):
        cells = [_text(one) for one in row] if isinstance(row, list) else []
        if not width <= len(cells) <= width + len(notes):
            expected = str(width) if not notes else f"{width} – {width + len(notes)}"
            wrong(("rules", at), f"第 {at + 1} 行有 {len(cells)} 格，应为 {expected} 格", f"rule {at + 1} has {len(cells)} cells; expected {expected}")
            continue
        for column, cell in enumerate(cells[:width]):
            for zh, en in _parsed(cell or "null" if column == len(inputs) else cell or "-", column < len(inputs), scope):
                wrong(("rules", at), *_placed(at, column, zh, en))
        if not cells[len(inputs)]:
            wrong(("rules", at), *_placed(at, len(inputs), "没有输出，应有一个值", "there is no output; expected a value"))
        said = (*cells[width:], *[""] * (len(notes) - len(cells) + width))
        rules.append(dmn.model.Rule(tuple(cell or "-" for cell in cells[: len(inputs)]), (cells[len(inputs)],), said))
    if not rows:
        wrong(("rules",), "没有规则，应至少有一行", "there is no rule; expected at least one rule")
    if faults:
        return None
    return dmn.DecisionTable(
        tuple(dmn.model.InputClause(one["expression"], one["type"], one["label"], one["values"]) for one in inputs),
        (dmn.model.OutputClause(output["name"], output["type"], output["label"], output["values"], output["default"]),),
        tuple(rules), hit, annotations=notes,
    )  # fmt: skip


def written(table: dmn.DecisionTable) -> dict[str, Any]:
    """A table as a file writes it; `read_table` gives the same table. Raises dmn.NoExpression for one that cannot decide or pay (several outputs, another hit policy)."""
    dmn.table_as_feel(table)
    inputs = [_short({"expression": one.expression, "label": one.label, "type": one.type_ref, "values": one.values}) for one in table.inputs]
    out = table.outputs[0]
    output = _short({"name": out.name, "label": out.label, "type": out.type_ref, "values": out.values, "default": out.default})
    width = max([len(table.annotations), *(len(rule.annotations) for rule in table.rules)])
    notes = [*table.annotations, *[""] * (width - len(table.annotations))]
    rules = [[*rule.inputs, *rule.outputs, *rule.annotations, *[""] * (width - len(rule.annotations))] for rule in table.rules]
    found: dict[str, Any] = {"hit": table.hit_policy, "inputs": [one["expression"] if set(one) == {"expression"} else one for one in inputs]}
    return found | ({"output": output} if output else {}) | ({"notes": notes} if notes else {}) | {"rules": rules}


def _short(given: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in given.items() if text}


def _listed(entry: Mapping[str, Any], key: str, wrong: Fault) -> list[Any]:
    found = entry.get(key) or []
    if isinstance(found, list):
        return found
    wrong((key,), f"{key} 得到“{found}”，应为列表", f"{key} is {found!r}, expected a list")
    return []


def _clause(given: Any, path: tuple[str | int, ...], keys: tuple[str, ...], wrong: Fault) -> dict[str, str]:
    entry = given if isinstance(given, Mapping) else {keys[0]: given}
    for key in entry:
        if key not in keys:
            wrong(path, f"没有名为“{key}”的键，应为 {'、'.join(keys)} 之一", f"there is no key named {key!r}; expected one of {', '.join(keys)}")
    return {key: _text(entry.get(key)) for key in keys}


def _text(value: Any) -> str:
    """A cell as FEEL: what YAML takes for something else than a text too."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f'@"{value.isoformat()}"'
    return str(value).strip()


def _placed(row: int, column: int, zh: str, en: str) -> tuple[str, str]:
    return f"第 {row + 1} 行第 {column + 1} 列：{zh}", f"rule {row + 1}, column {column + 1}: {en}"


def _parsed(text: str, tests: bool, names: set[str]) -> list[tuple[str, str]]:
    """Why a text is no FEEL, in both languages; nothing where it is."""
    try:
        feel.parse_unary_tests(text, names=names) if tests else feel.parse(text, names=names)
    except feel.FeelError as error:
        return [(error.message("zh").split("\n")[0], error.message("en").split("\n")[0])]
    return []
