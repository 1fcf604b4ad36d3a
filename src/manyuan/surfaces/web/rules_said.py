"""A rule in FEEL as people read it: facts by their names, codes by their words, signs as on paper. Only for reading; what counts is the rule itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from manyuan.engines import feel
from manyuan.engines.feel import tree
from manyuan.engines.screening import Schema

_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠", "*": "×", "/": "÷"}
_WORDS = {
    "if": ("若 ", "if "), "then": ("，则 ", " then "), "else": ("；否则 ", "; else "), "and": (" 且 ", " and "), "or": (" 或 ", " or "), "in": (" 属于 ", " in "), "not": ("非", "not "),
    "null": (" 未知", " not known"), "true": (" 是", " yes"), "false": (" 否", " no"),
}  # fmt: skip
_FUNCTIONS = {"min": ("较小者", "the smaller of "), "max": ("较大者", "the larger of ")}
_BETWEEN = re.compile(r"\s*\b(" + "|".join(_WORDS) + r")\b\s*|>=|<=|!=|\*|/")
_QUOTED = re.compile(r'"([^"\\]*)"')
_TIDY = ((re.compile(r"date\(“([\d-]+)”\)"), r"\1"), (re.compile(r",(?=[^\s\d])"), ", "), (re.compile(r" {2,}"), " "))
_LARGE = Decimal(10_000)


def rule_said(rule: str, schema: Schema, language: str) -> str:
    """The rule in words; itself where it names a table or cannot be read."""
    try:
        read = feel.parse(rule, names=schema.names)
    except feel.FeelError:
        return rule
    named = [node.name for node in tree.walk(read) if isinstance(node, tree.Name)]
    pieces = sorted((node.span, text) for node in tree.walk(read) if (text := _said(node, named, schema, language)))
    out, at = [], 0
    for (begin, end), text in pieces:
        out += [_between(rule[at:begin], language), text]
        at = end
    text = "".join([*out, _between(rule[at:], language)])
    for pattern, put in _TIDY:
        text = pattern.sub(put, text)
    return text.strip()


def cell_said(cell: str, fact: str, schema: Schema, language: str) -> str:
    """A cell of a decision table: the codes of its fact by their words, true and false by yes and no."""
    if cell in ("true", "false"):
        return _WORDS[cell][0 if language.startswith("zh") else 1].strip()
    return _QUOTED.sub(lambda found: _word(found[1], [fact], schema, language), cell) if fact in schema else cell


def _said(node: tree.Node, named: Iterable[str], schema: Schema, language: str) -> str:
    if isinstance(node, tree.Name):
        if node.name in _FUNCTIONS:
            return _FUNCTIONS[node.name][0 if language.startswith("zh") else 1]
        return schema[node.name].label(language) if node.name in schema else node.name
    if not isinstance(node, tree.Literal):
        return ""
    if isinstance(node.value, str):
        return _word(node.value, named, schema, language)
    return f"{node.value:,f}" if isinstance(node.value, Decimal) and node.value >= _LARGE else ""


def _word(code: str, named: Iterable[str], schema: Schema, language: str) -> str:
    found = next((text for name in named if name in schema and (text := schema[name].called(code, language)) != code), code)
    return f"“{found}”"


def _between(text: str, language: str) -> str:
    at = 0 if language.startswith("zh") else 1
    return _BETWEEN.sub(lambda found: _WORDS[found[1]][at] if found[1] else _SIGNS[found[0]], text)
