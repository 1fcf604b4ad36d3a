"""Processes drawn in BPMN: read and checked, run by SpiffWorkflow, shown as a picture. Plain Python: no database, no clock.

A process holds user tasks, exclusive and parallel gateways, one start, ends and flows; conditions are FEEL; scripts, services and timers are refused.
"""

from manyuan.work.matters.process.checking import check_graph, concurrent, longest, on_way, usual
from manyuan.work.matters.process.drawing import draw
from manyuan.work.matters.process.graph import Flow, Graph, NodeOf, ProcessFault, read_graph, step_code
from manyuan.work.matters.process.running import Ready, State, Undecided, begin, compiles, complete

__all__ = [
    "Flow", "Graph", "NodeOf", "ProcessFault", "Ready", "State", "Undecided", "begin", "check_graph", "compiles", "complete", "concurrent", "draw", "longest",
    "on_way", "read_graph", "step_code", "usual",
]  # fmt: skip
