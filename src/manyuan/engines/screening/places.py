"""YAML with places: plain data plus the line and column of every entry, so that a fault can point at it. Duplicate keys are faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 5 * 1024 * 1024
Path_ = tuple[str | int, ...]


@dataclass
class Document:
    """Plain data, and where each path of keys stands: (line, column) from 1."""

    data: Any
    file: str
    at: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    problems: list[tuple[tuple[int, int], str, str]] = field(default_factory=list)  # (place, Chinese, English)

    def place(self, path: Path_) -> tuple[int, int]:
        """Where a path stands; the nearest place above it where it has none."""
        while path and path not in self.at:
            path = path[:-1]
        return self.at.get(path, (1, 1))


def read_yaml(source: str | Path, text: str | None = None) -> Document:
    """Read a YAML file (or a text in its name). Aliases and tags are refused: data only."""
    file = str(source)
    content = Path(source).read_text(encoding="utf-8") if text is None else text
    document = Document(None, Path(file).name)
    if len(content) > MAX_BYTES:
        document.problems.append(((1, 1), f"文件超过 {MAX_BYTES} 字符", f"the file has more than {MAX_BYTES} characters"))
        return document
    try:
        for event in yaml.parse(content, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                mark: Any = event.start_mark
                document.problems.append(((mark.line + 1, mark.column + 1), "不支持 YAML 别名", "YAML aliases are not supported"))
                return document
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.problems.append((place, f"YAML 语法错误：{error}", f"YAML syntax error: {error}"))
        return document
    document.data = _plain(node, (), document) if node is not None else None
    return document


def _plain(node: yaml.Node, path: Path_, document: Document) -> Any:
    document.at.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in out:
                document.problems.append((place, f"键“{key}”重复", f"the key {key!r} occurs twice"))
            document.at[(*path, key)] = place
            out[key] = _plain(value_node, (*path, key), document)
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, at), document) for at, item in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:float":
        return str(node.value)  # never a float: figures stay exact
    return yaml.SafeLoader("").construct_object(node) if node.tag != "tag:yaml.org,2002:str" else str(node.value)
