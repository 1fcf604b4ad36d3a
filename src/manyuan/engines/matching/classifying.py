"""Training a classifier of texts on an organisation's own records, with honest figures. scikit-learn is needed here only, and only while training.

The rule of enough: a label is learned from MIN_PER_LABEL different texts on; rarer labels are left out and named. At least MIN_LABELS such labels with
MIN_IN_ALL texts together are needed, and the result must beat always guessing the commonest label; else nothing is trained and nothing proposed.
"""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from manyuan.engines.matching.calibrating import Array, calibration_error, fit_temperature, log_loss, probabilities
from manyuan.engines.matching.messages import said
from manyuan.engines.matching.model import DamagedModel, Figures, LabelFigures, Model, Proposal, weighted
from manyuan.engines.matching.words import Segmenter, normal

__all__ = ["MIN_IN_ALL", "MIN_LABELS", "MIN_PER_LABEL", "DamagedModel", "Model", "NoBetter", "Proposal", "TooLittle", "train"]

MIN_PER_LABEL = 10
MIN_LABELS = 2
MIN_IN_ALL = 60
MOST_FEATURES = 40_000


class TooLittle(Exception):
    """Not enough different texts. texts, usable, labels: what was found; counts: different texts by label."""

    code = "training.too_little"

    def __init__(self, texts: int, usable: int, labels: int, counts: Mapping[str, int]) -> None:
        self.texts, self.usable, self.labels, self.counts = texts, usable, labels, counts
        super().__init__(self.message("en"))

    def message(self, language: str = "en") -> str:
        """The whole message in 'zh' or 'en': what was found, what is needed."""
        return said(
            self.code, language, texts=self.texts, usable=self.usable, labels=self.labels,
            per_label=MIN_PER_LABEL, least_labels=MIN_LABELS, in_all=MIN_IN_ALL,
        )  # fmt: skip


class NoBetter(Exception):
    """The labels cannot be told from the texts. figures: what cross-validation gave."""

    code = "training.no_better"

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        super().__init__(self.message("en"))

    def message(self, language: str = "en") -> str:
        """The whole message in 'zh' or 'en'."""
        return said(self.code, language, macro=f"{self.figures.macro_f1:.3f}", baseline=f"{self.figures.baseline_macro_f1:.3f}")


def train(texts: Sequence[str], labels: Sequence[str], *, now: datetime, folds: int = 5, added_words: Iterable[str] = ()) -> Model:
    """A model of the labels, with cross-validated figures. The same data in any order gives the same model.

    Empty texts and labels are passed over. Equal texts count once and never stand on both sides of a fold. Raises TooLittle or NoBetter (see above),
    ValueError where texts and labels differ in number.
    """
    if len(texts) != len(labels):
        raise ValueError(said("training.lengths", "en", texts=len(texts), labels=len(labels)))
    pairs = sorted({(normal(text), label.strip()) for text, label in zip(texts, labels, strict=True) if normal(text) and label.strip()})
    counts = Counter(label for _, label in pairs)
    learned = tuple(sorted(label for label, count in counts.items() if count >= MIN_PER_LABEL))
    usable = [(text, label) for text, label in pairs if label in set(learned)]
    if len(learned) < MIN_LABELS or len(usable) < MIN_IN_ALL:
        raise TooLittle(len({text for text, _ in pairs}), len(usable), len(learned), dict(counts))
    folds = max(2, min(folds, MIN_PER_LABEL))
    added = tuple(dict.fromkeys(added_words))
    segmenter = Segmenter(added)
    features = [segmenter.features(text) for text, _ in usable]
    truth = np.array([learned.index(label) for _, label in usable])
    parts = _folds([text for text, _ in usable], truth, folds)
    scores = np.zeros((len(usable), len(learned)))
    for part in range(folds):
        rest, held = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        if len(held):
            learnt = _fit([features[one] for one in rest], truth[rest], len(learned))
            scores[held] = _scores([features[one] for one in held], *learnt)
    temperature = fit_temperature(scores, truth)
    figures = _figures(probabilities(scores, temperature), truth, learned, parts, folds)
    if figures.macro_f1 <= figures.baseline_macro_f1:
        raise NoBetter(figures)
    vocabulary, idf, weights, bias = _fit(features, truth, len(learned))
    return Model(
        labels=learned, vocabulary=vocabulary, idf=idf, weights=weights, bias=bias, temperature=temperature, trained_at=now.isoformat(timespec="seconds"),
        data=hashlib.sha256("\n".join(f"{label}\t{text}" for text, label in pairs).encode()).hexdigest(), texts=len(usable),
        left_out={label: count for label, count in sorted(counts.items()) if label not in learned}, added_words=added, figures=figures,
        versions={"python": platform.python_version()} | {name: version(name) for name in ("numpy", "rjieba", "scikit-learn")},
    )  # fmt: skip


