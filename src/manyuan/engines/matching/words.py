"""Chinese texts as words: normalised, cut, and as the terms by which a text is kept and asked for (words, pairs of characters, pinyin initials, numbers)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import rjieba
from pypinyin import Style, lazy_pinyin

_CHINESE = "㐀-䶿一-鿿"
_RUN = re.compile(rf"[{_CHINESE}]+|[0-9a-z](?:[0-9a-z_.\-]*[0-9a-z])?")
_LONGEST = 40
STOP = frozenset(
    [
        "的",
        "了",
        "和",
        "是",
        "在",
        "有",
        "与",
        "及",
        "或",
        "对",
        "为",
        "被",
        "将",
        "把",
        "也",
        "都",
        "就",
        "还",
        "我",
        "你",
        "他",
        "们",
        "我们",
        "你们",
        "他们",
        "公司",
        "企业",
        "请",
        "希望",
        "帮忙",
        "the",
        "a",
        "an",
        "of",
        "to",
        "and",
        "in",
        "is",
        "for",
    ]
)
"""Words that say nothing of what a text is about."""


def normal(text: str) -> str:
    """Full-width signs as half-width ones, small letters, one form of every character."""
    return unicodedata.normalize("NFKC", text).lower()


def words(text: str) -> list[str]:
    """The words of a text in order, stop words and single signs left out."""
    out: list[str] = []
    for run in _RUN.findall(normal(text)):
        out += [one for one in rjieba.cut(run) if len(one) > 1] if _is_chinese(run) else [run[:_LONGEST]]
    return [one for one in out if one not in STOP]


def search_terms(text: str) -> list[str]:
    """The terms by which a text is kept, each once: pairs of neighbouring characters, words, the pinyin initials of words, numbers and Latin words."""
    found: dict[str, None] = {}
    for run in _RUN.findall(normal(text)):
        if not _is_chinese(run):
            found[run[:_LONGEST]] = None
            continue
        found.update(dict.fromkeys(_pairs(run)))
        for word in rjieba.cut(run):
            found[word] = None
            if 2 <= len(word) <= 8:
                found[_initials(word)] = None
    return list(found)


def query_terms(text: str) -> list[str]:
    """The terms that a text must all hold to answer a question; [] where nothing can be asked by."""
    found: dict[str, None] = {}
    for run in _RUN.findall(normal(text)):
        found.update(dict.fromkeys(_pairs(run) if _is_chinese(run) else [run[:_LONGEST]]))
    return list(found)[:_LONGEST]


def _is_chinese(run: str) -> bool:
    return run[0] > "\u2fff"


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


@lru_cache(maxsize=50_000)
def _initials(word: str) -> str:
    return "".join(lazy_pinyin(word, style=Style.FIRST_LETTER))
