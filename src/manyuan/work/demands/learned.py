"""The classifier trained on the organisation's own cases (`manyuan demands train`), and the cases that it can be trained on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from manyuan.engines.matching.model import DamagedModel, Model
from manyuan.work.demands.models import Demand
from manyuan.work.demands.topics import Rules, rules

FILE = "demands.npz"


def model_path() -> Path:
    """Where the running city keeps its classifier."""
    return Path(settings.DATA_DIR) / "models" / FILE


def model() -> Model | None:
    """The model in use; None where there is none, or where it is damaged (which is logged once for each file)."""
    path = model_path()
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return None
    return _load(path, stamp)


@lru_cache(maxsize=2)
def _load(path: Path, stamp: int) -> Model | None:
    try:
        return Model.load(path)
    except DamagedModel as fault:
        logging.getLogger("manyuan.demands").error("%s", fault.message("en"))
        return None


def topic_of_label(label: str, in_force: Rules | None = None) -> str | None:
    """The pack's topic that a label of the training data means: by code or by name."""
    known = (in_force or rules()).topics
    if label in known:
        return label
    return next((code for code, one in known.items() if label in (one.name["zh"], one.name["en"])), None)


def labelled() -> Iterator[tuple[str, str]]:
    """(text, topic) of the demands whose topic somebody chose or decided: what a model may learn from. Made-up demands are left out."""
    rows = Demand.objects.filter(case__synthetic=False).exclude(topic="").select_related("case").order_by("pk")
    for row in rows.iterator():
        if row.routed.get("decided") or row.routed.get("chosen"):
            yield f"{row.case.title}\n{row.case.text}", row.topic
