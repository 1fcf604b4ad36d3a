"""What a value of a pack may look like. A shape reads a node into plain values and drafts, and reports everything that does not fit.

A value that cannot be read is left out of its draft, so that all later checks still run on the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from manyuan.facts.programme.pack.faults import Fault, Words, nearest
from manyuan.facts.programme.pack.model import At, Text
from manyuan.facts.programme.pack.nodes import Mapping as MappingNode
from manyuan.facts.programme.pack.nodes import Node, Scalar
from manyuan.facts.programme.pack.nodes import Sequence as SequenceNode

BAD: Final = object()
"""Read, but not usable: a fault says why."""

_NUMBER = re.compile(r"[+-]?(\d{1,30})(\.\d{1,15})?")


@dataclass
class Draft:
    """An entry as read: values by key (unreadable ones are absent), and where each key's value stands."""

    cls: type
    at: At
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, At] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        """The value, or None where there is none."""
        return self.values.get(key)

    def place(self, key: str) -> At:
        """Where the value of a key stands, or else the entry."""
        return self.places.get(key, self.at)

    def each(self, key: str) -> list[Any]:
        """The items of a list value that could be read."""
        return list(self.values.get(key) or ())


@dataclass(frozen=True)
class Mention:
    """A code written somewhere, and the kind of entry it must be."""

    kind: str
    code: str
    at: At


@dataclass
class Findings:
    """What reading brings forth beside the values."""

    faults: list[Fault] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)


def at_node(node: Node, at: At) -> At:
    """The same path, at the node's own line and column."""
    return At(at.file, node.line, node.column, at.path)


class Shape:
    """What a value may look like. `zh`, `en`: what is expected, in words."""

    zh: str = ""
    en: str = ""

    @property
    def words(self) -> Words:
        return (self.zh, self.en)

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """The value, or BAD. `at` is the node's place."""
        if not isinstance(node, Scalar):
            found = ("一组键", "a mapping") if isinstance(node, MappingNode) else ("一个列表", "a list")
            out.faults.append(Fault("value.type", at, found, self.words))
            return BAD
        if node.empty or not node.text.strip():
            out.faults.append(Fault("value.empty", at, "", self.words))
            return BAD
        return self.read_text(node.text.strip(), at, out)

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        raise NotImplementedError

    def refuse(self, text: str, at: At, out: Findings) -> object:
        shown = text if len(text) <= 60 else text[:57] + "…"
        out.faults.append(Fault("value.type", at, (f"“{shown}”", repr(shown)), self.words))
        return BAD


class Plain(Shape):
    """One line of text in one language or none (terms, names of settings)."""

    zh, en = "文字", "text"

    def __init__(self, longest: int = 500) -> None:
        self.longest = longest

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        if len(text) > self.longest:
            out.faults.append(Fault("value.long", at, str(len(text)), str(self.longest)))
            return BAD
        return text


class Pattern(Plain):
    """A text of a certain form."""

    def __init__(self, pattern: str, zh: str, en: str) -> None:
        super().__init__(80)
        self.pattern = re.compile(pattern)
        self.zh, self.en = zh, en

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        return text if self.pattern.fullmatch(text) else self.refuse(text, at, out)


CODE: Final = Pattern(r"[a-z0-9][a-z0-9-]{0,58}", "编号（小写字母、数字、连字符）", "a code (lower-case letters, digits, hyphens)")
KEY: Final = Pattern(r"[a-z][a-z0-9_]{0,58}", "字段键（小写字母、数字、下划线）", "a field key (lower-case letters, digits, underscores)")


class Ref(Pattern):
    """The code of another entry of the pack; `kind` as in Pack."""

    def __init__(self, kind: str) -> None:
        super().__init__(r"[a-z0-9][a-z0-9._-]{0,118}", f"{KIND_WORDS[kind][0]}的编号", f"the code of {_article(KIND_WORDS[kind][1])}")
        self.kind = kind

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        code = super().read_text(text, at, out)
        if code is not BAD:
            out.mentions.append(Mention(self.kind, code, at))
        return code


