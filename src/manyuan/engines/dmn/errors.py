"""Faults of models, with file and line; messages in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

MESSAGES: dict[str, tuple[str, str]] = {
    "xml.syntax": ("不是格式良好的 XML：{found}。", "not well-formed XML: {found}."),
    "xml.root": (
        "根元素是 {found}，应为 DMN 的 definitions。",
        "the root element is {found}, expected DMN's definitions.",
    ),
    "xml.version": (
        "命名空间 {found} 不是 DMN 1.1 至 1.5 的。",
        "the namespace {found} is not that of DMN 1.1 to 1.5.",
    ),
    "xml.size": ("文件 {found} 字节，上限 {limit}。", "the file has {found} bytes; the limit is {limit}."),
    "xml.doctype": ("文件含 DOCTYPE，出于安全不予读取。", "the file has a DOCTYPE; it is refused for safety."),
    "xml.text": ("文本中有 XML 不能容纳的字符：{found}。", "a text has a character that XML cannot hold: {found}."),
    "xml.missing": ("元素 {element} 缺少 {expected}。", "the element {element} lacks {expected}."),
    "model.reference": ("“{element}”引用的 {found} 不存在。", "{element!r} refers to {found}, which does not exist."),
    "model.duplicate": ("名称“{found}”出现了两次。", "the name {found!r} occurs twice."),
    "model.cycle": ("需求成环：{found}。", "the requirements form a cycle: {found}."),
    "model.import": ("找不到引入的模型 {found}。", "the imported model {found} cannot be found."),
    "model.expression": ("“{element}”的表达式有误：{found}", "the expression of {element!r} is wrong: {found}"),
    "model.type": ("“{element}”的类型 {found} 不存在。", "the type {found} of {element!r} does not exist."),
    "model.logic": ("“{element}”的表达式：{found}", "in the expression of {element!r}: {found}"),
    "model.binding": (
        "“{element}”调用的“{name}”没有名为“{found}”的参数，应为：{expected}。",
        "{name!r}, called by {element!r}, has no parameter {found!r}; expected: {expected}.",
    ),
    "model.language": ("“{element}”的表达式语言 {found} 不是 FEEL。", "the expression language {found} of {element!r} is not FEEL."),
    "model.hit_policy": ("“{element}”的命中策略 {found} 无效。", "the hit policy {found} of {element!r} is not valid."),
    "model.columns": (
        "“{element}”第 {row} 行有 {found} 格，应为 {expected} 格。",
        "row {row} of {element!r} has {found} cells, expected {expected}.",
    ),
    "model.name": ("没有名为“{found}”的决策或服务。", "there is no decision or service named {found!r}."),
    "table.no_rule": ("没有规则匹配。", "no rule matches."),
    "table.several": (
        "命中策略 {policy} 只许一条规则匹配，匹配了第 {found} 行。",
        "the hit policy {policy} allows one matching rule; rows {found} match.",
    ),
    "table.differ": (
        "命中策略 ANY 要求结果相同，第 {found} 行不同。",
        "the hit policy ANY wants equal results; rows {found} differ.",
    ),
    "table.input_value": (
        "输入“{element}”的值 {found} 不在允许值之内。",
        "the value {found} of the input {element!r} is not among its allowed values.",
    ),
    "table.aggregate": ("输出不能聚合：{found}。", "the outputs cannot be aggregated: {found}."),
    "value.type": (
        "“{element}”的值 {found} 不合类型 {expected}。",
        "the value {found} of {element!r} does not fit its type {expected}.",
    ),
    "value.external": (
        "“{element}”是外部函数（{found}），出于安全不予执行。",
        "{element!r} is an external function ({found}); it is refused for safety.",
    ),
    "value.none": ("“{element}”没有决策逻辑。", "{element!r} has no decision logic."),
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a model or one reason for a null. line, column: from 1, 0 where there is none."""

    code: str
    file: str
    line: int
    data: dict[str, object]
    column: int = 0

    def message(self, language: str = "en") -> str:
        zh, en = MESSAGES[self.code]
        data = {key: value(language) if callable(value) else value for key, value in self.data.items()}
        text = (zh if language.startswith("zh") else en).format(**data)
        zh_where, en_where = _WHERE[bool(self.line), bool(self.column)]
        where = (zh_where if language.startswith("zh") else en_where).format(line=self.line, column=self.column)
        return f"{self.file}: {where}{text}" if self.file else where + text


_WHERE = {
    (True, True): ("第 {line} 行第 {column} 列：", "line {line}, column {column}: "),
    (True, False): ("第 {line} 行：", "line {line}: "),
    (False, True): ("第 {column} 列：", "column {column}: "),
    (False, False): ("", ""),
}


class ModelInvalid(Exception):
    """A model that cannot be used. faults: all that was found."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(fault.message("en") for fault in faults))

    def message(self, language: str = "en") -> str:
        return "\n".join(fault.message(language) for fault in self.faults)
