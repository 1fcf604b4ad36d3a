"""One closure for each node of the tree: every family of nodes registers how it is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from manyuan.engines.feel import tree
from manyuan.engines.feel.interpreter.frames import Frame

Code = Callable[[Frame], Any]
Builder = TypeVar("Builder", bound=Callable[..., Code])
_BUILDERS: dict[type[tree.Node], Callable[[Any], Code]] = {}


def builds(kind: type[tree.Node]) -> Callable[[Builder], Builder]:
    """Registers a function as the builder of a kind of node."""

    def register(builder: Builder) -> Builder:
        _BUILDERS[kind] = builder
        return builder

    return register


def build(node: tree.Node) -> Code:
    """The closure of a node: a function of a frame, compiled once and run as often as wanted."""
    return _BUILDERS[type(node)](node)