KIND_WORDS: Final[dict[str, tuple[str, str]]] = {
    "sources": ("来源", "source"), "sections": ("来源段落", "section of a source"), "campaigns": ("攻坚或保障", "campaign"), "goals": ("目标", "goal"),
    "commitments": ("任务", "commitment"), "parks": ("园区", "park"), "demo_parks": ("演示园区", "demo park"), "indicators": ("指标", "indicator"),
    "forms": ("报表", "form"), "fields": ("报表字段", "form field"), "titles": ("称号", "title"), "roles": ("角色", "role"),
    "layers": ("产业层次", "industry layer"), "directions": ("产业方向", "industrial direction"), "districts": ("区县", "district"),
    "calendar": ("年份", "year"), "records": ("记录种类", "kind of record"),
}  # fmt: skip


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


class Whole(Shape):
    """An integer within bounds."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most
        self.zh, self.en = f"{least} 到 {most} 的整数", f"a whole number from {least} to {most}"

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        if not re.fullmatch(r"-?\d{1,12}", text):
            return self.refuse(text, at, out)
        if not self.least <= int(text) <= self.most:
            out.faults.append(Fault("value.range", at, text, self.words))
            return BAD
        return int(text)


class Amount(Shape):
    """An exact decimal number; underscores may group digits (12_000)."""

    zh, en = "数字", "a number"

    def __init__(self, least: str | None = None, most: str | None = None) -> None:
        self.least = None if least is None else Decimal(least)
        self.most = None if most is None else Decimal(most)
        if least is not None and most is not None:
            self.zh, self.en = f"{least} 到 {most} 的数字", f"a number from {least} to {most}"
        elif least is not None:
            self.zh, self.en = f"不小于 {least} 的数字", f"a number of at least {least}"

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        digits = re.sub(r"(?<=\d)_(?=\d)", "", text)
        if not _NUMBER.fullmatch(digits):
            return self.refuse(text, at, out)
        try:
            value = Decimal(digits)
        except InvalidOperation:
            return self.refuse(text, at, out)
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            out.faults.append(Fault("value.range", at, text, self.words))
            return BAD
        return value


class Day(Shape):
    """A date written 2027-12-31."""

    zh, en = "日期（如 2027-12-31）", "a date such as 2027-12-31"

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return self.refuse(text, at, out)
        try:
            return date.fromisoformat(text)
        except ValueError:
            return self.refuse(text, at, out)


class YesNo(Shape):
    """true or false."""

    zh, en = "true 或 false", "true or false"

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        return {"true": True, "false": False}[text] if text in ("true", "false") else self.refuse(text, at, out)


class OneOf(Shape):
    """One of a fixed set of words."""

    def __init__(self, *options: str) -> None:
        self.options = options
        self.zh, self.en = "其中之一：" + "、".join(options), "one of: " + ", ".join(options)

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        if text in self.options:
            return text
        out.faults.append(Fault("value.choice", at, text, ", ".join(self.options), {"hint": nearest(text, self.options)}))
        return BAD


class ListOf(Shape):
    """A list of values of one shape, at least `least` of them."""

    def __init__(self, item: Shape, least: int = 0) -> None:
        self.item, self.least = item, least
        self.zh, self.en = f"列表（每项：{item.zh}）", f"a list (each: {item.en})"

    def read(self, node: Node, at: At, out: Findings) -> Any:
        if not isinstance(node, SequenceNode):
            return super().read(node, at, out)
        read = [self.item.read(item, At(at.file, item.line, item.column, (*at.path, index)), out) for index, item in enumerate(node.items)]
        if len(node.items) < self.least:
            out.faults.append(Fault("value.empty", at, "", self.words))
        return tuple(value for value in read if value is not BAD)

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        return self.refuse(text, at, out)


@dataclass(frozen=True)
class Key:
    """A key of a record: its shape, whether it must be there, and what it means (for docs/packs.md)."""

    shape: Shape
    says: str
    required: bool = False


class Record(Shape):
    """A mapping with known keys, read into a draft of `cls`.

    attributes: names in `cls` of keys that are called otherwise; one_of: exactly one of these keys must be there."""

    zh, en = "一组键", "a mapping"

    def __init__(self, cls: type, keys: Mapping[str, Key], *, one_of: Iterable[str] = (), attributes: Mapping[str, str] | None = None) -> None:
        self.cls, self.keys, self.one_of, self.attributes = cls, dict(keys), tuple(one_of), dict(attributes or {})

    def read(self, node: Node, at: At, out: Findings) -> Any:
        if not isinstance(node, MappingNode):
            found: Words = ("一个列表", "a list") if isinstance(node, SequenceNode) else (f"“{_shown(node)}”", repr(_shown(node)))
            expected = (f"一组键：{'、'.join(self.keys)}", f"a mapping with the keys {', '.join(self.keys)}")
            out.faults.append(Fault("value.type", at, found, expected))
            return BAD
        return self.read_entries(node, at, out)

    def read_entries(self, node: MappingNode, at: At, out: Findings) -> Draft:
        """A draft of the mapping's entries."""
        draft = Draft(self.cls, at)
        for name, value in node.values.items():
            if name not in self.keys:
                line, column = node.keys[name]
                out.faults.append(Fault("key.unknown", At(at.file, line, column, (*at.path, name)), name, "", {"hint": nearest(name, self.keys)}))
                continue
            attribute = self.attributes.get(name, name)
            place = At(at.file, value.line, value.column, (*at.path, name))
            draft.places[attribute] = place
            if isinstance(value, Scalar) and value.empty and not self.keys[name].required and name not in self.one_of:
                continue
            found = self.keys[name].shape.read(value, place, out)
            if found is not BAD:
                draft.values[attribute] = found
        for name, key in self.keys.items():
            if key.required and name not in node.values:
                out.faults.append(Fault("key.missing", at, "", name))
        given = [name for name in self.one_of if name in node.values]
        if self.one_of and len(given) != 1:
            out.faults.append(Fault("key.one-of", at, ", ".join(given) or ("没有", "none"), ", ".join(self.one_of)))
        return draft


