"""A process in the engine (SpiffWorkflow, imported as it is). The engine keeps the tokens; what conditions are decided on is handed in each time.

A state is the text of the engine's own serializer, the specification of the process within it: what runs stays on the process it began with.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from SpiffWorkflow.bpmn.parser import BpmnParser, ValidationException
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
    from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
    from SpiffWorkflow.util.task import TaskState

from manyuan.engines import feel
from manyuan.work.matters.process.graph import ProcessFault, step_code


class Undecided(Exception):
    """A condition has no answer: it yields neither true nor false."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


@dataclass(frozen=True)
class Ready:
    """A step that waits for somebody. task: the engine's id of this one opening of it; node: where it stands in the drawing; code: the step."""

    task: str
    node: str

    @property
    def code(self) -> str:
        return step_code(self.node)


@dataclass(frozen=True)
class State:
    """Where a process stands. ended: the end events reached, in the file's ids; done: whether nothing is left to do."""

    text: str
    ready: tuple[Ready, ...]
    ended: tuple[str, ...]
    done: bool


class _Conditions(PythonScriptEngine):
    """Decides the conditions of a process by FEEL over what it is given. Runs no script and calls no service, whatever a file says."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__()
        self.facts = facts

    def validate(self, expression: str) -> None:
        feel.parse(expression)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> bool:
        value = feel.evaluate(expression, self.facts)
        if not isinstance(value, bool):
            raise Undecided(expression)
        return value

    def execute(self, task: Any, script: str, external_context: Any = None) -> Any:
        raise NotImplementedError("scripts are not run")

    def call_service(self, task: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("services are not called")


def compiles(content: bytes, process_id: str) -> list[ProcessFault]:
    """What the engine itself has against a file whose graph is sound; [] where it takes it."""
    try:
        _specification(content, process_id)
    except ValidationException as error:
        return [ProcessFault(getattr(error, "line_number", None) or 1, str(error).splitlines()[0], "BPMN 2.0")]
    return []


@lru_cache(maxsize=64)
def _specification(content: bytes, process_id: str) -> Any:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)))
    return parser.get_spec(process_id)


def begin(content: bytes, process_id: str, facts: Mapping[str, Any]) -> State:
    """Start a process. Raises Undecided."""
    workflow = BpmnWorkflow(_specification(content, process_id), script_engine=_Conditions(facts))
    return _run(workflow)


def complete(text: str, task: str, facts: Mapping[str, Any]) -> State:
    """Complete an open step and go on to what waits next. Raises KeyError where the step is not open (any more), Undecided."""
    workflow = _serializer().deserialize_json(text)
    workflow.script_engine = _Conditions(facts)
    open_ = {str(one.id): one for one in workflow.get_tasks(state=TaskState.READY, manual=True)}
    open_[task].run()
    return _run(workflow)


def _run(workflow: Any) -> State:
    try:
        workflow.do_engine_steps()
    except Exception as error:
        found = _cause(error)
        if found is not None:
            raise found from None
        raise
    ready = tuple(Ready(str(one.id), one.task_spec.bpmn_id) for one in workflow.get_tasks(state=TaskState.READY, manual=True))
    ended = tuple(one.task_spec.bpmn_id for one in workflow.get_tasks(state=TaskState.COMPLETED) if type(one.task_spec).__name__ == "EndEvent")
    return State(_serializer().serialize_json(workflow), ready, ended, bool(workflow.completed))


def _cause(error: BaseException | None) -> Undecided | None:
    while error is not None:
        if isinstance(error, Undecided):
            return error
        error = getattr(error, "exception", None) or error.__cause__ or error.__context__
    return None


@lru_cache(maxsize=1)
def _serializer() -> Any:
    return BpmnWorkflowSerializer()
