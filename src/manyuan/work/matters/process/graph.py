"""BPMN XML to a small graph. What this product does not run is refused by name and line; nothing outside the file is ever read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MAX_BYTES: Final = 512 * 1024
MAX_NODES: Final = 120
KINDS: Final = {"startEvent": "start", "endEvent": "end", "userTask": "step", "exclusiveGateway": "choice", "parallelGateway": "parallel"}
_SILENT: Final = {"documentation", "extensionElements", "incoming", "outgoing", "laneSet", "textAnnotation", "association"}
_PARTS: Final = {"documentation", "extensionElements", "incoming", "outgoing"}
Words = str | tuple[str, str]


@dataclass(frozen=True)
class ProcessFault:
    """What is wrong with a process: line, what was found and what was expected, each the same in both languages or (Chinese, English)."""

    line: int
    found: Words
    expected: Words


@dataclass(frozen=True)
class NodeOf:
    """A node of the process. kind: start | end | step | choice | parallel."""

    id: str
    kind: str
    name: str
    line: int
    default: str = ""


@dataclass(frozen=True)
class Flow:
    """An arrow. condition: FEEL, only where it leaves a choice."""

    id: str
    source: str
    target: str
    condition: str
    line: int


@dataclass
class Graph:
    """A process: its nodes by id in the order of the file, and its flows."""

    process_id: str = ""
    nodes: dict[str, NodeOf] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # ids of what stands in the file and is not run

    def out(self, node: str) -> list[Flow]:
        return [one for one in self.flows if one.source == node]

    def into(self, node: str) -> list[Flow]:
        return [one for one in self.flows if one.target == node]

    def of(self, kind: str) -> list[NodeOf]:
        return [one for one in self.nodes.values() if one.kind == kind]

    @property
    def steps(self) -> list[NodeOf]:
        return self.of("step")

    @property
    def codes(self) -> list[str]:
        """The steps by their codes, each once: `fire` and `fire.fast` are one step that stands on two ways."""
        return list(dict.fromkeys(step_code(one.id) for one in self.steps))


def step_code(node: str) -> str:
    """The step that a user task is, by its id: what follows a dot tells one place of the step from another."""
    return node.partition(".")[0]


def read_graph(content: bytes) -> tuple[Graph, list[ProcessFault]]:
    """The graph of a BPMN file and every fault of its shape; with faults the graph may be partial. Never raises for what the file holds."""
    faults: list[ProcessFault] = []
    graph = Graph()
    root = _parsed(content, faults)
    if root is None:
        return graph, faults
    processes = root.findall(f"{{{BPMN}}}process")
    if root.tag != f"{{{BPMN}}}definitions" or len(processes) != 1:
        faults.append(ProcessFault(_line(root), (f"{len(processes)} 个流程", f"{len(processes)} processes"), ("一个 BPMN 2.0 流程", "one process of BPMN 2.0")))
        return graph, faults
    process = processes[0]
    graph.process_id = process.get("id") or ""
    if process.get("isExecutable") != "true" or not graph.process_id:
        faults.append(ProcessFault(_line(process), ("流程缺 id 或未标 isExecutable", "a process without id or isExecutable"), 'id="…" isExecutable="true"'))
    for element in _elements(process):
        _take(element, graph, faults)
    if len(graph.nodes) > MAX_NODES:
        faults.append(ProcessFault(_line(process), str(len(graph.nodes)), (f"至多 {MAX_NODES} 个节点", f"at most {MAX_NODES} nodes")))
    _references(graph, faults)
    return graph, faults


def _parsed(content: bytes, faults: list[ProcessFault]) -> etree._Element | None:
    if len(content) > MAX_BYTES:
        faults.append(ProcessFault(1, f"{len(content)} B", f"≤ {MAX_BYTES} B"))
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        faults.append(ProcessFault(error.lineno or 1, (f"XML 语法错误：{error.msg}", f"an XML syntax error: {error.msg}"), ("完整的 XML", "well-formed XML")))
        return None
    if root.getroottree().docinfo.doctype:
        faults.append(ProcessFault(1, "DOCTYPE", ("没有 DOCTYPE 的 XML", "XML without a DOCTYPE")))
        return None
    return root


def _elements(parent: etree._Element) -> Iterable[etree._Element]:
    return (one for one in parent if isinstance(one.tag, str))


def _line(element: etree._Element) -> int:
    return int(element.sourceline or 1)


def _name(element: etree._Element) -> str:
    name = etree.QName(element)
    return name.localname if name.namespace == BPMN else f"{{{name.namespace}}}{name.localname}"


def _take(element: etree._Element, graph: Graph, faults: list[ProcessFault]) -> None:
    name, line, code = _name(element), _line(element), element.get("id") or ""
    if name in _SILENT:
        return
    if name != "sequenceFlow" and name not in KINDS:
        known = "、".join(KINDS), ", ".join(KINDS)
        graph.refused.add(code)
        faults.append(ProcessFault(line, (f"不支持的元素 {name}", f"the element {name}, which is not run here"), known))
        return
    if not code or code in graph.nodes or any(one.id == code for one in graph.flows):
        faults.append(ProcessFault(line, (f"{name} 的 id“{code}”", f"{name} with id {code!r}"), ("流程内唯一的 id", "an id of its own")))
        return
    if name == "sequenceFlow":
        graph.flows.append(_flow(element, code, line, faults))
        return
    for part in _elements(element):
        if _name(part) not in _PARTS:
            faults.append(ProcessFault(_line(part), (f"{code} 中的 {_name(part)}", f"{_name(part)} within {code}"), ("没有定时、脚本或多实例的节点", "a node without timer, script or repetition")))  # fmt: skip
    graph.nodes[code] = NodeOf(code, KINDS[name], (element.get("name") or "").strip(), line, element.get("default") or "")


def _flow(element: etree._Element, code: str, line: int, faults: list[ProcessFault]) -> Flow:
    condition = ""
    for part in _elements(element):
        if _name(part) == "conditionExpression":
            condition = (part.text or "").strip()
            language = part.get("language") or ""
            if language and "feel" not in language.lower():
                faults.append(ProcessFault(_line(part), language, "FEEL"))
            if not condition:
                faults.append(ProcessFault(_line(part), ("空条件", "an empty condition"), "FEEL"))
    return Flow(code, element.get("sourceRef") or "", element.get("targetRef") or "", condition, line)


def _references(graph: Graph, faults: list[ProcessFault]) -> None:
    known: list[Flow] = []
    for flow in graph.flows:
        missing = [end for end in (flow.source, flow.target) if end not in graph.nodes]
        for end in sorted(set(missing) - graph.refused):
            faults.append(ProcessFault(flow.line, (f"流向不存在的节点“{end}”", f"a flow to or from {end!r}"), ("流程内的节点", "a node of the process")))
        if not missing:
            known.append(flow)
    graph.flows = known
