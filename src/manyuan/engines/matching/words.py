"""Words of a text: normalised, segmented (rjieba with words of our own); and the terms by which a text is indexed and asked for.

Index and question are made for each other: every term of `query_terms(q)` is among `search_terms(t)` where t contains q (two characters or more), where q
are the pinyin initials of up to three consecutive words of t, or where q is a number of t or whole parts of it. So "all terms of the question" finds the
text. A single character finds texts in which it stands as a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

import rjieba
from pypinyin import Style, lazy_pinyin

OWN_WORDS: tuple[str, ...] = (
    "产业园区", "产业园", "园中园", "标准厂房", "专精特新", "小巨人", "免申即享", "易申快享", "链主", "链主企业", "镇园之宝", "规上", "规上企业", "规下企业",
    "升规入统", "亩均", "亩均效益", "工业上楼", "智改数转", "智转数改", "供需对接", "政商恳谈", "津商茶叙", "企业服务日", "进解优促", "一企一策", "一企一档",
    "诉求", "立园满园", "园区事园区办", "管委会", "绿色通道", "营商环境", "制造业", "中试", "首台套", "用电容量", "水压", "停水", "停电", "断网", "雨污分流", "排污许可",
    "环评", "能评", "安评", "消防验收", "通勤", "班车", "公租房", "人才公寓", "用工", "招工", "用地", "融资", "贷款", "担保", "续贷", "转供电", "蓉易贷", "蓉易享",
)  # fmt: skip
"""What the library's dictionary does not hold as one word and people here say as one. A pack adds its own with `Segmenter(words)`."""

_STOPS = (
    "的 了 和 与 及 或 在 是 有 我 我们 你 你们 他 他们 它 这 那 该 此 其 之 为 对 对于 于 被 把 将 向 从 到 给 等 也 都 就 还 又 很 更 最 不 没 没有 能 会 要 可 可以 "
    "请 请问 希望 望 能否 是否 如何 怎么 什么 个 一个 一 目前 现在 已 已经 以 以及 并 并且 但 但是 而 因 因为 由于 所以 进行 相关 有关 关于 情况 问题 公司 企业 单位 本 我司 贵 "
    "尊敬 您好 你好 谢谢 感谢 the a an of to in and or is are for on with our we it that this be not"
)
STOP_WORDS: frozenset[str] = frozenset(_STOPS.split())
TEXT_LIMIT = 20_000
"""Characters of a text that are looked at; what stands behind them is not indexed."""

_RUN = re.compile(r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002a6df]+)|(?P<code>[a-z0-9]+(?:[-_/.][a-z0-9]+)*)")
_PART = re.compile(r"[-_/.]")
_WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002a6df]{2,}|[a-z][a-z0-9]+|[0-9]+[a-z]+[a-z0-9]*")
_LONGEST = 40
_MOST_INITIALS = 8


def normal(text: str) -> str:
    """Full-width to half-width, lower case, white space as one blank, no longer than TEXT_LIMIT."""
    return " ".join(unicodedata.normalize("NFKC", text[:TEXT_LIMIT]).lower().split())


class Segmenter:
    """Cuts texts into words. added: words beside OWN_WORDS that stay whole, as from a pack."""

    def __init__(self, added: Iterable[str] = ()) -> None:
        self._jieba = rjieba.Jieba()
        for word in dict.fromkeys((*OWN_WORDS, *map(normal, added))):
            if len(word) > 1:
                self._jieba.add_word(word, max(self._jieba.suggest_freq(word), 50), "n")

    def words(self, text: str) -> list[str]:
        """The words that carry meaning, in order and with repetitions: no stop words, punctuation, single characters or bare numbers."""
        return [word for word in self._jieba.cut(normal(text)) if word not in STOP_WORDS and _WORD.fullmatch(word)]

    def features(self, text: str) -> list[str]:
        """For learning and likeness: the words, and every pair of neighbouring Chinese characters that is not such a word itself."""
        words = self.words(text)
        known = set(words)
        return [*words, *(pair for run in _chinese(normal(text)) for pair in _pairs(run) if pair not in known and pair not in STOP_WORDS)]

    def search_terms(self, text: str) -> list[str]:
        """What a text is indexed under, each once, in order of appearance."""
        return list(dict.fromkeys(self._terms(normal(text))))

    def _terms(self, text: str) -> Iterator[str]:
        for kind, run in _runs(text):
            if kind == "code":
                yield from _code_terms(run)
                continue
            yield from _pairs(run) or [run]
            words = self._jieba.cut(run)
            yield from words
            letters = [_initials(word) for word in words]
            for first in range(len(letters)):
                for last in range(first + 1, min(first + 4, len(letters) + 1)):
                    joined = "".join(letters[first:last])
                    if 2 <= len(joined) <= _MOST_INITIALS:
                        yield joined


@lru_cache(maxsize=1)
def standard() -> Segmenter:
    """The segmenter with OWN_WORDS only, made once in a process."""
    return Segmenter()


def words(text: str) -> list[str]:
    """The words of a text that carry meaning, in order and with repetitions, by the standard segmenter."""
    return standard().words(text)


def search_terms(text: str) -> list[str]:
    """Terms to index a text under: pairs of characters, longer words, pinyin initials of words, numbers whole and in parts."""
    return standard().search_terms(text)


def query_terms(text: str) -> list[str]:
    """Terms of a question, all of which a text must be indexed under to be found; at most 40; none where it holds neither character nor number."""
    out: list[str] = []
    for kind, run in _runs(normal(text)):
        out += [run[:_LONGEST]] if kind == "code" or len(run) == 1 else _pairs(run)
    return list(dict.fromkeys(out))[:_LONGEST]


def _runs(text: str) -> Iterator[tuple[str, str]]:
    for found in _RUN.finditer(text):
        yield ("han" if found["han"] else "code"), found.group()


def _chinese(text: str) -> Iterator[str]:
    return (run for kind, run in _runs(text) if kind == "han")


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _code_terms(run: str) -> Iterator[str]:
    """A code whole, every row of its parts ("sq-20261124" of "sq-20261124-0001"), and of a long number its last four places."""
    ends = [0, *(found.end() for found in _PART.finditer(run))]
    stops = [*(found.start() for found in _PART.finditer(run)), len(run)]
    for first in range(len(ends)):
        for last in range(first, min(first + 5, len(ends))):
            yield run[ends[first] : stops[last]][:_LONGEST]
    yield run[:_LONGEST]
    for start, stop in zip(ends, stops, strict=True):
        if stop - start >= 8 and any(c.isdigit() for c in run[start:stop]):
            yield run[stop - 4 : stop]


@lru_cache(maxsize=100_000)
def _initials(word: str) -> str:
    return "".join(part[0] for part in lazy_pinyin(word, style=Style.FIRST_LETTER) if part).lower()
