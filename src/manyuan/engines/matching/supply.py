"""Offers and needs: how well an offer meets a need, criterion by criterion, each with its reason in both languages.

An unknown criterion counts for half, so that silence neither wins nor rules out. An offer of another category, or one that is known to miss an attribute
that the need's category calls indispensable, is no match at all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from manyuan.engines.matching.messages import said
from manyuan.engines.matching.words import Segmenter, standard

Verdict = Literal["met", "unmet", "unknown"]
Value = str | Decimal | bool | frozenset[str]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Attribute:
    """What may be asked of a category. sense: 'at_least' or 'at_most' (numbers), 'equal' (anything), 'one_of' (the need names several, one suffices),
    'all_of' (the offer must have all that the need names). names: value → (Chinese, English), for choices. must: an offer known to miss it is no match."""

    code: str
    title: Pair
    sense: Literal["at_least", "at_most", "equal", "one_of", "all_of"] = "equal"
    unit: Pair = ("", "")
    must: bool = False
    names: Mapping[str, Pair] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """An offer or a need. region: names of places from the widest to the narrowest, each a pair; quantity in unit; attributes by code."""

    key: str
    category: str
    text: str = ""
    quantity: Decimal | None = None
    unit: Pair = ("", "")
    region: tuple[Pair, ...] = ()
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Weights:
    """What each criterion counts for; parts of their sum."""

    category: int = 30
    attributes: int = 25
    quantity: int = 15
    region: int = 15
    text: int = 15


@dataclass(frozen=True)
class Reason:
    """One criterion: met, unmet or unknown, how far (0 to 1), and why. criterion: 'category', 'attribute:CODE', 'quantity', 'region' or 'text'."""

    criterion: str
    verdict: Verdict
    degree: float
    code: str
    data: Mapping[str, object]

    def message(self, language: str = "zh") -> str:
        """The whole sentence in 'zh' or 'en'."""
        return said(self.code, language, **self.data)


@dataclass(frozen=True)
class Match:
    """An offer for a need; score 0 to 100."""

    offer: str
    need: str
    score: int
    reasons: tuple[Reason, ...]


def match(
    need: Side, offer: Side, attributes: Sequence[Attribute] = (), *, titles: Mapping[str, Pair] | None = None, weights: Weights | None = None,
    segmenter: Segmenter | None = None,
) -> Match | None:  # fmt: skip
    """How well the offer meets the need; None where the category differs or an indispensable attribute is known to be missed.

    attributes: of the category; only those that the need names are judged. titles: category → its names.
    """
    if need.category != offer.category:
        return None
    weights, cutter = weights or Weights(), segmenter or standard()
    wanted = [(one, _attribute(one, need.attributes[one.code], offer.attributes.get(one.code))) for one in attributes if one.code in need.attributes]
    if any(one.must and reason.verdict == "unmet" for one, reason in wanted):
        return None
    category = Reason("category", "met", 1.0, "category.met", {"category": (titles or {}).get(need.category, (need.category,) * 2)})
    told = [reason for _, reason in wanted]
    parts: list[tuple[int, float]] = [(weights.category, 1.0)]
    if told:
        parts.append((weights.attributes, sum(one.degree for one in told) / len(told)))
    others = [(weights.region, _region(need, offer)), (weights.text, _text(need, offer, cutter))]
    if need.quantity is not None:
        others.insert(0, (weights.quantity, _quantity(need, offer)))
    parts += [(weight, reason.degree) for weight, reason in others]
    score = 100 * sum(weight * degree for weight, degree in parts) / sum(weight for weight, _ in parts)
    return Match(offer.key, need.key, math.floor(score + 0.5), (category, *told, *(reason for _, reason in others)))


def best_offers(
    need: Side, offers: Iterable[Side], attributes: Sequence[Attribute] = (), *, k: int = 10, at_least: int = 50,
    titles: Mapping[str, Pair] | None = None, weights: Weights | None = None, segmenter: Segmenter | None = None,
) -> list[Match]:  # fmt: skip
    """The k best offers from a score on, best first; equal ones in the order of their keys, whatever order they came in."""
    found = [match(need, offer, attributes, titles=titles, weights=weights, segmenter=segmenter) for offer in offers]
    return sorted((one for one in found if one and one.score >= at_least), key=lambda one: (-one.score, one.offer))[:k]


def _attribute(rule: Attribute, need: Value, offer: Value | None) -> Reason:
    data: dict[str, object] = {"title": rule.title, "need": _shown(rule, need)}
    criterion = f"attribute:{rule.code}"
    if offer is None or offer == "" or offer == frozenset():
        return Reason(criterion, "unknown", 0.5, "attribute.unknown", data)
    data["offer"] = _shown(rule, offer)
    if _fits(rule.sense, need, offer):
        return Reason(criterion, "met", 1.0, "attribute.met", data)
    return Reason(criterion, "unmet", 0.0, "attribute.unmet", data)


def _fits(sense: str, need: Value, offer: Value) -> bool:
    if sense in ("at_least", "at_most"):
        if not isinstance(need, Decimal) or not isinstance(offer, Decimal):
            return False
        return offer >= need if sense == "at_least" else offer <= need
    if sense == "one_of":
        return bool(_several(need) & _several(offer))
    if sense == "all_of":
        return _several(need) <= _several(offer)
    return need == offer


def _several(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset({str(value)})


def _shown(rule: Attribute, value: Value) -> Pair:
    if isinstance(value, bool):
        word = "yes" if value else "no"
        return said(word, "zh"), said(word, "en")
    if isinstance(value, frozenset):
        names = [rule.names.get(one, (one, one)) for one in sorted(value)]
        return said("comma", "zh").join(name[0] for name in names), said("comma", "en").join(name[1] for name in names)
    if isinstance(value, Decimal):
        return f"{_plain(value)} {rule.unit[0]}".strip(), f"{_plain(value)} {rule.unit[1]}".strip()
    return rule.names.get(value, (value, value))


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quantity(need: Side, offer: Side) -> Reason:
    if offer.quantity is None or need.quantity is None:
        return Reason("quantity", "unknown", 0.5, "quantity.unknown", {})
    if need.unit != offer.unit:
        return Reason("quantity", "unknown", 0.5, "quantity.units", {"need": need.unit, "offer": offer.unit})
    data: dict[str, object] = {"need": _plain(need.quantity), "offer": _plain(offer.quantity), "unit": need.unit}
    if offer.quantity >= need.quantity:
        return Reason("quantity", "met", 1.0, "quantity.met", data)
    share = max(Decimal(0), offer.quantity / need.quantity)
    return Reason("quantity", "unmet", float(share), "quantity.unmet", data | {"share": int(share * 100)})


def _region(need: Side, offer: Side) -> Reason:
    if not need.region or not offer.region:
        return Reason("region", "unknown", 0.5, "region.unknown", {})
    shared = 0
    while shared < min(len(need.region), len(offer.region)) and need.region[shared] == offer.region[shared]:
        shared += 1
    if shared:
        return Reason("region", "met", shared / len(need.region), "region.met", {"place": need.region[shared - 1]})
    return Reason("region", "unmet", 0.0, "region.unmet", {"need": need.region[0], "offer": offer.region[0]})


def _text(need: Side, offer: Side, cutter: Segmenter) -> Reason:
    asked, given = Counter(cutter.words(need.text)), Counter(cutter.words(offer.text))
    if not asked or not given:
        return Reason("text", "unknown", 0.5, "text.unknown", {})
    shared = sorted(set(asked) & set(given), key=lambda word: (-len(word), word))
    if not shared:
        return Reason("text", "unmet", 0.0, "text.unmet", {})
    lengths = math.sqrt(sum(n * n for n in asked.values()) * sum(n * n for n in given.values()))
    degree = math.sqrt(sum(asked[word] * given[word] for word in shared) / lengths)
    named = said("comma", "zh").join(shared[:5]), said("comma", "en").join(shared[:5])
    return Reason("text", "met", min(1.0, degree), "text.met", {"words": named})