def _shown(node: Node) -> str:
    return node.text[:60] if isinstance(node, Scalar) else ""


class Both(Record):
    """A human text: {zh: …, en: …}, both there."""

    def __init__(self, longest_zh: int = 2000, longest_en: int = 4000) -> None:
        super().__init__(Text, {"zh": Key(Plain(longest_zh), "the text in Chinese", True), "en": Key(Plain(longest_en), "the text in English", True)})
        self.zh, self.en = "{zh: 中文, en: 英文}", "{zh: Chinese, en: English}"

    def read(self, node: Node, at: At, out: Findings) -> Any:
        draft = super().read(node, at, out)
        if draft is BAD or len(draft.values) < 2:
            return BAD
        return Text(draft["zh"], draft["en"])


class Named(Shape):
    """A mapping from code to record; the code becomes the record's `name_key`."""

    def __init__(self, record: Record, code: Shape = CODE, name_key: str = "code") -> None:
        self.record, self.code, self.name_key = record, code, name_key
        self.zh, self.en = "编号到内容的映射", "a mapping from code to entry"

    def read(self, node: Node, at: At, out: Findings) -> Any:
        if not isinstance(node, MappingNode):
            return super().read(node, at, out)
        found = []
        for name, value in node.values.items():
            line, column = node.keys[name]
            code_at = At(at.file, line, column, (*at.path, name))
            code = self.code.read(Scalar(line, column, name, False), code_at, out)
            entry = self.record.read(value, At(at.file, value.line, value.column, (*at.path, name)), out)
            if isinstance(entry, Draft) and code is not BAD:
                entry.values[self.name_key] = code
                entry.places[self.name_key] = code_at
                found.append(entry)
        return tuple(found)

    def read_text(self, text: str, at: At, out: Findings) -> Any:
        return self.refuse(text, at, out)
