"""Decision tables: which rules match, and what the hit policy makes of them (DMN 1.5, chapter 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from manyuan.engines import feel
from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import Fault
from manyuan.engines.dmn.trace import trace_of
from manyuan.engines.feel.builtins.lists import _extreme, _sum
from manyuan.engines.feel.builtins.registry import Unfit
from manyuan.engines.feel.comparing import equal
from manyuan.engines.feel.interpreter import Frame, matches

if TYPE_CHECKING:
    from manyuan.engines.dmn.running import Model


def compile_table(table: m.DecisionTable, model: Model) -> Callable[[Frame], object]:
    """A decision table as a closure."""
    inputs = [(clause, model.feel(clause.expression or "null"), model.tests(clause.values) if clause.values else None) for clause in table.inputs]
    rules = [([model.tests(cell) for cell in rule.inputs], [model.feel(cell or "null") for cell in rule.outputs]) for rule in table.rules]
    defaults = [model.feel(output.default) if output.default else None for output in table.outputs]
    priorities = [_listed(output.values, model) for output in table.outputs]
    single = len(table.outputs) == 1

    def fault(frame: Frame, code: str, **data: object) -> None:
        trace_of(frame.runtime).faults.append(Fault(code, model.definitions.file, table.line, data))

    def output(frame: Frame, codes: Sequence[Callable[[Frame], object]]) -> list[object]:
        values = []
        for clause, code in zip(table.outputs, codes):
            value = code(frame)
            values.append(model.held(value, clause.type_ref, frame.runtime, clause.name or "output") if clause.type_ref else value)
        return values

    def shaped(values: list[object]) -> object:
        return values[0] if single else {clause.name: value for clause, value in zip(table.outputs, values)}

    def rank(values: list[object]) -> tuple[int, ...]:
        """Where the outputs stand in their lists of output values: earlier is higher."""
        out = []
        for listed, value in zip(priorities, values):
            out.append(next((at for at, one in enumerate(listed) if matches(value, one) is True), len(listed)))
        return tuple(out)

    def none_matched(frame: Frame) -> object:
        if any(defaults):
            return shaped([code(frame) if code else None for code in defaults])
        if table.aggregation == "COUNT":
            return Decimal(0)
        fault(frame, "table.no_rule")
        return None

    def run(frame: Frame) -> object:
        values = []
        for clause, code, allowed in inputs:
            value = code(frame)
            if clause.type_ref:
                value = model.held(value, clause.type_ref, frame.runtime, clause.expression)
            if allowed is not None and value is not None and allowed(value, frame) is not True:
                fault(frame, "table.input_value", element=clause.expression, found=feel.text_of(value)[:60])
                return None
            values.append(value)
        matched: list[int] = []
        for at, (tests, _) in enumerate(rules):
            if all(test(value, frame) is True for test, value in zip(tests, values)):
                matched.append(at)
                if table.hit_policy == "FIRST":
                    break
        trace_of(frame.runtime).rules[table.id or f"line {table.line}"] = [at + 1 for at in matched]
        if not matched:
            return none_matched(frame)
        found = [output(frame, rules[at][1]) for at in matched]
        return decided(frame, matched, found)

    def decided(frame: Frame, matched: list[int], found: list[list[object]]) -> object:
        numbers = ", ".join(str(at + 1) for at in matched)
        match table.hit_policy:
            case "UNIQUE":
                if len(found) > 1:
                    fault(frame, "table.several", policy="UNIQUE", found=numbers)
                    return None
                return shaped(found[0])
            case "ANY":
                if any(equal(one, found[0]) is not True for one in found[1:]):
                    fault(frame, "table.differ", found=numbers)
                    return None
                return shaped(found[0])
            case "FIRST":
                return shaped(found[0])
            case "PRIORITY":
                return shaped(min(found, key=rank))
            case "OUTPUT ORDER":
                return [shaped(one) for one in sorted(found, key=rank)]
            case "RULE ORDER":
                return [shaped(one) for one in found]
        return collected(frame, [shaped(one) for one in found])

    def collected(frame: Frame, items: list[object]) -> object:
        if not table.aggregation:
            return items
        if table.aggregation == "COUNT":
            return Decimal(len(items))
        action: dict[str, Callable[[list[object]], Any]] = {
            "SUM": _sum,
            "MIN": lambda found: _extreme(found, -1),
            "MAX": lambda found: _extreme(found, 1),
        }
        if not single:
            fault(frame, "table.aggregate", found=table.aggregation)
            return None
        try:
            return action[table.aggregation](items)
        except (Unfit, ArithmeticError) as error:
            fault(frame, "table.aggregate", found=str(error))
            return None

    return run


def _listed(text: str, model: Model) -> list[object]:
    """The output values in their order, as values (or ranges)."""
    if not text:
        return []
    try:
        node = model.parsed_tests(text)
    except feel.FeelError:
        return []
    return [feel.Program(test.operand).run() for test in node.tests if test.operator is None]
