"""The built-in functions, one file per family; importing this package declares them all."""

from manyuan.engines.feel.builtins import contexts, conversion, lists, numeric, ranges, string, temporal
from manyuan.engines.feel.builtins.registry import TABLE, Overload, Parameter, Unfit, call, documentation, signatures

__all__ = [
    "TABLE", "Overload", "Parameter", "Unfit", "call", "contexts", "conversion", "documentation", "lists", "numeric", "ranges", "signatures", "string", "temporal",
]  # fmt: skip
