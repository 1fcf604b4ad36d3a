"""Whether a process can be run to its end whatever is decided on the way, and what runs beside what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from manyuan.engines import feel
from manyuan.engines.feel import types
from manyuan.work.matters.process.graph import Flow, Graph, NodeOf, ProcessFault, step_code

_MOST_STATES: Final = 20_000
Marking = frozenset[str]


def check_graph(graph: Graph, scope: Mapping[str, types.Type]) -> list[ProcessFault]:
    """Every fault of a graph whose shape is right: starts and ends, loose nodes, gateways and their FEEL conditions over `scope`, joins that would
    never open. A fault stands at the line of its node or flow."""
    faults = [*_ends(graph), *_degrees(graph), *_conditions(graph, scope)]
    if not faults:
        faults = _loose(graph)
    return faults or _played(graph)


def _ends(graph: Graph) -> list[ProcessFault]:
    starts = graph.of("start")
    faults = []
    if len(starts) != 1:
        line = starts[1].line if starts else 1
        faults.append(ProcessFault(line, (f"{len(starts)} 个开始事件", f"{len(starts)} start events"), ("一个开始事件", "one start event")))
    if not graph.of("end"):
        faults.append(ProcessFault(1, ("没有结束事件", "no end event"), ("至少一个结束事件", "at least one end event")))
    return faults


def _degrees(graph: Graph) -> list[ProcessFault]:
    faults = []
    for node in graph.nodes.values():
        outgoing, incoming = len(graph.out(node.id)), len(graph.into(node.id))
        many = node.kind in ("choice", "parallel")
        if node.kind != "end" and (outgoing == 0 or (outgoing > 1 and not many)):
            faults.append(ProcessFault(node.line, (f"{node.id} 有 {outgoing} 条流出", f"{node.id} with {outgoing} flows out"), ("一条流出；分支请用网关", "one flow out; use a gateway to branch")))  # fmt: skip
        if (node.kind == "end" and outgoing) or (node.kind == "start" and incoming):
            faults.append(ProcessFault(node.line, (f"{node.id} 的流向相反", f"{node.id} with a flow the wrong way"), ("只进不出的结束、只出不进的开始", "an end with no flow out, a start with no flow in")))  # fmt: skip
        if node.kind != "start" and incoming == 0:
            faults.append(ProcessFault(node.line, (f"{node.id} 无流入", f"{node.id} with no flow in"), ("从开始可以走到的节点", "a node that can be reached")))
    return faults


def _conditions(graph: Graph, scope: Mapping[str, types.Type]) -> list[ProcessFault]:
    faults = []
    for flow in graph.flows:
        source = graph.nodes[flow.source]
        branches = source.kind == "choice" and len(graph.out(source.id)) > 1
        if flow.condition and not branches:
            faults.append(ProcessFault(flow.line, (f"{flow.id} 带有条件", f"{flow.id} with a condition"), ("条件只写在排他网关的分支上", "conditions only on the branches of a choice")))  # fmt: skip
        elif branches and not flow.condition and flow.id != source.default:
            faults.append(
                ProcessFault(
                    flow.line, (f"{flow.id} 没有条件", f"{flow.id} without a condition"), ("条件，或设为默认分支", "a condition, or the default branch")
                )
            )
        elif flow.condition:
            found = feel.check(flow.condition, scope)
            faults += [ProcessFault(flow.line, (_said(flow, one, "zh"), _said(flow, one, "en")), "FEEL") for one in found]
    for node in graph.of("choice"):
        branches = graph.out(node.id)
        if len(branches) > 1 and node.default not in {one.id for one in branches}:
            faults.append(ProcessFault(node.line, (f"{node.id} 没有默认分支", f"{node.id} without a default branch"), 'default="…"'))
    return faults


def _said(flow: Flow, fault: feel.Fault, language: str) -> str:
    return f"{flow.condition} — {fault.message(language).splitlines()[0]}"


def _loose(graph: Graph) -> list[ProcessFault]:
    start = graph.of("start")[0].id
    forward = _reached([start], lambda at: [one.target for one in graph.out(at)])
    back = _reached([one.id for one in graph.of("end")], lambda at: [one.source for one in graph.into(at)])
    faults = []
    for node in graph.nodes.values():
        if node.id not in forward or node.id not in back:
            faults.append(ProcessFault(node.line, (f"{node.id} 走不到或走不出", f"{node.id}, which cannot be reached or left"), ("从开始到结束之间的节点", "a node between start and end")))  # fmt: skip
    return faults


def _reached(first: list[str], then: Any) -> set[str]:
    found, edge = set(first), list(first)
    while edge:
        edge = [one for at in edge for one in then(at) if one not in found and not found.add(one)]  # type: ignore[func-returns-value]
    return found


def _played(graph: Graph) -> list[ProcessFault]:
    """Play every run: a join that waits for ever, or a step that would be open twice at once, is a fault of the drawing."""
    markings, stuck, doubled = _markings(graph, None)
    if stuck is not None:
        line = min((graph.nodes[flow.target].line for flow in graph.flows if flow.id in stuck), default=1)
        names = ", ".join(sorted({flow.target for flow in graph.flows if flow.id in stuck}))
        return [
            ProcessFault(
                line, (f"可能永远停在 {names}", f"a run that waits for ever at {names}"), ("并行汇合等待的分支都会到达", "a join all of whose branches arrive")
            )
        ]
    if doubled:
        node = graph.nodes[doubled]
        return [
            ProcessFault(
                node.line,
                (f"{doubled} 可能同时打开两次", f"{doubled}, which could be open twice at once"),
                ("并行分支先汇合", "parallel branches that join first"),
            )
        ]
    if len(markings) >= _MOST_STATES:
        return [ProcessFault(1, ("分支组合过多", "too many combinations of branches"), f"< {_MOST_STATES}")]
    return []


def _markings(graph: Graph, green: bool | None) -> tuple[set[Marking], Marking | None, str]:
    """Every set of flows that can hold a token at once; a set from which nothing moves though no end was reached; a node that two tokens reach at once."""
    start = graph.of("start")[0].id
    first: Marking = frozenset(one.id for one in graph.out(start))
    flows = {one.id: one for one in graph.flows}
    seen, edge = {first}, [first]
    while edge and len(seen) < _MOST_STATES:
        marking = edge.pop()
        moves, doubled = _moves(graph, flows, marking, green)
        if doubled:
            return seen, None, doubled
        if marking and not moves:
            return seen, marking, ""
        for after in moves:
            if after not in seen:
                seen.add(after)
                edge.append(after)
    return seen, None, ""


def _moves(graph: Graph, flows: Mapping[str, Flow], marking: Marking, green: bool | None) -> tuple[list[Marking], str]:
    """What can come next; and the flow's target where a second token would land on a flow that already holds one."""
    out: list[Marking] = []
    for node in {flows[one].target for one in marking}:
        kind = graph.nodes[node].kind
        waiting = [one.id for one in graph.into(node) if one.id in marking]
        if kind == "end":
            out.append(marking - set(waiting))
        elif kind == "parallel" and len(waiting) < len(graph.into(node)):
            continue
        else:
            taken = waiting if kind == "parallel" else waiting[:1]
            left = marking - set(taken)
            for chosen in _choices(graph, graph.nodes[node], green):
                if left & set(chosen):
                    return out, flows[chosen[0]].target
                out.append(left | set(chosen))
    return out, ""


