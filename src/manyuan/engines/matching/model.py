"""A trained classifier: proposes labels with a confidence and the words that spoke for them. Needs numpy and the segmenter only."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from manyuan.engines.matching.calibrating import Array, probabilities
from manyuan.engines.matching.messages import said
from manyuan.engines.matching.words import Segmenter

FORMAT = 1
_ARRAYS = ("idf", "weights", "bias")


class DamagedModel(Exception):
    """The file is missing, damaged or of another format. code: `model.missing` or `model.damaged`."""

    def __init__(self, path: Path, reason: str = "", **data: object) -> None:
        self.code = "model.damaged" if reason else "model.missing"
        self.path, self.reason, self.data = path, reason, data
        super().__init__(self.message("en"))

    def message(self, language: str = "en") -> str:
        """The whole message in 'zh' or 'en'."""
        return said(self.code, language, path=self.path, reason=said(self.reason, language, **self.data) if self.reason else "")


@dataclass(frozen=True)
class LabelFigures:
    """How well one label is found, by cross-validation; support: its texts."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Figures:
    """Cross-validated: every text judged by a model that had not seen it (nor a text equal to it). `baseline_…`: always the commonest labels."""

    macro_f1: float
    accuracy: float
    top3: float
    baseline_macro_f1: float
    baseline_accuracy: float
    baseline_top3: float
    log_loss: float
    calibration_error: float
    folds: int
    macro_f1_by_fold: list[float]
    by_label: dict[str, LabelFigures]


@dataclass(frozen=True)
class Proposal:
    """A label, how sure (0 to 1, calibrated), and the words of the text that spoke for it, the strongest first."""

    label: str
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """Linear over TF-IDF of words and pairs of characters. trained_at: ISO text; data: sha256 of texts and labels; left_out: labels with too few texts."""

    labels: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: Array
    weights: Array
    bias: Array
    temperature: float
    trained_at: str
    data: str
    texts: int
    left_out: Mapping[str, int]
    versions: Mapping[str, str]
    figures: Figures
    added_words: tuple[str, ...] = ()
    _places: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _segmenter: list[Segmenter] = field(default_factory=list, repr=False, compare=False)

    def propose(self, text: str, k: int = 3) -> list[Proposal]:
        """The k likeliest labels, likeliest first; none where the text holds nothing that the model has ever seen."""
        if not self._segmenter:
            self._places.update((word, place) for place, word in enumerate(self.vocabulary))
            self._segmenter.append(Segmenter(self.added_words))
        found = self._segmenter[0].features(text)
        places, values = weighted(found, self._places, self.idf)
        if not len(places):
            return []
        columns = self.weights[:, places]
        scores = columns @ values + self.bias
        shares = probabilities(scores, self.temperature)
        words = [self.vocabulary[place] for place in places]
        whole = set(self._segmenter[0].words(text))
        spoken = (columns - columns.mean(axis=0)) * values
        order = sorted(range(len(self.labels)), key=lambda label: (-shares[label], self.labels[label]))
        return [Proposal(self.labels[label], float(shares[label]), _strongest(words, spoken[label], whole)) for label in order[:k]]

    def save(self, path: Path) -> None:
        """Write the model, whole or not at all; the same model gives the same bytes."""
        arrays = {name: np.asarray(getattr(self, name), dtype=np.float32) for name in _ARRAYS}
        described = {
            "format": FORMAT, "labels": list(self.labels), "vocabulary": list(self.vocabulary), "temperature": self.temperature, "trained_at": self.trained_at,
            "data": self.data, "texts": self.texts, "left_out": dict(self.left_out), "versions": dict(self.versions), "figures": asdict(self.figures),
            "added_words": list(self.added_words),
        }  # fmt: skip
        text = json.dumps(described, ensure_ascii=False, sort_keys=True).encode()
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                np.savez_compressed(file, model=_bytes(text), digest=_bytes(_digest(text, arrays)), **arrays)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    @staticmethod
    def load(path: Path) -> Model:
        """The model that `save` wrote; DamagedModel where the file is missing, cut, changed or something else."""
        if not path.exists():
            raise DamagedModel(path)
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                parts = {name: file[name] for name in file.files}
            missing = {"model", "digest", *_ARRAYS} ^ set(parts)
            if missing:
                raise DamagedModel(path, "reason.part", part=sorted(missing)[0])
            text = parts["model"].tobytes()
            described: dict[str, Any] = json.loads(text)
        except (OSError, ValueError, EOFError, KeyError, AttributeError, TypeError, zipfile.BadZipFile, zipfile.zlib.error) as fault:  # type: ignore[attr-defined]
            raise DamagedModel(path, "reason.unreadable") from fault
        if not isinstance(described, dict) or described.get("format") != FORMAT:
            raise DamagedModel(path, "reason.format", found=described.get("format") if isinstance(described, dict) else "?", expected=FORMAT)
        arrays = {name: parts[name] for name in _ARRAYS}
        if parts["digest"].tobytes() != _digest(text, arrays):
            raise DamagedModel(path, "reason.digest")
        labels, vocabulary = tuple(described.pop("labels")), tuple(described.pop("vocabulary"))
        wanted = {"idf": (len(vocabulary),), "weights": (len(labels), len(vocabulary)), "bias": (len(labels),)}
        for name, shape in wanted.items():
            if arrays[name].shape != shape:
                raise DamagedModel(path, "reason.shape", part=name)
        figures = described.pop("figures")
        figures["by_label"] = {label: LabelFigures(**row) for label, row in figures["by_label"].items()}
        described.pop("format")
        described["added_words"] = tuple(described["added_words"])
        return Model(labels=labels, vocabulary=vocabulary, figures=Figures(**figures), **arrays, **described)


def weighted(found: Sequence[str], places: Mapping[str, int], idf: Array) -> tuple[Array, Array]:
    """A text's known features as places in the vocabulary and values (1 + ln count) · idf, of length 1 together."""
    counts = Counter(places[one] for one in found if one in places)
    at = np.array(sorted(counts), dtype=np.int64)
    values = (1 + np.log(np.array([counts[int(place)] for place in at], dtype=np.float64))) * idf[at]
    length = float(np.sqrt((values**2).sum()))
    return at, values / length if length else values


def _strongest(words: list[str], spoken: Array, whole: set[str], most: int = 5) -> tuple[str, ...]:
    """Words that speak for a label, strongest first; pairs of characters only where no whole word does."""
    found = [place for place in sorted(range(len(words)), key=lambda one: (-spoken[one], words[one])) if spoken[place] > 0]
    named = [words[place] for place in found if words[place] in whole] or [words[place] for place in found]
    return tuple(named[:most])


def _bytes(content: bytes) -> Array:
    return np.frombuffer(content, dtype=np.uint8)


def _digest(text: bytes, arrays: Mapping[str, Array]) -> bytes:
    whole = hashlib.sha256(text)
    for name in _ARRAYS:
        whole.update(np.ascontiguousarray(arrays[name]).tobytes())
    return whole.digest()