def _folds(texts: Sequence[str], truth: Array, folds: int) -> Array:
    """The fold of each text: every label spread evenly, in the order of the texts' digests; a text under two labels stays in one fold."""
    out = np.zeros(len(texts), dtype=np.int64)
    known: dict[str, int] = {}
    for label in range(int(truth.max()) + 1):
        mine = sorted((int(one) for one in np.flatnonzero(truth == label)), key=lambda one: hashlib.sha256(texts[one].encode()).digest())
        for place, one in enumerate(mine):
            out[one] = known.setdefault(texts[one], (place + label) % folds)
    return out


def _fit(features: Sequence[Sequence[str]], truth: Array, labels: int) -> tuple[tuple[str, ...], Array, Array, Array]:
    """Vocabulary, idf, weights (labels by vocabulary) and bias. A feature is kept from two texts on, the commonest first."""
    from sklearn.linear_model import LogisticRegression

    spread = Counter(one for found in features for one in set(found))
    kept = sorted((one for one, count in spread.items() if count >= 2), key=lambda one: (-spread[one], one))[:MOST_FEATURES]
    vocabulary = tuple(sorted(kept))
    idf = np.array([np.log((1 + len(features)) / (1 + spread[one])) + 1 for one in vocabulary], dtype=np.float32)
    learner = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000, solver="lbfgs", random_state=0)
    if vocabulary:
        learner.fit(_matrix(features, vocabulary, idf), truth)
        weights, bias = np.zeros((labels, len(vocabulary)), dtype=np.float32), np.full(labels, -50.0, dtype=np.float32)
        if len(learner.classes_) == 2:
            weights[learner.classes_], bias[learner.classes_] = np.vstack([-learner.coef_, learner.coef_]) / 2, np.array([-1, 1]) * learner.intercept_ / 2
        else:
            weights[learner.classes_], bias[learner.classes_] = learner.coef_, learner.intercept_
        return vocabulary, idf, weights, bias
    return vocabulary, idf, np.zeros((labels, 0), dtype=np.float32), np.zeros(labels, dtype=np.float32)


def _matrix(features: Sequence[Sequence[str]], vocabulary: Sequence[str], idf: Array) -> Any:
    from scipy.sparse import csr_matrix

    places = {one: place for place, one in enumerate(vocabulary)}
    rows = [weighted(found, places, idf) for found in features]
    ends = np.cumsum([0, *(len(at) for at, _ in rows)])
    return csr_matrix((np.concatenate([v for _, v in rows]), np.concatenate([at for at, _ in rows]), ends), shape=(len(rows), len(vocabulary)))


def _scores(features: Sequence[Sequence[str]], vocabulary: Sequence[str], idf: Array, weights: Array, bias: Array) -> Array:
    return np.asarray(_matrix(features, vocabulary, idf) @ weights.T + bias)


def _figures(shares: Array, truth: Array, labels: Sequence[str], parts: Array, folds: int) -> Figures:
    said_first, common = shares.argmax(axis=1), np.bincount(truth, minlength=len(labels))
    ranked, commonest = np.argsort(-shares, axis=1, kind="stable")[:, :3], np.argsort(-common, kind="stable")
    by_label = {label: _of_label(said_first, truth, place) for place, label in enumerate(labels)}
    always = np.full(len(truth), commonest[0])
    return Figures(
        macro_f1=_macro(said_first, truth), accuracy=float((said_first == truth).mean()), top3=float((ranked == truth[:, None]).any(axis=1).mean()),
        baseline_macro_f1=_macro(always, truth), baseline_accuracy=float((always == truth).mean()), baseline_top3=float(np.isin(truth, commonest[:3]).mean()),
        log_loss=log_loss(shares, truth), calibration_error=calibration_error(shares, truth), folds=folds,
        macro_f1_by_fold=[_macro(said_first[parts == part], truth[parts == part]) for part in range(folds) if (parts == part).any()], by_label=by_label,
    )  # fmt: skip


def _macro(found: Array, truth: Array) -> float:
    """Mean of F1 over the labels that occur in truth."""
    return float(np.mean([_of_label(found, truth, int(label)).f1 for label in np.unique(truth)]))


def _of_label(found: Array, truth: Array, label: int) -> LabelFigures:
    right, said_so, support = int(((found == label) & (truth == label)).sum()), int((found == label).sum()), int((truth == label).sum())
    precision, recall = right / said_so if said_so else 0.0, right / support if support else 0.0
    return LabelFigures(precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0, support)
