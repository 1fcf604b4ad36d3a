"""How far a confidence can be believed: scores to probabilities with one temperature, fitted on scores of texts that the model had not seen."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def probabilities(scores: Array, temperature: float) -> Array:
    """Softmax of scores / temperature, row by row."""
    scaled = scores / temperature
    scaled = scaled - scaled.max(axis=-1, keepdims=True)
    grown = np.exp(scaled)
    return grown / grown.sum(axis=-1, keepdims=True)


def fit_temperature(scores: Array, truth: Array) -> float:
    """The temperature between 0.05 and 20 with the least log loss; scores: texts by labels, truth: the column of the right label."""
    low, high = float(np.log(0.05)), float(np.log(20.0))
    golden = (5**0.5 - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if log_loss(probabilities(scores, float(np.exp(left))), truth) <= log_loss(probabilities(scores, float(np.exp(right))), truth):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def log_loss(shares: Array, truth: Array) -> float:
    """Mean of −ln of the probability given to the right label."""
    return float(-np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-12)).mean())


def calibration_error(shares: Array, truth: Array, bins: int = 10) -> float:
    """Mean distance between confidence and share of right answers over bins of equal width (expected calibration error); 0 is perfect."""
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(sum(abs(confidence[places == b].mean() - right[places == b].mean()) * (places == b).mean() for b in range(bins) if (places == b).any()))
