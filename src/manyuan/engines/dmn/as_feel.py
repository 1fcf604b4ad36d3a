"""A decision table as one FEEL expression, so that what runs FEEL (the screening kernel, say) can run a table."""

from __future__ import annotations

from manyuan.engines import feel
from manyuan.engines.dmn.model import DecisionTable, Rule


class NoExpression(ValueError):
    """A table that one expression cannot stand for: the message says why, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


def table_as_feel(table: DecisionTable) -> str:
    """The FEEL text of a table with one output and the hit policy UNIQUE, ANY or FIRST. A table of booleans becomes and / or / not (no rule: false
    where there is no default), any other one nested ifs (no rule: the default, else null). Raises NoExpression."""
    if len(table.outputs) != 1:
        raise NoExpression("决策表须只有一个输出", "the table must have exactly one output")
    if table.hit_policy not in ("UNIQUE", "ANY", "FIRST"):
        raise NoExpression(f"命中策略 {table.hit_policy} 不能写成一个表达式", f"the hit policy {table.hit_policy} has no single expression")
    default = table.outputs[0].default
    values = [rule.outputs[0].strip() for rule in table.rules]
    if all(value in ("true", "false") for value in values) and default in ("", "false"):
        return _logic(table, values)
    text = default or "null"
    for rule, value in reversed(list(zip(table.rules, values))):
        text = f"if {_matches(table, rule)} then {value} else {text}"
    return text


def _logic(table: DecisionTable, values: list[str]) -> str:
    parts = []
    for at, (rule, value) in enumerate(zip(table.rules, values)):
        if value != "true":
            continue
        earlier = [_matches(table, table.rules[k]) for k in range(at) if values[k] == "false"] if table.hit_policy == "FIRST" else []
        parts.append(" and ".join([f"({_matches(table, rule)})", *(f"not({text})" for text in earlier)]))
    return " or ".join(f"({part})" for part in parts) or "false"


def _matches(table: DecisionTable, rule: Rule) -> str:
    """The condition of a rule: every cell as a test of its input."""
    tests = []
    for clause, cell in zip(table.inputs, rule.inputs):
        node = feel.parse_unary_tests(cell or "-", names=[clause.expression])
        if not node.tests:
            continue
        inner = cell.strip()[4:-1] if node.negated else cell
        test = f"({clause.expression}) in ({inner})"
        tests.append(f"not({test})" if node.negated else test)
    return " and ".join(tests) or "true"
