"""Matching: Chinese words and search terms; texts classified and compared; offers and needs brought together. A library without Django."""

from manyuan.engines.matching.classifying import NoBetter, TooLittle, train
from manyuan.engines.matching.model import DamagedModel, Model, Proposal
from manyuan.engines.matching.similar import Likeness, Texts, grouped
from manyuan.engines.matching.supply import Attribute, Match, Reason, Side, Weights, best_offers, match
from manyuan.engines.matching.words import Segmenter, query_terms, search_terms

__all__ = [
    "Attribute", "DamagedModel", "Likeness", "Match", "Model", "NoBetter", "Proposal", "Reason", "Segmenter", "Side", "Texts", "TooLittle", "Weights",
    "best_offers", "grouped", "match", "query_terms", "search_terms", "train",
]  # fmt: skip
