"""A process as a picture: top to bottom, what runs at the same time side by side, the open steps marked. Plain SVG, no script, made for a phone's width."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from manyuan.work.matters.process.graph import Flow, Graph, step_code

_WIDE, _ACROSS, _DOWN, _TALL = 150, 170, 84, 48
_ROUND: Final = {"start": 12, "end": 12, "choice": 15, "parallel": 15}
_MARKS: Final = {"done": "✓", "open": "▶", "outside": "↗"}


def draw(graph: Graph, names: Mapping[str, str], states: Mapping[str, str], title: str) -> str:
    """The picture. names: step → what stands in its box; states: node → done | open | outside (open, outside the park); title: for those who cannot see it."""
    ranks = _ranks(graph)
    columns = _columns(graph, ranks)
    width = (max(columns.values()) - min(columns.values()) + 1) * _ACROSS + 36
    left = min(columns.values())
    centre = {node: (18 + (columns[node] - left + 0.5) * _ACROSS, 30 + ranks[node] * _DOWN) for node in graph.nodes}
    height = 60 + max(ranks.values()) * _DOWN
    parts = [_flow(one, centre, ranks, graph, width) for one in graph.flows]
    parts += [_node(graph, node, centre[node], names, states.get(node, "")) for node in graph.nodes]
    head = (
        f'<svg class="my-process" viewBox="0 0 {width:.0f} {height:.0f}" style="max-width:{width:.0f}px" role="img" '
        f'aria-label="{escape(title)}"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>'
    )
    return head + "".join(parts) + "</svg>"


def _ranks(graph: Graph) -> dict[str, int]:
    """How far from the start each node stands on the longest way, arrows that lead back left out."""
    ranks: dict[str, int] = {}
    back = back_flows(graph)
    order = _ordered(graph, back)
    for node in order:
        ranks[node] = max((ranks[one.source] + 1 for one in graph.into(node) if one.id not in back), default=0)
    return ranks


def back_flows(graph: Graph) -> set[str]:
    """The flows that lead back to something that was passed before."""
    found: set[str] = set()
    state: dict[str, int] = {}
    stack: list[tuple[str, list[Flow]]] = [(graph.of("start")[0].id, list(graph.out(graph.of("start")[0].id)))]
    state[stack[0][0]] = 1
    while stack:
        node, waiting = stack[-1]
        if not waiting:
            state[node] = 2
            stack.pop()
            continue
        flow = waiting.pop(0)
        if state.get(flow.target) == 1:
            found.add(flow.id)
        elif flow.target not in state:
            state[flow.target] = 1
            stack.append((flow.target, list(graph.out(flow.target))))
    return found


def _ordered(graph: Graph, back: set[str]) -> list[str]:
    left = {node: sum(one.id not in back for one in graph.into(node)) for node in graph.nodes}
    edge, order = [node for node, count in left.items() if count == 0], []
    while edge:
        node = edge.pop(0)
        order.append(node)
        for one in graph.out(node):
            if one.id not in back:
                left[one.target] -= 1
                if left[one.target] == 0:
                    edge.append(one.target)
    return order


def _columns(graph: Graph, ranks: Mapping[str, int]) -> dict[str, float]:
    """Where each node stands across: under what leads to it; the branches of a gateway spread around it, none on top of another."""
    columns: dict[str, float] = {}
    for rank in range(max(ranks.values()) + 1):
        row = [node for node in graph.nodes if ranks[node] == rank]
        wanted = [(sum(ways) / len(ways) if (ways := _ways(graph, columns, node)) else 0.0, node) for node in row]
        wanted.sort(key=lambda one: one[0])
        spread: list[float] = []
        for at, _ in wanted:
            spread.append(max(at, spread[-1] + 1) if spread else at)
        shift = sum(at - one[0] for at, one in zip(spread, wanted, strict=True)) / len(wanted)
        for at, (_, node) in zip(spread, wanted, strict=True):
            columns[node] = at - shift
    return columns


def _ways(graph: Graph, columns: Mapping[str, float], node: str) -> list[float]:
    out = []
    for flow in graph.into(node):
        if flow.source in columns:
            siblings = [one.id for one in graph.out(flow.source)]
            out.append(columns[flow.source] + siblings.index(flow.id) - (len(siblings) - 1) / 2)
    return out


def _node(graph: Graph, node: str, at: tuple[float, float], names: Mapping[str, str], state: str) -> str:
    x, y = at
    kind = graph.nodes[node].kind
    if kind == "step":
        lines = _lines(names.get(step_code(node), node))
        mark = f'<text class="mark" x="{x + _WIDE / 2 - 10:.0f}" y="{y - 10:.0f}">{_MARKS[state]}</text>' if state in _MARKS else ""
        first = y - 8 * (len(lines) - 1) + 5
        words = "".join(f'<text x="{x:.0f}" y="{first + 17 * at:.0f}">{escape(line)}</text>' for at, line in enumerate(lines))
        return f'<g class="step {state}"><rect x="{x - _WIDE / 2:.0f}" y="{y - _TALL / 2:.0f}" width="{_WIDE}" height="{_TALL}" rx="6"/>{words}{mark}</g>'
    if kind in ("start", "end"):
        return f'<circle class="{kind}" cx="{x:.0f}" cy="{y:.0f}" r="{_ROUND[kind]}"/>'
    size = _ROUND[kind]
    sign = f'<path class="sign" d="M{x - 6:.0f} {y:.0f} h12 M{x:.0f} {y - 6:.0f} v12"/>' if kind == "parallel" else f'<path class="sign" d="M{x - 4:.0f} {y - 4:.0f} l8 8 m0 -8 l-8 8"/>'  # fmt: skip
    return f'<path class="gate" d="M{x:.0f} {y - size:.0f} l{size} {size} l-{size} {size} l-{size} -{size} z"/>{sign}'


def _lines(text: str) -> list[str]:
    """At most two lines that fit the box; a Chinese character counts two."""
    lines, width = [""], 0
    for word in _words(text):
        size = sum(2 if ord(char) > 0x2E7F else 1 for char in word)
        if width + size > 19 and lines[-1]:
            if len(lines) == 2:
                lines[-1] = lines[-1].rstrip()[:-1] + "…"
                return lines
            lines.append("")
            width = 0
        lines[-1] += word
        width += size
    return [one.strip() for one in lines]


def _words(text: str) -> list[str]:
    out = [""]
    for char in text:
        if ord(char) > 0x2E7F:
            out += [char, ""]
        elif char == " ":
            out[-1] += char
            out.append("")
        else:
            out[-1] += char
    return [one for one in out if one]


def _flow(flow: Flow, centre: Mapping[str, tuple[float, float]], ranks: Mapping[str, int], graph: Graph, width: float) -> str:
    (x1, y1), (x2, y2) = centre[flow.source], centre[flow.target]
    above = _TALL / 2 if graph.nodes[flow.source].kind == "step" else _ROUND[graph.nodes[flow.source].kind]
    below = _TALL / 2 if graph.nodes[flow.target].kind == "step" else _ROUND[graph.nodes[flow.target].kind]
    if ranks[flow.target] <= ranks[flow.source]:  # back: around the side that it stands on
        way = -1 if x1 < x2 else 1
        side = 8 if way < 0 else width - 8
        leave, reach = x1 + way * _half(graph, flow.source), x2 + way * (_half(graph, flow.target) + 2)
        return f'<path class="flow back" marker-end="url(#arrow)" d="M{leave:.0f} {y1:.0f} H{side:.0f} V{y2:.0f} H{reach:.0f}"/>'
    if abs(x1 - x2) < 1:
        return f'<path class="flow" marker-end="url(#arrow)" d="M{x1:.0f} {y1 + above:.0f} V{y2 - below - 1:.0f}"/>'
    turn = y1 + above + 10 if ranks[flow.target] - ranks[flow.source] == 1 else y2 - below - 12
    if ranks[flow.target] - ranks[flow.source] > 1 and graph.nodes[flow.source].kind != "step":
        turn = y1 + above + 6
    return f'<path class="flow" marker-end="url(#arrow)" d="M{x1:.0f} {y1 + above:.0f} V{turn:.0f} H{x2:.0f} V{y2 - below - 1:.0f}"/>'


def _half(graph: Graph, node: str) -> float:
    return _WIDE / 2 if graph.nodes[node].kind == "step" else _ROUND[graph.nodes[node].kind]
