"""Processes drawn in BPMN: what is refused with its line, what runs beside what, how the engine goes on."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from lxml import etree

from manyuan.engines.feel import types
from manyuan.work.matters.process import Undecided, begin, check_graph, compiles, complete, concurrent, draw, longest, on_way, read_graph
from manyuan.work.matters.process.running import _Conditions

FOLDER = Path(__file__).parents[5] / "packs" / "chengdu" / "matters"
STRING, BOOLEAN = types.SIMPLE["string"], types.SIMPLE["boolean"]
SCOPE = {"green": BOOLEAN, "amount": types.SIMPLE["number"], "outcomes": types.ContextType(entries=(("a", STRING), ("b", STRING)))}
HEAD = '<?xml version="1.0"?>\n<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">\n<process id="p" isExecutable="true">\n'
TAIL = "</process>\n</definitions>"


def bpmn(*lines: str) -> bytes:
    """A process; the first of the lines is line 4 of the file."""
    return (HEAD + "\n".join(lines) + "\n" + TAIL).encode()


def flow(number: int, source: str, target: str, condition: str = "") -> str:
    inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'


def faults(content: bytes) -> list[tuple[int, str]]:
    graph, found = read_graph(content)
    found = found or check_graph(graph, SCOPE) or compiles(content, graph.process_id)
    return [(one.line, one.found if isinstance(one.found, str) else one.found[1]) for one in found]


START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'
A, B = '<userTask id="a"/>', '<userTask id="b"/>'
CHOICE = '<exclusiveGateway id="g" default="f3"/>'


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ((START, '<scriptTask id="s"><script>import os</script></scriptTask>', END, flow(1, "start", "s"), flow(2, "s", "end")), 5, "scriptTask"),
        ((START, '<serviceTask id="s"/>', END, flow(1, "start", "s"), flow(2, "s", "end")), 5, "serviceTask"),
        (('<startEvent id="start"><timerEventDefinition/></startEvent>', END, flow(1, "start", "end")), 4, "timerEventDefinition"),
        ((START, '<userTask id="a"><multiInstanceLoopCharacteristics/></userTask>', END, flow(1, "start", "a"), flow(2, "a", "end")), 5, "multiInstance"),
        ((START, A, A, END, flow(1, "start", "a"), flow(2, "a", "end")), 6, "'a'"),
        ((START, A, END, flow(1, "start", "a"), flow(2, "a", "nowhere")), 8, "'nowhere'"),
        ((A, END, flow(2, "a", "end")), 1, "0 start events"),
        ((START, A, flow(1, "start", "a")), 1, "no end event"),
        ((START, A, B, END, flow(1, "start", "a"), flow(2, "a", "b"), flow(3, "a", "end"), flow(4, "b", "end")), 5, "a with 2 flows out"),
        ((START, A, B, END, flow(1, "start", "a"), flow(2, "a", "end"), flow(3, "b", "end")), 6, "b with no flow in"),
        ((START, A, CHOICE, END, flow(1, "start", "a"), flow(2, "a", "g"), flow(3, "g", "end"), flow(4, "g", "a")), 11, "f4 without a condition"),
        ((START, A, '<exclusiveGateway id="g"/>', END, flow(1, "start", "a"), flow(2, "a", "g"), flow(3, "g", "end", "green"), flow(4, "g", "a", "green")), 6, "default"),
        ((START, A, CHOICE, END, flow(1, "start", "a"), flow(2, "a", "g"), flow(3, "g", "end"), flow(4, "g", "a", "outcomes.a = ")), 11, "outcomes.a ="),
        ((START, A, CHOICE, END, flow(1, "start", "a"), flow(2, "a", "g"), flow(3, "g", "end"), flow(4, "g", "a", "colour = 3")), 11, "colour"),
        ((START, A, END, flow(1, "start", "a", "green"), flow(2, "a", "end")), 7, "f1 with a condition"),
    ],
)  # fmt: skip
def test_what_is_not_run_is_refused_with_its_line(lines, line, said):
    found = faults(bpmn(*lines))
    assert found[0][0] == line and said in found[0][1], found


def test_broken_xml_doctypes_and_other_processes_are_refused():
    assert faults(b"<definitions")[0][1].startswith("an XML syntax error")
    assert faults(b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>') == [(1, "DOCTYPE")]
    assert "0 processes" in faults(b"<definitions/>")[0][1]
    assert "without id or isExecutable" in faults(bpmn(START, END, flow(1, "start", "end")).replace(b' isExecutable="true"', b""))[0][1]


def test_a_join_that_would_wait_for_ever_is_found():
    """One of two branches of a choice never arrives at a parallel join."""
    lines = (
        START, CHOICE, A, B, '<parallelGateway id="j"/>', END, flow(1, "start", "g"), flow(3, "g", "a"), flow(4, "g", "b", "green"), flow(5, "a", "j"),
        flow(6, "b", "j"), flow(7, "j", "end"),
    )  # fmt: skip
    assert faults(bpmn(*lines)) == [(8, "a run that waits for ever at j")]


def test_a_step_that_would_be_open_twice_is_found():
    lines = (
        START, '<parallelGateway id="s"/>', A, B, '<userTask id="c"/>', END, flow(1, "start", "s"), flow(2, "s", "a"), flow(3, "s", "b"), flow(4, "a", "c"),
        flow(5, "b", "c"), flow(6, "c", "end"),
    )  # fmt: skip
    assert "open twice at once" in faults(bpmn(*lines))[0][1]


@pytest.mark.parametrize("name", sorted(one.name for one in FOLDER.glob("*.bpmn")))
def test_every_process_of_the_pack_runs_to_an_end_whatever_is_decided(name):
    content = (FOLDER / name).read_bytes()
    graph, found = read_graph(content)
    assert not found
    for green in (False, True):
        for decision in ("ok", "refuse"):
            state, outcomes = begin(content, graph.process_id, {"green": green, "outcomes": {}}), {}
            for _ in range(30):
                if state.done or any(one.startswith("refused") for one in state.ended):
                    break
                outcomes[state.ready[0].code] = decision
                state = complete(state.text, state.ready[0].task, {"green": green, "outcomes": outcomes})
            assert state.ended == ("granted",) if decision == "ok" else state.ended == ("refused",)


def test_the_green_channel_runs_three_checks_at_once_and_the_ordinary_way_one_after_another():
    content = (FOLDER / "joint-review.bpmn").read_bytes()
    graph = read_graph(content)[0]
    assert not concurrent(graph, False) and len(concurrent(graph, True)) == 3
    days = {"accept": 1, "planning": 3, "fire": 4, "environment": 3, "decide": 2, "issue": 1}
    assert (longest(graph, days, False), longest(graph, days, True)) == (14, 8)
    state = begin(content, graph.process_id, {"green": True, "outcomes": {}})
    state = complete(state.text, state.ready[0].task, {"green": True, "outcomes": {"accept": "ok"}})
    assert [one.code for one in state.ready] == ["planning", "fire", "environment"]
    for left in (2, 1):
        state = complete(state.text, state.ready[0].task, {"green": True, "outcomes": {}})
        assert len(state.ready) == left and not state.done, "the join waits for all three"
    state = complete(state.text, state.ready[0].task, {"green": True, "outcomes": {}})
    assert [one.code for one in state.ready] == ["decide"]


def test_a_step_that_is_done_cannot_be_done_again():
    content = (FOLDER / "one-review.bpmn").read_bytes()
    first = begin(content, "one_review", {"green": False, "outcomes": {}})
    second = complete(first.text, first.ready[0].task, {"green": False, "outcomes": {}})
    with pytest.raises(KeyError):
        complete(second.text, first.ready[0].task, {"green": False, "outcomes": {}})


def test_a_condition_without_an_answer_stops_the_process():
    lines = (START, A, CHOICE, END, flow(1, "start", "a"), flow(2, "a", "g"), flow(3, "g", "end"), flow(4, "g", "a", "amount &gt; 3"))
    content = bpmn(*lines)
    assert faults(content) == []
    state = begin(content, "p", {"amount": None})
    with pytest.raises(Undecided) as found:
        complete(state.text, state.ready[0].task, {"amount": None})
    assert found.value.condition == "amount > 3"
    assert complete(state.text, state.ready[0].task, {"amount": 2}).done


def test_the_engine_is_given_nothing_that_runs_a_script():
    conditions = _Conditions({"green": True})
    with pytest.raises(NotImplementedError):
        conditions.execute(SimpleNamespace(data={}), "import os")
    with pytest.raises(NotImplementedError):
        conditions.call_service(SimpleNamespace(data={}), operation="x")
    assert conditions.evaluate(SimpleNamespace(data={}), "green") is True


@pytest.mark.parametrize("name", sorted(one.name for one in FOLDER.glob("*.bpmn")))
@pytest.mark.parametrize("green", [False, True])
def test_the_picture_is_well_formed_and_nothing_in_it_lies_on_another(name, green):
    graph = on_way(read_graph((FOLDER / name).read_bytes())[0], green)
    picture = draw(graph, dict.fromkeys(graph.codes, "<b>步骤&"), {graph.steps[0].id: "open"}, "一张图")
    root = etree.fromstring(picture.encode())
    boxes = [(float(one.get("x")), float(one.get("y"))) for one in root.iter("rect")]
    assert len(boxes) == len(graph.steps) and root.xpath("count(//*[contains(@class, 'open')])") == 1
    apart = [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if abs(a[0] - b[0]) < 150 and abs(a[1] - b[1]) < 48]
    assert not apart and "<b>" not in picture
