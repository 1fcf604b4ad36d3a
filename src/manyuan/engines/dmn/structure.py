"""Faults in how a model hangs together: references that lead nowhere, ids given twice, unknown aggregations, languages other than FEEL, requirements that form a cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import Fault

if TYPE_CHECKING:
    from manyuan.engines.dmn.running import Model

_AGGREGATIONS = ("", "SUM", "COUNT", "MIN", "MAX")


def structure_faults(model: Model) -> list[Fault]:
    """Every fault of one model's structure; those of its imports are their own."""
    found = model.definitions
    faults: list[Fault] = []
    elements: list[m.Decision | m.BusinessKnowledge] = [*found.decisions, *found.knowledge]
    hrefs: list[tuple[m.Element, tuple[str, ...]]] = [
        (one, (*one.requires.inputs, *one.requires.decisions, *one.requires.knowledge)) for one in elements
    ]  # fmt: skip
    hrefs += [(one, (*one.outputs, *one.encapsulated, *one.input_decisions, *one.input_data)) for one in found.services]
    for one, wanted in hrefs:
        faults += [Fault("model.reference", found.file, one.line, {"element": one.name, "found": href}) for href in wanted if model.find(href) is None]
    seen: set[str] = set()
    everything: list[m.Element] = [*found.inputs, *elements, *found.services, *found.sources]
    for element in everything:
        if element.id and element.id in seen:
            faults.append(Fault("model.duplicate", found.file, element.line, {"found": element.id}))
        seen.add(element.id)
    for expression in model.expressions():
        if isinstance(expression, m.DecisionTable) and expression.aggregation not in _AGGREGATIONS:
            faults.append(Fault("table.aggregate", found.file, expression.line, {"found": expression.aggregation}))
        if isinstance(expression, m.Literal) and not m.is_feel(expression.language):
            faults.append(Fault("model.language", found.file, expression.line, {"element": expression.text[:40], "found": expression.language}))
    return faults + _cycles(model)


def _cycles(model: Model) -> list[Fault]:
    """Requirements that come back to where they began (a function may call itself)."""
    state: dict[str, int] = {}
    faults: list[Fault] = []

    def visit(element: m.Element, path: list[str]) -> None:
        state[element.id] = 1
        requires = getattr(element, "requires", m.Requirements())
        for href in (*requires.decisions, *requires.knowledge):
            found = model.find(href)
            if found is None or found[0] is not model or (found[1].id == element.id and isinstance(element, m.BusinessKnowledge)):
                continue
            other = found[1]
            if state.get(other.id) == 1:
                way = " → ".join([*path, element.name, other.name])
                faults.append(Fault("model.cycle", model.definitions.file, element.line, {"found": way}))
            elif other.id not in state:
                visit(other, [*path, element.name])
        state[element.id] = 2

    for element in (*model.definitions.decisions, *model.definitions.knowledge):
        if element.id not in state:
            visit(element, [])
    return faults
