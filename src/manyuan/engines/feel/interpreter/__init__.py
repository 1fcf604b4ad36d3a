"""Tree to closures: each node becomes one Python function of a frame, compiled once and run as often as wanted. One meaning for one
expression: `evaluate`, DMN and the screening kernel's fall-back all run these closures.

    frames → building → plain · operators → unary_tests · iteration · calling
"""

from manyuan.engines.feel.interpreter import calling, iteration, operators, plain, unary_tests  # each registers its builders
from manyuan.engines.feel.interpreter.building import Code, build
from manyuan.engines.feel.interpreter.calling import MAX_CALLS, external_function, invoke
from manyuan.engines.feel.interpreter.frames import _LIMITS, _NO_TYPES, Frame, Limits, Runtime
from manyuan.engines.feel.interpreter.iteration import span_of
from manyuan.engines.feel.interpreter.unary_tests import build_tests, matches

__all__ = [
    "MAX_CALLS", "_LIMITS", "_NO_TYPES", "Code", "Frame", "Limits", "Runtime", "build", "build_tests", "calling", "external_function", "invoke", "iteration",
    "matches", "operators", "plain", "span_of", "unary_tests",
]  # fmt: skip
