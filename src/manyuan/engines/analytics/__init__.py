"""Measures over many enterprises or parks, as plain functions on plain values."""

from manyuan.engines.analytics.per_mu import Grades, Item, Score, base_value_scores, grades, min_max_scores

__all__ = ["Grades", "Item", "Score", "base_value_scores", "grades", "min_max_scores"]