def _choices(graph: Graph, node: NodeOf, green: bool | None) -> list[list[str]]:
    """Which flows out may be taken: all of a parallel gateway, one of a choice. Where `green` is given, branches that it alone decides are decided."""
    outgoing = graph.out(node.id)
    if node.kind != "choice" or len(outgoing) == 1:
        return [[one.id for one in outgoing]]
    if green is not None:
        said = {one.id: _decided(one.condition, green) for one in outgoing if one.id != node.default}
        taken = next((one for one, value in said.items() if value is True), None)
        if taken is not None:
            return [[taken]]
        if all(value is False for value in said.values()):
            return [[node.default]]
        return [[one.id] for one in outgoing if said.get(one.id) is not False]
    return [[one.id] for one in outgoing]


@lru_cache(maxsize=512)
def _decided(condition: str, green: bool) -> bool | None:
    """What a condition says where only the green channel is known; None where more is needed."""
    try:
        value = feel.evaluate(condition, {"green": green})
    except feel.FeelError:
        return None
    return value if isinstance(value, bool) and set(_names(condition)) <= {"green"} else None


def _names(condition: str) -> Iterable[str]:
    return (one.name for one in feel.tree.walk(feel.parse(condition, names=["green"])) if isinstance(one, feel.tree.Name))


def concurrent(graph: Graph, green: bool) -> set[frozenset[str]]:
    """Pairs of steps (by their nodes) that can be open at the same time, in the green channel or outside it."""
    flows = {one.id: one for one in graph.flows}
    pairs: set[frozenset[str]] = set()
    for marking in _markings(graph, green)[0]:
        steps = sorted({flows[one].target for one in marking if graph.nodes[flows[one].target].kind == "step"})
        pairs |= {frozenset((a, b)) for i, a in enumerate(steps) for b in steps[i + 1 :]}
    return pairs


def longest(graph: Graph, days: Mapping[str, int], green: bool) -> int:
    """The days of the longest way from start to end, loops walked once."""

    def walk(node: str, seen: frozenset[str]) -> int:
        here = days.get(step_code(node), 0) if graph.nodes[node].kind == "step" else 0
        flows = {one.id: one for one in graph.flows}
        after = [walk(flows[one].target, seen | {node}) for way in _choices(graph, graph.nodes[node], green) for one in way if flows[one].target not in seen]
        return here + max(after, default=0)

    return walk(graph.of("start")[0].id, frozenset())


def on_way(graph: Graph, green: bool, after: Iterable[str] = ()) -> Graph:
    """The part of the process that can be walked in the green channel, or outside it; from the start, or from the nodes `after` on."""
    flows = {one.id: one for one in graph.flows}
    kept: dict[str, Flow] = {}

    def ways(node: str) -> list[str]:
        found = [flows[one] for way in _choices(graph, graph.nodes[node], green) for one in way]
        kept.update((one.id, one) for one in found)
        return [one.target for one in found]

    nodes = _reached(list(after) or [graph.of("start")[0].id], ways)
    return Graph(graph.process_id, {code: node for code, node in graph.nodes.items() if code in nodes}, [one for one in graph.flows if one.id in kept])


def usual(graph: Graph) -> list[str]:
    """The steps of the usual way: outside the green channel, where every other choice takes its default branch."""
    flows = {one.id: one for one in graph.flows}

    def ways(node: str) -> list[str]:
        found = _choices(graph, graph.nodes[node], False)
        default = [one for one in found if one == [graph.nodes[node].default]]
        return [flows[one].target for way in (default or found) for one in way]

    nodes = _reached([graph.of("start")[0].id], ways)
    return list(dict.fromkeys(step_code(one.id) for one in graph.steps if one.id in nodes))
