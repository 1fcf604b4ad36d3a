"""Faults found before anything runs: unknown names, functions and parameters, types that do not fit, units that differ.

Every fault is reported. A name whose type is not known (Any) silences what follows from it.

    scopes → operands → calls → walking
"""

from manyuan.engines.feel.checker.scopes import nearest
from manyuan.engines.feel.checker.walking import Checker

__all__ = ["Checker", "nearest"]
