"""Texts that say the same: likely duplicates of a new one, and groups of alike ones; cosine over TF-IDF of words and pairs of characters.

An inverted index. A text that shares only common words cannot reach the wanted likeness, so its lists are not read: the question's rarest terms are followed
until what is left of it is shorter than `at_least`. This leaves nothing out.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from manyuan.engines.matching.calibrating import Array
from manyuan.engines.matching.words import Segmenter, standard

Key = TypeVar("Key", bound=Hashable)
LIKE = 0.35
"""From here on two texts probably speak of the same problem."""


@dataclass(frozen=True)
class Likeness(Generic[Key]):
    """A known text, its likeness (0 to 1, 1: the same words as often), and the words that both share, the most telling first."""

    key: Key
    score: float
    words: tuple[str, ...]


class Texts(Generic[Key]):
    """Known texts, ready to be compared with. How telling a word is comes from the texts given here; texts added later are weighed by the same."""

    def __init__(self, known: Iterable[tuple[Key, str]] = (), segmenter: Segmenter | None = None) -> None:
        self._segmenter = segmenter or standard()
        found = [(key, Counter(self._segmenter.features(text))) for key, text in known]
        spread = Counter(term for _, counts in found for term in counts)
        self._terms: dict[str, int] = {}
        self._idf = {term: math.log((1 + len(found)) / (1 + count)) + 1 for term, count in spread.items()}
        self._new = math.log(1 + len(found)) + 1
        self._keys: list[Key] = []
        self._starts = array("q", [0])
        self._places = array("q")
        self._values = array("d")
        self._lists: list[array[int]] = []
        self._names: list[str] = []
        for key, counts in found:
            self._take(key, counts)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: Key, text: str) -> None:
        """Know one more text."""
        self._take(key, Counter(self._segmenter.features(text)))

    def nearest(self, text: str, k: int = 5, at_least: float = LIKE) -> list[Likeness[Key]]:
        """The k known texts that are most alike, at least so; the likest first, among equals the one known first."""
        counts, whole = Counter(self._segmenter.features(text)), set(self._segmenter.words(text))
        asked = sorted(self._vector(counts).items(), key=lambda one: (-one[1], one[0]))
        known = [(self._terms[term], value) for term, value in asked if term in self._terms]
        candidates = self._candidates(known, at_least)
        if not len(candidates):
            return []
        dense = np.zeros(len(self._terms))
        for place, value in known:
            dense[place] = value
        starts, places, values = (np.frombuffer(one, dtype=one.typecode) for one in (self._starts, self._places, self._values))
        sizes = starts[candidates + 1] - starts[candidates]
        ends = np.cumsum(sizes)
        at = np.arange(ends[-1]) + np.repeat(starts[candidates] - (ends - sizes), sizes)
        scores = np.add.reduceat(dense[places[at]] * values[at], ends - sizes)
        kept = np.flatnonzero(scores >= at_least - 1e-9)
        best = kept[np.argsort(-np.round(scores[kept], 9), kind="stable")][:k]
        return [Likeness(self._keys[candidates[one]], min(1.0, float(scores[one])), self._shared(int(candidates[one]), dense, whole)) for one in best]

    def _take(self, key: Key, counts: Counter[str]) -> None:
        values = self._vector(counts)
        at = len(self._keys)
        self._keys.append(key)
        for term, value in values.items():
            place = self._terms.setdefault(term, len(self._terms))
            if place == len(self._lists):
                self._lists.append(array("q"))
                self._names.append(term)
            self._lists[place].append(at)
            self._places.append(place)
            self._values.append(value)
        self._starts.append(len(self._places))

    def _vector(self, counts: Counter[str]) -> dict[str, float]:
        values = {term: (1 + math.log(count)) * self._idf.get(term, self._new) for term, count in counts.items()}
        length = math.sqrt(sum(value * value for value in values.values()))
        return {term: value / length for term, value in values.items()}

    def _candidates(self, known: Sequence[tuple[int, float]], at_least: float) -> Array:
        """Every text that can reach the likeness: it must hold one of the terms before what is left of the question is too short for it."""
        left = sum(value * value for _, value in known)
        lists: list[Array] = []
        for place, value in known:
            if math.sqrt(max(0.0, left)) < at_least - 1e-9:
                break
            lists.append(np.frombuffer(self._lists[place], dtype="q").copy())
            left -= value * value
        return np.unique(np.concatenate(lists)) if lists else np.zeros(0, dtype=np.int64)

    def _shared(self, at: int, dense: Array, whole: set[str], most: int = 6) -> tuple[str, ...]:
        span = range(self._starts[at], self._starts[at + 1])
        told = [(dense[self._places[one]] * self._values[one], self._names[self._places[one]]) for one in span if dense[self._places[one]]]
        ranked = [word for _, word in sorted(told, key=lambda one: (-one[0], one[1]))]
        return tuple(([word for word in ranked if word in whole] or ranked)[:most])


def grouped(texts: Iterable[tuple[Key, str]], at_least: float = LIKE, segmenter: Segmenter | None = None) -> list[list[Likeness[Key]]]:
    """Groups of at least two alike texts, the largest first. Each text, in the order given, joins the group whose first text it is likest to.

    So every member resembles the group's first text, and no chain of small steps joins what has nothing in common. score and words: with the first text.
    """
    known = list(texts)
    cutter = segmenter or standard()
    whole: Texts[int] = Texts(((at, text) for at, (_, text) in enumerate(known)), cutter)
    firsts: Texts[int] = Texts((), cutter)
    firsts._idf, firsts._new = whole._idf, whole._new
    groups: dict[int, list[Likeness[Key]]] = {}
    for at, (key, text) in enumerate(known):
        found = firsts.nearest(text, 1, at_least)
        if found:
            groups[found[0].key].append(Likeness(key, found[0].score, found[0].words))
        else:
            firsts.add(at, text)
            groups[at] = [Likeness(key, 1.0, ())]
    return sorted((group for group in groups.values() if len(group) > 1), key=lambda group: -len(group))
