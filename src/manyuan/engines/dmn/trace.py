"""What happened while a model was asked: the values, the rules that matched, the reasons for nulls."""

from __future__ import annotations

from dataclasses import dataclass, field

from manyuan.engines import feel
from manyuan.engines.dmn.errors import Fault
from manyuan.engines.feel.interpreter import Runtime


@dataclass
class Trace:
    """What happened on the way: the value of each decision, the rules that matched, the reasons for nulls."""

    values: dict[str, object] = field(default_factory=dict)
    rules: dict[str, list[int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Decided:
    """A value and how it came about. notes: reasons for nulls from FEEL."""

    value: object
    trace: Trace
    notes: tuple[feel.Note, ...]


def trace_of(runtime: Runtime) -> Trace:
    """The trace that belongs to a runtime."""
    found = getattr(runtime, "trace", None)
    if found is None:
        found = Trace()
        runtime.trace = found
    return found
