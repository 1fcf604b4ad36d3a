"""YAML with places: plain data plus the line and column of every entry, so that a fault can point at it. Duplicate keys are faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from manyuan.engines.screening.faults import NotUtf8

MAX_BYTES = 5 * 1024 * 1024
Path_ = tuple[str | int, ...]


@dataclass
class Document:
    """Plain data, and where each path of keys stands: (line, column) from 1."""

    data: Any
    file: str
    lines: list[str] = field(default_factory=list)
    scalars: dict[Path_, yaml.ScalarNode] = field(default_factory=dict)
    at: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    problems: list[tuple[tuple[int, int], str, str]] = field(default_factory=list)  # (place, Chinese, English)

    def place(self, path: Path_) -> tuple[int, int]:
        """Where a path stands; the nearest place above it where it has none."""
        while path and path not in self.at:
            path = path[:-1]
        return self.at.get(path, (1, 1))

    def place_in(self, path: Path_, offset: int) -> tuple[int, int]:
        """Where a character of a text stands in the file, quotes, escapes and block style counted as written; a folded text has only its beginning."""
        node = self.scalars.get(path) or self.scalars.get(path[:-1])
        if node is None:
            return self.place(path)
        line, column = node.start_mark.line, node.start_mark.column
        if node.style == "|":
            return self._in_block(line, node.value, offset)
        if node.start_mark.line != node.end_mark.line:
            return line + 1, column + 1
        return line + 1, column + 1 + _written(self.lines[line][column : node.end_mark.column], node.style, offset)

    def _in_block(self, line: int, text: str, offset: int) -> tuple[int, int]:
        before = text[:offset]
        first = next((at for at in range(line + 1, len(self.lines)) if self.lines[at].strip()), line)
        indent = len(self.lines[first]) - len(self.lines[first].lstrip(" "))
        return line + 2 + before.count("\n"), indent + 1 + offset - (before.rfind("\n") + 1)


def read_yaml(source: str | Path, text: str | None = None) -> Document:
    """Read a YAML file (or a text in its name). Aliases and tags are refused: data only."""
    file = str(source)
    try:
        content = Path(source).read_bytes().decode("utf-8-sig") if text is None else text
    except UnicodeDecodeError as error:
        wrong = NotUtf8.at(error)
        zh = f"此处的字节 {wrong.byte} 不是 UTF-8，应为 UTF-8 编码的文件：请另存为 UTF-8"
        en = f"the byte {wrong.byte} here is not UTF-8; expected a file in UTF-8: save it as UTF-8"
        return Document(None, Path(file).name, problems=[((wrong.line, wrong.column), zh, en)])
    document = Document(None, Path(file).name, content.split("\n"))
    if len(content) > MAX_BYTES:
        document.problems.append(
            ((1, 1), f"文件有 {len(content)} 字符，应不超过 {MAX_BYTES}", f"the file has {len(content)} characters; expected at most {MAX_BYTES}")
        )
        return document
    try:
        for event in yaml.parse(content, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                mark: Any = event.start_mark
                document.problems.append(
                    ((mark.line + 1, mark.column + 1), "不支持 YAML 别名，应写出内容", "YAML aliases are not supported; expected the content itself")
                )
                return document
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = str(getattr(error, "problem", None) or error).replace("\n", " ")
        document.problems.append((place, f"YAML 语法错误：{problem}；应为合法的 YAML", f"YAML syntax error: {problem}; expected well-formed YAML"))
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
                document.problems.append((place, f"键“{key}”重复，应只有一次", f"the key {key!r} occurs twice; expected once"))
            document.at[(*path, key)] = place
            out[key] = _plain(value_node, (*path, key), document)
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, at), document) for at, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        document.scalars[path] = node
    if node.tag == "tag:yaml.org,2002:float":
        return str(node.value)  # never a float: figures stay exact
    if node.tag == "tag:yaml.org,2002:str":
        return str(node.value)
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (ValueError, yaml.YAMLError):  # 2024-02-31 looks like a date and is none: whoever reads it says what is expected
        return str(node.value)


_ESCAPED = {"x": 4, "u": 6, "U": 10}


def _written(raw: str, style: str | None, offset: int) -> int:
    """How far into a scalar as written, quotes included, its character number `offset` stands."""
    if style is None:
        return offset
    at = 1
    for _ in range(offset):
        if at >= len(raw):
            break
        if style == '"' and raw[at] == "\\" and at + 1 < len(raw):
            at += _ESCAPED.get(raw[at + 1], 2)
        else:
            at += 2 if style == "'" and raw[at : at + 2] == "''" else 1
    return at
