"""YAML as nodes that know their line and column. Scalars stay text: what a value means is decided by what its key expects.

Bounded: size, depth, number of nodes; no aliases, no tags. Nothing is constructed, nothing recurses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from manyuan.facts.programme.pack.faults import Fault
from manyuan.facts.programme.pack.model import At

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_DEPTH: Final = 24
MAX_NODES: Final = 200_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Node:
    """A value in a file, and where it stands."""

    line: int
    column: int


@dataclass
class Scalar(Node):
    """A text; `plain` when it is written without quotes (an empty plain text or ~ or null is no value)."""

    text: str = ""
    plain: bool = True

    @property
    def empty(self) -> bool:
        return self.plain and self.text in ("", "~", "null")


@dataclass
class Sequence(Node):
    items: list[Node] = field(default_factory=list)


@dataclass
class Mapping(Node):
    """Keys in order; `keys` says where each key stands."""

    values: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)


class _Stop(Exception):
    """Reading of this file ends here."""


@dataclass
class _Open:
    """A node that is being filled, its path, and for a mapping the key that waits for its value."""

    node: Node
    path: tuple[str | int, ...]
    key: str | None = None

    def step(self) -> tuple[str | int, ...]:
        """The path of the value that comes next."""
        if isinstance(self.node, Sequence):
            return (*self.path, len(self.node.items))
        return self.path if self.key is None else (*self.path, self.key)


def read_nodes(content: bytes, file: str, faults: list[Fault]) -> Node | None:
    """The root node of a YAML file, or None where it cannot be read; what is wrong is added to `faults`."""
    if len(content) > MAX_BYTES:
        faults.append(Fault("file.size", At(file), str(len(content)), str(MAX_BYTES)))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = At(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        faults.append(Fault("file.encoding", place, f"0x{content[error.start]:02x}"))
        return None
    try:
        return _Composer(file, faults).compose(text)
    except _Stop:
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        begun = getattr(error, "context_mark", None)
        if begun and begun.line + 1 != line:
            said = f"{said} ({begun.line + 1}:{begun.column + 1})"  # where the unfinished part begins
        faults.append(Fault("yaml.syntax", At(file, line, column), str(said)))
        return None


class _Composer:
    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.count = 0
        self.documents = 0

    def compose(self, text: str) -> Node | None:
        for event in yaml.parse(text, Loader=_LOADER):
            self._take(event)
        return self.root

    def _fault(self, code: str, event: Any, found: str = "", expected: str = "", step: tuple[str, ...] = ()) -> None:
        mark = event.start_mark
        self.faults.append(Fault(code, At(self.file, mark.line + 1, mark.column + 1, (*self._path(), *step)), found, expected))

    def _path(self) -> tuple[str | int, ...]:
        return self.stack[-1].step() if self.stack else ()

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._fault("yaml.documents", event)
                raise _Stop
        elif isinstance(event, yaml.AliasEvent):
            self._fault("yaml.alias", event, str(event.anchor))
            raise _Stop
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self.stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)

    def _node(self, event: Any) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            self._fault("yaml.nodes", event, expected=str(MAX_NODES))
            raise _Stop
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            self._fault("yaml.tag", event, str(event.tag))
            raise _Stop
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if self._is_key(event):
            return
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(line, column, event.value, event.style is None)
        else:
            node = Mapping(line, column) if isinstance(event, yaml.MappingStartEvent) else Sequence(line, column)
        path = self._path()
        self._attach(node)
        if not isinstance(node, Scalar):
            if len(self.stack) >= MAX_DEPTH:
                self._fault("yaml.depth", event, expected=str(MAX_DEPTH))
                raise _Stop
            self.stack.append(_Open(node, path))

    def _is_key(self, event: Any) -> bool:
        """Take a scalar as the next key of the open mapping, if one is due."""
        if not self.stack or not isinstance(self.stack[-1].node, Mapping) or self.stack[-1].key is not None:
            return False
        mapping = self.stack[-1].node
        if not isinstance(event, yaml.ScalarEvent):
            self._fault("yaml.key", event, "[…]" if isinstance(event, yaml.SequenceStartEvent) else "{…}")
            raise _Stop
        key = event.value
        if key in mapping.keys:
            self._fault("yaml.duplicate-key", event, key, str(mapping.keys[key][0]), step=(key,))
        else:
            mapping.keys[key] = (event.start_mark.line + 1, event.start_mark.column + 1)
        self.stack[-1].key = key
        return True

    def _attach(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent.node, Sequence):
            parent.node.items.append(node)
        elif isinstance(parent.node, Mapping) and parent.key is not None:
            parent.node.values.setdefault(parent.key, node)  # of a key written twice the first counts
            parent.key = None
