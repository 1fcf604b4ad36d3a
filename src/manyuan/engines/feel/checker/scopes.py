"""What a walk over a tree knows at a place: the names in scope with their types, and the faults found so far."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from manyuan.engines.feel import tree, types
from manyuan.engines.feel.errors import Fault
from manyuan.engines.feel.messages import Phrase
from manyuan.engines.feel.types import Type


def nearest(name: str, known: list[str]) -> str | None:
    """The known name most like a wrong one, if any is near."""
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return found[0] if found else None


class Scopes:
    """A walk that has not begun. source: the text of the tree; scope: the types of the names it may use; known_types: types beside FEEL's own.
    faults: what was found, in the order of the text; open: within a filter of something unknown, where any name may be a property."""

    def __init__(self, source: str, scope: Mapping[str, Type], known_types: Mapping[str, Type] | None = None) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.known_types = known_types or {}
        self.scopes: list[Mapping[str, Type]] = [scope]
        self.open = 0  # inside a filter of something unknown, any name may be a property

    def fault(self, code: str, span: tuple[int, int], **data: object) -> None:
        self.faults.append(Fault(code, self.source, span, data))

    def visit(self, node: tree.Node) -> Type:
        method = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node)

    def _lookup(self, name: str) -> Type | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    @staticmethod
    def _hint(name: str, known: list[str]) -> Phrase | str:
        """Which known name may have been meant; where none is near, some that are known."""
        near = nearest(name, known)
        if near:
            return Phrase("check.near", {"near": near})
        shown = ", ".join(list(dict.fromkeys(known))[:8])
        return Phrase("check.known", {"known": shown + (" …" if len(known) > 8 else "")}) if known else ""


def plain(kind: Type) -> Type:
    """The type beneath allowed values."""
    while isinstance(kind, types.ConstrainedType):
        kind = kind.base
    return kind


def is_constant(node: tree.Node) -> bool:
    """A plain number written in the text takes the unit of the other side."""
    return isinstance(node, tree.Literal) or (isinstance(node, tree.Negate) and is_constant(node.operand))
